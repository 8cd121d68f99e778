/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what our own server found (ChVerdict.auth) to evidence that a mail comes from the domain of its sender
 * (DESIGN.md section 5). Pure. */
#pragma once

#include "mail/decision.h"

/*
 * TRUE where A and B belong to one organization: the same domain, or the same organizational domain by the
 * Public Suffix List that libpsl has built in (RFC 7489 section 3.2). A public suffix ("com.br") has none,
 * and aligns with nothing but itself. Each may be in UTF-8 or in its ASCII form (RFC 5890); what is no domain
 * name aligns with nothing.
 */
gboolean ch_domains_align(const char *a, const char *b);

/*
 * Raises VERDICT->evidence to domain where VERDICT->auth proves the domain of its sender: dmarc=pass for that
 * very domain, or dkim=pass or spf=pass for an aligned one. Adds a reason either way, naming AUTHSERV_ID;
 * none where VERDICT->auth is empty. AMBIGUOUS: ChMail.from_ambiguous; then nothing is proven.
 */
void ch_align_weigh(ChVerdict *verdict, const char *authserv_id, gboolean ambiguous);
