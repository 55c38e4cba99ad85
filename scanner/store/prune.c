#include "store/prune.h"

#include "store/statements.h"

/* A statement that takes the first kept run at most; `rows` adds up what it changed. */
static int run(struct store *store, enum sql id, int64_t first, int64_t *rows, struct err *err)
{
    struct bound bound = bound_start(store, id);

    if (bound.stmt != NULL && sqlite3_bind_parameter_count(bound.stmt) > 0)
        bound_integer(&bound, first);
    if (bound_run(&bound, err) != 0)
        return -1;
    if (rows != NULL)
        *rows += sqlite3_changes64(store->db);
    return 0;
}

static int run_all(struct store *store, const enum sql *ids, size_t count, int64_t first,
                   struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (run(store, ids[i], first, NULL, err) != 0)
            return -1;
    return 0;
}

static int find_first(struct store *store, int64_t before, int64_t *first, struct err *err)
{
    struct bound bound = bound_start(store, SQL_PRUNE_FIRST);

    bound_instant(&bound, before);
    return bound_value(&bound, 0, first, err);
}

static int count_gone(struct store *store, struct prune_result *out, struct err *err)
{
    struct bound bound = bound_start(store, SQL_PRUNE_GONE);
    int result = bound_step(&bound, err);

    if (result > 0) {
        out->repositories = sqlite3_column_int64(bound.stmt, 0);
        out->packages = sqlite3_column_int64(bound.stmt, 1);
    }
    bound_end(&bound);
    return result < 0 ? -1 : 0;
}

static int count_runs(struct store *store, struct prune_result *out, struct err *err)
{
    struct bound pruned = bound_start(store, SQL_PRUNED);
    int64_t before;

    if (bound_value(&pruned, 0, &before, err) != 0)
        return -1;
    struct bound bound = bound_start(store, SQL_PRUNE_RUN_COUNT);
    bound_integer(&bound, out->first);
    bound_integer(&bound, before);
    return bound_value(&bound, 0, &out->runs, err);
}

static int tell_names(struct store *store, int64_t first, prune_name_fn *name, void *ctx,
                      struct err *err)
{
    struct bound bound = bound_start(store, SQL_PRUNE_NAMES);
    int result;

    bound_integer(&bound, first);
    while ((result = bound_step(&bound, err)) > 0)
        name(ctx, (const char *)sqlite3_column_text(bound.stmt, 0),
             (const char *)sqlite3_column_text(bound.stmt, 1),
             (const char *)sqlite3_column_text(bound.stmt, 2));
    bound_end(&bound);
    return result;
}

static int remove_facts(struct store *store, struct prune_result *out, struct err *err)
{
    static const enum sql others[] = {
        SQL_PRUNE_MEMORY,      SQL_PRUNE_ARTIFACTS,      SQL_PRUNE_ANSWERS,
        SQL_PRUNE_BASIS,       SQL_PRUNE_ASKED,          SQL_PRUNE_RELEASE_IDS,
        SQL_PRUNE_PACKAGE_IDS, SQL_PRUNE_REPOSITORY_IDS, SQL_PRUNE_DAYS,
    };

    for (int i = 0; i < SQL_FACT_COUNT; i++)
        if (run(store, sql_facts[i].prune, out->first, &out->rows, err) != 0)
            return -1;
    if (run_all(store, others, sizeof others / sizeof *others, out->first, err) != 0)
        return -1;
    for (int i = 0; i < SQL_FACT_COUNT; i++)
        if (run(store, sql_facts[i].runs, out->first, NULL, err) != 0)
            return -1;
    return run(store, SQL_PRUNE_RUNS, out->first, NULL, err);
}

/* What nothing names any more is gone, and nothing names what is gone. */
static int check_whole(struct store *store, struct err *err)
{
    struct bound bound = bound_start(store, SQL_PRUNE_CHECK);
    int result = bound_step(&bound, err);

    if (result > 0 && sqlite3_column_int64(bound.stmt, 0) > 0)
        result =
            err_set(err, REASON_DATABASE, "%s: %s names what would be gone; nothing was removed",
                    store->path, (const char *)sqlite3_column_text(bound.stmt, 1));
    bound_end(&bound);
    return result < 0 ? -1 : 0;
}

static int prune(struct store *store, int64_t before, prune_name_fn *name, void *ctx,
                 struct prune_result *out, struct err *err)
{
    static const enum sql marks[] = {SQL_RUN_INTERRUPT, SQL_PRUNE_REPOSITORIES, SQL_PRUNE_PACKAGES};

    if (find_first(store, before, &out->first, err) != 0 ||
        run_all(store, marks, sizeof marks / sizeof *marks, out->first, err) != 0 ||
        count_gone(store, out, err) != 0 || count_runs(store, out, err) != 0 ||
        tell_names(store, out->first, name, ctx, err) != 0 || remove_facts(store, out, err) != 0 ||
        run(store, SQL_PRUNE_REMEMBER, out->first, NULL, err) != 0)
        return -1;
    return check_whole(store, err);
}

int store_prune(struct store *store, int64_t before, bool dry, prune_name_fn *name, void *ctx,
                struct prune_result *out, struct err *err)
{
    *out = (struct prune_result){0};
    if (store_script(store, SQL_SCRIPT_PRUNE_OPEN, err) != 0 || store_begin(store, err) != 0)
        return -1;
    int result = prune(store, before, name, ctx, out, err);
    if (result != 0 || dry)
        store_rollback(store);
    else
        result = store_keep(store, err);
    if (store_flush(store, result == 0 ? err : NULL) != 0)
        return -1;
    if (result == 0)
        result = store_script(store, SQL_SCRIPT_PRUNE_CLOSE, err);
    return result;
}

int store_shrink(struct store *store, struct err *err)
{
    return store_script(store, SQL_SCRIPT_SHRINK, err);
}
