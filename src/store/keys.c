/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that sign Message-IDs and reply addresses: made at first use, rotated, kept in memory until
 * ch_store_refresh. What a signature looks like is base/token.c's business. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

static gboolean read_keys(ChStore *store, GArray *keys, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_KEY_ALL);
    while (ch_next(&row, error)) {
        ChKey key = {.id = (guint32)ch_int(&row, 0), .expires_at = ch_int(&row, 2)};
        memcpy(key.secret, sqlite3_column_blob(row.statement, 1), CH_KEY_BYTES);
        g_array_append_val(keys, key);
    }
    return !row.failed;
}

static gboolean make_key(ChStore *store, guint32 id, GArray *keys, GError **error)
{
    ChKey key = {.id = id};
    ch_random(key.secret, sizeof key.secret);
    g_autoptr(GBytes) secret = g_bytes_new(key.secret, sizeof key.secret);
    CH_ROW row = ch_row(store, CH_QUERY_KEY_INSERT);
    ch_bind_int(&row, ":id", key.id);
    ch_bind_bytes(&row, ":secret", secret);
    ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    g_array_append_val(keys, key);
    return TRUE;
}

const GArray *ch_store_keys(ChStore *store, GError **error)
{
    if (store->keys && store->keys->len)
        return store->keys;
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(ChKey));
    if (!read_keys(store, keys, error) ||
        (keys->len == 0 && !sqlite3_get_autocommit(store->db) && !make_key(store, 1, keys, error)))
        return NULL;
    ch_store_refresh(store);
    return store->keys = g_steal_pointer(&keys);
}

gboolean ch_store_rotate_keys(ChStore *store, gint64 expires_at, GError **error)
{
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(ChKey));
    if (!read_keys(store, keys, error)) /* not those in memory: another process may have rotated them */
        return FALSE;
    const ChKey *last = keys->len ? &g_array_index(keys, ChKey, keys->len - 1) : NULL;
    guint32 id = last ? last->id + 1 : 1;
    if (last) {
        CH_ROW row = ch_row(store, CH_QUERY_KEY_EXPIRE);
        ch_bind_int(&row, ":id", last->id);
        ch_bind_int(&row, ":expires", expires_at);
        if (!ch_step(&row, NULL, error))
            return FALSE;
    }
    ch_store_refresh(store);
    g_autofree char *detail = g_strdup_printf("key %u signs from now on", id);
    return make_key(store, id, keys, error) &&
           ch_store_log(store, 0, 0, "desk", "keys-rotated", detail, error);
}

GArray *ch_store_key_list(ChStore *store, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(ChKeyRow));
    CH_ROW row = ch_row(store, CH_QUERY_KEY_LIST);
    while (ch_next(&row, error)) {
        ChKeyRow key = {(guint32)ch_int(&row, 0), ch_int(&row, 1), ch_int(&row, 2)};
        g_array_append_val(list, key);
    }
    return row.failed ? NULL : g_steal_pointer(&list);
}

void ch_store_refresh(ChStore *store)
{
    g_clear_pointer(&store->keys, g_array_unref);
}
