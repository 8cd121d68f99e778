/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which budget pays a mail, and which key signs it (P6, P5). The arithmetic of the budgets is in
 * test_needs.c.
 */
#include "settle_desk.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/post/ticket", test_ticket);
    g_test_add_func("/post/told", test_told);
    g_test_add_func("/post/key", test_key);
    return g_test_run();
}
