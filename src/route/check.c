/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is no error of a set of rules, but hardly meant: rules that never hold, are never reached or change
 * nothing; what is never used; slow regular expressions. In doubt it says nothing. Names are check_names.c's,
 * conditions that contradict themselves contradiction.c's business. */
#include "base/fold.h"
#include "route/rules_private.h"

#include <string.h>

void ch_rule_warn(ChRuleCheck *check, const ChPlace *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *key = g_strdup_printf("%s:%u:%u:%s", place->file, place->line, place->column, message);
    if (!g_hash_table_add(check->said, key))
        return;
    g_autofree char *line = ch_rules_source_line(check->rules, place);
    ch_rule_complain(check->messages, TRUE, place, line, "%s", message);
}

void ch_condition_each(const ChCondition *condition, void (*visit)(const ChCondition *test, gpointer data),
                       gpointer data)
{
    if (condition->kind == CH_CONDITION_TEST) {
        visit(condition, data);
        return;
    }
    for (guint i = 0; i < condition->children->len; i++)
        ch_condition_each(g_ptr_array_index(condition->children, i), visit, data);
}

/* What rules with one condition have in common. */
typedef struct {
    GHashTable *decided; /* what one of them sets, of char * (key_of) to const ChRule * */
    GHashTable *texts;   /* of const char * to const ChRule *: to find the same rule again */
    const ChRule *stops; /* the first that ends the run; NULL: none */
} Group;

static Group *group_new(void)
{
    Group *group = g_new0(Group, 1);
    group->decided = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    group->texts = g_hash_table_new(g_str_hash, g_str_equal);
    return group;
}

static void group_free(Group *group)
{
    g_hash_table_unref(group->decided);
    g_hash_table_unref(group->texts);
    g_free(group);
}

/* It holds for every mail, whatever is unknown. */
static gboolean is_always(const ChCondition *condition)
{
    if (condition->kind == CH_CONDITION_TEST)
        return condition->what == CH_TEST_ALL;
    if (condition->kind == CH_CONDITION_NOT)
        return FALSE;
    gboolean conjunction = condition->kind == CH_CONDITION_AND, always = conjunction;
    for (guint i = 0; i < condition->children->len; i++) {
        gboolean one = is_always(g_ptr_array_index(condition->children, i));
        always = conjunction ? always && one : always || one;
    }
    return always;
}

static void look_for_department(const ChCondition *test, gpointer data)
{
    *(gboolean *)data |= test->what == CH_TEST_DEPARTMENT;
}

/* A rule between two of the same condition may change what that says. */
static gboolean may_change(const ChCondition *condition)
{
    gboolean found = FALSE;
    ch_condition_each(condition, look_for_department, &found);
    return found;
}

/* What ACTION sets that nothing sets after it; NULL: nothing of that kind. Free with g_free. */
static char *key_of(const ChDo *action)
{
    g_autofree char *name = action->name ? ch_fold(action->name, strlen(action->name)) : NULL;
    switch (action->kind) {
    case CH_DO_STOP:
        return NULL;
    case CH_DO_FIELD:
    case CH_DO_SET_HEADER:
        return g_strdup_printf("%d %s", action->kind, name);
    case CH_DO_TAG:
    case CH_DO_WATCH:
    case CH_DO_NOTIFY:
    case CH_DO_REFER:
        return ch_do_write(action); /* these add up: only the same once more changes nothing */
    case CH_DO_IGNORE:
    case CH_DO_QUARANTINE:
        return g_strdup_printf("%d", CH_DO_HOLD); /* one of the three */
    default:
        return g_strdup_printf("%d", action->kind);
    }
}

/* ACTION sets something whatever the mail says: an empty capture sets nothing. */
static gboolean is_certain(const ChDo *action)
{
    if (!action->value)
        return TRUE;
    return action->value->pieces[0] && !action->value->pieces[1] && *action->value->source;
}

/* The rule before that decided what ACTION, of RULE, would set. */
static const ChRule *decided_by(const ChDo *action, const ChRule *rule, const Group *group,
                                const Group *always, GHashTable *own)
{
    g_autofree char *key = key_of(action);
    const ChRule *by = NULL;
    if (key && !(by = g_hash_table_lookup(always->decided, key)) && group)
        by = g_hash_table_lookup(group->decided, key);
    if (key && !by && g_hash_table_contains(own, key))
        by = rule;
    if (key && is_certain(action))
        g_hash_table_add(own, g_steal_pointer(&key));
    return by;
}

/* Says of each action of RULE that never has an effect; of the rule, where none has. */
static void check_actions(ChRuleCheck *check, const ChRule *rule, const Group *group, const Group *always)
{
    g_autoptr(GHashTable) own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree const ChRule **by = g_new0(const ChRule *, rule->actions->len);
    guint dead = 0;
    for (guint i = 0; i < rule->actions->len; i++) {
        by[i] = decided_by(g_ptr_array_index(rule->actions, i), rule, group, always, own);
        dead += by[i] != NULL;
    }
    if (dead && dead == rule->actions->len) {
        ch_rule_warn(check, &rule->place,
                     "this rule never changes anything: where it holds, the rule at %s:%u has decided before",
                     by[0]->place.file, by[0]->place.line);
        return;
    }
    for (guint i = 0; i < rule->actions->len; i++) {
        const ChDo *action = g_ptr_array_index(rule->actions, i);
        if (by[i] == rule)
            ch_rule_warn(check, &action->place,
                         "this never changes anything: this rule has decided it before");
        else if (by[i])
            ch_rule_warn(check, &action->place,
                         "this never changes anything: the rule at %s:%u has decided it before",
                         by[i]->place.file, by[i]->place.line);
    }
}

static void record(const ChRule *rule, Group *group)
{
    g_hash_table_insert(group->texts, rule->text, (gpointer)rule);
    for (guint i = 0; i < rule->actions->len; i++) {
        const ChDo *action = g_ptr_array_index(rule->actions, i);
        g_autofree char *key = key_of(action);
        if (key && is_certain(action) && !g_hash_table_contains(group->decided, key))
            g_hash_table_insert(group->decided, g_steal_pointer(&key), (gpointer)rule);
        if (action->kind == CH_DO_STOP && !group->stops)
            group->stops = rule;
    }
}

static gboolean is_impossible(ChRuleCheck *check, const ChRule *rule)
{
    const ChCondition *other;
    const ChCondition *found = ch_condition_contradiction(rule->condition, &other);
    if (!found)
        return FALSE;
    g_autofree char *with = other ? ch_condition_write(other) : NULL;
    if (with)
        ch_rule_warn(check, &found->place, "this rule can never hold: '%s' excludes this", with);
    else
        ch_rule_warn(check, &found->place, "this rule can never hold because of this condition");
    return TRUE;
}

/* Whether RULE is worth a look at its actions. */
static gboolean is_new(ChRuleCheck *check, const ChRule *rule, const Group *group)
{
    const ChRule *same = group ? g_hash_table_lookup(group->texts, rule->text) : NULL;
    if (same)
        ch_rule_warn(check, &rule->place, "this is the same rule as the one at %s:%u", same->place.file,
                     same->place.line);
    else if (group && group->stops)
        ch_rule_warn(check, &rule->place,
                     "this rule is never reached: the one at %s:%u has the same condition, and stops",
                     group->stops->place.file, group->stops->place.line);
    return !same && !(group && group->stops);
}

/* What each rule is beside those before it. */
static void check_order(ChRuleCheck *check)
{
    const GPtrArray *all = check->rules->rules;
    g_autoptr(GHashTable) groups =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)group_free);
    Group *always = group_new();
    for (guint i = 0; i < all->len; i++) {
        const ChRule *rule = g_ptr_array_index(all, i);
        if (always->stops) {
            ch_rule_warn(
                check, &rule->place,
                "this rule, and all after it, are never reached: the one at %s:%u stops for every mail",
                always->stops->place.file, always->stops->place.line);
            break;
        }
        if (is_impossible(check, rule))
            continue;
        char *text = ch_condition_write(rule->condition);
        gboolean constant = !may_change(rule->condition);
        Group *group = is_always(rule->condition) ? always : g_hash_table_lookup(groups, text);
        if (is_new(check, rule, constant ? group : NULL))
            check_actions(check, rule, constant ? group : NULL, always);
        if (!group)
            g_hash_table_insert(groups, g_strdup(text), group = group_new());
        record(rule, group);
        g_free(text);
    }
    group_free(always);
}

/* A regular expression and the rules that have it. */
typedef struct {
    ChRegex *regex;
    ChPlace place;
    GHashTable *used; /* of char *: names of captures */
} Expression;

static void expression_free(Expression *expression)
{
    g_hash_table_unref(expression->used);
    g_free(expression);
}

typedef struct {
    ChRuleCheck *check;
    GHashTable *lists;       /* of const ChRuleList *: looked at */
    GHashTable *expressions; /* of ChRegex * to Expression */
    GPtrArray *in_order;     /* of Expression *, owned */
    const ChRule *rule;
} Parts;

static void note_use(Expression *expression, const ChPattern *pattern)
{
    for (guint i = 0; pattern && pattern->pieces[i] && pattern->pieces[i + 1]; i += 2)
        g_hash_table_add(expression->used, g_strdup(pattern->pieces[i + 1]));
}

static void visit_test(const ChCondition *test, gpointer data)
{
    Parts *parts = data;
    if (test->list && g_hash_table_add(parts->lists, test->list) && !ch_rule_list_count(test->list))
        ch_rule_warn(parts->check, &test->place, "the list %s is empty: nothing is in it",
                     ch_rule_list_path(test->list));
    if (!test->regex)
        return;
    Expression *expression = g_hash_table_lookup(parts->expressions, test->regex);
    if (!expression) {
        expression = g_new0(Expression, 1);
        expression->regex = test->regex;
        expression->place = test->place;
        expression->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(parts->expressions, test->regex, expression);
        g_ptr_array_add(parts->in_order, expression);
    }
    for (guint i = 0; i < parts->rule->actions->len; i++)
        note_use(expression, ((ChDo *)g_ptr_array_index(parts->rule->actions, i))->value);
}

/* A name may serve inside the expression itself. */
static gboolean refers_to_itself(const char *source)
{
    static const char *const signs[] = {"\\k", "\\g", "(?P=", "(?P>", "(?&", "(?("};
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++)
        if (strstr(source, signs[i]))
            return TRUE;
    return FALSE;
}

static void check_expression(ChRuleCheck *check, const Expression *expression)
{
    g_autofree char *slow = ch_regex_warning(expression->regex);
    if (slow)
        ch_rule_warn(check, &expression->place, "%s", slow);
    if (refers_to_itself(ch_regex_source(expression->regex)))
        return;
    for (const char *const *name = ch_regex_names(expression->regex); *name; name++)
        if (!g_hash_table_contains(expression->used, *name))
            ch_rule_warn(check, &expression->place, "the capture '%s' is never used", *name);
}

/* Lists and regular expressions, each once. */
static void check_parts(ChRuleCheck *check)
{
    Parts parts = {.check = check,
                   .lists = g_hash_table_new(NULL, NULL),
                   .expressions = g_hash_table_new(NULL, NULL),
                   .in_order = g_ptr_array_new_with_free_func((GDestroyNotify)expression_free)};
    for (guint i = 0; i < check->rules->rules->len; i++) {
        parts.rule = g_ptr_array_index(check->rules->rules, i);
        ch_condition_each(parts.rule->condition, visit_test, &parts);
    }
    for (guint i = 0; i < parts.in_order->len; i++)
        check_expression(check, g_ptr_array_index(parts.in_order, i));
    g_hash_table_unref(parts.lists);
    g_hash_table_unref(parts.expressions);
    g_ptr_array_unref(parts.in_order);
}

static void check_macros(ChRuleCheck *check)
{
    for (guint i = 0; i < check->rules->macros->len; i++) {
        const ChRuleMacro *macro = g_ptr_array_index(check->rules->macros, i);
        if (!macro->used)
            ch_rule_warn(check, &macro->place, "the macro '%s' is never used", macro->name);
    }
}

void ch_rules_check(ChRules *rules, const ChConfig *config, const char *const *templates,
                    const char *const *languages, GPtrArray *messages)
{
    ChRuleCheck check = {.rules = rules,
                         .messages = messages,
                         .said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    check_order(&check);
    check_parts(&check);
    check_macros(&check);
    if (config)
        ch_rules_check_names(&check, config, templates, languages);
    g_hash_table_unref(check.said);
}
