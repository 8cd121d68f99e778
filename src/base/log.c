/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line for each event, on stderr. Redacts what callers must not have to think about. */
#include "base/log.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define VALUE_MAX 512

static ChLogLevel maximum = CH_LOG_INFO;
static GMutex lock;
/* Of char *, guarded by lock, never freed: they live as long as the program. The longest comes first, so that
 * one that another begins with leaves no tail of it. */
static GPtrArray *secrets;

void ch_log_level(ChLogLevel level)
{
    maximum = level;
}

void ch_log_secret(const char *secret)
{
    if (!secret || strlen(secret) < 4)
        return;
    g_mutex_lock(&lock);
    if (!secrets)
        secrets = g_ptr_array_new_with_free_func(g_free);
    if (!g_ptr_array_find_with_equal_func(secrets, secret, g_str_equal, NULL)) {
        guint at = 0;
        while (at < secrets->len && strlen(g_ptr_array_index(secrets, at)) >= strlen(secret))
            at++;
        g_ptr_array_insert(secrets, (gint)at, g_strdup(secret));
    }
    g_mutex_unlock(&lock);
}

static gboolean is_private_key(const char *key)
{
    static const char *const private[] = {"password", "token", "secret", "text", "body", "reply"};
    for (guint i = 0; i < G_N_ELEMENTS(private); i++)
        if (strcmp(key, private[i]) == 0)
            return TRUE;
    return FALSE;
}

/* With lock held. */
static char *without_secrets(const char *value)
{
    g_autoptr(GString) clean = g_string_new(value);
    for (guint i = 0; secrets && i < secrets->len; i++)
        g_string_replace(clean, g_ptr_array_index(secrets, i), "[redacted]", 0);
    return g_string_free(g_steal_pointer(&clean), FALSE);
}

static void append_value(GString *line, const char *key, const char *value)
{
    if (is_private_key(key)) {
        g_string_append_printf(line, " %s=[redacted]", key);
        return;
    }
    g_autofree char *clean = without_secrets(value);
    g_autofree char *valid = g_utf8_make_valid(clean, MIN(strlen(clean), VALUE_MAX));
    gboolean quote = !*valid || strpbrk(valid, " \t\r\n\"\\=") != NULL;
    g_string_append_printf(line, " %s=%s", key, quote ? "\"" : "");
    for (const char *at = valid; *at; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(line, '\\');
        if (*at == '\n')
            g_string_append(line, "\\n");
        else if ((guchar)*at < 0x20 || *at == 0x7f)
            g_string_append_printf(line, "\\x%02x", (guchar)*at);
        else
            g_string_append_c(line, *at);
    }
    if (quote)
        g_string_append_c(line, '"');
}

static void write_line(ChLogLevel level, const char *event, const GError *error, va_list pairs)
{
    static const char *const names[] = {"", "", "", "error", "warning", "notice", "info", "debug"};
    if (level > maximum)
        return;
    g_autoptr(GString) line = g_string_new(NULL);
    if (g_getenv("JOURNAL_STREAM")) {
        g_string_append_printf(line, "<%d>", level); /* sd-daemon(3); the journal stamps the time itself */
    } else {
        g_autoptr(GDateTime) now = g_date_time_new_now_utc();
        g_autofree char *stamp = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ ");
        g_string_append(line, stamp);
    }
    g_string_append_printf(line, "%s %s", names[level], event);
    g_mutex_lock(&lock);
    for (const char *key; (key = va_arg(pairs, const char *)) != NULL;) {
        const char *value = va_arg(pairs, const char *);
        if (value)
            append_value(line, key, value);
    }
    if (error)
        append_value(line, "error", error->message);
    g_string_append_c(line, '\n');
    fwrite(line->str, 1, line->len, stderr);
    fflush(stderr);
    g_mutex_unlock(&lock);
}

void ch_log(ChLogLevel level, const char *event, ...)
{
    va_list pairs;
    va_start(pairs, event);
    write_line(level, event, NULL, pairs);
    va_end(pairs);
}

void ch_log_error(const char *event, const GError *error, ...)
{
    va_list pairs;
    va_start(pairs, error);
    write_line(ch_error_is_temporary(error) ? CH_LOG_WARNING : CH_LOG_ERROR, event, error, pairs);
    va_end(pairs);
}
