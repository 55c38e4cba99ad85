/* Who says that they made a published file. */
#include "store/store.h"

#include "store/writing.h"

/* --- what an index answered ------------------------------------------------------------------ */

int store_provenance_answer(struct store *store, int64_t package_id, const char *sha256,
                            struct arena *arena, struct buf *document, const char **etag,
                            struct err *err)
{
    struct bound bound = bound_start(store, SQL_PROVENANCE_RECALL);

    bound_integer(&bound, package_id);
    bound_text(&bound, sha256);
    int result = bound_step(&bound, err);
    if (result > 0)
        *etag = column_text(arena, bound.stmt, 1);
    if (result > 0 && buf_add(document, sqlite3_column_blob(bound.stmt, 0),
                              (size_t)sqlite3_column_bytes(bound.stmt, 0)) != 0)
        result = 0; /* larger than anybody wants: it is asked for anew */
    bound_end(&bound);
    return result;
}

int store_keep_provenance_answer(struct store *store, int64_t package_id, const char *sha256,
                                 const char *etag, const struct buf *document, struct err *err)
{
    struct bound bound = bound_start(store, SQL_PROVENANCE_KEEP);

    bound_integer(&bound, package_id);
    bound_text(&bound, sha256);
    bound_text(&bound, etag);
    bound_blob(&bound, document);
    return bound_run(&bound, err);
}

/* --- what is known --------------------------------------------------------------------------- */

static void add_file(struct writing *writing, int64_t repository_id,
                     const struct due_release *release, const struct row_provenance *row)
{
    struct bound *bound = writing_row(writing);

    bound_integer(bound, repository_id);
    bound_integer(bound, release->release_id);
    bound_text(bound, row->filename);
    bound_integer(bound, release->package_id);
    bound_text(bound, row->kind);
    bound_text(bound, row->state);
    bound_text(bound, row->reason);
    bound_text(bound, row->detail);
    writing_add(writing);
}

static void add_attestation(struct writing *writing, int64_t repository_id,
                            const struct due_release *release, const struct row_attestation *row)
{
    struct bound *bound = writing_row(writing);

    bound_integer(bound, repository_id);
    bound_integer(bound, release->release_id);
    bound_text(bound, row->filename);
    bound_integer(bound, row->number);
    bound_integer(bound, release->package_id);
    bound_text(bound, row->predicate);
    bound_text(bound, row->publisher);
    bound_text(bound, row->publisher_repository);
    bound_text(bound, row->workflow);
    bound_text(bound, row->environment);
    bound_text(bound, row->identity);
    bound_text(bound, row->repository);
    bound_text(bound, row->repository_forge_id);
    bound_flag(bound, row->on_forge);
    bound_text(bound, row->commit);
    bound_text(bound, row->ref);
    bound_instant(bound, row->integrated_at);
    bound_text(bound, row->fault);
    bound_text(bound, row->chain);
    bound_text(bound, row->relation);
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

int store_put_provenance(struct store *store, int64_t repository_id,
                         const struct due_release *release, const struct row_provenance *files,
                         size_t file_count, const struct row_attestation *attestations,
                         size_t attestation_count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_PROVENANCE, err);

    for (size_t i = 0; i < file_count; i++)
        add_file(&writing, repository_id, release, &files[i]);
    if (end_release(&writing, repository_id, release) != 0)
        return -1;
    writing = writing_start(store, SQL_FACT_ATTESTATION, err);
    for (size_t i = 0; i < attestation_count; i++)
        add_attestation(&writing, repository_id, release, &attestations[i]);
    return end_release(&writing, repository_id, release);
}
