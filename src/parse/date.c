/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dates as RFC 5322 has them, which GMime reads, and as programs write them instead, brought into that form.
 */
#include "parse/internal.h"

#include <string.h>

static gboolean two_digits(const char *at)
{
    return g_ascii_isdigit(at[0]) && g_ascii_isdigit(at[1]);
}

/* "-03:00" without its colon, "10.30.00" with colons, "GMT-0300" without its letters. */
static char *usual_form(const char *value)
{
    gboolean colons = strchr(value, ':') != NULL;
    GString *out = g_string_new(NULL);
    for (const char *at = value; *at; at++) {
        gboolean sign = *at == '+' || *at == '-';
        gboolean utc = !g_ascii_strncasecmp(at, "GMT", 3) || !g_ascii_strncasecmp(at, "UTC", 3);
        if (sign && two_digits(at + 1) && at[3] == ':' && two_digits(at + 4)) {
            g_string_append_len(out, at, 3);
            at += 3;
        } else if (utc && (at[3] == '+' || at[3] == '-') && two_digits(at + 4)) {
            at += 2;
        } else {
            gboolean dot =
                *at == '.' && !colons && at - value >= 2 && two_digits(at - 2) && two_digits(at + 1);
            g_string_append_c(out, dot ? ':' : *at);
        }
    }
    return g_string_free(out, FALSE);
}

GDateTime *ch_date_read(const char *value)
{
    if (strnlen(value, 200) == 200)
        return NULL;
    if (g_ascii_isdigit(*value) && strlen(value) > 10 && value[4] == '-' && value[7] == '-') { /* ISO 8601 */
        g_autofree char *iso = g_strdup(value);
        if (iso[10] == ' ')
            iso[10] = 'T';
        char *blank = strchr(iso, ' '); /* before the zone */
        if (blank)
            memmove(blank, blank + 1, strlen(blank));
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        GDateTime *date = g_date_time_new_from_iso8601(iso, utc);
        if (date)
            return date;
    }
    g_autofree char *usual = usual_form(value);
    return *usual ? g_mime_utils_header_decode_date(usual) : NULL;
}
