/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado rules`: the table of its verbs, the configuration that each needs, and what they print alike. What
 * they do is in the other rules-*.c. */
#include "admin/rules.h"

#include "admin/rules-history.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

typedef enum {
    CONFIG_NONE,   /* a broken configuration must not keep anybody from it */
    CONFIG_MAY,    /* built-in defaults do, too */
    CONFIG_NEEDED, /* it looks into the desk's database */
} NeedsConfig;

static const struct {
    const char *name; /* as --help of the verb calls it */
    NeedsConfig config;
    int (*run)(ChAdminContext *context, int argc, char **argv);
    const char *what;
} verbs[] = {
    {"rules check", CONFIG_MAY, ch_rules_verb_check, "say all that is wrong in the rules; run their tests"},
    {"rules test", CONFIG_MAY, ch_rules_verb_test, "say what each rule makes of a mail, and why"},
    {"rules fmt", CONFIG_NONE, ch_rules_verb_fmt, "write files of rules in their one layout"},
    {"rules replay", CONFIG_NEEDED, ch_rules_replay, "try the rules on mails of the past"},
    {"rules stats", CONFIG_NEEDED, ch_rules_stats, "say how often each rule held"},
};

GPtrArray *ch_rules_messages(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
}

void ch_rules_print_messages(const GPtrArray *messages)
{
    for (guint i = 0; i < messages->len; i++) {
        g_autofree char *text = ch_rule_message_format(g_ptr_array_index(messages, i));
        g_autofree char *plain = ch_command_plain(text);
        fprintf(stderr, "%s%s", plain, g_str_has_suffix(plain, "\n") ? "" : "\n");
    }
}

void ch_rules_json_messages(JsonBuilder *json, const GPtrArray *messages)
{
    json_builder_set_member_name(json, "messages");
    json_builder_begin_array(json);
    for (guint i = 0; i < messages->len; i++) {
        const ChRuleMessage *message = g_ptr_array_index(messages, i);
        json_builder_begin_object(json);
        ch_json_text(json, "severity", message->warning ? "warning" : "error");
        ch_json_text(json, "file", message->file);
        ch_json_int(json, "line", message->line);
        ch_json_int(json, "column", message->column);
        ch_json_int(json, "width", message->width);
        ch_json_text(json, "message", message->message);
        ch_json_text(json, "source", message->source);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

void ch_rules_json_hits(JsonBuilder *json, const GPtrArray *hits)
{
    json_builder_set_member_name(json, "rules");
    json_builder_begin_array(json);
    for (guint i = 0; i < hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(hits, i);
        json_builder_begin_object(json);
        ch_json_text(json, "file", hit->file);
        ch_json_int(json, "line", hit->line);
        ch_json_text(json, "result", ch_rule_result_name(hit->result));
        ch_json_text(json, "text", hit->text);
        ch_json_text(json, "why", hit->why);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static gboolean asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return TRUE;
    return FALSE;
}

static int run(guint which, ChAdminContext *context, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    gboolean help = asks_for_help(argc, argv);
    argv[0] = (char *)verbs[which].name;
    if (!help && verbs[which].config == CONFIG_NEEDED && !context->config_file) {
        g_set_error(&error, CH_ERROR, CH_ERROR_CONFIG,
                    "%s needs a configuration: -c FILE (see chamado.conf(5))", verbs[which].name);
        return ch_command_fail(error);
    }
    if (!help && verbs[which].config != CONFIG_NONE &&
        !(context->config = ch_config_load(context->config_file, context->overrides, &error)))
        return ch_command_fail(error);
    int code = verbs[which].run(context, argc, argv);
    g_clear_pointer(&context->config, ch_config_free);
    return code;
}

static void print_help(void)
{
    puts("Usage:\n  chamado rules VERB …\n\nWorks on the rules that say what becomes of each mail "
         "(chamado-rules(5)).\n\nVerbs (each has its own --help):");
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        printf("  %-10s %s\n", strchr(verbs[i].name, ' ') + 1, verbs[i].what);
}

int ch_admin_rules(ChAdminContext *context, int argc, char **argv)
{
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--json") == 0; at++)
        context->json = TRUE;
    if (at < argc && asks_for_help(at + 1, argv)) {
        print_help();
        return EX_OK;
    }
    for (guint i = 0; at < argc && i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(argv[at], strchr(verbs[i].name, ' ') + 1) == 0)
            return run(i, context, argc - at, argv + at);
    return ch_command_usage("rules takes check, test, fmt, replay or stats");
}
