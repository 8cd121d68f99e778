/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much waits, for `chamado status`. The notes that it shows beside this are in rules.c. */
#include "store/db.h"

gboolean ch_store_status(ChStore *store, ChStatus *status, GError **error)
{
    CH_ROW mails = ch_row(store, CH_QUERY_STATUS_MAILS);
    CH_ROW outbox = ch_row(store, CH_QUERY_STATUS_OUTBOX);
    gboolean any;
    if (!ch_step(&mails, &any, error) || !ch_step(&outbox, &any, error))
        return FALSE;
    *status = (ChStatus){.undecided = (guint)ch_int(&mails, 0),
                         .undecided_since = ch_int(&mails, 1),
                         .held = (guint)ch_int(&mails, 2),
                         .quarantined = (guint)ch_int(&mails, 3),
                         .queued = (guint)ch_int(&outbox, 0),
                         .queued_since = ch_int(&outbox, 1),
                         .failed = (guint)ch_int(&outbox, 2),
                         .hindered_since = ch_int(&outbox, 3)};
    return TRUE;
}
