/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person's mail does to a ticket: it opens one, joins one, opens it again, follows one that is long
 * closed, or has another department see it. What each takes stands in needs.c (P7), what is done where
 * something is missing in hold.c.
 */
#include "desk/case.h"
#include "desk/needs.h"
#include "mail/subject.h"

#include <string.h>

#define DAY (24 * 60 * 60)

/* Whether DEPARTMENT sees TICKET (NULL: the new one), or will by what is decided so far. */
static gboolean sees(const ChCase *c, const ChTicketFacts *ticket, const char *department)
{
    const GPtrArray *actions = c->decision->actions;
    for (guint i = 0; i < actions->len; i++) {
        const ChAction *action = g_ptr_array_index(actions, i);
        if (action->kind == CH_ACTION_REFER && strcmp(action->value, department) == 0)
            return TRUE;
    }
    if (!ticket)
        return g_strcmp0(c->decision->department, department) == 0;
    return strcmp(ticket->department, department) == 0 ||
           g_ptr_array_find_with_equal_func(ticket->referred, department, g_str_equal, NULL);
}

gboolean ch_refer(const ChCase *c, const ChTicketFacts *ticket, const ChDepartmentConfig *department,
                  const char *because)
{
    if (sees(c, ticket, department->name))
        return FALSE;
    ch_reason(c->decision->reasons, "referred to department %s: %s", department->name, because);
    ch_decision_act(c->decision, CH_ACTION_REFER, CH_TICKET_OPEN, department->name, NULL);
    ch_tell_referred(c, department, "notice-new");
    return TRUE;
}

/* One mail to two departments is one ticket, which the second one sees (L5). TICKET NULL: a new one. */
static void refer_all(const ChCase *c, const ChTicketFacts *ticket)
{
    for (guint i = 0; i < c->routing->written_to->len; i++)
        ch_refer(c, ticket, g_ptr_array_index(c->routing->written_to, i), "it was written to as well");
}

/* What the writer calls it (PORTAL.md row 16). */
static char *title_of_reply(const ChCase *c)
{
    g_autofree char *title = ch_subject_title(c->mail->subject, c->config->desk_prefix);
    return *title ? g_steal_pointer(&title) : g_strdup(c->facts->ticket->title);
}

static void log_belonging(const ChCase *c)
{
    const ChFacts *facts = c->facts;
    if (facts->meant)
        ch_decision_log(c->decision, "belongs", "it came as an answer to #%" G_GINT64_FORMAT, facts->meant);
    if (facts->disagreement)
        ch_decision_log(c->decision, "belongs", "by its %s; %s", ch_match_name(facts->match),
                        facts->disagreement);
}

/* Nothing of MAIL could be read: the customer would get an empty letter. */
static gboolean is_unread(const ChMail *mail)
{
    return mail->truncated || (mail->encrypted && !*mail->reply);
}

/* What an agent wrote goes to the customer. */
static void pass_on(const ChCase *c, const ChTicketFacts *ticket, const char *requester)
{
    ChDecision *decision = c->decision;
    gboolean unread = is_unread(c->mail);
    if (unread) {
        ch_reason(decision->reasons, "nothing of it could be read: it does not go to the customer");
        ch_tell_address(c, c->sender, "notice-answer");
    } else {
        ch_decision_mail(decision, ticket->requester_name, ticket->requester_address, "answer",
                         ch_case_requester_language(c, ticket), FALSE);
        ch_tell_watchers(c, ticket, "answer");
        ch_tell_agents(c, ticket, "notice-answer", requester);
    }
}

static void add_reply(const ChCase *c, ChRole role)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    ChDecision *decision = c->decision;
    g_autofree char *requester = ch_address_fold(ticket->requester_address);
    g_autofree char *title = title_of_reply(c);
    decision->outcome = CH_OUTCOME_REPLY;
    ch_reason(decision->reasons, "%s is its %s, with %s evidence", c->verdict->sender->address,
              ch_role_name(role), ch_evidence_name(c->verdict->evidence));
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, title, NULL);
    log_belonging(c);
    ChTicketState state = role == CH_ROLE_AGENT ? CH_TICKET_PENDING : CH_TICKET_OPEN;
    if (ticket->state != state && !(role == CH_ROLE_AGENT && is_unread(c->mail)))
        ch_decision_act(decision, CH_ACTION_SET_STATE, state, NULL, NULL);
    if (role == CH_ROLE_AGENT)
        pass_on(c, ticket, requester);
    else
        ch_tell_agents(c, ticket, "notice-reply", requester);
    refer_all(c, ticket);
    if (role == CH_ROLE_AGENT)
        return;
    ch_apply_effects(c, ticket);
    ch_decide_fields(c, ticket);
}

/* Nobody of the ticket wrote it. Perhaps somebody of it did, from another address. */
static void decide_outsider(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    gboolean of_the_ticket = c->facts->token_of && ch_case_role(c->config, ticket, c->facts->token_of,
                                                                c->facts->token_person) != CH_ROLE_NONE;
    if (of_the_ticket && ch_case_account(c) != CH_ACCOUNT_ACTIVE && !c->verdict->no_answer) {
        ch_hold_alias(c);
        return;
    }
    g_autofree char *why =
        g_strdup_printf("%s is neither requester nor watcher nor agent of ticket %" G_GINT64_FORMAT,
                        c->verdict->sender->address, ticket->number);
    ch_decision_hold(c->decision, CH_HOLD_STRANGER, why); /* P7: a number opens nothing */
}

/* Whether TICKET was closed so long ago that a customer's reply is a new matter. */
static gboolean is_over(const ChCase *c, ChRole role)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    return role != CH_ROLE_AGENT && ticket->state == CH_TICKET_CLOSED &&
           ticket->closed_for > (gint64)c->config->reopen_days * DAY;
}

static void acknowledge(const ChCase *c)
{
    const char *template = c->applied->template ? c->applied->template : "ack";
    if (!c->verdict->no_answer && !c->applied->no_ack)
        ch_decision_mail(c->decision, c->verdict->sender->name, c->verdict->sender->address, template,
                         ch_case_language(c), FALSE);
}

/* Opens one in the decision's department. TITLE, where no rule has another, may be empty. */
static void open_ticket(const ChCase *c, const char *title, gint64 follows)
{
    ChDecision *decision = c->decision;
    const ChDepartmentConfig *department = ch_config_department(c->config, decision->department);
    gboolean portuguese = g_str_has_prefix(department ? department->language : c->route->language, "pt");
    decision->outcome = CH_OUTCOME_TICKET;
    decision->role = CH_ROLE_REQUESTER;
    ch_rules_open(c);
    if (c->applied->title)
        title = c->applied->title;
    ch_decision_act(decision, CH_ACTION_OPEN_TICKET, CH_TICKET_OPEN,
                    *title       ? title
                    : portuguese ? "(sem assunto)"
                                 : "(no subject)",
                    NULL)
        ->id = follows;
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    acknowledge(c);
    ch_tell_agents(c, NULL, "notice-new", NULL);
    refer_all(c, NULL);
    ch_apply_effects(c, NULL);
    ch_decide_fields(c, NULL);
}

static void follow_ticket(const ChCase *c, ChRole role)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    g_autofree char *title = title_of_reply(c);
    ch_reason(c->decision->reasons, "%s is its %s, with %s evidence", c->verdict->sender->address,
              ch_role_name(role), ch_evidence_name(c->verdict->evidence));
    ch_reason(c->decision->reasons,
              "it is closed for %u days, longer than [desk] reopen_days: a new ticket follows",
              (guint)(ticket->closed_for / DAY));
    c->decision->ticket = 0;
    if (ch_rules_name_department(c) || !ch_config_department(c->config, ticket->department)) {
        g_free(c->decision->department);
        c->decision->department = g_strdup(c->route->name);
    }
    open_ticket(c, title, ticket->number);
}

gboolean ch_is_agents_answer(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    if (!ticket || ch_case_role(c->config, ticket, c->sender, c->facts->person) != CH_ROLE_AGENT)
        return FALSE;
    const ChStanding standing = {
        .account = ch_case_account(c), .role = CH_ROLE_AGENT, .evidence = c->verdict->evidence};
    return ch_need(CH_DEED_ADD, &standing) == CH_NEED_NOTHING;
}

void ch_decide_reply(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    ChDecision *decision = c->decision;
    decision->ticket = ticket->number;
    decision->department = g_strdup(ticket->department);
    ch_reason(decision->reasons, "belongs to ticket %" G_GINT64_FORMAT " by its %s", ticket->number,
              ch_match_name(c->facts->match));
    if (c->facts->meant)
        ch_reason(decision->reasons, "ticket %" G_GINT64_FORMAT ", which it names, leads to that one",
                  c->facts->meant);
    if (c->facts->disagreement)
        ch_reason(decision->reasons, "%s; the stronger trace counts", c->facts->disagreement);
    ChRole role = ch_case_role(c->config, ticket, c->sender, c->facts->person);
    if (role == CH_ROLE_NONE && c->facts->by_admin) {
        role = CH_ROLE_WATCHER;
        ch_reason(decision->reasons, "an admin lets it in");
    }
    decision->role = role;
    const ChStanding standing = {
        .account = ch_case_account(c), .role = role, .evidence = c->verdict->evidence};
    switch (ch_need(CH_DEED_ADD, &standing)) {
    case CH_NEED_NOTHING:
        if (role != CH_ROLE_AGENT && ch_hold_by_rule(c))
            break;
        if (is_over(c, role))
            follow_ticket(c, role);
        else
            add_reply(c, role);
        break;
    case CH_NEED_ROLE:
        decide_outsider(c);
        break;
    default:
        ch_hold_claim(c, role);
    }
}

void ch_decide_ticket(const ChCase *c)
{
    const ChStanding standing = {.account = ch_case_account(c), .evidence = c->verdict->evidence};
    if (ch_need(CH_DEED_OPEN, &standing) != CH_NEED_NOTHING) {
        if (c->route->registration != CH_REGISTRATION_OPEN && !c->facts->by_admin) {
            ch_hold_newcomer(c);
            return;
        }
        ch_reason(c->decision->reasons, "no account: %s",
                  c->facts->by_admin ? "an admin lets it in" : "its department is open to everybody");
    }
    ch_reason(c->decision->reasons, "no trace of an existing ticket: a new one");
    c->decision->department = g_strdup(c->route->name);
    if (!ch_hold_by_rule(c))
        open_ticket(c, c->mail->subject, 0);
}
