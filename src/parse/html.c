/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML to readable plain text, over gumbo's tree: what each element becomes. Never recurses, and html_tree.c
 * bounds the nesting before gumbo sees it (P13). White space and lines are html_writer.c's business, what is
 * hidden html_style.c's, what a client meant as its quote html_marks.c's.
 */
#include "parse/html_private.h"

#include <string.h>

/* A target that is longer tells a reader nothing. */
#define TARGET_MAX 1000

/* An element whose end is still to come. */
typedef struct {
    GumboNode *node;
    guint next;       /* the child to visit */
    gsize text_start; /* where its text began */
    guint items;      /* list items or cells that were visited */
    guint lines;      /* that it wants around it */
    gboolean unread;  /* text in it is too small to be seen */
    gboolean quote, pre, cell, list;
} Frame;

typedef struct {
    ChHtmlWriter writer;
    ChHtmlSheet *sheet;
    GArray *stack; /* of Frame */
    guint lists;   /* that are open */
    ChHtmlTable table;
    gboolean show_all; /* what is hidden too */
} Page;

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
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_OPTION:
        return 1;
    default:
        return 0;
    }
}

/* Elements that newsletters make lines of: their menus, their buttons. */
static gboolean is_phrase(GumboTag tag)
{
    return tag == GUMBO_TAG_SPAN || tag == GUMBO_TAG_A || tag == GUMBO_TAG_FONT || tag == GUMBO_TAG_B ||
           tag == GUMBO_TAG_STRONG || tag == GUMBO_TAG_LABEL;
}

/* Outlook's paragraphs (MsoNormal and its like) have no margins: its writers leave empty ones between.
 * Editors wrap each item of a list in one. */
static guint lines_of(const Page *page, const GumboNode *node, const ChHtmlStyle *style)
{
    const GumboElement *element = &node->v.element;
    guint lines = lines_around(element->tag);
    const char *class = ch_html_attribute(element, "class");
    gboolean item = node->parent && node->parent->type == GUMBO_NODE_ELEMENT &&
                    node->parent->v.element.tag == GUMBO_TAG_LI;
    if (element->tag == GUMBO_TAG_P && (item || style->tight || (class && g_str_has_prefix(class, "Mso"))))
        return 1;
    if ((element->tag == GUMBO_TAG_UL || element->tag == GUMBO_TAG_OL) && page->lists > 0)
        return 1;
    if (style->block && is_phrase(element->tag))
        return 1;
    return lines;
}

/* ---- links and images ---- */

/* The target of a link as a reader wants to see it; NULL where it leads nowhere that can be said. */
static const char *shown_target(const char *target)
{
    if (!target || strlen(target) > TARGET_MAX)
        return NULL;
    target += strspn(target, " \t\r\n");
    if (!g_ascii_strncasecmp(target, "http://", 7) || !g_ascii_strncasecmp(target, "https://", 8) ||
        !g_ascii_strncasecmp(target, "ftp://", 6))
        return target;
    return g_ascii_strncasecmp(target, "mailto:", 7) || !strchr(target, '@') ? NULL : target + 7;
}

/* The link's target after its text, unless the text says it already. */
static void write_target(ChHtmlWriter *writer, const GumboElement *element, gsize text_start)
{
    const char *target = shown_target(ch_html_attribute(element, "href"));
    gsize shown = writer->out->len - MIN(text_start, writer->out->len);
    if (!target || shown == 0)
        return;
    const char *bare = strstr(target, "//") ? strstr(target, "//") + 2 : target;
    gsize length = strcspn(target, "?");
    gsize bare_length = bare == target ? length : strlen(bare);
    while (bare_length > 0 && bare[bare_length - 1] == '/')
        bare_length--;
    if (memmem(writer->out->str + text_start, shown, bare, bare_length))
        return;
    writer->space = FALSE;
    g_autofree char *clean = ch_text_one_line(g_strndup(target, bare == target ? length : strlen(target)));
    g_string_append_printf(writer->out, " <%s>", clean);
}

static gboolean is_pixel(const char *size)
{
    return size && (!strcmp(size, "0") || !strcmp(size, "1") || !strcmp(size, "1px"));
}

/* Its alternative text; that of a picture of an emoji is the emoji. */
static void write_image(ChHtmlWriter *writer, const GumboElement *element)
{
    const char *alt = ch_html_attribute(element, "alt");
    if (!alt || strlen(alt) >= 200 || ch_text_is_blank(alt) ||
        (is_pixel(ch_html_attribute(element, "width")) && is_pixel(ch_html_attribute(element, "height"))))
        return;
    if (g_utf8_get_char(alt) >= 0x2190 && strlen(alt) <= 24) {
        ch_html_write(writer, alt);
        return;
    }
    ch_html_settle(writer);
    g_string_append_c(writer->out, '[');
    ch_html_write(writer, alt);
    writer->space = FALSE;
    g_string_append_c(writer->out, ']');
}

/* ---- lists and tables ---- */

static guint number_of(const GumboElement *element, const char *name, guint otherwise)
{
    const char *value = ch_html_attribute(element, name);
    guint64 number = 0;
    return value && g_ascii_string_to_unsigned(value, 10, 0, 1000000, &number, NULL) ? (guint)number
                                                                                     : otherwise;
}

static void open_item(Page *page, const GumboElement *element, Frame *parent)
{
    ChHtmlWriter *writer = &page->writer;
    ch_html_settle(writer);
    for (guint i = 1; i < MIN(page->lists, 8); i++)
        g_string_append(writer->out, "  ");
    gboolean ordered =
        parent->node->type == GUMBO_NODE_ELEMENT && parent->node->v.element.tag == GUMBO_TAG_OL;
    if (ordered && parent->items == 0)
        parent->items = number_of(&parent->node->v.element, "start", 1) - 1;
    parent->items = ordered ? number_of(element, "value", parent->items + 1) : 1;
    if (ordered)
        ch_html_write_number(writer->out, &parent->node->v.element, element, parent->items);
    else
        g_string_append(writer->out, "- ");
    writer->bullet = writer->out->len;
}

static void open_cell(Page *page, Frame *parent)
{
    ChHtmlWriter *writer = &page->writer;
    gboolean next = parent->items++ > 0;
    if (next && page->table == CH_TABLE_RULED) {
        writer->space = TRUE;
        ch_html_settle(writer);
        g_string_append_c(writer->out, '|');
        writer->space = TRUE;
    } else if (next && writer->newlines == 0) {
        writer->space = TRUE;
    }
}

static void write_rule(ChHtmlWriter *writer)
{
    ch_html_want_lines(writer, 1);
    ch_html_settle(writer);
    writer->marks.rule_start = writer->out->len;
    g_string_append(writer->out, "----");
    writer->marks.rule_end = writer->out->len;
    ch_html_want_lines(writer, 1);
}

/* ---- elements ---- */

/* The depth of the outermost open element that has no text yet, or of the one that opens. */
static guint climb(const Page *page)
{
    guint depth = page->stack->len;
    while (depth > 1 && g_array_index(page->stack, Frame, depth - 1).text_start == page->writer.out->len)
        depth--;
    return depth;
}

static void open_mark(Page *page, const GumboNode *node, const ChHtmlStyle *style)
{
    ChHtmlWriter *writer = &page->writer;
    if (!writer->marks.marks)
        return;
    ChHtmlRole role = ch_html_role(node, style, writer->out);
    guint depth = page->stack->len;
    ch_html_marks_open(&writer->marks, role, node->v.element.tag == GUMBO_TAG_BLOCKQUOTE, depth,
                       role == CH_ROLE_HEADERS ? climb(page) : depth, writer->out->len);
}

/* Its frame; PARENT is that of the element that it stands in. */
static Frame open_element(Page *page, GumboNode *node, const ChHtmlStyle *style, Frame *parent)
{
    ChHtmlWriter *writer = &page->writer;
    const GumboElement *element = &node->v.element;
    GumboTag tag = element->tag;
    Frame frame = {.node = node, .lines = lines_of(page, node, style)};
    frame.unread = style->font == CH_FONT_SAME ? parent->unread : style->font == CH_FONT_NONE;
    frame.pre = tag == GUMBO_TAG_PRE || style->pre;
    frame.list = tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL;
    /* People indent with a blockquote that has no border. */
    frame.quote = tag == GUMBO_TAG_BLOCKQUOTE &&
                  (!style->no_border || style->border_left || ch_html_attribute(element, "type"));
    gboolean is_cell = tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;
    if (frame.lines > 0)
        ch_html_want_lines(writer, frame.lines);
    open_mark(page, node, style);
    if (tag == GUMBO_TAG_TABLE)
        page->table = ch_html_table(node);
    frame.cell = is_cell && page->table != CH_TABLE_LAYOUT;
    if (is_cell)
        open_cell(page, parent);
    page->lists += frame.list;
    writer->quotes += frame.quote;
    writer->pre += frame.pre;
    writer->cell += frame.cell;
    if (tag == GUMBO_TAG_BR)
        ch_html_break_line(writer);
    else if (tag == GUMBO_TAG_HR)
        write_rule(writer);
    else if (tag == GUMBO_TAG_LI)
        open_item(page, element, parent);
    else if (tag == GUMBO_TAG_IMG)
        write_image(writer, element);
    frame.text_start = writer->out->len;
    return frame;
}

static void close_element(Page *page, const Frame *frame)
{
    ChHtmlWriter *writer = &page->writer;
    GumboTag tag = frame->node->v.element.tag;
    if (tag == GUMBO_TAG_A)
        write_target(writer, &frame->node->v.element, frame->text_start);
    if (tag == GUMBO_TAG_TABLE)
        page->table = CH_TABLE_LAYOUT;
    page->lists -= frame->list;
    writer->quotes -= frame->quote;
    writer->low = MIN(writer->low, writer->quotes);
    writer->pre -= frame->pre;
    writer->cell -= frame->cell;
    if (frame->cell) {
        writer->newlines = 0;
        writer->held = FALSE;
    }
    /* "<p>&nbsp;</p>" is an empty line. */
    gboolean empty_line = frame->lines > 0 && writer->held && writer->out->len == frame->text_start;
    if (frame->lines > 0)
        ch_html_want_lines(writer, empty_line ? 2 : frame->lines);
    ch_html_marks_close(&writer->marks, page->stack->len - 1, writer->out->len);
}

static const GumboVector *children_of(const GumboNode *node)
{
    return node->type == GUMBO_NODE_DOCUMENT ? &node->v.document.children : &node->v.element.children;
}

/* The sheets among the children of a head, or of a style element. */
static void read_sheets(Page *page, const GumboNode *node)
{
    const GumboVector *children = children_of(node);
    for (guint i = 0; i < children->length; i++) {
        const GumboNode *child = children->data[i];
        if (node->v.element.tag == GUMBO_TAG_STYLE && child->type == GUMBO_NODE_TEXT)
            ch_html_sheet_add(page->sheet, ch_html_text(child));
        else if (child->type == GUMBO_NODE_ELEMENT && child->v.element.tag == GUMBO_TAG_STYLE &&
                 node->v.element.tag == GUMBO_TAG_HEAD)
            read_sheets(page, child);
    }
}

static void enter(Page *page, GumboNode *node)
{
    Frame *parent = &g_array_index(page->stack, Frame, page->stack->len - 1);
    GumboTag tag = node->v.element.tag;
    if (tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_STYLE)
        read_sheets(page, node);
    ChHtmlStyle style = ch_html_style_read(&node->v.element, page->sheet);
    if (style.never || (style.hidden && !page->show_all))
        return;
    Frame frame = open_element(page, node, &style, parent);
    if (page->show_all)
        frame.unread = FALSE;
    g_array_append_val(page->stack, frame);
}

static void write_tree(Page *page, GumboNode *root)
{
    Frame frame = {.node = root};
    g_array_append_val(page->stack, frame);
    while (page->stack->len > 0 && !ch_deadline_passed(1)) {
        Frame *top = &g_array_index(page->stack, Frame, page->stack->len - 1);
        const GumboVector *children = children_of(top->node);
        GumboNode *child = top->next < children->length ? children->data[top->next++] : NULL;
        if (!child) {
            if (top->node->type == GUMBO_NODE_ELEMENT)
                close_element(page, top);
            else
                ch_html_marks_close(&page->writer.marks, 0, page->writer.out->len);
            g_array_set_size(page->stack, page->stack->len - 1);
        } else if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
                   child->type == GUMBO_NODE_CDATA) {
            if (!top->unread)
                ch_html_write(&page->writer, ch_html_text(child));
        } else if (child->type == GUMBO_NODE_ELEMENT) {
            enter(page, child);
        }
    }
}

/* A document that costs too much as a tree: every tag is a blank, and entities stay as they are. */
static void write_stripped(ChHtmlWriter *writer, const char *html, gsize length)
{
    const char *end = html + length;
    for (const char *at = html; at < end && !ch_deadline_passed(1);) {
        const char *tag = memchr(at, '<', (gsize)(end - at));
        g_autofree char *text = g_strndup(at, (gsize)((tag ? tag : end) - at));
        ch_html_write(writer, text);
        const char *close = tag ? memchr(tag, '>', (gsize)(end - tag)) : NULL;
        at = close ? close + 1 : end;
        if (tag && end - tag > 3 &&
            (!g_ascii_strncasecmp(tag, "<br", 3) || !g_ascii_strncasecmp(tag, "<p", 2)))
            ch_html_want_lines(writer, 1);
        else
            writer->space = writer->newlines == 0;
    }
}

static GString *write_page(GumboNode *root, gsize length, GArray *marks, gboolean show_all)
{
    Page page = {.show_all = show_all, .sheet = ch_html_sheet_new()};
    page.writer.out = g_string_sized_new(length / 2 + 64);
    page.writer.marks.marks = marks;
    page.stack = g_array_new(FALSE, FALSE, sizeof(Frame));
    write_tree(&page, root);
    g_array_unref(page.stack);
    ch_html_sheet_free(page.sheet);
    return page.writer.out;
}

char *ch_html_to_text(const char *html, gsize length, GArray *marks)
{
    ChHtmlTree *tree = ch_html_tree_new(html, length);
    GumboNode *root = ch_html_tree_root(tree);
    GString *out;
    if (root) {
        out = write_page(root, length, marks, FALSE);
        if (ch_text_is_blank(out->str)) { /* in doubt, what is hidden is better than nothing (P9) */
            g_string_free(out, TRUE);
            out = write_page(root, length, NULL, TRUE);
        }
    } else {
        ChHtmlWriter writer = {.out = g_string_sized_new(length / 2 + 64)};
        write_stripped(&writer, html, length);
        out = writer.out;
    }
    ch_html_tree_free(tree);
    if (out->len > 0)
        g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}
