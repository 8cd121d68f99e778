/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words for syntax errors: what was found, what was expected, what was probably meant. When there is an
 * error, bison knows (grammar.y). */
#include "route/compile.h"

#include <string.h>

/* Characters of a string or regex that a message repeats. */
#define QUOTED_MAX 40

static const char *const condition_words[] = {
    "from",       "to",          "cc",   "recipient", "domain",  "subject",  "body", "company",  "header",
    "attachment", "attachments", "size", "spam",      "rate",    "evidence", "kind", "customer", "language",
    "department", "ticket",      "time", "weekday",   "holiday", "not",      "any",  "all",      NULL};

const char *const *ch_condition_words(void)
{
    return condition_words;
}

char *ch_token_describe(const ChToken *token)
{
    if (token->kind == CH_TOKEN_END)
        return g_strdup("the end of the file");
    glong characters = g_utf8_strlen(token->start, (gssize)token->length);
    const char *end = g_utf8_offset_to_pointer(token->start, MIN(characters, QUOTED_MAX));
    const char *more = characters > QUOTED_MAX ? "\u2026" : "";
    int shown = (int)(end - token->start);
    if (token->kind == CH_TOKEN_STRING)
        return g_strdup_printf("the string %.*s%s", shown, token->start, more);
    if (token->kind == CH_TOKEN_REGEX)
        return g_strdup_printf("the regular expression %.*s%s", shown, token->start, more);
    return g_strdup_printf("'%.*s%s'", shown, token->start, more);
}

/* Letters to be changed, added, left out or swapped to make B of A; at most MOST + 1. */
static guint distance(const char *a, const char *b, guint most)
{
    guint rows[3][32];
    guint length = (guint)strlen(b), size = (guint)strlen(a);
    if (length + 1 > G_N_ELEMENTS(rows[0]) || size > length + most || length > size + most)
        return most + 1;
    for (guint j = 0; j <= length; j++)
        rows[0][j] = j;
    for (guint i = 1; i <= size; i++) {
        guint *row = rows[i % 3], *above = rows[(i + 2) % 3], *top = rows[(i + 1) % 3];
        row[0] = i;
        for (guint j = 1; j <= length; j++) {
            row[j] = MIN(MIN(row[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN(row[j], top[j - 2] + 1);
        }
    }
    return rows[size % 3][length];
}

/* What other languages call it. */
static const char *translated(const char *word)
{
    static const char *const pairs[][2] = {
        {"&&", "and"},      {"||", "or"},    {"!", "not"},     {"=>", "->"},       {"\u2192", "->"},
        {"==", "="},        {"=<", "<="},    {"&", "and"},     {"|", "or"},        {"if", "match"},
        {"sender", "from"}, {"tags", "tag"}, {"equals", "is"}, {"has", "contains"}};
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (strcmp(pairs[i][0], word) == 0)
            return pairs[i][1];
    return NULL;
}

static const char *nearest(const char *word, const char *const *words)
{
    const char *meant = translated(word), *best = NULL;
    for (guint i = 0; meant && words[i]; i++)
        if (strcmp(words[i], meant) == 0)
            return words[i];
    g_autofree char *lower = g_utf8_strdown(word, -1);
    for (guint i = 0; words[i]; i++) { /* "monday" for "mon", "prio" for "priority" */
        gsize length = strlen(words[i]), own = strlen(lower);
        if (MIN(length, own) >= (length < 4 ? 2 : 3) && strncmp(lower, words[i], MIN(length, own)) == 0)
            return words[i];
    }
    guint most = strlen(lower) < 3 ? 0 : strlen(lower) < 6 ? 1 : 2, least = most + 1;
    for (guint i = 0; words[i]; i++) {
        guint away = distance(lower, words[i], most);
        if (away < least) {
            least = away;
            best = words[i];
        }
    }
    return best;
}

gboolean ch_is_like_a_statement(const char *word)
{
    static const char *const words[] = {"match", "test", "define", "include", NULL};
    return nearest(word, words) != NULL;
}

char *ch_suggestion(const char *word, const char *const *words)
{
    const char *best = nearest(word, words);
    return best ? g_strdup_printf("; did you mean '%s'?", best) : g_strdup("");
}

static gboolean has(const char *const *names, guint count, const char *name)
{
    for (guint i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_word(const char *name)
{
    return g_ascii_islower(*name) && !g_str_has_prefix(name, "a ") && !g_str_has_prefix(name, "the ");
}

/* Many tokens that together are one thing have one name. */
static const struct {
    const char *mark; /* a token that is expected there */
    const char *also; /* and this, or NULL */
    const char *what;
    gboolean alone; /* all other words belong to it */
} groups[] = {
    {"per", "no-ack", "a name", TRUE}, /* any word at all */
    {"from", "(", "a condition", TRUE},
    {"no-ack", "stop", "an action", TRUE},
    {"no-ack", NULL, "what a rule does, 'nothing' or 'unknown'", TRUE},
    {"from", "expect", "something of the mail, or 'expect'", TRUE},
    {"from", NULL, "something of the mail, such as 'from' or 'subject'", TRUE},
};

static gboolean begins_statement(const char *name)
{
    g_autofree char *bare = g_strchomp(g_strdup(name));
    return strcmp(bare, "match") == 0 || strcmp(bare, "test") == 0 || strcmp(bare, "define") == 0 ||
           strcmp(bare, "include") == 0;
}

/* As a list for people: "a", "a or b", "a, b or c". */
static char *join(GPtrArray *parts)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < parts->len; i++) {
        if (i)
            g_string_append(out, i + 1 == parts->len ? " or " : ", ");
        g_string_append(out, g_ptr_array_index(parts, i));
    }
    return g_string_free(out, FALSE);
}

static void add_part(GPtrArray *parts, const char *name, gboolean text)
{
    if (strcmp(name, "any") == 0 || strcmp(name, "all") == 0)
        g_ptr_array_add(parts, g_strdup_printf("'%s of'", name));
    else if (strcmp(name, "begins") == 0 || strcmp(name, "ends") == 0)
        g_ptr_array_add(parts, g_strdup_printf("'%s with'", name));
    else if (strcmp(name, "a name") == 0 && text)
        return; /* a macro: nobody needs one */
    else if (g_str_has_prefix(name, "a "))
        g_ptr_array_add(parts, g_strdup(name));
    else
        g_ptr_array_add(parts, g_strdup_printf("'%s'", name));
}

static char *expectation(const char *const *names, guint count)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    gboolean whole = has(names, count, "the end of the file"),
             text = has(names, count, "a string in double quotes");
    guint group = 0;
    while (group < G_N_ELEMENTS(groups) && !(has(names, count, groups[group].mark) &&
                                             (!groups[group].also || has(names, count, groups[group].also))))
        group++;
    for (guint i = 0; i < count; i++) {
        if (whole && (begins_statement(names[i]) || strcmp(names[i], "the end of the file") == 0))
            continue;
        if (strcmp(names[i], "of") == 0 && count > 1)
            continue; /* of "all of", where "all" alone is far more likely */
        if (group < G_N_ELEMENTS(groups) && (is_word(names[i]) || !text || strcmp(names[i], "a name") == 0))
            continue;
        add_part(parts, names[i], text);
    }
    if (group < G_N_ELEMENTS(groups))
        g_ptr_array_insert(parts, 0, g_strdup(groups[group].what));
    if (whole)
        g_ptr_array_add(parts, g_strdup(parts->len ? "the end of the statement"
                                                   : "a statement: 'match', 'test', 'define' or 'include'"));
    return join(parts);
}

/* Before AT a statement ended too early: it is better shown where it ended. */
static gboolean ends_early(const ChToken *token, char **found)
{
    g_autofree char *word = g_strndup(token->start, token->length);
    gboolean next = token->kind == CH_TOKEN_WORD && token->first && begins_statement(word);
    if (next)
        *found = g_strdup("the end of the statement");
    else if (token->kind == CH_TOKEN_END)
        *found = g_strdup("the end of the file");
    return next || token->kind == CH_TOKEN_END;
}

/* A word that touches the string before it: more likely a quotation mark is missing than the word wrong. */
static gboolean touches_string(const ChParser *parser)
{
    const ChToken *token = &parser->token;
    return token->kind == CH_TOKEN_WORD && token->start > parser->source->text && token->start[-1] == '"';
}

void ch_complain_of_syntax(ChParser *parser, const char *const *expected, guint count)
{
    const ChToken *token = &parser->token;
    g_autofree char *found = NULL;
    ChPlace place = ch_place_of_token(parser, token);
    if (ends_early(token, &found))
        place = (ChPlace){parser->source->name, parser->end_line, parser->end_column, 0};
    else
        parser->skipping = TRUE;
    if (parser->spoilt)
        return;
    if (!found)
        found = ch_token_describe(token);
    g_autofree char *wanted = expectation(expected, count);
    g_autofree char *word = g_strndup(token->start, token->length);
    g_autofree const char **words = g_new0(const char *, count + 1);
    for (guint i = 0, n = 0; i < count; i++)
        if (is_word(expected[i]) || strchr("-<>=", *expected[i]))
            words[n++] = expected[i];
    g_autofree char *meant = touches_string(parser) ? g_strdup("; is a '\"' missing before it?")
                             : place.width          ? ch_suggestion(word, words)
                                                    : g_strdup("");
    ch_complain(parser, &place, "found %s, expected %s%s", found, wanted, meant);
}
