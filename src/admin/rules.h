/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `chamado rules` share: the verbs that need no database. Those that look at mails of the
 * past are in rules-history.h. */
#pragma once

#include "admin/command.h"
#include "route/rules.h"

/* As ch_admin_…: ARGV begins with "rules VERB". CONTEXT's config is loaded, but for fmt. */
int ch_rules_verb_check(ChAdminContext *context, int argc, char **argv);
int ch_rules_verb_test(ChAdminContext *context, int argc, char **argv);
int ch_rules_verb_fmt(ChAdminContext *context, int argc, char **argv);

/* An array of ChRuleMessage that owns them. */
GPtrArray *ch_rules_messages(void);
/* Prints MESSAGES on stderr, each with its line and a caret. */
void ch_rules_print_messages(const GPtrArray *messages);
/* MESSAGES as the member "messages". */
void ch_rules_json_messages(JsonBuilder *json, const GPtrArray *messages);
/* HITS, of ChRuleHit, as the member "rules". */
void ch_rules_json_hits(JsonBuilder *json, const GPtrArray *hits);
