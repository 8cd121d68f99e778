/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What admins see of people, and the blocklist. How a mail's sender is looked up in it is facts.c's. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

void ch_person_row_free(ChPersonRow *row)
{
    if (!row)
        return;
    g_free(row->name);
    g_free(row->company);
    g_free(row->telephone);
    g_free(row->language);
    g_ptr_array_unref(row->addresses);
    g_free(row);
}

static ChPersonRow *read_person_row(ChStore *store, ChRow *row, GError **error)
{
    ChPersonRow *person = g_new0(ChPersonRow, 1);
    g_autofree char *account = ch_text(row, 1);
    person->id = ch_int(row, 0);
    person->account = ch_account_parse(account);
    person->name = ch_text(row, 2);
    person->company = ch_text(row, 3);
    person->telephone = ch_text(row, 4);
    person->language = ch_text(row, 5);
    person->created_at = ch_int(row, 6);
    person->activated_at = ch_int(row, 7);
    person->tickets = (guint)ch_int(row, 8);
    person->held = (guint)ch_int(row, 9);
    person->addresses = g_ptr_array_new_with_free_func(g_free);
    CH_ROW addresses = ch_row(store, CH_QUERY_ADDRESS_OF_PERSON);
    ch_bind_int(&addresses, ":person", person->id);
    while (ch_next(&addresses, error))
        g_ptr_array_add(person->addresses, ch_text(&addresses, 0));
    if (addresses.failed)
        g_clear_pointer(&person, ch_person_row_free);
    return person;
}

GPtrArray *ch_store_people(ChStore *store, gboolean pending, guint limit, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_person_row_free);
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_LIST);
    ch_bind_int(&row, ":pending", pending != 0);
    ch_bind_int(&row, ":limit", limit);
    while (ch_next(&row, error)) {
        ChPersonRow *person = read_person_row(store, &row, error);
        if (!person)
            return NULL;
        g_ptr_array_add(list, person);
    }
    return row.failed ? NULL : g_steal_pointer(&list);
}

ChPersonRow *ch_store_person_row(ChStore *store, const char *address, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    gint64 id;
    if (!ch_db_person_of(store, folded, &id, error))
        return NULL;
    if (!id) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "nobody is known by the address %s", folded);
        return NULL;
    }
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_ROW);
    ch_bind_int(&row, ":person", id);
    return ch_step(&row, NULL, error) ? read_person_row(store, &row, error) : NULL;
}

/* Held mails of the address that PATTERN is, or of the domains that it stands for. */
static GArray *held_of_pattern(ChStore *store, const char *pattern, GError **error)
{
    gboolean subdomains = g_str_has_prefix(pattern, "*."), domain = *pattern == '@';
    CH_ROW row = ch_row(store, subdomains || domain ? CH_QUERY_HOLD_OF_DOMAIN : CH_QUERY_HOLD_OF_ADDRESS);
    if (subdomains || domain)
        ch_bind_text(&row, ":suffix", subdomains ? pattern + 1 : pattern);
    else
        ch_bind_text(&row, ":address", pattern);
    return ch_ids(&row, error);
}

gboolean ch_store_block(ChStore *store, const char *pattern, gboolean block, gboolean *changed,
                        GError **error)
{
    CH_ROW row = ch_row(store, block ? CH_QUERY_BLOCK_INSERT : CH_QUERY_BLOCK_DELETE);
    ch_bind_text(&row, ":pattern", pattern);
    if (block)
        ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *changed = sqlite3_changes(store->db) == 1;
    if (*changed && !ch_store_log(store, 0, 0, "desk", block ? "blocked" : "unblocked", pattern, error))
        return FALSE;
    if (!block)
        return TRUE;
    g_autofree char *why = g_strdup_printf("%s was blocked", pattern);
    return ch_db_unhold_all(store, held_of_pattern(store, pattern, error), why, FALSE, NULL, error);
}

GPtrArray *ch_store_blocklist(ChStore *store, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    CH_ROW row = ch_row(store, CH_QUERY_BLOCK_LIST);
    while (ch_next(&row, error))
        g_ptr_array_add(list, ch_text(&row, 0));
    return row.failed ? NULL : g_steal_pointer(&list);
}
