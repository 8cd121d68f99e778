/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the `test` blocks of a set of rules: what the rules make of each mail against what the test expects.
 * How the mail is made is in proof_mail.c, how rules are matched in match.c. */
#include "route/match_private.h"

#include <string.h>

#define HITS_MAX 20 /* rules that one message names */

/* As rules set it; NULL: it has none. */
static char *value_of(const ChDo *action)
{
    if (!action->value)
        return g_strdup(action->name);
    return ch_ask_clean(action, action->value->pieces[0]); /* no captures in tests: one piece */
}

static char *folded_address(const ChDo *action)
{
    g_autofree char *value = value_of(action);
    return ch_address_fold(value);
}

/* As the matcher makes tags: lower case, without blanks. */
static char *tag_of(const ChDo *action)
{
    g_autofree char *value = value_of(action);
    return g_strdelimit(g_utf8_strdown(value, -1), " ", '-');
}

static ChNamedValue *named_value(const ChDo *action)
{
    g_autofree char *value = action->value ? value_of(action) : g_strdup("");
    return ch_named_value_new(action->name, value);
}

static void add_refusal(ChEffects *effects, const ChDo *action)
{
    ChRefusal *refusal = g_new0(ChRefusal, 1);
    refusal->why = value_of(action);
    g_ptr_array_add(effects->refusals, refusal);
}

static void add_aside(ChEffects *effects, ChAside aside, const ChDo *action)
{
    effects->aside = aside;
    effects->aside_why = value_of(action);
}

static void add_texts(ChEffects *effects, const ChDo *action)
{
    switch (action->kind) {
    case CH_DO_DEPARTMENT:
        effects->department = value_of(action);
        break;
    case CH_DO_TITLE:
        effects->title = value_of(action);
        break;
    case CH_DO_TEMPLATE:
        effects->template = value_of(action);
        break;
    case CH_DO_LANGUAGE:
        effects->language = value_of(action);
        break;
    case CH_DO_HOLD:
        add_aside(effects, CH_ASIDE_HOLD, action);
        break;
    case CH_DO_IGNORE:
        add_aside(effects, CH_ASIDE_IGNORE, action);
        break;
    case CH_DO_QUARANTINE:
        add_aside(effects, CH_ASIDE_QUARANTINE, action);
        break;
    case CH_DO_REFUSE_ATTACHMENT:
        add_refusal(effects, action);
        break;
    default:
        break;
    }
}

static void add_to_lists(ChEffects *effects, const ChDo *action)
{
    switch (action->kind) {
    case CH_DO_TAG:
        g_ptr_array_add(effects->tags, tag_of(action));
        break;
    case CH_DO_WATCH:
        g_ptr_array_add(effects->watch, folded_address(action));
        break;
    case CH_DO_NOTIFY:
        g_ptr_array_add(effects->notify, folded_address(action));
        break;
    case CH_DO_REFER:
        g_ptr_array_add(effects->refer, value_of(action));
        break;
    case CH_DO_FIELD:
        g_ptr_array_add(effects->fields, named_value(action));
        break;
    case CH_DO_SET_HEADER:
        g_ptr_array_add(effects->headers, named_value(action));
        break;
    default:
        break;
    }
}

/* ACTION names no value: whatever it is, it counts. */
static gboolean is_bare(const ChDo *action)
{
    switch (action->kind) {
    case CH_DO_PRIORITY:
        return action->priority == CH_PRIORITY_UNSET;
    case CH_DO_ASSIGN:
        return action->assign == CH_ASSIGN_NONE || (action->assign == CH_ASSIGN_AGENT && !action->value);
    case CH_DO_DUE:
        return !action->seconds;
    case CH_DO_NO_ACK:
    case CH_DO_STOP:
        return FALSE;
    case CH_DO_FIELD:
    case CH_DO_SET_HEADER:
        return !action->value;
    default:
        return !action->value && !action->name;
    }
}

/* How the words of ch_effects_list say ACTION; for a bare one, how they begin. */
static char *expected_words(const ChDo *action)
{
    gboolean bare = is_bare(action);
    if (bare && !action->name)
        return g_strdup(ch_do_name(action->kind));
    g_autoptr(ChEffects) effects = ch_effects_new();
    effects->priority = action->kind == CH_DO_PRIORITY ? action->priority : CH_PRIORITY_UNSET;
    effects->due = action->kind == CH_DO_DUE ? action->seconds : 0;
    effects->no_ack = action->kind == CH_DO_NO_ACK;
    if (action->kind == CH_DO_ASSIGN) {
        effects->assign = action->assign;
        effects->assignee = action->assign == CH_ASSIGN_AGENT ? folded_address(action) : NULL;
    }
    add_texts(effects, action);
    add_to_lists(effects, action);
    g_autoptr(GPtrArray) words = ch_effects_list(effects);
    if (bare) /* a field or a header: its words but for ' ""' */
        return g_strndup(g_ptr_array_index(words, 0), strlen(g_ptr_array_index(words, 0)) - 3);
    return g_strdup(words->len ? g_ptr_array_index(words, 0) : ch_do_name(action->kind));
}

/* FOUND is what EXPECTED (of expected_words) means. */
static gboolean answers(const char *found, const char *expected, gboolean bare)
{
    gsize length = strlen(expected);
    return strcmp(found, expected) == 0 ||
           (bare && strncmp(found, expected, length) == 0 && found[length] == ' ');
}

/* The department that the mail has, named by a rule or not. */
static gboolean stays(const ChDo *action, const ChEffects *effects, const ChRuleInput *input)
{
    return action->kind == CH_DO_DEPARTMENT && !effects->department && action->name &&
           strcmp(action->name, input->department) == 0;
}

static gboolean is_met(const ChExpectation *expectation, const ChEffects *effects, const ChRuleInput *input,
                       const GPtrArray *found)
{
    gboolean there = FALSE;
    if (expectation->unknown) {
        for (guint i = 0; i < effects->hits->len; i++)
            there |= ((ChRuleHit *)g_ptr_array_index(effects->hits, i))->result == CH_RULE_UNKNOWN;
    } else if (!expectation->action) {
        there = found->len == 0;
    } else {
        g_autofree char *expected = expected_words(expectation->action);
        gboolean bare = is_bare(expectation->action);
        there = stays(expectation->action, effects, input);
        for (guint i = 0; i < found->len; i++)
            there |= answers(g_ptr_array_index(found, i), expected, bare);
    }
    return there != expectation->not ;
}

/* The expectation as a test says it. */
static char *name_expectation(const ChExpectation *expectation)
{
    g_autofree char *words = expectation->action ? expected_words(expectation->action) : NULL;
    return g_strconcat(expectation->not ? "not " : "",
                       words                  ? words
                       : expectation->unknown ? "unknown"
                                              : "nothing",
                       NULL);
}

static void join(GString *text, const char *what)
{
    g_string_append_printf(text, "%s%s", text->len ? ", " : "", what);
}

/* EXPECTATION NULL: all of a test. Of a department, the one that the mail has without any rule is found too.
 */
static char *name_effects(const GPtrArray *found, const ChExpectation *expectation, const ChEffects *effects,
                          const ChRuleInput *input)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const ChDo *action = expectation ? expectation->action : NULL;
    if (action && action->kind == CH_DO_DEPARTMENT && !effects->department)
        g_string_printf(text, "department %s, which no rule named", input->department);
    for (guint i = 0; i < found->len; i++)
        join(text, g_ptr_array_index(found, i));
    return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : g_strdup("nothing");
}

static char *name_hits(const ChEffects *effects)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < MIN(effects->hits->len, HITS_MAX); i++) {
        const ChRuleHit *hit = g_ptr_array_index(effects->hits, i);
        g_autofree char *where = g_strdup_printf("%s:%u%s", hit->file, hit->line,
                                                 hit->result == CH_RULE_UNKNOWN ? " (unknown)" : "");
        join(text, where);
    }
    if (effects->hits->len > HITS_MAX)
        g_string_append_printf(text, " and %u more", effects->hits->len - HITS_MAX);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void complain(const ChRules *rules, const ChPlace *place, const char *message, GPtrArray *messages)
{
    g_autofree char *line = ch_rules_source_line(rules, place);
    ch_rule_complain(messages, FALSE, place, line, "%s", message);
}

static void complain_failed(const ChRules *rules, const ChRuleTest *test, const ChPlace *place,
                            const char *expected, const ChEffects *effects, const char *found,
                            GPtrArray *messages)
{
    g_autofree char *hits = name_hits(effects);
    g_autofree char *message =
        g_strdup_printf("test \"%s\": expected %s, found %s; %s%s", test->name, expected, found,
                        *hits ? "rules that hold: " : "no rule holds", hits);
    complain(rules, place, message, messages);
}

/* What an `expect only` did not name. */
static char *unexpected(const ChRuleTest *test, const GPtrArray *found)
{
    g_autoptr(GString) extra = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        gboolean named = FALSE;
        for (guint j = 0; j < test->expectations->len && !named; j++) {
            const ChExpectation *expectation = g_ptr_array_index(test->expectations, j);
            if (!expectation->action || expectation->not )
                continue;
            g_autofree char *expected = expected_words(expectation->action);
            named = answers(g_ptr_array_index(found, i), expected, is_bare(expectation->action));
        }
        if (!named)
            join(extra, g_ptr_array_index(found, i));
    }
    return extra->len ? g_string_free(g_steal_pointer(&extra), FALSE) : NULL;
}

/* Whether all that TEST expects is there. */
static gboolean compare(const ChRules *rules, const ChRuleTest *test, const ChEffects *effects,
                        const ChRuleInput *input, GPtrArray *messages)
{
    g_autoptr(GPtrArray) found = ch_effects_list(effects);
    gboolean good = TRUE;
    for (guint i = 0; i < test->expectations->len; i++) {
        const ChExpectation *expectation = g_ptr_array_index(test->expectations, i);
        if (is_met(expectation, effects, input, found))
            continue;
        g_autofree char *expected = name_expectation(expectation);
        g_autofree char *all = name_effects(found, expectation, effects, input);
        complain_failed(rules, test, &expectation->place, expected, effects, all, messages);
        good = FALSE;
    }
    g_autofree char *extra = test->only ? unexpected(test, found) : NULL;
    if (!extra)
        return good;
    g_autofree char *expected = g_strdup_printf("nothing else than it names, but not %s", extra);
    g_autofree char *all = name_effects(found, NULL, effects, input);
    complain_failed(rules, test, &test->place, expected, effects, all, messages);
    return FALSE;
}

static gboolean run(ChRules *rules, const ChConfig *config, const ChRuleTest *test, GPtrArray *messages)
{
    const ChProperty *wrong;
    g_autoptr(ChProof) proof = ch_proof_new(test, config, &wrong);
    if (!proof) {
        complain(rules, &wrong->place, "the date of this mail falls on another day of the week", messages);
        return FALSE;
    }
    const ChRuleInput *input = ch_proof_input(proof);
    g_autoptr(ChEffects) effects = ch_rules_apply(rules, input, FALSE);
    return compare(rules, test, effects, input, messages);
}

guint ch_rules_test(ChRules *rules, const ChConfig *config, GPtrArray *messages, guint *ran)
{
    g_autoptr(ChConfig) own = config ? NULL : ch_config_load(NULL, NULL, NULL);
    guint failed = 0;
    for (guint i = 0; i < rules->tests->len; i++)
        failed += !run(rules, config ? config : own, g_ptr_array_index(rules->tests, i), messages);
    *ran = rules->tests->len;
    return failed;
}
