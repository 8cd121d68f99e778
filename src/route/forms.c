/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the strings of rules and the entries of lists must look like. Only text is looked at; whether there is
 * such an address or domain is not asked. */
#include "route/compile.h"

#include "base/config.h"
#include "base/fold.h"

#include <string.h>

#define ADDRESS_MAX 254 /* RFC 5321 section 4.5.3.1.3 */
#define HEADER_MAX  76  /* of a header field, so that its line has room for a value */

gboolean ch_form_domain_rule(const char *text)
{
    return ch_config_is_domain(g_str_has_prefix(text, "*.") ? text + 2 : text);
}

static gboolean is_local(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if ((guchar)text[i] <= ' ' || text[i] == 0x7f || strchr("()<>[]:;@\\,\"*", text[i]))
            return FALSE;
    return length > 0 && length <= 64;
}

gboolean ch_form_address(const char *text)
{
    const char *at = strrchr(text, '@');
    return at && strlen(text) <= ADDRESS_MAX && is_local(text, (gsize)(at - text)) &&
           ch_config_is_domain(at + 1);
}

gboolean ch_form_address_rule(const char *text)
{
    const char *at = strrchr(text, '@');
    if (!at || strlen(text) > ADDRESS_MAX)
        return FALSE;
    if (at == text)
        return ch_form_domain_rule(at + 1);
    return is_local(text, (gsize)(at - text)) && (!at[1] || ch_config_is_domain(at + 1));
}

gboolean ch_form_date(const char *text)
{
    for (const char *at = text; *at; at++)
        if (!g_ascii_isdigit(*at) && *at != '-')
            return FALSE;
    gsize length = strlen(text);
    if (length != 5 && length != 10)
        return FALSE;
    /* A day of every year may be the 29th of February. */
    GDateYear year = length == 10 ? (GDateYear)g_ascii_strtoull(text, NULL, 10) : 2000;
    const char *day = text + length - 5;
    if ((length == 10 && (text[4] != '-' || memchr(text, '-', 4))) || day[2] != '-' || day[0] == '-' ||
        day[1] == '-' || day[3] == '-' || day[4] == '-')
        return FALSE;
    return g_date_valid_dmy((GDateDay)g_ascii_strtoull(day + 3, NULL, 10),
                            (GDateMonth)g_ascii_strtoull(day, NULL, 10), year);
}

gboolean ch_form_header(const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at <= ' ' || *at > '~' || *at == ':')
            return FALSE;
    return *text && strlen(text) <= HEADER_MAX;
}

gboolean ch_form_header_to_set(const char *text)
{
    return ch_form_header(text) && ((g_ascii_strncasecmp(text, "X-", 2) == 0 && text[2]) ||
                                    g_ascii_strcasecmp(text, "Importance") == 0);
}

/* Something must be left once it is folded: every text contains nothing. */
static gboolean is_text(const char *text)
{
    g_autofree char *folded = ch_fold(text, strlen(text));
    return *folded != '\0';
}

ChForm ch_form_of_list(ChListKind kind, const char **expected)
{
    static const struct {
        ChForm form;
        const char *expected;
    } forms[] = {
        [CH_LIST_TEXTS] = {is_text, "text"},
        [CH_LIST_ADDRESSES] = {ch_form_address_rule,
                               "an address: ana@x.example, ana@, @x.example or @*.x.example"},
        [CH_LIST_DOMAINS] = {ch_form_domain_rule, "a domain: x.example or *.x.example"},
        [CH_LIST_WHOLE_ADDRESSES] = {ch_form_address, "a whole address such as ana@x.example"},
        [CH_LIST_WHOLE_DOMAINS] = {ch_config_is_domain, "a whole domain such as x.example"},
        [CH_LIST_DATES] = {ch_form_date, "a day: 2026-12-25, or 12-25 for every year"},
    };
    *expected = forms[kind].expected;
    return forms[kind].form;
}

char *ch_form_fold(ChListKind kind, const char *text)
{
    return kind == CH_LIST_TEXTS ? ch_fold(text, strlen(text)) : ch_address_fold(text);
}
