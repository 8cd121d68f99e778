/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where parse's limits lie, to the byte and the piece: the last that is read, and the first that is not. What
 * hostile mails cost is in test_parse_limits.c. */
#include "base/clock.h"
#include "parse/internal.h"
#include "parse/parse.h"

#include <string.h>

#define HEAD "From: ana@cliente.example.br\nTo: suporte@desk.example.br\nMIME-Version: 1.0\n"

static ChMail *parse_bytes(const char *bytes, gsize length, const ChLimits *limits)
{
    ChLimits defaults;
    ch_limits_default(&defaults);
    g_autoptr(GBytes) raw = g_bytes_new_static(bytes, length);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    return ch_parse(incoming, limits ? limits : &defaults);
}

static ChMail *parse_with(const char *text, const ChLimits *limits)
{
    return parse_bytes(text, strlen(text), limits);
}

static gboolean has_warning(const ChMail *mail, const char *words)
{
    for (guint i = 0; i < mail->warnings->len; i++)
        if (strstr(g_ptr_array_index(mail->warnings, i), words))
            return TRUE;
    return FALSE;
}

/* In a large mail parts are counted before it is read. */
static void test_parts(void)
{
    for (guint over = 0; over < 2; over++) {
        g_autoptr(GString) text = g_string_new(HEAD "Content-Type: multipart/mixed; boundary=b\n\n");
        for (guint i = 0; i < 10000 + over; i++)
            g_string_append(text, "--b\n\nabcdefghijklmnopqrstuvwxyz\n");
        g_autoptr(ChMail) mail = parse_with(text->str, NULL);
        g_assert_cmpint(has_warning(mail, "too many MIME parts"), ==, over);
    }
}

/* No line of a header may be longer than a Message-ID of 998 bytes. */
static void test_message_id(void)
{
    for (guint over = 0; over < 2; over++) {
        g_autofree char *name = g_strnfill(998 - strlen("@c.example") + over, 'a');
        g_autofree char *text = g_strconcat(HEAD "In-Reply-To: <", name, "@c.example>\n\nOi.\n", NULL);
        g_autoptr(ChMail) mail = parse_with(text, NULL);
        g_assert_cmpuint(mail->in_reply_to->len, ==, 1 - over);
    }
}

/* Who cannot be seen may be another From. */
static void test_fields(void)
{
    for (guint over = 0; over < 2; over++) {
        g_autoptr(GString) text = g_string_new(HEAD);
        for (guint i = 3; i < CH_HEADER_FIELDS_MAX + over; i++)
            g_string_append(text, "X-A: 1\n");
        g_string_append(text, "\nOi.\n");
        g_autoptr(ChMail) mail = parse_with(text->str, NULL);
        g_assert_cmpuint(mail->headers->len, ==, CH_HEADER_FIELDS_MAX);
        g_assert_cmpint(mail->from_ambiguous, ==, over);
        g_assert_cmpint(has_warning(mail, "only the first 2000 were read"), ==, over);
    }
}

static void test_value(void)
{
    g_autofree char *value = g_strnfill(CH_HEADER_VALUE_MAX, 'x');
    g_autofree char *text = g_strconcat(HEAD "X-A: ", value, "\nX-B: ", value, "y\n\nOi.\n", NULL);
    g_autoptr(ChMail) mail = parse_with(text, NULL);
    for (guint i = 3; i < 5; i++)
        g_assert_cmpstr(((const ChHeader *)g_ptr_array_index(mail->headers, i))->value, ==, value);
    /* In UTF-8 it may be longer than it came, and is cut between two characters. */
    g_autofree char *high = g_strnfill(CH_HEADER_VALUE_MAX - 1, '\xe1');
    g_autofree char *raw = g_strconcat(HEAD "X-A: ", high, "\n\nOi.\n", NULL);
    g_autoptr(ChMail) longer = parse_with(raw, NULL);
    const char *read = ((const ChHeader *)g_ptr_array_index(longer->headers, 3))->value;
    g_assert_cmpuint(strlen(read), ==, CH_HEADER_VALUE_MAX);
    g_assert_true(g_utf8_validate(read, -1, NULL));
}

/* UTF-7 is shorter once it is read: so much of the field counts, not so much of the text. */
static void test_subject(void)
{
    g_autoptr(GString) text = g_string_new(HEAD "Content-Type: text/plain; charset=utf-7\nSubject: x");
    for (guint i = 0; i < CH_HEADER_VALUE_MAX / 4; i++)
        g_string_append(text, "+AOE-");
    g_string_append(text, "\n\nOi.\n");
    g_autoptr(ChMail) mail = parse_with(text->str, NULL);
    g_assert_true(has_warning(mail, "Subject: only the first 8192 bytes were read"));
    g_assert_true(g_str_has_prefix(mail->subject, "xáá"));
    g_assert_cmpint(g_utf8_strlen(mail->subject, -1), <=, CH_HEADER_VALUE_MAX / 5 + 2);
}

/* The header block of so many bytes is read as a whole; of one more, others may read another From in it. */
static void test_block(void)
{
    static const char text[] = HEAD "X-A: 1\n\nOi.\n";
    ChLimits limits;
    ch_limits_default(&limits);
    for (guint over = 0; over < 2; over++) {
        limits.header_bytes = (guint)strlen(HEAD "X-A: 1\n") - over;
        g_autoptr(ChMail) mail = parse_with(text, &limits);
        g_assert_cmpint(mail->from_ambiguous, ==, over);
        g_assert_cmpint(has_warning(mail, "the header block has"), ==, over);
        g_assert_cmpstr(mail->text, ==, "Oi.\n");
    }
}

/* What we repaired before we read it, our own server read as it came (P7). */
static void test_repaired(void)
{
    static const char nul[] = "From: ana@cliente.example.br\nX-A: a\0b\n\nOi.\n";
    static const char cr[] = "X-A: 1\rnenhum campo\rFrom: ana@cliente.example.br\r\rOi.\r";
    g_autoptr(ChMail) one = parse_bytes(nul, sizeof nul - 1, NULL);
    g_assert_cmpstr(one->from->address, ==, "ana@cliente.example.br");
    g_assert_true(one->from_ambiguous);
    g_autoptr(ChMail) other = parse_with(cr, NULL);
    g_assert_cmpstr(other->from->address, ==, "ana@cliente.example.br");
    g_assert_true(other->from_ambiguous);
}

static void test_suppress(void)
{
    static const struct {
        const char *header;
        gboolean suppress;
    } table[] = {
        {"X-Autoreply: yes", TRUE},
        {"X-Autoreply: No (indeed)", FALSE},
        {"X-Autoreply:", TRUE},
        {"X-Auto-Response-Suppress: All", TRUE},
        {"X-Auto-Response-Suppress: None", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = g_strconcat(HEAD, table[i].header, "\n\nOi.\n", NULL);
        g_autoptr(ChMail) mail = parse_with(text, NULL);
        g_test_message("%s", table[i].header);
        g_assert_cmpint(mail->auto_suppress, ==, table[i].suppress);
    }
}

/* So many X-Loop are read, and so many pieces of a name. */
static void test_counts(void)
{
    for (guint over = 0; over < 2; over++) {
        g_autoptr(GString) text = g_string_new(HEAD);
        for (guint i = 0; i < 8 + over; i++)
            g_string_append_printf(text, "X-Loop: <%u@x.example>\n", i);
        g_string_append(text, "Content-Type: image/png");
        for (guint i = 0; i < 100 + over; i++)
            g_string_append_printf(text, ";\n name*%u=%c", i, i < 100 ? 'a' : 'b');
        g_string_append(text, "\n\nx\n");
        g_autoptr(ChMail) mail = parse_with(text->str, NULL);
        g_assert_cmpuint(mail->loop_marks->len, ==, 8);
        g_assert_cmpuint(mail->attachments->len, ==, 1);
        const ChAttachment *file = g_ptr_array_index(mail->attachments, 0);
        g_assert_cmpuint(strspn(file->name, "a"), ==, 100);
        g_assert_null(strchr(file->name, 'b'));
    }
}

/* Once the time is over it stays so, however small the next step is. */
static void test_deadline(void)
{
    ch_clock_set_work(2 * G_USEC_PER_SEC);
    ch_deadline_begin(1);
    g_assert_false(ch_deadline_passed(1));
    g_assert_true(ch_deadline_passed(CH_DEADLINE_NOW));
    g_assert_true(ch_deadline_passed(1));
    g_assert_true(ch_deadline_end());
    g_assert_false(ch_deadline_passed(CH_DEADLINE_NOW)); /* no time runs now */
    g_assert_false(ch_deadline_end());
    ch_clock_set_work(-1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/parse-bounds/parts", test_parts);
    g_test_add_func("/parse-bounds/message-id", test_message_id);
    g_test_add_func("/parse-bounds/fields", test_fields);
    g_test_add_func("/parse-bounds/value", test_value);
    g_test_add_func("/parse-bounds/subject", test_subject);
    g_test_add_func("/parse-bounds/block", test_block);
    g_test_add_func("/parse-bounds/repaired", test_repaired);
    g_test_add_func("/parse-bounds/deadline", test_deadline);
    g_test_add_func("/parse-bounds/counts", test_counts);
    g_test_add_func("/parse-bounds/suppress", test_suppress);
    return g_test_run();
}
