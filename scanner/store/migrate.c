#include "store/statements.h"

#include <stdio.h>
#include <string.h>

#define APPLICATION_ID 0x666c6474 /* "fldt": what `file` and SQLite's own tools show */

static int read_number(struct store *store, enum sql id, int64_t *out, struct err *err)
{
    struct bound bound = bound_start(store, id);

    return bound_value(&bound, 0, out, err);
}

/* Its version, -1 with words when the file is of another program or a newer one of ours. */
static int read_version(struct store *store, int64_t *version, struct err *err)
{
    int64_t application, tables;

    if (read_number(store, SQL_APPLICATION, &application, err) != 0 ||
        read_number(store, SQL_TABLE_COUNT, &tables, err) != 0 ||
        read_number(store, SQL_SCHEMA_VERSION, version, err) != 0)
        return -1;
    if (application != APPLICATION_ID && (application != 0 || tables != 0))
        return err_set(err, REASON_DATABASE, "%s: the database belongs to another program",
                       store->path);
    if (*version > (int64_t)sql_migration_count)
        return err_set(err, REASON_UNSUPPORTED,
                       "%s: the database has schema version %lld, which is newer than version %zu "
                       "of this program; use a newer fleetdrift",
                       store->path, (long long)*version, sql_migration_count);
    return 0;
}

/* PRAGMA takes no parameters. */
static int set_number(struct store *store, const char *pragma, int64_t value, struct err *err)
{
    char sql[80];

    snprintf(sql, sizeof sql, "PRAGMA %s = %lld;", pragma, (long long)value);
    return store_exec(store, sql, err);
}

static int make_views(struct store *store, struct err *err)
{
    for (size_t i = 0; i < sql_view_count; i++)
        if (store_exec(store, sql_views[i].drop, err) != 0 ||
            store_exec(store, sql_views[i].create, err) != 0)
            return err_prefix(err, "view %s", sql_views[i].name);
    return store_remember(store, "views", sql_views_digest, err);
}

/* Without views, which SQLite holds to the columns that a migration takes away. */
static int drop_views(struct store *store, struct err *err)
{
    for (size_t i = 0; i < sql_view_count; i++)
        if (store_exec(store, sql_views[i].drop, err) != 0)
            return err_prefix(err, "view %s", sql_views[i].name);
    return 0;
}

static int migrate_tables(struct store *store, int64_t version, struct err *err)
{
    if (drop_views(store, err) != 0)
        return -1;
    for (int64_t i = version; i < (int64_t)sql_migration_count; i++)
        if (store_exec(store, sql_migrations[i].text, err) != 0)
            return err_prefix(err, "migration %s", sql_migrations[i].name);
    if (set_number(store, "application_id", APPLICATION_ID, err) != 0)
        return -1;
    return set_number(store, "user_version", (int64_t)sql_migration_count, err);
}

static int migrate_views(struct store *store, struct err *err)
{
    struct buf digest = BUF_INIT(64);
    int found = store_recall(store, "views", &digest, err);
    int result = found < 0 ? -1 : 0;

    if (found >= 0 && strcmp(buf_str(&digest), sql_views_digest) != 0)
        result = make_views(store, err);
    buf_release(&digest);
    return result;
}

int migrate_admit(struct store *store, struct err *err)
{
    int64_t version;

    return read_version(store, &version, err);
}

int migrate_up(struct store *store, struct err *err)
{
    int64_t version;

    if (read_version(store, &version, err) != 0 || store_begin(store, err) != 0)
        return -1;
    bool old = version < (int64_t)sql_migration_count;
    int result = old ? migrate_tables(store, version, err) : 0;
    if (result == 0)
        result = old ? make_views(store, err) : migrate_views(store, err);
    if (result != 0) {
        store_rollback(store);
        return -1;
    }
    return store_commit(store, err);
}

int migrate_check(struct store *store, struct err *err)
{
    int64_t version;

    if (read_version(store, &version, err) != 0)
        return -1;
    if (version == 0)
        return err_set(err, REASON_DATABASE, "%s: the database is empty; run a scan first",
                       store->path);
    if (version < (int64_t)sql_migration_count)
        return err_set(err, REASON_UNSUPPORTED,
                       "%s: the database has schema version %lld, this program reads version %zu; "
                       "the next scan brings it up to date",
                       store->path, (long long)version, sql_migration_count);
    return 0;
}
