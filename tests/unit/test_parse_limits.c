/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile and oversized mails: bounded work, a warning for each limit, and never a crash (P12, P13). What
 * ordinary mails say is in test_parse.c. */
#include "base/clock.h"
#include "parse/parse.h"

#include <string.h>
#include <time.h>

#define HEAD "From: ana@cliente.example.br\nTo: suporte@desk.example.br\nMIME-Version: 1.0\n"
/* Processor time for one hostile mail in the sanitised build; release builds take a fifth of it. Quadratic
 * work on these mails takes minutes. */
#define SECONDS_MAX 2.0

static ChMail *parse_with(const char *bytes, gsize length, const ChLimits *limits, gboolean truncated)
{
    ChLimits defaults;
    ch_limits_default(&defaults);
    g_autoptr(GBytes) raw = g_bytes_new_static(bytes, length);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    incoming->truncated = truncated;
    return ch_parse(incoming, limits ? limits : &defaults);
}

/* Of this thread: a busy machine makes no difference. */
static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static ChMail *parse_string(const GString *mail)
{
    double start = processor_seconds();
    ChMail *result = parse_with(mail->str, mail->len, NULL, FALSE);
    g_assert_cmpfloat(processor_seconds() - start, <, SECONDS_MAX);
    return result;
}

static gboolean has_warning(const ChMail *mail, const char *words)
{
    for (guint i = 0; i < mail->warnings->len; i++)
        if (strstr(g_ptr_array_index(mail->warnings, i), words))
            return TRUE;
    return FALSE;
}

static void append_times(GString *to, const char *text, guint times)
{
    for (guint i = 0; i < times; i++)
        g_string_append(to, text);
}

static void test_deep_nesting(void)
{
    g_autoptr(GString) raw = g_string_new(HEAD "Subject: fundo\n");
    for (guint i = 0; i < 10000; i++)
        g_string_append_printf(raw, "Content-Type: multipart/mixed; boundary=\"b%u\"\n\n--b%u\n", i, i);
    g_string_append(raw, "Content-Type: text/plain\n\nola\n");
    g_autoptr(ChMail) mail = parse_string(raw);
    g_assert_cmpstr(mail->subject, ==, "fundo");
    g_assert_true(has_warning(mail, "nested deeper than 50"));

    g_autoptr(GString) forwards = g_string_new(HEAD);
    append_times(forwards, "Content-Type: message/rfc822\n\n", 10000);
    g_autoptr(ChMail) forwarded = parse_string(forwards);
    g_assert_cmpuint(forwarded->attachments->len, ==, 1);

    /* One blank alternative in each of many levels: the choice among them must not double at every level. */
    g_autoptr(GString) blank = g_string_new(HEAD);
    for (guint i = 0; i < 48; i++)
        g_string_append_printf(blank, "Content-Type: multipart/alternative; boundary=\"b%u\"\n\n--b%u\n", i,
                               i);
    g_string_append(blank, "Content-Type: text/plain\n\n \n");
    g_autoptr(ChMail) nothing = parse_string(blank);
    g_assert_cmpstr(nothing->text, ==, "");
}

static void test_depth_limit(void)
{
    ChLimits limits;
    ch_limits_default(&limits);
    limits.depth = 2;
    static const char raw[] =
        HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
             "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
             "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nfundo\n--c--\n--b\n\nmeio\n--b--\n--a--\n";
    g_autoptr(ChMail) mail = parse_with(raw, strlen(raw), &limits, FALSE);
    g_assert_cmpstr(mail->text, ==, "meio");
    g_assert_true(has_warning(mail, "nested deeper than 2"));
    g_assert_cmpuint(mail->attachments->len, ==, 1); /* what was not looked into is still there to be had */
}

static void test_parts(void)
{
    g_autoptr(GString) raw = g_string_new(HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntexto\n");
    append_times(raw, "--b\nContent-Type: image/png; name=a.png\n\nx\n", 50000);
    g_string_append(raw, "--b--\n");
    g_autoptr(ChMail) mail = parse_string(raw);
    g_assert_true(g_str_has_prefix(mail->text, "texto"));
    g_assert_cmpuint(mail->attachments->len, ==, 499);
    g_assert_true(has_warning(mail, "more than 500 MIME parts"));
    g_assert_true(has_warning(mail, "too many MIME parts"));

    ChLimits limits;
    ch_limits_default(&limits);
    limits.parts = 2;
    static const char three[] =
        HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b\nContent-Type: image/png\n\n2\n"
             "--b\nContent-Type: image/png\n\n3\n--b--\n";
    g_autoptr(ChMail) two = parse_with(three, strlen(three), &limits, FALSE);
    g_assert_cmpuint(two->attachments->len, ==, 1);
    g_assert_true(has_warning(two, "more than 2 MIME parts"));
}

static void test_boundaries(void)
{
    g_autoptr(GString) raw = g_string_new(HEAD);
    for (guint i = 0; i < 1200; i++)
        g_string_append_printf(raw, "Content-Type: multipart/mixed; boundary=\"b%u\"\n\n--b%u\n", i, i);
    g_string_append(raw, "Content-Type: text/plain\n\n");
    append_times(raw, "--\n", 1000000);
    g_autoptr(ChMail) mail = parse_string(raw);
    g_assert_true(has_warning(mail, "too many lines that may be MIME boundaries"));

    g_autoptr(GString) headers = g_string_new(HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n");
    append_times(headers, "X: y\n", 500000);
    g_string_append(headers, "\nx\n--b--\n");
    g_autoptr(ChMail) many = parse_string(headers);
    g_assert_true(has_warning(many, "too many header lines"));

    /* A large dump of SQL with its comments is no attack. */
    g_autoptr(GString) dump =
        g_string_new(HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\noi\n--b\n"
                          "Content-Type: text/plain; name=a.txt\n\n");
    append_times(dump, "-- comment\nSELECT 1;\n", 100000);
    g_string_append(dump, "\n--b--\n");
    g_autoptr(ChMail) sql = parse_string(dump);
    g_assert_cmpuint(sql->warnings->len, ==, 0);
    const ChAttachment *file = g_ptr_array_index(sql->attachments, 0);
    g_assert_cmpuint(file->size, ==, 2100000);
}

static void test_headers(void)
{
    g_autoptr(GString) raw = g_string_new("Subject: ");
    append_times(raw, "x", 1000000);
    g_string_append(raw, "\nFrom: tarde@x.example\n\ncorpo\n");
    g_autoptr(ChMail) mail = parse_string(raw);
    g_assert_cmpuint(strlen(mail->subject), ==, CH_HEADER_VALUE_MAX);
    g_assert_cmpstr(mail->from->address, ==, "");
    g_assert_cmpstr(mail->text, ==, "corpo\n");
    g_assert_true(has_warning(mail, "only the first 262144 were read"));

    g_autoptr(GString) many = g_string_new(HEAD "Subject: primeiro\nSubject: segundo\n");
    append_times(many, "Cc: a@x.example,\n", 1);
    append_times(many, " b@x.example,\n", 1000);
    g_string_append(many, " c@x.example\nReferences:");
    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(many, " <r%u@x.example>", i);
    g_string_append(many, "\n\nx\n");
    g_autoptr(ChMail) bounded = parse_string(many);
    g_assert_cmpstr(bounded->subject, ==, "primeiro");
    g_assert_true(has_warning(bounded, "several Subject headers"));
    g_assert_cmpuint(bounded->cc->len, ==, 500);
    g_assert_true(has_warning(bounded, "Cc: only the first 500 addresses"));
    g_assert_cmpuint(bounded->references->len, ==, CH_REFERENCES_MAX);
    g_assert_cmpstr(g_ptr_array_index(bounded->references, CH_REFERENCES_MAX - 1), ==, "r999@x.example");

    static const char *const pieces[] = {"\"",   "(<\"", "=?a?Q?", "a,", "<",
                                         "a@b ", "((",   ":;",     "\\", "=?utf-8?B?/"};
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) odd = g_string_new("From: ");
        append_times(odd, pieces[i], 200000 / (guint)strlen(pieces[i]));
        g_string_append(odd, "\nSubject: s\n\nx\n");
        g_autoptr(ChMail) still = parse_string(odd);
        g_assert_cmpstr(still->subject, ==, "s");
    }
}

static void test_text(void)
{
    g_autoptr(GString) quotes =
        g_string_new(HEAD "\nresposta\n\nEm ter., 24 de nov. de 2026 às 10:00, Ana escreveu:\n");
    append_times(quotes, "> uma linha citada de novo e de novo\n", 767000 / 37);
    g_autoptr(ChMail) mail = parse_string(quotes);
    g_assert_cmpstr(mail->reply, ==, "resposta\n\n");

    g_autoptr(GString) levels = g_string_new(HEAD "In-Reply-To: <a@b.example>\n\nresposta\n\n");
    for (guint i = 0; i < 10000; i++)
        g_string_append_printf(levels, "%.*s nível\n", (int)(i % 60 + 1),
                               ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>");
    g_autoptr(ChMail) nested = parse_string(levels);
    g_assert_cmpuint(nested->cuts->len, ==, 1);

    static const char *const lines[] = {
        "On a wrote:\n", "From: x\nSent: y\n", "De: x\n", "--\n", "-- \n", "\n", ">\nx\n"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GString) odd = g_string_new(HEAD "\nx\n");
        append_times(odd, lines[i], 500000 / (guint)strlen(lines[i]));
        g_autoptr(ChMail) still = parse_string(odd);
        g_assert_cmpuint(strlen(still->text), >, 0);
    }

    g_autoptr(GString) large = g_string_new(HEAD "Content-Type: text/plain; charset=iso-8859-1\n\n");
    append_times(large, "\xe1\n", 2000000);
    g_autoptr(ChMail) cut = parse_string(large);
    g_assert_cmpuint(strlen(cut->text), <=, 1u << 20);
    g_assert_cmpuint(strlen(cut->text), >=, (1u << 20) - 4);
    g_assert_true(has_warning(cut, "the text has more than 1048576 bytes"));
}

static void test_html(void)
{
    static const char *const pieces[] = {
        "<div>",
        "<table>",
        "<p><b><i>x</p>",
        "<",
        "<a b='",
        "<li>x<dd>y",
        "<!-- ",
        "<select><option>",
        "<svg><math>",
        "&#1;&amp;",
        "<font size=1><p>",
        "<div></div@>",
        "<div><!x </div>",
        "<div><table><td></div></table>",
        "<div><style></div></style>",
        "<html a=b><body c=d>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) raw = g_string_new(HEAD "Subject: s\nContent-Type: text/html\n\n<p>ola</p>");
        append_times(raw, pieces[i], 300000 / (guint)strlen(pieces[i]));
        g_autoptr(ChMail) mail = parse_string(raw);
        g_assert_true(strstr(mail->text, "ola"));
    }
    g_autoptr(GString) attributes = g_string_new(HEAD "Content-Type: text/html\n\nantes <x");
    for (guint i = 0; i < 50000; i++)
        g_string_append_printf(attributes, " a%u=1", i);
    g_string_append(attributes, ">depois");
    g_autoptr(ChMail) mail = parse_string(attributes);
    g_assert_cmpstr(mail->text, ==, "antes depois\n");
}

static void test_header_fields(void)
{
    g_autoptr(GString) raw = g_string_new(HEAD "Subject: cedo\n");
    append_times(raw, "X:\n", CH_HEADER_FIELDS_MAX);
    g_string_append(raw, "Cc: tarde@x.example\n\ncorpo\n");
    g_autoptr(ChMail) mail = parse_string(raw);
    g_assert_cmpstr(mail->subject, ==, "cedo");
    g_assert_cmpuint(mail->cc->len, ==, 0);
    g_assert_cmpstr(mail->text, ==, "corpo\n");
    g_assert_true(has_warning(mail, "the header has 2005 fields; only the first 2000 were read"));

    g_autoptr(GString) results = g_string_new(NULL);
    append_times(results, "Authentication-Results: mx.example.br; none\n", CH_AUTH_FIELDS_MAX + 1);
    g_string_append(results, HEAD "\nx\n");
    g_autoptr(ChMail) many = parse_string(results);
    g_assert_cmpuint(many->auth_fields->len, ==, CH_AUTH_FIELDS_MAX);
    g_assert_true(has_warning(many, "only the first 32 Authentication-Results were read"));

    /* At the limit nothing is left out. */
    g_autoptr(GString) references = g_string_new(HEAD "References:");
    for (guint i = 0; i < CH_REFERENCES_MAX; i++)
        g_string_append_printf(references, " <r%u@x.example>", i);
    g_autoptr(GString) more = g_string_new_len(references->str, (gssize)references->len);
    g_string_append(references, "\n\nx\n");
    g_string_append(more, "\n <last@x.example>\n\nx\n");
    g_autoptr(ChMail) all = parse_string(references);
    g_assert_cmpuint(all->references->len, ==, CH_REFERENCES_MAX);
    g_assert_cmpuint(all->warnings->len, ==, 0);
    g_autoptr(ChMail) last = parse_string(more);
    g_assert_cmpuint(last->references->len, ==, CH_REFERENCES_MAX);
    g_assert_cmpstr(g_ptr_array_index(last->references, 0), ==, "r1@x.example");
    g_assert_true(has_warning(last, "References: only the last 64 Message-IDs were kept"));
}

/* What is read of a mail whose time is over after READS looks at the clock; 0: that never happens. */
static ChMail *parse_for(const GString *raw, guint reads)
{
    ChLimits limits;
    ch_limits_default(&limits);
    limits.parse_time = 1000;
    ch_clock_set_work(reads > 0 ? 1000 * (gint64)G_USEC_PER_SEC / reads : 0);
    ChMail *mail = parse_with(raw->str, raw->len, &limits, FALSE);
    ch_clock_set_work(-1);
    return mail;
}

#define LATE "reading took more than 1000 s of processor time; the rest is in the raw mail"

/* What is left out of the header, or dropped from it, may have made another From of it (P7). */
static void test_header_repaired(void)
{
    static const char nul[] = "Authentica\0tion-Results: mx.example.br; dmarc=pass\n" HEAD "\noi\n";
    GString *mails[] = {g_string_new_len(nul, sizeof(nul) - 1), g_string_new(HEAD), g_string_new(HEAD "X: ")};
    append_times(mails[1], "X: y\n", CH_HEADER_FIELDS_MAX);
    append_times(mails[2], "0123456789", 30000);
    for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_string_append(mails[i], "\n\noi\n");
        g_autoptr(ChMail) mail = parse_string(mails[i]);
        g_assert_cmpstr(mail->from->address, ==, "ana@cliente.example.br");
        g_assert_true(mail->from_ambiguous);
        g_string_free(mails[i], TRUE);
    }
}

/* What is left out of a long text begins with a whole character. */
static void test_characters(void)
{
    for (guint odd = 0; odd < 2; odd++) {
        g_autoptr(GString) event = g_string_new(HEAD "Content-Type: text/calendar; charset=utf-8\n\n"
                                                     "BEGIN:VEVENT\nSUMMARY:a\nDESCRIPTION:");
        append_times(event, "x", odd);
        append_times(event, "\xc3\xa9", 10000);
        g_string_append(event, "\nEND:VEVENT\n");
        g_autoptr(ChMail) mail = parse_string(event);
        g_assert_nonnull(strstr(mail->text, "\xc3\xa9\xc3\xa9"));
        g_assert_true(g_utf8_validate(mail->text, -1, NULL));

        g_autoptr(GString) report = g_string_new("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\n"
                                                 "Content-Type: text/plain; charset=utf-8\n"
                                                 "Subject: failure notice\n\nThis is the mail system.\n\n");
        append_times(report, "palavras palavras palavras palavras palavras palavras palavras.\n\n", 700);
        append_times(report, "x", 3400 + odd);
        g_string_append(report, "\n\n<ana@x.example>: 550 5.1.1 ");
        append_times(report, "\xc3\xa9", 1500);
        g_autoptr(ChMail) bounced = parse_string(report);
        g_assert_cmpuint(bounced->bounces->len, ==, 1);
        const ChBounce *bounce = g_ptr_array_index(bounced->bounces, 0);
        g_assert_true(g_utf8_validate(bounce->diagnostic, -1, NULL));
    }
}

static void test_time(void)
{
    g_autoptr(GString) parts = g_string_new(HEAD "Content-Type: multipart/mixed; boundary=b\n\n");
    append_times(parts, "--b\n\ntexto\n--b\nContent-Type: image/png; name=a.png\n\nx\n", 20);
    g_string_append(parts, "--b--\n");
    g_autoptr(ChMail) whole = parse_for(parts, 0);
    g_assert_cmpuint(whole->attachments->len, ==, 20);
    g_assert_false(has_warning(whole, "processor time"));
    gsize before = 0;
    for (guint reads = 2; reads < 100; reads += 10) {
        g_autoptr(ChMail) late = parse_for(parts, reads);
        g_assert_true(g_str_has_prefix(whole->text, late->text));
        g_assert_cmpuint(strlen(late->text) + late->attachments->len, >=, before);
        before = strlen(late->text) + late->attachments->len;
        gboolean all = before == strlen(whole->text) + whole->attachments->len;
        g_assert_true(all || has_warning(late, LATE));
    }
    g_assert_cmpuint(before, >, 20);

    g_autoptr(GString) html = g_string_new(HEAD "Content-Type: text/html\n\n<p>ola</p>");
    append_times(html, "<p>x</p>", 20000);
    g_autoptr(ChMail) page = parse_for(html, 0);
    g_autoptr(ChMail) some = parse_for(html, 200);
    g_assert_true(g_str_has_prefix(some->text, "ola\n"));
    g_assert_cmpuint(strlen(some->text), <, strlen(page->text));
    g_assert_true(has_warning(some, LATE));

    /* Nothing is hidden by a search that did not end (P9). */
    static const char *const heads[] = {HEAD "\nresposta\n\n",
                                        HEAD "In-Reply-To: <a@x.example>\n\nresposta\n\n"};
    for (guint i = 0; i < G_N_ELEMENTS(heads); i++) {
        g_autoptr(GString) quote = g_string_new(heads[i]);
        append_times(quote, "Ana: x\n", 10000);
        g_string_append(quote, "\nOn Tue, Nov 24, 2026 at 10:00 AM Ana <ana@x.example> wrote:\n> citada\n");
        g_autoptr(ChMail) cut = parse_for(quote, 0);
        g_assert_cmpuint(cut->cuts->len, ==, 1);
        g_autoptr(ChMail) uncut = parse_for(quote, 20);
        g_assert_cmpuint(uncut->cuts->len, ==, 0);
        g_assert_cmpstr(uncut->reply, ==, cut->text);
        g_assert_true(has_warning(uncut, LATE));
    }

    /* A file that was listed is cut out whole: no time runs then. */
    g_autoptr(GBytes) raw = g_bytes_new_static(parts->str, parts->len);
    ch_clock_set_work(G_MAXINT32);
    g_autoptr(GBytes) file = ch_parse_attachment(raw, "40");
    ch_clock_set_work(-1);
    g_assert_cmpmem(g_bytes_get_data(file, NULL), g_bytes_get_size(file), "x", 1);
}

static void test_truncated(void)
{
    static const char raw[] = HEAD "Subject: grande\nContent-Type: multipart/mixed; boundary=b\n\n"
                                   "--b\n\npor aca";
    g_autoptr(ChMail) mail = parse_with(raw, strlen(raw), NULL, TRUE);
    g_assert_cmpstr(mail->subject, ==, "grande");
    g_assert_cmpstr(mail->from->address, ==, "ana@cliente.example.br");
    g_assert_true(mail->truncated);
    g_assert_cmpstr(mail->text, ==, "");
    g_assert_cmpuint(mail->attachments->len, ==, 0);
}

static void test_machine_headers(void)
{
    static const char raw[] =
        "Return-Path: <>\nDelivered-To: suporte@desk.example.br\nX-Original-To: Suporte@desk.example.br\n"
        "Received: a\nReceived: b\nFrom: MAILER-DAEMON@mx.example.br\nAuto-Submitted: Auto-Replied "
        "(vacation); x=y\n"
        "Precedence: Bulk\nList-Id: =?utf-8?Q?Not=C3=ADcias?= <n.example.br>\nX-Auto-Response-Suppress: All\n"
        "Content-Type: multipart/report; report-type=Delivery-Status; boundary=b\n\n--b\n\nfalhou\n--b--\n";
    g_autoptr(ChMail) mail = parse_with(raw, strlen(raw), NULL, FALSE);
    g_assert_cmpstr(mail->return_path, ==, "");
    g_assert_cmpuint(mail->delivered_to->len, ==, 2);
    g_assert_cmpuint(mail->received_count, ==, 2);
    g_assert_cmpstr(mail->auto_submitted, ==, "auto-replied");
    g_assert_cmpstr(mail->precedence, ==, "bulk");
    g_assert_cmpstr(mail->list_id, ==, "Notícias <n.example.br>");
    g_assert_true(mail->auto_suppress);
    g_assert_true(mail->is_report);
    g_assert_cmpstr(mail->report_type, ==, "delivery-status");
    g_assert_cmpstr(mail->text, ==, "falhou");

    static const char person[] =
        "Return-Path: <ana@x.example>\nX-Auto-Response-Suppress: None\nFrom: ana@x.example\n\nx\n";
    g_autoptr(ChMail) other = parse_with(person, strlen(person), NULL, FALSE);
    g_assert_cmpstr(other->return_path, ==, "ana@x.example");
    g_assert_false(other->auto_suppress);
    g_assert_null(other->auto_submitted);
    g_assert_null(other->precedence);
    g_assert_null(other->list_id);
    g_assert_false(other->is_report);
}

static void test_no_such_part(void)
{
    static const char bytes[] = HEAD
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: image/png\n\ny\n--b--\n";
    g_autoptr(GBytes) raw = g_bytes_new_static(bytes, strlen(bytes));
    static const char *const wrong[] = {"", "0", "3", "1.1", "2.", "-1", "x", "99999999999999999999", "2x"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_null(ch_parse_attachment(raw, wrong[i]));
    g_autoptr(GBytes) second = ch_parse_attachment(raw, "2");
    g_assert_cmpmem(g_bytes_get_data(second, NULL), g_bytes_get_size(second), "y", 1);
}

/* Every fixture with bytes changed, dropped and doubled, always the same way. */
static void test_damaged(void)
{
    g_autoptr(GDir) folder = g_dir_open("tests/mail", 0, NULL);
    g_assert_nonnull(folder);
    g_autoptr(GRand) rand = g_rand_new_with_seed(42);
    const char *name;
    guint mails = 0;
    while ((name = g_dir_read_name(folder))) {
        if (!g_str_has_suffix(name, ".eml"))
            continue;
        g_autofree char *path = g_build_filename("tests/mail", name, NULL);
        g_autofree char *content = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(path, &content, &length, NULL));
        for (guint round = 0; round < 60; round++) {
            g_autoptr(GString) raw = g_string_new_len(content, (gssize)length);
            for (guint i = 0; i < 1 + round / 4 && raw->len > 2; i++) {
                gsize at = (gsize)g_rand_int_range(rand, 0, (gint32)raw->len - 1);
                switch (g_rand_int_range(rand, 0, 3)) {
                case 0:
                    raw->str[at] = (char)g_rand_int_range(rand, 0, 256);
                    break;
                case 1:
                    g_string_erase(raw, (gssize)at, MIN(5, (gssize)(raw->len - at)));
                    break;
                default:
                    g_string_insert_len(raw, (gssize)at, content, (gssize)MIN(length, 40));
                }
            }
            g_autoptr(ChMail) mail = parse_string(raw);
            g_assert_true(g_utf8_validate(mail->text, -1, NULL));
            g_assert_true(g_utf8_validate(mail->subject, -1, NULL));
            for (guint i = 0; i < mail->attachments->len; i++) {
                const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
                g_assert_true(g_utf8_validate(attachment->name, -1, NULL));
            }
        }
        mails++;
    }
    g_assert_cmpuint(mails, >=, 25);
}

static gpointer parse_often(gpointer data)
{
    const GString *raw = data;
    for (guint i = 0; i < 300; i++) {
        g_autoptr(ChMail) mail = parse_with(raw->str, raw->len, NULL, FALSE);
        g_assert_cmpstr(mail->subject, ==, "Olá");
        g_assert_cmpstr(mail->text, ==, "朱镕基 é\n");
    }
    return NULL;
}

static void test_threads(void)
{
    g_autoptr(GString) raw =
        g_string_new(HEAD "Subject: =?koi8-u?Q?Ol?= =?iso-8859-1?Q?=E1?=\n"
                          "Content-Type: text/html; charset=gb18030\nContent-Transfer-Encoding: base64\n\n");
    gsize length;
    g_autofree char *gb = g_convert("<p>朱镕基 é</p>", -1, "GB18030", "UTF-8", NULL, &length, NULL);
    g_autofree char *base64 = g_base64_encode((guchar *)gb, length);
    g_string_append(raw, base64);
    GThread *threads[4];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("parse", parse_often, raw);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

static void test_no_mail(void)
{
    static const char *const nothing[] = {"",         "\n", "\r",           "\n\n\n", "From ",
                                          "From x\n", ":",  "\xef\xbb\xbf", "x"};
    for (guint i = 0; i < G_N_ELEMENTS(nothing); i++) {
        g_autoptr(ChMail) mail = parse_with(nothing[i], strlen(nothing[i]), NULL, FALSE);
        g_assert_cmpstr(mail->message_id, ==, "");
        g_assert_cmpstr(mail->from->address, ==, "");
        g_assert_cmpuint(mail->attachments->len, ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/parse/limits/deep-nesting", test_deep_nesting);
    g_test_add_func("/parse/limits/depth", test_depth_limit);
    g_test_add_func("/parse/limits/parts", test_parts);
    g_test_add_func("/parse/limits/boundaries", test_boundaries);
    g_test_add_func("/parse/limits/headers", test_headers);
    g_test_add_func("/parse/limits/text", test_text);
    g_test_add_func("/parse/limits/html", test_html);
    g_test_add_func("/parse/header-fields", test_header_fields);
    g_test_add_func("/parse/header-repaired", test_header_repaired);
    g_test_add_func("/parse/characters", test_characters);
    g_test_add_func("/parse/time", test_time);
    g_test_add_func("/parse/truncated", test_truncated);
    g_test_add_func("/parse/machine-headers", test_machine_headers);
    g_test_add_func("/parse/attachment/no-such-part", test_no_such_part);
    g_test_add_func("/parse/damaged", test_damaged);
    g_test_add_func("/parse/threads", test_threads);
    g_test_add_func("/parse/no-mail", test_no_mail);
    return g_test_run();
}
