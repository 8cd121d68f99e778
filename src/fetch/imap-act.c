/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving, flagging and deleting, in sets. When that may be done is imap.c's to know. */
#include "fetch/imap-act.h"

#include "base/error.h"
#include "fetch/imap-fetch.h"
#include "fetch/imap-name.h"

#include <string.h>

#define SET_RANGES 200 /* in one command: 200 lone UIDs of ten digits are a line that every server takes */

static gboolean store(ChImapSession *session, const guint32 *uids, guint count, struct mailimap_flag *flag,
                      const char *doing, GError **error)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    mailimap_flag_list_add(flags, flag);
    struct mailimap_store_att_flags *change = mailimap_store_att_flags_new_add_flags_silent(flags);
    struct mailimap_set *set = ch_imap_set(uids, count);
    ch_imap_prepare(session, 0);
    int result = mailimap_uid_store(session->imap, set, change);
    mailimap_set_free(set);
    mailimap_store_att_flags_free(change);
    return ch_imap_check(session, result, doing, error);
}

/* Whether nothing in the folder but these is marked \Deleted. */
static gboolean is_deleted_all_ours(ChImapSession *session, const guint32 *uids, guint count, gboolean *ours,
                                    GError **error)
{
    struct mailimap_search_key *key = mailimap_search_key_new_all();
    key->sk_type = MAILIMAP_SEARCH_KEY_DELETED; /* it has no maker of its own, and no data */
    clist *found = NULL;
    ch_imap_prepare(session, 0);
    int result = mailimap_uid_search(session->imap, NULL, key, &found);
    mailimap_search_key_free(key);
    if (!ch_imap_check(session, result, "looking for deleted mails", error))
        return FALSE;
    g_autoptr(GHashTable) mine = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < count; i++)
        g_hash_table_add(mine, GUINT_TO_POINTER(uids[i]));
    *ours = TRUE;
    for (clistiter *at = found ? clist_begin(found) : NULL; at; at = clist_next(at))
        if (!g_hash_table_contains(mine, GUINT_TO_POINTER(*(guint32 *)clist_content(at))))
            *ours = FALSE;
    if (found)
        mailimap_search_result_free(found);
    return TRUE;
}

/* Without UIDPLUS (RFC 4315), EXPUNGE takes every mail that is marked, also what a person marked and may
 * still want back: then ours stay marked, too. */
static gboolean delete_uids(ChImapSession *session, const guint32 *uids, guint count, guint *removed,
                            GError **error)
{
    if (!store(session, uids, count, mailimap_flag_new_deleted(), "marking mails as deleted", error))
        return FALSE;
    if (ch_imap_has(session, "UIDPLUS")) {
        struct mailimap_set *set = ch_imap_set(uids, count);
        ch_imap_prepare(session, 0);
        int result = mailimap_uid_expunge(session->imap, set);
        mailimap_set_free(set);
        *removed += count;
        return ch_imap_check(session, result, "deleting mails", error);
    }
    gboolean ours = FALSE;
    if (!is_deleted_all_ours(session, uids, count, &ours, error))
        return FALSE;
    if (!ours)
        return TRUE;
    ch_imap_prepare(session, 0);
    *removed += count;
    return ch_imap_check(session, mailimap_expunge(session->imap), "deleting mails", error);
}

static gboolean move_once(ChImapSession *session, const guint32 *uids, guint count, const char *folder,
                          gboolean can_move, GError **error)
{
    struct mailimap_set *set = ch_imap_set(uids, count);
    ch_imap_prepare(session, 0);
    int result = can_move ? mailimap_uid_move(session->imap, set, folder)
                          : mailimap_uid_copy(session->imap, set, folder);
    mailimap_set_free(set);
    g_autofree char *doing = g_strdup_printf("moving mails to %s", session->config->move_to);
    return ch_imap_check(session, result, doing, error);
}

static gboolean move_uids(ChImapSession *session, const guint32 *uids, guint count, guint *removed,
                          GError **error)
{
    g_autofree char *folder = ch_imap_name(session->config->move_to);
    gboolean can_move = ch_imap_has(session, "MOVE"); /* RFC 6851 */
    g_autoptr(GError) reason = NULL;
    if (!move_once(session, uids, count, folder, can_move, &reason)) {
        if (!g_error_matches(reason, CH_ERROR, CH_ERROR_REFUSED)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return FALSE;
        }
        /* Most often the folder is not there, and not every server says TRYCREATE. Where it is there, CREATE
         * is refused and the second MOVE says why the first was. */
        ch_imap_prepare(session, 0);
        if (mailimap_create(session->imap, folder) == MAILIMAP_NO_ERROR) {
            ch_imap_prepare(session, 0);
            mailimap_subscribe(session->imap, folder); /* so that people see it; no matter if not */
        }
        if (!move_once(session, uids, count, folder, can_move, error))
            return FALSE;
    }
    if (!can_move)
        return delete_uids(session, uids, count, removed, error);
    *removed += count;
    return TRUE;
}

/* How many of the UIDs one command may name: "1:1000" is as short as two of them. */
static guint set_length(const guint32 *uids, guint count)
{
    guint ranges = 0, length = 0;
    for (; length < count; length++) {
        gboolean goes_on = length > 0 && uids[length] == uids[length - 1] + 1;
        if (!goes_on && ++ranges > SET_RANGES)
            break;
    }
    return length;
}

static gboolean act_on(ChImapSession *session, const guint32 *uids, guint count, ChAfter after,
                       guint *removed, GError **error)
{
    for (guint done = 0, some; done < count; done += some) {
        some = set_length(uids + done, count - done);
        gboolean good = FALSE;
        switch (after) {
        case CH_AFTER_MOVE:
            good = move_uids(session, uids + done, some, removed, error);
            break;
        case CH_AFTER_SEEN:
            good =
                store(session, uids + done, some, mailimap_flag_new_seen(), "marking mails as seen", error);
            break;
        case CH_AFTER_DELETE:
            good = delete_uids(session, uids + done, some, removed, error);
            break;
        }
        if (!good)
            return FALSE;
    }
    return TRUE;
}

/* To the folder they are in, mails would be moved for ever, with a new UID each time. */
static gboolean is_own_folder(const ChImapSession *session)
{
    const char *to = session->config->move_to, *from = session->folder;
    return strcmp(to, from) == 0 ||
           (g_ascii_strcasecmp(to, "INBOX") == 0 && g_ascii_strcasecmp(from, "INBOX") == 0);
}

gboolean ch_imap_act(ChImapSession *session, const GArray *uids, GHashTable *bodiless, guint *removed,
                     GError **error)
{
    const guint32 *all = (const guint32 *)uids->data;
    ChAfter after = session->config->after;
    *removed = 0;
    if (after == CH_AFTER_MOVE && (!session->config->move_to || is_own_folder(session))) {
        ch_imap_error(session, error, CH_ERROR_CONFIG, "move_to names no other folder");
        return FALSE;
    }
    if (after != CH_AFTER_DELETE)
        return act_on(session, all, uids->len, after, removed, error);
    g_autoptr(GArray) whole = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autoptr(GArray) partial = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < uids->len; i++)
        g_array_append_val(g_hash_table_contains(bodiless, GUINT_TO_POINTER(all[i])) ? partial : whole,
                           all[i]);
    /* What is kept nowhere else is not deleted (P1). */
    return act_on(session, (const guint32 *)partial->data, partial->len, CH_AFTER_SEEN, removed, error) &&
           act_on(session, (const guint32 *)whole->data, whole->len, CH_AFTER_DELETE, removed, error);
}
