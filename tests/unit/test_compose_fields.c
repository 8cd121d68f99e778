/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What letters say of a ticket's fields and of the work on it, the link that opens a form, header fields and
 * acknowledgements that rules name. */
#include "compose_test.h"

#include "base/error.h"
#include "compose/templates.h"
#include "compose/view.h"

#include <glib/gstdio.h>

typedef struct {
    GMimeMessage *message;
    char *text, *html;
} Mail;

static Mail mail_of(const ChLetter *letter)
{
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(GBytes) bytes = compose(templates, letter);
    GMimeMessage *message = read_back(bytes);
    return (Mail){message, text_of(message, 0), text_of(message, 1)};
}

static void mail_clear(Mail *mail)
{
    g_object_unref(mail->message);
    g_free(mail->text);
    g_free(mail->html);
}

static void test_ask(void)
{
    static const struct {
        const char *one, *more, *again, *button;
    } words[] = {
        {"Falta só uma informação", "Só faltam algumas informações", "Ainda faltam", "Preencher e responder"},
        {"One thing is still missing", "A few things are still missing", "Thank you", "Fill in and reply"}};
    const char *form = "&body=N%C3%BAmero%20do%20pedido%3A%20%0D%0ANota%20%26%20s%C3%A9rie%3A%20";
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        g_autoptr(ChLetter) letter = full("ask-fields", languages[l]);
        Mail first = mail_of(letter);
        assert_has(first.text, words[l].more);
        assert_lacks(first.text, words[l].one);
        assert_has(first.text, "\nNúmero do pedido:\nNota & série:\n");
        assert_has(first.html, "<strong>Nota &amp; série:</strong><br>");
        assert_has(first.text, form);
        assert_has(first.html, "%20nota%20fiscal&amp;body=N%C3%BAmero");
        assert_has(first.html, words[l].button);
        /* All that an acknowledgement says. */
        assert_has(first.text, "[#1042] Não consigo emitir a nota fiscal\n");
        assert_has(first.text, "Bom dia! A tela <erro> abre\n");
        assert_has(first.text, "61");
        assert_has(first.text, "fotos.zip");
        assert_has(first.text, "[#1007]");
        assert_has(first.text, "\nSetor: Compras\n"); /* that it has already */
        mail_clear(&first);
        g_ptr_array_set_size(letter->missing, 1);
        Mail one = mail_of(letter);
        assert_has(one.text, words[l].one);
        assert_lacks(one.text, "Nota & série");
        mail_clear(&one);
        g_ptr_array_add(letter->missing, g_strdup("x"));
        letter->again = TRUE;
        Mail again = mail_of(letter);
        assert_has(again.text, words[l].again);
        assert_has(again.html, words[l].again);
        mail_clear(&again);
    }
}

/* RFC 6068; as many blanks as every client takes. */
static void test_form(void)
{
    g_autoptr(GPtrArray) titles = g_ptr_array_new();
    g_autofree char *none = ch_view_form("mailto:a@b.c?subject=x", titles);
    g_assert_cmpstr(none, ==, "mailto:a@b.c?subject=x");
    g_ptr_array_add(titles, (gpointer) "A&b=c?%\r\nBcc");
    g_ptr_array_add(titles, (gpointer) "É");
    g_autofree char *two = ch_view_form("mailto:a@b.c?subject=x", titles);
    g_assert_cmpstr(two, ==, "mailto:a@b.c?subject=x&body=A%26b%3Dc%3F%25%20Bcc%3A%20%0D%0A%C3%89%3A%20");
    for (guint i = 0; i < 1000; i++)
        g_ptr_array_add(titles, (gpointer) "Título muito comprido, com acentuação e vírgulas");
    g_autofree char *many = ch_view_form("mailto:a@b.c?subject=x", titles);
    g_assert_cmpuint(strlen(many), <=, 1900);
    g_assert_cmpuint(strlen(many), >, 1700);
    g_assert_true(g_str_has_suffix(many, "v%C3%ADrgulas%3A%20"));
}

/* Agents see fields and work; customers see fields alone, whatever the caller filled in (P8). */
static void test_facts(void)
{
    static const char *const agents[] = {"notice-new", "notice-reply"};
    static const char *const others[] = {"ack",     "ask-fields",    "answer",  "notice-answer", "verify",
                                         "confirm", "confirm-alias", "welcome", "refusal"};
    static const char *const lines[][2] = {{"Prioridade: urgente\n", "Priority: urgent\n"},
                                           {"Responsável: caio.interno@integral.example.br\n",
                                            "Assigned to: caio.interno@integral.example.br\n"},
                                           {"Prazo: 22/09/2026 ", "Due: 2026-09-22 "},
                                           {"Marcadores: nota-fiscal, vip\n", "Tags: nota-fiscal, vip\n"},
                                           {"Empresa: Pães & <Cia.>\n", "Empresa: Pães & <Cia.>\n"}};
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        for (guint i = 0; i < G_N_ELEMENTS(agents); i++) {
            g_autoptr(ChLetter) letter = full(agents[i], languages[l]);
            Mail mail = mail_of(letter);
            for (guint n = 0; n < G_N_ELEMENTS(lines); n++)
                assert_has(mail.text, lines[n][l]);
            assert_has(mail.html, "Pães &amp; &lt;Cia.&gt;<br>");
            assert_has(mail.html, "nota-fiscal, vip<br>");
            mail_clear(&mail);
            letter->assigned_to_you = TRUE;
            letter->priority = CH_PRIORITY_NORMAL;
            Mail mine = mail_of(letter);
            assert_has(mine.text, l == 0 ? "Responsável: você\n" : "Assigned to: you\n");
            assert_lacks(mine.text, "caio.interno");
            assert_lacks(mine.text, l == 0 ? "Prioridade" : "Priority");
            mail_clear(&mine);
        }
        for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
            g_autoptr(ChLetter) letter = full(others[i], languages[l]);
            Mail mail = mail_of(letter);
            for (guint n = 0; n + 1 < G_N_ELEMENTS(lines); n++)
                assert_lacks(mail.text, lines[n][l]);
            assert_lacks(mail.html, "caio.interno");
            assert_lacks(mail.html, "nota-fiscal");
            mail_clear(&mail);
        }
    }
}

static void test_headers(void)
{
    static const struct {
        const char *name, *value, *expected; /* as GMime decodes it; NULL: there is no such field */
    } cases[] = {
        {"X-Cor", "azul", "azul"},
        {"Importance", "high", "high"},
        {"X-Setor", "Ação e reação", "Ação e reação"},
        {"X-Dois", "a\r\nBcc: eve@d.example", "a Bcc: eve@d.example"},
        {"X-Cru", "=?utf-8?Q?a?=", "=?utf-8?Q?a?="},
        {"X-Bad\r\nBcc", "eve@d.example", NULL},
        {"X-Bad Name", "x", NULL},
        {"X-", "x", NULL},
        {"", "x", NULL},
        {"Bcc", "eve@d.example", NULL},
        {"Received", "x", NULL},
    };
    g_autoptr(ChLetter) letter = full("notice-new", "en");
    g_autoptr(ChLetter) customer = full("ack", "en");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_ptr_array_add(letter->headers, ch_named_value_new(cases[i].name, cases[i].value));
        g_ptr_array_add(customer->headers, ch_named_value_new(cases[i].name, cases[i].value));
    }
    g_ptr_array_add(letter->headers, ch_named_value_new("x-auto-response-suppress", "None"));
    Mail mail = mail_of(letter), none = mail_of(customer);
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(mail.message));
    guint suppressions = 0;
    for (gint i = 0; i < g_mime_header_list_get_count(list); i++)
        suppressions += g_ascii_strcasecmp(g_mime_header_get_name(g_mime_header_list_get_header_at(list, i)),
                                           "X-Auto-Response-Suppress") == 0;
    g_assert_cmpuint(suppressions, ==, 1); /* the desk's own */
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = NULL;
        const char *raw = *cases[i].name ? header(mail.message, cases[i].name) : NULL;
        if (raw)
            got = g_mime_utils_header_decode_text(NULL, raw);
        g_test_message("%s", cases[i].name);
        if (g_strcmp0(cases[i].name, "X-Cru") != 0) /* which header() has decoded already */
            g_assert_cmpstr(got, ==, cases[i].expected);
        else
            g_assert_cmpstr(raw, ==, cases[i].expected);
        if (cases[i].expected)
            g_assert_null(header(none.message, cases[i].name));
    }
    g_assert_null(header(mail.message, "Bcc"));
    g_assert_cmpstr(header(mail.message, "X-Auto-Response-Suppress"), ==, SUPPRESSED);
    mail_clear(&mail);
    mail_clear(&none);
}

/* ---- acknowledgements that rules name ---- */

static void write_template(const char *dir, const char *language, const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(dir, language, file, NULL);
    if (text)
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    else
        g_remove(path);
}

static void copy_language(const char *dir, const char *language)
{
    g_autofree char *from = g_build_filename("etc/templates", language, NULL);
    g_autofree char *to = g_build_filename(dir, language, NULL);
    g_assert_cmpint(g_mkdir(to, 0700), ==, 0);
    g_autoptr(GDir) files = g_dir_open(from, 0, NULL);
    for (const char *name; (name = g_dir_read_name(files));) {
        g_autofree char *source = g_build_filename(from, name, NULL), *text = NULL;
        g_assert_true(g_file_get_contents(source, &text, NULL, NULL));
        write_template(dir, language, name, text);
    }
}

static void remove_language(const char *dir, const char *language)
{
    g_autofree char *folder = g_build_filename(dir, language, NULL);
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(files));)
        write_template(dir, language, name, NULL);
    g_rmdir(folder);
}

static void assert_refused(const char *dir, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChTemplates) templates = ch_templates_load(dir, &error);
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    assert_has(error->message, wanted);
}

static void test_acks(void)
{
    g_autoptr(ChTemplates) usual = load();
    g_assert_null(ch_templates_acks(usual)[0]);
    g_autofree char *dir = g_dir_make_tmp("chamado-templates-XXXXXX", NULL);
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++)
        copy_language(dir, languages[l]);
    write_template(dir, "pt_BR", "ack-vip.txt", "Caro {{to_name}}\n");
    assert_refused(dir, "/pt_BR/ack-vip.subject:1:1: there is no such file");
    write_template(dir, "pt_BR", "ack-vip.subject", "VIP {{title}}\n");
    write_template(dir, "pt_BR", "ack-vip.html", "<p>{{titel}}</p>\n");
    assert_refused(dir, "/pt_BR/ack-vip.html:1:4: unknown name \"titel\"");
    write_template(dir, "pt_BR", "ack-vip.html", "{{>_top}}\n<p>Caro</p>\n{{>_bottom}}\n");
    write_template(dir, "en", "ack-a.txt", "A\n");
    write_template(dir, "en", "ack-a.subject", "A\n");
    write_template(dir, "en", "ack-a.html", "A\n");
    write_template(dir, "en", "ack-b.html~", "a backup is none");

    g_autoptr(GError) error = NULL;
    g_autoptr(ChTemplates) templates = ch_templates_load(dir, &error);
    g_assert_no_error(error);
    g_autofree char *names = g_strjoinv(" ", (char **)ch_templates_acks(templates));
    g_assert_cmpstr(names, ==, "ack-a ack-vip");
    g_assert_true(ch_templates_find(templates, "en", "ack-vip") == ch_templates_find(templates, "en", "ack"));
    g_assert_true(ch_templates_find(templates, "pt_BR", "ack-vip") !=
                  ch_templates_find(templates, "pt_BR", "ack"));
    g_assert_null(ch_templates_find(templates, "fr", "ack-vip"));
    g_assert_null(ch_templates_find(templates, "en", "acknowledge"));
    g_autoptr(ChLetter) letter = full("ack-vip", "pt_BR");
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_assert_cmpstr(g_mime_message_get_subject(message), ==, "VIP Não consigo emitir a nota fiscal");
    g_assert_cmpstr(header(message, "Auto-Submitted"), ==, "auto-replied");
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++)
        remove_language(dir, languages[l]);
    g_rmdir(dir);
}

/* The lines of several mistakes, with the mark below each, stay as they are. */
static void test_rules(void)
{
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        g_autoptr(ChLetter) letter = full("admin-rules", languages[l]);
        set(&letter->log_line, "a.rules:1:7: x, expected y\n    match <\n          ^");
        Mail mail = mail_of(letter);
        assert_has(mail.text, "\na.rules:1:7: x, expected y\n    match <\n          ^\n");
        assert_has(mail.html, ">a.rules:1:7: x, expected y\n    match &lt;\n          ^</pre>");
        assert_has(mail.text, "\n    chamado rules check\n");
        mail_clear(&mail);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_mime_init();
    no_gaps = g_ptr_array_new();
    contents = g_ptr_array_new();
    g_test_add_func("/compose/fields/ask", test_ask);
    g_test_add_func("/compose/fields/form", test_form);
    g_test_add_func("/compose/fields/facts", test_facts);
    g_test_add_func("/compose/fields/headers", test_headers);
    g_test_add_func("/compose/fields/acks", test_acks);
    g_test_add_func("/compose/fields/rules", test_rules);
    int result = g_test_run();
    g_ptr_array_unref(no_gaps);
    g_ptr_array_unref(contents);
    return result;
}
