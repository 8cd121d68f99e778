/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the desk knows about one mail: was it here before, which ticket does it seem to belong to, and by
 * which trace. Looking up only; what follows from it is desk/decide's business.
 */
#include "store/db.h"

#include "base/error.h"
#include "base/limits.h"

#define REFERENCES_SENT 5 /* of a ticket's mails that ours refer to, beside the recipient's own thread */

static gboolean duplicate(ChStore *store, gint64 mail_id, const char *fingerprint, ChFacts *facts,
                          GError **error)
{
    if (!*fingerprint)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_BY_FINGERPRINT);
    gboolean any;
    ch_bind_text(&row, ":fingerprint", fingerprint);
    ch_bind_int(&row, ":mail", mail_id);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (any) {
        facts->duplicate_of = ch_int(&row, 0);
        facts->duplicate_ticket = ch_int(&row, 1);
    }
    return TRUE;
}

/* Whether TEXT is exactly a Message-ID that we gave a mail of our own; *TICKET is what that mail was about.
 */
static gboolean is_ours(ChStore *store, const char *text, gboolean *ours, gint64 *ticket, GError **error)
{
    ChMessageId id;
    *ours = FALSE;
    if (!ch_message_id_parse(text, &id))
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_MESSAGE_ID);
    gboolean any;
    ch_bind_int(&row, ":id", id.serial);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (!any)
        return TRUE;
    g_autofree char *stored = ch_text(&row, 0);
    *ours = g_ascii_strcasecmp(stored, text) == 0;
    *ticket = ch_int(&row, 1);
    return TRUE;
}

/* One reference of a mail, in either header. */
static gboolean trace(ChStore *store, const char *reference, const char *sender, gint64 *ticket,
                      ChMatch *match, GError **error)
{
    gboolean ours;
    *match = CH_MATCH_NONE;
    if (!is_ours(store, reference, &ours, ticket, error))
        return FALSE;
    if (ours) {
        const GArray *keys = ch_store_keys(store, error);
        if (!keys)
            return FALSE;
        *match = *ticket ? CH_MATCH_REFERENCES : CH_MATCH_NONE;
        for (guint i = 0; i < keys->len && *ticket; i++)
            if (ch_message_id_verify(reference, &g_array_index(keys, ChKey, i), sender))
                *match = CH_MATCH_TOKEN;
        return TRUE;
    }
    CH_ROW row = ch_row(store, CH_QUERY_MESSAGE_ID_FIND);
    gboolean any;
    ch_bind_text(&row, ":message_id", reference);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (any) {
        *ticket = ch_int(&row, 0);
        *match = CH_MATCH_REFERENCES;
    }
    return TRUE;
}

typedef struct {
    gint64 ticket; /* of the strongest trace so far */
    ChMatch match;
    char *disagreement;
} Traces;

static void weigh(Traces *traces, gint64 ticket, ChMatch match)
{
    if (match == CH_MATCH_NONE)
        return;
    if (traces->match != CH_MATCH_NONE && ticket != traces->ticket && !traces->disagreement) {
        gboolean stronger = match > traces->match;
        traces->disagreement = g_strdup_printf("its %s points to ticket %" G_GINT64_FORMAT,
                                               ch_match_name(stronger ? traces->match : match),
                                               stronger ? traces->ticket : ticket);
    }
    if (match > traces->match) {
        traces->match = match;
        traces->ticket = ticket;
    }
}

/* The latest references first: they are what the writer answered. */
static gboolean trace_all(ChStore *store, const GPtrArray *references, const char *sender, Traces *traces,
                          GError **error)
{
    guint least = references->len > CH_REFERENCES_MAX ? references->len - CH_REFERENCES_MAX : 0;
    for (guint i = references->len; i > least; i--) {
        gint64 ticket = 0;
        ChMatch match;
        if (!trace(store, g_ptr_array_index(references, i - 1), sender, &ticket, &match, error))
            return FALSE;
        weigh(traces, ticket, match);
    }
    return TRUE;
}

ChFacts *ch_store_facts(ChStore *store, gint64 mail_id, const ChMail *mail, const char *sender,
                        const char *fingerprint, gint64 subject_ticket, GError **error)
{
    g_autoptr(ChFacts) facts = ch_facts_new();
    Traces traces = {0};
    gint64 about = 0;
    if (!duplicate(store, mail_id, fingerprint, facts, error) ||
        !is_ours(store, mail->message_id, &facts->own_message_id, &about, error) ||
        !trace_all(store, mail->in_reply_to, sender, &traces, error) ||
        !trace_all(store, mail->references, sender, &traces, error)) {
        g_free(traces.disagreement);
        return NULL;
    }
    if (subject_ticket)
        weigh(&traces, subject_ticket, CH_MATCH_SUBJECT);
    facts->disagreement = traces.disagreement;
    if (traces.match == CH_MATCH_NONE)
        return g_steal_pointer(&facts);
    g_autoptr(GError) missing = NULL;
    facts->ticket = ch_store_ticket(store, traces.ticket, NULL, &missing);
    if (!facts->ticket && !g_error_matches(missing, CH_ERROR, CH_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return NULL;
    }
    facts->match =
        facts->ticket ? traces.match : CH_MATCH_NONE; /* a number that was never given out is no match */
    return g_steal_pointer(&facts);
}

/* Appends the first column of each row, the newest of which comes first, to LIST in the order of time. */
static gboolean collect(ChRow *row, GPtrArray *list, GError **error)
{
    gint start = (gint)list->len;
    while (ch_next(row, error))
        g_ptr_array_insert(list, start, ch_text(row, 0));
    return !row->failed;
}

ChTicketFacts *ch_store_ticket(ChStore *store, gint64 ticket, const char *recipient, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_GET);
    gboolean any;
    ch_bind_int(&row, ":ticket", ticket);
    if (!ch_step(&row, &any, error))
        return NULL;
    if (!any) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "there is no ticket %" G_GINT64_FORMAT, ticket);
        return NULL;
    }
    g_autoptr(ChTicketFacts) facts = ch_ticket_facts_new();
    g_autofree char *state = ch_text(&row, 2);
    facts->number = ticket;
    facts->title = ch_text(&row, 0);
    facts->department = ch_text(&row, 1);
    ch_ticket_state_parse(state, &facts->state);
    facts->requester_name = ch_text(&row, 3);
    facts->requester_address = ch_text(&row, 4);
    CH_ROW ids = ch_row(store, CH_QUERY_MESSAGE_ID_OF_TICKET);
    ch_bind_int(&ids, ":ticket", ticket);
    ch_bind_int(&ids, ":limit", REFERENCES_SENT);
    if (!collect(&ids, facts->message_ids, error))
        return NULL;
    if (recipient) {
        CH_ROW sent = ch_row(store, CH_QUERY_OUTBOX_OF_RECIPIENT);
        ch_bind_int(&sent, ":ticket", ticket);
        ch_bind_text(&sent, ":recipient", recipient);
        ch_bind_int(&sent, ":limit", REFERENCES_SENT);
        if (!collect(&sent, facts->message_ids, error))
            return NULL;
    }
    return g_steal_pointer(&facts);
}
