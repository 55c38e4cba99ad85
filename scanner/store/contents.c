/* What published files hold, and how it compares. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/writing.h"

/* --- what is due ----------------------------------------------------------------------------- */

static int read_files(struct store *store, struct due_release *release, struct arena *arena,
                      struct err *err)
{
    struct bound bound = bound_start(store, SQL_CONTENTS_FILES);
    struct due_file *files = NULL;
    size_t count = 0, size = 0;
    int result;

    bound_integer(&bound, release->package_id);
    bound_integer(&bound, release->release_id);
    while ((result = bound_step(&bound, err)) > 0) {
        files = mem_grow(files, count, &size, sizeof *files);
        files[count++] = (struct due_file){
            .filename = column_text(arena, bound.stmt, 0),
            .kind = column_text(arena, bound.stmt, 1),
            .url = column_text(arena, bound.stmt, 2),
            .sha256 = column_text(arena, bound.stmt, 3),
            .size = sqlite3_column_type(bound.stmt, 4) == SQLITE_NULL
                        ? -1
                        : sqlite3_column_int64(bound.stmt, 4),
            .uploaded_at = column_instant(bound.stmt, 5),
            .provenance = column_text(arena, bound.stmt, 6),
        };
    }
    bound_end(&bound);
    release->files = arena_copy(arena, files, count * sizeof *files);
    release->file_count = count;
    free(files);
    return result;
}

static struct due_release release_of(sqlite3_stmt *stmt, struct arena *arena)
{
    return (struct due_release){
        .package_id = sqlite3_column_int64(stmt, 0),
        .index = column_text(arena, stmt, 1),
        .package = column_text(arena, stmt, 2),
        .release_id = sqlite3_column_int64(stmt, 3),
        .version = column_text(arena, stmt, 4),
        .directory = column_text(arena, stmt, 5),
        .tag = column_text(arena, stmt, 6),
        .tag_commit = column_text(arena, stmt, 7),
        .committed_at = column_instant(stmt, 8),
        .newest = sqlite3_column_int(stmt, 9) != 0,
        .historic = sqlite3_column_int(stmt, 10) != 0,
        .basis = column_text(arena, stmt, 11),
    };
}

int store_contents_due(struct store *store, int64_t repository_id, const char *policy,
                       struct arena *arena, struct due_release **out, size_t *count,
                       struct err *err)
{
    struct bound bound = bound_start(store, SQL_CONTENTS_DUE);
    struct due_release *rows = NULL;
    size_t size = 0;
    int result;

    *count = 0;
    bound_integer(&bound, repository_id);
    bound_text(&bound, policy != NULL ? policy : "{}");
    while ((result = bound_step(&bound, err)) > 0) {
        rows = mem_grow(rows, *count, &size, sizeof *rows);
        rows[(*count)++] = release_of(bound.stmt, arena);
    }
    bound_end(&bound);
    for (size_t i = 0; i < *count && result == 0; i++)
        result = read_files(store, &rows[i], arena, err);
    *out = arena_copy(arena, rows, *count * sizeof *rows);
    free(rows);
    return result;
}

/* --- what a file holds ----------------------------------------------------------------------- */

int store_artifact(struct store *store, const char *sha256, int reader, struct buf *manifest,
                   struct err *err)
{
    struct bound bound = bound_start(store, SQL_ARTIFACT_READ);

    bound_text(&bound, sha256);
    bound_integer(&bound, reader);
    int result = bound_step(&bound, err);
    if (result > 0 && buf_add(manifest, sqlite3_column_blob(bound.stmt, 0),
                              (size_t)sqlite3_column_bytes(bound.stmt, 0)) != 0)
        result = 0; /* larger than anybody wants: it is read anew */
    bound_end(&bound);
    return result;
}

int store_put_artifact(struct store *store, const char *sha256, int reader,
                       const struct buf *manifest, struct err *err)
{
    struct bound bound = bound_start(store, SQL_ARTIFACT_KEEP);

    bound_text(&bound, sha256);
    bound_integer(&bound, reader);
    bound_blob(&bound, manifest);
    return bound_run(&bound, err);
}

/* --- what became of it ----------------------------------------------------------------------- */

static void add_file(struct writing *writing, int64_t repository_id,
                     const struct due_release *release, const struct row_contents *row)
{
    struct bound *bound = writing_row(writing);

    bound_integer(bound, repository_id);
    bound_integer(bound, release->release_id);
    bound_text(bound, row->filename);
    bound_integer(bound, release->package_id);
    bound_text(bound, row->kind);
    bound_text(bound, row->sha256);
    bound_text(bound, row->reason == NULL ? "known" : "unknown");
    bound_text(bound, row->reason);
    bound_text(bound, row->detail);
    bound_text(bound, row->verdict);
    bound_text(bound, row->commit);
    bound_instant(bound, row->committed_at);
    bound_text(bound, row->relation);
    if (row->reason == NULL) {
        bound_integer(bound, row->members);
        bound_integer(bound, row->same);
    } else {
        bound_text(bound, NULL);
        bound_text(bound, NULL);
    }
    writing_add(writing);
}

static void add_member(struct writing *writing, int64_t repository_id,
                       const struct due_release *release, const struct row_content_member *row)
{
    struct bound *bound = writing_row(writing);

    bound_integer(bound, repository_id);
    bound_integer(bound, release->release_id);
    bound_text(bound, row->filename);
    bound_text(bound, row->path);
    bound_text(bound, row->class);
    bound_integer(bound, release->package_id);
    bound_text(bound, row->importance);
    bound_text(bound, row->reason);
    bound_text(bound, row->git_path);
    bound_text(bound, row->blob);
    bound_text(bound, row->first_commit);
    bound_instant(bound, row->first_at);
    bound_flag(bound, row->late);
    bound_text(bound, row->lines);
    bound_flag(bound, row->comments_only);
    bound_text(bound, row->touches);
    bound_flag(bound, row->secret);
    writing_add(writing);
}

static int end_release(struct writing *writing, int64_t repository_id,
                       const struct due_release *release)
{
    struct bound *subject = writing_subject(writing);

    bound_integer(subject, repository_id);
    bound_integer(subject, release->release_id);
    return writing_end(writing);
}

static int put_basis(struct store *store, int64_t repository_id, int64_t release_id,
                     const char *basis, struct err *err)
{
    struct bound bound = bound_start(store, SQL_CONTENTS_JUDGED);

    bound_integer(&bound, repository_id);
    bound_integer(&bound, release_id);
    bound_text(&bound, basis);
    return bound_run(&bound, err);
}

int store_put_contents(struct store *store, int64_t repository_id,
                       const struct due_release *release, const struct row_contents *files,
                       size_t file_count, const struct row_content_member *members,
                       size_t member_count, const char *basis, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_CONTENTS, err);

    for (size_t i = 0; i < file_count; i++)
        add_file(&writing, repository_id, release, &files[i]);
    if (end_release(&writing, repository_id, release) != 0)
        return -1;
    writing = writing_start(store, SQL_FACT_CONTENT_MEMBER, err);
    for (size_t i = 0; i < member_count; i++)
        add_member(&writing, repository_id, release, &members[i]);
    if (end_release(&writing, repository_id, release) != 0)
        return -1;
    return put_basis(store, repository_id, release->release_id, basis, err);
}
