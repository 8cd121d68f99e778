/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado config check|show`. Loads the file itself, since a bad one is what it is there for; how the file
 * is read is in base/config.c. */
#include "admin/config.h"

#include "base/error.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

const char ch_admin_config_help[] =
    "usage: chamado [-c FILE] [-o SECTION.KEY=VALUE]... config check|show [--json]\n"
    "\n"
    "  check   say everything that is wrong in the configuration; exit 78 where something is\n"
    "  show    the configuration in force as the file would say it, passwords as ********\n"
    "\n"
    "  --json  for programs\n";

static void print_json(JsonBuilder *builder)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, TRUE);
    puts(text);
}

static void print_errors(const GError *error)
{
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    for (char **line = lines; *line; line++)
        fprintf(stderr, "chamado: %s\n", *line);
}

static int check(const ChAdminContext *context, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(context->config_file, context->overrides, &error);
    guint mailboxes = config ? config->mailboxes->len : 0,
          departments = config ? config->departments->len : 0;
    if (json) {
        g_autoptr(JsonBuilder) builder = json_builder_new();
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "file");
        if (context->config_file)
            json_builder_add_string_value(builder, context->config_file);
        else
            json_builder_add_null_value(builder);
        json_builder_set_member_name(builder, "good");
        json_builder_add_boolean_value(builder, config != NULL);
        json_builder_set_member_name(builder, "mailboxes");
        json_builder_add_int_value(builder, mailboxes);
        json_builder_set_member_name(builder, "departments");
        json_builder_add_int_value(builder, departments);
        json_builder_set_member_name(builder, "errors");
        json_builder_begin_array(builder);
        g_auto(GStrv) lines = g_strsplit(error ? error->message : "", "\n", -1);
        for (char **line = lines; *line; line++)
            json_builder_add_string_value(builder, *line);
        json_builder_end_array(builder);
        json_builder_end_object(builder);
        print_json(builder);
    } else if (error) {
        print_errors(error);
    } else {
        printf("%s: good, %u mailbox%s, %u department%s\n",
               context->config_file ? context->config_file : "built-in defaults", mailboxes,
               mailboxes == 1 ? "" : "es", departments, departments == 1 ? "" : "s");
    }
    return ch_error_exit_code(error);
}

static int show(const ChAdminContext *context, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(context->config_file, context->overrides, &error);
    if (!config) {
        print_errors(error);
        return ch_error_exit_code(error);
    }
    g_autofree char *text = ch_config_show(config);
    if (!json) {
        fputs(text, stdout);
        return EX_OK;
    }
    /* What show prints is a key file: {"section": {"key": "value"}}. */
    g_autoptr(GKeyFile) keys = g_key_file_new();
    if (!g_key_file_load_from_data(keys, text, strlen(text), G_KEY_FILE_NONE, &error)) {
        print_errors(error);
        return EX_SOFTWARE;
    }
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);
    for (char **group = groups; *group; group++) {
        json_builder_set_member_name(builder, *group);
        json_builder_begin_object(builder);
        g_auto(GStrv) names = g_key_file_get_keys(keys, *group, NULL, NULL);
        for (char **name = names; *name; name++) {
            g_autofree char *value = g_key_file_get_value(keys, *group, *name, NULL);
            json_builder_set_member_name(builder, *name);
            json_builder_add_string_value(builder, value);
        }
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);
    print_json(builder);
    return EX_OK;
}

int ch_admin_config(ChAdminContext *context, int argc, char **argv)
{
    gboolean json = context->json;
    const char *what = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            json = TRUE;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(ch_admin_config_help, stdout);
            return EX_OK;
        } else if (what || argv[i][0] == '-') {
            fprintf(stderr, "chamado: config: '%s' is too much, expected check or show\n", argv[i]);
            return EX_USAGE;
        } else {
            what = argv[i];
        }
    }
    if (g_strcmp0(what, "check") == 0)
        return check(context, json);
    if (g_strcmp0(what, "show") == 0)
        return show(context, json);
    fprintf(stderr, "chamado: config: %s%s%s, expected check or show\n", what ? "'" : "",
            what ? what : "nothing", what ? "'" : "");
    return EX_USAGE;
}
