/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a header block ends: at the first empty line, or, where a program forgot that line, at the first that
 * can be no field; whether others may see another end. What the fields say is headers.c's business.
 */
#include "parse/internal.h"

#include <string.h>

static const char *line_end(const char *at, const char *end)
{
    const char *stop = memchr(at, '\n', (gsize)(end - at));
    return stop ? stop : end;
}

static gboolean is_blank(const char *at, const char *stop)
{
    while (at < stop && g_ascii_isspace(*at))
        at++;
    return at == stop;
}

/* The length of the name of the field in the line at AT; 0 where it is none. */
static gsize field_name(const char *at, const char *stop)
{
    const char *name = at;
    while (name<stop && * name> ' ' && *name < 0x7f && *name != ':')
        name++;
    const char *colon = name;
    while (colon < stop && (*colon == ' ' || *colon == '\t'))
        colon++;
    return colon < stop && *colon == ':' ? (gsize)(name - at) : 0;
}

/* Whether the line at AT is a field as mails have them, and not words with a colon. */
static gboolean is_known(const char *at, const char *stop)
{
    static const char *const known[] = {
        "from",     "to",           "cc",       "bcc",        "subject",     "date",        "message-id",
        "reply-to", "mime-version", "received", "references", "in-reply-to", "return-path", "auto-submitted"};
    gsize length = field_name(at, stop);
    if (length > 2 &&
        (!g_ascii_strncasecmp(at, "x-", 2) || (length > 8 && !g_ascii_strncasecmp(at, "content-", 8))))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(known) && length > 0; i++)
        if (strlen(known[i]) == length && !g_ascii_strncasecmp(at, known[i], length))
            return TRUE;
    return FALSE;
}

/* "boundary=x" that lost the blank before it. */
static gboolean is_parameter(const char *at, const char *stop)
{
    const char *name = at;
    while (at < stop && (g_ascii_isalnum(*at) || *at == '-' || *at == '*'))
        at++;
    return at > name && at < stop && *at == '=';
}

const char *ch_head_words(const char *start, const char *end)
{
    const char *words = NULL, *at = start;
    gboolean begun = FALSE;
    for (const char *stop; at < end; at = stop + (stop < end)) {
        stop = line_end(at, end);
        if (at == stop || (*at == '\r' && at + 1 == stop))
            return words;
        /* Below such a line a field is the sign that it was only a broken one, unless it is a boundary. */
        if (words && is_known(at, stop))
            return words[0] == '-' && words[1] == '-' ? words : NULL;
        gboolean folded = begun && (*at == ' ' || *at == '\t');
        gboolean separator = stop - at > 5 && (!memcmp(at, "From ", 5) || !memcmp(at, ">From ", 6));
        if (!words && !folded && !separator && field_name(at, stop) == 0 && !is_blank(at, stop) &&
            !is_parameter(at, stop))
            words = at;
        begun = TRUE;
    }
    return words;
}

gboolean ch_head_is_doubtful(const char *start, const char *end)
{
    gboolean doubt = FALSE, begun = FALSE;
    for (const char *at = start, *stop; at < end; at = stop + (stop < end)) {
        stop = line_end(at, end);
        gsize length = field_name(at, stop);
        if (doubt && length == 4 && !g_ascii_strncasecmp(at, "from", 4))
            return TRUE;
        doubt = doubt || (length == 0 && !(begun && (*at == ' ' || *at == '\t')));
        begun = TRUE;
    }
    return FALSE;
}

gsize ch_head_end(const char *bytes, gsize length)
{
    const char *at = bytes, *end = bytes + length;
    while (at < end) {
        if (*at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n'))
            return (gsize)(at - bytes);
        const char *next = memchr(at, '\n', (gsize)(end - at));
        if (!next)
            break;
        at = next + 1;
    }
    return length;
}
