/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One FETCH command and its answer. Bodies stream into our own buffers through libetpan's handlers; which
 * mails to ask for, and what to do with them, is imap-scan.c's. */
#include "fetch/imap-fetch.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

#define LINE_BYTES  1024        /* more than the answer about one mail needs, its body aside */
#define STRAY_BYTES (16u << 20) /* what the server may say beside: flags that somebody changes */

/* The answer as it comes. libetpan's body handler is not told which mail it works for; the handler for the
 * finished FETCH response is, and its response is the one whose bytes came since the last. So neither the
 * order of the answer nor responses in between that nobody asked for can give a mail another one's bytes. */
typedef struct {
    ChImapWhat what;
    guint64 limit, total;
    const ChImapMail *wanted; /* NULL: everything */
    guint count, next;        /* next: the mail that probably comes now */
    GArray *mails;
    guint8 *bytes; /* of the mail in hand */
    gsize length, room;
    guint64 sum;
    gboolean over;
} Collector;

static void mail_clear(gpointer data)
{
    ChImapMail *mail = data;
    g_free(mail->bytes);
}

GArray *ch_imap_mails_new(void)
{
    GArray *mails = g_array_new(FALSE, TRUE, sizeof(ChImapMail));
    g_array_set_clear_func(mails, mail_clear);
    return mails;
}

static void reserve(Collector *collector, gsize more)
{
    gsize needed = collector->length + more;
    if (needed <= collector->room)
        return;
    gsize guess = 0;
    if (collector->length == 0 && collector->wanted && collector->next < collector->count)
        guess = MIN(collector->wanted[collector->next].size, collector->limit);
    collector->room = MAX(MAX(needed, guess), MIN(collector->room * 2, (gsize)collector->limit));
    collector->bytes = g_realloc(collector->bytes, collector->room);
}

static bool take_bytes(int type, struct mailimap_msg_att_body_section *section, const char *bytes,
                       size_t length, void *data)
{
    Collector *collector = data;
    (void)section;
    if (type != MAILIMAP_MSG_ATT_BODY_SECTION || collector->what <= CH_IMAP_SIZES)
        return true; /* nobody asked: let it pass, the stream's budget ends it */
    if (collector->what == CH_IMAP_HEADERS) {
        length = MIN(length, collector->limit - collector->length);
    } else if (collector->what == CH_IMAP_PROBES) {
        length = MIN(length, 1 - MIN(collector->length, 1));
    } else if (length > collector->limit - collector->length ||
               length > collector->limit + collector->total - collector->sum) {
        collector->over = TRUE; /* L3: the size was a lie */
        return false;
    }
    if (length == 0)
        return true;
    reserve(collector, length);
    memcpy(collector->bytes + collector->length, bytes, length);
    collector->length += length;
    collector->sum += length;
    return true;
}

static const ChImapMail *find_wanted(const Collector *collector, guint32 uid)
{
    guint low = 0, high = collector->count;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (collector->wanted[middle].uid < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < collector->count && collector->wanted[low].uid == uid ? &collector->wanted[low] : NULL;
}

static void read_item(const struct mailimap_msg_att_static *item, ChImapMail *mail)
{
    switch (item->att_type) {
    case MAILIMAP_MSG_ATT_UID:
        mail->uid = item->att_data.att_uid;
        break;
    case MAILIMAP_MSG_ATT_RFC822_SIZE:
        mail->has_size = TRUE;
        mail->size = item->att_data.att_rfc822_size;
        break;
    case MAILIMAP_MSG_ATT_BODY_SECTION: /* NULL is NIL; the bytes themselves went to take_bytes */
        mail->has_body = item->att_data.att_body_section->sec_body_part != NULL;
        break;
    default:
        break;
    }
}

static void take_response(struct mailimap_msg_att *response, void *data)
{
    Collector *collector = data;
    ChImapMail mail = {0};
    for (clistiter *at = clist_begin(response->att_list); at; at = clist_next(at)) {
        const struct mailimap_msg_att_item *item = clist_content(at);
        if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
            read_item(item->att_data.att_static, &mail);
    }
    guint8 *bytes = g_steal_pointer(&collector->bytes);
    mail.length = collector->length;
    mail.bytes = bytes && mail.length < collector->room ? g_realloc(bytes, mail.length) : bytes;
    collector->length = collector->room = 0;
    const ChImapMail *wanted = collector->wanted ? find_wanted(collector, mail.uid) : NULL;
    gboolean asked = mail.has_size || mail.has_body ||
                     (collector->what == CH_IMAP_UIDS && clist_count(response->att_list) == 1);
    /* No UID, or flags alone: somebody else's doing. */
    if (mail.uid == 0 || (collector->wanted && !wanted) || !asked) {
        collector->sum -= mail.length;
        g_free(mail.bytes);
        return;
    }
    if (wanted)
        collector->next = (guint)(wanted - collector->wanted) + 1;
    g_array_append_val(collector->mails, mail);
}

static int by_uid(gconstpointer a, gconstpointer b)
{
    guint32 left = ((const ChImapMail *)a)->uid, right = ((const ChImapMail *)b)->uid;
    return left < right ? -1 : left > right;
}

/* A server may say a mail's size and body in two responses, or say one twice: one entry a UID, what is known
 * of it put together. */
static void sort_and_merge(GArray *mails)
{
    g_array_sort(mails, by_uid); /* stable */
    guint kept = 0;
    for (guint i = 0; i < mails->len; i++) {
        ChImapMail *mail = &g_array_index(mails, ChImapMail, i);
        ChImapMail *last = kept ? &g_array_index(mails, ChImapMail, kept - 1) : NULL;
        if (!last || last->uid != mail->uid) {
            ChImapMail moved = *mail;
            memset(mail, 0, sizeof *mail);
            g_array_index(mails, ChImapMail, kept++) = moved;
            continue;
        }
        if (!last->has_size && mail->has_size) {
            last->has_size = TRUE;
            last->size = mail->size;
        }
        if (!last->has_body && mail->has_body) {
            last->has_body = TRUE;
            last->bytes = g_steal_pointer(&mail->bytes);
            last->length = mail->length;
        }
        g_clear_pointer(&mail->bytes, g_free);
    }
    g_array_set_size(mails, kept);
}

static void ignore_progress(size_t current, size_t maximum, void *context)
{
    (void)current, (void)maximum, (void)context;
}

static struct mailimap_fetch_type *what_to_ask(ChImapWhat what, guint64 limit)
{
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_uid());
    if (what == CH_IMAP_SIZES || what == CH_IMAP_PROBES)
        mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_rfc822_size());
    /* PEEK: \Seen is nobody's to set before the commit (P1, L1). */
    if (what == CH_IMAP_BODIES)
        mailimap_fetch_type_new_fetch_att_list_add(
            type, mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)));
    if (what == CH_IMAP_HEADERS)
        mailimap_fetch_type_new_fetch_att_list_add(
            type, mailimap_fetch_att_new_body_peek_section_partial(mailimap_section_new_header(), 0,
                                                                   (guint32)MIN(limit, G_MAXUINT32)));
    if (what == CH_IMAP_PROBES)
        mailimap_fetch_type_new_fetch_att_list_add(
            type, mailimap_fetch_att_new_body_peek_section_partial(mailimap_section_new(NULL),
                                                                   (guint32)MIN(limit, G_MAXUINT32), 1));
    return type;
}

/* Takes SET. */
static GArray *run(ChImapSession *session, struct mailimap_set *set, gboolean by_number, Collector *collector,
                   GError **error)
{
    mailimap *imap = session->imap;
    g_autoptr(GArray) mails = ch_imap_mails_new();
    collector->mails = mails;
    guint64 bodies = collector->what <= CH_IMAP_SIZES ? 0 : collector->limit + collector->total;
    ch_imap_prepare(session, STRAY_BYTES + bodies + (guint64)collector->count * LINE_BYTES);
    struct mailimap_fetch_type *type = what_to_ask(collector->what, collector->limit);
    clist *rest = NULL;
    mailimap_set_msg_body_handler(imap, take_bytes, collector);
    mailimap_set_msg_att_handler(imap, take_response, collector);
    /* libetpan calls the second handler only where there is a progress function. */
    mailimap_set_progress_callback(imap, ignore_progress, ignore_progress, NULL);
    int result =
        by_number ? mailimap_fetch(imap, set, type, &rest) : mailimap_uid_fetch(imap, set, type, &rest);
    mailimap_set_progress_callback(imap, NULL, NULL, NULL);
    mailimap_set_msg_att_handler(imap, NULL, NULL);
    mailimap_set_msg_body_handler(imap, NULL, NULL);
    mailimap_fetch_type_free(type);
    mailimap_set_free(set);
    if (result == MAILIMAP_NO_ERROR && rest)
        mailimap_fetch_list_free(rest);
    g_free(collector->bytes);
    if (collector->over) {
        ch_imap_error(session, error, CH_ERROR_LIMIT, "a mail is larger than the server said");
        return NULL;
    }
    /* A NO with some mails before it: somebody else deleted the others (RFC 2180 section 4.1). */
    gboolean refused = result == MAILIMAP_ERROR_FETCH || result == MAILIMAP_ERROR_UID_FETCH;
    session->incomplete = refused;
    if (!(refused && mails->len > 0) && !ch_imap_check(session, result, "fetching", error))
        return NULL;
    sort_and_merge(mails);
    return g_steal_pointer(&mails);
}

GArray *ch_imap_fetch_range(ChImapSession *session, guint32 first, guint32 last, GError **error)
{
    g_autoptr(GError) reason = NULL;
    Collector sizes = {.what = CH_IMAP_SIZES, .count = last - first + 1};
    g_autoptr(GArray) mails = run(session, mailimap_set_new_interval(first, last), TRUE, &sizes, &reason);
    if (!mails && !g_error_matches(reason, CH_ERROR, CH_ERROR_REFUSED)) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return NULL;
    }
    if (!session->incomplete)
        return g_steal_pointer(&mails);
    /* One mail that it can't read must not hide those after it (P12). */
    Collector uids = {.what = CH_IMAP_UIDS, .count = last - first + 1};
    return run(session, mailimap_set_new_interval(first, last), TRUE, &uids, error);
}

GArray *ch_imap_fetch(ChImapSession *session, const ChImapMail *wanted, guint count, ChImapWhat what,
                      guint64 limit, guint64 total, GError **error)
{
    g_autofree guint32 *uids = g_new(guint32, count);
    for (guint i = 0; i < count; i++)
        uids[i] = wanted[i].uid;
    Collector collector = {.what = what, .limit = limit, .total = total, .wanted = wanted, .count = count};
    return run(session, ch_imap_set(uids, count), FALSE, &collector, error);
}

ChImapMail *ch_imap_find(const GArray *mails, guint32 uid)
{
    ChImapMail key = {.uid = uid};
    return mails->len ? bsearch(&key, mails->data, mails->len, sizeof key, by_uid) : NULL;
}

struct mailimap_set *ch_imap_set(const guint32 *uids, guint count)
{
    struct mailimap_set *set = mailimap_set_new_empty();
    for (guint i = 0; i < count;) {
        guint end = i;
        while (end + 1 < count && uids[end + 1] == uids[end] + 1)
            end++;
        mailimap_set_add_interval(set, uids[i], uids[end]);
        i = end + 1;
    }
    return set;
}
