/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which budget pays a mail, and which key signs it (P6, P5). The arithmetic of the budgets is in
 * test_needs.c.
 */
#include "settle_desk.h"

#include "base/token.h"

static void reply(Desk *d, const char *from, const char *message_id)
{
    settle_mail(d, fixture_mail(from, "suporte@desk.example", "Re: [Integral #1] x", message_id),
                CH_EVIDENCE_DOMAIN);
}

/* A person's words wait for the ticket's budget; agents hear of each message, whatever it is. */
static void test_ticket(void)
{
    Desk d = open_desk();
    d.config->budgets.ticket = 1;
    maria_writes(&d, "Impressora", "m1@c.example"); /* her acknowledgement spends it */
    reply(&d, "ana@desk.example", "a1@desk.example");
    g_assert_cmpuint(count_sent(&d, "answer", "maria@c.example"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 1, "budget", "answer to maria@c.example waits"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 1, "budget-tripped", "ticket:1:maria@c.example"), ==, 1);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *id = g_strdup_printf("r%u@c.example", i);
        reply(&d, "maria@c.example", id);
    }
    g_assert_cmpuint(count_sent(&d, "notice-reply", "ana@desk.example"), ==, 3);
    close_desk(&d);
}

/* The one mail that says that a budget is used up is paid by none, not even by that one. */
static void test_told(void)
{
    Desk d = open_desk();
    d.config->budgets.desk = 1;
    maria_writes(&d, "Impressora", "m1@c.example");
    g_assert_cmpuint(count_sent(&d, "ack", "maria@c.example"), ==, 1);
    g_assert_cmpuint(count_sent(&d, "notice-new", "ana@desk.example"), ==, 0);
    g_assert_cmpuint(count_sent(&d, "admin-budget", "admin@desk.example"), ==, 1);
    maria_writes(&d, "Teclado", "m2@c.example");
    g_assert_cmpuint(count_sent(&d, "admin-budget", "admin@desk.example"), ==, 1);
    g_autoptr(ChOutboxRow) told = sent(&d, "admin-budget", "admin@desk.example");
    g_assert_cmpint(told->ticket, ==, 0); /* admins have no part in it */
    close_desk(&d);
}

/* The newest key signs. */
static void test_key(void)
{
    GError *error = NULL;
    Desk d = open_desk();
    begin(d.store);
    g_assert_true(ch_store_rotate_keys(d.store, ch_clock_now() + 1000, &error));
    commit(d.store);
    maria_writes(&d, "Impressora", "m1@c.example");
    g_autoptr(ChOutboxRow) ack = sent(&d, "ack", "maria@c.example");
    g_assert_true(g_str_has_prefix(ack->message_id, "ch.2."));
    /* A bounce names the mail by the address that it goes to. */
    g_assert_true(g_str_has_prefix(ack->envelope_from, "suporte+"));
    close_desk(&d);
}

static const char with_file[] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                                "--b\r\nContent-Type: text/plain\r\n\r\nOi\r\n"
                                "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
                                "Content-Disposition: attachment; filename=a.pdf\r\n\r\nPDF\r\n"
                                "--b--\r\n";

/* A file leaves as it was when the mail was queued, or not at all (P5). */
static void test_same_file(void)
{
    static const struct {
        const char *part, *file;
        gboolean good;
    } cases[] = {{"2", "PDF", TRUE}, {"2", "PDG", FALSE}, {"3", "PDF", FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ChStored) stored = g_new0(ChStored, 1);
        char digest[65];
        ch_sha256(cases[i].file, strlen(cases[i].file), digest);
        stored->bytes = g_bytes_new_static("head\r\n\r\nfoot", 12);
        stored->raw = g_bytes_new_static(with_file, sizeof with_file - 1);
        stored->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)ch_gap_free);
        g_ptr_array_add(stored->gaps, ch_gap_new(8, cases[i].part));
        stored->digests = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(stored->digests, g_strdup(digest));
        g_autoptr(GBytes) bytes = ch_outgoing_bytes(stored, &error);
        g_assert_cmpint(bytes != NULL, ==, cases[i].good);
        if (!cases[i].good)
            g_assert_error(error, CH_ERROR, CH_ERROR_INPUT);
    }
}

static void write_with_file(Desk *d, const char *to)
{
    ChMail *mail = fixture_mail("maria@c.example", to, "Nota", "m1@c.example");
    ChAttachment *file = g_new0(ChAttachment, 1);
    file->part = g_strdup("2");
    file->name = g_strdup("nota.pdf");
    file->type = g_strdup("application/pdf");
    file->content_type = g_strdup("");
    file->size = 3;
    file->accepted = TRUE;
    file->reason = g_strdup("");
    ch_sha256("PDF", 3, file->sha256);
    g_ptr_array_add(mail->attachments, file);
    settle_mail(d, mail, CH_EVIDENCE_DOMAIN);
}

/* The files are those of the mail that made the entry: a notice of its copy goes without. */
static void test_copy(void)
{
    Desk d = open_desk();
    write_with_file(&d, "suporte@desk.example");
    write_with_file(&d, "sales@desk.example");
    const char *const agents[] = {"ana@desk.example", "carla@desk.example"};
    for (guint i = 0; i < G_N_ELEMENTS(agents); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ChOutboxRow) notice = sent(&d, "notice-new", agents[i]);
        g_assert_nonnull(notice);
        g_autoptr(ChStored) stored = ch_store_outbox_bytes(d.store, notice->id, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(stored->gaps->len, ==, i == 0);
    }
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/post/ticket", test_ticket);
    g_test_add_func("/post/told", test_told);
    g_test_add_func("/post/key", test_key);
    g_test_add_func("/post/same-file", test_same_file);
    g_test_add_func("/post/copy", test_copy);
    return g_test_run();
}
