/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in rules that the configuration does not know: departments, agents, fields, languages, templates. All
 * else that a check warns of is check.c's business. */
#include "base/fold.h"
#include "route/rules_private.h"

#include <string.h>

#define NAMES_MAX 10 /* that a warning lists */

typedef struct {
    ChRuleCheck *check;
    const ChConfig *config;
    const char *const *templates, *const *languages;
} Names;

static gboolean has_agent(const ChConfig *config, const char *address)
{
    g_autofree char *folded = ch_address_fold(address);
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (g_strv_contains((const char *const *)department->agents, folded))
            return TRUE;
    }
    return FALSE;
}

/* Rules may set any field; where the configuration describes some, another name is rather a slip. */
static gboolean has_field(const ChConfig *config, const char *name)
{
    g_autofree char *wanted = ch_fold(name, strlen(name));
    for (guint i = 0; i < config->fields->len; i++) {
        const ChFieldConfig *field = g_ptr_array_index(config->fields, i);
        g_autofree char *own = ch_fold(field->name, strlen(field->name));
        if (strcmp(own, wanted) == 0)
            return TRUE;
    }
    return config->fields->len == 0;
}

static void warn_of_department(const Names *names, const ChPlace *place, const char *name)
{
    if (ch_config_department(names->config, name))
        return;
    const GPtrArray *all = names->config->departments;
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < MIN(all->len, NAMES_MAX); i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "",
                               ((ChDepartmentConfig *)g_ptr_array_index(all, i))->name);
    ch_rule_warn(names->check, place, "found '%s', expected a department of the configuration: %s%s", name,
                 known->str, all->len > NAMES_MAX ? " …" : "");
}

static void check_action(const Names *names, const ChDo *action)
{
    const char *name = action->name;
    gboolean plain = action->value && action->value->pieces[0] && !action->value->pieces[1];
    switch (action->kind) {
    case CH_DO_DEPARTMENT:
    case CH_DO_REFER:
        warn_of_department(names, &action->place, name);
        break;
    case CH_DO_ASSIGN:
        if (action->assign == CH_ASSIGN_AGENT && plain && !has_agent(names->config, action->value->source))
            ch_rule_warn(names->check, &action->place, "found '%s', expected an agent of a department",
                         action->value->source);
        break;
    case CH_DO_FIELD:
        if (!has_field(names->config, name))
            ch_rule_warn(names->check, &action->place, "found '%s', expected a field of the configuration",
                         name);
        break;
    case CH_DO_TEMPLATE:
        if (names->templates && !g_strv_contains(names->templates, name))
            ch_rule_warn(names->check, &action->place, "found '%s', expected the name of a template", name);
        break;
    case CH_DO_LANGUAGE:
        if (names->languages && !g_strv_contains(names->languages, name))
            ch_rule_warn(names->check, &action->place, "found '%s', expected a language of the templates",
                         name);
        break;
    default:
        break;
    }
}

static void visit_test(const ChCondition *test, gpointer data)
{
    const Names *names = data;
    if (test->what == CH_TEST_DEPARTMENT && test->values)
        for (guint i = 0; i < test->values->len; i++)
            warn_of_department(names, &test->place, g_ptr_array_index(test->values, i));
}

void ch_rules_check_names(ChRuleCheck *check, const ChConfig *config, const char *const *templates,
                          const char *const *languages)
{
    Names names = {check, config, templates, languages};
    for (guint i = 0; i < check->rules->rules->len; i++) {
        const ChRule *rule = g_ptr_array_index(check->rules->rules, i);
        ch_condition_each(rule->condition, visit_test, &names);
        for (guint j = 0; j < rule->actions->len; j++)
            check_action(&names, g_ptr_array_index(rule->actions, j));
    }
}
