/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts of a mail that was decided already, as they were then: for rules that are tried on it anew. Facts of
 * mails that are still to be decided are facts.c's alone. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

gboolean ch_db_then(ChStore *store, gint64 mail, ChThen *then, GError **error)
{
    *then = (ChThen){.taken_at = ch_clock_now()};
    if (!mail)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_THEN);
    gboolean any;
    ch_bind_int(&row, ":mail", mail);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (!any) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "there is no mail %" G_GINT64_FORMAT, mail);
        return FALSE;
    }
    then->taken_at = ch_int(&row, 0);
    g_autofree char *outcome = ch_text_or_null(&row, 1);
    if (!outcome || ch_int(&row, 4))
        return TRUE;
    ch_outcome_parse(outcome, &then->outcome);
    then->ticket = ch_int(&row, 2);
    then->decided_at = ch_int(&row, 3);
    then->opened = then->outcome == CH_OUTCOME_TICKET ? then->ticket : 0;
    return TRUE;
}

/* A ticket is open, pending or closed by its log. */
static gboolean state(ChStore *store, gint64 mail, const ChThen *then, ChTicketFacts *ticket, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_STATE_THEN);
    gboolean any;
    ch_bind_int(&row, ":ticket", ticket->number);
    ch_bind_int(&row, ":mail", mail);
    ch_bind_int(&row, ":decided", then->decided_at);
    if (!ch_step(&row, &any, error))
        return FALSE;
    g_autofree char *name = any ? ch_text(&row, 0) : NULL;
    ticket->state = CH_TICKET_OPEN;
    ch_ticket_state_parse(name, &ticket->state);
    ticket->closed_for = ticket->state == CH_TICKET_CLOSED ? MAX(1, then->decided_at - ch_int(&row, 1)) : 0;
    return TRUE;
}

/* The ticket that the mail joined may have been merged since, or another followed it. */
static gboolean joined(ChStore *store, const ChThen *then, ChFacts *facts, GError **error)
{
    if (then->outcome != CH_OUTCOME_REPLY || (facts->ticket && facts->ticket->number == then->ticket))
        return TRUE;
    ChTicketFacts *ticket = ch_store_ticket(store, then->ticket, NULL, error);
    if (!ticket)
        return FALSE;
    ch_ticket_facts_free(facts->ticket);
    facts->ticket = ticket;
    facts->match = MAX(facts->match, CH_MATCH_SUBJECT);
    facts->meant = 0;
    return TRUE;
}

static gboolean person(ChStore *store, gint64 mail, const char *sender, const ChThen *then, ChFacts *facts,
                       GError **error)
{
    if (!facts->person)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_THEN);
    ch_bind_int(&row, ":person", facts->person->id);
    ch_bind_int(&row, ":mail", mail);
    ch_bind_text(&row, ":sender", sender);
    ch_bind_int(&row, ":taken", then->taken_at);
    ch_bind_int(&row, ":decided", then->decided_at);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    gboolean known = ch_int(&row, 0) != 0, active = ch_int(&row, 1) != 0;
    if (facts->person->account == CH_ACCOUNT_ACTIVE && !active)
        facts->person->account = CH_ACCOUNT_PENDING;
    if (!known && facts->person->account != CH_ACCOUNT_ACTIVE)
        g_clear_pointer(&facts->person, ch_person_facts_free);
    return TRUE;
}

gboolean ch_db_as_then(ChStore *store, gint64 mail, const char *sender, const ChThen *then, ChFacts *facts,
                       GError **error)
{
    return person(store, mail, sender, then, facts, error) && joined(store, then, facts, error) &&
           (!facts->ticket || state(store, mail, then, facts->ticket, error));
}
