#include "store/explain.h"

#include <string.h>

#include "base/buf.h"
#include "store/clauses.h"
#include "store/statements.h"

#define SQL_MAX  (1u << 20)
#define SEEN_MAX 1024

struct explaining {
    struct store *store;
    const struct rule *rule;
    const struct clauses *clauses;
    struct arena *arena;
    int64_t package_id;
    explain_fn *fn;
    void *ctx;
};

/* A condition as the query asks it: whether it holds, then its columns. */
struct asked {
    const char *text;
    int column;
    struct clause_texts names;
};

static const char *result_of(const struct explaining *explaining, const struct clause_arm *arm,
                             const char *name)
{
    int at = clause_find(&explaining->clauses->arms[0], name);

    if (at < 0 || (size_t)at >= arm->results.count)
        return NULL;
    return clause_expression(arm->results.items[at], explaining->arena);
}

static int refuse(const struct explaining *explaining, const char *why, struct err *err)
{
    return err_set(err, REASON_USAGE, "rule %s (%s) cannot be taken apart: %s",
                   explaining->rule->id, explaining->rule->source, why);
}

static int prepare(const struct explaining *explaining, const struct buf *sql, bool whole,
                   sqlite3_stmt **stmt, struct err *err)
{
    sqlite3 *db = explaining->store->db;

    if (!whole)
        return refuse(explaining, "it is too long", err);
    if (sqlite3_prepare_v2(db, buf_str(sql), -1, stmt, NULL) != SQLITE_OK)
        return refuse(explaining, sqlite3_errmsg(db), err);
    sqlite3_bind_int64(*stmt, 1, explaining->package_id);
    return 0;
}

/* " FROM … WHERE" and whose rows: the package's, else those of its repository. */
static int add_from(const struct explaining *explaining, const struct clause_arm *arm,
                    struct buf *sql)
{
    const char *package = result_of(explaining, arm, "package_id");
    const char *repository = result_of(explaining, arm, "repository_id");
    int full = buf_addf(sql, " FROM %s WHERE ", arm->from);

    if (package != NULL)
        return full | buf_addf(sql, "(%s) = ?1", package);
    if (repository != NULL)
        return full | buf_addf(sql, "(%s) = (SELECT repository_id FROM package WHERE id = ?1)",
                               repository);
    return full | buf_addstr(sql, "?1 IS NOT NULL");
}

/* --- rows ------------------------------------------------------------------------------------ */

static const char *text_or(sqlite3_stmt *stmt, int column, const char *none)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text != NULL ? text : none;
}

/* Keys are bytes that say nothing to a reader. */
static void describe(sqlite3_stmt *stmt, const struct asked *asked, struct buf *out)
{
    for (size_t i = 0; i < asked->names.count; i++) {
        int column = asked->column + 1 + (int)i;
        if (sqlite3_column_type(stmt, column) != SQLITE_BLOB &&
            buf_addf(out, "%s%s is %s", out->len > 0 ? ", " : "", asked->names.items[i],
                     text_or(stmt, column, "not known")) != 0)
            return; /* it is long enough */
    }
}

/* The one that decides: the first that is false, else the first that is unknown; NULL: none. */
static const struct asked *decide(sqlite3_stmt *stmt, const struct asked *asked, size_t count,
                                  enum explained *result)
{
    const struct asked *unknown = NULL;

    for (size_t i = 0; i < count; i++) {
        bool null = sqlite3_column_type(stmt, asked[i].column) == SQLITE_NULL;
        if (!null && sqlite3_column_int(stmt, asked[i].column) == 0) {
            *result = EXPLAINED_FAILS;
            return &asked[i];
        }
        if (null && unknown == NULL)
            unknown = &asked[i];
    }
    *result = unknown != NULL ? EXPLAINED_UNKNOWN : EXPLAINED_HOLDS;
    return unknown;
}

static void tell(const struct explaining *explaining, sqlite3_stmt *stmt,
                 const struct clause_arm *arm, const struct asked *asked, size_t count)
{
    struct buf seen = BUF_INIT(SEEN_MAX);
    struct explained_row row = {
        .version = text_or(stmt, 0, ""), .tag = text_or(stmt, 1, ""), .from = arm->from};
    const struct asked *decisive = decide(stmt, asked, count, &row.result);

    if (decisive != NULL) {
        row.condition = decisive->text;
        describe(stmt, decisive, &seen);
    }
    row.seen = buf_str(&seen);
    explaining->fn(explaining->ctx, &row);
    buf_release(&seen);
}

static int step_all(const struct explaining *explaining, sqlite3_stmt *stmt,
                    const struct clause_arm *arm, const struct asked *asked, size_t count,
                    struct err *err)
{
    int status = sqlite3_step(stmt);

    if (status == SQLITE_DONE)
        explaining->fn(explaining->ctx,
                       &(struct explained_row){EXPLAINED_NO_ROW, "", "", "", "", arm->from});
    for (; status == SQLITE_ROW; status = sqlite3_step(stmt))
        tell(explaining, stmt, arm, asked, count);
    return status == SQLITE_DONE ? 0 : store_fail(explaining->store, "explaining a rule", err);
}

static int explain_rows(const struct explaining *explaining, const struct clause_arm *arm,
                        struct err *err)
{
    size_t count = arm->conditions.count;
    struct asked *asked = arena_array(explaining->arena, count, sizeof *asked);
    const char *version = result_of(explaining, arm, "version");
    const char *tag = result_of(explaining, arm, "tag");
    struct buf sql = BUF_INIT(SQL_MAX);
    sqlite3_stmt *stmt = NULL;
    int column = 2;
    int full = buf_addf(&sql, "%sSELECT %s, %s", explaining->clauses->with,
                        version != NULL ? version : "NULL", tag != NULL ? tag : "NULL");

    for (size_t i = 0; i < count; i++) {
        asked[i] = (struct asked){.text = arm->conditions.items[i], .column = column};
        clause_columns(asked[i].text, explaining->arena, &asked[i].names);
        full |= buf_addf(&sql, ", (%s)", asked[i].text);
        for (size_t n = 0; n < asked[i].names.count; n++)
            full |= buf_addf(&sql, ", %s", asked[i].names.items[n]);
        column += 1 + (int)asked[i].names.count;
    }
    full |= add_from(explaining, arm, &sql);
    int result = prepare(explaining, &sql, full == 0, &stmt, err);
    if (result == 0)
        result = step_all(explaining, stmt, arm, asked, count, err);
    sqlite3_finalize(stmt);
    buf_release(&sql);
    return result;
}

/* --- rows together --------------------------------------------------------------------------- */

static int explain_having(const struct explaining *explaining, const struct clause_arm *arm,
                          struct err *err)
{
    struct asked asked = {.text = arena_printf(explaining->arena, "HAVING %s", arm->having),
                          .column = 2};
    struct buf sql = BUF_INIT(SQL_MAX);
    sqlite3_stmt *stmt = NULL;
    int status,
        full = buf_addf(&sql, "%sSELECT NULL, NULL, (%s)", explaining->clauses->with, arm->having);

    full |= add_from(explaining, arm, &sql);
    for (size_t i = 0; i < arm->conditions.count; i++)
        full |= buf_addf(&sql, " AND (%s)", arm->conditions.items[i]);
    full |= buf_addf(&sql, " GROUP BY %s", arm->group);
    int result = prepare(explaining, &sql, full == 0, &stmt, err);
    while (result == 0 && (status = sqlite3_step(stmt)) == SQLITE_ROW)
        tell(explaining, stmt, arm, &asked, 1);
    if (result == 0 && status != SQLITE_DONE)
        result = store_fail(explaining->store, "explaining a rule", err);
    sqlite3_finalize(stmt);
    buf_release(&sql);
    return result;
}

int rule_explain(struct store *store, const struct rule *rule, int64_t package_id, explain_fn *fn,
                 void *ctx, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct clauses clauses;
    struct explaining explaining = {store, rule, &clauses, &arena, package_id, fn, ctx};
    int result = views_take_snapshot(store, 2, err);

    clauses_read(rule->sql, &arena, &clauses);
    for (size_t i = 0; i < clauses.count && result == 0; i++) {
        const struct clause_arm *arm = &clauses.arms[i];
        if (arm->from == NULL)
            result = refuse(&explaining, "a SELECT has no FROM", err);
        else
            result = explain_rows(&explaining, arm, err);
        if (result == 0 && arm->having != NULL && arm->group != NULL)
            result = explain_having(&explaining, arm, err);
    }
    arena_release(&arena);
    return result;
}
