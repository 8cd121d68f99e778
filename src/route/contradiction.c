/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions that can never hold, by what their tests say of one thing at once: "size > 3M and size < 1M". In
 * doubt it finds nothing: what it finds is a warning, and no warning may be false. */
#include "route/rules_private.h"

#include <string.h>

#define LITERALS_MAX 100 /* tests of one conjunction that are looked at */
#define VALUES_MAX   100 /* of one test; longer lists are not compared */
#define DEPTH_MAX    100
#define DAY_MINUTES  (24 * 60)

/* A test, or its opposite. */
typedef struct {
    const ChCondition *test;
    gboolean negated;
} Literal;

/* What must hold all at once. */
typedef struct {
    Literal literals[LITERALS_MAX];
    guint count;
    GPtrArray *choices; /* of const ChCondition *: of whose parts one must hold (OR, or AND under a not) */
    GArray *negations;  /* of gboolean, one for each choice */
} Conjunction;

static void gather(Conjunction *all, const ChCondition *condition, gboolean negated, guint depth)
{
    if (depth > DEPTH_MAX)
        return;
    if (condition->kind == CH_CONDITION_TEST) {
        if (all->count < LITERALS_MAX)
            all->literals[all->count++] = (Literal){condition, negated};
    } else if (condition->kind == CH_CONDITION_NOT) {
        gather(all, g_ptr_array_index(condition->children, 0), !negated, depth + 1);
    } else if ((condition->kind == CH_CONDITION_AND) != negated) {
        for (guint i = 0; i < condition->children->len; i++)
            gather(all, g_ptr_array_index(condition->children, i), negated, depth + 1);
    } else {
        g_ptr_array_add(all->choices, (gpointer)condition);
        g_array_append_val(all->negations, negated);
    }
}

/* Numbers: the interval that is left. */
typedef struct {
    double low, high;
    gboolean above, below; /* LOW, HIGH themselves are out */
} Interval;

static void restrict_to(Interval *interval, ChTestOp op, double number)
{
    gboolean upper = op == CH_OP_LESS || op == CH_OP_AT_MOST || op == CH_OP_EQUALS;
    gboolean lower = op == CH_OP_MORE || op == CH_OP_AT_LEAST || op == CH_OP_EQUALS;
    if (upper && (number < interval->high || (number == interval->high && op == CH_OP_LESS))) {
        interval->high = number;
        interval->below = op == CH_OP_LESS;
    }
    if (lower && (number > interval->low || (number == interval->low && op == CH_OP_MORE))) {
        interval->low = number;
        interval->above = op == CH_OP_MORE;
    }
}

static ChTestOp opposite(ChTestOp op)
{
    switch (op) {
    case CH_OP_LESS:
        return CH_OP_AT_LEAST;
    case CH_OP_AT_MOST:
        return CH_OP_MORE;
    case CH_OP_AT_LEAST:
        return CH_OP_LESS;
    case CH_OP_MORE:
        return CH_OP_AT_MOST;
    default:
        return CH_OP_NONE; /* "not = 3" leaves no interval */
    }
}

static gboolean numbers_clash(const Literal *literals, guint count)
{
    const ChCondition *last = literals[count - 1].test;
    Interval interval = {last->what == CH_TEST_SPAM ? -G_MAXDOUBLE : 0, G_MAXDOUBLE, FALSE, FALSE};
    /* Without a score, or without a file, the opposite of a comparison holds whatever the number. */
    gboolean there = last->what != CH_TEST_SPAM && last->what != CH_TEST_FILE_SIZE;
    for (guint i = 0; i < count; i++) {
        const ChCondition *test = literals[i].test;
        if (test->what != last->what || test->per_day != last->per_day)
            continue;
        there = there || !literals[i].negated;
        restrict_to(&interval, literals[i].negated ? opposite(test->op) : test->op, test->number);
    }
    return there && (interval.low > interval.high ||
                     (interval.low == interval.high && (interval.above || interval.below)));
}

/* Values: one thing that a mail has once. Those that the first test leaves are tried on the others. */

static gboolean text_agrees(const ChCondition *test, const char *text, const char *value)
{
    switch (test->op) {
    case CH_OP_IS:
        return strcmp(text, value) == 0;
    case CH_OP_CONTAINS:
        return strstr(text, value) != NULL;
    case CH_OP_BEGINS:
        return g_str_has_prefix(text, value);
    case CH_OP_ENDS:
        return g_str_has_suffix(text, value);
    default:
        return TRUE;
    }
}

/* "pt_BR" and "pt-BR" are one. */
static gboolean tag_begins(const char *tag, const char *with)
{
    for (; *with; tag++, with++) {
        char a = *tag == '_' ? '-' : g_ascii_tolower(*tag), b = *with == '_' ? '-' : g_ascii_tolower(*with);
        if (a != b)
            return FALSE;
    }
    return !*tag || strchr("-_", *tag);
}

/* claim < domain < token */
static int rank(const char *evidence)
{
    for (int i = CH_EVIDENCE_CLAIM; i <= CH_EVIDENCE_TOKEN; i++)
        if (strcmp(ch_evidence_name(i), evidence) == 0)
            return i;
    return -1;
}

static gboolean word_agrees(const ChCondition *test, const char *word, const char *value, gboolean negated)
{
    if (test->what == CH_TEST_EVIDENCE && test->op == CH_OP_AT_LEAST)
        return rank(word) >= rank(value);
    if (test->what == CH_TEST_LANGUAGE) /* "pt" may be "pt-BR", which another test asks for */
        return tag_begins(word, value) || (!negated && tag_begins(value, word));
    return g_ascii_strcasecmp(word, value) == 0;
}

static gboolean is_text(ChTestWhat what)
{
    return what == CH_TEST_FROM || what == CH_TEST_DOMAIN || what == CH_TEST_SUBJECT ||
           what == CH_TEST_BODY || what == CH_TEST_COMPANY || what == CH_TEST_FILE_NAME;
}

static gboolean is_word(ChTestWhat what)
{
    return what == CH_TEST_EVIDENCE || what == CH_TEST_KIND || what == CH_TEST_CUSTOMER ||
           what == CH_TEST_LANGUAGE || what == CH_TEST_DEPARTMENT || what == CH_TEST_TICKET;
}

static gboolean literal_allows(const Literal *literal, const char *candidate)
{
    const ChCondition *test = literal->test;
    const GPtrArray *values = is_text(test->what) ? test->folded : test->values;
    gboolean known = is_word(test->what) || test->op == CH_OP_IS || test->op == CH_OP_CONTAINS ||
                     test->op == CH_OP_BEGINS || test->op == CH_OP_ENDS;
    if (!known || test->list || !values || !values->len || values->len > VALUES_MAX)
        return TRUE; /* cannot be told */
    gboolean holds = test->all;
    for (guint i = 0; i < values->len; i++) {
        const char *value = g_ptr_array_index(values, i);
        gboolean one = is_text(test->what) ? text_agrees(test, candidate, value)
                                           : word_agrees(test, candidate, value, literal->negated);
        holds = test->all ? holds && one : holds || one;
    }
    return holds != literal->negated;
}

static gboolean survives(const Literal *literals, guint count, ChTestWhat what, const char *candidate)
{
    for (guint i = 0; i < count; i++)
        if (literals[i].test->what == what && !literal_allows(&literals[i], candidate))
            return FALSE;
    return TRUE;
}

static gboolean values_clash(const Literal *literals, guint count)
{
    ChTestWhat what = literals[count - 1].test->what;
    for (guint i = 0; i < count; i++) {
        const ChCondition *test = literals[i].test;
        const GPtrArray *values = is_text(what) ? test->folded : test->values;
        if (test->what != what || test->op != CH_OP_IS || literals[i].negated || test->list || !values ||
            !values->len || values->len > VALUES_MAX)
            continue;
        for (guint j = 0; j < values->len; j++)
            if (survives(literals, count, what, g_ptr_array_index(values, j)))
                return FALSE;
        return TRUE;
    }
    return FALSE;
}

/* The forms of addresses, of the one sender. */

static gboolean domains_agree(const char *one, const char *other)
{
    gboolean below_one = g_str_has_prefix(one, "*."), below_other = g_str_has_prefix(other, "*.");
    if (!*one || !*other)
        return TRUE;
    if (!below_one && !below_other)
        return strcmp(one, other) == 0;
    if (below_one && below_other)
        return g_str_has_suffix(one, other + 1) || g_str_has_suffix(other, one + 1);
    return below_one ? g_str_has_suffix(other, one + 1) : g_str_has_suffix(one, other + 1);
}

/* "ana" counts for "ana+vip". */
static gboolean locals_agree(const char *one, gsize one_length, const char *other, gsize other_length)
{
    if (!one_length || !other_length)
        return TRUE;
    if (one_length > other_length)
        return locals_agree(other, other_length, one, one_length);
    return strncmp(one, other, one_length) == 0 &&
           (one_length == other_length || (other[one_length] == '+' && !memchr(one, '+', one_length)));
}

static gboolean forms_agree(const char *one_form, const char *other_form)
{
    g_autofree char *one = ch_address_fold(one_form);
    g_autofree char *other = ch_address_fold(other_form);
    const char *at_one = strrchr(one, '@'), *at_other = strrchr(other, '@');
    return domains_agree(at_one ? at_one + 1 : one, at_other ? at_other + 1 : other) &&
           locals_agree(one, at_one ? (gsize)(at_one - one) : 0, other,
                        at_other ? (gsize)(at_other - other) : 0);
}

static gboolean is_form(const Literal *literal, ChTestWhat what)
{
    const ChCondition *test = literal->test;
    return test->what == what && test->op == CH_OP_ADDRESS && !literal->negated && !test->list &&
           test->values && test->values->len <= VALUES_MAX && (!test->all || test->values->len == 1);
}

static gboolean addresses_clash(const Literal *literals, guint count)
{
    const Literal *last = &literals[count - 1];
    if (!is_form(last, last->test->what))
        return FALSE;
    for (guint i = 0; i + 1 < count; i++) {
        if (!is_form(&literals[i], last->test->what))
            continue;
        gboolean agree = FALSE;
        for (guint j = 0; j < literals[i].test->values->len && !agree; j++)
            for (guint k = 0; k < last->test->values->len && !agree; k++)
                agree = forms_agree(g_ptr_array_index(literals[i].test->values, j),
                                    g_ptr_array_index(last->test->values, k));
        if (!agree)
            return TRUE;
    }
    return FALSE;
}

static gboolean days_clash(const Literal *literals, guint count)
{
    guint days = 0x7f;
    for (guint i = 0; i < count; i++)
        if (literals[i].test->what == CH_TEST_WEEKDAY)
            days &= literals[i].negated ? ~literals[i].test->days : literals[i].test->days;
    return !days;
}

static gboolean includes(const ChCondition *test, guint minute)
{
    return test->to <= test->from ? minute >= test->from || minute < test->to
                                  : minute >= test->from && minute < test->to;
}

static gboolean times_clash(const Literal *literals, guint count)
{
    for (guint minute = 0; minute < DAY_MINUTES; minute++) {
        gboolean left = TRUE;
        for (guint i = 0; i < count && left; i++)
            left = literals[i].test->what != CH_TEST_TIME ||
                   includes(literals[i].test, minute) != literals[i].negated;
        if (left)
            return FALSE;
    }
    return TRUE;
}

/* "x and not x", whatever x is. */
static gboolean opposites(const Literal *one, const Literal *other)
{
    if (one->negated == other->negated || one->test->what != other->test->what ||
        one->test->op != other->test->op)
        return FALSE;
    g_autofree char *first = ch_condition_write(one->test);
    g_autofree char *second = ch_condition_write(other->test);
    return strcmp(first, second) == 0;
}

/* Whether the last of LITERALS leaves nothing that could hold. */
static gboolean last_clashes(const Literal *literals, guint count)
{
    const Literal *last = &literals[count - 1];
    for (guint i = 0; i + 1 < count; i++)
        if (opposites(&literals[i], last))
            return TRUE;
    switch (last->test->what) {
    case CH_TEST_ALL:
        return last->negated;
    case CH_TEST_FILE_SIZE:
    case CH_TEST_FILES:
    case CH_TEST_SIZE:
    case CH_TEST_SPAM:
    case CH_TEST_RATE:
        return numbers_clash(literals, count);
    case CH_TEST_WEEKDAY:
        return days_clash(literals, count);
    case CH_TEST_TIME:
        return times_clash(literals, count);
    case CH_TEST_FROM:
    case CH_TEST_DOMAIN:
        return addresses_clash(literals, count) || values_clash(literals, count);
    default:
        return (is_text(last->test->what) || is_word(last->test->what)) && values_clash(literals, count);
    }
}

/* The first of ALL's tests, from number FROM on, that clashes with those before it; NULL: none. */
static const ChCondition *first_clash(const Conjunction *all, guint from, const ChCondition **other)
{
    for (guint i = from; i < all->count; i++) {
        if (!last_clashes(all->literals, i + 1))
            continue;
        *other = NULL;
        for (guint j = 0; j < i && !*other; j++) {
            const Literal pair[] = {all->literals[j], all->literals[i]};
            if (last_clashes(pair, 2) && !last_clashes(pair + 1, 1))
                *other = pair[0].test;
        }
        return all->literals[i].test;
    }
    return NULL;
}

/* Whether none of the parts of CHOICE can hold beside ALL. */
static gboolean choice_clashes(Conjunction *all, const ChCondition *choice, gboolean negated)
{
    guint count = all->count, choices = all->choices->len;
    gboolean clashes = TRUE;
    for (guint i = 0; i < choice->children->len && clashes; i++) {
        const ChCondition *other;
        gather(all, g_ptr_array_index(choice->children, i), negated, 0);
        clashes = first_clash(all, count, &other) != NULL;
        all->count = count;
        g_ptr_array_set_size(all->choices, (gint)choices);
        g_array_set_size(all->negations, choices);
    }
    return clashes;
}

const ChCondition *ch_condition_contradiction(const ChCondition *condition, const ChCondition **other)
{
    Conjunction all = {.choices = g_ptr_array_new(),
                       .negations = g_array_new(FALSE, FALSE, sizeof(gboolean))};
    gather(&all, condition, FALSE, 0);
    *other = NULL;
    const ChCondition *found = first_clash(&all, 0, other);
    guint choices = all.choices->len;
    for (guint i = 0; i < choices && !found; i++)
        if (choice_clashes(&all, g_ptr_array_index(all.choices, i),
                           g_array_index(all.negations, gboolean, i)))
            found = g_ptr_array_index(all.choices, i);
    g_ptr_array_unref(all.choices);
    g_array_unref(all.negations);
    return found;
}
