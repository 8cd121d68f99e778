/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules leave in the store: values of tickets and their log, statistics, loads, rates, notes. */
#include "store_desk.h"

static ChTicketFacts *ticket(Desk *d, gint64 number)
{
    GError *error = NULL;
    ChTicketFacts *facts = ch_store_ticket(d->store, number, NULL, &error);
    g_assert_no_error(error);
    return facts;
}

/* How many lines of KIND with DETAIL the log of the first ticket has by ACTOR. */
static gint64 logged(Desk *d, const char *actor, const char *kind, const char *detail)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT count(*) FROM event WHERE ticket_id = 1 AND actor = '%s' AND kind = '%s' AND detail = '%s'",
        actor, kind, detail);
    return store_number(d->folder, sql);
}

static gint64 log_length(Desk *d)
{
    return store_number(d->folder, "SELECT count(*) FROM event WHERE ticket_id = 1 AND kind <> 'message'");
}

/* Each value is kept, and logged once however often it is said. */
static void test_values(void)
{
    Desk d = open_desk();
    g_autoptr(ChTicketFacts) before = ticket(&d, 1);
    g_assert_cmpint(before->priority, ==, CH_PRIORITY_NORMAL);
    g_assert_null(before->assignee);
    g_assert_cmpint(before->due_at, ==, 0);
    g_assert_cmpuint(before->tags->len + before->fields->len, ==, 0);
    carry(&d, "maria@c.example", with_values());
    g_autoptr(ChTicketFacts) now = ticket(&d, 1);
    g_assert_cmpint(now->priority, ==, CH_PRIORITY_HIGH);
    g_assert_cmpuint(now->tags->len, ==, 2);
    g_assert_cmpstr(now->tags->pdata[0], ==, "zebra");
    g_assert_cmpstr(now->tags->pdata[1], ==, "impressora");
    g_assert_cmpuint(now->fields->len, ==, 1);
    g_assert_cmpstr(ch_named_value_find(now->fields, "pedido")->value, ==, "123");
    g_assert_cmpstr(now->assignee, ==, "ana@desk.example");
    g_assert_cmpstr(now->watchers->pdata[0], ==, "chefe@c.example");
    g_assert_cmpint(now->due_at, ==, 20001 * DAY);
    g_assert_cmpstr(now->requester_language, ==, "en");
    g_assert_cmpint(logged(&d, "desk", "priority", "high"), ==, 1);
    g_assert_cmpint(logged(&d, "desk", "tag", "zebra"), ==, 1);
    g_assert_cmpint(logged(&d, "maria@c.example", "field", "Pedido: 123"), ==, 1);
    g_assert_cmpint(logged(&d, "desk", "assigned", "ana@desk.example"), ==, 1);
    g_assert_cmpint(logged(&d, "desk", "watching", "chefe@c.example"), ==, 1);
    g_assert_cmpint(logged(&d, "desk", "due", "2024-10-05T00:00:00Z"), ==, 1);
    g_assert_cmpint(logged(&d, "desk", "language", "en"), ==, 1);
    gint64 length = log_length(&d);
    carry(&d, "maria@c.example", with_values());
    g_assert_cmpint(log_length(&d), ==, length);
    ChDecision *again = decision_for(1, "suporte");
    again->role = CH_ROLE_AGENT;
    ch_decision_act(again, CH_ACTION_FIELD, 0, "PEDIDO", "456"); /* the same field */
    ch_decision_act(again, CH_ACTION_FIELD, 0, "Pedido", "");    /* says nothing */
    ch_decision_act(again, CH_ACTION_PRIORITY, 0, "low", NULL);
    carry(&d, "ana@desk.example", again);
    g_autoptr(ChTicketFacts) later = ticket(&d, 1);
    g_assert_cmpuint(later->fields->len, ==, 1);
    g_assert_cmpstr(((ChNamedValue *)later->fields->pdata[0])->name, ==, "Pedido");
    g_assert_cmpstr(((ChNamedValue *)later->fields->pdata[0])->value, ==, "456");
    g_assert_cmpint(logged(&d, "ana@desk.example", "priority", "low"), ==, 1);
    g_assert_cmpint(log_length(&d), ==, length + 2);
    close_desk(&d);
}

static guint faults(Desk *d, const char *piece)
{
    GError *error = NULL;
    guint count = 0;
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) found = ch_store_verify(d->store, counts, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < found->len; i++)
        count += strstr(found->pdata[i], piece) != NULL;
    return count;
}

/* Nothing of a ticket changes behind its log. */
static void test_verify(void)
{
    static const char *const changes[] = {
        "UPDATE ticket SET priority = 'urgent'",
        "UPDATE ticket SET assignee = 'ana@desk.example', assigned_at = 1",
        "UPDATE ticket SET due_at = 1",
        "UPDATE ticket SET language = 'en'",
        "INSERT INTO ticket_tag (ticket_id, tag, since) VALUES (1, 'a', 1), (1, 'b', 1)",
        "INSERT INTO ticket_field (ticket_id, name, value, since) VALUES (1, 'a', 'b', 1)",
    };
    Desk d = open_desk();
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *wrong = g_strdup_printf("their log does not tell: %u too many", i + 1);
        g_assert_cmpint(store_sql(d.folder, changes[i]), ==, SQLITE_OK);
        g_assert_cmpuint(faults(&d, wrong), ==, 1);
    }
    carry(&d, "maria@c.example", with_values());
    ChDecision *decision = decision_for(1, "suporte");
    ch_decision_act(decision, CH_ACTION_ASSIGN, 0, "bruno@desk.example", NULL);
    ch_decision_act(decision, CH_ACTION_LANGUAGE, 0, "pt_BR", NULL);
    carry(&d, "maria@c.example", decision);
    close_desk(&d); /* which balances */
}

/* However many there are of them, a ticket keeps a bounded number (P13). */
static void test_values_are_bounded(void)
{
    Desk d = open_desk();
    ChDecision *decision = decision_for(1, "suporte");
    for (guint i = 0; i < 150; i++) {
        g_autofree char *word = g_strdup_printf("w%u", i);
        g_autofree char *address = g_strdup_printf("w%u@c.example", i);
        ch_decision_act(decision, CH_ACTION_TAG, 0, word, NULL);
        ch_decision_act(decision, CH_ACTION_FIELD, 0, word, "x");
        ch_decision_act(decision, CH_ACTION_WATCH, 0, address, NULL);
    }
    ch_decision_act(decision, CH_ACTION_FIELD, 0, "w7", "y"); /* one that is there still changes */
    carry(&d, "maria@c.example", decision);
    g_autoptr(ChTicketFacts) now = ticket(&d, 1);
    g_assert_cmpuint(now->tags->len, ==, 100);
    g_assert_cmpuint(now->fields->len, ==, 100);
    g_assert_cmpuint(now->watchers->len, ==, 100);
    g_assert_cmpstr(ch_named_value_find(now->fields, "w7")->value, ==, "y");
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM ticket_tag"), ==, 100);
    close_desk(&d);
}

/* What the schema does not know is not kept, and neither is what came before it in the decision (P4). */
static void test_together(void)
{
    Desk d = open_desk();
    g_autoptr(GError) error = NULL;
    gboolean known;
    ChCommitted committed;
    g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", "x", "x@c.example");
    g_autoptr(ChDecision) decision = decision_for(1, "suporte");
    ch_decision_act(decision, CH_ACTION_TAG, 0, "zebra", NULL);
    ch_decision_act(decision, CH_ACTION_PRIORITY, 0, "sky-high", NULL);
    begin(d.store);
    gint64 id = take(d.store, "one", &known);
    g_assert_true(ch_store_savepoint(d.store, NULL));
    g_assert_false(settle(d.store, id, mail, decision, &committed, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_INPUT);
    ch_store_rollback_savepoint(d.store);
    g_autoptr(ChDecision) other = decision_for(1, "suporte");
    g_assert_true(settle(d.store, id, mail, other, &committed, NULL));
    commit(d.store);
    g_autoptr(ChTicketFacts) now = ticket(&d, 1);
    g_assert_cmpuint(now->tags->len, ==, 0);
    close_desk(&d);
}

static void add_hit(ChDecision *decision, const char *text, guint line, ChRuleResult result)
{
    ChRuleHit *hit = g_new0(ChRuleHit, 1);
    hit->file = g_strdup("10.rules");
    hit->text = g_strdup(text);
    hit->line = line;
    hit->result = result;
    hit->why = g_strdup("");
    if (!decision->rules)
        decision->rules = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_hit_free);
    g_ptr_array_add(decision->rules, hit);
}

static void test_stats(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    static const guint days[] = {0, 0, 1, 450};
    for (guint i = 0; i < G_N_ELEMENTS(days); i++) {
        ch_clock_set((20000 + (gint64)days[i]) * DAY + 5);
        ChDecision *decision = decision_for(1, "suporte");
        add_hit(decision, "match all -> tag a", 3 + i, CH_RULE_YES);
        add_hit(decision, "match all -> tag b", 4, CH_RULE_NO);
        if (i < 2)
            add_hit(decision, "match body /x/ -> tag c", 5, CH_RULE_UNKNOWN);
        decision->effects = g_strdup("tag a");
        carry(&d, "maria@c.example", decision);
    }
    g_autoptr(GPtrArray) all = ch_store_rule_stats(d.store, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 2);
    const ChRuleStat *a = all->pdata[0], *c = all->pdata[1];
    g_assert_cmpstr(a->file, ==, "10.rules");
    g_assert_cmpstr(a->text, ==, "match all -> tag a");
    g_assert_cmpuint(a->line, ==, 6); /* it moved, and is the same rule */
    g_assert_cmpuint(a->hits, ==, 4);
    g_assert_cmpuint(a->unknown, ==, 0);
    g_assert_cmpint(a->last_at, ==, 20450 * DAY + 5);
    g_assert_cmpuint(c->hits, ==, 0);
    g_assert_cmpuint(c->unknown, ==, 2);
    g_autoptr(GPtrArray) since = ch_store_rule_stats(d.store, 20001 * DAY + 7 * HOUR, &error);
    g_assert_cmpuint(since->len, ==, 1);
    g_assert_cmpuint(((ChRuleStat *)since->pdata[0])->hits, ==, 2); /* by whole days */
    begin(d.store);
    g_assert_true(ch_store_rule_stats_prune(d.store, 20450 * DAY, 1, &error)); /* a bounded piece */
    commit(d.store);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM rule_day"), ==, 3);
    begin(d.store);
    for (guint i = 0; i < 3; i++)
        g_assert_true(ch_store_rule_stats_prune(d.store, 20450 * DAY, 10, &error));
    commit(d.store);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM rule_day"), ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM rule"), ==, 1);
    close_desk(&d);
}

static void assigned(Desk *d, const char *department, const char *agent)
{
    ChDecision *decision = decision_for(0, department);
    ch_decision_act(decision, CH_ACTION_ASSIGN, 0, agent, NULL);
    carry(d, "maria@c.example", decision);
}

static void test_workload(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    gboolean changed;
    static const char *const agents[] = {"ana@desk.example", "bruno@desk.example", "carla@desk.example",
                                         NULL};
    char *last;
    GArray *loads = ch_store_workload(d.store, "suporte", agents, &last, &error);
    g_assert_null(last);
    g_assert_cmpuint(loads->len, ==, 3);
    g_assert_cmpuint(g_array_index(loads, guint, 0), ==, 0);
    g_array_unref(loads);
    assigned(&d, "suporte", "ana@desk.example");
    assigned(&d, "vendas", "ana@desk.example");
    assigned(&d, "suporte", "ana@desk.example");
    assigned(&d, "suporte", "bruno@desk.example"); /* in the same second: the order tells */
    assigned(&d, "vendas", "carla@desk.example");
    begin(d.store);
    g_assert_true(ch_store_set_ticket_state(d.store, 2, CH_TICKET_CLOSED, "admin", &changed, &error));
    commit(d.store);
    loads = ch_store_workload(d.store, "suporte", agents, &last, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(last, ==, "bruno@desk.example");
    g_assert_cmpuint(g_array_index(loads, guint, 0), ==, 2); /* of any department, but not the closed one */
    g_assert_cmpuint(g_array_index(loads, guint, 1), ==, 1);
    g_assert_cmpuint(g_array_index(loads, guint, 2), ==, 1);
    g_array_unref(loads);
    g_free(last);
    close_desk(&d);
}

static void test_notes(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    g_autofree char *none = NULL;
    g_autofree char *text = NULL;
    gint64 at;
    g_assert_true(ch_store_noted(d.store, "rules", &none, &at, &error));
    g_assert_null(none);
    begin(d.store);
    g_assert_true(ch_store_note(d.store, "rules", "one", &error));
    ch_clock_set(20000 * DAY + 9);
    g_assert_true(ch_store_note(d.store, "rules", "two", &error));
    commit(d.store);
    g_assert_true(ch_store_noted(d.store, "rules", &text, &at, &error));
    g_assert_cmpstr(text, ==, "two");
    g_assert_cmpint(at, ==, 20000 * DAY + 9);
    close_desk(&d);
}

/* Earlier mails of the sender, by when they were taken in. */
static void test_rate(void)
{
    Desk d = open_desk();
    static const gint64 before[] = {DAY, DAY - 1, HOUR, HOUR - 1, 1};
    gint64 ids[G_N_ELEMENTS(before)], now = 20010 * DAY;
    for (guint i = 0; i < G_N_ELEMENTS(before); i++) {
        ch_clock_set(now - before[i]);
        carry_id(&d, "Joao@c.example", decision_for(0, "suporte"), &ids[i]);
        carry(&d, "other@c.example", decision_for(0, "suporte"));
    }
    ch_clock_set(now);
    g_autoptr(ChMail) mail = fixture_mail("joao@c.example", "suporte@desk.example", "x", "new@c.example");
    g_autoptr(ChFacts) facts = facts_of(&d, 0, mail, 0);
    g_assert_cmpuint(facts->rate_hour, ==, 2);
    g_assert_cmpuint(facts->rate_day, ==, 4);
    g_autoptr(ChFacts) then = facts_of(&d, ids[3], mail, 0); /* neither itself nor what came later */
    g_assert_cmpuint(then->rate_hour, ==, 1);
    g_assert_cmpuint(then->rate_day, ==, 3);
    g_autoptr(ChMail) nobody = fixture_mail("", "suporte@desk.example", "x", "none@c.example");
    g_autoptr(ChFacts) none = facts_of(&d, 0, nobody, 0);
    g_assert_cmpuint(none->rate_day, ==, 0);
    close_desk(&d);
}

/* Which mails can be tried anew. */
static void test_decided(void)
{
    Desk d = open_desk();
    static const struct {
        ChOutcome outcome;
        const char *effects;
        ChKind kind;
        gboolean listed;
    } cases[] = {
        {CH_OUTCOME_TICKET, NULL, CH_KIND_PERSON, TRUE},
        {CH_OUTCOME_TICKET, "tag a\npriority high", CH_KIND_PERSON, TRUE},
        {CH_OUTCOME_REPLY, NULL, CH_KIND_PERSON, TRUE},
        {CH_OUTCOME_HELD, "hold \"x\"", CH_KIND_PERSON, TRUE},
        {CH_OUTCOME_HELD, NULL, CH_KIND_PERSON, FALSE},
        {CH_OUTCOME_IGNORED, "ignore \"x\"", CH_KIND_PERSON, TRUE},
        {CH_OUTCOME_IGNORED, NULL, CH_KIND_PERSON, FALSE},
        {CH_OUTCOME_IGNORED, "ignore \"x\"", CH_KIND_LIST, FALSE},
        {CH_OUTCOME_QUARANTINED, "quarantine \"x\"", CH_KIND_PERSON, TRUE},
        {CH_OUTCOME_QUARANTINED, NULL, CH_KIND_PERSON, FALSE},
    };
    GError *error = NULL;
    gint64 after = 0, ids[G_N_ELEMENTS(cases)];
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gboolean known;
        ChCommitted committed;
        g_autofree char *text = g_strdup_printf("case %u", i);
        g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", text, text);
        g_autoptr(ChVerdict) verdict = ch_verdict_new();
        g_autoptr(ChDecision) decision = cases[i].outcome == CH_OUTCOME_TICKET  ? new_ticket()
                                         : cases[i].outcome == CH_OUTCOME_REPLY ? decision_for(1, "suporte")
                                                                                : ch_decision_new();
        if (cases[i].outcome == CH_OUTCOME_HELD)
            ch_decision_hold(decision, CH_HOLD_RULE, "x");
        ch_address_free(verdict->sender);
        verdict->sender = ch_address_new("", "maria@c.example");
        verdict->kind = cases[i].kind;
        decision->outcome = cases[i].outcome;
        decision->effects = g_strdup(cases[i].effects);
        ch_clock_set(20010 * DAY + i);
        begin(d.store);
        ids[i] = take(d.store, text, &known);
        g_assert_true(
            ch_store_carry_out(d.store, ids[i], mail, verdict, decision, NULL, NULL, &committed, &error));
        commit(d.store);
    }
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (!cases[i].listed)
            continue;
        g_autoptr(GPtrArray) page = ch_store_decided(d.store, 20010 * DAY, after, 1, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(page->len, ==, 1);
        const ChDecidedRow *row = page->pdata[0];
        g_autofree char *subject = g_strdup_printf("case %u", i);
        g_assert_cmpint(row->id, ==, ids[i]);
        g_assert_cmpint(row->taken_at, ==, 20010 * DAY + i);
        g_assert_cmpint(row->outcome, ==, cases[i].outcome);
        g_assert_cmpstr(row->effects, ==, cases[i].effects ? cases[i].effects : "");
        g_assert_cmpstr(row->sender, ==, "maria@c.example");
        g_assert_cmpstr(row->subject, ==, subject);
        after = row->id;
    }
    g_autoptr(GPtrArray) none = ch_store_decided(d.store, 20010 * DAY, after, 10, &error);
    g_autoptr(GPtrArray) late = ch_store_decided(d.store, 20010 * DAY + 5, 0, 10, &error);
    g_assert_cmpuint(none->len, ==, 0);
    g_assert_cmpuint(late->len, ==, 2);
    begin(d.store);
    guint mails = 0;
    g_assert_true(ch_store_unhold(d.store, ids[3], "test", TRUE, &error)); /* its bytes are gone */
    g_assert_true(ch_store_forget(d.store, "maria@c.example", &mails, &error));
    commit(d.store);
    g_autoptr(GPtrArray) left = ch_store_decided(d.store, 20010 * DAY, 0, 10, &error);
    g_assert_cmpuint(left->len, ==, 5);
    close_desk(&d);
}

/* What rules made of a mail whose sender is forgotten may name them: it goes with the mail. */
static void test_forgotten(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    guint mails = 0;
    gint64 id;
    ChDecision *decision = ch_decision_new();
    decision->effects = g_strdup("hold \"x\"\nfield \"nome\" = \"Eva\"");
    ch_decision_hold(decision, CH_HOLD_RULE, "x");
    carry_id(&d, "eva@c.example", decision, &id);
    begin(d.store);
    gboolean first;
    g_assert_true(ch_store_activate(d.store, "eva@c.example", NULL, "admin", &first, &error));
    g_assert_true(ch_store_forget(d.store, "eva@c.example", &mails, &error));
    commit(d.store);
    g_assert_cmpuint(mails, ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM mail WHERE effects IS NOT NULL"), ==, 0);
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store-rules/values", test_values);
    g_test_add_func("/store-rules/verify", test_verify);
    g_test_add_func("/store-rules/values-are-bounded", test_values_are_bounded);
    g_test_add_func("/store-rules/together", test_together);
    g_test_add_func("/store-rules/stats", test_stats);
    g_test_add_func("/store-rules/workload", test_workload);
    g_test_add_func("/store-rules/notes", test_notes);
    g_test_add_func("/store-rules/rate", test_rate);
    g_test_add_func("/store-rules/decided", test_decided);
    g_test_add_func("/store-rules/forgotten", test_forgotten);
    return g_test_run();
}
