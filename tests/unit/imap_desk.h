/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sink that remembers, and one source between it and the test server. Included by the tests of fetch/. */
#pragma once

#include "base/error.h"
#include "fetch/source.h"
#include "imap_server.h"

#include <string.h>

typedef struct {
    Server *server;
    ChMailboxConfig config;
    ChLimits limits;
    ChSink sink;
    ChSource *source;

    GPtrArray *mails; /* of ChIncoming, in the order taken */
    GArray *fresh;    /* committed, not yet told by kept */
    guint32 highest, uidvalidity;
    GArray *unacted, *again; /* what position says; emptied by it */
    GString *acted, *unreadable;
} Desk;

static inline gboolean desk_position(gpointer data, const char *mailbox, const char *folder,
                                     guint32 uidvalidity, guint32 *highest, GArray **unacted, GArray **again,
                                     GError **error)
{
    Desk *desk = data;
    (void)error;
    g_assert_cmpstr(mailbox, ==, "suporte");
    g_assert_nonnull(folder);
    if (desk->uidvalidity != uidvalidity)
        desk->highest = 0;
    desk->uidvalidity = uidvalidity;
    *highest = desk->highest;
    *unacted = g_steal_pointer(&desk->unacted);
    *again = g_steal_pointer(&desk->again);
    desk->unacted = g_array_new(FALSE, FALSE, sizeof(guint32));
    desk->again = g_array_new(FALSE, FALSE, sizeof(guint32));
    return TRUE;
}

static inline gboolean desk_take(gpointer data, ChIncoming *incoming, GError **error)
{
    Desk *desk = data;
    (void)error;
    g_assert_cmpuint(incoming->uidvalidity, ==, desk->uidvalidity);
    desk->highest = MAX(desk->highest, incoming->uid);
    g_array_append_val(desk->fresh, incoming->uid);
    g_ptr_array_add(desk->mails, incoming);
    return TRUE;
}

static inline GArray *desk_kept(gpointer data, const char *mailbox, const char *folder, gboolean wait,
                                GError **error)
{
    Desk *desk = data;
    (void)mailbox, (void)folder, (void)wait, (void)error;
    GArray *fresh = desk->fresh;
    desk->fresh = g_array_new(FALSE, FALSE, sizeof(guint32));
    return fresh;
}

static inline gboolean desk_acted(gpointer data, const char *mailbox, const char *folder, guint32 uidvalidity,
                                  const GArray *uids, GError **error)
{
    Desk *desk = data;
    (void)mailbox, (void)folder, (void)error;
    g_assert_cmpuint(uidvalidity, ==, desk->uidvalidity);
    for (guint i = 0; i < uids->len; i++)
        g_string_append_printf(desk->acted, "%u ", g_array_index(uids, guint32, i));
    return TRUE;
}

static inline gboolean desk_unreadable(gpointer data, const char *mailbox, const char *folder,
                                       guint32 uidvalidity, guint32 uid, const char *reason, GError **error)
{
    Desk *desk = data;
    (void)mailbox, (void)folder, (void)uidvalidity, (void)error;
    g_assert_nonnull(reason);
    g_string_append_printf(desk->unreadable, "%u ", uid);
    return TRUE;
}

static inline void desk_set_up(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server = server_new();
    desk->config = (ChMailboxConfig){
        .name = (char *)"suporte",
        .host = (char *)"127.0.0.1",
        .tls = CH_TLS_NONE,
        .user = (char *)"desk",
        .password = {.value = (char *)"segredo-do-desk"},
        .after = CH_AFTER_MOVE,
        .move_to = (char *)"Chamado",
        .idle = TRUE,
        .interval = 600,
        .timeout = 20,
    };
    ch_limits_default(&desk->limits);
    desk->limits.batch_mails = 4;
    desk->limits.mail_bytes = 1000;
    desk->limits.batch_bytes = 3000;
    desk->sink = (ChSink){desk, desk_position, desk_take, desk_kept, desk_acted, desk_unreadable};
    desk->mails = g_ptr_array_new_with_free_func((GDestroyNotify)ch_incoming_free);
    desk->fresh = g_array_new(FALSE, FALSE, sizeof(guint32));
    desk->unacted = g_array_new(FALSE, FALSE, sizeof(guint32));
    desk->again = g_array_new(FALSE, FALSE, sizeof(guint32));
    desk->acted = g_string_new(NULL);
    desk->unreadable = g_string_new(NULL);
}

/* Starts the server at the first call. */
static inline gboolean desk_pass(Desk *desk, GError **error)
{
    if (!desk->server->thread) {
        server_start(desk->server);
        desk->config.port = desk->server->port;
        desk->source = ch_source_imap_new(&desk->config, "INBOX", &desk->limits, &desk->sink);
    }
    return ch_source_pass(desk->source, NULL, error);
}

static inline void desk_tear_down(Desk *desk, gconstpointer data)
{
    (void)data;
    ch_source_free(desk->source);
    server_free(desk->server);
    g_ptr_array_unref(desk->mails);
    g_array_unref(desk->fresh);
    g_array_unref(desk->unacted);
    g_array_unref(desk->again);
    g_string_free(desk->acted, TRUE);
    g_string_free(desk->unreadable, TRUE);
}

/* COUNT mails with UIDs 10, 20 …; mail 20 is "Subject: 20\r\n\r\nBody of 20\r\n". */
static inline void desk_fill(Desk *desk, guint count)
{
    for (guint i = 1; i <= count; i++) {
        g_autofree char *text = g_strdup_printf("Subject: %u\r\n\r\nBody of %u\r\n", i * 10, i * 10);
        server_add(desk->server, i * 10, text);
    }
}

/* "10 20 " of the mails taken; asserts that each one's bytes are its own. */
static inline char *desk_taken(Desk *desk)
{
    GString *uids = g_string_new(NULL);
    for (guint i = 0; i < desk->mails->len; i++) {
        const ChIncoming *incoming = g_ptr_array_index(desk->mails, i);
        g_autofree char *subject = g_strdup_printf("Subject: %u\r\n\r\n", incoming->uid);
        gsize size;
        const char *raw = g_bytes_get_data(incoming->raw, &size);
        g_assert_cmpuint(size, >=, strlen(subject));
        g_assert_cmpmem(raw, strlen(subject), subject, strlen(subject));
        g_string_append_printf(uids, "%u%s ", incoming->uid, incoming->truncated ? "t" : "");
    }
    return g_string_free(uids, FALSE);
}

#define assert_taken(desk, expected)                                                                         \
    do {                                                                                                     \
        g_autofree char *taken_now = desk_taken(desk);                                                       \
        g_assert_cmpstr(taken_now, ==, expected);                                                            \
    } while (0)

static inline void add_uid(GArray *uids, guint32 uid)
{
    g_array_append_val(uids, uid);
}
