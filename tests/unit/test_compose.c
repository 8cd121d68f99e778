/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What letters say: every template in every language, words, sizes, links, HTML; folders of templates that
 * are wrong. The bytes around it are in test_compose_wire.c. */
#include "compose_test.h"

#include "base/error.h"
#include "compose/templates.h"
#include "compose/text.h"
#include "compose/view.h"
#include "mail/marker.h"

#include <glib/gstdio.h>

/* Those that compose well also with nothing in them: each of their sentences stands in a section. */
static gboolean is_new(const char *template)
{
    static const char *const names[] = {"verify",  "confirm",     "confirm-alias", "welcome",
                                        "refusal", "notice-held", "admin-budget",  NULL};
    return g_strv_contains(names, template);
}

/* No holes where something isn't there: no blank too many, no empty line too many, no orphaned mark. */
static void check_blanks(const char *text, const char *html, const char *subject)
{
    static const char *const holes[] = {"  ", " ,", " . ", " :", " ?", "()", "“”", "\"\"", "<>", ": \n"};
    g_assert_false(g_ascii_isspace(*text));
    g_assert_true(g_str_has_suffix(text, "\n") && !g_str_has_suffix(text, "\n\n"));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        const char *line = lines[i] + strspn(lines[i], " ");
        for (guint h = 0; h < G_N_ELEMENTS(holes); h++)
            assert_lacks(line, holes[h]);
        if (strcmp(line, "-- ") != 0)
            g_assert_false(g_str_has_suffix(lines[i], " "));
    }
    for (guint h = 0; h < G_N_ELEMENTS(holes); h++) {
        assert_lacks(html, holes[h]);
        assert_lacks(subject, holes[h]);
    }
    assert_lacks(html, "\n\n");
    assert_lacks(html, "\"></p>");
    assert_lacks(html, "href=\"\"");
    assert_lacks(html, "<title> ");
    g_autofree char *stripped = g_strstrip(g_strdup(subject));
    g_assert_cmpstr(stripped, ==, subject);
}

/* Every element that HTML opens it also closes, in order. */
static void check_balanced(const char *html)
{
    static const char *const empty[] = {"meta", "br", NULL};
    g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = html; (at = strchr(at, '<')); at++) {
        if (at[1] == '!')
            continue;
        gboolean end = at[1] == '/';
        const char *start = at + 1 + end;
        g_autofree char *name = g_strndup(start, strcspn(start, " >\n"));
        g_assert_true(g_ascii_isalpha(*name));
        g_assert_nonnull(strchr(start, '>'));
        if (end) {
            g_assert_cmpuint(open->len, >, 0);
            g_assert_cmpstr(name, ==, g_ptr_array_index(open, open->len - 1));
            g_ptr_array_set_size(open, (gint)open->len - 1);
        } else if (!g_strv_contains(empty, name)) {
            g_ptr_array_add(open, g_steal_pointer(&name));
        }
    }
    g_assert_cmpuint(open->len, ==, 0);
}

static void test_all_templates(void)
{
    g_autoptr(ChTemplates) templates = load();
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        g_assert_true(ch_templates_have_language(templates, languages[l]));
        for (guint i = 0; ch_template_names[i]; i++) {
            g_test_message("%s %s", languages[l], ch_template_names[i]);
            for (guint empty = 0; empty < 2; empty++) {
                g_autoptr(ChLetter) letter = empty ? bare(ch_template_names[i], languages[l])
                                                   : full(ch_template_names[i], languages[l]);
                g_autoptr(GBytes) bytes = compose(templates, letter);
                g_autoptr(GMimeMessage) message = read_back(bytes);
                g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
                g_assert_cmpuint(strlen(text), >, 20);
                assert_has(html, l == 0 ? "<html lang=\"pt-BR\"" : "<html lang=\"en\"");
                assert_has(html, "<meta name=\"color-scheme\" content=\"light dark\">");
                assert_lacks(html, "{{");
                assert_lacks(text, "{{");
                assert_lacks(html, "src=");
                assert_lacks(text, "\n\n\n"); /* no holes where something isn't there */
                assert_lacks(html, "<erro>");
                assert_lacks(html, "<urgente>");
                assert_lacks(html, "<Cobran");
                check_balanced(html);
                if (!empty || is_new(ch_template_names[i]))
                    check_blanks(text, html, g_mime_message_get_subject(message));
                g_assert_cmpuint(strlen(g_mime_message_get_subject(message)), >, 3);
            }
        }
    }
    g_assert_false(ch_templates_have_language(templates, "fr"));
}

static void test_words(void)
{
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(ChLetter) letter = full("ack", "pt_BR");
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
    g_assert_true(g_str_has_prefix(text, CH_MARKER_PT "\n"));
    assert_has(html, CH_MARKER_PT);
    assert_has(text, "região.zip (61,4 MB): RECUSADO, passa do tamanho permitido\n");
    assert_has(text, "setup.exe (43,9 KB): RECUSADO, tipo de arquivo não permitido\n");
    assert_has(text, "LEIAME (1 byte): RECUSADO, o nome não tem uma extensão (como .pdf) que diga o tipo\n");
    assert_has(text, "nota.xml (2 KB): RECUSADO, NF-e por favor em ZIP\n");
    assert_has(text, "tela do erro.png (1,2 MB): recebido\n");
    assert_has(text, "A sua mensagem tem 61,4 MB e passa do limite de 24 MB.");
    assert_has(text, "Bom dia! A tela <erro> abre\n");
    assert_has(html, "Bom dia! A tela &lt;erro&gt; abre");
    const char *link = "mailto:suporte+1.a.3.9.mfrggzdf@integral.example.br?subject=Re%3A%20%5B%231042%5D%20"
                       "N%C3%A3o%20consigo%20emitir%20a%20nota%20fiscal";
    g_autofree char *anchor = g_strdup_printf("<a href=\"%s\">[#1042]</a>", link);
    assert_has(html, anchor);
    assert_has(text, link);

    g_autoptr(ChLetter) english = full("notice-reply", "en");
    g_autoptr(GBytes) english_bytes = compose(templates, english);
    g_autoptr(GMimeMessage) english_message = read_back(english_bytes);
    g_autofree char *english_text = text_of(english_message, 0), *english_html = text_of(english_message, 1);
    g_assert_true(g_str_has_prefix(english_text, CH_MARKER_EN "\n"));
    assert_has(english_text, "The message is 61.4 MB, over the limit of 24 MB");
    assert_has(english_text, "From: Beatriz Lima <bia.interna@integral.example.br>\n");
    assert_has(english_text, "Bom dia!\n\nA tela <erro> abre & fecha.\nVeja https://example.br/a?b=1&c=2.\n");
    assert_has(english_html,
               "A tela &lt;erro&gt; abre &amp; fecha.<br>\nVeja "
               "<a href=\"https://example.br/a?b=1&amp;c=2\">https://example.br/a?b=1&amp;c=2</a>.");
}

static void assert_once(const char *text, const char *wanted)
{
    assert_has(text, wanted);
    assert_lacks(strstr(text, wanted) + strlen(wanted), wanted);
}

/* What a mail says, it says once; what it does not know, it does not claim. */
static void test_no_repetition(void)
{
    static const char *const agents[] = {"notice-new", "notice-reply", "notice-answer"};
    g_autoptr(ChTemplates) templates = load();
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        for (guint i = 0; i < G_N_ELEMENTS(agents); i++) {
            g_autoptr(ChLetter) letter = full(agents[i], languages[l]);
            set(&letter->text, "");
            g_autoptr(GBytes) bytes = compose(templates, letter);
            g_autoptr(GMimeMessage) message = read_back(bytes);
            g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
            assert_once(text, "Beatriz Lima");
            assert_once(html, "Beatriz Lima");
            assert_lacks(text, "\n\n\n");
            /* It was too large: nobody knows whether it has a text. */
            assert_lacks(text, l == 0 ? "sem texto" : "without text");
            assert_lacks(html, l == 0 ? "sem texto" : "without text");
        }
        /* An agent without a name signs as the department, once. */
        g_autoptr(ChLetter) answer = full("answer", languages[l]);
        set(&answer->author, answer->department_title);
        g_autoptr(GBytes) bytes = compose(templates, answer);
        g_autoptr(GMimeMessage) message = read_back(bytes);
        g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
        assert_once(text, "Suporte técnico");
        assert_once(html, "Suporte técnico");
    }
}

/* The admin reads it in their language; the program's own words stand apart, at the end. */
static void test_quarantine(void)
{
    static const char *const words[] = {"não pôde ser lida", "could not be read"};
    g_autoptr(ChTemplates) templates = load();
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        g_autoptr(ChLetter) letter = full("admin-quarantine", languages[l]);
        g_autoptr(GBytes) bytes = compose(templates, letter);
        g_autoptr(GMimeMessage) message = read_back(bytes);
        g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
        assert_has(text, words[l]);
        assert_has(html, words[l]);
        assert_has(html, "<code>chamado held list --quarantined</code>");
        assert_has(text, "\n    chamado held list --quarantined\n");
        assert_has(strstr(text, "--quarantined"), "Aviso de entrega: <5.1.1>\n");
    }
}

/* P8: not in any byte of a letter to a customer, nor where agents quote from, even if the caller slips. */
static void test_agents_stay_hidden(void)
{
    static const char *const hidden[] = {"ack",     "answer",        "notice-answer", "verify",
                                         "confirm", "confirm-alias", "welcome",       "refusal"};
    g_autoptr(ChTemplates) templates = load();
    for (guint i = 0; i < G_N_ELEMENTS(hidden); i++)
        for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
            g_autoptr(ChLetter) letter = full(hidden[i], languages[l]);
            g_autoptr(GBytes) bytes = compose(templates, letter);
            g_autoptr(GMimeMessage) message = read_back(bytes);
            g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
            g_autofree char *head = g_mime_object_get_headers(GMIME_OBJECT(message), NULL);
            assert_lacks(text, "bia.interna");
            assert_lacks(html, "bia.interna");
            assert_lacks(head, "bia.interna");
            assert_lacks(text, "@terceiro.example");
            assert_lacks(html, "@terceiro.example");
        }
}

static void test_html(void)
{
    static const struct {
        const char *text, *html;
    } cases[] = {
        {"", ""},
        {"\n \n", ""},
        {"a\nb\n\n\nc\n", "P a<br>\nb</p>\nP c</p>"},
        {"<b>&\"'", "P &lt;b&gt;&amp;&quot;&#39;</p>"},
        {"  in\ta  b", "P &nbsp;&nbsp;in&nbsp;&nbsp;&nbsp; a &nbsp;b</p>"},
        {"(see http://a.b/c_(d)).", "P (see <a href=\"http://a.b/c_(d)\">http://a.b/c_(d)</a>).</p>"},
        {"HTTPS://A.b, x", "P <a href=\"HTTPS://A.b\">HTTPS://A.b</a>, x</p>"},
        {"<http://a.b>", "P &lt;<a href=\"http://a.b\">http://a.b</a>&gt;</p>"},
        {"http://a.b/\"onclick=\"x", "P <a href=\"http://a.b/\">http://a.b/</a>&quot;onclick=&quot;x</p>"},
        {"http://a.b/'x", "P <a href=\"http://a.b/&#39;x\">http://a.b/&#39;x</a></p>"},
        {"javascript:x data:y xhttp://a.b http:// ftp://x",
         "P javascript:x data:y xhttp://a.b http:// ftp://x</p>"},
        {"a\x1b\x08z", "P az</p>"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *html = ch_text_to_html(cases[i].text, TRUE);
        g_autoptr(GString) shorter = g_string_new(html);
        g_string_replace(shorter, "<p style=\"margin:0 0 1em\">", "P ", 0);
        g_assert_cmpstr(shorter->str, ==, cases[i].html);
    }
}

static void test_sizes(void)
{
    static const struct {
        guint64 size;
        const char *language, *text;
    } cases[] = {
        {0, "en", "0 bytes"},        {1, "pt_BR", "1 byte"},         {1023, "en", "1023 bytes"},
        {1024, "en", "1 KB"},        {8u << 20, "pt_BR", "8 MB"},    {64384000, "pt_BR", "61,4 MB"},
        {64384000, "en", "61.4 MB"}, {(1u << 20) - 1, "en", "1 MB"}, {G_MAXUINT64, "en", "16 EB"},
        {1536, "es", "1,5 KB"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = ch_view_size(cases[i].size, cases[i].language);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

/* RFC 6068 */
static void test_mailto(void)
{
    static const struct {
        const char *address, *subject, *link;
    } cases[] = {
        {"a@b.c", "", "mailto:a@b.c"},
        {"a+b@b.c", "Re: [#1] x", "mailto:a+b@b.c?subject=Re%3A%20%5B%231%5D%20x"},
        {"a&b?c%@b.c", "a&b=c+d%", "mailto:a%26b%3Fc%25@b.c?subject=a%26b%3Dc%2Bd%25"},
        {"\"a@b\"@b.c", "é\"<>", "mailto:%22a%40b%22@b.c?subject=%C3%A9%22%3C%3E"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *link = ch_view_mailto(cases[i].address, cases[i].subject);
        g_assert_cmpstr(link, ==, cases[i].link);
    }
}

static void copy_templates(const char *target)
{
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        g_autofree char *from = g_build_filename("etc/templates", languages[l], NULL);
        g_autofree char *to = g_build_filename(target, languages[l], NULL);
        g_assert_cmpint(g_mkdir(to, 0700), ==, 0);
        g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
        for (const char *name; (name = g_dir_read_name(dir));) {
            g_autofree char *source = g_build_filename(from, name, NULL),
                            *copy = g_build_filename(to, name, NULL);
            g_autofree char *text = NULL;
            gsize length;
            g_assert_true(g_file_get_contents(source, &text, &length, NULL));
            g_assert_true(g_file_set_contents(copy, text, (gssize)length, NULL));
        }
    }
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_tree(below);
    }
    g_remove(path);
}

static void check_refused(const char *dir, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChTemplates) templates = ch_templates_load(dir, &error);
    g_assert_null(templates);
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    assert_has(error->message, wanted);
}

/* P10 */
static void test_bad_folders(void)
{
    g_autofree char *dir = g_dir_make_tmp("chamado-templates-XXXXXX", NULL);
    g_autofree char *missing = g_build_filename(dir, "nowhere", NULL);
    check_refused(missing, "expected a folder of templates");
    check_refused(dir, "no language in it");
    copy_templates(dir);
    g_autofree char *file = g_build_filename(dir, "en", "ack.html", NULL);
    g_assert_true(g_file_set_contents(file, "<p>\n{{titel}}</p>", -1, NULL));
    check_refused(dir, "/en/ack.html:2:1: unknown name \"titel\", expected one of ");
    g_assert_true(g_file_set_contents(file, "{{>_nothing}}", -1, NULL));
    check_refused(dir, "/en/ack.html:1:1: there is no partial \"_nothing\"");
    g_remove(file);
    check_refused(dir, "/en/ack.html:1:1: there is no such file");
    /* CRLF from a Windows editor, and files that are no templates, do no harm. */
    g_assert_true(g_file_set_contents(file, "{{#summary}}\r\nx\r\n{{/summary}}\r\n", -1, NULL));
    g_autofree char *backup = g_build_filename(dir, "en", "ack.html~", NULL);
    g_assert_true(g_file_set_contents(backup, "{{broken", -1, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(ChTemplates) templates = ch_templates_load(dir, &error);
    g_assert_no_error(error);
    g_autoptr(ChLetter) letter = full("ack", "en");
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_autofree char *html = text_of(message, 1);
    g_assert_cmpstr(html, ==, "x\n");
    remove_tree(dir);
}

static void test_unknown(void)
{
    g_autoptr(ChTemplates) templates = load();
    static const char *const wrong[][2] = {{"akc", "en"}, {"ack", "fr"}, {"_top", "en"}, {"", ""}};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ChLetter) letter = full(wrong[i][0], wrong[i][1]);
        g_assert_null(ch_compose(templates, letter, no_gaps, &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    no_gaps = g_ptr_array_new();
    contents = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_test_add_func("/compose/all-templates", test_all_templates);
    g_test_add_func("/compose/words", test_words);
    g_test_add_func("/compose/no-repetition", test_no_repetition);
    g_test_add_func("/compose/quarantine", test_quarantine);
    g_test_add_func("/compose/agents-stay-hidden", test_agents_stay_hidden);
    g_test_add_func("/compose/html", test_html);
    g_test_add_func("/compose/sizes", test_sizes);
    g_test_add_func("/compose/mailto", test_mailto);
    g_test_add_func("/compose/bad-folders", test_bad_folders);
    g_test_add_func("/compose/unknown", test_unknown);
    int result = g_test_run();
    g_mime_shutdown();
    return result;
}
