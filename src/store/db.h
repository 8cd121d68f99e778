/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of store/ share: the connection and its prepared statements. Nobody else includes this. */
#pragma once

#include "queries.h"
#include "store/store.h"

#include <sqlite3.h>

struct ChStore {
    sqlite3 *db;
    char *dir;
    sqlite3_stmt *statements[CH_QUERY_COUNT];
    GArray *keys;            /* of ChKey, or NULL: not read yet */
    GHashTable *departments; /* name -> id in a GINT; only ever grows */
    gint64 data_version;
};

/* A borrowed statement: bound by name, stepped, and reset when it leaves the scope: always before a COMMIT,
 * which fails while one is still stepping. */
typedef struct {
    ChStore *store;
    sqlite3_stmt *statement;
    ChQuery query;
    gboolean failed; /* ch_next ended with an error */
} ChRow;

ChRow ch_row(ChStore *store, ChQuery query);
void ch_row_reset(ChRow *row);
#define CH_ROW __attribute__((cleanup(ch_row_reset))) ChRow

/* An unknown name is our own mistake and ends the program in any test. TEXT NULL and a zero for _id bind
 * NULL. */
void ch_bind_int(ChRow *row, const char *name, gint64 value);
void ch_bind_id(ChRow *row, const char *name, gint64 id);
void ch_bind_text(ChRow *row, const char *name, const char *text); /* borrowed until the reset */
void ch_bind_bytes(ChRow *row, const char *name, GBytes *bytes);   /* borrowed until the reset */

/* One step. TRUE with *ANY (may be NULL: then a row is not expected) telling whether there is a row. */
gboolean ch_step(ChRow *row, gboolean *any, GError **error);

/* For loops over rows: TRUE while there is one more; at the end row->failed tells whether ERROR was set. */
gboolean ch_next(ChRow *row, GError **error);

gint64 ch_int(ChRow *row, int column);
char *ch_text(ChRow *row, int column); /* a copy; "" for NULL */

gboolean ch_db_fail(ChStore *store, const char *what, GError **error); /* sets the error, returns FALSE */
gboolean ch_db_migrate(ChStore *store, GError **error);
/* For a reader: whether the schema is this program's. */
gboolean ch_db_check(ChStore *store, GError **error);
/* Runs SQL that gives no rows. */
gboolean ch_db_run(ChStore *store, const char *sql, GError **error);
/* Undoes ch_store_pack; NULL with CH_ERROR_STORE where the bytes are broken. */
GBytes *ch_unpack(const void *data, gsize length, GError **error);
