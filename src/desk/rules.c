/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether rules take effect on a mail (the table is in man/chamado-rules.5), what they do instead of a ticket
 * and when one is opened, and how its log tells of them. What they do to a ticket is in effects.c, which
 * rules hold is route/'s business.
 */
#include "desk/case.h"

#include <string.h>

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

gboolean ch_is_held_by_rule(const ChCase *c)
{
    return c->routing->effects->aside == CH_ASIDE_HOLD && !c->facts->by_admin;
}

gboolean ch_hold_by_rule(const ChCase *c)
{
    const ChEffects *effects = c->routing->effects;
    if (effects->aside != CH_ASIDE_HOLD)
        return FALSE;
    g_autofree char *why = why_aside(effects);
    if (!ch_is_held_by_rule(c)) {
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
    if (effects->title) {
        c->applied->title = g_strdup(effects->title);
        ch_reason(c->decision->reasons, "a rule gives it its title");
    }
    c->applied->language = g_strdup(effects->language);
    apply_acknowledgement(c);
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
    return is_asked(c) ? "for the reasons above" : "they are not asked of such mail";
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
