#include "fetch/mirror_blobs_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define SLOTS_MIN 64

/* --- numbers by id --------------------------------------------------------------------------- */

/* The slot of the id, or the free one where it would stand. Ids are spread by themselves. */
static size_t slot_of(const struct ids *ids, const void *array, const unsigned char *id)
{
    size_t at;

    memcpy(&at, id, sizeof at);
    for (at &= ids->size - 1; ids->slots[at] != 0; at = (at + 1) & (ids->size - 1))
        if (memcmp((const char *)array + (ids->slots[at] - 1) * ids->element, id, ids->len) == 0)
            break;
    return at;
}

static uint32_t number_of(const struct ids *ids, const void *array, const unsigned char *id)
{
    uint32_t slot = ids->size > 0 ? ids->slots[slot_of(ids, array, id)] : 0;

    return slot > 0 ? slot - 1 : NONE;
}

/* The last of `count` elements becomes known by its id; three in four slots at most are taken. */
static void know(struct ids *ids, const void *array, size_t count)
{
    size_t from = count - 1;

    if (count * 4 > ids->size * 3) {
        free(ids->slots);
        ids->size = ids->size > 0 ? ids->size * 2 : SLOTS_MIN;
        ids->slots = mem_array(ids->size, sizeof *ids->slots);
        from = 0;
    }
    for (size_t i = from; i < count; i++) {
        size_t at = slot_of(ids, array, (const unsigned char *)array + i * ids->element);
        ids->slots[at] = (uint32_t)i + 1;
    }
}

uint32_t blobs_commit_number(const struct mirror_blobs *blobs, const unsigned char *id)
{
    return number_of(&blobs->by_commit, blobs->commits, id);
}

uint32_t blobs_blob_number(const struct mirror_blobs *blobs, const unsigned char *id)
{
    return number_of(&blobs->by_blob, blobs->blobs, id);
}

/* --- commits --------------------------------------------------------------------------------- */

static int compare(const struct blobs_commit *a, const struct blobs_commit *b)
{
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    return memcmp(a->id, b->id, sizeof a->id);
}

bool blobs_before(const struct mirror_blobs *blobs, uint32_t a, uint32_t b)
{
    return compare(&blobs->commits[a], &blobs->commits[b]) < 0;
}

uint32_t blobs_add_commit(struct mirror_blobs *blobs, const unsigned char *id, int64_t time,
                          const uint32_t *parents, size_t parent_count)
{
    blobs->commits =
        mem_grow(blobs->commits, blobs->commit_count, &blobs->commit_size, sizeof *blobs->commits);
    struct blobs_commit *commit = &blobs->commits[blobs->commit_count];

    *commit = (struct blobs_commit){.parent_count = (uint32_t)parent_count,
                                    .first_parent = blobs->parent_count,
                                    .time = time,
                                    .date = time};
    memcpy(commit->id, id, sizeof commit->id);
    for (size_t i = 0; i < parent_count; i++) {
        int64_t before = blobs->commits[parents[i]].date;
        if (commit->date <= before && before < INT64_MAX)
            commit->date = before + 1;
        blobs->parents = mem_grow(blobs->parents, blobs->parent_count, &blobs->parent_size,
                                  sizeof *blobs->parents);
        blobs->parents[blobs->parent_count++] = parents[i];
    }
    blobs->by_commit.len = COMMIT_ID;
    blobs->by_commit.element = sizeof *commit;
    know(&blobs->by_commit, blobs->commits, ++blobs->commit_count);
    return (uint32_t)blobs->commit_count - 1;
}

static int by_order(const void *a, const void *b, void *ctx)
{
    const struct mirror_blobs *blobs = ctx;

    return compare(&blobs->commits[*(const uint32_t *)a], &blobs->commits[*(const uint32_t *)b]);
}

void blobs_sort(struct mirror_blobs *blobs)
{
    size_t count = blobs->commit_count;
    bool sorted = true;

    free(blobs->in_order);
    free(blobs->rank);
    blobs->in_order = mem_array(count + 1, sizeof *blobs->in_order);
    blobs->rank = mem_array(count + 1, sizeof *blobs->rank);
    for (size_t i = 0; i < count; i++) {
        blobs->in_order[i] = (uint32_t)i;
        sorted = sorted && (i == 0 || blobs_before(blobs, (uint32_t)i - 1, (uint32_t)i));
    }
    if (!sorted)
        qsort_r(blobs->in_order, count, sizeof *blobs->in_order, by_order, blobs);
    for (size_t i = 0; i < count; i++)
        blobs->rank[blobs->in_order[i]] = (uint32_t)i;
}

void blobs_mark_ancestors(const struct mirror_blobs *blobs, bool *marks)
{
    /* A parent was added before its children. */
    for (size_t i = blobs->commit_count; i-- > 0;) {
        const struct blobs_commit *commit = &blobs->commits[i];
        for (size_t j = 0; marks[i] && j < commit->parent_count; j++)
            marks[blobs->parents[commit->first_parent + j]] = true;
    }
}

/* --- blobs ----------------------------------------------------------------------------------- */

uint32_t blobs_add_blob(struct mirror_blobs *blobs, const unsigned char *id)
{
    blobs->blobs =
        mem_grow(blobs->blobs, blobs->blob_count, &blobs->blob_size, sizeof *blobs->blobs);
    struct blobs_blob *blob = &blobs->blobs[blobs->blob_count];

    *blob = (struct blobs_blob){.first = NONE, .came = NONE, .left = NONE};
    memcpy(blob->id, id, sizeof blob->id);
    blobs->by_blob.len = sizeof blob->id;
    blobs->by_blob.element = sizeof *blob;
    know(&blobs->by_blob, blobs->blobs, ++blobs->blob_count);
    return (uint32_t)blobs->blob_count - 1;
}

void blobs_came(struct mirror_blobs *blobs, uint32_t number, uint32_t commit)
{
    struct blobs_blob *blob = &blobs->blobs[number];

    if (blob->first == NONE || blobs_before(blobs, commit, blob->first))
        blob->first = commit;
    if (blob->came == NONE || blobs_before(blobs, blob->came, commit))
        blob->came = commit;
}

void blobs_left(struct mirror_blobs *blobs, uint32_t number, uint32_t commit)
{
    struct blobs_blob *blob = &blobs->blobs[number];

    if (blob->left == NONE || blobs_before(blobs, blob->left, commit))
        blob->left = commit;
}

void blobs_clear(struct mirror_blobs *blobs)
{
    free(blobs->commits);
    free(blobs->parents);
    free(blobs->blobs);
    free(blobs->by_commit.slots);
    free(blobs->by_blob.slots);
    free(blobs->in_order);
    free(blobs->rank);
    *blobs = (struct mirror_blobs){.mirror = blobs->mirror};
}
