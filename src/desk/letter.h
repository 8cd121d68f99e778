/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a mail of the desk says, from a decision and its ticket: the values that compose/ turns into bytes.
 * Pure. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"
#include "mail/outgoing.h"

/* What a letter is about. All borrowed. */
typedef struct {
    const ChDecision *decision;
    const ChMail *mail;          /* that caused it; NULL: it could not be read */
    const ChVerdict *verdict;    /* NULL with mail */
    const ChTicketFacts *ticket; /* as it is now, its message_ids for this recipient; NULL: about no ticket */
    const char *source;          /* where the mail came from */
    const char *message_id;
    gint64 now;
} ChOccasion;

/* The letter that PLAN asks for. Enclosures are not in it yet: ch_letter_wants_files. Agents' addresses in
 * the text of a letter to a customer are replaced by the department's (P8). The letter borrows
 * occasion->mail's attachments. */
ChLetter *ch_letter_write(const ChConfig *config, const ChMailPlan *plan, const ChOccasion *occasion);

/* Whether the accepted files of the mail travel with PLAN's letter. */
gboolean ch_letter_wants_files(const ChMailPlan *plan);
