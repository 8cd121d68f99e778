/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the compiler of rules shares: rules.c reads files, grammar.y calls the build_*.c for each thing that
 * it has recognised, these complain and make the tree of rules_private.h. Nobody else includes it.
 */
#pragma once

#include "route/lexer.h"
#include "route/rules_private.h"

/* Nesting of conditions, and of includes. */
#define CH_RULE_DEPTH_MAX    100
#define CH_RULE_INCLUDES_MAX 16
/* Bytes that the uses of macros stand for, in all, a test counted as CH_RULE_TEST_BYTES and its text: macros
 * of macros grow fast. */
#define CH_RULE_MACRO_BYTES (128u << 20)
#define CH_RULE_TEST_BYTES  200
/* Errors of one run; then it ends. */
#define CH_RULE_ERRORS_MAX 200
/* Seconds of DUE: ten years. */
#define CH_RULE_DUE_MAX (3650u * 86400u)

/* Where a construct stands in its file: its first token, and its end. */
typedef struct {
    guint line, column, width;
    guint end_line, end_column; /* just past it */
} ChSpan;

/* One file that was read: source.c. */
typedef struct ChRuleSource {
    char *name;       /* as people are told it, borrowed by ChPlace.file */
    char *folder;     /* that includes and lists of it start at; NULL: it has none */
    char *text;       /* valid UTF-8 without NUL: what is none became U+FFFD */
    gsize length;     /* of text */
    GArray *lines;    /* of gsize: where each begins */
    gboolean damaged; /* something was no UTF-8; that is said once */
} ChRuleSource;

/* One file that is being read by the parser. */
typedef struct ChCompiler ChCompiler;
typedef struct {
    ChCompiler *compiler;
    const ChRuleSource *source;
    ChLexer lexer;
    ChToken token;  /* the last one */
    guint end_line; /* where the one before it ended */
    guint end_column;
    gboolean spoilt;   /* this statement has a mistake that makes the next syntax error a consequence */
    gboolean skipping; /* after a syntax error, up to the next statement */
    guint open, nots;  /* parentheses open; "not" one after the other */
    GArray *captures;  /* of ChCapture: of the actions of this statement */
} ChParser;

typedef struct {
    char *name;
    ChPlace place;
} ChCapture;

typedef struct {
    ChCondition *condition; /* one of these two */
    char *text;
    gsize cost;       /* bytes that a use of condition takes */
    ChRuleMacro *own; /* of the set */
} ChMacro;

struct ChCompiler {
    ChRules *rules;
    GPtrArray *messages;
    guint errors;
    gsize spent; /* of CH_RULE_MACRO_BYTES */
    GChecksum *digest;
    GHashTable *macros;  /* name to ChMacro */
    GHashTable *lists;   /* kind and path to ChRuleList; a list that could not be read: none */
    GHashTable *started; /* canonical path to itself: files that were begun */
    GPtrArray *open;     /* of char *: canonical paths of those that are not finished, outermost first */
    char *root;          /* the folder that is loaded, which messages leave out; NULL: none */
};

/* A string of a rule: written there, or by a macro. */
typedef struct {
    char *value;
    ChPlace place;
    ChToken token;  /* STRING, or the macro's WORD */
    gboolean sound; /* nothing was wrong with it yet; else no more is said of it */
} ChText;

/* What follows "is", "contains" or nothing. */
typedef struct {
    GPtrArray *texts; /* of ChText; NULL with list */
    gboolean all;
    ChText *list; /* the file of "in"; NULL: none */
} ChValues;

/* words.c */

/* What a word is in the language, as bits. */
enum {
    CH_WORD_STATEMENT = 1,
    CH_WORD_TEST = 2, /* in a test block */
    CH_WORD_OPERATOR = 4,
    CH_WORD_CONDITION = 8,
    CH_WORD_ACTION = 16,
    CH_WORD_VALUE = 32,
};

typedef struct {
    const char *word; /* NULL: the end of the table */
    int token;        /* of the grammar; a plain word's for values */
    guint roles;
} ChRuleWord;

extern const ChRuleWord ch_rule_words[];
/* The token of the word of LENGTH bytes at TEXT; that of a plain word where it is none of the table. */
int ch_rule_word_token(const char *text, gsize length);

/* compile.c: what a parser needs */

/* The place of SPAN, or of TOKEN, in PARSER's file. */
ChPlace ch_place_of_span(const ChParser *parser, const ChSpan *span);
ChPlace ch_place_of_token(const ChParser *parser, const ChToken *token);
/* An error at PLACE, which is in PARSER's file. */
void ch_complain(ChParser *parser, const ChPlace *place, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* TRUE once so much is wrong that the rest would not be read by anybody. */
gboolean ch_compiler_is_full(const ChCompiler *compiler);
gboolean ch_token_is_keyword(const ChToken *token);
void ch_begin_statement(ChParser *parser);
void ch_parse_source(ChCompiler *compiler, const ChRuleSource *source);

/* rules.c: files */

/* Reads the file that PATH, written in PARSER's file, names; complains at PLACE. */
void ch_include(ChParser *parser, const ChToken *path, const ChPlace *place);
typedef enum {
    CH_LIST_TEXTS,
    CH_LIST_ADDRESSES,
    CH_LIST_DOMAINS,
    CH_LIST_WHOLE_ADDRESSES, /* for "is" */
    CH_LIST_WHOLE_DOMAINS,
    CH_LIST_DATES,
} ChListKind;
/* The list PATH; NULL, and complained, where it cannot be had. */
ChRuleList *ch_find_list(ChParser *parser, const ChText *path, ChListKind kind);

/* source.c */

/* Copies LENGTH bytes of BYTES. *BAD_LINE, *BAD_COLUMN and *BAD: the first byte that is no
 * UTF-8, or a NUL; 0: none. */
ChRuleSource *ch_rule_source_new(const char *name, const char *folder, const char *bytes, gsize length,
                                 guint *bad_line, guint *bad_column, guchar *bad);
void ch_rule_source_free(ChRuleSource *source);
/* Line NUMBER without its end, cut to what a message can show. NULL: there is none. The caller frees. */
char *ch_rule_source_line(const ChRuleSource *source, guint number);

/* syntax.c: words for syntax errors */

/* EXPECTED (COUNT names of tokens, as grammar.y has them) at PARSER's last token. */
void ch_complain_of_syntax(ChParser *parser, const char *const *expected, guint count);
/* "; did you mean 'subject'?" where one of WORDS (NULL-terminated) is almost WORD; else "". The caller frees.
 */
char *ch_suggestion(const char *word, const char *const *words);
/* Whether WORD is almost a word that begins a statement. */
gboolean ch_is_like_a_statement(const char *word);
/* The names of PARSER's macros that stand for conditions, or for strings, appended to WORDS, borrowed. */
void ch_add_macros(const ChParser *parser, gboolean conditions, GPtrArray *words);
/* What stands there, for "found …": 'word', the string "…". The caller frees. */
char *ch_token_describe(const ChToken *token);
/* Words that begin a condition, NULL-terminated. */
const char *const *ch_condition_words(void);

/* forms.c: what strings must look like */

typedef gboolean (*ChForm)(const char *text);
gboolean ch_form_address(const char *text);       /* ana@x.example */
gboolean ch_form_address_rule(const char *text);  /* also ana@, @x.example, @*.x.example */
gboolean ch_form_domain_rule(const char *text);   /* also *.x.example */
gboolean ch_form_date(const char *text);          /* 2026-12-25, 12-25 */
gboolean ch_form_header(const char *text);        /* the name of a header field */
gboolean ch_form_header_to_set(const char *text); /* X-…, Importance */
/* The form of entries of KIND, and what to call it. Never NULL. */
ChForm ch_form_of_list(ChListKind kind, const char **expected);
/* TEXT as entries of KIND are compared. The caller frees. */
char *ch_form_fold(ChListKind kind, const char *text);

/* list.c */

/* LENGTH bytes of a list's file, TEXT valid UTF-8. Complains to MESSAGES of each entry without the form of
 * KIND, and of too many. Never NULL. PATH is copied. */
ChRuleList *ch_rule_list_new(const ChRuleSource *source, const char *path, ChListKind kind,
                             GPtrArray *messages, guint *errors);

/* tree.c: children of one kind become the parent's own, so that "a and (b and c)" is one node of three */

/* Appends PART to PARENT, which is no test. */
void ch_condition_adopt(ChCondition *parent, ChCondition *part);

/* build_text.c, build_test.c, build_action.c, build_mail.c: called by the grammar. They own what they are
 * given (ChToken and ChSpan are values), and what they return is the caller's. */

ChText *ch_build_text(ChParser *parser, const ChToken *token, const ChSpan *span);
void ch_text_free(ChText *text);
ChValues *ch_build_values(GPtrArray *texts, gboolean all, ChText *list);
void ch_values_free(ChValues *values);
/* TEXT with captures, which are noted for ch_build_rule; it is freed. */
ChPattern *ch_build_pattern(ChParser *parser, ChText *text);
/* The index of TOKEN's word among WORDS (NULL-terminated); -1, and complained. */
int ch_build_choice(ChParser *parser, const ChToken *token, const char *const *words);
guint ch_build_weekday(ChParser *parser, const ChToken *token); /* 0 to 6; complains */

ChCondition *ch_build_joined(ChParser *parser, ChConditionKind kind, const ChSpan *span, GPtrArray *parts);
ChCondition *ch_build_pair(ChParser *parser, ChConditionKind kind, const ChSpan *span, ChCondition *left,
                           ChCondition *right);
ChCondition *ch_build_not(ChParser *parser, const ChSpan *span, ChCondition *part);
ChCondition *ch_build_macro_use(ChParser *parser, const ChToken *token, const ChSpan *span);
ChCondition *ch_build_values_test(ChParser *parser, const ChSpan *span, ChTestOp op, ChValues *values);
/* Frees a TEST that ch_build_about was never called for. */
void ch_build_forget(ChCondition *test);
ChCondition *ch_build_regex_test(ChParser *parser, const ChSpan *span, const ChToken *regex);
ChCondition *ch_build_number_test(ChParser *parser, const ChSpan *span, ChTestOp op, const ChToken *number);
/* WORDS: of ChToken. */
ChCondition *ch_build_words_test(ChParser *parser, const ChSpan *span, ChTestWhat what, ChTestOp op,
                                 GArray *words);
ChCondition *ch_build_time_test(ChParser *parser, const ChSpan *span, const ChToken *from, const ChToken *to);
ChCondition *ch_build_weekday_test(ChParser *parser, const ChSpan *span, GArray *days, gboolean range);
ChCondition *ch_build_holiday_test(ChParser *parser, const ChSpan *span, const ChToken *list,
                                   const ChSpan *list_span);
/* TEST, so far without a WHAT, is about WHAT; HEADER is a header's name, or NULL. */
ChCondition *ch_build_about(ChParser *parser, const ChSpan *span, ChTestWhat what, ChText *header,
                            ChCondition *test);
gboolean ch_build_per_day(ChParser *parser, const ChToken *unit);

ChDo *ch_build_do(ChParser *parser, ChDoKind kind, const ChSpan *span, const ChToken *name, ChText *value);
ChDo *ch_build_due(ChParser *parser, const ChSpan *span, const ChToken *duration);
ChDo *ch_build_set(ChParser *parser, ChDoKind kind, const ChSpan *span, ChText *name, ChText *value);
/* The assignee as a word: least-busy, round-robin, or a macro. */
ChDo *ch_build_assign(ChParser *parser, const ChSpan *span, const ChToken *word);

void ch_build_rule(ChParser *parser, const ChSpan *span, ChCondition *condition, GPtrArray *actions);
void ch_build_macro(ChParser *parser, const ChToken *name, ChCondition *condition, ChText *text);

/* VALUE or WORD, or neither. */
ChProperty *ch_build_property(ChParser *parser, const ChSpan *span, ChTestWhat what, ChText *name,
                              ChText *value);
ChProperty *ch_build_word_property(ChParser *parser, const ChSpan *span, ChTestWhat what,
                                   const ChToken *word);
ChProperty *ch_build_number_property(ChParser *parser, const ChSpan *span, ChTestWhat what,
                                     const ChToken *number, const ChToken *unit);
ChExpectation *ch_build_expectation(ChParser *parser, const ChSpan *span, gboolean negated, ChDo *action,
                                    gboolean unknown);
void ch_build_mail_test(ChParser *parser, const ChSpan *span, const ChToken *name, GPtrArray *properties,
                        gboolean only, GPtrArray *expectations);

/* The words of a test of WHAT, NULL-terminated; NULL: it takes any. */
const char *const *ch_words_of(ChTestWhat what);
