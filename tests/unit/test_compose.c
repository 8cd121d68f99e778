/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters as bytes: what a client reads back from them, what nobody gets into them, and that they stay the
 * same. Reads the real templates in etc/templates. */
#include "base/error.h"
#include "compose/compose.h"
#include "compose/gmime-auto.h"
#include "compose/templates.h"
#include "compose/text.h"
#include "compose/view.h"
#include "mail/marker.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const languages[] = {"pt_BR", "en"};

static ChTemplates *load(void)
{
    g_autoptr(GError) error = NULL;
    ChTemplates *templates = ch_templates_load("etc/templates", &error);
    g_assert_no_error(error);
    return templates;
}

static void set(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

/* A letter with everything in it. */
static ChLetter *full(const char *template, const char *language)
{
    static ChAttachment files[] = {
        {.name = (char *)"tela do erro.png", .size = 1234567, .accepted = TRUE, .reason = (char *)""},
        {.name = (char *)"região.zip", .size = 64384000, .reason = (char *)CH_REFUSED_SIZE "64384000 bytes"},
        {.name = (char *)"setup.exe", .size = 45000, .reason = (char *)CH_REFUSED_TYPE ".exe"},
        {.name = (char *)"LEIAME", .size = 1, .reason = (char *)CH_REFUSED_NO_TYPE " at all"},
        {.name = (char *)"nota.xml", .size = 2048, .reason = (char *)"NF-e por favor em ZIP"},
    };
    ChLetter *letter = ch_letter_new();
    set(&letter->template, template);
    set(&letter->language, language);
    set(&letter->desk_name, "Integral Sistemas");
    set(&letter->from_name, "Suporte técnico");
    set(&letter->from, "suporte@integral.example.br");
    set(&letter->to_name, "Ana Gonçalves");
    set(&letter->to, "ana@cliente.example.br");
    set(&letter->subject_key, "[#1042]");
    letter->number = 1042;
    set(&letter->title, "Não consigo emitir a nota fiscal");
    set(&letter->department_title, "Suporte técnico");
    set(&letter->state, "open");
    set(&letter->author, "Beatriz Lima");
    set(&letter->author_address, "bia.interna@integral.example.br");
    set(&letter->text, "Bom dia!\n\nA tela <erro> abre & fecha.\nVeja https://example.br/a?b=1&c=2.\n");
    set(&letter->summary, "Bom dia! A tela <erro> abre");
    set(&letter->log_line, "Aviso de entrega: <5.1.1>");
    letter->truncated = TRUE;
    letter->size = 64384000;
    letter->size_limit = 24u << 20;
    for (guint i = 0; i < G_N_ELEMENTS(files); i++)
        g_ptr_array_add(letter->attachments, &files[i]);
    set(&letter->message_id, "ch.1.1042.3.9.abcdef@integral.example.br");
    set(&letter->in_reply_to, "mail2@cliente.example.br");
    g_ptr_array_add(letter->references, g_strdup("mail1@cliente.example.br"));
    g_ptr_array_add(letter->references, g_strdup("mail2@cliente.example.br"));
    letter->date = 1790000000;
    letter->automatic = strcmp(template, "answer") != 0;
    return letter;
}

/* The least that is ever composed. */
static ChLetter *bare(const char *template, const char *language)
{
    ChLetter *letter = ch_letter_new();
    set(&letter->template, template);
    set(&letter->language, language);
    set(&letter->from, "suporte@integral.example.br");
    set(&letter->to, "ana@cliente.example.br");
    set(&letter->message_id, "ch.1.0.0.9.abcdef@integral.example.br");
    return letter;
}

/* For letters that fail before they have any. */
static GPtrArray *no_gaps;

/* The contents of all files that tests enclose; a part's name is its place here. */
static GPtrArray *contents;

static GBytes *content_of(const char *part)
{
    return g_ptr_array_index(contents, (guint)g_ascii_strtoull(part, NULL, 10));
}

static void enclose(ChLetter *letter, const char *name, const char *type, GBytes *content)
{
    g_autofree char *part = g_strdup_printf("%u", contents->len);
    g_ptr_array_add(contents, g_bytes_ref(content));
    g_ptr_array_add(letter->enclosures, ch_enclosure_new(name, type, part));
}

/* The mail as it leaves: composed, its gaps kept as the outbox keeps them, the files put in. */
static GBytes *compose(const ChTemplates *templates, const ChLetter *letter)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)ch_gap_free);
    g_autoptr(GBytes) bytes = ch_compose(templates, letter, gaps, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(gaps->len, ==, letter->enclosures->len);
    g_autofree char *stored = ch_gaps_write(gaps);
    g_autoptr(GPtrArray) read = ch_gaps_read(stored);
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    for (guint i = 0; i < read->len; i++)
        g_ptr_array_add(files, content_of(((ChGap *)g_ptr_array_index(read, i))->part));
    return ch_compose_fill(bytes, read, files);
}

/* 7-bit, CRLF everywhere and nowhere half of one, no long lines. */
static void check_wire(GBytes *bytes)
{
    gsize length, width = 0;
    const guchar *data = g_bytes_get_data(bytes, &length);
    g_assert_cmpuint(length, >, 2);
    for (gsize i = 0; i < length; i++) {
        g_assert_cmpuint(data[i], <, 0x80);
        g_assert_true(data[i] >= 0x20 || data[i] == '\t' || data[i] == '\r' || data[i] == '\n');
        g_assert_cmpint(data[i] == '\r', ==, i + 1 < length && data[i + 1] == '\n');
        width = data[i] == '\n' ? 0 : width + 1;
        g_assert_cmpuint(width, <=, 998);
    }
    g_assert_cmpint(data[length - 1], ==, '\n');
}

static GMimeMessage *read_back(GBytes *bytes)
{
    check_wire(bytes);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_buffer(data, length);
    g_autoptr(GMimeParser) parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_assert_nonnull(message);
    return message;
}

static char *text_of(GMimeMessage *message, int index)
{
    GMimeObject *top = g_mime_message_get_mime_part(message);
    g_assert_true(GMIME_IS_MULTIPART(top));
    GMimeObject *first = g_mime_multipart_get_part(GMIME_MULTIPART(top), 0);
    GMimeMultipart *alternative = GMIME_MULTIPART(GMIME_IS_MULTIPART(first) ? first : top);
    g_assert_cmpint(g_mime_multipart_get_count(alternative), ==, 2);
    GMimeObject *part = g_mime_multipart_get_part(alternative, index);
    g_assert_true(GMIME_IS_TEXT_PART(part));
    char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    char *to = text; /* by hand: under ASan each search in a string measures all of it first */
    for (const char *at = text; *at; at++)
        if (at[0] != '\r' || at[1] != '\n')
            *to++ = *at;
    *to = '\0';
    return text;
}

static const char *header(GMimeMessage *message, const char *name)
{
    return g_mime_object_get_header(GMIME_OBJECT(message), name);
}

static void assert_has(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        g_error("\"%s\" is missing in:\n%s", wanted, text);
}

static void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted))
        g_error("\"%s\" stands in:\n%s", unwanted, text);
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
                g_assert_cmpuint(strlen(g_strstrip(text)), >, 20);
                assert_has(html, l == 0 ? "<html lang=\"pt-BR\"" : "<html lang=\"en\"");
                assert_has(html, "<meta name=\"color-scheme\" content=\"light dark\">");
                assert_lacks(html, "{{");
                assert_lacks(text, "{{");
                assert_lacks(html, "src=");
                assert_lacks(text, "\n\n\n"); /* no holes where something isn't there */
                assert_lacks(html, "<erro>");
                g_assert_cmpuint(strlen(g_mime_message_get_subject(message)), >, 3);
            }
        }
    }
    g_assert_false(ch_templates_have_language(templates, "fr"));
}

static void test_headers(void)
{
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(ChLetter) letter = full("ack", "pt_BR");
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_assert_cmpstr(g_mime_message_get_subject(message), ==, "[#1042] Não consigo emitir a nota fiscal");
    g_assert_cmpstr(g_mime_message_get_message_id(message), ==, letter->message_id);
    g_assert_cmpstr(header(message, "In-Reply-To"), ==, "<mail2@cliente.example.br>");
    g_assert_cmpstr(header(message, "References"), ==,
                    "<mail1@cliente.example.br> <mail2@cliente.example.br>");
    g_assert_cmpstr(header(message, "Date"), ==, "Mon, 21 Sep 2026 14:13:20 +0000");
    g_assert_cmpstr(header(message, "Auto-Submitted"), ==, "auto-replied");
    g_assert_cmpstr(header(message, "X-Auto-Response-Suppress"), ==, "All");
    g_assert_cmpstr(header(message, "MIME-Version"), ==, "1.0");
    g_assert_null(header(message, "X-Mailer"));
    InternetAddressMailbox *from =
        INTERNET_ADDRESS_MAILBOX(internet_address_list_get_address(g_mime_message_get_from(message), 0));
    g_assert_cmpstr(internet_address_get_name(INTERNET_ADDRESS(from)), ==, "Suporte técnico");
    g_assert_cmpstr(internet_address_mailbox_get_addr(from), ==, "suporte@integral.example.br");

    g_autoptr(ChLetter) notice = full("notice-new", "en");
    g_autoptr(GBytes) notice_bytes = compose(templates, notice);
    g_autoptr(GMimeMessage) notice_message = read_back(notice_bytes);
    g_assert_cmpstr(header(notice_message, "Auto-Submitted"), ==, "auto-generated");

    /* A person's answer is no machine's. */
    g_autoptr(ChLetter) answer = full("answer", "en");
    g_autoptr(GBytes) answer_bytes = compose(templates, answer);
    g_autoptr(GMimeMessage) answer_message = read_back(answer_bytes);
    g_assert_null(header(answer_message, "Auto-Submitted"));
    g_assert_null(header(answer_message, "X-Auto-Response-Suppress"));
    g_assert_cmpstr(g_mime_message_get_subject(answer_message), ==,
                    "Re: [#1042] Não consigo emitir a nota fiscal");
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
    const char *link = "mailto:suporte@integral.example.br?subject=Re%3A%20%5B%231042%5D%20"
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
    static const char *const agents[] = {"notice-new", "notice-reply", "notice-answer", "notice-log"};
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
    static const char *const hidden[] = {"ack", "answer", "notice-answer"};
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
        }
}

/* Every header of MESSAGE is one that we write. */
static void check_known_headers(GMimeMessage *message)
{
    static const char *const known[] = {
        "From",           "To",           "Subject",      "Date",
        "Message-ID",     "In-Reply-To",  "References",   "X-Auto-Response-Suppress",
        "Auto-Submitted", "Content-Type", "MIME-Version", NULL};
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
    for (int i = 0; i < g_mime_header_list_get_count(headers); i++) {
        const char *name = g_mime_header_get_name(g_mime_header_list_get_header_at(headers, i));
        if (!g_strv_contains(known, name))
            g_error("a header %s got in", name);
    }
}

static void test_injection(void)
{
    static const char *const bad[] = {
        "x\r\nBcc: evil@example.br",
        "x\nBcc: evil@example.br\n\nbody",
        "x\rBcc: evil@example.br",
        "\r\n\r\n<script>alert(1)</script>",
        "=?utf-8?Q?x=0D=0ABcc:_evil@example.br?=",
        "\"x\" <evil@example.br>, y",
        "a\\\"b, <evil@example.br>",
        "x\xe2\x80\xa8"
        "Bcc: evil@example.br",
        "\x01\x1b[31m\x7f",
        "x>\r\n <evil@example.br",
        "bad \xff\xfe utf-8 \xc3",
        "(comment) ; group: evil@example.br;",
    };
    g_autoptr(ChTemplates) templates = load();
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%u", i);
        g_autoptr(ChLetter) letter = full("ack", "en");
        char **fields[] = {
            &letter->desk_name,   &letter->from_name, &letter->to_name,          &letter->to,
            &letter->subject_key, &letter->title,     &letter->department_title, &letter->state,
            &letter->author,      &letter->text,      &letter->summary,          &letter->in_reply_to};
        for (guint f = 0; f < G_N_ELEMENTS(fields); f++)
            set(fields[f], bad[i]);
        g_ptr_array_add(letter->references, g_strdup(bad[i]));
        g_autoptr(GBytes) empty = g_bytes_new("", 0);
        enclose(letter, bad[i], bad[i], empty);
        g_autoptr(GBytes) bytes = compose(templates, letter);
        g_autoptr(GMimeMessage) message = read_back(bytes);
        check_known_headers(message);
        g_assert_cmpint(internet_address_list_length(g_mime_message_get_from(message)), ==, 1);
        g_autofree char *from =
            internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);
        assert_has(from, "<suporte@integral.example.br>");
        InternetAddressList *to = g_mime_message_get_to(message);
        g_assert_cmpint(internet_address_list_length(to), ==, 1);
        g_assert_cmpstr(header(message, "References"), ==,
                        "<mail1@cliente.example.br> <mail2@cliente.example.br>");
        g_autofree char *html = text_of(message, 1);
        assert_lacks(html, "<script>");
        assert_lacks(html, "\x1b");
        GMimeMultipart *mixed = GMIME_MULTIPART(g_mime_message_get_mime_part(message));
        g_assert_cmpint(g_mime_multipart_get_count(mixed), ==, 2);
    }

    g_autoptr(GError) error = NULL;
    g_autoptr(ChLetter) letter = full("ack", "en");
    set(&letter->message_id, "a@b>\r\nBcc: evil@example.br");
    g_assert_null(ch_compose(templates, letter, no_gaps, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_INPUT);
}

static void check_to(const ChTemplates *templates, const char *name, const char *address, const char *shown)
{
    g_autoptr(ChLetter) letter = full("ack", "en");
    set(&letter->to_name, name);
    set(&letter->to, address);
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    InternetAddress *to = internet_address_list_get_address(g_mime_message_get_to(message), 0);
    if (!shown) {
        g_assert_true(INTERNET_ADDRESS_IS_GROUP(to));
        return;
    }
    const char *read = internet_address_get_name(to);
    g_assert_cmpstr(read ? read : "", ==, name);
    g_assert_cmpstr(internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(to)), ==, shown);
}

static void test_addresses(void)
{
    g_autoptr(ChTemplates) templates = load();
    check_to(templates, "", "ana@example.br", "ana@example.br");
    check_to(templates, "Souza, Ana \"Nina\" (RH)", "ana+x.y@example.br", "ana+x.y@example.br");
    check_to(templates, "Dr. João d'Ávila", "a_b=c@example.br", "a_b=c@example.br");
    check_to(templates, "山田太郎 山田太郎 山田太郎 山田太郎 山田太郎 山田太郎 山田太郎 😀", "y@example.jp",
             "y@example.jp");
    check_to(templates, "Back\\slash", "y@example.jp", "y@example.jp");
    check_to(templates, "Ana", "ana@caf\u00e9.example", "ana@xn--caf-dma.example");
    check_to(templates, "Ana", "ana..b@example.br", "\"ana..b\"@example.br");
    check_to(templates, "Ana", "\"a b\"@example.br", "\"a b\"@example.br");
    check_to(templates, "Ana", "ana@[192.0.2.1]", "ana@[192.0.2.1]");
    check_to(templates, "Ana", "jos\u00e9@example.br", NULL);
    check_to(templates, "Ana", "", NULL);
    check_to(templates, "Ana", "nobody", NULL);
    check_to(templates, "Ana", "a@b c", NULL);
    check_to(templates, "Ana", "@example.br", NULL);

    g_autoptr(GError) error = NULL;
    g_autoptr(ChLetter) letter = full("ack", "en");
    set(&letter->from, "nobody");
    g_assert_null(ch_compose(templates, letter, no_gaps, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
}

static void test_subjects(void)
{
    static const char *const titles[] = {
        "plain",
        "Não consigo emitir a nota fiscal eletrônica de devolução do pedido número 123456 da região Sul",
        "你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好你好"
        "你好你好",
        "Emoji 😀😀😀 and =?utf-8?Q?not_a_word?= typed by hand",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
        "b",
        "percent %s %n & <b> \"quotes\" \\ 100%",
    };
    g_autoptr(ChTemplates) templates = load();
    for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
        g_autoptr(ChLetter) letter = full("ack", "en");
        set(&letter->title, titles[i]);
        g_autoptr(GBytes) bytes = compose(templates, letter);
        g_autoptr(GMimeMessage) message = read_back(bytes);
        g_autofree char *expected = g_strconcat("[#1042] ", titles[i], NULL);
        g_assert_cmpstr(g_mime_message_get_subject(message), ==, expected);
        /* RFC 2047 section 2: no word over 75 characters, no line with one over 76. */
        g_autofree char *head = g_strndup(g_bytes_get_data(bytes, NULL), 2000);
        g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
        for (guint n = 0; lines[n] && *lines[n]; n++)
            g_assert_cmpuint(strlen(lines[n]), <=, 76);
    }
    g_autoptr(GString) endless = g_string_new(NULL);
    for (int i = 0; i < 4000; i++)
        g_string_append(endless, "é");
    g_autoptr(ChLetter) letter = full("ack", "en");
    set(&letter->title, endless->str);
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_assert_cmpint(g_utf8_strlen(g_mime_message_get_subject(message), -1), ==, 201);
    g_assert_true(g_str_has_suffix(g_mime_message_get_subject(message), "é…"));
}

static void test_references(void)
{
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(ChLetter) letter = full("ack", "en");
    g_ptr_array_set_size(letter->references, 0);
    for (int i = 0; i < 200; i++)
        g_ptr_array_add(letter->references, g_strdup_printf("mail%d.%0100d@example.br", i, i));
    g_ptr_array_add(letter->references, g_strnfill(5000, 'x'));
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_auto(GStrv) ids = g_strsplit_set(header(message, "References"), " \t", -1);
    g_assert_cmpuint(g_strv_length(ids), ==, 20);
    g_assert_true(g_str_has_prefix(ids[0], "<mail0."));
    g_assert_true(g_str_has_prefix(ids[1], "<mail182."));
    g_assert_cmpstr(ids[19], ==, "<mail2@cliente.example.br>"); /* the parent is always the last */
}

/* P5: a letter composed again is the same mail. */
static void test_same_bytes(void)
{
    g_autoptr(ChTemplates) templates = load(), again = load();
    g_autoptr(ChLetter) one = full("answer", "pt_BR"), other = full("answer", "pt_BR");
    g_autoptr(GBytes) file = g_bytes_new_static("\0\1\2\xff", 4);
    enclose(one, "a.bin", "application/x-a", file);
    enclose(other, "a.bin", "application/x-a", file);
    g_autoptr(GBytes) a = compose(templates, one), b = compose(again, other);
    g_assert_true(g_bytes_equal(a, b));
    set(&other->message_id, "ch.1.1042.3.10.abcdef@integral.example.br");
    g_autoptr(GBytes) c = compose(again, other);
    g_assert_false(g_bytes_equal(a, c));
}

static void test_gaps(void)
{
    static const char *const broken[] = {"x", "1", "1:", ":1", "1:1 2", "-"};
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++)
        g_assert_null(ch_gaps_read(broken[i]));
    g_autoptr(GPtrArray) none = ch_gaps_read("");
    g_assert_cmpuint(none->len, ==, 0);
}

static void test_enclosures(void)
{
    static const struct {
        const char *name, *type, *read_type;
    } files[] = {
        {"a.txt", "text/plain", "text/plain"},
        {"Relatório de vendas da região Sul, versão final \"2\" com um nome muito comprido.xlsx",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"文件😀.png", "image/png", "image/png"},
        {"mail.eml", "message/rfc822", "application/octet-stream"},
        {"odd", "image/png; name=\"x\"\r\nX: y", "application/octet-stream"},
        {"50%25 off \\ x.pdf", "application/pdf", "application/pdf"},
    };
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(ChLetter) letter = full("answer", "en");
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    gsize size = 5u << 20;
    guint8 *data = g_malloc(size);
    for (gsize i = 0; i < size; i++)
        data[i] = (guint8)g_rand_int(random);
    g_autoptr(GBytes) big = g_bytes_new_take(data, size);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GBytes) content = i == 0 ? g_bytes_ref(big) : g_bytes_new("line\nline", 9);
        enclose(letter, files[i].name, files[i].type, content);
    }
    gint64 begun = g_get_monotonic_time();
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_assert_cmpint(g_get_monotonic_time() - begun, <, 5 * G_USEC_PER_SEC);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    GMimeMultipart *mixed = GMIME_MULTIPART(g_mime_message_get_mime_part(message));
    g_assert_cmpint(g_mime_multipart_get_count(mixed), ==, 1 + G_N_ELEMENTS(files));
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        GMimePart *part = GMIME_PART(g_mime_multipart_get_part(mixed, (int)i + 1));
        GMimeObject *object = GMIME_OBJECT(part);
        g_assert_cmpstr(g_mime_part_get_filename(part), ==, files[i].name);
        /* Older Outlooks read the name here alone. */
        g_autofree char *plain = g_strdelimit(g_strdup(files[i].name), "\"\\", '\'');
        g_assert_cmpstr(g_mime_object_get_content_type_parameter(object, "name"), ==, plain);
        g_assert_cmpstr(g_mime_object_get_disposition(object), ==, "attachment");
        g_autofree char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
        g_assert_cmpstr(type, ==, files[i].read_type);
        g_autoptr(GMimeStream) stream = g_mime_stream_mem_new();
        g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), stream);
        GByteArray *content = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
        const ChEnclosure *sent = g_ptr_array_index(letter->enclosures, i);
        gsize length;
        const void *expected = g_bytes_get_data(content_of(sent->part), &length);
        g_assert_cmpmem(content->data, content->len, expected, length);
    }
}

static void test_large_text(void)
{
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(GString) text = g_string_new(NULL);
    while (text->len < 3u << 20)
        g_string_append(text, "<\"&é\n\n");
    g_autoptr(ChLetter) letter = full("notice-new", "en");
    set(&letter->text, text->str);
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_autofree char *plain = text_of(message, 0);
    assert_has(plain, "(The text goes on:");
    g_assert_cmpuint(strlen(plain), >, 1u << 20);
    g_assert_cmpuint(strlen(plain), <, (1u << 20) + 4096);
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
        g_autofree char *html = ch_text_to_html(cases[i].text);
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
    g_test_add_func("/compose/headers", test_headers);
    g_test_add_func("/compose/words", test_words);
    g_test_add_func("/compose/no-repetition", test_no_repetition);
    g_test_add_func("/compose/quarantine", test_quarantine);
    g_test_add_func("/compose/agents-stay-hidden", test_agents_stay_hidden);
    g_test_add_func("/compose/injection", test_injection);
    g_test_add_func("/compose/addresses", test_addresses);
    g_test_add_func("/compose/subjects", test_subjects);
    g_test_add_func("/compose/references", test_references);
    g_test_add_func("/compose/same-bytes", test_same_bytes);
    g_test_add_func("/compose/enclosures", test_enclosures);
    g_test_add_func("/compose/gaps", test_gaps);
    g_test_add_func("/compose/large-text", test_large_text);
    g_test_add_func("/compose/html", test_html);
    g_test_add_func("/compose/sizes", test_sizes);
    g_test_add_func("/compose/mailto", test_mailto);
    g_test_add_func("/compose/bad-folders", test_bad_folders);
    g_test_add_func("/compose/unknown", test_unknown);
    int result = g_test_run();
    g_mime_shutdown();
    return result;
}
