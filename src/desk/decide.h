/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage that decides what is done with a mail, with a reason for every step. Pure: everything that it
 * needs is passed in, everything that follows is in the Decision. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"
#include "mail/routing.h"

/* ROUTING says where the mail goes. The caller frees the result. */
ChDecision *ch_decide(const ChConfig *config, const ChMail *mail, const ChVerdict *verdict,
                      const ChFacts *facts, const ChRouting *routing);

/* How the desk knows whoever writes from the address FOLDED, which is PERSON's (may be NULL). Agents and
 * admins, whom the configuration names, need not register. */
ChAccount ch_account_of(const ChConfig *config, const char *folded, const ChPersonFacts *person);

/* After the files of MAIL were judged (desk/files.h): an agent whose answer leaves without some of them hears
 * of it (L24). */
void ch_decide_files(const ChConfig *config, const ChMail *mail, const ChVerdict *verdict,
                     ChDecision *decision);

/* The decision about a mail of ours that did not leave: a server refused it for good, or it was tried long
 * enough. FACTS: returned (verified) and its ticket, no more. FAILURE: what the server said, action "failed",
 * status "" where it did not refuse. The outcome means nothing: no mail came. */
ChDecision *ch_decide_undelivered(const ChConfig *config, const ChFacts *facts, const ChBounce *failure);

/* The decision for a mail that could not be read (P12): quarantined because of WHY, the admins are told. */
ChDecision *ch_decide_quarantine(const ChConfig *config, const char *why);
