/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mail that no person wrote, or that was here before: logged in its ticket, never relayed, never answered,
 * never a reason to open one again (P6, L8). What a bounce does to the address that it speaks of, and who
 * hears of it (L7), is decided here; reading the report is parse/'s.
 */
#include "desk/case.h"
#include "desk/decide.h"

#include <string.h>

#define LOGGED_MAX 5 /* recipients of one report that the log names */

void ch_ignore(ChDecision *decision, const char *why)
{
    decision->outcome = CH_OUTCOME_IGNORED;
    ch_reason(decision->reasons, "ignored: %s", why);
}

void ch_quarantine_because(ChDecision *decision, const char *why)
{
    decision->outcome = CH_OUTCOME_QUARANTINED;
    ch_reason(decision->reasons, "quarantined: %s", why);
    ch_decision_act(decision, CH_ACTION_LOG, CH_TICKET_OPEN, "quarantined", why);
}

/* The copy went to DEPARTMENT, which does not see the ticket yet (L5). */
static void refer_copy(const ChCase *c, const ChDepartmentConfig *department)
{
    const ChTicketFacts *ticket = c->facts->duplicate;
    if (strcmp(ticket->department, department->name) == 0 ||
        g_ptr_array_find_with_equal_func(ticket->referred, department->name, g_str_equal, NULL))
        return;
    ch_reason(c->decision->reasons, "its ticket is referred to department %s, which got it as well",
              department->name);
    ch_decision_act(c->decision, CH_ACTION_REFER, CH_TICKET_OPEN, department->name, NULL);
    ch_tell_referred(c, department, "notice-new");
}

void ch_decide_duplicate(const ChCase *c)
{
    const ChMail *mail = c->mail;
    g_autofree char *why = g_strdup_printf("the same mail was taken in before, as mail %" G_GINT64_FORMAT,
                                           c->facts->duplicate_of); /* P3 */
    ch_ignore(c->decision, why);
    if (!c->facts->duplicate_ticket)
        return;
    const char *where = mail->delivered_to->len ? g_ptr_array_index(mail->delivered_to, 0) : "another way";
    c->decision->ticket = c->facts->duplicate_ticket;
    ch_decision_log(c->decision, "copy", "a copy came by %s", where);
    if (c->verdict->kind != CH_KIND_PERSON || !c->facts->duplicate)
        return;
    for (guint i = 0; i < c->routing->written_to->len; i++)
        refer_copy(c, g_ptr_array_index(c->routing->written_to, i));
    if (!g_ptr_array_find(c->routing->written_to, c->route, NULL))
        refer_copy(c, c->route);
}

static gboolean is_failure(const ChBounce *bounce)
{
    return strcmp(bounce->action, "failed") == 0;
}

/* Nothing will arrive there, whatever is sent. A full mailbox is emptied (RFC 3463: X.2.2); what is too large
 * (X.2.3, X.3.4), of a wrong form (X.6), against a policy (X.7) or from an address that they refuse (X.1.7,
 * X.1.8) says nothing of another mail. */
static gboolean is_hard(const ChBounce *bounce)
{
    static const char *const others[] = {"5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3.4", NULL};
    return is_failure(bounce) && g_str_has_prefix(bounce->status, "5.") &&
           !g_str_has_prefix(bounce->status, "5.6.") && !g_str_has_prefix(bounce->status, "5.7.") &&
           !g_strv_contains(others, bounce->status);
}

/* The failure that BOUNCES tell of RECIPIENT's mail: it went to nobody else, so a report of one recipient
 * means it, whatever forwards it passed. NULL: they tell none. */
static const ChBounce *find_failure(const GPtrArray *bounces, const char *recipient)
{
    const ChBounce *found = NULL;
    for (guint i = 0; i < bounces->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(bounces, i);
        g_autofree char *address = ch_address_fold(bounce->recipient);
        gboolean meant = strcmp(address, recipient) == 0 || bounces->len == 1;
        if (meant && is_failure(bounce) && (!found || is_hard(bounce)))
            found = bounce;
    }
    return found;
}

static void log_bounces(const ChCase *c)
{
    const GPtrArray *bounces = c->mail->bounces;
    const ChReturnedFacts *returned = c->facts->returned;
    for (guint i = 0; i < MIN(bounces->len, LOGGED_MAX); i++) {
        const ChBounce *bounce = g_ptr_array_index(bounces, i);
        gboolean failed = is_failure(bounce), delayed = strcmp(bounce->action, "delayed") == 0;
        const char *to = *bounce->recipient ? bounce->recipient : returned ? returned->recipient : "?";
        ch_decision_log(c->decision,
                        failed    ? "bounced"
                        : delayed ? "delayed"
                                  : "machine-mail",
                        "%s%sto %s: %s%s%s%s%s", returned ? returned->template : "", returned ? " " : "", to,
                        bounce->action, *bounce->status ? " " : "", bounce->status,
                        *bounce->diagnostic ? ": " : "", bounce->diagnostic);
    }
    if (bounces->len > LOGGED_MAX)
        ch_decision_log(c->decision, "machine-mail", "the report names %u recipients more",
                        bounces->len - LOGGED_MAX);
}

static ChFailure *new_failure(const ChCase *c, const char *status, const char *diagnostic)
{
    ChFailure *failure = g_new0(ChFailure, 1);
    failure->recipient = g_strdup(c->facts->returned->recipient);
    failure->template = g_strdup(c->facts->returned->template);
    failure->status = g_strdup(status);
    failure->diagnostic = g_strdup(diagnostic);
    return failure;
}

/* What an agent or an admin gets by their office. */
static gboolean is_internal(const char *template)
{
    return g_str_has_prefix(template, "notice-") || g_str_has_prefix(template, "admin-");
}

/* A mail of ours failed. HARD: nothing will arrive at its recipient. */
static void fail(const ChCase *c, const ChBounce *bounce, gboolean hard)
{
    const ChReturnedFacts *returned = c->facts->returned;
    ChDecision *decision = c->decision;
    ChFailure *failure = decision->failure = new_failure(c, bounce->status, bounce->diagnostic);
    failure->marks = hard && !returned->marked;
    failure->told = failure->marks || (!returned->told && !returned->marked);
    if (failure->marks)
        ch_reason(decision->reasons, "%s: nothing arrives at %s, which gets no automatic mail from now on",
                  bounce->status, returned->recipient);
    if (returned->question) {
        ch_reason(decision->reasons, "our question %" G_GINT64_FORMAT " never arrived, and is closed",
                  returned->question);
        ch_decision_act(decision, CH_ACTION_CLOSE, CH_TICKET_OPEN, NULL, NULL)->id = returned->question;
    }
    if (!failure->told)
        ch_reason(decision->reasons, "nobody is told: they were before");
    else if (is_internal(returned->template))
        ch_tell_admins(c->config, c->decision, "admin-bounce", returned->recipient);
    else if (returned->ticket && c->facts->ticket)
        ch_tell_agents(c, c->facts->ticket, "notice-bounce", returned->recipient);
    failure->told = decision->mails->len > 0;
    ch_decision_act(decision, CH_ACTION_FAILURE, CH_TICKET_OPEN, NULL, NULL);
}

static void complain(const ChCase *c)
{
    const ChReturnedFacts *returned = c->facts->returned;
    ch_decision_log(c->decision, "complaint", "%s to %s was reported as abuse", returned->template,
                    returned->recipient);
    if (!returned->verified || returned->complained)
        return;
    c->decision->failure = new_failure(c, "", "");
    c->decision->failure->complaint = TRUE;
    ch_decision_act(c->decision, CH_ACTION_COMPLAINT, CH_TICKET_OPEN, NULL, NULL);
    ch_tell_admins(c->config, c->decision, "admin-bounce", returned->recipient);
}

/* A report about a mail of ours (RFC 3464, RFC 5965). TRUE where it is one. */
static gboolean decide_report(const ChCase *c)
{
    const ChReturnedFacts *returned = c->facts->returned;
    ChKind kind = c->verdict->kind;
    if (kind != CH_KIND_BOUNCE && kind != CH_KIND_DELAY && kind != CH_KIND_REPORT)
        return FALSE;
    if (returned && g_strcmp0(c->mail->report_type, "feedback-report") == 0) {
        complain(c);
        return TRUE;
    }
    if (!c->mail->bounces->len || (!returned && !c->facts->ticket))
        return FALSE;
    log_bounces(c);
    const ChBounce *failure = returned ? find_failure(c->mail->bounces, returned->recipient) : NULL;
    if (!failure || kind != CH_KIND_BOUNCE)
        return TRUE;
    /* Only our signature proves that the report is about that mail: anybody can write one. */
    if (returned->verified)
        fail(c, failure, is_hard(failure));
    else
        ch_reason(c->decision->reasons, "no more: nothing in it proves that it is about that mail");
    return TRUE;
}

void ch_decide_machine(const ChCase *c)
{
    const ChTicketFacts *ticket = c->facts->ticket;
    const ChReturnedFacts *returned = c->facts->returned;
    ChDecision *decision = c->decision;
    const char *kind = ch_kind_name(c->verdict->kind);
    g_autofree char *why = g_strdup_printf("%s, no person wrote it", kind);
    ch_ignore(decision, why);
    if (c->facts->own_message_id)
        return;
    if (ticket) {
        decision->ticket = ticket->number;
        decision->department = g_strdup(ticket->department);
        ch_reason(decision->reasons, "logged in ticket %" G_GINT64_FORMAT, ticket->number);
    }
    if (returned)
        ch_reason(decision->reasons, "about our %s to %s", returned->template, returned->recipient);
    if (!decide_report(c) && ticket)
        ch_decision_log(decision, "machine-mail", "%s", kind);
}

ChDecision *ch_decide_undelivered(const ChConfig *config, const ChFacts *facts, const ChBounce *failure)
{
    ChDecision *decision = ch_decision_new();
    g_autofree char *nobody = g_strdup("");
    g_autoptr(ChEffects) applied = ch_effects_new();
    const ChCase c = {
        .config = config, .facts = facts, .sender = nobody, .applied = applied, .decision = decision};
    if (facts->ticket) {
        decision->ticket = facts->ticket->number;
        decision->department = g_strdup(facts->ticket->department);
    }
    /* The server may be our own provider's, which has reasons of its own and refuses every mail: only what it
     * says of the recipient marks one. */
    gboolean of_recipient =
        g_str_has_prefix(failure->status, "5.1.") || strcmp(failure->status, "5.2.1") == 0;
    fail(&c, failure, of_recipient && is_hard(failure));
    return decision;
}
