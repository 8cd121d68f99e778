/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules do to a new ticket, and to the ticket that a customer replies in: each action with the reason
 * why it has no effect where it has none. Whether rules are asked at all, and what they do instead of a
 * ticket, stands in rules.c; fields are fields.c's.
 */
#include "desk/case.h"

#include <string.h>

static gboolean is_author(const ChCase *c, const char *address)
{
    return strcmp(address, c->sender) == 0 || ch_case_person(c, address);
}

/* What the folded ADDRESS is to the mail's ticket (NULL: the one that it opens), and becomes by it. */
static ChRole role_of(const ChCase *c, const ChTicketFacts *ticket, const char *address)
{
    if (!ticket && is_author(c, address))
        return CH_ROLE_REQUESTER;
    ChRole role =
        ticket ? ch_case_role(c->config, ticket, address, ch_case_person(c, address)) : CH_ROLE_NONE;
    if (role == CH_ROLE_REQUESTER)
        return role;
    if (ch_is_agent_here(c, ticket, address))
        return CH_ROLE_AGENT;
    return g_ptr_array_find_with_equal_func(c->applied->watch, address, g_str_equal, NULL) ? CH_ROLE_WATCHER
                                                                                           : role;
}

static void add_copy(GPtrArray *list, const char *value)
{
    g_ptr_array_add(list, g_strdup(value));
}

static void pass_over(const ChCase *c, const ChTicketFacts *ticket)
{
    const ChEffects *effects = c->routing->effects;
    GPtrArray *reasons = c->decision->reasons;
    if (effects->department && strcmp(effects->department, ticket->department) != 0)
        ch_reason(reasons, "it stays in department %s: rules choose that of new tickets alone",
                  ticket->department);
    if (effects->title)
        ch_reason(reasons, "it keeps its title: rules give one to new tickets alone");
    if (effects->template || effects->no_ack)
        ch_reason(reasons, "a reply has no acknowledgement that rules could change");
}

static void apply_refer(const ChCase *c, const ChTicketFacts *ticket)
{
    const GPtrArray *names = c->routing->effects->refer;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        const ChDepartmentConfig *department = ch_config_department(c->config, name);
        if (!department)
            ch_reason(c->decision->reasons, "not referred to %s: there is no department of that name", name);
        else if (ch_refer(c, ticket, department, "a rule says so"))
            add_copy(c->applied->refer, name);
        else
            ch_reason(c->decision->reasons, "not referred to %s: it is that department's already", name);
    }
}

static void apply_priority(const ChCase *c, const ChTicketFacts *ticket)
{
    ChPriority priority = c->routing->effects->priority;
    if (priority == CH_PRIORITY_UNSET)
        return;
    if (ticket && priority < ticket->priority) {
        ch_reason(c->decision->reasons, "its priority stays %s: %s is not higher",
                  ch_priority_name(ticket->priority), ch_priority_name(priority));
        return;
    }
    c->applied->priority = priority;
    if (ticket && priority == ticket->priority)
        return;
    ch_decision_act(c->decision, CH_ACTION_PRIORITY, CH_TICKET_OPEN, ch_priority_name(priority), NULL);
}

static void apply_tags(const ChCase *c, const ChTicketFacts *ticket)
{
    const GPtrArray *tags = c->routing->effects->tags;
    for (guint i = 0; i < tags->len; i++) {
        const char *tag = g_ptr_array_index(tags, i);
        add_copy(c->applied->tags, tag);
        if (!ticket || !g_ptr_array_find_with_equal_func(ticket->tags, tag, g_str_equal, NULL))
            ch_decision_act(c->decision, CH_ACTION_TAG, CH_TICKET_OPEN, tag, NULL);
    }
}

/* Somebody else's agent could not read the ticket (P7). */
static void apply_assign(const ChCase *c, const ChTicketFacts *ticket)
{
    const ChEffects *effects = c->routing->effects;
    ChDecision *decision = c->decision;
    const char *agent = effects->assignee;
    if (effects->assign == CH_ASSIGN_NONE)
        return;
    if (ticket && ticket->assignee && g_strcmp0(ticket->assignee, agent) != 0) {
        ch_reason(decision->reasons, "assigned to %s already: a rule changes nothing of that",
                  ticket->assignee);
    } else if (!agent) {
        ch_reason(decision->reasons, "not assigned: department %s has no agent to choose",
                  decision->department);
        ch_decision_log(decision, "not-assigned", "department %s has no agent", decision->department);
    } else if (!ch_is_agent_here(c, ticket, agent)) {
        ch_reason(decision->reasons, "not assigned: %s is no agent of %s", agent, decision->department);
        ch_decision_log(decision, "not-assigned", "%s is no agent of %s", agent, decision->department);
    } else {
        c->applied->assign = effects->assign;
        c->applied->assignee = g_strdup(agent);
        ch_reason(decision->reasons, "assigned to %s", agent);
        if (!ticket || !ticket->assignee)
            ch_decision_act(decision, CH_ACTION_ASSIGN, CH_TICKET_OPEN, agent, NULL);
    }
}

static gboolean is_watcher(const ChTicketFacts *ticket, const char *address)
{
    return ticket && g_ptr_array_find_with_equal_func(ticket->watchers, address, g_str_equal, NULL);
}

static void apply_watch(const ChCase *c, const ChTicketFacts *ticket)
{
    const GPtrArray *addresses = c->routing->effects->watch;
    for (guint i = 0; i < addresses->len; i++) {
        const char *address = g_ptr_array_index(addresses, i);
        ChRole role = role_of(c, ticket, address);
        if (role == CH_ROLE_WATCHER && is_watcher(ticket, address)) {
            add_copy(c->applied->watch, address);
        } else if (ch_config_is_desk_address(c->config, address)) {
            ch_reason(c->decision->reasons, "%s does not watch: it is the desk's own", address);
        } else if (role != CH_ROLE_NONE) {
            ch_reason(c->decision->reasons, "%s does not begin to watch: they are its %s", address,
                      ch_role_name(role));
        } else {
            add_copy(c->applied->watch, address);
            ch_reason(c->decision->reasons, "%s watches from now on", address);
            ch_decision_act(c->decision, CH_ACTION_WATCH, CH_TICKET_OPEN, address, NULL);
        }
    }
}

/* After the agents were told, and the watchers are known: a notice is for inside the house (P8). */
static void apply_notify(const ChCase *c, const ChTicketFacts *ticket)
{
    const GPtrArray *addresses = c->routing->effects->notify;
    for (guint i = 0; i < addresses->len; i++) {
        const char *address = g_ptr_array_index(addresses, i);
        ChRole role = role_of(c, ticket, address);
        const char *why = is_author(c, address)                           ? "they wrote it"
                          : ch_config_is_desk_address(c->config, address) ? "that is the desk's own address"
                          : role == CH_ROLE_REQUESTER                     ? "they are its requester"
                          : role == CH_ROLE_WATCHER                       ? "they are its watcher"
                          : !ch_tell_address(c, address, ticket ? "notice-reply" : "notice-new")
                              ? "they are told already"
                              : NULL;
        if (why) {
            ch_reason(c->decision->reasons, "no notice to %s: %s", address, why);
            continue;
        }
        add_copy(c->applied->notify, address);
        ch_reason(c->decision->reasons, "%s is told: a rule says so", address);
    }
}

static void apply_due(const ChCase *c, const ChTicketFacts *ticket)
{
    guint due = c->routing->effects->due;
    if (!due)
        return;
    if (ticket && ticket->due_at) {
        ch_reason(c->decision->reasons, "it is due at its own time: a rule changes nothing of that");
        return;
    }
    c->applied->due = due;
    ch_decision_act(c->decision, CH_ACTION_DUE, CH_TICKET_OPEN, NULL, NULL)->id = c->facts->now + due;
}

static void apply_language(const ChCase *c, const ChTicketFacts *ticket)
{
    const char *language = c->routing->effects->language;
    if (!language)
        return;
    g_free(c->applied->language);
    c->applied->language = g_strdup(language);
    if (!ticket || g_strcmp0(ticket->requester_language, language) != 0)
        ch_decision_act(c->decision, CH_ACTION_LANGUAGE, CH_TICKET_OPEN, language, NULL);
}

static void apply_headers(const ChCase *c)
{
    const GPtrArray *headers = c->routing->effects->headers;
    for (guint i = 0; i < headers->len; i++) {
        const ChNamedValue *header = g_ptr_array_index(headers, i);
        g_ptr_array_add(c->applied->headers, ch_named_value_new(header->name, header->value));
        g_ptr_array_add(c->decision->headers, ch_named_value_new(header->name, header->value));
    }
}

static void apply_refusals(const ChCase *c)
{
    GPtrArray *refusals = c->routing->effects->refusals;
    for (guint i = 0; i < refusals->len; i++) {
        const ChRefusal *refusal = g_ptr_array_index(refusals, i);
        ChRefusal *copy = g_new(ChRefusal, 1);
        *copy = (ChRefusal){refusal->attachment, g_strdup(refusal->why)};
        g_ptr_array_add(c->applied->refusals, copy);
    }
    g_ptr_array_unref(c->decision->refusals);
    c->decision->refusals = g_ptr_array_ref(refusals);
}

void ch_apply_effects(const ChCase *c, const ChTicketFacts *ticket)
{
    if (ticket)
        pass_over(c, ticket);
    apply_refer(c, ticket); /* first: its agents may be assigned */
    apply_priority(c, ticket);
    apply_tags(c, ticket);
    apply_assign(c, ticket);
    apply_watch(c, ticket);
    apply_notify(c, ticket);
    apply_due(c, ticket);
    apply_language(c, ticket);
    apply_headers(c);
    apply_refusals(c);
}
