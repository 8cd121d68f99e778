/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One test of a rule on one mail: words, numbers, addresses, literals, regular expressions, the hour. How
 * tests make up a rule is in match.c; literals of all rules at once are sought by index.c.
 */
#include "route/match_private.h"

#include "base/fold.h"

#include <string.h>

gboolean ch_test_is_of_file(const ChCondition *test)
{
    return test->what == CH_TEST_FILE_NAME || test->what == CH_TEST_FILE_TYPE ||
           test->what == CH_TEST_FILE_SIZE;
}

static ChRuleResult result_of(gboolean yes)
{
    return yes ? CH_RULE_YES : CH_RULE_NO;
}

static gboolean compare(ChTestOp op, double number, double with)
{
    switch (op) {
    case CH_OP_LESS:
        return number < with;
    case CH_OP_AT_MOST:
        return number <= with;
    case CH_OP_AT_LEAST:
        return number >= with;
    case CH_OP_MORE:
        return number > with;
    default:
        return number >= with && number <= with; /* "=" */
    }
}

static const ChAttachment *file_at_hand(const ChMatching *matching)
{
    const ChTexts *texts = matching->texts;
    if (!matching->has_file)
        return NULL;
    guint number = g_array_index(texts->attachments, guint, matching->file);
    return g_ptr_array_index(texts->input->mail->attachments, number);
}

static ChRuleResult test_number(const ChMatching *matching, const ChCondition *test)
{
    const ChTexts *texts = matching->texts;
    const ChAttachment *file;
    double number = 0;
    switch (test->what) {
    case CH_TEST_FILE_SIZE:
        if (!(file = file_at_hand(matching)))
            return CH_RULE_NO;
        number = (double)file->size;
        break;
    case CH_TEST_FILES:
        number = texts->file_count;
        break;
    case CH_TEST_SIZE:
        number = (double)matching->input->mail->size;
        break;
    case CH_TEST_RATE:
        number = test->per_day ? matching->input->rate_day : matching->input->rate_hour;
        break;
    default: /* CH_TEST_SPAM */
        if (texts->spam != CH_RULE_YES)
            return texts->spam;
        number = texts->spam_score;
    }
    return result_of(compare(test->op, number, test->number));
}

/* "pt" for "pt", "pt-BR", "pt_BR"; both in any case. */
static gboolean is_language(const char *language, const char *wanted)
{
    for (; *wanted; language++, wanted++) {
        char a = *language == '_' ? '-' : g_ascii_tolower(*language);
        char b = *wanted == '_' ? '-' : g_ascii_tolower(*wanted);
        if (a != b)
            return FALSE;
    }
    return *language == '\0' || *language == '-' || *language == '_';
}

static ChEvidence evidence_of(const char *word)
{
    for (ChEvidence evidence = CH_EVIDENCE_CLAIM; evidence < CH_EVIDENCE_TOKEN; evidence++)
        if (strcmp(ch_evidence_name(evidence), word) == 0)
            return evidence;
    return CH_EVIDENCE_TOKEN;
}

/* The word that TEST is about; NULL: none. */
static const char *word_of(const ChMatching *matching, const ChCondition *test)
{
    const ChRuleInput *input = matching->input;
    switch (test->what) {
    case CH_TEST_EVIDENCE:
        return ch_evidence_name(input->verdict->evidence);
    case CH_TEST_KIND:
        return ch_kind_name(input->verdict->kind);
    case CH_TEST_CUSTOMER:
        return input->account == CH_ACCOUNT_NONE ? "unknown" : ch_account_name(input->account);
    case CH_TEST_LANGUAGE:
        return input->language;
    case CH_TEST_DEPARTMENT:
        return matching->department;
    default: /* CH_TEST_TICKET */
        return input->ticket ? ch_ticket_state_name(input->ticket->state) : "new";
    }
}

static ChRuleResult test_words(const ChMatching *matching, const ChCondition *test)
{
    const char *word = word_of(matching, test);
    if (test->what == CH_TEST_EVIDENCE && test->op == CH_OP_AT_LEAST)
        return result_of(matching->input->verdict->evidence >=
                         evidence_of(g_ptr_array_index(test->values, 0)));
    for (guint i = 0; word && i < test->values->len; i++)
        if (test->what == CH_TEST_LANGUAGE ? is_language(word, g_ptr_array_index(test->values, i))
                                           : strcmp(word, g_ptr_array_index(test->values, i)) == 0)
            return CH_RULE_YES;
    return CH_RULE_NO;
}

static ChRuleResult test_time(const ChMatching *matching, const ChCondition *test)
{
    guint now = matching->texts->minutes;
    if (test->from < test->to)
        return result_of(test->from <= now && now < test->to);
    return result_of(test->from <= now || now < test->to); /* over midnight */
}

/* Lists name a day of one year, or, without the year, of each. */
static ChRuleResult test_holiday(const ChMatching *matching, const ChCondition *test)
{
    const char *date = matching->texts->date;
    return result_of(*date && (ch_rule_list_has(test->list, date) ||
                               ch_rule_list_has(test->list, date + strlen("2026-"))));
}

/* VALUE of TEST as addresses and domains are compared. */
static gboolean has_form(const ChCondition *test, const char *address, const char *value)
{
    g_autofree char *form = ch_address_fold(value);
    if (test->op == CH_OP_IS)
        return strcmp(address, form) == 0;
    return test->what == CH_TEST_DOMAIN ? ch_domain_has_form(address, form)
                                        : ch_address_has_form(address, form);
}

static gboolean has_literal(ChTestOp op, const char *folded, const char *literal)
{
    switch (op) {
    case CH_OP_IS:
        return strcmp(folded, literal) == 0;
    case CH_OP_BEGINS:
        return g_str_has_prefix(folded, literal);
    case CH_OP_ENDS:
        return g_str_has_suffix(folded, literal);
    default:
        return strstr(folded, literal) != NULL;
    }
}

/* One value on one thing that the test is about: an address, a ChText. */
typedef gboolean (*ValueFunc)(const ChCondition *test, gpointer thing, const char *value);

static gboolean value_on_address(const ChCondition *test, gpointer thing, const char *value)
{
    return has_form(test, thing, value);
}

static gboolean value_on_text(const ChCondition *test, gpointer thing, const char *value)
{
    g_autofree char *literal = ch_fold(value, strlen(value));
    return has_literal(test->op, ch_text_fold(thing), literal);
}

static gboolean value_holds(const ChCondition *test, const GPtrArray *things, const char *value,
                            ValueFunc func)
{
    for (guint i = 0; i < things->len; i++)
        if (func(test, g_ptr_array_index(things, i), value))
            return TRUE;
    return FALSE;
}

/* Each value must hold somewhere ("all of"), or one of them, or one entry of the list. */
static ChRuleResult test_values(const ChCondition *test, const GPtrArray *things, ValueFunc func)
{
    for (guint i = 0; things && test->list && i < ch_rule_list_count(test->list); i++)
        if (value_holds(test, things, ch_rule_list_entry(test->list, i), func))
            return CH_RULE_YES;
    guint count = test->values ? test->values->len : 0;
    if (!things || !count)
        return CH_RULE_NO;
    for (guint i = 0; i < count; i++)
        if (value_holds(test, things, g_ptr_array_index(test->values, i), func) != test->all)
            return result_of(!test->all);
    return result_of(test->all);
}

/* What addresses and domains are about, of char *. */
static GPtrArray *addresses_of(const ChMatching *matching, const ChCondition *test)
{
    if (test->what != CH_TEST_DOMAIN)
        return g_ptr_array_ref((GPtrArray *)ch_texts_addresses(matching->texts, test->what));
    GPtrArray *domain = g_ptr_array_new();
    if (*matching->texts->domain)
        g_ptr_array_add(domain, matching->texts->domain);
    return domain;
}

static gboolean is_of_address(const ChCondition *test)
{
    return test->what >= CH_TEST_FROM && test->what <= CH_TEST_DOMAIN;
}

static gboolean needs_stand_there(ChMatching *matching, const ChCondition *test)
{
    const char *const *needs = ch_regex_needs(test->regex);
    if (!needs || is_of_address(test))
        return TRUE;
    if (!matching->plain)
        return ch_index_holds(matching->index, test, matching->file);
    const GPtrArray *texts = ch_texts_of(matching->texts, test, matching->file);
    for (guint i = 0; texts && i < texts->len; i++)
        for (const char *const *need = needs; *need; need++)
            if (strstr(ch_text_fold(g_ptr_array_index(texts, i)), *need))
                return TRUE;
    return FALSE;
}

/* Tries the expression on each of its texts until it matches one. */
static ChRuleResult try_regex(ChMatching *matching, const ChCondition *test, GHashTable *captures)
{
    ChRuleResult result = CH_RULE_NO;
    gboolean of_address = is_of_address(test);
    g_autoptr(GPtrArray) addresses = of_address ? addresses_of(matching, test) : NULL;
    const GPtrArray *things = of_address ? addresses : ch_texts_of(matching->texts, test, matching->file);
    for (guint i = 0; things && i < things->len && result != CH_RULE_YES; i++) {
        const ChText *text = of_address ? NULL : g_ptr_array_index(things, i);
        const char *words = text ? text->text : g_ptr_array_index(things, i);
        gsize length = text ? text->length : strnlen(words, CH_RULE_TEXT_MAX);
        ChRuleResult one = ch_regex_match(test->regex, words, length, &matching->effort, captures);
        result = one == CH_RULE_NO ? result : one;
    }
    return result;
}

static guint64 turn_of(const ChMatching *matching, const ChCondition *test)
{
    return ch_test_is_of_file(test) ? matching->file_turn : matching->turn;
}

static ChRuleResult test_regex(ChMatching *matching, const ChCondition *test)
{
    ChTestState *state = test->index;
    if (!needs_stand_there(matching, test))
        return CH_RULE_NO;
    if (state->tried == turn_of(matching, test)) /* in the second round, or under another file */
        return state->result;
    if (matching->cheap)
        return CH_RULE_UNKNOWN;
    state->result = try_regex(matching, test, NULL);
    state->why = state->result == CH_RULE_UNKNOWN ? matching->effort.why : NULL;
    state->tried = turn_of(matching, test);
    return state->result;
}

void ch_test_captures(ChMatching *matching, const ChCondition *test, GHashTable *captures)
{
    const ChTestState *state = test->index;
    if (ch_test_is_of_file(test) && !matching->has_file)
        return;
    gboolean tried = state->tried == turn_of(matching, test);
    if (needs_stand_there(matching, test) && (!tried || state->result == CH_RULE_YES))
        try_regex(matching, test, captures);
}

static ChRuleResult test_literals(ChMatching *matching, const ChCondition *test)
{
    const ChTestState *state = test->index;
    if (!matching->plain && state->count)
        return result_of(ch_index_holds(matching->index, test, matching->file));
    if (is_of_address(test)) {
        g_autoptr(GPtrArray) addresses = addresses_of(matching, test);
        return test_values(test, addresses, value_on_address);
    }
    const GPtrArray *texts = ch_texts_of(matching->texts, test, matching->file);
    if (test->op == CH_OP_EXISTS)
        return result_of(texts != NULL);
    return test_values(test, texts, value_on_text);
}

ChRuleResult ch_test_result(ChMatching *matching, const ChCondition *test)
{
    if (ch_test_is_of_file(test) && !matching->has_file)
        return CH_RULE_NO;
    switch (test->what) {
    case CH_TEST_ALL:
        return CH_RULE_YES;
    case CH_TEST_FILE_SIZE:
    case CH_TEST_FILES:
    case CH_TEST_SIZE:
    case CH_TEST_SPAM:
    case CH_TEST_RATE:
        return test_number(matching, test);
    case CH_TEST_EVIDENCE:
    case CH_TEST_KIND:
    case CH_TEST_CUSTOMER:
    case CH_TEST_LANGUAGE:
    case CH_TEST_DEPARTMENT:
    case CH_TEST_TICKET:
        return test_words(matching, test);
    case CH_TEST_TIME:
        return test_time(matching, test);
    case CH_TEST_WEEKDAY:
        return result_of(test->days >> matching->texts->weekday & 1);
    case CH_TEST_HOLIDAY:
        return test_holiday(matching, test);
    default:
        return test->op == CH_OP_MATCHES ? test_regex(matching, test) : test_literals(matching, test);
    }
}
