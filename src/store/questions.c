/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk asked by mail, and the answers. The page's way in is page.c's; what an answer brings about
 * happens elsewhere, in the writer's own time. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

/* Asks; with BY it is answered yes at once. */
static gboolean insert(ChStore *store, const ChAsked *asked, const char *by, gint64 *id, GError **error)
{
    g_autofree char *address = ch_address_fold(asked->address);
    gint64 now = ch_clock_now();
    char digest[65];
    if (asked->token)
        ch_sha256(asked->token, strlen(asked->token), digest);
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_INSERT);
    ch_bind_text(&row, ":kind", ch_question_name(asked->kind));
    ch_bind_text(&row, ":address", address);
    ch_bind_id(&row, ":mail", asked->mail);
    ch_bind_text(&row, ":token", asked->token ? digest : NULL);
    ch_bind_int(&row, ":now", now);
    ch_bind_int(&row, ":expires", asked->expires_at);
    ch_bind_int(&row, ":reminded", asked->reminder != 0);
    ch_bind_text(&row, ":language", asked->language ? asked->language : "");
    ch_bind_text(&row, ":answer", by ? "yes" : NULL);
    ch_bind_text(&row, ":by", by);
    ch_bind_id(&row, ":answered", by ? now : 0);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *id = sqlite3_last_insert_rowid(store->db);
    if (asked->kind != CH_QUESTION_REGISTER)
        return TRUE;
    CH_ROW older = ch_row(store, CH_QUERY_QUESTION_REPLACED);
    ch_bind_text(&older, ":address", address);
    ch_bind_int(&older, ":id", *id);
    return ch_step(&older, NULL, error);
}

gboolean ch_store_ask(ChStore *store, const ChAsked *asked, gint64 *id, GError **error)
{
    return insert(store, asked, NULL, id, error);
}

gboolean ch_store_answer_for(ChStore *store, const char *address, GError **error)
{
    ChAsked asked = {.kind = CH_QUESTION_REGISTER, .address = address, .expires_at = ch_clock_now()};
    gint64 id;
    return insert(store, &asked, "admin", &id, error);
}

gboolean ch_store_release_mail(ChStore *store, gint64 mail, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_ADDRESS);
    gboolean any;
    ch_bind_int(&row, ":mail", mail);
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (!any) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "mail %" G_GINT64_FORMAT " is not held", mail);
        return FALSE;
    }
    g_autofree char *address = ch_text(&row, 0);
    g_autofree char *kind = ch_text(&row, 1);
    if (ch_hold_parse(kind) == CH_HOLD_NO_ADDRESS) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT,
                    "mail %" G_GINT64_FORMAT
                    " names no address that could be answered: it can only be dropped",
                    mail);
        return FALSE;
    }
    ChAsked asked = {
        .kind = CH_QUESTION_CLAIM, .address = address, .mail = mail, .expires_at = ch_clock_now()};
    gint64 id;
    return insert(store, &asked, "admin", &id, error);
}

void ch_question_free(ChQuestion *question)
{
    if (!question)
        return;
    g_free(question->address);
    g_free(question->by);
    g_free(question->name);
    g_free(question->company);
    g_free(question->telephone);
    g_free(question->language);
    g_free(question);
}

static GPtrArray *read_questions(ChRow *row, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_question_free);
    while (ch_next(row, error)) {
        ChQuestion *question = g_new0(ChQuestion, 1);
        g_autofree char *kind = ch_text(row, 1);
        g_autofree char *answer = ch_text(row, 4);
        question->id = ch_int(row, 0);
        question->kind = ch_question_parse(kind);
        question->address = ch_text(row, 2);
        question->mail = ch_int(row, 3);
        question->yes = strcmp(answer, "yes") == 0;
        question->by = ch_text(row, 5);
        question->again = !*answer && ch_int(row, 6);
        question->name = ch_text(row, 7);
        question->company = ch_text(row, 8);
        question->telephone = ch_text(row, 9);
        question->language = ch_text(row, 10);
        g_ptr_array_add(list, question);
    }
    return row->failed ? NULL : g_steal_pointer(&list);
}

GPtrArray *ch_store_questions_to_do(ChStore *store, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_TO_DO);
    ch_bind_int(&row, ":limit", limit);
    return read_questions(&row, error);
}

GPtrArray *ch_store_questions_to_remind(ChStore *store, gint64 now, guint remind, guint limit, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_TO_REMIND);
    ch_bind_int(&row, ":now", now);
    ch_bind_int(&row, ":asked", now - remind);
    ch_bind_int(&row, ":limit", limit);
    return read_questions(&row, error);
}

gboolean ch_store_answer(ChStore *store, gint64 id, gboolean yes, const char *by, GError **error)
{
    return ch_db_answer(store, id, yes, by, NULL, error);
}

gboolean ch_db_answer(ChStore *store, gint64 id, gboolean yes, const char *by, const ChProfile *profile,
                      GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_ANSWER);
    ch_bind_int(&row, ":id", id);
    ch_bind_text(&row, ":answer", yes ? "yes" : "no");
    ch_bind_text(&row, ":by", by);
    ch_bind_int(&row, ":now", ch_clock_now());
    ch_bind_text(&row, ":name", profile && profile->name ? profile->name : "");
    ch_bind_text(&row, ":company", profile && profile->company ? profile->company : "");
    ch_bind_text(&row, ":telephone", profile && profile->telephone ? profile->telephone : "");
    ch_bind_text(&row, ":language", profile && profile->language ? profile->language : "");
    return ch_step(&row, NULL, error);
}

gboolean ch_store_question_done(ChStore *store, gint64 id, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_DONE);
    ch_bind_int(&row, ":id", id);
    ch_bind_int(&row, ":now", ch_clock_now());
    return ch_step(&row, NULL, error);
}

gboolean ch_store_question_reminded(ChStore *store, gint64 id, GError **error)
{
    return ch_run_id(store, CH_QUERY_QUESTION_REMINDED, ":id", id, error);
}

gboolean ch_store_asked(ChStore *store, const char *address, gint64 since, guint *count, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_COUNT);
    ch_bind_text(&row, ":address", folded);
    ch_bind_int(&row, ":since", since);
    ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *count = (guint)ch_int(&row, 0);
    return TRUE;
}
