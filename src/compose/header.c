/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes header fields. The encoded words are our own: GMime 3.2.13 makes words of more than the 75
 * characters that RFC 2047 section 2 allows, and lets a "=?…?=" that somebody typed through as if it were
 * one.
 */
#include "compose/header.h"

#include "compose/gmime-auto.h"
#include "compose/text.h"

#include <string.h>

#define LINE_MAX_CHARS 76  /* RFC 2047 section 2: lines with encoded words */
#define WORD_MAX       75  /* RFC 2047 section 2 */
#define PLAIN_MAX      60  /* a longer word is encoded, so that it can be folded */
#define NAME_MAX_CHARS 120 /* of a display name */
#define ID_MAX         500 /* of a Message-ID: a line may not pass 998 (RFC 5322 section 2.1.1) */

/* A field under way: OUT and the width of its last line. */
typedef struct {
    GString *out;
    gsize column;
} Field;

static Field begin(GString *out, const char *name)
{
    gsize before = out->len;
    g_string_append(out, name);
    g_string_append_c(out, ':');
    return (Field){out, out->len - before};
}

static void end(Field *field)
{
    g_string_append(field->out, "\r\n");
}

/* Appends TOKEN after a blank, on a new line where it doesn't fit on this one. */
static void add_token(Field *field, const char *token, gsize length)
{
    gboolean fold = field->column + 1 + length > LINE_MAX_CHARS && field->column > 1;
    g_string_append(field->out, fold ? "\r\n " : " ");
    g_string_append_len(field->out, token, (gssize)length);
    field->column = (fold ? 1 : field->column + 1) + length;
}

static gboolean is_ascii(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if ((guchar)text[i] >= 0x80)
            return FALSE;
    return TRUE;
}

static gboolean needs_encoding(const char *word, gsize length)
{
    return length > PLAIN_MAX || !is_ascii(word, length) || g_strstr_len(word, (gssize)length, "=?");
}

/* RFC 2047 section 5 (3): what may stand as it is in an encoded word also inside a phrase. */
static gboolean is_plain_in_word(char c)
{
    return g_ascii_isalnum(c) || (c && strchr("!*+-/", c));
}

static gsize q_width(const char *text, gsize length)
{
    gsize width = 0;
    for (gsize i = 0; i < length; i++)
        width += is_plain_in_word(text[i]) || text[i] == ' ' ? 1 : 3;
    return width;
}

static void append_q(GString *out, const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (text[i] == ' ')
            g_string_append_c(out, '_');
        else if (is_plain_in_word(text[i]))
            g_string_append_c(out, text[i]);
        else
            g_string_append_printf(out, "=%02X", (guchar)text[i]);
    }
}

/* Where a word that begins at TEXT ends, with at most ROOM characters. Base64 is cut where it needs no
 * padding: readers that join neighbouring words before they decode (GMime 3.2.13 does) stop at one. */
static const char *end_of_word(const char *text, const char *limit, gboolean base64, gsize room)
{
    const char *stop = text, *unpadded = NULL;
    while (stop < limit) {
        const char *next = g_utf8_next_char(stop);
        gsize bytes = (gsize)(next - text);
        if (stop > text && (base64 ? (bytes + 2) / 3 * 4 : q_width(text, bytes)) > room)
            return base64 && unpadded ? unpadded : stop;
        stop = next;
        if (bytes % 3 == 0)
            unpadded = stop;
    }
    return stop;
}

/* Appends TEXT as encoded words, none of which cuts a character in two. */
static void add_encoded(Field *field, const char *text, gsize length)
{
    const char *limit = text + length;
    gboolean base64 = q_width(text, length) > (length + 2) / 3 * 4;
    while (text < limit) {
        gsize room = field->column + 1 + 30 < LINE_MAX_CHARS ? LINE_MAX_CHARS - field->column - 1 : WORD_MAX;
        room = MIN(room, WORD_MAX) - strlen("=?UTF-8?Q?"
                                            "?=");
        const char *stop = end_of_word(text, limit, base64, room);
        g_autoptr(GString) word = g_string_new(base64 ? "=?UTF-8?B?" : "=?UTF-8?Q?");
        if (base64) {
            g_autofree char *encoded = g_base64_encode((const guchar *)text, (gsize)(stop - text));
            g_string_append(word, encoded);
        } else {
            append_q(word, text, (gsize)(stop - text));
        }
        g_string_append(word, "?=");
        add_token(field, word->str, word->len);
        text = stop;
    }
}

/* TEXT, cleaned: words as they are, and runs of words that need it encoded together with the blanks between
 * them (blanks between two encoded words are not seen, RFC 2047 section 6.2). */
static void add_words(Field *field, const char *text)
{
    while (*text) {
        gsize length = strcspn(text, " ");
        if (!needs_encoding(text, length)) {
            add_token(field, text, length);
        } else {
            for (;;) {
                const char *next = text[length] ? text + length + 1 : NULL;
                gsize more = next ? strcspn(next, " ") : 0;
                if (!more || !needs_encoding(next, more))
                    break;
                length += 1 + more;
            }
            add_encoded(field, text, length);
        }
        text += length;
        if (*text)
            text++;
    }
}

void ch_header_text(GString *out, const char *name, const char *text, guint max)
{
    g_autofree char *line = ch_compose_one_line(text, max);
    Field field = begin(out, name);
    if (*line)
        add_words(&field, line);
    else
        g_string_append_c(out, ' ');
    end(&field);
}

static char *quoted(const char *text)
{
    GString *result = g_string_new("\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(result, '\\');
        g_string_append_c(result, *text);
    }
    return g_string_free(g_string_append_c(result, '"'), FALSE);
}

static void add_display(Field *field, const char *display)
{
    gsize length = strlen(display);
    if (length == 0)
        return;
    /* Atoms and blanks may stand as they are (RFC 5322 section 3.2.3); a dot may not. */
    gboolean atoms = TRUE;
    for (const char *p = display; *p && atoms; p++)
        atoms = g_ascii_isalnum(*p) || strchr(" !#$%&'*+-/=?^_`{|}~", *p);
    if (strstr(display, "=?") || !is_ascii(display, length) || length > PLAIN_MAX) {
        add_encoded(field, display, length);
    } else if (atoms) {
        add_words(field, display);
    } else {
        g_autofree char *string = quoted(display);
        add_token(field, string, strlen(string));
    }
}

/* LOCAL as RFC 5322 section 3.4.1 wants it written, NULL where it can't be. */
static char *local_part(const char *local)
{
    gsize length = strlen(local);
    if (length == 0 || length > 64 + 2)
        return NULL;
    gboolean dot_atom = local[0] != '.' && local[length - 1] != '.' && !strstr(local, "..");
    for (gsize i = 0; i < length; i++) {
        if ((guchar)local[i] < 0x20 || (guchar)local[i] >= 0x7F)
            return NULL;
        dot_atom = dot_atom && (g_ascii_isalnum(local[i]) || strchr("!#$%&'*+-/=?^_`{|}~.", local[i]));
    }
    if (dot_atom)
        return g_strdup(local);
    if (length < 2 || local[0] != '"' || local[length - 1] != '"')
        return quoted(local);
    /* Quoted already: read what it says and quote it anew. */
    g_autoptr(GString) inside = g_string_new(NULL);
    for (gsize i = 1; i + 1 < length; i++) {
        if (local[i] == '\\' && i + 2 < length)
            i++;
        g_string_append_c(inside, local[i]);
    }
    return quoted(inside->str);
}

static char *domain_part(const char *domain)
{
    g_autofree char *ascii = g_hostname_to_ascii(domain);
    gsize length = ascii ? strlen(ascii) : 0;
    if (length == 0 || length > 255)
        return NULL;
    gboolean literal = length > 2 && ascii[0] == '[' && ascii[length - 1] == ']';
    for (gsize i = literal; i + literal < length; i++)
        if (!g_ascii_isalnum(ascii[i]) && !strchr(literal ? ".:-" : ".-_", ascii[i]))
            return NULL;
    return g_steal_pointer(&ascii);
}

gboolean ch_header_mailbox(GString *out, const char *name, const char *display, const char *address)
{
    const char *at = strrchr(address, '@');
    if (!at || !g_utf8_validate(address, -1, NULL))
        return FALSE;
    g_autofree char *local = g_strndup(address, (gsize)(at - address));
    g_autofree char *left = local_part(local);
    g_autofree char *right = left ? domain_part(at + 1) : NULL;
    if (!right)
        return FALSE;
    g_autofree char *shown = ch_compose_one_line(display, NAME_MAX_CHARS);
    Field field = begin(out, name);
    add_display(&field, shown);
    g_autofree char *whole =
        *shown ? g_strconcat("<", left, "@", right, ">", NULL) : g_strconcat(left, "@", right, NULL);
    add_token(&field, whole, strlen(whole));
    end(&field);
    return TRUE;
}

gboolean ch_header_id_is_safe(const char *id)
{
    gsize length = 0;
    for (; id[length]; length++)
        if (!g_ascii_isgraph(id[length]) || strchr("<>", id[length]))
            return FALSE;
    /* An encoded word has no business there, but lenient readers decode it, line ends and all. */
    return length > 0 && length <= ID_MAX && !strstr(id, "=?");
}

void ch_header_ids(GString *out, const char *name, const GPtrArray *ids, guint max)
{
    g_autoptr(GPtrArray) safe = g_ptr_array_new();
    for (guint i = 0; i < ids->len; i++)
        if (ch_header_id_is_safe(g_ptr_array_index(ids, i)))
            g_ptr_array_add(safe, g_ptr_array_index(ids, i));
    if (safe->len == 0)
        return;
    if (safe->len > max)
        g_ptr_array_remove_range(safe, 1, safe->len - max);
    Field field = begin(out, name);
    for (guint i = 0; i < safe->len; i++) {
        g_autofree char *id = g_strconcat("<", (char *)g_ptr_array_index(safe, i), ">", NULL);
        add_token(&field, id, strlen(id));
    }
    end(&field);
}

void ch_header_date(GString *out, const char *name, gint64 seconds)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(seconds);
    if (!date)
        date = g_date_time_new_from_unix_utc(0);
    g_autofree char *text = g_mime_utils_header_format_date(date);
    g_string_append_printf(out, "%s: %s\r\n", name, text);
}

void ch_header_parameter_words(GString *out, const char *name, const char *value)
{
    g_autofree char *line = ch_compose_one_line(value, NAME_MAX_CHARS);
    /* Some readers decode before they unquote: a quote inside would end the name early. */
    g_strdelimit(line, "\"\\", '\'');
    g_string_append_printf(out, ";\r\n %s=\"", name);
    if (is_ascii(line, strlen(line)) && !strstr(line, "=?")) {
        g_string_append(out, line);
    } else {
        Field field = {out, 1 + strlen(name) + 2};
        gsize before = out->len;
        add_encoded(&field, line, strlen(line));
        /* add_token begins with the blank before the first word. */
        g_string_erase(out, (gssize)before, out->str[before] == '\r' ? 3 : 1);
    }
    g_string_append_c(out, '"');
}
