/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connection: opening, preparing every statement, binding, transactions. SQL stands in sql/, the schema's
 * versions in migrate.c.
 */
#include "store/db.h"

#include "base/error.h"

#include <glib/gstdio.h>

#define BUSY_MS 10000

gboolean ch_db_fail(ChStore *store, const char *what, GError **error)
{
    int code = sqlite3_errcode(store->db) & 0xff;
    ChErrorCode kind = CH_ERROR_STORE;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        kind = CH_ERROR_BUSY;
    else if (code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH || code == SQLITE_TOOBIG)
        kind = CH_ERROR_INPUT; /* what was to be stored is at fault, not the database */
    /* Who reads in WAL mode writes as well. */
    gboolean access = code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM;
    g_set_error(error, CH_ERROR, kind, "%s/desk.db: %s: %s%s%s%s", store->dir, what,
                sqlite3_errmsg(store->db), access ? ", expected a folder and a file that user " : "",
                access ? g_get_user_name() : "", access ? " can write" : "");
    return FALSE;
}

gboolean ch_db_run(ChStore *store, const char *sql, GError **error)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return TRUE;
    return ch_db_fail(store, sql, error);
}

static gboolean prepare(ChStore *store, GError **error)
{
    for (guint i = 0; i < CH_QUERY_COUNT; i++)
        if (sqlite3_prepare_v3(store->db, ch_query_texts[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK)
            return ch_db_fail(store, ch_query_texts[i].name, error);
    return TRUE;
}

static gboolean configure(ChStore *store, ChStoreMode mode, GError **error)
{
    sqlite3_busy_timeout(store->db, BUSY_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    if (mode == CH_STORE_READ)
        return ch_db_run(store, "PRAGMA query_only = 1", error);
    return ch_db_run(store, "PRAGMA journal_mode = WAL", error) &&
           ch_db_run(store, "PRAGMA synchronous = FULL", error) &&
           ch_db_run(store, "PRAGMA cache_size = -8192", error) &&
           /* A larger log is worth it: pages that a burst touches again and again are copied back once. */
           ch_db_run(store, "PRAGMA wal_autocheckpoint = 8000", error);
}

ChStore *ch_store_open(const char *dir, ChStoreMode mode, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "desk.db", NULL);
    if (mode == CH_STORE_READ && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "%s: no desk was opened here yet", path);
        return NULL;
    }
    if (mode == CH_STORE_WRITE && g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s: can't be made: %s", dir, g_strerror(errno));
        return NULL;
    }
    g_autoptr(ChStore) store = g_new0(ChStore, 1);
    store->dir = g_strdup(dir);
    store->departments = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    /* A reader too opens for writing: in WAL mode it may have to recover the log; query_only keeps it a
     * reader. */
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == CH_STORE_WRITE ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        ch_db_fail(store, "open", error);
        return NULL;
    }
    if (mode == CH_STORE_WRITE) {
        g_chmod(path, 0600); /* it holds everybody's mail */
        ch_desk_hand_over(dir, path);
    }
    if (!configure(store, mode, error) ||
        !(mode == CH_STORE_WRITE ? ch_db_migrate(store, error) : ch_db_check(store, error)) ||
        !prepare(store, error))
        return NULL;
    return g_steal_pointer(&store);
}

void ch_store_free(ChStore *store)
{
    if (!store)
        return;
    for (guint i = 0; i < CH_QUERY_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    g_clear_pointer(&store->keys, g_array_unref);
    g_hash_table_unref(store->departments);
    g_free(store->dir);
    g_free(store);
}

gboolean ch_store_begin(ChStore *store, GError **error)
{
    return ch_db_run(store, "BEGIN IMMEDIATE", error);
}

gboolean ch_store_commit(ChStore *store, GError **error)
{
    return ch_db_run(store, "COMMIT", error);
}

void ch_store_rollback(ChStore *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    ch_store_refresh(store); /* keys may have been made in it */
    g_hash_table_remove_all(store->departments);
}

gboolean ch_store_savepoint(ChStore *store, GError **error)
{
    return ch_db_run(store, "SAVEPOINT one", error);
}

gboolean ch_store_release(ChStore *store, GError **error)
{
    return ch_db_run(store, "RELEASE one", error);
}

void ch_store_rollback_savepoint(ChStore *store)
{
    sqlite3_exec(store->db, "ROLLBACK TO one; RELEASE one", NULL, NULL, NULL);
    ch_store_refresh(store); /* keys may have been made in it */
    g_hash_table_remove_all(store->departments);
}

gboolean ch_store_contain(ChStore *store, ChWork work, gpointer data, GError **fault, GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (!ch_store_savepoint(store, error))
        return FALSE;
    if (work(data, &cause))
        return ch_store_release(store, error);
    ch_store_rollback_savepoint(store);
    gboolean contained =
        !ch_error_is_temporary(cause) && !g_error_matches(cause, CH_ERROR, CH_ERROR_CANCELLED);
    g_propagate_error(contained ? fault : error, g_steal_pointer(&cause));
    return contained;
}

gboolean ch_store_changed(ChStore *store)
{
    sqlite3_stmt *statement = NULL;
    gint64 version = store->data_version;
    if (sqlite3_prepare_v2(store->db, "PRAGMA data_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    gboolean changed = version != store->data_version;
    store->data_version = version;
    return changed;
}

ChRow ch_row(ChStore *store, ChQuery query)
{
    return (ChRow){.store = store, .statement = store->statements[query], .query = query};
}

void ch_row_reset(ChRow *row)
{
    sqlite3_reset(row->statement);
    sqlite3_clear_bindings(row->statement);
}

static int parameter(ChRow *row, const char *name)
{
    int index = sqlite3_bind_parameter_index(row->statement, name);
    if (index == 0)
        g_error("query %s has no parameter %s", ch_query_texts[row->query].name, name);
    return index;
}

void ch_bind_int(ChRow *row, const char *name, gint64 value)
{
    sqlite3_bind_int64(row->statement, parameter(row, name), value);
}

void ch_bind_id(ChRow *row, const char *name, gint64 id)
{
    if (id)
        sqlite3_bind_int64(row->statement, parameter(row, name), id);
    else
        sqlite3_bind_null(row->statement, parameter(row, name));
}

void ch_bind_real(ChRow *row, const char *name, double value)
{
    sqlite3_bind_double(row->statement, parameter(row, name), value);
}

void ch_bind_text(ChRow *row, const char *name, const char *text)
{
    sqlite3_bind_text(row->statement, parameter(row, name), text, -1, SQLITE_STATIC);
}

void ch_bind_bytes(ChRow *row, const char *name, GBytes *bytes)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    sqlite3_bind_blob64(row->statement, parameter(row, name), length ? data : "", length, SQLITE_STATIC);
}

gboolean ch_step(ChRow *row, gboolean *any, GError **error)
{
    int code = sqlite3_step(row->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return ch_db_fail(row->store, ch_query_texts[row->query].name, error);
    if (any)
        *any = code == SQLITE_ROW;
    return TRUE;
}

gboolean ch_next(ChRow *row, GError **error)
{
    gboolean any = FALSE;
    row->failed = !ch_step(row, &any, error);
    return any;
}

GArray *ch_ids(ChRow *row, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    while (ch_next(row, error)) {
        gint64 id = ch_int(row, 0);
        g_array_append_val(ids, id);
    }
    return row->failed ? NULL : g_steal_pointer(&ids);
}

gboolean ch_run_id(ChStore *store, ChQuery query, const char *name, gint64 id, GError **error)
{
    CH_ROW row = ch_row(store, query);
    ch_bind_int(&row, name, id);
    return ch_step(&row, NULL, error);
}

gboolean ch_run_text(ChStore *store, ChQuery query, const char *name, const char *text, GError **error)
{
    CH_ROW row = ch_row(store, query);
    ch_bind_text(&row, name, text);
    return ch_step(&row, NULL, error);
}

gint64 ch_int(ChRow *row, int column)
{
    return sqlite3_column_int64(row->statement, column);
}

char *ch_text(ChRow *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row->statement, column);
    return g_strdup(text ? text : "");
}

char *ch_text_or_null(ChRow *row, int column)
{
    return g_strdup((const char *)sqlite3_column_text(row->statement, column));
}

gboolean ch_store_add_department(ChStore *store, const char *name, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_DEPARTMENT_INSERT);
    ch_bind_text(&row, ":name", name);
    return ch_step(&row, NULL, error);
}
