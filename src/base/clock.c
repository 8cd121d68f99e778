/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock, which tests may fix, and growing waits. */
#include "base/clock.h"

#include "base/error.h"

#include <time.h>

#define EARLIEST G_GINT64_CONSTANT(1577836800) /* 2020, years before this program */

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

gboolean ch_clock_check(GError **error)
{
    gint64 now = ch_clock_now();
    if (now >= EARLIEST)
        return TRUE;
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(now);
    g_autofree char *text = when ? g_date_time_format(when, "%Y-%m-%d") : g_strdup("nothing that is a date");
    g_set_error(error, CH_ERROR, CH_ERROR_IO, "this machine's clock says %s, expected the time of today",
                text);
    return FALSE;
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
