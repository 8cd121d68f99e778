/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modified UTF-7, one way: configured names go to the server, nothing of the kind is read back. */
#include "fetch/imap-name.h"

/* UTF-16, big-endian, in base64 with "," for "/" and without padding, between "&" and "-". */
static void append_shifted(GString *out, const char *text, const char *end)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    guint32 bits = 0;
    guint held = 0;
    g_autofree gunichar2 *units = g_utf8_to_utf16(text, end - text, NULL, NULL, NULL);
    g_string_append_c(out, '&');
    for (const gunichar2 *unit = units; *unit; unit++) {
        bits = bits << 16 | *unit;
        for (held += 16; held >= 6; held -= 6)
            g_string_append_c(out, digits[bits >> (held - 6) & 63]);
    }
    if (held)
        g_string_append_c(out, digits[bits << (6 - held) & 63]);
    g_string_append_c(out, '-');
}

static gboolean is_plain(gunichar c)
{
    return c >= 0x20 && c <= 0x7e;
}

char *ch_imap_name(const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    GString *out = g_string_new(NULL);
    for (const char *at = valid; *at;) {
        if (*at == '&') {
            g_string_append(out, "&-");
            at++;
        } else if (is_plain(g_utf8_get_char(at))) {
            g_string_append_c(out, *at++);
        } else {
            const char *end = at;
            while (*end && !is_plain(g_utf8_get_char(end)))
                end = g_utf8_next_char(end);
            append_shifted(out, at, end);
            at = end;
        }
    }
    return g_string_free(out, FALSE);
}
