/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each condition and each action of the rules on mails made for it. That the index finds what a plain walk
 * finds, and what bombs cost, is in test_rules_index.c; the grammar is in test_rules.c. */
#include "rules_match.h"

#include <glib/gstdio.h>

typedef struct {
    const char *rules;
    TestMail mail;
    const char *expect;
} Row;

static char *lists; /* the folder of the lists that rows name */

static void run_row(const Row *row, gboolean plain)
{
    g_autoptr(ChRules) rules = compile_rules(row->rules, lists);
    Built built;
    build(&built, &row->mail);
    g_autoptr(ChEffects) effects = ch_match_apply(rules, &built.input, FALSE, plain);
    g_autofree char *words = words_of(effects);
    if (strcmp(words, row->expect) != 0) {
        g_test_message("%s: \"%s\", not \"%s\"", row->rules, words, row->expect);
        g_test_fail();
    }
    built_clear(&built);
}

static void run_rows(const Row *rows, guint count)
{
    for (guint i = 0; i < count; i++) {
        run_row(&rows[i], FALSE);
        run_row(&rows[i], TRUE);
    }
}

#define YES(condition, ...)                                                                                  \
    {                                                                                                        \
        "match " condition " -> tag t", {__VA_ARGS__}, "tag t"                                               \
    }
#define NO(condition, ...)                                                                                   \
    {                                                                                                        \
        "match " condition " -> tag t", {__VA_ARGS__}, ""                                                    \
    }
#define MAYBE(condition, ...)                                                                                \
    {                                                                                                        \
        "match " condition " -> tag t", {__VA_ARGS__}, "; unknown"                                           \
    }

static void test_addresses(void)
{
    static const Row rows[] = {
        YES("all", 0),
        YES("from \"ana@cliente.example\"", 0),
        YES("from \"ANA@Cliente.Example\"", .from = "Ana@CLIENTE.example"),
        YES("from \"ana@cliente.example\"", .from = "ana+pedidos@cliente.example"),
        NO("from \"ana+vip@cliente.example\"", 0),
        NO("from \"ana+vip@cliente.example\"", .from = "ana+outra@cliente.example"),
        YES("from \"ana+vip@cliente.example\"", .from = "ana+vip@cliente.example"),
        NO("from \"ana@cliente.example\"", .from = "ana@cliente.example.org"),
        NO("from \"ana@cliente.example\"", .from = "mariana@cliente.example"),
        NO("from \"ana@cliente.example\"", .name = "ana@cliente.example", .from = "eve@x.example"),
        YES("from \"ana@\"", 0),
        YES("from \"ana@\"", .from = "ana+x@outra.example"),
        NO("from \"ana@\"", .from = "anab@outra.example"),
        YES("from \"@cliente.example\"", .from = "bia+x@cliente.example"),
        NO("from \"@cliente.example\"", .from = "bia@sub.cliente.example"),
        YES("from \"@*.cliente.example\"", .from = "bia@a.b.cliente.example"),
        NO("from \"@*.cliente.example\"", .from = "bia@cliente.example"),
        NO("from \"@*.cliente.example\"", .from = "bia@outrocliente.example"),
        NO("from \"ana@cliente.example\"", .from = "\xc3\xa1na@cliente.example"), /* another mailbox */
        YES("from \"\xc3\x81na@cliente.example\"", .from = "\xc3\xa1na@cliente.example"),
        NO("from \"ana@cliente.example\"", .from = ""),
        YES("from any of (\"bia@x.example\", \"@cliente.example\")", 0),
        NO("from all of (\"bia@\", \"@cliente.example\")", 0),
        YES("from all of (\"ana@\", \"@cliente.example\")", 0),
        YES("from is \"ana@cliente.example\"", 0),
        NO("from is \"ana@cliente.example\"", .from = "ana+x@cliente.example"),
        YES("from /^an.@/", 0),
        YES("from matches /@cliente\\.example$/", .from = "ANA@CLIENTE.EXAMPLE"),
        NO("from /@outro/", 0),
        YES("from in \"vips.list\"", .from = "bia+x@vip.example"),
        YES("from in \"vips.list\"", .from = "quem@ouro.example"),
        NO("from in \"vips.list\"", .from = "quem@prata.example"),
        YES("to \"suporte@desk.example\"", .to = "x@y.example suporte+4@desk.example"),
        NO("to \"suporte@desk.example\"", .to = "x@y.example", .cc = "suporte@desk.example"),
        YES("cc \"suporte@desk.example\"", .to = "x@y.example", .cc = "suporte@desk.example"),
        YES("recipient \"suporte@desk.example\"", .to = "x@y.example", .cc = "suporte@desk.example"),
        YES("recipient \"fin@desk.example\"", .delivered = "fin@desk.example"),
        NO("to \"fin@desk.example\"", .delivered = "fin@desk.example"),
        YES("recipient all of (\"a@x.example\", \"b@x.example\")", .to = "a@x.example", .cc = "b@x.example"),
        NO("recipient all of (\"a@x.example\", \"c@x.example\")", .to = "a@x.example", .cc = "b@x.example"),
        YES("recipient /^b@/", .to = "a@x.example", .cc = "b@x.example"),
        YES("domain \"cliente.example\"", 0),
        NO("domain \"cliente.example\"", .from = "a@sub.cliente.example"),
        YES("domain \"*.cliente.example\"", .from = "a@sub.cliente.example"),
        NO("domain \"*.cliente.example\"", 0),
        YES("domain is \"cliente.example\"", 0),
        YES("domain /^cli/", 0),
        NO("domain \"cliente.example\"", .from = "sem-arroba"),
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

static void test_texts(void)
{
    static const Row rows[] = {
        YES("subject is \"sistema parado\"", .subject = "SISTEMA  Parado"),
        NO("subject is \"sistema\"", .subject = "Sistema parado"),
        YES("subject contains \"ação\"", .subject = "Reclamacao urgente"),
        YES("subject contains \"acao\"", .subject = "RECLAMAÇÃO"),
        YES("subject begins with \"re:\"", .subject = "RE: x"),
        NO("subject begins with \"x\"", .subject = "RE: x"),
        YES("subject ends with \"x\"", .subject = "RE: x"),
        NO("subject ends with \"re:\"", .subject = "RE: x"),
        YES("subject contains any of (\"a1\", \"b2\")", .subject = "tem b2"),
        NO("subject contains all of (\"a1\", \"b2\")", .subject = "tem b2"),
        YES("subject contains all of (\"a1\", \"b2\")", .subject = "b2 e a1"),
        YES("subject contains in \"palavras.list\"", .subject = "um Orçamento, por favor"),
        YES("subject is in \"palavras.list\"", .subject = "orcamento"),
        NO("subject is in \"palavras.list\"", .subject = "um orcamento"),
        YES("subject is in \"palavras.list\"", .subject = "proposta comercial"),
        YES("subject is in \"palavras.list\"", .subject = "C#5 e mais"),
        NO("subject is in \"palavras.list\"", .subject = "C"),
        NO("subject contains in \"palavras.list\"", .subject = "nada"),
        YES("subject /^Re:\\s/", .subject = "Re: oi"),
        NO("subject /^re:/", .subject = "Re: oi"),
        YES("subject /^re:/i", .subject = "Re: oi"),
        YES("subject /\\bAÇÃO\\b/i", .subject = "nova ação"),
        YES("subject matches /a.c/", .subject = "abc"),
        YES("body contains \"nota fiscal\"", .body = "A nota\nfiscal não veio"),
        NO("body /nota fiscal/", .body = "A nota\nfiscal não veio"),
        YES("body /^fiscal/m", .body = "A nota\nfiscal não veio"),
        NO("body /^fiscal/", .body = "A nota\nfiscal não veio"),
        YES("body /nota.fiscal/s", .body = "A nota\nfiscal"),
        YES("body /n o t a/x", .body = "nota"),
        YES("body is \"sim\"", .body = "Sim\n"),
        YES("company is \"padaria sao joao\"", .company = "Padaria São João"),
        NO("company contains \"x\"", 0),
        YES("not company contains \"x\"", 0),
        YES("company /^Pad/", .company = "Padaria"),
        YES("header \"X-Spam-Flag\" is \"yes\"", .headers = "x-spam-flag: YES"),
        NO("header \"X-Spam-Flag\" is \"yes\"", .headers = "X-Other: YES"),
        YES("header \"received\" contains \"b.example\"",
            .headers = "Received: a.example\nReceived: b.example"),
        YES("header \"Received\" contains all of (\"a.example\", \"b.example\")",
            .headers = "Received: a.example\nReceived: b.example"),
        YES("header \"Received\" /b\\.example/", .headers = "Received: a.example\nReceived: b.example"),
        YES("header \"X-A\" exists", .headers = "X-A: "),
        NO("header \"X-A\" exists", .headers = "X-B: 1"),
        YES("not header \"X-A\" exists", 0),
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

#define TWO_FILES .files = "nota.pdf application/pdf 3000\nvideo.mp4 video/mp4 9000"

static void test_files(void)
{
    static const Row rows[] = {
        YES("attachment name is \"NOTA.PDF\"", TWO_FILES),
        YES("attachment name ends with \".mp4\"", TWO_FILES),
        YES("attachment name /\\.(mp4|avi)$/i", TWO_FILES),
        NO("attachment name /\\.avi$/i", TWO_FILES),
        NO("attachment name contains \"nota\"", 0),
        YES("not attachment name contains \"nota\"", 0),
        YES("attachment type is \"video/mp4\"", TWO_FILES),
        YES("attachment type begins with \"image/\"",
            .files = "a.bin application/octet-stream 1 is=image/png"),
        YES("attachment type is \"application/octet-stream\"",
            .files = "a.bin application/octet-stream 1 is=image/png"),
        YES("attachment size > 8K", TWO_FILES),
        NO("attachment size > 9K", TWO_FILES),
        /* Of one file, not of several. */
        NO("attachment name ends with \".pdf\" and attachment size > 8K", TWO_FILES),
        YES("attachment name ends with \".mp4\" and attachment size > 8K", TWO_FILES),
        YES("attachment name contains all of (\"video\", \".mp4\")", TWO_FILES),
        NO("attachment name contains all of (\"nota\", \".mp4\")", TWO_FILES),
        YES("not attachment name contains \"nota\"", TWO_FILES),
        YES("attachments = 2", TWO_FILES),
        YES("attachments = 0",
            .files = "logo.png image/png 10 inline\nsig.asc application/pgp-signature 9 crypto"),
        YES("attachment type begins with \"image\"", .files = "logo.png image/png 10 inline"),
        NO("attachment name contains \"sig\"", .files = "sig.asc application/pgp-signature 9 crypto"),
        {"match attachment name ends with \".mp4\" -> refuse-attachment \"sem vídeo\"",
         {TWO_FILES},
         "refuse-attachment \"sem vídeo\""},
        {"match attachment name /^(?<n>[a-z]+)\\./ -> refuse-attachment \"$n não\", tag \"$n\"",
         {TWO_FILES},
         "tag nota, refuse-attachment \"nota não\", refuse-attachment \"video não\""},
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

static void test_numbers(void)
{
    static const Row rows[] = {
        YES("size > 1K", .size = 1025),
        NO("size > 1K", .size = 1024),
        YES("size >= 1K", .size = 1024),
        YES("size < 1K", .size = 1023),
        YES("size <= 1K", .size = 1024),
        YES("size = 1K", .size = 1024),
        YES("rate > 3 per hour", .rate_hour = 4),
        NO("rate > 3 per hour", .rate_hour = 3, .rate_day = 9),
        YES("rate >= 9 per day", .rate_day = 9),
        YES("spam >= 5", .headers = "X-Spam-Score: 5.2"),
        NO("spam >= 5", .headers = "X-Spam-Score: 4.9"),
        NO("spam >= 5", .headers = "X-Spam-Score: -1"),
        YES("spam < 5", .headers = "X-Spam-Score: -1"),
        NO("spam >= 0", 0),
        NO("spam < 5", 0),
        YES("not spam >= 5", 0),
        YES("spam >= 6", .headers = "X-Spam-Status: Yes, score=6.5 required=5.0\nX-Rspamd-Score: 7 / 15"),
        NO("spam >= 6", .headers = "X-Spam-Status: Yes, score=6.5\nX-Rspamd-Score: 3"),
        NO("spam >= 6", .headers = "X-Spam-Status: Yes, score=6.5\nX-Rspamd-Score: 3\nX-Spam-Score: 1"),
        YES("spam = 4", .headers = "X-Spam-Level: ****"),
        YES("spam = 0", .headers = "X-Spam-Level: "),
        MAYBE("spam >= 5", .headers = "X-Spam-Score: muito"),
        MAYBE("spam >= 5", .headers = "X-Spam-Status: Yes, hits=9"),
        MAYBE("spam >= 5", .headers = "X-Spam-Score: nan"),
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

static void test_words(void)
{
    static const Row rows[] = {
        YES("evidence is claim", 0),
        YES("evidence is any of (domain, token)", .evidence = CH_EVIDENCE_TOKEN),
        YES("evidence at least domain", .evidence = CH_EVIDENCE_TOKEN),
        YES("evidence at least domain", .evidence = CH_EVIDENCE_DOMAIN),
        NO("evidence at least domain", 0),
        YES("kind is person", 0),
        YES("kind is auto-reply", .kind = CH_KIND_AUTO_REPLY),
        YES("kind is bounce", .kind = CH_KIND_BOUNCE),
        YES("kind is delay", .kind = CH_KIND_DELAY),
        YES("kind is list", .kind = CH_KIND_LIST),
        YES("kind is loop", .kind = CH_KIND_LOOP),
        YES("kind is any of (bounce, report)", .kind = CH_KIND_REPORT),
        NO("kind is person", .kind = CH_KIND_LIST),
        YES("customer is unknown", 0),
        YES("customer is pending", .account = CH_ACCOUNT_PENDING),
        YES("customer is active", .account = CH_ACCOUNT_ACTIVE),
        NO("customer is active", .account = CH_ACCOUNT_PENDING),
        YES("language is pt", .language = "pt-BR"),
        YES("language is pt", .language = "PT_br"),
        YES("language is pt", .language = "pt"),
        NO("language is pt", .language = "ptx"),
        NO("language is pt-BR", .language = "pt"),
        YES("language is pt-BR", .language = "pt_br"),
        NO("language is pt", 0),
        YES("department is suporte", 0),
        YES("department is any of (a, suporte)", 0),
        NO("department is vendas", 0),
        YES("ticket is new", 0),
        YES("ticket is open", .ticket = 1 + CH_TICKET_OPEN),
        YES("ticket is pending", .ticket = 1 + CH_TICKET_PENDING),
        YES("ticket is any of (open, closed)", .ticket = 1 + CH_TICKET_CLOSED),
        NO("ticket is new", .ticket = 1 + CH_TICKET_OPEN),
        {"match all -> department vendas match department is vendas -> tag v "
         "match department is suporte -> tag s match all -> department outro "
         "match department is vendas -> tag ainda",
         {0},
         "department vendas, tag v, tag ainda"},
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

/* 2026-11-24 is a Tuesday. */
static void test_times(void)
{
    static const Row rows[] = {
        YES("time 08:00 to 18:00", .at = "2026-11-24T08:00:00-03"),
        YES("time 08:00 to 18:00", .at = "2026-11-24T17:59:59-03"),
        NO("time 08:00 to 18:00", .at = "2026-11-24T18:00:00-03"),
        NO("time 08:00 to 18:00", .at = "2026-11-24T07:59:59-03"),
        YES("time 18:00 to 08:00", .at = "2026-11-24T18:00:00-03"),
        YES("time 18:00 to 08:00", .at = "2026-11-24T23:59:59-03"),
        YES("time 18:00 to 08:00", .at = "2026-11-25T00:00:00-03"),
        YES("time 18:00 to 08:00", .at = "2026-11-25T07:59:00-03"),
        NO("time 18:00 to 08:00", .at = "2026-11-25T08:00:00-03"),
        YES("time 08:00 to 18:00", .at = "2026-11-24T11:00:00Z"), /* 08:00 there */
        NO("time 08:00 to 18:00", .at = "2026-11-24T10:59:59Z"),
        YES("weekday tue", .at = "2026-11-24T23:59:59-03"),
        NO("weekday tue", .at = "2026-11-25T00:00:00-03"),
        YES("weekday tue", .at = "2026-11-25T02:59:59Z"),
        YES("weekday mon to fri", 0),
        NO("weekday any of (sat, sun)", 0),
        YES("weekday any of (sat, sun)", .at = "2026-11-29T12:00:00-03"),
        YES("weekday sat to mon", .at = "2026-11-30T12:00:00-03"),
        NO("weekday sat to mon", .at = "2026-11-24T12:00:00-03"),
        YES("holiday in \"feriados.list\"", .at = "2026-12-25T12:00:00-03"),
        YES("holiday in \"feriados.list\"", .at = "2031-12-25T00:00:00-03"),
        YES("holiday in \"feriados.list\"", .at = "2026-04-03T23:59:00-03"),
        NO("holiday in \"feriados.list\"", .at = "2027-04-03T12:00:00-03"),
        NO("holiday in \"feriados.list\"", .at = "2026-12-26T00:00:00-03"),
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

/* Yes, no and unknown under and, or, not: the score that cannot be read is unknown. */
static void test_logic(void)
{
    static const char *const operands[] = {"attachments > 0", "all", "spam > 1"};
    static const char *const expect[] = {"", "tag t", "; unknown"};
    static const ChRuleResult ands[3][3] = {{0, 0, 0}, {0, 1, 2}, {0, 2, 2}};
    static const ChRuleResult ors[3][3] = {{0, 1, 2}, {1, 1, 1}, {2, 1, 2}};
    static const ChRuleResult nots[3] = {1, 0, 2};
    static const char *const shapes[] = {"not ((%s))", "(%s) and (%s)", "(%s) or (%s)", "all of (%s, %s)",
                                         "any of (%s, %s)"};
    for (guint shape = 0; shape < G_N_ELEMENTS(shapes); shape++)
        for (guint a = 0; a < 3; a++)
            for (guint b = 0; b < 3; b++) {
                /* `all` is a condition of its own, and no operand. */
                const char *left = a == 1 ? "size > 0" : operands[a];
                const char *right = b == 1 ? "size > 0" : operands[b];
                g_auto(GStrv) parts = g_strsplit(shapes[shape], "%s", -1);
                g_autofree char *condition =
                    parts[2] ? g_strconcat(parts[0], left, parts[1], right, parts[2], NULL)
                             : g_strconcat(parts[0], left, parts[1], NULL);
                g_autofree char *rules = g_strdup_printf("match %s -> tag t", condition);
                ChRuleResult result = shape == 0 ? nots[a] : shape % 2 ? ands[a][b] : ors[a][b];
                const Row row = {rules, {.headers = "X-Spam-Score: ?"}, expect[result]};
                run_rows(&row, 1);
            }
}

static void test_captures(void)
{
    static const Row rows[] = {
        {"match body /pedido\\s+n?[ºo.]?\\s*(?<pedido>\\d{6,})/i -> field pedido = \"$pedido\"",
         {.body = "O Pedido nº 1234567 não veio"},
         "field \"pedido\" = \"1234567\""},
        {"match subject /(?<a>x+)/ and body /(?<b>y+)/ -> tag \"$a-${b}z\"",
         {.subject = "xx", .body = "yyy"},
         "tag xx-yyyz"},
        /* Whichever made it hold; what took no part is empty, and an empty value sets nothing. */
        {"match subject contains \"q\" or body /(?<n>\\d+)/ -> tag \"$n\", tag q",
         {.subject = "q", .body = "7"},
         "tag 7, tag q"},
        {"match subject contains \"q\" or body /(?<n>\\d+)/ -> tag \"$n\", tag q",
         {.subject = "q", .body = "x"},
         "tag q"},
        {"match subject /a(?<n>\\d)?b/ -> field x = \"$n\", field y = \"[$n]\"",
         {.subject = "ab"},
         "field \"y\" = \"[]\""},
        /* The first of two with one name. */
        {"match subject /s(?<n>\\d)/ and body /b(?<n>\\d)/ -> tag \"$n\"",
         {.subject = "s1", .body = "b2"},
         "tag 1"},
        {"match not subject /s(\\d)/ and body /b(?<n>\\d)/ -> tag \"$n\"",
         {.subject = "x", .body = "b2"},
         "tag 2"},
        {"match header \"X-A\" /^(?<n>b+)$/ -> tag \"$n\"", {.headers = "X-A: a\nX-A: bb"}, "tag bb"},
        {"match from /^(?<quem>[^@]+)@/ -> tag \"de $quem\"", {0}, "tag de-ana"},
        {"match all -> title \"$name <$sender> $domain: $subject, $$5\"",
         {.subject = "Oi"},
         "title \"Ana Lima <ana@cliente.example> cliente.example: Oi, $$5\""},
        {"match body /(?<tudo>.+)/s -> title \"$tudo\"",
         {.body = "  um\n\tdois\x01 três \r\n"},
         "title \"um dois três\""},
        {"match body /(?<a>.*)/ -> watch \"$a\", notify \"$a\", assign \"$a\"", {.body = "não é"}, ""},
        {"match body /(?<a>.*)/ -> watch \"$a\", notify \"$a\", assign \"$a\"",
         {.body = "Bia@X.example"},
         "assign \"bia@x.example\", watch \"bia@x.example\", notify \"bia@x.example\""},
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

static void test_actions(void)
{
    static const Row rows[] = {
        {"match all -> department vendas match all -> department outro", {0}, "department vendas"},
        {"match all -> priority low match all -> priority urgent", {0}, "priority low"},
        {"match all -> priority normal", {0}, "priority normal"},
        {"match all -> priority high", {0}, "priority high"},
        {"match all -> tag Urgente, tag \"Muito  Grave\", tag urgente", {0}, "tag urgente, tag muito-grave"},
        {"match all -> field pedido = \"1\", field \"Nº\" = \"a\" match all -> field Pedido = \"2\"",
         {0},
         "field \"pedido\" = \"1\", field \"Nº\" = \"a\""},
        {"match all -> assign \"Bia@Desk.example\" match all -> assign round-robin",
         {0},
         "assign \"bia@desk.example\""},
        {"match all -> assign least-busy", {0}, "assign least-busy"},
        {"match all -> assign round-robin", {0}, "assign round-robin"},
        {"match all -> watch \"a@x.example\", watch \"b@x.example\", watch \"A@x.example\"",
         {0},
         "watch \"a@x.example\", watch \"b@x.example\""},
        {"match all -> notify \"a@x.example\", notify \"a@x.example\"", {0}, "notify \"a@x.example\""},
        {"match all -> refer vendas, refer fin, refer vendas", {0}, "refer vendas, refer fin"},
        {"match all -> title \"Um\" match all -> title \"Dois\"", {0}, "title \"Um\""},
        {"match all -> template ack-vip match all -> template ack-x", {0}, "template ack-vip"},
        {"match all -> no-ack, no-ack", {0}, "no-ack"},
        {"match all -> language pt_BR match all -> language en", {0}, "language pt_BR"},
        {"match all -> due 4h match all -> due 1d", {0}, "due 4h"},
        {"match all -> hold \"ver\" match all -> ignore \"spam\"", {0}, "hold \"ver\""},
        {"match all -> ignore \"$domain\" match all -> hold \"ver\"", {0}, "ignore \"cliente.example\""},
        {"match all -> quarantine \"vírus\"", {0}, "quarantine \"vírus\""},
        {"match all -> set-header \"X-Fila\" = \"$name\" match all -> set-header \"x-fila\" = \"2\"",
         {0},
         "set-header \"X-Fila\" = \"Ana Lima\""},
        {"match all -> refuse-attachment \"nada\"", {0}, ""},
        {"match all -> refuse-attachment \"nada\" match all -> refuse-attachment \"outro\"",
         {TWO_FILES},
         "refuse-attachment \"nada\""},
        {"match all -> tag a, stop, tag b match all -> tag c", {0}, "tag a, tag b"},
        {"match subject is \"x\" -> stop match all -> tag c", {0}, "tag c"},
        {"match spam > 1 -> tag a, stop match all -> tag c",
         {.headers = "X-Spam-Score: ?"},
         "tag c; unknown"},
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

static void test_refused(void)
{
    g_autoptr(ChRules) rules = compile_rules("match attachment size > 5K -> refuse-attachment \"grande\"\n"
                                             "match size > 0 -> refuse-attachment \"todos\"",
                                             NULL);
    const TestMail mail = {.files = "a.bin x/x 1\nb.bin x/x 9000\ns.asc x/x 9000 crypto\nc.bin x/x 8000"};
    static const struct {
        guint attachment;
        const char *why;
    } expect[] = {{1, "grande"}, {3, "grande"}, {0, "todos"}};
    Built built;
    build(&built, &mail);
    g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, FALSE);
    g_assert_cmpuint(effects->refusals->len, ==, G_N_ELEMENTS(expect));
    for (guint i = 0; i < effects->refusals->len; i++) {
        const ChRefusal *refusal = g_ptr_array_index(effects->refusals, i);
        g_assert_cmpuint(refusal->attachment, ==, expect[i].attachment);
        g_assert_cmpstr(refusal->why, ==, expect[i].why);
    }
    built_clear(&built);
}

/* Values are bounded, and cut between two characters. */
static void test_bounds(void)
{
    g_autoptr(GString) body = g_string_new(NULL), text = g_string_new(NULL);
    for (guint i = 0; i < 400; i++)
        g_string_append(body, "aé");
    for (guint i = 0; i < 150; i++)
        g_string_append_printf(text, "match all -> tag t%u, field f%u = \"x\"\n", i, i);
    g_string_append(text, "match body /(?<b>.+)/ -> title \"$b\"\nmatch body /(?<b>.+)/ -> hold \"$b\"\n");
    g_autoptr(ChRules) rules = compile_rules(text->str, NULL);
    const TestMail mail = {.body = body->str};
    Built built;
    build(&built, &mail);
    g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, FALSE);
    g_assert_cmpuint(strlen(effects->title), ==, 199); /* 200 is within an é */
    g_assert_cmpuint(strlen(effects->aside_why), ==, 499);
    g_assert_true(g_utf8_validate(effects->title, -1, NULL));
    g_assert_cmpstr(effects->aside_rule, ==, "test.rules:152");
    g_assert_cmpuint(effects->tags->len, ==, CH_RULE_VALUES_MAX);
    g_assert_cmpuint(effects->fields->len, ==, CH_RULE_VALUES_MAX);
    built_clear(&built);
}

/* A body longer than rules see: the part before is found, the part behind is not. */
static void test_long_body(void)
{
    g_autoptr(GString) body = g_string_new("começo ");
    while (body->len < CH_RULE_TEXT_MAX)
        g_string_append(body, "é ");
    g_string_append(body, "fim");
    const TestMail mail = {.body = body->str};
    const Row rows[] = {
        {"match body contains \"comeco\" -> tag t", mail, "tag t"},
        {"match body contains \"fim\" -> tag t", mail, ""},
        {"match body /fim/ -> tag t", mail, ""},
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

static void test_trace(void)
{
    g_autoptr(ChRules) rules = compile_rules("match subject contains \"x\" and size > 0 -> tag a\n"
                                             "match not subject is \"y\" and attachments = 0 -> tag b\n"
                                             "match subject is \"z\" or from \"ana@\" -> tag c\n"
                                             "match spam > 3 -> tag d\n"
                                             "match all -> stop\n"
                                             "match all -> tag e\n",
                                             NULL);
    static const struct {
        ChRuleResult result;
        const char *why;
    } expect[] = {
        {CH_RULE_NO, "subject contains \"x\""},
        {CH_RULE_YES, "not subject is \"y\" and attachments = 0"},
        {CH_RULE_YES, "from \"ana@\""},
        {CH_RULE_UNKNOWN, "spam > 3: there is no number to read"},
        {CH_RULE_YES, "all"},
        {CH_RULE_NO, "not tried: test.rules:5 says stop"},
    };
    const TestMail mail = {.headers = "X-Spam-Score: ?"};
    Built built;
    build(&built, &mail);
    g_autoptr(ChEffects) traced = ch_rules_apply(rules, &built.input, TRUE);
    g_assert_cmpuint(traced->hits->len, ==, G_N_ELEMENTS(expect));
    for (guint i = 0; i < traced->hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(traced->hits, i);
        g_assert_cmpint(hit->result, ==, expect[i].result);
        g_assert_cmpstr(hit->why, ==, expect[i].why);
        g_assert_cmpuint(hit->line, ==, i + 1);
    }
    g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, FALSE);
    g_assert_cmpuint(effects->hits->len, ==, 4); /* what holds, and what is unknown with its why */
    g_assert_cmpstr(((ChRuleHit *)g_ptr_array_index(effects->hits, 2))->why, ==, expect[3].why);
    g_assert_cmpstr(((ChRuleHit *)g_ptr_array_index(effects->hits, 0))->why, ==, "");
    g_autoptr(ChEffects) none = ch_rules_apply(NULL, &built.input, TRUE);
    g_assert_cmpuint(none->hits->len, ==, 0);
    built_clear(&built);
}

static void write_list(const char *name, const char *lines)
{
    g_autofree char *path = g_build_filename(lists, name, NULL);
    g_assert_true(g_file_set_contents(path, lines, -1, NULL));
}

static void remove_lists(void)
{
    static const char *const names[] = {"vips.list", "palavras.list", "feriados.list"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(lists, names[i], NULL);
        g_unlink(path);
    }
    g_rmdir(lists);
    g_free(lists);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lists = g_dir_make_tmp("chamado-rules-XXXXXX", NULL);
    write_list("vips.list", "# quem\nBia@VIP.example\n@ouro.example\n");
    write_list("palavras.list", "Orçamento\nproposta comercial # um pedido\nC#5 e mais\n");
    write_list("feriados.list", "12-25 # Natal\n2026-04-03\n");
    g_test_add_func("/rules-match/addresses", test_addresses);
    g_test_add_func("/rules-match/texts", test_texts);
    g_test_add_func("/rules-match/files", test_files);
    g_test_add_func("/rules-match/numbers", test_numbers);
    g_test_add_func("/rules-match/words", test_words);
    g_test_add_func("/rules-match/times", test_times);
    g_test_add_func("/rules-match/logic", test_logic);
    g_test_add_func("/rules-match/captures", test_captures);
    g_test_add_func("/rules-match/actions", test_actions);
    g_test_add_func("/rules-match/refused", test_refused);
    g_test_add_func("/rules-match/bounds", test_bounds);
    g_test_add_func("/rules-match/long-body", test_long_body);
    g_test_add_func("/rules-match/trace", test_trace);
    int failed = g_test_run();
    remove_lists();
    return failed;
}
