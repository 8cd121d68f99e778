/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `chamado ticket` share: the verbs that change a ticket. */
#pragma once

#include "store/store.h"

/* One verb, run inside the transaction of STORE. NUMBERS are of tickets, as many as it takes. SAID gets what
 * is to be printed once that is committed. CH_ERROR_NOT_FOUND, CH_ERROR_USAGE where the ticket does not allow
 * it. */
typedef struct {
    const char *name;
    guint takes; /* numbers */
    gboolean (*run)(ChStore *store, const gint64 numbers[2], GString *said, GError **error);
    const char *usage;
} ChTicketVerb;

/* NULL: there is none of that name. */
const ChTicketVerb *ch_ticket_verb(const char *name);
