/*
 * Inside store/ only: the open database and its statements. SQL comes from schema/ by way of
 * schema_sql.h; each statement is prepared once, when it is first used, and kept.
 */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include <sqlite3.h>
#include <stdbool.h>

#include "schema_sql.h"
#include "store/store.h"

struct lock;

struct store {
    sqlite3 *db;
    char *path;
    enum store_mode mode;
    struct lock *lock; /* NULL when reading */
    sqlite3_stmt *statements[SQL_COUNT];
    int64_t run;           /* of this scan; 0 before it begins */
    int64_t view;          /* the run that the views show; 0: none chosen yet */
    bool batch;            /* between store_begin and its end */
    int64_t changes;       /* committed fact rows of this run */
    int64_t batch_changes; /* those of the open batch */
    bool scope_ended;      /* of this run */
    int snapshot;      /* the costly views stand as tables of this connection, up to this level */
    struct buf key;    /* scratch: an order key */
    struct buf normal; /* scratch: a normal form */
};

/* A database in memory without facts, to try statements on. */
int store_open_empty(struct store **out, struct err *err);
/* store_begin for a batch that writes no fact of its own: a snapshot stays. */
int batch_begin(struct store *store, struct err *err);

/* A statement that is being given its values, left to right. */
struct bound {
    struct store *store;
    sqlite3_stmt *stmt; /* NULL: preparing failed; binding is then without effect */
    int next;           /* position of the next value, from 1 */
    int status;         /* first failure of a binding */
};

/* Resets the statement and prepares it when it is first used. */
struct bound bound_start(struct store *store, enum sql id);
/* Text is borrowed until the statement has run; what is not UTF-8 is escaped. */
void bound_text(struct bound *bound, const char *text);
void bound_integer(struct bound *bound, int64_t value);
void bound_flag(struct bound *bound, int value);                /* negative: NULL */
void bound_instant(struct bound *bound, int64_t instant);       /* CLOCK_UNKNOWN: NULL */
void bound_blob(struct bound *bound, const struct buf *blob);   /* NULL: NULL */
void bound_order_key(struct bound *bound, const char *version); /* NULL: NULL */
/* Runs a statement that gives no rows (rows are skipped). */
int bound_run(struct bound *bound, struct err *err);
/* One row: 1 row, 0 none, -1 error. Read it with sqlite3_column_* on bound->stmt, then end. */
int bound_step(struct bound *bound, struct err *err);
void bound_end(struct bound *bound);
/* The first column of the first row as an integer; `none` when there is no row. */
int bound_value(struct bound *bound, int64_t none, int64_t *out, struct err *err);

/* Several statements at once. */
int store_script(struct store *store, enum sql_script id, struct err *err);
int store_exec(struct store *store, const char *sql, struct err *err);

/* What SQLite just refused, in words: `what` says what was being done. Returns -1. */
int store_fail(struct store *store, const char *what, struct err *err);

/* A column's text in the arena, NULL for NULL. */
char *column_text(struct arena *arena, sqlite3_stmt *stmt, int column);

/* An instant as it is stored; CLOCK_UNKNOWN for NULL. */
int64_t column_instant(sqlite3_stmt *stmt, int column);

/* Identities: found or made. */
int repository_identity(struct store *store, const struct row_repository *row, int64_t *id,
                        struct err *err);
int release_identity(struct store *store, int64_t package_id, const char *version, int64_t *id,
                     struct err *err);

/* Ends the scope of what was not touched in this run, which looked at its whole fleet. */
int store_end_scope(struct store *store, struct err *err);

/* Refuses a file of another program or of a newer version, before anything in it is touched. */
int migrate_admit(struct store *store, struct err *err);
/* schema/: brings the file up to this program's version and its views up to date. */
int migrate_up(struct store *store, struct err *err);
/* For readers: refuses what this program cannot read. */
int migrate_check(struct store *store, struct err *err);

/* The views again as temporary ones of this connection, which show the chosen run. */
int views_make_temporary(struct store *store, struct err *err);
/* The costly ones as tables, for many readings of one run: at level 1 those that reports and rules
   read, at level 2 also those that only rules read so often. */
int views_take_snapshot(struct store *store, int level, struct err *err);
/* Back to views. Done when facts are written and when another run is chosen. */
int views_drop_snapshot(struct store *store, struct err *err);

/* --- the lock -------------------------------------------------------------------------------- */
/* Takes PATH.lock, or says who holds it. A lock whose process is gone is no lock. */
int lock_take(const char *path, struct lock **out, struct err *err);
void lock_free(struct lock *lock);

#endif
