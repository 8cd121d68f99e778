/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encoded words in header values (RFC 2047), also those that mailers break: split inside a character, glued
 * to other text, with raw spaces or without an end. What stands in which header is headers.c's business.
 */
#include "parse/internal.h"

#include <string.h>

/* An encoded word may have 75 bytes (RFC 2047 section 2); mailers write longer ones. */
#define WORD_MAX 4096

typedef struct {
    const char *charset;
    gsize charset_length;
    char encoding; /* 'b' or 'q' */
    const char *text;
    gsize text_length;
    const char *end; /* the first byte after the word */
} Word;

/* What was decoded and not yet converted: neighbours in one charset are converted together, because a
 * character may be split between them. */
typedef struct {
    GString *out;
    GString *pending;
    char *charset;
} Decoder;

/* Where the text of WORD ends: at "?=", also at one with a blank in it, unless the next word begins before
 * that; else where the line was cut, at the next blank. */
static void find_end(Word *word, const char *end)
{
    gsize window = MIN((gsize)(end - word->text), WORD_MAX);
    const char *stop = memmem(word->text, window, "?=", 2);
    const char *next = stop ? memmem(word->text, (gsize)(stop - word->text), " =?", 3) : NULL;
    if (next)
        stop = NULL;
    if (stop) {
        word->text_length = (gsize)(stop - word->text);
        word->end = stop + 2;
        return;
    }
    stop = word->text;
    while (stop < word->text + window && !g_ascii_isspace(*stop))
        stop++;
    word->end = stop;
    if (end - stop >= 2 && stop > word->text && stop[-1] == '?' && stop[1] == '=' &&
        (end - stop == 2 || g_ascii_isspace(stop[2]))) /* "? =" */
        word->end = stop + 2;
    if (stop > word->text && stop[-1] == '?')
        stop--;
    word->text_length = (gsize)(stop - word->text);
}

static gboolean read_word(const char *at, const char *end, Word *word)
{
    if (end - at < 8 || at[0] != '=' || at[1] != '?')
        return FALSE;
    const char *charset = at + 2;
    const char *mark = memchr(charset, '?', MIN((gsize)(end - charset), 64));
    if (!mark || end - mark < 3 || mark[2] != '?' || memchr(charset, ' ', (gsize)(mark - charset)))
        return FALSE;
    char encoding = g_ascii_tolower(mark[1]);
    if (encoding != 'b' && encoding != 'q')
        return FALSE;
    /* RFC 2231 section 5: a language may follow the charset. */
    const char *star = memchr(charset, '*', (gsize)(mark - charset));
    word->charset = charset;
    word->charset_length = (gsize)((star ? star : mark) - charset);
    word->encoding = encoding;
    word->text = mark + 3;
    find_end(word, end);
    return TRUE;
}

static int hex(char c)
{
    return g_ascii_isxdigit(c) ? g_ascii_xdigit_value(c) : -1;
}

static gboolean is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static gboolean is_upper_hex(char c)
{
    return g_ascii_isdigit(c) || (c >= 'A' && c <= 'F');
}

/* Whether the fold that ends before NEXT cuts an escape ("=C3"); *SOFT: a "=" before it only says that the
 * line goes on, as in quoted-printable. */
static gboolean cuts_escape(const char *text, const char *fold, const char *next, const char *end,
                            gboolean *soft)
{
    gsize before = (gsize)(fold - text), after = (gsize)(end - next);
    if (before >= 1 && fold[-1] == '=') {
        *soft = after < 2 || !is_upper_hex(next[0]) || !is_upper_hex(next[1]);
        return TRUE;
    }
    return before >= 2 && fold[-2] == '=' && hex(fold[-1]) >= 0 && after >= 1 && hex(next[0]) >= 0;
}

/* The text of a word in Q without its folds, where they were made without a look at it (RFC 2047 section 2
 * forbids it): inside "=C3", or where the blanks of the text are written as "_" or "=20", so that no other
 * can be one. NULL where there are none, or they may be blanks. */
static char *without_folds(const char *text, gsize length, gsize *kept)
{
    gboolean blind = memchr(text, '_', length) || memmem(text, length, "=20", 3), folded = FALSE;
    const char *end = text + length;
    g_autoptr(GString) out = g_string_sized_new(length);
    for (const char *at = text; at < end;) {
        if (!is_blank(*at)) {
            g_string_append_c(out, *at++);
            continue;
        }
        const char *fold = at;
        gboolean line = FALSE, soft = FALSE;
        for (; at < end && is_blank(*at); at++)
            line = line || *at == '\n';
        if (!line)
            return NULL;
        folded = TRUE;
        blind = cuts_escape(text, fold, at, end, &soft) || blind;
        if (soft)
            g_string_truncate(out, out->len - 1);
    }
    *kept = out->len;
    return folded && blind ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

static void decode_q(GString *to, const char *text, gsize length)
{
    gsize kept = 0;
    g_autofree char *whole = without_folds(text, length, &kept);
    if (whole) {
        text = whole;
        length = kept;
    }
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '_') {
            g_string_append_c(to, ' ');
        } else if (text[i] == '=' && i + 2 < length && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            g_string_append_c(to, (char)(hex(text[i + 1]) << 4 | hex(text[i + 2])));
            i += 2;
        } else if (text[i] != '\r' && text[i] != '\n') {
            g_string_append_c(to, text[i]);
        }
    }
}

static void decode_b(GString *to, const char *text, gsize length)
{
    ChBase64 state = {0};
    g_autofree guint8 *bytes = g_malloc(length + 4);
    gsize size = ch_base64_decode(&state, text, length, bytes);
    size += ch_base64_finish(&state, bytes + size);
    g_string_append_len(to, (const char *)bytes, (gssize)size);
}

static void flush(Decoder *decoder)
{
    if (decoder->pending->len > 0) {
        g_autofree char *text =
            ch_text_to_utf8(decoder->pending->str, decoder->pending->len, decoder->charset, NULL);
        g_string_append(decoder->out, text);
        g_string_truncate(decoder->pending, 0);
    }
    g_clear_pointer(&decoder->charset, g_free);
}

static void append_word(Decoder *decoder, const Word *word)
{
    if (!decoder->charset || strlen(decoder->charset) != word->charset_length ||
        g_ascii_strncasecmp(decoder->charset, word->charset, word->charset_length)) {
        flush(decoder);
        decoder->charset = g_strndup(word->charset, word->charset_length);
    }
    if (word->encoding == 'q')
        decode_q(decoder->pending, word->text, word->text_length);
    else
        decode_b(decoder->pending, word->text, word->text_length);
}

static gboolean is_space(const char *from, const char *to)
{
    while (from < to && g_ascii_isspace(*from))
        from++;
    return from == to;
}

static char *decode(const char *raw, gsize length)
{
    Decoder decoder = {g_string_sized_new(length + 1), g_string_new(NULL), NULL};
    const char *end = raw + length, *plain = raw, *at = raw;
    gboolean after_word = FALSE;
    while (at < end) {
        const char *next = memchr(at, '=', (gsize)(end - at));
        Word word;
        if (!next)
            break;
        if (!read_word(next, end, &word)) {
            at = next + 1;
            continue;
        }
        /* White space between two encoded words is not shown (RFC 2047 section 6.2). */
        if (next > plain && !(after_word && is_space(plain, next))) {
            flush(&decoder);
            g_autofree char *text = ch_text_to_utf8(plain, (gsize)(next - plain), NULL, NULL);
            g_string_append(decoder.out, text);
        }
        append_word(&decoder, &word);
        after_word = TRUE;
        at = plain = word.end;
    }
    flush(&decoder);
    if (plain < end) {
        g_autofree char *text = ch_text_to_utf8(plain, (gsize)(end - plain), NULL, NULL);
        g_string_append(decoder.out, text);
    }
    g_string_free(decoder.pending, TRUE);
    return g_string_free(decoder.out, FALSE);
}

char *ch_words_decode(const char *raw, gsize length)
{
    while (length > 0 && g_ascii_isspace(*raw)) {
        raw++;
        length--;
    }
    length = MIN(length, CH_HEADER_VALUE_MAX); /* P13 */
    char *text = decode(raw, length);
    /* Some programs encode what is encoded already. */
    if (g_str_has_prefix(text, "=?") && memmem(raw, length, "?=", 2)) {
        char *again = decode(text, strlen(text));
        g_free(text);
        text = again;
    }
    return ch_text_one_line(text);
}
