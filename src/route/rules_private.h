/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the rules language share: the tree that the grammar builds and the matcher walks. Nobody
 * else includes it. All strings are UTF-8, owned by the node that holds them.
 */
#pragma once

#include "route/rules.h"

/* Where a thing stands. FILE, as people are told it, is borrowed from the set (ChRules.sources). */
typedef struct {
    const char *file;
    guint line, column; /* from 1, in characters */
    guint width;        /* characters, at least 1, on that line */
} ChPlace;

typedef enum {
    CH_TEST_ALL,       /* "match all": every mail */
    CH_TEST_FROM,      /* addresses: ADDRESS, IS …, MATCHES */
    CH_TEST_TO,        /*   To */
    CH_TEST_CC,        /*   Cc */
    CH_TEST_RECIPIENT, /*   To, Cc, and where it was delivered */
    CH_TEST_DOMAIN,    /* of the sender: a domain form, IS …, MATCHES */
    CH_TEST_SUBJECT,   /* texts */
    CH_TEST_BODY,      /*   what the sender wrote now: ChMail.reply */
    CH_TEST_HEADER,    /*   any field with the name; EXISTS */
    CH_TEST_COMPANY,   /*   of the sender's account */
    CH_TEST_FILE_NAME, /*   of the attachment at hand */
    CH_TEST_FILE_TYPE, /*   as its content says, or as it is declared; "image/…" */
    CH_TEST_FILE_SIZE, /* numbers, bytes: decoded */
    CH_TEST_FILES,     /*   how many attachments there are, those inside the text not counted */
    CH_TEST_SIZE,      /*   bytes of the mail */
    CH_TEST_SPAM, /*   the score of a spam filter's header; no where there is none, unknown where it cannot be
                     read */
    CH_TEST_RATE, /*   earlier mails of the sender, per hour or per day */
    CH_TEST_EVIDENCE, /* words: IS */
    CH_TEST_KIND,
    CH_TEST_CUSTOMER,   /*   "active", "pending", "unknown" */
    CH_TEST_LANGUAGE,   /*   "pt" counts for "pt-BR" */
    CH_TEST_DEPARTMENT, /*   so far */
    CH_TEST_TICKET,     /*   "new", "open", "pending", "closed" */
    CH_TEST_TIME,       /* "18:00 to 08:00", by the machine's clock */
    CH_TEST_WEEKDAY,    /* a set of days */
    CH_TEST_HOLIDAY,    /* the day stands in a list of dates */
} ChTestWhat;

typedef enum {
    CH_OP_NONE,     /* the test has no operator: ALL, TIME, WEEKDAY */
    CH_OP_ADDRESS,  /* the forms of an address: "ana@x.example" (any subaddress), "ana+a@x.example", "ana@",
                       "@x.example", "@*.x.example" (below it) */
    CH_OP_IS,       /* the whole, folded (ch_fold) */
    CH_OP_CONTAINS, /* folded */
    CH_OP_BEGINS,
    CH_OP_ENDS,
    CH_OP_MATCHES, /* a regular expression */
    CH_OP_EXISTS,  /* HEADER: there is such a field */
    CH_OP_LESS,
    CH_OP_AT_MOST,
    CH_OP_EQUALS,
    CH_OP_AT_LEAST,
    CH_OP_MORE,
} ChTestOp;

typedef enum {
    CH_CONDITION_AND,
    CH_CONDITION_OR,
    CH_CONDITION_NOT,
    CH_CONDITION_TEST,
} ChConditionKind;

typedef struct ChRegex ChRegex;       /* regex.c */
typedef struct ChRuleList ChRuleList; /* list.c: the entries of a file */

typedef struct ChCondition ChCondition;
struct ChCondition {
    ChConditionKind kind;
    ChPlace place;
    GPtrArray *children; /* of ChCondition: of AND, OR (two or more) and NOT (one); NULL for a test */
    guint depth;         /* of the tree below: 1 for a test, at most CH_RULE_DEPTH_MAX (compile.h) */

    ChTestWhat what;
    ChTestOp op;
    char *header;      /* of HEADER: its name */
    GPtrArray *values; /* of char *: strings and words as written; NULL where there are none */
    GPtrArray *folded; /* of char *: the same, as ch_fold gives them; of addresses and domains as
                          ch_address_fold does; of words as written */
    gboolean all;      /* "all of": each value must hold; FALSE: one is enough */
    ChRuleList *list;  /* of "in": values from a file; NULL: none */
    char *list_name;   /* as written; NULL: none */
    ChRegex *regex;    /* of MATCHES */
    double number;     /* of comparisons: bytes, a score, a count */
    guint from, to;    /* of TIME: minutes since midnight; TO before FROM goes over midnight */
    guint days;        /* of WEEKDAY: bit 0 is Monday */
    gboolean per_day;  /* of RATE: in the last day; FALSE: hour */
    gpointer index;    /* the matcher's own */
};

ChCondition *ch_condition_new(ChConditionKind kind, const ChPlace *place);
void ch_condition_free(ChCondition *condition);
/* A tree of its own, for a macro that is used more than once. Regexes and lists are shared. */
ChCondition *ch_condition_copy(const ChCondition *condition);

typedef enum {
    CH_DO_DEPARTMENT,
    CH_DO_PRIORITY,
    CH_DO_TAG,
    CH_DO_FIELD,
    CH_DO_ASSIGN,
    CH_DO_WATCH,
    CH_DO_NOTIFY,
    CH_DO_REFER,
    CH_DO_TITLE,
    CH_DO_TEMPLATE,
    CH_DO_HOLD,
    CH_DO_IGNORE,
    CH_DO_QUARANTINE,
    CH_DO_REFUSE_ATTACHMENT,
    CH_DO_NO_ACK,
    CH_DO_LANGUAGE,
    CH_DO_DUE,
    CH_DO_SET_HEADER,
    CH_DO_STOP,
} ChDoKind;

/* A string with captures: "Pedido $pedido". Compiled: pieces that alternate, text first: text, name, text …
 */
typedef struct {
    char *source;  /* as written, unescaped, with its "$" */
    char **pieces; /* NULL-terminated */
} ChPattern;

typedef struct {
    ChDoKind kind;
    ChPlace place;
    char *
        name; /* a field's or header's name, a department, a template, a language, a tag as a word; or NULL */
    ChPattern *value; /* or NULL */
    ChPriority priority;
    ChAssign assign;
    guint seconds; /* of DUE */
} ChDo;

ChDo *ch_do_new(ChDoKind kind, const ChPlace *place);
void ch_do_free(ChDo *action);

typedef struct {
    ChPlace place; /* of "match" */
    char *text;    /* as ChRuleHit.text */
    ChCondition *condition;
    GPtrArray *actions; /* of ChDo, in order */
    gboolean has_files; /* an attachment condition stands in it: it is tried for each file */
} ChRule;

void ch_rule_free(ChRule *rule);

/* One property of the mail of a test: from "ana@x.example", header "X-Spam" "YES", size 3M, attachment name
 * "a.pdf" attachment size 2M, rate 5 per hour, kind list, time 18:00, weekday sun, date 2026-12-25. */
typedef struct {
    ChTestWhat what; /* CH_TEST_FILE_NAME begins an attachment; its type and size follow it. CH_TEST_HOLIDAY:
                        the day */
    ChPlace place;
    char *name;  /* header */
    char *value; /* text or word; the day as "2026-12-25" */
    double number;
    guint minutes;    /* TIME */
    guint days;       /* WEEKDAY: one bit */
    gboolean per_day; /* RATE */
} ChProperty;

void ch_property_free(ChProperty *property);

/* One thing that a test expects. Its strings have no captures: the one piece of the pattern is the text. Of
 * hold, ignore, quarantine, refuse-attachment and field the value may be NULL: any. */
typedef struct {
    ChPlace place;
    gboolean not ;    /* it must not be there */
    ChDo *action;     /* NULL: "nothing", the mail is left alone by all rules */
    gboolean unknown; /* "unknown": some rule is unknown */
} ChExpectation;

void ch_expectation_free(ChExpectation *expectation);

typedef struct {
    ChPlace place; /* of "test" */
    char *name;
    GPtrArray *properties;   /* of ChProperty */
    GPtrArray *expectations; /* of ChExpectation */
    gboolean only;           /* "expect only": nothing else may be there */
} ChRuleTest;

void ch_rule_test_free(ChRuleTest *test);

/* A name that the files define. */
typedef struct {
    char *name;
    ChPlace place; /* of the name */
    gboolean used;
} ChRuleMacro;

void ch_rule_macro_free(ChRuleMacro *macro);

struct ChRules {
    gint references;    /* atomic */
    GPtrArray *rules;   /* of ChRule */
    GPtrArray *tests;   /* of ChRuleTest */
    GPtrArray *macros;  /* of ChRuleMacro */
    GPtrArray *files;   /* of char *: paths as opened; ends with NULL once the set is compiled */
    GPtrArray *sources; /* of ChRuleSource (compile.h): the texts, whose names every ChPlace borrows */
    char digest[65];
    gpointer index; /* the matcher's own: match.c makes it with ch_match_prepare, and frees it */
};

/* rules.c */

/* The line of PLACE, for ch_rule_complain; NULL: not known. The caller frees. */
char *ch_rules_source_line(const ChRules *rules, const ChPlace *place);

/* message.c */

/* Appends to MESSAGES. SOURCE_LINE (may be NULL) is the text of PLACE's line. */
void ch_rule_complain(GPtrArray *messages, gboolean warning, const ChPlace *place, const char *source_line,
                      const char *format, ...) G_GNUC_PRINTF(5, 6);

/* regex.c: PCRE2, compiled once with JIT, UTF and match limits */

/* SOURCE without slashes; FLAGS of "imsx". NULL: *WHY (the caller's to free) and *OFFSET, in bytes of SOURCE.
 */
ChRegex *ch_regex_new(const char *source, const char *flags, char **why, gsize *offset);
ChRegex *ch_regex_ref(ChRegex *regex);
void ch_regex_unref(ChRegex *regex);
const char *ch_regex_source(const ChRegex *regex); /* "/…/flags", as written */
/* The names of its captures, NULL-terminated, the regex's own. */
const char *const *ch_regex_names(const ChRegex *regex);
/* What the regular expressions of one mail have cost, and may (P13). All zero at first. */
typedef struct {
    guint tried;
    guint limits_hit;  /* with CH_RULE_LIMITS_HIT_MAX of them no other is tried */
    const char *why;   /* of the last that was unknown; static text */
    gint64 looked_at;  /* when the processor's time was asked for, and what that was; microseconds */
    gint64 work_begun; /* the same, at the first expression */
    gint64 work;
} ChRegexEffort;

/* Tries it on LENGTH bytes of TEXT (valid UTF-8). UNKNOWN where a limit was hit, or EFFORT allows no more.
 * With YES, CAPTURES (may be NULL; of g_free for both) gets its named groups that took part, those there
 * replaced. */
ChRuleResult ch_regex_match(ChRegex *regex, const char *text, gsize length, ChRegexEffort *effort,
                            GHashTable *captures);
/* Folded literals (ch_fold), one of which stands in each folded text that the expression can match;
 * NULL-terminated, the regex's own. NULL: none are known. */
const char *const *ch_regex_needs(const ChRegex *regex);
/* Whether it took far more steps than its length on texts made to find that out: NULL, or what to say of it.
 * Free with g_free. */
char *ch_regex_warning(ChRegex *regex);

/* What follows the item of an expression that AT begins: an escape, "\Q…\E", a class of characters, or one
 * character. AT is not at the end. */
const char *ch_regex_item_end(const char *at);

/* regex_needs.c */

/* As ch_regex_needs, for an expression that PCRE2 has compiled; the caller's to free (g_strfreev). */
char **ch_regex_find_needs(const char *source, const char *flags);

/* list.c: files of one entry a line; "#" at its beginning or after a blank begins a comment */

ChRuleList *ch_rule_list_ref(ChRuleList *list);
void ch_rule_list_unref(ChRuleList *list);
guint ch_rule_list_count(const ChRuleList *list);
/* As written, without white space at its ends. */
const char *ch_rule_list_entry(const ChRuleList *list, guint number);
/* As ChCondition.folded has values. */
const char *ch_rule_list_folded(const ChRuleList *list, guint number);
guint ch_rule_list_line(const ChRuleList *list, guint number);
/* Whether FOLDED is an entry; constant time in the length of the list. Dates: "2026-12-25" or "12-25". */
gboolean ch_rule_list_has(const ChRuleList *list, const char *folded);
const char *ch_rule_list_path(const ChRuleList *list);

/* match.c, index.c */

/* Makes the set ready to be applied, once it is compiled. */
void ch_match_prepare(ChRules *rules);
void ch_match_free(gpointer index);

/* write.c: the tree as text again */

/* A rule on one line, canonical: ChRule.text. Free with g_free. */
char *ch_rule_write(const ChCondition *condition, const GPtrArray *actions);
char *ch_condition_write(const ChCondition *condition);
char *ch_do_write(const ChDo *action);
const char *ch_do_name(ChDoKind kind); /* the action's word */

/* proof_mail.c: the mail that a test describes */

typedef struct ChProof ChProof;

/* CONFIG must outlive it. NULL where the weekday of TEST, *WRONG (borrowed from it), is not that of its date.
 */
ChProof *ch_proof_new(const ChRuleTest *test, const ChConfig *config, const ChProperty **wrong);
const ChRuleInput *ch_proof_input(const ChProof *proof); /* the proof's own */
void ch_proof_free(ChProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChProof, ch_proof_free)

/* contradiction.c */

/* The part of CONDITION because of which it can never hold; NULL where it can, or where that cannot be told.
 * *OTHER is the part that it contradicts; NULL: several before it, or none. */
const ChCondition *ch_condition_contradiction(const ChCondition *condition, const ChCondition **other);

/* check.c, check_names.c */

/* A check at work. */
typedef struct {
    const ChRules *rules;
    GPtrArray *messages;
    GHashTable *said; /* of char *: what was said where; a macro that is used twice is complained of once */
} ChRuleCheck;

/* Appends a warning, unless the same was said of the same place. */
void ch_rule_warn(ChRuleCheck *check, const ChPlace *place, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Calls VISIT for each test of CONDITION. */
void ch_condition_each(const ChCondition *condition, void (*visit)(const ChCondition *test, gpointer data),
                       gpointer data);

/* The names that CONFIG does not know; TEMPLATES and LANGUAGES as ch_rules_check has them. */
void ch_rules_check_names(ChRuleCheck *check, const ChConfig *config, const char *const *templates,
                          const char *const *languages);
