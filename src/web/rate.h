/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many requests one client may make: token buckets in a table of bounded size (P13). */
#pragma once

#include <glib.h>

typedef struct ChRate ChRate;

/* PER_MINUTE requests, as many at once, for each of the last CLIENTS clients that were seen. */
ChRate *ch_rate_new(guint per_minute, guint clients);
void ch_rate_free(ChRate *rate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChRate, ch_rate_free)

/* Takes one of CLIENT, an IP address as text (an IPv6 one stands for its /64: that is one customer), at NOW,
 * microseconds of a clock that never goes back. 0: it may; else seconds until it may. */
guint ch_rate_take(ChRate *rate, const char *client, gint64 now);
