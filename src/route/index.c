/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The literals and addresses of all rules, looked for in one pass over a mail instead of rule by rule; and
 * which rules can hold at all then. An "atom" is such a thing that is true or not: a test's literals, one
 * literal of an "all of", what an expression needs. What single tests mean is in tests.c, which must agree.
 */
#include "route/match_private.h"

#include "base/fold.h"

#include <string.h>

/* How good a thing is to choose rules by: an address is better than any word. */
#define ADDRESS_WEIGHT 64
/* Stands in no address. */
#define WHOLE "\n"

typedef struct {
    guint32 atom, next;
} FormOut;

/* Addresses or domains, by their forms. */
typedef struct {
    GHashTable *by_form; /* char * to the first of outs; WHOLE before one that is the whole address */
} Forms;

struct ChIndex {
    ChAutomaton *texts[CH_TEST_FILE_TYPE + 1]; /* by ChTestWhat; NULL: no test asks */
    GHashTable *headers;                       /* lower-case name to ChAutomaton */
    Forms forms[CH_TEST_DOMAIN + 1];           /* by ChTestWhat */
    GArray *form_outs;                         /* of FormOut; 0 is none */
    GPtrArray *states;                         /* of ChTestState: those of all tests */
    GHashTable *lists;                         /* what a test asks of a list, to its atom + 1 */
    GArray *weights;                           /* of guint, for each atom */
    guint atoms;

    guint count;          /* rules */
    GArray *waiting;      /* of Waiting, by atom: the rules that an atom makes possible */
    guint *firsts;        /* of each atom, in waiting */
    guint64 *always;      /* rules (bits) that no atom can rule out */
    guint64 *candidates;  /* rules that may hold for the mail at hand */
    guint64 *true_atoms;  /* of the mail at hand */
    GArray *found;        /* of guint: which of them are true */
    GHashTable *of_files; /* those of single files: file * atoms + atom + 1 */
    guint file;           /* being scanned */
    gboolean has_file;
    guint64 turn;
};

typedef struct {
    guint atom, rule;
} Waiting;

static gsize words_for(guint bits)
{
    return bits / 64 + 1;
}

static gboolean bit(const guint64 *set, guint number)
{
    return set[number / 64] >> (number % 64) & 1;
}

static void set_bit(guint64 *set, guint number)
{
    set[number / 64] |= G_GUINT64_CONSTANT(1) << (number % 64);
}

static guint new_atom(ChIndex *index, guint weight)
{
    g_array_append_val(index->weights, weight);
    return index->atoms++;
}

static ChAutomaton *automaton_for(ChIndex *index, const ChCondition *test)
{
    if (test->what != CH_TEST_HEADER) {
        if (!index->texts[test->what])
            index->texts[test->what] = ch_automaton_new();
        return index->texts[test->what];
    }
    g_autofree char *name = g_ascii_strdown(test->header, -1);
    ChAutomaton *automaton = g_hash_table_lookup(index->headers, name);
    if (!automaton) {
        automaton = ch_automaton_new();
        g_hash_table_insert(index->headers, g_steal_pointer(&name), automaton);
    }
    return automaton;
}

static gboolean is_of_address(const ChCondition *test)
{
    return test->what >= CH_TEST_FROM && test->what <= CH_TEST_DOMAIN;
}

/* VALUE of TEST makes ATOM true. */
static void add_form(ChIndex *index, const ChCondition *test, const char *value, guint atom)
{
    g_autofree char *folded = ch_address_fold(value);
    g_autofree char *key = g_strconcat(test->op == CH_OP_IS ? WHOLE : "", folded, NULL);
    GHashTable *by_form = index->forms[test->what].by_form;
    FormOut out = {atom, GPOINTER_TO_UINT(g_hash_table_lookup(by_form, key))};
    g_array_append_val(index->form_outs, out);
    g_hash_table_insert(by_form, g_steal_pointer(&key), GUINT_TO_POINTER(index->form_outs->len - 1));
}

static void add_value(ChIndex *index, const ChCondition *test, const char *value, guint atom)
{
    if (is_of_address(test)) {
        add_form(index, test, value, atom);
        return;
    }
    g_autofree char *literal = ch_fold(value, strlen(value));
    ch_automaton_add(automaton_for(index, test), literal, test->op, atom);
}

static guint weight_of(const ChCondition *test, const char *value)
{
    return is_of_address(test) ? ADDRESS_WEIGHT : (guint)MIN(strlen(value), ADDRESS_WEIGHT);
}

/* The atom of the list of TEST, which other tests may ask the same of. */
static guint list_atom(ChIndex *index, const ChCondition *test)
{
    g_autofree char *key = g_strdup_printf("%d %d %s %s", test->what, test->op,
                                           test->header ? test->header : "", ch_rule_list_path(test->list));
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(index->lists, key));
    if (known)
        return known - 1;
    guint atom = new_atom(index, is_of_address(test) ? ADDRESS_WEIGHT : 1);
    for (guint i = 0; i < ch_rule_list_count(test->list); i++)
        add_value(index, test, ch_rule_list_entry(test->list, i), atom);
    if (!is_of_address(test))
        automaton_for(index, test); /* there, though the list be empty */
    g_hash_table_insert(index->lists, g_steal_pointer(&key), GUINT_TO_POINTER(atom + 1));
    return atom;
}

/* One atom for all values of TEST, or, with "all of", one for each. */
static void add_literals(ChIndex *index, const ChCondition *test, ChTestState *state)
{
    guint values = test->values ? test->values->len : 0;
    state->count = test->list || !test->all ? 1 : values;
    state->atoms = g_new(guint, MAX(state->count, 1));
    if (test->list) {
        state->atoms[0] = list_atom(index, test);
        return;
    }
    guint least = ADDRESS_WEIGHT;
    for (guint i = 0; i < values; i++)
        least = MIN(least, weight_of(test, g_ptr_array_index(test->values, i)));
    for (guint i = 0; i < state->count; i++)
        state->atoms[i] =
            new_atom(index, test->all ? weight_of(test, g_ptr_array_index(test->values, i)) : least);
    for (guint i = 0; i < values; i++)
        add_value(index, test, g_ptr_array_index(test->values, i), state->atoms[test->all ? i : 0]);
}

static void add_needs(ChIndex *index, const ChCondition *test, ChTestState *state)
{
    const char *const *needs = ch_regex_needs(test->regex);
    if (!needs || is_of_address(test))
        return;
    guint least = ADDRESS_WEIGHT;
    for (const char *const *need = needs; *need; need++)
        least = MIN(least, (guint)strlen(*need));
    state->count = 1;
    state->atoms = g_new(guint, 1);
    state->atoms[0] = new_atom(index, least);
    for (const char *const *need = needs; *need; need++)
        ch_automaton_add(automaton_for(index, test), *need, CH_OP_CONTAINS, state->atoms[0]);
}

static gboolean has_literals(const ChCondition *test)
{
    gboolean of_text = test->what >= CH_TEST_SUBJECT && test->what <= CH_TEST_FILE_TYPE;
    return (of_text || is_of_address(test)) && test->op != CH_OP_EXISTS && test->op != CH_OP_MATCHES;
}

static void add_test(ChIndex *index, ChCondition *test)
{
    ChTestState *state = g_new0(ChTestState, 1);
    g_ptr_array_add(index->states, state);
    test->index = state;
    if (has_literals(test))
        add_literals(index, test, state);
    else if (test->op == CH_OP_MATCHES)
        add_needs(index, test, state);
}

static void add_condition(ChIndex *index, ChCondition *condition)
{
    if (condition->kind == CH_CONDITION_TEST)
        add_test(index, condition);
    for (guint i = 0; condition->children && i < condition->children->len; i++)
        add_condition(index, g_ptr_array_index(condition->children, i));
}

/* Of two sets of atoms the better one to choose by: the smaller, or the one with the longer words. Takes
 * both; NULL is a set that says nothing. */
static GArray *better(const ChIndex *index, GArray *a, GArray *b)
{
    GArray *sets[] = {a, b};
    guint worst[2] = {0};
    for (guint i = 0; i < 2; i++)
        for (guint j = 0; sets[i] && j < sets[i]->len; j++) {
            guint weight = g_array_index(index->weights, guint, g_array_index(sets[i], guint, j));
            worst[i] = j ? MIN(worst[i], weight) : weight;
        }
    gboolean first = !b || (a && (worst[0] > worst[1] || (worst[0] == worst[1] && a->len <= b->len)));
    if (first && b)
        g_array_unref(b);
    else if (!first && a)
        g_array_unref(a);
    return first ? a : b;
}

static GArray *atoms_for(const ChIndex *index, const ChCondition *condition);

static GArray *atoms_of_test(const ChIndex *index, const ChCondition *test)
{
    const ChTestState *state = test->index;
    if (!state->count)
        return NULL;
    guint best = state->atoms[0];
    for (guint i = 1; i < state->count; i++) /* each must be true: any will do */
        if (g_array_index(index->weights, guint, state->atoms[i]) >
            g_array_index(index->weights, guint, best))
            best = state->atoms[i];
    GArray *atoms = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(atoms, best);
    return atoms;
}

static GArray *atoms_of_or(const ChIndex *index, const GPtrArray *children)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < children->len; i++) {
        g_autoptr(GArray) atoms = atoms_for(index, g_ptr_array_index(children, i));
        if (!atoms)
            return NULL;
        g_array_append_vals(all, atoms->data, atoms->len);
    }
    return g_steal_pointer(&all);
}

/* Atoms one of which is true wherever CONDITION is not NO; NULL: none are known. Of guint, the caller's. */
static GArray *atoms_for(const ChIndex *index, const ChCondition *condition)
{
    GArray *atoms = NULL;
    switch (condition->kind) {
    case CH_CONDITION_TEST:
        return atoms_of_test(index, condition);
    case CH_CONDITION_AND:
        for (guint i = 0; i < condition->children->len; i++)
            atoms = better(index, atoms, atoms_for(index, g_ptr_array_index(condition->children, i)));
        return atoms;
    case CH_CONDITION_OR:
        return atoms_of_or(index, condition->children);
    default:
        return NULL;
    }
}

static gint compare_waiting(gconstpointer a, gconstpointer b)
{
    const Waiting *first = a, *second = b;
    return first->atom != second->atom ? (first->atom < second->atom ? -1 : 1)
                                       : (first->rule > second->rule) - (first->rule < second->rule);
}

static void add_rules(ChIndex *index, const ChRules *rules)
{
    for (guint i = 0; i < rules->rules->len; i++) {
        const ChRule *rule = g_ptr_array_index(rules->rules, i);
        g_autoptr(GArray) atoms = atoms_for(index, rule->condition);
        if (!atoms)
            set_bit(index->always, i);
        for (guint j = 0; atoms && j < atoms->len; j++) {
            const Waiting waiting = {g_array_index(atoms, guint, j), i};
            g_array_append_val(index->waiting, waiting);
        }
    }
    g_array_sort(index->waiting, compare_waiting);
    index->firsts = g_new0(guint, (gsize)index->atoms + 1);
    for (guint i = 0; i < index->waiting->len; i++)
        index->firsts[g_array_index(index->waiting, Waiting, i).atom + 1]++;
    for (guint i = 0; i < index->atoms; i++)
        index->firsts[i + 1] += index->firsts[i];
}

static void seal(ChIndex *index)
{
    for (guint i = 0; i < G_N_ELEMENTS(index->texts); i++)
        if (index->texts[i])
            ch_automaton_seal(index->texts[i]);
    GHashTableIter iter;
    gpointer automaton;
    g_hash_table_iter_init(&iter, index->headers);
    while (g_hash_table_iter_next(&iter, NULL, &automaton))
        ch_automaton_seal(automaton);
}

static void state_free(gpointer pointer)
{
    ChTestState *state = pointer;
    g_free(state->atoms);
    g_free(state);
}

ChIndex *ch_index_new(const ChRules *rules)
{
    ChIndex *index = g_new0(ChIndex, 1);
    index->count = rules->rules->len;
    index->headers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)ch_automaton_free);
    for (guint i = CH_TEST_FROM; i <= CH_TEST_DOMAIN; i++)
        index->forms[i].by_form = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    index->form_outs = g_array_new(FALSE, TRUE, sizeof(FormOut));
    g_array_set_size(index->form_outs, 1);
    index->states = g_ptr_array_new_with_free_func(state_free);
    index->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    index->weights = g_array_new(FALSE, FALSE, sizeof(guint));
    index->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    index->found = g_array_new(FALSE, FALSE, sizeof(guint));
    index->of_files = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < index->count; i++)
        add_condition(index, ((const ChRule *)g_ptr_array_index(rules->rules, i))->condition);
    index->always = g_new0(guint64, words_for(index->count));
    index->candidates = g_new0(guint64, words_for(index->count));
    index->true_atoms = g_new0(guint64, words_for(index->atoms));
    add_rules(index, rules);
    seal(index);
    return index;
}

void ch_index_free(ChIndex *index)
{
    if (!index)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(index->texts); i++)
        ch_automaton_free(index->texts[i]);
    g_hash_table_unref(index->headers);
    for (guint i = CH_TEST_FROM; i <= CH_TEST_DOMAIN; i++)
        g_hash_table_unref(index->forms[i].by_form);
    g_array_unref(index->form_outs);
    g_ptr_array_unref(index->states);
    g_hash_table_unref(index->lists);
    g_array_unref(index->weights);
    g_array_unref(index->waiting);
    g_array_unref(index->found);
    g_hash_table_unref(index->of_files);
    g_free(index->firsts);
    g_free(index->always);
    g_free(index->candidates);
    g_free(index->true_atoms);
    g_free(index);
}

guint64 ch_index_turn(ChIndex *index)
{
    return ++index->turn;
}

static gpointer file_key(const ChIndex *index, guint file, guint atom)
{
    return GSIZE_TO_POINTER((gsize)file * index->atoms + atom + 1);
}

/* ATOM is true of the mail, or of the file that is being scanned. */
static void found_atom(guint atom, gpointer data)
{
    ChIndex *index = data;
    if (index->has_file)
        g_hash_table_add(index->of_files, file_key(index, index->file, atom));
    if (bit(index->true_atoms, atom))
        return;
    set_bit(index->true_atoms, atom);
    g_array_append_val(index->found, atom);
    for (guint i = index->firsts[atom]; i < index->firsts[atom + 1]; i++)
        set_bit(index->candidates, g_array_index(index->waiting, Waiting, i).rule);
}

typedef struct {
    ChIndex *index;
    GHashTable *by_form;
} FormScan;

static void found_form(const char *form, gpointer data)
{
    const FormScan *scan = data;
    guint out = GPOINTER_TO_UINT(g_hash_table_lookup(scan->by_form, form));
    while (out) {
        const FormOut *entry = &g_array_index(scan->index->form_outs, FormOut, out);
        found_atom(entry->atom, scan->index);
        out = entry->next;
    }
}

static void scan_address(ChIndex *index, ChTestWhat what, const char *address)
{
    FormScan scan = {index, index->forms[what].by_form};
    if (g_hash_table_size(scan.by_form) == 0 || !*address)
        return;
    (what == CH_TEST_DOMAIN ? ch_domain_each_form : ch_address_each_form)(address, found_form, &scan);
    g_autofree char *whole = g_strconcat(WHOLE, address, NULL);
    found_form(whole, &scan);
}

static void scan_texts(ChIndex *index, ChAutomaton *automaton, const GPtrArray *texts, guint64 pass)
{
    for (guint i = 0; automaton && texts && i < texts->len; i++)
        ch_automaton_scan(automaton, ch_text_fold(g_ptr_array_index(texts, i)), pass, found_atom, index);
}

static void scan_headers(ChIndex *index, const ChTexts *texts, guint64 pass)
{
    GHashTable *fewer = g_hash_table_size(index->headers) < g_hash_table_size(texts->headers)
                            ? index->headers
                            : texts->headers;
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, fewer);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        scan_texts(index, g_hash_table_lookup(index->headers, name),
                   g_hash_table_lookup(texts->headers, name), pass);
}

static void scan_files(ChIndex *index, const ChTexts *texts)
{
    index->has_file = TRUE;
    for (index->file = 0; index->file < texts->files; index->file++) {
        guint64 pass = ch_index_turn(index); /* what one file has, another may have too */
        scan_texts(index, index->texts[CH_TEST_FILE_NAME], g_ptr_array_index(texts->file_names, index->file),
                   pass);
        scan_texts(index, index->texts[CH_TEST_FILE_TYPE], g_ptr_array_index(texts->file_types, index->file),
                   pass);
    }
    index->has_file = FALSE;
}

static void forget(ChIndex *index)
{
    for (guint i = 0; i < index->found->len; i++)
        index->true_atoms[g_array_index(index->found, guint, i) / 64] = 0;
    g_array_set_size(index->found, 0);
    g_hash_table_remove_all(index->of_files);
    memcpy(index->candidates, index->always, words_for(index->count) * sizeof(guint64));
}

void ch_index_scan(ChIndex *index, const ChTexts *texts)
{
    forget(index);
    guint64 pass = ch_index_turn(index);
    scan_texts(index, index->texts[CH_TEST_SUBJECT], texts->subject, pass);
    scan_texts(index, index->texts[CH_TEST_BODY], texts->body, pass);
    scan_texts(index, index->texts[CH_TEST_COMPANY], texts->company, pass);
    scan_headers(index, texts, pass);
    scan_files(index, texts);
    for (ChTestWhat what = CH_TEST_FROM; what <= CH_TEST_RECIPIENT; what++) {
        const GPtrArray *addresses = ch_texts_addresses(texts, what);
        for (guint i = 0; i < addresses->len; i++)
            scan_address(index, what, g_ptr_array_index(addresses, i));
    }
    scan_address(index, CH_TEST_DOMAIN, texts->domain);
}

gboolean ch_index_holds(const ChIndex *index, const ChCondition *test, guint file)
{
    const ChTestState *state = test->index;
    gboolean of_file = ch_test_is_of_file(test);
    for (guint i = 0; i < state->count; i++)
        if (of_file ? !g_hash_table_contains(index->of_files, file_key(index, file, state->atoms[i]))
                    : !bit(index->true_atoms, state->atoms[i]))
            return FALSE;
    return TRUE;
}

guint ch_index_next(const ChIndex *index, guint number)
{
    while (number < index->count) {
        guint64 rest = index->candidates[number / 64] >> (number % 64);
        if (rest)
            return MIN(number + (guint)__builtin_ctzll(rest), index->count);
        number = (number / 64 + 1) * 64;
    }
    return index->count;
}
