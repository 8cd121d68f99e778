/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions, rules and macros, from what the grammar recognised to nodes, and what is wrong with them. Whether
 * a department or an agent exists is not asked here: `rules check` does. */
#include "route/compile.h"

#include <string.h>

static char *word_of(const ChToken *token)
{
    return g_strndup(token->start, token->length);
}

static void set_priority(ChParser *parser, ChDo *action, const ChToken *name)
{
    static const char *const words[] = {"low", "normal", "high", "urgent", NULL};
    int choice = ch_build_choice(parser, name, words);
    if (choice >= 0)
        ch_priority_parse(words[choice], &action->priority);
}

/* Where there is nothing to be filled in, an address can be looked at now. */
static void check_address(ChParser *parser, const ChText *text)
{
    if (!text->sound || strchr(text->value, '$') || ch_form_address(text->value))
        return;
    g_autofree char *found = ch_token_describe(&text->token);
    ch_complain(parser, &text->place, "found %s, expected an address such as \"ana@x.example\"", found);
}

static void check_not_empty(ChParser *parser, const ChText *text)
{
    g_autofree char *copy = g_strstrip(g_strdup(text->value));
    if (text->sound && !*copy)
        ch_complain(parser, &text->place, "found an empty string, expected text");
}

static void set_value(ChParser *parser, ChDo *action, ChText *value)
{
    if (action->kind == CH_DO_ASSIGN || action->kind == CH_DO_WATCH || action->kind == CH_DO_NOTIFY)
        check_address(parser, value);
    else
        check_not_empty(parser, value);
    action->value = ch_build_pattern(parser, value);
}

ChDo *ch_build_do(ChParser *parser, ChDoKind kind, const ChSpan *span, const ChToken *name, ChText *value)
{
    ChPlace place = ch_place_of_span(parser, span);
    ChDo *action = ch_do_new(kind, &place);
    if (kind == CH_DO_PRIORITY && name)
        set_priority(parser, action, name);
    else if (name)
        action->name = word_of(name);
    if (kind == CH_DO_ASSIGN && value)
        action->assign = CH_ASSIGN_AGENT;
    if (value)
        set_value(parser, action, value);
    return action;
}

ChDo *ch_build_due(ChParser *parser, const ChSpan *span, const ChToken *duration)
{
    ChPlace place = ch_place_of_span(parser, span);
    ChDo *action = ch_do_new(CH_DO_DUE, &place);
    action->seconds = (guint)MIN(duration->units, CH_RULE_DUE_MAX);
    if (duration->units == 0 || duration->units > CH_RULE_DUE_MAX) {
        ChPlace at = ch_place_of_token(parser, duration);
        g_autofree char *found = ch_token_describe(duration);
        ch_complain(parser, &at, "found %s, expected a duration from 1s to 3650d", found);
    }
    return action;
}

ChDo *ch_build_set(ChParser *parser, ChDoKind kind, const ChSpan *span, ChText *name, ChText *value)
{
    ChPlace place = ch_place_of_span(parser, span);
    ChDo *action = ch_do_new(kind, &place);
    if (kind == CH_DO_SET_HEADER && name->sound && !ch_form_header_to_set(name->value)) {
        g_autofree char *found = ch_token_describe(&name->token);
        ch_complain(parser, &name->place,
                    "found %s, expected a name such as \"X-Priority\", or \"Importance\"", found);
    } else {
        check_not_empty(parser, name);
    }
    action->name = g_steal_pointer(&name->value);
    ch_text_free(name);
    if (value)
        set_value(parser, action, value);
    return action;
}

ChDo *ch_build_assign(ChParser *parser, const ChSpan *span, const ChToken *word)
{
    static const char *const words[] = {"least-busy", "round-robin", NULL};
    g_autofree char *name = word_of(word);
    const ChMacro *macro = g_hash_table_lookup(parser->compiler->macros, name);
    if (macro && macro->text) {
        const ChSpan at = {word->line, word->column, word->width, word->line, word->column + word->width};
        return ch_build_do(parser, CH_DO_ASSIGN, span, NULL, ch_build_text(parser, word, &at));
    }
    ChPlace place = ch_place_of_span(parser, span);
    ChDo *action = ch_do_new(CH_DO_ASSIGN, &place);
    if (strcmp(name, words[0]) == 0) {
        action->assign = CH_ASSIGN_LEAST_BUSY;
    } else if (strcmp(name, words[1]) == 0) {
        action->assign = CH_ASSIGN_ROUND_ROBIN;
    } else {
        ChPlace at = ch_place_of_token(parser, word);
        g_autofree char *meant = ch_suggestion(name, words);
        if (!parser->spoilt)
            ch_complain(parser, &at,
                        "found '%s', expected an address in double quotes, least-busy or round-robin%s", name,
                        meant);
        parser->spoilt = TRUE;
    }
    return action;
}

/* The names that CONDITION's regexes give, those below a "not" left out: these took part in nothing. */
static void collect_names(const ChCondition *condition, GPtrArray *names)
{
    for (guint i = 0; condition->children && i < condition->children->len; i++)
        if (condition->kind != CH_CONDITION_NOT)
            collect_names(g_ptr_array_index(condition->children, i), names);
    for (const char *const *name = condition->regex ? ch_regex_names(condition->regex) : NULL; name && *name;
         name++)
        g_ptr_array_add(names, (gpointer)*name);
}

static gboolean has_broken_regex(const ChCondition *condition)
{
    if (condition->kind == CH_CONDITION_TEST)
        return condition->op == CH_OP_MATCHES && !condition->regex;
    for (guint i = 0; i < condition->children->len; i++)
        if (has_broken_regex(g_ptr_array_index(condition->children, i)))
            return TRUE;
    return FALSE;
}

static gboolean is_in(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i + 1 < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return TRUE;
    return FALSE;
}

static void check_captures(ChParser *parser, const ChCondition *condition)
{
    static const char *const built_in[] = {"subject", "sender", "name", "domain"};
    /* A regex with an error would have had names; an unknown macro, too. */
    if (!parser->captures->len || parser->spoilt || has_broken_regex(condition))
        return;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    collect_names(condition, names);
    for (guint i = 0; i < G_N_ELEMENTS(built_in); i++)
        g_ptr_array_add(names, (gpointer)built_in[i]);
    g_ptr_array_add(names, NULL);
    for (guint i = 0; i < parser->captures->len; i++) {
        const ChCapture *capture = &g_array_index(parser->captures, ChCapture, i);
        if (is_in(names, capture->name))
            continue;
        g_autofree char *meant = ch_suggestion(capture->name, (const char *const *)names->pdata);
        ch_complain(
            parser, &capture->place,
            "found '$%s', expected the name of a group of this rule's regular expressions, or $subject, "
            "$sender, $name or $domain%s",
            capture->name, meant);
    }
}

static gboolean has_files(const ChCondition *condition)
{
    if (condition->kind == CH_CONDITION_TEST)
        return condition->what == CH_TEST_FILE_NAME || condition->what == CH_TEST_FILE_TYPE ||
               condition->what == CH_TEST_FILE_SIZE;
    for (guint i = 0; i < condition->children->len; i++)
        if (has_files(g_ptr_array_index(condition->children, i)))
            return TRUE;
    return FALSE;
}

void ch_build_rule(ChParser *parser, const ChSpan *span, ChCondition *condition, GPtrArray *actions)
{
    ChCompiler *compiler = parser->compiler;
    GPtrArray *rules = compiler->rules->rules;
    check_captures(parser, condition);
    ChRule *rule = g_new0(ChRule, 1);
    rule->place = (ChPlace){parser->source->name, span->line, span->column, span->width};
    rule->condition = condition;
    rule->actions = actions;
    rule->has_files = has_files(condition);
    if (rules->len == CH_RULES_MAX)
        ch_complain(parser, &rule->place, "found more than %d rules, expected fewer", CH_RULES_MAX);
    /* What has a mistake cannot be written. */
    if (!compiler->errors)
        rule->text = ch_rule_write(condition, actions);
    if (compiler->errors)
        ch_rule_free(rule);
    else
        g_ptr_array_add(rules, rule);
}

static gsize count_tests(const ChCondition *condition)
{
    gsize count = 1;
    for (guint i = 0; condition->children && i < condition->children->len; i++)
        count += count_tests(g_ptr_array_index(condition->children, i));
    return count;
}

void ch_build_macro(ChParser *parser, const ChToken *token, ChCondition *condition, ChText *text)
{
    ChCompiler *compiler = parser->compiler;
    ChPlace place = ch_place_of_token(parser, token);
    g_autofree char *name = word_of(token);
    if (ch_token_is_keyword(token)) {
        ch_complain(parser, &place, "found '%s', a word of the language, expected a name of your own", name);
    } else if (g_hash_table_contains(compiler->macros, name)) {
        ch_complain(parser, &place, "found '%s' once more, expected a name that was not defined before",
                    name);
    } else {
        ChMacro *macro = g_new0(ChMacro, 1);
        macro->condition = g_steal_pointer(&condition);
        macro->text = text ? g_steal_pointer(&text->value) : NULL;
        if (macro->condition && !compiler->errors) {
            g_autofree char *written = ch_condition_write(macro->condition);
            macro->cost = strlen(written) + CH_RULE_TEST_BYTES * count_tests(macro->condition);
        }
        macro->own = g_new0(ChRuleMacro, 1);
        *macro->own = (ChRuleMacro){g_strdup(name), place, FALSE};
        g_ptr_array_add(compiler->rules->macros, macro->own);
        g_hash_table_insert(compiler->macros, g_steal_pointer(&name), macro);
    }
    ch_condition_free(condition);
    ch_text_free(text);
}
