/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage that picks a new ticket's department. Pure. The rules language will live here; so far the address
 * decides. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"

/* The department whose address MAIL was written to (Delivered-To and its like, then To, then Cc; a subaddress
 * counts, RFC 5233), else the one of MAILBOX (may be NULL), else the first of the configuration. Never NULL;
 * borrowed from CONFIG. Appends why to REASONS. */
const ChDepartmentConfig *ch_route(const ChConfig *config, const ChMail *mail, const char *mailbox,
                                   GPtrArray *reasons);

/* All departments whose address MAIL was written to, by To, Cc and the delivery, in that order: of const
 * ChDepartmentConfig *, each once. The caller unrefs. */
GPtrArray *ch_route_written_to(const ChConfig *config, const ChMail *mail);
