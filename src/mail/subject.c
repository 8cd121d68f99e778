/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing and finding the subject key. Whether a number is believed is desk/decide's business (P7). */
#include "mail/subject.h"

#include <string.h>

#define DIGITS_MAX 18
#define REPLY_MAX  12 /* letters and marks of a "Re:" in any language, "Antwort:", "Doorst:" */

char *ch_subject_key(const char *prefix, gint64 number)
{
    gboolean bare = !prefix || !*prefix;
    return g_strdup_printf("[%s%s#%" G_GINT64_FORMAT "]", bare ? "" : prefix, bare ? "" : " ", number);
}

/* The character at AT; a fullwidth one (U+FF01 to U+FF5E) as the plain one, and the brackets that Chinese and
 * Japanese keyboards have as ours. The text itself stays as it was written: "nº" is not "no". */
static gunichar plain(const char *at)
{
    gunichar c = g_utf8_get_char(at);
    if (c >= 0xFF01 && c <= 0xFF5E)
        return c - 0xFF01 + '!';
    return c == 0x3010 ? '[' : c == 0x3011 ? ']' : c;
}

/* White space, and what takes no room, which some clients put between the parts of a word. */
static const char *skip_space(const char *at)
{
    for (gunichar c; (c = g_utf8_get_char(at)) && (g_unichar_isspace(c) || g_unichar_iszerowidth(c));)
        at = g_utf8_next_char(at);
    return at;
}

/* The first bracket of a key at or behind AT, *BEHIND it; NULL: none. */
static const char *find_open(const char *at, const char **behind)
{
    for (; *at; at = g_utf8_next_char(at))
        if (plain(at) == '[') {
            *behind = g_utf8_next_char(at);
            return at;
        }
    return NULL;
}

/* Behind the prefix at AT; NULL where another word, or none, stands there. */
static const char *skip_prefix(const char *at, const char *folded_prefix)
{
    /* Longer is no prefix: a subject full of brackets is read once. */
    glong most = 4 * g_utf8_strlen(folded_prefix, -1) + REPLY_MAX;
    g_autoptr(GString) before = g_string_new(NULL);
    for (; *at && !strchr("#[]", (int)(plain(at) < 128 ? plain(at) : 'x')); at = g_utf8_next_char(at)) {
        if (most-- == 0)
            return NULL;
        g_string_append_unichar(before, plain(at));
    }
    g_autofree char *folded = g_utf8_casefold(g_strchomp(before->str), -1);
    return strcmp(folded, folded_prefix) == 0 ? at : NULL;
}

/* AT stands behind the bracket; *END gets what follows the key. 0: it is none. */
static gint64 key_number(const char *at, const char *folded_prefix, const char **end)
{
    at = skip_space(at);
    if (*folded_prefix && plain(at) != '#' && !(at = skip_prefix(at, folded_prefix)))
        return 0;
    if (plain(at) != '#')
        return 0;
    at = skip_space(g_utf8_next_char(at));
    gint64 number = 0;
    guint digits = 0;
    for (; plain(at) >= '0' && plain(at) <= '9' && digits < DIGITS_MAX; at = g_utf8_next_char(at), digits++)
        number = number * 10 + (gint64)(plain(at) - '0');
    at = skip_space(at);
    if (digits == 0 || plain(at) != ']')
        return 0;
    *end = g_utf8_next_char(at);
    return number;
}

guint ch_subject_numbers(const char *subject, const char *prefix, gint64 numbers[CH_SUBJECT_KEYS_MAX])
{
    g_autofree char *folded = g_utf8_casefold(prefix ? prefix : "", -1);
    guint count = 0;
    const char *behind, *end;
    for (const char *at = subject; count < CH_SUBJECT_KEYS_MAX && find_open(at, &behind); at = behind) {
        gint64 number = key_number(behind, folded, &end);
        if (number > 0)
            numbers[count++] = number;
    }
    return count;
}

/* Behind the "Re:" at TEXT, or TEXT where there is none. It may be counted, "Re[2]:", and apart from its
 * colon, "RE :", which may be fullwidth. */
static const char *skip_reply(const char *text)
{
    static const char *const marks[] = {
        "re", "res", "enc", "aw",   "wg",  "fw",  "fwd", "tr",   "rv",   "ref",  "rif",         "r", "i",
        "sv", "vs",  "vb",  "antw", "ant", "odp", "pd",  "答复", "回复", "转发", "encaminhado", NULL};
    const char *end = text;
    for (guint i = 0; i < REPLY_MAX && g_unichar_isalpha(g_utf8_get_char(end)); i++)
        end = g_utf8_next_char(end);
    g_autofree char *word = g_strndup(text, (gsize)(end - text));
    g_autofree char *folded = g_utf8_casefold(word, -1);
    if (!g_strv_contains(marks, folded))
        return text;
    gsize counted = strspn(end, "[(") ? 1 + strspn(end + 1, "0123456789") : 0;
    if (counted && strspn(end + counted, "])"))
        end += counted + 1;
    end = skip_space(end);
    return plain(end) == ':' ? skip_space(g_utf8_next_char(end)) : text;
}

char *ch_subject_title(const char *subject, const char *prefix)
{
    g_autofree char *folded = g_utf8_casefold(prefix ? prefix : "", -1);
    g_autoptr(GString) title = g_string_new(NULL);
    const char *at = subject, *behind, *end = NULL;
    for (const char *open = subject; (open = find_open(open, &behind)); open = behind)
        if (key_number(behind, folded, &end)) {
            g_string_append_len(title, at, open - at);
            at = skip_space(end);
            behind = at;
        }
    g_string_append(title, at);
    const char *start = skip_space(title->str);
    for (const char *next; (next = skip_reply(start)) != start;)
        start = next;
    return g_strchomp(g_strdup(start));
}
