/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells tables of data from those that only place things on the page, by a bounded look at what is in them.
 * How rows and cells are written is html.c's business.
 */
#include "parse/html_private.h"

#include <string.h>

/* A larger table is laid out like the page. */
#define NODES_MAX 6000
/* Text of one cell, in bytes, that still reads well beside others. */
#define CELL_MAX 160

typedef struct {
    guint rows, cells, widest; /* cells: of the row so far */
    gboolean narrow;           /* a row has one cell */
    gboolean heads, lines;     /* header cells; borders */
    guint text, blocks;        /* bytes and paragraphs of the cell so far */
    gboolean long_cell, broken_cell;
} Survey;

static gboolean is_nested(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
        return TRUE;
    default:
        return FALSE;
    }
}

static void end_row(Survey *survey)
{
    survey->narrow |= survey->rows > 0 && survey->cells < 2;
    survey->widest = MAX(survey->widest, survey->cells);
    survey->cells = 0;
}

static void see_element(Survey *survey, const GumboElement *element)
{
    switch (element->tag) {
    case GUMBO_TAG_TR:
        end_row(survey);
        survey->rows++;
        break;
    case GUMBO_TAG_TH:
        survey->heads = TRUE;
        /* fall through */
    case GUMBO_TAG_TD: {
        survey->cells++;
        survey->text = survey->blocks = 0;
        const char *style = ch_html_attribute(element, "style");
        survey->lines |= style && strstr(style, "border") && strstr(style, "solid");
        break;
    }
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_BR:
        if (survey->text > 0)
            survey->blocks++;
        break;
    default:
        break;
    }
}

static void see_text(Survey *survey, const char *text)
{
    text += strspn(text, " \t\r\n");
    gsize length = strnlen(text, CELL_MAX + 1);
    if (length == 0 || ch_text_is_blank(text))
        return;
    survey->text += (guint)length;
    survey->long_cell |= survey->text > CELL_MAX;
    survey->broken_cell |= survey->blocks > 0;
}

ChHtmlTable ch_html_table(const GumboNode *table)
{
    Survey survey = {0};
    const char *border = ch_html_attribute(&table->v.element, "border");
    survey.lines = border && *border && strcmp(border, "0");
    const GumboNode *node = table;
    for (guint i = 0; (node = ch_html_next(node, table)); i++) {
        if (i == NODES_MAX)
            return CH_TABLE_LAYOUT;
        if (node->type == GUMBO_NODE_TEXT) {
            see_text(&survey, ch_html_text(node));
        } else if (node->type == GUMBO_NODE_ELEMENT) {
            if (is_nested(node->v.element.tag))
                return CH_TABLE_LAYOUT;
            see_element(&survey, &node->v.element);
        }
    }
    end_row(&survey);
    if (survey.rows < 2 || survey.widest < 2 || survey.long_cell)
        return CH_TABLE_LAYOUT;
    if (survey.heads || survey.lines)
        return CH_TABLE_RULED;
    return survey.narrow || survey.broken_cell ? CH_TABLE_LAYOUT : CH_TABLE_PAIRS;
}
