/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where passwords come from, and that none of them reaches an error or the log. */
#include "config_test.h"

#include "base/log.h"

#include <errno.h>
#include <sys/stat.h>

#define SECONDS 2

/* What SECRET gives: the password, "" for none, or "error: …". */
static char *resolve(const ChSecret *secret)
{
    g_autoptr(GError) error = NULL;
    char *password = (char *)"not touched";
    if (ch_secret_resolve(secret, SECONDS, &password, &error)) {
        g_assert_no_error(error);
        return password ? password : g_strdup("");
    }
    g_assert_null(password);
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    return g_strconcat("error: ", error->message, NULL);
}

static void test_command(void)
{
    static const struct {
        const char *command, *expected;
    } cases[] = {
        {"echo hunter2", "hunter2"},
        {"printf hunter2", "hunter2"},
        {"printf 'hunter2\\r\\nlogin: ana\\n'", "hunter2"},
        {"printf '  two words \\n'", "  two words "},
        {"echo 'ação'", "ação"},
        {"echo hunter2; seq 1 100000", "hunter2"}, /* not killed by a closed pipe */
        {"echo noise >&2; echo hunter2", "hunter2"},
        {"cat; echo hunter2", "hunter2"}, /* stdin is empty */
        {"echo hunter2; exec sleep 1000", "error: password_command did not end within 2 s"},
        {"exec >&-; sleep 1000", "error: password_command did not end within 2 s"},
        {"echo hunter2; exit 3", "error: password_command ended with exit status 3, expected 0"},
        {"exit 127", "error: password_command ended with exit status 127, expected 0"},
        {"echo hunter2; kill -9 $$",
         "error: password_command was killed by signal 9, expected exit status 0"},
        {"true", "error: password_command has an empty first line, expected the password there"},
        {"printf '\\nhunter2\\n'",
         "error: password_command has an empty first line, expected the password there"},
        {"printf 'hun\\000ter2\\n'",
         "error: password_command has a NUL in its first line, expected the password there"},
        {"head -c 100000 /dev/zero | tr '\\0' x",
         "error: password_command has a first line of more than 8192 bytes, expected the password there"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        ChSecret secret = {.command = (char *)cases[i].command};
        g_autofree char *got = resolve(&secret);
        g_assert_cmpstr(got, ==, cases[i].expected);
    }
    /* The longest that fits. */
    ChSecret longest = {.command = (char *)"head -c 8192 /dev/zero | tr '\\0' x; echo"};
    g_autofree char *got = resolve(&longest);
    g_assert_cmpuint(strlen(got), ==, 8192);
}

static gpointer resolve_often(gpointer command)
{
    ChSecret secret = {.command = command};
    for (guint i = 0; i < 10; i++) {
        g_autofree char *got = resolve(&secret);
        g_assert_true(g_str_has_prefix(got, "senha-"));
        g_assert_true(g_str_has_suffix(command, got));
    }
    return NULL;
}

/* Each mailbox has its thread, and all log in at once. */
static void test_threads(void)
{
    GThread *threads[4];
    g_auto(GStrv) commands = g_strsplit("echo senha-0,echo senha-1,echo senha-2,echo senha-3", ",", -1);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("mailbox", resolve_often, commands[i]);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

static void test_environment(void)
{
    ChSecret secret = {.variable = (char *)"CHAMADO_TEST_SECRET"};
    g_unsetenv("CHAMADO_TEST_SECRET");
    g_autofree char *unset = resolve(&secret);
    g_assert_cmpstr(
        unset, ==,
        "error: password_env: the environment variable CHAMADO_TEST_SECRET is not set, expected the "
        "password there");
    g_setenv("CHAMADO_TEST_SECRET", "", TRUE);
    g_autofree char *empty = resolve(&secret);
    g_assert_cmpstr(
        empty, ==,
        "error: password_env: the environment variable CHAMADO_TEST_SECRET is empty, expected the "
        "password there");
    g_setenv("CHAMADO_TEST_SECRET", "hunter2", TRUE);
    g_autofree char *got = resolve(&secret);
    g_assert_cmpstr(got, ==, "hunter2");
}

static void test_file(void)
{
    g_autofree char *path = write_file("senha", "hunter2\r\nmore\n", -1);
    ChSecret secret = {.file = path};
    g_autofree char *got = resolve(&secret);
    g_assert_cmpstr(got, ==, "hunter2");
    /* Read anew each time: a changed password is picked up. */
    g_autofree char *again = write_file("senha", "other", -1);
    g_autofree char *changed = resolve(&secret);
    g_assert_cmpstr(changed, ==, "other");
    g_autofree char *cleared = write_file("senha", "\n", -1);
    g_autofree char *empty = resolve(&secret);
    g_autofree char *expected =
        g_strdup_printf("error: password_file %s has an empty first line, expected the password there", path);
    g_assert_cmpstr(empty, ==, expected);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_autofree char *missing = resolve(&secret);
    g_autofree char *no_file = g_strdup_printf(
        "error: password_file %s: %s, expected a file that can be read", path, g_strerror(ENOENT));
    g_assert_cmpstr(missing, ==, no_file);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    g_autofree char *refused = resolve(&secret);
    g_autofree char *no_folder = g_strdup_printf(
        "error: password_file %s: %s, expected a file that can be read", path, g_strerror(EISDIR));
    g_assert_cmpstr(refused, ==, no_folder);
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

static void test_none_and_value(void)
{
    ChSecret none = {0}, value = {.value = (char *)"hunter2"};
    g_autofree char *nothing = resolve(&none), *got = resolve(&value);
    g_assert_cmpstr(nothing, ==, "");
    g_assert_cmpstr(got, ==, "hunter2");
}

/* -- What the log is told. Each runs in a process of its own, since the log keeps its secrets for ever. */

/* Logs VALUE, as somebody might who forgot what it is. */
static void careless(const char *value)
{
    g_autofree char *line = g_strdup_printf("LOGIN suporte %s", value);
    ch_log(CH_LOG_INFO, "imap-command", "line", line, "alone", value, NULL);
}

static void test_log_inline(void)
{
    if (g_test_subprocess()) {
        g_autofree char *path = write_file("x.conf", MAILBOX "password = hunter2\n" DEPARTMENT, -1);
        const char *overrides[] = {"smtp.host=h", "smtp.user=u", "smtp.password=hunter3", NULL};
        g_autoptr(ChConfig) config = ch_config_load(path, overrides, NULL);
        g_assert_nonnull(config);
        careless("hunter2");
        careless("hunter3");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*line=\"LOGIN suporte [redacted]\" alone=[redacted]*"
                              "line=\"LOGIN suporte [redacted]\"*");
    g_test_trap_assert_stderr_unmatched("*hunter*");
}

/* A file with an error: the password is known to the log all the same. */
static void test_log_bad_file(void)
{
    if (g_test_subprocess()) {
        g_autofree char *path = write_file("x.conf", MAILBOX "password = hunter2\ntls = x\n" DEPARTMENT, -1);
        g_autoptr(GError) error = NULL;
        g_assert_null(ch_config_load(path, NULL, &error));
        ch_log_error("config-bad", error, NULL);
        careless("hunter2");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*error config-bad error=\"*x.conf:5: tls is 'x', *\"\n*imap-command*");
    g_test_trap_assert_stderr_unmatched("*hunter*");
}

static void test_log_resolved(void)
{
    if (g_test_subprocess()) {
        g_autofree char *path = write_file("senha", "from-file\n", -1);
        g_setenv("CHAMADO_TEST_SECRET", "from-env", TRUE);
        ChSecret secrets[] = {{.command = (char *)"echo from-command"},
                              {.variable = (char *)"CHAMADO_TEST_SECRET"},
                              {.file = path}};
        for (guint i = 0; i < G_N_ELEMENTS(secrets); i++) {
            g_autofree char *password = resolve(&secrets[i]);
            g_assert_true(g_str_has_prefix(password, "from-"));
            careless(password);
        }
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*LOGIN suporte [redacted]*LOGIN suporte [redacted]*LOGIN suporte [redacted]*");
    g_test_trap_assert_stderr_unmatched("*from-*");
}

/* A file with a password that every user can read is worth a warning, others are not. */
static void test_readable_by_all(void)
{
    if (g_test_subprocess()) {
        static const struct {
            const char *text;
            int mode;
        } cases[] = {{MAILBOX "password = hunter2\n" DEPARTMENT, 0640},
                     {MAILBOX "password_env = X\n" DEPARTMENT, 0644},
                     {MAILBOX "password_file = quiet\n" DEPARTMENT, 0644},
                     {MAILBOX "password = hunter2\n" DEPARTMENT, 0644},
                     {MAILBOX "password_file = loud\n" DEPARTMENT, 0640}};
        g_autofree char *quiet = write_file("quiet", "hunter2\n", -1);
        g_autofree char *loud = write_file("loud", "hunter2\n", -1);
        g_assert_cmpint(g_chmod(quiet, 0640), ==, 0);
        g_assert_cmpint(g_chmod(loud, 0644), ==, 0);
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
            g_autofree char *path = write_file("x.conf", cases[i].text, -1);
            g_assert_cmpint(g_chmod(path, cases[i].mode), ==, 0);
            ch_log(CH_LOG_INFO, "next", NULL);
            g_autoptr(ChConfig) config = ch_config_load(path, NULL, NULL);
            g_assert_nonnull(config);
        }
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(
        "*next\n*next\n*next\n*next\n*warning config-readable-by-all file=*x.conf*next\n"
        "*warning password-readable-by-all file=*loud*");
    g_test_trap_assert_stderr_unmatched("*password-readable-by-all*next*");
    g_test_trap_assert_stderr_unmatched("*hunter*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secret/command", test_command);
    g_test_add_func("/secret/threads", test_threads);
    g_test_add_func("/secret/environment", test_environment);
    g_test_add_func("/secret/file", test_file);
    g_test_add_func("/secret/none-and-value", test_none_and_value);
    g_test_add_func("/secret/log/inline", test_log_inline);
    g_test_add_func("/secret/log/bad-file", test_log_bad_file);
    g_test_add_func("/secret/log/resolved", test_log_resolved);
    g_test_add_func("/secret/readable-by-all", test_readable_by_all);
    return run_in_folder();
}
