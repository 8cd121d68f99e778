/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is connected, and until when (P13): a connection has so long for a request to come in whole and be
 * answered, whatever trickles in meanwhile; and where all are taken, the one that has kept its own longest
 * makes room. */
#pragma once

#include <glib.h>

typedef struct ChGuests ChGuests;
typedef struct ChGuest ChGuest;

/* At most MOST connections; TIMEOUT in microseconds. */
ChGuests *ch_guests_new(guint most, gint64 timeout);
void ch_guests_free(ChGuests *guests); /* nobody is connected any more */

/* Somebody has come on the socket FD, borrowed until they leave, from PEER, an IP address, at NOW
 * (microseconds of a clock that never goes back). Where that makes MOST, the oldest is shut down: whoever
 * owns its socket sees its end. Borrowed, until ch_guests_leave. */
ChGuest *ch_guests_come(ChGuests *guests, int fd, const char *peer, gint64 now);
/* A request was answered: the time begins anew. */
void ch_guests_renew(ChGuests *guests, ChGuest *guest, gint64 now);
void ch_guests_leave(ChGuests *guests, ChGuest *guest);
const char *ch_guest_peer(const ChGuest *guest);

/* Shuts down those whose time is over. Microseconds until the next one's is; -1: nobody is there. */
gint64 ch_guests_sweep(ChGuests *guests, gint64 now);
