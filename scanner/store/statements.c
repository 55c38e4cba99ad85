#include "store/statements.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

static enum reason reason_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return REASON_DISK;
    case SQLITE_INTERRUPT:
        return REASON_INTERRUPTED;
    default:
        return REASON_DATABASE;
    }
}

int store_fail(struct store *store, const char *what, struct err *err)
{
    int code = sqlite3_errcode(store->db);
    int os = sqlite3_system_errno(store->db);
    enum reason reason = reason_of(code);

    if ((code & 0xff) == SQLITE_FULL)
        return err_set(err, reason, "%s: %s: the disk is full", store->path, what);
    if ((code & 0xff) == SQLITE_NOTADB)
        return err_set(err, reason, "%s: the file is not a database", store->path);
    if ((code & 0xff) == SQLITE_READONLY)
        return err_set(err, reason, "%s: %s: the file cannot be written", store->path, what);
    if (reason == REASON_DISK)
        return err_set(err, reason, "%s: %s: the disk is full or fails: %s", store->path, what,
                       os != 0 ? strerror(os) : sqlite3_errmsg(store->db));
    return err_set(err, reason, "%s: %s: %s", store->path, what, sqlite3_errmsg(store->db));
}

int store_exec(struct store *store, const char *sql, struct err *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, "the database could not be prepared", err);
    return 0;
}

int store_script(struct store *store, enum sql_script id, struct err *err)
{
    return store_exec(store, sql_scripts[id], err);
}

struct bound bound_start(struct store *store, enum sql id)
{
    sqlite3_stmt **stmt = &store->statements[id];
    struct bound bound = {.store = store, .next = 1};

    if (*stmt == NULL)
        bound.status = sqlite3_prepare_v3(store->db, sql_statements[id].text, -1,
                                          SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    bound.stmt = *stmt;
    return bound;
}

static void note(struct bound *bound, int status)
{
    if (bound->status == SQLITE_OK)
        bound->status = status;
}

void bound_text(struct bound *bound, const char *text)
{
    int at = bound->next++;

    if (bound->stmt == NULL)
        return;
    if (text == NULL) {
        note(bound, sqlite3_bind_null(bound->stmt, at));
        return;
    }
    size_t len = strlen(text);
    if (text_is_utf8(text, len)) {
        note(bound, sqlite3_bind_text64(bound->stmt, at, text, len, SQLITE_STATIC, SQLITE_UTF8));
        return;
    }
    size_t size = 4 * len + 1;
    char *clean = mem_alloc(size);
    len = text_escape(text, len, clean, size);
    note(bound, sqlite3_bind_text64(bound->stmt, at, clean, len, free, SQLITE_UTF8));
}

void bound_integer(struct bound *bound, int64_t value)
{
    int at = bound->next++;

    if (bound->stmt != NULL)
        note(bound, sqlite3_bind_int64(bound->stmt, at, value));
}

void bound_flag(struct bound *bound, int value)
{
    if (value < 0)
        bound_text(bound, NULL);
    else
        bound_integer(bound, value);
}

void bound_instant(struct bound *bound, int64_t instant)
{
    char text[CLOCK_TEXT];
    int at = bound->next++;

    clock_format(instant, text);
    if (bound->stmt == NULL)
        return;
    if (text[0] == '\0')
        note(bound, sqlite3_bind_null(bound->stmt, at));
    else
        note(bound, sqlite3_bind_text(bound->stmt, at, text, -1, SQLITE_TRANSIENT));
}

void bound_blob(struct bound *bound, const struct buf *blob)
{
    int at = bound->next++;

    if (bound->stmt == NULL)
        return;
    if (blob == NULL)
        note(bound, sqlite3_bind_null(bound->stmt, at));
    else
        note(bound,
             sqlite3_bind_blob64(bound->stmt, at, buf_str(blob), blob->len, SQLITE_TRANSIENT));
}

int bound_step(struct bound *bound, struct err *err)
{
    int status = bound->status;

    if (status == SQLITE_OK && bound->stmt != NULL)
        status = sqlite3_step(bound->stmt);
    if (status == SQLITE_ROW)
        return 1;
    if (status == SQLITE_DONE)
        return 0;
    return store_fail(bound->store, "the database cannot be read or written", err);
}

void bound_end(struct bound *bound)
{
    if (bound->stmt != NULL)
        sqlite3_reset(bound->stmt);
}

int bound_run(struct bound *bound, struct err *err)
{
    int result;

    do
        result = bound_step(bound, err);
    while (result > 0);
    bound_end(bound);
    return result;
}

int bound_value(struct bound *bound, int64_t none, int64_t *out, struct err *err)
{
    int result = bound_step(bound, err);

    if (result >= 0)
        *out = result > 0 ? sqlite3_column_int64(bound->stmt, 0) : none;
    bound_end(bound);
    return result < 0 ? -1 : 0;
}

char *column_text(struct arena *arena, sqlite3_stmt *stmt, int column)
{
    return arena_strdup(arena, (const char *)sqlite3_column_text(stmt, column));
}

int64_t column_instant(sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    int64_t instant;

    return text != NULL && clock_parse(text, &instant, NULL) == 0 ? instant : CLOCK_UNKNOWN;
}
