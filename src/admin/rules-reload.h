/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of a `serve`, kept as they stand on disk: read and tested aside when files change, swapped in by
 * the writer between two mails, or refused, and then those before stay in force (P10). Main loop's thread.
 */
#pragma once

#include "admin/run.h"

typedef struct ChRulesKeeper ChRulesKeeper;

/* Reads and watches the rules of CONFIG, which is borrowed. NULL with CH_ERROR_CONFIG where they do not
 * check. */
ChRulesKeeper *ch_rules_keeper_new(const ChConfig *config, GError **error);
void ch_rules_keeper_free(ChRulesKeeper *keeper);

/* In force; the keeper's own. */
ChRules *ch_rules_keeper_rules(ChRulesKeeper *keeper);

/* RUN's engine works from now on by these rules; NULL: none does. Borrowed until the next call. */
void ch_rules_keeper_attach(ChRulesKeeper *keeper, ChRun *run);

/* For SIGHUP: the rules of CONFIG, to be given to ch_rules_keeper_take; or NULL, and they are refused as a
 * change of the files is. */
ChRules *ch_rules_keeper_check(ChRulesKeeper *keeper, const ChConfig *config);
/* With no run attached: CONFIG, which is borrowed, and its RULES (transferred) are in force. */
void ch_rules_keeper_take(ChRulesKeeper *keeper, const ChConfig *config, ChRules *rules);
