/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk keeps for its rules: how often each held, the agents' loads, what was decided of mails, notes
 * for `chamado status`. The rules themselves are files, and route/'s. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#define DAY  (24 * 60 * 60)
#define KEPT 400 /* days that hits are kept */

GArray *ch_store_workload(ChStore *store, const char *department, const char *const *agents, char **last,
                          GError **error)
{
    g_autoptr(GArray) loads = g_array_new(FALSE, FALSE, sizeof(guint));
    *last = NULL;
    for (guint i = 0; agents[i]; i++) {
        CH_ROW row = ch_row(store, CH_QUERY_WORKLOAD);
        ch_bind_text(&row, ":agent", agents[i]);
        if (!ch_step(&row, NULL, error))
            return NULL;
        guint count = (guint)ch_int(&row, 0);
        g_array_append_val(loads, count);
    }
    CH_ROW row = ch_row(store, CH_QUERY_DEPARTMENT_LAST_ASSIGNEE);
    gboolean any;
    ch_bind_text(&row, ":name", department);
    if (!ch_step(&row, &any, error))
        return NULL;
    if (any)
        *last = ch_text(&row, 0);
    return g_steal_pointer(&loads);
}

static gboolean count_rule(ChStore *store, const ChRuleHit *hit, gint64 now, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_RULE_SEEN);
    gboolean any;
    ch_bind_text(&row, ":file", hit->file);
    ch_bind_text(&row, ":text", hit->text);
    ch_bind_int(&row, ":line", hit->line);
    ch_bind_int(&row, ":now", now);
    if (!ch_step(&row, &any, error))
        return FALSE;
    CH_ROW day = ch_row(store, CH_QUERY_RULE_COUNT);
    ch_bind_int(&day, ":rule", ch_int(&row, 0));
    ch_bind_int(&day, ":day", now / DAY);
    ch_bind_int(&day, ":hits", hit->result == CH_RULE_YES);
    ch_bind_int(&day, ":unknown", hit->result == CH_RULE_UNKNOWN);
    return ch_step(&day, NULL, error);
}

gboolean ch_db_count_rules(ChStore *store, const GPtrArray *hits, GError **error)
{
    gint64 now = ch_clock_now();
    for (guint i = 0; hits && i < hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(hits, i);
        if (hit->result != CH_RULE_NO && !count_rule(store, hit, now, error))
            return FALSE;
    }
    return TRUE;
}

void ch_rule_stat_free(ChRuleStat *stat)
{
    if (!stat)
        return;
    g_free(stat->file);
    g_free(stat->text);
    g_free(stat);
}

GPtrArray *ch_store_rule_stats(ChStore *store, gint64 since, GError **error)
{
    g_autoptr(GPtrArray) stats = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_stat_free);
    CH_ROW row = ch_row(store, CH_QUERY_RULE_STATS);
    ch_bind_int(&row, ":day", since / DAY);
    while (ch_next(&row, error)) {
        ChRuleStat *stat = g_new0(ChRuleStat, 1);
        stat->file = ch_text(&row, 0);
        stat->text = ch_text(&row, 1);
        stat->line = (guint)ch_int(&row, 2);
        stat->hits = (guint)ch_int(&row, 3);
        stat->unknown = (guint)ch_int(&row, 4);
        stat->last_at = ch_int(&row, 5);
        g_ptr_array_add(stats, stat);
    }
    return row.failed ? NULL : g_steal_pointer(&stats);
}

gboolean ch_store_rule_stats_prune(ChStore *store, gint64 now, guint limit, GError **error)
{
    CH_ROW days = ch_row(store, CH_QUERY_RULE_DAY_PRUNE);
    ch_bind_int(&days, ":day", now / DAY - KEPT);
    ch_bind_int(&days, ":limit", limit);
    if (!ch_step(&days, NULL, error))
        return FALSE;
    CH_ROW rules = ch_row(store, CH_QUERY_RULE_PRUNE);
    ch_bind_int(&rules, ":before", (now / DAY - KEPT) * DAY);
    ch_bind_int(&rules, ":limit", limit);
    return ch_step(&rules, NULL, error);
}

void ch_decided_row_free(ChDecidedRow *row)
{
    if (!row)
        return;
    g_free(row->effects);
    g_free(row->sender);
    g_free(row->subject);
    g_free(row);
}

GPtrArray *ch_store_decided(ChStore *store, gint64 since, gint64 after, guint limit, GError **error)
{
    g_autoptr(GPtrArray) mails = g_ptr_array_new_with_free_func((GDestroyNotify)ch_decided_row_free);
    CH_ROW row = ch_row(store, CH_QUERY_MAIL_DECIDED);
    ch_bind_int(&row, ":since", since);
    ch_bind_int(&row, ":after", after);
    ch_bind_int(&row, ":limit", limit);
    while (ch_next(&row, error)) {
        ChDecidedRow *mail = g_new0(ChDecidedRow, 1);
        g_autofree char *outcome = ch_text(&row, 2);
        mail->id = ch_int(&row, 0);
        mail->taken_at = ch_int(&row, 1);
        ch_outcome_parse(outcome, &mail->outcome);
        mail->ticket = ch_int(&row, 3);
        mail->effects = ch_text(&row, 4);
        mail->sender = ch_text(&row, 5);
        mail->subject = ch_text(&row, 6);
        mail->by_admin = ch_int(&row, 7) != 0;
        g_ptr_array_add(mails, mail);
    }
    return row.failed ? NULL : g_steal_pointer(&mails);
}

gboolean ch_store_note(ChStore *store, const char *name, const char *text, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_NOTE_SET);
    ch_bind_text(&row, ":name", name);
    ch_bind_text(&row, ":text", text);
    ch_bind_int(&row, ":now", ch_clock_now());
    return ch_step(&row, NULL, error);
}

gboolean ch_store_noted(ChStore *store, const char *name, char **text, gint64 *at, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_NOTE_GET);
    gboolean any;
    ch_bind_text(&row, ":name", name);
    *text = NULL;
    *at = 0;
    if (!ch_step(&row, &any, error))
        return FALSE;
    if (any) {
        *text = ch_text(&row, 0);
        *at = ch_int(&row, 1);
    }
    return TRUE;
}
