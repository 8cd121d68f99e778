/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What answers to the desk's questions bring about, where one leads to the next: mails that were held are
 * read again from their bytes, as the writer does it. */
#include "settle_desk.h"

#include "parse/parse.h"

/* Takes in the mail that TEXT is the rest of, from ADDRESS, as an answer to IN_REPLY_TO; carries it out. */
static gint64 settle_text(Desk *d, const char *address, const char *in_reply_to, const char *text)
{
    static guint number;
    GError *error = NULL;
    gboolean known;
    gint64 id;
    char sha256[65];
    g_autofree char *whole = g_strdup_printf("From: <%s>\r\nTo: <suporte@desk.example>\r\n"
                                             "Message-ID: <answer%u@c.example>\r\nIn-Reply-To: <%s>\r\n"
                                             "Subject: Re: Impressora\r\n\r\n%s",
                                             address, ++number, in_reply_to, text);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/answers/within-an-answer", test_answer_within_an_answer);
    return g_test_run();
}
