/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What counts as a change of the rules' files, and when a burst of changes is over. The kernel has queued an
 * event when the call that caused it returns: nothing here waits for one. */
#include "admin/rules-watch.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
    char *root; /* holds: rules/a.rules, rules/sub/list, elsewhere/inc.rules, link -> elsewhere */
    ChRulesWatch *watch;
    guint calls;
    GMainLoop *loop;
} Fixture;

static void put(const Fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->root, name, NULL);
    FILE *file = fopen(path, "w"); /* not g_file_set_contents, which renames */
    g_assert_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void folder(const Fixture *f, const char *name)
{
    g_autofree char *path = g_build_filename(f->root, name, NULL);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
}

static void move(const Fixture *f, const char *from, const char *to)
{
    g_autofree char *old = g_build_filename(f->root, from, NULL);
    g_autofree char *new = g_build_filename(f->root, to, NULL);
    g_assert_cmpint(g_rename(old, new), ==, 0);
}

static void drop(const Fixture *f, const char *name)
{
    g_autofree char *path = g_build_filename(f->root, name, NULL);
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void point(const Fixture *f, const char *target, const char *name)
{
    g_autofree char *path = g_build_filename(f->root, name, NULL);
    g_assert_cmpint(symlink(target, path), ==, 0);
}

static void changed(gpointer data)
{
    Fixture *f = data;
    f->calls++;
    g_main_loop_quit(f->loop);
}

static void watch_all(Fixture *f)
{
    g_autofree char *rules = g_build_filename(f->root, "rules", NULL);
    const char *const names[] = {"rules/a.rules", "rules/sub/list", "link/inc.rules", "later/below/list"};
    g_auto(GStrv) files = g_new0(char *, G_N_ELEMENTS(names) + 1);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        files[i] = g_build_filename(f->root, names[i], NULL);
    ch_rules_watch_set(f->watch, rules, (const char *const *)files);
}

static void setup(Fixture *f, gconstpointer data)
{
    (void)data;
    f->root = g_dir_make_tmp("watch-XXXXXX", NULL);
    f->loop = g_main_loop_new(NULL, FALSE);
    folder(f, "rules");
    folder(f, "rules/sub");
    folder(f, "elsewhere");
    folder(f, "elsewhere-2");
    put(f, "rules/a.rules", "1");
    put(f, "rules/sub/list", "1");
    put(f, "rules/new", "2");
    put(f, "elsewhere/inc.rules", "1");
    put(f, "elsewhere-2/inc.rules", "2");
    point(f, "elsewhere", "link");
    f->watch = ch_rules_watch_new(changed, f);
    watch_all(f);
}

static void teardown(Fixture *f, gconstpointer data)
{
    (void)data;
    ch_rules_watch_free(f->watch);
    g_main_loop_unref(f->loop);
    const char *argv[] = {"rm", "-rf", f->root, NULL};
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
    g_free(f->root);
}

/* Whether something counted since the last call. */
static gboolean noticed(Fixture *f)
{
    gboolean some = ch_rules_watch_poll(f->watch);
    watch_all(f);
    return some;
}

static void test_changes(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_false(noticed(f));
    put(f, "rules/a.rules", "2");
    g_assert_true(noticed(f)); /* written over */
    move(f, "rules/new", "rules/a.rules");
    g_assert_true(noticed(f)); /* renamed over */
    drop(f, "rules/a.rules");
    g_assert_true(noticed(f));
    put(f, "rules/a.rules", "3");
    g_assert_true(noticed(f)); /* made again */
    put(f, "rules/b.rules", "1");
    g_assert_true(noticed(f)); /* one that was not there */
    put(f, "rules/sub/list", "2");
    g_assert_true(noticed(f));
    put(f, "elsewhere/inc.rules", "2");
    g_assert_true(noticed(f)); /* through a symbolic link */
}

static void test_folders(Fixture *f, gconstpointer data)
{
    (void)data;
    move(f, "rules", "rules-old");
    g_assert_true(noticed(f));
    folder(f, "rules");
    g_assert_true(noticed(f));
    put(f, "rules/a.rules", "4");
    g_assert_true(noticed(f)); /* in the new one */
    put(f, "rules-old/a.rules", "5");
    g_assert_false(noticed(f)); /* not in the old one */
    drop(f, "link");
    point(f, "elsewhere-2", "link");
    g_assert_true(noticed(f));
    put(f, "elsewhere-2/inc.rules", "3");
    g_assert_true(noticed(f));
    put(f, "elsewhere/inc.rules", "3");
    g_assert_false(noticed(f));
    folder(f, "later");
    g_assert_true(noticed(f)); /* a folder that appears, on the way to a file */
    folder(f, "later/below");
    g_assert_true(noticed(f));
    put(f, "later/below/list", "1");
    g_assert_true(noticed(f));
}

static void test_others(Fixture *f, gconstpointer data)
{
    (void)data;
    put(f, "rules/.a.rules.swp", "1");
    put(f, "rules/README", "1");
    put(f, "rules/sub/other", "1");
    put(f, "elsewhere/other.rules", "1");
    put(f, "file", "1");
    g_assert_false(noticed(f));
}

static void test_more_files(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *known = g_build_filename(f->root, "rules/a.rules", NULL);
    g_autofree char *fresh = g_build_filename(f->root, "elsewhere-2/inc.rules", NULL);
    const char *const first[] = {known, NULL};
    const char *const second[] = {known, fresh, NULL};
    g_assert_false(ch_rules_watch_add(f->watch, first));
    g_assert_true(ch_rules_watch_add(f->watch, second));
    g_assert_false(ch_rules_watch_add(f->watch, second));
    put(f, "elsewhere-2/inc.rules", "3");
    g_assert_true(noticed(f));
}

static gboolean write_more(gpointer data)
{
    Fixture *f = data;
    static guint count;
    g_autofree char *text = g_strdup_printf("%u", ++count);
    put(f, "rules/a.rules", text);
    return G_SOURCE_CONTINUE;
}

static gboolean stop_writing(gpointer data)
{
    g_source_remove(*(guint *)data);
    *(guint *)data = 0;
    return G_SOURCE_REMOVE;
}

/* Files that are written one after the other are read once, when the last one is there. */
static void test_burst(Fixture *f, gconstpointer data)
{
    (void)data;
    guint writing = g_timeout_add(40, write_more, f);
    gint64 start = g_get_monotonic_time();
    g_timeout_add(1000, stop_writing, &writing);
    g_main_loop_run(f->loop);
    g_assert_cmpuint(writing, ==, 0);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, (1000 + 200) * G_TIME_SPAN_MILLISECOND);
    g_assert_cmpuint(f->calls, ==, 1);
}

/* A file that somebody never stops writing does not keep the others from being read. */
static void test_endless(Fixture *f, gconstpointer data)
{
    (void)data;
    guint writing = g_timeout_add(40, write_more, f);
    gint64 start = g_get_monotonic_time();
    g_main_loop_run(f->loop);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 4900 * G_TIME_SPAN_MILLISECOND);
    g_source_remove(writing);
}

/* Folders that are not there at all are no error, and waited for. */
static void test_nothing_there(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(f->root, "none/such/rules", NULL);
    ch_rules_watch_set(f->watch, path, NULL);
    folder(f, "none");
    g_assert_true(ch_rules_watch_poll(f->watch));
    ch_rules_watch_set(f->watch, path, NULL);
    folder(f, "none/such");
    g_assert_true(ch_rules_watch_poll(f->watch));
    ch_rules_watch_set(f->watch, path, NULL);
    g_assert_false(ch_rules_watch_poll(f->watch));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {{"/rules-watch/changes", test_changes},
                 {"/rules-watch/folders", test_folders},
                 {"/rules-watch/others", test_others},
                 {"/rules-watch/more-files", test_more_files},
                 {"/rules-watch/burst", test_burst},
                 {"/rules-watch/endless", test_endless},
                 {"/rules-watch/nothing-there", test_nothing_there}};
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, setup, tests[i].run, teardown);
    return g_test_run();
}
