/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiled templates, as compose.c picks them. */
#pragma once

#include "compose/compose.h"
#include "compose/mustache.h"

typedef struct {
    ChMustache *subject, *text, *html;
} ChTemplate;

/* NULL where there is no such language or template. An acknowledgement of a rule ("ack-vip") that this
 * language lacks is its "ack". Borrowed. */
const ChTemplate *ch_templates_find(const ChTemplates *templates, const char *language, const char *name);

/* Whether it answers the mail that opened a ticket: "ack", "ack-vip", "ask-fields". */
gboolean ch_template_is_ack(const char *name);

/* The names of all templates that each language has, NULL-terminated. */
extern const char *const ch_template_names[];
