/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of the buckets. Which ones a mail is paid from, and what is done with the answer, is
 * pipeline.c's business. */
#include "desk/budget.h"

#define DELAY_MAX (24 * 60 * 60) /* an agent's answer leaves within a day, whatever the debt */

void ch_budget_fill(ChBudget *budget, gint64 now)
{
    ChBucket *bucket = &budget->bucket;
    double full = budget->per_hour;
    gint64 elapsed = bucket->at ? MAX(0, now - bucket->at) : 0;
    bucket->mails = bucket->at ? MIN(full, bucket->mails + (double)elapsed * full / 3600) : full;
    bucket->at = now;
    if (bucket->mails >= full)
        bucket->tripped_at = 0;
}

gboolean ch_budget_spend(ChBudget *budgets, guint count, gint64 now, gboolean automatic, guint *delay)
{
    gboolean empty = FALSE;
    *delay = 0;
    for (guint i = 0; i < count; i++) {
        ChBudget *budget = &budgets[i];
        ch_budget_fill(budget, now);
        budget->tripped = budget->bucket.mails < 1 && !budget->bucket.tripped_at;
        if (budget->tripped)
            budget->bucket.tripped_at = now;
        empty = empty || budget->bucket.mails < 1;
    }
    if (empty && automatic)
        return FALSE;
    for (guint i = 0; i < count; i++) {
        ChBucket *bucket = &budgets[i].bucket;
        bucket->mails -= 1;
        if (bucket->mails < 0)
            *delay = MAX(*delay, (guint)MIN(DELAY_MAX, -bucket->mails * 3600 / budgets[i].per_hour));
    }
    return TRUE;
}
