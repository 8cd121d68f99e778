/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mustache, strict: variables, sections, inverted sections, comments, partials, standalone lines, dotted
 * names and the implicit iterator, as its specification says; no lambdas, no other delimiters, no partial
 * that includes itself. Names are checked against a fixed list when a template is compiled (P10).
 */
#pragma once

#include <glib.h>

/* What a template's output is, which decides how {{x}} is escaped. Control characters never pass in any, not
 * by {{{x}}} either; LF and TAB pass in the first two. */
typedef enum {
    CH_MUSTACHE_TEXT,   /* no escaping */
    CH_MUSTACHE_HTML,   /* & < > " ' become entities */
    CH_MUSTACHE_HEADER, /* one line: what would break it becomes a space */
} ChMustacheContext;

/* A name that templates may use; a list of them ends with name NULL. The index in the list is its number in
 * ChValue. */
typedef struct {
    const char *name;
    gboolean markup; /* its value is HTML already: {{{x}}} is allowed in HTML templates */
} ChMustacheName;

/* What is rendered: a tree of strings, lists and maps. What isn't there is false, as is an empty string. */
typedef enum {
    CH_VALUE_TRUE,
    CH_VALUE_STRING,
    CH_VALUE_LIST,
    CH_VALUE_MAP,
} ChValueKind;

typedef struct ChValue ChValue;

ChValue *ch_value_new(void); /* a map, the root */
void ch_value_free(ChValue *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChValue, ch_value_free)

/* Adds to PARENT, a map (under NAME, an index in the list of names) or a list (NAME is not looked at). The
 * result belongs to PARENT. */
ChValue *ch_value_add(ChValue *parent, guint name, ChValueKind kind);
/* STRING is borrowed and outlives the tree. */
void ch_value_add_string(ChValue *parent, guint name, const char *string);
/* STRING is the tree's from now on. */
void ch_value_take_string(ChValue *parent, guint name, char *string);

typedef struct ChMustache ChMustache;

/* Compiles the LENGTH bytes at SOURCE, read from FILE (which errors name). NAMES is borrowed and outlives the
 * result. CH_ERROR_CONFIG with file:line:column: what was found, expected what. */
ChMustache *ch_mustache_compile(const char *source, gsize length, const char *file, ChMustacheContext context,
                                const ChMustacheName *names, GError **error);
void ch_mustache_free(ChMustache *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChMustache, ch_mustache_free)

/* The partial called NAME, or NULL where there is none. Borrowed: it outlives the templates that include it.
 */
typedef ChMustache *(*ChMustacheFind)(gpointer data, const char *name);

/* Finds the partials of TEMPLATE, and theirs. Once, before it is rendered; afterwards it never changes and is
 * safe for any thread. CH_ERROR_CONFIG where one is missing, or includes itself. */
gboolean ch_mustache_link(ChMustache *template, ChMustacheFind find, gpointer data, GError **error);

/* Appends TEMPLATE, filled in from VIEW, to OUT. CH_ERROR_LIMIT where that would be more than LIMIT bytes, or
 * takes more steps than any sane template (P13): OUT is as before then. */
gboolean ch_mustache_render(const ChMustache *template, const ChValue *view, gsize limit, GString *out,
                            GError **error);
