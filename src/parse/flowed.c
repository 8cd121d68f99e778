/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text in format=flowed (RFC 3676): lines that end in a blank go on in the next one. Quotes keep their marks
 * in one form, "> "; other text is body.c's business.
 */
#include "parse/internal.h"

#include <string.h>

#define QUOTES_MAX 64

/* The signature's separator ends no paragraph and begins none (section 4.3). */
static gboolean is_separator(const char *text, gsize length)
{
    return length == 3 && !memcmp(text, "-- ", 3);
}

static void write_marks(GString *out, guint depth, gboolean text)
{
    for (guint i = 0; i < MIN(depth, QUOTES_MAX); i++)
        g_string_append_c(out, '>');
    if (depth > 0 && text)
        g_string_append_c(out, ' ');
}

/* A paragraph that was to go on, and doesn't. */
static void trim(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
}

char *ch_flowed_to_text(const char *text, gboolean delsp)
{
    GString *out = g_string_sized_new(strlen(text) + 16);
    gboolean flows = FALSE; /* the line before goes on */
    guint before = 0;
    for (const char *at = text; *at;) {
        const char *end = strchrnul(at, '\n');
        guint depth = 0;
        while (at[depth] == '>')
            depth++;
        at += depth;
        if (at < end && *at == ' ') /* stuffed (section 4.4) */
            at++;
        gsize length = (gsize)(end - at);
        gboolean separator = is_separator(at, length);
        /* Nobody means the end of a paragraph alone by an empty line. */
        if (flows && (separator || length == 0 || depth != before)) {
            trim(out);
            g_string_append_c(out, '\n');
            flows = FALSE;
        }
        if (!flows)
            write_marks(out, depth, length > 0);
        flows = length > 0 && at[length - 1] == ' ' && !separator;
        before = depth;
        /* A line of blanks alone is empty. */
        if (flows && strspn(at, " ") >= length) {
            flows = FALSE;
            length = 0;
        }
        g_string_append_len(out, at, (gssize)(length - (flows && delsp)));
        if (*end && !flows)
            g_string_append_c(out, '\n');
        at = *end ? end + 1 : end;
    }
    if (flows)
        trim(out);
    return g_string_free(out, FALSE);
}
