/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado queue list|show|retry|drop`: the outbox. Sending is `serve`'s and `poll`'s business. */
#include "admin/command.h"

#include "base/error.h"
#include "parse/parse.h"
#include "pipeline.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_json(const GPtrArray *outbox)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_array(json);
    for (guint i = 0; i < outbox->len; i++) {
        const ChOutboxRow *row = g_ptr_array_index(outbox, i);
        g_autofree char *created = ch_command_iso_time(row->created_at);
        g_autofree char *next = ch_command_iso_time(row->next_at);
        g_autofree char *done = ch_command_iso_time(row->done_at);
        json_builder_begin_object(json);
        ch_json_int(json, "id", row->id);
        ch_json_text(json, "state", ch_outbox_state_name(row->state));
        ch_json_int(json, "attempts", row->attempts);
        ch_json_text(json, "created_at", created);
        ch_json_text(json, "next_at", next);
        ch_json_text(json, "done_at", done);
        ch_json_text(json, "to", row->recipient);
        ch_json_text(json, "envelope_from", row->envelope_from);
        ch_json_text(json, "template", row->template);
        ch_json_int(json, "ticket", row->ticket);
        ch_json_text(json, "message_id", row->message_id);
        ch_json_int(json, "reply_code", row->reply_code);
        ch_json_text(json, "reply_text", row->reply_text);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_command_json(json);
}

static void print_table(const GPtrArray *outbox)
{
    static const char *const titles[] = {"ID",       "STATE", "TRIES",       "NEXT", "TICKET",
                                         "TEMPLATE", "TO",    "LAST ANSWER", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < outbox->len; i++) {
        const ChOutboxRow *row = g_ptr_array_index(outbox, i);
        gboolean waits = row->state == CH_OUTBOX_QUEUED;
        char **cells = g_new0(char *, G_N_ELEMENTS(titles));
        cells[0] = g_strdup_printf("%" G_GINT64_FORMAT, row->id);
        cells[1] = g_strdup(ch_outbox_state_name(row->state));
        cells[2] = g_strdup_printf("%u", row->attempts);
        cells[3] = waits ? ch_command_time(row->next_at) : g_strdup("");
        cells[4] = row->ticket ? g_strdup_printf("#%" G_GINT64_FORMAT, row->ticket) : g_strdup("");
        cells[5] = g_strdup(row->template);
        cells[6] = g_strdup(row->recipient);
        cells[7] = g_strdup(row->reply_text); /* begins with the code, where there was one */
        g_ptr_array_add(rows, cells);
    }
    ch_command_table(titles, rows);
}

static int list(ChAdminContext *context, ChStore *store, gboolean all, GError **error)
{
    g_autoptr(GPtrArray) outbox = ch_store_outbox(store, all, G_MAXINT, error);
    if (!outbox)
        return EX_IOERR;
    if (context->json)
        print_json(outbox);
    else
        print_table(outbox);
    return EX_OK;
}

/* The mail as it goes out, byte for byte. */
static int show(ChStore *store, gint64 id, GError **error)
{
    g_autoptr(ChStored) stored = ch_store_outbox_bytes(store, id, error);
    if (!stored)
        return EX_NOINPUT;
    ch_parse_setup();
    g_autoptr(GBytes) bytes = ch_outgoing_bytes(stored, error);
    if (!bytes)
        return EX_DATAERR;
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    fwrite(data, 1, length, stdout);
    return EX_OK;
}

static gboolean change(ChStore *store, gint64 id, gboolean all, ChOutboxState state, GError **error)
{
    if (!all)
        return ch_store_outbox_set(store, id, state, error);
    g_autoptr(GPtrArray) outbox = ch_store_outbox(store, FALSE, G_MAXINT, error);
    for (guint i = 0; outbox && i < outbox->len; i++) {
        const ChOutboxRow *row = g_ptr_array_index(outbox, i);
        if (!(row->erased && state == CH_OUTBOX_QUEUED) && !ch_store_outbox_set(store, row->id, state, error))
            return FALSE;
    }
    return outbox != NULL;
}

static int set_state(ChStore *store, gint64 id, gboolean all, ChOutboxState state, GError **error)
{
    if (ch_store_begin(store, error) && change(store, id, all, state, error) && ch_store_commit(store, error))
        return EX_OK;
    ch_store_rollback(store);
    return EX_IOERR;
}

int ch_admin_queue(ChAdminContext *context, int argc, char **argv)
{
    gboolean all = FALSE;
    int code = EX_OK;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all,
         "list: sent and dropped ones too; retry, drop: every one that waits or failed", NULL},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(
            context, "list | show ID | retry ID | drop ID",
            "Shows the mails that wait to leave or failed, one of them as it goes out, or has one tried "
            "again at once, or never.",
            entries, &argc, &argv, &code))
        return code;
    const char *verb = argc > 1 ? argv[1] : "";
    gboolean lists = strcmp(verb, "list") == 0, shows = strcmp(verb, "show") == 0;
    gboolean changes = strcmp(verb, "retry") == 0 || strcmp(verb, "drop") == 0;
    gboolean takes_id = shows || (changes && !all);
    if (!(lists || shows || changes) || argc != (takes_id ? 3 : 2))
        return ch_command_usage("queue takes list, or show, retry or drop and an id");
    gint64 id = takes_id ? ch_command_number(argv[2]) : 0;
    if (takes_id && !id)
        return EX_USAGE;
    g_autoptr(GError) error = NULL;
    g_autoptr(ChStore) store =
        ch_store_open(context->config->state_dir, changes ? CH_STORE_WRITE : CH_STORE_READ, &error);
    if (store && lists)
        code = list(context, store, all, &error);
    else if (store && shows)
        code = show(store, id, &error);
    else if (store)
        code = set_state(store, id, all, *verb == 'r' ? CH_OUTBOX_QUEUED : CH_OUTBOX_DROPPED, &error);
    return error ? ch_command_fail(error) : code;
}
