/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of a desk: files of one sentence each (chamado-rules(5)), compiled once, applied to one mail
 * after the other. Nothing here knows the configuration but ch_rules_check. A set that does not compile is
 * never used (P10); ch_rules_load gives all its errors at once.
 */
#pragma once

#include "mail/decision.h"
#include "mail/routing.h"

/* Bytes of the body, and of any one header value, that rules see (P13); cut between two characters. */
#define CH_RULE_TEXT_MAX 65536
/* Rules of one set, files of it, bytes of one file, entries of one list. More is an error of the file. */
#define CH_RULES_MAX       100000
#define CH_RULE_FILES_MAX  1000
#define CH_RULE_FILE_BYTES (16u << 20)
#define CH_RULE_LIST_MAX   1000000
/* Files of one mail that attachment conditions look at. */
#define CH_RULE_ATTACHMENTS_MAX 100
/* Tags, fields, watchers and their like that rules can give one mail, of each kind; more are passed over. */
#define CH_RULE_VALUES_MAX 100
/* Regular expressions of one mail that may hit their match limit; those after it are unknown untried. */
#define CH_RULE_LIMITS_HIT_MAX 10
/* Microseconds of processor time: of one regular expression over one text, and of the rules of one mail; what
 * takes more is unknown. The limits on steps are hit long before by nearly all that can hit them. */
#define CH_RULE_REGEX_TIME 200000
#define CH_RULE_MAIL_TIME  2000000

/* A set of rules. Immutable but for what matching needs: it belongs to one thread at a time. Its references
 * may be taken and dropped in any thread. */
typedef struct ChRules ChRules;

ChRules *ch_rules_ref(ChRules *rules);
void ch_rules_unref(ChRules *rules); /* NULL is no set */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChRules, ch_rules_unref)

/* What the compiler, a check or a test has to say of a place in a file. */
typedef struct {
    gboolean warning; /* FALSE: an error */
    char *file;
    guint line, column; /* from 1; column in characters. 0: the file as a whole */
    guint width;        /* characters that are meant, from column on; 0: the place between two */
    char *source;       /* that line of the file, without its end; NULL with line 0 */
    char *message;      /* "found …, expected …" */
} ChRuleMessage;

void ch_rule_message_free(ChRuleMessage *message);
/* "vip.rules:3:14: found 'and', expected '->'", the line, and a caret below the place ("    ^~~"). A tab of
 * the line stays a tab before the caret. Free with g_free. */
char *ch_rule_message_format(const ChRuleMessage *message);

/* Reads PATH: one file, or a folder, whose *.rules are read in the order of their names (bytes), not its
 * subfolders. Files that these include, and lists, are named relative to the file that names them. Appends to
 * MESSAGES (of ChRuleMessage, never NULL) everything that is wrong in all of them; with an error, NULL. A
 * folder without rules is a set without rules. */
ChRules *ch_rules_load(const char *path, GPtrArray *messages);
/* The same. FILES (of char *, the array's own) gets the paths that were read or looked for, also where the
 * set is refused: they are what a change may mend. */
ChRules *ch_rules_load_noting(const char *path, GPtrArray *messages, GPtrArray *files);
/* The same for TEXT, which has no file; NAME stands for it in messages. Lists and includes start at FOLDER
 * (NULL: there can be none). */
ChRules *ch_rules_compile(const char *name, const char *text, gsize length, const char *folder,
                          GPtrArray *messages);

guint ch_rules_count(const ChRules *rules);
/* SHA-256 over the names and bytes of all files read, in order: which set this is. Lower-case hexadecimal,
 * the set's own. */
const char *ch_rules_digest(const ChRules *rules);
/* The paths that were read: rules, includes, lists. NULL-terminated, the set's own. */
const char *const *ch_rules_files(const ChRules *rules);
/* Rule NUMBER (from 0) as a ChRuleHit of its file, line and text. The caller frees. */
ChRuleHit *ch_rules_describe(const ChRules *rules, guint number);

/* What a rule may look at besides the mail itself; all borrowed. */
typedef struct {
    const ChMail *mail;
    const ChVerdict *verdict;
    const char *department;      /* by the address written to; a rule before may have named another one */
    ChAccount account;           /* of the sender */
    const char *company;         /* of the sender's person; "" or NULL: not known */
    const char *language;        /* as the person or their mail client says, "pt-BR"; NULL: not known */
    guint rate_hour, rate_day;   /* earlier mails of the sender in the last hour and day */
    const ChTicketFacts *ticket; /* that the mail belongs to; NULL: it would open one */
    gint64 now;                  /* seconds since 1970, UTC: when it was taken in */
    GTimeZone *zone;             /* NULL: this machine's */
} ChRuleInput;

/* Runs the rules, in order. RULES NULL: none. TRACE: hits has every rule, with why. Never NULL; the caller
 * frees. */
ChEffects *ch_rules_apply(ChRules *rules, const ChRuleInput *input, gboolean trace);

/* Runs every `test` block. CONFIG (NULL: the built-in one) says which department a test's mail has by the
 * address that it was written to. Appends an error to MESSAGES for each expectation that is not met. Returns
 * how many tests failed; *RAN is how many there are. */
guint ch_rules_test(ChRules *rules, const ChConfig *config, GPtrArray *messages, guint *ran);

/* Appends warnings to MESSAGES: rules that can never hold, never be reached or never change anything, what is
 * never used, regular expressions that backtrack badly; and, unless CONFIG is NULL, names that it does not
 * know: departments, agents, and fields where it has any. TEMPLATES and LANGUAGES (NULL-terminated, may be
 * NULL: not checked): the acknowledgements, and the folders of templates, that there are. */
void ch_rules_check(ChRules *rules, const ChConfig *config, const char *const *templates,
                    const char *const *languages, GPtrArray *messages);

/* TEXT, LENGTH bytes of a file of rules, in the one layout that there is; comments stay. NULL with MESSAGES
 * where it cannot be read; NAME stands for it there. The caller frees. */
char *ch_rules_format(const char *name, const char *text, gsize length, GPtrArray *messages);
