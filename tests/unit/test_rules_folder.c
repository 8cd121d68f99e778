/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of rules: which files are read, under which names, and what is said of those that cannot be. What
 * stands in one file is test_rules_parse.c's. */
#include "rules_messages.h"

#include <glib/gstdio.h>
#include <string.h>

/* A folder with files, and what was wrong with them. */
typedef struct {
    char *folder;
    GPtrArray *messages;
    ChRules *rules;
    char *wrong;
} Folder;

static void put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void load(Folder *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder->folder, name, NULL);
    folder->messages = messages_new();
    folder->rules = ch_rules_load(path, folder->messages);
    folder->wrong = lines_of(folder->messages);
}

static void unload(Folder *folder)
{
    g_clear_pointer(&folder->messages, g_ptr_array_unref);
    g_clear_pointer(&folder->rules, ch_rules_unref);
    g_clear_pointer(&folder->wrong, g_free);
}

static void setup(Folder *folder, gconstpointer data)
{
    (void)data;
    folder->folder = fixture_folder();
}

static void teardown(Folder *folder, gconstpointer data)
{
    (void)data;
    unload(folder);
    g_autofree char *more = g_build_filename(folder->folder, "more", NULL);
    fixture_remove(more);
    fixture_remove(folder->folder);
    g_free(folder->folder);
}

static void assert_rule(const ChRules *rules, guint number, const char *file, guint line, const char *text)
{
    ChRuleHit *hit = ch_rules_describe(rules, number);
    g_assert_cmpstr(hit->file, ==, file);
    g_assert_cmpuint(hit->line, ==, line);
    g_assert_cmpstr(hit->text, ==, text);
    ch_rule_hit_free(hit);
}

static void test_folder(Folder *folder, gconstpointer data)
{
    (void)data;
    put(folder->folder, "b.rules", "match all -> tag b\n");
    put(folder->folder, "a.rules", "include \"more/c.inc\"\ninclude \"b.rules\"\nmatch vip -> tag a\n");
    put(folder->folder, "more/c.inc", "define vip = from in \"vips.list\"\nmatch all -> tag c\n");
    put(folder->folder, "more/vips.list", "# who pays\n  ana@x.br  # best\n\n@y.br\n");
    put(folder->folder, ".hidden.rules", "nonsense");
    put(folder->folder, "notes.txt", "nonsense");
    load(folder, "");
    g_assert_cmpstr(folder->wrong, ==, "");
    g_assert_cmpuint(ch_rules_count(folder->rules), ==, 3);
    assert_rule(folder->rules, 0, "more/c.inc", 2, "match all -> tag c");
    assert_rule(folder->rules, 1, "b.rules", 1, "match all -> tag b");
    assert_rule(folder->rules, 2, "a.rules", 3, "match from in \"vips.list\" -> tag a");
    const char *const *files = ch_rules_files(folder->rules);
    g_assert_cmpuint(g_strv_length((char **)files), ==, 4);
    for (guint i = 0; files[i]; i++)
        g_assert_true(g_file_test(files[i], G_FILE_TEST_IS_REGULAR));
    /* What the digest is of: lists, too. */
    g_autofree char *before = g_strdup(ch_rules_digest(folder->rules));
    g_assert_cmpuint(strlen(before), ==, 64);
    unload(folder);
    put(folder->folder, "more/vips.list", "ana@x.br\n");
    load(folder, "");
    g_assert_cmpstr(ch_rules_digest(folder->rules), !=, before);
    /* And names: the same bytes under another one are another set, for rules are known by their place. */
    g_autofree char *old = g_build_filename(folder->folder, "b.rules", NULL);
    g_autofree char *new = g_build_filename(folder->folder, "c.rules", NULL);
    put(folder->folder, "a.rules", "match all -> tag a\n");
    unload(folder);
    load(folder, "");
    g_autofree char *named = g_strdup(ch_rules_digest(folder->rules));
    unload(folder);
    g_assert_cmpint(g_rename(old, new), ==, 0);
    load(folder, "");
    g_assert_cmpstr(ch_rules_digest(folder->rules), !=, named);
    g_assert_cmpint(g_rename(new, old), ==, 0);
    put(folder->folder, "a.rules", "include \"more/c.inc\"\ninclude \"b.rules\"\nmatch vip -> tag a\n");
    unload(folder);
    load(folder, "a.rules");
    g_assert_cmpuint(ch_rules_count(folder->rules), ==, 3);
}

/* A file whose name is no UTF-8 is told of as text: its name goes into logs, mails and JSON. */
static void test_folder_names(Folder *folder, gconstpointer data)
{
    (void)data;
    put(folder->folder, "a\xf0.rules", "match all -> tag a\n");
    load(folder, "");
    assert_rule(folder->rules, 0, "a\xef\xbf\xbd.rules", 1, "match all -> tag a");
    unload(folder);
    put(folder->folder, "a\xf0.rules", "match foo -> tag a\n");
    load(folder, "");
    g_assert_cmpstr(folder->wrong, ==, "a\xef\xbf\xbd.rules:1:7+3 found 'foo', expected a condition\n");
    unload(folder);
    load(folder, "none\xf0");
    g_assert_cmpstr(folder->wrong, ==,
                    "none\xef\xbf\xbd:0:0+0 found no rules that can be read: No such file or directory\n");
}

/* One file too many is one mistake, not one of each file. */
static void test_folder_of_many(Folder *folder, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i <= CH_RULE_FILES_MAX; i++) {
        g_autofree char *name = g_strdup_printf("%u.rules", i);
        put(folder->folder, name, "match all -> tag a\n");
    }
    load(folder, "");
    g_assert_null(folder->rules);
    g_assert_cmpuint(folder->messages->len, ==, 1);
    const ChRuleMessage *message = g_ptr_array_index(folder->messages, 0);
    g_assert_cmpstr(message->message, ==, "found 1001 files of rules, expected at most 1000");
    unload(folder);
    g_autofree char *last = g_build_filename(folder->folder, "1000.rules", NULL);
    g_assert_cmpint(g_unlink(last), ==, 0);
    load(folder, "");
    g_assert_cmpuint(ch_rules_count(folder->rules), ==, CH_RULE_FILES_MAX);
}

/* Each include counts as a file, and so does each list. */
static void test_files(Folder *folder, gconstpointer data)
{
    (void)data;
    for (guint i = 2; i < CH_RULE_FILES_MAX; i++) {
        g_autofree char *name = g_strdup_printf("%u.rules", i);
        put(folder->folder, name, "");
    }
    put(folder->folder, "a.rules", "include \"b.inc\"\n");
    put(folder->folder, "b.inc", "match all -> tag a\n");
    load(folder, "");
    g_assert_cmpstr(folder->wrong, ==, "");
    unload(folder);
    put(folder->folder, "b.inc", "match from in \"c.list\" -> tag a\n");
    put(folder->folder, "c.list", "ana@x.example\n");
    load(folder, "");
    g_assert_cmpstr(folder->wrong, ==,
                    "b.inc:1:15+8 found 'c.list', expected a list that can be read: these are more than "
                    "1000 files\n");
}

static void test_includes(Folder *folder, gconstpointer data)
{
    (void)data;
    for (guint i = 1; i <= 17; i++) {
        g_autofree char *name = g_strdup_printf("%u.inc", i);
        g_autofree char *text = g_strdup_printf("include \"%u.inc\"\n", i - 1);
        put(folder->folder, name, text);
    }
    put(folder->folder, "0.inc", "match all -> tag a\n");
    load(folder, "16.inc");
    g_assert_cmpstr(folder->wrong, ==, "");
    unload(folder);
    load(folder, "17.inc");
    g_assert_true(g_str_has_suffix(
        folder->wrong, "1.inc:1:9+7 found '0.inc', expected a file of rules that can be read here: "
                       "includes stand in each other more than 16 deep\n"));
}

static void test_bytes(Folder *folder, gconstpointer data)
{
    (void)data;
    for (guint over = 0; over < 2; over++) {
        g_autofree char *text = g_strnfill(CH_RULE_FILE_BYTES + over, '#');
        put(folder->folder, "a.rules", text);
        load(folder, "a.rules");
        g_assert_cmpstr(
            folder->wrong, ==,
            over ? "a.rules:0:0+0 found no rules that can be read: it has more than 16777216 bytes\n" : "");
        unload(folder);
    }
}

static void test_folder_mistakes(Folder *folder, gconstpointer data)
{
    (void)data;
    put(folder->folder, "a.rules", "include \"b.inc\"\nmatch foo -> stop\n");
    put(folder->folder, "b.inc", "match bar -> stop\ninclude \"a.rules\"\ninclude \"none.inc\"\n");
    put(folder->folder, "c.rules",
        "match from in \"v.list\" -> stop\nmatch holiday in \"d.list\" -> stop\n"
        "match to in \"none.list\" -> stop\n");
    put(folder->folder, "v.list", "ana@x.br\n# x\n\tana\n");
    put(folder->folder, "d.list", "12-25\n2026-02-30\n13-01\n2027-01-01\n");
    load(folder, "");
    g_assert_null(folder->rules);
    g_assert_cmpstr(
        folder->wrong, ==,
        "b.inc:1:7+3 found 'bar', expected a condition\n"
        "b.inc:2:9+9 found 'a.rules', expected a file of rules that can be read here: it includes "
        "itself, directly or through others\n"
        "b.inc:3:9+10 found 'none.inc', expected a file of rules that can be read here: No such file "
        "or directory\n"
        "a.rules:2:7+3 found 'foo', expected a condition\n"
        "v.list:3:2+3 found 'ana', expected an address: ana@x.example, ana@, @x.example or "
        "@*.x.example\n"
        "d.list:2:1+10 found '2026-02-30', expected a day: 2026-12-25, or 12-25 for every year\n"
        "d.list:3:1+5 found '13-01', expected a day: 2026-12-25, or 12-25 for every year\n"
        "c.rules:3:13+11 found 'none.list', expected a list that can be read: No such file or "
        "directory\n");
    unload(folder);
    load(folder, "nowhere");
    g_assert_null(folder->rules);
    g_assert_cmpstr(folder->wrong, ==,
                    "nowhere:0:0+0 found no rules that can be read: No such file or directory\n");
}

static void test_empty_folder(Folder *folder, gconstpointer data)
{
    (void)data;
    load(folder, "");
    g_assert_nonnull(folder->rules);
    g_assert_cmpuint(ch_rules_count(folder->rules), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/rules-folder/read", Folder, NULL, setup, test_folder, teardown);
    g_test_add("/rules-folder/names", Folder, NULL, setup, test_folder_names, teardown);
    g_test_add("/rules-folder/of-many", Folder, NULL, setup, test_folder_of_many, teardown);
    g_test_add("/rules-folder/files", Folder, NULL, setup, test_files, teardown);
    g_test_add("/rules-folder/includes", Folder, NULL, setup, test_includes, teardown);
    g_test_add("/rules-folder/bytes", Folder, NULL, setup, test_bytes, teardown);
    g_test_add("/rules-folder/mistakes", Folder, NULL, setup, test_folder_mistakes, teardown);
    g_test_add("/rules-folder/empty", Folder, NULL, setup, test_empty_folder, teardown);
    return g_test_run();
}
