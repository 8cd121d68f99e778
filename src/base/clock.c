/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock, which tests may fix, and growing waits. */
#include "base/clock.h"

#include <time.h>

static gint64 fixed = -1;
static gint64 work_step = -1, worked;

gint64 ch_clock_now(void)
{
    gint64 at = __atomic_load_n(&fixed, __ATOMIC_RELAXED);
    return at >= 0 ? at : g_get_real_time() / G_USEC_PER_SEC;
}

void ch_clock_set(gint64 seconds)
{
    __atomic_store_n(&fixed, seconds, __ATOMIC_RELAXED);
}

gint64 ch_clock_work(void)
{
    gint64 step = __atomic_load_n(&work_step, __ATOMIC_RELAXED);
    if (step >= 0)
        return __atomic_add_fetch(&worked, step, __ATOMIC_RELAXED);
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

void ch_clock_set_work(gint64 step)
{
    __atomic_store_n(&work_step, step, __ATOMIC_RELAXED);
}

guint ch_backoff(guint attempt, guint base, guint cap)
{
    guint64 wait = base;
    for (guint i = 1; i < attempt && wait < cap; i++)
        wait *= 2;
    wait = MIN(wait, cap);
    double factor = g_random_double_range(0.75, 1.25);
    return MAX(1u, (guint)((double)wait * factor));
}
