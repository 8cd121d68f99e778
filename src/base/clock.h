/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock and the random source, both replaceable so that tests decide what time it is. */
#pragma once

#include <glib.h>

/* Seconds since 1970, UTC. */
gint64 ch_clock_now(void);

/* Fixes the clock at SECONDS; -1 lets it run again. Tests only. */
void ch_clock_set(gint64 seconds);

/* FALSE, temporary, where the clock can't be right, as on a machine whose battery is empty before it has
 * asked a time server. What is taken in then is older than everything that is kept for a time, and goes as
 * soon as it is set. */
gboolean ch_clock_check(GError **error);

/* Microseconds of processor time that this thread has used. */
gint64 ch_clock_work(void);

/* From now on each call of ch_clock_work returns STEP microseconds more than the one before, in any thread;
 * -1 lets it measure again. Tests only. */
void ch_clock_set_work(gint64 step);

/* A wait that grows: BASE seconds doubled for each attempt after the first, at most CAP, then moved by up to
 * a quarter up or down so that many clients don't come back together. ATTEMPT counts from 1. */
guint ch_backoff(guint attempt, guint base, guint cap);
