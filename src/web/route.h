/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a path means. The token in it is a secret: what is logged is the route's name. */
#pragma once

#include <glib.h>

typedef enum {
    CH_ROUTE_HOME,  /* / */
    CH_ROUTE_FORM,  /* /v/TOKEN */
    CH_ROUTE_DONE,  /* /v/TOKEN/done */
    CH_ROUTE_AGAIN, /* /v/TOKEN/again */
    CH_ROUTE_STYLE, /* /style.css */
    CH_ROUTE_LOGO,  /* /logo */
    CH_ROUTE_OTHER,
} ChRoute;

/* PATH without its query, percent-decoded. PREFIX, the path of [web] url ("" or "/ajuda"), may stand before
 * it: some proxies take it away. *TOKEN is set for the three routes that have one, else NULL; free with
 * g_free. */
ChRoute ch_route_of(const char *path, const char *prefix, char **token);
/* For the log: "home", "form", … , "other". */
const char *ch_route_name(ChRoute route);
/* The methods it takes, as Allow lists them (RFC 9110, section 10.2.1). */
const char *ch_route_methods(ChRoute route);
/* Whether METHOD is one of them. */
gboolean ch_route_takes(ChRoute route, const char *method);
