/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado poll`: one pass for cron: takes in what waits, delivers what is due, ends. */
#include "admin/command.h"
#include "admin/run.h"

#include "base/error.h"
#include "base/log.h"

#include <sysexits.h>

static gpointer one_pass(gpointer data)
{
    ChFetcher *fetcher = data;
    g_autoptr(ChSource) source = ch_source_imap_new(fetcher->mailbox, fetcher->folder, fetcher->limits,
                                                    ch_engine_sink(fetcher->engine));
    ch_source_pass(source, fetcher->cancel, &fetcher->error);
    return NULL;
}

/* One mailbox's failure does not keep the others from being read; the first one is what the shell sees. */
static void take_in(const ChConfig *config, ChEngine *engine, GError **error)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autoptr(GPtrArray) fetchers = ch_fetchers_start(config, engine, cancel, one_pass);
    ch_fetchers_join(fetchers);
    for (guint i = 0; i < fetchers->len; i++) {
        ChFetcher *fetcher = g_ptr_array_index(fetchers, i);
        if (!fetcher->error)
            continue;
        ch_log_error("fetch-failed", fetcher->error, "mailbox", fetcher->mailbox->name, "folder",
                     fetcher->folder, NULL);
        if (error && !*error)
            g_propagate_error(error, g_steal_pointer(&fetcher->error));
    }
}

int ch_admin_poll(ChAdminContext *context, int argc, char **argv)
{
    gboolean no_send = FALSE;
    int code = EX_OK;
    const GOptionEntry entries[] = {
        {"no-send", 0, 0, G_OPTION_ARG_NONE, &no_send, "leave the mails in the outbox", NULL},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context, NULL,
                            "Takes in the mail that waits in every mailbox, then delivers what is due in "
                            "the outbox, and ends.",
                            entries, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("poll takes no argument");
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) fetch_error = NULL;
    ChRun run;
    if (ch_run_open(&run, context->config, "poll", &error)) {
        take_in(context->config, run.engine, &fetch_error);
        if (ch_engine_drain(run.engine, &error) && run.transport && !no_send)
            ch_engine_deliver(run.engine, run.transport, FALSE, NULL, &error);
    }
    ch_run_close(&run);
    return error ? ch_command_fail(error) : fetch_error ? ch_command_fail(fetch_error) : EX_OK;
}
