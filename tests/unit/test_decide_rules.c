/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes effect of what rules say, as a table: each action, and what follows of it from a new ticket, a
 * customer's reply, an agent's answer, a machine's mail, a newcomer's, and one that an admin released. The
 * effects are made by hand: no rule is read here. */
#include "decide_rules_desk.h"

static const char *const situations[] = {"new", "reply", "agent", "machine", "newcomer", "released"};

/* --- the table --- */

#define ACK   "ack:maria notice-new:ana notice-new:bruno"
#define REPLD "notice-reply:ana notice-reply:bruno"

/* Each row: one rule, and what follows where it may have an effect. Elsewhere all is as without it. */
static const struct {
    const char *rule;
    const char *new;      /* and the one that an admin released, where that says nothing else */
    const char *released; /* NULL: as new */
    const char *reply;
    const char *machine; /* NULL: as without the rule */
    const char *held;    /* a newcomer's mail; NULL: as without the rule */
    const char *why_new, *why_reply;
} rows[] = {
    {.rule = "department sales",
     .new = "ticket: open entry log=rule | ack:maria notice-new:carla | department sales",
     .reply = "reply: entry | " REPLD " | ",
     .why_new = "rule vip.rules:3 holds",
     .why_reply = "stays in department suporte"},
    {.rule = "department nowhere",
     .new = "ticket: open entry | " ACK " | ",
     .reply = "reply: entry | " REPLD " | "},
    {.rule = "priority high",
     .new = "ticket: open entry priority=high log=rule | " ACK " | priority high",
     .reply = "reply: entry priority=high log=rule | " REPLD " | priority high"},
    {.rule = "priority low",
     .new = "ticket: open entry priority=low log=rule | " ACK " | priority low",
     .reply = "reply: entry | " REPLD " | ",
     .why_reply = "stays normal"},
    {.rule = "priority normal",
     .new = "ticket: open entry priority=normal log=rule | " ACK " | priority normal",
     .reply = "reply: entry log=rule | " REPLD " | priority normal"},
    {.rule = "tag vpn; tag urgente",
     .new = "ticket: open entry tag=vpn tag=urgente log=rule | " ACK " | tag vpn;tag urgente",
     .reply = "reply: entry tag=vpn tag=urgente log=rule | " REPLD " | tag vpn;tag urgente"},
    {.rule = "field pedido=123",
     .new = "ticket: open entry field=pedido:123 log=rule | " ACK " | field \"pedido\" = \"123\"",
     .reply = "reply: entry field=pedido:123 log=rule | " REPLD " | field \"pedido\" = \"123\""},
    {.rule = "assign bruno@desk.example",
     .new = "ticket: open entry assign=bruno@desk.example log=rule | " ACK " | assign \"bruno@desk.example\"",
     .reply = "reply: entry assign=bruno@desk.example log=rule | " REPLD " | assign \"bruno@desk.example\""},
    {.rule = "assign carla@desk.example",
     .new = "ticket: open entry log=not-assigned | " ACK " | ",
     .reply = "reply: entry log=not-assigned | " REPLD " | ",
     .why_new = "not assigned: carla@desk.example is no agent of suporte",
     .why_reply = "not assigned: carla@desk.example is no agent of suporte"},
    {.rule = "least-busy ana@desk.example",
     .new = "ticket: open entry assign=ana@desk.example log=rule | " ACK " | assign least-busy",
     .reply = "reply: entry assign=ana@desk.example log=rule | " REPLD " | assign least-busy"},
    {.rule = "least-busy",
     .new = "ticket: open entry log=not-assigned | " ACK " | ",
     .reply = "reply: entry log=not-assigned | " REPLD " | ",
     .why_new = "has no agent to choose"},
    {.rule = "refer sales; assign carla@desk.example",
     .new = "ticket: open entry refer=sales assign=carla@desk.example log=rule | " ACK
            " notice-new:carla | assign \"carla@desk.example\";refer sales",
     .reply = "reply: entry refer=sales assign=carla@desk.example log=rule | " REPLD
              " notice-new:carla | assign \"carla@desk.example\";refer sales"},
    {.rule = "refer suporte; refer nowhere",
     .new = "ticket: open entry | " ACK " | ",
     .reply = "reply: entry | " REPLD " | ",
     .why_new = "there is no department of that name",
     .why_reply = "it is that department's already"},
    {.rule = "watch joao@c.example",
     .new = "ticket: open entry watch=joao@c.example log=rule | " ACK " | watch \"joao@c.example\"",
     .reply = "reply: entry watch=joao@c.example log=rule | " REPLD " | watch \"joao@c.example\""},
    {.rule = "watch maria@c.example; watch ana@desk.example; watch sales+x@desk.example",
     .new = "ticket: open entry | " ACK " | ",
     .reply = "reply: entry | " REPLD " | ",
     .why_new = "they are its requester",
     .why_reply = "it is the desk's own"},
    {.rule = "notify plantao@c.example",
     .new = "ticket: open entry log=rule | " ACK " notice-new:plantao | notify \"plantao@c.example\"",
     .reply = "reply: entry log=rule | " REPLD " notice-reply:plantao | notify \"plantao@c.example\""},
    {.rule = "notify carla@desk.example",
     .new = "ticket: open entry log=rule | " ACK " notice-new:carla | notify \"carla@desk.example\"",
     .reply = "reply: entry log=rule | " REPLD " notice-reply:carla | notify \"carla@desk.example\""},
    {.rule = "notify maria@c.example; notify ana@desk.example; notify help@desk.example",
     .new = "ticket: open entry | " ACK " | ",
     .reply = "reply: entry | " REPLD " | ",
     .why_new = "no notice to ana@desk.example: they are told already",
     .why_reply = "no notice to maria@c.example: they wrote it"},
    {.rule = "watch joao@c.example; notify joao@c.example",
     .new = "ticket: open entry watch=joao@c.example log=rule | " ACK " | watch \"joao@c.example\"",
     .reply = "reply: entry watch=joao@c.example log=rule | " REPLD " | watch \"joao@c.example\"",
     .why_new = "they are its watcher"},
    {.rule = "title Outro assunto",
     .new = "ticket: open=Outro assunto entry log=rule | " ACK " | title \"Outro assunto\"",
     .reply = "reply: entry | " REPLD " | ",
     .why_reply = "it keeps its title"},
    {.rule = "template ack-vip",
     .new = "ticket: open entry log=rule | ack-vip:maria notice-new:ana notice-new:bruno | template ack-vip",
     .reply = "reply: entry | " REPLD " | ",
     .why_reply = "no acknowledgement that rules could change"},
    {.rule = "template answer",
     .new = "ticket: open entry | " ACK " | ",
     .reply = "reply: entry | " REPLD " | ",
     .why_new = "the name of no acknowledgement"},
    {.rule = "no-ack",
     .new = "ticket: open entry log=rule | notice-new:ana notice-new:bruno | no-ack",
     .reply = "reply: entry | " REPLD " | ",
     .why_new = "no acknowledgement: a rule says so"},
    {.rule = "language en",
     .new = "ticket: open entry language=en log=rule | " ACK " | language en",
     .reply = "reply: entry language=en log=rule | " REPLD " | language en"},
    {.rule = "due 7200",
     .new = "ticket: open entry due=7200 log=rule | " ACK " | due 2h",
     .reply = "reply: entry due=7200 log=rule | " REPLD " | due 2h"},
    {.rule = "set-header X-Team=N2",
     .new = "ticket: open entry log=rule | " ACK " | set-header \"X-Team\" = \"N2\"",
     .reply = "reply: entry log=rule | " REPLD " | set-header \"X-Team\" = \"N2\""},
    {.rule = "refuse-attachment Em ZIP",
     .new = "ticket: open entry log=rule | " ACK " | refuse-attachment \"Em ZIP\"",
     .reply = "reply: entry log=rule | " REPLD " | refuse-attachment \"Em ZIP\""},
    {.rule = "hold Suspeito; tag vpn; department sales",
     .new = "held: hold=rule |  | hold \"Suspeito\"",
     .released =
         "ticket: open entry tag=vpn log=rule | ack:maria notice-new:carla | department sales;tag vpn",
     .reply = "held: hold=rule log=rule |  | hold \"Suspeito\"",
     .held = "held: register hold=registration |  | ", /* and nobody is asked */
     .why_new = "held: rule vip.rules:3: Suspeito",
     .why_reply = "held: rule vip.rules:3: Suspeito"},
    {.rule = "ignore Spam; tag vpn",
     .new = "ignored:  |  | ignore \"Spam\"",
     .reply = "ignored: log=rule |  | ignore \"Spam\"",
     .machine = "ignored: log=machine-mail log=rule |  | ignore \"Spam\"",
     .held = "ignored:  |  | ignore \"Spam\"",
     .why_new = "ignored: rule vip.rules:3: Spam",
     .why_reply = "ignored: rule vip.rules:3: Spam"},
    {.rule = "quarantine Virus; notify plantao@c.example",
     .new = "quarantined: log=quarantined | admin-quarantine:admin | quarantine \"Virus\"",
     .reply = "quarantined: log=quarantined log=rule | admin-quarantine:admin | quarantine \"Virus\"",
     .machine = "quarantined: log=machine-mail log=quarantined log=rule | admin-quarantine:admin | "
                "quarantine \"Virus\"",
     .held = "quarantined: log=quarantined | admin-quarantine:admin | quarantine \"Virus\"",
     .why_new = "quarantined: rule vip.rules:3: Virus"},
};

static const char *from_of(Situation situation)
{
    return situation == AGENT ? "ana@desk.example" : "maria@c.example";
}

/* What happens without a rule. */
static char *plainly(const ChConfig *config, Situation situation)
{
    g_auto(Decided) d = {0};
    arrange(&d, config, situation, from_of(situation));
    decide(&d, config);
    g_assert_null(d.decision->effects);
    return summary(d.decision);
}

static const char *expected(guint row, Situation situation, const char *plain)
{
    const char *said = situation == NEW        ? rows[row].new
                       : situation == REPLY    ? rows[row].reply
                       : situation == MACHINE  ? rows[row].machine
                       : situation == NEWCOMER ? rows[row].held
                       : situation == AGENT    ? NULL
                       : rows[row].released    ? rows[row].released
                                               : rows[row].new;
    return said ? said : plain;
}

static void test_table(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (Situation s = NEW; s < SITUATIONS; s++) {
        g_autofree char *plain = plainly(config, s);
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            g_auto(Decided) d = {0};
            arrange(&d, config, s, from_of(s));
            set_effects(d.routing->effects, rows[i].rule);
            decide(&d, config);
            g_autofree char *found = summary(d.decision);
            g_test_message("%s: %s", situations[s], rows[i].rule);
            g_assert_cmpstr(found, ==, expected(i, s, plain));
            const char *why = s == NEW ? rows[i].why_new : s == REPLY ? rows[i].why_reply : NULL;
            g_assert_true(!why || has_reason(d.decision, why));
            g_assert_cmpuint(d.decision->rules->len, ==, s == AGENT ? 0 : 2);
            if (!d.decision->effects)
                g_assert_true(has_reason(d.decision, "no rule takes effect: "));
            assert_promises(&d, from_of(s));
        }
    }
    fixture_remove(folder);
}

/* --- a ticket that has it all already --- */

static void test_again(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_auto(Decided) d = {0};
    arrange(&d, config, REPLY, "maria@c.example");
    ChTicketFacts *ticket = d.facts->ticket;
    ticket->priority = CH_PRIORITY_URGENT;
    g_ptr_array_add(ticket->tags, g_strdup("vpn"));
    g_ptr_array_add(ticket->fields, ch_named_value_new("pedido", "123"));
    ticket->assignee = g_strdup("ana@desk.example");
    ticket->due_at = NOW + 10;
    g_free(ticket->requester_language);
    ticket->requester_language = g_strdup("en");
    g_ptr_array_add(ticket->referred, g_strdup("sales"));
    set_effects(
        d.routing->effects,
        "priority high; tag vpn; field pedido=123; assign bruno@desk.example; watch walter@c.example; "
        "notify walter@c.example; refer sales; language en; due 60");
    decide(&d, config);
    g_autofree char *found = summary(d.decision);
    g_assert_cmpstr(
        found, ==,
        "reply: entry log=rule | notice-reply:ana notice-reply:bruno notice-reply:carla | tag vpn;"
        "watch \"walter@c.example\";language en");
    static const char *const why[] = {"its priority stays urgent: high is not higher",
                                      "assigned to ana@desk.example already", "its own time",
                                      "not referred to sales", "no notice to walter@c.example"};
    for (guint i = 0; i < G_N_ELEMENTS(why); i++)
        g_assert_true(has_reason(d.decision, why[i]));
    assert_promises(&d, "maria@c.example");
    fixture_remove(folder);
}

/* --- who wrote it, and who reads it --- */

/* P6: neither `template` nor `language` makes an acknowledgement where nobody reads one. */
static void test_no_answer(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_auto(Decided) d = {0};
    arrange(&d, config, NEW, "noreply@c.example");
    set_effects(d.routing->effects, "template ack-vip; language en; notify noreply@c.example");
    decide(&d, config);
    g_autofree char *found = summary(d.decision);
    g_assert_cmpstr(
        found, ==, "ticket: open entry language=en log=rule | notice-new:ana notice-new:bruno | language en");
    g_assert_true(has_reason(d.decision, "no ack-vip: nobody reads an answer there"));
    assert_promises(&d, "noreply@c.example");
    fixture_remove(folder);
}

/* A report of an admin's own mail would come back for ever. */
static void test_quarantined_reports(void)
{
    static const struct {
        const char *from;
        ChKind kind;
        const char *mails;
    } cases[] = {{"mailer-daemon@c.example", CH_KIND_BOUNCE, ""},
                 {"x@c.example", CH_KIND_DELAY, ""},
                 {"x@c.example", CH_KIND_REPORT, ""},
                 {"x@c.example", CH_KIND_LOOP, ""},
                 {"admin@desk.example", CH_KIND_AUTO_REPLY, ""},
                 {"admin@desk.example", CH_KIND_PERSON, ""},
                 {"x@c.example", CH_KIND_LIST, "admin-quarantine:admin"}};
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Decided) d = {0};
        arrange(&d, config, NEW, cases[i].from);
        d.verdict->kind = cases[i].kind;
        set_effects(d.routing->effects, "quarantine Tudo");
        decide(&d, config);
        g_autofree char *mails = mails_of(d.decision);
        g_test_message("%s from %s", ch_kind_name(cases[i].kind), cases[i].from);
        g_assert_cmpint(d.decision->outcome, ==, CH_OUTCOME_QUARANTINED);
        g_assert_cmpstr(mails, ==, cases[i].mails);
    }
    fixture_remove(folder);
}

/* P7: a rule lets nobody into a ticket without evidence, and a claim to be its agent is none. */
static void test_evidence(void)
{
    static const struct {
        const char *from, *rule, *outcome;
        ChEvidence evidence;
    } cases[] = {
        {"joao@c.example", "watch joao@c.example", "held", CH_EVIDENCE_DOMAIN},
        {"walter@c.example", "watch walter@c.example", "held", CH_EVIDENCE_CLAIM},
        {"walter@c.example", "watch walter@c.example", "reply", CH_EVIDENCE_DOMAIN},
        {"ana@desk.example", "ignore Spam", "ignored", CH_EVIDENCE_CLAIM},
        {"ana@desk.example", "ignore Spam", "reply", CH_EVIDENCE_DOMAIN},
        {"ana@desk.example", "hold Suspeito", "reply", CH_EVIDENCE_DOMAIN},
        {"eve@d.example", "ignore Spam", "ignored", CH_EVIDENCE_DOMAIN},
        {"eve@d.example", "hold Suspeito", "held", CH_EVIDENCE_DOMAIN},
        {"maria@c.example", "hold Suspeito", "held", CH_EVIDENCE_CLAIM},
    };
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Decided) d = {0};
        arrange(&d, config, AGENT, cases[i].from);
        d.verdict->evidence = cases[i].evidence;
        set_effects(d.routing->effects, cases[i].rule);
        decide(&d, config);
        g_test_message("%s: %s", cases[i].from, cases[i].rule);
        g_assert_cmpstr(ch_outcome_name(d.decision->outcome), ==, cases[i].outcome);
        if (d.decision->outcome == CH_OUTCOME_IGNORED) /* its log says so where they are somebody to it */
            g_assert_cmpint(d.decision->ticket, ==, *cases[i].from == 'e' ? 0 : d.facts->ticket->number);
        for (guint k = 0; k < d.decision->actions->len; k++) {
            const ChAction *action = g_ptr_array_index(d.decision->actions, k);
            g_assert_cmpint(action->kind, !=, CH_ACTION_WATCH);
            gboolean stranger = cases[i].evidence == CH_EVIDENCE_CLAIM || *cases[i].from == 'e';
            g_assert_false(action->kind == CH_ACTION_HOLD && action->hold == CH_HOLD_RULE && stranger);
        }
    }
    fixture_remove(folder);
}

/* A watcher's mail: its requester is a customer as well, and gets no notice (P8). */
static void test_watcher(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_auto(Decided) d = {0};
    arrange(&d, config, REPLY, "walter@c.example");
    set_effects(d.routing->effects, "notify maria@c.example; notify walter@c.example; tag vpn");
    decide(&d, config);
    g_autofree char *found = summary(d.decision);
    g_assert_cmpstr(found, ==, "reply: entry tag=vpn log=rule | " REPLD " | tag vpn");
    g_assert_true(has_reason(d.decision, "no notice to maria@c.example: they are its requester"));
    fixture_remove(folder);
}

/* Blocked, taken in before, or an answer to a question: no rule is asked. */
static void test_not_asked(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < 3; i++) {
        g_auto(Decided) d = {0};
        arrange(&d, config, NEW, "maria@c.example");
        d.facts->blocked = i == 0 ? g_strdup("@c.example") : NULL;
        d.facts->duplicate_of = i == 1 ? 3 : 0;
        if (i == 2) {
            d.facts->question = g_new0(ChQuestionFacts, 1);
            *d.facts->question = (ChQuestionFacts){.id = 7, .kind = CH_QUESTION_REGISTER};
            d.verdict->evidence = CH_EVIDENCE_TOKEN;
        }
        set_effects(d.routing->effects, "quarantine Tudo; notify plantao@c.example; tag vpn");
        add_hit(d.routing->effects, 4, CH_RULE_UNKNOWN);
        decide(&d, config);
        g_assert_cmpint(d.decision->outcome, ==, i == 2 ? CH_OUTCOME_COMMAND : CH_OUTCOME_IGNORED);
        g_assert_cmpuint(d.decision->rules->len, ==, 0);
        g_assert_cmpuint(d.decision->mails->len, ==, 0);
        g_assert_null(d.decision->effects);
        g_assert_true(has_reason(d.decision, "no rule takes effect"));
    }
    fixture_remove(folder);
}

/* --- tickets that follow, policies, unknown rules --- */

/* A late reply opens a new ticket: all of a new one counts, and the department's policy is the rules'. */
static void test_follows(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < 2; i++) {
        g_auto(Decided) d = {0};
        arrange(&d, config, REPLY, "maria@c.example");
        d.facts->ticket->state = CH_TICKET_CLOSED;
        d.facts->ticket->closed_for = 1000 * 24 * 60 * 60;
        set_effects(d.routing->effects, i ? "title Novo; priority high; department sales" : "tag vpn");
        decide(&d, config);
        g_autofree char *found = summary(d.decision);
        g_assert_cmpstr(found, ==,
                        i ? "ticket: open=Novo entry priority=high log=rule | ack:maria notice-new:carla | "
                            "department sales;priority high;title \"Novo\""
                          : "ticket: open entry tag=vpn log=rule | " ACK " | tag vpn");
    }
    fixture_remove(folder);
}

/* What a rule holds is no reason to write to anybody: spam has the From of people who wrote nothing. */
static void test_hold_is_silent(void)
{
    static const struct {
        const char *name, *subject, *department, *token_of;
        Situation situation;
        const char *with, *without;
    } cases[] = {
        {"a stranger", "Oferta", "suporte", NULL, NEWCOMER, "held: register hold=registration |  | ",
         "held: register hold=registration | verify:maria | "},
        {"a stranger, where it is closed", "Oferta", "closed", NULL, NEWCOMER, "held: hold=closed |  | ",
         "held: hold=closed | refusal:maria | "},
        {"who asks for an account", "cadastro", "suporte", NULL, NEWCOMER,
         "held: hold=rule |  | hold \"Spam\"", "command: register | verify:maria | "},
        {"a claim", "Re: Oferta", "suporte", NULL, REPLY, "held: hold=claim |  | ",
         "held: hold=claim | confirm:maria | "},
        {"another address", "Re: Oferta", "suporte", "walter@c.example", REPLY, "held: hold=alias |  | ",
         "held: hold=alias | confirm-alias:walter | "},
    };
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        gboolean held = i % 2 == 0;
        g_auto(Decided) d = {0};
        arrange(&d, config, cases[i / 2].situation,
                cases[i / 2].token_of ? "joao@d.example" : "maria@c.example");
        g_free(d.mail->subject);
        d.mail->subject = g_strdup(cases[i / 2].subject);
        d.verdict->evidence = CH_EVIDENCE_CLAIM;
        d.facts->token_of = g_strdup(cases[i / 2].token_of);
        if (cases[i / 2].token_of)
            g_clear_pointer(&d.facts->person, ch_person_facts_free);
        d.routing->department = ch_config_department(config, cases[i / 2].department);
        if (held)
            set_effects(d.routing->effects, "hold Spam");
        decide(&d, config);
        g_autofree char *found = summary(d.decision);
        g_test_message("%s%s", cases[i / 2].name, held ? ", held by a rule" : "");
        g_assert_cmpstr(found, ==, held ? cases[i / 2].with : cases[i / 2].without);
    }
    fixture_remove(folder);
}

static void test_policy(void)
{
    static const struct {
        const char *department, *summary;
    } cases[] = {
        {"closed", "held: hold=closed | refusal:maria | "},
        {"open", "ticket: open entry tag=vpn log=rule | ack:maria | department open;tag vpn"},
        {"sales", "held: register hold=registration | verify:maria | "},
    };
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Decided) d = {0};
        g_autofree char *rule = g_strdup_printf("tag vpn; department %s", cases[i].department);
        arrange(&d, config, NEWCOMER, "maria@c.example");
        set_effects(d.routing->effects, rule);
        decide(&d, config);
        g_autofree char *found = summary(d.decision);
        g_assert_cmpstr(found, ==, cases[i].summary);
        g_assert_cmpstr(d.decision->department, ==, cases[i].department);
    }
    fixture_remove(folder);
}

static void test_unknown(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_auto(Decided) d = {0};
    arrange(&d, config, NEW, "maria@c.example");
    add_hit(d.routing->effects, 9, CH_RULE_UNKNOWN);
    decide(&d, config);
    g_autofree char *found = summary(d.decision);
    g_assert_cmpstr(found, ==, "ticket: open entry log=rule-unknown | " ACK " | ");
    g_assert_true(has_reason(d.decision, "rule vip.rules:9 is unknown, and does nothing: a limit was hit"));
    const ChAction *line = g_ptr_array_index(d.decision->actions, 2);
    g_assert_cmpstr(line->detail, ==, "vip.rules:9 match all -> …");
    fixture_remove(folder);
}

/* What the stages after it need, and who reads what in which language. */
static void test_handed_on(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_auto(Decided) d = {0};
    arrange(&d, config, NEW, "maria@c.example");
    set_effects(d.routing->effects, "set-header X-Team=N2; refuse-attachment Em ZIP; language en; "
                                    "notify plantao@c.example");
    decide(&d, config);
    g_assert_cmpuint(d.decision->headers->len, ==, 1);
    g_assert_cmpstr(ch_named_value_find(d.decision->headers, "x-team")->value, ==, "N2");
    g_assert_cmpuint(d.decision->refusals->len, ==, 1);
    for (guint i = 0; i < d.decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(d.decision->mails, i);
        g_assert_cmpstr(plan->language, ==, plan->internal ? "pt_BR" : "en");
        g_assert_cmpint(plan->internal, ==, strcmp(plan->template, "ack") != 0);
    }
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/desk/rules/table", test_table);
    g_test_add_func("/desk/rules/again", test_again);
    g_test_add_func("/desk/rules/no-answer", test_no_answer);
    g_test_add_func("/desk/rules/quarantined-reports", test_quarantined_reports);
    g_test_add_func("/desk/rules/evidence", test_evidence);
    g_test_add_func("/desk/rules/watcher", test_watcher);
    g_test_add_func("/desk/rules/not-asked", test_not_asked);
    g_test_add_func("/desk/rules/follows", test_follows);
    g_test_add_func("/desk/rules/hold-is-silent", test_hold_is_silent);
    g_test_add_func("/desk/rules/policy", test_policy);
    g_test_add_func("/desk/rules/unknown", test_unknown);
    g_test_add_func("/desk/rules/handed-on", test_handed_on);
    return g_test_run();
}
