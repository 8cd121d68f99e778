/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where parse's limits lie, to the byte and the piece: the last that is read, and the first that is not. What
 * hostile mails cost is in test_parse_limits.c. */
#include "parse/parse.h"

#include <string.h>

#define HEAD "From: ana@cliente.example.br\nTo: suporte@desk.example.br\nMIME-Version: 1.0\n"

static ChMail *parse_with(const char *text, const ChLimits *limits)
{
    ChLimits defaults;
    ch_limits_default(&defaults);
    g_autoptr(GBytes) raw = g_bytes_new_static(text, strlen(text));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    return ch_parse(incoming, limits ? limits : &defaults);
}

static gboolean has_warning(const ChMail *mail, const char *words)
{
    for (guint i = 0; i < mail->warnings->len; i++)
        if (strstr(g_ptr_array_index(mail->warnings, i), words))
            return TRUE;
    return FALSE;
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/parse-bounds/message-id", test_message_id);
    g_test_add_func("/parse-bounds/fields", test_fields);
    g_test_add_func("/parse-bounds/value", test_value);
    g_test_add_func("/parse-bounds/suppress", test_suppress);
    return g_test_run();
}
