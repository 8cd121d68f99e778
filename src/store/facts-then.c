/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts of a mail that was decided already, as they were then: for rules that are tried on it anew. Facts of
 * mails that are still to be decided are facts.c's alone. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

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

static void forget(GPtrArray *list, const char *text)
{
    guint index;
    if (g_ptr_array_find_with_equal_func(list, text, g_str_equal, &index))
        g_ptr_array_remove_index(list, index);
}

/* DETAIL is "name: value", with one of the names that the ticket's fields, NOW, have: the longest that fits.
 */
static void set_field(const GPtrArray *now, const char *detail, GPtrArray *fields)
{
    gsize length = 0;
    for (guint i = 0; i < now->len; i++) {
        const ChNamedValue *field = g_ptr_array_index(now, i);
        gsize own = strlen(field->name);
        if (own > length && g_str_has_prefix(detail, field->name) && g_str_has_prefix(detail + own, ": "))
            length = own;
    }
    if (!length)
        return;
    g_autofree char *name = g_strndup(detail, length);
    ChNamedValue *known = ch_named_value_find(fields, name);
    if (!known)
        g_ptr_array_add(fields, known = ch_named_value_new(name, NULL));
    g_free(known->value);
    known->value = g_strdup(detail + length + 2);
}

static gint64 parse_time(const char *text)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
    return time ? g_date_time_to_unix(time) : 0;
}

/* A line of the log from before the mail. NOW: the fields as they are today. */
static void apply(const char *kind, const char *detail, gint64 at, const GPtrArray *now,
                  ChTicketFacts *ticket, gint64 *closed_at)
{
    if (strcmp(kind, "state") == 0) {
        ch_ticket_state_parse(detail, &ticket->state);
        *closed_at = at;
    } else if (strcmp(kind, "priority") == 0) {
        ch_priority_parse(detail, &ticket->priority);
    } else if (strcmp(kind, "assigned") == 0) {
        g_free(ticket->assignee);
        ticket->assignee = g_strdup(detail);
    } else if (strcmp(kind, "due") == 0) {
        ticket->due_at = parse_time(detail);
    } else if (strcmp(kind, "tag") == 0) {
        g_ptr_array_add(ticket->tags, g_strdup(detail));
    } else if (strcmp(kind, "field") == 0) {
        set_field(now, detail, ticket->fields);
    }
}

/* A ticket is what its log says of it: its values begin anew, and what came with the mail or after it is
 * taken back. */
static gboolean read_log(ChStore *store, gint64 mail, const ChThen *then, ChTicketFacts *ticket,
                         GError **error)
{
    g_autoptr(GPtrArray) now = g_steal_pointer(&ticket->fields);
    gint64 closed_at = 0;
    ticket->fields = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    g_ptr_array_set_size(ticket->tags, 0);
    g_clear_pointer(&ticket->assignee, g_free);
    ticket->state = CH_TICKET_OPEN;
    ticket->priority = CH_PRIORITY_NORMAL;
    ticket->due_at = 0;
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_LOG_THEN);
    ch_bind_int(&row, ":ticket", ticket->number);
    ch_bind_int(&row, ":mail", mail);
    ch_bind_int(&row, ":decided", then->decided_at);
    while (ch_next(&row, error)) {
        g_autofree char *kind = ch_text(&row, 0);
        g_autofree char *detail = ch_text(&row, 1);
        if (ch_int(&row, 3))
            apply(kind, detail, ch_int(&row, 2), now, ticket, &closed_at);
        else if (strcmp(kind, "watching") == 0)
            forget(ticket->watchers, detail);
        else if (strcmp(kind, "referred") == 0)
            forget(ticket->referred, detail);
    }
    gboolean closed = ticket->state == CH_TICKET_CLOSED;
    ticket->closed_for = closed ? MAX(1, then->decided_at - closed_at) : 0;
    return !row.failed;
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
           (!facts->ticket || read_log(store, mail, then, facts->ticket, error));
}
