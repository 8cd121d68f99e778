/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What letters say: from whom, in which thread, and that no agent's address reaches a customer (P8). */
#include "fixture.h"

#include "desk/letter.h"

#include <string.h>

typedef struct {
    char *folder;
    ChConfig *config;
    ChMail *mail;
    ChVerdict *verdict;
    ChDecision *decision;
    ChTicketFacts *ticket;
} Case;

static Case open_case(const char *from_name, const char *from, const char *text, ChRole role)
{
    Case c = {.folder = fixture_folder()};
    c.config = fixture_desk(c.folder);
    c.mail = fixture_mail(from, "suporte@desk.example", "Re: [Integral #5] Impressora", "a@b");
    g_free(c.mail->reply);
    c.mail->reply = g_strdup(text);
    c.verdict = ch_verdict_new();
    ch_address_free(c.verdict->sender);
    c.verdict->sender = ch_address_new(from_name, from);
    c.decision = ch_decision_new();
    c.decision->role = role;
    c.ticket = ch_ticket_facts_new();
    c.ticket->number = 5;
    c.ticket->title = g_strdup("Impressora");
    c.ticket->department = g_strdup("suporte");
    g_ptr_array_add(c.ticket->message_ids, g_strdup("first@c.example"));
    g_ptr_array_add(c.ticket->message_ids, g_strdup("ch.1.5.1.1.x@desk.example"));
    return c;
}

static ChLetter *write_letter(Case *c, const char *template, const char *to, gboolean internal)
{
    ch_decision_mail(c->decision, "Maria", to, template, "pt_BR", internal);
    ChOccasion occasion = {.language = "pt_BR",
                           .department = g_ptr_array_index(c->config->departments, 0),
                           .role = c->decision->role,
                           .mail = c->mail,
                           .verdict = c->verdict,
                           .ticket = c->ticket,
                           .message_id = (char *)"new@desk.example",
                           .now = 1000};
    return ch_letter_write(c->config, g_ptr_array_index(c->decision->mails, c->decision->mails->len - 1),
                           &occasion);
}

static void close_case(Case *c)
{
    fixture_remove(c->folder);
    g_free(c->folder);
    ch_config_free(c->config);
    ch_mail_free(c->mail);
    ch_verdict_free(c->verdict);
    ch_decision_free(c->decision);
    ch_ticket_facts_free(c->ticket);
}

static void test_answer(void)
{
    Case c = open_case("Ana Souza", "ana@desk.example", "Troquei a peça.\n\nAna\n", CH_ROLE_AGENT);
    g_autoptr(ChLetter) letter = write_letter(&c, "answer", "maria@c.example", FALSE);
    g_assert_cmpstr(letter->from, ==, "suporte@desk.example");
    g_assert_cmpstr(letter->from_name, ==, "Suporte");
    g_assert_cmpstr(letter->author, ==, "Ana Souza");
    g_assert_cmpstr(letter->author_address, ==, "");
    g_autoptr(ChLetter) internal = write_letter(&c, "notice-answer", "bruno@desk.example", TRUE);
    g_assert_cmpstr(internal->author, ==, "Ana Souza");
    g_assert_cmpstr(internal->author_address, ==, "ana@desk.example");
    g_assert_cmpstr(letter->text, ==, "Troquei a peça.\n\nAna");
    g_assert_cmpstr(letter->subject_key, ==, "[Integral #5]");
    g_assert_cmpstr(letter->in_reply_to, ==, "ch.1.5.1.1.x@desk.example");
    g_assert_cmpuint(letter->references->len, ==, 2);
    g_assert_false(letter->automatic);
    close_case(&c);
}

static void test_no_agent_address(void)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"Escreva a ana@desk.example.", "Escreva a suporte@desk.example."},
        {"ANA@Desk.Example ou <bruno@desk.example>", "suporte@desk.example ou <suporte@desk.example>"},
        {"carla@desk.example vende", "suporte@desk.example vende"},
        {"mariana@desk.example fica", "mariana@desk.example fica"},
        {"x.ana@desk.example fica", "x.ana@desk.example fica"},
        {"ana@desk.examples fica", "ana@desk.examples fica"},
        {"ana@desk.example", "suporte@desk.example"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Case c = open_case("Ana", "ana@desk.example", cases[i].text, CH_ROLE_AGENT);
        g_autoptr(ChLetter) letter = write_letter(&c, "answer", "maria@c.example", FALSE);
        g_assert_cmpstr(letter->text, ==, cases[i].expected);
        g_autoptr(ChLetter) internal = write_letter(&c, "notice-answer", "bruno@desk.example", TRUE);
        g_assert_cmpstr(internal->text, ==, cases[i].text);
        close_case(&c);
    }
}

/* An agent's other address, which the configuration does not name. */
static void test_no_alias(void)
{
    static const struct {
        ChRole role;
        const char *expected;
    } cases[] = {{CH_ROLE_AGENT, "suporte@desk.example escreveu"},
                 {CH_ROLE_REQUESTER, "ana@casa.example escreveu"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Case c = open_case("Ana", "Ana@casa.example", "ana@casa.example escreveu", cases[i].role);
        g_autoptr(ChLetter) letter = write_letter(&c, "answer", "maria@c.example", FALSE);
        g_assert_cmpstr(letter->text, ==, cases[i].expected);
        close_case(&c);
    }
}

/* A From without a name, or with the address as the name, must not show the address. */
static void test_author(void)
{
    static const char *const names[] = {"", "ana@desk.example"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        Case c = open_case(names[i], "ana@desk.example", "x", CH_ROLE_AGENT);
        g_autoptr(ChLetter) letter = write_letter(&c, "answer", "maria@c.example", FALSE);
        g_assert_cmpstr(letter->author, ==, "Suporte");
        g_autoptr(ChLetter) internal = write_letter(&c, "notice-answer", "bruno@desk.example", TRUE);
        g_assert_cmpstr(internal->author, ==, "ana@desk.example");
        close_case(&c);
    }
}

static void test_summary(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 100; i++)
        g_string_append(text, "ação e reação\n");
    Case c = open_case("Maria", "maria@c.example", text->str, CH_ROLE_REQUESTER);
    g_autoptr(ChLetter) letter = write_letter(&c, "ack", "maria@c.example", FALSE);
    g_assert_cmpuint(strlen(letter->summary), <, 450);
    g_assert_true(g_utf8_validate(letter->summary, -1, NULL));
    g_assert_true(g_str_has_suffix(letter->summary, " …"));
    g_assert_true(letter->automatic);
    close_case(&c);
}

static void put(GPtrArray *fields, const char *name, const char *value)
{
    g_ptr_array_add(fields, ch_named_value_new(name, value));
}

/* Agents read all that the ticket has, its department's fields first; customers those fields alone, without
 * an agent's address. */
static void test_fields(void)
{
    Case c = open_case("Maria", "maria@c.example", "x", CH_ROLE_REQUESTER);
    static const char more[] = "[department suporte]\naddresses = suporte@desk.example\n"
                               "agents = ana@desk.example\nrequired = b, a\n"
                               "[field a]\ntitle = Ação\n[field b]\n";
    g_autofree char *path = g_build_filename(c.folder, "fields.conf", NULL);
    g_assert_true(g_file_set_contents(path, more, -1, NULL));
    ch_config_free(c.config);
    g_autoptr(GError) error = NULL;
    c.config = ch_config_load(path, NULL, &error);
    g_assert_no_error(error);
    put(c.ticket->fields, "risco", "alto");
    put(c.ticket->fields, "a", "com ana@desk.example");
    put(c.ticket->fields, "b", "2");
    c.ticket->priority = CH_PRIORITY_HIGH;
    c.ticket->assignee = g_strdup("ana@desk.example");
    c.ticket->due_at = 5;
    g_ptr_array_add(c.ticket->tags, g_strdup("vip"));
    g_autoptr(ChLetter) ack = write_letter(&c, "ack", "maria@c.example", FALSE);
    g_assert_cmpuint(ack->fields->len, ==, 2);
    const ChNamedValue *first = g_ptr_array_index(ack->fields, 0),
                       *second = g_ptr_array_index(ack->fields, 1);
    g_assert_cmpstr(first->name, ==, "b");
    g_assert_cmpstr(second->name, ==, "Ação");
    g_assert_cmpstr(second->value, ==, "com suporte@desk.example");
    g_assert_cmpint(ack->priority, ==, CH_PRIORITY_UNSET);
    g_assert_cmpstr(ack->assignee, ==, "");
    g_assert_cmpuint(ack->tags->len, ==, 0);
    g_autoptr(ChLetter) notice = write_letter(&c, "notice-new", "Ana@desk.example", TRUE);
    g_assert_cmpuint(notice->fields->len, ==, 3);
    g_assert_cmpstr(((ChNamedValue *)g_ptr_array_index(notice->fields, 1))->value, ==,
                    "com ana@desk.example");
    g_assert_cmpstr(((ChNamedValue *)g_ptr_array_index(notice->fields, 2))->name, ==, "risco");
    g_assert_cmpint(notice->priority, ==, CH_PRIORITY_HIGH);
    g_assert_true(notice->assigned_to_you);
    g_assert_cmpint(notice->due_at, ==, 5);
    g_autoptr(ChLetter) other = write_letter(&c, "notice-new", "bruno@desk.example", TRUE);
    g_assert_false(other->assigned_to_you);
    g_assert_cmpstr(other->assignee, ==, "ana@desk.example");
    close_case(&c);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/letter/answer", test_answer);
    g_test_add_func("/letter/no-agent-address", test_no_agent_address);
    g_test_add_func("/letter/no-alias", test_no_alias);
    g_test_add_func("/letter/author", test_author);
    g_test_add_func("/letter/summary", test_summary);
    g_test_add_func("/letter/fields", test_fields);
    return g_test_run();
}
