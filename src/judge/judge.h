/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage that tells machine from person and weighs the sender's evidence (DESIGN.md section 5). Pure. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"

/* What MAIL is and who is taken for its writer. The caller frees the result. */
ChVerdict *ch_judge(const ChConfig *config, const ChMail *mail);

/*
 * Corrects VERDICT by what the desk knows. Evidence becomes token for a reply to a mail that we sent to this
 * very address, and for a mail that was held until its sender, or an admin, stood up for it. Kind becomes
 * loop for our own mail that came back, and for a person's from the CH_SAME_BODY_MAXth one with the same body
 * on, unless somebody stood up for it.
 */
void ch_judge_facts(ChVerdict *verdict, const ChFacts *facts);
