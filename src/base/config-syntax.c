/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of single values: domains, addresses, URLs, colours. They are looked at as text alone; nothing is
 * looked up. Which key wants which form stands in config-schema.c, and config-value.c asks here. */
#include "base/config_private.h"

#include <gio/gio.h>
#include <string.h>

#define ADDRESS_MAX  254 /* RFC 5321 section 4.5.3.1.3, without the angle brackets */
#define LOCAL_MAX    64  /* RFC 5321 section 4.5.3.1.1 */
#define LANGUAGE_MAX 32
#define URL_MAX      200 /* with its token it stays one line of a mail (RFC 5322 section 2.1.1) */

/* One label or more, apart by single dots: letters, digits, '-' and, for those who write them so, '_' and
 * letters beyond ASCII. */
gboolean ch_config_is_domain(const char *text)
{
    char last = '.';
    for (const char *at = text; *at; last = *at, at = g_utf8_next_char(at)) {
        if (*at == '.' && last == '.')
            return FALSE;
        if (*at != '.' && *at != '-' && *at != '_' && !g_unichar_isalnum(g_utf8_get_char(at)))
            return FALSE;
    }
    return last != '.' && strlen(text) <= 253;
}

/* A dot-atom of RFC 5322 section 3.2.3, or of RFC 6532 where it is not ASCII. */
static gboolean is_local(const char *text, gsize length)
{
    if (!length || length > LOCAL_MAX || text[0] == '.' || text[length - 1] == '.')
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)text[i];
        if (c <= ' ' || c == 0x7f || strchr("()<>[]:;@\\,\"", c) || (c == '.' && text[i + 1] == '.'))
            return FALSE;
    }
    return TRUE;
}

char *ch_config_address(const char *address)
{
    if (!g_utf8_validate(address, -1, NULL))
        return NULL;
    g_autofree char *copy = g_strdup(address);
    g_strstrip(copy);
    const char *at = strrchr(copy, '@');
    if (!at || strlen(copy) > ADDRESS_MAX || !is_local(copy, (gsize)(at - copy)) ||
        !ch_config_is_domain(at + 1))
        return NULL;
    return g_utf8_strdown(copy, -1);
}

gboolean ch_config_is_host(const char *text)
{
    return g_hostname_is_ip_address(text) || ch_config_is_domain(text);
}

gboolean ch_config_is_language(const char *text)
{
    return g_ascii_isalpha(*text) && strlen(text) <= LANGUAGE_MAX &&
           text[strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-")] == '\0';
}

gboolean ch_config_is_loopback(const char *host)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    if (address)
        return g_inet_address_get_is_loopback(address);
    return g_ascii_strcasecmp(host, "localhost") == 0; /* RFC 6761 section 6.3 */
}

gboolean ch_config_is_colour(const char *text)
{
    return text[0] == '#' && strlen(text) == 7 && strspn(text + 1, G_CSET_DIGITS "abcdefABCDEF") == 6;
}

/* Of the characters that RFC 3986 allows, those that mean nothing in HTML, in a header or to a mail program
 * that makes links of text. */
gboolean ch_config_is_url(const char *text)
{
    gsize length = strlen(text);
    if (!length || length > URL_MAX || text[length - 1] == '/' ||
        text[strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._~%:/[]")])
        return FALSE;
    if (!g_str_has_prefix(text, "http://") && !g_str_has_prefix(text, "https://"))
        return FALSE;
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    return uri && g_uri_get_host(uri) && ch_config_is_host(g_uri_get_host(uri)) && g_uri_get_port(uri) != 0;
}

char *ch_config_extension(const char *text)
{
    const char *name = *text == '.' ? text + 1 : text; /* .pdf is pdf */
    if (!*name || name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_+-")])
        return NULL;
    return g_ascii_strdown(name, -1);
}

char *ch_config_pattern(const char *text)
{
    const char *domain = g_str_has_prefix(text, "*.") ? text + 2 : text;
    return ch_config_is_domain(domain) ? g_utf8_strdown(text, -1) : NULL;
}

char *ch_config_page_field(const char *text)
{
    static const char *const fields[] = {"name", "company", "telephone", "language"};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (g_ascii_strcasecmp(text, fields[i]) == 0)
            return g_strdup(fields[i]);
    return NULL;
}

gboolean ch_config_is_account(const char *text)
{
    return g_ascii_strcasecmp(text, "name") == 0 || g_ascii_strcasecmp(text, "company") == 0 ||
           g_ascii_strcasecmp(text, "telephone") == 0;
}

char *ch_config_ip(const char *text)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    return address ? g_inet_address_to_string(address) : NULL;
}
