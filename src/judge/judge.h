/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage that tells machine from person and weighs the sender's evidence (DESIGN.md section 5). Pure. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"

/* What MAIL is and who is taken for its writer. The caller frees the result. */
ChVerdict *ch_judge(const ChConfig *config, const ChMail *mail);

/* Raises the evidence of VERDICT by what the desk knows: a reply to a mail that we sent to this very address.
 */
void ch_judge_facts(ChVerdict *verdict, const ChFacts *facts);
