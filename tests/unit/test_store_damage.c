/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored bytes that are damaged, or that today's parser reads otherwise, cost the one mail that they belong
 * to (P12), and never leave as something else (P5): in the outbox, and in what `deliver` left for `serve`. */
#include "store_test.h"

#include "engine/engine.h"
#include "parse/parse.h"

/* A mail with a text and a file, long enough to be packed. */
static char *mail_with_file(void)
{
    g_autofree char *note = g_strnfill(20000, 'x');
    for (guint i = 71; i < 20000; i += 72)
        note[i] = '\n';
    return g_strdup_printf(
        "From: Maria <maria@c.example>\r\nTo: suporte@desk.example\r\nSubject: Nota\r\n"
        "Message-ID: <n1@c.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        "Segue a nota.\r\n--b\r\nContent-Type: application/pdf; name=nota.pdf\r\n"
        "Content-Disposition: attachment; filename=nota.pdf\r\n\r\n%s\r\n--b--\r\n",
        note);
}

/* A ticket with that file, and two mails about it: SERIALS[0] carries the file, SERIALS[1] does not. */
static gint64 prepare(const ChConfig *config, const char *folder, gint64 serials[2])
{
    GError *error = NULL;
    ChCommitted committed;
    gboolean known;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    begin(store);
    g_autofree char *text = mail_with_file();
    gint64 id = take(store, text, &known);
    g_autoptr(ChIncoming) incoming = ch_store_incoming(store, id, &error);
    g_autoptr(ChReading) reading = ch_read(config, incoming);
    g_autoptr(ChDecision) decision = new_ticket();
    g_assert_cmpuint(reading->mail->attachments->len, ==, 1);
    g_assert_true(settle(store, id, reading->mail, decision, &committed, &error));
    const char *part = ((ChAttachment *)reading->mail->attachments->pdata[0])->part;
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GString) composed = g_string_new("Subject: x\r\n\r\n");
        while (composed->len < 20000)
            g_string_append(composed, "Segue a nota, que chegou.\r\n");
        g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)ch_gap_free);
        if (i == 0)
            g_ptr_array_add(gaps, ch_gap_new(composed->len, part));
        g_autofree char *message_id = g_strdup_printf("o%u@desk.example", i);
        g_autoptr(GBytes) bytes = g_bytes_new(composed->str, composed->len);
        ChQueued queued = {.serial = serials[i] = ch_store_next_serial(store, &error),
                           .ticket = committed.ticket,
                           .entry = committed.entry,
                           .mail = i == 0 ? id : 0,
                           .template = "notice-new",
                           .envelope_from = "suporte@desk.example",
                           .recipient = "ana@desk.example",
                           .message_id = message_id,
                           .bytes = bytes,
                           .gaps = gaps};
        g_assert_true(ch_store_queue(store, &queued, &error));
        g_assert_no_error(error);
    }
    commit(store);
    return committed.ticket;
}

static void assert_logged(ChStore *store, gint64 ticket, const char *what)
{
    g_autoptr(ChTicketView) view = ch_store_ticket_view(store, ticket, NULL);
    const ChEventRow *last = g_ptr_array_index(view->events, view->events->len - 1);
    g_test_message("%s", last->detail);
    g_assert_cmpstr(last->kind, ==, "delivery-failed");
    g_assert_nonnull(strstr(last->detail, what));
}

/* Each damage hits the first mail; the second one leaves. */
static void test_outbox(void)
{
    static const struct {
        const char *sql, *what;
    } cases[] = {
        {"UPDATE outbox_bytes SET bytes = substr(bytes, 1, length(bytes) - 20) WHERE outbox_id = 1",
         "broken"},
        {"UPDATE outbox_bytes SET bytes = x'28b52ffd' WHERE outbox_id = 1", "broken"},
        {"UPDATE outbox_bytes SET bytes = x'28b52ffde0ffffffffffffffff' WHERE outbox_id = 1", "broken"},
        {"UPDATE mail_raw SET bytes = substr(bytes, 1, 100) WHERE mail_id = 2", "broken"},
        {"DELETE FROM mail_raw WHERE mail_id = 2", "not stored"},
        {"UPDATE outbox_bytes SET gaps = 'nonsense' WHERE outbox_id = 1", "gaps"},
        {"DELETE FROM outbox_bytes WHERE outbox_id = 1", "not stored"},
        {"UPDATE attachment SET part = '9' WHERE mail_id = 2", "no file"},
    };
    ch_parse_setup();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (guint limit = 1; limit <= 10; limit += 9) {
            g_autofree char *folder = fixture_folder();
            g_autoptr(ChConfig) config = fixture_desk(folder);
            g_autoptr(GError) error = NULL;
            gint64 serials[2];
            gint64 ticket = prepare(config, folder, serials);
            g_assert_cmpint(store_sql(folder, cases[i].sql), ==, SQLITE_OK);
            g_autoptr(ChStore) store = open_store(folder);
            begin(store);
            g_autoptr(GPtrArray) due = ch_store_claim(store, limit, &error);
            g_assert_no_error(error);
            commit(store);
            g_assert_cmpuint(due->len, ==, 1);
            g_assert_cmpint(((ChDue *)due->pdata[0])->id, ==, serials[1]);
            g_assert_cmpint(state_of(store, serials[0]), ==, CH_OUTBOX_FAILED);
            g_assert_cmpint(state_of(store, serials[1]), ==, CH_OUTBOX_SENDING);
            assert_logged(store, ticket, cases[i].what);
            fixture_remove(folder);
        }
}

/* A database that fails as a whole is no mail's fault. */
static void test_no_table(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_autoptr(GError) error = NULL;
    gint64 serials[2];
    prepare(config, folder, serials);
    g_autoptr(ChStore) store = open_store(folder);
    g_assert_cmpint(store_sql(folder, "ALTER TABLE outbox_bytes RENAME TO gone"), ==, SQLITE_OK);
    begin(store);
    g_assert_null(ch_store_claim(store, 10, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_STORE);
    ch_store_rollback(store);
    fixture_remove(folder);
}

typedef struct {
    ChDesk desk;
    ChTemplates *templates;
    ChEngine *engine;
} Running;

static void run_engine(Running *running, const ChConfig *config)
{
    GError *error = NULL;
    running->templates = ch_templates_load("etc/templates", &error);
    g_assert_no_error(error);
    running->desk = (ChDesk){.config = config, .templates = running->templates};
    running->engine = ch_engine_new(&running->desk, &error);
    g_assert_no_error(error);
}

static void stop_engine(Running *running)
{
    ch_engine_free(running->engine);
    ch_templates_free(running->templates);
}

/* The parser reads the file otherwise than when the mail was queued: other bytes than those do not leave. */
static void test_other_file(void)
{
    for (guint damaged = 0; damaged < 2; damaged++) {
        g_autofree char *folder = fixture_folder();
        g_autofree char *out = fixture_folder();
        g_autoptr(ChConfig) config = fixture_desk(folder);
        g_autoptr(GError) error = NULL;
        gint64 serials[2];
        Running running;
        gint64 ticket = prepare(config, folder, serials);
        if (damaged)
            g_assert_cmpint(store_sql(folder, "UPDATE attachment SET sha256 = replace(sha256, 'a', 'b')"), ==,
                            SQLITE_OK);
        run_engine(&running, config);
        g_autoptr(ChTransport) transport = ch_transport_directory_new(out, &error);
        g_assert_true(ch_engine_deliver(running.engine, transport, FALSE, NULL, &error));
        g_assert_no_error(error);
        stop_engine(&running);
        g_autoptr(ChStore) store = open_store(folder);
        g_assert_cmpint(state_of(store, serials[0]), ==, damaged ? CH_OUTBOX_FAILED : CH_OUTBOX_SENT);
        g_assert_cmpint(state_of(store, serials[1]), ==, CH_OUTBOX_SENT);
        if (damaged)
            assert_logged(store, ticket, "not read as it was");
        fixture_remove(folder);
        fixture_remove(out);
    }
}

/* Only such mails are due: the desk goes on. */
static void test_none_leaves(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *out = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_autoptr(GError) error = NULL;
    gint64 serials[2];
    Running running;
    prepare(config, folder, serials);
    g_assert_cmpint(
        store_sql(folder, "UPDATE attachment SET sha256 = ''; DELETE FROM outbox_bytes WHERE outbox_id = 2"),
        ==, SQLITE_OK);
    run_engine(&running, config);
    g_autoptr(ChTransport) transport = ch_transport_directory_new(out, &error);
    g_assert_true(ch_engine_deliver(running.engine, transport, FALSE, NULL, &error));
    stop_engine(&running);
    g_autoptr(ChStore) store = open_store(folder);
    g_assert_cmpint(state_of(store, serials[0]), ==, CH_OUTBOX_FAILED);
    g_assert_cmpint(state_of(store, serials[1]), ==, CH_OUTBOX_FAILED);
    fixture_remove(folder);
    fixture_remove(out);
}

/* Kept by `deliver`, damaged, and looked at by `serve`: that one is set aside, the next is read. */
static void test_adopted(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_autoptr(GError) error = NULL;
    Running running;
    gint64 ids[3];
    run_engine(&running, config);
    ChStore *store = open_store(folder);
    begin(store);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *text = mail_with_file();
        g_autofree char *other = g_strdup_printf("X-Number: %u\r\n%s", i, text);
        g_autoptr(GBytes) raw = g_bytes_new(other, strlen(other));
        g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "stdin");
        g_autoptr(GBytes) packed = ch_store_pack(raw);
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(packed, 0, g_bytes_get_size(packed) - 30);
        char sha256[65];
        gboolean known;
        ch_sha256(other, strlen(other), sha256);
        g_assert_true(
            ch_store_take(store, incoming, sha256, i == 1 ? part : packed, 0, &ids[i], &known, &error));
    }
    commit(store);
    ch_engine_look(running.engine);
    g_assert_true(ch_engine_drain(running.engine, &error));
    g_assert_no_error(error);
    stop_engine(&running);
    g_autoptr(GPtrArray) aside = ch_store_mails(store, CH_OUTCOME_QUARANTINED, 10, &error);
    g_assert_cmpuint(aside->len, ==, 1);
    g_assert_cmpint(((ChMailRow *)aside->pdata[0])->id, ==, ids[1]);
    g_assert_nonnull(strstr(((ChMailRow *)aside->pdata[0])->reasons, "broken"));
    g_autoptr(GArray) left = ch_store_undecided(store, 0, 0, 9, 10, &error);
    g_assert_cmpuint(left->len, ==, 0);
    assert_balanced(store);
    ch_store_free(store);
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/damage/outbox", test_outbox);
    g_test_add_func("/store/damage/no-table", test_no_table);
    g_test_add_func("/store/damage/other-file", test_other_file);
    g_test_add_func("/store/damage/none-leaves", test_none_leaves);
    g_test_add_func("/store/damage/adopted", test_adopted);
    return g_test_run();
}
