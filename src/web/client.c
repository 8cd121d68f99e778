/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the two headers that say something of the client: X-Forwarded-For, from proxies that are trusted
 * alone, and Accept-Language. */
#include "web/client.h"

#include <gio/gio.h>
#include <string.h>

#define RANGES_MAX 32 /* of one Accept-Language; browsers send a handful */

/* TEXT as an IP address in its usual form, or NULL. "[::1]" is taken too. */
static char *normal(const char *text)
{
    g_autofree char *plain = g_strstrip(g_strdup(text));
    gsize length = strlen(plain);
    if (length > 2 && *plain == '[' && plain[length - 1] == ']') {
        memmove(plain, plain + 1, length - 2);
        plain[length - 2] = '\0';
    }
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(plain);
    return address ? g_inet_address_to_string(address) : NULL;
}

static gboolean is_one_of(const char *address, const char *const *list)
{
    for (; list && *list; list++) {
        g_autofree char *other = normal(*list);
        if (other && strcmp(address, other) == 0)
            return TRUE;
    }
    return FALSE;
}

char *ch_client_address(const char *peer, const char *forwarded, const char *const *proxies)
{
    g_autofree char *address = normal(peer);
    if (!address || !forwarded || !is_one_of(address, proxies))
        return address ? g_steal_pointer(&address) : g_strdup(peer);
    const char *comma = strrchr(forwarded, ',');
    g_autofree char *last = normal(comma ? comma + 1 : forwarded);
    return last ? g_steal_pointer(&last) : g_steal_pointer(&address);
}

const char *ch_client_known_language(const char *language, const char *const *known)
{
    g_autofree char *name = g_strdelimit(g_strdup(language), "-", '_');
    for (; *known; known++)
        if (g_ascii_strcasecmp(name, *known) == 0)
            return *known;
    return NULL;
}

/* As above; a language of another country will do: pt_PT is served pt_BR, and en_GB en. */
static const char *near_language(const char *language, const char *const *known)
{
    const char *exact = ch_client_known_language(language, known);
    gsize length = strcspn(language, "-_");
    for (; !exact && *known; known++)
        if (strcspn(*known, "_") == length && g_ascii_strncasecmp(*known, language, length) == 0)
            exact = *known;
    return exact;
}

const char *ch_client_language(const char *accept, const char *const *known)
{
    const char *best = NULL;
    double most = 0;
    g_auto(GStrv) ranges = g_strsplit(accept ? accept : "", ",", RANGES_MAX);
    for (char **range = ranges; *range; range++) {
        char *weight = strchr(*range, ';');
        if (weight)
            *weight++ = '\0';
        const char *equals = weight ? strstr(weight, "q=") : NULL;
        double quality = equals ? g_ascii_strtod(equals + 2, NULL) : 1;
        const char *language = near_language(g_strstrip(*range), known);
        if (language && quality > most && quality <= 1) {
            best = language;
            most = quality;
        }
    }
    return best;
}
