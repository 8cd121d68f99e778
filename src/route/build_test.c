/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions of rules, from what the grammar recognised to nodes, and what is wrong with their values.
 * Strings and words are build_text.c's, what forms they may have forms.c's. */
#include "route/compile.h"

#include "base/fold.h"

#include <string.h>

static ChCondition *check_depth(ChParser *parser, ChCondition *condition)
{
    if (condition->depth <= CH_RULE_DEPTH_MAX)
        return condition;
    if (!parser->spoilt)
        ch_complain(parser, &condition->place, "found conditions nested more than %d deep, expected fewer",
                    CH_RULE_DEPTH_MAX);
    parser->spoilt = TRUE;
    /* Nobody will use it: only the stack of those who walk it counts. */
    ChCondition *stump = ch_condition_new(CH_CONDITION_TEST, &condition->place);
    ch_condition_free(condition);
    return stump;
}

ChCondition *ch_build_pair(ChParser *parser, ChConditionKind kind, const ChSpan *span, ChCondition *left,
                           ChCondition *right)
{
    ChPlace place = ch_place_of_span(parser, span);
    if (left->kind == kind) { /* a long chain stays linear */
        left->place = place;
        ch_condition_adopt(left, right);
        return check_depth(parser, left);
    }
    ChCondition *condition = ch_condition_new(kind, &place);
    ch_condition_adopt(condition, left);
    ch_condition_adopt(condition, right);
    return check_depth(parser, condition);
}

ChCondition *ch_build_joined(ChParser *parser, ChConditionKind kind, const ChSpan *span, GPtrArray *parts)
{
    ChPlace place = ch_place_of_span(parser, span);
    ChCondition *condition = ch_condition_new(kind, &place);
    g_ptr_array_set_free_func(parts, NULL);
    if (parts->len == 1) {
        ch_condition_free(condition);
        condition = g_ptr_array_index(parts, 0);
    } else {
        for (guint i = 0; i < parts->len; i++)
            ch_condition_adopt(condition, g_ptr_array_index(parts, i));
    }
    g_ptr_array_unref(parts);
    return check_depth(parser, condition);
}

ChCondition *ch_build_not(ChParser *parser, const ChSpan *span, ChCondition *part)
{
    ChPlace place = ch_place_of_span(parser, span);
    ChCondition *condition = ch_condition_new(CH_CONDITION_NOT, &place);
    ch_condition_adopt(condition, part);
    return check_depth(parser, condition);
}

/* That WORD is no condition, and which one may be meant. */
static void complain_of_word(ChParser *parser, const char *word, const ChMacro *macro, const ChPlace *place)
{
    if (parser->spoilt)
        return;
    if (macro) {
        ch_complain(parser, place, "found '%s', which stands for a string, expected a condition", word);
        return;
    }
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (const char *const *known = ch_condition_words(); *known; known++)
        g_ptr_array_add(words, (gpointer)*known);
    ch_add_macros(parser, TRUE, words);
    g_ptr_array_add(words, NULL);
    g_autofree char *meant = ch_suggestion(word, (const char *const *)words->pdata);
    ch_complain(parser, place, "found '%s', expected a condition%s", word, meant);
}

ChCondition *ch_build_macro_use(ChParser *parser, const ChToken *token, const ChSpan *span)
{
    ChCompiler *compiler = parser->compiler;
    ChPlace place = ch_place_of_span(parser, span);
    g_autofree char *word = g_strndup(token->start, token->length);
    const ChMacro *macro = g_hash_table_lookup(compiler->macros, word);
    if (!macro || !macro->condition) {
        complain_of_word(parser, word, macro, &place);
        parser->spoilt = TRUE;
        return ch_condition_new(CH_CONDITION_TEST, &place);
    }
    macro->own->used = TRUE;
    gboolean said = compiler->spent > CH_RULE_MACRO_BYTES;
    compiler->spent += macro->cost;
    if (compiler->spent > CH_RULE_MACRO_BYTES) {
        if (!parser->spoilt && !said)
            ch_complain(parser, &place,
                        "found macros of macros that need more than %u MB of memory, expected less",
                        CH_RULE_MACRO_BYTES >> 20);
        parser->spoilt = TRUE;
        return ch_condition_new(CH_CONDITION_TEST, &place);
    }
    ChCondition *copy = ch_condition_copy(macro->condition);
    copy->place = place;
    return copy;
}

static ChCondition *new_test(ChParser *parser, const ChSpan *span, ChTestWhat what, ChTestOp op)
{
    ChPlace place = ch_place_of_span(parser, span);
    ChCondition *test = ch_condition_new(CH_CONDITION_TEST, &place);
    test->what = what;
    test->op = op;
    return test;
}

/* VALUES wait in the node until it is known what it is about. */
ChCondition *ch_build_values_test(ChParser *parser, const ChSpan *span, ChTestOp op, ChValues *values)
{
    ChCondition *test = new_test(parser, span, CH_TEST_ALL, op);
    test->index = values;
    return test;
}

void ch_build_forget(ChCondition *test)
{
    ch_values_free(test->index);
    ch_condition_free(test);
}

ChCondition *ch_build_regex_test(ChParser *parser, const ChSpan *span, const ChToken *regex)
{
    ChCondition *test = new_test(parser, span, CH_TEST_ALL, CH_OP_MATCHES);
    if (regex->faulty)
        return test;
    g_autofree char *source = g_strndup(regex->start + 1, regex->body);
    g_autofree char *flags = g_strndup(regex->start + regex->body + 2, regex->length - regex->body - 2);
    g_autofree char *why = NULL;
    gsize offset = 0;
    test->regex = ch_regex_new(source, flags, &why, &offset);
    if (!test->regex) {
        ChPlace place = ch_place_of_token(parser, regex);
        offset = MIN(offset, regex->body);
        place.column += 1 + (guint)g_utf8_strlen(regex->start + 1, (gssize)offset);
        place.width = 1;
        ch_complain(parser, &place, "found an error in a regular expression: %s", why);
    }
    return test;
}

ChCondition *ch_build_number_test(ChParser *parser, const ChSpan *span, ChTestOp op, const ChToken *number)
{
    ChCondition *test = new_test(parser, span, CH_TEST_ALL, op);
    test->number = number->number;
    return test;
}

const char *const *ch_words_of(ChTestWhat what)
{
    static const char *const evidence[] = {"claim", "domain", "token", NULL};
    static const char *const kinds[] = {"person", "auto-reply", "bounce", "delay",
                                        "list",   "loop",       "report", NULL};
    static const char *const customers[] = {"active", "pending", "unknown", NULL};
    static const char *const tickets[] = {"new", "open", "pending", "closed", NULL};
    return what == CH_TEST_EVIDENCE   ? evidence
           : what == CH_TEST_KIND     ? kinds
           : what == CH_TEST_CUSTOMER ? customers
           : what == CH_TEST_TICKET   ? tickets
                                      : NULL;
}

ChCondition *ch_build_words_test(ChParser *parser, const ChSpan *span, ChTestWhat what, ChTestOp op,
                                 GArray *words)
{
    ChCondition *test = new_test(parser, span, what, op);
    test->values = g_ptr_array_new_with_free_func(g_free);
    test->folded = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < words->len; i++) {
        const ChToken *word = &g_array_index(words, ChToken, i);
        if (ch_words_of(what))
            ch_build_choice(parser, word, ch_words_of(what));
        g_ptr_array_add(test->values, g_strndup(word->start, word->length));
        g_ptr_array_add(test->folded, g_strndup(word->start, word->length));
    }
    g_array_unref(words);
    return test;
}

ChCondition *ch_build_time_test(ChParser *parser, const ChSpan *span, const ChToken *from, const ChToken *to)
{
    ChCondition *test = new_test(parser, span, CH_TEST_TIME, CH_OP_NONE);
    test->from = (guint)from->units;
    test->to = (guint)to->units;
    if (test->from == 24 * 60) {
        ChPlace place = ch_place_of_token(parser, from);
        ch_complain(parser, &place, "found '24:00', expected a time from 00:00 to 23:59 to begin with");
    }
    return test;
}

ChCondition *ch_build_weekday_test(ChParser *parser, const ChSpan *span, GArray *days, gboolean range)
{
    ChCondition *test = new_test(parser, span, CH_TEST_WEEKDAY, CH_OP_NONE);
    guint last = 0;
    for (guint i = 0; i < days->len; i++) {
        guint day = ch_build_weekday(parser, &g_array_index(days, ChToken, i));
        for (guint between = last; range && i && between != day; between = (between + 1) % 7)
            test->days |= 1u << between;
        test->days |= 1u << day;
        last = day;
    }
    g_array_unref(days);
    return test;
}

static void set_list(ChParser *parser, ChCondition *test, const ChText *list, ChListKind kind)
{
    test->list_name = g_strdup(list->value);
    if (list->sound)
        test->list = ch_find_list(parser, list, kind);
}

ChCondition *ch_build_holiday_test(ChParser *parser, const ChSpan *span, const ChToken *list,
                                   const ChSpan *list_span)
{
    ChCondition *test = new_test(parser, span, CH_TEST_HOLIDAY, CH_OP_NONE);
    ChText *text = ch_build_text(parser, list, list_span);
    set_list(parser, test, text, CH_LIST_DATES);
    ch_text_free(text);
    return test;
}

/* What the values of TEST must look like. */
static ChListKind kind_of_values(const ChCondition *test)
{
    if (test->what == CH_TEST_DOMAIN)
        return test->op == CH_OP_IS ? CH_LIST_WHOLE_DOMAINS : CH_LIST_DOMAINS;
    if (test->what <= CH_TEST_RECIPIENT)
        return test->op == CH_OP_IS ? CH_LIST_WHOLE_ADDRESSES : CH_LIST_ADDRESSES;
    return CH_LIST_TEXTS;
}

static void set_values(ChParser *parser, ChCondition *test, const ChValues *values)
{
    ChListKind kind = kind_of_values(test);
    if (values->list) {
        set_list(parser, test, values->list, kind);
        return;
    }
    test->all = values->all && values->texts->len > 1;
    test->values = g_ptr_array_new_with_free_func(g_free);
    test->folded = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < values->texts->len; i++) {
        const ChText *text = g_ptr_array_index(values->texts, i);
        const char *expected;
        ChForm form = ch_form_of_list(kind, &expected);
        /* What is empty can be asked for, but everything contains it. */
        gboolean empty = test->op == CH_OP_IS && !*text->value;
        if (text->sound && !empty && !form(text->value)) {
            g_autofree char *found = ch_token_describe(&text->token);
            ch_complain(parser, &text->place, "found %s, expected %s", found, expected);
        }
        g_ptr_array_add(test->values, g_strdup(text->value));
        g_ptr_array_add(test->folded, ch_form_fold(kind, text->value));
    }
}

ChCondition *ch_build_about(ChParser *parser, const ChSpan *span, ChTestWhat what, ChText *header,
                            ChCondition *test)
{
    ChValues *values = test->index;
    test->index = NULL;
    test->what = what;
    test->place = ch_place_of_span(parser, span);
    if (values)
        set_values(parser, test, values);
    ch_values_free(values);
    if (!header)
        return test;
    if (header->sound && !ch_form_header(header->value)) {
        g_autofree char *found = ch_token_describe(&header->token);
        ch_complain(parser, &header->place,
                    "found %s, expected the name of a header field such as \"List-Id\"", found);
    }
    test->header = g_steal_pointer(&header->value);
    ch_text_free(header);
    return test;
}

gboolean ch_build_per_day(ChParser *parser, const ChToken *unit)
{
    static const char *const units[] = {"hour", "day", NULL};
    return ch_build_choice(parser, unit, units) == 1;
}
