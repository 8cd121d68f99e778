/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Evidence by action (DESIGN.md section 5), with whole mails through every stage: what a sender must prove to
 * open a ticket, to write into one, and to speak for the desk; and every forgery that we know of.
 */
#include "fixture.h"

#include "base/clock.h"
#include "parse/parse.h"
#include "pipeline.h"

#include <string.h>

#define NOW   1790000000
#define OURS  "Authentication-Results: mx.desk.example; "
#define BELOW "Received: from x by mx.desk.example; Tue, 24 Nov 2026 10:00:00 -0300\r\n"

/* A desk with ticket 1 of maria and ticket 2 of pedro. */
typedef struct {
    char *folder;
    ChConfig *config;
    ChTemplates *templates;
    ChDesk desk;
    ChStore *store;
    char *ack1, *ack2, *notice1, *own1; /* Message-IDs: to maria, to pedro, to ana; and maria's own */
    char *reply1;                       /* the signed address that maria's acknowledgement names */
    guint serial;
} Desk;

/* What became of one mail. */
typedef struct {
    ChOutcome outcome;
    ChHoldKind hold;
    ChEvidence evidence;
    gint64 ticket;
    char *mails; /* "ack:maria notice-new:ana …", those to the outside alone */
} Result;

static void check(gboolean good, GError *error)
{
    g_assert_no_error(error);
    g_assert_true(good);
}

/* Replaces each {name} of TEXT. */
static char *fill_in(const Desk *d, const char *text)
{
    const struct {
        const char *name, *value;
    } names[] = {{"{ack1}", d->ack1},
                 {"{ack2}", d->ack2},
                 {"{notice1}", d->notice1},
                 {"{own1}", d->own1},
                 {"{reply1}", d->reply1}};
    g_autoptr(GString) filled = g_string_new(text);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].value)
            g_string_replace(filled, names[i].name, names[i].value, 0);
    return g_string_free(g_steal_pointer(&filled), FALSE);
}

static char *mails_since(Desk *d, guint before)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) rows = ch_store_outbox(d->store, TRUE, 10000, &error);
    g_assert_no_error(error);
    GString *all = g_string_new(NULL);
    for (guint i = before; i < rows->len; i++) {
        const ChOutboxRow *row = g_ptr_array_index(rows, i);
        if (!g_str_has_suffix(row->recipient, "@desk.example"))
            g_string_append_printf(all, "%s%s:%.*s", all->len ? " " : "", row->template,
                                   (int)strcspn(row->recipient, "@"), row->recipient);
    }
    return g_string_free(all, FALSE);
}

static guint count_outbox(Desk *d)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) rows = ch_store_outbox(d->store, TRUE, 10000, &error);
    g_assert_no_error(error);
    return rows->len;
}

/* TOP stands above everything, as a server of ours writes it; HEADERS are the sender's. */
static Result receive(Desk *d, const char *from, const char *to, const char *subject, const char *top,
                      const char *headers)
{
    GError *error = NULL;
    guint n = ++d->serial;
    g_autofree char *template = g_strdup_printf(
        "%s" BELOW "From: X <%s>\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <m%u@test.example>\r\n"
        "Date: Tue, 24 Nov 2026 10:00:00 -0300\r\n%s\r\nO texto da mensagem %u.\r\n",
        top, from, to, subject, n, headers, n);
    g_autofree char *text = fill_in(d, template);
    g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    g_autoptr(GBytes) packed = ch_store_pack(raw);
    char sha256[65];
    gint64 id;
    gboolean known;
    ch_sha256(text, strlen(text), sha256);
    check(ch_store_take(d->store, incoming, sha256, packed, 1, &id, &known, &error), error);
    g_autoptr(ChReading) reading = ch_read(d->config, incoming);
    guint queued = 0, before = count_outbox(d);
    check(ch_settle(&d->desk, d->store, id, incoming, reading, &queued, &error), error);
    Result result = {.evidence = reading->verdict->evidence, .mails = mails_since(d, before)};
    for (guint outcome = 0; outcome <= CH_OUTCOME_QUARANTINED; outcome++) {
        g_autoptr(GPtrArray) mails = ch_store_mails(d->store, (ChOutcome)outcome, 10000, &error);
        g_assert_no_error(error);
        for (guint i = 0; i < mails->len; i++) {
            const ChMailRow *row = g_ptr_array_index(mails, i);
            if (row->id != id)
                continue;
            result.outcome = (ChOutcome)outcome;
            result.hold = row->hold;
            result.ticket = row->ticket;
            g_test_message("%s", row->reasons);
        }
    }
    return result;
}

static char *message_id_of(Desk *d, const char *template, const char *recipient, gint64 ticket)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) rows = ch_store_outbox(d->store, TRUE, 10000, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < rows->len; i++) {
        const ChOutboxRow *row = g_ptr_array_index(rows, i);
        if (row->ticket == ticket && strcmp(row->template, template) == 0 &&
            strcmp(row->recipient, recipient) == 0)
            return g_strdup(row->message_id);
    }
    g_assert_not_reached();
}

static void open_ticket(Desk *d, const char *address, gint64 number)
{
    GError *error = NULL;
    gboolean first;
    const ChProfile profile = {0};
    check(ch_store_activate(d->store, address, &profile, "test", &first, &error), error);
    Result result = receive(d, address, "suporte@desk.example", "Impressora", "", "");
    g_assert_cmpint(result.outcome, ==, CH_OUTCOME_TICKET);
    g_assert_cmpint(result.ticket, ==, number);
    g_free(result.mails);
}

static Desk open_desk(void)
{
    GError *error = NULL;
    Desk d = {.folder = fixture_folder()};
    ch_clock_set(NOW);
    ch_parse_setup();
    g_autoptr(ChConfig) plain = fixture_desk(d.folder);
    const char *const overrides[] = {"trust.authserv_id=mx.desk.example", "department suporte.subaddress=yes",
                                     "budgets.ticket=1000", "budgets.address=1000", NULL};
    d.config = ch_config_load(plain->file, overrides, &error);
    g_assert_no_error(error);
    d.templates = ch_templates_load("etc/templates", &error);
    g_assert_no_error(error);
    d.store = ch_store_open(d.folder, CH_STORE_WRITE, &error);
    g_assert_no_error(error);
    check(ch_store_begin(d.store, &error), error);
    for (guint i = 0; i < d.config->departments->len; i++)
        check(ch_store_add_department(d.store, ((ChDepartmentConfig *)d.config->departments->pdata[i])->name,
                                      &error),
              error);
    d.desk = (ChDesk){.config = d.config, .templates = d.templates};
    open_ticket(&d, "maria@c.example", 1);
    d.own1 = g_strdup_printf("m%u@test.example", d.serial);
    open_ticket(&d, "pedro@d.example", 2);
    d.ack1 = message_id_of(&d, "ack", "maria@c.example", 1);
    d.ack2 = message_id_of(&d, "ack", "pedro@d.example", 2);
    d.notice1 = message_id_of(&d, "notice-new", "ana@desk.example", 1);
    ChMessageId id;
    g_assert_true(ch_message_id_parse(d.ack1, &id));
    const GArray *keys = ch_store_keys(d.store, &error);
    g_assert_no_error(error);
    d.reply1 = ch_reply_address_new(&g_array_index(keys, ChKey, keys->len - 1), &id, "maria@c.example",
                                    "suporte@desk.example");
    return d;
}

static void close_desk(Desk *d)
{
    ch_store_rollback(d->store);
    ch_store_free(d->store);
    ch_templates_free(d->templates);
    ch_config_free(d->config);
    char *strings[] = {d->ack1, d->ack2, d->notice1, d->own1, d->reply1};
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    fixture_remove(d->folder);
    g_free(d->folder);
    ch_clock_set(0);
}

#define DMARC OURS "dmarc=pass header.from=c.example\r\n"

/* Ways to come, for somebody who has the right to write: what proves them, or does not. */
static const struct {
    const char *name, *top, *headers, *subject; /* subject NULL: "Re: [Integral #1] Impressora" */
    const char *to;                             /* NULL: suporte@desk.example */
    ChEvidence evidence;
} ways[] = {
    {.name = "the number alone", .evidence = CH_EVIDENCE_CLAIM},
    {.name = "their own first mail's Message-ID",
     .headers = "References: <{own1}>\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "dmarc", .top = DMARC, .evidence = CH_EVIDENCE_DOMAIN},
    {.name = "dkim", .top = OURS "dkim=pass header.d=c.example\r\n", .evidence = CH_EVIDENCE_DOMAIN},
    {.name = "spf",
     .top = OURS "spf=pass smtp.mailfrom=bounces@mail.c.example\r\n",
     .evidence = CH_EVIDENCE_DOMAIN},
    {.name = "two filters of our server",
     .top = OURS "spf=fail smtp.mailfrom=c.example\r\n" OURS "dkim=pass header.d=c.example\r\n",
     .evidence = CH_EVIDENCE_DOMAIN},
    {.name = "the Message-ID of our mail to them",
     .headers = "In-Reply-To: <{ack1}>\r\n",
     .evidence = CH_EVIDENCE_TOKEN},
    {.name = "the same, in References and upper case",
     .headers = "References: <x@y> <{ack1}> <z@y>\r\n",
     .evidence = CH_EVIDENCE_TOKEN},
    {.name = "the signed reply address", .to = "{reply1}", .subject = "Oi", .evidence = CH_EVIDENCE_TOKEN},
    {.name = "token and domain",
     .top = DMARC,
     .headers = "In-Reply-To: <{ack1}>\r\n",
     .evidence = CH_EVIDENCE_TOKEN},
    /* forged */
    {.name = "results of another server",
     .headers = "Authentication-Results: mx.other.example; dmarc=pass header.from=c.example\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "our server's name, written by the sender",
     .top = OURS "none\r\n",
     .headers = DMARC,
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "the same below ours",
     .top = OURS "dmarc=fail header.from=c.example\r\n",
     .headers = DMARC,
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "the same right below ours",
     .top = OURS "dmarc=fail header.from=c.example\r\n" DMARC,
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "a name that begins like ours",
     .top = "Authentication-Results: mx.desk.example.evil.example; dmarc=pass header.from=c.example\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "our name in a comment",
     .top = "Authentication-Results: (mx.desk.example) evil.example; dmarc=pass header.from=c.example\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "a pass for the forger's own domain",
     .top = OURS "dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "a domain that ends alike",
     .top = OURS "dkim=pass header.d=notc.example\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "a pass in a comment",
     .top = OURS "dkim=fail (dmarc=pass header.from=c.example) header.d=c.example\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "a made-up Message-ID of our form",
     .headers = "In-Reply-To: <ch.1.1.1.1.00000000000000000000000000000000@desk.example>\r\n",
     .evidence = CH_EVIDENCE_CLAIM},
    {.name = "a made-up reply address",
     .to = "suporte+1.1.1.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@desk.example",
     .evidence = CH_EVIDENCE_CLAIM},
};

static const char * or (const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static Result come(Desk *d, guint way, const char *from)
{
    return receive(d, from, or (ways[way].to, "suporte@desk.example"),
                   or (ways[way].subject, "Re: [Integral #1] Impressora"), or (ways[way].top, ""),
                   or (ways[way].headers, ""));
}

/* Add to a ticket: its requester, by each way. */
static void test_add(void)
{
    Desk d = open_desk();
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        gboolean enough = ways[i].evidence >= CH_EVIDENCE_DOMAIN;
        g_test_message("%s", ways[i].name);
        Result result = come(&d, i, "maria@c.example");
        g_assert_cmpstr(ch_evidence_name(result.evidence), ==, ch_evidence_name(ways[i].evidence));
        g_assert_cmpstr(ch_outcome_name(result.outcome), ==, enough ? "reply" : "held");
        g_assert_cmpint(result.hold, ==, enough ? CH_HOLD_NONE : CH_HOLD_CLAIM);
        g_assert_cmpint(result.ticket, ==, 1);
        gboolean disowned = ways[i].top && strstr(ways[i].top, "dmarc=fail header.from");
        g_assert_cmpstr(result.mails, ==, enough || disowned ? "" : "confirm:maria");
        g_free(result.mails);
    }
    close_desk(&d);
}

/* The same ways, for somebody who has no right: no evidence makes a stranger one of the ticket (P7). */
static void test_add_as_stranger(void)
{
    Desk d = open_desk();
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        Result result = come(&d, i, "pedro@d.example");
        g_test_message("%s", ways[i].name);
        g_assert_cmpstr(ch_outcome_name(result.outcome), ==, "held");
        g_assert_cmpint(result.hold, ==, CH_HOLD_STRANGER);
        g_assert_cmpstr(result.mails, ==, "");
        g_free(result.mails);
    }
    close_desk(&d);
}

/* Speak for the desk: an agent's answer reaches the customer with domain or token alone. */
static void test_agent(void)
{
    static const struct {
        const char *name, *top, *headers;
        ChEvidence evidence;
    } cases[] = {
        {"the number alone", "", "", CH_EVIDENCE_CLAIM},
        {"the customer's token", "", "In-Reply-To: <{ack1}>\r\n", CH_EVIDENCE_CLAIM},
        {"dmarc", OURS "dmarc=pass header.from=desk.example\r\n", "", CH_EVIDENCE_DOMAIN},
        {"the notice's token", "", "In-Reply-To: <{notice1}>\r\n", CH_EVIDENCE_TOKEN},
        {"a forged result", OURS "none\r\n", OURS "dmarc=pass header.from=desk.example\r\n",
         CH_EVIDENCE_CLAIM},
    };
    Desk d = open_desk();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gboolean enough = cases[i].evidence >= CH_EVIDENCE_DOMAIN;
        Result result = receive(&d, "ana@desk.example", "suporte@desk.example", "Re: [Integral #1] x",
                                cases[i].top, cases[i].headers);
        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(ch_evidence_name(result.evidence), ==, ch_evidence_name(cases[i].evidence));
        g_assert_cmpstr(ch_outcome_name(result.outcome), ==, enough ? "reply" : "held");
        g_assert_cmpstr(result.mails, ==, enough ? "answer:maria" : "");
        g_free(result.mails);
    }
    close_desk(&d);
}

/* Open a ticket: the account alone counts, by every evidence. */
static void test_open(void)
{
    static const struct {
        const char *from, *outcome, *mails;
    } cases[] = {
        {"maria@c.example", "ticket", "ack:maria"},
        {"nova@c.example", "held", "verify:nova"},
    };
    static const char *const tops[] = {"", DMARC};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (guint t = 0; t < G_N_ELEMENTS(tops); t++) {
            Desk d = open_desk();
            Result result = receive(&d, cases[i].from, "suporte@desk.example", "Outra coisa", tops[t], "");
            g_assert_cmpstr(ch_outcome_name(result.outcome), ==, cases[i].outcome);
            g_assert_cmpstr(result.mails, ==, cases[i].mails);
            g_free(result.mails);
            close_desk(&d);
        }
}

/* Tokens in the wrong hands. */
static void test_tokens(void)
{
    static const struct {
        const char *name, *from, *subject, *headers, *outcome;
        ChHoldKind hold;
        ChEvidence evidence;
        gint64 ticket;
        const char *mails;
    } cases[] = {
        {"a stranger with a forwarded mail", "eve@e.example", "Re: [Integral #1] x",
         "In-Reply-To: <{ack1}>\r\n", "held", CH_HOLD_ALIAS, CH_EVIDENCE_CLAIM, 1, "confirm-alias:maria"},
        {"another customer with a forwarded mail", "pedro@d.example", "Re: [Integral #1] x",
         "In-Reply-To: <{ack1}>\r\n", "held", CH_HOLD_STRANGER, CH_EVIDENCE_CLAIM, 1, ""},
        {"their own token of another ticket", "pedro@d.example", "Re: [Integral #1] x",
         "In-Reply-To: <{ack2}>\r\n", "reply", CH_HOLD_NONE, CH_EVIDENCE_TOKEN, 2, ""},
        {"somebody else's token beside their own name", "maria@c.example", "Re: [Integral #1] x",
         "In-Reply-To: <{ack2}>\r\n", "held", CH_HOLD_STRANGER, CH_EVIDENCE_CLAIM, 2, ""},
        {"an agent's token in a stranger's hands", "eve@e.example", "Re: [Integral #1] x",
         "In-Reply-To: <{notice1}>\r\n", "held", CH_HOLD_ALIAS, CH_EVIDENCE_CLAIM, 1, ""},
    };
    Desk d = open_desk();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Result result =
            receive(&d, cases[i].from, "suporte@desk.example", cases[i].subject, "", cases[i].headers);
        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(ch_outcome_name(result.outcome), ==, cases[i].outcome);
        g_assert_cmpint(result.hold, ==, cases[i].hold);
        g_assert_cmpstr(ch_evidence_name(result.evidence), ==, ch_evidence_name(cases[i].evidence));
        g_assert_cmpint(result.ticket, ==, cases[i].ticket);
        g_assert_cmpstr(result.mails, ==, cases[i].mails);
        g_free(result.mails);
    }
    close_desk(&d);
}

/* A rotated key verifies until it expires. */
static void test_old_key(void)
{
    Desk d = open_desk();
    GError *error = NULL;
    check(ch_store_rotate_keys(d.store, NOW + 1000, &error), error);
    static const struct {
        gint64 at;
        ChEvidence evidence;
    } cases[] = {
        {NOW + 10, CH_EVIDENCE_TOKEN}, {NOW + 999, CH_EVIDENCE_TOKEN}, {NOW + 1000, CH_EVIDENCE_CLAIM}};
    static const char *const headers[] = {"In-Reply-To: <{ack1}>\r\n", ""};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (guint by_address = 0; by_address < 2; by_address++) {
            ch_clock_set(cases[i].at);
            Result result = receive(&d, "maria@c.example", by_address ? "{reply1}" : "suporte@desk.example",
                                    "Re: [Integral #1] x", "", headers[by_address]);
            g_assert_cmpstr(ch_evidence_name(result.evidence), ==, ch_evidence_name(cases[i].evidence));
            g_free(result.mails);
        }
    close_desk(&d);
}

/* BODY in answer to maria's acknowledgement, weighed and not carried out. */
static ChReading *weigh_answer(Desk *d, const char *body, ChFacts **facts)
{
    GError *error = NULL;
    g_autofree char *text = g_strdup_printf("From: maria@c.example\nTo: suporte@desk.example\nSubject: x\n"
                                            "In-Reply-To: <%s>\nReferences: <%s> <%s>\n"
                                            "Content-Type: text/plain; charset=utf-8\n\n%s",
                                            d->ack1, d->notice1, d->ack1, body);
    g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    ChReading *reading = ch_read(d->config, incoming);
    g_autoptr(ChDecision) decision = ch_weigh(&d->desk, d->store, incoming, reading, facts, &error);
    g_assert_no_error(error);
    return reading;
}

/* A mail is compared with what the outbox kept of those that it answers, each of them once. */
static void test_compared_with_sent(void)
{
    Desk d = open_desk();
    g_autoptr(ChFacts) facts = NULL;
    g_autoptr(ChReading) first = weigh_answer(&d, "Obrigada.\n", &facts);
    g_assert_cmpuint(facts->sent->len, ==, 2);
    g_assert_cmpstr(first->mail->reply, ==, "Obrigada.\n");
    g_autoptr(ChIncoming) sent = ch_incoming_new(g_ptr_array_index(facts->sent, 0), "test");
    g_autoptr(ChReading) ack = ch_read(d.config, sent);
    g_assert_cmpstr(ack->mail->message_id, ==, d.ack1);

    const char *words = strchr(ack->mail->text, '\n') + 1; /* without the line above which people answer */
    g_autofree char *body = g_strconcat("Funcionou.\n\n", words, NULL);
    g_autoptr(ChFacts) again = NULL;
    g_autoptr(ChReading) quoted = weigh_answer(&d, body, &again);
    g_assert_true(g_str_has_prefix(quoted->mail->reply, "Funcionou.\n"));
    g_assert_cmpuint(strlen(quoted->mail->reply), <, 20);
    g_assert_cmpuint(strlen(quoted->mail->text), >, 100);
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trust/add-to-a-ticket", test_add);
    g_test_add_func("/trust/add-as-a-stranger", test_add_as_stranger);
    g_test_add_func("/trust/speak-for-the-desk", test_agent);
    g_test_add_func("/trust/open-a-ticket", test_open);
    g_test_add_func("/trust/tokens-in-the-wrong-hands", test_tokens);
    g_test_add_func("/trust/an-old-key", test_old_key);
    g_test_add_func("/trust/compared-with-what-we-sent", test_compared_with_sent);
    return g_test_run();
}
