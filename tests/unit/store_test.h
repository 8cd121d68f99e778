/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the store share: a store with a ticket, mails taken in and held, and looks behind it. */
#pragma once

#include "fixture.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/store.h"

#include <sqlite3.h>
#include <string.h>

static inline ChStore *open_store(const char *folder)
{
    GError *error = NULL;
    ChStore *store = ch_store_open(folder, CH_STORE_WRITE, &error);
    g_assert_no_error(error);
    return store;
}

static inline void begin(ChStore *store)
{
    GError *error = NULL;
    ch_store_begin(store, &error);
    g_assert_no_error(error);
}

static inline void commit(ChStore *store)
{
    GError *error = NULL;
    ch_store_commit(store, &error);
    g_assert_no_error(error);
}

static inline gint64 take(ChStore *store, const char *text, gboolean *known)
{
    GError *error = NULL;
    g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    g_autoptr(GBytes) packed = ch_store_pack(raw);
    char sha256[65];
    gint64 id;
    ch_sha256(text, strlen(text), sha256);
    g_assert_true(ch_store_take(store, incoming, sha256, packed, 1, &id, known, &error));
    g_assert_no_error(error);
    return id;
}

/* A decision as desk/ makes one for a new ticket. */
static inline ChDecision *new_ticket(void)
{
    ChDecision *decision = ch_decision_new();
    decision->outcome = CH_OUTCOME_TICKET;
    decision->role = CH_ROLE_REQUESTER;
    decision->department = g_strdup("suporte");
    ch_reason(decision->reasons, "a new one");
    ch_decision_act(decision, CH_ACTION_OPEN_TICKET, CH_TICKET_OPEN, "Impressora", NULL);
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    return decision;
}

static inline gboolean settle(ChStore *store, gint64 id, const ChMail *mail, const ChDecision *decision,
                              ChCommitted *committed, GError **error)
{
    g_autoptr(ChVerdict) verdict = ch_verdict_new();
    g_autofree char *fingerprint = ch_mail_fingerprint(mail);
    ch_address_free(verdict->sender);
    verdict->sender = ch_address_new(mail->from->name, mail->from->address);
    return ch_store_carry_out(store, id, mail, verdict, decision, fingerprint, "", committed, error);
}

static inline ChStore *store_with_ticket(const char *folder, ChCommitted *committed)
{
    GError *error = NULL;
    ChStore *store = open_store(folder);
    gboolean known;
    begin(store);
    g_assert_nonnull(ch_store_keys(store, &error));
    g_assert_true(ch_store_add_department(store, "suporte", &error));
    gint64 id = take(store, "first", &known);
    g_autoptr(ChMail) mail =
        fixture_mail("Maria@c.example", "suporte@desk.example", "Impressora", "m1@c.example");
    g_autoptr(ChDecision) decision = new_ticket();
    g_assert_true(settle(store, id, mail, decision, committed, &error));
    g_assert_no_error(error);
    commit(store);
    return store;
}

/* Queues a mail that asks QUESTION (0: none). */
static inline gint64 queue_question(ChStore *store, gint64 ticket, gint64 entry, const char *recipient,
                                    gint64 question, char **message_id)
{
    GError *error = NULL;
    const GArray *keys = ch_store_keys(store, &error);
    const ChKey *key = &g_array_index(keys, ChKey, keys->len - 1);
    gint64 serial = ch_store_next_serial(store, &error);
    g_assert_no_error(error);
    ChMessageId id = {key->id, ticket, entry, serial};
    *message_id = ch_message_id_new(key, &id, recipient, "desk.example");
    g_autoptr(GBytes) bytes = g_bytes_new_static("Subject: x\r\n\r\nx\r\n", 18);
    g_autoptr(GPtrArray) gaps = g_ptr_array_new();
    ChQueued queued = {.serial = serial,
                       .ticket = ticket,
                       .entry = entry,
                       .template = "ack",
                       .envelope_from = "suporte@desk.example",
                       .recipient = recipient,
                       .message_id = *message_id,
                       .bytes = bytes,
                       .gaps = gaps,
                       .question = question};
    g_assert_true(ch_store_queue(store, &queued, &error));
    g_assert_no_error(error);
    return serial;
}

static inline gint64 queue_mail(ChStore *store, gint64 ticket, gint64 entry, const char *recipient,
                                char **message_id)
{
    return queue_question(store, ticket, entry, recipient, 0, message_id);
}

static inline ChOutboxState state_of(ChStore *store, gint64 id)
{
    GError *error = NULL;
    ChOutboxRow *row = ch_store_outbox_get(store, id, &error);
    g_assert_no_error(error);
    ChOutboxState state = row->state;
    ch_outbox_row_free(row);
    return state;
}

/* Runs SQL beside the store, as an accident or an older program would. */
static inline int store_sql(const char *folder, const char *sql)
{
    g_autofree char *path = g_build_filename(folder, "desk.db", NULL);
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        g_test_message("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    return code;
}

/* The first column of the first row. */
static inline gint64 store_number(const char *folder, const char *sql)
{
    g_autofree char *path = g_build_filename(folder, "desk.db", NULL);
    sqlite3 *db;
    sqlite3_stmt *statement;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    gint64 number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

/* The desk balances. */
static inline void assert_balanced(ChStore *store)
{
    GError *error = NULL;
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) faults = ch_store_verify(store, counts, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < faults->len; i++)
        g_test_message("%s", (const char *)faults->pdata[i]);
    g_assert_cmpuint(faults->len, ==, 0);
}
