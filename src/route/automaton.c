/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many literals sought in one pass over a text: Aho and Corasick's automaton, its edges in one hash table.
 * Which literals, and what it means that one stands there, is index.c's.
 */
#include "route/match_private.h"

#include <string.h>

typedef struct {
    guint32 fail; /* the state of its longest true suffix */
    guint32 out;  /* of outs, 0: none */
    guint32 link; /* the state on the way of fail, itself first, where a CONTAINS ends; 0: none */
} State;

/* A literal ends here: that makes ATOM true. */
typedef struct {
    guint32 atom, next;
    ChTestOp op;
} Out;

/* Where a state came from, until the automaton is sealed. */
typedef struct {
    guint32 parent, depth;
    guchar byte;
} Origin;

struct ChAutomaton {
    GArray *states;  /* of State; 0 is the root */
    GArray *outs;    /* of Out; 0 is none */
    GArray *origins; /* of Origin; NULL once it is sealed */
    GArray *passes;  /* of guint64, beside outs: the last pass in which the first out of a state was given */
    guint64 *keys;   /* state << 8 | byte, of slots; 0: free, for texts have no NUL */
    guint32 *targets;
    gsize slots, used; /* slots is a power of two */
    guint32 roots[256];
};

ChAutomaton *ch_automaton_new(void)
{
    ChAutomaton *automaton = g_new0(ChAutomaton, 1);
    automaton->states = g_array_new(FALSE, TRUE, sizeof(State));
    automaton->outs = g_array_new(FALSE, TRUE, sizeof(Out));
    automaton->origins = g_array_new(FALSE, TRUE, sizeof(Origin));
    automaton->passes = g_array_new(FALSE, TRUE, sizeof(guint64));
    g_array_set_size(automaton->states, 1);
    g_array_set_size(automaton->outs, 1);
    g_array_set_size(automaton->origins, 1);
    automaton->slots = 64;
    automaton->keys = g_new0(guint64, automaton->slots);
    automaton->targets = g_new0(guint32, automaton->slots);
    return automaton;
}

void ch_automaton_free(ChAutomaton *automaton)
{
    if (!automaton)
        return;
    g_array_unref(automaton->states);
    g_array_unref(automaton->outs);
    g_clear_pointer(&automaton->origins, g_array_unref);
    g_array_unref(automaton->passes);
    g_free(automaton->keys);
    g_free(automaton->targets);
    g_free(automaton);
}

static gsize slot_of(const ChAutomaton *automaton, guint64 key)
{
    gsize slot = (gsize)((key * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15)) >> 20) & (automaton->slots - 1);
    while (automaton->keys[slot] && automaton->keys[slot] != key)
        slot = (slot + 1) & (automaton->slots - 1);
    return slot;
}

/* The state after STATE by BYTE; 0: there is none. */
static guint32 step(const ChAutomaton *automaton, guint32 state, guchar byte)
{
    if (state == 0)
        return automaton->roots[byte];
    gsize slot = slot_of(automaton, (guint64)state << 8 | byte);
    return automaton->keys[slot] ? automaton->targets[slot] : 0;
}

static void put(ChAutomaton *automaton, guint64 key, guint32 target)
{
    gsize slot = slot_of(automaton, key);
    automaton->keys[slot] = key;
    automaton->targets[slot] = target;
    automaton->used++;
}

static void grow(ChAutomaton *automaton)
{
    g_autofree guint64 *keys = automaton->keys;
    g_autofree guint32 *targets = automaton->targets;
    gsize slots = automaton->slots;
    automaton->slots *= 2;
    automaton->used = 0;
    automaton->keys = g_new0(guint64, automaton->slots);
    automaton->targets = g_new0(guint32, automaton->slots);
    for (gsize i = 0; i < slots; i++)
        if (keys[i])
            put(automaton, keys[i], targets[i]);
}

static guint32 add_state(ChAutomaton *automaton, guint32 parent, guchar byte)
{
    guint32 state = automaton->states->len;
    const Origin origin = {parent, g_array_index(automaton->origins, Origin, parent).depth + 1, byte};
    g_array_set_size(automaton->states, state + 1);
    g_array_append_val(automaton->origins, origin);
    if (parent == 0) {
        automaton->roots[byte] = state;
        return state;
    }
    if (automaton->used * 5 >= automaton->slots * 3)
        grow(automaton);
    put(automaton, (guint64)parent << 8 | byte, state);
    return state;
}

void ch_automaton_add(ChAutomaton *automaton, const char *literal, ChTestOp op, guint atom)
{
    guint32 state = 0;
    for (const guchar *at = (const guchar *)literal; *at; at++) {
        guint32 next = step(automaton, state, *at);
        state = next ? next : add_state(automaton, state, *at);
    }
    State *end = &g_array_index(automaton->states, State, state);
    const Out out = {atom, end->out, op};
    g_array_append_val(automaton->outs, out);
    end->out = automaton->outs->len - 1;
}

/* Whether a CONTAINS ends at STATE itself. */
static gboolean has_contains(const ChAutomaton *automaton, const State *state)
{
    for (guint32 out = state->out; out; out = g_array_index(automaton->outs, Out, out).next)
        if (g_array_index(automaton->outs, Out, out).op == CH_OP_CONTAINS)
            return TRUE;
    return FALSE;
}

static void connect_state(ChAutomaton *automaton, guint32 number)
{
    const Origin *origin = &g_array_index(automaton->origins, Origin, number);
    State *states = (State *)automaton->states->data, *state = &states[number];
    guint32 back = origin->parent, found = 0;
    while (back && !found) {
        back = states[back].fail;
        found = step(automaton, back, origin->byte);
    }
    state->fail = found;
    state->link = has_contains(automaton, state) ? number : states[found].link;
}

/* The states, those nearer to the root first. */
static guint32 *by_depth(const ChAutomaton *automaton)
{
    guint count = automaton->states->len;
    const Origin *origins = (const Origin *)automaton->origins->data;
    guint32 deepest = 0;
    for (guint i = 0; i < count; i++)
        deepest = MAX(deepest, origins[i].depth);
    g_autofree guint32 *starts = g_new0(guint32, (gsize)deepest + 2);
    for (guint i = 0; i < count; i++)
        starts[origins[i].depth + 1]++;
    for (guint i = 0; i <= deepest; i++)
        starts[i + 1] += starts[i];
    guint32 *sorted = g_new(guint32, count);
    for (guint i = 0; i < count; i++)
        sorted[starts[origins[i].depth]++] = i;
    return sorted;
}

void ch_automaton_seal(ChAutomaton *automaton)
{
    g_autofree guint32 *sorted = by_depth(automaton);
    for (guint i = 1; i < automaton->states->len; i++) /* the first is the root */
        connect_state(automaton, sorted[i]);
    g_clear_pointer(&automaton->origins, g_array_unref);
    g_array_set_size(automaton->passes, automaton->outs->len);
}

static void give(const ChAutomaton *automaton, guint32 state, ChTestOp op, ChAtomFunc found, gpointer data)
{
    guint32 number = g_array_index(automaton->states, State, state).out;
    while (number) {
        const Out *out = &g_array_index(automaton->outs, Out, number);
        if (out->op == op)
            found(out->atom, data);
        number = out->next;
    }
}

/* What begins TEXT, and what is the whole of it: the way from the root without leaving it. */
static void scan_begin(const ChAutomaton *automaton, const char *text, ChAtomFunc found, gpointer data)
{
    guint32 state = 0;
    const guchar *at = (const guchar *)text;
    give(automaton, state, CH_OP_BEGINS, found, data);
    while (*at && (state = step(automaton, state, *at))) {
        give(automaton, state, CH_OP_BEGINS, found, data);
        at++;
    }
    if (!*at)
        give(automaton, state, CH_OP_IS, found, data);
}

static void scan_end(const ChAutomaton *automaton, guint32 state, ChAtomFunc found, gpointer data)
{
    for (; state; state = g_array_index(automaton->states, State, state).fail)
        give(automaton, state, CH_OP_ENDS, found, data);
    give(automaton, 0, CH_OP_ENDS, found, data);
}

void ch_automaton_scan(ChAutomaton *automaton, const char *text, guint64 pass, ChAtomFunc found,
                       gpointer data)
{
    const State *states = (const State *)automaton->states->data;
    guint64 *passes = (guint64 *)automaton->passes->data;
    guint32 state = 0;
    scan_begin(automaton, text, found, data);
    give(automaton, 0, CH_OP_CONTAINS, found, data);
    for (const guchar *at = (const guchar *)text; *at; at++) {
        guint32 next = step(automaton, state, *at);
        while (!next && state) {
            state = states[state].fail;
            next = step(automaton, state, *at);
        }
        state = next;
        /* Where the first was given in this pass, so were those behind it. */
        for (guint32 end = states[state].link; end && passes[states[end].out] != pass;
             end = states[states[end].fail].link) {
            passes[states[end].out] = pass;
            give(automaton, end, CH_OP_CONTAINS, found, data);
        }
    }
    scan_end(automaton, state, found, data);
}
