/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado config`, and that man/chamado.conf.5 and etc/chamado.conf agree with the table of keys. */
#include "config_test.h"

#include "admin/admin.h"

#include <sysexits.h>

/* -- The man page and the sample against the table */

/* [mailbox NAME], [desk]: the head of a section as the man page has it. */
static char *man_head(ChSection section)
{
    return g_strdup_printf("\n.Ss [%s%s]\n", ch_section_name(section),
                           ch_section_is_named(section) ? " NAME" : "");
}

static char *slice(const char *text, const char *from, const char *to)
{
    const char *start = strstr(text, from);
    if (!start)
        return NULL;
    start += strlen(from);
    const char *end = strstr(start, to);
    return end ? g_strndup(start, (gsize)(end - start)) : g_strdup(start);
}

static void check_item(const ChConfigKey *key, const char *item)
{
    if (key->required)
        g_assert_nonnull(strstr(item, "\nRequired."));
    else
        g_assert_nonnull(strstr(item, "\nDefault:"));
    ChConfig defaults = {0};
    ch_limits_default(&defaults.limits);
    g_autofree char *limit = key->section == CH_SECTION_LIMITS ? ch_config_value_show(&defaults, key) : NULL;
    const char *fallback = limit ? limit : key->fallback;
    g_autofree char *expected =
        fallback && *fallback ? g_strdup_printf("\nDefault:\n.Ql %s .\n", fallback) : NULL;
    if (expected)
        g_assert_nonnull(strstr(item, expected));
    if (key->maximum) {
        union {
            ChConfig config;
            ChMailboxConfig mailbox;
        } scratch = {0};
        g_autofree char *why = NULL, *least = g_strdup_printf("%" G_GUINT64_FORMAT, key->minimum);
        g_autofree char *most = g_strdup_printf("%" G_GUINT64_FORMAT, key->maximum);
        g_assert_true(ch_config_value_set(&scratch, key, least, "/", &why));
        g_autofree char *low = ch_config_value_show(&scratch, key);
        g_assert_true(ch_config_value_set(&scratch, key, most, "/", &why));
        g_autofree char *high = ch_config_value_show(&scratch, key);
        g_autofree char *range = g_strdup_printf("\nFrom %s to %s.\n", low, high);
        g_assert_nonnull(strstr(item, range));
    }
}

static void test_man_page(void)
{
    g_autofree char *path = g_build_filename(root, "man", "chamado.conf.5", NULL);
    g_autofree char *page = NULL;
    g_assert_true(g_file_get_contents(path, &page, NULL, NULL));
    for (guint i = 0; i < ch_config_key_count; i++) {
        const ChConfigKey *key = &ch_config_keys[i];
        g_test_message("[%s] %s", ch_section_name(key->section), key->key);
        g_autofree char *head = man_head(key->section), *section = slice(page, head, "\n.El\n");
        g_assert_nonnull(section);
        g_autofree char *mark = g_strdup_printf("\n.It Cm %s Ar ", key->key);
        g_autofree char *item = slice(section, mark, "\n.It ");
        g_assert_nonnull(item);
        g_autofree char *closed = g_strconcat(item, "\n", NULL);
        check_item(key, closed);
    }
    /* And no more than the table has. */
    g_autofree char *all = slice(page, "\n.Sh SECTIONS\n", "\n.Sh ");
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    guint items = 0, heads = 0;
    for (char **line = lines; *line; line++) {
        items += g_str_has_prefix(*line, ".It ");
        heads += g_str_has_prefix(*line, ".Ss ");
    }
    g_assert_cmpuint(items, ==, ch_config_key_count);
    g_assert_cmpuint(heads, ==, CH_SECTIONS);
}

/* Every key stands in the sample, set or commented out, and every key there is known. */
static void test_sample(void)
{
    g_autofree char *path = g_build_filename(root, "etc", "chamado.conf", NULL);
    g_autofree char *sample = NULL;
    g_assert_true(g_file_get_contents(path, &sample, NULL, NULL));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(sample, "\n", -1);
    ChSection section = CH_SECTIONS;
    for (guint i = 0; lines[i]; i++) {
        const char *name;
        g_autofree char *why = NULL;
        const char *line = lines[i] + (lines[i][0] == '#');
        if (*line == '[') {
            g_autofree char *head = slice(line, "[", "]");
            g_assert_true(ch_section_parse(head, &section, &name, &why));
            continue;
        }
        gsize length = strspn(line, G_CSET_a_2_z "_");
        if (!length || !g_str_has_prefix(line + length, " ="))
            continue; /* prose: a commented key has no space behind its # */
        g_autofree char *word = g_strndup(line, length);
        g_test_message("etc/chamado.conf:%u: %s", i + 1, word);
        g_assert_cmpuint(section, <, CH_SECTIONS);
        const ChConfigKey *key = ch_config_key(section, word);
        g_assert_nonnull(key);
        g_hash_table_add(seen, (gpointer)key);
        /* What is shown as a default, is it. */
        if (lines[i][0] == '#' && key->maximum && *ch_section_name(section) == 'l') {
            ChConfig defaults = {0};
            ch_limits_default(&defaults.limits);
            g_autofree char *expected = ch_config_value_show(&defaults, key);
            g_assert_cmpstr(line + length + 3, ==, expected);
        } else if (lines[i][0] == '#' && key->fallback && *key->fallback) {
            g_assert_cmpstr(line + length + 3, ==, key->fallback);
        }
    }
    for (guint i = 0; i < ch_config_key_count; i++) {
        g_test_message("[%s] %s", ch_section_name(ch_config_keys[i].section), ch_config_keys[i].key);
        g_assert_true(g_hash_table_contains(seen, &ch_config_keys[i]));
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(path, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(config->mailboxes->len, ==, 1);
    g_assert_cmpuint(config->departments->len, ==, 2);
}

/* -- chamado config */

static int run(const char *file, const char *first, const char *second)
{
    ChAdminContext context = {.config_file = file};
    const char *argv[] = {"config", first, second, NULL};
    return ch_admin_config(&context, second ? 3 : first ? 2 : 1, (char **)argv);
}

static void test_check_good(void)
{
    if (g_test_subprocess()) {
        g_autofree char *path = g_build_filename(root, "etc", "chamado.conf", NULL);
        g_assert_cmpint(run(path, "check", NULL), ==, EX_OK);
        g_assert_cmpint(run(NULL, "check", NULL), ==, EX_OK);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*/etc/chamado.conf: good, 1 mailbox, 2 departments\n"
                              "built-in defaults: good, 0 mailboxes, 1 department\n*");
    g_test_trap_assert_stderr(
        "* warning password-not-readable file=*/etc/suporte.password found=\"No such file *");
    g_test_trap_assert_stderr_unmatched(
        "*password-not-readable*password-not-readable*"); /* one file, twice named */
}

static void test_check_bad(void)
{
    if (g_test_subprocess()) {
        g_autofree char *path = write_file("bad.conf", "[desk]\nnam = x\n[smtp]\nport = y\n", -1);
        g_assert_cmpint(run(path, "check", NULL), ==, EX_CONFIG);
        g_assert_cmpint(run(path, "show", NULL), ==, EX_CONFIG);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(
        "chamado: */bad.conf:2: unknown key*\nchamado: */bad.conf:3: [smtp] has no host*\n"
        "chamado: */bad.conf:4: port is 'y', *\n*");
}

static void test_check_json(void)
{
    if (g_test_subprocess()) {
        g_autofree char *path = write_file("bad.conf", "[desk]\nnam = \"x\n", -1);
        g_assert_cmpint(run(path, "check", "--json"), ==, EX_CONFIG);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*\"good\" : false*\"errors\" : [*bad.conf:2: unknown key 'nam'*]*");
    g_test_trap_assert_stderr("");
}

static void test_show(void)
{
    if (g_test_subprocess()) {
        g_autofree char *path = write_file("good.conf", MAILBOX "password = hunter2\n" DEPARTMENT, -1);
        g_assert_cmpint(run(path, "show", NULL), ==, EX_OK);
        g_assert_cmpint(run(path, "--json", "show"), ==, EX_OK);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout(
        "*\nhost = imap.example.br\n*\npassword = ?\?\?\?\?\?\?\?\n*"
        "\"mailbox suporte\" : {*\"host\" : \"imap.example.br\"*\"password\" : \"?\?\?\?\?\?\?\?\"*");
    g_test_trap_assert_stdout_unmatched("*hunter2*");
}

static void test_usage(void)
{
    if (g_test_subprocess()) {
        g_assert_cmpint(run(NULL, NULL, NULL), ==, EX_USAGE);
        g_assert_cmpint(run(NULL, "chek", NULL), ==, EX_USAGE);
        g_assert_cmpint(run(NULL, "check", "x"), ==, EX_USAGE);
        g_assert_cmpint(run(NULL, "--what", NULL), ==, EX_USAGE);
        g_assert_cmpint(run(NULL, "--help", NULL), ==, EX_OK);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("chamado: config: nothing, expected check or show\n"
                              "chamado: config: 'chek', expected check or show\n"
                              "chamado: config: 'x' is too much, expected check or show\n"
                              "chamado: Unknown option --what (see --help)\n");
    g_test_trap_assert_stdout("*Usage:\n  chamado config *check | show*--json*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/man-page", test_man_page);
    g_test_add_func("/config/sample", test_sample);
    g_test_add_func("/config/command/check-good", test_check_good);
    g_test_add_func("/config/command/check-bad", test_check_bad);
    g_test_add_func("/config/command/check-json", test_check_json);
    g_test_add_func("/config/command/show", test_show);
    g_test_add_func("/config/command/usage", test_usage);
    return run_in_folder();
}
