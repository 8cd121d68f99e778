/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail on a pipe: whole, or refused with the right code. */
#include "base/error.h"
#include "fetch/source.h"

#include <string.h>
#include <unistd.h>

static gpointer write_all(gpointer data)
{
    gpointer *arguments = data;
    GBytes *bytes = arguments[0];
    int fd = GPOINTER_TO_INT(arguments[1]);
    gsize length;
    const char *at = g_bytes_get_data(bytes, &length);
    while (length > 0) {
        gssize written = write(fd, at, length);
        if (written <= 0)
            break;
        at += written;
        length -= written;
    }
    close(fd);
    return NULL;
}

/* LENGTH bytes at TEXT through a pipe, with mail_bytes at LIMIT. */
static ChIncoming *through_pipe(const char *text, gsize length, guint64 limit, GError **error)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_autoptr(GBytes) bytes = g_bytes_new(text, length);
    gpointer arguments[] = {bytes, GINT_TO_POINTER(ends[1])};
    GThread *writer = g_thread_new("writer", write_all, arguments);
    ChLimits limits;
    ch_limits_default(&limits);
    limits.mail_bytes = limit;
    ChIncoming *incoming = ch_fetch_stream(ends[0], &limits, "stdin", error);
    close(ends[0]);
    g_thread_join(writer);
    return incoming;
}

static void assert_raw(const ChIncoming *incoming, const char *text, gsize length)
{
    gsize size;
    const char *raw = g_bytes_get_data(incoming->raw, &size);
    g_assert_cmpmem(raw, size, text, length);
}

static void test_whole(void)
{
    static const char mail[] = "Subject: a\r\n\r\nb\0c\nFrom me\n\xff";
    g_autoptr(GError) error = NULL;
    g_autoptr(ChIncoming) incoming = through_pipe(mail, sizeof mail - 1, 1000, &error);
    g_assert_no_error(error);
    assert_raw(incoming, mail, sizeof mail - 1);
    g_assert_cmpstr(incoming->source, ==, "stdin");
    g_assert_null(incoming->mailbox);
    g_assert_false(incoming->truncated);
    g_assert_cmpuint(incoming->server_size, ==, sizeof mail - 1);
}

static void test_from_line(void)
{
    static const char mail[] = "From ana@example.br Tue Nov 24 10:00:00 2026\nSubject: a\n\nFrom b\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(ChIncoming) incoming = through_pipe(mail, sizeof mail - 1, 1000, &error);
    g_assert_no_error(error);
    assert_raw(incoming, "Subject: a\n\nFrom b\n", 19);
}

static void test_limit(void)
{
    g_autofree char *mail = g_strnfill(300000, 'x');
    g_autoptr(GError) error = NULL;
    g_autoptr(ChIncoming) exact = through_pipe(mail, 300000, 300000, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(exact->raw), ==, 300000);
    g_assert_null(through_pipe(mail, 300000, 299999, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==, "stdin: the mail is larger than limits.mail_bytes, 293.0 KiB");
}

static void test_empty(void)
{
    static const char *const mails[] = {"", "From x\n", "From x"};
    for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(through_pipe(mails[i], strlen(mails[i]), 100, &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_INPUT);
    }
}

static void test_unreadable(void)
{
    ChLimits limits;
    ch_limits_default(&limits);
    g_autoptr(GError) error = NULL;
    g_assert_null(ch_fetch_stream(-1, &limits, "stdin", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_IO);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fetch/stream/whole", test_whole);
    g_test_add_func("/fetch/stream/from-line", test_from_line);
    g_test_add_func("/fetch/stream/limit", test_limit);
    g_test_add_func("/fetch/stream/empty", test_empty);
    g_test_add_func("/fetch/stream/unreadable", test_unreadable);
    return g_test_run();
}
