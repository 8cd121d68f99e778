/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado config check|show`. Loads the file itself, since a bad one is what it is there for; how the file
 * is read is in base/config.c. */
#include "admin/command.h"
#include "admin/run.h"
#include "base/error.h"
#include "web/site.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* The configuration, and with a file the templates that it names too, and the page where there is one: a desk
 * needs them (P10). */
static ChConfig *load(const ChAdminContext *context, GError **error)
{
    g_autoptr(ChConfig) config = ch_config_load(context->config_file, context->overrides, error);
    g_autoptr(ChTemplates) templates = NULL;
    if (!config || !context->config_file)
        return g_steal_pointer(&config);
    templates = ch_run_templates(config, error);
    if (!templates)
        return NULL;
    g_autoptr(ChSite) page = config->web.url ? ch_site_new(config, NULL, error) : NULL;
    return page || !config->web.url ? g_steal_pointer(&config) : NULL;
}

static void print_check_json(const ChAdminContext *context, const ChConfig *config, const GError *error)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_auto(GStrv) lines = g_strsplit(error ? error->message : "", "\n", -1);
    json_builder_begin_object(json);
    ch_json_text(json, "file", context->config_file);
    ch_json_bool(json, "good", config != NULL);
    ch_json_int(json, "mailboxes", config ? config->mailboxes->len : 0);
    ch_json_int(json, "departments", config ? config->departments->len : 0);
    json_builder_set_member_name(json, "errors");
    json_builder_begin_array(json);
    for (char **line = lines; *line; line++)
        ch_json_string(json, *line);
    json_builder_end_array(json);
    json_builder_end_object(json);
    ch_command_json(json);
}

static int check(const ChAdminContext *context)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = load(context, &error);
    if (config && context->config_file)
        ch_secret_look(config, TRUE);
    if (context->json) {
        print_check_json(context, config, error);
        return ch_error_exit_code(error);
    }
    if (!config)
        return ch_command_fail(error);
    guint mailboxes = config->mailboxes->len, departments = config->departments->len;
    printf("%s: good, %u mailbox%s, %u department%s\n",
           context->config_file ? context->config_file : "built-in defaults", mailboxes,
           mailboxes == 1 ? "" : "es", departments, departments == 1 ? "" : "s");
    return EX_OK;
}

static int show(const ChAdminContext *context)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(context->config_file, context->overrides, &error);
    if (!config)
        return ch_command_fail(error);
    g_autofree char *text = ch_config_show(config);
    if (!context->json) {
        fputs(text, stdout);
        return EX_OK;
    }
    /* What show prints is a key file: {"section": {"key": "value"}}. */
    g_autoptr(GKeyFile) keys = g_key_file_new();
    if (!g_key_file_load_from_data(keys, text, strlen(text), G_KEY_FILE_NONE, &error))
        return ch_command_fail(error);
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);
    for (char **group = groups; *group; group++) {
        json_builder_set_member_name(builder, *group);
        json_builder_begin_object(builder);
        g_auto(GStrv) names = g_key_file_get_keys(keys, *group, NULL, NULL);
        for (char **name = names; *name; name++) {
            g_autofree char *value = g_key_file_get_value(keys, *group, *name, NULL);
            ch_json_text(builder, *name, value);
        }
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);
    ch_command_json(builder);
    return EX_OK;
}

int ch_admin_config(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(
            context, "check | show",
            "Says everything that is wrong in the configuration (exit code 78 where something "
            "is), or shows the one in force as the file would say it, passwords as ********.",
            NULL, &argc, &argv, &code))
        return code;
    const char *what = argc > 1 ? argv[1] : NULL;
    if (argc > 2) {
        fprintf(stderr, "chamado: config: '%s' is too much, expected check or show\n", argv[2]);
        return EX_USAGE;
    }
    if (g_strcmp0(what, "check") == 0)
        return check(context);
    if (g_strcmp0(what, "show") == 0)
        return show(context);
    fprintf(stderr, "chamado: config: %s%s%s, expected check or show\n", what ? "'" : "",
            what ? what : "nothing", what ? "'" : "");
    return EX_USAGE;
}
