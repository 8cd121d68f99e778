/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The RTF that some Exchange servers send as the only text of a winmail.dat: unpacked (MS-OXRTFCP). Its words
 * are rtf.c's business; markup that was packed into it (MS-OXRTFEX) is left out, for the same words stand
 * beside it.
 */
#include "parse/internal.h"

#include <string.h>

#define DICTIONARY 4096

/* What every compressed text may refer to from its first byte on (MS-OXRTFCP section 2.1.2.1). */
static const char PRELOADED[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
    "{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

static guint32 number_at(const guint8 *bytes)
{
    return bytes[0] | (guint32)bytes[1] << 8 | (guint32)bytes[2] << 16 | (guint32)bytes[3] << 24;
}

/* At most 17 bytes for two that are read: bounded by the input, whatever it says of its size. */
static void expand(const guint8 *at, const guint8 *end, GString *out)
{
    guint8 window[DICTIONARY] = {0};
    guint write = sizeof(PRELOADED) - 1;
    memcpy(window, PRELOADED, write);
    while (at < end) {
        guint flags = *at++;
        for (guint bit = 0; bit < 8 && at < end; bit++, flags >>= 1) {
            guint from = write, length = 1;
            if (flags & 1) {
                if (end - at < 2)
                    return;
                from = (guint)at[0] << 4 | at[1] >> 4;
                length = (at[1] & 15u) + 2;
                at += 2;
                if (from == write) /* the end */
                    return;
            } else {
                window[write] = *at++;
            }
            for (guint i = 0; i < length; i++) {
                window[write] = window[(from + i) % DICTIONARY];
                g_string_append_c(out, (char)window[write]);
                write = (write + 1) % DICTIONARY;
            }
        }
    }
}

static GString *unpack(const guint8 *bytes, gsize length)
{
    enum {
        HEAD = 16
    };
    GString *out = g_string_new(NULL);
    if (length < HEAD)
        return out;
    if (number_at(bytes + 8) == 0x75465a4c)
        expand(bytes + HEAD, bytes + length, out);
    else if (number_at(bytes + 8) == 0x414c454d)
        g_string_append_len(out, (const char *)bytes + HEAD, (gssize)(length - HEAD));
    g_string_truncate(out, MIN(out->len, number_at(bytes + 4)));
    return out;
}

char *ch_tnef_rtf(const guint8 *bytes, gsize length)
{
    g_autoptr(GString) rtf = unpack(bytes, length);
    return ch_rtf_to_text(rtf->str, rtf->len);
}
