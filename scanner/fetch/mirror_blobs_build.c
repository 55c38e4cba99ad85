/* First the commits that are new are met, from the tips to what is known; then they are told apart
   from their parents, oldest first. */
#include "fetch/mirror_blobs_parts.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/mem.h"
#include "fetch/mirror_internal.h"

struct parent;

struct fresh {
    git_oid oid, tree;
    int64_t time, date;
    size_t first_parent, parent_count; /* in `parents` */
    unsigned waits;                    /* for so many parents */
    struct parent *children;
    UT_hash_handle hh;
};

/* A parent is a fresh one, or known. */
struct parent {
    struct fresh *fresh;
    uint32_t number;
    git_oid oid;
    struct fresh *child;
    struct parent *next; /* of the same parent */
};

struct update {
    struct mirror_blobs *blobs;
    struct arena arena;
    struct fresh *fresh; /* hash, in the order of meeting */
    struct fresh **sorted;
    size_t sorted_count;
    struct parent *parents;
    size_t parent_count, parent_size;
    uint32_t *known; /* commits of the table that were come by */
    size_t known_count, known_size;
    struct err *err;
};

/* --- meeting --------------------------------------------------------------------------------- */

/* NULL: it is known, and then *number says which. */
static struct fresh *meet(struct update *update, const git_oid *oid, uint32_t *number)
{
    struct fresh *fresh;

    *number = blobs_commit_number(update->blobs, oid->id);
    if (*number != NONE) {
        update->known =
            mem_grow(update->known, update->known_count, &update->known_size, sizeof *number);
        update->known[update->known_count++] = *number;
        return NULL;
    }
    HASH_FIND(hh, update->fresh, oid, sizeof *oid, fresh);
    if (fresh == NULL) {
        fresh = arena_alloc(&update->arena, sizeof *fresh);
        fresh->oid = *oid;
        HASH_ADD(hh, update->fresh, oid, sizeof fresh->oid, fresh);
    }
    return fresh;
}

static int meet_tip(struct update *update, const char *tip)
{
    struct mirror_tag tag;
    uint32_t number;
    git_oid oid;

    if (mirror_oid(tip, &oid, update->err) != 0)
        return -1;
    if (blobs_commit_number(update->blobs, oid.id) == NONE) {
        if (mirror_read_tag(update->blobs->mirror, tip, &tag, update->err) != 0)
            return -1;
        if (tag.commit[0] == '\0')
            return 0;
        if (mirror_oid(tag.commit, &oid, update->err) != 0)
            return -1;
    }
    meet(update, &oid, &number);
    return 0;
}

static int read_fresh(struct update *update, struct fresh *fresh)
{
    git_odb_object *object = NULL;
    struct commit_lines lines;
    char hex[OID_HEX];

    if (mirror_object(update->blobs->mirror, &fresh->oid, &object, update->err) != 0)
        return -1;
    int result =
        git_odb_object_type(object) == GIT_OBJECT_COMMIT
            ? commit_parse(git_odb_object_data(object), git_odb_object_size(object), &lines)
            : -1;
    if (result == 0) {
        fresh->tree = lines.tree;
        fresh->time = fresh->date = lines.commit_time;
        fresh->first_parent = update->parent_count;
        fresh->parent_count = lines.parent_count;
    }
    for (unsigned i = 0; result == 0 && i < lines.parent_count; i++) {
        struct parent parent = {.child = fresh};
        result = git_oid_fromstrn(&parent.oid, lines.parents + i * PARENT_LINE + 7, GIT_OID_HEXSZ);
        if (result != 0)
            break;
        parent.fresh = meet(update, &parent.oid, &parent.number);
        fresh->waits += parent.fresh != NULL;
        update->parents = mem_grow(update->parents, update->parent_count, &update->parent_size,
                                   sizeof *update->parents);
        update->parents[update->parent_count++] = parent;
    }
    git_odb_object_free(object);
    if (result == 0)
        return 0;
    return err_set(update->err, REASON_BAD_ANSWER, "the object %s is no commit",
                   git_oid_tostr(hex, sizeof hex, &fresh->oid));
}

static int meet_all(struct update *update, const char *const *tips, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (meet_tip(update, tips[i]) != 0)
            return -1;
    /* The hash keeps the order of meeting, so that reading one appends what comes next. */
    for (struct fresh *fresh = update->fresh; fresh != NULL; fresh = fresh->hh.next)
        if (read_fresh(update, fresh) != 0)
            return -1;
    if (HASH_COUNT(update->fresh) >= NUMBER_MAX - update->blobs->commit_count)
        return err_set(update->err, REASON_LIMIT, "the history has too many commits");
    return 0;
}

/* Whether the tips lead to all that the table holds. */
static bool all_known(const struct update *update)
{
    size_t count = update->blobs->commit_count, met = 0;
    bool *marks = mem_array(count + 1, sizeof *marks);

    for (size_t i = 0; i < update->known_count; i++)
        marks[update->known[i]] = true;
    blobs_mark_ancestors(update->blobs, marks);
    for (size_t i = 0; i < count; i++)
        met += marks[i];
    free(marks);
    return met == count;
}

/* --- order ----------------------------------------------------------------------------------- */

static int64_t date_of(const struct update *update, const struct parent *parent)
{
    return parent->fresh != NULL ? parent->fresh->date
                                 : update->blobs->commits[parent->number].date;
}

static int by_date(const void *a, const void *b)
{
    const struct fresh *left = *(struct fresh *const *)a, *right = *(struct fresh *const *)b;

    if (left->date != right->date)
        return left->date < right->date ? -1 : 1;
    return git_oid_cmp(&left->oid, &right->oid);
}

/* Each date once those of its parents are final. */
static void sort(struct update *update)
{
    size_t head = 0, tail = 0;

    update->sorted = mem_array(HASH_COUNT(update->fresh) + 1, sizeof *update->sorted);
    for (struct fresh *fresh = update->fresh; fresh != NULL; fresh = fresh->hh.next)
        if (fresh->waits == 0)
            update->sorted[tail++] = fresh;
    for (size_t i = 0; i < update->parent_count; i++) {
        struct parent *parent = &update->parents[i];
        if (parent->fresh != NULL) {
            parent->next = parent->fresh->children;
            parent->fresh->children = parent;
        }
    }
    while (head < tail) {
        struct fresh *fresh = update->sorted[head++];
        for (size_t i = 0; i < fresh->parent_count; i++) {
            int64_t before = date_of(update, &update->parents[fresh->first_parent + i]);
            if (fresh->date <= before && before < INT64_MAX)
                fresh->date = before + 1;
        }
        for (struct parent *edge = fresh->children; edge != NULL; edge = edge->next)
            if (--edge->child->waits == 0)
                update->sorted[tail++] = edge->child;
    }
    qsort(update->sorted, tail, sizeof *update->sorted, by_date);
    update->sorted_count = tail;
}

/* --- telling apart --------------------------------------------------------------------------- */

/* Of a parent that was added before. */
static int tree_of(struct update *update, const struct parent *parent, git_oid *tree)
{
    struct mirror_commit commit;
    char hex[OID_HEX];

    if (parent->fresh != NULL) {
        *tree = parent->fresh->tree;
        return 0;
    }
    git_oid_tostr(hex, sizeof hex, &parent->oid);
    if (mirror_read_commit(update->blobs->mirror, hex, &commit, update->err) != 0)
        return -1;
    return mirror_oid(commit.tree, tree, update->err);
}

static int add(struct update *update, const struct fresh *fresh, struct blobs_change *change,
               struct buf *segment)
{
    struct mirror_blobs *blobs = update->blobs;
    struct parent *parents = update->parents + fresh->first_parent;
    git_oid *trees = mem_array(fresh->parent_count + 1, sizeof *trees);
    uint32_t *numbers = mem_array(fresh->parent_count + 1, sizeof *numbers);
    int result = 0;

    for (size_t i = 0; result == 0 && i < fresh->parent_count; i++) {
        result = tree_of(update, &parents[i], &trees[i]);
        numbers[i] = blobs_commit_number(blobs, parents[i].oid.id);
    }
    if (result == 0)
        result = blobs_diff(blobs->mirror, &fresh->tree, trees, fresh->parent_count, change,
                            update->err);
    if (result == 0) {
        blobs_add_commit(blobs, fresh->oid.id, fresh->time, numbers, fresh->parent_count);
        result = blobs_record(blobs, segment, change, update->err);
    }
    free(trees);
    free(numbers);
    return result;
}

int blobs_update(struct mirror_blobs *blobs, const char *const *tips, size_t count,
                 struct buf *segment, struct err *err)
{
    struct update update = {.blobs = blobs, .err = err};
    struct blobs_change change = {0};
    int result = meet_all(&update, tips, count);

    if (result == 0 && !all_known(&update))
        result = 1;
    if (result == 0)
        sort(&update);
    for (size_t i = 0; result == 0 && i < update.sorted_count; i++)
        result = add(&update, update.sorted[i], &change, segment);
    HASH_CLEAR(hh, update.fresh);
    free(change.came);
    free(change.left);
    free(update.sorted);
    free(update.parents);
    free(update.known);
    arena_release(&update.arena);
    return result;
}
