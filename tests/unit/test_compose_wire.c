/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes that compose makes: headers, hostile values in them, addresses, threads, files, sizes. What
 * letters say is in test_compose.c. */
#include "compose_test.h"

#include "base/error.h"
#include "compose/header.h"

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
    g_assert_cmpstr(header(message, "X-Auto-Response-Suppress"), ==, SUPPRESSED);
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

/* Every header of MESSAGE is one that we write. */
static void check_known_headers(GMimeMessage *message)
{
    static const char *const known[] = {"From",
                                        "To",
                                        "Reply-To",
                                        "Subject",
                                        "Date",
                                        "Message-ID",
                                        "In-Reply-To",
                                        "References",
                                        "X-Auto-Response-Suppress",
                                        "Auto-Submitted",
                                        "Content-Type",
                                        "MIME-Version",
                                        NULL};
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
            &letter->author,      &letter->text,      &letter->summary,          &letter->in_reply_to,
            &letter->reply_to};
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

static char *subject_of(const ChTemplates *templates, const char *template, const char *title)
{
    g_autoptr(ChLetter) letter = full(template, "en");
    set(&letter->title, title);
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    return g_strdup(g_mime_message_get_subject(message));
}

/* Gmail and Outlook keep a thread together by its subject, too: with and without "Re: " it is the same,
 * however long the title. */
static void test_one_thread(void)
{
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(GString) title = g_string_new(NULL);
    for (guint i = 0; i < 60; i++)
        g_string_append_printf(title, "vírgula%u, ", i);
    g_autofree char *ack = subject_of(templates, "ack", title->str);
    g_autofree char *answer = subject_of(templates, "answer", title->str);
    g_assert_cmpint(g_utf8_strlen(ack, -1), <, 250);
    g_assert_true(g_str_has_prefix(answer, "Re: "));
    g_assert_cmpstr(answer + strlen("Re: "), ==, ack);
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
    g_assert_cmpint(g_utf8_strlen(g_mime_message_get_subject(message), -1), ==, 8 + 201);
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

/* Single fields, byte for byte. */
static void test_fields(void)
{
    static const struct {
        const char *display, *address, *field;
    } mailboxes[] = {
        {"", "\"a\\\"b\"@x.example", "To: \"a\\\"b\"@x.example\r\n"},
        {"", "\"a\\\"@x.example", "To: \"a\\\\\"@x.example\r\n"},
        {"", "a b@x.example", "To: \"a b\"@x.example\r\n"},
        {"=?utf-8?Q?x?=", "a@x.example", "To: =?UTF-8?B?PT91dGYtOD9RP3g/PQ==?= <a@x.example>\r\n"},
        {"=?a?=, b", "a@x.example", "To: =?UTF-8?B?PT9hPz0sIGI=?= <a@x.example>\r\n"},
        {"Silva, Ana", "a@x.example", "To: \"Silva, Ana\" <a@x.example>\r\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(mailboxes); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_assert_true(ch_header_mailbox(out, "To", mailboxes[i].display, mailboxes[i].address));
        g_assert_cmpstr(out->str, ==, mailboxes[i].field);
    }
    static const char text[] = "aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff ";
    for (guint more = 7; more < 9; more++) { /* 76 characters stand on one line, 77 do not */
        g_autoptr(GString) out = g_string_new(NULL);
        g_autofree char *whole = g_strdup_printf("%s%.*s", text, (int)more, "gggggggggg");
        ch_header_text(out, "Subject", whole, 400);
        g_assert_cmpint(strstr(out->str, "\r\n ") != NULL, ==, more == 8);
        g_assert_cmpuint(strcspn(out->str, "\r"), ==, more == 8 ? 68 : 76);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    no_gaps = g_ptr_array_new();
    contents = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_test_add_func("/compose/wire/fields", test_fields);
    g_test_add_func("/compose/wire/headers", test_headers);
    g_test_add_func("/compose/wire/injection", test_injection);
    g_test_add_func("/compose/wire/addresses", test_addresses);
    g_test_add_func("/compose/wire/subjects", test_subjects);
    g_test_add_func("/compose/wire/one-thread", test_one_thread);
    g_test_add_func("/compose/wire/references", test_references);
    g_test_add_func("/compose/wire/same-bytes", test_same_bytes);
    g_test_add_func("/compose/wire/enclosures", test_enclosures);
    g_test_add_func("/compose/wire/gaps", test_gaps);
    g_test_add_func("/compose/wire/large-text", test_large_text);
    int result = g_test_run();
    g_mime_shutdown();
    return result;
}
