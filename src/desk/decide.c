/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decision on one mail: what it is to the desk, in order. What follows stands in ticket.c, machine.c,
 * hold.c and rules.c, what each deed takes in needs.c (P7), how a letter reads in letter.c; carrying out is
 * the store's.
 */
#include "desk/decide.h"

#include "desk/case.h"
#include "desk/needs.h"

#include <string.h>

/* PORTAL.md row 1. */
static gboolean asks_to_register(const ChMail *mail)
{
    static const char *const words[] = {"cadastro", "register", NULL};
    g_autofree char *subject = g_utf8_strdown(mail->subject, -1);
    return g_strv_contains(words, g_strstrip(subject));
}

/* A customer's answer that is unclear is for the agents to read. An agent's would reach the customer. */
static gboolean answers_question(const ChCase *c)
{
    const ChQuestionFacts *question = c->facts->question;
    if (!question || question->answered || question->expired)
        return FALSE;
    return !c->facts->ticket || !ch_answer_is_unclear(c) ||
           ch_case_role(c->config, c->facts->ticket, c->sender, c->facts->person) == CH_ROLE_AGENT;
}

/* One mail came two ways, and the first copy, which a forward broke or somebody forged, waits for a word that
 * this one makes needless. */
static gboolean proves_held_copy(const ChCase *c)
{
    return c->facts->duplicate_claim && c->facts->ticket && c->verdict->kind == CH_KIND_PERSON &&
           c->verdict->evidence >= CH_EVIDENCE_DOMAIN;
}

/* In place of the first copy (P3). */
static void check_held_copy(const ChCase *c)
{
    ChDecision *decision = c->decision;
    if (c->facts->confirmed || !proves_held_copy(c) ||
        (decision->outcome != CH_OUTCOME_REPLY && decision->outcome != CH_OUTCOME_TICKET))
        return;
    ch_reason(decision->reasons,
              "mail %" G_GINT64_FORMAT ", held until now, is the same mail with less proof",
              c->facts->duplicate_of);
    ch_decision_act(decision, CH_ACTION_SUPERSEDE, CH_TICKET_OPEN, NULL, NULL)->id = c->facts->duplicate_of;
}

static void decide(const ChCase *c)
{
    const ChFacts *facts = c->facts;
    gboolean answerable = strchr(c->sender, '@') != NULL;
    if (facts->blocked) {
        g_autofree char *why = g_strdup_printf("%s is blocked", facts->blocked);
        ch_ignore(c->decision, why);
    } else if (facts->duplicate_of && !facts->confirmed && !proves_held_copy(c)) {
        ch_decide_duplicate(c);
    } else if (c->verdict->kind != CH_KIND_PERSON) {
        ch_decide_machine(c);
        ch_ask_rules(c);
    } else if (answerable && answers_question(c)) {
        ch_answer_question(c);
    } else if (!ch_is_agents_answer(c) && ch_ask_rules(c)) {
        return;
    } else if (!answerable) {
        ch_decision_hold(c->decision, CH_HOLD_NO_ADDRESS, "it names no address that could be answered");
    } else if (facts->ticket) {
        ch_decide_reply(c);
    } else if (asks_to_register(c->mail)) {
        ch_register(c, ch_case_account(c));
    } else {
        ch_decide_ticket(c);
    }
}

/* The last gate (P7): what stands in a ticket goes to addresses that are on it, whatever was planned above.
 */
static void check_readers(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    for (guint i = c->decision->mails->len; ticket && c->decision->ticket == ticket->number && i > 0; i--) {
        const ChMailPlan *plan = g_ptr_array_index(c->decision->mails, i - 1);
        g_autofree char *to = ch_address_fold(plan->to);
        gboolean asked = g_strcmp0(to, c->facts->token_of) == 0;
        const ChStanding reader = {
            .role =
                ch_case_role(c->config, ticket, to, asked ? c->facts->token_person : ch_case_person(c, to))};
        if (plan->internal || ch_need(CH_DEED_READ, &reader) == CH_NEED_NOTHING)
            continue;
        ch_reason(c->decision->reasons, "no %s to %s: that needs %s", plan->template, plan->to,
                  ch_need_words(CH_DEED_READ));
        g_ptr_array_remove_index(c->decision->mails, i - 1);
    }
}

/* The desk has no keys: whoever reads the ticket is told why nothing stands there. */
static void note_encrypted(const ChCase *c)
{
    ch_reason(c->decision->reasons, "it is encrypted, in part at least, and what is encrypted was not read");
    if (c->decision->outcome == CH_OUTCOME_TICKET || c->decision->outcome == CH_OUTCOME_REPLY)
        ch_decision_act(c->decision, CH_ACTION_LOG, CH_TICKET_OPEN, "encrypted",
                        "its text could not be read");
}

/* A marked address is marked no more once its owner writes: what arrives there is another question, which the
 * next mail to it answers. */
static void check_reached(const ChCase *c)
{
    const ChDecision *decision = c->decision;
    gboolean answers = FALSE;
    for (guint i = 0; i < decision->actions->len; i++)
        answers |= ((const ChAction *)g_ptr_array_index(decision->actions, i))->kind == CH_ACTION_ANSWER;
    if (!c->facts->unreachable || c->facts->blocked || c->verdict->kind != CH_KIND_PERSON)
        return;
    if (c->verdict->evidence >= CH_EVIDENCE_DOMAIN || answers) {
        ch_reason(decision->reasons,
                  "%s, which a mail of ours did not reach, writes again: it gets mail again", c->sender);
        ch_decision_act(c->decision, CH_ACTION_REACHED, CH_TICKET_OPEN, c->sender, NULL);
    } else {
        ch_reason(decision->reasons, "no automatic mail goes to %s: an earlier one did not arrive there",
                  c->sender);
    }
}

ChDecision *ch_decide(const ChConfig *config, const ChMail *mail, const ChVerdict *verdict,
                      const ChFacts *facts, const ChRouting *routing)
{
    ChDecision *decision = ch_decision_new();
    g_autofree char *sender = ch_address_fold(verdict->sender->address);
    for (guint i = 0; i < mail->warnings->len; i++)
        ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(mail->warnings, i));
    for (guint i = 0; i < verdict->reasons->len; i++)
        ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(verdict->reasons, i));
    g_autoptr(ChEffects) applied = ch_effects_new();
    const ChCase c = {config, mail, verdict, facts, routing, routing->department, sender, applied, decision};
    decide(&c);
    ch_record_rules(&c);
    if (mail->encrypted)
        note_encrypted(&c);
    check_held_copy(&c);
    check_readers(&c);
    check_reached(&c);
    return decision;
}

static gboolean sends(const ChDecision *decision, const char *template, const char *address)
{
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        if (strcmp(plan->template, template) == 0 && (!address || strcmp(plan->to, address) == 0))
            return TRUE;
    }
    return FALSE;
}

void ch_decide_files(const ChConfig *config, const ChMail *mail, const ChVerdict *verdict,
                     ChDecision *decision)
{
    gboolean refused = FALSE;
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
        refused = refused || (!attachment->accepted && ch_attachment_is_listed(attachment));
    }
    g_autofree char *sender = ch_address_fold(verdict->sender->address);
    const ChDepartmentConfig *department = ch_config_department(config, decision->department);
    if (!refused || !department || !sends(decision, "answer", NULL) ||
        sends(decision, "notice-answer", sender))
        return;
    ch_reason(decision->reasons, "not all files of it go to the customer: its author is told");
    ch_decision_mail(decision, NULL, sender, "notice-answer", department->language, TRUE);
}

ChDecision *ch_decide_quarantine(const ChConfig *config, const char *why)
{
    ChDecision *decision = ch_decision_new();
    ch_quarantine_because(decision, why);
    ch_tell_admins(config, decision, "admin-quarantine", NULL);
    return decision;
}
