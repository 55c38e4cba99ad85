#include "store/store.h"

#include "base/clock.h"
#include "store/statements.h"

int64_t store_run(const struct store *store)
{
    return store->run;
}

int64_t store_changes(const struct store *store)
{
    return store->changes + (store->batch ? store->batch_changes : 0);
}

static int insert_run(struct store *store, const char *arguments, struct err *err)
{
    struct bound interrupt = bound_start(store, SQL_RUN_INTERRUPT);

    if (bound_run(&interrupt, err) != 0)
        return -1;
    struct bound begin = bound_start(store, SQL_RUN_BEGIN);
    bound_instant(&begin, clock_now());
    bound_text(&begin, arguments);
    bound_text(&begin, FLEETDRIFT_VERSION);
    return bound_run(&begin, err);
}

int store_begin_run(struct store *store, const char *arguments, struct err *err)
{
    if (store_begin(store, err) != 0)
        return -1;
    if (insert_run(store, arguments, err) != 0) {
        store_rollback(store);
        return -1;
    }
    int64_t run = sqlite3_last_insert_rowid(store->db);
    if (store_commit(store, err) != 0)
        return -1;
    store->run = run;
    store->changes = 0;
    store->scope_ended = false;
    struct bound clear = bound_start(store, SQL_SCOPE_CLEAR);
    return bound_run(&clear, err);
}

void store_keep_scope(struct store *store)
{
    store->scope_ended = true;
}

int store_end_scope(struct store *store, struct err *err)
{
    if (store->scope_ended)
        return 0;
    if (store_begin(store, err) != 0)
        return -1;
    struct bound close = bound_start(store, SQL_SCOPE_CLOSE);
    bound_integer(&close, store->run);
    if (bound_run(&close, err) != 0) {
        store_rollback(store);
        return -1;
    }
    store->batch_changes += sqlite3_changes64(store->db);
    store->scope_ended = true;
    return store_commit(store, err);
}

int store_forget_listings(struct store *store, const char *const *asked, struct err *err)
{
    struct buf names = BUF_INIT(1u << 20);
    int result = buf_addstr(&names, "\n");

    for (size_t i = 0; result == 0 && asked != NULL && asked[i] != NULL; i++)
        result = buf_addf(&names, "%s\n", asked[i]);
    if (result != 0)
        result = err_set(err, REASON_USAGE, "the names of the organisations are too long");
    if (result == 0)
        result = store_begin(store, err);
    if (result == 0) {
        struct bound forget = bound_start(store, SQL_LISTINGS_FORGET);
        bound_integer(&forget, store->run);
        bound_text(&forget, buf_str(&names));
        result = bound_run(&forget, err);
        store->batch_changes += sqlite3_changes64(store->db);
        if (result == 0)
            result = store_commit(store, err);
        else
            store_rollback(store);
    }
    buf_release(&names);
    return result;
}

int store_end_run(struct store *store, enum run_state state, struct err *err)
{
    static const char *const words[] = {"complete", "interrupted", "failed"};

    if (state == RUN_COMPLETE && store_end_scope(store, err) != 0)
        return -1;
    struct bound bound = bound_start(store, SQL_RUN_END);
    bound_integer(&bound, store->run);
    bound_instant(&bound, clock_now());
    bound_text(&bound, words[state]);
    return bound_run(&bound, err) != 0 ? -1 : store_flush(store, err);
}

int store_last_scan(struct store *store, int64_t *run, int64_t *started_at, struct err *err)
{
    struct bound bound = bound_start(store, SQL_RUN_LAST_SCAN);
    int result = bound_step(&bound, err);

    *run = result > 0 ? sqlite3_column_int64(bound.stmt, 0) : 0;
    *started_at = result > 0 ? column_instant(bound.stmt, 1) : CLOCK_UNKNOWN;
    bound_end(&bound);
    return result < 0 ? -1 : 0;
}

static int find_run(struct store *store, int64_t run, int64_t *out, struct err *err)
{
    struct bound bound = bound_start(store, run == 0 ? SQL_RUN_LATEST : SQL_RUN_FIND);

    if (run != 0)
        bound_integer(&bound, run);
    if (bound_value(&bound, 0, out, err) != 0)
        return -1;
    if (*out != 0)
        return 0;
    if (run == 0)
        return err_set(err, REASON_DATABASE, "%s: the database has no run yet; run a scan first",
                       store->path);
    int64_t kept;
    struct bound pruned = bound_start(store, SQL_PRUNED);
    if (bound_value(&pruned, 0, &kept, err) != 0)
        return -1;
    return err_set(err, REASON_USAGE, "%s: the database has no run %lld%s", store->path,
                   (long long)run, run < kept ? " any more: it was pruned" : "");
}

int store_run_before(struct store *store, int64_t run, int64_t *out, struct err *err)
{
    struct bound bound = bound_start(store, SQL_RUN_BEFORE);

    bound_integer(&bound, run);
    return bound_value(&bound, 0, out, err);
}

int store_run_as_of(struct store *store, int64_t instant, int64_t *run, struct err *err)
{
    struct bound bound = bound_start(store, SQL_RUN_AS_OF);
    char text[CLOCK_TEXT];

    bound_instant(&bound, instant);
    if (bound_value(&bound, 0, run, err) != 0)
        return -1;
    if (*run == 0)
        return err_set(err, REASON_USAGE, "%s: the database has no complete run from %s or before",
                       store->path, clock_format(instant, text));
    return 0;
}

int store_view_run(struct store *store, int64_t run, struct err *err)
{
    int64_t found;

    if (find_run(store, run, &found, err) != 0)
        return -1;
    if (found == store->view)
        return 0;
    if (views_drop_snapshot(store, err) != 0)
        return -1;
    struct bound bound = bound_start(store, SQL_CHOSEN_SET);
    bound_integer(&bound, found);
    if (bound_run(&bound, err) != 0)
        return -1;
    store->view = found;
    return 0;
}
