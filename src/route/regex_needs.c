/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a text must hold for a regular expression to match it: "pedido" for /pedido\s+(\d+)/, "urgente" or
 * "parado" for /\b(urgente|parado)\b/. Most expressions need not be tried on most texts then. Whatever is not
 * understood here needs nothing, which is never wrong.
 */
#include "route/rules_private.h"

#include <string.h>

/* Alternatives of one expression; bytes of one literal. */
#define LITERALS_MAX 64
#define LENGTH_MAX   64
#define DEPTH_MAX    16

typedef struct {
    const char *at;
    guint depth;
    gboolean lost; /* something stands there that is not understood */
} Reader;

static GPtrArray *read_alternatives(Reader *reader);

/* Of two sets of literals, each of which is needed, the better one to look for: whose shortest is longest.
 * Takes both; NULL is a set that says nothing. */
static GPtrArray *better(GPtrArray *a, GPtrArray *b)
{
    GPtrArray *sets[] = {a, b};
    gsize shortest[2] = {0};
    for (guint i = 0; i < 2; i++)
        for (guint j = 0; sets[i] && j < sets[i]->len; j++) {
            gsize length = strlen(g_ptr_array_index(sets[i], j));
            shortest[i] = j ? MIN(shortest[i], length) : length;
        }
    guint worse = shortest[0] >= shortest[1];
    g_clear_pointer(&sets[worse], g_ptr_array_unref);
    return sets[!worse];
}

/* RUN as a set of its own, where it has anything; it is empty afterwards. */
static GPtrArray *end_run(GString *run, GPtrArray *best)
{
    if (run->len == 0)
        return best;
    GPtrArray *set = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(set, g_strndup(run->str, MIN(run->len, LENGTH_MAX)));
    g_string_truncate(run, 0);
    return better(best, set);
}

/* Steps over the quantifier at the reader, where there is one (*THERE). FALSE: it allows none at all. */
static gboolean read_quantifier(Reader *reader, gboolean *there)
{
    const char *at = reader->at;
    gboolean needed = TRUE;
    gsize digits = *at == '{' ? strspn(at + 1, "0123456789,") : 0;
    *there = (*at && strchr("?*+", *at)) || (digits && at[1 + digits] == '}');
    if (!*there)
        return TRUE;
    if (*at == '{') {
        needed = g_ascii_strtoull(at + 1, NULL, 10) > 0;
        at += 1 + digits;
    } else
        needed = *at == '+';
    at++;
    reader->at = at + (*at == '?' || *at == '+');
    return needed;
}

/* The group at the reader; what it needs, or NULL. */
static GPtrArray *read_group(Reader *reader)
{
    const char *at = reader->at + 1;
    gboolean around = FALSE;
    if (*at == '?') {
        if (at[1] == ':')
            at += 2;
        else if (strchr("=!", at[1]) || (at[1] == '<' && strchr("=!", at[2]))) {
            around = TRUE;
            at += at[1] == '<' ? 3 : 2;
        } else if (at[1] == '<' || at[1] == '\'' || (at[1] == 'P' && at[2] == '<')) {
            const char *end = strpbrk(at + (at[1] == 'P' ? 3 : 2), ">'");
            at = end ? end + 1 : at + strlen(at);
        } else
            reader->lost = TRUE; /* options, comments, conditions, recursion */
    }
    reader->at = at;
    GPtrArray *needs = NULL;
    if (!reader->lost && ++reader->depth <= DEPTH_MAX)
        needs = read_alternatives(reader);
    else
        reader->lost = TRUE;
    reader->depth--;
    if (*reader->at == ')')
        reader->at++;
    else
        reader->lost = TRUE;
    if (around)
        g_clear_pointer(&needs, g_ptr_array_unref);
    return needs;
}

/* The character that the reader is at, if it is one that folding (ch_fold) leaves alone but for its case; 0
 * for anything else that takes one place, or none. */
static char read_one(Reader *reader)
{
    char c = *reader->at;
    if (c == '[') {
        reader->at = ch_regex_item_end(reader->at);
        return 0;
    }
    if (c == '\\') {
        c = reader->at[1];
        if (g_ascii_isalnum(c) && !strchr("dDwWsSbBAzZhHvVRNXnrtfe", c))
            reader->lost = TRUE; /* a code, a property, a reference, a quotation */
        if ((c == 'N' && reader->at[2] == '{') || c == '\0')
            reader->lost = TRUE;
        if (c == '\0')
            return 0;
        reader->at += (guchar)c < 0x80 ? 2 : (gsize)(g_utf8_next_char(reader->at + 1) - reader->at);
        return g_ascii_isgraph(c) && !g_ascii_isalnum(c) && c != '`' ? c : 0;
    }
    reader->at = g_utf8_next_char(reader->at);
    return g_ascii_isgraph(c) && !strchr("`.^$*+?{", c) ? g_ascii_tolower(c) : 0;
}

/* One alternative: the best of what its items need. */
static GPtrArray *read_sequence(Reader *reader)
{
    g_autoptr(GString) run = g_string_new(NULL);
    GPtrArray *best = NULL;
    while (*reader->at && !strchr("|)", *reader->at) && !reader->lost) {
        gboolean group = *reader->at == '(', quantified;
        GPtrArray *needs = group ? read_group(reader) : NULL;
        char c = group ? 0 : read_one(reader);
        gboolean needed = read_quantifier(reader, &quantified);
        if (needs && !needed)
            g_clear_pointer(&needs, g_ptr_array_unref);
        if (c && needed)
            g_string_append_c(run, c);
        if (!c || quantified)
            best = end_run(run, best);
        best = needs ? better(best, needs) : best;
    }
    return end_run(run, best);
}

/* "a|b|c", to its end or a ")": what each of them needs, together; NULL where one of them needs nothing. */
static GPtrArray *read_alternatives(Reader *reader)
{
    GPtrArray *all = read_sequence(reader);
    while (*reader->at == '|' && !reader->lost) {
        reader->at++;
        g_autoptr(GPtrArray) more = read_sequence(reader);
        if (!all || !more || all->len + more->len > LITERALS_MAX) {
            g_clear_pointer(&all, g_ptr_array_unref);
            continue;
        }
        g_ptr_array_extend(all, more, (GCopyFunc)(void (*)(void))g_strdup, NULL);
    }
    return all;
}

char **ch_regex_find_needs(const char *source, const char *flags)
{
    if (strchr(flags, 'x')) /* white space and comments */
        return NULL;
    Reader reader = {.at = source};
    g_autoptr(GPtrArray) needs = read_alternatives(&reader);
    if (!needs || reader.lost || *reader.at)
        return NULL;
    g_ptr_array_set_free_func(needs, NULL);
    g_ptr_array_add(needs, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&needs), FALSE);
}
