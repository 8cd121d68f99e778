/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folds text for comparing it with tables of words. Addresses are folded by ch_address_fold (mail/mail.h). */
#include "base/fold.h"

#include <string.h>

/* As append, for what needs no table. */
static void append_ascii(GString *out, char c)
{
    if (g_ascii_isspace(c))
        c = ' ';
    else if (c == '`')
        c = '\'';
    if (c != ' ' || (out->len > 0 && out->str[out->len - 1] != ' '))
        g_string_append_c(out, g_ascii_tolower(c));
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
    if (!g_utf8_validate_len(text, length, NULL))
        return g_strdup("");
    GString *out = g_string_sized_new(length + 1);
    gboolean composes = FALSE;
    for (const char *at = text; at < end; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at), parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
        if (c < 0x80) { /* most of all text */
            append_ascii(out, (char)c);
            continue;
        }
        /* The order of marks, which normalizing a whole text would mend, is that of what is dropped. */
        gsize count = g_unichar_fully_decompose(c, TRUE, parts, G_N_ELEMENTS(parts));
        if (c == 0xb4) { /* an apostrophe on many keyboards, which Unicode takes for a blank with an accent */
            parts[0] = c;
            count = 1;
        }
        gsize before = out->len;
        for (gsize i = 0; i < count; i++)
            append(out, parts[i]);
        for (; before < out->len && !composes; before++)
            composes = (guchar)out->str[before] >= 0x80;
    }
    if (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    char *folded = g_string_free(out, FALSE);
    if (!composes)
        return folded;
    g_autofree char *loose = folded; /* Hangul stands in pieces until it is composed again */
    return g_utf8_normalize(loose, -1, G_NORMALIZE_ALL_COMPOSE);
}
