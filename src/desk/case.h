/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail being decided, as the files that decide see it. Nobody else includes this. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"
#include "mail/routing.h"

typedef struct {
    const ChConfig *config;
    const ChMail *mail;
    const ChVerdict *verdict;
    const ChFacts *facts;
    const ChRouting *routing;
    const ChDepartmentConfig *route; /* routing's: where a new ticket would be opened */
    char *sender;                    /* folded */
    ChDecision *decision;
} ChCase;

/* --- roles.c: what addresses are to a ticket, and who is told --- */

/* The role of ADDRESS (folded), or of any address of PERSON (may be NULL), whose it is. */
ChRole ch_case_role(const ChConfig *config, const ChTicketFacts *ticket, const char *address,
                    const ChPersonFacts *person);
/* How the desk knows the sender. Those whom the configuration names need not register. */
ChAccount ch_case_account(const ChCase *c);

/* The language for the sender: as they said, else as their mail client says, else the department's. */
const char *ch_case_language(const ChCase *c);
/* The language for TICKET's requester. */
const char *ch_case_requester_language(const ChCase *c, const ChTicketFacts *ticket);

/* A mail to each agent of the departments of the decision and of its TICKET (NULL: a new one), once, but not
 * to the author (PORTAL.md row 11) nor to BESIDES (may be NULL), who gets the same mail as a customer. */
void ch_tell_agents(const ChCase *c, const ChTicketFacts *ticket, const char *template, const char *besides);
/* To each agent of DEPARTMENT, which the ticket is referred to, who was not told yet. */
void ch_tell_referred(const ChCase *c, const ChDepartmentConfig *department, const char *template);
void ch_tell_watchers(const ChCase *c, const ChTicketFacts *ticket, const char *template);

/* --- ticket.c --- */

/* The mail opens a ticket, or waits until its sender may. */
void ch_decide_ticket(const ChCase *c);
/* The mail belongs to a ticket. */
void ch_decide_reply(const ChCase *c);

/* --- fields.c --- */

/* What the mail, the rules and the account say of the fields of TICKET (NULL: the new one that the decision
 * opens in its department), set where it is new. Where required ones are missing from a new ticket, or still
 * missing after a reply that fills some, the sender is asked: decision->missing, and the letter "ask-fields",
 * for a new ticket instead of "ack". The last step for a customer's mail: the letters are planned already. */
void ch_decide_fields(const ChCase *c, const ChTicketFacts *ticket);

/* --- machine.c: what no person wrote for the first time --- */

void ch_ignore(ChDecision *decision, const char *why);
/* The same mail was taken in before (P3). */
void ch_decide_duplicate(const ChCase *c);
void ch_decide_machine(const ChCase *c);

/* --- hold.c --- */

/* The sender may not open a ticket in c->route: the mail waits, and they are asked who they are. */
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
