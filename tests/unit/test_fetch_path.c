/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail from files: which, in what order, and what stays as it was. */
#include "base/error.h"
#include "fetch/source.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    GPtrArray *mails; /* of ChIncoming */
    guint waits;      /* calls of kept that wait */
    gboolean full;    /* take fails */
} Sink;

static gboolean take(gpointer data, ChIncoming *incoming, GError **error)
{
    Sink *sink = data;
    if (sink->full) {
        ch_incoming_free(incoming);
        g_set_error(error, CH_ERROR, CH_ERROR_STORE, "full");
        return FALSE;
    }
    g_ptr_array_add(sink->mails, incoming);
    return TRUE;
}

static GArray *kept(gpointer data, const char *mailbox, const char *folder, gboolean wait, GError **error)
{
    Sink *sink = data;
    (void)error;
    g_assert_null(mailbox);
    g_assert_null(folder);
    sink->waits += wait;
    return g_array_new(FALSE, FALSE, sizeof(guint32));
}

typedef struct {
    char *folder;
    Sink sink;
    ChSink table;
    ChLimits limits;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->folder = g_dir_make_tmp("chamado-path-XXXXXX", NULL);
    fixture->sink = (Sink){.mails = g_ptr_array_new_with_free_func((GDestroyNotify)ch_incoming_free)};
    fixture->table = (ChSink){.data = &fixture->sink, .take = take, .kept = kept};
    ch_limits_default(&fixture->limits);
}

static void remove_all(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_all(child);
    }
    g_remove(path);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    remove_all(fixture->folder);
    g_free(fixture->folder);
    g_ptr_array_unref(fixture->sink.mails);
}

static void put(Fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static gboolean pass(Fixture *fixture, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_autoptr(ChSource) source = ch_source_path_new(path, &fixture->limits, &fixture->table);
    gboolean done = ch_source_pass(source, NULL, error);
    g_assert_true(ch_source_wait(source, NULL, NULL)); /* nothing to wait for */
    return done;
}

/* The texts of all mails taken, one after the other, "|" between. */
static char *taken(Fixture *fixture)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < fixture->sink.mails->len; i++) {
        const ChIncoming *incoming = g_ptr_array_index(fixture->sink.mails, i);
        gsize size;
        const char *raw = g_bytes_get_data(incoming->raw, &size);
        g_assert_null(incoming->mailbox);
        g_assert_cmpuint(incoming->uid, ==, 0);
        g_string_append(g_string_append_len(all, raw, size), "|");
    }
    return g_string_free(all, FALSE);
}

static void test_maildir(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "m/new/3.c", "three\r\n");
    put(fixture, "m/cur/1.a:2,S", "one\n");
    put(fixture, "m/cur/4.d:2,", "four");
    put(fixture, "m/new/2.b", "two");
    put(fixture, "m/tmp/0.t", "not yet delivered");
    put(fixture, "m/cur/.hidden", "no mail");
    g_autoptr(GError) error = NULL;
    g_assert_true(pass(fixture, "m", &error));
    g_assert_no_error(error);
    g_autofree char *all = taken(fixture);
    g_assert_cmpstr(all, ==, "one\n|two|three\r\n|four|");
    g_assert_cmpuint(fixture->sink.waits, ==, 1);
    g_autofree char *still = g_build_filename(fixture->folder, "m/new/3.c", NULL);
    g_assert_true(g_file_test(still, G_FILE_TEST_EXISTS));
}

static void test_eml_folder(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "e/b.eml", "b");
    put(fixture, "e/a.eml", "a");
    put(fixture, "e/readme.txt", "no mail");
    g_autoptr(GError) error = NULL;
    g_assert_true(pass(fixture, "e", &error));
    g_autofree char *all = taken(fixture);
    g_assert_cmpstr(all, ==, "a|b|");
}

static void test_file(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "one", "From x y\nSubject: s\n\nt\n");
    g_autoptr(GError) error = NULL;
    g_assert_true(pass(fixture, "one", &error));
    g_autofree char *all = taken(fixture);
    g_assert_cmpstr(all, ==, "Subject: s\n\nt\n|");
    const ChIncoming *incoming = g_ptr_array_index(fixture->sink.mails, 0);
    g_assert_true(g_str_has_suffix(incoming->source, "/one"));
    g_assert_cmpuint(incoming->server_size, ==, 14);
}

/* L3: the header block alone, and how large it is. */
static void test_large(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->limits.mail_bytes = 40;
    fixture->limits.header_bytes = 20;
    put(fixture, "l/a.eml", "Subject: s\r\n\r\n0123456789012345678901234567890123456789");
    put(fixture, "l/b.eml", "Subject: 0123456789012345678901234567890123456789");
    put(fixture, "l/c.eml", "0123456789012345678901234567890123456789");
    g_autoptr(GError) error = NULL;
    g_assert_true(pass(fixture, "l", &error));
    g_autofree char *all = taken(fixture);
    g_assert_cmpstr(all, ==,
                    "Subject: s\r\n\r\n|Subject: 01234567890|0123456789012345678901234567890123456789|");
    static const struct {
        gboolean truncated;
        guint64 size;
    } expected[] = {{TRUE, 54}, {TRUE, 49}, {FALSE, 40}};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        const ChIncoming *incoming = g_ptr_array_index(fixture->sink.mails, i);
        g_assert_cmpint(incoming->truncated, ==, expected[i].truncated);
        g_assert_cmpuint(incoming->server_size, ==, expected[i].size);
    }
}

/* P12: one bad file costs one file, and is told. */
static void test_bad_files(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "b/a.eml", "a");
    put(fixture, "b/b.eml", "");
    put(fixture, "b/z.eml", "z");
    g_autofree char *fifo = g_build_filename(fixture->folder, "b/c.eml", NULL);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_autofree char *link = g_build_filename(fixture->folder, "b/d.eml", NULL);
    g_assert_cmpint(symlink("/nowhere/at/all", link), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(pass(fixture, "b", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, "b.eml"));
    g_autofree char *all = taken(fixture);
    g_assert_cmpstr(all, ==, "a|z|");
}

static void test_missing(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_false(pass(fixture, "nothing", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NOT_FOUND);
}

static void test_sink_fails(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "one", "x");
    fixture->sink.full = TRUE;
    g_autoptr(GError) error = NULL;
    g_assert_false(pass(fixture, "one", &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_STORE);
}

static void test_cancel(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "one", "x");
    g_autofree char *path = g_build_filename(fixture->folder, "one", NULL);
    g_autoptr(ChSource) source = ch_source_path_new(path, &fixture->limits, &fixture->table);
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_cancellable_cancel(cancel);
    g_autoptr(GError) error = NULL;
    g_assert_false(ch_source_pass(source, cancel, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CANCELLED);
    g_assert_cmpuint(fixture->sink.mails->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        {"/fetch/path/maildir", test_maildir},
        {"/fetch/path/eml-folder", test_eml_folder},
        {"/fetch/path/file", test_file},
        {"/fetch/path/large", test_large},
        {"/fetch/path/bad-files", test_bad_files},
        {"/fetch/path/missing", test_missing},
        {"/fetch/path/sink-fails", test_sink_fails},
        {"/fetch/path/cancel", test_cancel},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
