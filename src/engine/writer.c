/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one writer. It takes whatever is waiting into one transaction: mails to be kept, mails to be decided,
 * calls of the other threads. A burst costs few syncs, a lone mail waits for nobody.
 */
#include "engine/engine_private.h"

#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"

#define GROUP_WAIT (20 * G_TIME_SPAN_MILLISECOND)

/* What one transaction holds. */
typedef struct {
    GPtrArray *intake;  /* of ChJob */
    GPtrArray *decide;  /* of ChJob */
    GPtrArray *calls;   /* of ChPosted */
    GPtrArray *adopted; /* of ChJob: mails that another process took in */
    guint set_aside;    /* of those: damaged, and quarantined at once */
    gboolean look;
    gboolean tick;
    guint queued; /* mails put into the outbox */
} Group;

static void move_ready(GQueue *queue, GPtrArray *to, guint limit)
{
    for (ChJob *job; to->len < limit && (job = g_queue_peek_head(queue)) && job->ready;)
        g_ptr_array_add(to, g_queue_pop_head(queue));
}

static guint count_ready(const GQueue *queue, guint limit)
{
    guint count = 0;
    for (const GList *link = queue->head; link && ((ChJob *)link->data)->ready && count < limit;
         link = link->next)
        count++;
    return count;
}

/* Whether a transaction is worth its sync now: it is full, or nothing else is on its way to join it. */
static gboolean is_enough(ChEngine *engine)
{
    guint limit = engine->desk->config->limits.batch_mails / 2;
    guint keep = count_ready(&engine->intake, limit), decide = count_ready(&engine->undecided, limit);
    return keep == limit || decide == limit ||
           keep + decide == engine->intake.length + engine->undecided.length;
}

/* FALSE when there is nothing more to do because of the end. With the lock held. A lone mail waits for
 * nobody; in a burst the writer waits a little for those that the pool has in hand. */
static gboolean wait_for_work(ChEngine *engine)
{
    gint64 until = 0;
    while (!engine->stopping) {
        gboolean some = count_ready(&engine->intake, 1) || count_ready(&engine->undecided, 1);
        if (engine->calls.length || engine->look || engine->tick || (some && is_enough(engine)))
            return TRUE;
        if (!some) {
            g_cond_wait(&engine->work, &engine->lock);
            continue;
        }
        if (!until)
            until = g_get_monotonic_time() + GROUP_WAIT;
        if (!g_cond_wait_until(&engine->work, &engine->lock, until))
            return TRUE;
    }
    return FALSE;
}

static void gather(ChEngine *engine, Group *group)
{
    guint limit = engine->desk->config->limits.batch_mails;
    move_ready(&engine->intake, group->intake, limit);
    move_ready(&engine->undecided, group->decide, limit);
    for (ChPosted *posted; (posted = g_queue_pop_head(&engine->calls)); posted->taken = TRUE)
        g_ptr_array_add(group->calls, posted);
    group->tick = engine->tick;
    engine->tick = FALSE;
    group->look = engine->look && engine->in_flight < engine->desk->config->limits.memory_bytes;
}

static gboolean keep(ChEngine *engine, ChJob *job, GError **error)
{
    gboolean known;
    if (!ch_store_take(engine->store, job->incoming, job->sha256, job->packed, 1, &job->id, &known, error))
        return FALSE;
    if (job->incoming->mailbox &&
        !ch_store_uid_taken(engine->store, job->folder->id, job->incoming->uid, job->id, error))
        return FALSE;
    if (known) {
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, job->id);
        ch_log(CH_LOG_INFO, "mail-known", "mail", id, "source", job->incoming->source, NULL);
        job->id = -1; /* has its outcome, or gets it from the job that took it in (P3) */
    }
    return TRUE;
}

/* Whether ERROR concerns one mail only, and not the database as a whole. */
static gboolean is_the_mails_fault(const GError *error)
{
    return !ch_error_is_temporary(error) && !g_error_matches(error, CH_ERROR, CH_ERROR_CANCELLED);
}

static gboolean set_aside(ChEngine *engine, gint64 id, const char *source, const char *why, guint *queued,
                          GError **error)
{
    g_autofree char *mail = g_strdup_printf("%" G_GINT64_FORMAT, id);
    ch_log(CH_LOG_ERROR, "quarantined", "mail", mail, "source", source, "why", why, NULL);
    return ch_quarantine(engine->desk, engine->store, id, source, why, queued, error);
}

typedef struct {
    ChEngine *engine;
    gint64 id;
    const ChIncoming *incoming;
    ChReading *reading;
    guint queued;
} Settling;

static gboolean settle_one(gpointer data, GError **error)
{
    Settling *s = data;
    return ch_settle(s->engine->desk, s->engine->store, s->id, s->incoming, s->reading, &s->queued, error);
}

/* Decides one mail; its own failure costs only itself (P12). */
static gboolean settle(ChEngine *engine, gint64 id, const ChIncoming *incoming, ChReading *reading,
                       guint *queued, GError **error)
{
    g_autoptr(GError) fault = NULL;
    Settling settling = {engine, id, incoming, reading, 0};
    if (!ch_store_contain(engine->store, settle_one, &settling, &fault, error))
        return FALSE;
    if (fault)
        return set_aside(engine, id, incoming->source, fault->message, queued, error);
    *queued += settling.queued;
    return TRUE;
}

typedef struct {
    ChStore *store;
    ChPosted *posted;
} Calling;

static gboolean call_one(gpointer data, GError **error)
{
    const Calling *calling = data;
    return calling->posted->call(calling->store, calling->posted->data, error);
}

/* A call's failure is its caller's, not the group's. */
static gboolean run_call(ChEngine *engine, ChPosted *posted, GError **error)
{
    Calling calling = {engine->store, posted};
    return ch_store_contain(engine->store, call_one, &calling, &posted->error, error);
}

/* One of them into the group; one that cannot be read back costs only itself (P12). */
static gboolean adopt_one(ChEngine *engine, gint64 id, Group *group, gsize *size, GError **error)
{
    g_autoptr(GError) fault = NULL;
    if (!ch_store_attempt(engine->store, id, error))
        return FALSE;
    ChIncoming *incoming = ch_store_incoming(engine->store, id, &fault);
    *size = 0;
    if (!incoming && is_the_mails_fault(fault)) {
        group->set_aside++;
        return set_aside(engine, id, "store", fault->message, &group->queued, error);
    }
    if (!incoming) {
        g_propagate_error(error, g_steal_pointer(&fault));
        return FALSE;
    }
    ChJob *job = g_new0(ChJob, 1);
    job->id = id;
    job->incoming = incoming;
    job->size = *size = g_bytes_get_size(incoming->raw);
    g_ptr_array_add(group->adopted, job);
    return TRUE;
}

/* Mails that `chamado deliver` kept while we hold the desk: read here for the first time. */
static gboolean adopt(ChEngine *engine, Group *group, GError **error)
{
    guint limit = engine->desk->config->limits.batch_mails / 4 + 1;
    gsize room = engine->desk->config->limits.memory_bytes;
    g_autoptr(GArray) found = ch_store_undecided(engine->store, engine->adopted, 0, 0, limit, error);
    if (!found)
        return FALSE;
    for (guint i = 0; i < found->len && room > 0; i++) {
        gsize size;
        if (!adopt_one(engine, g_array_index(found, ChUndecided, i).id, group, &size, error))
            return FALSE;
        room -= MIN(room, size);
    }
    group->look = group->adopted->len + group->set_aside > 0; /* there may be more */
    return TRUE;
}

typedef struct {
    ChEngine *engine;
    guint queued;
} Ticking;

static gboolean tick_once(gpointer data, GError **error)
{
    Ticking *ticking = data;
    return ch_carry_timers(ticking->engine->desk, ticking->engine->store, &ticking->queued, error);
}

/* Reminders and their like; what is wrong with them must not stop the mail. */
static gboolean tick(ChEngine *engine, Group *group, GError **error)
{
    g_autoptr(GError) fault = NULL;
    Ticking ticking = {engine, 0};
    if (!ch_store_contain(engine->store, tick_once, &ticking, &fault, error))
        return FALSE;
    if (fault)
        ch_log_error("timers-failed", fault, NULL);
    else
        group->queued += ticking.queued;
    return TRUE;
}

/* What other processes left in the database: the page's and an admin's answers, keys, mails. */
static gboolean look(ChEngine *engine, Group *group, GError **error)
{
    gboolean more;
    ch_store_refresh(engine->store);
    if (!ch_carry_answers(engine->desk, engine->store, &more, &group->queued, error) ||
        !adopt(engine, group, error))
        return FALSE;
    group->look = group->look || more;
    return TRUE;
}

static gboolean fill(ChEngine *engine, Group *group, GError **error)
{
    for (guint i = 0; i < group->intake->len; i++)
        if (!keep(engine, g_ptr_array_index(group->intake, i), error))
            return FALSE;
    if (group->intake->len)
        ch_seam("intake-before-commit");
    for (guint i = 0; i < group->decide->len; i++) {
        ChJob *job = g_ptr_array_index(group->decide, i);
        if (!settle(engine, job->id, job->incoming, job->reading, &group->queued, error))
            return FALSE;
    }
    if (group->decide->len)
        ch_seam("decide-before-commit");
    for (guint i = 0; i < group->calls->len; i++)
        if (!run_call(engine, g_ptr_array_index(group->calls, i), error))
            return FALSE;
    return (!group->tick || tick(engine, group, error)) && (!group->look || look(engine, group, error));
}

static gboolean commit(ChEngine *engine, Group *group, GError **error)
{
    if (!ch_store_begin(engine->store, error))
        return FALSE;
    if (fill(engine, group, error) && ch_store_commit(engine->store, error)) {
        if (group->intake->len)
            ch_seam("intake-committed");
        if (group->decide->len)
            ch_seam("decided");
        return TRUE;
    }
    ch_store_rollback(engine->store);
    return FALSE;
}

static void finish_job(ChEngine *engine, ChJob *job)
{
    engine->in_flight -= job->size;
    engine->jobs--;
    ch_job_free(job);
}

static void read_next(ChEngine *engine, ChJob *job)
{
    g_clear_pointer(&job->packed, g_bytes_unref);
    engine->taken++;
    g_queue_push_tail(&engine->undecided, job);
    ch_job_push(engine, job);
}

/* After the commit, with the lock held. */
static void publish(ChEngine *engine, Group *group)
{
    for (guint i = 0; i < group->intake->len; i++) {
        ChJob *job = g_ptr_array_index(group->intake, i);
        job->folder->waiting--;
        if (job->incoming->mailbox)
            g_array_append_val(job->folder->kept, job->incoming->uid);
        if (job->id < 0)
            finish_job(engine, job);
        else
            read_next(engine, job);
    }
    for (guint i = 0; i < group->adopted->len; i++) {
        ChJob *job = g_ptr_array_index(group->adopted, i);
        engine->adopted = MAX(engine->adopted, job->id);
        engine->in_flight += job->size;
        engine->jobs++;
        read_next(engine, job);
    }
    for (guint i = 0; i < group->decide->len; i++)
        finish_job(engine, g_ptr_array_index(group->decide, i));
    for (guint i = 0; i < group->calls->len; i++)
        ((ChPosted *)g_ptr_array_index(group->calls, i))->done = TRUE;
    engine->queued += group->queued;
    if (group->tick)
        engine->queued++; /* by a clock that was set meanwhile, other mails are due than those waited for */
    g_cond_broadcast(&engine->progress);
}

/* The transaction failed as a whole: nothing of it happened. With the lock held. */
static void give_up(ChEngine *engine, Group *group, GError *failure)
{
    for (guint i = 0; i < group->intake->len; i++)
        finish_job(engine, g_ptr_array_index(group->intake, i));
    for (guint i = 0; i < group->decide->len; i++)
        finish_job(engine, g_ptr_array_index(group->decide, i));
    g_ptr_array_set_free_func(group->adopted, (GDestroyNotify)ch_job_free);
    for (guint i = 0; i < group->calls->len; i++) {
        ChPosted *posted = g_ptr_array_index(group->calls, i);
        g_clear_error(&posted->error);
        posted->error = g_error_copy(failure);
        posted->done = TRUE;
    }
    engine->failure = failure;
    g_cond_broadcast(&engine->progress);
}

gpointer ch_writer_run(gpointer data)
{
    ChEngine *engine = data;
    g_mutex_lock(&engine->lock);
    while (wait_for_work(engine)) {
        g_autoptr(GPtrArray) intake = g_ptr_array_new();
        g_autoptr(GPtrArray) decide = g_ptr_array_new();
        g_autoptr(GPtrArray) calls = g_ptr_array_new();
        g_autoptr(GPtrArray) adopted = g_ptr_array_new();
        Group group = {.intake = intake, .decide = decide, .calls = calls, .adopted = adopted};
        GError *failure = NULL;
        gather(engine, &group);
        gboolean looked = group.look;
        engine->looking = group.look || group.tick;
        if (looked)
            engine->look = FALSE; /* set again meanwhile: look again */
        else if (engine->look && !group.tick && !intake->len && !decide->len && !calls->len) {
            g_cond_wait(&engine->work, &engine->lock); /* no room for more mails just now */
            continue;
        }
        g_mutex_unlock(&engine->lock);
        gboolean good = commit(engine, &group, &failure);
        g_mutex_lock(&engine->lock);
        if (!good) {
            give_up(engine, &group, failure);
            break;
        }
        engine->looking = FALSE;
        if (looked && group.look)
            engine->look = TRUE;
        publish(engine, &group);
    }
    void (*failed)(gpointer) = engine->failure ? engine->failed : NULL;
    gpointer failed_data = engine->failed_data;
    g_mutex_unlock(&engine->lock);
    if (failed)
        failed(failed_data);
    return NULL;
}

/* Once more, alone: a mail that crashed the program in a group must not cost the others their attempts. */
static gboolean recover_one(ChEngine *engine, const ChUndecided *left, GError **error)
{
    ChStore *store = engine->store;
    guint queued = 0;
    if (!ch_store_begin(store, error) || !ch_store_attempt(store, left->id, error) ||
        !ch_store_commit(store, error))
        return FALSE;
    g_autoptr(GError) fault = NULL;
    g_autoptr(ChIncoming) incoming = ch_store_incoming(store, left->id, &fault);
    g_autoptr(ChReading) reading = NULL;
    const char *why = fault ? fault->message : NULL;
    if (incoming && left->attempts + 1 >= CH_ATTEMPTS_MAX)
        why = "the program died each time it read this mail";
    else if (incoming) {
        reading = ch_read(engine->desk->config, incoming);
        ch_seam("parsed");
    }
    if (!ch_store_begin(store, error))
        return FALSE;
    gboolean good =
        why ? set_aside(engine, left->id, incoming ? incoming->source : "store", why, &queued, error)
            : settle(engine, left->id, incoming, reading, &queued, error);
    return good && ch_store_commit(store, error);
}

gboolean ch_writer_recover(ChEngine *engine, GError **error)
{
    gint64 after = 0;
    for (;;) {
        g_autoptr(GArray) left = ch_store_undecided(engine->store, after, 1, G_MAXINT, 100, error);
        if (!left)
            return FALSE;
        if (left->len == 0)
            return TRUE;
        for (guint i = 0; i < left->len; i++) {
            const ChUndecided *one = &g_array_index(left, ChUndecided, i);
            if (!recover_one(engine, one, error)) {
                ch_store_rollback(engine->store);
                return FALSE;
            }
            after = one->id;
        }
    }
}
