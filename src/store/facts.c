/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the desk knows about one mail: was it here before, who is its sender, which ticket does it seem to
 * belong to. The traces in it are traces.c's; what follows from the facts is desk/decide's business.
 */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

#define REFERENCES_SENT 5 /* of a ticket's mails that ours refer to, beside the recipient's own thread */

#define HOUR         3600
#define DAY          (24 * HOUR)
#define SUFFIXES_MAX 10   /* parent domains of a sender that are looked up in the blocklist */
#define WATCHERS_MAX 100  /* of a ticket that hear of it */
#define COUNTED_MAX  1000 /* where it does not matter how many more there are */

static gboolean duplicate(ChStore *store, const ChInquiry *inquiry, ChFacts *facts, GError **error)
{
    if (!*inquiry->fingerprint)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_BY_FINGERPRINT);
    gboolean any;
    ch_bind_text(&row, ":fingerprint", inquiry->fingerprint);
    ch_bind_int(&row, ":mail", inquiry->mail_id);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (!any)
        return TRUE;
    facts->duplicate_of = ch_int(&row, 0);
    gint64 number = ch_int(&row, 1), end = 0;
    gboolean stands = number && ch_int(&row, 2);
    facts->duplicate_claim = ch_int(&row, 3) != 0;
    if (number && !ch_db_ticket_end(store, number, &end, error))
        return FALSE;
    facts->duplicate_ticket = end;
    return !stands || (facts->duplicate = ch_store_ticket(store, end, NULL, error)) != NULL;
}

static gboolean same_body(ChStore *store, const ChInquiry *inquiry, const char *sender, ChFacts *facts,
                          GError **error)
{
    if (!*inquiry->body)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_SAME_BODY);
    ch_bind_text(&row, ":sender", sender);
    ch_bind_text(&row, ":body", inquiry->body);
    ch_bind_int(&row, ":since", ch_clock_now() - DAY);
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_int(&row, ":mail", inquiry->mail_id);
    ch_bind_int(&row, ":limit", COUNTED_MAX);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    facts->same_body = (guint)ch_int(&row, 0);
    return TRUE;
}

/* Takes PATTERN; facts->blocked gets it where it stands in the blocklist. */
static gboolean look_up_block(ChStore *store, char *pattern, ChFacts *facts, GError **error)
{
    g_autofree char *owned = pattern;
    CH_ROW row = ch_row(store, CH_QUERY_BLOCK_FIND);
    gboolean any;
    ch_bind_text(&row, ":pattern", owned);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (any)
        facts->blocked = g_steal_pointer(&owned);
    return TRUE;
}

static gboolean blocked(ChStore *store, const char *sender, ChFacts *facts, GError **error)
{
    const char *at = strrchr(sender, '@');
    if (!at)
        return TRUE;
    if (!look_up_block(store, g_strdup(sender), facts, error) ||
        (!facts->blocked && !look_up_block(store, g_strdup(at), facts, error)))
        return FALSE;
    const char *dot = at;
    for (guint i = 0; i < SUFFIXES_MAX && !facts->blocked && (dot = strchr(dot + 1, '.')); i++)
        if (!look_up_block(store, g_strconcat("*", dot, NULL), facts, error))
            return FALSE;
    return TRUE;
}

static gboolean held(ChStore *store, const ChInquiry *inquiry, const char *sender, ChFacts *facts,
                     GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_WEIGHT);
    ch_bind_text(&row, ":address", sender);
    ch_bind_text(&row, ":kind", ch_hold_name(CH_HOLD_REGISTRATION));
    ch_bind_int(&row, ":mail", inquiry->mail_id);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    facts->held_mails = (guint)ch_int(&row, 0);
    facts->held_bytes = (guint64)ch_int(&row, 1);
    CH_ROW closed = ch_row(store, CH_QUERY_HOLD_COUNT);
    ch_bind_text(&closed, ":address", sender);
    ch_bind_text(&closed, ":kind", ch_hold_name(CH_HOLD_CLOSED));
    ch_bind_int(&closed, ":mail", inquiry->mail_id);
    ch_bind_int(&closed, ":limit", COUNTED_MAX);
    if (!ch_step(&closed, NULL, error))
        return FALSE;
    facts->held_closed = (guint)ch_int(&closed, 0);
    return TRUE;
}

static gboolean question(ChStore *store, gint64 id, ChFacts *facts, GError **error)
{
    if (!id)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_FACTS);
    gboolean any = TRUE;
    ch_bind_int(&row, ":id", id);
    if (!ch_step(&row, &any, error) || !any)
        return !any;
    g_autofree char *kind = ch_text(&row, 0);
    facts->question = g_new(ChQuestionFacts, 1);
    *facts->question = (ChQuestionFacts){id, ch_question_parse(kind), ch_int(&row, 1) != 0,
                                         ch_int(&row, 2) <= ch_clock_now()};
    return TRUE;
}

static gboolean count_mails(ChStore *store, const ChInquiry *inquiry, const char *sender, gint64 until,
                            gint64 period, guint *count, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_RATE);
    ch_bind_text(&row, ":sender", sender);
    ch_bind_int(&row, ":since", until - period);
    ch_bind_int(&row, ":until", until);
    ch_bind_int(&row, ":mail", inquiry->mail_id);
    ch_bind_int(&row, ":limit", CH_RATE_MAX);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *count = (guint)ch_int(&row, 0);
    return TRUE;
}

/* Who names no address shares theirs with all who do not. */
static gboolean rate(ChStore *store, const ChInquiry *inquiry, const char *sender, gint64 taken_at,
                     ChFacts *facts, GError **error)
{
    return !*sender || (count_mails(store, inquiry, sender, taken_at, HOUR, &facts->rate_hour, error) &&
                        count_mails(store, inquiry, sender, taken_at, DAY, &facts->rate_day, error));
}

static gboolean ticket(ChStore *store, const ChTraces *traces, ChFacts *facts, GError **error)
{
    if (traces->match == CH_MATCH_NONE)
        return TRUE;
    g_autoptr(GError) missing = NULL;
    facts->ticket = ch_store_ticket(store, traces->ticket, NULL, &missing);
    if (!facts->ticket && !g_error_matches(missing, CH_ERROR, CH_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return FALSE;
    }
    facts->match =
        facts->ticket ? traces->match : CH_MATCH_NONE; /* a number that was never given out is no match */
    return TRUE;
}

/* Who answers a closed ticket once more, after another of theirs followed it, means that one. */
static gboolean follower(ChStore *store, gint64 opened, ChFacts *facts, GError **error)
{
    if (!facts->ticket || facts->ticket->state != CH_TICKET_CLOSED || !facts->person)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_FOLLOWER);
    gboolean any = TRUE;
    ch_bind_int(&row, ":ticket", facts->ticket->number);
    ch_bind_int(&row, ":person", facts->person->id);
    ch_bind_int(&row, ":opened", opened);
    if (!ch_step(&row, &any, error) || !any)
        return !any;
    ChTicketFacts *next = ch_store_ticket(store, ch_int(&row, 0), NULL, error);
    if (!next)
        return FALSE;
    facts->meant = facts->ticket->number;
    ch_ticket_facts_free(facts->ticket);
    facts->ticket = next;
    return TRUE;
}

/* What the mail itself points to. */
static gboolean pointed_to(ChStore *store, const ChInquiry *inquiry, const char *sender, gint64 opened,
                           ChFacts *facts, GError **error)
{
    g_autoptr(GPtrArray) own =
        facts->person ? g_ptr_array_ref(facts->person->addresses) : g_ptr_array_new_with_free_func(g_free);
    if (!facts->person)
        g_ptr_array_add(own, g_strdup(sender));
    ChTraces traces = {.opened = opened};
    gboolean good = ch_db_traces(store, inquiry->mail, own, &traces, error) &&
                    ch_traces_weigh(store, &traces, inquiry->subject_ticket, CH_MATCH_SUBJECT, error);
    for (guint i = 0; good && i < inquiry->other_count; i++)
        good = ch_traces_weigh(store, &traces, inquiry->others[i], CH_MATCH_SUBJECT, error);
    facts->own_message_id = traces.own_message_id;
    facts->disagreement = traces.disagreement;
    facts->meant = traces.merged;
    facts->token_of = traces.token_of;
    for (guint i = 0; good && i < traces.sent_count; i++)
        good = ch_db_sent(store, traces.sent[i], facts->sent, error);
    facts->returned = traces.returned_facts;
    return good && ticket(store, &traces, facts, error) && follower(store, opened, facts, error) &&
           question(store, traces.question, facts, error);
}

/* What is known of the address that a mail of ours did not reach. */
static gboolean returned_to(ChStore *store, ChReturnedFacts *returned, GError **error)
{
    g_autoptr(ChTrouble) known = NULL;
    if (!ch_store_trouble(store, returned->recipient, &known, error))
        return FALSE;
    returned->marked = known && known->marked_at;
    returned->told = known && known->told_at > ch_clock_now() - DAY;
    returned->complained = known && known->complained_at;
    return TRUE;
}

ChFacts *ch_store_undelivered(ChStore *store, gint64 id, GError **error)
{
    g_autoptr(ChOutboxRow) row = ch_store_outbox_get(store, id, error);
    if (!row)
        return NULL;
    g_autoptr(ChFacts) facts = ch_facts_new();
    facts->returned = g_new0(ChReturnedFacts, 1);
    facts->returned->ticket = row->ticket;
    facts->returned->question = row->question;
    facts->returned->recipient = ch_address_fold(row->recipient);
    facts->returned->template = g_strdup(row->template);
    facts->returned->verified = TRUE;
    if (row->ticket && !(facts->ticket = ch_store_ticket(store, row->ticket, NULL, error)))
        return NULL;
    return returned_to(store, facts->returned, error) ? g_steal_pointer(&facts) : NULL;
}

/* The same for what a report speaks of; else what is known of the sender's address. */
static gboolean trouble(ChStore *store, const ChInquiry *inquiry, const char *sender, ChFacts *facts,
                        GError **error)
{
    if (!inquiry->machine)
        return ch_store_marked(store, sender, &facts->unreachable, error);
    return !facts->returned || returned_to(store, facts->returned, error);
}

ChFacts *ch_store_facts(ChStore *store, const ChInquiry *inquiry, GError **error)
{
    g_autoptr(ChFacts) facts = ch_facts_new();
    g_autofree char *sender = ch_address_fold(inquiry->sender);
    gint64 now = ch_clock_now();
    ChThen then;
    if (!ch_db_then(store, inquiry->mail_id, &then, error) ||
        !rate(store, inquiry, sender, then.taken_at, facts, error) ||
        !duplicate(store, inquiry, facts, error) || !same_body(store, inquiry, sender, facts, error) ||
        !blocked(store, sender, facts, error) || !ch_store_person(store, sender, &facts->person, error) ||
        !held(store, inquiry, sender, facts, error) ||
        !ch_store_asked(store, sender, now - HOUR, &facts->asked_hour, error) ||
        !ch_store_asked(store, sender, now - DAY, &facts->asked_day, error) ||
        !pointed_to(store, inquiry, sender, then.opened, facts, error) ||
        !trouble(store, inquiry, sender, facts, error))
        return NULL;
    if (facts->token_of &&
        (!ch_store_person(store, facts->token_of, &facts->token_person, error) ||
         !ch_store_asked(store, facts->token_of, now - DAY, &facts->token_asked_day, error)))
        return NULL;
    if (then.decided_at && !ch_db_as_then(store, inquiry->mail_id, sender, &then, facts, error))
        return NULL;
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

/* Who is on TICKET beside its requester and its own department. */
static gboolean company(ChStore *store, gint64 ticket, ChTicketFacts *facts, GError **error)
{
    CH_ROW watchers = ch_row(store, CH_QUERY_WATCHER_LIST);
    ch_bind_int(&watchers, ":ticket", ticket);
    ch_bind_int(&watchers, ":limit", WATCHERS_MAX);
    while (ch_next(&watchers, error))
        g_ptr_array_add(facts->watchers, ch_text(&watchers, 0));
    CH_ROW referred = ch_row(store, CH_QUERY_REFERRAL_LIST);
    ch_bind_int(&referred, ":ticket", ticket);
    while (!watchers.failed && ch_next(&referred, error))
        g_ptr_array_add(facts->referred, ch_text(&referred, 0));
    return !watchers.failed && !referred.failed;
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
    facts->requester_language = ch_text(&row, 14);
    if (!*facts->requester_language) {
        g_free(facts->requester_language);
        facts->requester_language = ch_text(&row, 7);
    }
    g_autofree char *priority = ch_text(&row, 11);
    ch_priority_parse(priority, &facts->priority);
    facts->assignee = ch_text_or_null(&row, 12);
    facts->due_at = ch_int(&row, 13);
    facts->follows = ch_int(&row, 8);
    facts->closed_for = ch_int(&row, 10) ? MAX(1, ch_clock_now() - ch_int(&row, 10)) : 0;
    if (!company(store, ticket, facts, error) ||
        !ch_db_values(store, ticket, facts->tags, facts->fields, error))
        return NULL;
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
