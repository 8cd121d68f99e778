/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the subcommands share: options, errors, tables, JSON. */
#pragma once

#include "admin/admin.h"

#include <json-glib/json-glib.h>

/* A number for lists where none is given. */
#define CH_LIST_LIMIT 1000

/* Parses the options of a subcommand. ENTRIES may be NULL; --json and --help are added. SYNOPSIS is what
 * stands behind the name, DESCRIPTION a sentence or two. *ARGC and *ARGV are left with the arguments, from
 * the name on. FALSE: done, with *CODE to return (help was printed, or the options are wrong). */
gboolean ch_command_options(ChAdminContext *context, const char *synopsis, const char *description,
                            const GOptionEntry *entries, int *argc, char ***argv, int *code);

/* Prints `chamado: MESSAGE` on stderr and returns the exit code. */
int ch_command_fail(const GError *error);
int ch_command_usage(const char *message); /* the same for a wrong command line */

/* A positive number, or 0 with a message on stderr. "#12" and "[#12]" are 12. */
gint64 ch_command_number(const char *text);

/* Prints rows of cells, each column as wide as its widest cell; TITLES is NULL-terminated, ROWS are of char
 * ** as long. Control characters in cells are shown as '?'. */
void ch_command_table(const char *const *titles, const GPtrArray *rows);

/* "2026-11-24 10:00" in local time for people, "" for 0; ISO 8601 UTC for programs. Free with g_free. */
char *ch_command_time(gint64 seconds);
char *ch_command_iso_time(gint64 seconds);

/* TEXT without control characters but LF and TAB, so that no mail writes to somebody's terminal, and what is
 * no UTF-8 as U+FFFD. Free with g_free. */
char *ch_command_plain(const char *text);

/* "Ana <ana@example.br>", or the address alone where there is no name; plain as above. Free with g_free. */
char *ch_command_person(const char *name, const char *address);

/* Prints BUILDER's root, pretty, and a line feed. */
void ch_command_json(JsonBuilder *builder);
/* VALUE, as text even where it is no UTF-8, as the name of a file may be; so do all that follow. */
void ch_json_string(JsonBuilder *builder, const char *value);
void ch_json_text(JsonBuilder *builder, const char *name, const char *value); /* NULL: null */
void ch_json_int(JsonBuilder *builder, const char *name, gint64 value);
/* TEXTS, of char *, as an array. */
void ch_json_texts(JsonBuilder *builder, const char *name, const GPtrArray *texts);
void ch_json_bool(JsonBuilder *builder, const char *name, gboolean value);
void ch_json_attachments(JsonBuilder *builder, const GPtrArray *attachments); /* as "attachments" */
