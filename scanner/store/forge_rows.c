#include "store/forge_rows.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/writing.h"

#define PULL_COLUMNS 10

/* --- what is due ----------------------------------------------------------------------------- */

static int read_commits(struct store *store, int64_t repository_id, unsigned releases,
                        struct arena *arena, struct due_forge *out, struct err *err)
{
    struct bound bound = bound_start(store, SQL_FORGE_DUE_COMMITS);
    const char **commits = NULL;
    size_t count = 0, size = 0;
    int result;

    bound_integer(&bound, repository_id);
    bound_integer(&bound, releases);
    bound_flag(&bound, out->releases);
    while ((result = bound_step(&bound, err)) > 0) {
        commits = mem_grow(commits, count, &size, sizeof *commits);
        commits[count++] = column_text(arena, bound.stmt, 0);
    }
    bound_end(&bound);
    out->commits = arena_array(arena, count + 1, sizeof *commits);
    for (size_t i = 0; i < count; i++)
        out->commits[i] = commits[i];
    out->commit_count = count;
    free(commits);
    return result;
}

int store_forge_due(struct store *store, int64_t repository_id, const char *updated_at,
                    int64_t again, unsigned releases, struct arena *arena, struct due_forge *out,
                    struct err *err)
{
    struct bound bound = bound_start(store, SQL_FORGE_DUE);

    *out = (struct due_forge){0};
    bound_integer(&bound, repository_id);
    bound_text(&bound, updated_at);
    bound_instant(&bound, again);
    int result = bound_step(&bound, err);
    if (result > 0)
        *out = (struct due_forge){
            .owner = column_text(arena, bound.stmt, 0),
            .name = column_text(arena, bound.stmt, 1),
            .default_branch = column_text(arena, bound.stmt, 2),
            .digest = column_text(arena, bound.stmt, 3),
            .releases = sqlite3_column_int(bound.stmt, 4) != 0,
        };
    bound_end(&bound);
    return result > 0 ? read_commits(store, repository_id, releases, arena, out, err) : result;
}

/* --- what it said ---------------------------------------------------------------------------- */

int store_put_forge(struct store *store, int64_t repository_id, const struct row_forge *row,
                    struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_FORGE, err);
    struct bound *bound = writing_row(&writing);

    bound_integer(bound, repository_id);
    bound_text(bound, row->state);
    bound_text(bound, row->reason);
    bound_text(bound, row->detail);
    writing_add(&writing);
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_forge_releases(struct store *store, int64_t repository_id,
                             const struct forge_release *rows, size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_FORGE_RELEASE, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_integer(bound, rows[i].number);
        bound_text(bound, rows[i].tag);
        bound_text(bound, rows[i].name);
        bound_flag(bound, rows[i].draft);
        bound_flag(bound, rows[i].prerelease);
        bound_flag(bound, rows[i].latest);
        bound_instant(bound, rows[i].created_at);
        bound_instant(bound, rows[i].published_at);
        bound_text(bound, rows[i].commit);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

static void add_pull(struct bound *bound, const struct forge_pull *pull)
{
    bound_integer(bound, pull->number);
    bound_text(bound, pull->url);
    bound_text(bound, pull->author);
    bound_text(bound, pull->merged_by);
    bound_instant(bound, pull->merged_at);
    bound_text(bound, pull->base);
    bound_text(bound, pull->head);
    bound_text(bound, pull->merge);
    bound_text(bound, forge_reviewed_word(pull->reviewed));
    bound_text(bound, pull->reviews);
}

static void add_no_pull(struct bound *bound)
{
    for (int i = 0; i < PULL_COLUMNS; i++)
        bound_text(bound, NULL);
}

int store_put_forge_commit(struct store *store, int64_t repository_id, const char *oid,
                           const struct forge_commit *commit, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_FORGE_COMMIT, err);
    struct bound *bound = writing_row(&writing);

    bound_integer(bound, repository_id);
    bound_text(bound, oid);
    bound_text(bound, forge_look_word(commit->state));
    bound_text(bound, commit->signature);
    bound_text(bound, commit->checks);
    bound_text(bound, forge_look_word(commit->pull_state));
    if (commit->pull_state == FORGE_KNOWN)
        add_pull(bound, &commit->pull);
    else
        add_no_pull(bound);
    writing_add(&writing);
    bound = writing_subject(&writing);
    bound_integer(bound, repository_id);
    bound_text(bound, oid);
    return writing_end(&writing);
}

int store_forge_asked(struct store *store, int64_t repository_id, const char *digest,
                      const char *updated_at, int64_t now, struct err *err)
{
    struct bound bound = bound_start(store, SQL_FORGE_ASKED);

    bound_integer(&bound, repository_id);
    bound_text(&bound, digest);
    bound_text(&bound, updated_at);
    bound_instant(&bound, now);
    return bound_run(&bound, err);
}
