/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Token buckets by client. A client that was not heard of for longest makes room for a new one: it is then as
 * if it had never come. Who the client is, is worked out in client.c. */
#include "web/rate.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

typedef struct {
    char *client;
    double left;
    gint64 at;
    GList link; /* in used */
} Bucket;

struct ChRate {
    guint per_minute, clients;
    GHashTable *buckets; /* client -> Bucket, which owns the name */
    GQueue used;         /* least recently first */
};

static void bucket_free(gpointer data)
{
    Bucket *bucket = data;
    g_free(bucket->client);
    g_free(bucket);
}

ChRate *ch_rate_new(guint per_minute, guint clients)
{
    ChRate *rate = g_new0(ChRate, 1);
    rate->per_minute = MAX(per_minute, 1);
    rate->clients = MAX(clients, 1);
    rate->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, bucket_free);
    g_queue_init(&rate->used);
    return rate;
}

void ch_rate_free(ChRate *rate)
{
    if (!rate)
        return;
    g_hash_table_unref(rate->buckets);
    g_free(rate);
}

static char *customer_of(const char *client)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(client);
    if (!address || g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6)
        return g_strdup(client);
    guint8 bytes[16];
    memcpy(bytes, g_inet_address_to_bytes(address), sizeof bytes);
    static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff}; /* an IPv4 client on an IPv6 socket */
    if (memcmp(bytes, mapped, sizeof mapped) != 0)
        memset(bytes + 8, 0, 8);
    g_autoptr(GInetAddress) net = g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
    return g_inet_address_to_string(net);
}

static Bucket *bucket_of(ChRate *rate, const char *client, gint64 now)
{
    g_autofree char *customer = customer_of(client);
    Bucket *bucket = g_hash_table_lookup(rate->buckets, customer);
    if (bucket) {
        g_queue_unlink(&rate->used, &bucket->link);
    } else {
        if (g_hash_table_size(rate->buckets) >= rate->clients) {
            Bucket *oldest = g_queue_pop_head_link(&rate->used)->data;
            g_hash_table_remove(rate->buckets, oldest->client);
        }
        bucket = g_new0(Bucket, 1);
        bucket->client = g_steal_pointer(&customer);
        bucket->left = rate->per_minute;
        bucket->at = now;
        bucket->link.data = bucket;
        g_hash_table_insert(rate->buckets, bucket->client, bucket);
    }
    g_queue_push_tail_link(&rate->used, &bucket->link);
    return bucket;
}

guint ch_rate_take(ChRate *rate, const char *client, gint64 now)
{
    Bucket *bucket = bucket_of(rate, client, now);
    double per_second = rate->per_minute / 60.0;
    double gained = (double)(now - bucket->at) / G_USEC_PER_SEC * per_second;
    bucket->left = MIN(bucket->left + gained, rate->per_minute);
    bucket->at = now;
    if (bucket->left < 1)
        return (guint)ceil((1 - bucket->left) / per_second);
    bucket->left -= 1;
    return 0;
}
