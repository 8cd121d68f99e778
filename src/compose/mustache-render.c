/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills compiled templates in: values, contexts, escaping, bounds. mustache.c compiles them. */
#include "compose/mustache_private.h"

#include "base/error.h"

#include <string.h>

struct ChValue {
    ChValueKind kind;
    guint name; /* in the map that it belongs to */
    const char *string;
    char *owned;           /* string, where it is ours */
    ChValue *first, *last; /* of a list or map */
    ChValue *next;
};

ChValue *ch_value_new(void)
{
    ChValue *value = g_new0(ChValue, 1);
    value->kind = CH_VALUE_MAP;
    return value;
}

void ch_value_free(ChValue *value)
{
    while (value) {
        ChValue *next = value->next;
        ch_value_free(value->first);
        g_free(value->owned);
        g_free(value);
        value = next;
    }
}

ChValue *ch_value_add(ChValue *parent, guint name, ChValueKind kind)
{
    ChValue *value = g_new0(ChValue, 1);
    value->kind = kind;
    value->name = name;
    if (parent->last)
        parent->last->next = value;
    else
        parent->first = value;
    parent->last = value;
    return value;
}

void ch_value_add_string(ChValue *parent, guint name, const char *string)
{
    ch_value_add(parent, name, CH_VALUE_STRING)->string = string ? string : "";
}

void ch_value_take_string(ChValue *parent, guint name, char *string)
{
    ChValue *value = ch_value_add(parent, name, CH_VALUE_STRING);
    value->owned = string ? string : g_strdup("");
    value->string = value->owned;
}

typedef struct {
    const ChValue *contexts[CH_MUSTACHE_CONTEXTS_MAX];
    guint depth;
    GString *out;
    gsize limit; /* out->len that may not be passed */
    guint steps;
    GString *indent; /* of the partials around */
} Renderer;

static gboolean over(const char *what, GError **error)
{
    g_set_error(error, CH_ERROR, CH_ERROR_LIMIT, "%s", what);
    return FALSE;
}

static const ChValue *member(const ChValue *map, guint16 name)
{
    if (map->kind != CH_VALUE_MAP)
        return NULL;
    for (const ChValue *value = map->first; value; value = value->next)
        if (value->name == name)
            return value;
    return NULL;
}

/* The first part is searched from the innermost context outwards, the others only below it. */
static const ChValue *lookup(const Renderer *renderer, const Node *node)
{
    if (node->parts == 0)
        return renderer->contexts[renderer->depth - 1];
    const ChValue *value = NULL;
    for (guint i = renderer->depth; i > 0 && !value; i--)
        value = member(renderer->contexts[i - 1], node->path[0]);
    for (guint i = 1; i < node->parts && value; i++)
        value = member(value, node->path[i]);
    return value;
}

static gboolean is_true(const ChValue *value)
{
    if (!value)
        return FALSE;
    switch (value->kind) {
    case CH_VALUE_STRING:
        return *value->string != '\0';
    case CH_VALUE_LIST:
        return value->first != NULL;
    default:
        return TRUE;
    }
}

/* What stands for the character at TEXT, and how many bytes it has: NULL for itself. C0, DEL and C1 (two
 * bytes in UTF-8) are control characters. */
static const char *replacement(const char *text, ChMustacheContext context, gboolean raw, gsize *width)
{
    guchar c = (guchar)*text;
    *width = 1;
    if (c >= 0x80) {
        if (c != 0xC2 || (guchar)text[1] < 0x80 || (guchar)text[1] > 0x9F)
            return NULL;
        *width = 2;
        return context == CH_MUSTACHE_HEADER ? " " : "";
    }
    if (c < 0x20 || c == 0x7F) {
        if (context == CH_MUSTACHE_HEADER)
            return " ";
        return c == '\n' || c == '\t' ? NULL : "";
    }
    if (context != CH_MUSTACHE_HTML || raw)
        return NULL;
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void append_escaped(GString *out, const char *text, ChMustacheContext context, gboolean raw)
{
    const char *run = text; /* goes out as it is */
    while (*text) {
        /* Letters, digits and blanks, the most of any text, need no closer look. */
        if (g_ascii_isalnum(*text) || *text == ' ') {
            text++;
            continue;
        }
        gsize width;
        const char *instead = replacement(text, context, raw, &width);
        if (instead) {
            g_string_append_len(out, run, text - run);
            g_string_append(out, instead);
            run = text + width;
        }
        text += width;
    }
    g_string_append_len(out, run, text - run);
}

static gboolean render_nodes(Renderer *renderer, const ChMustache *template, guint from, guint to,
                             GError **error);

/* One more step. Each item of a list is one too, or lists in lists around nothing would go on for hours
 * (P13). */
static gboolean step(Renderer *renderer, GError **error)
{
    return ++renderer->steps <= CH_MUSTACHE_STEPS_MAX || over("a template takes too many steps", error);
}

static gboolean render_in(Renderer *renderer, const ChMustache *template, guint section,
                          const ChValue *context, GError **error)
{
    const Node *node = &g_array_index(template->nodes, Node, section);
    if (!step(renderer, error))
        return FALSE;
    if (renderer->depth == CH_MUSTACHE_CONTEXTS_MAX)
        return over("a template goes too deep", error);
    renderer->contexts[renderer->depth++] = context;
    gboolean ok = render_nodes(renderer, template, section + 1, node->end, error);
    renderer->depth--;
    return ok;
}

/* Text of a partial whose tag is indented: each line of it that has something on it is. */
static void append_indented(Renderer *renderer, const Node *node)
{
    const char *pos = node->text, *limit = node->text + node->length;
    for (gboolean fresh = node->fresh; pos < limit; fresh = TRUE) {
        const char *newline = memchr(pos, '\n', (gsize)(limit - pos));
        const char *next = newline ? newline + 1 : limit;
        if (fresh && newline != pos)
            g_string_append_len(renderer->out, renderer->indent->str, (gssize)renderer->indent->len);
        g_string_append_len(renderer->out, pos, next - pos);
        pos = next;
    }
}

static gboolean render_section(Renderer *renderer, const ChMustache *template, guint section, GError **error)
{
    const ChValue *value = lookup(renderer, &g_array_index(template->nodes, Node, section));
    if (!is_true(value))
        return TRUE;
    if (value->kind != CH_VALUE_LIST)
        return render_in(renderer, template, section, value, error);
    for (const ChValue *item = value->first; item; item = item->next)
        if (!render_in(renderer, template, section, item, error))
            return FALSE;
    return TRUE;
}

static gboolean render_partial(Renderer *renderer, const Node *node, GError **error)
{
    gsize outer = renderer->indent->len;
    g_string_append_len(renderer->indent, node->text, node->length);
    gboolean ok = render_nodes(renderer, node->partial, 0, node->partial->nodes->len, error);
    g_string_truncate(renderer->indent, outer);
    return ok;
}

static gboolean render_nodes(Renderer *renderer, const ChMustache *template, guint from, guint to,
                             GError **error)
{
    for (guint i = from; i < to; i++) {
        const Node *node = &g_array_index(template->nodes, Node, i);
        const ChValue *value;
        if (!step(renderer, error))
            return FALSE;
        switch (node->kind) {
        case NODE_TEXT:
            if (renderer->indent->len > 0)
                append_indented(renderer, node);
            else
                g_string_append_len(renderer->out, node->text, node->length);
            break;
        case NODE_LINE:
            if (renderer->indent->len > 0)
                g_string_append_len(renderer->out, renderer->indent->str, (gssize)renderer->indent->len);
            break;
        case NODE_VARIABLE:
        case NODE_RAW_VARIABLE:
            value = lookup(renderer, node);
            if (value && value->kind == CH_VALUE_STRING)
                append_escaped(renderer->out, value->string, template->context,
                               node->kind == NODE_RAW_VARIABLE);
            break;
        case NODE_INVERTED:
            if (!is_true(lookup(renderer, node)) &&
                !render_nodes(renderer, template, i + 1, node->end, error))
                return FALSE;
            i = node->end - 1;
            break;
        case NODE_SECTION:
            if (!render_section(renderer, template, i, error))
                return FALSE;
            i = node->end - 1;
            break;
        case NODE_PARTIAL:
            if (!render_partial(renderer, node, error))
                return FALSE;
            break;
        }
        if (renderer->out->len > renderer->limit)
            return over("the text of a mail grows too large", error);
    }
    return TRUE;
}

gboolean ch_mustache_render(const ChMustache *template, const ChValue *view, gsize limit, GString *out,
                            GError **error)
{
    g_return_val_if_fail(template->link == LINK_DONE, FALSE);
    g_autoptr(GString) indent = g_string_new(NULL);
    gsize before = out->len;
    Renderer renderer = {.depth = 1, .out = out, .limit = before + limit, .indent = indent};
    renderer.contexts[0] = view;
    if (render_nodes(&renderer, template, 0, template->nodes->len, error))
        return TRUE;
    g_string_truncate(out, before);
    g_prefix_error(error, "%s: ", template->file);
    return FALSE;
}
