/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People and their addresses: made, confirmed, joined, forgotten. Events stay as they are, whatever happens
 * to the people in them. Lists and the blocklist are people-list.c's. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

gboolean ch_db_person_of(ChStore *store, const char *address, gint64 *id, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_ADDRESS_FIND);
    gboolean any;
    ch_bind_text(&row, ":address", address);
    if (!ch_step(&row, &any, error))
        return FALSE;
    *id = any ? ch_int(&row, 0) : 0;
    return TRUE;
}

static gboolean add_address(ChStore *store, const char *address, gint64 person, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_ADDRESS_INSERT);
    ch_bind_text(&row, ":address", address);
    ch_bind_int(&row, ":person", person);
    ch_bind_int(&row, ":now", ch_clock_now());
    return ch_step(&row, NULL, error);
}

gboolean ch_db_person_make(ChStore *store, const char *address, const char *name, const char *language,
                           gint64 *id, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_INSERT);
    ch_bind_text(&row, ":name", name ? name : "");
    ch_bind_text(&row, ":language", language ? language : "");
    ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *id = sqlite3_last_insert_rowid(store->db);
    return add_address(store, address, *id, error);
}

/* The person of ADDRESS (any case), or CH_ERROR_NOT_FOUND. */
static gboolean known_person(ChStore *store, const char *address, gint64 *id, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    if (!ch_db_person_of(store, folded, id, error))
        return FALSE;
    if (!*id)
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "nobody is known by the address %s", folded);
    return *id != 0;
}

static gboolean read_addresses(ChStore *store, gint64 id, GPtrArray *addresses, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_ADDRESS_OF_PERSON);
    ch_bind_int(&row, ":person", id);
    while (ch_next(&row, error))
        g_ptr_array_add(addresses, ch_text(&row, 0));
    return !row.failed;
}

static ChPersonFacts *read_person(ChStore *store, gint64 id, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_GET);
    ch_bind_int(&row, ":person", id);
    if (!ch_step(&row, NULL, error))
        return NULL;
    g_autoptr(ChPersonFacts) person = ch_person_facts_new();
    g_autofree char *account = ch_text(&row, 0);
    person->id = id;
    person->account = ch_account_parse(account);
    person->name = ch_text(&row, 1);
    person->language = ch_text(&row, 2);
    person->company = ch_text(&row, 3);
    person->telephone = ch_text(&row, 4);
    return read_addresses(store, id, person->addresses, error) ? g_steal_pointer(&person) : NULL;
}

gboolean ch_store_person(ChStore *store, const char *address, ChPersonFacts **person, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    gint64 id;
    *person = NULL;
    if (!ch_db_person_of(store, folded, &id, error))
        return FALSE;
    return !id || (*person = read_person(store, id, error)) != NULL;
}

/* Binds what PROFILE says; what it does not say stays NULL. */
static void bind_said(ChRow *row, const char *name, const char *value)
{
    if (value && *value)
        ch_bind_text(row, name, value);
}

gboolean ch_store_activate(ChStore *store, const char *address, const ChProfile *profile, const char *actor,
                           gboolean *first, GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    gint64 id;
    if (!ch_db_person_of(store, folded, &id, error) ||
        (!id && !ch_db_person_make(store, folded, NULL, NULL, &id, error)))
        return FALSE;
    g_autoptr(ChPersonFacts) before = read_person(store, id, error);
    if (!before)
        return FALSE;
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_ACTIVATE);
    ch_bind_int(&row, ":person", id);
    ch_bind_int(&row, ":now", ch_clock_now());
    if (profile) {
        bind_said(&row, ":name", profile->name);
        bind_said(&row, ":company", profile->company);
        bind_said(&row, ":telephone", profile->telephone);
        bind_said(&row, ":language", profile->language);
    }
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *first = before->account != CH_ACCOUNT_ACTIVE;
    return !*first || ch_store_log(store, 0, 0, actor, "activated", folded, error);
}

static gboolean move_rows(ChStore *store, ChQuery query, gint64 from, gint64 into, GError **error)
{
    CH_ROW row = ch_row(store, query);
    ch_bind_int(&row, ":from", from);
    ch_bind_int(&row, ":into", into);
    return ch_step(&row, NULL, error);
}

/* All that is FROM's becomes INTO's, and FROM is no more. */
static gboolean merge(ChStore *store, gint64 from, gint64 into, GError **error)
{
    static const ChQuery queries[] = {CH_QUERY_PERSON_MERGE, CH_QUERY_ADDRESS_MERGE,
                                      CH_QUERY_PERSON_MERGE_TICKETS, CH_QUERY_PERSON_MERGE_ENTRIES};
    for (guint i = 0; i < G_N_ELEMENTS(queries); i++)
        if (!move_rows(store, queries[i], from, into, error))
            return FALSE;
    return ch_run_id(store, CH_QUERY_PERSON_DELETE, ":person", from, error);
}

gboolean ch_store_merge(ChStore *store, const char *from, const char *into, const char *actor, GError **error)
{
    gint64 old, person;
    if (!known_person(store, from, &old, error) || !known_person(store, into, &person, error))
        return FALSE;
    if (old == person)
        return TRUE;
    g_autofree char *one = ch_address_fold(from);
    g_autofree char *other = ch_address_fold(into);
    g_autofree char *detail = g_strdup_printf("%s is the person of %s", one, other);
    return merge(store, old, person, error) && ch_store_log(store, 0, 0, actor, "merged", detail, error);
}

/* ADDRESS of the pending person OLD goes to PERSON, and with the last one the rest. */
static gboolean take_over(ChStore *store, const char *address, gint64 old, gint64 person, GError **error)
{
    g_autoptr(ChPersonFacts) facts = read_person(store, old, error);
    if (!facts)
        return FALSE;
    if (facts->account == CH_ACCOUNT_ACTIVE) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT,
                    "%s belongs to another person, who confirmed it: merge them", address);
        return FALSE;
    }
    if (facts->addresses->len == 1)
        return merge(store, old, person, error);
    CH_ROW row = ch_row(store, CH_QUERY_ADDRESS_MOVE);
    ch_bind_text(&row, ":address", address);
    ch_bind_int(&row, ":person", person);
    return ch_step(&row, NULL, error);
}

gboolean ch_store_alias(ChStore *store, const char *address, const char *of, const char *actor,
                        GError **error)
{
    g_autofree char *folded = ch_address_fold(address);
    g_autofree char *other = ch_address_fold(of);
    gint64 person, old;
    if (!known_person(store, of, &person, error) || !ch_db_person_of(store, folded, &old, error))
        return FALSE;
    if (old == person)
        return TRUE;
    if (!(old ? take_over(store, folded, old, person, error) : add_address(store, folded, person, error)))
        return FALSE;
    g_autofree char *detail = g_strdup_printf("%s is an address of %s", folded, other);
    return ch_store_log(store, 0, 0, actor, "alias", detail, error);
}

static GArray *ids_of(ChStore *store, ChQuery query, const char *address, GError **error)
{
    CH_ROW row = ch_row(store, query);
    ch_bind_text(&row, ":address", address);
    return ch_ids(&row, error);
}

/* Held mails of ADDRESS: their bytes, and who wrote them about what. */
static gboolean forget_mails(ChStore *store, const char *address, guint *count, GError **error)
{
    g_autoptr(GArray) mails = ids_of(store, CH_QUERY_HOLD_OF_ADDRESS, address, error);
    if (!mails ||
        !ch_db_unhold_all(store, g_array_ref(mails), "its sender was forgotten", TRUE, count, error))
        return FALSE;
    for (guint i = 0; i < mails->len; i++) {
        CH_ROW row = ch_row(store, CH_QUERY_MAIL_FORGET);
        ch_bind_int(&row, ":mail", g_array_index(mails, gint64, i));
        ch_bind_text(&row, ":why", "ignored: its sender was forgotten");
        if (!ch_step(&row, NULL, error))
            return FALSE;
    }
    return TRUE;
}

/* What was asked of ADDRESS. The rows stay, since mails that were sent name them; nothing of the person does.
 */
static gboolean forget_questions(ChStore *store, const char *address, GError **error)
{
    g_autoptr(GArray) questions = ids_of(store, CH_QUERY_QUESTION_OF_ADDRESS, address, error);
    for (guint i = 0; questions && i < questions->len; i++) {
        gint64 id = g_array_index(questions, gint64, i);
        CH_ROW row = ch_row(store, CH_QUERY_QUESTION_ERASE);
        ch_bind_int(&row, ":id", id);
        ch_bind_int(&row, ":now", ch_clock_now());
        if (!ch_step(&row, NULL, error) || !ch_db_drop_question(store, id, error))
            return FALSE;
    }
    return questions != NULL;
}

static gboolean forget_person(ChStore *store, gint64 id, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_WROTE);
    ch_bind_int(&row, ":person", id);
    if (!ch_step(&row, NULL, error) || !ch_run_id(store, CH_QUERY_ADDRESS_FORGET, ":person", id, error))
        return FALSE;
    /* Who wrote in tickets stays there, without a name. */
    return ch_run_id(store, ch_int(&row, 0) ? CH_QUERY_PERSON_ERASE : CH_QUERY_PERSON_DELETE, ":person", id,
                     error);
}

gboolean ch_store_forget(ChStore *store, const char *address, guint *mails, GError **error)
{
    gint64 id;
    *mails = 0;
    if (!known_person(store, address, &id, error))
        return FALSE;
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
    if (!read_addresses(store, id, addresses, error))
        return FALSE;
    for (guint i = 0; i < addresses->len; i++)
        if (!forget_mails(store, addresses->pdata[i], mails, error) ||
            !ch_run_text(store, CH_QUERY_TROUBLE_FORGET, ":address", addresses->pdata[i], error) ||
            !ch_run_text(store, CH_QUERY_WATCHER_FORGET, ":address", addresses->pdata[i], error) ||
            !forget_questions(store, addresses->pdata[i], error))
            return FALSE;
    g_autofree char *detail = g_strdup_printf("person %" G_GINT64_FORMAT, id);
    return forget_person(store, id, error) && ch_store_log(store, 0, 0, "desk", "forgotten", detail, error);
}
