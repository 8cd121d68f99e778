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

/* "-03:00" without its colon, "10.30.00" with colons, "GMT-0300" without its letters, a leap second as the
 * one before it. */
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
        } else if (g_str_has_prefix(at, ":60") && !g_ascii_isdigit(at[3])) {
            g_string_append(out, ":59");
            at += 2;
        } else {
            gboolean dot =
                *at == '.' && !colons && at - value >= 2 && two_digits(at - 2) && two_digits(at + 1);
            g_string_append_c(out, dot ? ':' : *at);
        }
    }
    return g_string_free(out, FALSE);
}

/* The month that WORD names in any of the languages whose programs are known to write it; NULL: none. */
static const char *english_month(const char *word, gsize length)
{
    static const struct {
        const char *begins, *month;
    } months[] = {
        {"jan", "Jan"}, {"ene", "Jan"}, {"gen", "Jan"},  {"feb", "Feb"}, {"fev", "Feb"}, {"mar", "Mar"},
        {"mrt", "Mar"}, {"maa", "Mar"}, {"apr", "Apr"},  {"abr", "Apr"}, {"avr", "Apr"}, {"may", "May"},
        {"mai", "May"}, {"mag", "May"}, {"mei", "May"},  {"jun", "Jun"}, {"giu", "Jun"}, {"juin", "Jun"},
        {"jul", "Jul"}, {"lug", "Jul"}, {"juil", "Jul"}, {"aug", "Aug"}, {"ago", "Aug"}, {"aou", "Aug"},
        {"sep", "Sep"}, {"set", "Sep"}, {"oct", "Oct"},  {"okt", "Oct"}, {"out", "Oct"}, {"ott", "Oct"},
        {"nov", "Nov"}, {"dec", "Dec"}, {"dez", "Dec"},  {"dic", "Dec"},
    };
    g_autofree char *name = g_strndup(word, length);
    g_autofree char *plain = g_str_to_ascii(name, "C");
    for (guint i = 0; i < G_N_ELEMENTS(months); i++)
        if (!g_ascii_strncasecmp(plain, months[i].begins, strlen(months[i].begins)))
            return months[i].month;
    return NULL;
}

/* The offset of a zone that RFC 5322 does not know but that says it all the same; NULL: none, or several. */
static const char *zone_offset(const char *word, gsize length)
{
    static const struct {
        const char *name, *offset;
    } zones[] = {
        {"BRT", "-0300"},  {"BRST", "-0200"}, {"ART", "-0300"},  {"CLT", "-0400"},  {"WET", "+0000"},
        {"WEST", "+0100"}, {"CET", "+0100"},  {"CEST", "+0200"}, {"MEZ", "+0100"},  {"MESZ", "+0200"},
        {"EET", "+0200"},  {"EEST", "+0300"}, {"MSK", "+0300"},  {"JST", "+0900"},  {"KST", "+0900"},
        {"AEST", "+1000"}, {"AEDT", "+1100"}, {"NZST", "+1200"}, {"NZDT", "+1300"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(zones); i++)
        if (strlen(zones[i].name) == length && !g_ascii_strncasecmp(word, zones[i].name, length))
            return zones[i].offset;
    return NULL;
}

/* The hour of the time that ends OUT, written "1:05 PM", as the day has 24. */
static void take_half(GString *out, gboolean pm)
{
    char *colon = strchr(out->str, ':');
    if (!colon || colon == out->str || !g_ascii_isdigit(colon[-1]))
        return;
    char *from = colon - 1;
    if (from > out->str && g_ascii_isdigit(from[-1]))
        from--;
    guint hour = (guint)g_ascii_strtoull(from, NULL, 10);
    if (hour < 1 || hour > 12)
        return;
    g_autofree char *rest = g_strdup(colon);
    g_string_truncate(out, (gsize)(from - out->str));
    g_string_append_printf(out, "%02u%s", hour % 12 + (pm ? 12 : 0), rest);
}

/* A date in words as English has it: "Seg, 2 de fev. de 2026 1:05 PM BRT" -> "2 Feb 2026 13:05 -0300".
 * The first word is a day of the week ("mar" is one in French, Spanish and Italian) unless MONTH_FIRST. */
static char *in_english(const char *value, gboolean month_first)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean digits = FALSE;
    guint words = 0;
    for (const char *at = value; *at;) {
        if (!g_ascii_isalpha(*at) && (guchar)*at < 0x80) {
            digits = digits || g_ascii_isdigit(*at);
            if (*at != '(')
                g_string_append_c(out, *at);
            at += *at == '(' ? strcspn(at, ")") + (strchr(at, ')') != NULL) : 1;
            continue;
        }
        const char *word = at;
        while (g_ascii_isalpha(*at) || (guchar)*at >= 0x80)
            at++;
        gsize length = (gsize)(at - word);
        gboolean half =
            length == 2 && digits && (word[1] == 'M' || word[1] == 'm') && strchr("APap", word[0]);
        const char *found = digits || words > 0 || month_first ? english_month(word, length) : NULL;
        if (!found && digits)
            found = zone_offset(word, length);
        words++;
        if (half)
            take_half(out, g_ascii_tolower(word[0]) == 'p');
        else if (found)
            g_string_append(out, found);
        else if (length == 1 || g_ascii_isupper(word[length - 1])) /* T, Z, EST */
            g_string_append_len(out, word, (gssize)length);
        if ((found || !digits) && (*at == '.' || *at == ','))
            at++;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
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
    if (!*usual)
        return NULL;
    for (guint month_first = 0; month_first < 2; month_first++) {
        g_autofree char *english = in_english(usual, month_first);
        GDateTime *date = g_mime_utils_header_decode_date(english);
        if (date)
            return date;
    }
    return g_mime_utils_header_decode_date(usual);
}
