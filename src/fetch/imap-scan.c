/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding what is new in a folder of any size with an answer of bounded length: by sequence numbers, whose
 * order is that of the UIDs (RFC 3501 section 2.3.1.1). Fetching the mails is imap-take.c's. */
#include "base/error.h"
#include "fetch/imap-private.h"

#define LOST_MAX 5 /* times that the place is looked for without a mail to show for it */

/* Where the mail in hand stands: NEXT is a guess, checked by each answer. */
typedef struct {
    guint32 next; /* the first sequence number with a UID over last */
    guint lost;
} Place;

/* TRUE with *UID 0 where the mail is gone. */
static gboolean uid_at(ChImapSource *self, guint32 number, guint32 *uid, GError **error)
{
    g_autoptr(GArray) mails = ch_imap_fetch_range(self->session, number, number, error);
    if (!mails)
        return FALSE;
    *uid = mails->len ? g_array_index(mails, ChImapMail, 0).uid : 0;
    return TRUE;
}

/* Binary search; the first mail first, for a desk that moves its mail away has only new ones. */
static gboolean find_place(ChImapSource *self, guint32 last, guint32 exists, guint32 *next, GError **error)
{
    guint32 low = 1, high = exists + 1, probe = 1;
    while (low < high) {
        guint32 uid = 0;
        if (ch_imap_is_cancelled(self, error) || !uid_at(self, probe, &uid, error))
            return FALSE;
        if (uid == 0)
            break; /* somebody deletes: LOW is early enough, only slower */
        if (uid > last)
            high = probe;
        else
            low = probe + 1;
        probe = low + (high - low) / 2;
    }
    *next = low;
    return TRUE;
}

static gboolean is_new(const ChImapMail *mail, guint32 last, GHashTable *skip)
{
    return mail->uid > last && !g_hash_table_contains(skip, GUINT_TO_POINTER(mail->uid));
}

static gboolean take_window(ChImapSource *self, const GArray *window, guint32 *last, GHashTable *skip,
                            GError **error)
{
    g_autoptr(GArray) mails = ch_imap_mails_new();
    for (guint i = 0; i < window->len; i++) {
        const ChImapMail *mail = &g_array_index(window, ChImapMail, i);
        if (is_new(mail, *last, skip)) {
            ChImapMail copy = {.uid = mail->uid, .has_size = mail->has_size, .size = mail->size};
            g_array_append_val(mails, copy);
        }
    }
    self->removed = 0;
    if (!ch_imap_take(self, (const ChImapMail *)mails->data, mails->len, error))
        return FALSE;
    *last = g_array_index(window, ChImapMail, window->len - 1).uid;
    return TRUE;
}

static gboolean give_up(ChImapSource *self, Place *place, GError **error)
{
    if (++place->lost <= LOST_MAX)
        return FALSE;
    ch_imap_error(self->session, error, CH_ERROR_PROTOCOL, "the server's sequence numbers make no sense");
    return TRUE;
}

/* The mails from before PLACE to a batch after it. *WINDOW is NULL where the server refused: mails went away
 * meanwhile, and NOOP lets it say so. */
static gboolean fetch_window(ChImapSource *self, guint32 first, guint32 end, GArray **window, GError **error)
{
    g_autoptr(GError) reason = NULL;
    *window = ch_imap_fetch_range(self->session, first, end, &reason);
    if (*window)
        return TRUE;
    if (!g_error_matches(reason, CH_ERROR, CH_ERROR_REFUSED)) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    ch_imap_prepare(self->session, 0);
    return ch_imap_check(self->session, mailimap_noop(self->session->imap), "looking around", error);
}

gboolean ch_imap_take_new(ChImapSource *self, guint32 *last, GHashTable *skip, GError **error)
{
    /* Most passes find nothing: then the last mail's UID says so at once. */
    Place place = {.next = *last ? ch_imap_exists(self->session) + 1 : 1};
    for (;;) {
        guint32 exists = ch_imap_exists(self->session);
        if (ch_imap_is_cancelled(self, error))
            return FALSE;
        if (exists == 0)
            break;
        if (place.next == 0 && !find_place(self, *last, exists, &place.next, error))
            return FALSE;
        /* The one before shows that nothing was jumped over. */
        guint32 first = CLAMP(place.next, 2, exists + 1) - 1;
        guint32 end = MIN(MAX(place.next, first) - 1 + MAX(self->limits->batch_mails, 1), exists);
        g_autoptr(GArray) window = NULL;
        if (!fetch_window(self, first, end, &window, error))
            return FALSE;
        gboolean jumped =
            first > 1 && (!window || !window->len || g_array_index(window, ChImapMail, 0).uid > *last);
        if (!window || jumped) {
            if (give_up(self, &place, error))
                return FALSE;
            place.next = 0;
            continue;
        }
        gboolean news = window->len > 0 && g_array_index(window, ChImapMail, window->len - 1).uid > *last;
        if (!news && end == exists && ch_imap_exists(self->session) <= exists)
            break;
        guint taken = self->taken;
        if (news && !take_window(self, window, last, skip, error))
            return FALSE;
        place.next = end + 1 - (news ? MIN(self->removed, end) : 0);
        if (self->taken != taken)
            place.lost = 0;
    }
    self->settled = ch_imap_exists(self->session);
    return TRUE;
}
