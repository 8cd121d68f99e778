/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of routes. What each of them answers is in site.c. */
#include "web/route.h"

#include <string.h>

#define TOKEN_MAX 128 /* bytes; ours have 26 */

static const struct {
    const char *name, *methods;
} routes[] = {
    [CH_ROUTE_HOME] = {"home", "GET, HEAD"},   [CH_ROUTE_FORM] = {"form", "GET, HEAD, POST"},
    [CH_ROUTE_DONE] = {"done", "GET, HEAD"},   [CH_ROUTE_AGAIN] = {"again", "GET, HEAD, POST"},
    [CH_ROUTE_STYLE] = {"style", "GET, HEAD"}, [CH_ROUTE_LOGO] = {"logo", "GET, HEAD"},
    [CH_ROUTE_OTHER] = {"other", "GET, HEAD"},
};

static ChRoute route_of_link(const char *rest, char **token)
{
    gsize length = strcspn(rest, "/");
    const char *after = rest + length;
    ChRoute route = CH_ROUTE_OTHER;
    if (!*after)
        route = CH_ROUTE_FORM;
    else if (strcmp(after, "/done") == 0)
        route = CH_ROUTE_DONE;
    else if (strcmp(after, "/again") == 0)
        route = CH_ROUTE_AGAIN;
    if (length == 0 || length > TOKEN_MAX)
        return CH_ROUTE_OTHER;
    if (route != CH_ROUTE_OTHER)
        *token = g_strndup(rest, length);
    return route;
}

ChRoute ch_route_of(const char *path, const char *prefix, char **token)
{
    *token = NULL;
    gsize length = strlen(prefix);
    if (length && strncmp(path, prefix, length) == 0 && (path[length] == '/' || !path[length]))
        path += length;
    if (strcmp(path, "/") == 0 || !*path)
        return CH_ROUTE_HOME;
    if (strcmp(path, "/style.css") == 0)
        return CH_ROUTE_STYLE;
    if (strcmp(path, "/logo") == 0)
        return CH_ROUTE_LOGO;
    return g_str_has_prefix(path, "/v/") ? route_of_link(path + 3, token) : CH_ROUTE_OTHER;
}

const char *ch_route_name(ChRoute route)
{
    return routes[route].name;
}

const char *ch_route_methods(ChRoute route)
{
    return routes[route].methods;
}

gboolean ch_route_takes(ChRoute route, const char *method)
{
    g_auto(GStrv) methods = g_strsplit(routes[route].methods, ", ", -1);
    return g_strv_contains((const char *const *)methods, method);
}
