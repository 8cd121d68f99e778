/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ISO-2022-JP as mail programs write it, with the rows that NEC, IBM and Microsoft added to JIS X 0208 ("①",
 * "髙", "㈱"), with half-width katakana, and with damaged characters. iconv stops at the first of these. The
 * same characters are read as Shift_JIS, which holds all of them in other bytes.
 */
#include "parse/internal.h"

#include <string.h>

typedef enum {
    ASCII,
    KANA,
    KANJI,
    KANJI_PLUS
} Set;

/* The set that the escape at AT chooses; its length, or 0 where it is none that is known. */
static gsize read_escape(const char *at, const char *end, Set *set)
{
    static const struct {
        const char *escape;
        Set set;
    } known[] = {{"\x1b(B", ASCII},  {"\x1b(J", ASCII},  {"\x1b(I", KANA},        {"\x1b$B", KANJI},
                 {"\x1b$@", KANJI},  {"\x1b$(B", KANJI}, {"\x1b$(D", KANJI_PLUS}, {"\x1b(H", ASCII},
                 {"\x1b$(@", KANJI}, {"\x1b$A", ASCII}};
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        gsize length = strlen(known[i].escape);
        if ((gsize)(end - at) >= length && !memcmp(at, known[i].escape, length)) {
            *set = known[i].set;
            return length;
        }
    }
    return 0;
}

static gboolean is_graphic(char c)
{
    return c > ' ' && c < 0x7f;
}

/* A character of JIS X 0208 in Shift_JIS, which puts two rows of 94 into one. */
static void append_shifted(GString *out, guchar row, guchar cell)
{
    guchar lead = (guchar)((row - 0x21) / 2 + 0x81);
    g_string_append_c(out, (char)(lead > 0x9f ? lead + 0x40 : lead));
    if (row % 2 == 0)
        g_string_append_c(out, (char)(cell + 0x7e));
    else
        g_string_append_c(out, (char)(cell + (cell >= 0x60 ? 0x20 : 0x1f)));
}

char *ch_japanese_as_shift_jis(const char *bytes, gsize length, gsize *shifted)
{
    GString *out = g_string_sized_new(length + 1);
    Set set = ASCII;
    for (const char *at = bytes, *end = bytes + length; at < end;) {
        gsize escape = *at == '\x1b' ? read_escape(at, end, &set) : 0;
        if (escape > 0) {
            at += escape;
        } else if (set == ASCII || !is_graphic(*at)) {
            if (*at == '\n') /* each line begins in ASCII (RFC 1468) */
                set = ASCII;
            if (*at != '\x1b' && *at != '\x0e' && *at != '\x0f')
                g_string_append_c(out, *at);
            at++;
        } else if (set == KANA) {
            g_string_append_c(out, (char)(*at++ | 0x80));
        } else if (end - at < 2 || !is_graphic(at[1])) {
            at++; /* half a character */
        } else {
            if (set == KANJI_PLUS) /* JIS X 0212, which Shift_JIS has not: the sign for a missing one */
                g_string_append(out, "\x81\xac");
            else
                append_shifted(out, (guchar)at[0], (guchar)at[1]);
            at += 2;
        }
    }
    *shifted = out->len;
    return g_string_free(out, FALSE);
}
