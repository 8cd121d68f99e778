/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between lexer and grammar: which words are keywords, where a statement begins, what is said of a mistake
 * and what is only its consequence. Files are read by rules.c; what a construct means, the build_*.c know. */
#include "route/compile.h"

#include "grammar.h"

#include <string.h>

int ch_grammar_lex(CH_GRAMMAR_STYPE *value, ChSpan *span, ChParser *parser);

/* Of the tokens that are no word; those not here are the end. */
static const int signs[] = {
    [CH_TOKEN_NUMBER] = T_NUMBER,   [CH_TOKEN_DURATION] = T_DURATION, [CH_TOKEN_CLOCK] = T_CLOCK,
    [CH_TOKEN_DATE] = T_DATE,       [CH_TOKEN_STRING] = T_STRING,     [CH_TOKEN_REGEX] = T_REGEX,
    [CH_TOKEN_ARROW] = T_ARROW,     [CH_TOKEN_COMMA] = T_COMMA,       [CH_TOKEN_OPEN] = T_OPEN,
    [CH_TOKEN_CLOSE] = T_CLOSE,     [CH_TOKEN_EQUALS] = T_EQUALS,     [CH_TOKEN_LESS] = T_LESS,
    [CH_TOKEN_AT_MOST] = T_AT_MOST, [CH_TOKEN_MORE] = T_MORE,         [CH_TOKEN_AT_LEAST] = T_AT_LEAST,
    [CH_TOKEN_OTHER] = T_OTHER,
};

static int word_token(const ChToken *token)
{
    return ch_rule_word_token(token->start, token->length);
}

gboolean ch_token_is_keyword(const ChToken *token)
{
    return word_token(token) != T_WORD;
}

static gboolean begins_statement(int token)
{
    return token == T_MATCH || token == T_TEST || token == T_DEFINE || token == T_INCLUDE;
}

static int inner(int token)
{
    return token == T_MATCH     ? T_INNER_MATCH
           : token == T_TEST    ? T_INNER_TEST
           : token == T_DEFINE  ? T_INNER_DEFINE
           : token == T_INCLUDE ? T_INNER_INCLUDE
                                : token;
}

static int read_token(ChParser *parser)
{
    parser->end_line = parser->lexer.line;
    parser->end_column = parser->lexer.column;
    ChToken *token = &parser->token;
    ch_lexer_next(&parser->lexer, token);
    if (token->kind == CH_TOKEN_END)
        return T_YYEOF;
    int kind = token->kind == CH_TOKEN_WORD ? word_token(token) : signs[token->kind];
    return token->first ? kind : inner(kind);
}

/* Grammar and tree stand on stacks: what would make these too deep ends its statement. */
static int check_depth(ChParser *parser, int kind)
{
    parser->nots = kind == T_NOT ? parser->nots + 1 : 0;
    if (kind == T_OPEN)
        parser->open++;
    else if (kind == T_CLOSE && parser->open)
        parser->open--;
    /* Whatever else comes is no deeper; the end of the file above all must stay what it is. */
    if ((kind != T_OPEN || parser->open <= CH_RULE_DEPTH_MAX) &&
        (kind != T_NOT || parser->nots <= CH_RULE_DEPTH_MAX))
        return kind;
    ChPlace place = ch_place_of_token(parser, &parser->token);
    if (!parser->spoilt)
        ch_complain(parser, &place, "found conditions nested more than %d deep, expected fewer",
                    CH_RULE_DEPTH_MAX);
    parser->spoilt = TRUE;
    return T_OTHER;
}

/* After a mistake: where to go on. A misspelt "match" must not hide in what is skipped. */
static gboolean goes_on(const ChParser *parser, int kind)
{
    if (kind == T_YYEOF || begins_statement(kind))
        return TRUE;
    if (kind != T_WORD || !parser->token.first)
        return FALSE;
    g_autofree char *word = g_strndup(parser->token.start, parser->token.length);
    return ch_is_like_a_statement(word);
}

int ch_grammar_lex(CH_GRAMMAR_STYPE *value, ChSpan *span, ChParser *parser)
{
    int kind = read_token(parser);
    if (parser->skipping) {
        while (!goes_on(parser, kind))
            kind = read_token(parser);
        parser->skipping = parser->spoilt = FALSE;
        parser->open = parser->nots = 0;
    }
    kind = check_depth(parser, kind);
    const ChToken *token = &parser->token;
    parser->spoilt |= token->broken;
    value->T_WORD = *token;
    *span = (ChSpan){token->line, token->column, token->width, token->line, token->column + token->width};
    return kind;
}

void ch_begin_statement(ChParser *parser)
{
    parser->spoilt = parser->token.broken;
    parser->open = parser->nots = 0;
    g_array_set_size(parser->captures, 0);
}

static void clear_capture(gpointer data)
{
    g_free(((ChCapture *)data)->name);
}

/* What the lexer finds wrong inside a token. */
static void on_fault(gpointer data, guint line, guint column, guint width, const char *message)
{
    ChParser *parser = data;
    ChPlace place = {parser->source->name, line, column, width};
    if (!parser->skipping)
        ch_complain(parser, &place, "%s", message);
}

void ch_parse_source(ChCompiler *compiler, const ChRuleSource *source)
{
    ChParser parser = {.compiler = compiler, .source = source};
    parser.captures = g_array_new(FALSE, FALSE, sizeof(ChCapture));
    g_array_set_clear_func(parser.captures, clear_capture);
    ch_lexer_start(&parser.lexer, source->text, source->length, on_fault, &parser);
    ch_grammar_parse(&parser);
    g_array_unref(parser.captures);
}

ChPlace ch_place_of_span(const ChParser *parser, const ChSpan *span)
{
    gboolean one_line = span->line == span->end_line;
    return (ChPlace){parser->source->name, span->line, span->column,
                     one_line ? span->end_column - span->column : span->width};
}

ChPlace ch_place_of_token(const ChParser *parser, const ChToken *token)
{
    return (ChPlace){parser->source->name, token->line, token->column, token->width};
}

void ch_add_macros(const ChParser *parser, gboolean conditions, GPtrArray *words)
{
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, parser->compiler->macros);
    while (g_hash_table_iter_next(&iter, &name, &value))
        if ((((const ChMacro *)value)->condition != NULL) == conditions)
            g_ptr_array_add(words, name);
}

gboolean ch_compiler_is_full(const ChCompiler *compiler)
{
    return compiler->errors >= CH_RULE_ERRORS_MAX;
}

void ch_complain(ChParser *parser, const ChPlace *place, const char *format, ...)
{
    ChCompiler *compiler = parser->compiler;
    if (ch_compiler_is_full(compiler))
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    /* A word that was no UTF-8 was told as that. */
    if (parser->source->damaged && strstr(message, "\ufffd"))
        return;
    compiler->errors++;
    g_autofree char *line = ch_rule_source_line(parser->source, place->line);
    ch_rule_complain(compiler->messages, FALSE, place, line, "%s", message);
}
