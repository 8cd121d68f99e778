/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `chamado serve`: the desk as a service: a fetching thread for each folder, one that delivers, the page's
 * process, and this main loop for signals and for what other processes left in the database.
 */
#include "admin/command.h"
#include "admin/rules-reload.h"
#include "admin/run.h"
#include "admin/web-child.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

#include <glib-unix.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define RETRY_BASE  2   /* seconds */
#define RETRY_CAP   600 /* ten minutes: an admin who repaired something should not wait longer */
#define NOTED_AFTER 2   /* failures in a row; a connection that broke is there again at the second try */
#define TICK_EVERY  60  /* seconds between looks at what time brings about */
#define LOOK_EVERY  1 /* seconds between looks at the database's change counter, one word of shared memory */

typedef struct {
    const ChAdminContext *context;
    ChConfig *config;    /* in force */
    ChConfig *next;      /* checked, to be in force from the next round on; NULL: none */
    ChRules *next_rules; /* with next */
    ChRulesKeeper *rules;
    GMainLoop *loop;
    GCancellable *cancel; /* of one round */
    ChRun run;
    ChStore *watch;  /* a reader that notices other processes' changes */
    gboolean noted;  /* since when it serves */
    gboolean ending; /* SIGTERM */
} Serving;

/* Waits, but not beyond the end. FALSE at the end. */
static gboolean pause_for(guint seconds, GCancellable *cancel)
{
    GPollFD fd;
    if (!g_cancellable_make_pollfd(cancel, &fd))
        return FALSE;
    g_poll(&fd, 1, (gint)seconds * 1000);
    g_cancellable_release_fd(cancel);
    return !g_cancellable_is_cancelled(cancel);
}

static gpointer fetch_forever(gpointer data)
{
    ChFetcher *fetcher = data;
    g_autoptr(ChSource) source = ch_source_imap_new(fetcher->mailbox, fetcher->folder, fetcher->limits,
                                                    ch_engine_sink(fetcher->engine));
    gboolean noted = TRUE; /* perhaps, by the run before */
    for (guint failures = 0; !g_cancellable_is_cancelled(fetcher->cancel);) {
        g_autoptr(GError) error = NULL;
        gboolean read = ch_source_pass(source, fetcher->cancel, &error);
        if (read && noted)
            ch_fetcher_note(fetcher, NULL);
        if (read)
            failures = 0, noted = FALSE;
        if (read && ch_source_wait(source, fetcher->cancel, &error))
            continue;
        if (g_cancellable_is_cancelled(fetcher->cancel) ||
            g_error_matches(error, CH_ERROR, CH_ERROR_CANCELLED))
            break;
        guint wait = ch_backoff(++failures, RETRY_BASE, RETRY_CAP);
        g_autofree char *seconds = g_strdup_printf("%u", wait);
        ch_log_error("fetch-failed", error, "mailbox", fetcher->mailbox->name, "folder", fetcher->folder,
                     "again-in", seconds, NULL);
        if (failures >= NOTED_AFTER) {
            ch_fetcher_note(fetcher, error);
            noted = TRUE;
        }
        pause_for(wait, fetcher->cancel);
    }
    return NULL;
}

static gpointer deliver_forever(gpointer data)
{
    Serving *serving = data;
    g_autoptr(GError) error = NULL;
    if (!ch_engine_deliver(serving->run.engine, serving->run.transport, TRUE, serving->cancel, &error) &&
        !g_error_matches(error, CH_ERROR, CH_ERROR_CANCELLED))
        ch_log_error("delivery-stopped", error, NULL); /* the writer has failed: the round ends */
    return NULL;
}

static gboolean quit(gpointer data)
{
    g_main_loop_quit(((Serving *)data)->loop);
    return G_SOURCE_REMOVE;
}

static gboolean end(gpointer data)
{
    Serving *serving = data;
    serving->ending = TRUE;
    sd_notify(0, "STOPPING=1");
    g_main_loop_quit(serving->loop);
    return G_SOURCE_CONTINUE;
}

/* SIGHUP: the configuration, the templates and the rules are read aside and checked; where one of them does
 * not check, nothing changes (P10). */
static gboolean reload(gpointer data)
{
    Serving *serving = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config =
        ch_config_load(serving->context->config_file, serving->context->overrides, &error);
    g_autoptr(ChTemplates) templates = config ? ch_run_templates(config, &error) : NULL;
    ChRules *rules = templates ? ch_rules_keeper_check(serving->rules, config) : NULL;
    if (!rules) {
        if (templates)
            g_set_error_literal(&error, CH_ERROR, CH_ERROR_CONFIG, "the rules do not check");
        ch_log_error("reload-refused", error, NULL);
        return G_SOURCE_CONTINUE;
    }
    ch_log(CH_LOG_NOTICE, "reload", "file", serving->context->config_file, NULL);
    g_clear_pointer(&serving->next, ch_config_free);
    ch_rules_unref(serving->next_rules);
    serving->next = g_steal_pointer(&config);
    serving->next_rules = rules;
    g_main_loop_quit(serving->loop);
    return G_SOURCE_CONTINUE;
}

/* Always by way of the loop, which may not run yet: to quit it then is to say nothing. */
static void engine_failed(gpointer data)
{
    g_idle_add_full(G_PRIORITY_DEFAULT, quit, data, NULL);
}

static gboolean look(gpointer data)
{
    Serving *serving = data;
    if (ch_store_changed(serving->watch))
        ch_engine_look(serving->run.engine);
    return G_SOURCE_CONTINUE;
}

static gboolean tick(gpointer data)
{
    ch_engine_tick(((Serving *)data)->run.engine);
    return G_SOURCE_CONTINUE;
}

/* For `chamado status`: since when this process serves. */
static gboolean note_start(ChStore *store, gpointer data, GError **error)
{
    g_autofree char *who = g_strdup_printf("chamado serve, process %d", (int)getpid());
    (void)data;
    return ch_store_note(store, "serving", who, error);
}

/* Works until the end or until the store fails. FALSE with the reason for the latter. */
static gboolean work(Serving *serving, GError **error)
{
    ChEngine *engine = serving->run.engine;
    serving->watch = ch_store_open(serving->config->state_dir, CH_STORE_READ, error);
    if (!serving->watch || (!serving->noted && !ch_engine_call(engine, note_start, NULL, error)))
        return FALSE;
    serving->noted = TRUE;
    serving->cancel = g_cancellable_new();
    guint looking = g_timeout_add_seconds(LOOK_EVERY, look, serving);
    guint ticking = g_timeout_add_seconds(TICK_EVERY, tick, serving);
    ch_engine_tick(engine);
    ChWebChild *web = ch_web_child_start(serving->context, serving->config);
    g_autoptr(GPtrArray) fetchers =
        ch_fetchers_start(serving->config, engine, serving->cancel, fetch_forever);
    GThread *delivery = serving->run.transport ? g_thread_new("deliver", deliver_forever, serving) : NULL;
    ch_engine_on_failure(engine, engine_failed, serving);
    ch_rules_keeper_attach(serving->rules, &serving->run);
    ch_log(CH_LOG_NOTICE, "serving", "desk", serving->config->desk_name, NULL);
    sd_notify(0, "READY=1");
    if (!serving->ending)
        g_main_loop_run(serving->loop);
    g_source_remove(looking);
    g_source_remove(ticking);
    ch_web_child_stop(web);
    g_cancellable_cancel(serving->cancel);
    ch_engine_look(engine); /* wakes whoever waits for progress */
    ch_fetchers_join(fetchers);
    if (delivery)
        g_thread_join(delivery);
    gboolean good = ch_engine_drain(engine, error);
    g_clear_object(&serving->cancel);
    return good;
}

static gboolean round_of_service(Serving *serving, GError **error)
{
    ChRules *rules = ch_rules_keeper_rules(serving->rules);
    gboolean good =
        ch_run_open(&serving->run, serving->config, rules, "serve", error) && work(serving, error);
    ch_rules_keeper_attach(serving->rules, NULL);
    g_clear_pointer(&serving->watch, ch_store_free);
    ch_run_close(&serving->run);
    return good;
}

/* A full disk at three in the morning must not need somebody who starts the program again. */
static int serve(Serving *serving)
{
    for (guint failures = 0;;) {
        g_autoptr(GError) error = NULL;
        gint64 start = g_get_monotonic_time();
        if (serving->next) {
            ch_rules_keeper_take(serving->rules, serving->next, g_steal_pointer(&serving->next_rules));
            g_clear_pointer(&serving->config, ch_config_free);
            serving->config = g_steal_pointer(&serving->next);
        }
        if (round_of_service(serving, &error)) {
            if (serving->ending)
                return EX_OK;
            continue; /* reloaded */
        }
        /* At the start somebody else holds the desk; later the database alone is locked, for a while. */
        if (!ch_error_is_temporary(error) ||
            (!serving->noted && failures == 0 && g_error_matches(error, CH_ERROR, CH_ERROR_BUSY)))
            return ch_command_fail(error);
        if (serving->ending)
            return ch_command_fail(error);
        if (g_get_monotonic_time() - start > RETRY_CAP * G_TIME_SPAN_SECOND)
            failures = 0;
        guint wait = ch_backoff(++failures, RETRY_BASE, RETRY_CAP);
        g_autofree char *seconds = g_strdup_printf("%u", wait);
        ch_log_error("desk-stopped", error, "again-in", seconds, NULL);
        guint waiting = g_timeout_add_seconds(wait, quit, serving);
        g_main_loop_run(serving->loop);
        if (serving->ending) {
            g_source_remove(waiting);
            return EX_OK;
        }
    }
}

int ch_admin_serve(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(context, NULL,
                            "Runs the desk until SIGTERM: takes in mail as it comes, delivers what is due.",
                            NULL, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("serve takes no argument");
    if (context->config->mailboxes->len == 0)
        ch_log(CH_LOG_WARNING, "no-mailbox", "why",
               "no [mailbox NAME] is configured; only `deliver` brings mail", NULL);
    g_autoptr(GError) error = NULL;
    ChRulesKeeper *rules = ch_rules_keeper_new(context->config, &error);
    if (!rules)
        return ch_command_fail(error);
    Serving serving = {.context = context,
                       .config = g_steal_pointer(&context->config),
                       .rules = rules,
                       .loop = g_main_loop_new(NULL, FALSE)};
    guint signals[] = {g_unix_signal_add(SIGTERM, end, &serving), g_unix_signal_add(SIGINT, end, &serving),
                       g_unix_signal_add(SIGHUP, reload, &serving)};
    code = serve(&serving);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    ch_rules_keeper_free(serving.rules);
    ch_rules_unref(serving.next_rules);
    ch_config_free(serving.config);
    ch_config_free(serving.next);
    g_main_loop_unref(serving.loop);
    return code;
}
