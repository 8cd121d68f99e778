/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules ask of the desk's other mails: the agent who has the least to do, or is next; an admin's word
 * for a mail that a rule holds. */
#include "settle_desk.h"

#include "pipeline_private.h"

static char *choose(Desk *d, ChAssign assign, const char *department, const ChTicketFacts *ticket, char **why)
{
    GError *error = NULL;
    g_autoptr(ChFacts) facts = ch_facts_new();
    g_autoptr(ChRouting) routing = ch_routing_new(ch_config_department(d->config, department));
    facts->ticket = (ChTicketFacts *)ticket;
    routing->effects->assign = assign;
    g_assert_true(ch_choose_agent(d->config, d->store, routing, facts, why, &error));
    g_assert_no_error(error);
    g_assert_cmpint(routing->effects->assign, ==, assign);
    facts->ticket = NULL;
    return g_steal_pointer(&routing->effects->assignee);
}

/* TICKET becomes AGENT's, as a decision of its own. */
static void give(Desk *d, gint64 ticket, const char *department, const char *agent)
{
    static guint number;
    GError *error = NULL;
    gboolean known;
    ChCommitted committed;
    g_autofree char *text = g_strdup_printf("given %u", ++number);
    g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", text, text);
    g_autoptr(ChDecision) decision = ch_decision_new();
    decision->outcome = CH_OUTCOME_REPLY;
    decision->role = CH_ROLE_REQUESTER;
    decision->ticket = ticket;
    decision->department = g_strdup(department);
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    ch_decision_act(decision, CH_ACTION_ASSIGN, CH_TICKET_OPEN, agent, NULL);
    begin(d->store);
    g_assert_true(settle(d->store, take(d->store, text, &known), mail, decision, &committed, &error));
    g_assert_no_error(error);
    commit(d->store);
}

static void assert_chosen(Desk *d, ChAssign assign, const char *department, const ChTicketFacts *ticket,
                          const char *agent, const char *because)
{
    g_autofree char *why = NULL;
    g_autofree char *chosen = choose(d, assign, department, ticket, &why);
    g_assert_cmpstr(chosen, ==, agent);
    g_assert_cmpstr(why, ==, because);
}

static void test_choice(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    maria_writes(&d, "Um", "m1@c.example");
    maria_writes(&d, "Dois", "m2@c.example");
    maria_writes(&d, "Três", "m3@c.example");
    assert_chosen(&d, CH_ASSIGN_NONE, "suporte", NULL, NULL, NULL);
    assert_chosen(&d, CH_ASSIGN_ROUND_ROBIN, "suporte", NULL, "ana@desk.example",
                  "ana@desk.example is next in department suporte: nobody was the last one");
    give(&d, 1, "suporte", "ana@desk.example");
    assert_chosen(&d, CH_ASSIGN_ROUND_ROBIN, "suporte", NULL, "bruno@desk.example",
                  "bruno@desk.example is next in department suporte: ana@desk.example was the last one");
    give(&d, 2, "suporte", "bruno@desk.example");
    give(&d, 3, "suporte", "bruno@desk.example");
    assert_chosen(
        &d, CH_ASSIGN_LEAST_BUSY, "suporte", NULL, "ana@desk.example",
        "ana@desk.example is the least busy of department suporte: 1 tickets of theirs are not closed");
    /* A ticket that is there already stays in its department. */
    g_autoptr(ChTicketFacts) ticket = ch_store_ticket(d.store, 1, NULL, &error);
    assert_chosen(
        &d, CH_ASSIGN_LEAST_BUSY, "sales", ticket, "ana@desk.example",
        "ana@desk.example is the least busy of department suporte: 1 tickets of theirs are not closed");
    assert_chosen(&d, CH_ASSIGN_ROUND_ROBIN, "open", NULL, NULL, NULL); /* it has no agents */
    ChStore *store = g_steal_pointer(&d.store);
    assert_chosen(
        &d, CH_ASSIGN_LEAST_BUSY, "suporte", NULL, "ana@desk.example",
        "ana@desk.example is the least busy of department suporte: 0 tickets of theirs are not closed");
    d.store = store;
    close_desk(&d);
}

/* The choice is a reason only where it has an effect. */
static void test_explained(void)
{
    g_autoptr(ChDecision) decision = ch_decision_new();
    ch_explain_choice(decision, "because");
    g_assert_cmpuint(decision->reasons->len, ==, 0);
    ch_decision_act(decision, CH_ACTION_ASSIGN, CH_TICKET_OPEN, "ana@desk.example", NULL);
    ch_explain_choice(decision, NULL);
    g_assert_cmpuint(decision->reasons->len, ==, 0);
    ch_explain_choice(decision, "because");
    g_assert_cmpstr(decision->reasons->pdata[0], ==, "because");
}

/* Held by a rule: nobody is asked, their account does not let it in, an admin does. */
static void test_release(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    gboolean known, first, more = TRUE, held;
    ChCommitted committed;
    static const char text[] = "From: Eva <eva@c.example>\r\nTo: suporte@desk.example\r\nSubject: Fatura\r\n"
                               "Message-ID: <e1@c.example>\r\n\r\nSegue.\r\n";
    g_autoptr(ChMail) mail = fixture_mail("eva@c.example", "suporte@desk.example", "Fatura", "e1@c.example");
    g_autoptr(ChDecision) decision = ch_decision_new();
    decision->department = g_strdup("suporte");
    decision->effects = g_strdup("hold \"fatura\"");
    ch_decision_hold(decision, CH_HOLD_RULE, "a rule: fatura");
    begin(d.store);
    gint64 id = take(d.store, text, &known);
    g_assert_true(settle(d.store, id, mail, decision, &committed, &error));
    g_assert_true(ch_store_activate(d.store, "eva@c.example", NULL, "admin", &first, &error));
    g_assert_true(ch_store_answer_for(d.store, "eva@c.example", &error));
    g_assert_true(ch_carry_answers(&d.desk, d.store, &more, &d.queued, &error));
    commit(d.store);
    g_assert_true(ch_store_is_held(d.store, id, &held, &error));
    g_assert_true(held);
    g_autoptr(GPtrArray) list = ch_store_mails(d.store, CH_OUTCOME_HELD, 10, &error);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_cmpint(((ChMailRow *)list->pdata[0])->hold, ==, CH_HOLD_RULE);
    begin(d.store);
    g_assert_true(ch_store_release_mail(d.store, id, &error));
    g_assert_true(ch_carry_answers(&d.desk, d.store, &more, &d.queued, &error));
    g_assert_no_error(error);
    commit(d.store);
    g_assert_true(ch_store_is_held(d.store, id, &held, &error));
    g_assert_false(held);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM ticket WHERE title = 'Fatura'"), ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM mail WHERE effects IS NOT NULL"), ==, 0);
    g_assert_cmpuint(count_sent(&d, "ack", "eva@c.example"), ==, 1);
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rule-desk/choice", test_choice);
    g_test_add_func("/rule-desk/explained", test_explained);
    g_test_add_func("/rule-desk/release", test_release);
    return g_test_run();
}
