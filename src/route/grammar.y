/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grammar of the rules language, chamado-rules(5). It recognises and calls the build_*.c, which know what a
 * thing means; words for syntax errors are syntax.c's. */
%define api.pure full
%define api.prefix {ch_grammar_}
%define api.token.prefix {T_}
%define api.value.type union
%define api.location.type {ChSpan}
%define parse.error custom
%define parse.lac full
%locations
%param {ChParser *parser}
%expect 0

%code requires {
#include "route/compile.h"
}

%code {
#define YYLLOC_DEFAULT(current, rhs, n)                                                                      \
    do {                                                                                                     \
        if (n) {                                                                                             \
            (current) = YYRHSLOC(rhs, 1);                                                                    \
            (current).end_line = YYRHSLOC(rhs, n).end_line;                                                  \
            (current).end_column = YYRHSLOC(rhs, n).end_column;                                              \
        } else {                                                                                             \
            (current) = YYRHSLOC(rhs, 0);                                                                    \
        }                                                                                                    \
    } while (0)

int ch_grammar_lex(CH_GRAMMAR_STYPE *value, ChSpan *span, ChParser *parser);

static void ch_grammar_error(ChSpan *span, ChParser *parser, const char *message)
{
    ChPlace place = ch_place_of_span(parser, span);
    ch_complain(parser, &place, "%s", message);
}

static GPtrArray *list_of(gpointer first, GDestroyNotify free_one)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_one);
    g_ptr_array_add(list, first);
    return list;
}

#define LIST_OF(first, function) list_of((first), (GDestroyNotify)(function))

static GPtrArray *longer(GPtrArray *list, gpointer next)
{
    g_ptr_array_add(list, next);
    return list;
}

static GArray *words_of(const ChToken *word)
{
    GArray *words = g_array_new(FALSE, FALSE, sizeof(ChToken));
    return g_array_append_vals(words, word, 1);
}
}

%token YYEOF 0 "the end of the file"
%token <ChToken>
    WORD     "a name"
    NUMBER   "a number such as 12, 2.5 or 3M"
    DURATION "a duration such as 30m, 4h or 2d"
    CLOCK    "a time such as 18:00"
    DATE     "a date such as 2026-12-25"
    STRING   "a string in double quotes"
    OTHER    "nothing"
    ARROW "->" COMMA "," OPEN "(" CLOSE ")" EQUALS "=" LESS "<" AT_MOST "<=" MORE ">" AT_LEAST ">="
/* A word of these begins a statement where it is the first of its line; elsewhere it may be a name, too. */
%token <ChToken> MATCH "match" TEST "test" DEFINE "define" INCLUDE "include"
    INNER_MATCH "match " INNER_TEST "test " INNER_DEFINE "define " INNER_INCLUDE "include "
%token <ChToken>
    ALL "all" ANY "any" AND "and" OR "or" NOT "not" OF "of" IN "in" IS "is" AT "at" LEAST "least" PER "per"
    CONTAINS "contains" BEGINS "begins" ENDS "ends" WITH "with" MATCHES "matches" EXISTS "exists"
    FROM "from" TO "to" CC "cc" RECIPIENT "recipient" DOMAIN "domain" SUBJECT "subject" BODY "body"
    COMPANY "company" HEADER "header" ATTACHMENT "attachment" ATTACHMENTS "attachments" NAME "name"
    TYPE "type" SIZE "size" SPAM "spam" RATE "rate" EVIDENCE "evidence" KIND "kind" CUSTOMER "customer"
    LANGUAGE "language" DEPARTMENT "department" TICKET "ticket" TIME "time" WEEKDAY "weekday"
    HOLIDAY "holiday" PRIORITY "priority" TAG "tag" FIELD "field" ASSIGN "assign" WATCH "watch"
    NOTIFY "notify" REFER "refer" TITLE "title" TEMPLATE "template" NO_ACK "no-ack" HOLD "hold"
    IGNORE "ignore" QUARANTINE "quarantine" REFUSE_ATTACHMENT "refuse-attachment" DUE "due"
    SET_HEADER "set-header" STOP "stop" MAIL "mail" EXPECT "expect" ONLY "only" NOTHING "nothing "
    UNKNOWN "unknown" DAY_DATE "date"
    REGEX "a regular expression between slashes"

/* "expect tag match": a word behind the action is its value, not the next statement. */
%precedence ANY_VALUE
%precedence INNER_MATCH INNER_TEST INNER_DEFINE INNER_INCLUDE

%type <ChToken> name keyword
%type <ChText *> text
%type <ChValues *> values
%type <GPtrArray *> texts conditions actions properties expectations
%type <GArray *> names words
%type <ChCondition *> rule_condition condition conjunction negation primary test address_test text_test
    is_not_values regex_test comparison
%type <ChTestWhat> address_word text_word word_word
%type <ChTestOp> comparator
%type <ChDo *> action common expected
%type <ChDoKind> aside name_do text_do alone
%type <ChProperty *> property
%type <ChExpectation *> expectation
%type <gboolean> only

%destructor { ch_text_free($$); } <ChText *>
%destructor { ch_values_free($$); } <ChValues *>
%destructor { g_ptr_array_unref($$); } <GPtrArray *>
%destructor { g_array_unref($$); } <GArray *>
%destructor { ch_condition_free($$); } <ChCondition *>
%destructor { ch_build_forget($$); } address_test text_test is_not_values
%destructor { ch_do_free($$); } <ChDo *>
%destructor { ch_property_free($$); } <ChProperty *>
%destructor { ch_expectation_free($$); } <ChExpectation *>

%%

file: statements ;

statements:
    %empty
  | statements statement
    {
        if (ch_compiler_is_full(parser->compiler))
            YYACCEPT;
    }
;

statement:
    match rule_condition "->" actions { ch_build_rule(parser, &@$, $2, $4); }
  | define name "=" condition         { ch_build_macro(parser, &$2, $4, NULL); }
  | define name "=" STRING            { ch_build_macro(parser, &$2, NULL, ch_build_text(parser, &$4, &@4)); }
  | include STRING                    { ChPlace place = ch_place_of_span(parser, &@2);
                                        ch_include(parser, &$2, &place); }
  | test_of_mail STRING "mail" properties "expect" only expectations
                                      { ch_build_mail_test(parser, &@$, &$2, $4, $6, $7); }
  | error
    {
        if (parser->skipping)
            yyclearin;
        yyerrok;
    }
;

match:        begins_match { ch_begin_statement(parser); } ;
define:       begins_define { ch_begin_statement(parser); } ;
include:      begins_include { ch_begin_statement(parser); } ;
test_of_mail: begins_test { ch_begin_statement(parser); } ;
begins_match: MATCH | INNER_MATCH ;
begins_define: DEFINE | INNER_DEFINE ;
begins_include: INCLUDE | INNER_INCLUDE ;
begins_test: TEST | INNER_TEST ;

/* Conditions */

rule_condition:
    condition
  | "all" { ChPlace place = ch_place_of_span(parser, &@1);
            $$ = ch_condition_new(CH_CONDITION_TEST, &place); }
;

condition:
    conjunction
  | condition "or" conjunction { $$ = ch_build_pair(parser, CH_CONDITION_OR, &@$, $1, $3); }
;

conjunction:
    negation
  | conjunction "and" negation { $$ = ch_build_pair(parser, CH_CONDITION_AND, &@$, $1, $3); }
;

negation:
    primary
  | "not" negation { $$ = ch_build_not(parser, &@$, $2); }
;

primary:
    "(" condition ")"             { $$ = $2; }
  | "any" "of" "(" conditions ")" { $$ = ch_build_joined(parser, CH_CONDITION_OR, &@$, $4); }
  | "all" "of" "(" conditions ")" { $$ = ch_build_joined(parser, CH_CONDITION_AND, &@$, $4); }
  | WORD                          { $$ = ch_build_macro_use(parser, &$1, &@1); }
  | test
;

conditions:
    condition                { $$ = LIST_OF($1, ch_condition_free); }
  | conditions "," condition { $$ = longer($1, $3); }
;

test:
    address_word address_test             { $$ = ch_build_about(parser, &@$, $1, NULL, $2); }
  | text_word text_test                   { $$ = ch_build_about(parser, &@$, $1, NULL, $2); }
  | "header" text text_test               { $$ = ch_build_about(parser, &@$, CH_TEST_HEADER, $2, $3); }
  | "header" text "exists"
    { $$ = ch_build_about(parser, &@$, CH_TEST_HEADER, $2,
                          ch_build_values_test(parser, &@3, CH_OP_EXISTS, NULL)); }
  | "attachment" "name" text_test         { $$ = ch_build_about(parser, &@$, CH_TEST_FILE_NAME, NULL, $3); }
  | "attachment" "type" text_test         { $$ = ch_build_about(parser, &@$, CH_TEST_FILE_TYPE, NULL, $3); }
  | "attachment" "size" comparison        { $$ = ch_build_about(parser, &@$, CH_TEST_FILE_SIZE, NULL, $3); }
  | "attachments" comparison              { $$ = ch_build_about(parser, &@$, CH_TEST_FILES, NULL, $2); }
  | "size" comparison                     { $$ = ch_build_about(parser, &@$, CH_TEST_SIZE, NULL, $2); }
  | "spam" comparison                     { $$ = ch_build_about(parser, &@$, CH_TEST_SPAM, NULL, $2); }
  | "rate" comparison "per" name          { $$ = ch_build_about(parser, &@$, CH_TEST_RATE, NULL, $2);
                                            $$->per_day = ch_build_per_day(parser, &$4); }
  | address_word is_not_values            { $$ = ch_build_not(parser, &@$, ch_build_about(parser, &@$, $1, NULL, $2)); }
  | text_word is_not_values               { $$ = ch_build_not(parser, &@$, ch_build_about(parser, &@$, $1, NULL, $2)); }
  | "header" text is_not_values
    { $$ = ch_build_not(parser, &@$, ch_build_about(parser, &@$, CH_TEST_HEADER, $2, $3)); }
  | "attachment" "name" is_not_values
    { $$ = ch_build_not(parser, &@$, ch_build_about(parser, &@$, CH_TEST_FILE_NAME, NULL, $3)); }
  | "attachment" "type" is_not_values
    { $$ = ch_build_not(parser, &@$, ch_build_about(parser, &@$, CH_TEST_FILE_TYPE, NULL, $3)); }
  | word_word "is" "not" words
    { $$ = ch_build_not(parser, &@$, ch_build_words_test(parser, &@$, $1, CH_OP_IS, $4)); }
  | word_word "is" words                  { $$ = ch_build_words_test(parser, &@$, $1, CH_OP_IS, $3); }
  | "evidence" "at" "least" name
    { $$ = ch_build_words_test(parser, &@$, CH_TEST_EVIDENCE, CH_OP_AT_LEAST, words_of(&$4)); }
  | "time" CLOCK "to" CLOCK               { $$ = ch_build_time_test(parser, &@$, &$2, &$4); }
  | "weekday" words                       { $$ = ch_build_weekday_test(parser, &@$, $2, FALSE); }
  | "weekday" name "to" name
    { $$ = ch_build_weekday_test(parser, &@$, g_array_append_val(words_of(&$2), $4), TRUE); }
  | "holiday" "in" STRING                 { $$ = ch_build_holiday_test(parser, &@$, &$3, &@3); }
;

address_word:
    "from"      { $$ = CH_TEST_FROM; }
  | "to"        { $$ = CH_TEST_TO; }
  | "cc"        { $$ = CH_TEST_CC; }
  | "recipient" { $$ = CH_TEST_RECIPIENT; }
  | "domain"    { $$ = CH_TEST_DOMAIN; }
;

text_word:
    "subject" { $$ = CH_TEST_SUBJECT; }
  | "body"    { $$ = CH_TEST_BODY; }
  | "company" { $$ = CH_TEST_COMPANY; }
;

word_word:
    "evidence"   { $$ = CH_TEST_EVIDENCE; }
  | "kind"       { $$ = CH_TEST_KIND; }
  | "customer"   { $$ = CH_TEST_CUSTOMER; }
  | "language"   { $$ = CH_TEST_LANGUAGE; }
  | "department" { $$ = CH_TEST_DEPARTMENT; }
  | "ticket"     { $$ = CH_TEST_TICKET; }
;

address_test:
    values      { $$ = ch_build_values_test(parser, &@$, CH_OP_ADDRESS, $1); }
  | "is" values { $$ = ch_build_values_test(parser, &@$, CH_OP_IS, $2); }
  | regex_test
;

text_test:
    "is" values            { $$ = ch_build_values_test(parser, &@$, CH_OP_IS, $2); }
  | "contains" values      { $$ = ch_build_values_test(parser, &@$, CH_OP_CONTAINS, $2); }
  | "begins" "with" values { $$ = ch_build_values_test(parser, &@$, CH_OP_BEGINS, $3); }
  | "ends" "with" values   { $$ = ch_build_values_test(parser, &@$, CH_OP_ENDS, $3); }
  | regex_test
;

/* "is not x" is "not … is x". */
is_not_values: "is" "not" values { $$ = ch_build_values_test(parser, &@$, CH_OP_IS, $3); } ;

regex_test:
    REGEX           { $$ = ch_build_regex_test(parser, &@$, &$1); }
  | "matches" REGEX { $$ = ch_build_regex_test(parser, &@$, &$2); }
;

comparison: comparator NUMBER { $$ = ch_build_number_test(parser, &@$, $1, &$2); } ;

comparator:
    "<"  { $$ = CH_OP_LESS; }
  | "<=" { $$ = CH_OP_AT_MOST; }
  | "="  { $$ = CH_OP_EQUALS; }
  | ">=" { $$ = CH_OP_AT_LEAST; }
  | ">"  { $$ = CH_OP_MORE; }
;

values:
    text                     { $$ = ch_build_values(LIST_OF($1, ch_text_free), FALSE, NULL); }
  | "any" "of" "(" texts ")" { $$ = ch_build_values($4, FALSE, NULL); }
  | "all" "of" "(" texts ")" { $$ = ch_build_values($4, TRUE, NULL); }
  | "in" STRING              { $$ = ch_build_values(NULL, FALSE, ch_build_text(parser, &$2, &@2)); }
;

texts:
    text           { $$ = LIST_OF($1, ch_text_free); }
  | texts "," text { $$ = longer($1, $3); }
;

text:
    STRING { $$ = ch_build_text(parser, &$1, &@1); }
  | WORD   { $$ = ch_build_text(parser, &$1, &@1); }
;

words:
    name                     { $$ = words_of(&$1); }
  | "any" "of" "(" names ")" { $$ = $4; }
;

names:
    name           { $$ = words_of(&$1); }
  | names "," name { $$ = g_array_append_vals($1, &$3, 1); }
;

name: WORD | keyword ;

/* Actions */

actions:
    action             { $$ = LIST_OF($1, ch_do_free); }
  | actions "," action { $$ = longer($1, $3); }
;

action:
    common
  | aside text { $$ = ch_build_do(parser, $1, &@$, NULL, $2); }
  | "stop"     { $$ = ch_build_do(parser, CH_DO_STOP, &@$, NULL, NULL); }
;

common:
    name_do name              { $$ = ch_build_do(parser, $1, &@$, &$2, NULL); }
  | text_do text              { $$ = ch_build_do(parser, $1, &@$, NULL, $2); }
  | "tag" name                { $$ = ch_build_do(parser, CH_DO_TAG, &@$, &$2, NULL); }
  | "tag" STRING              { $$ = ch_build_do(parser, CH_DO_TAG, &@$, NULL, ch_build_text(parser, &$2, &@2)); }
  | "field" name "=" text     { $$ = ch_build_do(parser, CH_DO_FIELD, &@$, &$2, $4); }
  | "field" STRING "=" text
    { $$ = ch_build_set(parser, CH_DO_FIELD, &@$, ch_build_text(parser, &$2, &@2), $4); }
  | "set-header" text "=" text { $$ = ch_build_set(parser, CH_DO_SET_HEADER, &@$, $2, $4); }
  | "assign" STRING
    { $$ = ch_build_do(parser, CH_DO_ASSIGN, &@$, NULL, ch_build_text(parser, &$2, &@2)); }
  | "assign" name             { $$ = ch_build_assign(parser, &@$, &$2); }
  | "no-ack"                  { $$ = ch_build_do(parser, CH_DO_NO_ACK, &@$, NULL, NULL); }
  | "due" DURATION            { $$ = ch_build_due(parser, &@$, &$2); }
;

name_do:
    "department" { $$ = CH_DO_DEPARTMENT; }
  | "priority"   { $$ = CH_DO_PRIORITY; }
  | "refer"      { $$ = CH_DO_REFER; }
  | "template"   { $$ = CH_DO_TEMPLATE; }
  | "language"   { $$ = CH_DO_LANGUAGE; }
;

text_do:
    "watch"  { $$ = CH_DO_WATCH; }
  | "notify" { $$ = CH_DO_NOTIFY; }
  | "title"  { $$ = CH_DO_TITLE; }
;

aside:
    "hold"              { $$ = CH_DO_HOLD; }
  | "ignore"            { $$ = CH_DO_IGNORE; }
  | "quarantine"        { $$ = CH_DO_QUARANTINE; }
  | "refuse-attachment" { $$ = CH_DO_REFUSE_ATTACHMENT; }
;

/* Tests */

properties:
    property            { $$ = LIST_OF($1, ch_property_free); }
  | properties property { $$ = longer($1, $2); }
;

property:
    address_word text          { $$ = ch_build_property(parser, &@$, $1, NULL, $2); }
  | text_word text             { $$ = ch_build_property(parser, &@$, $1, NULL, $2); }
  | "header" text text         { $$ = ch_build_property(parser, &@$, CH_TEST_HEADER, $2, $3); }
  | "attachment" "name" text   { $$ = ch_build_property(parser, &@$, CH_TEST_FILE_NAME, NULL, $3); }
  | "attachment" "type" text   { $$ = ch_build_property(parser, &@$, CH_TEST_FILE_TYPE, NULL, $3); }
  | "attachment" "size" NUMBER { $$ = ch_build_number_property(parser, &@$, CH_TEST_FILE_SIZE, &$3, NULL); }
  | "size" NUMBER              { $$ = ch_build_number_property(parser, &@$, CH_TEST_SIZE, &$2, NULL); }
  | "spam" NUMBER              { $$ = ch_build_number_property(parser, &@$, CH_TEST_SPAM, &$2, NULL); }
  | "rate" NUMBER "per" name   { $$ = ch_build_number_property(parser, &@$, CH_TEST_RATE, &$2, &$4); }
  | word_word name             { $$ = ch_build_word_property(parser, &@$, $1, &$2); }
  | "time" CLOCK               { $$ = ch_build_word_property(parser, &@$, CH_TEST_TIME, &$2); }
  | "weekday" name             { $$ = ch_build_word_property(parser, &@$, CH_TEST_WEEKDAY, &$2); }
  | "date" DATE                { $$ = ch_build_word_property(parser, &@$, CH_TEST_HOLIDAY, &$2); }
;

only:
    %empty { $$ = FALSE; }
  | "only" { $$ = TRUE; }
;

expectations:
    expectation                  { $$ = LIST_OF($1, ch_expectation_free); }
  | expectations "," expectation { $$ = longer($1, $3); }
;

expectation:
    expected       { $$ = ch_build_expectation(parser, &@$, FALSE, $1, FALSE); }
  | "not" expected { $$ = ch_build_expectation(parser, &@$, TRUE, $2, FALSE); }
  | "nothing "     { $$ = ch_build_expectation(parser, &@$, FALSE, NULL, FALSE); }
  | "unknown"      { $$ = ch_build_expectation(parser, &@$, FALSE, NULL, TRUE); }
  | "not" "unknown" { $$ = ch_build_expectation(parser, &@$, TRUE, NULL, TRUE); }
;

expected:
    common
  | aside text     { $$ = ch_build_do(parser, $1, &@$, NULL, $2); }
  | aside          { $$ = ch_build_do(parser, $1, &@$, NULL, NULL); }
  | "field" name   { $$ = ch_build_do(parser, CH_DO_FIELD, &@$, &$2, NULL); }
  | "field" STRING { $$ = ch_build_set(parser, CH_DO_FIELD, &@$, ch_build_text(parser, &$2, &@2), NULL); }
  | "set-header" text      { $$ = ch_build_set(parser, CH_DO_SET_HEADER, &@$, $2, NULL); }
  | alone                  { $$ = ch_build_do(parser, $1, &@$, NULL, NULL); }
;

/* Whatever the value. */
alone:
    name_do %prec ANY_VALUE
  | text_do
  | "tag" %prec ANY_VALUE    { $$ = CH_DO_TAG; }
  | "assign" %prec ANY_VALUE { $$ = CH_DO_ASSIGN; }
  | "due"    { $$ = CH_DO_DUE; }
;

/* All but "not": "customer is not active". */
keyword:
    INNER_MATCH | INNER_TEST | INNER_DEFINE | INNER_INCLUDE
  | ALL | ANY | AND | OR | OF | IN | IS | AT | LEAST | PER | CONTAINS | BEGINS | ENDS | WITH | MATCHES
  | EXISTS | FROM | TO | CC | RECIPIENT | DOMAIN | SUBJECT | BODY | COMPANY | HEADER | ATTACHMENT
  | ATTACHMENTS | NAME | TYPE | SIZE | SPAM | RATE | EVIDENCE | KIND | CUSTOMER | LANGUAGE | DEPARTMENT
  | TICKET | TIME | WEEKDAY | HOLIDAY | PRIORITY | TAG | FIELD | ASSIGN | WATCH | NOTIFY | REFER | TITLE
  | TEMPLATE | NO_ACK | HOLD | IGNORE | QUARANTINE | REFUSE_ATTACHMENT | DUE | SET_HEADER | STOP | MAIL
  | EXPECT | ONLY | NOTHING | UNKNOWN | DAY_DATE
;

%%

static int yyreport_syntax_error(const yypcontext_t *context, ChParser *parser)
{
    yysymbol_kind_t kinds[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, kinds, YYNTOKENS);
    const char *names[YYNTOKENS];
    for (int i = 0; i < count; i++)
        names[i] = yysymbol_name(kinds[i]);
    ch_complain_of_syntax(parser, names, count < 0 ? 0 : (guint)count);
    return 0;
}
