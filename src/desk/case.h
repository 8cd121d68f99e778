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
    ChEffects *applied; /* what of routing's has effect, be it that all was so before; never NULL */
    ChDecision *decision;
} ChCase;

/* --- roles.c: what addresses are to a ticket, and who is told --- */

/* The role of ADDRESS (folded), or of any address of PERSON (may be NULL), whose it is. */
ChRole ch_case_role(const ChConfig *config, const ChTicketFacts *ticket, const char *address,
                    const ChPersonFacts *person);
/* The sender's person, where FOLDED is one of their addresses; otherwise NULL. */
const ChPersonFacts *ch_case_person(const ChCase *c, const char *folded);
/* Whether FOLDED is an agent of the decision's department, of one that TICKET (NULL: a new one) is referred
 * to, or that the decision refers it to. */
gboolean ch_is_agent_here(const ChCase *c, const ChTicketFacts *ticket, const char *folded);
/* How the desk knows the sender (ch_account_of). */
ChAccount ch_case_account(const ChCase *c);

/* The language for the sender: as a rule says, else as they said, else as their mail client says, else the
 * department's. */
const char *ch_case_language(const ChCase *c);
/* The language for TICKET's requester. */
const char *ch_case_requester_language(const ChCase *c, const ChTicketFacts *ticket);

/* A mail to each agent of the departments of the decision and of its TICKET (NULL: a new one), once, but not
 * to the author (PORTAL.md row 11) nor to BESIDES (may be NULL), who gets the same mail as a customer. */
void ch_tell_agents(const ChCase *c, const ChTicketFacts *ticket, const char *template, const char *besides);
/* To each agent of DEPARTMENT, which the ticket is referred to, who was not told yet. */
void ch_tell_referred(const ChCase *c, const ChDepartmentConfig *department, const char *template);
/* To ADDRESS (folded), whoever that is: an internal notice. FALSE where they get it already. */
gboolean ch_tell_address(const ChCase *c, const char *address, const char *template);
/* To each admin but AUTHOR (folded, may be NULL). */
void ch_tell_admins(const ChConfig *config, ChDecision *decision, const char *template, const char *author);
void ch_tell_watchers(const ChCase *c, const ChTicketFacts *ticket, const char *template);

/* --- ticket.c --- */

/* The mail opens a ticket, or waits until its sender may. */
void ch_decide_ticket(const ChCase *c);
/* The mail belongs to a ticket. */
void ch_decide_reply(const ChCase *c);
/* Whether it is what an agent of its ticket writes, and may. */
gboolean ch_is_agents_answer(const ChCase *c);
/* DEPARTMENT sees TICKET (NULL: the new one) as well from now on, BECAUSE. FALSE where it does already. */
gboolean ch_refer(const ChCase *c, const ChTicketFacts *ticket, const ChDepartmentConfig *department,
                  const char *because);

/* --- rules.c: what the rules say of the mail, as far as it takes effect --- */

/* The mail passes the rules: what they said is the decision's. TRUE where one has it ignored or quarantined;
 * that is the whole decision then, but of a machine's mail, which is logged as ever. */
gboolean ch_ask_rules(const ChCase *c);
/* Whether a rule wants the mail held: nobody is asked about it then, for whatever reason it waits. */
gboolean ch_is_held_by_rule(const ChCase *c);
/* TRUE where a rule holds the mail, which would get into its ticket or open one. */
gboolean ch_hold_by_rule(const ChCase *c);
/* Whether c->route is the choice of a rule. */
gboolean ch_rules_name_department(const ChCase *c);
/* Before the mail opens a ticket in the decision's department: title, language and acknowledgement, which
 * c->applied has then. */
void ch_rules_open(const ChCase *c);
/* At the end: what took effect, as the decision and the ticket's log have it. */
void ch_record_rules(const ChCase *c);

/* --- fields.c --- */

/* What the mail, the rules, the ticket that a new one follows and the account say of the fields of TICKET
 * (NULL: the new one that the decision opens in its department), set where it is new. Where required ones are
 * missing from a new ticket, or still missing after a reply that fills some, the sender is asked:
 * decision->missing, and the letter "ask-fields", for a new ticket instead of "ack". The last step for a
 * customer's mail: the letters are planned already. */
void ch_decide_fields(const ChCase *c, const ChTicketFacts *ticket);

/* --- effects.c --- */

/* All that rules do to TICKET (NULL: the one that is opened), but its fields; once its agents are told. */
void ch_apply_effects(const ChCase *c, const ChTicketFacts *ticket);

/* --- machine.c: what no person wrote for the first time --- */

void ch_ignore(ChDecision *decision, const char *why);
/* It is set aside, and nothing is done with it; telling the admins is the caller's. */
void ch_quarantine_because(ChDecision *decision, const char *why);
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
