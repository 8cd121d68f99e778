/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decision on one mail: what it is to the desk, in order. What each deed takes stands in needs.c (P7),
 * what is done where something is missing in hold.c, how a letter reads in letter.c; carrying out is the
 * store's.
 */
#include "desk/decide.h"

#include "desk/case.h"
#include "desk/needs.h"

#include <string.h>

static gboolean is_agent(const ChDepartmentConfig *department, const char *folded)
{
    return department && g_strv_contains((const char *const *)department->agents, folded);
}

/* What one address is to the ticket. An agent who is the requester asks as one. */
static ChRole role_of_address(const ChConfig *config, const ChTicketFacts *ticket, const char *folded)
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

/* The address itself counts first, then the others of the same person. */
static ChRole role_of(const ChConfig *config, const ChTicketFacts *ticket, const char *folded,
                      const ChPersonFacts *person)
{
    ChRole role = role_of_address(config, ticket, folded);
    for (guint i = 0; role == CH_ROLE_NONE && person && i < person->addresses->len; i++)
        role = role_of_address(config, ticket, g_ptr_array_index(person->addresses, i));
    return role;
}

/* Those whom the configuration names need not register. */
static ChAccount account_of(const ChCase *c)
{
    const ChPersonFacts *person = c->facts->person;
    if (ch_config_is_agent(c->config, c->sender))
        return CH_ACCOUNT_ACTIVE;
    for (guint i = 0; person && i < person->addresses->len; i++)
        if (ch_config_is_agent(c->config, g_ptr_array_index(person->addresses, i)))
            return CH_ACCOUNT_ACTIVE;
    return person ? person->account : CH_ACCOUNT_NONE;
}

static const char *language_of(const ChConfig *config, const char *department)
{
    const ChDepartmentConfig *found = ch_config_department(config, department);
    if (!found)
        found = g_ptr_array_index(config->departments, 0);
    return found->language;
}

const char *ch_case_language(const ChCase *c)
{
    const ChPersonFacts *person = c->facts->person;
    if (person && *person->language)
        return person->language;
    return c->mail->language ? c->mail->language : c->route->language;
}

static const char *language_of_requester(const ChConfig *config, const ChTicketFacts *ticket)
{
    gboolean said = ticket->requester_language && *ticket->requester_language;
    return said ? ticket->requester_language : language_of(config, ticket->department);
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

static void decide_duplicate(const ChCase *c)
{
    const ChMail *mail = c->mail;
    g_autofree char *why = g_strdup_printf("the same mail was taken in before, as mail %" G_GINT64_FORMAT,
                                           c->facts->duplicate_of); /* P3 */
    ignore(c->decision, why);
    if (!c->facts->duplicate_ticket)
        return;
    const char *where = mail->delivered_to->len ? g_ptr_array_index(mail->delivered_to, 0) : "another way";
    g_autofree char *detail = g_strdup_printf("a copy came by %s", where);
    c->decision->ticket = c->facts->duplicate_ticket;
    ch_decision_act(c->decision, CH_ACTION_LOG, CH_TICKET_OPEN, "copy", detail);
}

/* Machine mail is logged in its ticket, never relayed, never answered, never reopens anything (P6, L8). */
static void decide_machine(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    const char *kind = ch_kind_name(c->verdict->kind);
    g_autofree char *why = g_strdup_printf("%s, no person wrote it", kind);
    ignore(c->decision, why);
    if (!ticket || c->facts->own_message_id)
        return;
    c->decision->ticket = ticket->number;
    ch_reason(c->decision->reasons, "logged in ticket %" G_GINT64_FORMAT, ticket->number);
    ch_decision_act(c->decision, CH_ACTION_LOG, CH_TICKET_OPEN, "machine-mail", kind);
}

static void add_reply(const ChCase *c, ChRole role)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    ChDecision *decision = c->decision;
    g_autofree char *requester = ch_address_fold(ticket->requester_address);
    decision->outcome = CH_OUTCOME_REPLY;
    ch_reason(decision->reasons, "%s is its %s, with %s evidence", c->verdict->sender->address,
              ch_role_name(role), ch_evidence_name(c->verdict->evidence));
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    ChTicketState state = role == CH_ROLE_AGENT ? CH_TICKET_PENDING : CH_TICKET_OPEN;
    if (ticket->state != state)
        ch_decision_act(decision, CH_ACTION_SET_STATE, state, NULL, NULL);
    if (role == CH_ROLE_AGENT) {
        ch_decision_mail(decision, ticket->requester_name, ticket->requester_address, "answer",
                         language_of_requester(c->config, ticket), FALSE);
        tell_watchers(c->config, ticket, decision, c->sender, "answer");
        tell_agents(c->config, decision, c->sender, "notice-answer", requester);
    } else {
        tell_agents(c->config, decision, c->sender, "notice-reply", requester);
    }
}

/* Nobody of the ticket wrote it. Perhaps somebody of it did, from another address. */
static void decide_outsider(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    gboolean of_the_ticket = c->facts->token_of && role_of(c->config, ticket, c->facts->token_of,
                                                           c->facts->token_person) != CH_ROLE_NONE;
    if (of_the_ticket && account_of(c) != CH_ACCOUNT_ACTIVE && !c->verdict->no_answer) {
        ch_hold_alias(c);
        return;
    }
    g_autofree char *why =
        g_strdup_printf("%s is neither requester nor watcher nor agent of ticket %" G_GINT64_FORMAT,
                        c->verdict->sender->address, ticket->number);
    ch_decision_hold(c->decision, CH_HOLD_STRANGER, why); /* P7: a number opens nothing */
}

static void decide_reply(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    ChDecision *decision = c->decision;
    decision->ticket = ticket->number;
    decision->department = g_strdup(ticket->department);
    ch_reason(decision->reasons, "belongs to ticket %" G_GINT64_FORMAT " by its %s", ticket->number,
              ch_match_name(c->facts->match));
    if (c->facts->disagreement)
        ch_reason(decision->reasons, "%s; the stronger trace counts", c->facts->disagreement);
    ChRole role = role_of(c->config, ticket, c->sender, c->facts->person);
    if (role == CH_ROLE_NONE && c->facts->by_admin) {
        role = CH_ROLE_WATCHER;
        ch_reason(decision->reasons, "an admin lets it in");
    }
    decision->role = role;
    const ChStanding standing = {.account = account_of(c), .role = role, .evidence = c->verdict->evidence};
    switch (ch_need(CH_DEED_ADD, &standing)) {
    case CH_NEED_NOTHING:
        add_reply(c, role);
        break;
    case CH_NEED_ROLE:
        decide_outsider(c);
        break;
    default:
        ch_hold_claim(c, role);
    }
}

static void open_ticket(const ChCase *c)
{
    const ChDepartmentConfig *route = c->route;
    ChDecision *decision = c->decision;
    gboolean portuguese = g_str_has_prefix(route->language, "pt");
    const char *title = *c->mail->subject ? c->mail->subject : portuguese ? "(sem assunto)" : "(no subject)";
    decision->outcome = CH_OUTCOME_TICKET;
    decision->role = CH_ROLE_REQUESTER;
    decision->department = g_strdup(route->name);
    ch_reason(decision->reasons, "no trace of an existing ticket: a new one");
    ch_decision_act(decision, CH_ACTION_OPEN_TICKET, CH_TICKET_OPEN, title, NULL);
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    if (!c->verdict->no_answer)
        ch_decision_mail(decision, c->verdict->sender->name, c->verdict->sender->address, "ack",
                         ch_case_language(c), FALSE);
    tell_agents(c->config, decision, c->sender, "notice-new", NULL);
}

static void decide_ticket(const ChCase *c)
{
    const ChStanding standing = {.account = account_of(c), .evidence = c->verdict->evidence};
    if (ch_need(CH_DEED_OPEN, &standing) == CH_NEED_NOTHING) {
        open_ticket(c);
    } else if (c->route->registration == CH_REGISTRATION_OPEN || c->facts->by_admin) {
        ch_reason(c->decision->reasons, "no account: %s",
                  c->facts->by_admin ? "an admin lets it in" : "its department is open to everybody");
        open_ticket(c);
    } else {
        ch_hold_newcomer(c);
    }
}

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
           role_of(c->config, c->facts->ticket, c->sender, c->facts->person) == CH_ROLE_AGENT;
}

static void decide(const ChCase *c)
{
    const ChFacts *facts = c->facts;
    if (facts->blocked) {
        g_autofree char *why = g_strdup_printf("%s is blocked", facts->blocked);
        ignore(c->decision, why);
    } else if (facts->duplicate_of && !facts->confirmed) {
        decide_duplicate(c);
    } else if (c->verdict->kind != CH_KIND_PERSON) {
        decide_machine(c);
    } else if (!strchr(c->sender, '@')) {
        ch_decision_hold(c->decision, CH_HOLD_NO_ADDRESS, "it names no address that could be answered");
    } else if (answers_question(c)) {
        ch_answer_question(c);
    } else if (facts->ticket) {
        decide_reply(c);
    } else if (asks_to_register(c->mail)) {
        ch_register(c, account_of(c));
    } else {
        decide_ticket(c);
    }
}

/* The sender's person, where FOLDED is one of their addresses. */
static const ChPersonFacts *own(const ChCase *c, const char *folded)
{
    const ChPersonFacts *person = c->facts->person;
    for (guint i = 0; person && i < person->addresses->len; i++)
        if (strcmp(g_ptr_array_index(person->addresses, i), folded) == 0)
            return person;
    return NULL;
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
            .role = role_of(c->config, ticket, to, asked ? c->facts->token_person : own(c, to))};
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

ChDecision *ch_decide(const ChConfig *config, const ChMail *mail, const ChVerdict *verdict,
                      const ChFacts *facts, const ChDepartmentConfig *route)
{
    ChDecision *decision = ch_decision_new();
    g_autofree char *sender = ch_address_fold(verdict->sender->address);
    for (guint i = 0; i < mail->warnings->len; i++)
        ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(mail->warnings, i));
    for (guint i = 0; i < verdict->reasons->len; i++)
        ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(verdict->reasons, i));
    const ChCase c = {config, mail, verdict, facts, route, sender, decision};
    decide(&c);
    if (mail->encrypted)
        note_encrypted(&c);
    check_readers(&c);
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
