/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One mail under all rules: each rule's tree of conditions, three-valued, in order, until one says stop. What
 * single tests mean is in tests.c, what a rule that holds does is in effects.c.
 */
#include "route/match_private.h"

void ch_match_prepare(ChRules *rules)
{
    rules->index = ch_index_new(rules);
}

void ch_match_free(gpointer index)
{
    ch_index_free(index);
}

static ChRuleResult negate(ChRuleResult result)
{
    return result == CH_RULE_UNKNOWN ? result : result == CH_RULE_YES ? CH_RULE_NO : CH_RULE_YES;
}

/* The depth of the tree is the grammar's to bound. */
static ChRuleResult evaluate(ChMatching *matching, const ChCondition *condition)
{
    if (condition->kind == CH_CONDITION_TEST)
        return ch_test_result(matching, condition);
    if (condition->kind == CH_CONDITION_NOT)
        return negate(evaluate(matching, g_ptr_array_index(condition->children, 0)));
    ChRuleResult decides = condition->kind == CH_CONDITION_AND ? CH_RULE_NO : CH_RULE_YES;
    ChRuleResult result = negate(decides);
    for (guint i = 0; i < condition->children->len && result != decides; i++) {
        ChRuleResult one = evaluate(matching, g_ptr_array_index(condition->children, i));
        if (one == decides || one == CH_RULE_UNKNOWN)
            result = one;
    }
    return result;
}

/* First without trying expressions: most rules are decided then, and one that is tries none. So the same
 * expressions are tried whether the index left a rule out or not. */
static ChRuleResult evaluate_rule(ChMatching *matching, const ChRule *rule)
{
    matching->cheap = TRUE;
    ChRuleResult result = evaluate(matching, rule->condition);
    matching->cheap = result != CH_RULE_UNKNOWN;
    return matching->cheap ? result : evaluate(matching, rule->condition);
}

/* The part of CONDITION that made it RESULT; evaluated as it was before, so that nothing new is tried. */
static const ChCondition *find_deciding(ChMatching *matching, const ChCondition *condition,
                                        ChRuleResult result)
{
    while (condition->kind != CH_CONDITION_TEST) {
        gboolean not = condition->kind == CH_CONDITION_NOT;
        const ChCondition *child = NULL;
        ChRuleResult all = condition->kind == CH_CONDITION_AND ? CH_RULE_YES : CH_RULE_NO;
        if (!not &&result == all)
            return condition; /* no one of them alone */
        for (guint i = 0; i < condition->children->len && !child; i++) {
            const ChCondition *one = g_ptr_array_index(condition->children, i);
            if (not || evaluate(matching, one) == result)
                child = one;
        }
        if (!child || (not &&child->kind == CH_CONDITION_TEST && result != CH_RULE_UNKNOWN))
            return condition;
        result = not ? negate(result) : result;
        condition = child;
    }
    return condition;
}

/* Why RULE is RESULT, for people. */
static char *explain(ChMatching *matching, const ChRule *rule, ChRuleResult result)
{
    const ChCondition *condition = find_deciding(matching, rule->condition, result);
    g_autofree char *words = ch_condition_write(condition);
    g_autoptr(GString) why = g_string_new(words);
    const ChTestState *state = condition->index;
    if (result == CH_RULE_UNKNOWN)
        g_string_append_printf(why, ": %s",
                               condition->op == CH_OP_MATCHES && state->why ? state->why
                                                                            : "there is no number to read");
    if (matching->has_file) {
        const ChTexts *texts = matching->texts;
        const ChText *name =
            g_ptr_array_index((GPtrArray *)g_ptr_array_index(texts->file_names, matching->file), 0);
        g_string_append_printf(why, " (%s)", name->text);
    }
    return g_string_free(g_steal_pointer(&why), FALSE);
}

/* The captures under no `not`. From the last to the first, for of two that have one name the first counts. */
static void take_captures(ChMatching *matching, const ChCondition *condition, GHashTable *captures)
{
    if (condition->kind == CH_CONDITION_TEST && condition->op == CH_OP_MATCHES)
        ch_test_captures(matching, condition, captures);
    if (condition->kind == CH_CONDITION_AND || condition->kind == CH_CONDITION_OR)
        for (guint i = condition->children->len; i > 0; i--)
            take_captures(matching, g_ptr_array_index(condition->children, i - 1), captures);
}

static GHashTable *captures_of(ChMatching *matching, const ChRule *rule)
{
    if (!ch_ask_wants_captures(rule))
        return NULL;
    GHashTable *captures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    take_captures(matching, rule->condition, captures);
    return captures;
}

/* A run of all rules over one mail. */
typedef struct {
    ChMatching matching;
    ChAsking asking;
    gboolean trace;
    gboolean named; /* a rule named the department */
    gboolean stopped;
} Run;

static void add_hit(Run *run, ChRules *rules, guint number, ChRuleResult result, char *why)
{
    ChRuleHit *hit = ch_rules_describe(rules, number);
    hit->result = result;
    g_free(hit->why);
    hit->why = why ? why : g_strdup("");
    g_ptr_array_add(run->asking.effects->hits, hit);
}

/* RULE holds: what it asks for has its effect, once; a file that it refuses, for each that makes it hold. */
static void carry_out(Run *run, const ChRule *rule, gboolean first)
{
    ChMatching *matching = &run->matching;
    g_autoptr(GHashTable) captures = captures_of(matching, rule);
    guint number =
        matching->has_file ? g_array_index(matching->texts->attachments, guint, matching->file) : 0;
    ch_ask_refusal(&run->asking, rule, number, !matching->has_file, captures);
    if (!first)
        return;
    run->stopped = ch_ask(&run->asking, rule, captures);
    if (run->asking.effects->department && !run->named) {
        run->named = TRUE;
        matching->department = run->asking.effects->department;
    }
}

static gboolean refuses(const ChRule *rule)
{
    for (guint i = 0; i < rule->actions->len; i++)
        if (((const ChDo *)g_ptr_array_index(rule->actions, i))->kind == CH_DO_REFUSE_ATTACHMENT)
            return TRUE;
    return FALSE;
}

/* RULE under the file at hand, or without any. What it says with the files before is *SO_FAR. */
static void try_rule(Run *run, const ChRule *rule, ChRuleResult *so_far, char **why)
{
    ChMatching *matching = &run->matching;
    ChRuleResult result = evaluate_rule(matching, rule);
    gboolean more = result == CH_RULE_YES ? *so_far != CH_RULE_YES
                                          : *so_far == CH_RULE_NO && (result == CH_RULE_UNKNOWN || !*why);
    if (more && (run->trace || result == CH_RULE_UNKNOWN)) {
        g_free(*why);
        *why = explain(matching, rule, result);
    }
    if (result == CH_RULE_YES)
        carry_out(run, rule, *so_far != CH_RULE_YES);
    if (more)
        *so_far = result;
}

static void run_rule(Run *run, ChRules *rules, guint number)
{
    ChMatching *matching = &run->matching;
    const ChRule *rule = g_ptr_array_index(rules->rules, number);
    ChRuleResult result = CH_RULE_NO;
    g_autofree char *why = NULL;
    guint files = rule->has_files ? matching->texts->files : 0;
    matching->turn = ch_index_turn(matching->index);
    matching->has_file = files > 0;
    for (matching->file = 0; matching->file < MAX(files, 1); matching->file++) {
        if (result == CH_RULE_YES && !refuses(rule))
            break;
        matching->file_turn = ch_index_turn(matching->index);
        try_rule(run, rule, &result, &why);
    }
    if (result == CH_RULE_YES && !run->trace) /* it was unknown under another file */
        g_clear_pointer(&why, g_free);
    if (result != CH_RULE_NO || run->trace)
        add_hit(run, rules, number, result, g_steal_pointer(&why));
}

/* The rules after one that said stop, which a trace has too. */
static void add_untried(Run *run, ChRules *rules, guint from)
{
    const ChRule *last = g_ptr_array_index(rules->rules, from - 1);
    for (guint i = from; i < rules->rules->len; i++)
        add_hit(run, rules, i, CH_RULE_NO,
                g_strdup_printf("not tried: %s:%u says stop", last->place.file, last->place.line));
}

static void run_all(Run *run, ChRules *rules)
{
    gboolean all = run->trace || run->matching.plain;
    guint count = rules->rules->len, number = 0;
    if (!run->matching.plain)
        ch_index_scan(run->matching.index, run->matching.texts);
    while (!run->stopped && (number = all ? number : ch_index_next(run->matching.index, number)) < count)
        run_rule(run, rules, number++);
    if (run->stopped && run->trace)
        add_untried(run, rules, number);
}

ChEffects *ch_match_apply(ChRules *rules, const ChRuleInput *input, gboolean trace, gboolean plain)
{
    ChEffects *effects = ch_effects_new();
    if (!rules || rules->rules->len == 0)
        return effects;
    Run run = {.trace = trace};
    run.matching = (ChMatching){.index = rules->index,
                                .plain = plain,
                                .texts = ch_texts_new(input),
                                .input = input,
                                .department = input->department};
    run.asking = (ChAsking){.effects = effects,
                            .input = input,
                            .named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                            .refused = g_new0(gboolean, input->mail->attachments->len)};
    run_all(&run, rules);
    g_hash_table_unref(run.asking.named);
    g_free(run.asking.refused);
    ch_texts_free(run.matching.texts);
    return effects;
}

ChEffects *ch_rules_apply(ChRules *rules, const ChRuleInput *input, gboolean trace)
{
    return ch_match_apply(rules, input, trace, FALSE);
}
