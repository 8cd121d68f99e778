/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado people validate|unmark|alias|merge|forget`: an admin's word about who somebody is. What follows
 * for held mails is carried out by the desk when it runs. */
#include "admin/people.h"

#include "base/error.h"

#include <stdio.h>

#define AS_SOON "as soon as the desk runs: at once under serve, else at the next poll"

gboolean ch_people_validate(ChPeopleCall *call, GError **error)
{
    const char *address = call->arguments[0];
    g_autofree char *pattern = NULL;
    if (!ch_people_not_ours(call->context->config, address, error) ||
        !ch_people_blocked_by(call->store, address, &pattern, error))
        return FALSE;
    if (pattern) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "%s is blocked by %s; people unblock %s comes first",
                    address, pattern, pattern);
        return FALSE;
    }
    ChPersonFacts *found = NULL;
    if (!ch_store_person(call->store, address, &found, error))
        return FALSE;
    g_autoptr(ChPersonFacts) person = found;
    if (person && person->account == CH_ACCOUNT_ACTIVE) {
        g_string_printf(call->said, "%s is active already\n", address);
        return TRUE;
    }
    if (!ch_store_answer_for(call->store, address, error))
        return FALSE;
    g_string_printf(call->said, "%s is confirmed; what is held for it becomes tickets " AS_SOON "\n",
                    address);
    return TRUE;
}

gboolean ch_people_unmark(ChPeopleCall *call, GError **error)
{
    gboolean was;
    if (!ch_store_reached(call->store, call->arguments[0], 0, "admin", &was, error))
        return FALSE;
    g_string_printf(call->said, was ? "%s gets automatic mail again\n" : "%s gets automatic mail already\n",
                    call->arguments[0]);
    return TRUE;
}

/* Mails of ADDRESSES that wait for a confirmation would wait in vain once their person is an active one: the
 * admin's word is that confirmation. *RELEASED is set where there are any. */
static gboolean release(ChStore *store, const GPtrArray *addresses, gboolean *released, GError **error)
{
    for (guint i = 0; i < addresses->len; i++) {
        const char *address = g_ptr_array_index(addresses, i);
        g_autoptr(GArray) held = ch_store_held(store, address, CH_HOLD_REGISTRATION, 1, error);
        if (!held || (held->len && !ch_store_answer_for(store, address, error)))
            return FALSE;
        *released |= held->len > 0;
    }
    return TRUE;
}

/* What is to be said after two became one: SAID and, where the person is active, what is released. */
static gboolean joined(ChPeopleCall *call, GError **error)
{
    g_autoptr(ChPersonRow) row = ch_store_person_row(call->store, call->arguments[1], error);
    gboolean released = FALSE;
    if (!row ||
        (row->account == CH_ACCOUNT_ACTIVE && !release(call->store, row->addresses, &released, error)))
        return FALSE;
    if (released)
        g_string_append(call->said, "what was held until they confirm becomes tickets " AS_SOON "\n");
    return TRUE;
}

/* The two arguments as two addresses of customers. */
static gboolean two_of_people(ChPeopleCall *call, GError **error)
{
    const ChConfig *config = call->context->config;
    if (!ch_people_not_ours(config, call->arguments[0], error) ||
        !ch_people_not_ours(config, call->arguments[1], error))
        return FALSE;
    if (!g_str_equal(call->arguments[0], call->arguments[1]))
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "%s stands there twice, expected two addresses",
                call->arguments[0]);
    return FALSE;
}

gboolean ch_people_alias(ChPeopleCall *call, GError **error)
{
    const char *address = call->arguments[0], *of = call->arguments[1];
    if (!two_of_people(call, error) || !ch_store_alias(call->store, address, of, "admin", error))
        return FALSE;
    g_string_printf(call->said, "%s is one more address of %s\n", address, of);
    return joined(call, error);
}

gboolean ch_people_merge(ChPeopleCall *call, GError **error)
{
    const char *from = call->arguments[0], *into = call->arguments[1];
    if (!two_of_people(call, error) || !ch_store_merge(call->store, from, into, "admin", error))
        return FALSE;
    g_string_printf(call->said, "all that was %s's is %s's\n", from, into);
    return joined(call, error);
}

/* What forgetting would do; nothing is done. */
static void announce(const ChPersonRow *row)
{
    g_autofree char *person = ch_command_person(row->name, g_ptr_array_index(row->addresses, 0));
    printf("%s would be forgotten:\n", person);
    for (guint i = 0; i < row->addresses->len; i++) {
        g_autofree char *address = ch_command_plain(g_ptr_array_index(row->addresses, i));
        printf("    address %s\n", address);
    }
    puts("    name, company, telephone, language, open questions");
    printf("    held mails, with their raw bytes: %u\n", row->held);
    printf("What stays as it was written: %u tickets of theirs.\n", row->tickets);
}

gboolean ch_people_forget(ChPeopleCall *call, GError **error)
{
    const char *address = call->arguments[0];
    g_autoptr(ChPersonRow) row = ch_store_person_row(call->store, address, error);
    if (!row)
        return FALSE;
    if (!call->yes) {
        announce(row);
        g_set_error(error, CH_ERROR, CH_ERROR_USAGE, "nothing was done; people forget %s --yes does it",
                    address);
        return FALSE;
    }
    guint mails = 0;
    if (!ch_store_forget(call->store, address, &mails, error))
        return FALSE;
    g_string_printf(call->said, "%s is forgotten; held mails that went: %u; tickets that stay: %u\n", address,
                    mails, row->tickets);
    return TRUE;
}
