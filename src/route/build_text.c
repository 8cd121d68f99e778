/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings, words and captures of rules, from tokens to what nodes hold. The nodes themselves are made by
 * build_test.c, build_action.c and build_mail.c. */
#include "route/compile.h"

#include <string.h>

void ch_text_free(ChText *text)
{
    if (!text)
        return;
    g_free(text->value);
    g_free(text);
}

static void complain_of_word(ChParser *parser, const char *word, const ChMacro *macro, const ChPlace *place)
{
    if (macro) {
        ch_complain(parser, place,
                    "found '%s', which stands for a condition, expected a string in double quotes", word);
        return;
    }
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    ch_add_macros(parser, FALSE, words);
    g_ptr_array_add(words, NULL);
    g_autofree char *meant = ch_suggestion(word, (const char *const *)words->pdata);
    if (*meant)
        ch_complain(parser, place, "found '%s', expected a string in double quotes%s", word, meant);
    else
        ch_complain(parser, place, "found '%s', expected a string in double quotes, such as \"%s\"", word,
                    word);
}

/* The string of a macro; complains where TOKEN names none. */
static char *macro_text(ChParser *parser, const ChToken *token, const ChPlace *place)
{
    g_autofree char *word = g_strndup(token->start, token->length);
    const ChMacro *macro = g_hash_table_lookup(parser->compiler->macros, word);
    if (macro && macro->text) {
        macro->own->used = TRUE;
        return g_strdup(macro->text);
    }
    if (!parser->spoilt)
        complain_of_word(parser, word, macro, place);
    parser->spoilt = TRUE;
    return NULL;
}

ChText *ch_build_text(ChParser *parser, const ChToken *token, const ChSpan *span)
{
    ChText *text = g_new0(ChText, 1);
    text->place = ch_place_of_span(parser, span);
    text->token = *token;
    text->value =
        token->kind == CH_TOKEN_STRING ? ch_token_string(token) : macro_text(parser, token, &text->place);
    text->sound = text->value && !token->faulty;
    if (!text->value)
        text->value = g_strdup("");
    return text;
}

ChValues *ch_build_values(GPtrArray *texts, gboolean all, ChText *list)
{
    ChValues *values = g_new0(ChValues, 1);
    values->texts = texts;
    values->all = all;
    values->list = list;
    return values;
}

void ch_values_free(ChValues *values)
{
    if (!values)
        return;
    g_clear_pointer(&values->texts, g_ptr_array_unref);
    ch_text_free(values->list);
    g_free(values);
}

/* The place of COUNT characters from byte OFFSET of TEXT's value on; of a macro's, its name. */
static ChPlace place_inside(const ChText *text, gsize offset, guint count)
{
    ChPlace place = text->place;
    if (text->token.kind == CH_TOKEN_STRING) {
        place.column = ch_token_column(&text->token, offset);
        place.width = count;
    }
    return place;
}

static gsize name_length(const char *at)
{
    const char *end = at;
    while (*end == '_' || g_unichar_isalnum(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    return g_ascii_isdigit(*at) ? 0 : (gsize)(end - at);
}

/* The name of the capture at DOLLAR ("$x", "${x}") in *NAME. Returns what follows it; NULL: it is none. */
static const char *read_name(const char *dollar, char **name)
{
    gboolean braces = dollar[1] == '{';
    const char *start = dollar + (braces ? 2 : 1);
    gsize length = name_length(start);
    if (!length || (braces && start[length] != '}'))
        return NULL;
    *name = g_strndup(start, length);
    return start + length + (braces ? 1 : 0);
}

ChPattern *ch_build_pattern(ChParser *parser, ChText *text)
{
    g_autoptr(GPtrArray) pieces = g_ptr_array_new();
    g_autoptr(GString) plain = g_string_new(NULL);
    for (const char *at = text->value; *at;) {
        if (*at != '$' || at[1] == '$') {
            g_string_append_c(plain, *at);
            at += *at == '$' ? 2 : 1;
            continue;
        }
        char *name;
        const char *next = read_name(at, &name);
        ChCapture capture = {.place = place_inside(text, (gsize)(at - text->value), 1)};
        if (!next) {
            ch_complain(parser, &capture.place,
                        "found '$' without a name, expected $name, ${name}, or $$ for a dollar");
            at++;
            continue;
        }
        if (text->token.kind == CH_TOKEN_STRING)
            capture.place.width = (guint)g_utf8_strlen(at, next - at);
        capture.name = g_strdup(name);
        g_array_append_val(parser->captures, capture);
        g_ptr_array_add(pieces, g_strdup(plain->str));
        g_ptr_array_add(pieces, name);
        g_string_truncate(plain, 0);
        at = next;
    }
    if (plain->len || !pieces->len)
        g_ptr_array_add(pieces, g_strdup(plain->str));
    g_ptr_array_add(pieces, NULL);
    ChPattern *pattern = g_new0(ChPattern, 1);
    pattern->source = g_steal_pointer(&text->value);
    pattern->pieces = (char **)g_ptr_array_free(g_steal_pointer(&pieces), FALSE);
    ch_text_free(text);
    return pattern;
}

/* "a", "a or b", "a, b or c" */
static char *list_words(const char *const *words)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; words[i]; i++)
        g_string_append_printf(out, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    return g_string_free(out, FALSE);
}

int ch_build_choice(ChParser *parser, const ChToken *token, const char *const *words)
{
    g_autofree char *word = g_strndup(token->start, token->length);
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    ChPlace place = ch_place_of_token(parser, token);
    g_autofree char *list = list_words(words), *meant = ch_suggestion(word, words);
    ch_complain(parser, &place, "found '%s', expected %s%s", word, list, meant);
    return -1;
}

guint ch_build_weekday(ChParser *parser, const ChToken *token)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
    int day = ch_build_choice(parser, token, names);
    return day < 0 ? 0 : (guint)day;
}
