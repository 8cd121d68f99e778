/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sink that sources hand their mail to: back-pressure, and what of it is kept (P1). See fetch/source.h.
 */
#include "engine/engine_private.h"

#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"

void ch_folder_free(ChFolder *folder)
{
    g_array_unref(folder->kept);
    g_free(folder);
}

/* With the lock held. Mails from no mailbox are counted together, under NULL. */
static ChFolder *folder_of(ChEngine *engine, const char *mailbox, const char *name)
{
    g_autofree char *key = mailbox ? g_strdup_printf("%s/%s", mailbox, name) : g_strdup("");
    ChFolder *folder = g_hash_table_lookup(engine->folders, key);
    if (!folder) {
        folder = g_new0(ChFolder, 1);
        folder->kept = g_array_new(FALSE, FALSE, sizeof(guint32));
        g_hash_table_insert(engine->folders, g_steal_pointer(&key), folder);
    }
    return folder;
}

/* With the lock held: FALSE with the error where the writer takes nothing more. */
static gboolean is_running(ChEngine *engine, GError **error)
{
    if (engine->failure)
        g_propagate_error(error, g_error_copy(engine->failure));
    else if (engine->stopping)
        g_set_error(error, CH_ERROR, CH_ERROR_CANCELLED, "the desk is shutting down");
    return !engine->failure && !engine->stopping;
}

static gboolean wait_until_committed(ChEngine *engine, ChFolder *folder, GError **error)
{
    while (folder->waiting && !engine->failure && !engine->stopping)
        g_cond_wait(&engine->progress, &engine->lock);
    return is_running(engine, error);
}

typedef struct {
    const char *mailbox, *folder;
    guint32 uidvalidity, highest;
    gint64 id;
    GArray *unacted, *again;
} Position;

static gboolean read_position(ChStore *store, gpointer data, GError **error)
{
    Position *position = data;
    return ch_store_folder(store, position->mailbox, position->folder, position->uidvalidity, &position->id,
                           &position->highest, &position->unacted, &position->again, error);
}

static gboolean sink_position(gpointer data, const char *mailbox, const char *folder, guint32 uidvalidity,
                              guint32 *highest, GArray **unacted, GArray **again, GError **error)
{
    ChEngine *engine = data;
    g_mutex_lock(&engine->lock);
    ChFolder *own = folder_of(engine, mailbox, folder);
    gboolean good = wait_until_committed(engine, own, error); /* of a connection that broke */
    g_array_set_size(own->kept, 0);                           /* they stand in the database as unacted */
    g_mutex_unlock(&engine->lock);
    Position position = {.mailbox = mailbox, .folder = folder, .uidvalidity = uidvalidity};
    if (!good || !ch_engine_call(engine, read_position, &position, error))
        return FALSE;
    g_mutex_lock(&engine->lock);
    own->id = position.id;
    g_mutex_unlock(&engine->lock);
    *highest = position.highest;
    *unacted = position.unacted;
    *again = position.again;
    return TRUE;
}

static gboolean sink_take(gpointer data, ChIncoming *incoming, GError **error)
{
    ChEngine *engine = data;
    ChJob *job = g_new0(ChJob, 1);
    job->incoming = incoming;
    job->size = g_bytes_get_size(incoming->raw);
    gsize room = engine->desk->config->limits.memory_bytes;
    g_mutex_lock(&engine->lock);
    /* One mail always gets in, however large: fetch has its own limit. */
    while (engine->in_flight && engine->in_flight + job->size > room && !engine->failure && !engine->stopping)
        g_cond_wait(&engine->progress, &engine->lock);
    gboolean good = is_running(engine, error);
    if (good) {
        job->folder = folder_of(engine, incoming->mailbox, incoming->folder);
        job->folder->waiting++;
        engine->in_flight += job->size;
        engine->jobs++;
        g_queue_push_tail(&engine->intake, job);
        ch_job_push(engine, job);
    } else {
        ch_job_free(job);
    }
    g_mutex_unlock(&engine->lock);
    ch_seam("taken");
    return good;
}

static GArray *sink_kept(gpointer data, const char *mailbox, const char *folder, gboolean wait,
                         GError **error)
{
    ChEngine *engine = data;
    GArray *result = NULL;
    g_mutex_lock(&engine->lock);
    ChFolder *own = folder_of(engine, mailbox, folder);
    gboolean good = wait ? wait_until_committed(engine, own, error) : is_running(engine, error);
    if (good) {
        result = own->kept;
        own->kept = g_array_new(FALSE, FALSE, sizeof(guint32));
    }
    g_mutex_unlock(&engine->lock);
    return result;
}

typedef struct {
    gint64 folder;
    const GArray *uids;
    guint32 failed;
} Uids;

static gboolean record_done(ChStore *store, gpointer data, GError **error)
{
    const Uids *uids = data;
    for (guint i = 0; i < uids->uids->len; i++)
        if (!ch_store_uid_done(store, uids->folder, g_array_index(uids->uids, guint32, i), error))
            return FALSE;
    return TRUE;
}

static gboolean record_failed(ChStore *store, gpointer data, GError **error)
{
    const Uids *uids = data;
    return ch_store_uid_failed(store, uids->folder, uids->failed, error);
}

static gboolean sink_acted(gpointer data, const char *mailbox, const char *folder, guint32 uidvalidity,
                           const GArray *uids, GError **error)
{
    (void)uidvalidity; /* the folder's, since position was asked with it */
    ChEngine *engine = data;
    g_mutex_lock(&engine->lock);
    Uids done = {.folder = folder_of(engine, mailbox, folder)->id, .uids = uids};
    g_mutex_unlock(&engine->lock);
    return ch_engine_call(engine, record_done, &done, error);
}

static gboolean sink_unreadable(gpointer data, const char *mailbox, const char *folder, guint32 uidvalidity,
                                guint32 uid, const char *reason, GError **error)
{
    (void)uidvalidity;
    ChEngine *engine = data;
    g_autofree char *number = g_strdup_printf("%u", uid);
    ch_log(CH_LOG_WARNING, "unreadable", "mailbox", mailbox, "folder", folder, "uid", number, "why", reason,
           NULL);
    g_mutex_lock(&engine->lock);
    ChFolder *own = folder_of(engine, mailbox, folder);
    /* Recording it moves the folder's mark past the mails before it, so they must be kept first (P1). */
    gboolean good = wait_until_committed(engine, own, error);
    Uids failed = {.folder = own->id, .failed = uid};
    g_mutex_unlock(&engine->lock);
    return good && ch_engine_call(engine, record_failed, &failed, error);
}

void ch_sink_setup(ChEngine *engine)
{
    engine->sink = (ChSink){.data = engine,
                            .position = sink_position,
                            .take = sink_take,
                            .kept = sink_kept,
                            .acted = sink_acted,
                            .unreadable = sink_unreadable};
}
