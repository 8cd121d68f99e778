/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carries out a Decision: each action becomes rows, inside the writer's transaction (P4). It decides nothing.
 */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

gboolean ch_store_log(ChStore *store, gint64 ticket, gint64 mail, const char *actor, const char *kind,
                      const char *detail, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_EVENT_INSERT);
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_id(&row, ":ticket", ticket);
    ch_bind_id(&row, ":mail", mail);
    ch_bind_text(&row, ":actor", actor);
    ch_bind_text(&row, ":kind", kind);
    ch_bind_text(&row, ":detail", detail ? detail : "");
    return ch_step(&row, NULL, error);
}

/* The person who has this address; a new one, whose address is not confirmed, where nobody does. */
static gboolean person(ChStore *store, const ChAddress *who, const char *language, gint64 *id, GError **error)
{
    g_autofree char *address = ch_address_fold(who->address);
    if (!ch_db_person_of(store, address, id, error))
        return FALSE;
    return *id || ch_db_person_make(store, address, who->name, language, id, error);
}

static gboolean department(ChStore *store, const char *name, gint64 *id, GError **error)
{
    gint64 *known = g_hash_table_lookup(store->departments, name);
    if (known) {
        *id = *known;
        return TRUE;
    }
    CH_ROW row = ch_row(store, CH_QUERY_DEPARTMENT_BY_NAME);
    gboolean any;
    ch_bind_text(&row, ":name", name);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (!any) {
        g_set_error(error, CH_ERROR, CH_ERROR_STORE, "department %s is not in the database", name);
        return FALSE;
    }
    gint64 *copy = g_new(gint64, 1);
    *id = *copy = ch_int(&row, 0);
    g_hash_table_insert(store->departments, g_strdup(name), copy);
    return TRUE;
}

/* One decision in the act of being carried out. */
typedef struct {
    ChStore *store;
    gint64 mail_id;
    const ChMail *mail;
    const ChAddress *sender;
    const char *actor; /* folded address of the sender, for the log */
    const ChDecision *decision;
    ChCommitted *committed;
} Carrying;

/* The new ticket follows OLD: both say so. */
static gboolean link_tickets(Carrying *carrying, gint64 old, GError **error)
{
    gint64 ticket = carrying->committed->ticket;
    g_autofree char *back = g_strdup_printf("#%" G_GINT64_FORMAT, old);
    g_autofree char *on = g_strdup_printf("#%" G_GINT64_FORMAT, ticket);
    return ch_store_log(carrying->store, ticket, carrying->mail_id, carrying->actor, "follows", back,
                        error) &&
           ch_store_log(carrying->store, old, carrying->mail_id, carrying->actor, "followed-by", on, error);
}

static gboolean open_ticket(Carrying *carrying, const ChAction *action, GError **error)
{
    ChStore *store = carrying->store;
    gint64 requester, where;
    if (!person(store, carrying->sender, NULL, &requester, error) ||
        !department(store, carrying->decision->department, &where, error))
        return FALSE;
    CH_ROW row = ch_row(store, CH_QUERY_TICKET_INSERT);
    ch_bind_text(&row, ":title", action->value);
    ch_bind_int(&row, ":department", where);
    ch_bind_int(&row, ":requester", requester);
    ch_bind_text(&row, ":address", carrying->sender->address);
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_id(&row, ":follows", action->id);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    carrying->committed->ticket = sqlite3_last_insert_rowid(store->db);
    return ch_store_log(store, carrying->committed->ticket, carrying->mail_id, carrying->actor, "opened",
                        carrying->decision->department, error) &&
           (!action->id || link_tickets(carrying, action->id, error));
}

static char *cuts_as_json(const ChMail *mail)
{
    g_autoptr(GString) json = g_string_new("[");
    for (guint i = 0; i < mail->cuts->len; i++) {
        const ChCut *cut = &g_array_index(mail->cuts, ChCut, i);
        g_string_append_printf(json, "%s[%zu, %zu, \"%s\"]", i ? ", " : "", cut->start, cut->end,
                               ch_cut_name(cut->kind));
    }
    g_string_append_c(json, ']');
    return g_string_free(g_steal_pointer(&json), FALSE);
}

static gboolean add_attachments(Carrying *carrying, GError **error)
{
    for (guint i = 0; i < carrying->mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(carrying->mail->attachments, i);
        CH_ROW row = ch_row(carrying->store, CH_QUERY_ATTACHMENT_INSERT);
        ch_bind_int(&row, ":mail", carrying->mail_id);
        ch_bind_text(&row, ":part", attachment->part);
        ch_bind_text(&row, ":name", attachment->name);
        ch_bind_text(&row, ":type", attachment->type);
        ch_bind_int(&row, ":size", (gint64)attachment->size);
        ch_bind_text(&row, ":sha256", attachment->sha256);
        ch_bind_int(&row, ":inline", attachment->is_inline != 0);
        ch_bind_int(&row, ":accepted", attachment->accepted != 0);
        ch_bind_text(&row, ":reason", attachment->reason);
        if (!ch_step(&row, NULL, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean add_entry(Carrying *carrying, const char *title, GError **error)
{
    ChStore *store = carrying->store;
    const ChMail *mail = carrying->mail;
    gint64 writer;
    if (!person(store, carrying->sender, NULL, &writer, error))
        return FALSE;
    g_autofree char *cuts = cuts_as_json(mail);
    CH_ROW row = ch_row(store, CH_QUERY_ENTRY_INSERT);
    ch_bind_int(&row, ":ticket", carrying->committed->ticket);
    ch_bind_int(&row, ":mail", carrying->mail_id);
    ch_bind_text(&row, ":kind", "message");
    ch_bind_int(&row, ":person", writer);
    ch_bind_text(&row, ":address", carrying->sender->address);
    ch_bind_text(&row, ":role", ch_role_name(carrying->decision->role));
    ch_bind_text(&row, ":title", title ? title : mail->subject);
    ch_bind_text(&row, ":text", mail->text);
    ch_bind_text(&row, ":cuts", cuts);
    ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    carrying->committed->entry = sqlite3_last_insert_rowid(store->db);
    if (*mail->message_id) {
        CH_ROW id = ch_row(store, CH_QUERY_MESSAGE_ID_INSERT);
        ch_bind_text(&id, ":message_id", mail->message_id);
        ch_bind_int(&id, ":ticket", carrying->committed->ticket);
        ch_bind_int(&id, ":entry", carrying->committed->entry);
        if (!ch_step(&id, NULL, error))
            return FALSE;
    }
    return add_attachments(carrying, error) &&
           ch_store_log(store, carrying->committed->ticket, carrying->mail_id, carrying->actor, "message",
                        ch_role_name(carrying->decision->role), error);
}

static gboolean refer(Carrying *carrying, const char *name, GError **error)
{
    gint64 ticket = carrying->committed->ticket, where;
    if (!department(carrying->store, name, &where, error))
        return FALSE;
    CH_ROW row = ch_row(carrying->store, CH_QUERY_REFERRAL_INSERT);
    ch_bind_int(&row, ":ticket", ticket);
    ch_bind_int(&row, ":department", where);
    ch_bind_int(&row, ":now", ch_clock_now());
    return ch_step(&row, NULL, error) &&
           ch_store_log(carrying->store, ticket, carrying->mail_id, carrying->actor, "referred", name, error);
}

static gboolean reached(Carrying *carrying, const char *address, GError **error)
{
    gboolean was;
    return ch_store_reached(carrying->store, address, carrying->mail_id, carrying->actor, &was, error);
}

static gboolean close_question(ChStore *store, gint64 mail, gint64 id, GError **error)
{
    g_autofree char *detail = g_strdup_printf("question %" G_GINT64_FORMAT, id);
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_UNDELIVERABLE);
    ch_bind_int(&row, ":id", id);
    ch_bind_int(&row, ":now", ch_clock_now());
    return ch_step(&row, NULL, error) &&
           ch_store_log(store, 0, mail, "desk", "question-undeliverable", detail, error);
}

gboolean ch_store_failed(ChStore *store, const ChFailure *failure, gint64 question, GError **error)
{
    return ch_db_failed(store, 0, failure, error) && (!question || close_question(store, 0, question, error));
}

static gboolean hold(Carrying *carrying, const ChAction *action, GError **error)
{
    g_autofree char *address = ch_address_fold(carrying->sender ? carrying->sender->address : "");
    CH_ROW row = ch_row(carrying->store, CH_QUERY_HOLD_INSERT);
    ch_bind_int(&row, ":mail", carrying->mail_id);
    ch_bind_text(&row, ":kind", ch_hold_name(action->hold));
    ch_bind_text(&row, ":address", address);
    ch_bind_text(&row, ":department", carrying->decision->department);
    return ch_step(&row, NULL, error) &&
           ch_store_log(carrying->store, carrying->committed->ticket, carrying->mail_id, carrying->actor,
                        "held", action->detail, error);
}

/* Who gives a ticket a value: an agent by their mail, else the desk by its rules. A field is what the mail
 * says. */
static const char *value_actor(const Carrying *carrying, const ChAction *action)
{
    gboolean own = carrying->decision->role == CH_ROLE_AGENT || action->kind == CH_ACTION_FIELD;
    return own ? carrying->actor : "desk";
}

static gboolean carry_out(Carrying *carrying, const ChAction *action, GError **error)
{
    gint64 ticket = carrying->committed->ticket;
    switch (action->kind) {
    case CH_ACTION_OPEN_TICKET:
        return open_ticket(carrying, action, error);
    case CH_ACTION_ADD_ENTRY:
        return add_entry(carrying, action->value, error);
    case CH_ACTION_SET_STATE:
        return ch_db_set_state(carrying->store, ticket, carrying->mail_id, carrying->actor, action->state,
                               error);
    case CH_ACTION_LOG:
        return ch_store_log(carrying->store, ticket, carrying->mail_id, carrying->actor, action->value,
                            action->detail, error);
    case CH_ACTION_HOLD:
        return hold(carrying, action, error);
    case CH_ACTION_REGISTER: {
        gint64 id;
        return person(carrying->store, carrying->sender, action->value, &id, error);
    }
    case CH_ACTION_REFER:
        return refer(carrying, action->value, error);
    case CH_ACTION_FAILURE:
        return ch_db_failed(carrying->store, carrying->mail_id, carrying->decision->failure, error);
    case CH_ACTION_COMPLAINT:
        return ch_db_complained(carrying->store, carrying->decision->failure, error);
    case CH_ACTION_REACHED:
        return reached(carrying, action->value, error);
    case CH_ACTION_CLOSE:
        return close_question(carrying->store, carrying->mail_id, action->id, error);
    case CH_ACTION_SUPERSEDE:
        return ch_store_unhold(carrying->store, action->id, "a copy of it came that proves its sender", FALSE,
                               error);
    case CH_ACTION_ANSWER:
        return ch_store_answer(carrying->store, action->id, g_strcmp0(action->value, "yes") == 0, "reply",
                               error);
    case CH_ACTION_PRIORITY:
    case CH_ACTION_TAG:
    case CH_ACTION_FIELD:
    case CH_ACTION_ASSIGN:
    case CH_ACTION_WATCH:
    case CH_ACTION_DUE:
    case CH_ACTION_LANGUAGE:
        return ch_db_set_value(carrying->store, ticket, carrying->mail_id, value_actor(carrying, action),
                               action, error);
    }
    return TRUE;
}

static gboolean record_outcome(Carrying *carrying, const ChVerdict *verdict, const char *fingerprint,
                               const char *body, GError **error)
{
    const ChDecision *decision = carrying->decision;
    g_ptr_array_add(decision->reasons, NULL);
    g_autofree char *reasons = g_strjoinv("\n", (char **)decision->reasons->pdata);
    g_ptr_array_set_size(decision->reasons, (gint)decision->reasons->len - 1);
    CH_ROW row = ch_row(carrying->store, CH_QUERY_MAIL_DECIDE);
    ch_bind_int(&row, ":mail", carrying->mail_id);
    if (fingerprint && *fingerprint)
        ch_bind_text(&row, ":fingerprint", fingerprint);
    if (body && *body)
        ch_bind_text(&row, ":body", body);
    ch_bind_text(&row, ":message_id", carrying->mail ? carrying->mail->message_id : NULL);
    ch_bind_text(&row, ":sender", carrying->actor);
    ch_bind_text(&row, ":subject", carrying->mail ? carrying->mail->subject : NULL);
    ch_bind_text(&row, ":kind", verdict ? ch_kind_name(verdict->kind) : NULL);
    ch_bind_text(&row, ":outcome", ch_outcome_name(decision->outcome));
    ch_bind_text(&row, ":reasons", reasons);
    ch_bind_text(&row, ":effects", decision->effects);
    ch_bind_id(&row, ":ticket", carrying->committed->ticket);
    ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    if (sqlite3_changes(carrying->store->db) == 1)
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_STORE, "mail %" G_GINT64_FORMAT " has its outcome already",
                carrying->mail_id); /* P2 */
    return FALSE;
}

gboolean ch_store_carry_out(ChStore *store, gint64 mail_id, const ChMail *mail, const ChVerdict *verdict,
                            const ChDecision *decision, const char *fingerprint, const char *body,
                            ChCommitted *committed, GError **error)
{
    *committed = (ChCommitted){.ticket = decision->ticket};
    g_autofree char *actor =
        verdict && *verdict->sender->address ? ch_address_fold(verdict->sender->address) : g_strdup("desk");
    Carrying carrying = {store, mail_id, mail, verdict ? verdict->sender : NULL, actor, decision, committed};
    /* A hold ends with the decision that follows it, which may be to hold the mail again. */
    if (!ch_run_id(store, CH_QUERY_HOLD_DELETE, ":mail", mail_id, error))
        return FALSE;
    for (guint i = 0; i < decision->actions->len; i++)
        if (!carry_out(&carrying, g_ptr_array_index(decision->actions, i), error))
            return FALSE;
    return ch_db_count_rules(store, decision->rules, error) &&
           record_outcome(&carrying, verdict, fingerprint, body, error);
}
