/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nodes of the tree of rules: making, copying, freeing. What they mean to a mail, match.c knows; how they
 * are written, write.c. Recursion ends at CH_RULE_DEPTH_MAX, which the compiler guards. */
#include "route/compile.h"

ChCondition *ch_condition_new(ChConditionKind kind, const ChPlace *place)
{
    ChCondition *condition = g_new0(ChCondition, 1);
    condition->kind = kind;
    condition->place = *place;
    condition->depth = 1;
    if (kind != CH_CONDITION_TEST)
        condition->children = g_ptr_array_new_with_free_func((GDestroyNotify)ch_condition_free);
    return condition;
}

void ch_condition_free(ChCondition *condition)
{
    if (!condition)
        return;
    g_clear_pointer(&condition->children, g_ptr_array_unref);
    g_clear_pointer(&condition->values, g_ptr_array_unref);
    g_clear_pointer(&condition->folded, g_ptr_array_unref);
    g_clear_pointer(&condition->list, ch_rule_list_unref);
    g_clear_pointer(&condition->regex, ch_regex_unref);
    g_free(condition->header);
    g_free(condition->list_name);
    g_free(condition);
}

ChCondition *ch_condition_copy(const ChCondition *condition)
{
    ChCondition *copy = g_new(ChCondition, 1);
    *copy = *condition;
    copy->index = NULL;
    copy->header = g_strdup(condition->header);
    copy->list_name = g_strdup(condition->list_name);
    /* Values never change once they are compiled. */
    copy->values = condition->values ? g_ptr_array_ref(condition->values) : NULL;
    copy->folded = condition->folded ? g_ptr_array_ref(condition->folded) : NULL;
    copy->list = condition->list ? ch_rule_list_ref(condition->list) : NULL;
    copy->regex = condition->regex ? ch_regex_ref(condition->regex) : NULL;
    if (condition->children) {
        copy->children = g_ptr_array_new_with_free_func((GDestroyNotify)ch_condition_free);
        for (guint i = 0; i < condition->children->len; i++)
            g_ptr_array_add(copy->children, ch_condition_copy(g_ptr_array_index(condition->children, i)));
    }
    return copy;
}

void ch_condition_adopt(ChCondition *parent, ChCondition *part)
{
    if (part->kind != parent->kind || part->kind == CH_CONDITION_NOT) {
        g_ptr_array_add(parent->children, part);
        parent->depth = MAX(parent->depth, part->depth + 1);
        return;
    }
    for (guint i = 0; i < part->children->len; i++)
        g_ptr_array_add(parent->children, g_ptr_array_index(part->children, i));
    parent->depth = MAX(parent->depth, part->depth);
    g_ptr_array_set_free_func(part->children, NULL);
    ch_condition_free(part);
}

ChDo *ch_do_new(ChDoKind kind, const ChPlace *place)
{
    ChDo *action = g_new0(ChDo, 1);
    action->kind = kind;
    action->place = *place;
    return action;
}

void ch_do_free(ChDo *action)
{
    if (!action)
        return;
    if (action->value) {
        g_free(action->value->source);
        g_strfreev(action->value->pieces);
        g_free(action->value);
    }
    g_free(action->name);
    g_free(action);
}

void ch_rule_macro_free(ChRuleMacro *macro)
{
    g_free(macro->name);
    g_free(macro);
}

void ch_property_free(ChProperty *property)
{
    if (!property)
        return;
    g_free(property->name);
    g_free(property->value);
    g_free(property);
}

void ch_expectation_free(ChExpectation *expectation)
{
    if (!expectation)
        return;
    ch_do_free(expectation->action);
    g_free(expectation);
}

void ch_rule_test_free(ChRuleTest *test)
{
    if (!test)
        return;
    g_free(test->name);
    g_ptr_array_unref(test->properties);
    g_ptr_array_unref(test->expectations);
    g_free(test);
}

void ch_rule_free(ChRule *rule)
{
    if (!rule)
        return;
    g_free(rule->text);
    ch_condition_free(rule->condition);
    g_ptr_array_unref(rule->actions);
    g_free(rule);
}
