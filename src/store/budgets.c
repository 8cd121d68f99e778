/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buckets of the budgets of outgoing mail (P6), and what happens once a day: kept here, used elsewhere. */
#include "store/db.h"

gboolean ch_store_bucket(ChStore *store, const char *scope, ChBucket *bucket, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_BUCKET_GET);
    gboolean any;
    *bucket = (ChBucket){0};
    ch_bind_text(&row, ":scope", scope);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (any)
        *bucket = (ChBucket){sqlite3_column_double(row.statement, 0), ch_int(&row, 1), ch_int(&row, 2)};
    return TRUE;
}

gboolean ch_store_bucket_save(ChStore *store, const char *scope, const ChBucket *bucket, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_BUCKET_SAVE);
    ch_bind_text(&row, ":scope", scope);
    ch_bind_real(&row, ":mails", bucket->mails);
    ch_bind_int(&row, ":at", bucket->at);
    ch_bind_id(&row, ":tripped", bucket->tripped_at);
    return ch_step(&row, NULL, error);
}

gboolean ch_store_buckets_prune(ChStore *store, gint64 before, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_BUCKET_PRUNE);
    ch_bind_int(&row, ":before", before);
    ch_bind_int(&row, ":limit", limit);
    return ch_step(&row, NULL, error);
}

gboolean ch_store_timer(ChStore *store, const char *name, gint64 *done_at, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TIMER_GET);
    gboolean any;
    ch_bind_text(&row, ":name", name);
    if (!ch_step(&row, &any, error))
        return FALSE;
    *done_at = any ? ch_int(&row, 0) : 0;
    return TRUE;
}

gboolean ch_store_timer_done(ChStore *store, const char *name, gint64 now, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TIMER_SET);
    ch_bind_text(&row, ":name", name);
    ch_bind_int(&row, ":now", now);
    return ch_step(&row, NULL, error);
}
