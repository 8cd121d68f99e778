/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gumbo's tree of an HTML document with bounded work and memory; html.c reads it. */
#pragma once

#include <glib.h>
#include <gumbo.h>

typedef struct ChHtmlTree ChHtmlTree;

/* HTML (UTF-8) must live as long as the tree. Never NULL. */
ChHtmlTree *ch_html_tree_new(const char *html, gsize length);
/* NULL where the document would cost too much. Borrowed. */
GumboNode *ch_html_tree_root(const ChHtmlTree *tree);
void ch_html_tree_free(ChHtmlTree *tree);
