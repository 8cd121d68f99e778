/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ground floor: what the log hides, what a signed Message-ID proves, waits, and exit codes. */
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/token.h"

#include <string.h>
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

/* -- token */

static const ChKey key = {.id = 3, .secret = {1, 2, 3, 4, 5, 6, 7, 8}};
static const ChMessageId about = {.key = 3, .ticket = 1042, .entry = 17, .serial = 99};

static void test_message_id_form(void)
{
    g_autofree char *id = ch_message_id_new(&key, &about, "Ana@Example.br", "desk.example.br");
    g_assert_true(
        g_regex_match_simple("^ch\\.3\\.1042\\.17\\.99\\.[0-9a-f]{32}@desk\\.example\\.br$", id, 0, 0));
    g_autofree char *again = ch_message_id_new(&key, &about, "ana@example.BR", "desk.example.br");
    g_assert_cmpstr(id, ==, again); /* P5: the same at each attempt; addresses in any case */
    g_autofree char *bracketed = g_strdup_printf("<%s>", id), *upper = g_ascii_strup(id, -1);
    const char *forms[] = {id, bracketed, upper}; /* some mail programs change the case */
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        ChMessageId read = {0};
        g_assert_true(ch_message_id_parse(forms[i], &read));
        g_assert_cmpuint(read.key, ==, 3);
        g_assert_cmpint(read.ticket, ==, 1042);
        g_assert_cmpint(read.entry, ==, 17);
        g_assert_cmpint(read.serial, ==, 99);
        g_assert_true(ch_message_id_verify(forms[i], &key, "ANA@example.br"));
    }
}

/* The extremes survive. */
static void test_message_id_limits(void)
{
    ChKey last = {.id = G_MAXUINT32};
    ChMessageId most = {G_MAXUINT32, G_MAXINT64, G_MAXINT64, G_MAXINT64}, least = {0, 0, 0, 0}, read;
    ChKey first = {.id = 0};
    g_autofree char *high = ch_message_id_new(&last, &most, "a@b", "c"),
                    *low = ch_message_id_new(&first, &least, "a@b", "c");
    g_assert_true(ch_message_id_verify(high, &last, "a@b"));
    g_assert_true(ch_message_id_verify(low, &first, "a@b"));
    g_assert_true(ch_message_id_parse(high, &read));
    g_assert_cmpint(read.serial, ==, G_MAXINT64);
}

/* One thing changed, and the signature no longer holds. */
static void test_message_id_changes(void)
{
    g_autofree char *id = ch_message_id_new(&key, &about, "ana@example.br", "desk.example.br");
    g_assert_true(ch_message_id_verify(id, &key, "ana@example.br"));

    static const struct {
        const char *from, *to;
    } fields[] = {{".1042.", ".1043."},   {".1042.", ".104."}, {".17.", ".18."},          {".99.", ".98."},
                  {".17.99.", ".99.17."}, {"ch.3.", "ch.4."},  {".1042.17.", ".104.217."}};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autoptr(GString) forged = g_string_new(id);
        g_assert_cmpuint(g_string_replace(forged, fields[i].from, fields[i].to, 1), ==, 1);
        ChMessageId read;
        g_assert_true(ch_message_id_parse(forged->str, &read));
        ChKey same_secret = key;
        same_secret.id = read.key; /* as if that key had been looked up */
        g_assert_false(ch_message_id_verify(forged->str, &same_secret, "ana@example.br"));
    }
    static const char *const others[] = {"ana@example.com", "ana@example.br.", "bruno@example.br", "",
                                         "ana@example.b"};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(ch_message_id_verify(id, &key, others[i]));

    const char *mac = strchr(id, '@') - 32;
    for (guint i = 0; i < 32; i++) {
        g_autofree char *forged = g_strdup(id);
        char *digit = forged + (mac - id) + i;
        *digit = *digit == '0' ? '1' : '0';
        g_assert_false(ch_message_id_verify(forged, &key, "ana@example.br"));
    }
    for (guint i = 0; i < CH_KEY_BYTES; i++) {
        ChKey other = key;
        other.secret[i] ^= 0x80;
        g_assert_false(ch_message_id_verify(id, &other, "ana@example.br"));
    }
    ChKey other_id = key;
    other_id.id = 4; /* the same secret under another number is another key */
    g_assert_false(ch_message_id_verify(id, &other_id, "ana@example.br"));
}

static void test_message_id_malformed(void)
{
#define MAC "0123456789abcdef0123456789abcdef"
    static const char *const bad[] = {
        "",
        "<",
        "<>",
        "ch.",
        "ch.@",
        "a@b",
        "ch.1.2.3.4@b",
        "ch.1.2.3." MAC "@b",
        "ch.1.2.3.4.5." MAC "@b",
        "ch.1.2.3.4." MAC,
        "ch.1.2.3.4." MAC ">",
        "ch.1.2.3.4.0" MAC "@b",
        "ch.1.2.3.4.0123@b",
        "ch.1.2.3.4.g123456789abcdef0123456789abcdef@b",
        "ch.-1.2.3.4." MAC "@b",
        "ch.1.+2.3.4." MAC "@b",
        "ch.1. 2.3.4." MAC "@b",
        "ch.1.2..4." MAC "@b",
        "ch.1.2.3.9223372036854775808." MAC "@b",
        "ch.1.2.3.99999999999999999999." MAC "@b",
        "ch.4294967296.2.3.4." MAC "@b",
        "ch.0x1.2.3.4." MAC "@b",
        "xch.1.2.3.4." MAC "@b",
        "<<ch.1.2.3.4." MAC "@b>",
        " ch.1.2.3.4." MAC "@b",
        "hc.1.2.3.4." MAC "@b",
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        ChMessageId read;
        g_test_message("%s", bad[i]);
        g_assert_false(ch_message_id_parse(bad[i], &read));
        g_assert_false(ch_message_id_verify(bad[i], &key, "ana@example.br"));
    }
    ChMessageId read;
    g_assert_true(ch_message_id_parse("ch.1.2.3.4." MAC "@b", &read)); /* the form that the others miss */
    g_assert_false(ch_message_id_verify("ch.3.2.3.4." MAC "@b", &key, "ana@example.br"));
    /* Every beginning of a good one is bad, up to the @. */
    g_autofree char *id = ch_message_id_new(&key, &about, "ana@example.br", "b");
    for (gsize length = 0; length < strlen(id) - 1; length++) {
        g_autofree char *part = g_strndup(id, length);
        g_assert_false(ch_message_id_parse(part, &read));
    }
}

static void test_sha256(void)
{
    static const struct {
        const char *text, *digest; /* FIPS 180-2, appendix B */
    } cases[] = {{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                 {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        char digest[65];
        ch_sha256(cases[i].text, strlen(cases[i].text), digest);
        g_assert_cmpstr(digest, ==, cases[i].digest);
    }
}

static void test_random(void)
{
    guint8 one[32] = {0}, other[32] = {0}, zero[32] = {0};
    ch_random(one, sizeof one);
    ch_random(other, sizeof other);
    g_assert_cmpint(memcmp(one, other, sizeof one), !=, 0);
    g_assert_cmpint(memcmp(one, zero, sizeof one), !=, 0);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_unsetenv("JOURNAL_STREAM");
    g_test_add_func("/base/log/line", test_log_line);
    g_test_add_func("/base/log/quoting", test_log_quoting);
    g_test_add_func("/base/log/private-keys", test_log_private_keys);
    g_test_add_func("/base/log/secrets", test_log_secrets);
    g_test_add_func("/base/log/long-values", test_log_long_values);
    g_test_add_func("/base/log/level", test_log_level);
    g_test_add_func("/base/log/journal", test_log_journal);
    g_test_add_func("/base/token/form", test_message_id_form);
    g_test_add_func("/base/token/limits", test_message_id_limits);
    g_test_add_func("/base/token/changes", test_message_id_changes);
    g_test_add_func("/base/token/malformed", test_message_id_malformed);
    g_test_add_func("/base/token/sha256", test_sha256);
    g_test_add_func("/base/token/random", test_random);
    g_test_add_func("/base/clock/backoff", test_backoff);
    g_test_add_func("/base/clock/clock", test_clock);
    g_test_add_func("/base/error/table", test_errors);
    return g_test_run();
}
