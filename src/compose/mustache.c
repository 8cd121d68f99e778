/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiles Mustache templates into a flat list of nodes and says where one is wrong. mustache-render.c fills
 * them in; templates.c reads the files. */
#include "compose/mustache_private.h"

#include "base/error.h"

#include <string.h>

/* A section that is not closed yet. */
typedef struct {
    guint node;
    char *name;
    guint line, column;
} Open;

typedef struct {
    ChMustache *template;
    const char *pos, *limit;
    const char *counted; /* line and column are those of this place */
    guint line, column;
    gboolean fresh; /* no tag and no text yet on the line of pos */
    GArray *open;   /* of Open */
} Parser;

/* One tag as found in the source. */
typedef struct {
    char sigil;        /* one of # ^ / ! > & { = or 0 */
    const char *start; /* its first brace */
    const char *after; /* behind its last brace */
    char *name;        /* without the white space around it */
    guint line, column;
} Tag;

static void open_clear(gpointer data)
{
    g_free(((Open *)data)->name);
}

static void node_clear(gpointer data)
{
    g_free(((Node *)data)->name);
}

static void tag_clear(Tag *tag)
{
    g_free(tag->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tag, tag_clear)

static void count_to(Parser *parser, const char *place)
{
    for (; parser->counted < place; parser->counted++) {
        if (*parser->counted == '\n') {
            parser->line++;
            parser->column = 1;
        } else if ((*parser->counted & 0xC0) != 0x80) { /* columns are characters, not bytes */
            parser->column++;
        }
    }
}

static gboolean fail(const Parser *parser, guint line, guint column, GError **error, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

static gboolean fail(const Parser *parser, guint line, guint column, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s:%u:%u: %s", parser->template->file, line, column, what);
    return FALSE;
}

static Node *append(Parser *parser, NodeKind kind)
{
    Node node = {.kind = kind};
    g_array_append_val(parser->template->nodes, node);
    return &g_array_index(parser->template->nodes, Node, parser->template->nodes->len - 1);
}

/* The text up to END. A tag of BEFORE_TAG that begins a line is where the indentation goes. */
static void append_text(Parser *parser, const char *end, gboolean before_tag)
{
    gboolean fresh = parser->fresh;
    if (parser->pos < end) {
        Node *node = append(parser, NODE_TEXT);
        node->text = parser->pos;
        node->length = (guint)(end - parser->pos);
        node->fresh = fresh;
        fresh = end[-1] == '\n';
    }
    if (fresh && before_tag)
        append(parser, NODE_LINE);
}

/* Finds the tag at START. */
static gboolean read_tag(Parser *parser, const char *start, Tag *tag, GError **error)
{
    count_to(parser, start);
    tag->start = start;
    tag->line = parser->line;
    tag->column = parser->column;
    const char *inside = start + 2;
    if (inside < parser->limit && strchr("#^/!>&{=", *inside))
        tag->sigil = *inside++;
    const char *closing = tag->sigil == '{' ? "}}}" : "}}";
    const char *end = g_strstr_len(inside, parser->limit - inside, closing);
    if (!end)
        return fail(parser, tag->line, tag->column, error, "this tag is not closed, expected %s", closing);
    if (tag->sigil == '=')
        return fail(parser, tag->line, tag->column, error,
                    "other delimiters are not supported, expected tags in {{ and }}");
    tag->name = g_strstrip(g_strndup(inside, (gsize)(end - inside)));
    tag->after = end + strlen(closing);
    return TRUE;
}

/* Whether TAG stands alone on its line (only such tags as write nothing themselves), whose begin is then
 * *LINE_START and whose end, with the newline, is *LINE_END. */
static gboolean stands_alone(const Parser *parser, const Tag *tag, const char **line_start,
                             const char **line_end)
{
    if (!tag->sigil || strchr("&{", tag->sigil))
        return FALSE;
    const char *start = tag->start;
    while (start > parser->pos && (start[-1] == ' ' || start[-1] == '\t'))
        start--;
    if (start == parser->pos ? !parser->fresh : start[-1] != '\n')
        return FALSE;
    const char *end = tag->after;
    while (end < parser->limit && (*end == ' ' || *end == '\t'))
        end++;
    if (end < parser->limit && *end == '\r' && end + 1 < parser->limit && end[1] == '\n')
        end++;
    if (end < parser->limit && *end != '\n')
        return FALSE;
    *line_start = start;
    *line_end = end < parser->limit ? end + 1 : end;
    return TRUE;
}

static gboolean find_name(const Parser *parser, const char *name, guint16 *number)
{
    const ChMustacheName *names = parser->template->names;
    for (guint16 i = 0; names[i].name; i++)
        if (strcmp(names[i].name, name) == 0) {
            *number = i;
            return TRUE;
        }
    return FALSE;
}

/* Reads the dotted name of TAG into NODE. */
static gboolean read_name(const Parser *parser, const Tag *tag, Node *node, GError **error)
{
    if (strcmp(tag->name, ".") == 0)
        return TRUE;
    g_auto(GStrv) parts = g_strsplit(tag->name, ".", CH_MUSTACHE_NAME_PARTS + 1);
    guint count = g_strv_length(parts);
    if (count == 0 || count > CH_MUSTACHE_NAME_PARTS)
        return fail(parser, tag->line, tag->column, error, "\"%s\" is no name, expected one such as %s",
                    tag->name, parser->template->names[0].name);
    for (guint i = 0; i < count; i++) {
        if (find_name(parser, parts[i], &node->path[i]))
            continue;
        g_autoptr(GString) all = g_string_new(NULL);
        for (const ChMustacheName *known = parser->template->names; known->name; known++)
            g_string_append_printf(all, "%s%s", all->len ? ", " : "", known->name);
        return fail(parser, tag->line, tag->column, error, "unknown name \"%s\", expected one of %s",
                    parts[i], all->str);
    }
    node->parts = count;
    return TRUE;
}

static gboolean close_section(Parser *parser, const Tag *tag, GError **error)
{
    if (parser->open->len == 0)
        return fail(parser, tag->line, tag->column, error,
                    "{{/%s}} closes no section, expected {{#%s}} before", tag->name, tag->name);
    const Open *open = &g_array_index(parser->open, Open, parser->open->len - 1);
    if (strcmp(open->name, tag->name) != 0)
        return fail(parser, tag->line, tag->column, error,
                    "{{/%s}} found, expected {{/%s}} for the section of line %u", tag->name, open->name,
                    open->line);
    g_array_index(parser->template->nodes, Node, open->node).end = parser->template->nodes->len;
    g_array_set_size(parser->open, parser->open->len - 1);
    return TRUE;
}

static gboolean open_section(Parser *parser, const Tag *tag, GError **error)
{
    if (parser->open->len == CH_MUSTACHE_DEPTH_MAX)
        return fail(parser, tag->line, tag->column, error,
                    "too many sections inside each other, expected at most %d", CH_MUSTACHE_DEPTH_MAX);
    Open open = {parser->template->nodes->len, g_strdup(tag->name), tag->line, tag->column};
    g_array_append_val(parser->open, open);
    Node *node = append(parser, tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED);
    return read_name(parser, tag, node, error);
}

static gboolean add_variable(Parser *parser, const Tag *tag, GError **error)
{
    gboolean raw = tag->sigil != 0;
    Node *node = append(parser, raw ? NODE_RAW_VARIABLE : NODE_VARIABLE);
    if (!read_name(parser, tag, node, error))
        return FALSE;
    const ChMustache *template = parser->template;
    /* People's words never become markup by a slip of the template's writer. */
    if (raw && template->context == CH_MUSTACHE_HTML &&
        (node->parts == 0 || !template->names[node->path[node->parts - 1]].markup))
        return fail(parser, tag->line, tag->column, error, "{{{%s}}} would not be escaped, expected {{%s}}",
                    tag->name, tag->name);
    return TRUE;
}

static gboolean add_partial(Parser *parser, const Tag *tag, const char *indent, GError **error)
{
    if (!*tag->name || strpbrk(tag->name, "/\\. \t\n"))
        return fail(parser, tag->line, tag->column, error,
                    "\"%s\" is no name of a partial, expected one such as _footer", tag->name);
    Node *node = append(parser, NODE_PARTIAL);
    node->name = g_strdup(tag->name);
    node->line = tag->line;
    node->column = tag->column;
    if (indent) {
        node->text = indent;
        node->length = (guint)(tag->start - indent);
    }
    return TRUE;
}

static gboolean add_tag(Parser *parser, const Tag *tag, GError **error)
{
    const char *line_start = NULL, *line_end = NULL;
    gboolean alone = stands_alone(parser, tag, &line_start, &line_end);
    append_text(parser, alone ? line_start : tag->start, !alone);
    parser->pos = alone ? line_end : tag->after;
    parser->fresh = alone;
    switch (tag->sigil) {
    case '!':
        return TRUE;
    case '#':
    case '^':
        return open_section(parser, tag, error);
    case '/':
        return close_section(parser, tag, error);
    case '>':
        return add_partial(parser, tag, line_start, error);
    default:
        return add_variable(parser, tag, error);
    }
}

static gboolean parse(Parser *parser, GError **error)
{
    for (;;) {
        const char *start = g_strstr_len(parser->pos, parser->limit - parser->pos, "{{");
        if (!start)
            break;
        g_auto(Tag) tag = {0};
        if (!read_tag(parser, start, &tag, error) || !add_tag(parser, &tag, error))
            return FALSE;
    }
    append_text(parser, parser->limit, FALSE);
    if (parser->open->len > 0) {
        const Open *open = &g_array_index(parser->open, Open, parser->open->len - 1);
        return fail(parser, open->line, open->column, error,
                    "the section \"%s\" is not closed, expected {{/%s}}", open->name, open->name);
    }
    return TRUE;
}

ChMustache *ch_mustache_compile(const char *source, gsize length, const char *file, ChMustacheContext context,
                                const ChMustacheName *names, GError **error)
{
    g_autoptr(ChMustache) template = g_new0(ChMustache, 1);
    template->source = g_strndup(source, MIN(length, CH_MUSTACHE_SOURCE_MAX));
    template->file = g_strdup(file);
    template->context = context;
    template->names = names;
    template->nodes = g_array_new(FALSE, FALSE, sizeof(Node));
    g_array_set_clear_func(template->nodes, node_clear);
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(Open));
    g_array_set_clear_func(open, open_clear);
    Parser parser = {.template = template,
                     .pos = template->source,
                     .counted = template->source,
                     .line = 1,
                     .column = 1,
                     .fresh = TRUE,
                     .open = open};
    const char *invalid = NULL;
    if (length > CH_MUSTACHE_SOURCE_MAX) {
        fail(&parser, 1, 1, error, "the template has %" G_GSIZE_FORMAT " bytes, expected at most %u", length,
             CH_MUSTACHE_SOURCE_MAX);
        return NULL;
    }
    if (!g_utf8_validate(source, (gssize)length, &invalid)) {
        count_to(&parser, template->source + (invalid - source));
        fail(&parser, parser.line, parser.column, error, "a byte that is no text, expected UTF-8");
        return NULL;
    }
    parser.limit = template->source + length;
    if (!parse(&parser, error))
        return NULL;
    return g_steal_pointer(&template);
}

void ch_mustache_free(ChMustache *template)
{
    if (!template)
        return;
    g_free(template->source);
    g_free(template->file);
    g_array_unref(template->nodes);
    g_free(template);
}

static gboolean link_partial(ChMustache *template, Node *node, ChMustacheFind find, gpointer data,
                             GError **error)
{
    const Parser place = {.template = template};
    node->partial = find(data, node->name);
    if (!node->partial)
        return fail(&place, node->line, node->column, error, "there is no partial \"%s\", expected its file",
                    node->name);
    if (node->partial->link == LINK_UNDER_WAY)
        return fail(&place, node->line, node->column, error,
                    "the partial \"%s\" includes itself, expected no circle", node->name);
    if (!ch_mustache_link(node->partial, find, data, error))
        return FALSE;
    template->depth = MAX(template->depth, node->partial->depth + 1);
    if (template->depth >= CH_MUSTACHE_DEPTH_MAX)
        return fail(&place, node->line, node->column, error,
                    "too many partials inside each other, expected fewer than %d", CH_MUSTACHE_DEPTH_MAX);
    return TRUE;
}

gboolean ch_mustache_link(ChMustache *template, ChMustacheFind find, gpointer data, GError **error)
{
    if (template->link == LINK_DONE)
        return TRUE;
    template->link = LINK_UNDER_WAY;
    for (guint i = 0; i < template->nodes->len; i++) {
        Node *node = &g_array_index(template->nodes, Node, i);
        if (node->kind == NODE_PARTIAL && !link_partial(template, node, find, data, error))
            return FALSE;
    }
    template->link = LINK_DONE;
    return TRUE;
}
