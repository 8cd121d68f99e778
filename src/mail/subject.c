/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing and finding the subject key. Whether a number is believed is desk/decide's business (P7). */
#include "mail/subject.h"

#include <string.h>

#define DIGITS_MAX 18

char *ch_subject_key(const char *prefix, gint64 number)
{
    gboolean bare = !prefix || !*prefix;
    return g_strdup_printf("[%s%s#%" G_GINT64_FORMAT "]", bare ? "" : prefix, bare ? "" : " ", number);
}

static const char *skip_space(const char *at)
{
    while (g_ascii_isspace(*at))
        at++;
    return at;
}

/* AT stands behind a '['. */
static gint64 key_number(const char *at, const char *folded_prefix)
{
    at = skip_space(at);
    if (*folded_prefix && *at != '#') {
        gsize length = strcspn(at, "#]");
        g_autofree char *before = g_strndup(at, length);
        g_autofree char *folded = g_utf8_casefold(g_strchomp(before), -1);
        if (strcmp(folded, folded_prefix) != 0)
            return 0;
        at += length;
    }
    if (*at != '#')
        return 0;
    at = skip_space(at + 1);
    gsize digits = strspn(at, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX || *skip_space(at + digits) != ']')
        return 0;
    return g_ascii_strtoll(at, NULL, 10);
}

gint64 ch_subject_number(const char *subject, const char *prefix)
{
    g_autofree char *folded = g_utf8_casefold(prefix ? prefix : "", -1);
    for (const char *at = strchr(subject, '['); at; at = strchr(at + 1, '[')) {
        gint64 number = key_number(at + 1, folded);
        if (number > 0)
            return number;
    }
    return 0;
}
