/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and freeing what the rules say of a mail, and the words for it. How rules are read and matched is in
 * route/. */
#include "mail/routing.h"

#include "base/fold.h"

#include <string.h>

static const char *const results[] = {"no", "yes", "unknown"};
static const char *const priorities[] = {NULL, "low", "normal", "high", "urgent"};

const char *ch_rule_result_name(ChRuleResult result)
{
    return results[result];
}

void ch_rule_hit_free(ChRuleHit *hit)
{
    if (!hit)
        return;
    g_free(hit->file);
    g_free(hit->text);
    g_free(hit->why);
    g_free(hit);
}

ChNamedValue *ch_named_value_new(const char *name, const char *value)
{
    ChNamedValue *field = g_new(ChNamedValue, 1);
    field->name = g_strdup(name);
    field->value = g_strdup(value);
    return field;
}

void ch_named_value_free(ChNamedValue *field)
{
    if (!field)
        return;
    g_free(field->name);
    g_free(field->value);
    g_free(field);
}

ChNamedValue *ch_named_value_find(const GPtrArray *fields, const char *name)
{
    g_autofree char *wanted = ch_fold(name, strlen(name));
    for (guint i = 0; i < fields->len; i++) {
        ChNamedValue *field = g_ptr_array_index(fields, i);
        g_autofree char *own = ch_fold(field->name, strlen(field->name));
        if (strcmp(own, wanted) == 0)
            return field;
    }
    return NULL;
}

const char *ch_priority_name(ChPriority priority)
{
    return priorities[priority];
}

gboolean ch_priority_parse(const char *name, ChPriority *priority)
{
    for (guint i = CH_PRIORITY_LOW; i < G_N_ELEMENTS(priorities); i++)
        if (g_strcmp0(name, priorities[i]) == 0) {
            *priority = i;
            return TRUE;
        }
    return FALSE;
}

void ch_refusal_free(ChRefusal *refusal)
{
    if (!refusal)
        return;
    g_free(refusal->why);
    g_free(refusal);
}

ChEffects *ch_effects_new(void)
{
    ChEffects *effects = g_new0(ChEffects, 1);
    effects->tags = g_ptr_array_new_with_free_func(g_free);
    effects->fields = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    effects->watch = g_ptr_array_new_with_free_func(g_free);
    effects->notify = g_ptr_array_new_with_free_func(g_free);
    effects->refer = g_ptr_array_new_with_free_func(g_free);
    effects->headers = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    effects->refusals = g_ptr_array_new_with_free_func((GDestroyNotify)ch_refusal_free);
    effects->hits = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_hit_free);
    return effects;
}

void ch_effects_free(ChEffects *effects)
{
    if (!effects)
        return;
    g_free(effects->department);
    g_free(effects->assignee);
    g_free(effects->title);
    g_free(effects->template);
    g_free(effects->language);
    g_free(effects->aside_why);
    g_free(effects->aside_rule);
    g_ptr_array_unref(effects->tags);
    g_ptr_array_unref(effects->fields);
    g_ptr_array_unref(effects->watch);
    g_ptr_array_unref(effects->notify);
    g_ptr_array_unref(effects->refer);
    g_ptr_array_unref(effects->headers);
    g_ptr_array_unref(effects->refusals);
    g_ptr_array_unref(effects->hits);
    g_free(effects);
}

/* TEXT as a string of the language, with its quotes. */
static char *quote(const char *text)
{
    g_autoptr(GString) quoted = g_string_new("\"");
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(quoted, '\\');
        if (*at == '$')
            g_string_append_c(quoted, '$'); /* "$$" is a dollar sign */
        g_string_append_c(quoted, *at);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(g_steal_pointer(&quoted), FALSE);
}

static void add_quoted(GPtrArray *list, const char *action, const char *value)
{
    if (!value)
        return;
    g_autofree char *quoted = quote(value);
    g_ptr_array_add(list, g_strconcat(action, " ", quoted, NULL));
}

static void add_word(GPtrArray *list, const char *action, const char *word)
{
    if (word)
        g_ptr_array_add(list, g_strconcat(action, " ", word, NULL));
}

static void add_fields(GPtrArray *list, const char *action, const GPtrArray *fields)
{
    for (guint i = 0; i < fields->len; i++) {
        const ChNamedValue *field = g_ptr_array_index(fields, i);
        g_autofree char *name = quote(field->name);
        g_autofree char *value = quote(field->value);
        g_ptr_array_add(list, g_strdup_printf("%s %s = %s", action, name, value));
    }
}

static void add_each(GPtrArray *list, const char *action, const GPtrArray *values, gboolean quoted)
{
    for (guint i = 0; i < values->len; i++)
        (quoted ? add_quoted : add_word)(list, action, g_ptr_array_index(values, i));
}

static char *due_words(guint seconds)
{
    static const struct {
        guint seconds;
        char letter;
    } units[] = {{7 * 24 * 3600, 'w'}, {24 * 3600, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    guint unit = 0;
    while (seconds % units[unit].seconds)
        unit++;
    return g_strdup_printf("%u%c", seconds / units[unit].seconds, units[unit].letter);
}

GPtrArray *ch_effects_list(const ChEffects *effects)
{
    static const char *const assigns[] = {NULL, NULL, "least-busy", "round-robin"};
    static const char *const asides[] = {NULL, "hold", "ignore", "quarantine"};
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    if (effects->aside)
        add_quoted(list, asides[effects->aside], effects->aside_why);
    add_word(list, "department", effects->department);
    add_word(list, "priority", ch_priority_name(effects->priority));
    add_each(list, "tag", effects->tags, FALSE);
    add_fields(list, "field", effects->fields);
    if (effects->assign == CH_ASSIGN_AGENT)
        add_quoted(list, "assign", effects->assignee);
    add_word(list, "assign", assigns[effects->assign]);
    add_each(list, "watch", effects->watch, TRUE);
    add_each(list, "notify", effects->notify, TRUE);
    add_each(list, "refer", effects->refer, FALSE);
    add_quoted(list, "title", effects->title);
    add_word(list, "template", effects->template);
    add_word(list, "language", effects->language);
    if (effects->no_ack)
        g_ptr_array_add(list, g_strdup("no-ack"));
    if (effects->due) {
        g_autofree char *due = due_words(effects->due);
        add_word(list, "due", due);
    }
    add_fields(list, "set-header", effects->headers);
    const char *last = NULL;
    for (guint i = 0; i < effects->refusals->len; i++) {
        const ChRefusal *refusal = g_ptr_array_index(effects->refusals, i);
        if (g_strcmp0(refusal->why, last) != 0) /* of several files that one rule refuses, once */
            add_quoted(list, "refuse-attachment", refusal->why);
        last = refusal->why;
    }
    return list;
}

ChRouting *ch_routing_new(const ChDepartmentConfig *department)
{
    ChRouting *routing = g_new0(ChRouting, 1);
    routing->department = department;
    routing->written_to = g_ptr_array_new();
    routing->effects = ch_effects_new();
    routing->reasons = g_ptr_array_new_with_free_func(g_free);
    return routing;
}

void ch_routing_free(ChRouting *routing)
{
    if (!routing)
        return;
    g_ptr_array_unref(routing->written_to);
    ch_effects_free(routing->effects);
    g_ptr_array_unref(routing->reasons);
    g_free(routing);
}
