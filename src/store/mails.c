/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails as they are taken in: raw bytes packed with zstd, attempts counted, what is still undecided. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>
#include <zstd.h>

#define SMALL                                                                                                \
    8192 /* bytes; smaller ones are kept as they are: packing them costs more time than they are worth */
#define LEVEL        1 /* a mail is mostly base64 and read rarely: higher ones cost more than they save */
#define UNPACKED_MAX (1u << 30)

/* Packed bytes begin with zstd's magic number (RFC 8878 section 3.1.1), which begins no mail; one that does
 * is packed. */
static gboolean is_packed(const void *data, gsize length)
{
    static const guint8 magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    return length >= sizeof magic && memcmp(data, magic, sizeof magic) == 0;
}

static void packer_free(gpointer context)
{
    ZSTD_freeCCtx(context);
}

/* One for each thread: making one costs more than packing a small mail. */
static GPrivate packer = G_PRIVATE_INIT(packer_free);

GBytes *ch_store_pack(GBytes *bytes)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    if (length < SMALL && !is_packed(data, length))
        return g_bytes_ref(bytes);
    gsize room = ZSTD_compressBound(length);
    g_autofree char *packed = g_malloc(room);
    ZSTD_CCtx *context = g_private_get(&packer);
    if (!context)
        g_private_set(&packer, context = ZSTD_createCCtx());
    gsize size = ZSTD_compressCCtx(context, packed, room, length ? data : "", length, LEVEL);
    if (ZSTD_isError(size))
        g_error("zstd: %s", ZSTD_getErrorName(size)); /* the room is enough for any input: our own mistake */
    return g_bytes_new_take(g_realloc(g_steal_pointer(&packed), size), size);
}

GBytes *ch_unpack(const void *data, gsize length, GError **error)
{
    if (!is_packed(data, length))
        return g_bytes_new(data, length);
    unsigned long long size = ZSTD_getFrameContentSize(data, length);
    if (size > UNPACKED_MAX) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "stored bytes are broken: no size");
        return NULL;
    }
    /* The size too may be damaged: too much memory asked for is no reason to end the program. */
    g_autofree char *bytes = g_try_malloc(size + 1);
    gsize got = bytes ? ZSTD_decompress(bytes, size, data, length) : 0;
    if (!bytes || ZSTD_isError(got) || got != size) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "stored bytes are broken: %s",
                    ZSTD_isError(got) ? ZSTD_getErrorName(got) : "too short");
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), size);
}

static gboolean find(ChStore *store, const char *sha256, gint64 *id, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_BY_SHA256);
    gboolean any;
    ch_bind_text(&row, ":sha256", sha256);
    if (!ch_step(&row, &any, error))
        return FALSE;
    *id = any ? ch_int(&row, 0) : 0;
    return TRUE;
}

gboolean ch_store_take(ChStore *store, const ChIncoming *incoming, const char *sha256, GBytes *packed,
                       guint attempts, gint64 *id, gboolean *known, GError **error)
{
    if (!find(store, sha256, id, error))
        return FALSE;
    *known = *id != 0;
    if (*known)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_INSERT);
    ch_bind_text(&row, ":sha256", sha256);
    ch_bind_int(&row, ":size", (gint64)incoming->server_size);
    ch_bind_int(&row, ":truncated", incoming->truncated != 0);
    ch_bind_text(&row, ":source", incoming->source);
    ch_bind_text(&row, ":mailbox", incoming->mailbox);
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_int(&row, ":attempts", attempts);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *id = sqlite3_last_insert_rowid(store->db);
    CH_ROW raw = ch_row(store, CH_QUERY_MAIL_RAW_INSERT);
    ch_bind_int(&raw, ":mail", *id);
    ch_bind_bytes(&raw, ":bytes", packed);
    return ch_step(&raw, NULL, error);
}

GArray *ch_store_undecided(ChStore *store, gint64 after, guint least, guint most, guint limit, GError **error)
{
    g_autoptr(GArray) result = g_array_new(FALSE, FALSE, sizeof(ChUndecided));
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_UNDECIDED);
    ch_bind_int(&row, ":after", after);
    ch_bind_int(&row, ":least", least);
    ch_bind_int(&row, ":most", most);
    ch_bind_int(&row, ":limit", limit);
    while (ch_next(&row, error)) {
        ChUndecided one = {ch_int(&row, 0), (guint)ch_int(&row, 1)};
        g_array_append_val(result, one);
    }
    return row.failed ? NULL : g_steal_pointer(&result);
}

gboolean ch_store_attempt(ChStore *store, gint64 mail, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_ATTEMPT);
    ch_bind_int(&row, ":mail", mail);
    return ch_step(&row, NULL, error);
}

static GBytes *raw_bytes(ChStore *store, gint64 mail, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_RAW);
    gboolean any;
    ch_bind_int(&row, ":mail", mail);
    if (!ch_step(&row, &any, error))
        return NULL;
    if (!any) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "mail %" G_GINT64_FORMAT " is not stored", mail);
        return NULL;
    }
    return ch_unpack(sqlite3_column_blob(row.statement, 0), (gsize)sqlite3_column_bytes(row.statement, 0),
                     error);
}

ChIncoming *ch_store_incoming(ChStore *store, gint64 mail, GError **error)
{
    g_autoptr(GBytes) raw = raw_bytes(store, mail, error);
    if (!raw)
        return NULL;
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_FACTS);
    gboolean any;
    ch_bind_int(&row, ":mail", mail);
    if (!ch_step(&row, &any, error))
        return NULL;
    g_autofree char *source = ch_text(&row, 2);
    ChIncoming *incoming = ch_incoming_new(raw, source);
    incoming->server_size = (guint64)ch_int(&row, 0);
    incoming->truncated = ch_int(&row, 1) != 0;
    if (sqlite3_column_type(row.statement, 3) != SQLITE_NULL)
        incoming->mailbox = ch_text(&row, 3);
    return incoming;
}
