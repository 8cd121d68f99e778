/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of needs (DESIGN.md section 5), each cell; budgets; what a reply to a question says. */
#include "fixture.h"

#include "desk/budget.h"
#include "desk/consent.h"
#include "desk/needs.h"

/* Each deed by each evidence, for somebody who is everything else that it takes: N nothing is missing, A the
 * account, R the role, E the evidence, C the confirmation. */
static void test_evidence(void)
{
    static const struct {
        ChDeed deed;
        const char *claim, *domain, *token;
    } cases[] = {
        {CH_DEED_OPEN, "N", "N", "N"},  {CH_DEED_ADD, "E", "N", "N"},  {CH_DEED_COMMAND, "E", "N", "N"},
        {CH_DEED_GRAVE, "E", "N", "N"}, {CH_DEED_READ, "N", "N", "N"},
    };
    static const char letters[] = "NAREC";
    g_assert_cmpuint(G_N_ELEMENTS(cases), ==, CH_DEEDS);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *expected[] = {cases[i].claim, cases[i].domain, cases[i].token};
        for (guint evidence = 0; evidence < 3; evidence++) {
            const ChStanding standing = {CH_ACCOUNT_ACTIVE, CH_ROLE_AGENT, (ChEvidence)evidence, TRUE};
            g_assert_cmpint(letters[ch_need(cases[i].deed, &standing)], ==, *expected[evidence]);
        }
        g_assert_nonnull(ch_need_words(cases[i].deed));
    }
}

/* With the strongest evidence: each deed by each account, role, and with no confirmation. */
static void test_standing(void)
{
    static const struct {
        ChDeed deed;
        const char *accounts; /* none, pending, active; for an agent */
        const char *roles;    /* none, watcher, requester, agent; active */
        char unconfirmed;
    } cases[] = {
        {CH_DEED_OPEN, "AAN", "NNNN", 'N'},    {CH_DEED_ADD, "NNN", "RNNN", 'N'},
        {CH_DEED_COMMAND, "NNN", "RRRN", 'N'}, {CH_DEED_GRAVE, "NNN", "RRRN", 'C'},
        {CH_DEED_READ, "NNN", "RNNN", 'N'},
    };
    static const char letters[] = "NAREC";
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (guint account = 0; account < 3; account++) {
            const ChStanding standing = {(ChAccount)account, CH_ROLE_AGENT, CH_EVIDENCE_TOKEN, TRUE};
            g_assert_cmpint(letters[ch_need(cases[i].deed, &standing)], ==, cases[i].accounts[account]);
        }
        for (guint role = 0; role < 4; role++) {
            const ChStanding standing = {CH_ACCOUNT_ACTIVE, (ChRole)role, CH_EVIDENCE_TOKEN, TRUE};
            g_assert_cmpint(letters[ch_need(cases[i].deed, &standing)], ==, cases[i].roles[role]);
        }
        const ChStanding standing = {CH_ACCOUNT_ACTIVE, CH_ROLE_AGENT, CH_EVIDENCE_TOKEN, FALSE};
        g_assert_cmpint(letters[ch_need(cases[i].deed, &standing)], ==, cases[i].unconfirmed);
    }
}

/* Three buckets, of which the second is the smallest. */
static void test_automatic_mail_is_dropped(void)
{
    ChBudget budgets[] = {{.scope = (char *)"desk", .per_hour = 100},
                          {.scope = (char *)"a", .per_hour = 4},
                          {.scope = (char *)"t", .per_hour = 60}};
    guint delay, sent = 0;
    for (guint i = 0; i < 10; i++) {
        gboolean send = ch_budget_spend(budgets, 3, 1000, TRUE, &delay);
        sent += send;
        g_assert_cmpint(send, ==, i < 4);
        g_assert_cmpuint(delay, ==, 0);
        g_assert_cmpint(budgets[1].tripped, ==, i == 4); /* told once */
        g_assert_false(budgets[0].tripped);
    }
    g_assert_cmpuint(sent, ==, 4);
    g_assert_cmpfloat(budgets[0].bucket.mails, ==, 96); /* nothing is paid for what is not sent */
    /* a quarter of an hour later, one more; and the admin is not told again until it was full */
    g_assert_true(ch_budget_spend(budgets, 3, 1000 + 900, TRUE, &delay));
    g_assert_false(ch_budget_spend(budgets, 3, 1000 + 900, TRUE, &delay));
    g_assert_false(budgets[1].tripped);
    for (guint i = 0; i < 5; i++)
        ch_budget_spend(budgets, 3, 1000 + 900 + 3600, TRUE, &delay);
    g_assert_true(budgets[1].tripped);
}

static void test_words_wait(void)
{
    ChBudget budget = {.scope = (char *)"a", .per_hour = 2};
    guint delay;
    static const guint delays[] = {0, 0, 1800, 3600, 5400};
    for (guint i = 0; i < G_N_ELEMENTS(delays); i++) {
        g_assert_true(ch_budget_spend(&budget, 1, 5000, FALSE, &delay));
        g_assert_cmpuint(delay, ==, delays[i]);
    }
    for (guint i = 0; i < 1000; i++)
        ch_budget_spend(&budget, 1, 5000, FALSE, &delay);
    g_assert_cmpuint(delay, ==, 24 * 60 * 60);
    g_assert_false(ch_budget_spend(&budget, 1, 4000, TRUE, &delay)); /* a clock that goes back pays nothing */
    ChBudget left = {.scope = (char *)"b", .per_hour = 2};
    g_assert_true(ch_budget_spend(&left, 1, 500000, TRUE, &delay));
    g_assert_true(ch_budget_spend(&left, 1, 1000, TRUE, &delay)); /* and costs nothing */
}

static void test_consent(void)
{
    static const struct {
        const char *reply;
        gboolean no, unclear;
    } cases[] = {
        {"Sim, fui eu.", FALSE, FALSE},
        {"Não fui eu!", TRUE, FALSE},
        {"NAO", TRUE, FALSE},
        {"  — Na\xcc\x83o.", TRUE, FALSE}, /* a decomposed ã */
        {"No, I did not write that.", TRUE, FALSE},
        {"No problem, it was me", FALSE, FALSE},
        {"not sure what this is but yes", FALSE, TRUE},
        {"Nada a opor", FALSE, FALSE},
        {"Yes", FALSE, FALSE},
        {"ok", FALSE, FALSE},
        {"", FALSE, FALSE},
        {"Eu não escrevi isso.", FALSE, TRUE},
        {"I didn't send that", FALSE, TRUE},
        {"I did NOT write this!", FALSE, TRUE},
        {"Isto nunca fui eu", FALSE, TRUE},
        {"Yes, that was not a joke", FALSE, FALSE},
        {"Fui eu\n> Se não foi você, responda não", FALSE, FALSE},
        {"Confirmo. Não demorem, por favor.", FALSE, FALSE},
        {"Quem é esse?", FALSE, TRUE},
        {"quem e esse ai", FALSE, TRUE},
        {"Who is that", FALSE, TRUE},
        {"Desconheço esse endereço.", FALSE, TRUE},
        {"Isso é golpe!", FALSE, TRUE},
        {"My account was hacked", FALSE, TRUE},
        {"这是谁？", FALSE, TRUE},
        {"Sim, por quê?", FALSE, FALSE},
        {"No, what is this?", TRUE, FALSE},
        {"É o meu endereço de casa, obrigada.", FALSE, FALSE},
        {"Sou eu mesma\n> Esse endereço também é seu?", FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(ChMail) mail = fixture_mail("m@c.example", "suporte@desk.example", "x", "a@b");
        g_free(mail->reply);
        mail->reply = g_strdup(cases[i].reply);
        g_test_message("%s", cases[i].reply);
        g_assert_cmpint(ch_consent_is_no(mail), ==, cases[i].no);
        g_assert_cmpint(ch_consent_is_unclear(mail), ==, cases[i].unclear);
        g_assert_false(ch_consent_says_more(mail));
    }
    g_autoptr(ChMail) mail = fixture_mail("m@c.example", "suporte@desk.example", "x", "a@b");
    g_free(mail->reply);
    mail->reply = g_strnfill(500, 'x');
    g_assert_true(ch_consent_says_more(mail));
}

/* A bucket that a machine's mail waits for takes a day's debt, and no more. */
static void test_waits(void)
{
    ChBudget budget = {.scope = (char *)"strangers", .per_hour = 2, .waits = TRUE};
    guint delay, sent = 0, last = 0;
    while (ch_budget_spend(&budget, 1, 5000, TRUE, &delay)) {
        g_assert_cmpuint(delay, >=, last);
        g_assert_cmpuint(delay, <=, 24 * 60 * 60);
        last = delay;
        sent++;
    }
    g_assert_cmpuint(sent, ==, 2 + 48);
    g_assert_cmpuint(last, ==, 24 * 60 * 60);
    g_assert_true(ch_budget_spend(&budget, 1, 5000 + 1800, TRUE, &delay));
    /* Where another one is empty, it does not help. */
    ChBudget both[] = {{.scope = (char *)"address:x", .per_hour = 1},
                       {.scope = (char *)"strangers", .per_hour = 1, .waits = TRUE}};
    g_assert_true(ch_budget_spend(both, 2, 5000, TRUE, &delay));
    g_assert_false(ch_budget_spend(both, 2, 5000, TRUE, &delay));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/needs/evidence", test_evidence);
    g_test_add_func("/needs/standing", test_standing);
    g_test_add_func("/budget/automatic-mail-is-dropped", test_automatic_mail_is_dropped);
    g_test_add_func("/budget/words-wait", test_words_wait);
    g_test_add_func("/consent/no", test_consent);
    g_test_add_func("/budget/waits", test_waits);
    return g_test_run();
}
