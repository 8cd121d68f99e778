/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which ticket a mail belongs to: by its subject, its references and tokens; closed ones, merged ones,
 * several at once, and two departments (L5, L10). */
#include "settle_desk.h"

#include "mail/subject.h"

static void test_numbers(void)
{
    static const struct {
        const char *subject;
        gint64 first, second;
    } cases[] = {
        {"RE: Re: re: RES: ENC: AW: Fwd: TR: [#1042] Impressora", 1042, 0},
        {"Encaminhado: [#1042]", 1042, 0},
        {"Re: [ # 1042 ] x", 1042, 0},
        {"Re: [\u00a0#\u20091042\u3000] x", 1042, 0},
        {"Re: [#\u200b1042] x", 1042, 0},
        {"Re: \uff3b\uff03\uff11\uff10\uff14\uff12\uff3d x", 1042, 0},
        {"回复：\u3010#1042\u3011 打印机", 1042, 0},
        {"Re: [lista] [INTEGRAL #7] x", 7, 0},
        {"Re: [#7] [#8] x", 7, 8},
        {"Re: [#7][Integral #8]", 7, 8},
        {"#1042", 0, 0},
        {"Re: (#1042)", 0, 0},
        {"Re: [nº 1042]", 0, 0},
        {"Re: [1042]", 0, 0},
        {"Re: [#1234567890123456789]", 0, 0},
        {"Re: [#10 42]", 0, 0},
        {"[[[[[[[#9]", 9, 0},
        {"[Integral Sistemas #9]", 0, 0},
        {"", 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 numbers[CH_SUBJECT_KEYS_MAX] = {0};
        guint count = ch_subject_numbers(cases[i].subject, "Integral", numbers);
        g_test_message("%s", cases[i].subject);
        g_assert_cmpint(numbers[0], ==, cases[i].first);
        g_assert_cmpint(numbers[1], ==, cases[i].second);
        g_assert_cmpuint(count, ==, cases[i].second ? 2 : cases[i].first ? 1 : 0);
    }
}

/* However long the subject, it is read once. */
static void test_numbers_are_bounded(void)
{
    g_autofree char *open = g_strnfill(1 << 20, '[');
    g_autofree char *replies = g_strnfill(1 << 20, ':');
    gint64 numbers[CH_SUBJECT_KEYS_MAX];
    gint64 start = g_get_monotonic_time();
    g_assert_cmpuint(ch_subject_numbers(open, "Integral", numbers), ==, 0);
    g_autofree char *title = ch_subject_title(open, "Integral");
    g_autofree char *colons = ch_subject_title(replies, "Integral");
    g_assert_cmpstr(title, ==, open);
    g_autoptr(GString) many = g_string_new(NULL);
    for (guint i = 0; i < 100000; i++)
        g_string_append(many, "Re: [#1] ");
    g_assert_cmpuint(ch_subject_numbers(many->str, "Integral", numbers), ==, CH_SUBJECT_KEYS_MAX);
    g_autofree char *nothing = ch_subject_title(many->str, "Integral");
    g_assert_cmpstr(nothing, ==, "");
    g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * G_TIME_SPAN_SECOND);
}

static void test_title(void)
{
    static const char *const cases[][2] = {
        {"RE: RES: [#5] Impressora", "Impressora"},
        {"Re: [Integral #5] Agora é o monitor", "Agora é o monitor"},
        {"Re[2]: [#5] x", "x"},
        {"RE : [#5] x", "x"},
        {"Fwd: Re: x [#5]", "x"},
        {"[#5]", ""},
        {"Relatório: [#5] maio", "Relatório: maio"},
        {"Re: reunião: sala 2", "reunião: sala 2"},
        {"I: [#5] x", "x"},
        {"Antw: [#5] x", "x"},
        {"Re: [#5] Pedido nº 12, 2ª via … ½", "Pedido nº 12, 2ª via … ½"},
        {"回复：\u3010#5\u3011 打印机", "打印机"},
        {"", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *title = ch_subject_title(cases[i][0], "Integral");
        g_assert_cmpstr(title, ==, cases[i][1]);
    }
}

static gint64 tickets(Desk *d)
{
    return store_number(d->folder, "SELECT count(*) FROM ticket");
}

static gint64 entries(Desk *d, gint64 ticket)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT count(*) FROM entry WHERE ticket_id = %" G_GINT64_FORMAT, ticket);
    return store_number(d->folder, sql);
}

static void maria_replies(Desk *d, const char *subject, const char *message_id, ChEvidence evidence)
{
    settle_mail(d, fixture_mail("maria@c.example", "suporte@desk.example", subject, message_id), evidence);
}

/* A reply whose In-Reply-To is none; one that has nothing but our address; the same subject alone. */
static void test_broken_replies(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    ChMail *mumble = fixture_mail("maria@c.example", "suporte@desk.example", "RES: [Integral #1] Impressora",
                                  "m2@c.example");
    g_ptr_array_add(mumble->in_reply_to, g_strdup("mumble"));
    settle_mail(&d, mumble, CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(entries(&d, 1), ==, 2);
    settle_mail(&d, fixture_mail("maria@c.example", ack->envelope_from, "Mais uma coisa", "m3@c.example"),
                CH_EVIDENCE_CLAIM);
    g_assert_cmpint(entries(&d, 1), ==, 3);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM entry WHERE title = 'Mais uma coisa'"), ==,
                    1);
    maria_replies(&d, "Re: Impressora", "m4@c.example", CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(tickets(&d), ==, 2);
    maria_replies(&d, "Re: #1 Impressora", "m5@c.example", CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(tickets(&d), ==, 3);
    maria_replies(&d, "ENC: [Integral #1] Agora é o monitor", "m6@c.example", CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM entry WHERE title = 'Agora é o monitor'"),
                    ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM ticket WHERE title = 'Impressora'"), ==, 1);
    close_desk(&d);
}

/* Several at once: the strongest wins, the log says the others. */
static void test_several(void)
{
    Desk d = open_desk();
    for (guint i = 1; i <= 3; i++) {
        g_autofree char *id = g_strdup_printf("m%u@c.example", i);
        maria_writes(&d, "Impressora", id);
    }
    ChMail *mail =
        fixture_mail("maria@c.example", "suporte@desk.example", "Re: [#2] [#99] [#3] x", "m4@c.example");
    g_ptr_array_add(mail->references, g_strdup("m1@c.example"));
    settle_mail(&d, mail, CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(entries(&d, 1), ==, 2);
    g_assert_cmpuint(
        count_logged(&d, 1, "belongs", "its subject points to ticket 2, its subject points to ticket 3"), ==,
        1);
    maria_replies(&d, "Re: [#99] [#3] x", "m5@c.example", CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(entries(&d, 3), ==, 2);
    close_desk(&d);
}

static void set_state(Desk *d, gint64 ticket, ChTicketState state)
{
    GError *error = NULL;
    gboolean changed;
    begin(d->store);
    g_assert_true(ch_store_set_ticket_state(d->store, ticket, state, "admin", &changed, &error));
    g_assert_true(changed);
    g_assert_true(ch_store_set_ticket_state(d->store, ticket, state, "admin", &changed, &error));
    g_assert_false(changed);
    commit(d->store);
}

static ChTicketState state_of_ticket(Desk *d, gint64 ticket)
{
    GError *error = NULL;
    g_autoptr(ChTicketFacts) facts = ch_store_ticket(d->store, ticket, NULL, &error);
    g_assert_no_error(error);
    return facts->state;
}

#define NOW 1800000000
#define DAY (24 * 60 * 60)

static void test_closed(void)
{
    Desk d = open_desk();
    ch_clock_set(NOW);
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    set_state(&d, 1, CH_TICKET_CLOSED);
    ch_clock_set(NOW + 13 * DAY);
    ChMail *away = fixture_mail("maria@c.example", "suporte@desk.example", "Re: [#1] x", "m2@c.example");
    away->auto_submitted = g_strdup("auto-replied");
    settle_mail(&d, away, CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(state_of_ticket(&d, 1), ==, CH_TICKET_CLOSED);
    maria_replies(&d, "Re: [#1] x", "m3@c.example", CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(state_of_ticket(&d, 1), ==, CH_TICKET_OPEN);

    set_state(&d, 1, CH_TICKET_CLOSED);
    ch_clock_set(NOW + 28 * DAY);
    ChMail *late = fixture_mail("maria@c.example", "suporte@desk.example", "RES: [Integral #1] Impressora",
                                "m4@c.example");
    g_ptr_array_add(late->in_reply_to, g_strdup(ack->message_id));
    settle_mail(&d, late, CH_EVIDENCE_CLAIM);
    g_assert_cmpint(state_of_ticket(&d, 1), ==, CH_TICKET_CLOSED);
    g_assert_cmpint(
        store_number(d.folder, "SELECT follows FROM ticket WHERE id = 2 AND title = 'Impressora'"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 2, "follows", "#1"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 1, "followed-by", "#2"), ==, 1);
    GError *error = NULL;
    g_autoptr(ChOutboxRow) second = sent(&d, "ack", "maria@c.example");
    g_autoptr(ChStored) stored = ch_store_outbox_bytes(d.store, second->id, &error);
    const char *bytes = g_bytes_get_data(stored->bytes, NULL);
    g_assert_nonnull(g_strstr_len(bytes, (gssize)g_bytes_get_size(stored->bytes), "[Integral #1]"));
    g_assert_nonnull(g_strstr_len(bytes, (gssize)g_bytes_get_size(stored->bytes), "[Integral #2]"));

    /* Once more from the old thread: it is the new one that is meant. */
    maria_replies(&d, "Re: [#1] x", "m6@c.example", CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(entries(&d, 2), ==, 2);
    g_assert_cmpuint(count_logged(&d, 2, "belongs", "#1"), ==, 1);

    /* An agent's answer opens it whenever it comes; a stranger's and a claim are held as ever (P7). */
    settle_mail(&d, fixture_mail("eve@d.example", "suporte@desk.example", "Re: [#1] x", "e1@d.example"),
                CH_EVIDENCE_DOMAIN);
    maria_replies(&d, "Re: [#1] x", "m5@c.example", CH_EVIDENCE_CLAIM);
    g_assert_cmpint(tickets(&d), ==, 2);
    settle_mail(&d, fixture_mail("ana@desk.example", "suporte@desk.example", "Re: [#1] x", "a1@desk.example"),
                CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(state_of_ticket(&d, 1), ==, CH_TICKET_PENDING);
    maria_replies(&d, "Re: [#1] x", "m7@c.example", CH_EVIDENCE_DOMAIN); /* open, it is meant itself */
    g_assert_cmpint(state_of_ticket(&d, 1), ==, CH_TICKET_OPEN);
    g_assert_cmpint(entries(&d, 2), ==, 2);
    close_desk(&d);
}

static void test_never_reopened(void)
{
    Desk d = open_desk();
    d.config->reopen_days = 0;
    maria_writes(&d, "Impressora", "m1@c.example");
    set_state(&d, 1, CH_TICKET_CLOSED);
    maria_replies(&d, "Re: [#1] x", "m2@c.example", CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(tickets(&d), ==, 2);
    close_desk(&d);
}

static gboolean merge(Desk *d, gint64 from, gint64 into, GError **error)
{
    begin(d->store);
    gboolean good = ch_store_merge_tickets(d->store, from, into, "admin", error);
    if (good)
        commit(d->store);
    else
        ch_store_rollback(d->store);
    return good;
}

static void test_merged(void)
{
    GError *error = NULL;
    gboolean first;
    Desk d = open_desk();
    begin(d.store);
    g_assert_true(ch_store_activate(d.store, "joao@c.example", NULL, "admin", &first, &error));
    commit(d.store);
    maria_writes(&d, "Impressora", "m1@c.example");
    settle_mail(&d, fixture_mail("joao@c.example", "suporte@desk.example", "A mesma", "j1@c.example"),
                CH_EVIDENCE_CLAIM);
    maria_writes(&d, "Outra", "m2@c.example");
    g_assert_true(merge(&d, 2, 1, &error));
    g_assert_true(merge(&d, 1, 3, &error)); /* 2 -> 1 -> 3 */
    static const gint64 wrong[][2] = {{3, 3}, {2, 3}, {3, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(merge(&d, wrong[i][0], wrong[i][1], &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_USAGE);
        g_clear_error(&error);
    }
    g_assert_false(merge(&d, 3, 77, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
    g_clear_error(&error);
    gboolean changed;
    begin(d.store);
    g_assert_false(ch_store_set_ticket_state(d.store, 2, CH_TICKET_OPEN, "admin", &changed, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_USAGE);
    g_clear_error(&error);
    ch_store_rollback(d.store);

    /* João's reply to his ticket lands in the one that stands; he hears of answers there. */
    ChMail *reply =
        fixture_mail("joao@c.example", "suporte@desk.example", "Re: [#2] A mesma", "j2@c.example");
    g_ptr_array_add(reply->references, g_strdup("j1@c.example"));
    settle_mail(&d, reply, CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(entries(&d, 3), ==, 2);
    g_assert_cmpuint(count_logged(&d, 3, "belongs", "#2"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 3, "belongs", "points to"), ==, 0);
    settle_mail(&d, fixture_mail("ana@desk.example", "suporte@desk.example", "Re: [#3] x", "a1@desk.example"),
                CH_EVIDENCE_DOMAIN);
    g_assert_cmpuint(count_sent(&d, "answer", "joao@c.example"), ==, 1);
    g_assert_cmpuint(count_sent(&d, "answer", "maria@c.example"), ==, 1);
    g_autoptr(ChTicketView) view = ch_store_ticket_view(d.store, 1, &error);
    g_assert_cmpint(view->merged_into, ==, 3);
    g_assert_cmpint(view->state, ==, CH_TICKET_CLOSED);
    g_assert_cmpuint(view->merged->len, ==, 1);
    close_desk(&d);
}

static ChMail *to_both(const char *delivered_to, const char *to, const char *message_id)
{
    ChMail *mail = fixture_mail("maria@c.example", to, "Para os dois", message_id);
    if (delivered_to)
        g_ptr_array_add(mail->delivered_to, g_strdup(delivered_to));
    return mail;
}

static gboolean is_referred(Desk *d, gint64 ticket, const char *department)
{
    GError *error = NULL;
    g_autoptr(ChTicketFacts) facts = ch_store_ticket(d->store, ticket, NULL, &error);
    return g_ptr_array_find_with_equal_func(facts->referred, department, g_str_equal, NULL);
}

/* Two copies in any order, by To or by the delivery alone (Bcc): one ticket, and the second department sees
 * it. */
static void test_two_departments(void)
{
    static const struct {
        const char *first, *second; /* Delivered-To */
        gboolean named;             /* both stand in To */
        const char *department, *referred, *agent;
    } cases[] = {
        {"suporte@desk.example", "sales@desk.example", TRUE, "suporte", "sales", "carla@desk.example"},
        {"sales@desk.example", "suporte@desk.example", TRUE, "sales", "suporte", "bruno@desk.example"},
        {NULL, NULL, TRUE, "suporte", "sales", "carla@desk.example"},
        {"suporte@desk.example", "sales@desk.example", FALSE, "suporte", "sales", "carla@desk.example"},
        {"sales@desk.example", "suporte@desk.example", FALSE, "sales", "suporte", "bruno@desk.example"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Desk d = open_desk();
        g_test_message("case %u", i);
        const char *delivered[] = {cases[i].first, cases[i].second};
        for (guint copy = 0; copy < 2; copy++) {
            ChMail *mail = to_both(delivered[copy], "suporte@desk.example", "m1@c.example");
            if (cases[i].named)
                g_ptr_array_add(mail->cc, ch_address_new("", "sales@desk.example"));
            settle_mail(&d, mail, CH_EVIDENCE_CLAIM);
        }
        g_autofree char *where = g_strdup_printf(
            "SELECT count(*) FROM ticket t JOIN department d ON d.id = t.department_id WHERE d.name = '%s'",
            cases[i].department);
        g_assert_cmpint(tickets(&d), ==, 1);
        g_assert_cmpint(store_number(d.folder, where), ==, 1);
        g_assert_true(is_referred(&d, 1, cases[i].referred));
        g_assert_cmpuint(count_sent(&d, "notice-new", cases[i].agent), ==, 1);
        g_assert_cmpuint(count_sent(&d, "ack", "maria@c.example"), ==, 1);
        g_assert_cmpuint(count_logged(&d, 1, "referred", cases[i].referred), ==, 1);
        /* Its agents are agents of the ticket, and hear of what follows. */
        maria_replies(&d, "Re: [#1] mais", "m2@c.example", CH_EVIDENCE_DOMAIN);
        g_assert_cmpuint(count_sent(&d, "notice-reply", cases[i].agent), ==, 1);
        settle_mail(&d, fixture_mail(cases[i].agent, "suporte@desk.example", "Re: [#1] x", "a1@desk.example"),
                    CH_EVIDENCE_DOMAIN);
        g_assert_cmpuint(count_sent(&d, "answer", "maria@c.example"), ==, 1);
        close_desk(&d);
    }
}

/* What waits for somebody's word is shown to nobody else, by no copy; nor does a machine's mail refer. */
static void test_no_referral(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    for (guint copy = 0; copy < 2; copy++) {
        ChMail *mail = fixture_mail("eve@d.example", "suporte@desk.example", "Re: [#1] x", "e1@d.example");
        g_ptr_array_add(mail->delivered_to, g_strdup(copy ? "sales@desk.example" : "suporte@desk.example"));
        settle_mail(&d, mail, CH_EVIDENCE_DOMAIN);
    }
    g_assert_false(is_referred(&d, 1, "sales"));
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM ticket_referral"), ==, 0);
    ChMail *machine = fixture_mail("maria@c.example", "sales@desk.example", "Re: [#1] x", "m2@c.example");
    machine->auto_submitted = g_strdup("auto-replied");
    settle_mail(&d, machine, CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM ticket_referral"), ==, 0);
    close_desk(&d);
}

/* A copy that a forward broke is held, or forged; the proven one that comes after it takes its place. Copies
 * of that one are copies. */
static void test_proven_copy(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    gint64 held = 0;
    for (guint copy = 0; copy < 4; copy++) {
        ChMail *mail = fixture_mail("maria@c.example", "suporte@desk.example", "Re: [#1] x", "m2@c.example");
        if (copy == 3)
            g_ptr_array_add(mail->delivered_to, g_strdup("sales@desk.example"));
        gint64 id = settle_mail(&d, mail, copy < 2 ? CH_EVIDENCE_CLAIM : CH_EVIDENCE_DOMAIN);
        held = held ? held : id;
        g_assert_cmpint(entries(&d, 1), ==, copy < 2 ? 1 : 2);
    }
    g_autofree char *sql = g_strdup_printf(
        "SELECT count(*) FROM mail WHERE id = %" G_GINT64_FORMAT " AND outcome = 'ignored'", held);
    g_assert_cmpint(store_number(d.folder, sql), ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM hold"), ==, 0);
    g_assert_cmpuint(count_sent(&d, "confirm", "maria@c.example"), ==, 1);
    g_assert_cmpuint(count_sent(&d, "notice-reply", "ana@desk.example"), ==, 1);
    g_assert_true(is_referred(&d, 1, "sales"));
    /* The question is idle now: a yes brings nothing twice. */
    g_autoptr(ChOutboxRow) asked = sent(&d, "confirm", "maria@c.example");
    ChMail *yes = fixture_mail("maria@c.example", "suporte@desk.example", "Re: x", "m3@c.example");
    g_ptr_array_add(yes->in_reply_to, g_strdup(asked->message_id));
    set_text(&yes->reply, "Sim");
    settle_mail(&d, yes, CH_EVIDENCE_CLAIM);
    g_assert_cmpint(entries(&d, 1), ==, 2);
    close_desk(&d);
}

/* Where the first copy waits for another reason, a proven copy is no more than a copy. */
static void test_proven_copy_of_stranger(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    for (guint copy = 0; copy < 2; copy++)
        settle_mail(&d, fixture_mail("eve@d.example", "suporte@desk.example", "Re: [#1] x", "e1@d.example"),
                    copy ? CH_EVIDENCE_DOMAIN : CH_EVIDENCE_CLAIM);
    g_assert_cmpint(entries(&d, 1), ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM hold WHERE kind = 'stranger'"), ==, 1);
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/belonging/numbers", test_numbers);
    g_test_add_func("/belonging/numbers-are-bounded", test_numbers_are_bounded);
    g_test_add_func("/belonging/title", test_title);
    g_test_add_func("/belonging/broken-replies", test_broken_replies);
    g_test_add_func("/belonging/several", test_several);
    g_test_add_func("/belonging/closed", test_closed);
    g_test_add_func("/belonging/never-reopened", test_never_reopened);
    g_test_add_func("/belonging/merged", test_merged);
    g_test_add_func("/belonging/two-departments", test_two_departments);
    g_test_add_func("/belonging/no-referral", test_no_referral);
    g_test_add_func("/belonging/proven-copy", test_proven_copy);
    g_test_add_func("/belonging/proven-copy-of-stranger", test_proven_copy_of_stranger);
    return g_test_run();
}
