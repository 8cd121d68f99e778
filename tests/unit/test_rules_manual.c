/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every literal block of man/chamado-rules.5 is what the comment before it says: rules that compile without a
 * warning and whose tests hold, mistakes with the messages that the page shows, files that these read. And
 * rules/ and rules/examples/ do what their own tests say. The language itself is tested in test_rules_*.c. */
#include "config_test.h"

#include "route/rules.h"

typedef enum {
    RULES,
    WRONG,
    SAYS,
    FILE_TO_READ,
    OTHER
} BlockKind;

typedef struct {
    BlockKind kind;
    guint line; /* of the page */
    char *name; /* of FILE_TO_READ */
    char *text; /* as a reader of the page sees it */
} Block;

static void block_free(gpointer data)
{
    Block *block = data;
    g_free(block->name);
    g_free(block->text);
    g_free(block);
}

/* The escapes of roff that the blocks of the page use; any other is a fault of the page. */
static void append_shown(GString *text, const char *line)
{
    static const char *const escapes[][2] = {{"\\e", "\\"},  {"\\&", ""},    {"\\(ha", "^"},
                                             {"\\(ti", "~"}, {"\\(aq", "'"}, {"\\-", "-"}};
    g_assert_true(*line != '.' && *line != '\'');
    while (*line) {
        gsize before = text->len, skipped = 0;
        for (guint i = 0; i < G_N_ELEMENTS(escapes) && !skipped; i++)
            if (g_str_has_prefix(line, escapes[i][0])) {
                g_string_append(text, escapes[i][1]);
                skipped = strlen(escapes[i][0]);
            }
        if (!skipped) {
            g_assert_cmpint(*line, !=, '\\');
            g_string_append_c(text, *line);
            skipped = 1;
        }
        g_assert_true(text->len - before <= 1);
        line += skipped;
    }
    g_string_append_c(text, '\n');
}

static Block *block_begin(const char *comment, guint line)
{
    static const char *const marks[] = {
        [RULES] = ".\\\" rules", [WRONG] = ".\\\" wrong", [SAYS] = ".\\\" says", [OTHER] = ".\\\" other"};
    Block *block = g_new0(Block, 1);
    block->line = line;
    if (g_str_has_prefix(comment, ".\\\" file ")) {
        block->kind = FILE_TO_READ;
        block->name = g_strdup(comment + strlen(".\\\" file "));
        g_assert_null(strchr(block->name, '/'));
        return block;
    }
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++)
        if (g_strcmp0(comment, marks[i]) == 0) {
            block->kind = (BlockKind)i;
            return block;
        }
    g_error("man/chamado-rules.5:%u: no comment says what this block is", line);
}

/* All literal blocks of the page, of Block. */
static GPtrArray *read_blocks(void)
{
    g_autofree char *path = g_build_filename(root, "man", "chamado-rules.5", NULL), *page = NULL;
    g_assert_true(g_file_get_contents(path, &page, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
    GPtrArray *blocks = g_ptr_array_new_with_free_func(block_free);
    for (guint i = 1; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], ".Bd -literal"))
            continue;
        Block *block = block_begin(lines[i - 1], i + 1);
        g_autoptr(GString) text = g_string_new(NULL);
        for (i++; g_strcmp0(lines[i], ".Ed") != 0; i++) {
            g_assert_nonnull(lines[i]);
            append_shown(text, lines[i]);
        }
        block->text = g_string_free(g_steal_pointer(&text), FALSE);
        g_ptr_array_add(blocks, block);
    }
    g_assert_cmpuint(blocks->len, >, 30);
    return blocks;
}

/* Everything that was said, as it is printed. */
static char *said(const GPtrArray *messages)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < messages->len; i++) {
        g_autofree char *one = ch_rule_message_format(g_ptr_array_index(messages, i));
        g_string_append_printf(text, "%s\n", g_strchomp(one));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* RULES compiled, its tests hold, and nothing is to be said of it. */
static void expect_good(ChRules *rules, const ChConfig *config, GPtrArray *messages)
{
    static const char *const languages[] = {"en", "pt_BR", NULL};
    guint ran = 0;
    if (rules) {
        guint failed = ch_rules_test(rules, config, messages, &ran);
        g_assert_cmpuint(failed, <=, ran);
        ch_rules_check(rules, config, NULL, languages, messages);
    }
    g_autofree char *all = said(messages);
    g_assert_cmpstr(all, ==, "");
    g_assert_nonnull(rules);
    g_assert_cmpuint(ch_rules_count(rules), >, 0);
    g_assert_cmpuint(ran, >, 0);
}

static GPtrArray *new_messages(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
}

static void write_files(const GPtrArray *blocks)
{
    for (guint i = 0; i < blocks->len; i++) {
        const Block *block = g_ptr_array_index(blocks, i);
        if (block->kind == FILE_TO_READ) {
            g_autofree char *path = write_file(block->name, block->text, -1);
        }
    }
}

static void test_examples(void)
{
    g_autoptr(GPtrArray) blocks = read_blocks();
    write_files(blocks);
    for (guint i = 0; i < blocks->len; i++) {
        const Block *block = g_ptr_array_index(blocks, i);
        if (block->kind != RULES)
            continue;
        g_test_message("man/chamado-rules.5:%u", block->line);
        g_autoptr(GPtrArray) messages = new_messages();
        g_autofree char *name = g_strdup_printf("the block of line %u", block->line);
        g_autoptr(ChRules) rules = ch_rules_compile(name, block->text, strlen(block->text), folder, messages);
        expect_good(rules, NULL, messages);
    }
}

/* A block of mistakes, and the block after it: every message, with its line and its mark. */
static void test_mistakes(void)
{
    g_autoptr(GPtrArray) blocks = read_blocks();
    write_files(blocks);
    guint count = 0;
    for (guint i = 0; i < blocks->len; i++) {
        const Block *wrong = g_ptr_array_index(blocks, i);
        if (wrong->kind != WRONG) {
            g_assert_true(wrong->kind != SAYS ||
                          (i > 0 && ((Block *)g_ptr_array_index(blocks, i - 1))->kind == WRONG));
            continue;
        }
        g_assert_cmpuint(i + 1, <, blocks->len);
        const Block *says = g_ptr_array_index(blocks, i + 1);
        g_assert_cmpint(says->kind, ==, SAYS);
        g_autoptr(GPtrArray) messages = new_messages();
        g_autoptr(ChRules) rules =
            ch_rules_compile("my.rules", wrong->text, strlen(wrong->text), folder, messages);
        g_assert_null(rules);
        g_autofree char *all = said(messages);
        g_assert_cmpstr(all, ==, says->text);
        count++;
    }
    g_assert_cmpuint(count, >, 0);
}

/* The rules that README.md shows. */
static void test_readme(void)
{
    g_autoptr(GPtrArray) blocks = read_blocks();
    write_files(blocks);
    g_autofree char *path = g_build_filename(root, "README.md", NULL), *page = NULL;
    g_assert_true(g_file_get_contents(path, &page, NULL, NULL));
    guint count = 0;
    for (const char *at = page; (at = strstr(at, "\n```rules\n")); count++) {
        at += strlen("\n```rules\n");
        const char *end = strstr(at, "\n```\n");
        g_assert_nonnull(end);
        g_autoptr(GPtrArray) messages = new_messages();
        g_autoptr(ChRules) rules = ch_rules_compile("README.md", at, (gsize)(end + 1 - at), folder, messages);
        expect_good(rules, NULL, messages);
    }
    g_assert_cmpuint(count, >, 0);
}

/* The set to start from, with the departments of the sample configuration. */
static void test_default_set(void)
{
    g_autofree char *file = g_build_filename(root, "etc", "chamado.conf", NULL);
    g_autofree char *path = g_build_filename(root, "rules", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(file, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) messages = new_messages();
    g_autoptr(ChRules) rules = ch_rules_load(path, messages);
    expect_good(rules, config, messages);
}

/* No test of RULES fails on a desk whose departments have other names: nothing of its set would be used. */
static void expect_good_elsewhere(ChRules *rules)
{
    guint ran;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_file("other.conf",
                                       "[department atendimento]\naddresses = atendimento@desk.example\n"
                                       "[department vendas]\naddresses = vendas@desk.example\n",
                                       -1);
    g_autoptr(ChConfig) config = ch_config_load(path, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) messages = new_messages();
    g_assert_cmpuint(ch_rules_test(rules, config, messages, &ran), ==, 0);
}

/* Each example, and each file of the set, is good by itself: people copy one. */
static void test_each_file(gconstpointer data)
{
    g_autofree char *path = g_build_filename(root, data, NULL);
    g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
    g_assert_nonnull(files);
    guint count = 0;
    for (const char *name; (name = g_dir_read_name(files)) != NULL;) {
        if (!g_str_has_suffix(name, ".rules"))
            continue;
        g_test_message("%s/%s", (const char *)data, name);
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autoptr(GPtrArray) messages = new_messages();
        g_autoptr(ChRules) rules = ch_rules_load(file, messages);
        expect_good(rules, NULL, messages);
        expect_good_elsewhere(rules);
        count++;
    }
    g_assert_cmpuint(count, >=, 6);
}

/* The files are laid out as `rules fmt` does it. */
static void test_layout(gconstpointer data)
{
    g_autofree char *path = g_build_filename(root, data, NULL);
    g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
    g_assert_nonnull(files);
    for (const char *name; (name = g_dir_read_name(files)) != NULL;) {
        if (!g_str_has_suffix(name, ".rules"))
            continue;
        g_test_message("%s/%s", (const char *)data, name);
        g_autofree char *file = g_build_filename(path, name, NULL), *text = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(file, &text, &length, NULL));
        g_autoptr(GPtrArray) messages = new_messages();
        g_autofree char *formatted = ch_rules_format(name, text, length, messages);
        g_assert_cmpstr(formatted, ==, text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules-manual/examples", test_examples);
    g_test_add_func("/rules-manual/mistakes", test_mistakes);
    g_test_add_func("/rules-manual/readme", test_readme);
    g_test_add_func("/rules-manual/default-set", test_default_set);
    g_test_add_data_func("/rules-manual/each-file-of-the-set", "rules", test_each_file);
    g_test_add_data_func("/rules-manual/each-example", "rules/examples", test_each_file);
    g_test_add_data_func("/rules-manual/layout-of-the-set", "rules", test_layout);
    g_test_add_data_func("/rules-manual/layout-of-the-examples", "rules/examples", test_layout);
    return run_in_folder();
}
