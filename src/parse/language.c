/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The language that a mail's writer wants to read, by Accept-Language and Content-Language. Checks the form
 * of a tag only: which languages the desk has is the business of compose/templates.c.
 */
#include "parse/internal.h"

#include <string.h>

#define TAG_MAX    35 /* what RFC 5646 section 4.4.1 says a language tag of today needs */
#define SUBTAG_MAX 8
#define Q_MAX      1000

/* Language tags are letters and digits in subtags of one to eight, the first of letters only. */
static gboolean is_tag(const char *text, gsize length)
{
    gsize subtag = 0;
    gboolean first = TRUE;
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '-') {
            if (subtag == 0)
                return FALSE;
            first = FALSE;
            subtag = 0;
        } else if (++subtag > SUBTAG_MAX || !(first ? g_ascii_isalpha(text[i]) : g_ascii_isalnum(text[i]))) {
            return FALSE;
        }
    }
    return subtag > 0 && length <= TAG_MAX;
}

/* "; q=0.7" in thousandths; without it, or unreadable: all of them. END is behind the item. */
static guint quality(const char *at, const char *end)
{
    const char *q = at;
    while (q < end && (g_ascii_isspace(*q) || *q == ';'))
        q++;
    if (q == end || g_ascii_tolower(*q) != 'q')
        return Q_MAX;
    q++;
    while (q < end && (g_ascii_isspace(*q) || *q == '='))
        q++;
    if (q == end || !g_ascii_isdigit(*q) || *q > '0')
        return Q_MAX;
    guint value = 0, digit = Q_MAX / 10;
    for (q += q + 1 < end && q[1] == '.' ? 2 : 1; q < end && g_ascii_isdigit(*q); q++, digit /= 10)
        value += digit * (guint)(*q - '0');
    return value;
}

char *ch_language_first(const char *value)
{
    const char *best = NULL;
    gsize best_length = 0;
    guint best_quality = 0;
    for (const char *at = value; *at;) {
        at += strspn(at, " \t\r\n,");
        const char *end = at + strcspn(at, ",");
        gsize length = strcspn(at, " \t\r\n,;(");
        guint q = quality(at + length, end);
        if (q > best_quality && is_tag(at, length)) {
            best = at;
            best_length = length;
            best_quality = q;
        }
        at = end;
    }
    return best ? g_strndup(best, best_length) : NULL;
}
