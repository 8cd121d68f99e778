/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files that turn HTML into text share; nobody else includes it. html.c walks the tree, html_style.c
 * says how an element is shown, html_marks.c what the client that wrote it meant by it, html_writer.c keeps
 * the text.
 */
#pragma once

#include "parse/html_tree.h"
#include "parse/internal.h"

/* html_style.c: the few things of CSS that change what a reader sees */

typedef enum {
    CH_FONT_SAME,
    CH_FONT_NONE, /* nothing can be read in it: 0 or 1 pixel */
    CH_FONT_SIZE,
} ChHtmlFont;

typedef struct {
    gboolean never;  /* its content is for programs */
    gboolean hidden; /* with all that is in it */
    gboolean shown;  /* a display other than none is named */
    gboolean block;  /* it is one that stands on lines of its own */
    ChHtmlFont font;
    gboolean pre;                     /* white space and line ends count */
    gboolean tight;                   /* no margin above and below: a paragraph is one more line */
    gboolean border_top, border_left; /* a line is drawn there */
    gboolean no_border;               /* all of it is off by name */
    gboolean indented;                /* a margin on the left */
} ChHtmlStyle;

/* The classes and ids that the document's style sheets hide. */
typedef struct ChHtmlSheet ChHtmlSheet;

ChHtmlSheet *ch_html_sheet_new(void);
void ch_html_sheet_free(ChHtmlSheet *sheet);
/* Reads the text of one style element: only rules that hold for every screen, only selectors of one class or
 * id. A later rule undoes an earlier one. */
void ch_html_sheet_add(ChHtmlSheet *sheet, const char *css);
/* Reads ELEMENT's own style, and what SHEET says of it. */
ChHtmlStyle ch_html_style_read(const GumboElement *element, const ChHtmlSheet *sheet);

/* Both are clean, valid UTF-8, whatever entities stand for: "&#13;", or "&#x4444444444;", of which gumbo
 * makes broken bytes. */
const char *ch_html_attribute(const GumboElement *element, const char *name); /* NULL: it has none */
const char *ch_html_text(const GumboNode *node);                              /* of a node of text */

/* html_marks.c: quotes and signatures by structure */

/* What a client means by an element. */
typedef enum {
    CH_ROLE_PLAIN,
    CH_ROLE_QUOTED,  /* the mail that is answered */
    CH_ROLE_HOLDER,  /* the line that introduces it, its quote, and perhaps answers between its pieces */
    CH_ROLE_INTRO,   /* the line that introduces the quote below */
    CH_ROLE_HEADERS, /* the quoted mail's headers; all below is that mail */
    CH_ROLE_SIGNATURE,
    CH_ROLE_FORWARD, /* what is passed on: no quote in it is cut */
} ChHtmlRole;

/* STYLE is that of NODE, an element. The last line of BEFORE, the text so far, may name a forward. */
ChHtmlRole ch_html_role(const GumboNode *node, const ChHtmlStyle *style, const GString *before);
/* The node after NODE, an element or text, in the order of the text below ROOT; NULL at the end. */
const GumboNode *ch_html_next(const GumboNode *node, const GumboNode *root);

/* The marks while a document is written. Depths are numbers of open elements. */
typedef struct {
    GArray *marks;    /* of ChCut; NULL: nobody wants any */
    gboolean open;    /* one began */
    gboolean waiting; /* and has no text yet: now.start is not known */
    gboolean holder;  /* it is a holder's introduction, its quote has not begun */
    ChCut now;
    guint depth;                  /* the element whose end ends it */
    guint forward;                /* the element that is passed on; 0: none */
    guint intro_depth;            /* the element that introduces; 0: none */
    gsize intro_start, intro_end; /* of the last introduction */
    gsize rule_start, rule_end;   /* of the last ruled line */
} ChHtmlMarks;

/* An element of ROLE opens at DEPTH, where the text has LENGTH bytes; CLIMBED is the depth of the outermost
 * element that opened without any text before this one. */
void ch_html_marks_open(ChHtmlMarks *marks, ChHtmlRole role, gboolean blockquote, guint depth, guint climbed,
                        gsize length);
/* The element at DEPTH closes. */
void ch_html_marks_close(ChHtmlMarks *marks, guint depth, gsize length);
/* The next text of a mark that waits begins at START. */
void ch_html_marks_text(ChHtmlMarks *marks, gsize start);

/* html_list.c */

/* Appends the NUMBER of ITEM of LIST as they want it written: "3. ", "c. ", "III. ". */
void ch_html_write_number(GString *out, const GumboElement *list, const GumboElement *item, guint number);

/* html_table.c: which tables hold data */

typedef enum {
    CH_TABLE_LAYOUT, /* its cells are places on the page */
    CH_TABLE_PAIRS,  /* a line for each row: "Name: Ana" */
    CH_TABLE_RULED,  /* the same, with a line between the columns: "Item | Price" */
} ChHtmlTable;

ChHtmlTable ch_html_table(const GumboNode *table);

/* html_writer.c: the text */

typedef struct {
    GString *out;
    guint newlines; /* that stand before the next text: 1 a new line, 2 an empty line between */
    gboolean space; /* white space waits to be folded into one blank */
    guint quotes;   /* quoted elements that are open */
    guint low;      /* the fewest that were open since the last text: empty lines belong to them */
    guint pre;      /* elements that keep white space that are open */
    guint cell;     /* cells of a table with data that are open: in them, lines become blanks */
    gsize bullet;   /* the text's length after the last bullet: what follows stands beside it */
    gboolean held;  /* a no-break space stood here without text */
    ChHtmlMarks marks;
} ChHtmlWriter;

/* The next text begins on a new line (1), or after an empty one (2). */
void ch_html_want_lines(ChHtmlWriter *writer, guint lines);
void ch_html_break_line(ChHtmlWriter *writer); /* <br> */
/* Writes what waits: line ends, quote marks, one blank. */
void ch_html_settle(ChHtmlWriter *writer);
void ch_html_write(ChHtmlWriter *writer, const char *text);
