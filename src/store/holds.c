/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Held mails: which ones there are, and their end without being read again. They begin, and end as something
 * else, in commit.c. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

GArray *ch_store_held(ChStore *store, const char *address, ChHoldKind kind, guint limit, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_OF_KIND);
    ch_bind_text(&row, ":address", folded);
    ch_bind_text(&row, ":kind", ch_hold_name(kind));
    ch_bind_int(&row, ":limit", limit);
    return ch_ids(&row, error);
}

GArray *ch_store_held_before(ChStore *store, gint64 before, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_BEFORE);
    ch_bind_int(&row, ":before", before);
    ch_bind_int(&row, ":limit", limit);
    return ch_ids(&row, error);
}

gboolean ch_store_is_held(ChStore *store, gint64 mail, gboolean *held, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_ADDRESS);
    ch_bind_int(&row, ":mail", mail);
    return ch_step(&row, held, error);
}

gboolean ch_store_held_title(ChStore *store, const char *address, char **title, char **department,
                             GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_TITLE);
    gboolean any;
    ch_bind_text(&row, ":address", folded);
    if (!ch_step(&row, &any, error))
        return FALSE;
    *title = any ? ch_text(&row, 0) : NULL;
    *department = any && sqlite3_column_type(row.statement, 1) != SQLITE_NULL ? ch_text(&row, 1) : NULL;
    return TRUE;
}

char *ch_store_sender(ChStore *store, gint64 mail, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_SENDER);
    gboolean any;
    ch_bind_int(&row, ":mail", mail);
    if (!ch_step(&row, &any, error))
        return NULL;
    if (any)
        return ch_text(&row, 0);
    g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND,
                "nobody is known as the sender of mail %" G_GINT64_FORMAT, mail);
    return NULL;
}

GPtrArray *ch_store_held_lines(ChStore *store, const char *department, gboolean first, guint limit,
                               guint *count, GError **error)
{
    CH_ROW all = ch_row(store, CH_QUERY_HOLD_LINES_COUNT);
    ch_bind_text(&all, ":department", department);
    ch_bind_int(&all, ":first", first != 0);
    if (!ch_step(&all, NULL, error))
        return NULL;
    *count = (guint)ch_int(&all, 0);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_held_line_free);
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_LINES);
    ch_bind_text(&row, ":department", department);
    ch_bind_int(&row, ":first", first != 0);
    ch_bind_int(&row, ":limit", limit);
    while (ch_next(&row, error)) {
        ChHeldLine *line = g_new0(ChHeldLine, 1);
        g_autofree char *kind = ch_text(&row, 2);
        line->mail = ch_int(&row, 0);
        line->ticket = ch_int(&row, 1);
        line->kind = ch_hold_parse(kind);
        line->sender = ch_text(&row, 3);
        line->subject = ch_text(&row, 4);
        line->taken_at = ch_int(&row, 5);
        g_ptr_array_insert(list, 0,
                           line); /* the newest come first out of the database, and stand last here */
    }
    return row.failed ? NULL : g_steal_pointer(&list);
}

gboolean ch_store_unhold(ChStore *store, gint64 mail_id, const char *why, gboolean forget, GError **error)
{
    if (!ch_run_id(store, CH_QUERY_HOLD_DELETE, ":mail", mail_id, error))
        return FALSE;
    if (sqlite3_changes(store->db) == 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "mail %" G_GINT64_FORMAT " is not held", mail_id);
        return FALSE;
    }
    g_autofree char *reason = g_strdup_printf("ignored: %s", why);
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_UNHOLD);
    ch_bind_int(&row, ":mail", mail_id);
    ch_bind_text(&row, ":why", reason);
    ch_bind_id(&row, ":gone", forget ? ch_clock_now() : 0);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    if (forget && !ch_run_id(store, CH_QUERY_MAIL_RAW_DELETE, ":mail", mail_id, error))
        return FALSE;
    return ch_store_log(store, 0, mail_id, "desk", forget ? "forgotten" : "unheld", why, error);
}

gboolean ch_db_unhold_all(ChStore *store, GArray *mails, const char *why, gboolean forget, guint *count,
                          GError **error)
{
    g_autoptr(GArray) owned = mails;
    for (guint i = 0; owned && i < owned->len; i++)
        if (!ch_store_unhold(store, g_array_index(owned, gint64, i), why, forget, error))
            return FALSE;
    if (owned && count)
        *count += owned->len;
    return owned != NULL;
}
