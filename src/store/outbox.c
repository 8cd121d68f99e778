/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: mails queued in the transaction that causes them (P4), with bytes that never change (P5). */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#define CLAIM_BYTES (16u << 20)

gint64 ch_store_next_serial(ChStore *store, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_NEXT_ID);
    gboolean any;
    return ch_step(&row, &any, error) ? ch_int(&row, 0) : 0;
}

gboolean ch_store_queue(ChStore *store, const ChQueued *queued, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_INSERT);
    ch_bind_int(&row, ":id", queued->serial);
    ch_bind_id(&row, ":ticket", queued->ticket);
    ch_bind_id(&row, ":entry", queued->entry);
    ch_bind_text(&row, ":template", queued->template);
    ch_bind_text(&row, ":envelope_from", queued->envelope_from);
    ch_bind_text(&row, ":recipient", queued->recipient);
    ch_bind_text(&row, ":message_id", queued->message_id);
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_int(&row, ":next", ch_clock_now() + queued->delay);
    ch_bind_id(&row, ":question", queued->question);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    g_autoptr(GBytes) packed = ch_store_pack(queued->bytes);
    g_autofree char *gaps = ch_gaps_write(queued->gaps);
    CH_ROW bytes = ch_row(store, CH_QUERY_OUTBOX_BYTES_INSERT);
    ch_bind_text(&bytes, ":gaps", gaps);
    ch_bind_id(&bytes, ":mail", queued->mail);
    ch_bind_int(&bytes, ":id", queued->serial);
    ch_bind_bytes(&bytes, ":bytes", packed);
    return ch_step(&bytes, NULL, error);
}

void ch_stored_free(ChStored *stored)
{
    if (!stored)
        return;
    g_clear_pointer(&stored->bytes, g_bytes_unref);
    g_clear_pointer(&stored->gaps, g_ptr_array_unref);
    g_clear_pointer(&stored->raw, g_bytes_unref);
    g_clear_pointer(&stored->digests, g_ptr_array_unref);
    g_free(stored);
}

void ch_due_free(ChDue *due)
{
    if (!due)
        return;
    g_free(due->envelope_from);
    g_free(due->recipient);
    ch_stored_free(due->stored);
    g_free(due);
}

void ch_outbox_row_free(ChOutboxRow *row)
{
    if (!row)
        return;
    g_free(row->recipient);
    g_free(row->envelope_from);
    g_free(row->template);
    g_free(row->message_id);
    g_free(row->reply_text);
    g_free(row);
}

static ChOutboxRow *read_row(ChRow *row)
{
    ChOutboxRow *result = g_new0(ChOutboxRow, 1);
    g_autofree char *state = ch_text(row, 1);
    result->id = ch_int(row, 0);
    ch_outbox_state_parse(state, &result->state);
    result->attempts = (guint)ch_int(row, 2);
    result->created_at = ch_int(row, 3);
    result->next_at = ch_int(row, 4);
    result->done_at = ch_int(row, 5);
    result->recipient = ch_text(row, 6);
    result->envelope_from = ch_text(row, 7);
    result->template = ch_text(row, 8);
    result->ticket = ch_int(row, 9);
    result->message_id = ch_text(row, 10);
    result->reply_code = (int)ch_int(row, 11);
    result->reply_text = ch_text(row, 12);
    result->question = ch_int(row, 13);
    result->erased = result->question && !ch_int(row, 14);
    return result;
}

ChOutboxRow *ch_store_outbox_get(ChStore *store, gint64 id, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_GET);
    gboolean any;
    ch_bind_int(&row, ":id", id);
    if (!ch_step(&row, &any, error))
        return NULL;
    if (any)
        return read_row(&row);
    g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "there is no mail %" G_GINT64_FORMAT " in the outbox",
                id);
    return NULL;
}

GPtrArray *ch_store_outbox(ChStore *store, gboolean all, guint limit, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_outbox_row_free);
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_LIST);
    ch_bind_int(&row, ":all", all != 0);
    ch_bind_int(&row, ":limit", limit);
    while (ch_next(&row, error)) {
        g_ptr_array_add(list, read_row(&row));
    }
    return row.failed ? NULL : g_steal_pointer(&list);
}

gboolean ch_db_sent(ChStore *store, gint64 id, GPtrArray *sent, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_SENT);
    gboolean any;
    ch_bind_int(&row, ":id", id);
    if (!ch_step(&row, &any, error))
        return FALSE;
    /* They only help to find a quote: damaged ones cost the mail that answers them nothing. */
    GBytes *bytes = any ? ch_unpack(sqlite3_column_blob(row.statement, 0),
                                    (gsize)sqlite3_column_bytes(row.statement, 0), NULL)
                        : NULL;
    if (bytes)
        g_ptr_array_add(sent, bytes);
    return TRUE;
}

static ChStored *read_stored(ChStore *store, gint64 id, gint64 *mail, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_BYTES);
    gboolean any;
    ch_bind_int(&row, ":id", id);
    if (!ch_step(&row, &any, error))
        return NULL;
    if (!any) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND,
                    "the bytes of outbox mail %" G_GINT64_FORMAT " are not stored", id);
        return NULL;
    }
    g_autoptr(ChStored) stored = g_new0(ChStored, 1);
    stored->bytes = ch_unpack(sqlite3_column_blob(row.statement, 0),
                              (gsize)sqlite3_column_bytes(row.statement, 0), error);
    if (!stored->bytes)
        return NULL;
    g_autofree char *gaps = ch_text(&row, 1);
    stored->gaps = ch_gaps_read(gaps);
    *mail = ch_int(&row, 2);
    if (stored->gaps)
        return g_steal_pointer(&stored);
    g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "outbox mail %" G_GINT64_FORMAT ": its gaps can't be read",
                id);
    return NULL;
}

static gboolean has_bytes(const ChOutboxRow *row, GError **error)
{
    if (!row->erased)
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_USAGE,
                "outbox mail %" G_GINT64_FORMAT " is %s, and its bytes were erased, since they held a secret",
                row->id, ch_outbox_state_name(row->state));
    return FALSE;
}

static gboolean read_digests(ChStore *store, gint64 mail, ChStored *stored, GError **error)
{
    stored->digests = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < stored->gaps->len; i++) {
        const char *part = ((const ChGap *)g_ptr_array_index(stored->gaps, i))->part;
        CH_ROW row = ch_row(store, CH_QUERY_ATTACHMENT_DIGEST);
        gboolean any;
        ch_bind_int(&row, ":mail", mail);
        ch_bind_text(&row, ":part", part);
        if (!ch_step(&row, &any, error))
            return FALSE;
        if (!any) {
            g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "mail %" G_GINT64_FORMAT " has no file at part %s",
                        mail, part);
            return FALSE;
        }
        g_ptr_array_add(stored->digests, ch_text(&row, 0));
    }
    return TRUE;
}

ChStored *ch_store_outbox_bytes(ChStore *store, gint64 id, GError **error)
{
    gint64 mail = 0;
    g_autoptr(ChOutboxRow) row = ch_store_outbox_get(store, id, error);
    if (!row || !has_bytes(row, error))
        return NULL;
    g_autoptr(ChStored) stored = read_stored(store, id, &mail, error);
    if (!stored || !mail)
        return g_steal_pointer(&stored);
    g_autoptr(ChIncoming) incoming = ch_store_incoming(store, mail, error);
    if (!incoming)
        return NULL;
    stored->raw = g_bytes_ref(incoming->raw);
    return read_digests(store, mail, stored, error) ? g_steal_pointer(&stored) : NULL;
}

/* The one place where an outbox row gets a state. */
static gboolean set_state(ChStore *store, const ChOutboxRow *now, ChOutboxState state, guint attempts,
                          gint64 next, int code, const char *text, GError **error)
{
    if (!ch_outbox_state_may(now->state, state)) {
        g_set_error(error, CH_ERROR, CH_ERROR_USAGE,
                    "outbox mail %" G_GINT64_FORMAT " is %s and can't become %s", now->id,
                    ch_outbox_state_name(now->state), ch_outbox_state_name(state));
        return FALSE;
    }
    gboolean done = state == CH_OUTBOX_SENT || state == CH_OUTBOX_FAILED || state == CH_OUTBOX_DROPPED;
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_SET_STATE);
    ch_bind_text(&row, ":state", ch_outbox_state_name(state));
    ch_bind_int(&row, ":attempts", attempts);
    ch_bind_int(&row, ":next", next);
    ch_bind_id(&row, ":done", done ? ch_clock_now() : 0);
    ch_bind_int(&row, ":code", code);
    ch_bind_text(&row, ":text", text);
    ch_bind_int(&row, ":id", now->id);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    /* A question's link opens an account: once it left, or never will, nobody may read it here. */
    return !done || !now->question || ch_run_id(store, CH_QUERY_OUTBOX_BYTES_DELETE, ":id", now->id, error);
}

static GPtrArray *read_due(ChStore *store, guint limit, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_due_free);
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_DUE);
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_int(&row, ":limit", limit);
    while (ch_next(&row, error)) {
        ChDue *due = g_new0(ChDue, 1);
        g_autofree char *state = ch_text(&row, 4);
        due->id = ch_int(&row, 0);
        due->envelope_from = ch_text(&row, 1);
        due->recipient = ch_text(&row, 2);
        due->attempts = (guint)ch_int(&row, 3);
        due->uncertain = g_str_equal(state, ch_outbox_state_name(CH_OUTBOX_SENDING));
        due->ticket = ch_int(&row, 5);
        due->queued_at = ch_int(&row, 6);
        g_ptr_array_add(list, due);
    }
    return row.failed ? NULL : g_steal_pointer(&list);
}

static gboolean fail(ChStore *store, const ChOutboxRow *row, guint attempts, int code, const char *text,
                     GError **error)
{
    g_autofree char *detail =
        g_strdup_printf("%s to %s: %s", row->template, row->recipient, text ? text : "no answer");
    return set_state(store, row, CH_OUTBOX_FAILED, attempts, row->next_at, code, text, error) &&
           ch_store_log(store, row->ticket, 0, "desk", "delivery-failed", detail, error);
}

/* Marks DUE as being sent and reads its bytes. They may be damaged, in our hands or those of the disk: then
 * this mail fails alone (P12), and due->stored is NULL. */
static gboolean claim_one(ChStore *store, ChDue *due, GError **error)
{
    g_autoptr(ChOutboxRow) row = ch_store_outbox_get(store, due->id, error);
    if (!row || !set_state(store, row, CH_OUTBOX_SENDING, row->attempts + 1, row->next_at, row->reply_code,
                           row->reply_text, error))
        return FALSE;
    g_autoptr(GError) fault = NULL;
    due->stored = ch_store_outbox_bytes(store, due->id, &fault);
    if (due->stored)
        return TRUE;
    if (ch_error_is_temporary(fault)) {
        g_propagate_error(error, g_steal_pointer(&fault));
        return FALSE;
    }
    row->state = CH_OUTBOX_SENDING;
    return fail(store, row, row->attempts + 1, 0, fault->message, error);
}

static gsize size_of(const ChStored *stored)
{
    /* raw is held, and filled in */
    return g_bytes_get_size(stored->bytes) + (stored->raw ? 2 * g_bytes_get_size(stored->raw) : 0);
}

/* Claims out of LIST, and leaves in it what was claimed. */
static gboolean claim(ChStore *store, GPtrArray *list, GError **error)
{
    gsize total = 0;
    for (guint i = 0; i < list->len;) {
        ChDue *due = g_ptr_array_index(list, i);
        if (total > CLAIM_BYTES) { /* the rest comes next time */
            g_ptr_array_set_size(list, (gint)i);
            break;
        }
        if (!claim_one(store, due, error))
            return FALSE;
        if (!due->stored) {
            g_ptr_array_remove_index(list, i);
            continue;
        }
        total += size_of(due->stored);
        i++;
    }
    return TRUE;
}

GPtrArray *ch_store_claim(ChStore *store, guint limit, GError **error)
{
    for (;;) {
        g_autoptr(GPtrArray) list = read_due(store, limit, error);
        guint found = list ? list->len : 0;
        if (!list || !claim(store, list, error))
            return NULL;
        if (list->len || !found) /* else all of them failed: the next ones */
            return g_steal_pointer(&list);
    }
}

gboolean ch_store_outbox_mend(ChStore *store, gint64 now, gint64 latest, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_MEND);
    ch_bind_int(&row, ":now", now);
    ch_bind_int(&row, ":latest", latest);
    return ch_step(&row, NULL, error);
}

gint64 ch_store_next_due(ChStore *store, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_NEXT_DUE);
    gboolean any;
    return ch_step(&row, &any, error) ? ch_int(&row, 0) : 0;
}

gboolean ch_store_delivered(ChStore *store, gint64 id, ChDeliveryResult result, guint wait, int code,
                            const char *text, gboolean *failed, GError **error)
{
    g_autoptr(ChOutboxRow) row = ch_store_outbox_get(store, id, error);
    gboolean none;
    failed = failed ? failed : &none;
    *failed = FALSE;
    if (!row)
        return FALSE;
    gboolean good = TRUE;
    if (row->state != CH_OUTBOX_SENDING && !(row->state == CH_OUTBOX_QUEUED && result == CH_DELIVERY_SENT))
        ; /* an admin dropped or requeued it meanwhile: their word counts */
    else if (result == CH_DELIVERY_SENT)
        good = set_state(store, row, CH_OUTBOX_SENT, row->attempts, row->next_at, code, text, error);
    else if (result == CH_DELIVERY_RETRY && wait)
        good =
            set_state(store, row, CH_OUTBOX_QUEUED, row->attempts, ch_clock_now() + wait, code, text, error);
    else
        *failed = good = fail(store, row, row->attempts, code, text, error);
    return good;
}

gboolean ch_db_drop_question(ChStore *store, gint64 question, GError **error)
{
    CH_ROW mails = ch_row(store, CH_QUERY_OUTBOX_OF_QUESTION);
    ch_bind_int(&mails, ":question", question);
    g_autoptr(GArray) ids = ch_ids(&mails, error);
    for (guint i = 0; ids && i < ids->len; i++) {
        g_autoptr(ChOutboxRow) row = ch_store_outbox_get(store, g_array_index(ids, gint64, i), error);
        if (!row || (!row->erased && !set_state(store, row, CH_OUTBOX_DROPPED, row->attempts, row->next_at,
                                                row->reply_code, row->reply_text, error)))
            return FALSE;
    }
    return ids != NULL;
}

gboolean ch_store_outbox_set(ChStore *store, gint64 id, ChOutboxState state, GError **error)
{
    g_autoptr(ChOutboxRow) row = ch_store_outbox_get(store, id, error);
    gboolean good =
        row && (state != CH_OUTBOX_QUEUED || has_bytes(row, error)) &&
        set_state(store, row, state, row->attempts, ch_clock_now(), row->reply_code, row->reply_text, error);
    if (good) {
        g_autofree char *detail = g_strdup_printf("%s to %s: %s by an admin", row->template, row->recipient,
                                                  ch_outbox_state_name(state));
        good = ch_store_log(store, row->ticket, 0, "desk", "queue", detail, error);
    }
    return good;
}
