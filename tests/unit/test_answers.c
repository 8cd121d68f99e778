/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What answers to the desk's questions bring about, where one leads to the next: mails that were held are
 * read again from their bytes, as the writer does it. */
#include "settle_desk.h"

#include "parse/parse.h"

/* Takes in the mail that TEXT is the rest of, from ADDRESS, as an answer to IN_REPLY_TO; carries it out. */
static gint64 settle_as(Desk *d, const char *address, const char *subject, const char *in_reply_to,
                        const char *text)
{
    static guint number;
    GError *error = NULL;
    gboolean known;
    gint64 id;
    char sha256[65];
    g_autofree char *whole = g_strdup_printf("From: <%s>\r\nTo: <suporte@desk.example>\r\n"
                                             "Message-ID: <answer%u@c.example>\r\nIn-Reply-To: <%s>\r\n"
                                             "Subject: %s\r\n\r\n%s",
                                             address, ++number, in_reply_to, subject, text);
    g_autoptr(GBytes) raw = g_bytes_new(whole, strlen(whole));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    ch_sha256(whole, strlen(whole), sha256);
    begin(d->store);
    g_assert_true(ch_store_take(d->store, incoming, sha256, raw, 1, &id, &known, &error));
    g_autoptr(ChReading) reading = ch_read(d->config, incoming);
    g_assert_true(ch_settle(&d->desk, d->store, id, incoming, reading, &d->queued, &error));
    g_assert_no_error(error);
    commit(d->store);
    return id;
}

static gint64 settle_text(Desk *d, const char *address, const char *in_reply_to, const char *text)
{
    return settle_as(d, address, "Re: Impressora", in_reply_to, text);
}

static gboolean became(Desk *d, gint64 mail, const char *outcome)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT count(*) FROM mail WHERE id = %" G_GINT64_FORMAT " AND outcome = '%s'", mail, outcome);
    return store_number(d->folder, sql) == 1;
}

/* Maria is asked whether a mail was hers, and says so at length from an address that is not known: she is
 * asked of that, too. Her yes to the second question makes the first answer good, which is then carried out
 * in the middle of the second one's effects. */
static void test_answer_within_an_answer(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    gint64 claimed = settle_text(&d, "maria@c.example", "m1@c.example", "Ainda não imprime.\r\n");
    g_autoptr(ChOutboxRow) was_it_you = sent(&d, "confirm", "maria@c.example");
    g_assert_nonnull(was_it_you);
    gint64 elsewhere =
        settle_text(&d, "maria@casa.example", was_it_you->message_id,
                    "Sim, fui eu. A impressora do segundo andar continua sem imprimir, e já trocamos o "
                    "cartucho, o cabo\r\n"
                    "e o papel. Podem mandar um técnico na terça ou na quarta, de preferência de manhã?\r\n");
    g_assert_true(became(&d, elsewhere, "held"));
    g_autoptr(ChOutboxRow) is_it_yours = sent(&d, "confirm-alias", "maria@c.example");
    g_assert_nonnull(is_it_yours);

    settle_text(&d, "maria@c.example", is_it_yours->message_id, "Sim.\r\n");
    g_assert_true(became(&d, claimed, "reply"));
    g_assert_true(became(&d, elsewhere, "reply"));
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM entry WHERE ticket_id = 1"), ==, 3);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM question WHERE done_at IS NULL"), ==, 0);
    g_assert_cmpuint(count_logged(&d, 0, "alias", ""), ==, 1);
    close_desk(&d);
}

/* A number that was nobody's when it was written, and is the sender's own by the time that their address is
 * confirmed, opens nothing: whoever guessed it may be another (P7). */
static void test_guessed_number(void)
{
    Desk d = open_desk();
    gint64 first = settle_as(&d, "novo@c.example", "Teclado", "x@c.example", "Quebrou.\r\n");
    gint64 guess = settle_as(&d, "novo@c.example", "[Integral #1]", "x@c.example", "Podem fechar.\r\n");
    g_autoptr(ChOutboxRow) verify = sent(&d, "verify", "novo@c.example");
    settle_text(&d, "novo@c.example", verify->message_id, "Sim.\r\n");
    g_assert_true(became(&d, first, "ticket"));
    g_assert_true(became(&d, guess, "held"));
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM hold WHERE kind = 'claim'"), ==, 1);
    close_desk(&d);
}

/* Who asks for an account twice, and says yes twice, is welcomed once. */
static void test_welcome_once(void)
{
    Desk d = open_desk();
    ch_clock_set(1800000000);
    settle_as(&d, "novo@c.example", "Cadastro", "x@c.example", "\r\n");
    g_autoptr(ChOutboxRow) one = sent(&d, "verify", "novo@c.example");
    ch_clock_set(1800000000 + 2 * 60 * 60);
    settle_as(&d, "novo@c.example", "Cadastro", "x@c.example", "\r\n");
    g_autoptr(ChOutboxRow) other = sent(&d, "verify", "novo@c.example");
    g_assert_cmpint(one->id, !=, other->id);
    settle_text(&d, "novo@c.example", one->message_id, "Sim.\r\n");
    settle_text(&d, "novo@c.example", other->message_id, "Sim, de novo.\r\n");
    g_assert_cmpuint(count_sent(&d, "welcome", "novo@c.example"), ==, 1);
    close_desk(&d);
}

static void carry(Desk *d)
{
    GError *error = NULL;
    gboolean more = TRUE;
    begin(d->store);
    g_assert_true(ch_carry_answers(&d->desk, d->store, &more, &d->queued, &error));
    g_assert_no_error(error);
    g_assert_false(more);
    commit(d->store);
}

/* An expired link's button is worth as many mails as any other way to ask. */
static void test_again(void)
{
    static const char press[] = "UPDATE question SET again = 1 WHERE id = 1";
    Desk d = open_desk();
    d.config->registration.per_day = 2;
    for (guint hour = 0; hour <= 6; hour += 2) {
        ch_clock_set(1800000000 + hour * 60 * 60);
        if (hour == 0)
            settle_as(&d, "novo@c.example", "Cadastro", "x@c.example", "\r\n");
        else
            g_assert_cmpint(store_sql(d.folder, press), ==, SQLITE_OK);
        carry(&d);
        g_assert_cmpuint(count_sent(&d, "verify", "novo@c.example"), ==, hour == 0 ? 1 : 2);
    }
    close_desk(&d);
}

/* One that can't be carried out is over: it must not stand before the others for ever. */
static void test_without_effect(void)
{
    Desk d = open_desk();
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    gint64 elsewhere = settle_text(&d, "maria@casa.example", ack->message_id, "Ainda não.\r\n");
    g_assert_true(became(&d, elsewhere, "held"));
    g_assert_cmpint(store_sql(d.folder, "UPDATE mail SET sender = NULL WHERE outcome = 'held'"), ==,
                    SQLITE_OK);
    GError *error = NULL;
    begin(d.store);
    g_assert_true(ch_store_answer(d.store, 1, TRUE, "reply", &error));
    commit(d.store);
    carry(&d);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM question WHERE done_at IS NULL"), ==, 0);
    g_assert_true(became(&d, elsewhere, "held"));
    close_desk(&d);
}

/* An admin stands up for a person, but nothing has arrived at their address by that: only who answers a
 * question got it. */
static void test_reached(void)
{
    static const char mark[] =
        "INSERT INTO trouble (address, failed_at, marked_at) VALUES ('novo@c.example', 1, 1)";
    for (guint admin = 0; admin < 2; admin++) {
        GError *error = NULL;
        Desk d = open_desk();
        settle_as(&d, "novo@c.example", "Cadastro", "x@c.example", "\r\n");
        g_assert_cmpint(store_sql(d.folder, mark), ==, SQLITE_OK);
        begin(d.store);
        g_assert_true(admin ? ch_store_answer_for(d.store, "novo@c.example", &error)
                            : ch_store_answer(d.store, 1, TRUE, "page", &error));
        commit(d.store);
        carry(&d);
        gboolean marked;
        g_assert_true(ch_store_marked(d.store, "novo@c.example", &marked, &error));
        g_assert_cmpint(marked, ==, admin);
        close_desk(&d);
    }
}

/* The second verdict of an answer that says more than yes is a new one: what the first one says of it stands
 * there once. */
static void test_judged_once_more(void)
{
    static const char token[] = "token: answers a mail that we sent to this very address";
    Desk d = open_desk();
    settle_as(&d, "novo@c.example", "Cadastro", "x@c.example", "\r\n");
    g_autoptr(ChOutboxRow) verify = sent(&d, "verify", "novo@c.example");
    gint64 more =
        settle_text(&d, "novo@c.example", verify->message_id,
                    "Sim. E a impressora do segundo andar está sem imprimir, embora tenhamos trocado o "
                    "cartucho, o cabo\r\n"
                    "e o papel. Podem mandar um técnico na terça ou na quarta, de preferência de manhã?\r\n");
    g_assert_true(became(&d, more, "ticket"));
    g_autofree char *sql = g_strdup_printf(
        "SELECT (length(reasons) - length(replace(reasons, '%s', ''))) / length('%s') FROM mail "
        "WHERE id = %" G_GINT64_FORMAT,
        token, token, more);
    g_assert_cmpint(store_number(d.folder, sql), ==, 1);
    close_desk(&d);
}

/* What waited under several addresses of one person comes in the order in which it came. */
static void test_release_order(void)
{
    static const char *const from[] = {"casa@c.example", "novo@c.example", "casa@c.example",
                                       "novo@c.example"};
    Desk d = open_desk();
    GError *error = NULL;
    gint64 mails[G_N_ELEMENTS(from)];
    for (guint i = 0; i < G_N_ELEMENTS(from); i++) {
        g_autofree char *subject = g_strdup_printf("Pedido %u", i);
        g_autofree char *text = g_strdup_printf("Este é o pedido %u.\r\n", i);
        mails[i] = settle_as(&d, from[i], subject, "x@c.example", text);
        g_assert_true(became(&d, mails[i], "held"));
    }
    begin(d.store);
    g_assert_true(ch_store_alias(d.store, "casa@c.example", "novo@c.example", "admin", &error));
    g_assert_no_error(error);
    commit(d.store);
    g_autoptr(ChOutboxRow) verify = sent(&d, "verify", "novo@c.example");
    settle_text(&d, "novo@c.example", verify->message_id, "Sim.\r\n");
    for (guint i = 0; i < G_N_ELEMENTS(from); i++) {
        g_autofree char *sql =
            g_strdup_printf("SELECT ticket_id FROM mail WHERE id = %" G_GINT64_FORMAT, mails[i]);
        g_assert_cmpint(store_number(d.folder, sql), ==, i + 1);
    }
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/answers/within-an-answer", test_answer_within_an_answer);
    g_test_add_func("/answers/guessed-number", test_guessed_number);
    g_test_add_func("/answers/welcome-once", test_welcome_once);
    g_test_add_func("/answers/again", test_again);
    g_test_add_func("/answers/without-effect", test_without_effect);
    g_test_add_func("/answers/reached", test_reached);
    g_test_add_func("/answers/judged-once-more", test_judged_once_more);
    g_test_add_func("/answers/release-order", test_release_order);
    return g_test_run();
}
