/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a bounce does: it finds the mail that came back, its ticket and its recipient, and a forged one marks
 * nobody (L7, P6). */
#include "settle_desk.h"

/* How the report names the mail of ours that it is about. */
typedef enum {
    BY_ID,
    BY_ADDRESS,
    BY_REFERENCE
} Way;

static ChMail *report_of(const ChOutboxRow *row, Way way, const char *recipient, const char *action,
                         const char *status)
{
    static guint number;
    g_autofree char *id = g_strdup_printf("bounce%u@mx.c.example", ++number);
    ChMail *mail = fixture_mail("MAILER-DAEMON@mx.c.example",
                                way == BY_ADDRESS ? row->envelope_from : "suporte@desk.example",
                                "Undelivered Mail Returned to Sender", id);
    mail->is_report = TRUE;
    mail->report_type = g_strdup("delivery-status");
    if (way == BY_ID)
        set_text(&mail->returned_id, row->message_id);
    if (way == BY_REFERENCE)
        g_ptr_array_add(mail->in_reply_to, g_strdup(row->message_id));
    g_ptr_array_add(mail->bounces, ch_bounce_new(recipient, action, status, "550 No such user here"));
    return mail;
}

static void bounce(Desk *d, const ChOutboxRow *row, Way way, const char *recipient, const char *action,
                   const char *status)
{
    settle_mail(d, report_of(row, way, recipient, action, status), CH_EVIDENCE_CLAIM);
}

static gboolean is_marked(Desk *d, const char *address)
{
    GError *error = NULL;
    gboolean marked;
    g_assert_true(ch_store_marked(d->store, address, &marked, &error));
    return marked;
}

/* Which reports mark an address, by which trace of the mail. */
static void test_marks(void)
{
    static const struct {
        const char *recipient, *action, *status;
        Way way;
        const char *logged; /* the kind of the line in the ticket's log */
        gboolean marks, tells;
    } cases[] = {
        {"maria@c.example", "failed", "5.1.1", BY_ID, "bounced", TRUE, TRUE},
        {"Maria@C.example", "failed", "5.0.0", BY_ADDRESS, "bounced", TRUE, TRUE},
        {"maria@c.example", "failed", "5.2.1", BY_REFERENCE, "bounced", TRUE, TRUE},
        {"maria@forwarded.example", "failed", "5.1.1", BY_ID, "bounced", TRUE, TRUE}, /* the only one */
        {"", "failed", "5.1.1", BY_ID, "bounced", TRUE, TRUE},
        {"maria@c.example", "failed", "5.2.2", BY_ID, "bounced", FALSE, TRUE},
        {"maria@c.example", "failed", "5.2.3", BY_ID, "bounced", FALSE, TRUE},
        {"maria@c.example", "failed", "5.1.8", BY_ID, "bounced", FALSE, TRUE}, /* of our own address */
        {"maria@c.example", "failed", "5.7.1", BY_ID, "bounced", FALSE, TRUE},
        {"maria@c.example", "failed", "4.4.7", BY_ID, "bounced", FALSE, TRUE},
        {"maria@c.example", "failed", "", BY_ID, "bounced", FALSE, TRUE},
        {"maria@c.example", "delayed", "4.4.1", BY_ID, "delayed", FALSE, FALSE},
        {"maria@c.example", "delivered", "2.0.0", BY_ID, "machine-mail", FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Desk d = open_desk();
        g_test_message("case %u", i);
        maria_writes(&d, "Impressora", "m1@c.example");
        g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
        bounce(&d, ack, cases[i].way, cases[i].recipient, cases[i].action, cases[i].status);
        g_assert_cmpuint(count_logged(&d, 1, cases[i].logged, cases[i].action), ==, 1);
        g_assert_cmpint(is_marked(&d, "maria@c.example"), ==, cases[i].marks);
        g_assert_cmpuint(d.queued, ==, cases[i].tells ? 2 : 0); /* ana and bruno */
        g_assert_cmpuint(count_sent(&d, "notice-bounce", "ana@desk.example"), ==, cases[i].tells);
        close_desk(&d);
    }
}

/* The agents are told once, nothing automatic goes there, a person's words do, and it ends when she writes.
 */
static void test_life_of_a_mark(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.1.1");
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.1.1");
    g_assert_cmpuint(d.queued, ==, 0);
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "ana@desk.example"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 1, "bounced", "5.1.1"), ==, 2);

    maria_writes(&d, "Outra coisa", "m2@c.example"); /* by nothing but From */
    g_assert_cmpuint(count_sent(&d, "ack", "maria@c.example"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 2, "not-sent", "ack to maria@c.example"), ==, 1);
    g_assert_true(is_marked(&d, "maria@c.example"));

    ChMail *answer =
        fixture_mail("ana@desk.example", "suporte@desk.example", "Re: [Integral #1] x", "a1@desk.example");
    settle_mail(&d, answer, CH_EVIDENCE_DOMAIN);
    g_autoptr(ChOutboxRow) words = sent(&d, "answer", "maria@c.example");
    g_assert_nonnull(words);
    bounce(&d, words, BY_ADDRESS, "maria@c.example", "failed", "5.1.1");
    g_assert_cmpuint(d.queued, ==, 0);
    g_assert_cmpuint(count_logged(&d, 1, "bounced", "answer to maria@c.example"), ==, 1);

    settle_mail(&d, fixture_mail("maria@c.example", "suporte@desk.example", "De volta", "m3@c.example"),
                CH_EVIDENCE_DOMAIN);
    g_assert_false(is_marked(&d, "maria@c.example"));
    g_assert_cmpuint(count_sent(&d, "ack", "maria@c.example"), ==, 2);
    g_assert_cmpuint(count_logged(&d, 0, "reachable", "maria@c.example"), ==, 1);
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.1.1"); /* a late one: told anew */
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "ana@desk.example"), ==, 2);
    ch_clock_set(ch_clock_now() + 25 * 60 * 60); /* a day later another failure is no news of a marked one */
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.2.2");
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "ana@desk.example"), ==, 2);
    close_desk(&d);
}

/* Of what one report says of one recipient, that nothing arrives there is what counts. */
static void test_hardest(void)
{
    for (guint i = 0; i < 2; i++) {
        Desk d = open_desk();
        maria_writes(&d, "Impressora", "m1@c.example");
        g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
        ChMail *mail = report_of(ack, BY_ID, "maria@c.example", "failed", i ? "5.2.2" : "5.1.1");
        g_ptr_array_add(mail->bounces, ch_bounce_new("maria@c.example", "failed", i ? "5.1.1" : "5.2.2", ""));
        settle_mail(&d, mail, CH_EVIDENCE_CLAIM);
        g_assert_true(is_marked(&d, "maria@c.example"));
        close_desk(&d);
    }
}

/* A failure that does not mark is told once a day. */
static void test_told_once_a_day(void)
{
    Desk d = open_desk();
    ch_clock_set(1800000000);
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.2.2");
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.2.2");
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "ana@desk.example"), ==, 1);
    ch_clock_set(1800000000 + 25 * 60 * 60);
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.2.2");
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "ana@desk.example"), ==, 2);
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.1.1"); /* the address is gone now: that is news */
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "ana@desk.example"), ==, 3);
    close_desk(&d);
}

/* Anybody can write a report. */
static void test_forged(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    g_autoptr(ChOutboxRow) notice = sent(&d, "notice-new", "ana@desk.example");
    ChOutboxRow guessed = *ack;
    guessed.message_id = (char *)"ch.1.1.1.1.00000000000000000000000000000000@desk.example";
    bounce(&d, &guessed, BY_ID, "maria@c.example", "failed", "5.1.1");
    guessed.message_id = (char *)"m1@c.example"; /* hers, which many may know: it names the ticket */
    bounce(&d, &guessed, BY_ID, "maria@c.example", "failed", "5.1.1");
    g_assert_cmpuint(d.queued, ==, 0);
    g_assert_cmpuint(count_logged(&d, 1, "bounced", "5.1.1"), ==, 1);
    /* By the number alone. */
    ChMail *subject = report_of(ack, BY_ID, "maria@c.example", "failed", "5.1.1");
    set_text(&subject->returned_id, "");
    set_text(&subject->subject, "Undelivered: [Integral #1] Impressora");
    settle_mail(&d, subject, CH_EVIDENCE_CLAIM);
    /* Of another's mail: ana got hers, and names maria; of two recipients none is ana. */
    ChMail *other = report_of(notice, BY_ID, "maria@c.example", "failed", "5.1.1");
    g_ptr_array_add(other->bounces, ch_bounce_new("joao@c.example", "failed", "5.1.1", ""));
    settle_mail(&d, other, CH_EVIDENCE_CLAIM);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM trouble"), ==, 0);
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "bruno@desk.example"), ==, 0);
    g_assert_cmpuint(count_sent(&d, "admin-bounce", "admin@desk.example"), ==, 0);
    /* A person's mail is never a report, whatever it returns. */
    ChMail *person = fixture_mail("maria@c.example", "suporte@desk.example", "Re: [Integral #1] Impressora",
                                  "m9@c.example");
    set_text(&person->returned_id, ack->message_id);
    settle_mail(&d, person, CH_EVIDENCE_DOMAIN);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM trouble"), ==, 0);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM entry WHERE ticket_id = 1"), ==, 2);
    close_desk(&d);
}

/* A signature of a key that has expired ties the report to its ticket, and no more. */
static void test_expired_key(void)
{
    GError *error = NULL;
    Desk d = open_desk();
    ch_clock_set(1800000000);
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    begin(d.store);
    g_assert_true(ch_store_rotate_keys(d.store, 1800000000 + 10, &error));
    commit(d.store);
    ch_clock_set(1800000000 + 20);
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.1.1");
    g_assert_cmpuint(count_logged(&d, 1, "bounced", "5.1.1"), ==, 1);
    g_assert_false(is_marked(&d, "maria@c.example"));
    ChMail *complaint = report_of(ack, BY_ID, "", "", "");
    g_ptr_array_set_size(complaint->bounces, 0);
    set_text(&complaint->report_type, "feedback-report");
    settle_mail(&d, complaint, CH_EVIDENCE_CLAIM);
    g_assert_cmpuint(count_logged(&d, 1, "complaint", "ack to maria@c.example"), ==, 1);
    g_assert_cmpuint(d.queued, ==, 0);
    close_desk(&d);
}

/* What an agent gets by their office comes back: the admins hear of it, the other agents do not. */
static void test_agent(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) notice = sent(&d, "notice-new", "ana@desk.example");
    bounce(&d, notice, BY_ID, "ana@desk.example", "failed", "5.7.1");
    bounce(&d, notice, BY_ID, "ana@desk.example", "failed", "5.7.1");
    g_assert_cmpuint(count_sent(&d, "admin-bounce", "admin@desk.example"), ==, 1);
    g_assert_cmpuint(count_sent(&d, "notice-bounce", "bruno@desk.example"), ==, 0);
    /* Nor does the admins' own mail come back to them for ever. */
    g_autoptr(ChOutboxRow) told = sent(&d, "admin-bounce", "admin@desk.example");
    g_assert_cmpint(told->ticket, ==, 0); /* admins have no part in it */
    bounce(&d, told, BY_ID, "admin@desk.example", "failed", "5.1.1");
    g_assert_cmpuint(d.queued, ==, 0);
    g_assert_true(is_marked(&d, "admin@desk.example"));
    close_desk(&d);
}

/* The question whether an address is somebody's never arrived: it is closed, and the mail waits on. */
static void test_question(void)
{
    Desk d = open_desk();
    settle_mail(&d, fixture_mail("novo@c.example", "suporte@desk.example", "Oi", "n1@c.example"),
                CH_EVIDENCE_CLAIM);
    g_autoptr(ChOutboxRow) verify = sent(&d, "verify", "novo@c.example");
    g_assert_cmpint(verify->question, >, 0);
    bounce(&d, verify, BY_ID, "novo@c.example", "failed", "5.1.1");
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM question WHERE undeliverable_at IS NOT NULL"
                                           " AND answer IS NULL AND expires_at <= undeliverable_at"),
                    ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM hold"), ==, 1);
    g_assert_true(is_marked(&d, "novo@c.example"));
    g_assert_cmpuint(d.queued, ==, 0);
    ch_clock_set(ch_clock_now() + 2 * 60 * 60);
    settle_mail(&d, fixture_mail("novo@c.example", "suporte@desk.example", "Oi?", "n2@c.example"),
                CH_EVIDENCE_CLAIM);
    g_assert_cmpuint(count_sent(&d, "verify", "novo@c.example"), ==, 1);
    close_desk(&d);
}

/* A server's 5xx marks at once; what was tried until the time was over was about us, and marks nobody. An
 * admin who hears of one has no part in the ticket. */
static void test_refused(void)
{
    for (guint i = 0; i < 2; i++) {
        GError *error = NULL;
        Desk d = open_desk();
        maria_writes(&d, "Impressora", "m1@c.example");
        g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
        g_autoptr(ChOutboxRow) notice = sent(&d, "notice-new", "ana@desk.example");
        begin(d.store);
        g_ptr_array_unref(ch_store_claim(d.store, 10, &error));
        const ChDeliveryEnd ends[] = {
            {ack->id, i ? CH_DELIVERY_RETRY : CH_DELIVERY_FAILED, 0, 550, "550 5.1.1 nobody"},
            {notice->id, CH_DELIVERY_FAILED, 0, 550, "550 5.1.1 nobody"}};
        for (guint k = 0; k < G_N_ELEMENTS(ends); k++)
            g_assert_true(ch_carry_delivery(&d.desk, d.store, &ends[k], &d.queued, &error));
        g_assert_no_error(error);
        commit(d.store);
        g_assert_cmpint(is_marked(&d, "maria@c.example"), ==, i == 0);
        g_autoptr(ChOutboxRow) told = sent(&d, "admin-bounce", "admin@desk.example");
        g_assert_nonnull(told);
        g_assert_cmpint(told->ticket, ==, 0);
        close_desk(&d);
    }
}

/* RFC 5965: logged, and the admins are told once. */
static void test_complaint(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    for (guint i = 0; i < 2; i++) {
        ChMail *mail = report_of(ack, BY_ID, "", "", "");
        g_ptr_array_set_size(mail->bounces, 0);
        set_text(&mail->report_type, "feedback-report");
        settle_mail(&d, mail, CH_EVIDENCE_CLAIM);
    }
    g_assert_cmpuint(count_logged(&d, 1, "complaint", "ack to maria@c.example"), ==, 2);
    g_assert_cmpuint(count_sent(&d, "admin-bounce", "admin@desk.example"), ==, 1);
    g_assert_false(is_marked(&d, "maria@c.example"));
    close_desk(&d);
}

/* What is kept of an address goes with its person. */
static void test_forgotten(void)
{
    GError *error = NULL;
    guint mails;
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    bounce(&d, ack, BY_ID, "maria@c.example", "failed", "5.1.1");
    begin(d.store);
    g_assert_true(ch_store_forget(d.store, "maria@c.example", &mails, &error));
    commit(d.store);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM trouble"), ==, 0);
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bounce/marks", test_marks);
    g_test_add_func("/bounce/life-of-a-mark", test_life_of_a_mark);
    g_test_add_func("/bounce/hardest", test_hardest);
    g_test_add_func("/bounce/told-once-a-day", test_told_once_a_day);
    g_test_add_func("/bounce/forged", test_forged);
    g_test_add_func("/bounce/expired-key", test_expired_key);
    g_test_add_func("/bounce/agent", test_agent);
    g_test_add_func("/bounce/question", test_question);
    g_test_add_func("/bounce/refused", test_refused);
    g_test_add_func("/bounce/complaint", test_complaint);
    g_test_add_func("/bounce/forgotten", test_forgotten);
    return g_test_run();
}
