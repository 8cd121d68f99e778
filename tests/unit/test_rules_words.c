/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the rules language stand in one table. Here: that man/chamado-rules.5 explains each of them
 * and no others, and that the colours of contrib/vim and contrib/vscode know exactly these, each in a group
 * that fits what it is. */
#include "config_test.h"

#include "route/compile.h"

#include <json-glib/json-glib.h>

static const struct {
    guint role;
    const char *vim;  /* the group of contrib/vim */
    const char *code; /* the comment of the pattern in contrib/vscode */
} groups[] = {
    {CH_WORD_STATEMENT, "chamadoStatement", "statement"},
    {CH_WORD_TEST, "chamadoTest", "test"},
    {CH_WORD_OPERATOR, "chamadoOperator", "operator"},
    {CH_WORD_CONDITION, "chamadoCondition", "condition"},
    {CH_WORD_ACTION, "chamadoAction", "action"},
    {CH_WORD_VALUE, "chamadoValue", "value"},
};

static guint roles_of(const char *word)
{
    for (const ChRuleWord *one = ch_rule_words; one->word; one++)
        if (g_str_equal(one->word, word))
            return one->roles;
    return 0;
}

static char *read_file(const char *folder_name, const char *name)
{
    g_autofree char *path = g_build_filename(root, folder_name, name, NULL);
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* FOUND has every word of the table with one of ROLES. */
static void expect_all(GHashTable *found, guint roles, const char *where)
{
    for (const ChRuleWord *one = ch_rule_words; one->word; one++)
        if ((one->roles & roles) && !g_hash_table_contains(found, one->word))
            g_error("%s lacks the word %s", where, one->word);
}

static void test_table(void)
{
    g_autoptr(GHashTable) seen = new_set();
    for (const ChRuleWord *one = ch_rule_words; one->word; one++) {
        g_assert_cmpuint(one->roles, !=, 0);
        g_assert_true(g_hash_table_add(seen, g_strdup(one->word)));
    }
    g_assert_cmpuint(g_hash_table_size(seen), >, 90);
}

/* The words that a line of mdoc marks as Cm, into ALL; the first of each mark, into FIRST. */
static void marked_words(const char *line, GHashTable *all, GHashTable *first)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    gboolean marked = FALSE, begins = FALSE;
    for (char **word = words; *word; word++) {
        gboolean is_macro = g_ascii_isupper((*word)[0]) && strlen(*word) == 2 && g_ascii_islower((*word)[1]);
        if (g_str_equal(*word, "Cm") || g_str_equal(*word, ".Cm")) {
            marked = begins = TRUE;
        } else if (is_macro || **word == '.') {
            marked = FALSE;
        } else if (g_ascii_ispunct(**word)) {
            begins = TRUE; /* "Cm fri , sat": one more */
        } else if (marked) {
            g_hash_table_add(all, g_strdup(*word));
            if (begins)
                g_hash_table_add(first, g_strdup(*word));
            begins = FALSE;
        }
    }
}

/* The part of PAGE from the section HEAD up to the next one. */
static char *section(const char *page, const char *head)
{
    g_autofree char *mark = g_strconcat("\n.Sh ", head, "\n", NULL);
    const char *start = strstr(page, mark);
    g_assert_nonnull(start);
    const char *end = strstr(start + strlen(mark), "\n.Sh ");
    return end ? g_strndup(start, (gsize)(end - start)) : g_strdup(start);
}

/* The items of a section: each word of ROLES is one, and each item is a word of MAY_BE. */
static void check_items(const char *page, const char *head, guint roles, guint may_be)
{
    g_autofree char *part = section(page, head);
    g_auto(GStrv) lines = g_strsplit(part, "\n", -1);
    g_autoptr(GHashTable) all = new_set(), first = new_set();
    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, ".It "))
            marked_words(*line, all, first);
    expect_all(first, roles, head);
    GHashTableIter iter;
    gpointer word;
    g_hash_table_iter_init(&iter, first);
    while (g_hash_table_iter_next(&iter, &word, NULL))
        if (!(roles_of(word) & may_be))
            g_error("%s explains %s, which is no such word of the language", head, (const char *)word);
}

static void test_manual(void)
{
    g_autofree char *page = read_file("man", "chamado-rules.5");
    check_items(page, "FILES AND SENTENCES", CH_WORD_STATEMENT, CH_WORD_STATEMENT | CH_WORD_TEST);
    check_items(page, "CONDITIONS", CH_WORD_CONDITION, CH_WORD_CONDITION | CH_WORD_OPERATOR);
    check_items(page, "ACTIONS", CH_WORD_ACTION, CH_WORD_ACTION);
    /* Every other word stands somewhere, and nothing is marked that is no word. */
    g_autoptr(GHashTable) all = new_set(), first = new_set();
    g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line == '.' && !strstr(*line, "Nm chamado"))
            marked_words(*line, all, first);
    expect_all(all, ~0u, "chamado-rules.5");
    GHashTableIter iter;
    gpointer word;
    g_hash_table_iter_init(&iter, all);
    while (g_hash_table_iter_next(&iter, &word, NULL))
        if (!roles_of(word))
            g_error("chamado-rules.5 marks %s, which is no word of the language", (const char *)word);
}

/* A word of an editor's file, in a group whose role is ROLE. */
static void take_word(GHashTable *found, const char *word, guint role, const char *where)
{
    g_test_message("%s: %s", where, word);
    g_assert_true(roles_of(word) & role);
    g_assert_true(g_hash_table_add(found, g_strdup(word))); /* once */
}

static void test_vim_words(void)
{
    g_autofree char *text = read_file("contrib/vim/syntax", "chamado-rules.vim");
    g_autoptr(GHashTable) found = new_set();
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        g_autofree char *pattern = g_strdup_printf(
            "^syntax (?:keyword %s (.*)|match %s /\\\\<([a-z-]+)\\\\>/)$", groups[i].vim, groups[i].vim);
        g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        g_regex_match(regex, text, 0, &match);
        for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
            g_autofree char *keywords = g_match_info_fetch(match, 1), *one = g_match_info_fetch(match, 2);
            g_auto(GStrv) words = g_strsplit(*keywords ? keywords : one, " ", -1);
            for (char **word = words; *word; word++)
                take_word(found, *word, groups[i].role, "vim");
        }
    }
    expect_all(found, ~0u, "contrib/vim");
}

static JsonParser *parse(const char *folder_name, const char *name)
{
    g_autofree char *text = read_file(folder_name, name);
    JsonParser *parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    json_parser_load_from_data(parser, text, -1, &error);
    g_assert_no_error(error);
    return parser;
}

/* "…(?:match|define)…" of a pattern whose comment is COMMENT. */
static void take_pattern(GHashTable *found, const char *comment, const char *expression)
{
    guint role = 0;
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        if (g_str_equal(groups[i].code, comment))
            role = groups[i].role;
    g_assert_cmpuint(role, !=, 0);
    g_autoptr(GRegex) regex = g_regex_new("\\(\\?:([a-z|-]+)\\)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_assert_true(g_regex_match(regex, expression, 0, &match));
    g_autofree char *list = g_match_info_fetch(match, 1);
    g_auto(GStrv) words = g_strsplit(list, "|", -1);
    for (char **word = words; *word; word++)
        take_word(found, *word, role, "vscode");
}

static void test_code_words(void)
{
    g_autoptr(JsonParser) grammar = parse("contrib/vscode/syntaxes", "chamado-rules.tmLanguage.json");
    JsonArray *patterns =
        json_object_get_array_member(json_node_get_object(json_parser_get_root(grammar)), "patterns");
    g_autoptr(GHashTable) found = new_set();
    for (guint i = 0; i < json_array_get_length(patterns); i++) {
        JsonObject *pattern = json_array_get_object_element(patterns, i);
        const char *expression = json_object_get_string_member_with_default(pattern, "match", NULL);
        if (expression) { /* such a grammar's patterns are much like ours: a fault shows here, too */
            g_autoptr(GError) error = NULL;
            g_autoptr(GRegex) regex = g_regex_new(expression, 0, 0, &error);
            g_assert_no_error(error);
        }
        const char *comment = json_object_get_string_member_with_default(pattern, "comment", NULL);
        if (comment)
            take_pattern(found, comment, expression);
    }
    expect_all(found, ~0u, "contrib/vscode");
}

/* package.json names files that are there, and the scope of the grammar. */
static void test_code_package(void)
{
    g_autoptr(JsonParser) package = parse("contrib/vscode", "package.json");
    g_autoptr(JsonParser) language = parse("contrib/vscode", "language-configuration.json");
    g_autoptr(JsonParser) grammar = parse("contrib/vscode/syntaxes", "chamado-rules.tmLanguage.json");
    JsonObject *contributes =
        json_object_get_object_member(json_node_get_object(json_parser_get_root(package)), "contributes");
    JsonObject *offered =
        json_array_get_object_element(json_object_get_array_member(contributes, "grammars"), 0);
    JsonObject *named =
        json_array_get_object_element(json_object_get_array_member(contributes, "languages"), 0);
    g_assert_cmpstr(json_object_get_string_member(offered, "path"), ==,
                    "./syntaxes/chamado-rules.tmLanguage.json");
    g_assert_cmpstr(json_object_get_string_member(named, "configuration"), ==,
                    "./language-configuration.json");
    g_assert_cmpstr(
        json_object_get_string_member(offered, "scopeName"), ==,
        json_object_get_string_member(json_node_get_object(json_parser_get_root(grammar)), "scopeName"));
}

/* What vim says the things of a rule are: name of the group of the first WORD in the file's first line. */
static void test_vim_loads(void)
{
    g_autofree char *vim = g_find_program_in_path("vim"), *version = NULL;
    if (vim) {
        g_autofree char *command = g_strconcat(vim, " --version", NULL);
        g_assert_true(g_spawn_command_line_sync(command, &version, NULL, NULL, NULL));
    }
    if (!version || !strstr(version, "+syntax")) {
        g_test_skip("there is no vim with syntax here");
        return;
    }
    static const char text[] = "match subject contains \"a $x\" and body /a[/]b(?<n>x)/i and size > 3M "
                               "-> no-ack, tag x # end\n";
    static const char expected[] =
        "chamado-rules\n\nmatch chamadoStatement\nsubject chamadoCondition\ncontains chamadoOperator\n"
        "\"a chamadoString\n$x chamadoCapture\n(?<n chamadoGroup\n/i chamadoRegex\n3M chamadoNumber\n"
        "-> chamadoArrow\nno-ack chamadoAction\ntag chamadoAction\n# end chamadoComment\n";
    g_autofree char *file = write_file("colours.rules", text, -1);
    g_autofree char *out = g_build_filename(folder, "colours.txt", NULL);
    g_autofree char *path = g_strdup_printf("set rtp^=%s/contrib/vim", root);
    g_autofree char *edit = g_strdup_printf("edit %s", file);
    g_autofree char *look = g_strdup_printf(
        "call writefile([&ft, v:errmsg] + map(['match', 'subject', 'contains', '\"a', '$x', '(?<n', '/i', "
        "'3M', '->', 'no-ack', 'tag', '# end'], "
        "'v:val . \" \" . synIDattr(synID(1, stridx(getline(1), v:val) + 1, 1), \"name\")'), '%s')",
        out);
    const char *const arguments[] = {vim,     "-Nu", "NONE", "-i",          "NONE",  "-n",        "-es",
                                     "--cmd", path,  "-c",   "filetype on", "-c",    "syntax on", "-c",
                                     edit,    "-c",  look,   "-c",          "qall!", NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                               NULL, NULL, NULL));
    g_autofree char *seen = NULL;
    g_assert_true(g_file_get_contents(out, &seen, NULL, NULL));
    g_assert_cmpstr(seen, ==, expected);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules-words/table", test_table);
    g_test_add_func("/rules-words/manual", test_manual);
    g_test_add_func("/rules-words/vim", test_vim_words);
    g_test_add_func("/rules-words/vim-loads", test_vim_loads);
    g_test_add_func("/rules-words/vscode", test_code_words);
    g_test_add_func("/rules-words/vscode-package", test_code_package);
    return run_in_folder();
}
