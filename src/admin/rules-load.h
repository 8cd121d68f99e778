/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and testing a set of rules, for all who would use it. */
#pragma once

#include "base/config.h"
#include "route/rules.h"

/* The rules at PATH (a folder, a file; NULL: there are none, which is a set too), compiled, and found to pass
 * their own tests on a desk with CONFIG (NULL: the built-in one). NULL with what is wrong in MESSAGES (of
 * ChRuleMessage); warnings may be there in any case.
 */
ChRules *ch_rules_load_tested(const char *path, const ChConfig *config, GPtrArray *messages);
/* The same; FILES as ch_rules_load_noting. */
ChRules *ch_rules_load_watched(const char *path, const ChConfig *config, GPtrArray *messages,
                               GPtrArray *files);

/* The errors of MESSAGES, at most MOST of them and how many more there are: "FILE:LINE:COLUMN: what". Of char
 * *; the caller unrefs. */
GPtrArray *ch_rules_error_lines(const GPtrArray *messages, guint most);
