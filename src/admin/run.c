/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing a desk that works, its fetching threads, and a desk and a mail to be looked at. When
 * the first ends is serve.c's and poll.c's business. */
#include "admin/run.h"

#include "admin/rules-load.h"
#include "base/clock.h"
#include "base/error.h"
#include "fetch/source.h"
#include "parse/parse.h"
#include "store/store.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

ChTemplates *ch_run_templates(const ChConfig *config, GError **error)
{
    g_autoptr(ChTemplates) templates = ch_templates_load(config->template_dir, error);
    if (!templates)
        return NULL;
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (!ch_templates_have_language(templates, department->language)) {
            g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                        "[department %s] language = %s: expected a folder of templates in %s",
                        department->name, department->language, config->template_dir);
            return NULL;
        }
    }
    return g_steal_pointer(&templates);
}

ChRules *ch_run_rules(const ChConfig *config, GError **error)
{
    return ch_run_rules_at(config->rules_dir, config, error);
}

ChRules *ch_run_rules_at(const char *path, const ChConfig *config, GError **error)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    ChRules *rules = ch_rules_load_tested(path, config, messages);
    if (rules)
        return rules;
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < messages->len; i++) {
        const ChRuleMessage *message = g_ptr_array_index(messages, i);
        g_autofree char *text = message->warning ? NULL : ch_rule_message_format(message);
        if (text)
            g_string_append_printf(all, "%s%s", all->len ? "\n" : "", g_strchomp(text));
    }
    g_set_error_literal(error, CH_ERROR, CH_ERROR_CONFIG, all->str);
    return NULL;
}

ChIncoming *ch_run_mail(const ChConfig *config, const char *path, GError **error)
{
    gboolean standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    ChIncoming *incoming = ch_fetch_stream(fd, &config->limits, standard ? "stdin" : path, error);
    if (!standard)
        close(fd);
    return incoming;
}

gboolean ch_run_look(const ChAdminContext *context, ChStore **store, GError **error)
{
    g_autoptr(GError) none = NULL;
    *store = context->config_file ? ch_store_open(context->config->state_dir, CH_STORE_READ, &none) : NULL;
    if (!none || g_error_matches(none, CH_ERROR, CH_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&none));
    return FALSE;
}

static gboolean note_rules(ChStore *store, gpointer data, GError **error)
{
    return ch_rules_note(store, data, error);
}

gboolean ch_run_open(ChRun *run, const ChConfig *config, ChRules *rules, const char *who, GError **error)
{
    *run = (ChRun){.lock = -1};
    ch_parse_setup();
    if (!ch_clock_check(error))
        return FALSE;
    run->lock = ch_desk_lock(config->state_dir, who, error);
    if (run->lock < 0)
        return FALSE;
    run->templates = ch_run_templates(config, error);
    if (!run->templates)
        return FALSE;
    run->desk = (ChDesk){.config = config, .templates = run->templates};
    run->desk.rules = rules ? ch_rules_ref(rules) : ch_run_rules(config, error);
    if (!run->desk.rules)
        return FALSE;
    if (config->smtp.host &&
        !(run->transport = ch_transport_smtp_new(&config->smtp, config->desk_domain, error)))
        return FALSE;
    run->engine = ch_engine_new(&run->desk, error);
    return run->engine && ch_engine_call(run->engine, note_rules, run->desk.rules, error);
}

void ch_run_close(ChRun *run)
{
    ch_engine_free(run->engine);
    ch_transport_free(run->transport);
    ch_templates_free(run->templates);
    ch_rules_unref(run->desk.rules);
    ch_desk_unlock(run->lock);
    *run = (ChRun){.lock = -1};
}

static void fetcher_free(ChFetcher *fetcher)
{
    g_clear_error(&fetcher->error);
    g_free(fetcher);
}

GPtrArray *ch_fetchers_start(const ChConfig *config, ChEngine *engine, GCancellable *cancel, GThreadFunc work)
{
    GPtrArray *fetchers = g_ptr_array_new_with_free_func((GDestroyNotify)fetcher_free);
    for (guint i = 0; i < config->mailboxes->len; i++) {
        const ChMailboxConfig *mailbox = g_ptr_array_index(config->mailboxes, i);
        for (char **folder = mailbox->folders; *folder; folder++) {
            ChFetcher *fetcher = g_new0(ChFetcher, 1);
            *fetcher = (ChFetcher){mailbox, *folder, engine, &config->limits, cancel, NULL, NULL};
            g_ptr_array_add(fetchers, fetcher);
        }
    }
    for (guint i = 0; i < fetchers->len; i++) {
        ChFetcher *fetcher = g_ptr_array_index(fetchers, i);
        fetcher->thread = g_thread_new("fetch", work, fetcher);
    }
    return fetchers;
}

void ch_fetchers_join(GPtrArray *fetchers)
{
    for (guint i = 0; i < fetchers->len; i++)
        g_thread_join(((ChFetcher *)g_ptr_array_index(fetchers, i))->thread);
}

char *ch_fetcher_note_name(const ChMailboxConfig *mailbox, const char *folder)
{
    return g_strdup_printf("fetch %s/%s", mailbox->name, folder);
}

typedef struct {
    char *name;
    const char *why;
} FetchNote;

/* Only a change is written: since when it fails is worth more than when it failed last. */
static gboolean note_fetch(ChStore *store, gpointer data, GError **error)
{
    const FetchNote *note = data;
    g_autofree char *before = NULL;
    gint64 at;
    if (!ch_store_noted(store, note->name, &before, &at, error))
        return FALSE;
    return strcmp(before ? before : "", note->why) == 0 || ch_store_note(store, note->name, note->why, error);
}

void ch_fetcher_note(const ChFetcher *fetcher, const GError *why)
{
    g_autofree char *name = ch_fetcher_note_name(fetcher->mailbox, fetcher->folder);
    FetchNote note = {name, why ? why->message : ""};
    ch_engine_call(fetcher->engine, note_fetch, &note, NULL);
}
