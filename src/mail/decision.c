/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and freeing verdicts, facts and decisions, and the words for what they hold. */
#include "mail/decision.h"

#include <stdarg.h>

ChVerdict *ch_verdict_new(void)
{
    ChVerdict *verdict = g_new0(ChVerdict, 1);
    verdict->sender = ch_address_new(NULL, NULL);
    verdict->auth = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_result_free);
    verdict->reasons = g_ptr_array_new_with_free_func(g_free);
    return verdict;
}

void ch_verdict_free(ChVerdict *verdict)
{
    if (!verdict)
        return;
    ch_address_free(verdict->sender);
    g_ptr_array_unref(verdict->auth);
    g_ptr_array_unref(verdict->reasons);
    g_free(verdict);
}

void ch_auth_result_free(ChAuthResult *result)
{
    if (!result)
        return;
    g_free(result->method);
    g_free(result->result);
    g_free(result->domain);
    g_free(result);
}

ChTicketFacts *ch_ticket_facts_new(void)
{
    ChTicketFacts *ticket = g_new0(ChTicketFacts, 1);
    ticket->watchers = g_ptr_array_new_with_free_func(g_free);
    ticket->referred = g_ptr_array_new_with_free_func(g_free);
    ticket->message_ids = g_ptr_array_new_with_free_func(g_free);
    ticket->priority = CH_PRIORITY_NORMAL;
    ticket->tags = g_ptr_array_new_with_free_func(g_free);
    ticket->fields = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    return ticket;
}

void ch_ticket_facts_free(ChTicketFacts *ticket)
{
    if (!ticket)
        return;
    g_free(ticket->title);
    g_free(ticket->department);
    g_free(ticket->requester_name);
    g_free(ticket->requester_address);
    g_free(ticket->requester_language);
    g_ptr_array_unref(ticket->watchers);
    g_ptr_array_unref(ticket->referred);
    g_ptr_array_unref(ticket->message_ids);
    g_ptr_array_unref(ticket->tags);
    g_ptr_array_unref(ticket->fields);
    g_free(ticket->assignee);
    g_free(ticket);
}

ChPersonFacts *ch_person_facts_new(void)
{
    ChPersonFacts *person = g_new0(ChPersonFacts, 1);
    person->addresses = g_ptr_array_new_with_free_func(g_free);
    return person;
}

void ch_person_facts_free(ChPersonFacts *person)
{
    if (!person)
        return;
    g_free(person->name);
    g_free(person->company);
    g_free(person->telephone);
    g_free(person->language);
    g_ptr_array_unref(person->addresses);
    g_free(person);
}

ChFacts *ch_facts_new(void)
{
    ChFacts *facts = g_new0(ChFacts, 1);
    facts->sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    return facts;
}

static void returned_free(ChReturnedFacts *returned)
{
    if (!returned)
        return;
    g_free(returned->recipient);
    g_free(returned->template);
    g_free(returned);
}

void ch_facts_free(ChFacts *facts)
{
    if (!facts)
        return;
    ch_ticket_facts_free(facts->ticket);
    ch_ticket_facts_free(facts->duplicate);
    g_free(facts->disagreement);
    returned_free(facts->returned);
    g_free(facts->blocked);
    ch_person_facts_free(facts->person);
    g_free(facts->token_of);
    ch_person_facts_free(facts->token_person);
    g_free(facts->question);
    g_ptr_array_unref(facts->sent);
    g_free(facts);
}

static void action_free(ChAction *action)
{
    g_free(action->value);
    g_free(action->detail);
    g_free(action);
}

static void mail_plan_free(ChMailPlan *plan)
{
    g_free(plan->to_name);
    g_free(plan->to);
    g_free(plan->template);
    g_free(plan->language);
    g_free(plan);
}

void ch_failure_free(ChFailure *failure)
{
    if (!failure)
        return;
    g_free(failure->recipient);
    g_free(failure->template);
    g_free(failure->status);
    g_free(failure->diagnostic);
    g_free(failure);
}

ChDecision *ch_decision_new(void)
{
    ChDecision *decision = g_new0(ChDecision, 1);
    decision->actions = g_ptr_array_new_with_free_func((GDestroyNotify)action_free);
    decision->mails = g_ptr_array_new_with_free_func((GDestroyNotify)mail_plan_free);
    decision->reasons = g_ptr_array_new_with_free_func(g_free);
    decision->rules = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_hit_free);
    decision->headers = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    decision->refusals = g_ptr_array_new_with_free_func((GDestroyNotify)ch_refusal_free);
    decision->missing = g_ptr_array_new_with_free_func(g_free);
    return decision;
}

void ch_decision_free(ChDecision *decision)
{
    if (!decision)
        return;
    g_free(decision->department);
    g_ptr_array_unref(decision->actions);
    g_ptr_array_unref(decision->mails);
    g_ptr_array_unref(decision->reasons);
    ch_failure_free(decision->failure);
    g_ptr_array_unref(decision->rules);
    g_free(decision->effects);
    g_ptr_array_unref(decision->headers);
    g_ptr_array_unref(decision->refusals);
    g_ptr_array_unref(decision->missing);
    g_free(decision);
}

static ChAction *add_action(ChDecision *decision, ChActionKind kind, const char *value, const char *detail)
{
    ChAction *action = g_new0(ChAction, 1);
    action->kind = kind;
    action->value = g_strdup(value);
    action->detail = g_strdup(detail);
    g_ptr_array_add(decision->actions, action);
    return action;
}

ChAction *ch_decision_act(ChDecision *decision, ChActionKind kind, ChTicketState state, const char *value,
                          const char *detail)
{
    ChAction *action = add_action(decision, kind, value, detail);
    action->state = state;
    return action;
}

void ch_decision_log(ChDecision *decision, const char *kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add_action(decision, CH_ACTION_LOG, kind, detail);
}

void ch_decision_hold(ChDecision *decision, ChHoldKind kind, const char *why)
{
    decision->outcome = CH_OUTCOME_HELD;
    ch_reason(decision->reasons, "held: %s", why);
    add_action(decision, CH_ACTION_HOLD, NULL, why)->hold = kind;
}

void ch_decision_answer(ChDecision *decision, gint64 question, gboolean yes)
{
    add_action(decision, CH_ACTION_ANSWER, yes ? "yes" : "no", NULL)->id = question;
}

ChMailPlan *ch_decision_mail(ChDecision *decision, const char *to_name, const char *to, const char *template,
                             const char *language, gboolean internal)
{
    ChMailPlan *plan = g_new0(ChMailPlan, 1);
    plan->to_name = g_strdup(to_name);
    plan->to = g_strdup(to);
    plan->template = g_strdup(template);
    plan->language = g_strdup(language);
    plan->internal = internal;
    g_ptr_array_add(decision->mails, plan);
    return plan;
}

void ch_reason(GPtrArray *reasons, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(reasons, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

const char *ch_kind_name(ChKind kind)
{
    static const char *const names[] = {"person", "auto-reply", "bounce", "delay", "list", "loop", "report"};
    return names[kind];
}

const char *ch_evidence_name(ChEvidence evidence)
{
    static const char *const names[] = {"claim", "domain", "token"};
    return names[evidence];
}

const char *ch_match_name(ChMatch match)
{
    static const char *const names[] = {NULL, "subject", "references", "token"};
    return names[match];
}

static const char *const outcomes[] = {"ticket", "reply", "command", "held", "ignored", "quarantined"};

const char *ch_outcome_name(ChOutcome outcome)
{
    return outcomes[outcome];
}

gboolean ch_outcome_parse(const char *name, ChOutcome *outcome)
{
    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++)
        if (g_strcmp0(name, outcomes[i]) == 0) {
            *outcome = i;
            return TRUE;
        }
    return FALSE;
}

const char *ch_role_name(ChRole role)
{
    static const char *const names[] = {"none", "watcher", "requester", "agent"};
    return names[role];
}

static const char *const account_names[] = {"none", "pending", "active"};
static const char *const question_names[] = {NULL, "register", "claim", "alias"};
static const char *const hold_names[] = {NULL,       "registration", "claim",      "alias",
                                         "stranger", "closed",       "no-address", "rule"};

/* The index of NAME in the LENGTH NAMES; 0 where it is none of them. */
static guint find_name(const char *const *names, guint length, const char *name)
{
    for (guint i = 0; i < length; i++)
        if (name && g_strcmp0(names[i], name) == 0)
            return i;
    return 0;
}

const char *ch_account_name(ChAccount account)
{
    return account_names[account];
}

ChAccount ch_account_parse(const char *name)
{
    return (ChAccount)find_name(account_names, G_N_ELEMENTS(account_names), name);
}

const char *ch_question_name(ChQuestionKind kind)
{
    return question_names[kind];
}

ChQuestionKind ch_question_parse(const char *name)
{
    return (ChQuestionKind)find_name(question_names, G_N_ELEMENTS(question_names), name);
}

const char *ch_hold_name(ChHoldKind kind)
{
    return hold_names[kind];
}

ChHoldKind ch_hold_parse(const char *name)
{
    return (ChHoldKind)find_name(hold_names, G_N_ELEMENTS(hold_names), name);
}

static const char *const state_names[] = {"open", "pending", "closed"};

const char *ch_ticket_state_name(ChTicketState state)
{
    return state_names[state];
}

gboolean ch_ticket_state_parse(const char *name, ChTicketState *state)
{
    for (guint i = 0; i < G_N_ELEMENTS(state_names); i++)
        if (g_strcmp0(name, state_names[i]) == 0) {
            *state = (ChTicketState)i;
            return TRUE;
        }
    return FALSE;
}
