/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Desks as versions 2 and 3 left them are read by this program. (Version 1's is in test_store_people.c.) */
#include "store_test.h"

extern const char *const ch_migrations[];

/* Two tickets, one of them closed; a question that nobody answered; a mail of ours that left. */
static const char version_2[] =
    "INSERT INTO token_key VALUES (1, zeroblob(32), 1000, NULL);"
    "INSERT INTO person (id, name, created_at, account) VALUES (1, 'Maria', 1000, 'active'),"
    " (2, 'Novo', 1001, 'pending');"
    "INSERT INTO address VALUES ('maria@c.example', 1, 1000), ('novo@d.example', 2, 1001);"
    "INSERT INTO department VALUES (1, 'suporte');"
    "INSERT INTO ticket VALUES (1, 'Impressora', 1, 1, 'Maria@c.example', 'open', 1000, 1000),"
    " (2, 'Monitor', 1, 1, 'maria@c.example', 'closed', 1000, 5000);"
    "INSERT INTO mail (id, sha256, size, truncated, source, taken_at, attempts, sender, outcome, reasons,"
    " ticket_id, decided_at, fingerprint) VALUES"
    " (1, 'a', 10, 0, 'm/INBOX', 1000, 1, 'maria@c.example', 'ticket', 'x', 1, 1000, 'f1'),"
    " (2, 'b', 10, 0, 'm/INBOX', 1000, 1, 'maria@c.example', 'ticket', 'x', 2, 1000, 'f2'),"
    " (3, 'c', 10, 0, 'm/INBOX', 1002, 1, 'novo@d.example', 'held', 'x', NULL, 1003, 'f3');"
    "INSERT INTO mail_raw SELECT id, x'726177' FROM mail;"
    "INSERT INTO entry VALUES (1, 1, 1, 'message', 1, 'Maria@c.example', 'requester', 't', 't', '[]', 1000),"
    " (2, 2, 2, 'message', 1, 'maria@c.example', 'requester', 't', 't', '[]', 1000);"
    "INSERT INTO hold VALUES (3, 'registration', 'novo@d.example', 'suporte', 1002);"
    "INSERT INTO question (kind, address, asked_at, expires_at) VALUES ('register', 'novo@d.example', 1002, "
    "9000);"
    "INSERT INTO outbox VALUES (1, 1, 1, 'ack', 's@desk.example', 'Maria@c.example', 'x@y', 'sent', 1, 1000, "
    "1000,"
    " 1001, 250, 'ok', NULL);"
    "INSERT INTO outbox_bytes VALUES (1, x'6279746573', '', NULL);"
    "PRAGMA user_version = 2;";

static void test_from_version_2(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    g_assert_cmpint(store_sql(folder, ch_migrations[0]), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, ch_migrations[1]), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, version_2), ==, SQLITE_OK);
    g_autoptr(ChStore) store = open_store(folder);
    assert_balanced(store);
    ch_clock_set(6000);
    g_autoptr(ChTicketFacts) open = ch_store_ticket(store, 1, NULL, &error);
    g_autoptr(ChTicketFacts) closed = ch_store_ticket(store, 2, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(open->closed_for, ==, 0);
    g_assert_cmpint(closed->closed_for, ==, 1000); /* closed when it changed for the last time */
    g_assert_cmpint(open->follows, ==, 0);
    g_assert_cmpuint(open->watchers->len + open->referred->len, ==, 0);
    gboolean marked = TRUE, changed;
    g_assert_true(ch_store_marked(store, "maria@c.example", &marked, &error));
    g_assert_false(marked);
    begin(store);
    g_assert_true(ch_store_merge_tickets(store, 1, 2, "admin", &error));
    g_assert_true(ch_store_set_ticket_state(store, 2, CH_TICKET_OPEN, "admin", &changed, &error));
    g_assert_true(ch_store_answer(store, 1, TRUE, "page", &error));
    commit(store);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM ticket WHERE closed_at IS NULL"), ==, 1);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM question WHERE answer = 'yes'"), ==, 1);
    assert_balanced(store);
    ch_clock_set(-1);
    fixture_remove(folder);
}

/* As version 2 left it, and then: a mail held for each reason that there was. */
static const char version_3[] =
    "INSERT INTO mail (id, sha256, size, truncated, source, taken_at, attempts, sender, outcome, reasons,"
    " decided_at, kind) VALUES"
    " (4, 'd', 10, 0, 'm/INBOX', 1004, 1, 'd@d.example', 'held', 'x', 1004, 'person'),"
    " (5, 'e', 10, 0, 'm/INBOX', 1005, 1, 'desk', 'held', 'x', 1005, 'person');"
    "INSERT INTO mail_raw SELECT id, x'726177' FROM mail WHERE id > 3;"
    "INSERT INTO hold VALUES (4, 'claim', 'd@d.example', NULL, 1004), (5, 'no-address', '', NULL, 1005);"
    "INSERT INTO watcher VALUES (1, 'chefe@c.example', 1001);"
    "PRAGMA user_version = 3;";

static void test_from_version_3(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    g_assert_cmpint(store_sql(folder, ch_migrations[0]), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, ch_migrations[1]), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, version_2), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, ch_migrations[2]), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, version_3), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, "CREATE TABLE before AS SELECT * FROM hold"), ==, SQLITE_OK);
    g_autoptr(ChStore) store = open_store(folder);
    assert_balanced(store);
    g_assert_cmpint(
        store_number(folder, "SELECT count(*) FROM (SELECT * FROM before EXCEPT SELECT * FROM hold)"), ==, 0);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM hold"), ==, 3);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND "
                                         "name IN ('hold_by_address', 'hold_by_time')"),
                    ==, 2);
    g_autoptr(ChTicketFacts) ticket = ch_store_ticket(store, 1, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(ticket->priority, ==, CH_PRIORITY_NORMAL);
    g_assert_null(ticket->assignee);
    g_assert_cmpuint(ticket->watchers->len, ==, 1);
    g_autoptr(GPtrArray) decided = ch_store_decided(store, 0, 0, 10, &error);
    g_assert_cmpuint(decided->len, ==, 0); /* what kind of mail version 2 decided is not known here */
    begin(store);
    g_assert_true(ch_store_release_mail(store, 4, &error));
    g_assert_true(ch_store_unhold(store, 5, "test", TRUE, &error));
    commit(store);
    g_assert_cmpint(store_sql(folder, "UPDATE hold SET kind = 'rule' WHERE mail_id = 4"), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, "UPDATE hold SET kind = 'whim' WHERE mail_id = 4"), ==,
                    SQLITE_CONSTRAINT);
    assert_balanced(store);
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/upgrade/from-version-2", test_from_version_2);
    g_test_add_func("/upgrade/from-version-3", test_from_version_3);
    return g_test_run();
}
