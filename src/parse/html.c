/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML to readable plain text, over gumbo's tree. Styles, scripts and hidden elements are left out; quotes
 * keep their ">" so that quote.c sees them. Never recurses, and bounds the nesting before gumbo sees it
 * (P13).
 */
#include "parse/html_tree.h"
#include "parse/internal.h"

#include <gumbo.h>
#include <string.h>

#define QUOTES_MAX 32

/* ---- the text ---- */

typedef struct {
    GString *out;
    guint newlines; /* that stand before the next text: 1 a new line, 2 an empty line between */
    gboolean space; /* white space waits to be folded into one blank */
    guint quotes;   /* blockquotes that are open */
    guint low;      /* the fewest that were open since the last text: empty lines belong to them */
    guint pre;      /* pre elements that are open */
    guint list_depth;
} Writer;

static void want_lines(Writer *writer, guint lines)
{
    writer->newlines = MAX(writer->newlines, lines);
    writer->space = FALSE;
}

static void write_marks(Writer *writer, guint quotes)
{
    for (guint i = 0; i < MIN(quotes, QUOTES_MAX); i++)
        g_string_append_c(writer->out, '>');
}

/* Writes what waits: line ends, quote marks, one blank. */
static void settle(Writer *writer)
{
    gboolean begin = writer->out->len == 0;
    if (writer->newlines > 0 || begin) {
        for (guint i = 0; i < writer->newlines && !begin; i++) {
            g_string_append_c(writer->out, '\n');
            if (i + 1 < writer->newlines)
                write_marks(writer, writer->low);
        }
        write_marks(writer, writer->quotes);
        if (writer->quotes > 0)
            g_string_append_c(writer->out, ' ');
    } else if (writer->space) {
        g_string_append_c(writer->out, ' ');
    }
    writer->newlines = 0;
    writer->space = FALSE;
    writer->low = writer->quotes;
}

static void write_text(Writer *writer, const char *text)
{
    for (const char *at = text; *at;) {
        gboolean blank = g_ascii_isspace(*at);
        if (writer->pre > 0 && *at == '\n') {
            writer->newlines++;
            at++;
        } else if (blank && writer->pre == 0) {
            writer->space = writer->newlines == 0 && writer->out->len > 0;
            at++;
        } else if ((guchar)at[0] == 0xc2 && (guchar)at[1] == 0xa0) {
            /* A no-break space holds a place; nobody types it on purpose in plain text. */
            writer->space = writer->newlines == 0 && writer->out->len > 0;
            at += 2;
        } else if (!strncmp(at, "\xe2\x80\x8b", 3) || !strncmp(at, "\xef\xbb\xbf", 3)) {
            at += 3;
        } else {
            settle(writer);
            const char *start = at;
            while (*at && !g_ascii_isspace(*at) && !((guchar)at[0] == 0xc2 && (guchar)at[1] == 0xa0) &&
                   (guchar)*at != 0xe2 && (guchar)*at != 0xef)
                at++;
            if (at == start)
                at++;
            g_string_append_len(writer->out, start, at - start);
            if (writer->pre > 0)
                while (*at == ' ' || *at == '\t')
                    g_string_append_c(writer->out, *at++);
        }
    }
}

/* A document that costs too much as a tree: every tag is a blank, and entities stay as they are. */
static void write_stripped(Writer *writer, const char *html, gsize length)
{
    const char *end = html + length;
    for (const char *at = html; at < end;) {
        const char *tag = memchr(at, '<', (gsize)(end - at));
        g_autofree char *text = g_strndup(at, (gsize)((tag ? tag : end) - at));
        write_text(writer, text);
        const char *close = tag ? memchr(tag, '>', (gsize)(end - tag)) : NULL;
        at = close ? close + 1 : end;
        if (tag && end - tag > 3 &&
            (!g_ascii_strncasecmp(tag, "<br", 3) || !g_ascii_strncasecmp(tag, "<p", 2)))
            want_lines(writer, 1);
        else
            writer->space = writer->newlines == 0;
    }
}

static const char *attribute(const GumboElement *element, const char *name)
{
    GumboAttribute *found = gumbo_get_attribute(&element->attributes, name);
    return found ? found->value : NULL;
}

static gboolean is_hidden(const GumboElement *element)
{
    switch (element->tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_SVG:
        return TRUE;
    default:
        break;
    }
    if (attribute(element, "hidden"))
        return TRUE;
    const char *style = attribute(element, "style");
    if (!style)
        return FALSE;
    g_autoptr(GString) tight = g_string_new(NULL);
    for (const char *at = style; *at && tight->len < 2048; at++)
        if (!g_ascii_isspace(*at))
            g_string_append_c(tight, g_ascii_tolower(*at));
    return strstr(tight->str, "display:none") || strstr(tight->str, "visibility:hidden") ||
           strstr(tight->str, "mso-hide:all");
}

/* Line ends around an element: 0 none, 1 a line of its own, 2 a paragraph. */
static guint lines_around(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_BLOCKQUOTE:
        return 2;
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_FIELDSET:
        return 1;
    default:
        return 0;
    }
}

static gboolean is_web_link(const char *target)
{
    return target &&
           (!g_ascii_strncasecmp(target, "http://", 7) || !g_ascii_strncasecmp(target, "https://", 8));
}

/* The link's target after its text, unless the text says it already. */
static void write_target(Writer *writer, const GumboElement *element, gsize text_start)
{
    const char *target = attribute(element, "href");
    if (!is_web_link(target) || strlen(target) > 500)
        return;
    const char *bare = strstr(target, "//") + 2;
    gsize bare_length = strlen(bare);
    while (bare_length > 0 && bare[bare_length - 1] == '/')
        bare_length--;
    gsize shown = writer->out->len - MIN(text_start, writer->out->len);
    if (shown == 0 || memmem(writer->out->str + text_start, shown, bare, bare_length))
        return;
    writer->space = FALSE;
    g_string_append_printf(writer->out, " <%s>", target);
}

/* An element whose end is still to come. */
typedef struct {
    GumboNode *node;
    guint next;       /* the child to visit */
    gsize text_start; /* where its text began */
    guint items;      /* list items that were visited */
} Frame;

/* PARENT is the frame of the element that NODE stands in. */
static void open_element(Writer *writer, const GumboNode *node, Frame *parent)
{
    GumboTag tag = node->v.element.tag;
    guint lines = lines_around(tag);
    if (lines > 0)
        want_lines(writer,
                   (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL) && writer->list_depth > 0 ? 1 : lines);
    switch (tag) {
    case GUMBO_TAG_BLOCKQUOTE:
        writer->quotes++;
        break;
    case GUMBO_TAG_PRE:
        writer->pre++;
        break;
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
        writer->list_depth++;
        break;
    case GUMBO_TAG_BR:
        writer->newlines++;
        writer->space = FALSE;
        break;
    case GUMBO_TAG_HR:
        want_lines(writer, 1);
        settle(writer);
        g_string_append(writer->out, "----");
        want_lines(writer, 1);
        break;
    case GUMBO_TAG_LI: {
        settle(writer);
        for (guint i = 1; i < MIN(writer->list_depth, 8); i++)
            g_string_append(writer->out, "  ");
        parent->items++;
        if (parent->node->type == GUMBO_NODE_ELEMENT && parent->node->v.element.tag == GUMBO_TAG_OL)
            g_string_append_printf(writer->out, "%u. ", parent->items);
        else
            g_string_append(writer->out, "- ");
        break;
    }
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
        if (node->index_within_parent > 0 && writer->newlines == 0)
            writer->space = TRUE;
        break;
    case GUMBO_TAG_IMG: {
        const char *alt = attribute(&node->v.element, "alt");
        if (alt && strlen(alt) < 200 && !ch_text_is_blank(alt)) {
            settle(writer);
            g_string_append_c(writer->out, '[');
            write_text(writer, alt);
            g_string_append_c(writer->out, ']');
        }
        break;
    }
    default:
        break;
    }
}

static void close_element(Writer *writer, const GumboNode *node, gsize text_start)
{
    GumboTag tag = node->v.element.tag;
    guint lines = lines_around(tag);
    if (tag == GUMBO_TAG_A)
        write_target(writer, &node->v.element, text_start);
    if (tag == GUMBO_TAG_BLOCKQUOTE) {
        writer->quotes--;
        writer->low = MIN(writer->low, writer->quotes);
    }
    if (tag == GUMBO_TAG_PRE)
        writer->pre--;
    if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL) {
        writer->list_depth--;
        lines = writer->list_depth > 0 ? 1 : 2;
    }
    if (lines > 0)
        want_lines(writer, lines);
}

static GumboNode *child_of(const GumboNode *node, guint index)
{
    const GumboVector *children =
        node->type == GUMBO_NODE_DOCUMENT ? &node->v.document.children : &node->v.element.children;
    return index < children->length ? children->data[index] : NULL;
}

static void write_tree(Writer *writer, GumboNode *root)
{
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(Frame));
    Frame frame = {root, 0, 0, 0};
    g_array_append_val(stack, frame);
    while (stack->len > 0) {
        Frame *top = &g_array_index(stack, Frame, stack->len - 1);
        GumboNode *child = child_of(top->node, top->next++);
        if (!child) {
            if (top->node->type == GUMBO_NODE_ELEMENT)
                close_element(writer, top->node, top->text_start);
            g_array_set_size(stack, stack->len - 1);
        } else if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
                   child->type == GUMBO_NODE_CDATA) {
            write_text(writer, child->v.text.text);
        } else if (child->type == GUMBO_NODE_ELEMENT && !is_hidden(&child->v.element)) {
            open_element(writer, child, top);
            frame = (Frame){child, 0, writer->out->len, 0};
            g_array_append_val(stack, frame);
        }
    }
}

char *ch_html_to_text(const char *html, gsize length, GArray *marks)
{
    (void)marks;
    ChHtmlTree *tree = ch_html_tree_new(html, length);
    Writer writer = {.out = g_string_sized_new(length / 2 + 64)};
    if (ch_html_tree_root(tree))
        write_tree(&writer, ch_html_tree_root(tree));
    else
        write_stripped(&writer, html, length);
    ch_html_tree_free(tree);
    if (writer.out->len > 0)
        g_string_append_c(writer.out, '\n');
    return g_string_free(writer.out, FALSE);
}
