/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado rules test MAIL…`: what each rule says of a mail, why, and what follows from all. What the desk
 * would then do with the mail is explain's business. */
#include "admin/rules.h"

#include "admin/run.h"
#include "base/error.h"
#include "parse/parse.h"
#include "pipeline.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

typedef struct {
    const ChAdminContext *context;
    ChDesk desk;
    ChStore *store; /* NULL: nobody is known */
    gboolean all, colour;
} Testing;

static gboolean wants_colour(void)
{
    const char *never = g_getenv("NO_COLOR"), *terminal = g_getenv("TERM");
    return isatty(STDOUT_FILENO) && !(never && *never) && g_strcmp0(terminal, "dumb") != 0;
}

static const char *colour_of(const Testing *testing, ChRuleResult result)
{
    static const char *const colours[] = {"\033[2m", "\033[32m", "\033[33m"};
    return testing->colour ? colours[result] : "";
}

static void print_hit(const Testing *testing, const ChRuleHit *hit)
{
    g_autofree char *text = ch_command_plain(hit->text);
    g_autofree char *why = ch_command_plain(hit->why);
    printf("  %s%-7s%s  %s:%u  %s\n", colour_of(testing, hit->result), ch_rule_result_name(hit->result),
           testing->colour ? "\033[0m" : "", hit->file, hit->line, text);
    if (*why)
        printf("           %s\n", why);
}

/* Most rules say no to most mails: they are only counted. */
static void print_hits(const Testing *testing, const GPtrArray *hits)
{
    guint no = 0;
    for (guint i = 0; i < hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(hits, i);
        no += hit->result == CH_RULE_NO;
        if (testing->all || hit->result != CH_RULE_NO)
            print_hit(testing, hit);
    }
    if (no && !testing->all)
        printf("  %u rule%s no (--all shows them)\n", no, no == 1 ? " says" : "s say");
    if (!hits->len)
        puts("  there are no rules");
}

static void print_text(const Testing *testing, const ChIncoming *incoming, const ChMail *mail,
                       const ChRouting *routing)
{
    g_autofree char *from = ch_command_person(mail->from->name, mail->from->address);
    g_autofree char *subject = ch_command_plain(mail->subject);
    g_autoptr(GPtrArray) effects = ch_effects_list(routing->effects);
    printf("%s: %s, \"%s\"\n", incoming->source, from, subject);
    print_hits(testing, routing->effects->hits);
    printf("  department %s%s\n", routing->department->name,
           routing->effects->department ? "" : ", by the address");
    for (guint i = 0; i < effects->len; i++) {
        g_autofree char *effect = ch_command_plain(g_ptr_array_index(effects, i));
        if (!g_str_has_prefix(effect, "department "))
            printf("  %s\n", effect);
    }
}

static void add_json(JsonBuilder *json, const ChIncoming *incoming, const ChMail *mail,
                     const ChRouting *routing)
{
    g_autoptr(GPtrArray) effects = ch_effects_list(routing->effects);
    json_builder_begin_object(json);
    ch_json_text(json, "mail", incoming->source);
    ch_json_text(json, "from", mail->from->address);
    ch_json_text(json, "subject", mail->subject);
    ch_json_text(json, "department", routing->department->name);
    ch_rules_json_hits(json, routing->effects->hits);
    ch_json_texts(json, "effects", effects);
    json_builder_end_object(json);
}

static gboolean test_mail(const Testing *testing, const char *path, JsonBuilder *json, GError **error)
{
    g_autoptr(ChIncoming) incoming = ch_run_mail(testing->desk.config, path, error);
    if (!incoming)
        return FALSE;
    g_autoptr(ChReading) reading = ch_read(testing->desk.config, incoming);
    g_autoptr(ChRouting) routing = ch_consult(&testing->desk, testing->store, incoming, reading, error);
    if (!routing)
        return FALSE;
    if (json)
        add_json(json, incoming, reading->mail, routing);
    else
        print_text(testing, incoming, reading->mail, routing);
    return TRUE;
}

static gboolean test_mails(const Testing *testing, char **paths, GError **error)
{
    g_autoptr(JsonBuilder) json = testing->context->json ? json_builder_new() : NULL;
    if (json)
        json_builder_begin_array(json);
    for (; *paths; paths++)
        if (!test_mail(testing, *paths, json, error))
            return FALSE;
    if (json) {
        json_builder_end_array(json);
        ch_command_json(json);
    }
    return TRUE;
}

int ch_rules_verb_test(ChAdminContext *context, int argc, char **argv)
{
    g_autofree char *path = NULL;
    int code = EX_OK;
    Testing testing = {.context = context};
    const GOptionEntry entries[] = {
        {"rules", 0, 0, G_OPTION_ARG_FILENAME, &path, "those at PATH, a folder or a file", "PATH"},
        {"all", 'a', 0, G_OPTION_ARG_NONE, &testing.all, "show the rules that say no, too", NULL},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context, "MAIL…",
                            "Says what each rule makes of the mails in the files MAIL (- is standard input), "
                            "why, and what follows from all. Changes nothing.",
                            entries, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return ch_command_usage("rules test takes mails");
    if (!path && !context->config->rules_dir)
        return ch_command_usage("rules test takes --rules PATH where the configuration names no rules");
    g_autoptr(GError) error = NULL;
    g_autoptr(ChRules) rules =
        ch_run_rules_at(path ? path : context->config->rules_dir, context->config, &error);
    testing.desk = (ChDesk){.config = context->config, .rules = rules};
    testing.colour = wants_colour();
    ch_parse_setup();
    if (rules && ch_run_look(context, &testing.store, &error))
        test_mails(&testing, argv + 1, &error);
    ch_store_free(testing.store);
    return error ? ch_command_fail(error) : code;
}
