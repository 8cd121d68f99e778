/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado poll`: one pass for cron: takes in what waits, delivers what is due, ends. */
#include "admin/command.h"
#include "admin/run.h"

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

/* One mailbox's failure does not keep the others from being read. The exit code of the first failure, 0 where
 * all went well. */
static int take_in(const ChConfig *config, ChEngine *engine)
{
    int code = EX_OK;
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autoptr(GPtrArray) fetchers = ch_fetchers_start(config, engine, cancel, one_pass);
    ch_fetchers_join(fetchers);
    for (guint i = 0; i < fetchers->len; i++) {
        const ChFetcher *fetcher = g_ptr_array_index(fetchers, i);
        ch_fetcher_note(fetcher, fetcher->error);
        int failed = fetcher->error ? ch_command_fail(fetcher->error) : EX_OK;
        code = code == EX_OK ? failed : code;
    }
    return code;
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
    ChRun run;
    if (ch_run_open(&run, context->config, NULL, "poll", &error)) {
        ch_engine_tick(run.engine);
        code = take_in(context->config, run.engine);
        if (ch_engine_drain(run.engine, &error)) {
            g_autofree char *taken = g_strdup_printf("%" G_GUINT64_FORMAT, ch_engine_taken(run.engine));
            ch_log(CH_LOG_INFO, "polled", "mails", taken, NULL);
            if (run.transport && !no_send)
                ch_engine_deliver(run.engine, run.transport, FALSE, NULL, &error);
        }
    }
    ch_run_close(&run);
    return error ? ch_command_fail(error) : code;
}
