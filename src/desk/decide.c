/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decision on one mail. Who may do what is here and nowhere else (P7); how a letter reads is letter.c's
 * business, and carrying out is the store's.
 */
#include "desk/decide.h"

#include <string.h>

static gboolean is_agent(const ChDepartmentConfig *department, const char *folded)
{
    return department && g_strv_contains((const char *const *)department->agents, folded);
}

/* What the sender is to the ticket. An agent who is the requester asks as one. */
static ChRole role_of(const ChConfig *config, const ChTicketFacts *ticket, const char *folded)
{
    g_autofree char *requester = ch_address_fold(ticket->requester_address);
    if (strcmp(requester, folded) == 0)
        return CH_ROLE_REQUESTER;
    if (is_agent(ch_config_department(config, ticket->department), folded))
        return CH_ROLE_AGENT;
    for (guint i = 0; i < ticket->watchers->len; i++)
        if (strcmp(g_ptr_array_index(ticket->watchers, i), folded) == 0)
            return CH_ROLE_WATCHER;
    return CH_ROLE_NONE;
}

static const char *language_of(const ChConfig *config, const char *department)
{
    const ChDepartmentConfig *found = ch_config_department(config, department);
    if (!found)
        found = g_ptr_array_index(config->departments, 0);
    return found->language;
}

/* To each agent of the department but the author (PORTAL.md row 11), and never to somebody who gets the same
 * mail as a customer. */
static void tell_agents(const ChConfig *config, ChDecision *decision, const char *author,
                        const char *template, const char *besides)
{
    const ChDepartmentConfig *department = ch_config_department(config, decision->department);
    for (char **agent = department ? department->agents : NULL; agent && *agent; agent++)
        if (strcmp(*agent, author) != 0 && g_strcmp0(*agent, besides) != 0)
            ch_decision_mail(decision, NULL, *agent, template, department->language, TRUE);
}

static void tell_watchers(const ChConfig *config, const ChTicketFacts *ticket, ChDecision *decision,
                          const char *author, const char *template)
{
    for (guint i = 0; i < ticket->watchers->len; i++) {
        const char *watcher = g_ptr_array_index(ticket->watchers, i);
        if (strcmp(watcher, author) != 0)
            ch_decision_mail(decision, NULL, watcher, template, language_of(config, ticket->department),
                             FALSE);
    }
}

static void ignore(ChDecision *decision, const char *why)
{
    decision->outcome = CH_OUTCOME_IGNORED;
    ch_reason(decision->reasons, "ignored: %s", why);
}

static void hold(ChDecision *decision, const char *why)
{
    decision->outcome = CH_OUTCOME_HELD;
    ch_reason(decision->reasons, "held: %s", why);
    ch_decision_act(decision, CH_ACTION_HOLD, CH_TICKET_OPEN, NULL, why);
}

static void decide_duplicate(const ChMail *mail, const ChFacts *facts, ChDecision *decision)
{
    g_autofree char *why = g_strdup_printf("the same mail was taken in before, as mail %" G_GINT64_FORMAT,
                                           facts->duplicate_of); /* P3 */
    ignore(decision, why);
    if (!facts->duplicate_ticket)
        return;
    const char *where = mail->delivered_to->len ? g_ptr_array_index(mail->delivered_to, 0) : "another way";
    g_autofree char *detail = g_strdup_printf("a copy came by %s", where);
    decision->ticket = facts->duplicate_ticket;
    ch_decision_act(decision, CH_ACTION_LOG, CH_TICKET_OPEN, "copy", detail);
}

/* Machine mail is logged in its ticket, never relayed, never answered, never reopens anything (P6, L8). */
static void decide_machine(const ChVerdict *verdict, const ChFacts *facts, ChDecision *decision)
{
    g_autofree char *why = g_strdup_printf("%s, no person wrote it", ch_kind_name(verdict->kind));
    ignore(decision, why);
    if (!facts->ticket || facts->own_message_id)
        return;
    decision->ticket = facts->ticket->number;
    ch_reason(decision->reasons, "logged in ticket %" G_GINT64_FORMAT, facts->ticket->number);
    ch_decision_act(decision, CH_ACTION_LOG, CH_TICKET_OPEN, "machine-mail", ch_kind_name(verdict->kind));
}

static void decide_reply(const ChConfig *config, const ChVerdict *verdict, const ChFacts *facts,
                         const char *sender, ChDecision *decision)
{
    const ChTicketFacts *ticket = facts->ticket;
    g_autofree char *requester = ch_address_fold(ticket->requester_address);
    decision->ticket = ticket->number;
    decision->department = g_strdup(ticket->department);
    decision->role = role_of(config, ticket, sender);
    ch_reason(decision->reasons, "belongs to ticket %" G_GINT64_FORMAT " by its %s", ticket->number,
              ch_match_name(facts->match));
    if (facts->disagreement)
        ch_reason(decision->reasons, "%s; the stronger trace counts", facts->disagreement);
    if (decision->role == CH_ROLE_NONE) { /* P7: a number opens nothing */
        g_autofree char *why =
            g_strdup_printf("%s is neither requester nor watcher nor agent of ticket %" G_GINT64_FORMAT,
                            verdict->sender->address, ticket->number);
        hold(decision, why);
        return;
    }
    decision->outcome = CH_OUTCOME_REPLY;
    ch_reason(decision->reasons, "%s is its %s", verdict->sender->address, ch_role_name(decision->role));
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    ChTicketState state = decision->role == CH_ROLE_AGENT ? CH_TICKET_PENDING : CH_TICKET_OPEN;
    if (ticket->state != state)
        ch_decision_act(decision, CH_ACTION_SET_STATE, state, NULL, NULL);
    if (decision->role == CH_ROLE_AGENT) {
        ch_decision_mail(decision, ticket->requester_name, ticket->requester_address, "answer",
                         language_of(config, ticket->department), FALSE);
        tell_watchers(config, ticket, decision, sender, "answer");
        tell_agents(config, decision, sender, "notice-answer", requester);
    } else {
        tell_agents(config, decision, sender, "notice-reply", requester);
    }
}

static void decide_ticket(const ChConfig *config, const ChMail *mail, const ChVerdict *verdict,
                          const char *sender, const ChDepartmentConfig *route, ChDecision *decision)
{
    gboolean portuguese = g_str_has_prefix(route->language, "pt");
    const char *title = *mail->subject ? mail->subject : portuguese ? "(sem assunto)" : "(no subject)";
    decision->outcome = CH_OUTCOME_TICKET;
    decision->role = CH_ROLE_REQUESTER;
    decision->department = g_strdup(route->name);
    ch_reason(decision->reasons, "no trace of an existing ticket: a new one");
    ch_decision_act(decision, CH_ACTION_OPEN_TICKET, CH_TICKET_OPEN, title, NULL);
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    if (!verdict->no_answer)
        ch_decision_mail(decision, verdict->sender->name, verdict->sender->address, "ack", route->language,
                         FALSE);
    tell_agents(config, decision, sender, "notice-new", NULL);
}

ChDecision *ch_decide(const ChConfig *config, const ChMail *mail, const ChVerdict *verdict,
                      const ChFacts *facts, const ChDepartmentConfig *route)
{
    ChDecision *decision = ch_decision_new();
    g_autofree char *sender = ch_address_fold(verdict->sender->address);
    for (guint i = 0; i < mail->warnings->len; i++)
        ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(mail->warnings, i));
    for (guint i = 0; i < verdict->reasons->len; i++)
        ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(verdict->reasons, i));
    if (facts->duplicate_of)
        decide_duplicate(mail, facts, decision);
    else if (verdict->kind != CH_KIND_PERSON)
        decide_machine(verdict, facts, decision);
    else if (!strchr(sender, '@'))
        hold(decision, "it names no address that could be answered");
    else if (facts->ticket)
        decide_reply(config, verdict, facts, sender, decision);
    else
        decide_ticket(config, mail, verdict, sender, route, decision);
    return decision;
}

ChDecision *ch_decide_quarantine(const ChConfig *config, const char *why)
{
    const ChDepartmentConfig *first = g_ptr_array_index(config->departments, 0);
    ChDecision *decision = ch_decision_new();
    decision->outcome = CH_OUTCOME_QUARANTINED;
    ch_reason(decision->reasons, "quarantined: %s", why);
    ch_decision_act(decision, CH_ACTION_LOG, CH_TICKET_OPEN, "quarantined", why);
    for (char **admin = config->desk_admins; admin && *admin; admin++)
        ch_decision_mail(decision, NULL, *admin, "admin-quarantine", first->language, TRUE);
    return decision;
}
