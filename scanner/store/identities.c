/* Who is who: repositories, packages and releases across runs, and what was known of them. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/pep440.h"
#include "store/writing.h"

/* --- finding ---------------------------------------------------------------------------------- */

static int by_forge_id(struct store *store, const char *host, int64_t forge_id, int64_t *id,
                       struct err *err)
{
    struct bound bound = bound_start(store, SQL_REPOSITORY_BY_FORGE_ID);

    bound_text(&bound, host);
    bound_integer(&bound, forge_id);
    return bound_value(&bound, 0, id, err);
}

static int by_name(struct store *store, enum sql query, const char *host, const char *owner,
                   const char *name, int64_t *id, struct err *err)
{
    struct bound bound = bound_start(store, query);

    bound_text(&bound, host);
    bound_text(&bound, owner);
    bound_text(&bound, name);
    return bound_value(&bound, 0, id, err);
}

/* 0 when there is none. A repository that was named before its id was known becomes this one. */
static int find_repository(struct store *store, const char *host, int64_t forge_id,
                           const char *owner, const char *name, int64_t *id, struct err *err)
{
    if (forge_id == 0)
        return by_name(store, SQL_REPOSITORY_BY_NAME, host, owner, name, id, err);
    if (by_forge_id(store, host, forge_id, id, err) != 0)
        return -1;
    if (*id != 0)
        return 0;
    if (by_name(store, SQL_REPOSITORY_NAMELESS, host, owner, name, id, err) != 0)
        return -1;
    if (*id == 0)
        return 0;
    struct bound claim = bound_start(store, SQL_REPOSITORY_CLAIM);
    bound_integer(&claim, *id);
    bound_integer(&claim, forge_id);
    return bound_run(&claim, err);
}

static int insert(struct bound *bound, int64_t *id, struct err *err)
{
    if (bound_run(bound, err) != 0)
        return -1;
    *id = sqlite3_last_insert_rowid(bound->store->db);
    return 0;
}

int repository_identity(struct store *store, const struct row_repository *row, int64_t *id,
                        struct err *err)
{
    if (find_repository(store, row->host, row->forge_id, row->owner, row->name, id, err) != 0)
        return -1;
    if (*id != 0)
        return 0;
    struct bound bound = bound_start(store, SQL_REPOSITORY_NEW);
    bound_text(&bound, row->host);
    bound_integer(&bound, row->forge_id);
    return insert(&bound, id, err);
}

static int find_package(struct store *store, const char *index, const char *name, int64_t *id,
                        struct err *err)
{
    struct bound bound = bound_start(store, SQL_KNOWN_PACKAGE);

    bound_text(&bound, index);
    bound_text(&bound, name);
    return bound_value(&bound, 0, id, err);
}

int store_package_id(struct store *store, const char *index, const char *name, int64_t *id,
                     struct err *err)
{
    if (find_package(store, index, name, id, err) != 0)
        return -1;
    if (*id != 0)
        return 0;
    struct bound bound = bound_start(store, SQL_PACKAGE_NEW);
    bound_text(&bound, index);
    bound_text(&bound, name);
    return insert(&bound, id, err);
}

static const char *normal_form(struct store *store, const char *version)
{
    buf_reset(&store->normal);
    if (pep440_normal(version, strlen(version), &store->normal) != 0)
        return version;
    return buf_str(&store->normal);
}

int release_identity(struct store *store, int64_t package_id, const char *version, int64_t *id,
                     struct err *err)
{
    struct bound find = bound_start(store, SQL_RELEASE_FIND);

    bound_integer(&find, package_id);
    bound_text(&find, version);
    if (bound_value(&find, 0, id, err) != 0)
        return -1;
    if (*id != 0)
        return 0;
    struct bound bound = bound_start(store, SQL_RELEASE_NEW);
    bound_integer(&bound, package_id);
    bound_text(&bound, version);
    bound_text(&bound, normal_form(store, version));
    bound_order_key(&bound, version);
    bound_flag(&bound, pep440_is_prerelease(version, strlen(version)));
    return insert(&bound, id, err);
}

void bound_order_key(struct bound *bound, const char *version)
{
    struct buf *key = &bound->store->key;

    buf_reset(key);
    if (version != NULL)
        pep440_key(version, strlen(version), key);
    bound_blob(bound, version == NULL ? NULL : key);
}

/* --- what was known --------------------------------------------------------------------------- */

static int read_refs(struct store *store, struct arena *arena, struct known_repository *out,
                     struct err *err)
{
    struct bound bound = bound_start(store, SQL_KNOWN_REFS);

    bound_integer(&bound, out->id);
    int result = bound_step(&bound, err);
    if (result > 0) {
        out->digest = column_text(arena, bound.stmt, 0);
        out->head_oid = column_text(arena, bound.stmt, 1);
        out->reader = sqlite3_column_int(bound.stmt, 2);
    }
    bound_end(&bound);
    return result < 0 ? -1 : 0;
}

static int read_tips(struct store *store, struct arena *arena, struct known_repository *out,
                     struct err *err)
{
    struct bound bound = bound_start(store, SQL_KNOWN_TIPS);
    struct known_tip *rows = NULL;
    size_t size = 0;
    int result;

    bound_integer(&bound, out->id);
    while ((result = bound_step(&bound, err)) > 0) {
        rows = mem_grow(rows, out->tip_count, &size, sizeof *rows);
        rows[out->tip_count++] = (struct known_tip){.ref = column_text(arena, bound.stmt, 0),
                                                    .oid = column_text(arena, bound.stmt, 1)};
    }
    bound_end(&bound);
    out->tips = arena_copy(arena, rows, out->tip_count * sizeof *rows);
    free(rows);
    return result;
}

static void read_package(struct known_package *out, struct arena *arena, sqlite3_stmt *stmt)
{
    out->id = sqlite3_column_int64(stmt, 0);
    out->name = column_text(arena, stmt, 1);
    out->etag = column_text(arena, stmt, 2);
    out->state = column_text(arena, stmt, 3);
}

static int read_packages(struct store *store, struct arena *arena, struct known_repository *out,
                         struct err *err)
{
    struct bound bound = bound_start(store, SQL_KNOWN_PACKAGES);
    struct known_package *rows = NULL;
    size_t size = 0;
    int result;

    bound_integer(&bound, out->id);
    while ((result = bound_step(&bound, err)) > 0) {
        rows = mem_grow(rows, out->package_count, &size, sizeof *rows);
        struct known_package *row = &rows[out->package_count++];
        *row = (struct known_package){.link = column_text(arena, bound.stmt, 4),
                                      .directory = column_text(arena, bound.stmt, 5)};
        read_package(row, arena, bound.stmt);
    }
    bound_end(&bound);
    struct known_package *kept = arena_array(arena, out->package_count + 1, sizeof *kept);
    if (out->package_count > 0)
        memcpy(kept, rows, out->package_count * sizeof *rows);
    out->packages = kept;
    free(rows);
    return result;
}

/* Of the workflows the one that says most: that one could not be read. */
static int read_workflows(struct store *store, struct arena *arena, struct known_repository *out,
                          struct err *err)
{
    struct bound bound = bound_start(store, SQL_KNOWN_WORKFLOWS);

    bound_integer(&bound, out->id);
    int result = bound_step(&bound, err);
    if (result > 0) {
        out->workflows = column_text(arena, bound.stmt, 0);
        out->workflows_reason = column_text(arena, bound.stmt, 1);
        out->workflows_detail = column_text(arena, bound.stmt, 2);
    }
    bound_end(&bound);
    return result < 0 ? -1 : 0;
}

int store_known_repository(struct store *store, const char *host, int64_t forge_id,
                           const char *owner, const char *name, struct arena *arena,
                           struct known_repository *out, struct err *err)
{
    int64_t projects;

    *out = (struct known_repository){0};
    if (find_repository(store, host, forge_id, owner, name, &out->id, err) != 0)
        return -1;
    if (out->id == 0)
        return 0;
    struct bound bound = bound_start(store, SQL_KNOWN_PROJECTS);
    bound_integer(&bound, out->id);
    if (bound_value(&bound, 0, &projects, err) != 0 || read_refs(store, arena, out, err) != 0 ||
        read_tips(store, arena, out, err) != 0 || read_workflows(store, arena, out, err) != 0)
        return -1;
    out->has_projects = projects != 0;
    return read_packages(store, arena, out, err);
}

int store_known_package(struct store *store, const char *index, const char *name,
                        struct arena *arena, struct known_package *out, struct err *err)
{
    struct bound bound = bound_start(store, SQL_KNOWN_PACKAGE);

    *out = (struct known_package){.name = arena_strdup(arena, name)};
    bound_text(&bound, index);
    bound_text(&bound, name);
    int result = bound_step(&bound, err);
    if (result > 0) {
        read_package(out, arena, bound.stmt);
        out->was_known = sqlite3_column_int(bound.stmt, 4);
        out->also_at = sqlite3_column_int(bound.stmt, 5);
        out->status = column_text(arena, bound.stmt, 6);
    }
    bound_end(&bound);
    return result < 0 ? -1 : 0;
}

/* --- scope ----------------------------------------------------------------------------------- */

static int touch(struct store *store, int64_t repository_id, int64_t package_id, struct err *err)
{
    static const enum sql both[] = {SQL_SCOPE_ADD, SQL_TOUCH};

    for (int i = 0; i < 2; i++) {
        struct bound bound = bound_start(store, both[i]);
        bound_integer(&bound, repository_id);
        bound_integer(&bound, package_id);
        if (both[i] == SQL_TOUCH)
            bound_integer(&bound, store->run);
        if (bound_run(&bound, err) != 0)
            return -1;
    }
    store->batch_changes += sqlite3_changes64(store->db);
    return 0;
}

int store_touch_repository(struct store *store, int64_t repository_id, struct err *err)
{
    return touch(store, repository_id, 0, err);
}

int store_touch_package(struct store *store, int64_t package_id, struct err *err)
{
    return touch(store, 0, package_id, err);
}
