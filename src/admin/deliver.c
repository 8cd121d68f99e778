/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `chamado deliver`: one mail on standard input, from an MTA's pipe. 0 only when it is committed and synced,
 * 75 on any doubt, so that the MTA keeps it and tries again. Where a `serve` holds the desk, that one reads
 * the mail.
 */
#include "admin/command.h"
#include "admin/run.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

#include <sysexits.h>
#include <unistd.h>

static gboolean keep(ChStore *store, const ChIncoming *incoming, GError **error)
{
    char sha256[65];
    gsize length;
    const void *bytes = g_bytes_get_data(incoming->raw, &length);
    ch_sha256(bytes, length, sha256);
    g_autoptr(GBytes) packed = ch_store_pack(incoming->raw);
    gint64 id;
    gboolean known;
    if (ch_store_begin(store, error) &&
        ch_store_take(store, incoming, sha256, packed, 0, &id, &known, error) &&
        ch_store_commit(store, error))
        return TRUE;
    ch_store_rollback(store);
    return FALSE;
}

/* The mail is safe by now: what goes wrong from here on is tried again by the next run. Templates or rules
 * that do not check are 75 all the same: the MTA then brings that run about. */
static int read_it(const ChConfig *config)
{
    g_autoptr(GError) error = NULL;
    ChRun run;
    if (ch_run_open(&run, config, NULL, "deliver", &error) && ch_engine_drain(run.engine, &error) &&
        run.transport)
        ch_engine_deliver(run.engine, run.transport, FALSE, NULL, &error);
    ch_run_close(&run);
    if (error && !g_error_matches(error, CH_ERROR, CH_ERROR_BUSY))
        ch_log_error("deliver", error, NULL);
    return g_error_matches(error, CH_ERROR, CH_ERROR_CONFIG) ? EX_TEMPFAIL : EX_OK;
}

int ch_admin_deliver(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(context, NULL,
                            "Takes in one mail on standard input, for an MTA's pipe. Exit code 0 when it is "
                            "safely stored, 75 when the MTA shall try again.",
                            NULL, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("deliver takes no argument");
    g_autoptr(GError) error = NULL;
    g_autoptr(ChIncoming) incoming = ch_fetch_stream(STDIN_FILENO, &context->config->limits, "stdin", &error);
    g_autoptr(ChStore) store = incoming && ch_clock_check(&error)
                                   ? ch_store_open(context->config->state_dir, CH_STORE_WRITE, &error)
                                   : NULL;
    if (!store || !keep(store, incoming, &error)) {
        ch_command_fail(error);
        /* Too large stays too large: the MTA shall tell the sender. */
        return g_error_matches(error, CH_ERROR, CH_ERROR_LIMIT) ? EX_DATAERR : EX_TEMPFAIL;
    }
    g_clear_pointer(&store, ch_store_free);
    return read_it(context->config);
}
