/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the halves of Mustache share: mustache.c makes the nodes, mustache-render.c walks them. */
#pragma once

#include "compose/mustache.h"

#define CH_MUSTACHE_SOURCE_MAX   (256u << 10) /* bytes of a template file */
#define CH_MUSTACHE_DEPTH_MAX    16           /* sections in sections, and partials in partials */
#define CH_MUSTACHE_NAME_PARTS   8            /* of a dotted name */
#define CH_MUSTACHE_STEPS_MAX    4000000      /* nodes and items of lists walked in one rendering */
#define CH_MUSTACHE_CONTEXTS_MAX (CH_MUSTACHE_DEPTH_MAX * CH_MUSTACHE_DEPTH_MAX + 1)

typedef enum {
    NODE_TEXT,
    NODE_LINE, /* a tag begins a line here: the place for the indentation of an indented partial */
    NODE_VARIABLE,
    NODE_RAW_VARIABLE,
    NODE_SECTION,
    NODE_INVERTED,
    NODE_PARTIAL,
} NodeKind;

typedef struct {
    NodeKind kind;
    const char *text; /* of TEXT; the indentation of PARTIAL; inside the template's source */
    guint length;
    gboolean fresh;                       /* TEXT that begins a line */
    guint16 path[CH_MUSTACHE_NAME_PARTS]; /* numbers of names */
    guint parts;                          /* 0: the implicit iterator */
    guint end;                            /* of a section: the node after its last */
    guint line, column;
    char *name;          /* of PARTIAL */
    ChMustache *partial; /* borrowed; after linking */
} Node;

struct ChMustache {
    char *source;
    char *file;
    ChMustacheContext context;
    const ChMustacheName *names;
    GArray *nodes; /* of Node */
    enum {
        LINK_NOT_YET,
        LINK_UNDER_WAY,
        LINK_DONE,
    } link;
    guint depth; /* of partials below, after linking */
};
