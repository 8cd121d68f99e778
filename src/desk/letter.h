/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a mail of the desk says, from a decision and its ticket: the values that compose/ turns into bytes.
 * Pure. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"
#include "mail/outgoing.h"

/* What a letter is about. All borrowed; what does not concern it is NULL or 0. */
typedef struct {
    const char *language;                 /* a folder of templates */
    const char *about;                    /* a configured department, where no ticket says it */
    const ChDepartmentConfig *department; /* that speaks; never NULL */
    ChRole role;                          /* of the mail's sender */
    const ChMail *mail;                   /* that caused it */
    const ChVerdict *verdict;             /* with mail */
    ChTicketFacts *ticket;                /* as it is now, its message_ids for this recipient */
    const ChFailure *failure;             /* a mail that did not arrive; then there is no mail above */
    const char *log_line;                 /* what happened, for admins */
    const GPtrArray *missing;             /* of char *: ask-fields: names of the fields that it asks for */
    gboolean again;                       /* ask-fields: it was asked before */
    const GPtrArray *headers;             /* of ChNamedValue: more header fields of notices to agents */

    const char *title; /* of a question about a mail that is not at hand */
    char *page_url;    /* of a question */
    guint days;        /* in which it may be answered */
    gboolean reminder;
    GPtrArray *held; /* of ChHeldLine; the letter takes its own reference */
    guint held_count;

    char *message_id;
    char *reply_to;
    gint64 now;
} ChOccasion;

/* The letter that PLAN asks for. Enclosures are not in it yet: ch_letter_wants_files. Agents' addresses in
 * the text of a letter to a customer are replaced by the department's (P8). The letter borrows
 * occasion->mail's attachments. */
ChLetter *ch_letter_write(const ChConfig *config, const ChMailPlan *plan, const ChOccasion *occasion);

/* Whether the accepted files of the mail travel with PLAN's letter. */
gboolean ch_letter_wants_files(const ChMailPlan *plan);

/* Whether a machine wrote it (RFC 3834): everything but a person's answer. */
gboolean ch_letter_is_automatic(const ChMailPlan *plan);
