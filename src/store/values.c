/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a ticket that rules, and what a mail says of its fields, set: priority, tags, fields, assignee,
 * due, language, watchers. What changes nothing is not logged. When which is set is desk/'s business. */
#include "store/db.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

#define EACH_MAX 100 /* tags, fields, watchers of one ticket (P13) */

/* One value on its way into a ticket. */
typedef struct {
    ChStore *store;
    gint64 ticket;
    const ChAction *action;
} Setting;

/* Runs QUERY with the ticket and VALUE; *CHANGED: it made a difference. */
static gboolean set_text(const Setting *setting, ChQuery query, gboolean *changed, GError **error)
{
    CH_ROW row = ch_row(setting->store, query);
    ch_bind_int(&row, ":ticket", setting->ticket);
    ch_bind_text(&row, ":value", setting->action->value);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *changed = sqlite3_changes(setting->store->db) > 0;
    return TRUE;
}

static gboolean set_due(const Setting *setting, gboolean *changed, GError **error)
{
    CH_ROW row = ch_row(setting->store, CH_QUERY_VALUE_DUE);
    ch_bind_int(&row, ":ticket", setting->ticket);
    ch_bind_id(&row, ":value", setting->action->id);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *changed = sqlite3_changes(setting->store->db) > 0;
    return TRUE;
}

static gboolean assign(const Setting *setting, gboolean *changed, GError **error)
{
    CH_ROW row = ch_row(setting->store, CH_QUERY_VALUE_ASSIGNEE);
    ch_bind_int(&row, ":ticket", setting->ticket);
    ch_bind_text(&row, ":value", setting->action->value);
    ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *changed = sqlite3_changes(setting->store->db) > 0;
    if (!*changed)
        return TRUE;
    CH_ROW last = ch_row(setting->store, CH_QUERY_DEPARTMENT_ASSIGNED);
    ch_bind_int(&last, ":ticket", setting->ticket);
    ch_bind_text(&last, ":agent", setting->action->value);
    return ch_step(&last, NULL, error);
}

/* Counts by QUERY what the ticket has beside the value, which PARAMETER names. */
static gboolean is_full(const Setting *setting, ChQuery query, const char *parameter, gboolean *full,
                        GError **error)
{
    CH_ROW row = ch_row(setting->store, query);
    ch_bind_int(&row, ":ticket", setting->ticket);
    ch_bind_text(&row, parameter, setting->action->value);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *full = ch_int(&row, 0) >= EACH_MAX;
    return TRUE;
}

/* One more of what a ticket has several of. */
static gboolean add(const Setting *setting, ChQuery count, ChQuery insert, const char *parameter,
                    gboolean *changed, GError **error)
{
    gboolean full;
    if (!is_full(setting, count, parameter, &full, error))
        return FALSE;
    if (full)
        return TRUE;
    CH_ROW row = ch_row(setting->store, insert);
    ch_bind_int(&row, ":ticket", setting->ticket);
    ch_bind_text(&row, parameter, setting->action->value);
    ch_bind_int(&row, ":now", ch_clock_now());
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *changed = sqlite3_changes(setting->store->db) > 0;
    return TRUE;
}

/* A field keeps the name under which it was set first: names are compared by ch_fold. */
static gboolean set_field(const Setting *setting, gboolean *changed, GError **error)
{
    const char *value = setting->action->detail;
    g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    if (!ch_db_values(setting->store, setting->ticket, tags, fields, error))
        return FALSE;
    const ChNamedValue *known = ch_named_value_find(fields, setting->action->value);
    if (!value || !*value || (known ? strcmp(known->value, value) == 0 : fields->len >= EACH_MAX))
        return TRUE;
    CH_ROW row = ch_row(setting->store, CH_QUERY_FIELD_SET);
    ch_bind_int(&row, ":ticket", setting->ticket);
    ch_bind_text(&row, ":name", known ? known->name : setting->action->value);
    ch_bind_text(&row, ":value", value);
    ch_bind_int(&row, ":now", ch_clock_now());
    *changed = TRUE;
    return ch_step(&row, NULL, error);
}

static gboolean set(const Setting *setting, gboolean *changed, GError **error)
{
    switch (setting->action->kind) {
    case CH_ACTION_PRIORITY:
        return set_text(setting, CH_QUERY_VALUE_PRIORITY, changed, error);
    case CH_ACTION_TAG:
        return add(setting, CH_QUERY_TAG_COUNT, CH_QUERY_TAG_INSERT, ":value", changed, error);
    case CH_ACTION_FIELD:
        return set_field(setting, changed, error);
    case CH_ACTION_ASSIGN:
        return assign(setting, changed, error);
    case CH_ACTION_WATCH:
        return add(setting, CH_QUERY_WATCHER_COUNT, CH_QUERY_WATCHER_INSERT, ":address", changed, error);
    case CH_ACTION_DUE:
        return set_due(setting, changed, error);
    default:
        return set_text(setting, CH_QUERY_VALUE_LANGUAGE, changed, error);
    }
}

static const char *event_kind(ChActionKind kind)
{
    switch (kind) {
    case CH_ACTION_PRIORITY:
        return "priority";
    case CH_ACTION_TAG:
        return "tag";
    case CH_ACTION_FIELD:
        return "field";
    case CH_ACTION_ASSIGN:
        return "assigned";
    case CH_ACTION_WATCH:
        return "watching";
    case CH_ACTION_DUE:
        return "due";
    default:
        return "language";
    }
}

static char *event_detail(const ChAction *action)
{
    if (action->kind == CH_ACTION_FIELD)
        return g_strdup_printf("%s: %s", action->value, action->detail);
    if (action->kind != CH_ACTION_DUE)
        return g_strdup(action->value);
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(action->id);
    return at ? g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("");
}

gboolean ch_db_set_value(ChStore *store, gint64 ticket, gint64 mail, const char *actor,
                         const ChAction *action, GError **error)
{
    const Setting setting = {store, ticket, action};
    gboolean changed = FALSE;
    if (!set(&setting, &changed, error))
        return FALSE;
    if (!changed)
        return TRUE;
    g_autofree char *detail = event_detail(action);
    return ch_store_log(store, ticket, mail, actor, event_kind(action->kind), detail, error);
}

gboolean ch_db_values(ChStore *store, gint64 ticket, GPtrArray *tags, GPtrArray *fields, GError **error)
{
    CH_ROW tag = ch_row(store, CH_QUERY_TAG_LIST);
    ch_bind_int(&tag, ":ticket", ticket);
    ch_bind_int(&tag, ":limit", EACH_MAX);
    while (ch_next(&tag, error))
        g_ptr_array_add(tags, ch_text(&tag, 0));
    CH_ROW field = ch_row(store, CH_QUERY_FIELD_LIST);
    ch_bind_int(&field, ":ticket", ticket);
    ch_bind_int(&field, ":limit", EACH_MAX);
    while (!tag.failed && ch_next(&field, error)) {
        g_autofree char *name = ch_text(&field, 0);
        g_autofree char *value = ch_text(&field, 1);
        g_ptr_array_add(fields, ch_named_value_new(name, value));
    }
    return !tag.failed && !field.failed;
}
