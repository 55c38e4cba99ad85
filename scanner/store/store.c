#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "facts/pep440.h"
#include "store/statements.h"

#define BUSY_MS     10000     /* another reader's checkpoint, never another scan */
#define JOURNAL_MAX (8 << 20) /* bytes for undoing a batch; more of them go to a file */

/* A database that lies where nothing can be written has no writer either: SQLite may then skip the
   files that coordinate with one. */
static bool is_frozen(const char *path)
{
    char *wal = mem_printf("%s-wal", path);
    char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? mem_strdup(".") : mem_strndup(path, (size_t)(slash - path) + 1);
    bool frozen = access(folder, W_OK) != 0 && access(wal, F_OK) != 0;

    free(folder);
    free(wal);
    return frozen;
}

/* A path as a URI: what the URI syntax would read as its own is escaped. */
static char *frozen_uri(const char *path)
{
    struct buf uri = BUF_INIT(64 << 10);
    int status = buf_addstr(&uri, "file:");

    for (; *path != '\0' && status == 0; path++)
        status = strchr("?#%", *path) != NULL ? buf_addf(&uri, "%%%02X", (unsigned char)*path)
                                              : buf_add(&uri, path, 1);
    if (status == 0)
        status = buf_addstr(&uri, "?immutable=1");
    return buf_detach(&uri);
}

static int open_file(struct store *store, struct err *err)
{
    bool frozen = store->mode == STORE_READ && is_frozen(store->path);
    char *name = frozen ? frozen_uri(store->path) : mem_strdup(store->path);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (frozen ? SQLITE_OPEN_URI : 0) |
                (store->mode == STORE_SCAN ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                           : SQLITE_OPEN_READONLY);
    int status = sqlite3_open_v2(name, &store->db, flags, NULL);

    free(name);
    if (status != SQLITE_OK)
        return store_fail(store, "the database cannot be opened", err);
    sqlite3_busy_timeout(store->db, BUSY_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return 0;
}

static int make_incoming(struct store *store, struct err *err)
{
    for (int i = 0; i < SQL_FACT_COUNT; i++)
        if (store_script(store, sql_facts[i].incoming, err) != 0)
            return -1;
    return 0;
}

static const char *kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a directory";
    case S_IFIFO:
        return "a named pipe";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

/* Nothing is there: a scan makes it, where there is a directory. */
static int check_missing(const char *path, enum store_mode mode, struct err *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? mem_strdup(".") : mem_strndup(path, (size_t)(slash - path) + 1);
    struct stat st;
    int result = 0;

    if (mode == STORE_READ)
        result = err_set(err, REASON_DISK, "there is no database %s: a scan makes it", path);
    else if (stat(folder, &st) != 0)
        result = err_set(err, REASON_DISK, "%s: the database cannot be made: %s: %s", path, folder,
                         strerror(errno));
    free(folder);
    return result;
}

int store_check_file(const char *path, enum store_mode mode, struct err *err)
{
    struct stat st;

    if (stat(path, &st) != 0 && errno == ENOENT)
        return check_missing(path, mode, err);
    if (stat(path, &st) != 0)
        return err_set(err, REASON_DISK, "%s: the database cannot be opened: %s", path,
                       strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, REASON_DISK, "%s is %s; the database is a file", path,
                       kind_of(st.st_mode));
    if (access(path, R_OK) != 0)
        return err_set(err, REASON_DISK, "%s: the database cannot be read: %s", path,
                       strerror(errno));
    if (mode == STORE_SCAN && access(path, W_OK) != 0)
        return err_set(err, REASON_DISK, "%s: the database cannot be written: %s", path,
                       strerror(errno));
    return 0;
}

static int open_scan(struct store *store, struct err *err)
{
    if (lock_take(store->path, &store->lock, err) != 0 || open_file(store, err) != 0)
        return -1;
    if (migrate_admit(store, err) != 0 || store_script(store, SQL_SCRIPT_SETTINGS_SCAN, err) != 0)
        return -1;
    return migrate_up(store, err) != 0 ? -1 : make_incoming(store, err);
}

static int open_read(struct store *store, struct err *err)
{
    if (open_file(store, err) != 0)
        return -1;
    return migrate_check(store, err);
}

static int open_empty(struct store *store, struct err *err)
{
    return open_file(store, err) != 0 ? -1 : migrate_up(store, err);
}

static int open_with(const char *path, enum store_mode mode,
                     int (*prepare)(struct store *store, struct err *err), struct store **out,
                     struct err *err)
{
    struct store *store = mem_alloc(sizeof *store);

    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, JOURNAL_MAX); /* without effect after the first */
    store->path = mem_strdup(path);
    store->mode = mode;
    buf_init(&store->key, 16 * PEP440_MAX);
    buf_init(&store->normal, 16 * PEP440_MAX);
    if (prepare(store, err) != 0 || views_make_temporary(store, err) != 0) {
        store_close(store);
        return -1;
    }
    *out = store;
    return 0;
}

int store_open(const char *path, enum store_mode mode, struct store **out, struct err *err)
{
    if (store_check_file(path, mode, err) != 0)
        return -1;
    return open_with(path, mode, mode == STORE_SCAN ? open_scan : open_read, out, err);
}

int store_open_empty(struct store **out, struct err *err)
{
    return open_with(":memory:", STORE_SCAN, open_empty, out, err);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_rollback(store);
    if (store->db != NULL)
        store_flush(store, NULL);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    lock_free(store->lock);
    buf_release(&store->key);
    buf_release(&store->normal);
    free(store->path);
    free(store);
}

int store_check(struct store *store, struct err *err)
{
    struct bound bound = bound_start(store, SQL_INTEGRITY_CHECK);
    int result = bound_step(&bound, err);

    if (result > 0) {
        const char *text = (const char *)sqlite3_column_text(bound.stmt, 0);
        result = text != NULL && strcmp(text, "ok") == 0
                     ? 0
                     : err_set(err, REASON_DATABASE, "%s: the database is damaged: %s", store->path,
                               text == NULL ? "" : text);
    }
    bound_end(&bound);
    return result;
}

/* --- batches --------------------------------------------------------------------------------- */

int store_begin(struct store *store, struct err *err)
{
    if (views_drop_snapshot(store, err) != 0)
        return -1;
    return batch_begin(store, err);
}

static int run(struct store *store, enum sql id, struct err *err)
{
    struct bound bound = bound_start(store, id);

    return bound_run(&bound, err);
}

/* A savepoint in the transaction that earlier batches wait in. */
int batch_begin(struct store *store, struct err *err)
{
    if (sqlite3_get_autocommit(store->db) && run(store, SQL_BEGIN, err) != 0)
        return -1;
    if (run(store, SQL_BATCH_BEGIN, err) != 0)
        return -1;
    store->batch = true;
    store->batch_changes = 0;
    return 0;
}

static int count_changes(struct store *store, struct err *err)
{
    if (store->batch_changes == 0)
        return 0;
    struct bound bound = bound_start(store, SQL_RUN_CHANGED);
    bound_integer(&bound, store->run);
    bound_integer(&bound, store->batch_changes);
    return bound_run(&bound, err);
}

int store_keep(struct store *store, struct err *err)
{
    if (count_changes(store, err) != 0 || run(store, SQL_BATCH_KEEP, err) != 0) {
        store_rollback(store);
        return -1;
    }
    store->batch = false;
    store->changes += store->batch_changes;
    return 0;
}

int store_flush(struct store *store, struct err *err)
{
    if (sqlite3_get_autocommit(store->db))
        return 0;
    if (run(store, SQL_COMMIT, err) == 0)
        return 0;
    if (!sqlite3_get_autocommit(store->db))
        run(store, SQL_ROLLBACK, NULL);
    return -1;
}

int store_commit(struct store *store, struct err *err)
{
    return store_keep(store, err) != 0 ? -1 : store_flush(store, err);
}

void store_rollback(struct store *store)
{
    /* A full disk may have ended the transaction already. */
    if (store->batch && !sqlite3_get_autocommit(store->db)) {
        run(store, SQL_BATCH_UNDO, NULL);
        run(store, SQL_BATCH_KEEP, NULL);
    }
    store->batch = false;
}

/* --- memory ----------------------------------------------------------------------------------- */

int store_recall(struct store *store, const char *key, struct buf *value, struct err *err)
{
    struct bound bound = bound_start(store, SQL_RECALL);

    bound_text(&bound, key);
    int result = bound_step(&bound, err);
    if (result > 0) {
        buf_reset(value);
        if (buf_addstr(value, (const char *)sqlite3_column_text(bound.stmt, 0)) != 0) {
            log_debug("%s: what is remembered as %s is too long", store->path, key);
            buf_reset(value);
            result = 0;
        }
    }
    bound_end(&bound);
    return result;
}

int store_remember(struct store *store, const char *key, const char *value, struct err *err)
{
    struct bound bound = bound_start(store, SQL_REMEMBER);

    bound_text(&bound, key);
    bound_text(&bound, value);
    return bound_run(&bound, err);
}
