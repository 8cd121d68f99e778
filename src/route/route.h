/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage that says where a mail goes: by the address written to, then by the rules. Pure. */
#pragma once

#include "route/rules.h"

/* The department by the address alone: the one that MAIL was written to (Delivered-To and its like, then To,
 * then Cc; a subaddress counts, RFC 5233), else the one of MAILBOX (may be NULL), else the first of the
 * configuration. Never NULL; borrowed from CONFIG. Appends why to REASONS. */
const ChDepartmentConfig *ch_route_by_address(const ChConfig *config, const ChMail *mail, const char *mailbox,
                                              GPtrArray *reasons);

/* The whole: the department by the address, and what RULES (NULL: none) make of it. INPUT's department is set
 * here; the rest of it is the caller's. A department that CONFIG does not know is passed over, with a reason.
 * The caller frees. */
ChRouting *ch_route(const ChConfig *config, ChRules *rules, const ChRuleInput *input, const char *mailbox,
                    gboolean trace);

/* The agents' loads, for the rules that leave the choice to them. */
typedef struct {
    const char *const *agents; /* of the department, NULL-terminated, in the order of the configuration */
    const guint *tickets;      /* of each: tickets of theirs that are not closed */
    const char *last;          /* who was assigned last in the department; NULL: nobody yet */
} ChWorkload;

/* The agent that EFFECTS want, of those of WORKLOAD: with equal loads, the first after LAST. NULL where they
 * want none, or there is none. Borrowed. */
const char *ch_route_assignee(const ChEffects *effects, const ChWorkload *workload);
