/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole mails, from bytes to the verdict: what parse reads for judge, machine or person, and what the desk's
 * own knowledge adds. Single Authentication-Results fields are in test_authres.c, the other
 * headers of machines in test_decide.c. */
#include "judge/judge.h"
#include "parse/parse.h"

#include <string.h>

static ChMail *parse_text(const char *text)
{
    ChLimits limits;
    ch_limits_default(&limits);
    g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    return ch_parse(incoming, &limits);
}

static ChConfig *config_of(const char *const *overrides)
{
    g_autoptr(GError) error = NULL;
    ChConfig *config = ch_config_load(NULL, overrides, &error);
    g_assert_no_error(error);
    return config;
}

#define OUR "Authentication-Results: mx.example.br; "
#define ANA "From: Ana <ana@cliente.example>\r\n"
#define END "Subject: Ajuda\r\n\r\nA impressora parou.\r\n"

/* Field values of a mail, each with its run in front: "0 a | 1 b". */
static void test_fields(void)
{
    static const struct {
        const char *mail, *fields;
    } table[] = {
        {ANA END, ""},
        {"Authentication-Results: a\r\nAuthentication-Results: b\r\n" ANA "Authentication-Results: c\r\n" END,
         "0 a | 0 b"},
        {"Received: x\r\nauthentication-results: a\r\nDKIM-Filter: x\r\ndmarc-filter: x\r\n"
         "Received-SPF: pass\r\nAUTHENTICATION-RESULTS: b\r\nReceived: y\r\nAuthentication-Results: c\r\n" ANA
             END,
         "0 a | 0 b | 1 c"},
        {"DKIM-Filter: x\r\nAuthentication-Results: a\r\nX-DKIM-Filter: x\r\nDKIM-Filter: x\r\n"
         "Authentication-Results: b\r\n" ANA END,
         "0 a | 1 b"},
        {"ARC-Authentication-Results: i=1; a\r\nX-Authentication-Results: b\r\n" ANA END, ""},
        {"Authentication-Results: mx.example.br;\r\n\tdkim=pass (ok)\r\n\t  header.d=a.example;\r\n "
         "spf=none\r\n" ANA END,
         "0 mx.example.br; dkim=pass (ok) header.d=a.example; spf=none"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(ChMail) mail = parse_text(table[i].mail);
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint j = 0; j < mail->auth_fields->len; j++) {
            const ChAuthField *field = g_ptr_array_index(mail->auth_fields, j);
            g_assert_false(field->cut);
            g_string_append_printf(text, "%s%u %s", j ? " | " : "", field->run, field->value);
        }
        g_assert_cmpstr(text->str, ==, table[i].fields);
    }
}

static void test_fields_bounded(void)
{
    g_autoptr(GString) text = g_string_new(OUR "x=y (");
    for (guint i = 0; i < CH_HEADER_VALUE_MAX / 8; i++)
        g_string_append(text, "12345678");
    g_string_append(text, ")\r\n");
    for (guint i = 0; i < 100; i++)
        g_string_append(text, OUR "dmarc=pass\r\n");
    g_string_append(text, ANA END);
    g_autoptr(ChMail) mail = parse_text(text->str);
    g_assert_cmpuint(mail->auth_fields->len, ==, CH_AUTH_FIELDS_MAX);
    const ChAuthField *first = g_ptr_array_index(mail->auth_fields, 0);
    const ChAuthField *second = g_ptr_array_index(mail->auth_fields, 1);
    g_assert_true(first->cut);
    g_assert_cmpuint(strlen(first->value), <=, CH_HEADER_VALUE_MAX);
    g_assert_false(second->cut);
    g_assert_cmpstr(second->value, ==, "mx.example.br; dmarc=pass");
}

static void test_ambiguous(void)
{
    static const struct {
        const char *from;
        gboolean ambiguous;
    } table[] = {
        {"From: Ana <ana@cliente.example>\r\n", FALSE},
        {"From: ana@cliente.example\r\n", FALSE},
        {"From: \"Silva, Ana\" <ana@cliente.example>\r\n", FALSE},
        {"From: Silva, Ana <ana@cliente.example>\r\n", FALSE},
        {"From: =?utf-8?q?Ana=2C_ana=40evil.example?= <ana@cliente.example>\r\n", FALSE},
        {"", FALSE},
        {"From: ana@cliente.example, rui@evil.example\r\n", TRUE},
        {"From: Ana <ana@cliente.example>,\r\n Rui <rui@evil.example>\r\n", TRUE},
        {"From: ana@cliente.example\r\nFrom: rui@evil.example\r\n", TRUE},
        {"From: ana@cliente.example\r\nfrom: ana@cliente.example\r\n", TRUE},
        {"From: ana@cliente.example\r\nFrom:\r\n", TRUE},
        {"From: rui@evil.example ana@cliente.example\r\n", TRUE},
        /* Others may see the end of the header above From, or another From below it. */
        {"nenhum campo\r\nFrom: ana@cliente.example\r\n", TRUE},
        {"X-A: 1\r\n\r\r\nFrom: ana@cliente.example\r\n", TRUE},
        {"X-A: 1\r\nFrom rui@evil.example Tue\r\nFrom: ana@cliente.example\r\n", TRUE},
        {"X-A: 1\r\n: x\r\nFrom : ana@cliente.example\r\n", TRUE},
        {"X-A: 1\r\nFrom x: rui@evil.example\r\nFrom: ana@cliente.example\r\n", TRUE},
        {"From: ana@cliente.example\r\n--x\r\nFrom: rui@evil.example\r\n", TRUE},
        {"X-A: 1\r\n \t\r\n folded\r\nFrom: ana@cliente.example\r\n", FALSE},
        {"From: ana@cliente.example\r\nnenhum campo\r\nX-A: 1\r\n", FALSE},
        {"From: ana@cliente.example\r\nSem linha vazia.\r\n", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = g_strconcat(table[i].from, END, NULL);
        g_autoptr(ChMail) mail = parse_text(text);
        g_test_message("%s", table[i].from);
        g_assert_cmpint(mail->from_ambiguous, ==, table[i].ambiguous);
    }
}

/* More authors than are read. */
static void test_ambiguous_bounded(void)
{
    ChLimits limits;
    ch_limits_default(&limits);
    limits.recipients = 1;
    const char *text = "From: ana@cliente.example, rui@evil.example\r\n" END;
    g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    g_autoptr(ChMail) mail = ch_parse(incoming, &limits);
    g_assert_true(mail->from_ambiguous);
}

static void test_language(void)
{
    static const struct {
        const char *headers, *language;
    } table[] = {
        {"", NULL},
        {"Accept-Language: pt-BR, en-US\r\nContent-Language: en\r\n", "pt-BR"},
        {"Content-Language: pt-BR\r\nAccept-Language: en\r\n", "en"},
        {"Content-Language: pt-BR\r\n", "pt-BR"},
        {"content-language: de (Deutsch), en\r\n", "de"},
        {"Accept-Language: en;q=0.5, pt-BR;q=0.8, fr;q=0.75\r\n", "pt-BR"},
        {"Accept-Language: en;q=0.5, pt\r\n", "pt"},
        {"Accept-Language: en ; q = 0.9 ,\r\n\tes ; q=0.95\r\n", "es"},
        {"Accept-Language: en; q=0, es; Q=0.1\r\n", "es"},
        {"Accept-Language: en;q=1.0, es;q=0.999\r\n", "en"},
        {"Accept-Language: en;q=0.0\r\n", NULL},
        {"Accept-Language: en;q=0.0\r\nContent-Language: es\r\n", "es"},
        {"Accept-Language: *, es;q=0.1\r\n", "es"},
        {"Accept-Language: fr\r\nAccept-Language: es\r\n", "fr"},
        {"Accept-Language: zh-Hant-TW\r\n", "zh-Hant-TW"},
        {"Accept-Language: pt_BR\r\n", NULL},
        {"Accept-Language: ../../etc\r\n", NULL},
        {"Accept-Language: en/../x\r\n", NULL},
        {"Accept-Language: português\r\n", NULL},
        {"Accept-Language: -en, en-, en--x, 1a, abcdefghi\r\n", NULL},
        {"Accept-Language: , ;q=1, ;,\r\n", NULL},
        {"Accept-Language:\r\n", NULL},
        {"Accept-Language: aa-bbbbbbbb-cccccccc-dddddddd-eeeee\r\n", "aa-bbbbbbbb-cccccccc-dddddddd-eeeee"},
        {"Accept-Language: aa-bbbbbbbb-cccccccc-dddddddd-eeeeeeee\r\n", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = g_strconcat(ANA, table[i].headers, END, NULL);
        g_autoptr(ChMail) mail = parse_text(text);
        g_test_message("%s", table[i].headers);
        g_assert_cmpstr(mail->language, ==, table[i].language);
    }
}

typedef struct {
    const char *name, *mail;
    guint results;
    ChEvidence evidence;
} Proven;

/* As a mail server would deliver them; the desk is suporte@example.br. */
static const Proven proven[] = {
    {"folded",
     "Received: from x by mx.example.br\r\n" OUR "\r\n\tdkim=pass (2048-bit key; unprotected)\r\n"
     "\theader.d=cliente.example header.i=@cliente.example header.b=\"abc/+\";\r\n"
     "\tdkim-atps=neutral\r\n" ANA END,
     2, CH_EVIDENCE_DOMAIN},
    {"two-filters",
     OUR "dmarc=pass (p=none dis=none) header.from=cliente.example\r\n"
         "DMARC-Filter: OpenDMARC Filter v1.4.2 mx.example.br\r\n" OUR
         "spf=pass smtp.mailfrom=ana@cliente.example\r\n"
         "DKIM-Filter: OpenDKIM Filter v2.11.0 mx.example.br\r\n" ANA END,
     2, CH_EVIDENCE_DOMAIN},
    {"forged-by-the-sender",
     OUR "dmarc=fail header.from=cliente.example\r\nReceived: from evil.example\r\n" OUR
         "dmarc=pass header.from=cliente.example\r\n" ANA END,
     1, CH_EVIDENCE_CLAIM},
    {"forged-beside",
     OUR "dmarc=fail header.from=cliente.example\r\n" OUR
         "dmarc=pass header.from=cliente.example\r\n" ANA END,
     1, CH_EVIDENCE_CLAIM},
    {"forged-below-from", "Received: from evil.example by mx.example.br\r\n" ANA OUR "dmarc=pass\r\n" END, 0,
     CH_EVIDENCE_CLAIM},
    {"forged-in-the-body", ANA "Subject: x\r\n\r\n" OUR "dmarc=pass\r\n", 0, CH_EVIDENCE_CLAIM},
    {"display-name",
     OUR "dmarc=pass header.from=evil.example\r\n"
         "From: \"ana@cliente.example\" <x@evil.example>\r\n" END,
     1, CH_EVIDENCE_DOMAIN}, /* of evil.example */
    {"two-froms", OUR "dmarc=pass\r\n" ANA "From: x@evil.example\r\n" END, 1, CH_EVIDENCE_CLAIM},
    {"two-addresses", OUR "dmarc=pass\r\nFrom: ana@cliente.example, x@evil.example\r\n" END, 1,
     CH_EVIDENCE_CLAIM},
    {"web-form",
     OUR "dmarc=pass header.from=example.br; dkim=pass header.d=cliente.example\r\n"
         "From: suporte@example.br\r\nReply-To: ana@cliente.example\r\n" END,
     2, CH_EVIDENCE_CLAIM},
    {"reply-to-of-a-person",
     OUR "dmarc=pass header.from=cliente.example\r\n" ANA "Reply-To: outra@evil.example\r\n" END, 1,
     CH_EVIDENCE_DOMAIN},
    {"no-from", OUR "dmarc=pass\r\n" END, 1, CH_EVIDENCE_CLAIM},
};

static ChVerdict *judge_text(const char *text, const char *authserv_id)
{
    g_autofree char *trust = g_strconcat("trust.authserv_id=", authserv_id, NULL);
    const char *const overrides[] = {"department suporte.addresses=suporte@example.br",
                                     *authserv_id ? trust : NULL, NULL};
    g_autoptr(ChConfig) config = config_of(overrides);
    g_autoptr(ChMail) mail = parse_text(text);
    return ch_judge(config, mail);
}

static void test_proven(gconstpointer data)
{
    const Proven *test = data;
    g_autoptr(ChVerdict) verdict = judge_text(test->mail, "mx.example.br");
    g_assert_cmpuint(verdict->auth->len, ==, test->results);
    g_assert_cmpint(verdict->evidence, ==, test->evidence);
    /* Where no server is configured, or another one, nobody is believed. */
    g_autoptr(ChVerdict) nobody = judge_text(test->mail, "");
    g_autoptr(ChVerdict) other = judge_text(test->mail, "mx.example.br.example");
    g_assert_cmpuint(nobody->auth->len + other->auth->len, ==, 0);
    g_assert_cmpint(nobody->evidence, ==, CH_EVIDENCE_CLAIM);
    g_assert_cmpint(other->evidence, ==, CH_EVIDENCE_CLAIM);
}

static void test_subject_of_a_mail(void)
{
    static const struct {
        const char *mail;
        ChKind kind;
    } table[] = {
        {ANA "Subject: =?utf-8?q?Resposta_autom=C3=A1tica=3A_Impressora?=\r\n\r\nVolto dia 3.\r\n",
         CH_KIND_AUTO_REPLY},
        {ANA "Subject: Auto: vidro quebrado\r\n\r\nx\r\n", CH_KIND_PERSON},
        {ANA "Subject: Automatic reply: it comes twice\r\n\r\nHow do I stop it?\r\n", CH_KIND_PERSON},
        {ANA "Subject: Automatic reply: [#7] x\r\n\r\nUrgent? Call Rui.\r\n", CH_KIND_AUTO_REPLY},
        {ANA "In-Reply-To: <a@example.br>\r\nSubject: Automatic reply: x\r\n\r\nUrgent? Call Rui.\r\n",
         CH_KIND_AUTO_REPLY},
        {ANA "In-Reply-To: <a@example.br>\r\nSubject: RE: Automatic reply: x\r\n\r\nThanks.\r\n",
         CH_KIND_PERSON},
        {ANA "Subject: Fwd: Out of Office: x\r\n\r\nThis is an automated reply.\r\n", CH_KIND_PERSON},
        {ANA "Subject: Out of Office: x\r\n\r\nThis is an automated reply.\r\n", CH_KIND_AUTO_REPLY},
        {ANA "Auto-Submitted: (by (a) filter) Auto-Replied; x=y\r\n" END, CH_KIND_AUTO_REPLY},
        {ANA "Auto-Submitted:\r\n (by hand) No (indeed)\r\n" END, CH_KIND_PERSON},
        {ANA "Auto-Submitted: (never \\) closed\r\n" END, CH_KIND_PERSON},
        {ANA "In-Reply-To: <a@example.br>\r\nSubject: Auto: Impressora\r\n\r\nx\r\n", CH_KIND_AUTO_REPLY},
        {ANA "References: <a@example.br>\r\nSubject: Auto: Impressora\r\n\r\nx\r\n", CH_KIND_AUTO_REPLY},
        {ANA "List-Id: <l.example>\r\nSubject: Automatic reply: x\r\n\r\nx\r\n", CH_KIND_LIST},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(ChVerdict) verdict = judge_text(table[i].mail, "");
        g_assert_cmpint(verdict->kind, ==, table[i].kind);
        g_assert_cmpint(verdict->reasons->len > 0, ==, table[i].kind != CH_KIND_PERSON);
    }
}

#define GROUP                                                                                                \
    "Precedence: list\r\nMailing-list: list suporte@example.br; contact suporte+owners@example.br\r\n"       \
    "List-Post: <mailto:suporte@example.br>\r\n"
#define FORM ANA "Auto-Submitted: auto-generated\r\nReply-To: rui@pessoa.example\r\nSubject: Contato\r\n"

/* Marks of machines that a person's mail has on its way, and the same on a machine's. */
static void test_marks(void)
{
    static const struct {
        const char *mail;
        ChKind kind;
        gboolean no_answer;
    } table[] = {
        {ANA "List-Id: <suporte.example.br>\r\n" GROUP END, CH_KIND_PERSON, FALSE},
        {ANA "List-Id: Suporte <SUPORTE.example.br>\r\n" GROUP END, CH_KIND_PERSON, FALSE},
        {ANA "List-Id: <avisos.example.br>\r\n" GROUP END, CH_KIND_LIST, FALSE},
        {ANA "List-Id: <suporte.example.br.example>\r\n" GROUP END, CH_KIND_LIST, FALSE},
        {ANA "List-Id: <suporte.example.br>\r\nX-Campaign: 7\r\n" GROUP END, CH_KIND_LIST, FALSE},
        {ANA GROUP END, CH_KIND_LIST, FALSE},
        {ANA "List-Id: <suporte.example.br>\r\nAuto-Submitted: auto-replied\r\n" GROUP END,
         CH_KIND_AUTO_REPLY, FALSE},

        {ANA "Precedence: bulk\r\nX-Mailer: Microsoft Outlook 16.0\r\n" END, CH_KIND_PERSON, TRUE},
        {ANA "Precedence: bulk\r\nThread-Index: AdsX\r\n" END, CH_KIND_PERSON, TRUE},
        {ANA "Precedence: bulk\r\nThread-Index: AdsX\r\nAuto-Submitted: auto-replied\r\n" END,
         CH_KIND_AUTO_REPLY, FALSE},
        {ANA "Precedence: bulk\r\nIn-Reply-To: <a@example.br>\r\nSubject: Re: x\r\n\r\nJá voltou.\r\n\r\n"
             "Em 02/08/2026 15:00, Suporte escreveu:\r\n> E agora?\r\n",
         CH_KIND_PERSON, TRUE},
        {ANA "Precedence: bulk\r\nIn-Reply-To: <a@example.br>\r\nSubject: Re: x\r\n\r\nx\r\n",
         CH_KIND_AUTO_REPLY, FALSE},
        {"From: avisos-noreply@cliente.example\r\n" END, CH_KIND_PERSON, TRUE},
        {"From: naoresponda.nfe@cliente.example\r\n" END, CH_KIND_PERSON, TRUE},
        {"From: Zabbix <zabbix@cliente.example>\r\n" END, CH_KIND_PERSON, TRUE},
        {"From: noreplyson@cliente.example\r\n" END, CH_KIND_PERSON, FALSE},
        {"From: sonoreply@cliente.example\r\n" END, CH_KIND_PERSON, FALSE},
        {ANA "Subject: Proposta\r\n\r\nRui has accepted.\r\n", CH_KIND_PERSON, FALSE}, /* of no invitation */
        {ANA "Precedence: bulk\r\nX-Mailer: Rundbrief 2\r\n" END, CH_KIND_AUTO_REPLY, FALSE},
        {ANA "Precedence: list\r\nX-Mailer: Microsoft Outlook 16.0\r\n" END, CH_KIND_LIST, FALSE},

        {ANA
         "Reply-To: rui@pessoa.example\r\nSubject: Contato\r\n\r\nEsta é uma mensagem automática do site.\r\n"
         "\r\nE-mail: rui@pessoa.example\r\nPreciso de ajuda.\r\n",
         CH_KIND_PERSON, FALSE},
        {ANA "Reply-To: fiscal@cliente.example\r\nSubject: NF-e 7\r\n\r\nEsta é uma mensagem automática.\r\n"
             "\r\nE-mail: fiscal@cliente.example\r\n",
         CH_KIND_AUTO_REPLY, FALSE},
        {"From: Luiz Gomes <luiz.gomes@cliente.example>\r\nSubject: Fatura\r\n\r\nA fatura saiu "
         "errada.\r\n\r\n"
         "Luiz Gomes\r\n\r\nEsta é uma mensagem automática, não responda.\r\n",
         CH_KIND_PERSON, FALSE},
        {"From: Luiz Gomes <lgomes@cliente.example>\r\nSubject: Fatura\r\n\r\nA fatura saiu errada.\r\n\r\n"
         "Luiz Gomes\r\n\r\nEsta é uma mensagem automática, não responda.\r\n",
         CH_KIND_PERSON, FALSE},
        {"From: Financeiro <financeiro@cliente.example>\r\nSubject: Fatura\r\n\r\nA fatura saiu.\r\n\r\n"
         "Financeiro\r\n\r\nEsta é uma mensagem automática, não responda.\r\n",
         CH_KIND_AUTO_REPLY, FALSE},

        {FORM "\r\nNome: Rui\r\nE-mail: rui@pessoa.example \r\nPreciso de ajuda.\r\n", CH_KIND_PERSON, TRUE},
        {FORM "\r\nE-mail\r\nRui@Pessoa.example\r\n\r\nPreciso de ajuda.\r\n", CH_KIND_PERSON, TRUE},
        {FORM "\r\nE-mail: rui@pessoa.example.org\r\n", CH_KIND_AUTO_REPLY, FALSE},
        {FORM "\r\nResponderemos a rui@pessoa.example em breve.\r\n", CH_KIND_AUTO_REPLY, FALSE},
        {ANA "Auto-Submitted: auto-generated\r\nReply-To: rui@pessoa.example, bia@pessoa.example\r\n\r\n"
             "E-mail: rui@pessoa.example\r\n",
         CH_KIND_AUTO_REPLY, FALSE}, /* of two nobody knows whose words they are */
        {FORM "In-Reply-To: <a@example.br>\r\n\r\nE-mail: rui@pessoa.example\r\n", CH_KIND_AUTO_REPLY, FALSE},
        {ANA "Auto-Submitted: auto-replied\r\nReply-To: rui@pessoa.example\r\n\r\n"
             "E-mail: rui@pessoa.example\r\n",
         CH_KIND_AUTO_REPLY, FALSE},
        {"From: suporte@example.br\r\nAuto-Submitted: auto-generated\r\nReply-To: rui@pessoa.example\r\n" END,
         CH_KIND_PERSON, FALSE},
        {"From: suporte@example.br\r\nAuto-Submitted: auto-replied\r\nReply-To: rui@pessoa.example\r\n" END,
         CH_KIND_AUTO_REPLY, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].mail);
        g_autoptr(ChVerdict) verdict = judge_text(table[i].mail, "");
        g_assert_cmpint(verdict->kind, ==, table[i].kind);
        g_assert_cmpint(verdict->no_answer, ==, table[i].no_answer);
    }
}

typedef struct {
    const char *name;
    ChFacts facts;
    ChKind before, kind;
    ChEvidence evidence;
    const char *reason; /* the last; NULL: none */
} Known;

static const Known known[] = {
    {"nothing", {0}, CH_KIND_PERSON, CH_KIND_PERSON, CH_EVIDENCE_DOMAIN, NULL},
    {"references-alone",
     {.match = CH_MATCH_REFERENCES},
     CH_KIND_PERSON,
     CH_KIND_PERSON,
     CH_EVIDENCE_DOMAIN,
     NULL},
    {"token",
     {.match = CH_MATCH_TOKEN},
     CH_KIND_PERSON,
     CH_KIND_PERSON,
     CH_EVIDENCE_TOKEN,
     "token: answers a mail that we sent to this very address"},
    {"confirmed",
     {.confirmed = TRUE},
     CH_KIND_PERSON,
     CH_KIND_PERSON,
     CH_EVIDENCE_TOKEN,
     "token: its sender confirmed it by mail or page"},
    {"by-an-admin",
     {.confirmed = TRUE, .by_admin = TRUE},
     CH_KIND_PERSON,
     CH_KIND_PERSON,
     CH_EVIDENCE_TOKEN,
     "token: an admin stood up for it"},
    {"ours-came-back",
     {.own_message_id = TRUE},
     CH_KIND_PERSON,
     CH_KIND_LOOP,
     CH_EVIDENCE_DOMAIN,
     "loop: our own mail came back"},
    {"second", {.same_body = 1}, CH_KIND_PERSON, CH_KIND_PERSON, CH_EVIDENCE_DOMAIN, NULL},
    {"third",
     {.same_body = 2},
     CH_KIND_PERSON,
     CH_KIND_LOOP,
     CH_EVIDENCE_DOMAIN,
     "loop: the 3rd mail with the same body from this address within a day"},
    {"eleventh",
     {.same_body = 10},
     CH_KIND_PERSON,
     CH_KIND_LOOP,
     CH_EVIDENCE_DOMAIN,
     "loop: the 11th mail with the same body from this address within a day"},
    {"hundred-and-second",
     {.same_body = 101},
     CH_KIND_PERSON,
     CH_KIND_LOOP,
     CH_EVIDENCE_DOMAIN,
     "loop: the 102nd mail with the same body from this address within a day"},
    {"third-and-confirmed",
     {.same_body = 2, .confirmed = TRUE},
     CH_KIND_PERSON,
     CH_KIND_PERSON,
     CH_EVIDENCE_TOKEN,
     "token: its sender confirmed it by mail or page"},
    {"address-confirmed",
     {.confirmed = TRUE, .by_address = TRUE, .match = CH_MATCH_REFERENCES},
     CH_KIND_PERSON,
     CH_KIND_PERSON,
     CH_EVIDENCE_TOKEN,
     "token: its sender confirmed it by mail or page"},
    {"address-confirmed-number-guessed",
     {.confirmed = TRUE, .by_address = TRUE, .match = CH_MATCH_SUBJECT},
     CH_KIND_PERSON,
     CH_KIND_PERSON,
     CH_EVIDENCE_DOMAIN,
     NULL},
    {"third-of-a-list", {.same_body = 2}, CH_KIND_LIST, CH_KIND_LIST, CH_EVIDENCE_DOMAIN, NULL},
};

static void test_known(gconstpointer data)
{
    const Known *test = data;
    g_autoptr(ChVerdict) verdict = ch_verdict_new();
    verdict->kind = test->before;
    verdict->evidence = CH_EVIDENCE_DOMAIN;
    ch_judge_facts(verdict, &test->facts);
    guint count = verdict->reasons->len;
    g_assert_cmpint(verdict->kind, ==, test->kind);
    g_assert_cmpint(verdict->evidence, ==, test->evidence);
    g_assert_cmpstr(count ? g_ptr_array_index(verdict->reasons, count - 1) : NULL, ==, test->reason);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/judge/parse/fields", test_fields);
    g_test_add_func("/judge/parse/fields-bounded", test_fields_bounded);
    g_test_add_func("/judge/parse/ambiguous", test_ambiguous);
    g_test_add_func("/judge/parse/ambiguous-bounded", test_ambiguous_bounded);
    g_test_add_func("/judge/parse/language", test_language);
    g_test_add_func("/judge/subject-of-a-mail", test_subject_of_a_mail);
    g_test_add_func("/judge/marks", test_marks);
    for (guint i = 0; i < G_N_ELEMENTS(proven); i++) {
        g_autofree char *name = g_strdup_printf("/judge/mail/%s", proven[i].name);
        g_test_add_data_func(name, &proven[i], test_proven);
    }
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autofree char *name = g_strdup_printf("/judge/known/%s", known[i].name);
        g_test_add_data_func(name, &known[i], test_known);
    }
    return g_test_run();
}
