/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which agent the rules mean by the least busy, or the next one. Their loads are looked up elsewhere. */
#include "route/route.h"

const char *ch_route_assignee(const ChEffects *effects, const ChWorkload *workload)
{
    guint count = g_strv_length((char **)workload->agents), start = 0;
    if (!count || (effects->assign != CH_ASSIGN_LEAST_BUSY && effects->assign != CH_ASSIGN_ROUND_ROBIN))
        return NULL;
    for (guint i = 0; i < count; i++)
        if (g_strcmp0(workload->agents[i], workload->last) == 0)
            start = (i + 1) % count;
    guint best = start;
    for (guint i = 1; effects->assign == CH_ASSIGN_LEAST_BUSY && i < count; i++) {
        guint next = (start + i) % count;
        if (workload->tickets[next] < workload->tickets[best])
            best = next;
    }
    return workload->agents[best];
}
