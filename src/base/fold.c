/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folds text for comparing it with tables of words. Addresses are folded by ch_address_fold (mail/mail.h). */
#include "base/fold.h"

#include <string.h>

/* Plain ASCII, which most lines are, needs no normalizing. */
static gboolean is_ascii(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if ((guchar)text[i] >= 0x80)
            return FALSE;
    return TRUE;
}

static void append(GString *out, gunichar c)
{
    if (g_unichar_ismark(c))
        return;
    if (g_unichar_isspace(c))
        c = ' ';
    else if (c == 0x2018 || c == 0x2019 || c == 0xb4 || c == '`')
        c = '\'';
    else if (c == 0x2010 || c == 0x2011)
        c = '-';
    if (c != ' ' || (out->len > 0 && out->str[out->len - 1] != ' '))
        g_string_append_unichar(out, g_unichar_tolower(c));
}

char *ch_fold(const char *text, gsize length)
{
    length = strnlen(text, length);
    const char *end = text + length;
    if (*end) /* cut: not in the middle of a character */
        while (end > text && ((guchar)*end & 0xc0) == 0x80)
            end--;
    length = (gsize)(end - text);
    g_autofree char *parts =
        is_ascii(text, length) ? NULL : g_utf8_normalize(text, (gssize)length, G_NORMALIZE_ALL);
    GString *out = g_string_sized_new(length + 1);
    if (parts)
        for (const char *at = parts; *at; at = g_utf8_next_char(at))
            append(out, g_utf8_get_char(at));
    else if (is_ascii(text, length))
        for (const char *at = text; at < end; at++)
            append(out, (guchar)*at);
    if (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    char *folded = g_string_free(out, FALSE);
    if (!parts)
        return folded;
    g_autofree char *loose = folded; /* Hangul stands in pieces until it is composed again */
    return g_utf8_normalize(loose, -1, G_NORMALIZE_ALL_COMPOSE);
}
