/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting, ending and waiting; the pool's work. The transactions are in writer.c. */
#include "engine/engine_private.h"

#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"

#include <string.h>

void ch_job_free(ChJob *job)
{
    if (!job)
        return;
    ch_incoming_free(job->incoming);
    g_clear_pointer(&job->packed, g_bytes_unref);
    ch_reading_free(job->reading);
    g_free(job);
}

/* Once read, a mail's bytes are needed no more: they are in the database. What was read of them still counts.
 */
static void drop_raw(ChEngine *engine, ChJob *job)
{
    const ChMail *mail = job->reading->mail;
    gsize left = strlen(mail->text) + strlen(mail->reply);
    for (guint i = 0; i < mail->headers->len; i++)
        left += strlen(((const ChHeader *)g_ptr_array_index(mail->headers, i))->value);
    g_bytes_unref(job->incoming->raw);
    job->incoming->raw = g_bytes_new(NULL, 0);
    g_mutex_lock(&engine->lock);
    engine->in_flight = engine->in_flight - job->size + left;
    job->size = left;
    g_cond_broadcast(&engine->progress);
    g_mutex_unlock(&engine->lock);
}

/* In the pool: before it is kept, digest and packing; afterwards, reading it. */
static void work_on(gpointer data, gpointer user_data)
{
    ChJob *job = data;
    ChEngine *engine = user_data;
    if (job->id == 0) {
        gsize length;
        const void *bytes = g_bytes_get_data(job->incoming->raw, &length);
        ch_sha256(bytes, length, job->sha256);
        job->packed = ch_store_pack(job->incoming->raw);
    } else {
        job->reading = ch_read(engine->desk->config, job->incoming);
        ch_seam("parsed");
        drop_raw(engine, job);
    }
    g_mutex_lock(&engine->lock);
    job->ready = TRUE;
    g_cond_signal(&engine->work);
    g_mutex_unlock(&engine->lock);
}

void ch_job_push(ChEngine *engine, ChJob *job)
{
    job->ready = FALSE;
    g_thread_pool_push(engine->pool, job, NULL);
}

static gboolean prepare_store(ChEngine *engine, GError **error)
{
    const GPtrArray *departments = engine->desk->config->departments;
    if (!ch_store_begin(engine->store, error))
        return FALSE;
    gboolean good = ch_store_keys(engine->store, error) != NULL;
    for (guint i = 0; good && i < departments->len; i++)
        good = ch_store_add_department(engine->store, ((ChDepartmentConfig *)departments->pdata[i])->name,
                                       error);
    if (good && ch_store_commit(engine->store, error))
        return TRUE;
    ch_store_rollback(engine->store);
    return FALSE;
}

ChEngine *ch_engine_new(const ChDesk *desk, GError **error)
{
    g_autoptr(ChEngine) engine = g_new0(ChEngine, 1);
    engine->desk = desk;
    g_mutex_init(&engine->lock);
    g_cond_init(&engine->work);
    g_cond_init(&engine->progress);
    g_queue_init(&engine->intake);
    g_queue_init(&engine->undecided);
    g_queue_init(&engine->calls);
    engine->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)ch_folder_free);
    engine->look = TRUE;
    ch_sink_setup(engine);
    engine->store = ch_store_open(desk->config->state_dir, CH_STORE_WRITE, error);
    if (!engine->store || !prepare_store(engine, error) || !ch_writer_recover(engine, error))
        return NULL;
    engine->pool = g_thread_pool_new(work_on, engine, (gint)MAX(2, g_get_num_processors()), FALSE, NULL);
    engine->writer = g_thread_new("writer", ch_writer_run, engine);
    return g_steal_pointer(&engine);
}

void ch_engine_free(ChEngine *engine)
{
    if (!engine)
        return;
    g_mutex_lock(&engine->lock);
    engine->stopping = TRUE;
    g_cond_broadcast(&engine->work);
    g_cond_broadcast(&engine->progress);
    g_mutex_unlock(&engine->lock);
    if (engine->writer)
        g_thread_join(engine->writer);
    if (engine->pool)
        g_thread_pool_free(engine->pool, FALSE, TRUE);
    g_queue_clear_full(&engine->intake, (GDestroyNotify)ch_job_free);
    g_queue_clear_full(&engine->undecided, (GDestroyNotify)ch_job_free);
    g_hash_table_unref(engine->folders);
    ch_store_free(engine->store);
    g_clear_error(&engine->failure);
    g_mutex_clear(&engine->lock);
    g_cond_clear(&engine->work);
    g_cond_clear(&engine->progress);
    g_free(engine);
}

const ChSink *ch_engine_sink(ChEngine *engine)
{
    return &engine->sink;
}

gboolean ch_engine_drain(ChEngine *engine, GError **error)
{
    g_mutex_lock(&engine->lock);
    while ((engine->jobs || engine->look || engine->tick || engine->looking) && !engine->failure &&
           !engine->stopping)
        g_cond_wait(&engine->progress, &engine->lock);
    if (engine->failure)
        g_propagate_error(error, g_error_copy(engine->failure));
    gboolean good = !engine->failure;
    g_mutex_unlock(&engine->lock);
    return good;
}

guint64 ch_engine_taken(ChEngine *engine)
{
    g_mutex_lock(&engine->lock);
    guint64 taken = engine->taken;
    g_mutex_unlock(&engine->lock);
    return taken;
}

void ch_engine_look(ChEngine *engine)
{
    g_mutex_lock(&engine->lock);
    engine->look = TRUE;
    engine->queued++;
    g_cond_signal(&engine->work);
    g_cond_broadcast(&engine->progress);
    g_mutex_unlock(&engine->lock);
}

void ch_engine_tick(ChEngine *engine)
{
    g_mutex_lock(&engine->lock);
    engine->tick = TRUE;
    g_cond_signal(&engine->work);
    g_mutex_unlock(&engine->lock);
}

void ch_engine_on_failure(ChEngine *engine, void (*failed)(gpointer data), gpointer data)
{
    g_mutex_lock(&engine->lock);
    engine->failed = failed;
    engine->failed_data = data;
    gboolean already = engine->failure != NULL;
    g_mutex_unlock(&engine->lock);
    if (already)
        failed(data);
}

gboolean ch_engine_call(ChEngine *engine, ChCall call, gpointer data, GError **error)
{
    ChPosted posted = {.call = call, .data = data};
    g_mutex_lock(&engine->lock);
    g_queue_push_tail(&engine->calls, &posted);
    g_cond_signal(&engine->work);
    while (!posted.done && (posted.taken || (!engine->failure && !engine->stopping)))
        g_cond_wait(&engine->progress, &engine->lock);
    if (!posted.done) {
        g_queue_remove(&engine->calls,
                       &posted); /* the writer never starts a call once it has failed or stops */
        if (engine->failure)
            posted.error = g_error_copy(engine->failure);
        else
            g_set_error(&posted.error, CH_ERROR, CH_ERROR_CANCELLED, "the desk is shutting down");
    }
    g_mutex_unlock(&engine->lock);
    if (!posted.error)
        return TRUE;
    g_propagate_error(error, posted.error);
    return FALSE;
}
