/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ground floor: what the log hides, waits, and exit codes. Tokens are in test_token.c. */
#include "base/clock.h"
#include "base/error.h"
#include "base/fold.h"
#include "base/log.h"

#include <sysexits.h>

/* -- log. Each runs in a process of its own, whose stderr is compared. */

static void test_log_line(void)
{
    if (g_test_subprocess()) {
        ch_log(CH_LOG_NOTICE, "mail-taken", "mailbox", "suporte", "none", NULL, "uid", "7", NULL);
        /* NULL as a value would end the list in a careless reader: what follows must be there. */
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*-*-*T??:??:??Z notice mail-taken mailbox=suporte uid=7\n");
}

static void test_log_quoting(void)
{
    if (g_test_subprocess()) {
        ch_log(CH_LOG_INFO, "e", "a", "two words", "b", "", "c", "x\"y\\z", "d", "line\nforged=1", "e",
               "\033[31m\r\x7f", "f", "k=v", "g", "bad\xff", "h", "ação", NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*info e a=\"two words\" b=\"\" c=\"x\\\"y\\\\z\" d=\"line\\nforged=1\" "
                              "e=\"\\x1b[31m\\x0d\\x7f\" f=\"k=v\" g=bad\xef\xbf\xbd h=ação\n");
}

static void test_log_private_keys(void)
{
    if (g_test_subprocess()) {
        ch_log(CH_LOG_INFO, "e", "password", "p1", "token", "p2", "secret", "p3", "text", "p4", "body", "p5",
               "reply", "p6", "subject", "shown", NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*e password=[redacted] token=[redacted] secret=[redacted] text=[redacted] "
                              "body=[redacted] reply=[redacted] subject=shown\n");
}

static void test_log_secrets(void)
{
    if (g_test_subprocess()) {
        ch_log_secret("abc"); /* too short: it would blacken half the log */
        ch_log_secret(NULL);
        ch_log_secret("hunter");
        ch_log_secret("hunter2-long"); /* begins with another secret: its tail must not be left */
        ch_log_secret("with \"quotes\"");
        g_autoptr(GError) error = g_error_new(CH_ERROR, CH_ERROR_AUTH, "refused hunter2-long");
        ch_log(CH_LOG_INFO, "e", "a", "abc", "b", "xhunterx", "c", "hunter2-long", "d", "a with \"quotes\" b",
               NULL);
        ch_log_error("login", error, "user", "suporte", NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*e a=abc b=x[redacted]x c=[redacted] d=\"a [redacted] b\"\n"
                              "*error login user=suporte error=\"refused [redacted]\"\n");
}

/* A secret that is cut at the end of a long value shows none of its letters. */
static void test_log_long_values(void)
{
    if (g_test_subprocess()) {
        ch_log_secret("hunter2");
        g_autofree char *padding = g_strnfill(508, 'x'), *value = g_strconcat(padding, "hunter2", NULL);
        ch_log(CH_LOG_INFO, "e", "a", value, NULL);
        g_autofree char *huge = g_strnfill(100000, 'y');
        ch_log(CH_LOG_INFO, "f", "a", huge, NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_autofree char *y = g_strnfill(512, 'y'), *pattern = g_strdup_printf("*e a=*x[red\n*f a=%s\n", y);
    g_test_trap_assert_stderr(pattern);
    g_test_trap_assert_stderr_unmatched("*hunt*");
}

static void test_log_level(void)
{
    if (g_test_subprocess()) {
        ch_log(CH_LOG_DEBUG, "hidden", NULL);
        ch_log_level(CH_LOG_DEBUG);
        ch_log(CH_LOG_DEBUG, "shown", NULL);
        ch_log_level(CH_LOG_ERROR);
        ch_log(CH_LOG_WARNING, "hidden", NULL);
        g_autoptr(GError) again = g_error_new(CH_ERROR, CH_ERROR_NETWORK, "x");
        ch_log_error("hidden", again, NULL); /* temporary: a warning */
        ch_log_error("last", NULL, NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*debug shown\n*error last\n");
    g_test_trap_assert_stderr_unmatched("*hidden*");
}

static void test_log_journal(void)
{
    if (g_test_subprocess()) {
        g_setenv("JOURNAL_STREAM", "8:1", TRUE);
        ch_log(CH_LOG_WARNING, "e", "a", "1", NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("<4>warning e a=1\n");
}

/* -- clock */

static void test_backoff(void)
{
    static const struct {
        guint attempt, base, cap, wait; /* before it is moved */
    } cases[] = {{1, 60, 14400, 60},
                 {2, 60, 14400, 120},
                 {3, 60, 14400, 240},
                 {8, 60, 14400, 7680},
                 {9, 60, 14400, 14400},
                 {10, 60, 14400, 14400},
                 {G_MAXUINT, 60, 14400, 14400},
                 {1, 100, 40, 40},
                 {0, 60, 14400, 60},
                 {5, 1, 8, 8}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint least = G_MAXUINT, most = 0;
        for (guint n = 0; n < 400; n++) {
            guint wait = ch_backoff(cases[i].attempt, cases[i].base, cases[i].cap);
            least = MIN(least, wait);
            most = MAX(most, wait);
        }
        g_assert_cmpuint(least, >=, cases[i].wait * 3 / 4);
        g_assert_cmpuint(most, <=, cases[i].wait + cases[i].wait / 4);
        g_assert_cmpuint(least, <, most); /* many clients don't come back together */
    }
    g_assert_cmpuint(ch_backoff(1, 0, 0), ==, 1); /* never at once, for ever */
}

static void test_clock(void)
{
    gint64 before = g_get_real_time() / G_USEC_PER_SEC, now = ch_clock_now();
    g_assert_cmpint(now, >=, before);
    g_assert_cmpint(now, <=, g_get_real_time() / G_USEC_PER_SEC);
    ch_clock_set(0);
    g_assert_cmpint(ch_clock_now(), ==, 0);
    ch_clock_set(1795528800);
    g_assert_cmpint(ch_clock_now(), ==, 1795528800);
    g_autoptr(GError) error = NULL;
    g_assert_true(ch_clock_check(&error));
    g_assert_no_error(error);
    ch_clock_set(4 * 86400 + 5); /* an empty battery */
    g_assert_false(ch_clock_check(&error));
    g_assert_true(ch_error_is_temporary(error));
    g_assert_nonnull(strstr(error->message, "1970-01-05"));
    ch_clock_set(-1);
    g_assert_cmpint(ch_clock_now(), >=, before);
}

/* -- error */

static void test_errors(void)
{
    static const struct {
        ChErrorCode code;
        int exit;
        gboolean temporary;
    } cases[] = {{CH_ERROR_USAGE, EX_USAGE, FALSE},
                 {CH_ERROR_CONFIG, EX_CONFIG, FALSE},
                 {CH_ERROR_INPUT, EX_DATAERR, FALSE},
                 {CH_ERROR_LIMIT, EX_DATAERR, FALSE},
                 {CH_ERROR_IO, EX_IOERR, TRUE},
                 {CH_ERROR_STORE, EX_IOERR, TRUE},
                 {CH_ERROR_NEWER, EX_CONFIG, FALSE},
                 {CH_ERROR_BUSY, EX_TEMPFAIL, TRUE},
                 {CH_ERROR_NETWORK, EX_TEMPFAIL, TRUE},
                 {CH_ERROR_TLS, EX_NOPERM, FALSE},
                 {CH_ERROR_AUTH, EX_NOPERM, FALSE},
                 {CH_ERROR_PROTOCOL, EX_PROTOCOL, TRUE},
                 {CH_ERROR_REFUSED, EX_UNAVAILABLE, FALSE},
                 {CH_ERROR_NOT_FOUND, EX_NOINPUT, FALSE},
                 {CH_ERROR_CANCELLED, EX_TEMPFAIL, FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = g_error_new_literal(CH_ERROR, (gint)cases[i].code, "x");
        g_assert_cmpint(ch_error_exit_code(error), ==, cases[i].exit);
        g_assert_cmpint(ch_error_is_temporary(error), ==, cases[i].temporary);
    }
    g_assert_cmpuint(G_N_ELEMENTS(cases), ==, CH_ERROR_CANCELLED + 1); /* all of them */
    g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "x");
    g_assert_cmpint(ch_error_exit_code(foreign), ==, EX_SOFTWARE);
    g_assert_false(ch_error_is_temporary(foreign));
    g_assert_cmpint(ch_error_exit_code(NULL), ==, EX_OK);
    g_assert_false(ch_error_is_temporary(NULL));
}

static void test_fold(void)
{
    static const struct {
        const char *text, *folded;
    } table[] = {
        {"Didn\u00b4t", "didn't"},
        {"d\u2019\u00c1gua", "d'agua"},
        {"`x\u2018", "'x'"},
        {"A\u2011B\u2010C", "a-b-c"},
        {" a \u00a0\n\u3000b\t", "a b"},
        {"\u0130stanbul", "istanbul"},
        {"\ufb01m", "fim"},
        {"A\u00e7a\u0303o", "acao"},
        {"\u1112\u1161\u11ab", "한"},
        {"\u2026", "..."},
        {"\u0301\u200a", ""},
        {"", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *folded = ch_fold(table[i].text, strlen(table[i].text));
        g_assert_cmpstr(folded, ==, table[i].folded);
    }
    g_autofree char *cut = ch_fold("a\u00e7", 2); /* not in the middle of a character */
    g_assert_cmpstr(cut, ==, "a");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_unsetenv("JOURNAL_STREAM");
    g_test_add_func("/base/fold", test_fold);
    g_test_add_func("/base/log/line", test_log_line);
    g_test_add_func("/base/log/quoting", test_log_quoting);
    g_test_add_func("/base/log/private-keys", test_log_private_keys);
    g_test_add_func("/base/log/secrets", test_log_secrets);
    g_test_add_func("/base/log/long-values", test_log_long_values);
    g_test_add_func("/base/log/level", test_log_level);
    g_test_add_func("/base/log/journal", test_log_journal);
    g_test_add_func("/base/clock/backoff", test_backoff);
    g_test_add_func("/base/clock/clock", test_clock);
    g_test_add_func("/base/error/table", test_errors);
    return g_test_run();
}
