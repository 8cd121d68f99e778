/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The delivery loop: claims what is due, hands it to the transport, records each answer. Which answers mean
 * what is deliver/'s business. */
#include "engine/engine_private.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"

#define CLAIM_MAILS   50
#define HINDERED_BASE 5   /* seconds */
#define HINDERED_CAP  120 /* an admin who mends the password should not wait long */

typedef struct {
    GPtrArray *due; /* of ChDue */
    gint64 next;    /* when the next one is due; 0: none waits */
} Claim;

static gboolean claim(ChStore *store, gpointer data, GError **error)
{
    Claim *claimed = data;
    claimed->due = ch_store_claim(store, CLAIM_MAILS, error);
    if (!claimed->due)
        return FALSE;
    claimed->next = claimed->due->len ? 0 : ch_store_next_due(store, error);
    return TRUE;
}

typedef struct {
    ChEngine *engine;
    const ChDeliveryEnd *delivered;
    guint queued; /* mails that its failure causes */
} Recording;

static gboolean record(ChStore *store, gpointer data, GError **error)
{
    Recording *recording = data;
    return ch_carry_delivery(recording->engine->desk, store, recording->delivered, &recording->queued, error);
}

static void record_answer(ChEngine *engine, const ChDeliveryEnd *delivered, GError **error)
{
    Recording recording = {engine, delivered, 0};
    if (!ch_engine_call(engine, record, &recording, error) || !recording.queued)
        return;
    g_mutex_lock(&engine->lock);
    engine->queued += recording.queued;
    g_cond_broadcast(&engine->progress);
    g_mutex_unlock(&engine->lock);
}

typedef struct {
    ChEngine *engine;
    GCancellable *cancel;
    gboolean answered; /* at least one mail was taken or refused: the server is there and knows us */
    GError *failure;
} Round;

static void delivered(gpointer data, const ChEnvelope *envelope, ChDeliveryResult result, int code,
                      const char *text)
{
    static const char *const words[] = {"sent", "retry", "failed"};
    Round *round = data;
    const ChSmtpConfig *smtp = &round->engine->desk->config->smtp;
    guint wait =
        ch_delivery_wait(envelope->attempts + 1, ch_clock_now() - envelope->queued_at, smtp->retry_days);
    if (result == CH_DELIVERY_RETRY && g_cancellable_is_cancelled(round->cancel))
        wait = 1; /* our own end is not the mail's fault */
    round->answered = round->answered || result != CH_DELIVERY_RETRY;
    ChDeliveryEnd answer = {envelope->id, result, wait, code, text};
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, envelope->id);
    g_autofree char *reply = g_strdup_printf("%d", code);
    ch_log(result == CH_DELIVERY_SENT ? CH_LOG_INFO : CH_LOG_WARNING, "delivery", "outbox", id, "to",
           envelope->recipient, "result", words[result], "code", reply, "said", text, NULL);
    if (!round->failure)
        record_answer(round->engine, &answer, &round->failure);
}

/* ONE can't be put together as it was queued: it fails alone, and never leaves as something else (P5, P12).
 */
static void fail(Round *round, const ChDue *one, const char *why)
{
    ChDeliveryEnd answer = {.id = one->id, .result = CH_DELIVERY_FAILED, .text = why};
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, one->id);
    ch_log(CH_LOG_ERROR, "delivery-impossible", "outbox", id, "to", one->recipient, "why", why, NULL);
    if (!round->failure)
        record_answer(round->engine, &answer, &round->failure);
}

/* *ANSWERED: whether it is worth going on with the next mails at once. */
static gboolean deliver_round(ChEngine *engine, ChTransport *transport, GPtrArray *due, GCancellable *cancel,
                              gboolean *answered, GError **error)
{
    g_autoptr(GPtrArray) envelopes = g_ptr_array_new_with_free_func((GDestroyNotify)ch_envelope_free);
    Round round = {.engine = engine, .cancel = cancel};
    for (guint i = 0; i < due->len; i++) {
        ChDue *one = g_ptr_array_index(due, i);
        g_autoptr(GError) fault = NULL;
        g_autoptr(GBytes) bytes = ch_outgoing_bytes(one->stored, &fault);
        if (!bytes) {
            fail(&round, one, fault->message);
            continue;
        }
        ChEnvelope *envelope =
            ch_envelope_new(one->id, one->envelope_from, one->recipient, bytes, one->attempts);
        envelope->queued_at = one->queued_at;
        g_ptr_array_add(envelopes, envelope);
        g_clear_pointer(&one->stored, ch_stored_free);
        if (one->uncertain) { /* L17 */
            g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, one->id);
            ch_log(CH_LOG_WARNING, "delivery-uncertain", "outbox", id, "to", one->recipient, NULL);
        }
    }
    g_autoptr(GError) hindrance = NULL;
    if (envelopes->len == 0)
        round.answered = TRUE; /* nothing to ask the server */
    else if (!ch_transport_send(transport, envelopes, delivered, &round, cancel, &hindrance))
        ch_log_error("delivery-hindered", hindrance, NULL); /* every mail was given its retry */
    *answered = round.answered;
    if (!round.failure)
        return TRUE;
    g_propagate_error(error, round.failure);
    return FALSE;
}

/* After a round in which the server took nothing: a thousand waiting mails must not become a thousand logins
 * with a wrong password. */
static void wait_for_server(ChEngine *engine, guint hindered, GCancellable *cancel)
{
    guint seconds = ch_backoff(hindered, HINDERED_BASE, HINDERED_CAP);
    gint64 until = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    g_mutex_lock(&engine->lock);
    while (!engine->failure && !engine->stopping && !g_cancellable_is_cancelled(cancel))
        if (!g_cond_wait_until(&engine->progress, &engine->lock, until))
            break;
    g_mutex_unlock(&engine->lock);
}

/* Until mail is queued, the next one is due, or the end. SEEN is engine->queued as it was before the claim.
 */
static void wait_for_mail(ChEngine *engine, guint64 seen, gint64 next, GCancellable *cancel)
{
    gint64 seconds = next ? MAX(1, next - ch_clock_now()) : 3600;
    gint64 until = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    g_mutex_lock(&engine->lock);
    engine->resting = TRUE;
    while (engine->queued == seen && !engine->failure && !engine->stopping &&
           !g_cancellable_is_cancelled(cancel))
        if (!g_cond_wait_until(&engine->progress, &engine->lock, until))
            break;
    engine->resting = FALSE;
    g_mutex_unlock(&engine->lock);
}

gboolean ch_engine_deliver(ChEngine *engine, ChTransport *transport, gboolean forever, GCancellable *cancel,
                           GError **error)
{
    for (guint hindered = 0; !g_cancellable_is_cancelled(cancel);) {
        Claim claimed = {0};
        g_mutex_lock(&engine->lock);
        guint64 seen = engine->queued;
        g_mutex_unlock(&engine->lock);
        if (!ch_engine_call(engine, claim, &claimed, error))
            return FALSE;
        g_autoptr(GPtrArray) due = claimed.due;
        if (due->len == 0 && !forever)
            return TRUE;
        if (due->len == 0) {
            wait_for_mail(engine, seen, claimed.next, cancel);
            continue;
        }
        gboolean answered;
        ch_seam("outbox-claimed");
        if (!deliver_round(engine, transport, due, cancel, &answered, error))
            return FALSE;
        ch_seam("outbox-recorded");
        hindered = answered ? 0 : hindered + 1;
        if (hindered && !forever)
            return TRUE; /* the next run tries the rest */
        if (hindered)
            wait_for_server(engine, hindered, cancel);
    }
    return TRUE;
}
