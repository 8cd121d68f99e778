/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings a database to this program's schema, one numbered migration a transaction; a newer one is refused.
 */
#include "store/db.h"

#include "base/error.h"

extern const char *const ch_migrations[];
extern const unsigned ch_migration_count;

static gboolean version(ChStore *store, unsigned *result, GError **error)
{
    sqlite3_stmt *statement = NULL;
    gboolean good = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
                    sqlite3_step(statement) == SQLITE_ROW;
    if (good)
        *result = (unsigned)sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return good || ch_db_fail(store, "user_version", error);
}

static gboolean is_known(ChStore *store, unsigned at, GError **error)
{
    if (at <= ch_migration_count)
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_NEWER,
                "%s/desk.db: has schema %u, this program knows %u: it was written by a newer Chamado",
                store->dir, at, ch_migration_count);
    return FALSE;
}

gboolean ch_db_check(ChStore *store, GError **error)
{
    unsigned at = 0;
    if (!version(store, &at, error) || !is_known(store, at, error))
        return FALSE;
    if (at == ch_migration_count)
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_STORE,
                "%s/desk.db: has schema %u, this program knows %u: `chamado serve` or `poll` brings it there",
                store->dir, at, ch_migration_count);
    return FALSE;
}

static gboolean step(ChStore *store, gboolean *done, GError **error)
{
    unsigned at = 0;
    /* Read under the lock: two programs may start at the same time. */
    if (!ch_store_begin(store, error) || !version(store, &at, error))
        return FALSE;
    if (!is_known(store, at, error))
        return FALSE;
    *done = at == ch_migration_count;
    if (*done)
        return ch_store_commit(store, error);
    g_autofree char *mark = g_strdup_printf("PRAGMA user_version = %u", at + 1);
    return ch_db_run(store, ch_migrations[at], error) && ch_db_run(store, mark, error) &&
           ch_store_commit(store, error);
}

gboolean ch_db_migrate(ChStore *store, GError **error)
{
    gboolean done = FALSE;
    while (!done)
        if (!step(store, &done, error)) {
            ch_store_rollback(store);
            return FALSE;
        }
    return TRUE;
}
