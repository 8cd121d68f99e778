/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a mail that was handed to a server. One that is refused has the effects of a bounce: its
 * ticket's log says it, the address may be marked, agents or admins are told once (L7). */
#include "pipeline_private.h"

#include "base/log.h"
#include "desk/decide.h"
#include "parse/parse.h"

static gboolean post_all(const ChPosting *posting, const ChDecision *decision, GError **error)
{
    const ChOccasion occasion = {.about = decision->department, .failure = decision->failure};
    ChPosting admins = *posting; /* who have no part in the ticket */
    admins.ticket = 0;
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        gboolean admin = g_str_has_prefix(plan->template, "admin-");
        if (!ch_post(admin ? &admins : posting, plan, &occasion, error))
            return FALSE;
    }
    return TRUE;
}

typedef struct {
    const ChDesk *desk;
    ChStore *store;
    const ChDeliveryEnd *delivered;
    guint queued;
} Failing;

static gboolean give_up(gpointer data, GError **error)
{
    Failing *failing = data;
    const ChDeliveryEnd *delivered = failing->delivered;
    const char *text = delivered->text ? delivered->text : "no answer";
    g_autoptr(ChFacts) facts = ch_store_undelivered(failing->store, delivered->id, error);
    if (!facts)
        return FALSE;
    const ChReturnedFacts *returned = facts->returned;
    /* A 5xx that was worth another try until the time was over is about us: it says nothing of the address.
     */
    gboolean refused = delivered->result == CH_DELIVERY_FAILED && delivered->code >= 500;
    g_autofree char *status = refused ? ch_parse_reply_status(text) : g_strdup("");
    ChBounce *failure = ch_bounce_new(returned->recipient, "failed", status, text);
    g_autoptr(ChDecision) decision = ch_decide_undelivered(failing->desk->config, facts, failure);
    ch_bounce_free(failure);
    const ChPosting posting = {.desk = failing->desk,
                               .store = failing->store,
                               .ticket = returned->ticket,
                               .queued = &failing->queued};
    return ch_store_failed(failing->store, decision->failure, returned->question, error) &&
           post_all(&posting, decision, error);
}

gboolean ch_carry_delivery(const ChDesk *desk, ChStore *store, const ChDeliveryEnd *delivered, guint *queued,
                           GError **error)
{
    gboolean failed;
    if (!ch_store_delivered(store, delivered->id, delivered->result, delivered->wait, delivered->code,
                            delivered->text, &failed, error))
        return FALSE;
    if (!failed)
        return TRUE;
    /* That nobody can be told must not undo that it failed: it would be sent again. */
    Failing failing = {desk, store, delivered, 0};
    g_autoptr(GError) fault = NULL;
    if (!ch_store_contain(store, give_up, &failing, &fault, error))
        return FALSE;
    if (fault)
        ch_log_error("failure-not-told", fault, NULL);
    else
        *queued += failing.queued;
    return TRUE;
}
