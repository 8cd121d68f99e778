/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Custom fields: which lines of a mail say what one is, what wins, what is missing, and who is asked. */
#include "fixture.h"

#include "desk/case.h"

#include <string.h>

static const char fields_config[] =
    "[desk]\nname = Mesa\ndomain = desk.example\n"
    "[department suporte]\naddresses = suporte@desk.example\nagents = ana@desk.example\n"
    "fields = setor, empresa, nome\nrequired = pedido, setor, fone\nlanguage = pt_BR\n"
    "[department simples]\naddresses = simples@desk.example\n"
    "[field pedido]\ntitle = Número do pedido\naliases = Pedido, Nº do pedido, Order\n"
    "[field setor]\ntitle = Setor\n"
    "[field fone]\ntitle = Telefone\naccount = telephone\n"
    "[field empresa]\ntitle = Empresa\naccount = company\n"
    "[field nome]\naccount = name\n"
    "[field cor]\ntitle = Cor\n";

typedef struct {
    char *folder;
    ChConfig *config;
    ChMail *mail;
    ChVerdict *verdict;
    ChFacts *facts;
    ChTicketFacts *ticket; /* of a reply */
    ChRouting *routing;
    ChDecision *decision;
} Desk;

static Desk open_desk(const char *reply, gboolean ticket)
{
    Desk desk = {.folder = fixture_folder()};
    g_autofree char *path = g_build_filename(desk.folder, "chamado.conf", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(path, fields_config, -1, NULL));
    desk.config = ch_config_load(path, NULL, &error);
    g_assert_no_error(error);
    desk.mail = fixture_mail("maria@c.example", "suporte@desk.example", "Não imprime", "a@b");
    g_free(desk.mail->reply);
    desk.mail->reply = g_strdup(reply);
    desk.verdict = ch_verdict_new();
    ch_address_free(desk.verdict->sender);
    desk.verdict->sender = ch_address_new("Maria", "maria@c.example");
    desk.facts = ch_facts_new();
    desk.routing = ch_routing_new(g_ptr_array_index(desk.config->departments, 0));
    desk.decision = ch_decision_new();
    desk.decision->role = CH_ROLE_REQUESTER;
    desk.decision->department = g_strdup("suporte");
    if (ticket)
        desk.ticket = ch_ticket_facts_new();
    return desk;
}

static void close_desk(Desk *desk)
{
    fixture_remove(desk->folder);
    g_free(desk->folder);
    ch_config_free(desk->config);
    ch_mail_free(desk->mail);
    ch_verdict_free(desk->verdict);
    ch_facts_free(desk->facts);
    ch_ticket_facts_free(desk->ticket);
    ch_routing_free(desk->routing);
    ch_decision_free(desk->decision);
}

static void know(Desk *desk, const char *name, const char *company, const char *telephone)
{
    ChPersonFacts *person = ch_person_facts_new();
    person->account = CH_ACCOUNT_ACTIVE;
    person->name = g_strdup(name);
    person->company = g_strdup(company);
    person->telephone = g_strdup(telephone);
    person->language = g_strdup("en");
    desk->facts->person = person;
}

static void put(GPtrArray *fields, const char *name, const char *value)
{
    g_ptr_array_add(fields, ch_named_value_new(name, value));
}

/* What is set, "pedido=123;setor=Compras". */
static char *decide(Desk *desk)
{
    g_autoptr(ChEffects) applied = ch_effects_new();
    const ChCase c = {.config = desk->config,
                      .mail = desk->mail,
                      .verdict = desk->verdict,
                      .facts = desk->facts,
                      .routing = desk->routing,
                      .route = desk->routing->department,
                      .sender = (char *)"maria@c.example",
                      .applied = applied,
                      .decision = desk->decision};
    ch_decide_fields(&c, desk->ticket);
    GString *set = g_string_new(NULL);
    for (guint i = 0; i < desk->decision->actions->len; i++) {
        const ChAction *action = g_ptr_array_index(desk->decision->actions, i);
        g_assert_cmpint(action->kind, ==, CH_ACTION_FIELD);
        g_string_append_printf(set, "%s%s=%s", i ? ";" : "", action->value, action->detail);
    }
    return g_string_free(set, FALSE);
}

static char *missing(const Desk *desk)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < desk->decision->missing->len; i++)
        g_string_append_printf(names, "%s%s", i ? " " : "",
                               (const char *)g_ptr_array_index(desk->decision->missing, i));
    return g_string_free(names, FALSE);
}

/* ---- lines ---- */

#define TEN "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"

static void test_lines(void)
{
    static const struct {
        const char *reply, *set;
    } cases[] = {
        {"Bom dia!\nNúmero do pedido: 123456\nNão chegou.\n", "pedido=123456"},
        {"pedido:123456", "pedido=123456"},
        {"PEDIDO : A-77/2", "pedido=A-77/2"},
        {"NUMERO DO PEDIDO: 5", "pedido=5"},
        {"Nu\u0301mero do pedido: 5", "pedido=5"}, /* the accent apart, as macOS writes it */
        {"  Nº do pedido:\t 5  \n", "pedido=5"},
        {"N° do pedido: 5\r\n", "pedido=5"}, /* the sign of degrees */
        {"* Pedido: 5\n- Setor: Compras\n", "pedido=5;setor=Compras"},
        {"• Pedido: 5\n2. Setor: Compras\n3) Cor: azul\n", "pedido=5;setor=Compras"},
        {"*Pedido:* 5\n**Setor**: Compras\n_Order_: 6\n", "pedido=5;setor=Compras"},
        {"1. *Pedido:* 5\n", "pedido=5"},
        {"Pedido：5", "pedido=5"},
        {"Pedido = 5", "pedido=5"},
        {"PEDIDO – 5", "pedido=5"},
        {"Pedido - 5 e 6", "pedido=5 e 6"},
        {"Pedido — A77", "pedido=A77"},
        {"Pedido - 12:30", "pedido=12:30"},
        {"pedido: 1\nPedido: 2\nOrder: 3\n", "pedido=1"},
        {"Pedido:\nPedido: 2\n", "pedido=2"},
        {"Empresa: Pães & Cia. \"Já\"", "empresa=Pães & Cia. \"Já\""},
        {"Setor: a\u00a0\u200bb\tc", "setor=a b c"},
        {"nome: José", "nome=José"}, /* without a title */
        {TEN "b\n\n\n\nb\nc\nd\ne\nf\ng\nh\ni\nPedido: 5\n", "pedido=5"},
        {TEN TEN "Pedido: 5\n", ""},
        /* Sentences, and lines that say nothing. */
        {"Pedido - não chegou ainda", ""},
        {"O pedido: 123 não chegou", ""},
        {"Meu pedido não chegou: e agora?", ""},
        {"Pedidos: 5", ""},
        {"Pedido 5", ""},
        {"Pedido-5", ""},
        {"Pedido:", ""},
        {"Pedido: \n\nObrigada", ""},
        {"Pedido: -\nSetor: ___\n", ""},
        {"Cor: azul", ""}, /* a field, not of this department */
        {"> Pedido: 5\n", ""},
        {"", ""},
        {":", ""},
        {"=\n: \n - \n* *\n1. \n", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].reply);
        Desk desk = open_desk(cases[i].reply, FALSE);
        g_autofree char *set = decide(&desk);
        g_assert_cmpstr(set, ==, cases[i].set);
        close_desk(&desk);
    }
}

static void test_long_value(void)
{
    g_autoptr(GString) reply = g_string_new("Setor: ");
    for (guint i = 0; i < 100000; i++)
        g_string_append(reply, "é ");
    Desk desk = open_desk(reply->str, FALSE);
    g_autofree char *set = decide(&desk);
    g_assert_cmpuint(strlen(set), <=, strlen("setor=") + 500);
    g_assert_cmpuint(strlen(set), >, strlen("setor=") + 490);
    g_assert_true(g_utf8_validate(set, -1, NULL));
    close_desk(&desk);
}

/* ---- what wins ---- */

static void test_precedence(void)
{
    Desk desk = open_desk("Pedido: 1\nEmpresa:\n", FALSE);
    know(&desk, "Maria", "Padaria", "11 5555-0000");
    put(desk.routing->effects->fields, "pedido", "2");
    put(desk.routing->effects->fields, "SETÓR", "Compras"); /* as people may write its title in a rule */
    put(desk.routing->effects->fields, "risco", "alto");    /* that no section describes */
    g_autofree char *set = decide(&desk), *names = missing(&desk);
    g_assert_cmpstr(set, ==,
                    "pedido=1;setor=Compras;risco=alto;empresa=Padaria;nome=Maria;fone=11 5555-0000");
    g_assert_cmpstr(names, ==, "");
    g_assert_cmpuint(desk.decision->mails->len, ==, 0);
    close_desk(&desk);
}

/* A late reply opens a ticket that knows what the closed one knew: nobody is asked twice. What an account
 * fills is told of its owner alone. */
static void test_follows(void)
{
    static const struct {
        const char *requester, *set, *missing;
    } cases[] = {
        {"maria@c.example", "pedido=2;setor=Compras;empresa=Mercado;fone=9;nome=Maria", ""},
        {"joana@c.example", "pedido=2;setor=Compras;empresa=Padaria;nome=Maria", "fone"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].requester);
        Desk desk = open_desk("Pedido: 2\n", FALSE);
        ChTicketFacts *old = desk.facts->ticket = ch_ticket_facts_new();
        old->requester_address = g_strdup(cases[i].requester);
        know(&desk, "Maria", "Padaria", "");
        put(old->fields, "pedido", "1");
        put(old->fields, "setor", "Compras");
        put(old->fields, "empresa", "Mercado");
        put(old->fields, "fone", "9");
        put(old->fields, "cor", "azul"); /* the department has no such field */
        g_autofree char *set = decide(&desk), *names = missing(&desk);
        g_assert_cmpstr(set, ==, cases[i].set);
        g_assert_cmpstr(names, ==, cases[i].missing);
        close_desk(&desk);
    }
}

/* What is as it was is not set again; the account says nothing against what somebody said. */
static void test_reply_changes(void)
{
    Desk desk = open_desk("Pedido: 2\nSetor: Compras\n", TRUE);
    know(&desk, "Maria", "Padaria", "");
    put(desk.ticket->fields, "pedido", "1");
    put(desk.ticket->fields, "setor", "Compras");
    put(desk.ticket->fields, "empresa", "Mercado");
    g_autofree char *set = decide(&desk), *names = missing(&desk);
    g_assert_cmpstr(set, ==, "pedido=2;nome=Maria");
    g_assert_cmpstr(names, ==, ""); /* the telephone is, but nothing that was missing came */
    g_assert_cmpuint(desk.decision->mails->len, ==, 0);
    close_desk(&desk);
}

/* A watcher's account is not the requester's. */
static void test_watcher(void)
{
    Desk desk = open_desk("Setor: Compras", TRUE);
    know(&desk, "Walter", "Outra", "9");
    desk.decision->role = CH_ROLE_WATCHER;
    g_autofree char *set = decide(&desk), *names = missing(&desk);
    g_assert_cmpstr(set, ==, "setor=Compras");
    g_assert_cmpstr(names, ==, "pedido fone");
    close_desk(&desk);
}

/* ---- who is asked ---- */

static char *letters(const Desk *desk)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < desk->decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(desk->decision->mails, i);
        g_string_append_printf(all, "%s%s:%s", i ? " " : "", plan->template, plan->to);
    }
    return g_string_free(all, FALSE);
}

static void test_asks(void)
{
    static const struct {
        const char *name, *reply, *plan;
        gboolean ticket, no_answer;
        const char *missing, *letters;
    } cases[] = {
        {"a new ticket", "Olá", "ack", FALSE, FALSE, "setor pedido fone", "ask-fields:maria@c.example"},
        {"another acknowledgement", "Olá", "ack-vip", FALSE, FALSE, "setor pedido fone",
         "ask-fields:maria@c.example"},
        {"some of it", "Pedido: 5\nOlá", "ack", FALSE, FALSE, "setor fone", "ask-fields:maria@c.example"},
        {"all of it", "Pedido: 5\nSetor: 6\nTelefone: 7", "ack", FALSE, FALSE, "", "ack:maria@c.example"},
        {"no acknowledgement", "Olá", NULL, FALSE, FALSE, "setor pedido fone", "ask-fields:maria@c.example"},
        {"nobody reads an answer", "Olá", NULL, FALSE, TRUE, "", ""},
        {"a reply with nothing", "Olá", NULL, TRUE, FALSE, "", ""},
        {"a reply with one", "Setor: 5", NULL, TRUE, FALSE, "pedido fone", "ask-fields:maria@c.example"},
        {"a reply with the rest", "Setor: 5\nPedido: 6\nTelefone: 7", NULL, TRUE, FALSE, "", ""},
        {"a reply with another field", "Empresa: 5", NULL, TRUE, FALSE, "", ""},
        {"a reply of a machine", "Setor: 5", NULL, TRUE, TRUE, "", ""},
        {"filled in where it stood", "> Preencha:\n> Pedido: 5\n>\n> > Telefone: 7\n> Empresa: nossa\n", NULL,
         TRUE, FALSE, "setor", "ask-fields:maria@c.example"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        Desk desk = open_desk(cases[i].reply, cases[i].ticket);
        desk.verdict->no_answer = cases[i].no_answer;
        if (cases[i].plan)
            ch_decision_mail(desk.decision, "Maria", "maria@c.example", cases[i].plan, "en", FALSE);
        g_autofree char *set = decide(&desk), *names = missing(&desk), *mails = letters(&desk);
        g_assert_cmpstr(names, ==, cases[i].missing);
        g_assert_cmpstr(mails, ==, cases[i].letters);
        g_assert_null(strstr(set, "empresa=nossa"));
        close_desk(&desk);
    }
}

/* A department without fields, and one that is no more: rules may set them all the same. */
static void test_no_fields(void)
{
    static const char *const departments[] = {"simples", "outrora", NULL};
    for (guint i = 0; i < G_N_ELEMENTS(departments); i++) {
        Desk desk = open_desk("Pedido: 5\n", FALSE);
        g_free(desk.decision->department);
        desk.decision->department = g_strdup(departments[i]);
        put(desk.routing->effects->fields, "Nº do pedido", "6");
        g_autofree char *set = decide(&desk);
        g_assert_cmpstr(set, ==, "pedido=6");
        g_assert_cmpuint(desk.decision->mails->len, ==, 0);
        close_desk(&desk);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fields/lines", test_lines);
    g_test_add_func("/fields/long-value", test_long_value);
    g_test_add_func("/fields/precedence", test_precedence);
    g_test_add_func("/fields/follows", test_follows);
    g_test_add_func("/fields/reply-changes", test_reply_changes);
    g_test_add_func("/fields/watcher", test_watcher);
    g_test_add_func("/fields/asks", test_asks);
    g_test_add_func("/fields/no-fields", test_no_fields);
    return g_test_run();
}
