/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the templates of the page show, as a value: ChWord of pages.h. */
#pragma once

#include "base/config.h"
#include "store/store.h"
#include "web/form.h"
#include "web/pages.h"

/* All borrowed. */
typedef struct {
    const ChConfig *config;
    const ChPages *pages;
    const char *base;            /* the path of [web] url */
    const char *style, *logo;    /* their URLs; logo NULL: none */
    const char *const *for_mail; /* languages that mails are written in */
    const char *language;        /* of this page */
    const char *token;           /* of the link; NULL: none */
    const char *chosen;          /* the language that ?lang= asks for; NULL: none */
    const char *here;            /* this page's path below base, for a link to it in another language */
    const ChPage *page;          /* NULL: none */
    const ChForm *form;          /* as it was sent; NULL: it is filled in from page */
    guint problem;               /* a status; 0: none */
} ChView;

/* Free with ch_value_free, before what VIEW borrows. */
ChValue *ch_view_value(const ChView *view);
/* "/ajuda/v/TOKEN", with SUFFIX ("" or "/done") and ?lang=CHOSEN where that is not NULL. Free with g_free. */
char *ch_view_link(const char *base, const char *token, const char *suffix, const char *chosen);
