/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado rules check`: compiles a set of rules, runs its tests and says all that is wrong or doubtful. How
 * that is found out is route/'s business. */
#include "admin/rules.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* What the folders of templates hold: of char *, each array ends with NULL. */
typedef struct {
    GPtrArray *languages, *templates;
} Names;

/* The acknowledgements in the folder PATH of one language. */
static void list_templates(const char *path, GPtrArray *templates)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));)
        if (g_str_has_prefix(name, "ack") && g_str_has_suffix(name, ".txt"))
            g_ptr_array_add(templates, g_strndup(name, strlen(name) - strlen(".txt")));
}

static Names list_names(const char *template_dir)
{
    Names names = {g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free)};
    g_autoptr(GDir) dir = g_dir_open(template_dir, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(template_dir, name, NULL);
        if (*name == '.' || !g_file_test(path, G_FILE_TEST_IS_DIR))
            continue;
        g_ptr_array_add(names.languages, g_strdup(name));
        list_templates(path, names.templates);
    }
    g_ptr_array_add(names.languages, NULL);
    g_ptr_array_add(names.templates, NULL);
    return names;
}

/* Names are known only where somebody configured a desk. */
static void warn(const ChAdminContext *context, ChRules *rules, GPtrArray *messages)
{
    if (!context->config_file) {
        ch_rules_check(rules, NULL, NULL, NULL, messages);
        return;
    }
    Names names = list_names(context->config->template_dir);
    gboolean found = names.languages->len > 1; /* no folder of templates is config check's complaint */
    ch_rules_check(rules, context->config, found ? (const char *const *)names.templates->pdata : NULL,
                   found ? (const char *const *)names.languages->pdata : NULL, messages);
    g_ptr_array_unref(names.languages);
    g_ptr_array_unref(names.templates);
}

typedef struct {
    const char *path;
    ChRules *rules; /* NULL: they do not compile */
    guint tests, failed, errors, warnings;
    GPtrArray *messages;
} Result;

static void count(Result *result)
{
    for (guint i = 0; i < result->messages->len; i++) {
        const ChRuleMessage *message = g_ptr_array_index(result->messages, i);
        (*(message->warning ? &result->warnings : &result->errors))++;
    }
}

static void print_count(guint number, const char *what)
{
    printf("%u %s%s", number, what, number == 1 ? "" : "s");
}

static void print_text(const Result *result)
{
    ch_rules_print_messages(result->messages);
    if (!result->rules) {
        printf("%s: ", result->path);
        print_count(result->errors, "error");
        putchar('\n');
        return;
    }
    print_count(ch_rules_count(result->rules), "rule");
    fputs(", ", stdout);
    print_count(result->tests, "test");
    if (result->failed)
        printf(" (%u failed)", result->failed);
    fputs(", ", stdout);
    print_count(result->warnings, "warning");
    putchar('\n');
}

static void print_json(const Result *result)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    ch_json_text(json, "path", result->path);
    ch_json_bool(json, "good", result->rules && !result->failed);
    ch_json_text(json, "digest", result->rules ? ch_rules_digest(result->rules) : NULL);
    ch_json_int(json, "rules", result->rules ? ch_rules_count(result->rules) : 0);
    ch_json_int(json, "tests", result->tests);
    ch_json_int(json, "failed", result->failed);
    ch_json_int(json, "errors", result->errors);
    ch_json_int(json, "warnings", result->warnings);
    ch_rules_json_messages(json, result->messages);
    json_builder_end_object(json);
    ch_command_json(json);
}

int ch_rules_verb_check(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(context, "[PATH]",
                            "Says all that is wrong in the rules at PATH, a folder or a file (default: those "
                            "that the configuration names), runs their tests, and warns of what is hardly "
                            "meant. Exit code 78 where something is wrong or a test fails.",
                            NULL, &argc, &argv, &code))
        return code;
    Result result = {.path = argc > 1 ? argv[1] : context->config->rules_dir};
    if (argc > 2 || !result.path)
        return ch_command_usage(argc > 2 ? "rules check takes one path"
                                         : "rules check takes a path where the configuration names no rules");
    result.messages = ch_rules_messages();
    result.rules = ch_rules_load(result.path, result.messages);
    if (result.rules) {
        result.failed = ch_rules_test(result.rules, context->config_file ? context->config : NULL,
                                      result.messages, &result.tests);
        warn(context, result.rules, result.messages);
    }
    count(&result);
    (context->json ? print_json : print_text)(&result);
    code = result.rules && !result.failed ? EX_OK : EX_CONFIG;
    ch_rules_unref(result.rules);
    g_ptr_array_unref(result.messages);
    return code;
}
