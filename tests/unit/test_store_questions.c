/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions in the store: what the page sees of its link, what answers do, tokens and whose they are, keys
 * that are rotated, secrets that are erased; buckets and timers. */
#include "store_test.h"

#define NOW 1000000

static gint64 ask(ChStore *store, ChQuestionKind kind, const char *address, const char *token, gint64 expires)
{
    GError *error = NULL;
    gint64 id;
    ChAsked asked = {.kind = kind, .address = address, .token = token, .expires_at = expires};
    g_assert_true(ch_store_ask(store, &asked, &id, &error));
    g_assert_no_error(error);
    return id;
}

static gint64 ask_register(ChStore *store, const char *address, const char *token)
{
    return ask(store, CH_QUESTION_REGISTER, address, token, NOW + 1000);
}

static ChPageState page_state(ChStore *store, const char *token)
{
    GError *error = NULL;
    g_autoptr(ChPage) page = ch_store_page(store, token, &error);
    g_assert_no_error(error);
    gboolean empty = !*page->address && !*page->name && !*page->company && !page->held;
    g_assert_true(page->state != CH_PAGE_NONE || empty); /* says nothing of anybody */
    return page->state;
}

/* Opens a desk where maria@c.example is pending and NOW is the time. */
static ChStore *open_desk(const char *folder, ChCommitted *committed)
{
    ch_clock_set(NOW);
    ChStore *store = store_with_ticket(folder, committed);
    begin(store);
    return store;
}

static void close_desk(ChStore *store, const char *folder)
{
    commit(store);
    assert_balanced(store);
    ch_store_free(store);
    ch_clock_set(-1);
    fixture_remove(folder);
}

static void test_page(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean first;
    ChStore *store = open_desk(folder, &committed);
    ask_register(store, "Maria@c.example", "open");
    ask(store, CH_QUESTION_REGISTER, "maria@c.example", "expired", NOW);
    ask(store, CH_QUESTION_CLAIM, "maria@c.example", NULL, NOW + 1000);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "open", -1);
    g_autofree char *longer = g_strnfill(100000, 'x');
    const char *const unknown[] = {"", "Open", "open ", "expired", "unknown", digest, longer, "\xff\xfe"};
    for (guint i = 0; i < G_N_ELEMENTS(unknown); i++) {
        ChProfile profile = {.name = "Eve"};
        g_assert_cmpint(page_state(store, unknown[i]), ==, CH_PAGE_NONE);
        g_assert_true(ch_store_page_confirm(store, unknown[i], &profile, &first, &error));
        g_assert_false(first);
    }
    g_autoptr(ChPage) page = ch_store_page(store, "open", &error);
    g_assert_cmpint(page->state, ==, CH_PAGE_OPEN);
    g_assert_cmpstr(page->address, ==, "maria@c.example");
    g_assert_cmpuint(page->held, ==, 0);
    for (guint i = 0; i < 10; i++)
        g_assert_cmpint(page_state(store, "open"), ==, CH_PAGE_OPEN); /* P11 */
    g_autoptr(GPtrArray) nothing = ch_store_questions_to_do(store, 10, &error);
    g_assert_cmpuint(nothing->len, ==, 0);

    ChProfile profile = {.name = "Maria", .company = NULL, .telephone = "1", .language = "en"};
    g_assert_true(ch_store_page_confirm(store, "open", &profile, &first, &error));
    g_assert_true(first);
    ChProfile later = {.name = "Eve"};
    g_assert_true(ch_store_page_confirm(store, "open", &later, &first, &error)); /* used */
    g_assert_false(first);
    g_assert_cmpint(page_state(store, "open"), ==, CH_PAGE_ANSWERED);
    g_autoptr(GPtrArray) list = ch_store_questions_to_do(store, 10, &error);
    g_assert_cmpuint(list->len, ==, 1);
    const ChQuestion *question = list->pdata[0];
    g_assert_true(question->yes);
    g_assert_false(question->again);
    g_assert_cmpstr(question->by, ==, "page");
    g_assert_cmpstr(question->name, ==, "Maria");
    g_assert_cmpstr(question->company, ==, "");
    g_assert_true(ch_store_question_done(store, question->id, &error));
    g_autoptr(GPtrArray) left = ch_store_questions_to_do(store, 10, &error);
    g_assert_cmpuint(left->len, ==, 0);
    g_assert_cmpint(page_state(store, "open"), ==, CH_PAGE_ANSWERED);
    commit(store);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM question WHERE name <> '' OR telephone <> ''"),
                    ==, 0);
    g_assert_cmpint(store_number(folder, "SELECT count(*) FROM question WHERE token_sha256 = 'open'"), ==, 0);
    begin(store);
    close_desk(store, folder);
}

/* Confirmed another way: each other link says so, before and after the writer has acted on it. */
static void test_answered_otherwise(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean first;
    ChStore *store = open_desk(folder, &committed);
    gint64 one = ask_register(store, "maria@c.example", "one");
    ask_register(store, "maria@c.example", "two");
    ask_register(store, "other@c.example", "theirs");
    gint64 refused = ask_register(store, "no@c.example", "refused");
    g_assert_true(ch_store_answer(store, refused, FALSE, "reply", &error));
    g_assert_cmpint(page_state(store, "refused"), ==, CH_PAGE_NONE);
    g_assert_true(ch_store_answer(store, one, TRUE, "reply", &error));
    g_assert_cmpint(page_state(store, "two"), ==, CH_PAGE_ANSWERED);
    g_assert_cmpint(page_state(store, "theirs"), ==, CH_PAGE_OPEN);
    g_assert_true(ch_store_activate(store, "maria@c.example", NULL, "maria@c.example", &first, &error));
    g_assert_true(ch_store_question_done(store, one, &error));
    g_assert_cmpint(page_state(store, "two"), ==, CH_PAGE_ANSWERED);
    g_assert_true(ch_store_page_confirm(store, "two", NULL, &first, &error));
    g_assert_false(first);
    close_desk(store, folder);
}

/* An expired link: asks for a new mail while the address is pending, and looks like an unknown one. */
static void test_again(void)
{
    static const struct {
        const char *token;
        guint to_do;
    } cases[] = {{"unknown", 0}, {"open", 0}, {"stranger", 0}, {"active", 0}, {"expired", 1}, {"expired", 1}};
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean first;
    ChStore *store = open_desk(folder, &committed);
    ask_register(store, "maria@c.example", "open");
    ask(store, CH_QUESTION_REGISTER, "maria@c.example", "expired", NOW - 1);
    ask(store, CH_QUESTION_REGISTER, "stranger@c.example", "stranger", NOW - 1);
    ask(store, CH_QUESTION_REGISTER, "ana@c.example", "active", NOW - 1);
    g_assert_true(ch_store_activate(store, "ana@c.example", NULL, "desk", &first, &error));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(ch_store_page_again(store, cases[i].token, &error));
        g_autoptr(GPtrArray) list = ch_store_questions_to_do(store, 10, &error);
        g_test_message("%s", cases[i].token);
        g_assert_cmpuint(list->len, ==, cases[i].to_do);
    }
    g_autoptr(GPtrArray) list = ch_store_questions_to_do(store, 10, &error);
    const ChQuestion *question = list->pdata[0];
    g_assert_true(question->again);
    g_assert_false(question->yes);
    g_assert_cmpstr(question->by, ==, "");
    g_assert_cmpstr(question->address, ==, "maria@c.example");
    g_assert_true(ch_store_question_done(store, question->id, &error));
    g_autoptr(GPtrArray) left = ch_store_questions_to_do(store, 10, &error);
    g_assert_cmpuint(left->len, ==, 0);
    g_assert_cmpint(page_state(store, "expired"), ==, CH_PAGE_NONE);
    close_desk(store, folder);
}

/* An answer counts once, and only in its time. */
static void test_answers(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(GError) error = NULL;
    ChCommitted committed;
    gboolean known;
    guint count;
    ChStore *store = open_desk(folder, &committed);
    gint64 open = ask(store, CH_QUESTION_CLAIM, "a@c.example", NULL, NOW + 10);
    gint64 late = ask(store, CH_QUESTION_CLAIM, "a@c.example", NULL, NOW);
    g_assert_true(ch_store_answer(store, open, FALSE, "reply", &error));
    g_assert_true(ch_store_answer(store, open, TRUE, "reply", &error));
    g_assert_true(ch_store_answer(store, late, TRUE, "reply", &error));
    g_autoptr(GPtrArray) list = ch_store_questions_to_do(store, 10, &error);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_false(((ChQuestion *)list->pdata[0])->yes);
    g_assert_true(ch_store_asked(store, "A@c.example", NOW, &count, &error));
    g_assert_cmpuint(count, ==, 2);
    g_assert_true(ch_store_asked(store, "a@c.example", NOW + 1, &count, &error));
    g_assert_cmpuint(count, ==, 0);
    ch_clock_set(NOW - 1); /* the clock ran ahead when they were asked */
    g_assert_true(ch_store_asked(store, "a@c.example", 0, &count, &error));
    g_assert_cmpuint(count, ==, 0);
    ch_clock_set(NOW);
    g_assert_true(ch_store_question_done(store, open, &error));

    g_assert_true(ch_store_answer_for(store, "A@c.example", &error));
    g_assert_false(ch_store_release_mail(store, 1, &error)); /* a ticket by now */
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
    g_clear_error(&error);
    gint64 mail = take(store, "held one", &known);
    g_autoptr(ChMail) held = fixture_mail("B@c.example", "suporte@desk.example", "x", "h1");
    g_autoptr(ChDecision) decision = ch_decision_new();
    ch_decision_hold(decision, CH_HOLD_STRANGER, "test");
    ch_decision_answer(decision, ask(store, CH_QUESTION_CLAIM, "c@c.example", NULL, NOW + 10), TRUE);
    g_assert_true(settle(store, mail, held, decision, &committed, &error));
    g_assert_true(ch_store_release_mail(store, mail, &error));
    g_autoptr(GPtrArray) done = ch_store_questions_to_do(store, 10, &error);
    static const struct {
        ChQuestionKind kind;
        const char *address, *by;
        gboolean about;
    } expected[] = {{CH_QUESTION_REGISTER, "a@c.example", "admin", FALSE},
                    {CH_QUESTION_CLAIM, "c@c.example", "reply", FALSE},
                    {CH_QUESTION_CLAIM, "b@c.example", "admin", TRUE}};
    g_assert_cmpuint(done->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        const ChQuestion *question = done->pdata[i];
        g_assert_cmpint(question->kind, ==, expected[i].kind);
        g_assert_cmpstr(question->address, ==, expected[i].address);
        g_assert_cmpstr(question->by, ==, expected[i].by);
        g_assert_true(question->yes);
        g_assert_cmpint(question->mail, ==, expected[i].about ? mail : 0);
    }
    /* No mail left for those of the admin. */
    g_assert_true(ch_store_asked(store, "b@c.example", 0, &count, &error));
    g_assert_cmpuint(count, ==, 0);
    close_desk(store, folder);
}

static void test_reminders(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean first;
    ChStore *store = open_desk(folder, &committed);
    g_assert_true(ch_store_activate(store, "active@c.example", NULL, "desk", &first, &error));
    ask(store, CH_QUESTION_REGISTER, "maria@c.example", NULL, NOW + 1000); /* asked anew below */
    gint64 due = ask(store, CH_QUESTION_REGISTER, "maria@c.example", NULL, NOW + 1000);
    ask(store, CH_QUESTION_CLAIM, "maria@c.example", NULL, NOW + 1000);
    ask(store, CH_QUESTION_REGISTER, "active@c.example", NULL, NOW + 1000);
    ask(store, CH_QUESTION_REGISTER, "nobody@c.example", NULL, NOW + 1000);
    static const struct {
        gint64 after;
        guint count;
    } cases[] = {{0, 0}, {99, 0}, {100, 1}, {999, 1}, {1000, 0}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) list =
            ch_store_questions_to_remind(store, NOW + cases[i].after, 100, 10, &error);
        g_assert_cmpuint(list->len, ==, cases[i].count);
        g_assert_true(!list->len || ((ChQuestion *)list->pdata[0])->id == due);
    }
    g_assert_true(ch_store_question_reminded(store, due, &error));
    ChAsked reminder = {.kind = CH_QUESTION_REGISTER,
                        .address = "maria@c.example",
                        .expires_at = NOW + 2000,
                        .reminder = TRUE};
    gint64 id;
    g_assert_true(ch_store_ask(store, &reminder, &id, &error));
    g_autoptr(GPtrArray) none = ch_store_questions_to_remind(store, NOW + 500, 100, 10, &error);
    g_assert_cmpuint(none->len, ==, 0);
    close_desk(store, folder);
}

/* The facts of a mail of SENDER that answers REFERENCE, and was written to TO. */
static ChFacts *facts_of(ChStore *store, const char *sender, const char *reference, const char *to)
{
    GError *error = NULL;
    g_autoptr(ChMail) mail = fixture_mail(sender, to, "Re: x", "new@c.example");
    if (reference)
        g_ptr_array_add(mail->references, g_strdup(reference));
    ChInquiry inquiry = {0, mail, sender, "", "", 0, NULL, 0, FALSE};
    ChFacts *facts = ch_store_facts(store, &inquiry, &error);
    g_assert_no_error(error);
    return facts;
}

static char *reply_address(ChStore *store, gint64 ticket, gint64 entry, gint64 serial, const char *recipient)
{
    const GArray *keys = ch_store_keys(store, NULL);
    const ChKey *key = &g_array_index(keys, ChKey, keys->len - 1);
    ChMessageId id = {key->id, ticket, entry, serial};
    return ch_reply_address_new(key, &id, recipient, "suporte@desk.example");
}

/* Whose token a mail brings, as a Message-ID and as a reply address. */
static void test_tokens(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    gboolean first;
    ChStore *store = open_desk(folder, &committed);
    g_assert_true(ch_store_activate(store, "ana@c.example", NULL, "desk", &first, &error));
    g_assert_true(ch_store_alias(store, "ana@home.example", "ana@c.example", "desk", &error));
    gint64 question = ask(store, CH_QUESTION_CLAIM, "Ana@c.example", NULL, NOW + 10);
    g_autofree char *about = NULL;
    g_autofree char *asks = NULL;
    gint64 serial = queue_mail(store, committed.ticket, committed.entry, "Ana@c.example", &about);
    gint64 asking = queue_question(store, 0, 0, "Ana@c.example", question, &asks);
    gint64 ticket = committed.ticket, entry = committed.entry;
    g_autofree char *about_address = reply_address(store, ticket, entry, serial, "ana@c.example");
    g_autofree char *asks_address = reply_address(store, 0, 0, asking, "ana@c.example");
    /* Signed by us, and yet for no mail that we sent. */
    g_autofree char *no_row = reply_address(store, ticket, entry, 999, "ana@c.example");
    g_autofree char *other_ticket = reply_address(store, 77, entry, serial, "ana@c.example");
    g_autofree char *forged = g_strdup(about_address);
    char *mac = strchr(forged, '@') - 1;
    *mac = *mac == 'a' ? 'b' : 'a';
    const char *const plain = "suporte@desk.example";
    const struct {
        const char *sender, *reference, *to;
        ChMatch match;
        gboolean question;
        const char *token_of;
    } cases[] = {
        {"ana@c.example", about, plain, CH_MATCH_TOKEN, FALSE, NULL},
        {"ANA@home.example", about, plain, CH_MATCH_TOKEN, FALSE, NULL},
        {"eve@d.example", about, plain, CH_MATCH_REFERENCES, FALSE, "ana@c.example"},
        {"ana@c.example", asks, plain, CH_MATCH_NONE, TRUE, NULL},
        {"ana@home.example", asks, plain, CH_MATCH_NONE, TRUE, NULL},
        {"eve@d.example", asks, plain, CH_MATCH_NONE, FALSE, "ana@c.example"},
        {"ana@c.example", NULL, about_address, CH_MATCH_TOKEN, FALSE, NULL},
        {"ana@home.example", NULL, about_address, CH_MATCH_TOKEN, FALSE, NULL},
        {"eve@d.example", NULL, about_address, CH_MATCH_REFERENCES, FALSE, "ana@c.example"},
        {"ana@c.example", NULL, asks_address, CH_MATCH_NONE, TRUE, NULL},
        {"eve@d.example", NULL, asks_address, CH_MATCH_NONE, FALSE, "ana@c.example"},
        {"ana@c.example", NULL, no_row, CH_MATCH_NONE, FALSE, NULL},
        {"ana@c.example", NULL, other_ticket, CH_MATCH_NONE, FALSE, NULL},
        {"ana@c.example", NULL, forged, CH_MATCH_NONE, FALSE, NULL},
        {"ana@c.example", asks, about_address, CH_MATCH_TOKEN, TRUE, NULL},
        {"", about, plain, CH_MATCH_REFERENCES, FALSE, "ana@c.example"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("case %u", i);
        g_autoptr(ChFacts) facts = facts_of(store, cases[i].sender, cases[i].reference, cases[i].to);
        g_assert_cmpint(facts->match, ==, cases[i].match);
        g_assert_cmpint(facts->question != NULL, ==, cases[i].question);
        g_assert_cmpstr(facts->token_of, ==, cases[i].token_of);
        g_assert_cmpint(facts->token_person != NULL, ==, cases[i].token_of != NULL);
        g_assert_cmpuint(facts->token_asked_day, ==, cases[i].token_of ? 1 : 0);
        if (!facts->question)
            continue;
        g_assert_cmpint(facts->question->id, ==, question);
        g_assert_cmpint(facts->question->kind, ==, CH_QUESTION_CLAIM);
        g_assert_false(facts->question->answered);
        g_assert_false(facts->question->expired);
    }
    ch_clock_set(NOW + 10);
    g_autoptr(ChFacts) late = facts_of(store, "ana@c.example", asks, plain);
    g_assert_true(late->question->expired);
    ch_clock_set(NOW + 9);
    g_assert_true(ch_store_answer(store, question, TRUE, "reply", &error));
    g_autoptr(ChFacts) again = facts_of(store, "ana@c.example", asks, plain);
    g_assert_true(again->question->answered);
    close_desk(store, folder);
}

/* The newest token counts, where a mail brings several. */
static void test_newest_token(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *older = NULL;
    g_autofree char *newer = NULL;
    g_autofree char *theirs = NULL;
    GError *error = NULL;
    ChCommitted committed;
    ChStore *store = open_desk(folder, &committed);
    gint64 first = ask_register(store, "maria@c.example", NULL);
    gint64 second = ask_register(store, "maria@c.example", NULL);
    queue_question(store, 0, 0, "maria@c.example", first, &older);
    queue_question(store, 0, 0, "maria@c.example", second, &newer);
    queue_mail(store, 0, 0, "eve@d.example", &theirs);
    const char *const orders[][3] = {{older, newer, theirs}, {theirs, newer, older}};
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
        g_autoptr(ChMail) mail =
            fixture_mail("maria@c.example", "suporte@desk.example", "x", "new@c.example");
        for (guint k = 0; k < 3; k++)
            g_ptr_array_add(mail->references, g_strdup(orders[i][k]));
        ChInquiry inquiry = {0, mail, "maria@c.example", "", "", 0, NULL, 0, FALSE};
        g_autoptr(ChFacts) facts = ch_store_facts(store, &inquiry, &error);
        g_assert_no_error(error);
        g_assert_cmpint(facts->question->id, ==, second);
        g_assert_cmpstr(facts->token_of, ==, "eve@d.example");
        g_assert_null(facts->token_person);
        g_assert_cmpuint(facts->asked_hour, ==, 2);
        g_assert_cmpuint(facts->asked_day, ==, 2);
    }
    ch_clock_set(NOW + 3601);
    g_autoptr(ChFacts) later = facts_of(store, "maria@c.example", NULL, "x");
    g_assert_cmpuint(later->asked_hour, ==, 0);
    g_assert_cmpuint(later->asked_day, ==, 2);
    close_desk(store, folder);
}

/* A rotation by another process, while this one has the keys in memory; and an old key's end. */
static void test_rotation(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *old = NULL;
    g_autofree char *fresh = NULL;
    GError *error = NULL;
    ChCommitted committed;
    ChStore *store = open_desk(folder, &committed);
    queue_mail(store, committed.ticket, committed.entry, "maria@c.example", &old);
    commit(store);
    g_assert_cmpuint(ch_store_keys(store, &error)->len, ==, 1);

    g_autoptr(ChStore) other = open_store(folder);
    begin(other);
    g_assert_true(ch_store_rotate_keys(other, NOW + 100, &error));
    commit(other);
    g_assert_cmpuint(ch_store_keys(other, &error)->len, ==, 2);
    g_assert_cmpuint(ch_store_keys(store, &error)->len, ==, 1); /* in memory */
    ch_store_refresh(store);
    const GArray *keys = ch_store_keys(store, &error);
    g_assert_cmpuint(keys->len, ==, 2);
    g_assert_cmpint(g_array_index(keys, ChKey, 0).expires_at, ==, NOW + 100);
    g_assert_cmpint(g_array_index(keys, ChKey, 1).expires_at, ==, 0);
    g_assert_cmpint(
        memcmp(g_array_index(keys, ChKey, 0).secret, g_array_index(keys, ChKey, 1).secret, CH_KEY_BYTES), !=,
        0);

    begin(store);
    queue_mail(store, committed.ticket, committed.entry, "maria@c.example", &fresh);
    g_assert_true(g_str_has_prefix(fresh, "ch.2."));
    const struct {
        gint64 after;
        const char *reference;
        ChMatch match;
    } cases[] = {{99, old, CH_MATCH_TOKEN},
                 {99, fresh, CH_MATCH_TOKEN},
                 {100, old, CH_MATCH_REFERENCES}, /* it is still a mail of ours, and proves nothing */
                 {100, fresh, CH_MATCH_TOKEN}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        ch_clock_set(NOW + cases[i].after);
        g_autoptr(ChFacts) facts = facts_of(store, "maria@c.example", cases[i].reference, "x");
        g_test_message("case %u", i);
        g_assert_cmpint(facts->match, ==, cases[i].match);
        g_assert_null(facts->token_of);
    }
    /* A key made, or rotated, in what is undone was never there. */
    g_assert_true(ch_store_savepoint(store, &error));
    g_assert_true(ch_store_rotate_keys(store, NOW + 200, &error));
    ch_store_rollback_savepoint(store);
    g_assert_cmpuint(ch_store_keys(store, &error)->len, ==, 2);
    /* A rotation after one that this process has not seen is one more. */
    commit(store);
    begin(other);
    g_assert_true(ch_store_rotate_keys(other, NOW + 200, &error));
    commit(other);
    begin(store);
    g_assert_true(ch_store_rotate_keys(store, NOW + 300, &error));
    g_assert_cmpuint(ch_store_keys(store, &error)->len, ==, 4);
    close_desk(store, folder);
}

/* A link's secret is in the bytes of the mail that asks: they go when it has left, or never will. */
static void test_secrets_are_erased(void)
{
    static const struct {
        ChDeliveryResult result;
        guint wait;
        gboolean question, drop, erased;
    } cases[] = {{CH_DELIVERY_SENT, 0, TRUE, FALSE, TRUE},    {CH_DELIVERY_RETRY, 60, TRUE, FALSE, FALSE},
                 {CH_DELIVERY_RETRY, 0, TRUE, FALSE, TRUE},   {CH_DELIVERY_FAILED, 0, TRUE, FALSE, TRUE},
                 {CH_DELIVERY_RETRY, 60, TRUE, TRUE, TRUE},   {CH_DELIVERY_SENT, 0, FALSE, FALSE, FALSE},
                 {CH_DELIVERY_FAILED, 0, FALSE, FALSE, FALSE}};
    g_autofree char *folder = fixture_folder();
    ChCommitted committed;
    ChStore *store = open_desk(folder, &committed);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *message_id = NULL;
        gint64 question = cases[i].question ? ask_register(store, "maria@c.example", NULL) : 0;
        gint64 id = queue_question(store, 0, 0, "maria@c.example", question, &message_id);
        GPtrArray *due = ch_store_claim(store, 100, &error);
        g_assert_cmpuint(due->len, ==, 1);
        g_ptr_array_unref(due);
        g_assert_true(ch_store_delivered(store, id, cases[i].result, cases[i].wait, 1, "x", NULL, &error));
        if (cases[i].drop)
            g_assert_true(ch_store_outbox_set(store, id, CH_OUTBOX_DROPPED, &error));
        g_autoptr(ChOutboxRow) row = ch_store_outbox_get(store, id, &error);
        g_test_message("case %u", i);
        g_assert_cmpint(row->erased, ==, cases[i].erased);
        g_autoptr(ChStored) stored = ch_store_outbox_bytes(store, id, &error);
        g_assert_cmpint(stored == NULL, ==, cases[i].erased);
        g_assert_cmpint(g_error_matches(error, CH_ERROR, CH_ERROR_USAGE), ==, cases[i].erased);
        g_clear_error(&error);
        if (cases[i].erased && row->state == CH_OUTBOX_FAILED) { /* queue retry */
            g_assert_false(ch_store_outbox_set(store, id, CH_OUTBOX_QUEUED, &error));
            g_assert_error(error, CH_ERROR, CH_ERROR_USAGE);
            g_assert_nonnull(strstr(error->message, "erased"));
        } else if (row->state == CH_OUTBOX_QUEUED) {
            g_assert_true(ch_store_outbox_set(store, id, CH_OUTBOX_DROPPED, &error));
        }
    }
    close_desk(store, folder);
}

static void test_delay(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    ChStore *store = open_desk(folder, &committed);
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    g_autoptr(GPtrArray) gaps = g_ptr_array_new();
    ChQueued queued = {.serial = ch_store_next_serial(store, &error),
                       .template = "ack",
                       .envelope_from = "a@b",
                       .recipient = "c@d",
                       .message_id = "e@f",
                       .bytes = bytes,
                       .gaps = gaps,
                       .delay = 90};
    g_assert_true(ch_store_queue(store, &queued, &error));
    for (guint i = 0; i < 2; i++) {
        ch_clock_set(NOW + 89 + i);
        g_autoptr(GPtrArray) due = ch_store_claim(store, 10, &error);
        g_assert_cmpuint(due->len, ==, i);
    }
    g_assert_cmpint(ch_store_next_due(store, &error), ==, NOW + 90);
    close_desk(store, folder);
}

static void test_buckets_and_timers(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    ChBucket bucket;
    gint64 done_at;
    ChStore *store = open_desk(folder, &committed);
    g_assert_true(ch_store_bucket(store, "desk", &bucket, &error));
    g_assert_cmpint(bucket.at, ==, 0);
    static const struct {
        const char *scope;
        ChBucket bucket;
        gboolean pruned;
    } cases[] = {{"desk", {2.5, NOW, 0}, FALSE},
                 {"address:a@b", {0, NOW - 5000, NOW - 5000}, TRUE},
                 {"address:c@d", {-3.0, NOW - 5000, 0}, FALSE}, /* a debt of three hours */
                 {"address:e@f", {-0.25, NOW - 5000, 0}, TRUE}};
    for (guint round = 0; round < 2; round++)
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
            g_assert_true(ch_store_bucket_save(store, cases[i].scope, &cases[i].bucket, &error));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(ch_store_bucket(store, cases[i].scope, &bucket, &error));
        g_assert_true(bucket.mails >= cases[i].bucket.mails && bucket.mails <= cases[i].bucket.mails);
        g_assert_cmpint(bucket.at, ==, cases[i].bucket.at);
        g_assert_cmpint(bucket.tripped_at, ==, cases[i].bucket.tripped_at);
    }
    g_assert_true(ch_store_buckets_prune(store, NOW - 3600, 10, &error));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(ch_store_bucket(store, cases[i].scope, &bucket, &error));
        g_test_message("%s", cases[i].scope);
        g_assert_cmpint(bucket.at == 0, ==, cases[i].pruned);
    }
    g_assert_true(ch_store_timer(store, "digest", &done_at, &error));
    g_assert_cmpint(done_at, ==, 0);
    for (gint64 at = NOW; at < NOW + 2; at++) {
        g_assert_true(ch_store_timer_done(store, "digest", at, &error));
        g_assert_true(ch_store_timer(store, "digest", &done_at, &error));
        g_assert_cmpint(done_at, ==, at);
    }
    close_desk(store, folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/questions/page", test_page);
    g_test_add_func("/store/questions/answered-otherwise", test_answered_otherwise);
    g_test_add_func("/store/questions/again", test_again);
    g_test_add_func("/store/questions/answers", test_answers);
    g_test_add_func("/store/questions/reminders", test_reminders);
    g_test_add_func("/store/questions/tokens", test_tokens);
    g_test_add_func("/store/questions/newest-token", test_newest_token);
    g_test_add_func("/store/questions/rotation", test_rotation);
    g_test_add_func("/store/questions/secrets-are-erased", test_secrets_are_erased);
    g_test_add_func("/store/questions/delay", test_delay);
    g_test_add_func("/store/questions/buckets-and-timers", test_buckets_and_timers);
    return g_test_run();
}
