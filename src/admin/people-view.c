/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks up all that the desk knows of one person, for `chamado people show` and `forget`; also of an address
 * that it only counts mails to, or blocks. Reads only; people-show.c prints it. */
#include "admin/people.h"

#include "base/clock.h"
#include "base/error.h"
#include "desk/budget.h"

#include <math.h>

static void budget_free(ChPeopleBudget *budget)
{
    g_free(budget->address);
    g_free(budget);
}

static void people_trouble_free(ChPeopleTrouble *trouble)
{
    g_free(trouble->address);
    ch_trouble_free(trouble->trouble);
    g_free(trouble);
}

void ch_people_view_free(ChPeopleView *view)
{
    if (!view)
        return;
    if (view->row)
        ch_person_row_free(view->row);
    g_clear_pointer(&view->addresses, g_ptr_array_unref);
    g_clear_pointer(&view->roles, g_ptr_array_unref);
    g_clear_pointer(&view->blocked, g_ptr_array_unref);
    g_clear_pointer(&view->budgets, g_ptr_array_unref);
    g_clear_pointer(&view->troubles, g_ptr_array_unref);
    g_clear_pointer(&view->tickets, g_ptr_array_unref);
    g_clear_pointer(&view->held, g_ptr_array_unref);
    g_free(view);
}
static gboolean names(char **addresses, const char *address)
{
    for (; addresses && *addresses; addresses++) {
        g_autofree char *folded = ch_address_fold(*addresses);
        if (g_str_equal(folded, address))
            return TRUE;
    }
    return FALSE;
}

/* Appends to ROLES what CONFIG says of ADDRESS. TRUE where its budget is an agent's. */
static gboolean find_roles(const ChConfig *config, const char *address, GPtrArray *roles)
{
    gboolean agent = FALSE;
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (names(department->addresses, address))
            g_ptr_array_add(roles, g_strdup_printf("address of department %s", department->name));
        if (!names(department->agents, address))
            continue;
        g_ptr_array_add(roles, g_strdup_printf("agent of department %s", department->name));
        agent = TRUE;
    }
    if (names(config->desk_admins, address)) {
        g_ptr_array_add(roles, g_strdup("admin of the desk"));
        agent = TRUE;
    }
    return agent;
}

static ChPeopleBudget *find_budget(ChStore *store, const char *address, guint per_hour, GError **error)
{
    g_autofree char *scope = g_strdup_printf("address:%s", address);
    ChBudget now = {.scope = scope, .per_hour = per_hour};
    if (!ch_store_bucket(store, scope, &now.bucket, error))
        return NULL;
    gboolean used = now.bucket.at != 0;
    ch_budget_fill(&now, ch_clock_now());
    ChPeopleBudget *budget = g_new0(ChPeopleBudget, 1);
    *budget = (ChPeopleBudget){g_strdup(address), per_hour, (int)floor(now.bucket.mails),
                               now.bucket.tripped_at, used};
    return budget;
}

static gboolean find_trouble(ChStore *store, const char *address, GPtrArray *troubles, GError **error)
{
    ChTrouble *trouble = NULL;
    if (!ch_store_trouble(store, address, &trouble, error))
        return FALSE;
    if (!trouble)
        return TRUE;
    ChPeopleTrouble *found = g_new(ChPeopleTrouble, 1);
    *found = (ChPeopleTrouble){g_strdup(address), trouble};
    g_ptr_array_add(troubles, found);
    return TRUE;
}

/* What is looked up for each address of the person. */
static gboolean gather_addresses(ChPeopleCall *call, ChPeopleView *view, GError **error)
{
    const ChConfig *config = call->context->config;
    for (guint i = 0; i < view->addresses->len; i++) {
        const char *address = g_ptr_array_index(view->addresses, i);
        gboolean agent = find_roles(config, address, view->roles);
        ChPeopleBudget *budget =
            find_budget(call->store, address, agent ? config->budgets.agent : config->budgets.address, error);
        if (!budget)
            return FALSE;
        g_ptr_array_add(view->budgets, budget);
        g_autofree char *pattern = NULL;
        if (!find_trouble(call->store, address, view->troubles, error) ||
            !ch_people_blocked_by(call->store, address, &pattern, error))
            return FALSE;
        if (pattern && !g_ptr_array_find_with_equal_func(view->blocked, pattern, g_str_equal, NULL))
            g_ptr_array_add(view->blocked, g_steal_pointer(&pattern));
    }
    return TRUE;
}

/* An address that is nobody's is still view where the desk has something to say of it. */
static gboolean is_anything(const ChPeopleView *view)
{
    const ChPeopleBudget *budget = g_ptr_array_index(view->budgets, 0);
    return view->row || view->roles->len || view->blocked->len || view->troubles->len || budget->used;
}

ChPeopleView *ch_people_view(ChPeopleCall *call, const char *address, GError **error)
{
    g_autoptr(ChPeopleView) view = g_new0(ChPeopleView, 1);
    g_autoptr(GError) missing = NULL;
    view->row = ch_store_person_row(call->store, address, &missing);
    if (!view->row && !g_error_matches(missing, CH_ERROR, CH_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return NULL;
    }
    view->addresses =
        view->row ? g_ptr_array_ref(view->row->addresses) : g_ptr_array_new_with_free_func(g_free);
    if (!view->row)
        g_ptr_array_add(view->addresses, g_strdup(address));
    view->roles = g_ptr_array_new_with_free_func(g_free);
    view->blocked = g_ptr_array_new_with_free_func(g_free);
    view->budgets = g_ptr_array_new_with_free_func((GDestroyNotify)budget_free);
    view->troubles = g_ptr_array_new_with_free_func((GDestroyNotify)people_trouble_free);
    if (!gather_addresses(call, view, error))
        return NULL;
    if (!is_anything(view)) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return NULL;
    }
    gint64 id = view->row ? view->row->id : 0; /* 0 is nobody's */
    view->tickets = ch_store_tickets_of(call->store, id, call->limit, error);
    view->held = view->tickets ? ch_store_held_of(call->store, id, call->limit, error) : NULL;
    return view->held ? g_steal_pointer(&view) : NULL;
}
