/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One folder of one mailbox: the order of a pass. How new mail is found is in imap-scan.c, how it is fetched
 * in imap-take.c, how the server is told in imap-act.c, the connection in imap-session.c. */
#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"
#include "fetch/imap-act.h"
#include "fetch/imap-private.h"

#define RESCUES_MAX 5 /* broken connections that one pass survives */
#define ACT_AT_LEAST                                                                                         \
    2000              /* mails in one move, unless there are no more: bookkeeping holds the rest meanwhile */
#define ROUNDS_MAX 10 /* a pass does not run for ever where mail comes as fast as it is taken */

static void disconnect(ChImapSource *self)
{
    g_clear_pointer(&self->session, ch_imap_session_close);
}

gboolean ch_imap_is_cancelled(ChImapSource *self, GError **error)
{
    if (!self->cancel || !g_cancellable_is_cancelled(self->cancel))
        return FALSE;
    g_set_error(error, CH_ERROR, CH_ERROR_CANCELLED, "%s/%s: cancelled", self->config->name, self->folder);
    return TRUE;
}

static gboolean connect_anew(ChImapSource *self, GError **error)
{
    disconnect(self);
    self->session = ch_imap_session_open(self->config, self->folder, self->cancel, error);
    return self->session && ch_imap_session_select(self->session, error);
}

static gboolean open_folder(ChImapSource *self, GError **error)
{
    if (!self->session)
        return connect_anew(self, error);
    ch_imap_stream_set_cancel(self->session->stream, self->cancel);
    g_autoptr(GError) reason = NULL;
    if (ch_imap_session_select(self->session, &reason))
        return TRUE;
    /* A connection that waited long may have been closed meanwhile; that is no failure. */
    if (g_error_matches(reason, CH_ERROR, CH_ERROR_NETWORK) ||
        g_error_matches(reason, CH_ERROR, CH_ERROR_PROTOCOL))
        return connect_anew(self, error);
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
}

gboolean ch_imap_rescue(ChImapSource *self, GError *broken, GError **error)
{
    gboolean lost = broken->code == CH_ERROR_CANCELLED || ++self->rescues > RESCUES_MAX;
    if (lost) {
        g_propagate_error(error, broken);
        return FALSE;
    }
    ch_log(CH_LOG_WARNING, "imap-connection-replaced", "mailbox", self->config->name, "folder", self->folder,
           "reason", broken->message, NULL);
    g_error_free(broken);
    if (!connect_anew(self, error))
        return FALSE;
    if (self->session->uidvalidity == self->uidvalidity)
        return TRUE;
    ch_imap_error(self->session, error, CH_ERROR_PROTOCOL, "UIDVALIDITY changed during the pass");
    return FALSE;
}

static int by_number(gconstpointer a, gconstpointer b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;
    return left < right ? -1 : left > right;
}

/* Tells the server about UIDS, then the sink. Where the server refuses (a folder that can't be made), mail
 * still comes in: the pass goes on and fails at its end, and the UIDs stay unacted. */
static gboolean act(ChImapSource *self, GArray *uids, GError **error)
{
    const ChSink *sink = self->base.sink;
    if (uids->len == 0 || self->refused)
        return TRUE;
    g_array_sort(uids, by_number);
    ch_seam("before-act");
    guint removed = 0;
    g_autoptr(GError) reason = NULL;
    gboolean done = ch_imap_act(self->session, uids, self->bodiless, &removed, &reason);
    self->removed += removed;
    if (!done && (reason->code == CH_ERROR_REFUSED || reason->code == CH_ERROR_CONFIG)) {
        self->refused = g_steal_pointer(&reason);
        return TRUE;
    }
    if (!done) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    ch_seam("after-act");
    return sink->acted(sink->data, self->config->name, self->folder, self->uidvalidity, uids, error);
}

gboolean ch_imap_act_on_kept(ChImapSource *self, gboolean wait, GError **error)
{
    const ChSink *sink = self->base.sink;
    g_autoptr(GArray) kept = sink->kept(sink->data, self->config->name, self->folder, wait, error);
    if (!kept)
        return FALSE;
    g_array_append_vals(self->owed, kept->data, kept->len);
    if (!wait && self->owed->len < ACT_AT_LEAST)
        return TRUE;
    gboolean good = act(self, self->owed, error);
    g_array_set_size(self->owed, 0);
    return good;
}

/* Asks about the UIDs, ascending. CH_ERROR_REFUSED where the server says NO, be it after some of them: those
 * that are missing then may be there all the same. */
static GArray *ask(ChImapSource *self, const guint32 *uids, guint count, ChImapWhat what, GError **error)
{
    g_autoptr(GArray) wanted = ch_imap_mails_new();
    for (guint i = 0; i < count; i++) {
        ChImapMail mail = {.uid = uids[i]};
        g_array_append_val(wanted, mail);
    }
    g_autoptr(GArray) found = ch_imap_fetch(self->session, (const ChImapMail *)wanted->data, count, what,
                                            self->limits->mail_bytes, self->limits->batch_bytes, error);
    if (!found || !self->session->incomplete)
        return g_steal_pointer(&found);
    ch_imap_error(self->session, error, CH_ERROR_REFUSED, "the server gives only some of its mails");
    return NULL;
}

/* Which of the mails that are kept here have more there. Where the server does not say so, it counts as such.
 */
static gboolean find_bodiless(ChImapSource *self, const guint32 *uids, guint count, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GArray) found = ask(self, uids, count, CH_IMAP_PROBES, &reason);
    gboolean refused = g_error_matches(reason, CH_ERROR, CH_ERROR_REFUSED);
    if (!found && !refused) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    for (guint i = 0; refused && count > 1 && i < count; i++)
        if (!find_bodiless(self, &uids[i], 1, error))
            return FALSE;
    if (refused && count == 1)
        g_hash_table_add(self->bodiless, GUINT_TO_POINTER(uids[0]));
    for (guint i = 0; found && i < found->len; i++) {
        const ChImapMail *mail = &g_array_index(found, ChImapMail, i);
        if (mail->size > self->limits->mail_bytes || mail->length > 0)
            g_hash_table_add(self->bodiless, GUINT_TO_POINTER(mail->uid));
    }
    return TRUE;
}

static GArray *slice(const GArray *uids, guint start, guint count)
{
    GArray *some = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_append_vals(some, (const guint32 *)uids->data + start, count);
    return some;
}

/* What a crash left between the commit and the server. Whether a mail's body was too large is not known any
 * more, so it is asked again, and the size is not believed: P1. */
static gboolean finish_unacted(ChImapSource *self, GArray *uids, GError **error)
{
    g_array_sort(uids, by_number);
    guint batch = MAX(self->limits->batch_mails, 1);
    for (guint done = 0; done < uids->len && !self->refused; done += batch) {
        g_autoptr(GArray) some = slice(uids, done, MIN(batch, uids->len - done));
        if (ch_imap_is_cancelled(self, error))
            return FALSE;
        if (self->config->after == CH_AFTER_DELETE &&
            !find_bodiless(self, (const guint32 *)some->data, some->len, error))
            return FALSE;
        if (!act(self, some, error))
            return FALSE;
    }
    return TRUE;
}

/* SOME, in their order, which is that of how often they were tried; FOUND is what the server has of them. One
 * that breaks the connection does so twice: the others wait for a later pass before this one fails. */
static gboolean take_found(ChImapSource *self, const GArray *some, const GArray *found, GError **error)
{
    for (guint i = 0; i < some->len && self->rescues + CH_IMAP_TRIES <= RESCUES_MAX; i++) {
        const ChImapMail *mail = ch_imap_find(found, g_array_index(some, guint32, i));
        if (mail && !ch_imap_take(self, mail, 1, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean take_some_again(ChImapSource *self, const GArray *some, GError **error)
{
    const ChSink *sink = self->base.sink;
    g_autoptr(GError) reason = NULL;
    g_autoptr(GArray) gone = slice(some, 0, some->len);
    g_array_sort(gone, by_number);
    /* Not their sizes, for which a server must look into them. */
    g_autoptr(GArray) found = ask(self, (const guint32 *)gone->data, gone->len, CH_IMAP_UIDS, &reason);
    if (!found && g_error_matches(reason, CH_ERROR, CH_ERROR_REFUSED))
        return TRUE; /* nobody knows: at a later pass */
    if (!found)
        g_propagate_error(error, g_steal_pointer(&reason));
    if (!found || !take_found(self, some, found, error))
        return FALSE;
    /* Gone from the server: nothing is left to try, or to do there. */
    for (guint i = gone->len; i-- > 0;)
        if (ch_imap_find(found, g_array_index(gone, guint32, i)))
            g_array_remove_index(gone, i);
    return gone->len == 0 ||
           sink->acted(sink->data, self->config->name, self->folder, self->uidvalidity, gone, error);
}

/* Mails that could not be had before, after the new ones: a folder full of bad ones holds nothing up (P12).
 */
static gboolean take_again(ChImapSource *self, const GArray *uids, GError **error)
{
    guint batch = MAX(self->limits->batch_mails, 1);
    for (guint done = 0; done < uids->len && self->rescues + CH_IMAP_TRIES <= RESCUES_MAX; done += batch) {
        g_autoptr(GArray) some = slice(uids, done, MIN(batch, uids->len - done));
        if (!take_some_again(self, some, error))
            return FALSE;
    }
    return TRUE;
}

static void note_uidvalidity(ChImapSource *self)
{
    guint32 now = self->session->uidvalidity;
    if (self->uidvalidity && self->uidvalidity != now)
        ch_log(CH_LOG_WARNING, "uidvalidity-changed", "mailbox", self->config->name, "folder", self->folder,
               NULL);
    if (self->uidvalidity != now)
        g_hash_table_remove_all(self->bodiless);
    self->uidvalidity = now;
}

static gboolean run(ChImapSource *self, GError **error)
{
    const ChSink *sink = self->base.sink;
    /* A pass that broke may have left mails on their way to the disk: only when they are there does position
     * tell the truth; it then names them as unacted. */
    g_autoptr(GArray) late = sink->kept(sink->data, self->config->name, self->folder, TRUE, error);
    g_array_set_size(self->owed, 0);
    if (!late || !open_folder(self, error))
        return FALSE;
    note_uidvalidity(self);
    guint32 last = 0;
    g_autoptr(GArray) unacted = NULL;
    g_autoptr(GArray) again = NULL;
    if (!sink->position(sink->data, self->config->name, self->folder, self->uidvalidity, &last, &unacted,
                        &again, error) ||
        !finish_unacted(self, unacted, error))
        return FALSE;
    g_autoptr(GHashTable) skip = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < again->len; i++)
        g_hash_table_add(skip, GUINT_TO_POINTER(g_array_index(again, guint32, i)));
    if (!ch_imap_take_new(self, &last, skip, error) || !take_again(self, again, error))
        return FALSE;
    for (guint round = 0; round < ROUNDS_MAX; round++) {
        self->removed = 0;
        if (!ch_imap_act_on_kept(self, TRUE, error))
            return FALSE;
        if (self->removed == 0 && ch_imap_exists(self->session) == self->settled)
            break;
        if (!ch_imap_take_new(self, &last, skip, error))
            return FALSE;
    }
    return ch_imap_act_on_kept(self, TRUE, error);
}

static gboolean pass(ChSource *source, GCancellable *cancel, GError **error)
{
    ChImapSource *self = (ChImapSource *)source;
    self->cancel = cancel;
    self->rescues = 0;
    gboolean done = run(self, error);
    if (done && self->refused) {
        g_propagate_error(error, g_steal_pointer(&self->refused));
        done = FALSE;
    }
    g_clear_error(&self->refused);
    if (!done)
        disconnect(self);
    self->cancel = NULL;
    return done;
}

static gboolean wait_for_more(ChSource *source, GCancellable *cancel, GError **error)
{
    ChImapSource *self = (ChImapSource *)source;
    self->cancel = cancel;
    if (self->session)
        ch_imap_stream_set_cancel(self->session->stream, cancel);
    gboolean done = ch_imap_wait(self, error);
    if (!done)
        disconnect(self);
    self->cancel = NULL;
    return done;
}

static void imap_free(ChSource *source)
{
    ChImapSource *self = (ChImapSource *)source;
    disconnect(self);
    g_hash_table_unref(self->bodiless);
    g_array_unref(self->owed);
    g_free(self->folder);
    g_free(self);
}

ChSource *ch_source_imap_new(const ChMailboxConfig *config, const char *folder, const ChLimits *limits,
                             const ChSink *sink)
{
    static const ChSourceClass klass = {pass, wait_for_more, imap_free};
    ChImapSource *self = g_new0(ChImapSource, 1);
    self->base.klass = &klass;
    self->base.sink = sink;
    self->config = config;
    self->folder = g_strdup(folder);
    self->limits = limits;
    self->bodiless = g_hash_table_new(NULL, NULL);
    self->owed = g_array_new(FALSE, FALSE, sizeof(guint32));
    return &self->base;
}
