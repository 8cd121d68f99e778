/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail being decided, as decide.c and hold.c see it. Nobody else includes this. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"

typedef struct {
    const ChConfig *config;
    const ChMail *mail;
    const ChVerdict *verdict;
    const ChFacts *facts;
    const ChDepartmentConfig *route; /* where a new ticket would be opened */
    char *sender;                    /* folded */
    ChDecision *decision;
} ChCase;

/* The language for the sender: as they said, else as their mail client says, else the department's. */
const char *ch_case_language(const ChCase *c);

/* hold.c: the sender may not open a ticket in c->route: the mail waits, and they are asked who they are. */
void ch_hold_newcomer(const ChCase *c);
/* `cadastro` as a subject: an account without a ticket. */
void ch_register(const ChCase *c, ChAccount account);
/* The sender is on the ticket, but nothing proves that they wrote the mail: they are asked. */
void ch_hold_claim(const ChCase *c, ChRole role);
/* Somebody answers a mail that went to another address: that one is asked. */
void ch_hold_alias(const ChCase *c);
/* Whether the mail, which answers an open question, says neither yes nor no to it. Whose address it is shows
 * in any answer; who wrote a mail does not. */
gboolean ch_answer_is_unclear(const ChCase *c);
/* The mail answers an open question. */
void ch_answer_question(const ChCase *c);
