#include "fetch/mirror_blobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "fetch/mirror_blobs_parts.h"
#include "fetch/mirror_internal.h"

#define SEGMENT_MAX ((size_t)UINT32_MAX)

/* --- open and close -------------------------------------------------------------------------- */

static int update(struct mirror_blobs *blobs, const char *const *tips, size_t count,
                  struct err *err)
{
    struct buf segment = BUF_INIT(SEGMENT_MAX);
    bool kept = !blobs->mirror->temporary;
    struct err why = {0};
    size_t length = 0;

    if (kept)
        blobs_load(blobs, &length);
    int result = blobs_update(blobs, tips, count, &segment, err);
    if (result > 0) {
        log_debug("%s: history was rewritten, its index is made anew", blobs->mirror->dir);
        blobs_clear(blobs);
        length = 0;
        result = blobs_update(blobs, tips, count, &segment, err);
    }
    if (result == 0 && kept && segment.len > 0 && blobs_save(blobs, length, &segment, &why) != 0)
        log_debug("%s; the index is made again with the next scan", why.text);
    buf_release(&segment);
    return result;
}

int mirror_blobs_open(struct mirror *mirror, const char *const *tips, size_t count,
                      struct mirror_blobs **out, struct err *err)
{
    struct mirror_blobs *blobs = mem_alloc(sizeof *blobs);

    blobs->mirror = mirror;
    if (update(blobs, tips, count, err) != 0) {
        mirror_blobs_free(blobs);
        return -1;
    }
    blobs_sort(blobs);
    *out = blobs;
    return 0;
}

void mirror_blobs_free(struct mirror_blobs *blobs)
{
    if (blobs == NULL)
        return;
    blobs_clear(blobs);
    free(blobs);
}

/* --- blobs ----------------------------------------------------------------------------------- */

bool mirror_blobs_find(const struct mirror_blobs *blobs, const char *hex, struct mirror_blob *out)
{
    uint32_t number, last;
    git_oid oid;

    if (mirror_oid(hex, &oid, NULL) != 0 || (number = blobs_blob_number(blobs, oid.id)) == NONE)
        return false;
    if (out == NULL)
        return true;
    const struct blobs_blob *blob = &blobs->blobs[number];
    *out = (struct mirror_blob){.first = blobs->rank[blob->first], .last = MIRROR_BLOBS_NONE};
    if (blob->left != NONE) {
        last = blobs_before(blobs, blob->left, blob->came) ? blob->came : blob->left;
        out->left = true;
        out->last = blobs->rank[last];
    }
    return true;
}

size_t mirror_blobs_count(const struct mirror_blobs *blobs)
{
    return blobs->blob_count;
}

/* --- commits --------------------------------------------------------------------------------- */

size_t mirror_blobs_commits(const struct mirror_blobs *blobs)
{
    return blobs->commit_count;
}

size_t mirror_blobs_number(const struct mirror_blobs *blobs, const char *commit)
{
    uint32_t number;
    git_oid oid;

    if (mirror_oid(commit, &oid, NULL) != 0 ||
        (number = blobs_commit_number(blobs, oid.id)) == NONE)
        return MIRROR_BLOBS_NONE;
    return blobs->rank[number];
}

static const struct blobs_commit *commit_at(const struct mirror_blobs *blobs, size_t number)
{
    return &blobs->commits[blobs->in_order[number]];
}

int mirror_blobs_id(const struct mirror_blobs *blobs, size_t number, char out[OID_HEX],
                    struct err *err)
{
    git_oid begin = {{0}}, whole;

    memcpy(begin.id, commit_at(blobs, number)->id, COMMIT_ID);
    int result = git_odb_exists_prefix(&whole, blobs->mirror->odb, &begin, (size_t)COMMIT_ID * 2);
    if (result == 0) {
        git_oid_tostr(out, OID_HEX, &whole);
        return 0;
    }
    git_oid_tostr(out, COMMIT_ID * 2 + 1, &begin);
    return err_set(err, result == GIT_ENOTFOUND ? REASON_MISSING_OBJECT : REASON_BAD_ANSWER,
                   result == GIT_ENOTFOUND ? "the commit %s… is missing"
                                           : "more than one object is called %s…",
                   out);
}

int64_t mirror_blobs_time(const struct mirror_blobs *blobs, size_t number)
{
    return commit_at(blobs, number)->time;
}

size_t mirror_blobs_parents(const struct mirror_blobs *blobs, size_t number, size_t *parents,
                            size_t max)
{
    const struct blobs_commit *commit = commit_at(blobs, number);

    for (size_t i = 0; i < commit->parent_count && i < max; i++)
        parents[i] = blobs->rank[blobs->parents[commit->first_parent + i]];
    return commit->parent_count;
}

void mirror_blobs_mark(const struct mirror_blobs *blobs, size_t from, bool *marks)
{
    bool *met = mem_array(blobs->commit_count + 1, sizeof *met);

    met[blobs->in_order[from]] = true;
    blobs_mark_ancestors(blobs, met);
    for (size_t i = 0; i < blobs->commit_count; i++)
        if (met[i])
            marks[blobs->rank[i]] = true;
    free(met);
}

size_t mirror_blobs_between(const struct mirror_blobs *blobs, size_t without, size_t from)
{
    size_t result = 0;
    bool *behind = mem_array(blobs->commit_count + 1, sizeof *behind);
    bool *met = mem_array(blobs->commit_count + 1, sizeof *met);

    mirror_blobs_mark(blobs, from, met);
    if (without != MIRROR_BLOBS_NONE)
        mirror_blobs_mark(blobs, without, behind);
    for (size_t i = 0; i < blobs->commit_count; i++)
        result += met[i] && !behind[i];
    free(behind);
    free(met);
    return result;
}
