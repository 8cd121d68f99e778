/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the site answers: a request as a value in, an answer as a value out. HTTP itself is in server.h. */
#pragma once

#include "base/config.h"
#include "store/store.h"
#include "web/route.h"

typedef struct ChSite ChSite;

/* Loads texts, style and logo: CH_ERROR_CONFIG. CONFIG and STORE are borrowed and outlive it. */
ChSite *ch_site_new(const ChConfig *config, ChStore *store, GError **error);
void ch_site_free(ChSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChSite, ch_site_free)

/* As it came; NULL where it has no such thing. */
typedef struct {
    const char *method;
    const char *path;   /* percent-decoded, without the query */
    const char *lang;   /* of the query */
    const char *accept; /* Accept-Language */
    const char *type;   /* Content-Type */
    const char *body;   /* never NULL where length is not 0 */
    gsize length;
} ChRequest;

typedef struct {
    guint status;
    ChRoute route;      /* for the log */
    GBytes *body;       /* NULL: none */
    const char *type;   /* of body */
    const char *policy; /* its own Content-Security-Policy; NULL: that of pages */
    char *language;     /* "pt-BR"; NULL: the body has none */
    char *location;     /* with 303 */
    const char *allow;  /* with 405 */
    guint retry_after;  /* seconds; 0: not said */
    gboolean cacheable;
    gboolean lasting; /* body's bytes live as long as the site */
} ChAnswer;

void ch_answer_free(ChAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChAnswer, ch_answer_free)

/* Never NULL. Only a POST changes anything (P11). */
ChAnswer *ch_site_answer(ChSite *site, const ChRequest *request);
/* The kind page for STATUS, 4xx or 5xx, whatever REQUEST wants. */
ChAnswer *ch_site_problem(ChSite *site, const ChRequest *request, guint status);
