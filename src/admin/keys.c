/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado keys list|rotate`: the keys that sign the desk's Message-IDs and reply addresses. Never shows a
 * secret; what a signature proves is pipeline.c's and desk/'s business. */
#include "admin/command.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define DAYS_MAX  3650
#define NOT_GIVEN G_MININT

static void print_json(const GArray *keys)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    gint64 now = ch_clock_now();
    json_builder_begin_array(json);
    for (guint i = 0; i < keys->len; i++) {
        const ChKeyRow *key = &g_array_index(keys, ChKeyRow, i);
        g_autofree char *created = ch_command_iso_time(key->created_at);
        g_autofree char *expires = ch_command_iso_time(key->expires_at);
        json_builder_begin_object(json);
        ch_json_int(json, "id", key->id);
        ch_json_text(json, "created_at", created);
        ch_json_bool(json, "signs", key->expires_at == 0);
        ch_json_bool(json, "verifies", key->expires_at == 0 || key->expires_at > now);
        ch_json_text(json, "expires_at", expires);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_command_json(json);
}

static void print_table(const GArray *keys)
{
    static const char *const titles[] = {"KEY", "MADE", "USE", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    gint64 now = ch_clock_now();
    for (guint i = 0; i < keys->len; i++) {
        const ChKeyRow *key = &g_array_index(keys, ChKeyRow, i);
        g_autofree char *expires = ch_command_time(key->expires_at);
        char **cells = g_new0(char *, G_N_ELEMENTS(titles));
        cells[0] = g_strdup_printf("%u", key->id);
        cells[1] = ch_command_time(key->created_at);
        cells[2] = key->expires_at == 0
                       ? g_strdup("signs")
                       : g_strdup_printf(key->expires_at > now ? "verifies until %s" : "expired %s", expires);
        g_ptr_array_add(rows, cells);
    }
    ch_command_table(titles, rows);
}

static int list(ChAdminContext *context, ChStore *store, GError **error)
{
    g_autoptr(GArray) keys = ch_store_key_list(store, error);
    if (!keys)
        return EX_IOERR;
    if (context->json)
        print_json(keys);
    else
        print_table(keys);
    return EX_OK;
}

static int rotate(ChStore *store, guint days, GError **error)
{
    gint64 expires = ch_clock_now() + (gint64)days * 24 * 60 * 60;
    if (!ch_store_begin(store, error) || !ch_store_rotate_keys(store, expires, error) ||
        !ch_store_commit(store, error)) {
        ch_store_rollback(store);
        return EX_IOERR;
    }
    g_autofree char *until = ch_command_time(expires);
    if (days)
        printf("a new key signs from now on; those before verify until %s at the latest\n", until);
    else
        puts("a new key signs from now on; those before verify nothing any more");
    return EX_OK;
}

int ch_admin_keys(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK, days = NOT_GIVEN;
    const GOptionEntry entries[] = {{"days", 0, 0, G_OPTION_ARG_INT, &days,
                                     "rotate: how long the keys before verify; default: trust.key_days", "N"},
                                    G_OPTION_ENTRY_NULL};
    if (!ch_command_options(
            context, "list | rotate",
            "Lists the keys that sign the desk's mails, or makes a new one that signs from now on.", entries,
            &argc, &argv, &code))
        return code;
    gboolean lists = argc == 2 && strcmp(argv[1], "list") == 0;
    if (!lists && (argc != 2 || strcmp(argv[1], "rotate") != 0))
        return ch_command_usage("keys takes list or rotate");
    if (days != NOT_GIVEN && (lists || days < 0 || days > DAYS_MAX))
        return ch_command_usage(lists ? "--days belongs to keys rotate"
                                      : "--days takes a number from 0 to " G_STRINGIFY(DAYS_MAX));
    g_autoptr(GError) error = NULL;
    g_autoptr(ChStore) store =
        ch_store_open(context->config->state_dir, lists ? CH_STORE_READ : CH_STORE_WRITE, &error);
    if (store && lists)
        code = list(context, store, &error);
    else if (store)
        code = rotate(store, days == NOT_GIVEN ? context->config->key_days : (guint)days, &error);
    return error ? ch_command_fail(error) : code;
}
