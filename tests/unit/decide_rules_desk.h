/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests of what rules do: effects made from words, a mail in a situation, and what came of it as words.
 */
#pragma once

#include "fixture.h"

#include "desk/decide.h"
#include "judge/judge.h"

#include <string.h>

#define NOW 1700000000

typedef enum {
    NEW,
    REPLY,
    AGENT,
    MACHINE,
    NEWCOMER,
    RELEASED,
    SITUATIONS
} Situation;

/* --- effects from words --- */

static inline void add_named(GPtrArray *list, const char *value)
{
    g_auto(GStrv) pair = g_strsplit(value, "=", 2);
    g_ptr_array_add(list, ch_named_value_new(pair[0], pair[1]));
}

static inline gboolean set_one(ChEffects *e, const char *word, const char *value)
{
    static const char *const asides[] = {"hold", "ignore", "quarantine"};
    for (guint i = 0; i < G_N_ELEMENTS(asides); i++)
        if (strcmp(word, asides[i]) == 0) {
            e->aside = CH_ASIDE_HOLD + i;
            e->aside_why = g_strdup(value);
            e->aside_rule = g_strdup("vip.rules:3");
            return TRUE;
        }
    if (strcmp(word, "department") == 0)
        e->department = g_strdup(value);
    else if (strcmp(word, "title") == 0)
        e->title = g_strdup(value);
    else if (strcmp(word, "template") == 0)
        e->template = g_strdup(value);
    else if (strcmp(word, "language") == 0)
        e->language = g_strdup(value);
    else if (strcmp(word, "no-ack") == 0)
        e->no_ack = TRUE;
    else if (strcmp(word, "due") == 0)
        e->due = (guint)atoi(value);
    else if (strcmp(word, "priority") == 0)
        return ch_priority_parse(value, &e->priority);
    else
        return FALSE;
    return TRUE;
}

static inline void set_list(ChEffects *e, const char *word, const char *value)
{
    if (strcmp(word, "tag") == 0) {
        g_ptr_array_add(e->tags, g_strdup(value));
    } else if (strcmp(word, "watch") == 0) {
        g_ptr_array_add(e->watch, g_strdup(value));
    } else if (strcmp(word, "notify") == 0) {
        g_ptr_array_add(e->notify, g_strdup(value));
    } else if (strcmp(word, "refer") == 0) {
        g_ptr_array_add(e->refer, g_strdup(value));
    } else if (strcmp(word, "field") == 0) {
        add_named(e->fields, value);
    } else if (strcmp(word, "set-header") == 0) {
        add_named(e->headers, value);
    } else if (strcmp(word, "refuse-attachment") == 0) {
        ChRefusal *refusal = g_new(ChRefusal, 1);
        *refusal = (ChRefusal){1, g_strdup(value)};
        g_ptr_array_add(e->refusals, refusal);
    } else if (strcmp(word, "assign") == 0) {
        e->assign = CH_ASSIGN_AGENT;
        e->assignee = g_strdup(value);
    } else if (strcmp(word, "least-busy") == 0) {
        e->assign = CH_ASSIGN_LEAST_BUSY; /* whom the pipeline chose */
        e->assignee = *value ? g_strdup(value) : NULL;
    } else {
        g_error("no action: %s", word);
    }
}

static inline void add_hit(ChEffects *effects, guint line, ChRuleResult result)
{
    ChRuleHit *hit = g_new0(ChRuleHit, 1);
    hit->file = g_strdup("vip.rules");
    hit->line = line;
    hit->text = g_strdup("match all -> …");
    hit->result = result;
    hit->why = g_strdup(result == CH_RULE_UNKNOWN ? "a limit was hit" : "");
    g_ptr_array_add(effects->hits, hit);
}

/* "priority high; tag vpn" as one rule that holds. */
static inline void set_effects(ChEffects *effects, const char *words)
{
    g_auto(GStrv) actions = g_strsplit(words, "; ", -1);
    for (char **action = actions; *action; action++) {
        g_auto(GStrv) pair = g_strsplit(*action, " ", 2);
        const char *value = pair[1] ? pair[1] : "";
        if (!set_one(effects, pair[0], value))
            set_list(effects, pair[0], value);
    }
    add_hit(effects, 2, CH_RULE_NO);
    add_hit(effects, 3, CH_RULE_YES);
}

/* --- a mail in a situation --- */

typedef struct {
    ChMail *mail;
    ChFacts *facts;
    ChVerdict *verdict;
    ChRouting *routing;
    ChDecision *decision;
} Decided;

static inline void decided_clear(Decided *d)
{
    ch_mail_free(d->mail);
    ch_facts_free(d->facts);
    ch_verdict_free(d->verdict);
    ch_routing_free(d->routing);
    ch_decision_free(d->decision);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Decided, decided_clear)

/* Number 5, suporte, of maria; walter watches. */
static inline ChTicketFacts *ticket_five(void)
{
    ChTicketFacts *ticket = ch_ticket_facts_new();
    ticket->number = 5;
    ticket->title = g_strdup("Impressora");
    ticket->department = g_strdup("suporte");
    ticket->requester_name = g_strdup("Maria");
    ticket->requester_address = g_strdup("maria@c.example");
    g_ptr_array_add(ticket->watchers, g_strdup("walter@c.example"));
    return ticket;
}

static inline void know(ChFacts *facts, const char *from, ChAccount account)
{
    facts->person = ch_person_facts_new();
    facts->person->account = account;
    facts->person->name = g_strdup("Maria");
    facts->person->company = g_strdup("");
    facts->person->telephone = g_strdup("");
    facts->person->language = g_strdup("");
    g_ptr_array_add(facts->person->addresses, g_strdup(from));
    g_ptr_array_add(facts->person->addresses, g_strdup("maria@home.example"));
}

static inline void arrange(Decided *d, const ChConfig *config, Situation situation, const char *from)
{
    d->mail = fixture_mail(from, "suporte@desk.example", "Não imprime", "a@b");
    d->facts = ch_facts_new();
    d->facts->now = NOW;
    if (situation == MACHINE)
        d->mail->auto_submitted = g_strdup("auto-replied");
    d->verdict = ch_judge(config, d->mail);
    if (situation == REPLY || situation == AGENT || situation == MACHINE) {
        d->facts->ticket = ticket_five();
        d->facts->match = CH_MATCH_REFERENCES;
        d->verdict->evidence = CH_EVIDENCE_DOMAIN;
    }
    if (situation == NEW || situation == REPLY)
        know(d->facts, from, CH_ACCOUNT_ACTIVE);
    d->facts->confirmed = d->facts->by_admin = situation == RELEASED;
    ch_judge_facts(d->verdict, d->facts);
    d->routing = ch_routing_new(g_ptr_array_index(config->departments, 0));
}

static inline void decide(Decided *d, const ChConfig *config)
{
    const char *name = d->routing->effects->department; /* as ch_route does */
    const ChDepartmentConfig *named = name ? ch_config_department(config, name) : NULL;
    if (named)
        d->routing->department = named;
    d->decision = ch_decide(config, d->mail, d->verdict, d->facts, d->routing);
}

/* --- what came of it, as words --- */

static inline void add(GString *all, const char *word)
{
    if (all->len)
        g_string_append_c(all, ' ');
    g_string_append(all, word);
}

static inline char *actions_of(const ChDecision *decision)
{
    static const char *const names[] = {"open",     "entry",     "state",   "log",      "refer",
                                        "failure",  "complaint", "reached", "close",    "hold",
                                        "register", "supersede", "answer",  "priority", "tag",
                                        "field",    "assign",    "watch",   "due",      "language"};
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < decision->actions->len; i++) {
        const ChAction *action = g_ptr_array_index(decision->actions, i);
        gboolean open = action->kind == CH_ACTION_OPEN_TICKET && strcmp(action->value, "Não imprime") == 0;
        g_autofree char *due = g_strdup_printf("%d", (int)(action->id - NOW));
        const char *value = action->kind == CH_ACTION_HOLD        ? ch_hold_name(action->hold)
                            : action->kind == CH_ACTION_DUE       ? due
                            : action->kind == CH_ACTION_ADD_ENTRY ? NULL
                            : open                                ? NULL
                                                                  : action->value;
        gboolean field = action->kind == CH_ACTION_FIELD;
        g_autofree char *word = g_strconcat(names[action->kind], value ? "=" : "", value ? value : "",
                                            field ? ":" : "", field ? action->detail : "", NULL);
        add(all, word);
    }
    return g_string_free(all, FALSE);
}

static inline char *mails_of(const ChDecision *decision)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        g_autofree char *word =
            g_strdup_printf("%s:%.*s", plan->template, (int)strcspn(plan->to, "@"), plan->to);
        add(all, word);
    }
    return g_string_free(all, FALSE);
}

static inline char *summary(const ChDecision *decision)
{
    g_autofree char *actions = actions_of(decision);
    g_autofree char *mails = mails_of(decision);
    g_autofree char *effects = g_strdelimit(g_strdup(decision->effects ? decision->effects : ""), "\n", ';');
    return g_strdup_printf("%s: %s | %s | %s", ch_outcome_name(decision->outcome), actions, mails, effects);
}

static inline gboolean has_reason(const ChDecision *decision, const char *piece)
{
    for (guint i = 0; i < decision->reasons->len; i++)
        if (strstr(g_ptr_array_index(decision->reasons, i), piece))
            return TRUE;
    for (guint i = 0; i < decision->reasons->len; i++)
        g_test_message("  %s", (const char *)g_ptr_array_index(decision->reasons, i));
    g_test_message("no reason has: %s", piece);
    return FALSE;
}

/* P8, P6: a notice goes to nobody of the ticket but its agents; what goes to a program is nothing. */
static inline void assert_promises(const Decided *d, const char *from)
{
    const ChDecision *decision = d->decision;
    const ChTicketFacts *ticket = d->facts->ticket;
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        gboolean customer = strcmp(plan->to, "maria@c.example") == 0 ||
                            strcmp(plan->to, "maria@home.example") == 0 ||
                            (ticket && strcmp(plan->to, "walter@c.example") == 0);
        g_assert_false(plan->internal && customer);
        g_assert_false(g_str_has_prefix(plan->template, "notice-") && customer);
        if (d->verdict->kind != CH_KIND_PERSON || d->verdict->no_answer)
            g_assert_cmpstr(plan->to, !=, from);
    }
}
