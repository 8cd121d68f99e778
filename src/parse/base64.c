/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Base64 (RFC 2045 section 6.8) in pieces, several times as fast as GMime's: most bytes of all mail are
 * base64. Characters outside the alphabet are skipped; padding ends a group, so that pieces that were encoded
 * apart and joined decode as well.
 */
#include "parse/internal.h"

#include <string.h>

#define BAD 0xff000000u

/* The value of a character at each of the four places of a group, BAD where it is none. */
static guint32 table[4][256];

void ch_base64_setup(void)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (guint i = 0; i < 4; i++) {
        for (guint c = 0; c < 256; c++)
            table[i][c] = BAD;
        for (guint value = 0; value < 64; value++)
            table[i][(guchar)alphabet[value]] = value << (18 - 6 * i);
    }
}

gsize ch_base64_decode(ChBase64 *state, const char *in, gsize length, guint8 *out)
{
    const guchar *at = (const guchar *)in, *end = at + length;
    guint8 *to = out;
    while (at < end) {
        if (state->count == 0) {
            while (end - at >= 4) {
                guint32 group = table[0][at[0]] | table[1][at[1]] | table[2][at[2]] | table[3][at[3]];
                if (group & BAD)
                    break;
                to[0] = (guint8)(group >> 16);
                to[1] = (guint8)(group >> 8);
                to[2] = (guint8)group;
                to += 3;
                at += 4;
            }
            if (at == end)
                break;
        }
        guchar c = *at++;
        guint32 bits = table[state->count][c];
        if (!(bits & BAD)) {
            state->group |= bits;
            state->count++;
        }
        if (state->count == 4 || (c == '=' && state->count > 0)) {
            if (state->count > 1)
                *to++ = (guint8)(state->group >> 16);
            if (state->count > 2)
                *to++ = (guint8)(state->group >> 8);
            if (state->count > 3)
                *to++ = (guint8)state->group;
            *state = (ChBase64){0};
        }
    }
    return (gsize)(to - out);
}

gsize ch_base64_finish(ChBase64 *state, guint8 *out)
{
    gsize size = state->count > 1 ? state->count - 1 : 0;
    for (gsize i = 0; i < size; i++)
        out[i] = (guint8)(state->group >> (16 - 8 * i));
    *state = (ChBase64){0};
    return size;
}
