/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text as lines, and a line as words that can be compared, whatever a client did to its spaces and its bold
 * type. What the lines mean is for the other quote files to say.
 */
#include "parse/quote_private.h"

#include <string.h>

#define WORDS_BYTES 400

static const char *skip_space(const char *at, const char *end)
{
    while (at < end) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_isspace(c) && c != 0x200b && c != 0xfeff)
            break;
        at = g_utf8_next_char(at);
    }
    return at;
}

void ch_quote_lines_init(ChQuoteLines *lines, const char *text)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(ChQuoteLine));
    for (const char *at = text; *at;) {
        const char *end = strchrnul(at, '\n');
        const char *first = skip_space(at, end);
        ChQuoteLine line = {.start = (gsize)(at - text),
                            .end = (gsize)(end - text),
                            .blank = first >= end,
                            .quoted = first < end && *first == '>'};
        g_array_append_val(array, line);
        at = *end ? end + 1 : end;
    }
    lines->text = text;
    lines->count = array->len;
    lines->lines = (ChQuoteLine *)(void *)g_array_free(array, FALSE);
}

void ch_quote_lines_clear(ChQuoteLines *lines)
{
    for (guint i = 0; i < lines->count; i++)
        g_free(lines->lines[i].words);
    g_free(lines->lines);
}

/* What C becomes in ch_quote_words; 0: nothing. */
static gunichar plain(gunichar c)
{
    if (c < 0x80)
        return c == '*' ? 0 : g_ascii_isspace((char)c) ? ' ' : (gunichar)g_ascii_tolower((char)c);
    if (c == 0x2019 || c == 0x02bc)
        return '\'';
    if (c == 0xff1a)
        return ':';
    if (c == 0x2010 || c == 0x2011 || (c >= 0x2500 && c <= 0x2501))
        return '-';
    if ((c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
        c == 0xfeff || c == 0xad)
        return 0;
    return g_unichar_isspace(c) ? ' ' : g_unichar_tolower(c);
}

const char *ch_quote_words(ChQuoteLines *lines, guint i)
{
    ChQuoteLine *line = &lines->lines[i];
    if (line->words)
        return line->words;
    const char *at = lines->text + line->start, *end = lines->text + line->end;
    GString *words = g_string_sized_new(MIN((gsize)(end - at), WORDS_BYTES) + 1);
    while (at < end && (*at == '>' || skip_space(at, end) > at))
        at = *at == '>' ? at + 1 : skip_space(at, end);
    while (at < end && words->len < WORDS_BYTES) {
        gunichar c = plain(g_utf8_get_char(at));
        at = g_utf8_next_char(at);
        if (!c || (c == ' ' && (words->len == 0 || words->str[words->len - 1] == ' ')))
            continue;
        if (c < 0x80)
            g_string_append_c(words, (char)c);
        else
            g_string_append_unichar(words, c);
    }
    if (words->len > 0 && words->str[words->len - 1] == ' ')
        g_string_truncate(words, words->len - 1);
    return line->words = g_string_free(words, FALSE);
}

guint ch_quote_next(const ChQuoteLines *lines, guint from)
{
    guint i = from;
    while (i < lines->count && i < from + CH_QUOTE_GAP && lines->lines[i].blank)
        i++;
    return i < lines->count && !lines->lines[i].blank ? i : lines->count;
}

static gboolean touches(gunichar c)
{
    return g_unichar_isalnum(c) && c < 0x2e80; /* from there on scripts write no blanks between words */
}

const char *ch_quote_word(const char *text, const char *word)
{
    const char *found = NULL;
    gsize length = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        gunichar before = at > text ? g_utf8_get_char(g_utf8_prev_char(at)) : ' ';
        gunichar after = g_utf8_get_char(at + length);
        gboolean free_word = g_utf8_get_char(word) >= 0x2e80;
        if (free_word || (!touches(before) && !touches(after)))
            found = at;
    }
    return found;
}

gboolean ch_quote_has(const char *words, const char *const *list, guint count)
{
    for (guint i = 0; i < count; i++)
        if (strstr(words, list[i]))
            return TRUE;
    return FALSE;
}

gboolean ch_quote_begins(const char *words, const char *const *list, guint count)
{
    for (guint i = 0; i < count; i++)
        if (g_str_has_prefix(words, list[i]))
            return TRUE;
    return FALSE;
}

gboolean ch_quote_announces(const char *words)
{
    guint blanks = 0;
    for (const char *at = words; *at; at++)
        blanks += *at == ' ';
    return blanks >= 2 && g_str_has_suffix(words, ":");
}

ChQuoteMoment ch_quote_moment(const char *text)
{
    ChQuoteMoment moment = {0};
    for (const char *at = text; *at;) {
        if (!g_ascii_isdigit(*at)) {
            at++;
            continue;
        }
        gsize length = strspn(at, "0123456789");
        moment.year |= length == 4 && (g_str_has_prefix(at, "19") || g_str_has_prefix(at, "20"));
        moment.time |=
            length <= 2 && (at[length] == ':' || at[length] == 'h') && g_ascii_isdigit(at[length + 1]);
        /* "klo 9.41", "kl. 09.41" */
        moment.time |= length <= 2 && at[length] == '.' && g_ascii_isdigit(at[length + 1]) && at > text + 4 &&
                       (!memcmp(at - 4, "klo ", 4) || !memcmp(at - 4, "kl. ", 4));
        moment.numbers++;
        at += length;
    }
    return moment;
}

gboolean ch_quote_moment_is_full(const ChQuoteMoment *moment)
{
    return moment->time && ((moment->year && moment->numbers >= 4) || moment->numbers >= 5);
}
