/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords, from wherever the configuration says. They are told to the log before anybody can log them; no
 * error repeats a command or what it wrote. */
#include "base/config.h"

#include "base/error.h"
#include "base/log.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 8192 /* P13; OAuth2 tokens are long */
#define KILL_AFTER 5    /* seconds that a command has to end when it was asked to */

/* As g_input_stream_read, but of a pipe whose other end may stay silent: 0 after UNTIL (monotonic; 0: for
 * ever), too. */
static gssize read_some(GInputStream *stream, char *to, gsize room, gint64 until)
{
    if (until) {
        GPollFD one = {g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(stream)), G_IO_IN | G_IO_HUP, 0};
        gint64 left = (until - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
        if (left <= 0 || g_poll(&one, 1, (gint)left) == 0)
            return 0;
    }
    return g_input_stream_read(stream, to, room, NULL, NULL);
}

/* Reads STREAM to its end, or until UNTIL, and gives its first line. The rest is read and thrown away, so
 * that a command that says more is not killed by a closed pipe. NULL: *WHY says what was wrong (static). */
static char *first_line(GInputStream *stream, gint64 until, const char **why)
{
    char line[SECRET_MAX + 1], more[4096];
    gsize length = 0;
    gssize got = 1;
    *why = NULL;
    while (got > 0 && length < sizeof line) {
        got = read_some(stream, line + length, sizeof line - length, until);
        length += (gsize)MAX(got, 0);
    }
    if (got < 0)
        *why = "could not be read";
    while (got > 0)
        got = read_some(stream, more, sizeof more, until);
    char *newline = memchr(line, '\n', length);
    gsize end = newline ? (gsize)(newline - line) : length;
    if (end == sizeof line)
        *why = "has a first line of more than 8192 bytes";
    while (end && line[end - 1] == '\r')
        end--;
    if (!*why && !end)
        *why = "has an empty first line";
    if (!*why && memchr(line, '\0', end))
        *why = "has a NUL in its first line";
    return *why ? NULL : g_strndup(line, end);
}

/* timeout(1) ends a command that does not end by itself, and what it started. */
static char *from_command(const char *command, guint seconds, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *limit = g_strdup_printf("%u", seconds);
    g_autofree char *kill_after = g_strdup_printf("--kill-after=%u", KILL_AFTER);
    gint64 late = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    /* Its stderr is not ours to log: it may say more than it should. */
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &cause,
                         "timeout", kill_after, limit, "/bin/sh", "-c", command, NULL);
    if (!process) {
        g_set_error_literal(error, CH_ERROR, CH_ERROR_CONFIG,
                            "password_command could not be started, expected a command for /bin/sh");
        return NULL;
    }
    const char *why;
    g_autofree char *secret =
        first_line(g_subprocess_get_stdout_pipe(process), late + (KILL_AFTER + 1) * G_TIME_SPAN_SECOND, &why);
    g_subprocess_wait(process, NULL, NULL);
    g_autofree char *end = NULL;
    gboolean exited = g_subprocess_get_if_exited(process);
    gboolean ended = exited && g_subprocess_get_exit_status(process) == 0;
    if (!ended && g_get_monotonic_time() >= late)
        end = g_strdup_printf("did not end within %u s", seconds);
    else if (!exited)
        end = g_strdup_printf("was killed by signal %d, expected exit status 0",
                              g_subprocess_get_term_sig(process));
    else if (!ended)
        end = g_strdup_printf("ended with exit status %d, expected 0", g_subprocess_get_exit_status(process));
    else if (!secret)
        end = g_strdup_printf("%s, expected the password there", why);
    if (end) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "password_command %s", end);
        return NULL;
    }
    return g_steal_pointer(&secret);
}

static char *from_variable(const char *variable, GError **error)
{
    const char *value = g_getenv(variable);
    if (value && *value)
        return g_strdup(value);
    g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                "password_env: the environment variable %s is %s, expected the password there", variable,
                value ? "empty" : "not set");
    return NULL;
}

/* GIO's own message says the path again. */
static const char *why_unreadable(const GError *cause)
{
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        return g_strerror(ENOENT);
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        return g_strerror(EACCES);
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY))
        return g_strerror(EISDIR);
    return cause->message;
}

static char *from_file(const char *path, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GError) cause = NULL;
    g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, &cause);
    if (!stream) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                    "password_file %s: %s, expected a file that can be read", path, why_unreadable(cause));
        return NULL;
    }
    const char *why;
    char *secret = first_line(G_INPUT_STREAM(stream), 0, &why);
    if (!secret)
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "password_file %s %s, expected the password there",
                    path, why);
    return secret;
}

static void look_at(GHashTable *seen, const char *path, gboolean reading)
{
    struct stat status;
    if (!path || !g_hash_table_add(seen, (gpointer)path))
        return;
    if (!reading && stat(path, &status) == 0 && status.st_mode & S_IROTH)
        ch_log(CH_LOG_WARNING, "password-readable-by-all", "file", path, "expected", "chmod o-r", NULL);
    if (reading && access(path, R_OK) != 0)
        ch_log(CH_LOG_WARNING, "password-not-readable", "file", path, "found", g_strerror(errno), "expected",
               "a file that the user of the desk can read", NULL);
}

void ch_secret_look(const ChConfig *config, gboolean reading)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < config->mailboxes->len; i++)
        look_at(seen, ((const ChMailboxConfig *)g_ptr_array_index(config->mailboxes, i))->password.file,
                reading);
    look_at(seen, config->smtp.password.file, reading);
}

gboolean ch_secret_resolve(const ChSecret *secret, guint seconds, char **password, GError **error)
{
    *password = NULL;
    if (!secret->value && !secret->command && !secret->variable && !secret->file)
        return TRUE;
    if (secret->value)
        *password = g_strdup(secret->value);
    else if (secret->command)
        *password = from_command(secret->command, CLAMP(seconds, 1, CH_SECRET_SECONDS), error);
    else if (secret->variable)
        *password = from_variable(secret->variable, error);
    else
        *password = from_file(secret->file, error);
    if (!*password)
        return FALSE;
    ch_log_secret(*password);
    return TRUE;
}
