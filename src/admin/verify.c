/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado verify`: every mail taken in has its one outcome, and the sums balance (P2). Reads only. */
#include "admin/command.h"

#include "base/error.h"
#include "store/store.h"

#include <stdio.h>
#include <sysexits.h>

static void print_text(GHashTable *counts, const GPtrArray *faults)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(counts), (GCompareFunc)g_strcmp0);
    gint total = 0;
    for (const GList *name = names; name; name = name->next) {
        gint count = GPOINTER_TO_INT(g_hash_table_lookup(counts, name->data));
        printf("%8d  %s\n", count, (const char *)name->data);
        total += count;
    }
    printf("%8d  mails taken in\n", total);
    for (guint i = 0; i < faults->len; i++)
        printf("WRONG: %s\n", (const char *)g_ptr_array_index(faults, i));
    printf("%s\n", faults->len ? "the desk does not balance" : "the desk balances");
}

static void print_json(GHashTable *counts, const GPtrArray *faults)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(counts), (GCompareFunc)g_strcmp0);
    json_builder_begin_object(json);
    json_builder_set_member_name(json, "outcomes");
    json_builder_begin_object(json);
    for (const GList *name = names; name; name = name->next)
        ch_json_int(json, name->data, GPOINTER_TO_INT(g_hash_table_lookup(counts, name->data)));
    json_builder_end_object(json);
    json_builder_set_member_name(json, "faults");
    json_builder_begin_array(json);
    for (guint i = 0; i < faults->len; i++)
        json_builder_add_string_value(json, g_ptr_array_index(faults, i));
    json_builder_end_array(json);
    json_builder_end_object(json);
    ch_command_json(json);
}

int ch_admin_verify(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(context, NULL,
                            "Counts the outcomes of all mails taken in and checks that nothing is "
                            "missing. Exit code 65 where something is.",
                            NULL, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("verify takes no argument");
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(ChStore) store = ch_store_open(context->config->state_dir, CH_STORE_READ, &error);
    g_autoptr(GPtrArray) faults = store ? ch_store_verify(store, counts, &error) : NULL;
    if (!faults)
        return ch_command_fail(error);
    if (context->json)
        print_json(counts, faults);
    else
        print_text(counts, faults);
    return faults->len ? EX_DATAERR : EX_OK;
}
