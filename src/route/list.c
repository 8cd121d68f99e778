/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists in files: one entry a line. Files are read by rules.c; what an entry must look like, forms.c knows.
 */
#include "route/compile.h"

#include <string.h>

struct ChRuleList {
    gint references;
    char *path;
    GPtrArray *entries; /* of char * */
    GPtrArray *folded;  /* of char *, of the same index */
    GArray *lines;      /* of guint */
    GHashTable *set;    /* of folded, borrowed */
};

static ChRuleList *new_list(const char *path)
{
    ChRuleList *list = g_new0(ChRuleList, 1);
    list->references = 1;
    list->path = g_strdup(path);
    list->entries = g_ptr_array_new_with_free_func(g_free);
    list->folded = g_ptr_array_new_with_free_func(g_free);
    list->lines = g_array_new(FALSE, FALSE, sizeof(guint));
    list->set = g_hash_table_new(g_str_hash, g_str_equal);
    return list;
}

/* The part of the line from START to END that is no comment and no white space at the ends. */
static void trim(const char **start, const char **end)
{
    for (const char *at = *start; at < *end; at++)
        if (*at == '#' && (at == *start || at[-1] == ' ' || at[-1] == '\t'))
            *end = at;
    while (*start < *end && g_ascii_isspace(**start))
        (*start)++;
    while (*start < *end && g_ascii_isspace((*end)[-1]))
        (*end)--;
}

static void complain(const ChRuleSource *source, const ChPlace *place, GPtrArray *messages, guint *errors,
                     const char *message)
{
    if (*errors >= CH_RULE_ERRORS_MAX)
        return;
    (*errors)++;
    g_autofree char *line = ch_rule_source_line(source, place->line);
    ch_rule_complain(messages, FALSE, place, line, "%s", message);
}

/* Line NUMBER of SOURCE, from START to END, as an entry. FALSE: there are too many. */
static gboolean add_line(ChRuleList *list, const ChRuleSource *source, guint number, const char *start,
                         const char *end, ChListKind kind, GPtrArray *messages, guint *errors)
{
    const char *line = start, *expected;
    trim(&start, &end);
    if (start == end)
        return TRUE;
    g_autofree char *entry = g_strndup(start, (gsize)(end - start));
    const ChPlace place = {source->name, number, 1 + (guint)g_utf8_strlen(line, start - line),
                           (guint)g_utf8_strlen(entry, -1)};
    if (list->entries->len == CH_RULE_LIST_MAX) {
        g_autofree char *message =
            g_strdup_printf("found more than %d entries, expected fewer", CH_RULE_LIST_MAX);
        complain(source, &place, messages, errors, message);
        return FALSE;
    }
    if (!ch_form_of_list(kind, &expected)(entry)) {
        g_autofree char *message = g_strdup_printf("found '%.*s', expected %s", 200, entry, expected);
        g_autofree char *valid = g_utf8_make_valid(message, -1); /* cut in a character */
        complain(source, &place, messages, errors, valid);
        return TRUE;
    }
    char *folded = ch_form_fold(kind, entry);
    g_ptr_array_add(list->entries, g_steal_pointer(&entry));
    g_ptr_array_add(list->folded, folded);
    g_array_append_val(list->lines, number);
    g_hash_table_add(list->set, folded);
    return TRUE;
}

ChRuleList *ch_rule_list_new(const ChRuleSource *source, const char *path, ChListKind kind,
                             GPtrArray *messages, guint *errors)
{
    ChRuleList *list = new_list(path);
    for (guint i = 0; i < source->lines->len; i++) {
        const char *start = source->text + g_array_index(source->lines, gsize, i);
        const char *end = i + 1 < source->lines->len
                              ? source->text + g_array_index(source->lines, gsize, i + 1)
                              : source->text + source->length;
        if (!add_line(list, source, i + 1, start, end, kind, messages, errors))
            break;
    }
    return list;
}

ChRuleList *ch_rule_list_ref(ChRuleList *list)
{
    g_atomic_int_inc(&list->references);
    return list;
}

void ch_rule_list_unref(ChRuleList *list)
{
    if (!list || !g_atomic_int_dec_and_test(&list->references))
        return;
    g_hash_table_unref(list->set);
    g_ptr_array_unref(list->entries);
    g_ptr_array_unref(list->folded);
    g_array_unref(list->lines);
    g_free(list->path);
    g_free(list);
}

guint ch_rule_list_count(const ChRuleList *list)
{
    return list->entries->len;
}

const char *ch_rule_list_entry(const ChRuleList *list, guint number)
{
    return g_ptr_array_index(list->entries, number);
}

const char *ch_rule_list_folded(const ChRuleList *list, guint number)
{
    return g_ptr_array_index(list->folded, number);
}

guint ch_rule_list_line(const ChRuleList *list, guint number)
{
    return g_array_index(list->lines, guint, number);
}

gboolean ch_rule_list_has(const ChRuleList *list, const char *folded)
{
    return g_hash_table_contains(list->set, folded);
}

const char *ch_rule_list_path(const ChRuleList *list)
{
    return list->path;
}
