/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text in base64 to which a server on the way added words of its own as they are: the footer of a list, the
 * banner of a gateway; also text that is called base64 and is none. A decoder would make garbage of these
 * words, and of the lines after them. Files are not looked at: their bytes are as base64.c reads them.
 */
#include "parse/internal.h"

#include <string.h>

/* A line of base64 that a program broke has 60 to 76 characters; shorter ones may be a single word. */
#define LONG_LINE 40

typedef enum {
    BLANK,
    DATA,
    NOISY,
    WORDS
} Line;

static gboolean is_alphabet(char c)
{
    return g_ascii_isalnum(c) || c == '+' || c == '/' || c == '=';
}

/* Whether the base64 in the line is text: words that are taken for base64 hardly ever are. */
static gboolean decodes_to_text(const char *at, const char *stop)
{
    ChBase64 state = {0};
    gsize length = MIN((gsize)(stop - at), 1000);
    g_autofree guint8 *bytes = g_malloc(length + 4);
    gsize size = ch_base64_decode(&state, at, length, bytes);
    for (gsize i = 0; i < size; i++)
        if (bytes[i] < 0x20 && !strchr("\t\n\r\f\x1b", bytes[i]))
            return FALSE;
    return size > 0;
}

/* NOISY: signs that do not belong there among what else can be base64. */
static Line look(const char *at, const char *stop)
{
    while (at < stop && g_ascii_isspace(*at))
        at++;
    while (stop > at && g_ascii_isspace(stop[-1]))
        stop--;
    if (at == stop)
        return BLANK;
    gsize length = (gsize)(stop - at), run = 0, longest = 0, others = 0;
    for (; at < stop; at++) {
        run = is_alphabet(*at) ? run + 1 : 0;
        longest = MAX(longest, run);
        others += !is_alphabet(*at) && !g_ascii_isspace(*at);
    }
    if (longest == length)
        return DATA;
    if (longest * 4 >= length * 3)
        return NOISY;
    return others == 0 && decodes_to_text(stop - length, stop) ? NOISY : WORDS;
}

static gboolean decodes_to_utf8(const char *at, const char *stop)
{
    ChBase64 state = {0};
    guint8 bytes[LONG_LINE + 4];
    gsize size = ch_base64_decode(&state, at, (gsize)(stop - at), bytes);
    return g_utf8_validate((const char *)bytes, (gssize)size, NULL);
}

/* Whether a line that is only letters and digits stands among words, as one of them. */
static gboolean is_word(const char *at, const char *stop)
{
    gsize length = (gsize)(stop - at);
    if (length < LONG_LINE)
        return length % 4 != 0 || !decodes_to_utf8(at, stop);
    return !decodes_to_text(at, stop);
}

static gboolean next_is_words(const char *stop, const char *end)
{
    if (stop == end)
        return FALSE;
    const char *next = memchr(stop + 1, '\n', (gsize)(end - stop - 1));
    return look(stop + 1, next ? next : end) == WORDS;
}

/* Appends what is left of a stretch of base64, and a line end where it has none. */
static void finish(GString *out, ChBase64 *state)
{
    guint8 rest[2];
    gsize size = ch_base64_finish(state, rest);
    g_string_append_len(out, (const char *)rest, (gssize)size);
    if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append_c(out, '\n');
}

static void decode(GString *out, ChBase64 *state, const char *at, gsize length)
{
    gsize before = out->len;
    g_string_set_size(out, before + length + 3);
    gsize size = ch_base64_decode(state, at, length, (guint8 *)out->str + before);
    g_string_truncate(out, before + size);
}

char *ch_base64_with_words(const char *bytes, gsize length, gsize *decoded)
{
    const char *end = bytes + length, *stop;
    gboolean words = FALSE;
    for (const char *at = bytes; at < end && !words; at = stop + (stop < end)) {
        stop = memchr(at, '\n', (gsize)(end - at));
        stop = stop ? stop : end;
        words = look(at, stop) == WORDS;
    }
    if (!words)
        return NULL;
    GString *out = g_string_sized_new(length);
    ChBase64 state = {0};
    gboolean after = FALSE, data = FALSE;
    for (const char *at = bytes; at < end; at = stop + (stop < end)) {
        stop = memchr(at, '\n', (gsize)(end - at));
        stop = stop ? stop : end;
        const char *last = stop > at && stop[-1] == '\r' ? stop - 1 : stop;
        Line line = look(at, last);
        if (line == DATA && (after || next_is_words(stop, end)) && is_word(at, last))
            line = WORDS;
        if (line == NOISY && after)
            line = WORDS;
        if (line == WORDS || (line == BLANK && after)) {
            if (data)
                finish(out, &state);
            g_string_append_len(out, at, stop + (stop < end) - at);
            data = FALSE;
            after = TRUE;
        } else if (line != BLANK) {
            decode(out, &state, at, (gsize)(last - at));
            data = TRUE;
            after = FALSE;
        }
    }
    if (data)
        finish(out, &state);
    *decoded = out->len;
    return g_string_free(out, FALSE);
}
