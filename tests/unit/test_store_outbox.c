/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox of the store: what is queued, claimed, sent, and given up, and what an admin changes meanwhile.
 */
#include "store_test.h"

static void test_outbox(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *message_id = NULL;
    GError *error = NULL;
    ChCommitted committed;
    ChStore *store = store_with_ticket(folder, &committed);
    ch_clock_set(1000000);
    begin(store);
    gint64 id = queue_mail(store, committed.ticket, committed.entry, "maria@c.example", &message_id);
    GPtrArray *due = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(due->len, ==, 1);
    g_assert_false(((ChDue *)due->pdata[0])->uncertain);
    g_assert_cmpuint(((ChDue *)due->pdata[0])->attempts, ==, 0);
    g_ptr_array_unref(due);
    g_assert_cmpint(state_of(store, id), ==, CH_OUTBOX_SENDING);
    /* The program died here: claimed again, and said to be uncertain (L17). */
    due = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(due->len, ==, 1);
    g_assert_true(((ChDue *)due->pdata[0])->uncertain);
    g_ptr_array_unref(due);
    g_assert_true(ch_store_delivered(store, id, CH_DELIVERY_RETRY, 60, 451, "451 later", NULL, &error));
    g_assert_cmpint(state_of(store, id), ==, CH_OUTBOX_QUEUED);
    due = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(due->len, ==, 0);
    g_ptr_array_unref(due);
    g_assert_cmpint(ch_store_next_due(store, &error), ==, 1000060);
    ch_clock_set(1000060);
    due = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(due->len, ==, 1);
    g_ptr_array_unref(due);
    g_assert_true(ch_store_delivered(store, id, CH_DELIVERY_FAILED, 60, 550, "550 no", NULL, &error));
    g_assert_cmpint(state_of(store, id), ==, CH_OUTBOX_FAILED);
    g_assert_true(ch_store_outbox_set(store, id, CH_OUTBOX_QUEUED, &error)); /* queue retry */
    due = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(due->len, ==, 1);
    g_ptr_array_unref(due);
    g_assert_true(ch_store_delivered(store, id, CH_DELIVERY_SENT, 0, 250, "250 ok", NULL, &error));
    g_assert_cmpint(state_of(store, id), ==, CH_OUTBOX_SENT);
    g_assert_false(ch_store_outbox_set(store, id, CH_OUTBOX_QUEUED, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_USAGE);
    g_clear_error(&error);
    commit(store);
    ch_clock_set(-1);
    ch_store_free(store);
    fixture_remove(folder);
}

/* What an admin did while the mail was in the server's hands, and what the server said then. */
static void test_changed_meanwhile(void)
{
    static const struct {
        ChOutboxState admin;
        ChDeliveryResult result;
        ChOutboxState state;
    } cases[] = {
        {CH_OUTBOX_DROPPED, CH_DELIVERY_SENT, CH_OUTBOX_DROPPED},
        {CH_OUTBOX_DROPPED, CH_DELIVERY_RETRY, CH_OUTBOX_DROPPED},
        {CH_OUTBOX_DROPPED, CH_DELIVERY_FAILED, CH_OUTBOX_DROPPED},
        {CH_OUTBOX_QUEUED, CH_DELIVERY_SENT, CH_OUTBOX_SENT}, /* once more would be twice */
        {CH_OUTBOX_QUEUED, CH_DELIVERY_RETRY, CH_OUTBOX_QUEUED},
        {CH_OUTBOX_QUEUED, CH_DELIVERY_FAILED, CH_OUTBOX_QUEUED},
    };
    g_autofree char *folder = fixture_folder();
    ChCommitted committed;
    ChStore *store = store_with_ticket(folder, &committed);
    begin(store);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message_id = NULL;
        GError *error = NULL;
        gboolean failed;
        gint64 id = queue_mail(store, committed.ticket, committed.entry, "maria@c.example", &message_id);
        g_ptr_array_unref(ch_store_claim(store, 10, &error));
        g_assert_cmpint(state_of(store, id), ==, CH_OUTBOX_SENDING);
        g_assert_true(ch_store_outbox_set(store, id, cases[i].admin, &error));
        gint64 due = ch_store_next_due(store, &error);
        g_assert_true(ch_store_delivered(store, id, cases[i].result, 60, 250, "said", &failed, &error));
        g_assert_no_error(error);
        g_assert_cmpint(state_of(store, id), ==, cases[i].state);
        g_assert_false(failed); /* nobody is told of it */
        if (cases[i].state == CH_OUTBOX_QUEUED) {
            g_assert_cmpint(ch_store_next_due(store, &error), ==, due);
            g_assert_true(ch_store_outbox_set(store, id, CH_OUTBOX_DROPPED, &error));
        }
    }
    commit(store);
    ch_store_free(store);
    fixture_remove(folder);
}

/* Many large mails are not all in memory at once (P13). */
static void test_claim_is_bounded(void)
{
    g_autofree char *folder = fixture_folder();
    GError *error = NULL;
    ChCommitted committed;
    ChStore *store = store_with_ticket(folder, &committed);
    g_autoptr(GPtrArray) gaps = g_ptr_array_new();
    g_autofree char *large = g_strnfill(9 << 20, 'a');
    g_autoptr(GBytes) bytes = g_bytes_new_static(large, 9 << 20);
    begin(store);
    for (guint i = 0; i < 3; i++) {
        const ChQueued queued = {.serial = ch_store_next_serial(store, &error),
                                 .template = "ack",
                                 .envelope_from = "suporte@desk.example",
                                 .recipient = "maria@c.example",
                                 .message_id = i == 0   ? "a@b"
                                               : i == 1 ? "b@b"
                                                        : "c@b",
                                 .bytes = bytes,
                                 .gaps = gaps};
        g_assert_true(ch_store_queue(store, &queued, &error));
    }
    g_autoptr(GPtrArray) first = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(first->len, ==, 2);
    for (guint i = 0; i < first->len; i++)
        g_assert_true(ch_store_delivered(store, ((ChDue *)first->pdata[i])->id, CH_DELIVERY_SENT, 0, 250,
                                         "ok", NULL, &error));
    g_autoptr(GPtrArray) rest = ch_store_claim(store, 10, &error);
    g_assert_cmpuint(rest->len, ==, 1);
    commit(store);
    ch_store_free(store);
    fixture_remove(folder);
}

/* Given up after its days: failed, and the ticket's log says so. */
static void test_given_up(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *message_id = NULL;
    GError *error = NULL;
    ChCommitted committed;
    ChStore *store = store_with_ticket(folder, &committed);
    begin(store);
    gint64 id = queue_mail(store, committed.ticket, committed.entry, "maria@c.example", &message_id);
    g_ptr_array_unref(ch_store_claim(store, 10, &error));
    g_assert_true(ch_store_delivered(store, id, CH_DELIVERY_RETRY, 0, 451, "451 later", NULL, &error));
    commit(store);
    g_assert_cmpint(state_of(store, id), ==, CH_OUTBOX_FAILED);
    g_autoptr(ChTicketView) view = ch_store_ticket_view(store, committed.ticket, &error);
    const ChEventRow *last = g_ptr_array_index(view->events, view->events->len - 1);
    g_assert_cmpstr(last->kind, ==, "delivery-failed");
    g_assert_nonnull(strstr(last->detail, "451 later"));
    ch_store_free(store);
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/outbox", test_outbox);
    g_test_add_func("/store/changed-meanwhile", test_changed_meanwhile);
    g_test_add_func("/store/claim-is-bounded", test_claim_is_bounded);
    g_test_add_func("/store/given-up", test_given_up);
    return g_test_run();
}
