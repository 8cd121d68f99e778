/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One parameter of a Content-Type or Content-Disposition field, in whatever form it comes: quoted, not
 * quoted, with stray quotes, in pieces (RFC 2231), in encoded words (RFC 2047), in raw bytes. It reads names
 * for filename.c; GMime reads what MIME itself needs.
 */
#include "parse/internal.h"

#include <string.h>

#define PIECES_MAX 100

/* One value of the parameter that is looked for. */
typedef struct {
    guint order; /* as it stands, for pieces with the same index */
    guint index; /* of filename*3 */
    gboolean numbered;
    gboolean encoded; /* the '*' at the end: percent signs mean bytes */
    char *value;
} Piece;

static void piece_clear(gpointer data)
{
    g_free(((Piece *)data)->value);
}

/* Where the field is being read. */
typedef struct {
    const char *at;
    const char *end;
    gboolean open; /* a quote was never closed: later ones are no beginnings, so that all is read once */
} Scanner;

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && g_ascii_isspace(*at))
        at++;
    return at;
}

/* Whether "name=" stands at AT. Looks at a few bytes only. */
static gboolean is_attribute(const char *at, const char *end)
{
    const char *stop = MIN(end, at + 32);
    const char *start = at;
    while (at < stop && (g_ascii_isalnum(*at) || strchr("-_*", *at)))
        at++;
    return at > start && at < stop && *at == '=';
}

/* Whether the quote at AT ends a value. Clients write quotes inside of quotes, without a backslash. */
static gboolean is_closing(const char *at, const char *end)
{
    const char *next = skip_space(at + 1, MIN(end, at + 64));
    return next >= end || *next == ';' || (next > at + 1 && is_attribute(next, end));
}

static char *quoted(Scanner *scanner)
{
    const char *at = scanner->at + 1;
    GString *value = g_string_new(NULL);
    for (; at < scanner->end; at++) {
        if (*at == '"' && is_closing(at, scanner->end)) {
            scanner->at = at + 1;
            return g_string_free(value, FALSE);
        }
        /* Old clients put Windows paths here: a backslash before a letter is itself. */
        if (*at == '\\' && at + 1 < scanner->end && (at[1] == '"' || at[1] == '\\'))
            at++;
        g_string_append_c(value, *at);
    }
    scanner->open = TRUE;
    g_string_free(value, TRUE);
    return NULL;
}

/* Up to a semicolon, or to the next attribute where the semicolon was forgotten. A semicolon that no
 * attribute follows belongs to the value. */
static char *bare(Scanner *scanner)
{
    const char *start = scanner->at, *at = start;
    for (; at < scanner->end; at++) {
        const char *next = skip_space(at + 1, MIN(scanner->end, at + 64));
        if (*at == ';' && (next >= scanner->end || is_attribute(next, scanner->end)))
            break;
        if (g_ascii_isspace(*at) && is_attribute(at + 1, scanner->end))
            break;
    }
    scanner->at = at;
    char *value = g_strchomp(g_strndup(start, (gsize)(at - start)));
    gsize length = strlen(value);
    if (length > 0 && value[length - 1] == '"' && !strchr(value, '"'))
        value[--length] = '\0';
    if (*value == '"')
        memmove(value, value + 1, length);
    length = strlen(value);
    if (length > 0 && (value[length - 1] == '"' || value[length - 1] == ';'))
        value[length - 1] = '\0';
    return value;
}

/* Whether ATTRIBUTE, LENGTH bytes, is NAME in any of its forms; then PIECE says in which. */
static gboolean is_named(const char *attribute, gsize length, const char *name, Piece *piece)
{
    gsize own = strlen(name);
    if (length < own || g_ascii_strncasecmp(attribute, name, own) != 0)
        return FALSE;
    const char *at = attribute + own, *end = attribute + length;
    if (at == end)
        return TRUE;
    if (*at++ != '*')
        return FALSE;
    if (at == end) {
        piece->encoded = TRUE;
        return TRUE;
    }
    for (piece->numbered = TRUE; at < end && g_ascii_isdigit(*at); at++)
        piece->index = MIN(piece->index * 10 + (guint)(*at - '0'), 100000u);
    piece->encoded = at < end && *at == '*';
    return at + (piece->encoded ? 1 : 0) == end;
}

static GArray *collect(const char *field, gsize length, const char *name)
{
    GArray *pieces = g_array_new(FALSE, TRUE, sizeof(Piece));
    g_array_set_clear_func(pieces, piece_clear);
    Scanner scanner = {field, field + length, FALSE};
    while (scanner.at < scanner.end && pieces->len < PIECES_MAX) {
        while (scanner.at < scanner.end && (g_ascii_isspace(*scanner.at) || *scanner.at == ';'))
            scanner.at++;
        const char *start = scanner.at;
        while (scanner.at < scanner.end && !g_ascii_isspace(*scanner.at) && !strchr(";=", *scanner.at))
            scanner.at++;
        gsize size = (gsize)(scanner.at - start);
        scanner.at = skip_space(scanner.at, scanner.end);
        if (scanner.at >= scanner.end || *scanner.at != '=')
            continue;
        scanner.at = skip_space(scanner.at + 1, scanner.end);
        gboolean quote = scanner.at < scanner.end && *scanner.at == '"' && !scanner.open;
        char *value = quote ? quoted(&scanner) : NULL;
        Piece piece = {.order = pieces->len, .value = value ? value : bare(&scanner)};
        if (*piece.value && is_named(start, size, name, &piece))
            g_array_append_val(pieces, piece);
        else
            g_free(piece.value);
    }
    return pieces;
}

static gint by_index(gconstpointer a, gconstpointer b)
{
    const Piece *x = a, *y = b;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* Appends VALUE with its percent signs decoded; a broken one stays as it is. */
static void append_percent(GString *out, const char *value)
{
    for (const char *at = value; *at; at++) {
        if (*at == '%' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
            char byte = (char)(g_ascii_xdigit_value(at[1]) << 4 | g_ascii_xdigit_value(at[2]));
            g_string_append_c(out, byte ? byte : ' ');
            at += 2;
        } else {
            g_string_append_c(out, *at);
        }
    }
}

/* Takes "charset'language'" from the front of VALUE; NULL where there is none. Free with g_free. */
static char *take_charset(const char **value)
{
    const char *first = strchr(*value, '\'');
    const char *second = first && first - *value < 40 ? strchr(first + 1, '\'') : NULL;
    if (!second || second - first > 20)
        return NULL;
    for (const char *at = *value; at < second; at++)
        if (!g_ascii_isalnum(*at) && !strchr("-_.:+'", *at))
            return NULL;
    char *charset = g_strndup(*value, (gsize)(first - *value));
    *value = second + 1;
    return charset;
}

static gboolean is_ascii(const char *text)
{
    for (; *text; text++)
        if ((guchar)*text >= 0x80)
            return FALSE;
    return TRUE;
}

/* Raw bytes in a header are in the charset of the mail's text, where they are no UTF-8. */
static char *from_bytes(const char *value, const char *charset)
{
    if (is_ascii(value) || strstr(value, "=?") || g_utf8_validate(value, -1, NULL))
        return ch_words_decode(value, strlen(value));
    return ch_text_to_utf8(value, strlen(value), charset, NULL);
}

/* A value without the '*' that announces it, and percent signs all the same: some clients write it so. */
static char *decode_plain(const char *value, const char *charset)
{
    const char *rest = value;
    g_autofree char *named = strchr(value, '%') ? take_charset(&rest) : NULL;
    g_autoptr(GString) bytes = g_string_new(NULL);
    append_percent(bytes, rest);
    if (named && *named)
        return ch_text_to_utf8(bytes->str, bytes->len, named, NULL);
    if (is_ascii(value) && !is_ascii(bytes->str) && g_utf8_validate(bytes->str, -1, NULL))
        return g_strdup(bytes->str);
    return from_bytes(value, charset);
}

/* Joins PIECES, of which one at least is numbered or encoded; a missing one leaves the others. */
static char *join(const GArray *pieces, const char *charset)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autofree char *named = NULL;
    gboolean encoded = FALSE;
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        const char *value = piece->value;
        if (i > 0 && piece->index == g_array_index(pieces, Piece, i - 1).index)
            continue;
        if (piece->encoded && !named)
            named = take_charset(&value);
        encoded = encoded || piece->encoded;
        if (piece->encoded)
            append_percent(bytes, value);
        else
            g_string_append(bytes, value);
    }
    if (!encoded)
        return decode_plain(bytes->str, charset);
    if (strstr(bytes->str, "=?"))
        return ch_words_decode(bytes->str, bytes->len);
    /* UTF-8 under another name is a lie; ASCII may be ISO-2022-JP. */
    if (!named || !*named || (!is_ascii(bytes->str) && g_utf8_validate(bytes->str, -1, NULL)))
        return from_bytes(bytes->str, charset);
    return ch_text_to_utf8(bytes->str, bytes->len, named, NULL);
}

/* The field on one line, as RFC 5322 section 2.2.3 unfolds it, without what stands before the parameters. */
static char *unfold(const char *raw, gsize *length)
{
    gsize size = MIN(strlen(raw), CH_HEADER_VALUE_MAX);
    char *copy = g_malloc(size + 1);
    gsize count = 0;
    for (gsize i = 0; i < size; i++)
        if (raw[i] != '\r' && raw[i] != '\n')
            copy[count++] = raw[i];
    copy[count] = '\0';
    *length = count;
    return copy;
}

char *ch_param_read(const char *raw, const char *name, const char *charset)
{
    gsize length;
    g_autofree char *field = unfold(raw, &length);
    const char *start = strpbrk(field, "; \t");
    if (!start)
        return NULL;
    g_autoptr(GArray) pieces = collect(start, length - (gsize)(start - field), name);
    g_autoptr(GArray) extended = g_array_new(FALSE, FALSE, sizeof(Piece));
    char *best = NULL;
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        if (piece->numbered || piece->encoded)
            g_array_append_val(extended, *piece);
        else if (!best)
            best = decode_plain(piece->value, charset);
    }
    if (extended->len == 0)
        return best;
    g_array_sort(extended, by_index);
    char *joined = join(extended, charset);
    if (best && strstr(joined, "\xef\xbf\xbd") && !strstr(best, "\xef\xbf\xbd")) {
        g_free(joined);
        return best;
    }
    g_free(best);
    return joined;
}
