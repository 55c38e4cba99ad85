/* Reading: named queries for those who print. */
#include "store/store.h"

#include <string.h>

#include "store/statements.h"

#define COLUMNS_MAX 64

static int find_query(const char *name)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (strcmp(sql_statements[i].name, name) == 0)
            return i;
    return -1;
}

/* A bind that the query does not have is a filter that does not concern it. */
static void bind_named(struct bound *bound, const struct bind *binds, size_t count)
{
    if (bound->stmt == NULL)
        return;
    sqlite3_clear_bindings(bound->stmt);
    for (size_t i = 0; i < count; i++) {
        bound->next = sqlite3_bind_parameter_index(bound->stmt, binds[i].name);
        if (bound->next > 0)
            bound_text(bound, binds[i].text);
    }
}

static struct cell read_cell(sqlite3_stmt *stmt, int column)
{
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_NULL:
        return (struct cell){.type = CELL_NULL};
    case SQLITE_INTEGER:
        return (struct cell){.type = CELL_INTEGER, .integer = sqlite3_column_int64(stmt, column)};
    default:
        return (struct cell){.type = CELL_TEXT,
                             .text = (const char *)sqlite3_column_text(stmt, column),
                             .len = (size_t)sqlite3_column_bytes(stmt, column)};
    }
}

static int run_query(struct bound *bound, store_columns_fn *columns, store_row_fn *row, void *ctx,
                     struct err *err)
{
    const char *names[COLUMNS_MAX];
    struct cell cells[COLUMNS_MAX];
    int count = bound->stmt == NULL ? 0 : sqlite3_column_count(bound->stmt);
    int result;

    if (count > COLUMNS_MAX)
        return err_set(err, REASON_INTERNAL, "a query has %d columns", count);
    for (int i = 0; i < count; i++)
        names[i] = sqlite3_column_name(bound->stmt, i);
    result = columns != NULL && count > 0 ? columns(ctx, names, (size_t)count) : 0;
    while (result == 0 && (result = bound_step(bound, err)) > 0) {
        for (int i = 0; i < count; i++)
            cells[i] = read_cell(bound->stmt, i);
        result = row(ctx, cells, (size_t)count);
        if (result != 0)
            break;
    }
    return result;
}

int store_query(struct store *store, const char *query, const struct bind *binds, size_t count,
                store_columns_fn *columns, store_row_fn *row, void *ctx, struct err *err)
{
    int id = find_query(query);

    if (id < 0)
        return err_set(err, REASON_INTERNAL, "there is no query \"%s\"", query);
    if (store->view == 0 && store_view_run(store, 0, err) != 0)
        return -1;
    if (views_take_snapshot(store, 1, err) != 0)
        return -1;
    struct bound bound = bound_start(store, (enum sql)id);
    bind_named(&bound, binds, count);
    int result = run_query(&bound, columns, row, ctx, err);
    bound_end(&bound);
    return result;
}
