/* Facts of a repository. */
#include "store/store.h"

#include <string.h>

#include "facts/pep440.h"
#include "store/writing.h"

int store_put_repository(struct store *store, const struct row_repository *row, int64_t *id,
                         struct err *err)
{
    if (*id == 0 && repository_identity(store, row, id, err) != 0)
        return -1;
    struct writing writing = writing_start(store, SQL_FACT_REPOSITORY, err);
    struct bound *bound = writing_row(&writing);
    bound_integer(bound, *id);
    bound_text(bound, row->owner);
    bound_text(bound, row->name);
    bound_text(bound, row->visibility);
    bound_text(bound, row->default_branch);
    bound_text(bound, row->forge_licence);
    bound_flag(bound, row->archived);
    bound_flag(bound, row->fork);
    bound_flag(bound, row->disabled);
    bound_flag(bound, row->named);
    writing_add(&writing);
    bound_integer(writing_subject(&writing), *id);
    return writing_end(&writing);
}

static int put_tags(struct store *store, int64_t repository_id, const struct row_tag *tags,
                    size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_TAG, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, tags[i].name);
        bound_text(bound, tags[i].oid);
        bound_text(bound, tags[i].commit);
        bound_text(bound, tags[i].kind);
        bound_instant(bound, tags[i].tagged_at);
        bound_instant(bound, tags[i].committed_at);
        bound_flag(bound, tags[i].on_default_branch);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

/* Only a tag object has a place for one. */
static int put_signatures(struct store *store, int64_t repository_id, const struct row_tag *tags,
                          size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_TAG_SIGNATURE, err);

    for (size_t i = 0; i < count; i++) {
        if (tags[i].kind == NULL || strcmp(tags[i].kind, "annotated") != 0)
            continue;
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, tags[i].name);
        bound_flag(bound, tags[i].is_signed);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_refs(struct store *store, int64_t repository_id, const struct row_refs *refs,
                   const struct row_tag *tags, size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_REFS, err);
    struct bound *bound = writing_row(&writing);

    bound_integer(bound, repository_id);
    bound_text(bound, refs->digest);
    bound_text(bound, refs->head_ref);
    bound_text(bound, refs->head_oid);
    bound_instant(bound, refs->head_committed_at);
    bound_integer(bound, refs->reader);
    writing_add(&writing);
    bound_integer(writing_subject(&writing), repository_id);
    if (writing_end(&writing) != 0)
        return -1;
    return put_tags(store, repository_id, tags, count, err) != 0
               ? -1
               : put_signatures(store, repository_id, tags, count, err);
}

int store_put_lost_tips(struct store *store, int64_t repository_id,
                        const struct row_lost_tips *tips, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_LOST_TIP, err);

    for (size_t i = 0; i < tips->count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, tips->oids[i]);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_declarations(struct store *store, int64_t repository_id,
                           const struct row_declaration *rows, size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_DECLARATION, err);

    for (size_t i = 0; i < count; i++) {
        const char *version = rows[i].version;
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, rows[i].commit);
        bound_text(bound, rows[i].directory);
        bound_text(bound, rows[i].name);
        bound_text(bound, rows[i].normal);
        bound_text(bound, rows[i].kind);
        bound_text(bound, version);
        bound_order_key(bound, version);
        bound_flag(bound, version == NULL ? -1 : pep440_is_prerelease(version, strlen(version)));
        bound_text(bound, rows[i].origin);
        bound_text(bound, rows[i].reason);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_projects(struct store *store, int64_t repository_id, const struct row_project *rows,
                       size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_PROJECT, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, rows[i].directory);
        bound_text(bound, rows[i].name);
        bound_text(bound, rows[i].normal);
        bound_text(bound, rows[i].backend);
        bound_text(bound, rows[i].licence);
        bound_text(bound, rows[i].licence_state);
        bound_text(bound, rows[i].licence_path);
        bound_text(bound, rows[i].changelog_path);
        bound_flag(bound, rows[i].candidate);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_links(struct store *store, int64_t repository_id, const struct row_link *rows,
                    size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_LINK, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_integer(bound, rows[i].package_id);
        bound_text(bound, rows[i].directory);
        bound_text(bound, rows[i].state);
        bound_text(bound, rows[i].evidence);
        bound_text(bound, rows[i].other);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_denotes(struct store *store, int64_t repository_id, const struct row_denotes *rows,
                      size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_DENOTES, err);

    for (size_t i = 0; i < count; i++) {
        const char *version = rows[i].version;
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_integer(bound, rows[i].package_id);
        bound_order_key(bound, version);
        bound_text(bound, rows[i].tag);
        bound_text(bound, version);
        bound_flag(bound, pep440_is_prerelease(version, strlen(version)));
        bound_text(bound, rows[i].how);
        bound_flag(bound, rows[i].preferred);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_release_sources(struct store *store, int64_t repository_id,
                              const struct row_release_source *rows, size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_RELEASE_SOURCE, err);

    for (size_t i = 0; i < count; i++) {
        int64_t release_id;
        if (release_identity(store, rows[i].package_id, rows[i].version, &release_id, err) != 0)
            return -1;
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_integer(bound, release_id);
        bound_text(bound, rows[i].version_commit_state);
        bound_text(bound, rows[i].version_commit);
        bound_instant(bound, rows[i].version_committed_at);
        bound_text(bound, rows[i].changelog_state);
        bound_text(bound, rows[i].changelog_path);
        if (rows[i].changelog_line > 0)
            bound_integer(bound, rows[i].changelog_line);
        else
            bound_text(bound, NULL);
        bound_text(bound, rows[i].changelog_at);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_skipped(struct store *store, int64_t repository_id, const struct row_skipped *rows,
                      size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_SKIPPED, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_integer(bound, rows[i].package_id);
        bound_order_key(bound, rows[i].version);
        bound_text(bound, rows[i].version);
        bound_text(bound, rows[i].commit);
        bound_instant(bound, rows[i].committed_at);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_coverage(struct store *store, const struct row_coverage *rows, size_t count,
                       struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_COVERAGE, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, rows[0].repository_id);
        bound_integer(bound, rows[0].package_id);
        bound_text(bound, rows[0].organisation == NULL ? "" : rows[0].organisation);
        bound_text(bound, rows[i].fact);
        bound_text(bound, rows[i].status);
        bound_text(bound, rows[i].reason);
        bound_text(bound, rows[i].detail);
        writing_add(&writing);
    }
    struct bound *subject = writing_subject(&writing);
    bound_integer(subject, rows[0].repository_id);
    bound_integer(subject, rows[0].package_id);
    bound_text(subject, rows[0].organisation == NULL ? "" : rows[0].organisation);
    return writing_end(&writing);
}
