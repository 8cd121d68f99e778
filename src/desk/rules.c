/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules say of a mail, as far as it takes effect: the table is in man/chamado-rules.5. Which rules
 * hold is route/'s business; when they are asked stands in decide.c and ticket.c; carrying out is the
 * store's.
 */
#include "desk/case.h"

#include <string.h>

/* The folded ADDRESS is a department's, perhaps with "+something" (RFC 5233): mail to it comes back to us. */
static gboolean is_desk(const ChConfig *config, const char *address)
{
    gsize local = strcspn(address, "+@");
    const char *at = strrchr(address, '@');
    g_autofree char *plain = g_strdup_printf("%.*s%s", (int)local, address, at ? at : "");
    return ch_config_is_desk_address(config, address) || ch_config_is_desk_address(config, plain);
}

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

/* --- instead of a ticket --- */

static char *why_aside(const ChEffects *effects)
{
    return g_strdup_printf("rule %s: %s", effects->aside_rule ? effects->aside_rule : "?",
                           effects->aside_why);
}

static void apply_aside(const ChCase *c)
{
    c->applied->aside = c->routing->effects->aside;
    c->applied->aside_why = g_strdup(c->routing->effects->aside_why);
}

static gboolean is_asked(const ChCase *c)
{
    return c->decision->rules == c->routing->effects->hits;
}

/* A report about a mail to an admin must not make another mail to that admin. */
static gboolean is_returned(ChKind kind)
{
    return kind == CH_KIND_BOUNCE || kind == CH_KIND_DELAY || kind == CH_KIND_REPORT || kind == CH_KIND_LOOP;
}

static void quarantine(const ChCase *c, const char *why)
{
    ch_quarantine_because(c->decision, why);
    if (is_returned(c->verdict->kind))
        ch_reason(c->decision->reasons, "no admin is told: it is a %s", ch_kind_name(c->verdict->kind));
    else
        ch_tell_admins(c->config, c->decision, "admin-quarantine", c->sender);
}

/* Where the ticket is known that a customer meant, its log says what became of the mail. */
static void name_ticket(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    if (!ticket || c->decision->ticket ||
        ch_case_role(c->config, ticket, c->sender, c->facts->person) == CH_ROLE_NONE)
        return;
    c->decision->ticket = ticket->number;
    g_free(c->decision->department);
    c->decision->department = g_strdup(ticket->department);
}

gboolean ch_ask_rules(const ChCase *c)
{
    const ChEffects *effects = c->routing->effects;
    g_ptr_array_unref(c->decision->rules);
    c->decision->rules = g_ptr_array_ref(effects->hits);
    for (guint i = 0; i < effects->hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(effects->hits, i);
        if (hit->result == CH_RULE_YES)
            ch_reason(c->decision->reasons, "rule %s:%u holds: %s", hit->file, hit->line, hit->text);
        else if (hit->result == CH_RULE_UNKNOWN)
            ch_reason(c->decision->reasons, "rule %s:%u is unknown, and does nothing: %s", hit->file,
                      hit->line, hit->why && *hit->why ? hit->why : hit->text);
    }
    if (effects->aside != CH_ASIDE_IGNORE && effects->aside != CH_ASIDE_QUARANTINE)
        return FALSE;
    g_autofree char *why = why_aside(effects);
    apply_aside(c);
    name_ticket(c);
    if (effects->aside == CH_ASIDE_IGNORE)
        ch_ignore(c->decision, why);
    else
        quarantine(c, why);
    return TRUE;
}

gboolean ch_hold_by_rule(const ChCase *c)
{
    const ChEffects *effects = c->routing->effects;
    if (effects->aside != CH_ASIDE_HOLD)
        return FALSE;
    g_autofree char *why = why_aside(effects);
    if (c->facts->by_admin) {
        ch_reason(c->decision->reasons, "not held by %s: an admin let it in", why);
        return FALSE;
    }
    apply_aside(c);
    ch_decision_hold(c->decision, CH_HOLD_RULE, why);
    return TRUE;
}

/* --- a new ticket --- */

gboolean ch_rules_name_department(const ChCase *c)
{
    const char *name = c->routing->effects->department;
    return name && strcmp(name, c->route->name) == 0;
}

/* Any other template says something else, perhaps what is for agents alone (P8). */
static gboolean is_acknowledgement(const char *template)
{
    return g_str_has_prefix(template, "ack-");
}

/* A program or a list gets none, whatever a rule says (P6). */
static void apply_acknowledgement(const ChCase *c)
{
    const ChEffects *effects = c->routing->effects;
    GPtrArray *reasons = c->decision->reasons;
    if (c->verdict->no_answer) {
        if (effects->template)
            ch_reason(reasons, "no %s: nobody reads an answer there", effects->template);
        return;
    }
    if (effects->no_ack) {
        c->applied->no_ack = TRUE;
        ch_reason(reasons, "no acknowledgement: a rule says so");
    } else if (effects->template && is_acknowledgement(effects->template)) {
        c->applied->template = g_strdup(effects->template);
    } else if (effects->template) {
        ch_reason(reasons, "ack instead of %s: that is the name of no acknowledgement, ack-…",
                  effects->template);
    }
}

void ch_rules_open(const ChCase *c)
{
    const ChEffects *effects = c->routing->effects;
    if (effects->department && strcmp(effects->department, c->decision->department) == 0)
        c->applied->department = g_strdup(effects->department);
    else if (effects->department)
        ch_reason(c->decision->reasons, "not in department %s: there is none of that name",
                  effects->department);
    if (effects->title) {
        c->applied->title = g_strdup(effects->title);
        ch_reason(c->decision->reasons, "a rule gives it its title");
    }
    c->applied->language = g_strdup(effects->language);
    apply_acknowledgement(c);
}

/* --- a new ticket, or a customer's reply in TICKET --- */

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
    if (ticket && priority <= ticket->priority) {
        ch_reason(c->decision->reasons, "its priority stays %s: %s is not higher",
                  ch_priority_name(ticket->priority), ch_priority_name(priority));
        return;
    }
    c->applied->priority = priority;
    ch_decision_act(c->decision, CH_ACTION_PRIORITY, CH_TICKET_OPEN, ch_priority_name(priority), NULL);
}

static void apply_tags(const ChCase *c, const ChTicketFacts *ticket)
{
    const GPtrArray *tags = c->routing->effects->tags;
    for (guint i = 0; i < tags->len; i++) {
        const char *tag = g_ptr_array_index(tags, i);
        if (ticket && g_ptr_array_find_with_equal_func(ticket->tags, tag, g_str_equal, NULL)) {
            ch_reason(c->decision->reasons, "it has the tag %s already", tag);
            continue;
        }
        add_copy(c->applied->tags, tag);
        ch_decision_act(c->decision, CH_ACTION_TAG, CH_TICKET_OPEN, tag, NULL);
    }
}

static void apply_fields(const ChCase *c, const ChTicketFacts *ticket)
{
    const GPtrArray *fields = c->routing->effects->fields;
    for (guint i = 0; i < fields->len; i++) {
        const ChNamedValue *field = g_ptr_array_index(fields, i);
        const ChNamedValue *old = ticket ? ch_named_value_find(ticket->fields, field->name) : NULL;
        if (old && strcmp(old->value, field->value) == 0) {
            ch_reason(c->decision->reasons, "its field %s has that value already", field->name);
            continue;
        }
        g_ptr_array_add(c->applied->fields, ch_named_value_new(field->name, field->value));
        ch_decision_act(c->decision, CH_ACTION_FIELD, CH_TICKET_OPEN, field->name, field->value);
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
    if (ticket && ticket->assignee) {
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
        ch_decision_act(decision, CH_ACTION_ASSIGN, CH_TICKET_OPEN, agent, NULL);
    }
}

static void apply_watch(const ChCase *c, const ChTicketFacts *ticket)
{
    const GPtrArray *addresses = c->routing->effects->watch;
    for (guint i = 0; i < addresses->len; i++) {
        const char *address = g_ptr_array_index(addresses, i);
        ChRole role = role_of(c, ticket, address);
        if (is_desk(c->config, address)) {
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
        const char *why = is_author(c, address)         ? "they wrote it"
                          : is_desk(c->config, address) ? "that is the desk's own address"
                          : role == CH_ROLE_REQUESTER   ? "they are its requester"
                          : role == CH_ROLE_WATCHER     ? "they are its watcher"
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
    if (!language || (ticket && g_strcmp0(ticket->requester_language, language) == 0))
        return;
    g_free(c->applied->language);
    c->applied->language = g_strdup(language);
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

void ch_rules_apply_to(const ChCase *c, const ChTicketFacts *ticket)
{
    if (ticket)
        pass_over(c, ticket);
    apply_refer(c, ticket); /* first: its agents may be assigned */
    apply_priority(c, ticket);
    apply_tags(c, ticket);
    apply_fields(c, ticket);
    apply_assign(c, ticket);
    apply_watch(c, ticket);
    apply_notify(c, ticket);
    apply_due(c, ticket);
    apply_language(c, ticket);
    apply_headers(c);
    apply_refusals(c);
}

/* --- the end --- */

static void log_hits(const ChCase *c, gboolean applied)
{
    const GPtrArray *hits = c->decision->rules;
    for (guint i = 0; i < hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(hits, i);
        if (hit->result == CH_RULE_UNKNOWN || (hit->result == CH_RULE_YES && applied))
            ch_decision_log(c->decision, hit->result == CH_RULE_YES ? "rule" : "rule-unknown", "%s:%u %s",
                            hit->file, hit->line, hit->text);
    }
}

/* Why nothing took effect of what the rules say. */
static const char *why_nothing(const ChCase *c)
{
    if (c->decision->outcome == CH_OUTCOME_HELD)
        return "it waits; the rules are asked again when it is let in";
    if (c->verdict->kind != CH_KIND_PERSON)
        return "a machine's mail is ignored or quarantined by rules, and no more";
    if (c->decision->outcome == CH_OUTCOME_COMMAND)
        return "it opens no ticket";
    return is_asked(c) ? "it is all as they say" : "they are not asked of such mail";
}

void ch_record_rules(const ChCase *c)
{
    g_autoptr(GPtrArray) wanted = ch_effects_list(c->routing->effects);
    g_autoptr(GPtrArray) applied = ch_effects_list(c->applied);
    ChOutcome outcome = c->decision->outcome;
    gboolean inside = outcome == CH_OUTCOME_TICKET || outcome == CH_OUTCOME_REPLY;
    if (wanted->len && !applied->len)
        ch_reason(c->decision->reasons, "no rule takes effect: %s", why_nothing(c));
    if (inside || (applied->len && c->decision->ticket))
        log_hits(c, applied->len > 0);
    if (!applied->len)
        return;
    g_ptr_array_add(applied, NULL);
    c->decision->effects = g_strjoinv("\n", (char **)applied->pdata);
}
