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

/* Seconds until the bucket's debt is paid, with one mail more. */
static double debt(const ChBudget *budget)
{
    return (1 - budget->bucket.mails) * 3600 / budget->per_hour;
}

gboolean ch_budget_spend(ChBudget *budgets, guint count, gint64 now, gboolean automatic, guint *delay)
{
    gboolean dropped = FALSE;
    *delay = 0;
    for (guint i = 0; i < count; i++) {
        ChBudget *budget = &budgets[i];
        ch_budget_fill(budget, now);
        gboolean empty = budget->bucket.mails < 1;
        budget->tripped = empty && !budget->bucket.tripped_at;
        if (budget->tripped)
            budget->bucket.tripped_at = now;
        dropped |= empty && automatic && !(budget->waits && debt(budget) <= DELAY_MAX);
    }
    if (dropped)
        return FALSE;
    for (guint i = 0; i < count; i++) {
        ChBucket *bucket = &budgets[i].bucket;
        if (bucket->mails < 1)
            *delay = MAX(*delay, (guint)MIN(DELAY_MAX, debt(&budgets[i])));
        bucket->mails -= 1;
    }
    return TRUE;
}
