/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reply to a question says. Pure. */
#pragma once

#include "mail/mail.h"

/* The reply begins with a no: "não", "no", "não fui eu" … in a language that the desk's questions may be
 * asked in. Everything else is a yes, since whoever got the question need not answer at all. */
gboolean ch_consent_is_no(const ChMail *mail);

/* It says more than its yes: files, or more words than a yes and a signature need. */
gboolean ch_consent_says_more(const ChMail *mail);
