/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The directory transport: the files that it writes, and what it does when it can't. */
#include "base/error.h"
#include "deliver/transport_private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "deliver_client.h"

typedef struct {
    char *path;
    ChTransport *transport;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *top = g_dir_make_tmp("chamado-out-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->path = g_build_filename(top, "deep", "out", NULL);
    fixture->transport = ch_transport_directory_new(fixture->path, &error);
    g_assert_no_error(error);
}

static guint count_files(const char *path)
{
    guint count = 0;
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    g_assert_nonnull(directory);
    while (g_dir_read_name(directory))
        count++;
    return count;
}

static void tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GDir) directory = g_dir_open(fixture->path, 0, NULL);
    for (const char *name; directory && (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *file = g_build_filename(fixture->path, name, NULL);
        g_assert_cmpint(g_remove(file), ==, 0);
    }
    ch_transport_free(fixture->transport);
    g_autofree char *deep = g_path_get_dirname(fixture->path);
    g_autofree char *top = g_path_get_dirname(deep);
    g_rmdir(fixture->path);
    g_rmdir(deep);
    g_assert_cmpint(g_rmdir(top), ==, 0);
    g_free(fixture->path);
}

static void test_files(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@x.br");
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    g_ptr_array_add(envelopes, ch_envelope_new(2, "", "bia@x.br", empty, 0));
    add(envelopes, "caio@x.br\r\nBcc: spy@x.br");
    for (guint attempt = 0; attempt < 2; attempt++) {
        g_autoptr(GPtrArray) told = send_all(fixture->transport, envelopes, NULL);
        expect(told, 1, CH_DELIVERY_SENT, 250, "");
        expect(told, 2, CH_DELIVERY_SENT, 250, "");
        expect(told, 3, CH_DELIVERY_FAILED, 0, "address");
    }
    static const char *const expected[] = {
        "X-Envelope-From: <desk@example.br>\r\nX-Envelope-To: <ana@x.br>\r\n" MAIL,
        "X-Envelope-From: <>\r\nX-Envelope-To: <bia@x.br>\r\n"};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *path = g_strdup_printf("%s/%010u.eml", fixture->path, i + 1);
        g_autofree char *content = NULL;
        g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
        g_assert_cmpstr(content, ==, expected[i]);
    }
    g_assert_cmpuint(count_files(fixture->path), ==, 2);
}

/* Another thing stands where the file should be: later perhaps not. */
static void test_in_the_way(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = g_strdup_printf("%s/%010u.eml", fixture->path, 1);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@x.br");
    add(envelopes, "bia@x.br");
    g_autoptr(GPtrArray) told = send_all(fixture->transport, envelopes, NULL);
    expect(told, 1, CH_DELIVERY_RETRY, 0, "can't be renamed");
    expect(told, 2, CH_DELIVERY_SENT, 250, "");
    g_assert_cmpuint(count_files(fixture->path), ==, 2);
}

static void test_gone(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_assert_cmpint(g_rmdir(fixture->path), ==, 0);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@x.br");
    g_autoptr(GPtrArray) told = send_all(fixture->transport, envelopes, NULL);
    expect(told, 1, CH_DELIVERY_RETRY, 0, "can't be created");
}

static void test_cancelled(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_cancellable_cancel(cancel);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@x.br");
    g_autoptr(GPtrArray) told = send_all(fixture->transport, envelopes, cancel);
    expect(told, 1, CH_DELIVERY_RETRY, 0, "stopped");
    g_assert_cmpuint(count_files(fixture->path), ==, 0);
}

static void test_no_directory(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ch_transport_directory_new("/dev/null/x", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_IO);
}

/* What may stand between the angle brackets of MAIL FROM and RCPT TO: nothing that ends them early (P13). */
static void test_usable(void)
{
    g_autofree char *longest = g_strnfill(512, 'a'), *longer = g_strnfill(513, 'a');
    const struct {
        const char *from, *to;
        gboolean usable;
    } cases[] = {
        {"a@x.example", "b@x.example", TRUE},
        {"", "b@x.example", TRUE},
        {NULL, "b@x.example", TRUE},
        {"a@x.example", "", FALSE},
        {"a@x.example", "b@x.example> NOTIFY=NEVER", FALSE},
        {"a@x.example", "<b@x.example", FALSE},
        {"a@x.example", "b@x.example\r\nDATA", FALSE},
        {"a@x.example", "b\x7f@x.example", FALSE},
        {"a@x.example> SIZE=1", "b@x.example", FALSE},
        {"a@x.example\r\nRSET", "b@x.example", FALSE},
        {"a@x.example", longest, TRUE},
        {"a@x.example", longer, FALSE},
        {longer, "b@x.example", FALSE},
    };
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *why = NULL;
        ChEnvelope *envelope = ch_envelope_new(1, cases[i].from, cases[i].to, bytes, 0);
        g_assert_cmpint(ch_envelope_is_usable(envelope, &why), ==, cases[i].usable);
        g_assert_cmpint(why != NULL, ==, !cases[i].usable);
        ch_envelope_free(envelope);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/deliver/usable", test_usable);
    g_test_add("/deliver/directory/files", Fixture, NULL, set_up, test_files, tear_down);
    g_test_add("/deliver/directory/in-the-way", Fixture, NULL, set_up, test_in_the_way, tear_down);
    g_test_add("/deliver/directory/gone", Fixture, NULL, set_up, test_gone, tear_down);
    g_test_add("/deliver/directory/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
    g_test_add_func("/deliver/directory/no-directory", test_no_directory);
    return g_test_run();
}
