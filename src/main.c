/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of subcommands and the options that stand before them. What they do is in admin/, one file each.
 */
#include "admin/admin.h"
#include "admin/command.h"
#include "base/error.h"
#include "base/log.h"
#include "paths.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define DEFAULT_CONFIG CH_SYSCONFDIR "/chamado/chamado.conf"

static const struct {
    const char *name;
    int (*run)(ChAdminContext *context, int argc, char **argv);
    gboolean needs_config; /* refuses to work on built-in defaults */
    gboolean own_config;   /* loads it itself */
    gboolean for_mta; /* 75 where even the configuration or the command line is wrong: an MTA bounces the mail
                         at any other code */
    const char *what;
} commands[] = {
    {"serve", ch_admin_serve, TRUE, FALSE, FALSE, "run the desk until SIGTERM"},
    {"poll", ch_admin_poll, TRUE, FALSE, FALSE, "one pass: take in what waits, deliver what is due"},
    {"deliver", ch_admin_deliver, TRUE, FALSE, TRUE, "take in one mail on standard input, for an MTA's pipe"},
    {"explain", ch_admin_explain, FALSE, FALSE, FALSE, "say what would be done with a mail, and why"},
    {"rules", ch_admin_rules, FALSE, TRUE, FALSE, "check, test, format, replay and count the rules"},
    {"ticket", ch_admin_ticket, TRUE, FALSE, FALSE, "list, show, close, reopen and merge tickets"},
    {"people", ch_admin_people, TRUE, FALSE, FALSE,
     "list and show people; validate, block, join, forget them"},
    {"held", ch_admin_held, TRUE, FALSE, FALSE, "list the mails that are held; release or drop them"},
    {"queue", ch_admin_queue, TRUE, FALSE, FALSE, "list, show, retry or drop mails that leave"},
    {"keys", ch_admin_keys, TRUE, FALSE, FALSE, "list the keys that sign the desk's mails, make a new one"},
    {"status", ch_admin_status, TRUE, FALSE, FALSE,
     "say whether the desk runs, and by which rules; what waits"},
    {"verify", ch_admin_verify, TRUE, FALSE, FALSE, "check that every mail has its one outcome"},
    {"web", ch_admin_web, FALSE, TRUE, FALSE, "serve the page where people confirm their address"},
    {"config", ch_admin_config, FALSE, TRUE, FALSE, "check or show the configuration"},
};

static void print_help(GOptionContext *options)
{
    g_autofree char *text = g_option_context_get_help(options, TRUE, NULL);
    fputs(text, stdout);
    puts("Subcommands (each has its own --help):");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].what);
}

static int run(guint which, ChAdminContext *context, int argc, char **argv)
{
    if (commands[which].own_config)
        return commands[which].run(context, argc, argv);
    for (int i = 1; i < argc; i++) /* help needs no configuration */
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            g_autoptr(ChConfig) none = ch_config_load(NULL, NULL, NULL);
            context->config = none;
            return commands[which].run(context, argc, argv); /* prints its help and ends */
        }
    g_autoptr(GError) error = NULL;
    if (!context->config_file && commands[which].needs_config) {
        g_set_error(&error, CH_ERROR, CH_ERROR_CONFIG,
                    "%s: %s; expected a configuration there, or -c FILE (see chamado.conf(5))",
                    DEFAULT_CONFIG, g_strerror(ENOENT));
    }
    g_autoptr(ChConfig) config =
        error ? NULL : ch_config_load(context->config_file, context->overrides, &error);
    if (!config) {
        int code = ch_command_fail(error);
        return commands[which].for_mta ? EX_TEMPFAIL : code;
    }
    context->config = g_steal_pointer(&config);
    int code = commands[which].run(context, argc, argv);
    ch_config_free(context->config);
    return code == EX_USAGE && commands[which].for_mta ? EX_TEMPFAIL : code;
}

/* A command line that could not be read. */
static int wrong_options(const GError *error, char **argv)
{
    int code = ch_command_usage(error->message);
    for (; *argv; argv++)
        for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
            if (commands[i].for_mta && strcmp(*argv, commands[i].name) == 0)
                code = EX_TEMPFAIL;
    return code;
}

int main(int argc, char **argv)
{
    g_autofree char *file = NULL;
    g_auto(GStrv) overrides = NULL;
    gboolean version = FALSE, debug = FALSE, help = FALSE;
    ChAdminContext context = {0};
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &file, "the configuration (default: " DEFAULT_CONFIG ")",
         "FILE"},
        {"option", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &overrides, "override one option for this run",
         "SECTION.KEY=VALUE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &context.json, "print JSON for programs", NULL},
        {"debug", 0, 0, G_OPTION_ARG_NONE, &debug, "log more", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "print the version", NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "this help", NULL},
        G_OPTION_ENTRY_NULL};
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* past RLIMIT_FSIZE a write then fails, as on a full disk (P1) */
    g_autoptr(GOptionContext) options = g_option_context_new("SUBCOMMAND …");
    g_autoptr(GError) error = NULL;
    g_option_context_set_summary(options, "Chamado, a help desk that lives in the mailbox.");
    g_option_context_add_main_entries(options, entries, NULL);
    g_option_context_set_strict_posix(options, TRUE);
    g_option_context_set_help_enabled(options, FALSE);
    if (!g_option_context_parse(options, &argc, &argv, &error))
        return wrong_options(error, argv);
    if (version) {
        puts("chamado " CH_VERSION);
        return EX_OK;
    }
    if (help || argc < 2) {
        print_help(options);
        return help ? EX_OK : EX_USAGE;
    }
    if (debug)
        ch_log_level(CH_LOG_DEBUG);
    context.config_file = file;
    /* One that is there but can't be read must not silently become an empty desk. */
    if (!file && (access(DEFAULT_CONFIG, F_OK) == 0 || errno != ENOENT))
        context.config_file = DEFAULT_CONFIG;
    context.overrides = (const char *const *)overrides;
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return run(i, &context, argc - 1, argv + 1);
    g_autofree char *message = g_strdup_printf("there is no subcommand %s", argv[1]);
    return ch_command_usage(message);
}
