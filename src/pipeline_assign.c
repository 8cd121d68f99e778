/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent whom the rules leave to be chosen, for that takes the desk's tickets. Who is chosen of those with
 * these loads is route/'s business, whether a ticket is assigned is desk/'s. */
#include "pipeline_private.h"

#include <string.h>

/* Of each of AGENTS, how many tickets are theirs and not closed; an empty desk's where there is no STORE. */
static GArray *look_up_loads(ChStore *store, const ChDepartmentConfig *department, char **last,
                             GError **error)
{
    const char *const *agents = (const char *const *)department->agents;
    if (store)
        return ch_store_workload(store, department->name, agents, last, error);
    GArray *loads = g_array_new(FALSE, TRUE, sizeof(guint));
    g_array_set_size(loads, g_strv_length(department->agents));
    return loads;
}

/* Why EFFECTS' assignee, of DEPARTMENT. The caller frees. */
static char *describe_choice(const ChEffects *effects, const ChDepartmentConfig *department,
                             const ChWorkload *workload)
{
    if (effects->assign == CH_ASSIGN_ROUND_ROBIN)
        return g_strdup_printf("%s is next in department %s: %s was the last one", effects->assignee,
                               department->name, workload->last ? workload->last : "nobody");
    guint i = 0;
    while (strcmp(workload->agents[i], effects->assignee) != 0)
        i++;
    return g_strdup_printf("%s is the least busy of department %s: %u tickets of theirs are not closed",
                           effects->assignee, department->name, workload->tickets[i]);
}

gboolean ch_choose_agent(const ChConfig *config, ChStore *store, ChRouting *routing, const ChFacts *facts,
                         char **why, GError **error)
{
    ChEffects *effects = routing->effects;
    *why = NULL;
    if (effects->assign != CH_ASSIGN_LEAST_BUSY && effects->assign != CH_ASSIGN_ROUND_ROBIN)
        return TRUE;
    const ChDepartmentConfig *department =
        facts->ticket ? ch_config_department(config, facts->ticket->department) : NULL;
    if (!department)
        department = routing->department;
    g_autofree char *last = NULL;
    g_autoptr(GArray) loads = look_up_loads(store, department, &last, error);
    if (!loads)
        return FALSE;
    const ChWorkload workload = {(const char *const *)department->agents,
                                 (const guint *)(gpointer)loads->data, last};
    effects->assignee = g_strdup(ch_route_assignee(effects, &workload));
    *why = effects->assignee ? describe_choice(effects, department, &workload) : NULL;
    return TRUE;
}

void ch_explain_choice(ChDecision *decision, const char *why)
{
    gboolean assigned = FALSE;
    for (guint i = 0; i < decision->actions->len; i++)
        if (((const ChAction *)g_ptr_array_index(decision->actions, i))->kind == CH_ACTION_ASSIGN)
            assigned = TRUE;
    if (assigned && why)
        ch_reason(decision->reasons, "%s", why);
}
