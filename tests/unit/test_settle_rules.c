/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules as text, a mail through all stages, and what stands in the database and the outbox after it. */
#include "settle_desk.h"

#include "parse/parse.h"

static ChRules *rules_of(const char *text)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    ChRules *rules = ch_rules_compile("casa.rules", text, strlen(text), NULL, messages);
    for (guint i = 0; i < messages->len; i++) {
        g_autofree char *line = ch_rule_message_format(g_ptr_array_index(messages, i));
        g_test_message("%s", line);
    }
    g_assert_nonnull(rules);
    return rules;
}

/* The desk of settle_desk.h with RULES in force. */
static Desk open_with(const char *rules)
{
    Desk d = open_desk();
    d.desk.rules = rules_of(rules);
    return d;
}

static void close_with(Desk *d)
{
    ch_rules_unref(d->desk.rules);
    close_desk(d);
}

static char *queued_text(Desk *d, const char *template, const char *recipient)
{
    g_autoptr(ChOutboxRow) row = sent(d, template, recipient);
    GError *error = NULL;
    g_assert_nonnull(row);
    ChStored *stored = ch_store_outbox_bytes(d->store, row->id, &error);
    g_assert_no_error(error);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(stored->bytes, "outbox");
    ch_stored_free(stored);
    g_autoptr(ChMail) mail = ch_parse(incoming, &d->config->limits);
    return g_strconcat(mail->subject, "\n", mail->text, NULL);
}

static ChTicketFacts *ticket(Desk *d, gint64 number)
{
    GError *error = NULL;
    ChTicketFacts *facts = ch_store_ticket(d->store, number, NULL, &error);
    g_assert_no_error(error);
    return facts;
}

static void reply(Desk *d, const char *from, const char *text)
{
    ChMail *mail = fixture_mail(from, "suporte@desk.example", "Re: [Integral #1] x", text);
    set_text(&mail->reply, text);
    settle_mail(d, mail, CH_EVIDENCE_DOMAIN);
}

/* Values of a ticket, who hears of it, and that each rule is logged; all in one transaction. */
static void test_ticket(void)
{
    Desk d =
        open_with("match subject /pedido (?<n>\\d+)/ -> field pedido = \"$n\", priority high, tag pedido\n"
                  "match from \"@c.example\" -> watch \"joao@c.example\", notify \"plantao@c.example\"\n"
                  "match all -> assign \"bruno@desk.example\", due 2h, language en\n");
    ch_clock_set(1700000000);
    maria_writes(&d, "Sobre o pedido 123", "m1@c.example");
    g_autoptr(ChTicketFacts) first = ticket(&d, 1);
    g_assert_cmpint(first->priority, ==, CH_PRIORITY_HIGH);
    g_assert_cmpstr(first->assignee, ==, "bruno@desk.example");
    g_assert_cmpint(first->due_at, ==, 1700000000 + 7200);
    g_assert_cmpstr(ch_named_value_find(first->fields, "pedido")->value, ==, "123");
    g_assert_cmpuint(first->tags->len, ==, 1);
    g_assert_cmpuint(first->watchers->len, ==, 1);
    g_assert_cmpuint(count_logged(&d, 1, "rule", "casa.rules:"), ==, 3);
    g_assert_cmpuint(count_sent(&d, "notice-new", "plantao@c.example"), ==, 1);
    g_autofree char *ack = queued_text(&d, "ack", "maria@c.example");
    g_assert_nonnull(strstr(ack, "We have received your message"));

    reply(&d, "maria@c.example", "Mais uma coisa");
    g_autoptr(ChTicketFacts) again = ticket(&d, 1);
    g_assert_cmpuint(again->tags->len, ==, 1);
    g_assert_cmpuint(again->watchers->len, ==, 1);
    g_assert_cmpuint(count_sent(&d, "notice-reply", "plantao@c.example"), ==, 1);
    g_assert_cmpuint(count_sent(&d, "notice-reply", "joao@c.example"), ==, 0);
    guint logged = count_logged(&d, 1, "rule", "");
    reply(&d, "ana@desk.example", "Resposta sobre o pedido 456");
    g_assert_cmpuint(count_logged(&d, 1, "rule", ""), ==, logged);
    g_assert_cmpuint(count_sent(&d, "answer", "joao@c.example"), ==, 1);
    g_assert_cmpuint(count_sent(&d, "notice-answer", "plantao@c.example"), ==, 0);
    close_with(&d);
}

/* Whom the configuration names need no account (P7): a rule sees them as the desk does. */
static void test_customer(void)
{
    static const char *const cases[][2] = {
        {"maria@c.example", "active"},
        {"Ana@Desk.Example", "active"},
        {"admin@desk.example", "active"},
        {"nova@c.example", "unknown"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *rules = g_strdup_printf("match customer is %s -> ignore \"seen\"\n", cases[i][1]);
        Desk d = open_with(rules);
        settle_mail(&d, fixture_mail(cases[i][0], "suporte@desk.example", "Oi", "m1@c.example"),
                    CH_EVIDENCE_CLAIM);
        g_test_message("%s is %s", cases[i][0], cases[i][1]);
        g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM mail WHERE outcome = 'ignored'"), ==, 1);
        close_with(&d);
    }
}

/* Where a rule moves it: that department alone hears of it. */
static void test_department(void)
{
    Desk d = open_with("match subject contains \"boleto\" -> department sales\n");
    maria_writes(&d, "Meu boleto", "m1@c.example");
    g_autoptr(ChTicketFacts) first = ticket(&d, 1);
    g_assert_cmpstr(first->department, ==, "sales");
    g_assert_cmpuint(first->referred->len, ==, 0);
    g_assert_cmpuint(count_sent(&d, "notice-new", "carla@desk.example"), ==, 1);
    g_assert_cmpuint(count_sent(&d, "notice-new", "ana@desk.example"), ==, 0);
    close_with(&d);
}

/* The admins are told by which rule; the sender is not. */
static void test_quarantine(void)
{
    Desk d = open_with("match subject contains \"virus\" -> quarantine \"isto não abre\"\n");
    maria_writes(&d, "virus", "m1@c.example");
    g_autofree char *told = queued_text(&d, "admin-quarantine", "admin@desk.example");
    g_assert_nonnull(strstr(told, "quarantined: rule casa.rules:1: isto não abre"));
    g_assert_cmpuint(count_sent(&d, "ack", "maria@c.example"), ==, 0);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM ticket"), ==, 0);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM mail WHERE outcome = 'quarantined'"), ==, 1);
    close_with(&d);
}

static gint64 settle_raw(Desk *d, const char *raw)
{
    GError *error = NULL;
    gboolean known;
    begin(d->store);
    gint64 id = take(d->store, raw, &known);
    g_autoptr(ChIncoming) incoming = ch_store_incoming(d->store, id, &error);
    g_autoptr(ChReading) reading = ch_read(d->config, incoming);
    d->queued = 0;
    g_assert_true(ch_settle(&d->desk, d->store, id, incoming, reading, &d->queued, &error));
    g_assert_no_error(error);
    commit(d->store);
    return id;
}

/* A hold ends with the word of an admin, and then the other effects are there. */
static void test_hold(void)
{
    Desk d = open_with("match subject contains \"oferta\" -> hold \"parece propaganda\", tag oferta\n");
    GError *error = NULL;
    gboolean more = TRUE;
    gint64 id = settle_raw(&d, "From: maria@c.example\r\nTo: suporte@desk.example\r\nSubject: Oferta\r\n"
                               "Message-ID: <m1@c.example>\r\n\r\nLeia.\r\n");
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM hold WHERE kind = 'rule'"), ==, 1);
    g_assert_cmpuint(d.queued, ==, 0);
    g_assert_cmpuint(count_logged(&d, 0, "held", "rule casa.rules:1: parece propaganda"), ==, 1);
    begin(d.store);
    g_assert_true(ch_store_release_mail(d.store, id, &error));
    while (more)
        g_assert_true(ch_carry_answers(&d.desk, d.store, &more, &d.queued, &error));
    g_assert_no_error(error);
    commit(d.store);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM hold"), ==, 0);
    g_autoptr(ChTicketFacts) first = ticket(&d, 1);
    g_assert_cmpuint(first->tags->len, ==, 1);
    g_assert_cmpuint(count_sent(&d, "ack", "maria@c.example"), ==, 1);
    close_with(&d);
}

/* A file that a rule refuses: the acknowledgement says it in the rule's words, and the agents do not get it.
 */
static void test_refusal(void)
{
    Desk d =
        open_with("match attachment name ends with \".txt\" -> refuse-attachment \"it has to be a PDF\"\n");
    ChMail *mail = fixture_mail("maria@c.example", "suporte@desk.example", "Nota", "m1@c.example");
    for (guint i = 0; i < 2; i++) {
        ChAttachment *file = g_new0(ChAttachment, 1);
        file->part = g_strdup_printf("%u", i + 2);
        file->name = g_strdup(i ? "nota.txt" : "nota.pdf");
        file->type = g_strdup(i ? "text/plain" : "application/pdf");
        file->content_type = g_strdup("");
        file->reason = g_strdup("");
        file->size = 10;
        g_ptr_array_add(mail->attachments, file);
    }
    mail->language = g_strdup("en");
    settle_mail(&d, mail, CH_EVIDENCE_CLAIM);
    g_autofree char *ack = queued_text(&d, "ack", "maria@c.example");
    g_assert_nonnull(strstr(ack, "nota.txt (10 bytes): REFUSED, it has to be a PDF"));
    g_assert_nonnull(strstr(ack, "nota.pdf (10 bytes): received"));
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM attachment WHERE accepted = 0 AND reason = "
                                           "'a rule refuses it: it has to be a PDF'"),
                    ==, 1);
    close_with(&d);
}

/* An acknowledgement that there is none of: the usual one, and the mail's reasons say it. */
static void test_template(void)
{
    Desk d = open_with("match all -> template ack-nenhum\n");
    maria_writes(&d, "Oi", "m1@c.example");
    g_assert_cmpuint(count_sent(&d, "ack", "maria@c.example"), ==, 1);
    g_assert_cmpint(store_number(d.folder, "SELECT count(*) FROM mail WHERE instr(reasons, 'there is no "
                                           "template ack-nenhum: ack instead') > 0"),
                    ==, 1);
    close_with(&d);
}

/* A regular expression that never ends: unknown, logged, and the other rules go on. */
static void test_unknown(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr("*warning rule-unknown mail=1 rule=casa.rules:1 why=*");
        return;
    }
    Desk d = open_with("match body /^(x+x+)+y$/ -> ignore \"nunca\"\nmatch all -> tag depois\n");
    g_autofree char *bomb = g_strnfill(5000, 'x');
    g_autofree char *text = g_strconcat(bomb, "z y\n", NULL);
    ChMail *mail = fixture_mail("maria@c.example", "suporte@desk.example", "Oi", "m1@c.example");
    set_text(&mail->reply, text);
    settle_mail(&d, mail, CH_EVIDENCE_CLAIM);
    g_autoptr(ChTicketFacts) first = ticket(&d, 1);
    g_assert_cmpuint(first->tags->len, ==, 1);
    g_assert_cmpuint(count_logged(&d, 1, "rule-unknown", "casa.rules:1"), ==, 1);
    g_assert_cmpuint(count_logged(&d, 1, "rule", "casa.rules:2"), ==, 1);
    close_with(&d);
}

/* Maria's word in her ticket 1. */
static ChMail *copy_of_claim(const char *text)
{
    ChMail *mail =
        fixture_mail("maria@c.example", "suporte@desk.example", "Re: [Integral #1] x", "copy@c.example");
    set_text(&mail->text, text);
    set_text(&mail->reply, text);
    return mail;
}

/* What the rules of today make of mail ID, by its record: its outcome, and the effects. */
static char *replayed(Desk *d, gint64 id, const char *text)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) rows = ch_store_decided(d->store, 0, id - 1, 1, &error);
    g_assert_no_error(error);
    const ChDecidedRow *row = rows->len ? rows->pdata[0] : NULL;
    if (!row || row->id != id)
        return g_strdup("not looked at");
    g_autoptr(ChIncoming) incoming = ch_store_incoming(d->store, id, &error);
    ChReading *reading = g_new0(ChReading, 1);
    reading->mail = copy_of_claim(text);
    reading->verdict = ch_judge(d->config, reading->mail);
    reading->verdict->evidence = CH_EVIDENCE_DOMAIN;
    reading->fingerprint = ch_mail_fingerprint(reading->mail);
    reading->body = g_strdup("");
    ChRedecided *again = ch_redecide(d->config, d->desk.rules, d->store, row, incoming, reading, &error);
    g_assert_no_error(error);
    ch_reading_free(reading);
    g_ptr_array_add(again->effects, NULL);
    g_autofree char *effects = g_strjoinv(", ", (char **)again->effects->pdata);
    char *words = g_strdup_printf("%s: %s", ch_outcome_name(again->outcome), effects);
    ch_redecided_free(again);
    return words;
}

/* `rules replay`: a mail that a rule ignored, though a copy with less proof waits, was decided by the rule
 * and is so again. A mere copy was decided by no rule, and is not looked at. */
static void test_replayed_copy(void)
{
    Desk d = open_with("match body contains \"oferta\" -> ignore \"propaganda\"\n");
    maria_writes(&d, "Impressora", "m1@c.example");
    static const char text[] = "Uma oferta.\n";
    ch_rules_unref(g_steal_pointer(&d.desk.rules));
    gint64 claim = settle_mail(&d, copy_of_claim(text), CH_EVIDENCE_CLAIM);
    d.desk.rules = rules_of("match body contains \"oferta\" -> ignore \"propaganda\"\n");
    gint64 proven = settle_mail(&d, copy_of_claim(text), CH_EVIDENCE_DOMAIN);
    gint64 copy = settle_mail(&d, copy_of_claim(text), CH_EVIDENCE_CLAIM);
    g_autofree char *first = replayed(&d, claim, text), *second = replayed(&d, proven, text),
                    *third = replayed(&d, copy, text);
    g_assert_cmpstr(first, ==, "not looked at");
    g_assert_cmpstr(second, ==, "ignored: ignore \"propaganda\"");
    g_assert_cmpstr(third, ==, "not looked at");
    close_with(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settle-rules/ticket", test_ticket);
    g_test_add_func("/settle-rules/customer", test_customer);
    g_test_add_func("/settle-rules/department", test_department);
    g_test_add_func("/settle-rules/quarantine", test_quarantine);
    g_test_add_func("/settle-rules/hold", test_hold);
    g_test_add_func("/settle-rules/refusal", test_refusal);
    g_test_add_func("/settle-rules/template", test_template);
    g_test_add_func("/settle-rules/unknown", test_unknown);
    g_test_add_func("/settle-rules/replayed-copy", test_replayed_copy);
    return g_test_run();
}
