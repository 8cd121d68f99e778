/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forms in which rules name addresses and domains. Which addresses of a mail a test is about is in
 * texts.c; departments by their addresses are in route.c.
 */
#include "route/match_private.h"

#include <string.h>

/* A longer name is none (RFC 1035 section 2.3.4), and has no parents. */
#define DOMAIN_MAX 253

/* Where ADDRESS has its "@", and *PLUS, where its subaddress begins ("@" where it has none). NULL: nowhere.
 */
static const char *split(const char *address, const char **plus)
{
    const char *at = strrchr(address, '@');
    if (!at)
        return NULL;
    gsize local = (gsize)(at - address), before = strcspn(address, "+");
    *plus = before > 0 && before < local ? address + before : at;
    return at;
}

/* "*.x.br" or, for an address, "@*.x.br" without its "@". */
gboolean ch_domain_has_form(const char *domain, const char *form)
{
    if (form[0] != '*' || form[1] != '.')
        return strcmp(domain, form) == 0;
    gsize length = strlen(domain), below = strlen(form + 1);
    return length <= DOMAIN_MAX && length > below && strcmp(domain + length - below, form + 1) == 0;
}

gboolean ch_address_has_form(const char *address, const char *form)
{
    const char *plus, *at = split(address, &plus);
    if (!at)
        return FALSE;
    if (form[0] == '@')
        return ch_domain_has_form(at + 1, form + 1);
    const char *form_at = strrchr(form, '@');
    if (!form_at)
        return FALSE;
    gsize local = (gsize)(form_at - form);
    gboolean same_local = (local == (gsize)(at - address) || local == (gsize)(plus - address)) &&
                          strncmp(form, address, local) == 0;
    return same_local && (form_at[1] == '\0' || strcmp(form_at, at) == 0);
}

void ch_domain_each_form(const char *domain, ChFormFunc found, gpointer data)
{
    found(domain, data);
    if (strlen(domain) > DOMAIN_MAX)
        return;
    char parent[DOMAIN_MAX + 2] = "*";
    for (const char *dot = strchr(domain, '.'); dot; dot = strchr(dot + 1, '.'))
        if (dot > domain) {
            g_strlcpy(parent + 1, dot, sizeof parent - 1);
            found(parent, data);
        }
}

typedef struct {
    ChFormFunc found;
    gpointer data;
} Domains;

static void found_domain(const char *form, gpointer data)
{
    const Domains *domains = data;
    g_autofree char *whole = g_strconcat("@", form, NULL);
    domains->found(whole, domains->data);
}

void ch_address_each_form(const char *address, ChFormFunc found, gpointer data)
{
    const char *plus, *at = split(address, &plus);
    if (!at)
        return;
    g_autofree char *local = g_strndup(address, (gsize)(at + 1 - address));
    found(address, data);
    if (at > address) /* else it is the form of its domain */
        found(local, data);
    if (plus != at) {
        g_autofree char *plain = g_strdup_printf("%.*s%s", (int)(plus - address), address, at);
        g_autofree char *plain_local = g_strdup_printf("%.*s@", (int)(plus - address), address);
        found(plain, data);
        found(plain_local, data);
    }
    Domains domains = {found, data};
    ch_domain_each_form(at + 1, found_domain, &domains);
}

gboolean ch_address_is_plausible(const char *address)
{
    const char *at = strchr(address, '@');
    if (!at || at == address || !at[1] || strchr(at + 1, '@') || strpbrk(address, " <>\"(),;:\\[]"))
        return FALSE;
    for (const char *c = address; *c; c++)
        if ((guchar)*c < 0x20 || *c == 0x7f)
            return FALSE;
    return at[1] != '.' && at[strlen(at) - 1] != '.' && strchr(at, '.') != NULL;
}
