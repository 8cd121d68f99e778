/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reply to a question says. Pure. */
#pragma once

#include "mail/mail.h"

/* The reply begins with a no: "não", "no", "não fui eu" … in a language that the desk's questions may be
 * asked in. Everything else but what is unclear is a yes, since whoever got the question need not answer at
 * all. */
gboolean ch_consent_is_no(const ChMail *mail);

/* The reply begins with neither yes nor no, and denies something ("I did not write this", "eu não escrevi
 * isso", but also "the VPN does not work"), disowns it ("that's a scam") or asks back ("quem é esse?"). Only
 * a person can tell which, and a yes would make a stranger's address the customer's own (P7). */
gboolean ch_consent_is_unclear(const ChMail *mail);

/* It says more than its yes: files, or more words than a yes and a signature need. */
gboolean ch_consent_says_more(const ChMail *mail);
