/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One parameter of a MIME header field out of its raw bytes (RFC 2045 section 5.1, RFC 2231), in whatever
 * form programs write it: in pieces, encoded or not, quoted or not. Which of several names is the best one,
 * and what a name may contain, is filename.c's business.
 */
#include "parse/internal.h"

#include <string.h>

/* Of a field; a name is cut at much less. */
#define FIELD_MAX 8192
/* Parameters that are looked at, and how far an end is looked for. */
#define PARAMETERS_MAX 128
#define LOOK_MAX       64
#define WORD_MAX       1024

typedef struct {
    const char *at, *end;
    const char *clear; /* up to here, no encoded word ends: nobody looks again */
} Scan;

static void skip_space(Scan *scan)
{
    while (scan->at < scan->end && g_ascii_isspace(*scan->at))
        scan->at++;
}

static gboolean is_token(char c)
{
    return g_ascii_isalnum(c) || c == '*' || c == '-' || c == '_';
}

/* Whether "attribute=" stands at AT. */
static gboolean is_attribute(const char *at, const char *end)
{
    const char *start = at, *stop = MIN(end, at + LOOK_MAX);
    while (at < stop && is_token(*at))
        at++;
    return at > start && at < stop && *at == '=' && g_ascii_isalpha(*start);
}

/* Whether a quote before AT ends its value: nothing follows, a semicolon, or what begins the next. */
static gboolean is_after_value(const char *at, const char *end)
{
    const char *start = at, *stop = MIN(end, at + LOOK_MAX);
    while (at < stop && g_ascii_isspace(*at))
        at++;
    return at == end || *at == ';' || (at > start && is_attribute(at, end));
}

/* Appends the whole encoded word (RFC 2047) at the scan: what stands in it ends no value. */
static gboolean take_word(Scan *scan, GString *value)
{
    const char *at = scan->at;
    gsize window = MIN((gsize)(scan->end - at), WORD_MAX);
    if (window < 8 || at[0] != '=' || at[1] != '?')
        return FALSE;
    const char *mark = memchr(at + 2, '?', MIN(window - 2, LOOK_MAX));
    if (!mark || (gsize)(mark - at) + 3 >= window || mark[2] != '?')
        return FALSE;
    const char *text = mark + 3, *stop = NULL;
    if (at + window > scan->clear)
        stop = memmem(MAX(text, scan->clear - 1), window - (gsize)(MAX(text, scan->clear - 1) - at), "?=", 2);
    if (!stop)
        scan->clear = MAX(scan->clear, at + window);
    if (!stop || memchr(mark, '\n', (gsize)(stop - mark)))
        return FALSE;
    g_string_append_len(value, at, stop + 2 - at);
    scan->at = stop + 2;
    return TRUE;
}

/* A line that goes on with the next one is one line. */
static void take_byte(Scan *scan, GString *value)
{
    if (*scan->at != '\r' && *scan->at != '\n')
        g_string_append_c(value, *scan->at);
    scan->at++;
}

/* What follows an opening quote. Quotes inside that end nothing are part of it, and a backslash that escapes
 * nothing is one of a path (Outlook), or half a character (Shift_JIS, Big5). */
static void read_quoted(Scan *scan, GString *value)
{
    gboolean stateful = FALSE; /* between the escapes of ISO 2022, where '"' is half a character */
    while (scan->at < scan->end) {
        const char *at = scan->at;
        gboolean more = at + 1 < scan->end;
        if (*at == 0x1b && more)
            stateful = at[1] == '$';
        if (stateful && *at != '\n') {
            take_byte(scan, value);
            continue;
        }
        if (*at == '\\' && more && (at[1] == '"' || at[1] == '\\')) {
            gboolean half = at[1] == '"' && value->len > 0 && (guchar)value->str[value->len - 1] >= 0x80 &&
                            is_after_value(at + 2, scan->end);
            g_string_append_c(value, half ? '\\' : at[1]);
            scan->at += half ? 1 : 2;
        } else if (*at == '"' && is_after_value(at + 1, scan->end)) {
            scan->at++;
            return;
        } else if (!take_word(scan, value)) {
            take_byte(scan, value);
        }
    }
}

/* A value without quotes, up to the next semicolon that another parameter or nothing follows: in "a;b.pdf"
 * the name has one. Where it was forgotten, the next parameter begins after a blank. */
static void read_bare(Scan *scan, GString *value)
{
    while (scan->at < scan->end) {
        const char *at = scan->at;
        if (*at == ';') {
            Scan next = {.at = at + 1, .end = scan->end};
            skip_space(&next);
            if (next.at == scan->end || *next.at == ';' || is_attribute(next.at, scan->end))
                return;
        }
        if (g_ascii_isspace(*at) && at + 1 < scan->end && is_attribute(at + 1, scan->end))
            return;
        if (!take_word(scan, value))
            take_byte(scan, value);
    }
}

static void read_value(Scan *scan, GString *value)
{
    g_string_truncate(value, 0);
    skip_space(scan);
    if (scan->at < scan->end && *scan->at == '"') {
        scan->at++;
        read_quoted(scan, value);
        return;
    }
    read_bare(scan, value);
    while (value->len > 0 && g_ascii_isspace(value->str[value->len - 1]))
        g_string_truncate(value, value->len - 1);
    if (value->len > 2 && value->str[0] == '\'' && value->str[value->len - 1] == '\'') {
        g_string_truncate(value, value->len - 1);
        g_string_erase(value, 0, 1);
    }
}

/* ---- RFC 2231 ---- */

/* One parameter with the name that is looked for. */
typedef struct {
    guint index; /* of a piece; 0 where it has none */
    gboolean piece, encoded;
    guint order;
    GBytes *value;
} Piece;

static void piece_clear(gpointer data)
{
    g_bytes_unref(((Piece *)data)->value);
}

/* "filename*1*" for the wanted "filename". */
static gboolean read_attribute(Scan *scan, const char *wanted, Piece *piece)
{
    const char *start = scan->at;
    while (scan->at < scan->end && *scan->at != '=' && *scan->at != ';' && !g_ascii_isspace(*scan->at))
        scan->at++;
    gsize length = strlen(wanted);
    const char *at = start + length, *end = scan->at;
    if ((gsize)(end - start) < length || g_ascii_strncasecmp(start, wanted, length))
        return FALSE;
    *piece = (Piece){0};
    if (at == end)
        return TRUE;
    if (*at++ != '*')
        return FALSE;
    while (at < end && g_ascii_isdigit(*at) && piece->index < 10000) {
        piece->index = piece->index * 10 + (guint)(*at++ - '0');
        piece->piece = TRUE;
    }
    if (at < end && *at == '*' && piece->piece)
        at++, piece->encoded = TRUE;
    else if (!piece->piece)
        piece->encoded = TRUE;
    return at == end;
}

static void read_pieces(const char *field, const char *wanted, GArray *pieces)
{
    Scan scan = {field, field + strnlen(field, FIELD_MAX), field + 1};
    g_autoptr(GString) value = g_string_new(NULL);
    /* The value of the field itself, up to a semicolon; some programs forget it. */
    while (scan.at < scan.end && *scan.at != ';' &&
           !(g_ascii_isspace(*scan.at) && scan.at + 1 < scan.end && is_attribute(scan.at + 1, scan.end)))
        scan.at++;
    for (guint count = 0; scan.at < scan.end && count < PARAMETERS_MAX; count++) {
        while (scan.at < scan.end && (*scan.at == ';' || g_ascii_isspace(*scan.at)))
            scan.at++;
        Piece piece;
        gboolean found = read_attribute(&scan, wanted, &piece);
        skip_space(&scan);
        if (scan.at >= scan.end || *scan.at != '=') {
            while (scan.at < scan.end && *scan.at != ';')
                scan.at++;
            continue;
        }
        scan.at++;
        read_value(&scan, value);
        if (!found || value->len == 0)
            continue;
        piece.order = count;
        piece.value = g_bytes_new(value->str, value->len);
        g_array_append_val(pieces, piece);
    }
}

static int compare(gconstpointer a, gconstpointer b)
{
    const Piece *one = a, *two = b;
    if (one->index != two->index)
        return one->index < two->index ? -1 : 1;
    return one->order < two->order ? -1 : one->order > two->order;
}

/* The bytes after "charset'language'" and *CHARSET, the caller's; BYTES where there is none. Without KNOWN,
 * any word is a charset; with it, only what begins as those do that mailers write. */
static const char *after_charset(const char *bytes, gsize length, gboolean known, char **charset)
{
    static const char *const usual[] = {"utf-", "iso-",      "windows-", "us-ascii", "gb",
                                        "big5", "shift_jis", "euc-",     "koi8-"};
    const char *first = memchr(bytes, '\'', MIN(length, LOOK_MAX));
    const char *second =
        first ? memchr(first + 1, '\'', MIN((gsize)(bytes + length - first - 1), LOOK_MAX)) : NULL;
    if (!second)
        return bytes;
    gboolean good = !known;
    for (guint i = 0; i < G_N_ELEMENTS(usual) && !good; i++)
        good = !g_ascii_strncasecmp(bytes, usual[i], MIN(strlen(usual[i]), length));
    for (const char *at = bytes; at < second && good; at++)
        good = at == first || g_ascii_isalnum(*at) || strchr("-_.:", *at);
    if (!good)
        return bytes;
    if (first > bytes)
        *charset = g_strndup(bytes, (gsize)(first - bytes));
    return second + 1;
}

/* Percent signs that encode nothing stay. */
static void decode_percent(GString *to, const char *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (bytes[i] == '%' && i + 2 < length && g_ascii_isxdigit(bytes[i + 1]) &&
            g_ascii_isxdigit(bytes[i + 2])) {
            char c = (char)(g_ascii_xdigit_value(bytes[i + 1]) << 4 | g_ascii_xdigit_value(bytes[i + 2]));
            if (c)
                g_string_append_c(to, c);
            i += 2;
        } else {
            g_string_append_c(to, bytes[i]);
        }
    }
}

/* Whether BYTES hold a character beyond ASCII in percent signs. */
static gboolean has_encoded(const char *bytes, gsize length)
{
    for (gsize i = 0; i + 2 < length; i++)
        if (bytes[i] == '%' && strchr("89abcdefABCDEF", bytes[i + 1]) && g_ascii_isxdigit(bytes[i + 2]))
            return TRUE;
    return FALSE;
}

/* Raw bytes as text. GUESS is asked only for what neither ASCII nor UTF-8 explains, and never where ASCII
 * means something else in it. */
static char *raw_text(const char *bytes, gsize length, const char *guess)
{
    if (g_utf8_validate_len(bytes, length, NULL) ||
        (guess && (strcasestr(guess, "utf-16") || strcasestr(guess, "utf-32") || strcasestr(guess, "utf-7"))))
        guess = NULL;
    return ch_text_to_utf8(bytes, length, guess, NULL);
}

/* BYTES, which no parameter calls encoded, as text. */
static char *plain_text(const char *bytes, gsize length, const char *guess)
{
    if (memmem(bytes, length, "=?", 2)) {
        g_autofree char *utf8 = raw_text(bytes, length, guess);
        return ch_words_decode(utf8, strlen(utf8));
    }
    g_autofree char *charset = NULL;
    const char *rest = after_charset(bytes, length, TRUE, &charset);
    gboolean named = rest != bytes;
    if (named || has_encoded(bytes, length)) {
        g_autoptr(GString) decoded = g_string_new(NULL);
        decode_percent(decoded, rest, length - (gsize)(rest - bytes));
        /* "100%ac.pdf" is no character, so its percent sign is one. */
        if (named || g_utf8_validate(decoded->str, (gssize)decoded->len, NULL))
            return ch_text_to_utf8(decoded->str, decoded->len, charset, NULL);
    }
    return raw_text(bytes, length, guess);
}

/* The pieces from FROM to TO, in order, as one text. One that is missing leaves what there is. */
static char *join(const Piece *from, const Piece *to, const char *guess)
{
    g_autofree char *charset = NULL;
    g_autoptr(GString) all = g_string_new(NULL);
    gboolean encoded = FALSE;
    for (const Piece *piece = from; piece < to; piece++) {
        if (piece > from && piece->index == piece[-1].index)
            continue;
        gsize length;
        const char *bytes = g_bytes_get_data(piece->value, &length), *rest = bytes;
        if (piece == from)
            rest = after_charset(bytes, length, !piece->encoded, &charset);
        length -= (gsize)(rest - bytes);
        /* Some programs forget the star of a piece that they encoded. */
        gboolean percent = piece->encoded || rest != bytes || (charset && has_encoded(rest, length));
        encoded = encoded || percent;
        if (percent)
            decode_percent(all, rest, length);
        else
            g_string_append_len(all, rest, (gssize)length);
    }
    if (!encoded || (!charset && memmem(all->str, all->len, "=?", 2)))
        return plain_text(all->str, all->len, guess);
    return charset ? ch_text_to_utf8(all->str, all->len, charset, NULL) : raw_text(all->str, all->len, guess);
}

static void add_text(GPtrArray *texts, char *text)
{
    ch_text_one_line(text);
    if (*text)
        g_ptr_array_add(texts, text);
    else
        g_free(text);
}

void ch_parameter_read(const char *field, const char *name, const char *guess, GPtrArray *texts)
{
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    g_array_set_clear_func(pieces, piece_clear);
    read_pieces(field, name, pieces);
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        if (!piece->piece && piece->encoded)
            add_text(texts, join(piece, piece + 1, guess));
    }
    g_autoptr(GArray) numbered = g_array_new(FALSE, FALSE, sizeof(Piece));
    for (guint i = 0; i < pieces->len; i++)
        if (g_array_index(pieces, Piece, i).piece)
            g_array_append_val(numbered, g_array_index(pieces, Piece, i));
    g_array_sort(numbered, compare);
    const Piece *first = (const Piece *)(void *)numbered->data;
    if (numbered->len > 0)
        add_text(texts, join(first, first + numbered->len, guess));
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        if (piece->piece || piece->encoded)
            continue;
        gsize length;
        const char *bytes = g_bytes_get_data(piece->value, &length);
        add_text(texts, plain_text(bytes, length, guess));
    }
}
