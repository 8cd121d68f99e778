/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The time that reading one mail may take (P13). Every other limit bounds what is read; this one holds where
 * they were not enough. It counts the thread's own processor time, so that a busy machine leaves no text out.
 */
#include "parse/internal.h"

#include "base/clock.h"

/* Steps between two looks at the clock. */
#define STEPS 64

/* Of the mail that this thread reads: the stage goes through many small functions, and most know nothing of
 * limits. */
static _Thread_local struct {
    gboolean runs, over;
    gint64 end;
    guint steps;
} deadline;

void ch_deadline_begin(guint seconds)
{
    deadline.runs = TRUE;
    deadline.over = FALSE;
    deadline.steps = 0;
    deadline.end = ch_clock_work() + (gint64)seconds * G_USEC_PER_SEC;
}

gboolean ch_deadline_passed(guint steps)
{
    if (!deadline.runs || deadline.over)
        return deadline.runs;
    deadline.steps += MIN(steps, STEPS);
    if (deadline.steps < STEPS)
        return FALSE;
    deadline.steps = 0;
    deadline.over = ch_clock_work() > deadline.end;
    return deadline.over;
}

gboolean ch_deadline_end(void)
{
    gboolean over = deadline.over;
    deadline.runs = deadline.over = FALSE;
    return over;
}
