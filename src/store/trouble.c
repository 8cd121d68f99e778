/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses that mail of ours does not reach: what is kept of a failure, and its end. Which failure marks an
 * address, and who is told, is desk/'s business. */
#include "store/db.h"

#include "base/clock.h"

void ch_trouble_free(ChTrouble *trouble)
{
    if (!trouble)
        return;
    g_free(trouble->status);
    g_free(trouble->diagnostic);
    g_free(trouble);
}

gboolean ch_store_trouble(ChStore *store, const char *address, ChTrouble **trouble, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    CH_ROW row = ch_row(store, CH_QUERY_TROUBLE_GET);
    gboolean any = TRUE;
    *trouble = NULL;
    ch_bind_text(&row, ":address", folded);
    if (!ch_step(&row, &any, error) || !any)
        return !any;
    *trouble = g_new0(ChTrouble, 1);
    (*trouble)->status = ch_text(&row, 0);
    (*trouble)->diagnostic = ch_text(&row, 1);
    (*trouble)->failed_at = ch_int(&row, 2);
    (*trouble)->marked_at = ch_int(&row, 3);
    (*trouble)->told_at = ch_int(&row, 4);
    (*trouble)->complained_at = ch_int(&row, 5);
    return TRUE;
}

gboolean ch_store_marked(ChStore *store, const char *address, gboolean *marked, GError **error)
{
    g_autoptr(ChTrouble) trouble = NULL;
    *marked = FALSE;
    if (!ch_store_trouble(store, address, &trouble, error))
        return FALSE;
    *marked = trouble && trouble->marked_at;
    return TRUE;
}

gboolean ch_store_reached(ChStore *store, const char *address, gint64 mail, const char *actor, gboolean *was,
                          GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    if (!ch_run_text(store, CH_QUERY_TROUBLE_OVER, ":address", folded, error))
        return FALSE;
    *was = sqlite3_changes(store->db) > 0;
    return !*was || ch_store_log(store, 0, mail, actor, "reachable", folded, error);
}

gboolean ch_db_failed(ChStore *store, gint64 mail, const ChFailure *failure, GError **error)
{
    gint64 now = ch_clock_now();
    CH_ROW row = ch_row(store, CH_QUERY_TROUBLE_FAILED);
    ch_bind_text(&row, ":address", failure->recipient);
    ch_bind_int(&row, ":now", now);
    ch_bind_text(&row, ":status", failure->status);
    ch_bind_text(&row, ":diagnostic", failure->diagnostic);
    ch_bind_id(&row, ":marked", failure->marks ? now : 0);
    ch_bind_id(&row, ":told", failure->told ? now : 0);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    return !failure->marks || ch_store_log(store, 0, mail, "desk", "unreachable", failure->recipient, error);
}

gboolean ch_db_complained(ChStore *store, const ChFailure *failure, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TROUBLE_COMPLAINED);
    ch_bind_text(&row, ":address", failure->recipient);
    ch_bind_int(&row, ":now", ch_clock_now());
    return ch_step(&row, NULL, error);
}
