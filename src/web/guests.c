/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the connections in the order of their deadlines and shuts sockets down; closing them is
 * libmicrohttpd's, which then says so (server.c). */
#include "web/guests.h"

#include "base/log.h"

#include <sys/socket.h>

struct ChGuest {
    int fd;
    char *peer;
    gint64 since;
    gboolean shut; /* not in waiting any more */
    GList link;    /* in waiting */
};

struct ChGuests {
    guint most, count;
    gint64 timeout;
    GQueue waiting; /* of ChGuest, by since */
};

ChGuests *ch_guests_new(guint most, gint64 timeout)
{
    ChGuests *guests = g_new0(ChGuests, 1);
    guests->most = most;
    guests->timeout = timeout;
    g_queue_init(&guests->waiting);
    return guests;
}

void ch_guests_free(ChGuests *guests)
{
    g_free(guests);
}

static void shut(ChGuests *guests, ChGuest *guest, const char *why)
{
    g_queue_unlink(&guests->waiting, &guest->link);
    guest->shut = TRUE;
    shutdown(guest->fd, SHUT_RDWR);
    ch_log(CH_LOG_DEBUG, "web-cut", "client", guest->peer, "why", why, NULL);
}

ChGuest *ch_guests_come(ChGuests *guests, int fd, const char *peer, gint64 now)
{
    ChGuest *guest = g_new0(ChGuest, 1);
    guest->fd = fd;
    guest->peer = g_strdup(peer);
    guest->since = now;
    guest->link.data = guest;
    /* Before this one is there: it must never be the one that goes. */
    if (++guests->count >= guests->most && guests->waiting.head)
        shut(guests, guests->waiting.head->data, "all connections are taken");
    g_queue_push_tail_link(&guests->waiting, &guest->link);
    return guest;
}

void ch_guests_renew(ChGuests *guests, ChGuest *guest, gint64 now)
{
    if (guest->shut)
        return;
    g_queue_unlink(&guests->waiting, &guest->link);
    guest->since = now;
    g_queue_push_tail_link(&guests->waiting, &guest->link);
}

void ch_guests_leave(ChGuests *guests, ChGuest *guest)
{
    if (!guest->shut)
        g_queue_unlink(&guests->waiting, &guest->link);
    guests->count--;
    g_free(guest->peer);
    g_free(guest);
}

const char *ch_guest_peer(const ChGuest *guest)
{
    return guest->peer;
}

gint64 ch_guests_sweep(ChGuests *guests, gint64 now)
{
    while (guests->waiting.head) {
        ChGuest *oldest = guests->waiting.head->data;
        gint64 left = oldest->since + guests->timeout - now;
        if (left > 0)
            return left;
        shut(guests, oldest, "its time is over");
    }
    return -1;
}
