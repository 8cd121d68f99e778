/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of `rules` that look at mails which were decided: in files of their own. As ch_admin_…: ARGV
 * begins with the verb. */
#pragma once

#include "admin/admin.h"

int ch_rules_replay(ChAdminContext *context, int argc, char **argv);
int ch_rules_stats(ChAdminContext *context, int argc, char **argv);
