/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store by its contract: kept once, one outcome, together or not at all, an append-only log, states that
 * only move as they may. */
#include "store_test.h"

#include "queries.h"
#include "store/db.h"

#include <sys/stat.h>
#include <unistd.h>

static void test_kept_once(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    ChStore *store = open_store(folder);
    gboolean known;
    begin(store);
    gint64 id = take(store, "Subject: x\r\n\r\nbytes \x01\xff", &known);
    g_assert_false(known);
    g_assert_cmpint(take(store, "Subject: x\r\n\r\nbytes \x01\xff", &known), ==, id);
    g_assert_true(known);
    g_assert_cmpint(take(store, "Subject: x\r\n\r\nother", &known), !=, id);
    g_assert_false(known);
    commit(store);
    ch_store_free(store);

    store = open_store(folder);
    g_autoptr(ChIncoming) again = ch_store_incoming(store, id, &error);
    g_assert_no_error(error);
    gsize length;
    const char *bytes = g_bytes_get_data(again->raw, &length);
    g_assert_cmpmem(bytes, length, "Subject: x\r\n\r\nbytes \x01\xff", 22);
    g_autoptr(GArray) left = ch_store_undecided(store, 0, 1, 9, 10, &error);
    g_assert_cmpuint(left->len, ==, 2);
    ch_store_free(store);
    fixture_remove(folder);
}

/* Whatever was packed comes back the same: small, large, empty, and what looks packed already. */
static void test_pack(void)
{
    g_autofree char *folder = fixture_folder();
    ChStore *store = open_store(folder);
    g_autoptr(GString) large = g_string_new(NULL);
    for (guint i = 0; i < 20000; i++)
        g_string_append_printf(large, "%u,", i);
    g_autoptr(GBytes) packed_once = NULL;
    struct {
        const char *bytes;
        gsize length;
    } cases[] = {
        {"x", 1}, {large->str, large->len}, {"\x28\xb5\x2f\xfd not packed", 15}, {"\x28\xb5\x2f\xfd", 4}};
    begin(store);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) raw = g_bytes_new(cases[i].bytes, cases[i].length);
        g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
        g_autoptr(GBytes) packed = ch_store_pack(raw);
        char sha256[65];
        gint64 id;
        gboolean known;
        ch_sha256(cases[i].bytes, cases[i].length, sha256);
        g_assert_true(ch_store_take(store, incoming, sha256, packed, 1, &id, &known, &error));
        g_autoptr(ChIncoming) back = ch_store_incoming(store, id, &error);
        g_assert_no_error(error);
        g_assert_true(g_bytes_equal(back->raw, raw));
    }
    g_autoptr(GBytes) raw = g_bytes_new(large->str, large->len);
    packed_once = ch_store_pack(raw);
    g_assert_cmpuint(g_bytes_get_size(packed_once), <, large->len / 2);
    commit(store);
    ch_store_free(store);
    fixture_remove(folder);
}

static void test_one_outcome(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    ChCommitted committed;
    ChStore *store = store_with_ticket(folder, &committed);
    g_assert_cmpint(committed.ticket, ==, 1);
    g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", "x", "m1@c.example");
    g_autoptr(ChDecision) ignored = ch_decision_new();
    ignored->outcome = CH_OUTCOME_IGNORED;
    begin(store);
    g_assert_false(settle(store, 1, mail, ignored, &committed, &error)); /* P2 */
    g_assert_error(error, CH_ERROR, CH_ERROR_STORE);
    ch_store_rollback(store);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) faults = ch_store_verify(store, counts, NULL);
    g_assert_cmpuint(faults->len, ==, 0);
    g_assert_cmpint(GPOINTER_TO_INT(g_hash_table_lookup(counts, "ticket")), ==, 1);
    ch_store_free(store);
    fixture_remove(folder);
}

/* `verify` must be able to fail. */
static void test_verify_fails(void)
{
    g_autofree char *folder = fixture_folder();
    ChCommitted committed;
    ch_store_free(store_with_ticket(folder, &committed));
    g_autofree char *path = g_build_filename(folder, "desk.db", NULL);
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, "DELETE FROM mail_raw", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
    ChStore *store = open_store(folder);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) faults = ch_store_verify(store, counts, NULL);
    g_assert_cmpuint(faults->len, ==, 1);
    ch_store_free(store);
    fixture_remove(folder);
}

static void test_events_are_kept(void)
{
    g_autofree char *folder = fixture_folder();
    ChCommitted committed;
    ch_store_free(store_with_ticket(folder, &committed));
    g_autofree char *path = g_build_filename(folder, "desk.db", NULL);
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, "DELETE FROM event", NULL, NULL, NULL), ==, SQLITE_CONSTRAINT);
    g_assert_cmpint(sqlite3_exec(db, "UPDATE event SET detail = ''", NULL, NULL, NULL), ==,
                    SQLITE_CONSTRAINT);
    sqlite3_close(db);
    fixture_remove(folder);
}

static void test_newer_is_refused(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    ch_store_free(open_store(folder));
    g_autofree char *path = g_build_filename(folder, "desk.db", NULL);
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
    static const ChStoreMode modes[] = {CH_STORE_WRITE, CH_STORE_READ};
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_clear_error(&error);
        g_assert_null(ch_store_open(folder, modes[i], &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_NEWER);
    }
    fixture_remove(folder);
}

static void test_no_desk_to_read(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    g_assert_null(ch_store_open(folder, CH_STORE_READ, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
    fixture_remove(folder);
}

/* Which trace finds the ticket, and how strong it is. */
static void test_facts(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *ours = NULL;
    ChCommitted committed;
    ChStore *store = store_with_ticket(folder, &committed);
    begin(store);
    gint64 serial = queue_mail(store, committed.ticket, committed.entry, "maria@c.example", &ours);
    commit(store);
    g_autofree char *forged = g_strdup_printf(
        "ch.1.1.1.%" G_GINT64_FORMAT ".00000000000000000000000000000000@desk.example", serial);
    const struct {
        const char *reference, *sender;
        gint64 number;
        ChMatch match;
    } cases[] = {
        {ours, "maria@c.example", 0, CH_MATCH_TOKEN},
        {ours, "MARIA@C.example", 0, CH_MATCH_TOKEN},
        {ours, "eve@d.example", 0, CH_MATCH_REFERENCES}, /* a forwarded mail: not sent to this address */
        {forged, "maria@c.example", 0, CH_MATCH_NONE},
        {"m1@c.example", "maria@c.example", 0, CH_MATCH_REFERENCES},
        {"unknown@c.example", "maria@c.example", 0, CH_MATCH_NONE},
        {"unknown@c.example", "maria@c.example", 1, CH_MATCH_SUBJECT},
        {"unknown@c.example", "maria@c.example", 77, CH_MATCH_NONE},
        {ours, "maria@c.example", 77, CH_MATCH_TOKEN},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ChMail) mail =
            fixture_mail(cases[i].sender, "suporte@desk.example", "Re: x", "new@c.example");
        g_ptr_array_add(i % 2 ? mail->references : mail->in_reply_to, g_strdup(cases[i].reference));
        ChInquiry inquiry = {0, mail, cases[i].sender, "", "", cases[i].number, NULL, 0, FALSE};
        g_autoptr(ChFacts) facts = ch_store_facts(store, &inquiry, &error);
        g_assert_no_error(error);
        g_test_message("case %u", i);
        g_assert_cmpint(facts->match, ==, cases[i].match);
        g_assert_cmpint(facts->ticket != NULL, ==, cases[i].match != CH_MATCH_NONE);
        g_assert_null(facts->disagreement); /* with a number that was never given out there is none */
    }
    g_autoptr(ChMail) back = fixture_mail("x@c.example", "suporte@desk.example", "x", ours);
    ChInquiry inquiry = {0, back, "x@c.example", "", "", 0, NULL, 0, FALSE};
    g_autoptr(ChFacts) own = ch_store_facts(store, &inquiry, NULL);
    g_assert_true(own->own_message_id); /* L21 */
    ch_store_free(store);
    fixture_remove(folder);
}

/* P3: the same words by another route are the same mail; the same Message-ID with other words is not. */
static void test_fingerprint(void)
{
    g_autoptr(ChMail) one = fixture_mail("maria@c.example", "suporte@desk.example", "x", "m1@c.example");
    g_autoptr(ChMail) copy = fixture_mail("MARIA@c.example", "sales@desk.example", "x", "m1@c.example");
    g_autoptr(ChMail) other = fixture_mail("maria@c.example", "suporte@desk.example", "x", "m1@c.example");
    g_autoptr(ChMail) bare = fixture_mail("maria@c.example", "suporte@desk.example", "x", "");
    g_free(other->text);
    other->text = g_strdup("Outra coisa.\n");
    g_autofree char *a = ch_mail_fingerprint(one);
    g_autofree char *b = ch_mail_fingerprint(copy);
    g_autofree char *c = ch_mail_fingerprint(other);
    g_autofree char *d = ch_mail_fingerprint(bare);
    g_assert_cmpstr(a, ==, b);
    g_assert_cmpstr(a, !=, c);
    g_assert_cmpstr(d, ==, "");
}

static void test_folders(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChStore *store = open_store(folder);
    gint64 id;
    guint32 highest;
    gboolean known;
    begin(store);
    gint64 mail = take(store, "x", &known);
    for (guint round = 0; round < 2; round++) {
        g_autoptr(GArray) unacted = NULL;
        g_autoptr(GArray) again = NULL;
        g_assert_true(ch_store_folder(store, "m", "INBOX", 7, &id, &highest, &unacted, &again, &error));
        g_assert_cmpuint(highest, ==, round ? 13 : 0);
        g_assert_cmpuint(unacted->len, ==, round ? 1 : 0);
        g_assert_cmpuint(again->len, ==, round ? 2 : 0);
        if (round) /* the one that was tried least comes first */
            g_assert_cmpuint(g_array_index(again, guint32, 0), ==, 13);
        if (round == 0) {
            g_assert_true(ch_store_uid_taken(store, id, 10, mail, &error));
            g_assert_true(ch_store_uid_taken(store, id, 11, mail, &error));
            g_assert_true(ch_store_uid_failed(store, id, 12, &error));
            g_assert_true(ch_store_uid_failed(store, id, 13, &error));
            g_assert_true(ch_store_uid_failed(store, id, 12, &error));
            g_assert_true(ch_store_uid_done(store, id, 10, &error));
        }
    }
    g_autoptr(GArray) unacted = NULL;
    g_autoptr(GArray) again = NULL;
    /* Another UIDVALIDITY: nothing of the old numbers means anything (P3). */
    g_assert_true(ch_store_folder(store, "m", "INBOX", 8, &id, &highest, &unacted, &again, &error));
    g_assert_cmpuint(highest, ==, 0);
    g_assert_cmpuint(unacted->len + again->len, ==, 0);
    commit(store);
    ch_store_free(store);
    fixture_remove(folder);
}

static void test_lock(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    int lock = ch_desk_lock(folder, "serve", &error);
    g_assert_no_error(error);
    g_assert_cmpint(ch_desk_lock(folder, "poll", &error), ==, -1);
    g_assert_error(error, CH_ERROR, CH_ERROR_BUSY);
    g_assert_nonnull(strstr(error->message, "held by chamado serve, process "));
    ch_desk_unlock(lock);
    g_clear_error(&error);
    lock = ch_desk_lock(folder, "poll", &error);
    g_assert_no_error(error);
    ch_desk_unlock(lock);
    fixture_remove(folder);
}

/* `sudo chamado poll` as the first command of all: the desk's own user can go on. */
static void test_root_hands_over(void)
{
    if (geteuid() != 0) {
        g_test_skip("only root can try it");
        return;
    }
    g_autofree char *folder = fixture_folder();
    g_assert_cmpint(chown(folder, 12345, 12346), ==, 0);
    g_autoptr(GError) error = NULL;
    int lock = ch_desk_lock(folder, "poll", &error);
    g_assert_no_error(error);
    g_autoptr(ChStore) store = ch_store_open(folder, CH_STORE_WRITE, &error);
    g_assert_no_error(error);
    const char *names[] = {"desk.lock", "desk.db", "desk.db-wal", "desk.db-shm"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        struct stat facts;
        g_assert_cmpint(stat(path, &facts), ==, 0);
        g_assert_cmpuint(facts.st_uid, ==, 12345);
        g_assert_cmpuint(facts.st_gid, ==, 12346);
        g_assert_cmpuint(facts.st_mode & 077, ==, 0);
    }
    ch_desk_unlock(lock);
    g_clear_pointer(&store, ch_store_free);
    fixture_remove(folder);
}

/* One mail's failure leaves what the transaction did before it. */
/* A setting of the store's own connection. */
static gint64 pragma(ChStore *store, const char *name)
{
    g_autofree char *sql = g_strconcat("PRAGMA ", name, NULL);
    sqlite3_stmt *statement;
    g_assert_cmpint(sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    gint64 value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static void test_savepoint(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    ChStore *store = open_store(folder);
    gboolean known;
    begin(store);
    take(store, "one", &known);
    g_assert_true(ch_store_savepoint(store, &error));
    take(store, "two", &known);
    g_assert_nonnull(ch_store_keys(store, &error)); /* made in it, and gone with it */
    ch_store_rollback_savepoint(store);
    g_assert_cmpuint(ch_store_keys(store, &error)->len, ==, 1);
    commit(store);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM token_key"), ==, 1);
    g_autoptr(GArray) left = ch_store_undecided(store, 0, 0, 9, 10, &error);
    g_assert_cmpuint(left->len, ==, 1);
    ch_store_free(store);
    fixture_remove(folder);
}

/* Opens a ticket in DEPARTMENT by the mail TEXT. */
static void open_in(ChStore *store, const char *department, const char *text)
{
    GError *error = NULL;
    gboolean known;
    ChCommitted committed;
    g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", text, text);
    g_autoptr(ChDecision) decision = new_ticket();
    g_free(decision->department);
    decision->department = g_strdup(department);
    g_assert_true(settle(store, take(store, text, &known), mail, decision, &committed, &error));
    g_assert_no_error(error);
}

/* The number of a department that was made in what is undone may be another one's afterwards. */
static void test_department_undone(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    ChStore *store = open_store(folder);
    for (guint whole = 0; whole < 2; whole++) {
        static const char *const later[] = {"outra", "quarta"}, *const undone[] = {"nova", "quinta"};
        begin(store);
        if (!whole)
            g_assert_true(ch_store_savepoint(store, &error));
        g_assert_true(ch_store_add_department(store, undone[whole], &error));
        open_in(store, undone[whole], "undone");
        if (whole) {
            ch_store_rollback(store);
            begin(store);
        } else
            ch_store_rollback_savepoint(store);
        g_assert_true(ch_store_add_department(store, later[whole], &error));
        g_assert_true(ch_store_add_department(store, undone[whole], &error));
        open_in(store, undone[whole], undone[whole]);
        commit(store);
        g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM ticket t JOIN department d "
                                               "ON d.id = t.department_id WHERE d.name = '%s'",
                                               undone[whole]);
        g_assert_cmpint(store_number(folder, sql), ==, 1);
    }
    ch_store_free(store);
    fixture_remove(folder);
}

/* It holds everybody's mail, and what it says is committed is on the disk (P1). */
static void test_open(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *path = g_build_filename(folder, "desk.db", NULL);
    ChStore *store = open_store(folder);
    GStatBuf facts;
    g_assert_cmpint(g_stat(path, &facts), ==, 0);
    g_assert_cmpint(facts.st_mode & 0777, ==, 0600);
    g_assert_cmpint(pragma(store, "synchronous"), ==, 2); /* FULL */
    g_assert_cmpint(pragma(store, "foreign_keys"), ==, 1);
    g_assert_cmpint(pragma(store, "query_only"), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(ChStore) reader = ch_store_open(folder, CH_STORE_READ, &error);
    g_assert_no_error(error);
    g_assert_cmpint(pragma(reader, "query_only"), ==, 1);
    ch_store_free(store);
    fixture_remove(folder);
}

/* No work for each mail that grows with the mails kept: of all statements only those for admins may read a
 * whole table. */
static void test_no_scan(void)
{
    static const char *const for_admins[] = {"ticket_list",
                                             "outbox_list",
                                             "mail_outcomes",
                                             "verify_ticket_outcomes",
                                             "verify_entries",
                                             "verify_raw",
                                             "verify_outbox",
                                             "verify_raw_gone",
                                             "verify_held",
                                             "verify_holds",
                                             "key_all",
                                             "mail_list",
                                             "block_list",
                                             "hold_of_domain",
                                             "hold_lines",
                                             "hold_lines_count",
                                             "person_list",
                                             "key_list",
                                             "rule_stats",
                                             "verify_values",
                                             "status_mails",
                                             "status_outbox",
                                             NULL};
    g_autofree char *folder = fixture_folder();
    ch_store_free(open_store(folder));
    g_autofree char *path = g_build_filename(folder, "desk.db", NULL);
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    guint scans = 0;
    for (guint i = 0; i < CH_QUERY_COUNT; i++) {
        g_autofree char *sql = g_strconcat("EXPLAIN QUERY PLAN ", ch_query_texts[i].sql, NULL);
        sqlite3_stmt *statement;
        g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(statement, 3);
            if (!g_str_has_prefix(step, "SCAN") || g_str_has_prefix(step, "SCAN CONSTANT ROW") ||
                g_str_has_prefix(step, "SCAN sqlite_sequence") || /* one row for each table that counts */
                g_str_has_prefix(step, "SCAN (subquery") ||       /* of rows that are searched for */
                strcmp(step, "SCAN question USING INDEX question_to_do") == 0) /* holds just those to do */
                continue;
            scans++;
            if (!g_strv_contains(for_admins, ch_query_texts[i].name)) {
                g_test_message("%s: %s", ch_query_texts[i].name, step);
                g_test_fail();
            }
        }
        sqlite3_finalize(statement);
    }
    g_assert_cmpuint(scans, >, 0); /* the lists do scan: the test sees scans */
    sqlite3_close(db);
    fixture_remove(folder);
}

/* Fails with the code that DATA points to; not at all where that is negative. */
static gboolean fail_as_told(gpointer data, GError **error)
{
    const gint *code = data;
    if (*code < 0)
        return TRUE;
    g_set_error(error, CH_ERROR, *code, "as the test wants it");
    return FALSE;
}

/* A piece's own fault ends the piece; what says something of the database, or of our own end, ends all. */
static void test_contain(void)
{
    static const struct {
        gint code;
        gboolean good;
    } cases[] = {{-1, TRUE},
                 {CH_ERROR_INPUT, TRUE},
                 {CH_ERROR_NOT_FOUND, TRUE},
                 {CH_ERROR_STORE, FALSE},
                 {CH_ERROR_BUSY, FALSE},
                 {CH_ERROR_IO, FALSE},
                 {CH_ERROR_CANCELLED, FALSE}};
    g_autofree char *folder = fixture_folder();
    ChStore *store = open_store(folder);
    begin(store);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) fault = NULL;
        g_autoptr(GError) error = NULL;
        gint code = cases[i].code;
        g_assert_cmpint(ch_store_contain(store, fail_as_told, &code, &fault, &error), ==, cases[i].good);
        g_assert_cmpint(fault != NULL, ==, cases[i].good && code >= 0);
        g_assert_cmpint(error != NULL, ==, !cases[i].good);
    }
    commit(store);
    ch_store_free(store);
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/kept-once", test_kept_once);
    g_test_add_func("/store/pack", test_pack);
    g_test_add_func("/store/one-outcome", test_one_outcome);
    g_test_add_func("/store/root-hands-over", test_root_hands_over);
    g_test_add_func("/store/verify-fails", test_verify_fails);
    g_test_add_func("/store/events-are-kept", test_events_are_kept);
    g_test_add_func("/store/newer-is-refused", test_newer_is_refused);
    g_test_add_func("/store/no-desk-to-read", test_no_desk_to_read);
    g_test_add_func("/store/facts", test_facts);
    g_test_add_func("/store/fingerprint", test_fingerprint);
    g_test_add_func("/store/contain", test_contain);
    g_test_add_func("/store/folders", test_folders);
    g_test_add_func("/store/lock", test_lock);
    g_test_add_func("/store/savepoint", test_savepoint);
    g_test_add_func("/store/department-undone", test_department_undone);
    g_test_add_func("/store/open", test_open);
    g_test_add_func("/store/no-scan", test_no_scan);
    return g_test_run();
}
