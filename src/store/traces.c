/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The traces in a mail of what it answers: Message-IDs and reply addresses of ours, signed for somebody, and
 * Message-IDs of mails that we got. Looking up only; what follows is desk/decide's business.
 */
#include "store/db.h"

#include "base/limits.h"

#include <string.h>

#define DISAGREEMENTS_MAX 8 /* that the log names */

/* One mail of ours that a Message-ID or a reply address names. */
typedef struct {
    gint64 serial; /* 0: it names none */
    gint64 ticket, question;
    char *recipient; /* folded */
    char *template;
    gboolean verified; /* signed for the recipient */
} Token;

static void token_clear(Token *token)
{
    g_free(token->recipient);
    g_free(token->template);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Token, token_clear)

typedef struct {
    gboolean (*parse)(const char *text, ChMessageId *id);
    gboolean (*verify)(const char *text, const ChKey *key, const char *recipient);
    gboolean stored; /* the outbox has the whole text of it */
} Form;

static const Form message_id = {ch_message_id_parse, ch_message_id_verify, TRUE};
static const Form reply_address = {ch_reply_address_parse, ch_reply_address_verify, FALSE};

static gboolean verify(ChStore *store, const Form *form, const char *text, Token *token, GError **error)
{
    const GArray *keys = ch_store_keys(store, error);
    if (!keys)
        return FALSE;
    for (guint i = 0; i < keys->len; i++)
        if (form->verify(text, &g_array_index(keys, ChKey, i), token->recipient))
            token->verified = TRUE;
    return TRUE;
}

static gboolean find_token(ChStore *store, const Form *form, const char *text, Token *token, GError **error)
{
    ChMessageId id;
    if (!form->parse(text, &id))
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_OUTBOX_TOKEN);
    gboolean any;
    ch_bind_int(&row, ":id", id.serial);
    if (!ch_step(&row, &any, error))
        return FALSE;
    g_autofree char *stored = any ? ch_text(&row, 0) : NULL;
    if (!any || ch_int(&row, 1) != id.ticket || (form->stored && g_ascii_strcasecmp(stored, text) != 0))
        return TRUE;
    g_autofree char *recipient = ch_text(&row, 2);
    token->recipient = ch_address_fold(recipient);
    token->ticket = id.ticket;
    token->question = ch_int(&row, 3);
    token->template = ch_text(&row, 4);
    if (!verify(store, form, text, token, error))
        return FALSE;
    if (form->stored || token->verified)
        token->serial = id.serial;
    return TRUE;
}

static void disagree(ChTraces *traces, gint64 ticket, ChMatch match)
{
    if (traces->disagreements++ >= DISAGREEMENTS_MAX)
        return;
    char *more = g_strdup_printf("%s%sits %s points to ticket %" G_GINT64_FORMAT,
                                 traces->disagreement ? traces->disagreement : "",
                                 traces->disagreement ? ", " : "", ch_match_name(match), ticket);
    g_free(traces->disagreement);
    traces->disagreement = more;
}

gboolean ch_traces_weigh(ChStore *store, ChTraces *traces, gint64 number, ChMatch match, GError **error)
{
    gint64 ticket = 0;
    if (number && number == traces->opened)
        return TRUE;
    if (number && !ch_db_ticket_end(store, number, &ticket, error))
        return FALSE;
    if (!ticket)
        return TRUE; /* a number that was never given out is no trace */
    if (ticket == traces->opened)
        ticket = number; /* merged into it later */
    gboolean stronger = match > traces->match;
    if (traces->match != CH_MATCH_NONE && ticket != traces->ticket)
        disagree(traces, stronger ? traces->ticket : ticket, stronger ? traces->match : match);
    if (stronger) {
        traces->match = match;
        traces->ticket = ticket;
        traces->merged = number != ticket ? number : 0;
    }
    return TRUE;
}

/* How a report names the mail that it speaks of, the best first. */
enum {
    RETURNED_BY_REFERENCE = 1,
    RETURNED_BY_ADDRESS,
    RETURNED_BY_ID
};

static void weigh_returned(ChTraces *traces, const Token *token, gint64 rank)
{
    if (rank < traces->returned_rank || (rank == traces->returned_rank && token->serial <= traces->returned))
        return;
    if (!traces->returned_facts)
        traces->returned_facts = g_new0(ChReturnedFacts, 1);
    ChReturnedFacts *facts = traces->returned_facts;
    g_free(facts->recipient);
    g_free(facts->template);
    *facts = (ChReturnedFacts){.ticket = token->ticket,
                               .question = token->question,
                               .recipient = g_strdup(token->recipient),
                               .template = g_strdup(token->template),
                               .verified = token->verified};
    traces->returned = token->serial;
    traces->returned_rank = rank;
}

static void remember_sent(ChTraces *traces, gint64 serial)
{
    for (guint i = 0; i < traces->sent_count; i++)
        if (traces->sent[i] == serial)
            return;
    if (traces->sent_count < CH_SENT_MAX)
        traces->sent[traces->sent_count++] = serial;
}

/* What TOKEN, of a mail from one of the addresses OWN, adds. */
static gboolean weigh_token(ChStore *store, ChTraces *traces, const Token *token, const GPtrArray *own,
                            GError **error)
{
    remember_sent(traces, token->serial);
    gboolean mine = token->verified &&
                    g_ptr_array_find_with_equal_func((GPtrArray *)own, token->recipient, g_str_equal, NULL);
    if (!ch_traces_weigh(store, traces, token->ticket, mine ? CH_MATCH_TOKEN : CH_MATCH_REFERENCES, error))
        return FALSE;
    if (mine && token->question && token->serial > traces->question_serial) {
        traces->question = token->question;
        traces->question_serial = token->serial;
    }
    if (token->verified && !mine && token->serial > traces->token_serial) {
        g_free(traces->token_of);
        traces->token_of = g_strdup(token->recipient);
        traces->token_serial = token->serial;
    }
    return TRUE;
}

static gboolean trace_reference(ChStore *store, const char *reference, const GPtrArray *own, ChTraces *traces,
                                GError **error)
{
    g_auto(Token) token = {0};
    if (!find_token(store, &message_id, reference, &token, error))
        return FALSE;
    if (token.serial) {
        weigh_returned(traces, &token, RETURNED_BY_REFERENCE);
        return weigh_token(store, traces, &token, own, error);
    }
    CH_ROW row = ch_row(store, CH_QUERY_MESSAGE_ID_FIND);
    gboolean any;
    ch_bind_text(&row, ":message_id", reference);
    if (!ch_step(&row, &any, error))
        return FALSE;
    return !any || ch_traces_weigh(store, traces, ch_int(&row, 0), CH_MATCH_REFERENCES, error);
}

static gboolean trace_address(ChStore *store, const char *address, const GPtrArray *own, ChTraces *traces,
                              GError **error)
{
    g_auto(Token) token = {0};
    if (!find_token(store, &reply_address, address, &token, error))
        return FALSE;
    if (!token.serial)
        return TRUE;
    weigh_returned(traces, &token, RETURNED_BY_ADDRESS);
    return weigh_token(store, traces, &token, own, error);
}

/* The mail that a report returns, or speaks of. */
static gboolean trace_returned(ChStore *store, const char *id, const GPtrArray *own, ChTraces *traces,
                               GError **error)
{
    g_auto(Token) token = {0};
    if (!*id)
        return TRUE;
    if (!find_token(store, &message_id, id, &token, error))
        return FALSE;
    if (token.serial)
        weigh_returned(traces, &token, RETURNED_BY_ID);
    return trace_reference(store, id, own, traces, error);
}

/* The latest references first: they are what the writer answered. */
static gboolean trace_references(ChStore *store, const GPtrArray *references, const GPtrArray *own,
                                 ChTraces *traces, GError **error)
{
    guint least = references->len > CH_REFERENCES_MAX ? references->len - CH_REFERENCES_MAX : 0;
    for (guint i = references->len; i > least; i--)
        if (!trace_reference(store, g_ptr_array_index(references, i - 1), own, traces, error))
            return FALSE;
    return TRUE;
}

/* LIST is of ChAddress, or of char * where PLAIN. */
static gboolean trace_addresses(ChStore *store, const GPtrArray *list, gboolean plain, const GPtrArray *own,
                                ChTraces *traces, GError **error)
{
    for (guint i = 0; i < MIN(list->len, CH_REFERENCES_MAX); i++) {
        gpointer element = g_ptr_array_index(list, i);
        const char *address = plain ? element : ((const ChAddress *)element)->address;
        if (!trace_address(store, address, own, traces, error))
            return FALSE;
    }
    return TRUE;
}

gboolean ch_db_traces(ChStore *store, const ChMail *mail, const GPtrArray *own, ChTraces *traces,
                      GError **error)
{
    g_auto(Token) self = {0};
    if (!find_token(store, &message_id, mail->message_id, &self, error))
        return FALSE;
    traces->own_message_id = self.serial != 0;
    return trace_returned(store, mail->returned_id, own, traces, error) &&
           trace_references(store, mail->in_reply_to, own, traces, error) &&
           trace_references(store, mail->references, own, traces, error) &&
           trace_addresses(store, mail->delivered_to, TRUE, own, traces, error) &&
           trace_addresses(store, mail->to, FALSE, own, traces, error) &&
           trace_addresses(store, mail->cc, FALSE, own, traces, error);
}
