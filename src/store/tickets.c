/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an admin does to a ticket: closing, reopening, merging; and which ticket a number leads to. What mail
 * does to one is commit.c's. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#define CHAIN_MAX  100 /* merges that a number is followed through */
#define MERGED_MAX 1000

gboolean ch_db_ticket_end(ChStore *store, gint64 number, gint64 *end, GError **error)
{
    *end = number;
    for (guint i = 0; i < CHAIN_MAX; i++) {
        CH_ROW row = ch_row(store, CH_QUERY_TICKET_MERGED_INTO);
        gboolean any;
        ch_bind_int(&row, ":ticket", *end);
        if (!ch_step(&row, &any, error))
            return FALSE;
        gint64 next = any ? ch_int(&row, 0) : 0;
        if (!any)
            *end = 0;
        if (!next)
            return TRUE;
        *end = next;
    }
    return TRUE; /* a longer chain is read that far: its replies are not lost */
}

gboolean ch_db_set_state(ChStore *store, gint64 ticket, gint64 mail, const char *actor, ChTicketState state,
                         GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_SET_STATE);
    ch_bind_text(&row, ":state", ch_ticket_state_name(state));
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_int(&row, ":ticket", ticket);
    return ch_step(&row, NULL, error) &&
           ch_store_log(store, ticket, mail, actor, "state", ch_ticket_state_name(state), error);
}

/* The ticket NUMBER, which replies must lead to: CH_ERROR_USAGE where it was merged into another. */
static ChTicketFacts *standing(ChStore *store, gint64 number, GError **error)
{
    gint64 end;
    g_autoptr(ChTicketFacts) facts = ch_store_ticket(store, number, NULL, error);
    if (!facts || !ch_db_ticket_end(store, number, &end, error))
        return NULL;
    if (end == number)
        return g_steal_pointer(&facts);
    g_set_error(error, CH_ERROR, CH_ERROR_USAGE,
                "ticket %" G_GINT64_FORMAT " was merged into ticket %" G_GINT64_FORMAT, number, end);
    return NULL;
}

gboolean ch_store_set_ticket_state(ChStore *store, gint64 number, ChTicketState state, const char *actor,
                                   gboolean *changed, GError **error)
{
    g_autoptr(ChTicketFacts) facts = standing(store, number, error);
    if (!facts)
        return FALSE;
    gboolean closed = facts->state == CH_TICKET_CLOSED;
    *changed = closed != (state == CH_TICKET_CLOSED);
    return !*changed || ch_db_set_state(store, number, 0, actor, state, error);
}

static gboolean watch(ChStore *store, gint64 ticket, const char *address, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    CH_ROW row = ch_row(store, CH_QUERY_WATCHER_INSERT);
    ch_bind_int(&row, ":ticket", ticket);
    ch_bind_text(&row, ":address", folded);
    ch_bind_int(&row, ":now", ch_clock_now());
    return ch_step(&row, NULL, error);
}

/* Whoever followed the one follows the other. */
static gboolean move_followers(ChStore *store, const ChTicketFacts *from, const ChTicketFacts *into,
                               GError **error)
{
    g_autofree char *asked = ch_address_fold(from->requester_address);
    g_autofree char *asks = ch_address_fold(into->requester_address);
    if (!g_str_equal(asked, asks) && !watch(store, into->number, asked, error))
        return FALSE;
    for (guint i = 0; i < from->watchers->len; i++)
        if (!g_str_equal(from->watchers->pdata[i], asks) &&
            !watch(store, into->number, from->watchers->pdata[i], error))
            return FALSE;
    return TRUE;
}

gboolean ch_store_merge_tickets(ChStore *store, gint64 from, gint64 into, const char *actor, GError **error)
{
    g_autoptr(ChTicketFacts) old = standing(store, from, error);
    g_autoptr(ChTicketFacts) ticket = old ? standing(store, into, error) : NULL;
    if (!ticket)
        return FALSE;
    if (from == into) {
        g_set_error(error, CH_ERROR, CH_ERROR_USAGE,
                    "ticket %" G_GINT64_FORMAT " can't be merged into itself", from);
        return FALSE;
    }
    g_autofree char *gone = g_strdup_printf("into #%" G_GINT64_FORMAT, into);
    g_autofree char *came = g_strdup_printf("#%" G_GINT64_FORMAT " is part of this one now", from);
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_MERGE);
    ch_bind_int(&row, ":ticket", from);
    ch_bind_int(&row, ":into", into);
    return ch_step(&row, NULL, error) && move_followers(store, old, ticket, error) &&
           (old->state == CH_TICKET_CLOSED ||
            ch_db_set_state(store, from, 0, actor, CH_TICKET_CLOSED, error)) &&
           ch_store_log(store, from, 0, actor, "merged", gone, error) &&
           ch_store_log(store, into, 0, actor, "merged", came, error);
}

GArray *ch_db_merged(ChStore *store, gint64 ticket, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_MERGED);
    ch_bind_int(&row, ":ticket", ticket);
    ch_bind_int(&row, ":limit", MERGED_MAX);
    return ch_ids(&row, error);
}
