/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People in the store: an upgraded desk, who is pending and who is not, mails held and let go, addresses
 * joined, people forgotten, senders blocked. */
#include "store_test.h"

extern const char *const ch_migrations[];

/* A desk as version 1 left it: a ticket, a reply held because of a stranger, a mail without an address. */
static const char version_1[] =
    "INSERT INTO token_key VALUES (1, zeroblob(32), 1000);"
    "INSERT INTO person VALUES (1, 'Maria', 1000), (2, 'Ana', 1001);"
    "INSERT INTO address VALUES ('maria@c.example', 1, 1000), ('ana@desk.example', 2, 1001);"
    "INSERT INTO department VALUES (1, 'suporte');"
    "INSERT INTO ticket VALUES (1, 'Impressora', 1, 1, 'Maria@c.example', 'open', 1000, 1000);"
    "INSERT INTO mail (id, sha256, size, truncated, source, taken_at, attempts, sender, outcome, reasons, "
    "ticket_id,"
    " decided_at) VALUES"
    " (1, 'a', 10, 0, 'm/INBOX', 1000, 1, 'maria@c.example', 'ticket', 'x', 1, 1000),"
    " (2, 'b', 10, 0, 'm/INBOX', 1002, 1, 'eve@d.example', 'held', 'x', 1, 1003),"
    " (3, 'c', 10, 0, 'm/INBOX', 1004, 1, 'desk', 'held', 'x', NULL, 1004),"
    " (4, 'd', 10, 0, 'm/INBOX', 1005, 1, 'list@d.example', 'ignored', 'x', NULL, 1005);"
    "INSERT INTO mail_raw SELECT id, x'726177' FROM mail;"
    "INSERT INTO entry VALUES (1, 1, 1, 'message', 1, 'Maria@c.example', 'requester', 't', 't', '[]', 1000);"
    "INSERT INTO event VALUES (1, 1000, 1, 1, 'maria@c.example', 'opened', 'suporte');"
    "INSERT INTO outbox VALUES (1, 1, 1, 'ack', 's@desk.example', 'Maria@c.example', 'x@y', 'queued', 0, "
    "1000, 1000,"
    " NULL, 0, '');"
    "INSERT INTO outbox_bytes VALUES (1, x'6279746573', '', NULL);"
    "PRAGMA user_version = 1;";

static void test_upgrade(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    g_assert_cmpint(store_sql(folder, ch_migrations[0]), ==, SQLITE_OK);
    g_assert_cmpint(store_sql(folder, version_1), ==, SQLITE_OK);
    g_autoptr(ChStore) store = open_store(folder);
    assert_balanced(store);
    g_autoptr(ChPersonFacts) person = NULL;
    g_assert_true(ch_store_person(store, "MARIA@c.example", &person, &error));
    g_assert_cmpint(person->account, ==, CH_ACCOUNT_ACTIVE); /* answered by version 1: not locked out */
    g_assert_cmpstr(person->name, ==, "Maria");
    g_autoptr(GPtrArray) held = ch_store_mails(store, CH_OUTCOME_HELD, 10, &error);
    g_assert_cmpuint(held->len, ==, 2);
    const ChMailRow *stranger = held->pdata[0], *nobody = held->pdata[1];
    g_assert_cmpint(stranger->hold, ==, CH_HOLD_STRANGER);
    g_assert_cmpstr(stranger->department, ==, "suporte");
    g_assert_cmpint(nobody->hold, ==, CH_HOLD_NO_ADDRESS);
    g_assert_cmpstr(nobody->department, ==, "");
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM hold WHERE address = ''"), ==, 1);
    g_assert_cmpint(store_number(folder, "SELECT held_at FROM hold WHERE mail_id = 2"), ==, 1002);
    const GArray *keys = ch_store_keys(store, &error);
    g_assert_cmpuint(keys->len, ==, 1);
    g_assert_cmpint(g_array_index(keys, ChKey, 0).expires_at, ==, 0);
    begin(store);
    g_assert_true(ch_store_unhold(store, 3, "test", TRUE, &error));
    GPtrArray *due = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(due->len, ==, 1);
    g_ptr_array_unref(due);
    commit(store);
    assert_balanced(store);
    fixture_remove(folder);
}

static ChAccount account_of(ChStore *store, const char *address)
{
    GError *error = NULL;
    g_autoptr(ChPersonFacts) person = NULL;
    g_assert_true(ch_store_person(store, address, &person, &error));
    g_assert_no_error(error);
    return person ? person->account : CH_ACCOUNT_NONE;
}

/* Opening a ticket makes a pending person; one who is found stays as they are. */
static void test_pending(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    gboolean first, known;
    g_assert_cmpint(account_of(store, "maria@c.example"), ==, CH_ACCOUNT_PENDING);
    g_assert_cmpint(account_of(store, "nobody@c.example"), ==, CH_ACCOUNT_NONE);
    begin(store);
    ChProfile profile = {.name = "Maria da Silva", .company = "C & Cia", .telephone = "", .language = "en"};
    g_assert_true(ch_store_activate(store, "Maria@C.example", &profile, "desk", &first, &error));
    g_assert_true(first);
    ChProfile partial = {.telephone = "+55 11 5555"};
    g_assert_true(ch_store_activate(store, "maria@c.example", &partial, "desk", &first, &error));
    g_assert_false(first);
    g_assert_true(ch_store_activate(store, "new@c.example", NULL, "admin", &first, &error));
    g_assert_true(first);
    gint64 id = take(store, "second", &known);
    g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", "Outra", "m2@c.example");
    g_autoptr(ChDecision) decision = new_ticket();
    g_assert_true(settle(store, id, mail, decision, &committed, &error));
    commit(store);
    g_assert_cmpint(account_of(store, "maria@c.example"), ==, CH_ACCOUNT_ACTIVE);
    g_autoptr(ChPersonRow) row = ch_store_person_row(store, "maria@c.example", &error);
    g_assert_cmpstr(row->name, ==, "Maria da Silva");
    g_assert_cmpstr(row->company, ==, "C & Cia");
    g_assert_cmpstr(row->telephone, ==, "+55 11 5555");
    g_assert_cmpstr(row->language, ==, "en");
    g_assert_cmpuint(row->tickets, ==, 2);
    g_assert_cmpint(row->activated_at, !=, 0);
    g_assert_null(ch_store_person_row(store, "nobody@c.example", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM event WHERE kind = 'activated'"), ==, 2);
    assert_balanced(store);
    fixture_remove(folder);
}

/* Who wrote first, as desk/ registers and holds them. */
static gint64 hold_mail(ChStore *store, const char *from, const char *text, ChHoldKind kind)
{
    GError *error = NULL;
    ChCommitted committed;
    gboolean known;
    gint64 id = take(store, text, &known);
    g_autoptr(ChMail) mail = fixture_mail(from, "suporte@desk.example", "Oi", text);
    g_autoptr(ChDecision) decision = ch_decision_new();
    decision->department = g_strdup("suporte");
    ch_decision_act(decision, CH_ACTION_REGISTER, CH_TICKET_OPEN, "en", NULL);
    ch_decision_hold(decision, kind, "not known yet");
    g_assert_true(settle(store, id, mail, decision, &committed, &error));
    g_assert_no_error(error);
    return id;
}

static ChFacts *facts_of(ChStore *store, gint64 id, const char *from, const char *message_id,
                         const char *body)
{
    GError *error = NULL;
    g_autoptr(ChMail) mail = fixture_mail(from, "suporte@desk.example", "Oi", message_id);
    g_autofree char *fingerprint = ch_mail_fingerprint(mail);
    ChInquiry inquiry = {id, mail, from, fingerprint, body, 0, NULL, 0, FALSE};
    ChFacts *facts = ch_store_facts(store, &inquiry, &error);
    g_assert_no_error(error);
    return facts;
}

/* Held, counted, and later a ticket: the hold goes, the log stays. */
static void test_hold_and_release(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    gboolean known;
    begin(store);
    gint64 one = hold_mail(store, "Novo@d.example", "h1", CH_HOLD_REGISTRATION);
    gint64 two = hold_mail(store, "novo@d.example", "h22", CH_HOLD_REGISTRATION);
    hold_mail(store, "novo@d.example", "h3", CH_HOLD_CLOSED);
    hold_mail(store, "other@d.example", "h4", CH_HOLD_REGISTRATION);
    gint64 copy = take(store, "a copy of h1", &known);
    g_autoptr(ChFacts) copied = facts_of(store, copy, "Novo@d.example", "h1", "");
    g_assert_cmpint(copied->duplicate_of, ==, one); /* P3 */
    g_autoptr(ChDecision) ignored = ch_decision_new();
    ignored->outcome = CH_OUTCOME_IGNORED;
    g_autoptr(ChMail) same = fixture_mail("Novo@d.example", "suporte@desk.example", "Oi", "h1");
    g_assert_true(settle(store, copy, same, ignored, &committed, &error));
    commit(store);
    assert_balanced(store);
    g_assert_cmpint(account_of(store, "novo@d.example"), ==, CH_ACCOUNT_PENDING);
    g_autoptr(ChFacts) next = facts_of(store, 0, "NOVO@d.example", "h9", "");
    g_assert_cmpuint(next->held_mails, ==, 2);
    g_assert_cmpuint(next->held_bytes, ==, 5);
    g_assert_cmpuint(next->held_closed, ==, 1);
    g_assert_cmpstr(next->person->language, ==, "en");
    g_autoptr(GArray) held = ch_store_held(store, "Novo@d.example", CH_HOLD_REGISTRATION, 10, &error);
    g_assert_cmpuint(held->len, ==, 2);
    g_assert_cmpint(g_array_index(held, gint64, 0), ==, one);

    gint64 events = store_number(folder, "SELECT count(*) FROM event");
    begin(store);
    /* Its own copy, which came after it, does not make it one. */
    g_autoptr(ChFacts) released = facts_of(store, one, "Novo@d.example", "h1", "");
    g_assert_cmpint(released->duplicate_of, ==, 0);
    g_assert_cmpuint(released->held_mails, ==, 1);
    g_autoptr(ChDecision) decision = new_ticket();
    g_autoptr(ChMail) mail = fixture_mail("Novo@d.example", "suporte@desk.example", "Oi", "h1");
    g_assert_true(settle(store, one, mail, decision, &committed, &error));
    g_assert_cmpint(committed.ticket, ==, 2);
    /* Held again, for another reason. */
    g_autoptr(ChDecision) again = ch_decision_new();
    ch_decision_hold(again, CH_HOLD_CLAIM, "too little evidence");
    g_autoptr(ChMail) second = fixture_mail("novo@d.example", "suporte@desk.example", "Oi", "h22");
    g_assert_true(settle(store, two, second, again, &committed, &error));
    commit(store);
    assert_balanced(store);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM event"), ==, events + 3);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM hold WHERE kind = 'claim'"), ==, 1);
    begin(store);
    g_assert_false(settle(store, one, mail, ignored, &committed, &error)); /* P2 */
    g_assert_error(error, CH_ERROR, CH_ERROR_STORE);
    g_clear_error(&error);
    ch_store_rollback(store);
    fixture_remove(folder);
}

/* Ends of held mails, and that `verify` sees each half of one that is missing. */
static void test_unhold(void)
{
    static const char *const damages[] = {
        "DELETE FROM hold WHERE mail_id = 2",     "UPDATE mail SET outcome = 'ignored' WHERE id = 2",
        "DELETE FROM mail_raw WHERE mail_id = 2", "UPDATE mail SET raw_gone_at = 1 WHERE id = 2",
        "INSERT INTO mail_raw VALUES (4, x'78')",
    };
    for (guint i = 0; i <= G_N_ELEMENTS(damages); i++) {
        g_autofree char *folder = fixture_folder();
        g_autoptr(GError) error = NULL;
        ChCommitted committed;
        g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
        begin(store);
        hold_mail(store, "novo@d.example", "h1", CH_HOLD_STRANGER);
        gint64 kept = hold_mail(store, "novo@d.example", "h2", CH_HOLD_STRANGER);
        gint64 gone = hold_mail(store, "novo@d.example", "h3", CH_HOLD_STRANGER);
        g_assert_true(ch_store_unhold(store, kept, "an admin said so", FALSE, &error));
        g_assert_true(ch_store_unhold(store, gone, "too old", TRUE, &error));
        g_assert_false(ch_store_unhold(store, gone, "too old", TRUE, &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
        g_clear_error(&error);
        commit(store);
        assert_balanced(store);
        g_autoptr(ChIncoming) there = ch_store_incoming(store, kept, &error);
        g_assert_nonnull(there);
        g_assert_no_error(error);
        g_assert_null(ch_store_incoming(store, gone, &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
        g_clear_error(&error);
        g_autoptr(GPtrArray) ignored = ch_store_mails(store, CH_OUTCOME_IGNORED, 10, &error);
        g_assert_cmpuint(ignored->len, ==, 2);
        g_assert_nonnull(strstr(((ChMailRow *)ignored->pdata[1])->reasons, "too old"));
        if (i == G_N_ELEMENTS(damages)) {
            fixture_remove(folder);
            break;
        }
        g_assert_cmpint(store_sql(folder, damages[i]), ==, SQLITE_OK);
        g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GPtrArray) faults = ch_store_verify(store, counts, &error);
        g_test_message("%s: %s", damages[i], faults->len ? (char *)faults->pdata[0] : "well");
        g_assert_cmpuint(faults->len, ==, 1);
        fixture_remove(folder);
    }
}

static void activate(ChStore *store, const char *address)
{
    GError *error = NULL;
    gboolean first;
    g_assert_true(ch_store_activate(store, address, NULL, "test", &first, &error));
    g_assert_no_error(error);
}

static guint addresses_of(ChStore *store, const char *address)
{
    g_autoptr(ChPersonFacts) person = NULL;
    g_assert_true(ch_store_person(store, address, &person, NULL));
    return person ? person->addresses->len : 0;
}

static void test_alias_and_merge(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    ChCommitted committed;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed); /* maria@c.example is pending */
    begin(store);
    activate(store, "ana@desk.example");
    activate(store, "bruno@desk.example");
    g_assert_true(ch_store_alias(store, "Ana@home.example", "ANA@desk.example", "ana@desk.example", &error));
    g_assert_true(ch_store_alias(store, "ana@home.example", "ana@desk.example", "ana@desk.example", &error));
    g_assert_cmpuint(addresses_of(store, "ana@home.example"), ==, 2);
    g_assert_cmpint(account_of(store, "ana@home.example"), ==, CH_ACCOUNT_ACTIVE);
    g_assert_false(ch_store_alias(store, "x@home.example", "nobody@desk.example", "desk", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(ch_store_alias(store, "bruno@desk.example", "ana@desk.example", "desk", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_INPUT);
    g_clear_error(&error);
    /* A pending person's only address: their ticket and entry go with it. */
    g_assert_true(ch_store_alias(store, "maria@c.example", "ana@desk.example", "desk", &error));
    g_assert_cmpuint(addresses_of(store, "ana@desk.example"), ==, 3);
    commit(store);
    assert_balanced(store);
    g_autoptr(ChPersonRow) ana = ch_store_person_row(store, "maria@c.example", &error);
    g_assert_cmpuint(ana->tickets, ==, 1);
    g_assert_cmpstr(ana->addresses->pdata[0], ==, "ana@desk.example");

    begin(store);
    g_assert_true(ch_store_merge(store, "ana@desk.example", "bruno@desk.example", "desk", &error));
    g_assert_true(
        ch_store_merge(store, "ana@desk.example", "bruno@desk.example", "desk", &error)); /* is so */
    g_assert_false(ch_store_merge(store, "nobody@x.example", "bruno@desk.example", "desk", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
    commit(store);
    assert_balanced(store);
    g_autoptr(ChPersonRow) both = ch_store_person_row(store, "ana@home.example", NULL);
    g_assert_cmpuint(both->addresses->len, ==, 4);
    g_assert_cmpuint(both->tickets, ==, 1);
    g_autoptr(GPtrArray) people = ch_store_people(store, FALSE, 10, NULL);
    g_assert_cmpuint(people->len, ==, 1);
    fixture_remove(folder);
}

/* Merging a confirmed person into a pending one confirms that one, and fills what is not known. */
static void test_merge_keeps_the_better(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean first;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    begin(store);
    ChProfile profile = {.name = "M.", .company = "C", .language = "en"};
    g_assert_true(ch_store_activate(store, "m@work.example", &profile, "desk", &first, &error));
    g_assert_true(ch_store_merge(store, "m@work.example", "maria@c.example", "desk", &error));
    commit(store);
    g_autoptr(ChPersonRow) row = ch_store_person_row(store, "m@work.example", &error);
    g_assert_cmpint(row->account, ==, CH_ACCOUNT_ACTIVE);
    g_assert_cmpint(row->activated_at, !=, 0);
    g_assert_cmpstr(row->name, ==, "M."); /* Maria's mail gave none */
    g_assert_cmpstr(row->company, ==, "C");
    g_assert_cmpuint(row->tickets, ==, 1);
    fixture_remove(folder);
}

static void test_forget(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *message_id = NULL;
    g_autoptr(GError) error = NULL;
    ChCommitted committed;
    guint mails;
    gint64 question;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    begin(store);
    activate(store, "maria@c.example");
    g_assert_true(ch_store_alias(store, "m@home.example", "maria@c.example", "desk", &error));
    gint64 one = hold_mail(store, "maria@c.example", "h1", CH_HOLD_CLAIM);
    hold_mail(store, "m@home.example", "h2", CH_HOLD_CLAIM);
    hold_mail(store, "eve@d.example", "h3", CH_HOLD_REGISTRATION);
    ChAsked asked = {.kind = CH_QUESTION_CLAIM,
                     .address = "m@home.example",
                     .mail = one,
                     .token = "secret",
                     .expires_at = ch_clock_now() + 100};
    g_assert_true(ch_store_ask(store, &asked, &question, &error));
    gint64 serial = queue_question(store, 0, 0, "m@home.example", question, &message_id);
    commit(store);
    gint64 events = store_number(folder, "SELECT count(*) FROM event");

    begin(store);
    g_assert_true(ch_store_forget(store, "M@home.example", &mails, &error));
    g_assert_cmpuint(mails, ==, 2);
    commit(store);
    assert_balanced(store);
    g_assert_cmpint(account_of(store, "maria@c.example"), ==, CH_ACCOUNT_NONE);
    g_assert_cmpint(state_of(store, serial), ==, CH_OUTBOX_DROPPED);
    g_autoptr(ChPage) page = ch_store_page(store, "secret", &error);
    g_assert_cmpint(page->state, ==, CH_PAGE_NONE);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM question WHERE address LIKE '%home%'"), ==, 0);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM hold"), ==, 1);
    g_assert_cmpint(
        store_number(folder, "SELECT count(*) FROM mail WHERE outcome = 'ignored' AND sender IS NULL"), ==,
        2);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM event"), >, events); /* append-only */
    g_autoptr(ChTicketView) view = ch_store_ticket_view(store, committed.ticket, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(view->entries->len, ==, 1); /* as it was written */
    g_assert_cmpstr(((ChEntryRow *)view->entries->pdata[0])->address, ==, "Maria@c.example");
    begin(store);
    g_assert_false(ch_store_forget(store, "maria@c.example", &mails, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(ch_store_forget(store, "eve@d.example", &mails, &error)); /* who never wrote in a ticket */
    g_assert_cmpuint(mails, ==, 1);
    commit(store);
    assert_balanced(store);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM person"), ==, 1);
    fixture_remove(folder);
}

static void test_block(void)
{
    static const char *const patterns[] = {"eve@d.example", "@spam.example", "*.bad.example", "*.org"};
    static const struct {
        const char *sender, *pattern;
    } cases[] = {
        {"eve@d.example", "eve@d.example"},
        {"EVE@D.example", "eve@d.example"},
        {"adam@d.example", NULL},
        {"x@spam.example", "@spam.example"},
        {"x@sub.spam.example", NULL},
        {"x@notspam.example", NULL},
        {"x@bad.example", NULL},
        {"x@a.bad.example", "*.bad.example"},
        {"x@c.b.a.bad.example", "*.bad.example"},
        {"x@abad.example", NULL},
        {"x@anything.org", "*.org"},
        {"x@1.2.3.4.5.6.7.8.9.org", "*.org"},
        {"x@1.2.3.4.5.6.7.8.9.10.11.org", NULL}, /* ten parents are looked up */
        {"", NULL},
        {"no address", NULL},
        {"eve@d.example\n", "eve@d.example"},
    };
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean changed;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    begin(store);
    hold_mail(store, "eve@d.example", "h1", CH_HOLD_REGISTRATION);
    hold_mail(store, "adam@d.example", "h2", CH_HOLD_REGISTRATION);
    hold_mail(store, "x@spam.example", "h3", CH_HOLD_CLAIM);
    hold_mail(store, "x@notspam.example", "h4", CH_HOLD_CLAIM);
    hold_mail(store, "x@a.bad.example", "h5", CH_HOLD_STRANGER);
    hold_mail(store, "x@bad.example", "h6", CH_HOLD_STRANGER);
    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++)
        for (guint round = 0; round < 2; round++) {
            g_assert_true(ch_store_block(store, patterns[i], TRUE, &changed, &error));
            g_assert_cmpint(changed, ==, round == 0);
        }
    commit(store);
    assert_balanced(store);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM hold"), ==, 3);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM mail WHERE outcome = 'ignored'"), ==, 3);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM mail WHERE raw_gone_at IS NOT NULL"), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(ChFacts) facts = facts_of(store, 0, cases[i].sender, "x", "");
        g_test_message("%s", cases[i].sender);
        g_assert_cmpstr(facts->blocked, ==, cases[i].pattern);
    }
    g_autoptr(GPtrArray) list = ch_store_blocklist(store, &error);
    g_assert_cmpuint(list->len, ==, 4);
    begin(store);
    g_assert_true(ch_store_block(store, "eve@d.example", FALSE, &changed, &error));
    g_assert_true(changed);
    g_assert_true(ch_store_block(store, "eve@d.example", FALSE, &changed, &error));
    g_assert_false(changed);
    commit(store);
    g_autoptr(ChFacts) facts = facts_of(store, 0, "eve@d.example", "x", "");
    g_assert_null(facts->blocked);
    fixture_remove(folder);
}

static void test_people_list(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    begin(store);
    activate(store, "ana@desk.example");
    hold_mail(store, "novo@d.example", "h1", CH_HOLD_REGISTRATION);
    commit(store);
    static const struct {
        gboolean pending;
        guint limit;
        const char *expected;
    } cases[] = {
        {FALSE, 10, "maria@c.example ana@desk.example novo@d.example "},
        {TRUE, 10, "maria@c.example novo@d.example "},
        {FALSE, 2, "ana@desk.example novo@d.example "}, /* the newest */
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) people = ch_store_people(store, cases[i].pending, cases[i].limit, &error);
        g_autoptr(GString) found = g_string_new(NULL);
        for (guint k = 0; k < people->len; k++)
            g_string_append_printf(found, "%s ",
                                   (char *)((ChPersonRow *)people->pdata[k])->addresses->pdata[0]);
        g_assert_cmpstr(found->str, ==, cases[i].expected);
    }
    g_autoptr(ChPersonRow) row = ch_store_person_row(store, "novo@d.example", &error);
    g_assert_cmpuint(row->held, ==, 1);
    fixture_remove(folder);
}

static void test_held_lines(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    guint count;
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    begin(store);
    ch_clock_set(1000);
    hold_mail(store, "a@d.example", "h1", CH_HOLD_REGISTRATION);
    ch_clock_set(2000);
    gint64 second = hold_mail(store, "b@d.example", "h2", CH_HOLD_CLAIM);
    gint64 third = hold_mail(store, "c@d.example", "h3", CH_HOLD_CLAIM);
    ch_clock_set(-1);
    commit(store);
    g_autoptr(GPtrArray) lines = ch_store_held_lines(store, "suporte", FALSE, 2, &count, &error);
    g_assert_cmpuint(count, ==, 3);
    g_assert_cmpuint(lines->len, ==, 2);
    g_assert_cmpint(((ChHeldLine *)lines->pdata[0])->mail, ==, second);
    g_assert_cmpint(((ChHeldLine *)lines->pdata[1])->mail, ==, third);
    g_assert_cmpstr(((ChHeldLine *)lines->pdata[1])->sender, ==, "c@d.example");
    g_autoptr(GPtrArray) other = ch_store_held_lines(store, "sales", TRUE, 2, &count, &error);
    g_assert_cmpuint(count + other->len, ==, 0);
    g_assert_cmpint(store_sql(folder, "UPDATE hold SET department = NULL"), ==, SQLITE_OK);
    g_autoptr(GPtrArray) none = ch_store_held_lines(store, "sales", TRUE, 10, &count, &error);
    g_assert_cmpuint(none->len, ==, 3);
    g_autoptr(GArray) before = ch_store_held_before(store, 2000, 10, &error);
    g_assert_cmpuint(before->len, ==, 1);
    fixture_remove(folder);
}

/* The same body from one address: copies of one mail count once, and a mail that is let go counts those
 * before it. */
static void test_same_body(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean known;
    gint64 ids[4];
    g_autoptr(ChStore) store = store_with_ticket(folder, &committed);
    ch_clock_set(1000000);
    begin(store);
    for (guint i = 0; i < 4; i++) {
        g_autofree char *text = g_strdup_printf("body %u", i);
        g_autofree char *message_id = g_strdup_printf("b%u@d.example", i == 3 ? 2 : i);
        ids[i] = take(store, text, &known);
        g_autoptr(ChMail) mail = fixture_mail("auto@d.example", "suporte@desk.example", "x", message_id);
        g_autoptr(ChVerdict) verdict = ch_verdict_new();
        ch_address_free(verdict->sender);
        verdict->sender = ch_address_new("", "Auto@d.example");
        g_autofree char *fingerprint = ch_mail_fingerprint(mail);
        g_autoptr(ChDecision) decision = ch_decision_new();
        ch_decision_hold(decision, CH_HOLD_CLAIM, "test");
        g_assert_true(ch_store_carry_out(store, ids[i], mail, verdict, decision, fingerprint, "digest",
                                         &committed, &error));
    }
    commit(store);
    const struct {
        gint64 id;
        const char *sender, *body;
        gint64 after;
        guint count;
    } cases[] = {
        {0, "auto@d.example", "digest", 0, 3},      {0, "AUTO@d.example", "digest", 86400, 3},
        {0, "auto@d.example", "digest", 86401, 0},  {0, "auto@d.example", "other", 0, 0},
        {0, "other@d.example", "digest", 0, 0},     {0, "auto@d.example", "", 0, 0},
        {ids[0], "auto@d.example", "digest", 0, 0}, {ids[1], "auto@d.example", "digest", 0, 1},
        {ids[2], "auto@d.example", "digest", 0, 2}, {0, "auto@d.example", "digest", -1, 0}, /* set back */
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        ch_clock_set(1000000 + cases[i].after);
        g_autoptr(ChFacts) facts =
            facts_of(store, cases[i].id, cases[i].sender, "z@d.example", cases[i].body);
        g_test_message("case %u", i);
        g_assert_cmpuint(facts->same_body, ==, cases[i].count);
    }
    ch_clock_set(-1);
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/people/upgrade", test_upgrade);
    g_test_add_func("/store/people/pending", test_pending);
    g_test_add_func("/store/people/hold-and-release", test_hold_and_release);
    g_test_add_func("/store/people/unhold", test_unhold);
    g_test_add_func("/store/people/alias-and-merge", test_alias_and_merge);
    g_test_add_func("/store/people/merge-keeps-the-better", test_merge_keeps_the_better);
    g_test_add_func("/store/people/forget", test_forget);
    g_test_add_func("/store/people/block", test_block);
    g_test_add_func("/store/people/list", test_people_list);
    g_test_add_func("/store/people/held-lines", test_held_lines);
    g_test_add_func("/store/people/same-body", test_same_body);
    return g_test_run();
}
