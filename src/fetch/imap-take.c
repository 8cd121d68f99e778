/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From UIDs and sizes to mails in the sink: in batches, the large ones by their headers alone, and the ones
 * that the server can't give set aside. Which UIDs those are is imap-scan.c's business. */
#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"
#include "fetch/imap-private.h"

static gboolean take_batch(ChImapSource *self, const ChImapMail *wanted, guint count, GError **error);

/* Takes the bytes out of MAIL. */
static gboolean hand_over(ChImapSource *self, ChImapMail *mail, guint64 size, gboolean truncated,
                          GError **error)
{
    const ChSink *sink = self->base.sink;
    g_autoptr(GBytes) raw = g_bytes_new_take(g_steal_pointer(&mail->bytes), mail->length);
    g_autofree char *source = g_strdup_printf("%s/%s", self->config->name, self->folder);
    ChIncoming *incoming = ch_incoming_new(raw, source);
    incoming->mailbox = g_strdup(self->config->name);
    incoming->folder = g_strdup(self->folder);
    incoming->uidvalidity = self->uidvalidity;
    incoming->uid = mail->uid;
    incoming->truncated = truncated;
    if (truncated) {
        incoming->server_size = size;
        g_hash_table_add(self->bodiless, GUINT_TO_POINTER(mail->uid));
    }
    self->taken++;
    ch_seam("fetched");
    return sink->take(sink->data, incoming, error);
}

static gboolean set_aside(ChImapSource *self, guint32 uid, const char *reason, GError **error)
{
    const ChSink *sink = self->base.sink;
    return sink->unreadable(sink->data, self->config->name, self->folder, self->uidvalidity, uid, reason,
                            error);
}

/* The server answered, but not with this mail. */
static gboolean look_for_missing(ChImapSource *self, const ChImapMail *wanted, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GArray) there = ch_imap_fetch(self->session, wanted, 1, CH_IMAP_SIZES, 0, 0, &reason);
    if (!there && !g_error_matches(reason, CH_ERROR, CH_ERROR_REFUSED)) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    if (!there || there->len > 0) /* if it is gone after all, a later pass sees it */
        return set_aside(self, wanted->uid,
                         there ? "the server has it and does not give it" : reason->message, error);
    g_autofree char *uid = g_strdup_printf("%u", wanted->uid);
    ch_log(CH_LOG_INFO, "mail-vanished", "mailbox", self->config->name, "folder", self->folder, "uid", uid,
           NULL);
    return TRUE;
}

/* WHAT of the mail or mails, on a new connection where one of them broke the old (TRIES times). NULL with
 * CH_ERROR_LIMIT or CH_ERROR_REFUSED and a connection that works; or with *LOST where none does; or with
 * another error and a connection that works, after the last try. */
static GArray *fetch(ChImapSource *self, const ChImapMail *wanted, guint count, ChImapWhat what, guint tries,
                     gboolean *lost, GError **error)
{
    gboolean header = what == CH_IMAP_HEADERS;
    guint64 limit = header ? self->limits->header_bytes : self->limits->mail_bytes;
    *lost = FALSE;
    for (;;) {
        g_autoptr(GError) reason = NULL;
        GArray *mails = ch_imap_fetch(self->session, wanted, count, what, limit,
                                      header ? 0 : self->limits->batch_bytes, &reason);
        if (mails)
            return mails;
        gboolean refused = g_error_matches(reason, CH_ERROR, CH_ERROR_REFUSED);
        gboolean over = g_error_matches(reason, CH_ERROR, CH_ERROR_LIMIT);
        if (!refused && !ch_imap_rescue(self, g_error_copy(reason), error)) {
            *lost = TRUE;
            return NULL;
        }
        if (refused || over || --tries == 0) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return NULL;
        }
    }
}

/* L3: a mail over the limit, by what the server said or by what came. */
static gboolean take_header(ChImapSource *self, const ChImapMail *wanted, GError **error)
{
    gboolean lost = FALSE;
    g_autoptr(GError) reason = NULL;
    g_autoptr(GArray) mails = fetch(self, wanted, 1, CH_IMAP_HEADERS, CH_IMAP_TRIES, &lost, &reason);
    if (lost) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    if (!mails)
        return set_aside(self, wanted->uid, reason->message, error);
    ChImapMail *mail = ch_imap_find(mails, wanted->uid);
    if (!mail || mail->length == 0)
        return look_for_missing(self, wanted, error);
    return hand_over(self, mail, MAX(wanted->size, self->limits->mail_bytes + 1), TRUE, error);
}

static gboolean take_one_by_one(ChImapSource *self, const ChImapMail *wanted, guint count, GError **error)
{
    for (guint i = 0; i < count; i++)
        if (ch_imap_is_cancelled(self, error) || !take_batch(self, &wanted[i], 1, error))
            return FALSE;
    return TRUE;
}

/* An empty mail is one that the server says is empty. */
static gboolean is_given(const ChImapMail *mail, const ChImapMail *wanted)
{
    return mail && mail->has_body && (mail->length > 0 || (wanted->has_size && wanted->size == 0));
}

static gboolean take_batch(ChImapSource *self, const ChImapMail *wanted, guint count, GError **error)
{
    if (count == 1 && wanted->size > self->limits->mail_bytes)
        return take_header(self, wanted, error);
    gboolean lost = FALSE;
    g_autoptr(GError) reason = NULL;
    g_autoptr(GArray) mails =
        fetch(self, wanted, count, CH_IMAP_BODIES, count > 1 ? 1 : CH_IMAP_TRIES, &lost, &reason);
    if (lost) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    if (!mails && count > 1) /* one of them is to blame */
        return take_one_by_one(self, wanted, count, error);
    if (!mails && g_error_matches(reason, CH_ERROR, CH_ERROR_LIMIT))
        return take_header(self, wanted, error);
    if (!mails)
        return set_aside(self, wanted->uid, reason->message, error);
    for (guint i = 0; i < count; i++) {
        ChImapMail *mail = ch_imap_find(mails, wanted[i].uid);
        gboolean good;
        if (is_given(mail, &wanted[i]))
            good = hand_over(self, mail, wanted[i].size, FALSE, error);
        else if (count > 1)
            good = take_batch(self, &wanted[i], 1, error);
        else
            good = look_for_missing(self, wanted, error);
        if (!good)
            return FALSE;
    }
    return TRUE;
}

/* How many of MAILS go into one command. A mail over the limit, or of unknown size, goes alone. */
static guint batch_length(const ChLimits *limits, const ChImapMail *mails, guint count)
{
    guint64 bytes = 0;
    guint length = 0;
    while (length < count && length < MAX(limits->batch_mails, 1)) {
        const ChImapMail *mail = &mails[length];
        gboolean alone = !mail->has_size || mail->size > limits->mail_bytes;
        if (length > 0 && (alone || bytes + mail->size > limits->batch_bytes))
            break;
        bytes += mail->size;
        length++;
        if (alone)
            break;
    }
    return length;
}

gboolean ch_imap_take(ChImapSource *self, const ChImapMail *mails, guint count, GError **error)
{
    while (count > 0) {
        guint length = batch_length(self->limits, mails, count);
        if (ch_imap_is_cancelled(self, error) || !take_batch(self, mails, length, error) ||
            !ch_imap_act_on_kept(self, FALSE, error))
            return FALSE;
        mails += length;
        count -= length;
    }
    return TRUE;
}
