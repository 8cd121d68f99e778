/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judging, routing and deciding, as tables: a mail and what the desk knows, and what is to follow. */
#include "fixture.h"

#include "desk/decide.h"
#include "judge/judge.h"
#include "mail/subject.h"
#include "route/route.h"

#include <string.h>

static void test_subject(void)
{
    static const struct {
        const char *subject, *prefix;
        gint64 number;
    } cases[] = {
        {"Re: [#1042] Impressora", "", 1042},
        {"RES: ENC: [#1042] Impressora", NULL, 1042},
        {"Re: [Integral #7] x", "Integral", 7},
        {"Re: [INTEGRAL  #7 ] x", "Integral", 7},
        {"Re: [#7] x", "Integral", 7},
        {"[lista] Re: [ #7] x", "", 7},
        {"Re: [Outra #7] x", "Integral", 0},
        {"Re: [Integral #7] x", "", 0},
        {"Re: #7 x", "", 0},
        {"Re: [#7 x", "", 0},
        {"Re: [#] x", "", 0},
        {"Re: [#0] x", "", 0},
        {"Re: [#-3] x", "", 0},
        {"Re: [#99999999999999999999999] x", "", 0},
        {"Re: [#1] [#2] x", "", 1},
        {"", "", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 numbers[CH_SUBJECT_KEYS_MAX] = {0};
        guint count = ch_subject_numbers(cases[i].subject, cases[i].prefix, numbers);
        g_assert_cmpint(numbers[0], ==, cases[i].number);
        g_assert_cmpint(count > 0, ==, cases[i].number > 0);
    }
    g_autofree char *bare = ch_subject_key("", 12);
    g_autofree char *prefixed = ch_subject_key("Integral", 12);
    g_assert_cmpstr(bare, ==, "[#12]");
    g_assert_cmpstr(prefixed, ==, "[Integral #12]");
}

typedef struct {
    const char *name;
    const char *from, *reply_to;
    const char *auto_submitted, *precedence, *list_id, *return_path, *report_type;
    gboolean auto_suppress;
    const char *loop;
    guint received;
    ChKind kind;
    const char *sender;
    gboolean no_answer;
} Judged;

static void test_judge(void)
{
    static const Judged cases[] = {
        {.name = "a person", .from = "m@c.example", .kind = CH_KIND_PERSON},
        {.name = "Auto-Submitted: no", .from = "m@c.example", .auto_submitted = "no", .kind = CH_KIND_PERSON},
        {.name = "vacation",
         .from = "m@c.example",
         .auto_submitted = "auto-replied",
         .kind = CH_KIND_AUTO_REPLY},
        {.name = "cron",
         .from = "m@c.example",
         .auto_submitted = "auto-generated",
         .kind = CH_KIND_AUTO_REPLY},
        {.name = "bulk", .from = "m@c.example", .precedence = "bulk", .kind = CH_KIND_AUTO_REPLY},
        {.name = "list by precedence", .from = "m@c.example", .precedence = "list", .kind = CH_KIND_LIST},
        {.name = "list", .from = "m@c.example", .list_id = "l.c.example", .kind = CH_KIND_LIST},
        {.name = "first-class", .from = "m@c.example", .precedence = "first-class", .kind = CH_KIND_PERSON},
        {.name = "null sender", .from = "m@c.example", .return_path = "", .kind = CH_KIND_AUTO_REPLY},
        {.name = "return path", .from = "m@c.example", .return_path = "m@c.example", .kind = CH_KIND_PERSON},
        {.name = "mailer-daemon", .from = "MAILER-DAEMON@c.example", .kind = CH_KIND_BOUNCE},
        {.name = "report", .from = "p@c.example", .report_type = "delivery-status", .kind = CH_KIND_BOUNCE},
        {.name = "receipt",
         .from = "p@c.example",
         .report_type = "disposition-notification",
         .kind = CH_KIND_REPORT},
        {.name = "hops", .from = "m@c.example", .received = 51, .kind = CH_KIND_LOOP},
        {.name = "many hops", .from = "m@c.example", .received = 50, .kind = CH_KIND_PERSON},
        {.name = "ourselves", .from = "Suporte@desk.example", .kind = CH_KIND_LOOP},
        {.name = "web form",
         .from = "suporte@desk.example",
         .reply_to = "m@c.example",
         .kind = CH_KIND_PERSON,
         .sender = "m@c.example"},
        {.name = "web form to us",
         .from = "suporte@desk.example",
         .reply_to = "help@desk.example",
         .kind = CH_KIND_LOOP},
        {.name = "web form to us, tagged",
         .from = "suporte@desk.example",
         .reply_to = "suporte+x@desk.example",
         .kind = CH_KIND_LOOP},
        {.name = "ourselves, tagged", .from = "suporte+1.2@desk.example", .kind = CH_KIND_LOOP},
        {.name = "web form with several",
         .from = "suporte@desk.example",
         .reply_to = "help@desk.example, m@c.example, n@c.example",
         .kind = CH_KIND_PERSON,
         .sender = "m@c.example"},
        {.name = "web form of nobody",
         .from = "No-Reply@desk.example",
         .reply_to = "m@c.example",
         .kind = CH_KIND_PERSON,
         .sender = "m@c.example"},
        {.name = "web form of a program",
         .from = "wordpress@desk.example",
         .reply_to = "m@c.example",
         .kind = CH_KIND_PERSON,
         .sender = "m@c.example"},
        {.name = "nobody, to nobody",
         .from = "noreply@desk.example",
         .reply_to = "noreply@desk.example",
         .kind = CH_KIND_PERSON,
         .no_answer = TRUE},
        {.name = "another domain's nobody",
         .from = "noreply@c.example",
         .reply_to = "m@c.example",
         .kind = CH_KIND_PERSON,
         .no_answer = TRUE},
        {.name = "a colleague with Reply-To",
         .from = "joe@desk.example",
         .reply_to = "m@c.example",
         .kind = CH_KIND_PERSON},
        {.name = "Reply-To elsewhere",
         .from = "m@c.example",
         .reply_to = "victim@d.example",
         .kind = CH_KIND_PERSON,
         .sender = "m@c.example"},
        {.name = "suppress",
         .from = "m@c.example",
         .auto_suppress = TRUE,
         .kind = CH_KIND_PERSON,
         .no_answer = TRUE},
        {.name = "no-reply", .from = "No-Reply@c.example", .kind = CH_KIND_PERSON, .no_answer = TRUE},
        {.name = "our mark", .from = "m@c.example", .loop = "Suporte@desk.example", .kind = CH_KIND_LOOP},
        {.name = "our mark in brackets",
         .from = "m@c.example",
         .loop = " <sales@desk.example>; x",
         .kind = CH_KIND_LOOP},
        {.name = "another's mark",
         .from = "m@c.example",
         .loop = "suporte@desk.example.c.example",
         .kind = CH_KIND_PERSON,
         .no_answer = TRUE},
        {.name = "no-reply, a word",
         .from = "alertas-no-reply@c.example",
         .kind = CH_KIND_PERSON,
         .no_answer = TRUE},
        {.name = "no-reply-ish", .from = "no-replying@c.example", .kind = CH_KIND_PERSON},
    };
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Judged *c = &cases[i];
        g_autoptr(ChMail) mail = fixture_mail(c->from, "suporte@desk.example", "x", "a@b");
        g_auto(GStrv) reply_to = g_strsplit(c->reply_to ? c->reply_to : "", ", ", -1);
        for (char **to = reply_to; *to; to++)
            g_ptr_array_add(mail->reply_to, ch_address_new("", *to));
        mail->auto_submitted = g_strdup(c->auto_submitted);
        mail->precedence = g_strdup(c->precedence);
        mail->list_id = g_strdup(c->list_id);
        mail->return_path = g_strdup(c->return_path);
        mail->is_report = c->report_type != NULL;
        mail->report_type = g_strdup(c->report_type);
        mail->auto_suppress = c->auto_suppress;
        if (c->loop)
            g_ptr_array_add(mail->loop_marks, g_strdup(c->loop));
        mail->received_count = c->received;
        g_autoptr(ChVerdict) verdict = ch_judge(config, mail);
        g_test_message("%s", c->name);
        g_assert_cmpstr(ch_kind_name(verdict->kind), ==, ch_kind_name(c->kind));
        g_assert_cmpint(verdict->no_answer, ==, c->no_answer);
        g_assert_cmpstr(verdict->sender->address, ==, c->sender ? c->sender : c->from);
    }
    fixture_remove(folder);
}

static void test_route(void)
{
    static const struct {
        const char *to, *cc, *delivered, *department;
    } cases[] = {
        {"suporte@desk.example", NULL, NULL, "suporte"},
        {"SALES@Desk.Example", NULL, NULL, "sales"},
        {"sales+x@desk.example", NULL, NULL, "sales"},
        {"other@desk.example", "sales@desk.example", NULL, "sales"},
        {"suporte@desk.example", NULL, "sales@desk.example", "sales"},
        {"suporte@desk.example", NULL, "mailbox7@desk.example", "suporte"},
        {"stranger@elsewhere.example", NULL, NULL, "suporte"},
        {"sales@elsewhere.example", NULL, NULL, "suporte"},
        {"", NULL, NULL, "suporte"},
    };
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(ChMail) mail = fixture_mail("m@c.example", cases[i].to, "x", "a@b");
        g_autoptr(GPtrArray) why = g_ptr_array_new_with_free_func(g_free);
        if (cases[i].cc)
            g_ptr_array_add(mail->cc, ch_address_new("", cases[i].cc));
        if (cases[i].delivered)
            g_ptr_array_add(mail->delivered_to, g_strdup(cases[i].delivered));
        g_assert_cmpstr(ch_route_by_address(config, mail, NULL, why)->name, ==, cases[i].department);
        g_assert_cmpuint(why->len, ==, 1);
    }
    fixture_remove(folder);
}

typedef struct {
    const char *name;
    const char *from;
    ChMatch match; /* NONE: no ticket */
    ChTicketState state;
    const char *auto_submitted;
    gint64 duplicate_of, duplicate_ticket;
    gboolean own;
    ChEvidence evidence;
    const char *to, *subject; /* NULL: suporte@…, "Impressora" */
    ChAccount account;        /* NONE: never heard of */
    const char *also;         /* another address of the sender's person */
    const char *token_of;     /* the mail answers one to this address */
    const char *token_also;   /* another address of the person who has that one */
    const char *language;     /* of the mail */
    const char *reply;        /* NULL: the fixture's */
    ChQuestionKind question;  /* that it answers */
    gboolean answered, expired, confirmed, by_admin, dmarc_fail, duplicate_claim, unreachable, truncated;
    gint64 closed_for;               /* seconds */
    const char *requester, *watcher; /* NULL: maria; walter alone */
    const char *blocked;
    guint held_mails, held_closed, asked_hour, asked_day, token_asked_day, same_body;
    guint64 held_bytes;
    const char *outcome, *role, *actions, *mails;
    const char *because; /* a piece of the reasons; NULL: any */
} Decided;

static char *actions_of(const ChDecision *decision)
{
    static const char *const names[] = {"open",     "entry",     "state",   "log",   "refer",
                                        "failure",  "complaint", "reached", "close", "hold",
                                        "register", "supersede", "answer"};
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < decision->actions->len; i++) {
        const ChAction *action = g_ptr_array_index(decision->actions, i);
        const char *what = action->kind == CH_ACTION_SET_STATE ? ch_ticket_state_name(action->state)
                           : action->kind == CH_ACTION_HOLD    ? ch_hold_name(action->hold)
                           : action->kind == CH_ACTION_ANSWER  ? action->value
                                                               : NULL;
        g_string_append_printf(all, "%s%s%s%s", i ? " " : "", names[action->kind], what ? "=" : "",
                               what ? what : "");
    }
    return g_string_free(all, FALSE);
}

static char *mails_of(const ChDecision *decision)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        g_string_append_printf(all, "%s%s:%.*s%s", i ? " " : "", plan->template, (int)strcspn(plan->to, "@"),
                               plan->to, plan->question != CH_QUESTION_NONE ? "?" : "");
    }
    return g_string_free(all, FALSE);
}

static ChPersonFacts *person(ChAccount account, const char *address, const char *also)
{
    ChPersonFacts *facts = ch_person_facts_new();
    facts->id = 1;
    facts->account = account;
    facts->name = g_strdup("");
    facts->language = g_strdup("");
    g_ptr_array_add(facts->addresses, ch_address_fold(address));
    if (also)
        g_ptr_array_add(facts->addresses, g_strdup(also));
    return facts;
}

static void know_people(const Decided *c, ChFacts *facts)
{
    if (c->account != CH_ACCOUNT_NONE)
        facts->person = person(c->account, c->from, c->also);
    if (c->token_of) {
        facts->token_of = g_strdup(c->token_of);
        facts->token_person = person(CH_ACCOUNT_ACTIVE, c->token_of, c->token_also);
    }
    if (c->question != CH_QUESTION_NONE) {
        facts->question = g_new0(ChQuestionFacts, 1);
        *facts->question = (ChQuestionFacts){7, c->question, c->answered, c->expired};
    }
    facts->blocked = g_strdup(c->blocked);
    facts->confirmed = c->confirmed;
    facts->duplicate_claim = c->duplicate_claim;
    facts->unreachable = c->unreachable;
    facts->by_admin = c->by_admin;
    facts->held_mails = c->held_mails;
    facts->held_bytes = c->held_bytes;
    facts->held_closed = c->held_closed;
    facts->asked_hour = c->asked_hour;
    facts->asked_day = c->asked_day;
    facts->token_asked_day = c->token_asked_day;
    facts->same_body = c->same_body;
}

static gboolean has_reason(const ChDecision *decision, const char *piece)
{
    for (guint i = 0; i < decision->reasons->len; i++)
        if (strstr(g_ptr_array_index(decision->reasons, i), piece))
            return TRUE;
    g_test_message("no reason has: %s", piece);
    return FALSE;
}

/* The ticket of all cases: number 5, suporte, of maria; walter watches. */
static void test_decide(void)
{
    static const Decided cases[] = {
        {.name = "a new ticket",
         .account = CH_ACCOUNT_ACTIVE,
         .from = "maria@c.example",
         .outcome = "ticket",
         .role = "requester",
         .actions = "open entry",
         .mails = "ack:maria notice-new:ana notice-new:bruno"},
        {.name = "an agent opens one",
         .from = "ana@desk.example",
         .outcome = "ticket",
         .role = "requester",
         .actions = "open entry",
         .mails = "ack:ana notice-new:bruno"},
        {.name = "no answer wanted",
         .account = CH_ACCOUNT_ACTIVE,
         .from = "noreply@c.example",
         .outcome = "ticket",
         .role = "requester",
         .actions = "open entry",
         .mails = "notice-new:ana notice-new:bruno"},
        {.name = "the requester replies",
         .evidence = CH_EVIDENCE_DOMAIN,
         .from = "Maria@C.example",
         .match = CH_MATCH_TOKEN,
         .state = CH_TICKET_PENDING,
         .outcome = "reply",
         .role = "requester",
         .actions = "entry state=open",
         .mails = "notice-reply:ana notice-reply:bruno"},
        {.name = "and once more",
         .evidence = CH_EVIDENCE_DOMAIN,
         .from = "maria@c.example",
         .match = CH_MATCH_SUBJECT,
         .state = CH_TICKET_OPEN,
         .outcome = "reply",
         .role = "requester",
         .actions = "entry",
         .mails = "notice-reply:ana notice-reply:bruno"},
        {.name = "a reply reopens",
         .evidence = CH_EVIDENCE_DOMAIN,
         .from = "maria@c.example",
         .match = CH_MATCH_SUBJECT,
         .state = CH_TICKET_CLOSED,
         .outcome = "reply",
         .role = "requester",
         .actions = "entry state=open",
         .mails = "notice-reply:ana notice-reply:bruno"},
        {.name = "an agent answers",
         .evidence = CH_EVIDENCE_DOMAIN,
         .from = "ana@desk.example",
         .match = CH_MATCH_REFERENCES,
         .state = CH_TICKET_OPEN,
         .outcome = "reply",
         .role = "agent",
         .actions = "entry state=pending",
         .mails = "answer:maria answer:walter notice-answer:bruno"},
        {.name = "a watcher writes",
         .evidence = CH_EVIDENCE_DOMAIN,
         .from = "walter@c.example",
         .match = CH_MATCH_REFERENCES,
         .state = CH_TICKET_OPEN,
         .outcome = "reply",
         .role = "watcher",
         .actions = "entry",
         .mails = "notice-reply:ana notice-reply:bruno"},
        {.name = "a stranger with the number",
         .from = "eve@d.example",
         .match = CH_MATCH_SUBJECT,
         .state = CH_TICKET_OPEN,
         .outcome = "held",
         .role = "none",
         .actions = "hold=stranger",
         .mails = ""},
        {.name = "a stranger with a reference",
         .from = "eve@d.example",
         .match = CH_MATCH_REFERENCES,
         .state = CH_TICKET_OPEN,
         .outcome = "held",
         .role = "none",
         .actions = "hold=stranger",
         .mails = ""},
        {.name = "another department's agent",
         .from = "carla@desk.example",
         .match = CH_MATCH_SUBJECT,
         .state = CH_TICKET_OPEN,
         .outcome = "held",
         .role = "none",
         .actions = "hold=stranger",
         .mails = ""},
        {.name = "a vacation notice in a ticket",
         .from = "maria@c.example",
         .match = CH_MATCH_TOKEN,
         .state = CH_TICKET_CLOSED,
         .auto_submitted = "auto-replied",
         .outcome = "ignored",
         .role = "none",
         .actions = "log",
         .mails = ""},
        {.name = "a vacation notice about nothing",
         .from = "maria@c.example",
         .auto_submitted = "auto-replied",
         .outcome = "ignored",
         .role = "none",
         .actions = "",
         .mails = ""},
        {.name = "our own mail",
         .from = "maria@c.example",
         .own = TRUE,
         .match = CH_MATCH_TOKEN,
         .outcome = "ignored",
         .role = "none",
         .actions = "",
         .mails = ""},
        {.name = "seen before",
         .from = "maria@c.example",
         .duplicate_of = 3,
         .duplicate_ticket = 5,
         .outcome = "ignored",
         .role = "none",
         .actions = "log",
         .mails = ""},
        {.name = "seen before, no ticket",
         .from = "maria@c.example",
         .duplicate_of = 3,
         .outcome = "ignored",
         .role = "none",
         .actions = "",
         .mails = ""},
        {.name = "no sender",
         .from = "",
         .outcome = "held",
         .role = "none",
         .actions = "hold=no-address",
         .mails = ""},
#include "decide_cases.h"
#include "decide_corners.h"
    };
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Decided *c = &cases[i];
        g_autoptr(ChMail) mail = fixture_mail(c->from, c->to ? c->to : "suporte@desk.example",
                                              c->subject ? c->subject : "Impressora", "a@b");
        mail->size = 1000;
        mail->language = g_strdup(c->language);
        if (c->reply) {
            g_free(mail->reply);
            mail->reply = g_strdup(c->reply);
        }
        mail->auto_submitted = g_strdup(c->auto_submitted);
        mail->truncated = c->truncated;
        g_autoptr(ChFacts) facts = ch_facts_new();
        facts->duplicate_of = c->duplicate_of;
        facts->duplicate_ticket = c->duplicate_ticket;
        if (c->duplicate_ticket) {
            facts->duplicate = ch_ticket_facts_new();
            facts->duplicate->number = c->duplicate_ticket;
            facts->duplicate->department = g_strdup("suporte");
        }
        facts->own_message_id = c->own;
        facts->match = c->match;
        if (c->match != CH_MATCH_NONE) {
            facts->ticket = ch_ticket_facts_new();
            facts->ticket->number = 5;
            facts->ticket->title = g_strdup("Impressora");
            facts->ticket->department = g_strdup("suporte");
            facts->ticket->state = c->state;
            facts->ticket->closed_for = c->closed_for;
            facts->ticket->requester_name = g_strdup("Maria");
            facts->ticket->requester_address = g_strdup(c->requester ? c->requester : "maria@c.example");
            g_ptr_array_add(facts->ticket->watchers, g_strdup("walter@c.example"));
            if (c->watcher)
                g_ptr_array_add(facts->ticket->watchers, g_strdup(c->watcher));
        }
        know_people(c, facts);
        g_autoptr(ChVerdict) verdict = ch_judge(config, mail);
        verdict->evidence = c->evidence;
        if (c->dmarc_fail) {
            ChAuthResult *result = g_new0(ChAuthResult, 1);
            *result = (ChAuthResult){g_strdup("dmarc"), g_strdup("fail"), g_strdup("c.example")};
            g_ptr_array_add(verdict->auth, result);
        }
        ch_judge_facts(verdict, facts);
        const ChRuleInput input = {.mail = mail, .verdict = verdict, .ticket = facts->ticket};
        g_autoptr(ChRouting) routing = ch_route(config, NULL, &input, NULL, FALSE);
        g_autoptr(ChDecision) decision = ch_decide(config, mail, verdict, facts, routing);
        g_autofree char *actions = actions_of(decision);
        g_autofree char *mails = mails_of(decision);
        g_test_message("%s", c->name);
        g_assert_cmpstr(ch_outcome_name(decision->outcome), ==, c->outcome);
        g_assert_cmpstr(ch_role_name(decision->role), ==, c->role);
        g_assert_true(decision->outcome != CH_OUTCOME_TICKET ||
                      !decision->ticket); /* its number is to come */
        g_assert_cmpstr(actions, ==, c->actions);
        g_assert_cmpstr(mails, ==, c->mails);
        g_assert_cmpuint(decision->reasons->len, >, 0);
        if (c->because)
            g_assert_true(has_reason(decision, c->because));
    }
    fixture_remove(folder);
}

/* Only letters to agents may be internal: P8 hangs on it. */
static void test_internal(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_autoptr(ChMail) mail = fixture_mail("maria@c.example", "suporte@desk.example", "x", "a@b");
    g_autoptr(ChFacts) facts = ch_facts_new();
    g_autoptr(ChVerdict) verdict = ch_judge(config, mail);
    const ChRuleInput input = {.mail = mail, .verdict = verdict};
    g_autoptr(ChRouting) routing = ch_route(config, NULL, &input, NULL, FALSE);
    g_autoptr(ChDecision) decision = ch_decide(config, mail, verdict, facts, routing);
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        g_assert_cmpint(plan->internal, ==, g_str_has_suffix(plan->to, "@desk.example"));
    }
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/desk/subject", test_subject);
    g_test_add_func("/desk/judge", test_judge);
    g_test_add_func("/desk/route", test_route);
    g_test_add_func("/desk/decide", test_decide);
    g_test_add_func("/desk/internal", test_internal);
    return g_test_run();
}
