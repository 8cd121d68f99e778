/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts of a mail that was decided long ago: the desk as it was then, without what the mail itself did. */
#include "store_desk.h"

/* A mail that was decided finds neither its copies nor the ticket that it opened, and a ticket as it was. */
static void test_then(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    gboolean known, changed;
    ChCommitted committed;
    begin(d.store); /* 1 is closed; Maria's late reply opens 2, which follows it */
    g_assert_true(ch_store_set_ticket_state(d.store, 1, CH_TICKET_CLOSED, "admin", &changed, &error));
    commit(d.store);
    ch_clock_set(20040 * DAY);
    g_autoptr(ChMail) late = fixture_mail("maria@c.example", "suporte@desk.example", "Re", "late@c.example");
    g_ptr_array_add(late->in_reply_to, g_strdup("m1@c.example"));
    g_autoptr(ChDecision) opens = new_ticket();
    ((ChAction *)opens->actions->pdata[0])->id = 1;
    begin(d.store);
    gint64 first = take(d.store, "late", &known);
    g_autoptr(ChFacts) before = facts_of(&d, first, late, 0);
    g_assert_true(settle(d.store, first, late, opens, &committed, &error));
    g_assert_cmpint(committed.ticket, ==, 2);
    ch_clock_set(20041 * DAY);
    gint64 copy = take(d.store, "late, by another way", &known);
    g_autoptr(ChFacts) of_copy = facts_of(&d, copy, late, 0);
    g_autoptr(ChDecision) ignored = ch_decision_new();
    ignored->outcome = CH_OUTCOME_IGNORED;
    g_assert_true(settle(d.store, copy, late, ignored, &committed, &error));
    commit(d.store);
    g_assert_cmpint(of_copy->duplicate_of, ==, first);
    g_assert_cmpint(of_copy->ticket->number, ==, 2);

    g_autoptr(ChFacts) then = facts_of(&d, first, late, 0);
    g_assert_cmpint(before->duplicate_of, ==, 0);
    g_assert_cmpint(then->duplicate_of, ==, 0);
    g_assert_cmpint(before->ticket->number, ==, 1);
    g_assert_cmpint(then->ticket->number, ==, 1);
    g_assert_cmpint(then->ticket->closed_for, ==, before->ticket->closed_for);
    g_assert_cmpint(then->match, ==, before->match);
    g_autoptr(ChFacts) copy_then = facts_of(&d, copy, late, 0);
    g_assert_cmpint(copy_then->duplicate_of, ==, first);

    /* 2 is answered, closed, and merged into 1: the answer joined 2, which was open. */
    ch_clock_set(20042 * DAY);
    gint64 reply;
    ChDecision *joins = decision_for(2, "suporte");
    ch_decision_act(joins, CH_ACTION_SET_STATE, CH_TICKET_PENDING, NULL, NULL);
    carry_id(&d, "maria@c.example", joins, &reply);
    g_autoptr(ChMail) answer = fixture_mail("maria@c.example", "suporte@desk.example", "Re", "r@c.example");
    g_ptr_array_add(answer->in_reply_to, g_strdup("late@c.example"));
    ch_clock_set(20043 * DAY);
    begin(d.store);
    g_assert_true(ch_store_set_ticket_state(d.store, 1, CH_TICKET_OPEN, "admin", &changed, &error));
    g_assert_true(ch_store_merge_tickets(d.store, 2, 1, "admin", &error));
    commit(d.store);
    g_autoptr(ChFacts) now = facts_of(&d, 0, answer, 0);
    g_assert_cmpint(now->ticket->number, ==, 1);
    g_autoptr(ChFacts) joined = facts_of(&d, reply, answer, 0);
    g_assert_cmpint(joined->ticket->number, ==, 2);
    g_assert_cmpint(joined->ticket->state, ==, CH_TICKET_OPEN);
    g_autoptr(ChFacts) opened = facts_of(&d, first, late, 2); /* nor by its number, wherever that leads now */
    g_assert_cmpint(opened->ticket->number, ==, 1);
    g_assert_cmpint(opened->ticket->state, ==, CH_TICKET_CLOSED);
    close_desk(&d);
}

/* What a mail names may have come to its own ticket only after it, or been merged into that. */
static void test_own_ticket(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    gint64 opening, other, reply;
    carry_id(&d, "maria@c.example", decision_for(0, "suporte"), &opening); /* ticket 2, mail r1 */
    carry_id(&d, "maria@c.example", decision_for(2, "suporte"), &reply);   /* mail r2 */
    carry_id(&d, "maria@c.example", decision_for(0, "suporte"), &other);   /* ticket 3 */
    begin(d.store);
    g_assert_true(ch_store_merge_tickets(d.store, 1, 3, "admin", &error));
    commit(d.store);
    g_autoptr(ChMail) crossed = fixture_mail("maria@c.example", "suporte@desk.example", "x", "x@c.example");
    g_ptr_array_add(crossed->in_reply_to, g_strdup("r2@c.example"));
    g_autoptr(ChFacts) now = facts_of(&d, 0, crossed, 0);
    g_assert_cmpint(now->ticket->number, ==, 2);
    g_autoptr(ChFacts) then = facts_of(&d, opening, crossed, 0);
    g_assert_null(then->ticket);
    g_assert_cmpint(then->match, ==, CH_MATCH_NONE);
    g_autoptr(ChMail) late = fixture_mail("maria@c.example", "suporte@desk.example", "x", "y@c.example");
    g_ptr_array_add(late->in_reply_to, g_strdup("m1@c.example"));
    g_autoptr(ChFacts) merged = facts_of(&d, 0, late, 0);
    g_assert_cmpint(merged->ticket->number, ==, 3);
    g_autoptr(ChFacts) unmerged = facts_of(&d, other, late, 0);
    g_assert_cmpint(unmerged->ticket->number, ==, 1);
    close_desk(&d);
}

/* The values of a ticket before a mail that gave it some, and after. */
static void test_values_then(void)
{
    Desk d = open_desk();
    gint64 first, second;
    carry_id(&d, "maria@c.example", with_values(), &first); /* all in one second */
    ChDecision *decision = decision_for(1, "suporte");
    ch_decision_act(decision, CH_ACTION_PRIORITY, 0, "urgent", NULL);
    ch_decision_act(decision, CH_ACTION_TAG, 0, "late", NULL);
    ch_decision_act(decision, CH_ACTION_FIELD, 0, "pedido", "a: 456");
    ch_decision_act(decision, CH_ACTION_FIELD, 0, "Pedido: outro", "789");
    ch_decision_act(decision, CH_ACTION_ASSIGN, 0, "bruno@desk.example", NULL);
    ch_decision_act(decision, CH_ACTION_WATCH, 0, "outro@c.example", NULL);
    carry_id(&d, "maria@c.example", decision, &second);
    g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", "x", "x@c.example");
    g_autoptr(ChFacts) before = facts_of(&d, first, mail, 1);
    g_assert_cmpint(before->ticket->priority, ==, CH_PRIORITY_NORMAL);
    g_assert_null(before->ticket->assignee);
    g_assert_cmpint(before->ticket->due_at, ==, 0);
    g_assert_cmpuint(before->ticket->tags->len + before->ticket->fields->len, ==, 0);
    g_assert_cmpuint(before->ticket->watchers->len, ==, 0);
    g_autoptr(ChFacts) between = facts_of(&d, second, mail, 1);
    g_assert_cmpint(between->ticket->priority, ==, CH_PRIORITY_HIGH);
    g_assert_cmpstr(between->ticket->assignee, ==, "ana@desk.example");
    g_assert_cmpint(between->ticket->due_at, ==, 20001 * DAY);
    g_assert_cmpuint(between->ticket->tags->len, ==, 2);
    g_assert_cmpuint(between->ticket->fields->len, ==, 1);
    g_assert_cmpstr(((ChNamedValue *)between->ticket->fields->pdata[0])->value, ==, "123");
    g_assert_cmpuint(between->ticket->watchers->len, ==, 1);
    g_autoptr(ChFacts) now = facts_of(&d, 0, mail, 1);
    g_assert_cmpint(now->ticket->priority, ==, CH_PRIORITY_URGENT);
    g_assert_cmpuint(now->ticket->fields->len, ==, 2);
    g_assert_cmpuint(now->ticket->watchers->len, ==, 2);
    close_desk(&d);
}

/* The sender as they were known when their mail was decided. */
static void test_person_then(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    gboolean first;
    gint64 ids[3];
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) { /* two in one second, the third after the account */
        ch_clock_set(20010 * DAY + (i == 2 ? 60 : 0));
        if (i == 2) {
            begin(d.store);
            g_assert_true(ch_store_activate(d.store, "joao@c.example", NULL, "admin", &first, &error));
            commit(d.store);
        }
        carry_id(&d, "joao@c.example", decision_for(0, "suporte"), &ids[i]);
    }
    static const ChAccount expected[] = {CH_ACCOUNT_NONE, CH_ACCOUNT_PENDING, CH_ACCOUNT_ACTIVE};
    g_autoptr(ChMail) mail = fixture_mail("joao@c.example", "suporte@desk.example", "x", "x@c.example");
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(ChFacts) facts = facts_of(&d, ids[i], mail, 0);
        g_assert_cmpint(facts->person ? facts->person->account : CH_ACCOUNT_NONE, ==, expected[i]);
    }
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store-then/then", test_then);
    g_test_add_func("/store-then/own-ticket", test_own_ticket);
    g_test_add_func("/store-then/values-then", test_values_then);
    g_test_add_func("/store-then/person-then", test_person_then);
    return g_test_run();
}
