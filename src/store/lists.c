/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people and programs are shown of the desk, and the check that its sums balance. Reads only. */
#include "store/db.h"

#include "base/error.h"

static void ticket_row_free(ChTicketRow *row)
{
    g_free(row->department);
    g_free(row->requester);
    g_free(row->title);
    g_free(row->assignee);
    g_free(row);
}

/* The tickets of ROW, to its end. */
static GPtrArray *read_tickets(ChRow *row, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ticket_row_free);
    while (ch_next(row, error)) {
        ChTicketRow *ticket = g_new0(ChTicketRow, 1);
        g_autofree char *state = ch_text(row, 1);
        ticket->number = ch_int(row, 0);
        ch_ticket_state_parse(state, &ticket->state);
        ticket->department = ch_text(row, 2);
        ticket->requester = ch_text(row, 3);
        ticket->title = ch_text(row, 4);
        ticket->changed_at = ch_int(row, 5);
        g_autofree char *priority = ch_text(row, 6);
        ch_priority_parse(priority, &ticket->priority);
        ticket->assignee = ch_text_or_null(row, 7);
        g_ptr_array_add(list, ticket);
    }
    return row->failed ? NULL : g_steal_pointer(&list);
}

GPtrArray *ch_store_tickets(ChStore *store, gboolean all, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_LIST);
    ch_bind_int(&row, ":all", all != 0);
    ch_bind_int(&row, ":limit", limit);
    return read_tickets(&row, error);
}

GPtrArray *ch_store_tickets_of(ChStore *store, gint64 person, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_LIST_OF);
    ch_bind_int(&row, ":person", person);
    ch_bind_int(&row, ":limit", limit);
    return read_tickets(&row, error);
}

static void entry_row_free(ChEntryRow *entry)
{
    g_free(entry->kind);
    g_free(entry->role);
    g_free(entry->name);
    g_free(entry->address);
    g_free(entry->title);
    g_free(entry->text);
    g_free(entry->cuts);
    g_ptr_array_unref(entry->attachments);
    g_free(entry);
}

static void event_row_free(ChEventRow *event)
{
    g_free(event->actor);
    g_free(event->kind);
    g_free(event->detail);
    g_free(event);
}

void ch_ticket_view_free(ChTicketView *view)
{
    if (!view)
        return;
    g_free(view->title);
    g_free(view->department);
    g_free(view->requester_name);
    g_free(view->requester_address);
    g_clear_pointer(&view->merged, g_array_unref);
    g_clear_pointer(&view->watchers, g_ptr_array_unref);
    g_clear_pointer(&view->referred, g_ptr_array_unref);
    g_clear_pointer(&view->tags, g_ptr_array_unref);
    g_clear_pointer(&view->fields, g_ptr_array_unref);
    g_free(view->assignee);
    g_ptr_array_unref(view->entries);
    g_ptr_array_unref(view->events);
    g_free(view);
}

static gboolean read_attachments(ChStore *store, ChEntryRow *entry, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_ATTACHMENT_LIST);
    ch_bind_int(&row, ":mail", entry->mail);
    while (ch_next(&row, error)) {
        ChAttachment *attachment = g_new0(ChAttachment, 1);
        g_autofree char *digest = ch_text(&row, 4);
        attachment->part = ch_text(&row, 0);
        attachment->name = ch_text(&row, 1);
        attachment->type = ch_text(&row, 2);
        attachment->size = (guint64)ch_int(&row, 3);
        g_strlcpy(attachment->sha256, digest, sizeof attachment->sha256);
        attachment->is_inline = ch_int(&row, 5) != 0;
        attachment->accepted = ch_int(&row, 6) != 0;
        attachment->reason = ch_text(&row, 7);
        g_ptr_array_add(entry->attachments, attachment);
    }
    return !row.failed;
}

static gboolean read_entries(ChStore *store, ChTicketView *view, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_ENTRY_LIST);
    ch_bind_int(&row, ":ticket", view->number);
    while (ch_next(&row, error)) {
        ChEntryRow *entry = g_new0(ChEntryRow, 1);
        g_ptr_array_add(view->entries, entry);
        entry->id = ch_int(&row, 0);
        entry->mail = ch_int(&row, 1);
        entry->kind = ch_text(&row, 2);
        entry->role = ch_text(&row, 3);
        entry->name = ch_text(&row, 4);
        entry->address = ch_text(&row, 5);
        entry->title = ch_text(&row, 6);
        entry->text = ch_text(&row, 7);
        entry->cuts = ch_text(&row, 8);
        entry->created_at = ch_int(&row, 9);
        entry->attachments = g_ptr_array_new_with_free_func((GDestroyNotify)ch_attachment_free);
        if (!read_attachments(store, entry, error))
            return FALSE;
    }
    return !row.failed;
}

static gboolean read_events(ChStore *store, ChTicketView *view, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_EVENT_LIST);
    ch_bind_int(&row, ":ticket", view->number);
    while (ch_next(&row, error)) {
        ChEventRow *event = g_new0(ChEventRow, 1);
        event->at = ch_int(&row, 0);
        event->actor = ch_text(&row, 1);
        event->kind = ch_text(&row, 2);
        event->detail = ch_text(&row, 3);
        event->mail = ch_int(&row, 4);
        g_ptr_array_add(view->events, event);
    }
    return !row.failed;
}

ChTicketView *ch_store_ticket_view(ChStore *store, gint64 number, GError **error)
{
    g_autoptr(ChTicketFacts) facts = ch_store_ticket(store, number, NULL, error);
    if (!facts)
        return NULL;
    g_autoptr(ChTicketView) view = g_new0(ChTicketView, 1);
    view->number = number;
    view->title = g_steal_pointer(&facts->title);
    view->department = g_steal_pointer(&facts->department);
    view->requester_name = g_steal_pointer(&facts->requester_name);
    view->requester_address = g_steal_pointer(&facts->requester_address);
    view->watchers = g_ptr_array_ref(facts->watchers);
    view->referred = g_ptr_array_ref(facts->referred);
    view->priority = facts->priority;
    view->tags = g_ptr_array_ref(facts->tags);
    view->fields = g_ptr_array_ref(facts->fields);
    view->assignee = g_steal_pointer(&facts->assignee);
    view->due_at = facts->due_at;
    view->state = facts->state;
    view->follows = facts->follows;
    view->entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_row_free);
    view->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_row_free);
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_GET);
    gboolean any;
    ch_bind_int(&row, ":ticket", number);
    if (!ch_step(&row, &any, error))
        return NULL;
    view->opened_at = ch_int(&row, 5);
    view->changed_at = ch_int(&row, 6);
    view->merged_into = ch_int(&row, 9);
    if (!(view->merged = ch_db_merged(store, number, error)) || !read_entries(store, view, error) ||
        !read_events(store, view, error))
        return NULL;
    return g_steal_pointer(&view);
}

static void mail_row_free(ChMailRow *mail)
{
    g_free(mail->sender);
    g_free(mail->subject);
    g_free(mail->reasons);
    g_free(mail->source);
    g_free(mail->department);
    g_free(mail);
}

/* The mails of ROW, to its end. */
static GPtrArray *read_mails(ChRow *row, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)mail_row_free);
    while (ch_next(row, error)) {
        ChMailRow *mail = g_new0(ChMailRow, 1);
        mail->id = ch_int(row, 0);
        mail->taken_at = ch_int(row, 1);
        mail->sender = ch_text(row, 2);
        mail->subject = ch_text(row, 3);
        mail->ticket = ch_int(row, 4);
        mail->reasons = ch_text(row, 5);
        mail->source = ch_text(row, 6);
        g_autofree char *hold = ch_text(row, 7);
        mail->hold = ch_hold_parse(hold);
        mail->department = ch_text(row, 8);
        g_ptr_array_add(list, mail);
    }
    return row->failed ? NULL : g_steal_pointer(&list);
}

GPtrArray *ch_store_mails(ChStore *store, ChOutcome outcome, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_LIST);
    ch_bind_text(&row, ":outcome", ch_outcome_name(outcome));
    ch_bind_int(&row, ":limit", limit);
    return read_mails(&row, error);
}

GPtrArray *ch_store_held_of(ChStore *store, gint64 person, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_LIST_OF);
    ch_bind_int(&row, ":person", person);
    ch_bind_int(&row, ":limit", limit);
    return read_mails(&row, error);
}

static gboolean check(ChStore *store, ChQuery query, const char *what, GPtrArray *faults, GError **error)
{
    CH_ROW row = ch_row(store, query);
    gboolean any;
    if (!ch_step(&row, &any, error))
        return FALSE;
    gint64 off = any ? ch_int(&row, 0) : 0;
    if (off)
        g_ptr_array_add(faults, g_strdup_printf("%s: %" G_GINT64_FORMAT " too %s", what, ABS(off),
                                                off > 0 ? "many" : "few"));
    return TRUE;
}

static gboolean integrity(ChStore *store, GPtrArray *faults, GError **error)
{
    static const char *const pragmas[] = {"PRAGMA quick_check", "PRAGMA foreign_key_check"};
    for (guint i = 0; i < G_N_ELEMENTS(pragmas); i++) {
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(store->db, pragmas[i], -1, &statement, NULL);
        while (code == SQLITE_OK || code == SQLITE_ROW) {
            code = sqlite3_step(statement);
            const char *said = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
            if (said && g_strcmp0(said, "ok") != 0)
                g_ptr_array_add(faults, g_strdup_printf("%s: %s", pragmas[i], said));
        }
        sqlite3_finalize(statement);
        if (code != SQLITE_DONE)
            return ch_db_fail(store, pragmas[i], error);
    }
    return TRUE;
}

static gboolean count_outcomes(ChStore *store, GHashTable *counts, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_OUTCOMES);
    while (ch_next(&row, error)) {
        g_hash_table_insert(counts, ch_text(&row, 0), GINT_TO_POINTER((gint)ch_int(&row, 1)));
    }
    return !row.failed;
}

static gboolean find_faults(ChStore *store, GHashTable *counts, GPtrArray *faults, GError **error)
{
    return count_outcomes(store, counts, error) &&
           check(store, CH_QUERY_VERIFY_TICKET_OUTCOMES, "mails that opened a ticket against tickets", faults,
                 error) &&
           check(store, CH_QUERY_VERIFY_ENTRIES, "mails that became an entry against entries", faults,
                 error) &&
           check(store, CH_QUERY_VERIFY_RAW, "mails without their raw bytes", faults, error) &&
           check(store, CH_QUERY_VERIFY_RAW_GONE,
                 "forgotten mails that are not ignored, or whose bytes are here", faults, error) &&
           check(store, CH_QUERY_VERIFY_HELD, "held mails that wait for nothing", faults, error) &&
           check(store, CH_QUERY_VERIFY_HOLDS, "waits of mails that are not held", faults, error) &&
           check(store, CH_QUERY_VERIFY_OUTBOX, "queued mails without their bytes", faults, error) &&
           check(store, CH_QUERY_VERIFY_VALUES, "values of tickets of which their log does not tell", faults,
                 error) &&
           integrity(store, faults, error);
}

GPtrArray *ch_store_verify(ChStore *store, GHashTable *counts, GError **error)
{
    g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
    /* One snapshot for all counts: a `serve` may be writing meanwhile. */
    if (!ch_db_run(store, "BEGIN", error))
        return NULL;
    gboolean good = find_faults(store, counts, faults, error);
    ch_store_rollback(store);
    return good ? g_steal_pointer(&faults) : NULL;
}
