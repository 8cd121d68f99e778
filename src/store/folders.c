/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far each folder was read, and which UIDs the server has still to be told about (P1, P3). */
#include "store/db.h"

static gboolean folder_write(ChStore *store, ChQuery query, gint64 folder, guint32 uid, GError **error)
{
    CH_ROW row = ch_row(store, query);
    ch_bind_int(&row, ":folder", folder);
    ch_bind_int(&row, ":uid", uid);
    return ch_step(&row, NULL, error);
}

static gboolean reset(ChStore *store, gint64 folder, guint32 uidvalidity, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_FOLDER_RESET);
    ch_bind_int(&row, ":folder", folder);
    ch_bind_int(&row, ":uidvalidity", uidvalidity);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    CH_ROW uids = ch_row(store, CH_QUERY_FOLDER_FORGET_UIDS);
    ch_bind_int(&uids, ":folder", folder);
    return ch_step(&uids, NULL, error);
}

static gboolean find(ChStore *store, const char *mailbox, const char *folder, guint32 uidvalidity, gint64 *id,
                     guint32 *highest, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_FOLDER_FIND);
    gboolean any;
    ch_bind_text(&row, ":mailbox", mailbox);
    ch_bind_text(&row, ":folder", folder);
    if (!ch_step(&row, &any, error))
        return FALSE;
    *highest = 0;
    if (any) {
        *id = ch_int(&row, 0);
        if ((guint32)ch_int(&row, 1) != uidvalidity)
            return reset(store, *id, uidvalidity, error); /* all UIDs have another meaning now (P3) */
        *highest = (guint32)ch_int(&row, 2);
        return TRUE;
    }
    CH_ROW insert = ch_row(store, CH_QUERY_FOLDER_INSERT);
    ch_bind_text(&insert, ":mailbox", mailbox);
    ch_bind_text(&insert, ":folder", folder);
    ch_bind_int(&insert, ":uidvalidity", uidvalidity);
    if (!ch_step(&insert, NULL, error))
        return FALSE;
    *id = sqlite3_last_insert_rowid(store->db);
    return TRUE;
}

gboolean ch_store_folder(ChStore *store, const char *mailbox, const char *folder, guint32 uidvalidity,
                         gint64 *id, guint32 *highest, GArray **unacted, GArray **again, GError **error)
{
    if (!find(store, mailbox, folder, uidvalidity, id, highest, error))
        return FALSE;
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autoptr(GArray) failed = g_array_new(FALSE, FALSE, sizeof(guint32));
    CH_ROW row = ch_row(store, CH_QUERY_UID_LIST);
    ch_bind_int(&row, ":folder", *id);
    while (ch_next(&row, error)) {
        guint32 uid = (guint32)ch_int(&row, 0);
        g_array_append_val(ch_int(&row, 1) ? kept : failed, uid);
    }
    if (row.failed)
        return FALSE;
    *unacted = g_steal_pointer(&kept);
    *again = g_steal_pointer(&failed);
    return TRUE;
}

gboolean ch_store_uid_taken(ChStore *store, gint64 folder, guint32 uid, gint64 mail, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_UID_TAKEN);
    ch_bind_int(&row, ":folder", folder);
    ch_bind_int(&row, ":uid", uid);
    ch_bind_int(&row, ":mail", mail);
    return ch_step(&row, NULL, error) && folder_write(store, CH_QUERY_FOLDER_ADVANCE, folder, uid, error);
}

gboolean ch_store_uid_failed(ChStore *store, gint64 folder, guint32 uid, GError **error)
{
    return folder_write(store, CH_QUERY_UID_FAILED, folder, uid, error) &&
           folder_write(store, CH_QUERY_FOLDER_ADVANCE, folder, uid, error);
}

gboolean ch_store_uid_done(ChStore *store, gint64 folder, guint32 uid, GError **error)
{
    return folder_write(store, CH_QUERY_UID_DONE, folder, uid, error);
}
