/* Facts of the index. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/writing.h"

static int put_document(struct store *store, const struct row_package *row, int64_t id,
                        struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_PACKAGE, err);
    struct bound *bound = writing_row(&writing);

    bound_integer(bound, id);
    bound_text(bound, row->state);
    bound_text(bound, row->display);
    bound_text(bound, row->licence);
    bound_text(bound, row->organisation);
    bound_text(bound, row->urls);
    bound_text(bound, row->status);
    bound_text(bound, row->status_reason);
    bound_text(bound, row->note);
    bound_flag(bound, row->note != NULL ? row->incomplete : -1);
    writing_add(&writing);
    bound_integer(writing_subject(&writing), id);
    return writing_end(&writing);
}

static int count_kind(const struct row_release *release, const char *kind)
{
    int count = 0;

    for (size_t i = 0; i < release->file_count; i++)
        count += release->files[i].kind != NULL && strcmp(release->files[i].kind, kind) == 0;
    return count;
}

static int put_releases(struct store *store, int64_t id, const struct row_release *releases,
                        const int64_t *ids, size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_RELEASE, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, id);
        bound_integer(bound, ids[i]);
        bound_instant(bound, releases[i].uploaded_at);
        bound_flag(bound, releases[i].yanked);
        bound_text(bound, releases[i].yanked_reason);
        bound_integer(bound, (int64_t)releases[i].file_count);
        bound_integer(bound, count_kind(&releases[i], "sdist"));
        bound_integer(bound, count_kind(&releases[i], "bdist_wheel"));
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), id);
    return writing_end(&writing);
}

static void add_file(struct writing *writing, int64_t id, int64_t release_id,
                     const struct row_file *file)
{
    struct bound *bound = writing_row(writing);

    bound_integer(bound, id);
    bound_integer(bound, release_id);
    bound_text(bound, file->filename);
    bound_text(bound, file->kind);
    bound_text(bound, file->url);
    bound_text(bound, file->sha256);
    bound_integer(bound, file->size);
    bound_instant(bound, file->uploaded_at);
    bound_flag(bound, file->yanked);
    bound_text(bound, file->provenance);
    writing_add(writing);
}

static int put_files(struct store *store, int64_t id, const struct row_release *releases,
                     const int64_t *ids, size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_FILE, err);

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < releases[i].file_count; j++)
            add_file(&writing, id, ids[i], &releases[i].files[j]);
    bound_integer(writing_subject(&writing), id);
    return writing_end(&writing);
}

static int put_etag(struct store *store, int64_t id, const char *etag, struct err *err)
{
    struct bound bound = bound_start(store, SQL_PACKAGE_ETAG);

    bound_integer(&bound, id);
    bound_text(&bound, etag);
    return bound_run(&bound, err);
}

int store_put_package(struct store *store, const struct row_package *row, const char *etag,
                      const struct row_release *releases, size_t count, int64_t *id,
                      struct err *err)
{
    int64_t *ids = mem_array(count + 1, sizeof *ids);
    int result = store_package_id(store, row->index, row->name, id, err);

    for (size_t i = 0; i < count && result == 0; i++)
        result = release_identity(store, *id, releases[i].version, &ids[i], err);
    if (result == 0 &&
        (put_document(store, row, *id, err) != 0 || put_etag(store, *id, etag, err) != 0 ||
         put_releases(store, *id, releases, ids, count, err) != 0 ||
         put_files(store, *id, releases, ids, count, err) != 0))
        result = -1;
    free(ids);
    return result;
}

int store_put_also_at(struct store *store, int64_t package_id, const char *const *urls,
                      size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_ALSO_AT, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, package_id);
        bound_text(bound, urls[i]);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), package_id);
    return writing_end(&writing);
}

int store_package(struct store *store, int64_t package_id, struct arena *arena,
                  struct row_package *out, struct err *err)
{
    struct bound bound = bound_start(store, SQL_PACKAGE_NOW);
    const char **fields[] = {&out->index,   &out->name,         &out->state, &out->display,
                             &out->licence, &out->organisation, &out->urls};

    *out = (struct row_package){0};
    bound_integer(&bound, package_id);
    int result = bound_step(&bound, err);
    for (int i = 0; result > 0 && i < (int)(sizeof fields / sizeof *fields); i++)
        *fields[i] = column_text(arena, bound.stmt, i);
    bound_end(&bound);
    return result < 0 ? -1 : 0;
}

int store_releases(struct store *store, int64_t package_id, struct arena *arena,
                   struct row_release **out, size_t *count, struct err *err)
{
    struct bound bound = bound_start(store, SQL_RELEASES_NOW);
    struct row_release *rows = NULL;
    size_t size = 0;
    int result;

    *count = 0;
    bound_integer(&bound, package_id);
    while ((result = bound_step(&bound, err)) > 0) {
        rows = mem_grow(rows, *count, &size, sizeof *rows);
        rows[(*count)++] = (struct row_release){
            .version = column_text(arena, bound.stmt, 0),
            .uploaded_at = column_instant(bound.stmt, 1),
            .yanked = sqlite3_column_int(bound.stmt, 2),
            .yanked_reason = column_text(arena, bound.stmt, 3),
        };
    }
    bound_end(&bound);
    *out = arena_array(arena, *count + 1, sizeof **out);
    if (*count > 0)
        memcpy(*out, rows, *count * sizeof *rows);
    free(rows);
    return result;
}
