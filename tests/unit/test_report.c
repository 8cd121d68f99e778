/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What delivery reports are made of: one line and the address in it, a status out of words, groups of fields.
 * Whole reports are mails in tests/mail (test_parse.c). */
#include "parse/bounce.h"

#include <string.h>

static void test_line(void)
{
    static const struct {
        const char *line;
        ChLineForm form;
        const char *address, *rest;
    } table[] = {
        {"nobody here", CH_LINE_NOTHING, NULL, NULL},
        {"@", CH_LINE_NOTHING, NULL, NULL},
        {"a @ b", CH_LINE_NOTHING, NULL, NULL},
        {"<ana@x.example>: 550 no", CH_LINE_COLON, "ana@x.example", " 550 no"},
        {"ana@x.example:", CH_LINE_COLON, "ana@x.example", ""},
        {"  ana@x.example", CH_LINE_ALONE, "ana@x.example", ""},
        {"\t> <ana@x.example>", CH_LINE_ALONE, "ana@x.example", ""},
        {"-> ana@x.example", CH_LINE_ALONE, "ana@x.example", ""},
        {"SMTP <ana@x.example>", CH_LINE_ALONE, "ana@x.example", ""},
        {"ana@x.example on 24/11/2026 10:00", CH_LINE_ALONE, "ana@x.example", ""},
        {"ana@x.example em 24/11/2026 10:00", CH_LINE_ALONE, "ana@x.example", ""},
        {"Ana Souza (ana@x.example)<mailto:ana@x.example>", CH_LINE_ALONE, "ana@x.example", ""},
        {"<ana@x.example>... User unknown", CH_LINE_ALONE, "ana@x.example", "User unknown"},
        {"Recipient: [SMTP:ana@x.example]", CH_LINE_LABEL, "ana@x.example", "]"},
        {"Failed to deliver to 'ana@x.example'", CH_LINE_LABEL, "ana@x.example", ""},
        {"To: ana@x.example", CH_LINE_TO, "ana@x.example", ""},
        {"Mail From: <ana@x.example>", CH_LINE_OTHER, "ana@x.example", ""},
        {"please write to ana@x.example about it", CH_LINE_INSIDE, "ana@x.example", " about it"},
        {"\"ana souza\"@x.example:", CH_LINE_COLON, "\"ana souza\"@x.example", ""},
        {"josé@x.example", CH_LINE_ALONE, "josé@x.example", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *address = NULL;
        gsize rest;
        g_test_message("%s", table[i].line);
        g_assert_cmpint(ch_bounce_line(table[i].line, strlen(table[i].line), &address, &rest), ==,
                        table[i].form);
        g_assert_cmpstr(address, ==, table[i].address);
        if (table[i].rest)
            g_assert_cmpstr(table[i].line + rest, ==, table[i].rest);
    }
}

static void test_status(void)
{
    static const struct {
        const char *diagnostic;
        char class;
        const char *status;
    } table[] = {
        {"", '5', ""},
        {"hello", '5', ""},
        {"550 5.1.1 no", '5', "5.1.1"},
        {"550-5.7.26 no", '5', "5.7.26"},
        {"(#5.1.1)", '4', "5.1.1"},
        {"#4.4.1", '5', "4.4.1"},
        {"550 user unknown", '5', "5.1.1"},
        {"550 no thanks", '5', "5.0.0"},
        {"452 Mailbox full", '5', "4.2.2"},
        {"550 5.0.0 user unknown", '5', "5.1.1"},
        {"Caixa postal cheia", '5', "5.2.2"},
        {"mailbox is full", '4', "4.2.2"},
        {"connect to 5.1.1.1 timed out", '5', ""},
        {"Exim 4.94.2", '5', ""},
        {"v5.1.1", '5', ""},
        {"5.1.1x", '5', ""},
        {"host 192.0.2.550 said no", '5', ""},
        {"took 550ms", '5', ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *status = ch_bounce_status(table[i].diagnostic, table[i].class);
        g_test_message("%s", table[i].diagnostic);
        g_assert_cmpstr(status, ==, table[i].status);
    }
}

/* Groups as "recipient action status diagnostic | …". */
static void test_fields(void)
{
    static const struct {
        const char *text;
        gboolean delayed;
        const char *groups;
    } table[] = {
        {"", FALSE, ""},
        {"\n\n \n", FALSE, ""},
        {"Reporting-MTA: dns; x\n", FALSE, ""},
        {"Final-Recipient: rfc822; a@x\n", FALSE, "a@x failed  "},
        {"Final-Recipient: rfc822; a@x\n", TRUE, "a@x delayed  "},
        {"Final-Recipient: a@x\nStatus: 4.0.0\n", FALSE, "a@x delayed 4.0.0 "},
        {"Final-Recipient: a@x\nAction: failed\nStatus: 4.4.1\n", FALSE, "a@x failed 4.4.1 "},
        {"Final-Recipient: a@x\nAction: Expanded\nFinal-Recipient: b@x\nAction: relayed\n", FALSE,
         "a@x expanded   | b@x relayed  "},
        {"Action: failed\nStatus: 5.1.1\n\nAction: failed\nStatus: 5.1.2\n", FALSE, " failed 5.1.1 "},
        {"Final-Recipient: a@x\nAction: failed\nFinal-Recipient: A@X\nAction: failed\n", FALSE,
         "a@x failed  "},
        {"Final-Recipient: rfc822;a+b@x\nAction: failed\n", FALSE, "a+b@x failed  "},
        {"Final-Recipient: LOCAL; joao\nAction: failed\nDiagnostic-Code: X-Unix; 67\n", FALSE,
         "joao failed  67"},
        {"Final-Recipient: a@x (expanded from <b@x>)\nAction: failed\n", FALSE, "a@x failed  "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_bounce_free);
        ch_bounce_fields(table[i].text, strlen(table[i].text), table[i].delayed, list);
        g_autoptr(GString) groups = g_string_new(NULL);
        for (guint j = 0; j < list->len; j++) {
            const ChBounce *bounce = g_ptr_array_index(list, j);
            g_string_append_printf(groups, "%s%s %s %s %s", j ? " | " : "", bounce->recipient, bounce->action,
                                   bounce->status, bounce->diagnostic);
        }
        g_test_message("%s", table[i].text);
        g_assert_cmpstr(groups->str, ==, table[i].groups);
    }
}

static void test_fields_bounded(void)
{
    g_autoptr(GString) text = g_string_new("Diagnostic-Code: smtp; ");
    for (guint i = 0; i < 4000; i++)
        g_string_append(text, "ção ");
    for (guint i = 0; i < CH_BOUNCES_MAX * 2; i++)
        g_string_append_printf(text, "\n\nFinal-Recipient: rfc822; a%u@x\nAction: failed", i);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_bounce_free);
    ch_bounce_fields(text->str, text->len, FALSE, list);
    g_assert_cmpuint(list->len, ==, CH_BOUNCES_MAX);
    for (guint i = 0; i < list->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(list, i);
        g_assert_cmpuint(strlen(bounce->diagnostic), <=, CH_DIAGNOSTIC_MAX);
        g_assert_true(g_utf8_validate(bounce->diagnostic, -1, NULL));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/bounce/line", test_line);
    g_test_add_func("/bounce/status", test_status);
    g_test_add_func("/bounce/fields", test_fields);
    g_test_add_func("/bounce/fields-bounded", test_fields_bounded);
    return g_test_run();
}
