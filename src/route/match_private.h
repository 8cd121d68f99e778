/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the matcher share: one mail under the rules, its texts, and what the index found in them.
 * Nobody else includes it.
 */
#pragma once

#include "route/rules_private.h"

/* address.c: ADDRESS is folded by ch_address_fold, and so is FORM */

/* "ana@x.br" (also ana+any@x.br), "ana+vip@x.br" (only that), "ana@" (at any domain), "@x.br" (that domain),
 * "@*.x.br" (below it). */
gboolean ch_address_has_form(const char *address, const char *form);
/* The same for DOMAIN: "x.br", "*.x.br". */
gboolean ch_domain_has_form(const char *domain, const char *form);
/* Calls FOUND with each form that ADDRESS has; FORM is gone after the call. */
typedef void (*ChFormFunc)(const char *form, gpointer data);
void ch_address_each_form(const char *address, ChFormFunc found, gpointer data);
void ch_domain_each_form(const char *domain, ChFormFunc found, gpointer data);
/* Whether mail could be sent to it. */
gboolean ch_address_is_plausible(const char *address);

/* texts.c: the texts of one mail, each folded at most once, and not before it is wanted */

typedef struct {
    char *text; /* valid UTF-8, at most CH_RULE_TEXT_MAX bytes */
    gsize length;
    char *folded; /* NULL: not yet */
} ChText;

/* Folds it, or gives what was folded before. The text's own. */
const char *ch_text_fold(ChText *text);

typedef struct {
    const ChRuleInput *input;
    GPtrArray *subject, *body, *company;    /* of ChText: one each */
    GPtrArray *file_names, *file_types;     /* of GPtrArray of ChText, for each file: its name; its types */
    GArray *attachments;                    /* of guint: which attachment of ChMail each file is */
    guint files;                            /* that conditions look at, at most CH_RULE_ATTACHMENTS_MAX */
    GHashTable *headers;                    /* lower-case name to GPtrArray of ChText, in order */
    GPtrArray *from, *to, *cc, *recipients; /* of char *, folded addresses; from has at most one */
    char *domain;                           /* of the sender; "" where there is none */
    ChRuleResult spam;                      /* YES: spam_score is one; NO: there is none; UNKNOWN: unread */
    double spam_score;                      /*   */
    guint minutes, weekday;                 /* since midnight; 0 is Monday: by the zone of the input */
    char date[sizeof "2026-12-25"];         /* the day there */
    guint file_count;                       /* files that are no part of the text, nor of its signature */
} ChTexts;

ChTexts *ch_texts_new(const ChRuleInput *input);
void ch_texts_free(ChTexts *texts);
/* The texts that TEST is about, of ChText; FILE for the tests of attachments. NULL: there are none. */
const GPtrArray *ch_texts_of(const ChTexts *texts, const ChCondition *test, guint file);
/* The same for tests of addresses: of char *. */
const GPtrArray *ch_texts_addresses(const ChTexts *texts, ChTestWhat what);

/* automaton.c: many literals sought in one pass (Aho-Corasick) */

typedef struct ChAutomaton ChAutomaton;

ChAutomaton *ch_automaton_new(void);
void ch_automaton_free(ChAutomaton *automaton);
/* That LITERAL stands in a text (CONTAINS), at its begin or end, or is the whole (IS) makes ATOM true. */
void ch_automaton_add(ChAutomaton *automaton, const char *literal, ChTestOp op, guint atom);
/* No more is added. */
void ch_automaton_seal(ChAutomaton *automaton);
/* Calls FOUND for each atom that TEXT makes true, perhaps more than once; not again for CONTAINS that was
 * found with the same PASS (not 0) before. Linear in the text, and in what is found. */
typedef void (*ChAtomFunc)(guint atom, gpointer data);
void ch_automaton_scan(ChAutomaton *automaton, const char *text, guint64 pass, ChAtomFunc found,
                       gpointer data);

/* index.c: which tests of literals and addresses hold, found out in one pass; which rules cannot hold */

typedef struct ChIndex ChIndex;

/* A test as the matcher keeps it (ChCondition.index). */
typedef struct {
    guint *atoms;  /* that make it true, or that a regular expression needs */
    guint count;   /* 0: none, the index knows nothing of it; more than one: all must be true */
    guint64 tried; /* of an expression: the turn in which result was found; 0: never */
    ChRuleResult result;
    const char *why; /* with UNKNOWN */
} ChTestState;

ChIndex *ch_index_new(const ChRules *rules);
void ch_index_free(ChIndex *index);
/* Looks through the texts of one mail. What was found of an earlier one is forgotten. */
void ch_index_scan(ChIndex *index, const ChTexts *texts);
/* Whether the atoms of TEST (count is not 0) are true; FILE for the tests of attachments. */
gboolean ch_index_holds(const ChIndex *index, const ChCondition *test, guint file);
/* The first rule from NUMBER on that may hold; the count of rules where there is none. */
guint ch_index_next(const ChIndex *index, guint number);
/* A number that was not given before. */
guint64 ch_index_turn(ChIndex *index);

/* tests.c: one test */

/* One mail under the rules. */
typedef struct {
    ChIndex *index;
    gboolean plain; /* every test is done by itself, without what the index found */
    ChTexts *texts;
    const ChRuleInput *input;
    const char *department; /* so far; NULL: none */
    ChRegexEffort effort;
    gboolean cheap; /* expressions that would have to be tried are unknown */
    guint file;     /* at hand */
    gboolean has_file;
    guint64 turn, file_turn; /* of the rule at hand, and of the file under it */
} ChMatching;

ChRuleResult ch_test_result(ChMatching *matching, const ChCondition *test);
/* Takes the captures of an expression's test that holds, or has not been tried. */
void ch_test_captures(ChMatching *matching, const ChCondition *test, GHashTable *captures);
gboolean ch_test_is_of_file(const ChCondition *test);

/* match.c */

/* As ch_rules_apply; PLAIN: rule by rule and test by test, without the index. Both give the same. */
ChEffects *ch_match_apply(ChRules *rules, const ChRuleInput *input, gboolean trace, gboolean plain);

/* effects.c: what a rule that holds asks for */

typedef struct {
    ChEffects *effects;
    const ChRuleInput *input;
    GHashTable *named; /* fields, headers and list entries that are set already */
    gboolean *refused; /* of each attachment of the mail, whether a rule refuses it */
    gboolean all_refused;
} ChAsking;

/* CAPTURES: of the rule, may be NULL. Returns whether the rule ends the run. Its refuse-attachment is not
 * done here. */
gboolean ch_ask(ChAsking *asking, const ChRule *rule, GHashTable *captures);
/* The rule's refuse-attachment, of attachment NUMBER of the mail, or, with ALL, of all its files. */
void ch_ask_refusal(ChAsking *asking, const ChRule *rule, guint number, gboolean all, GHashTable *captures);
/* TEXT as ACTION sets it where no capture is in it: on one line, bounded; the caller's. */
char *ch_ask_clean(const ChDo *action, const char *text);
/* Whether an action of RULE names a capture. */
gboolean ch_ask_wants_captures(const ChRule *rule);
