/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado ticket merge|close|reopen`: an admin's word about a ticket. Nobody is written to; what a reply
 * does from then on is desk/'s business. */
#include "admin/ticket.h"

#include <string.h>

#define NUMBER "#%" G_GINT64_FORMAT

static gboolean set_state(ChStore *store, gint64 number, ChTicketState state, const char *word, GString *said,
                          GError **error)
{
    gboolean changed;
    if (!ch_store_set_ticket_state(store, number, state, "admin", &changed, error))
        return FALSE;
    g_string_printf(said, "ticket " NUMBER " is %s%s\n", number, word, changed ? "" : " already");
    return TRUE;
}

static gboolean close_ticket(ChStore *store, const gint64 numbers[2], GString *said, GError **error)
{
    return set_state(store, numbers[0], CH_TICKET_CLOSED, "closed", said, error);
}

static gboolean reopen_ticket(ChStore *store, const gint64 numbers[2], GString *said, GError **error)
{
    return set_state(store, numbers[0], CH_TICKET_OPEN, "open", said, error);
}

static gboolean merge_tickets(ChStore *store, const gint64 numbers[2], GString *said, GError **error)
{
    if (!ch_store_merge_tickets(store, numbers[0], numbers[1], "admin", error))
        return FALSE;
    g_string_printf(said, "ticket " NUMBER " is part of " NUMBER ": replies to it land there\n", numbers[0],
                    numbers[1]);
    return TRUE;
}

const ChTicketVerb *ch_ticket_verb(const char *name)
{
    static const ChTicketVerb verbs[] = {
        {"close", 1, close_ticket, "ticket close takes a number"},
        {"reopen", 1, reopen_ticket, "ticket reopen takes a number"},
        {"merge", 2, merge_tickets,
         "ticket merge takes the number of the ticket that goes and of the one that stays"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}
