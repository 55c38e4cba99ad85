#include "fetch/mirror_blobs_parts.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/mem.h"
#include "fetch/mirror_internal.h"

#define DEPTH_MAX   256 /* trees in trees */
#define PARENTS_MAX 8   /* that are compared: a merge of more may say that something came again */
#define SIDES       (PARENTS_MAX + 1)

/* Side 0 is the commit's tree, the others are its parents', as far as they go down together. */
struct side {
    git_odb_object *object;
    const char *data;
    size_t len;
    struct tree_entry entry; /* the next one */
    bool more;
};

/* Directories that were compared already: a small tree can name one of them a million times. */
struct met {
    git_oid trees[SIDES];
    UT_hash_handle hh;
};

struct diff {
    struct mirror *mirror;
    struct blobs_change *change;
    size_t sides;
    struct arena arena;
    struct met *met;
    struct err *err;
};

static int advance(struct diff *diff, struct side *side)
{
    char hex[OID_HEX];
    int more = tree_take(&side->data, &side->len, &side->entry);

    side->more = more > 0;
    if (more >= 0)
        return 0;
    return err_set(diff->err, REASON_BAD_ANSWER, "the tree %s is malformed",
                   git_oid_tostr(hex, sizeof hex, git_odb_object_id(side->object)));
}

static int open_side(struct diff *diff, const git_oid *tree, struct side *side)
{
    *side = (struct side){0};
    if (git_oid_is_zero(tree))
        return 0;
    if (mirror_tree_of(diff->mirror, tree, &side->object, diff->err) != 0)
        return -1;
    side->data = git_odb_object_data(side->object);
    side->len = git_odb_object_size(side->object);
    return advance(diff, side);
}

/* Git's order of trees, in which a directory's name ends with a slash. */
static int compare(const struct tree_entry *a, const struct tree_entry *b)
{
    size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
    int order = memcmp(a->name, b->name, len);

    if (order != 0)
        return order;
    unsigned char left = a->name_len > len        ? (unsigned char)a->name[len]
                         : a->kind == MIRROR_TREE ? '/'
                                                  : '\0';
    unsigned char right = b->name_len > len        ? (unsigned char)b->name[len]
                          : b->kind == MIRROR_TREE ? '/'
                                                   : '\0';
    if (left != right)
        return left < right ? -1 : 1;
    return (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

static void note(git_oid **list, size_t *count, size_t *size, const git_oid *oid)
{
    *list = mem_grow(*list, *count, size, sizeof **list);
    (*list)[(*count)++] = *oid;
}

static int visit(struct diff *diff, const git_oid *trees, unsigned depth);

/* The entries of one name; `here` says which sides have one. */
static int judge(struct diff *diff, const struct side *sides, const bool *here, unsigned depth)
{
    struct blobs_change *change = diff->change;
    const struct tree_entry *ours = here[0] ? &sides[0].entry : NULL;
    enum mirror_kind kind = MIRROR_SUBMODULE;
    git_oid trees[SIDES] = {{{0}}};

    if (ours == NULL && diff->sides > 2)
        return 0; /* what a merge deletes */
    for (size_t i = 0; i < diff->sides; i++) {
        if (!here[i])
            continue;
        if (i > 0 && ours != NULL && git_oid_equal(&ours->oid, &sides[i].entry.oid))
            return 0;
        kind = sides[i].entry.kind;
        trees[i] = sides[i].entry.oid;
    }
    if (kind == MIRROR_TREE)
        return visit(diff, trees, depth + 1);
    if (ours != NULL && ours->kind != MIRROR_SUBMODULE)
        note(&change->came, &change->came_count, &change->came_size, &ours->oid);
    if (diff->sides == 2 && here[1] && sides[1].entry.kind != MIRROR_SUBMODULE)
        note(&change->left, &change->left_count, &change->left_size, &sides[1].entry.oid);
    return 0;
}

static int merge(struct diff *diff, struct side *sides, unsigned depth)
{
    for (;;) {
        const struct tree_entry *next = NULL;
        bool here[SIDES] = {false};
        for (size_t i = 0; i < diff->sides; i++)
            if (sides[i].more && (next == NULL || compare(&sides[i].entry, next) < 0))
                next = &sides[i].entry;
        if (next == NULL)
            return 0;
        for (size_t i = 0; i < diff->sides; i++)
            here[i] = sides[i].more && compare(&sides[i].entry, next) == 0;
        if (judge(diff, sides, here, depth) != 0)
            return -1;
        for (size_t i = 0; i < diff->sides; i++)
            if (here[i] && advance(diff, &sides[i]) != 0)
                return -1;
    }
}

static bool met(struct diff *diff, const git_oid *trees)
{
    size_t len = diff->sides * sizeof *trees;
    struct met *found;

    HASH_FIND(hh, diff->met, trees, len, found);
    if (found != NULL)
        return true;
    found = arena_alloc(&diff->arena, sizeof *found);
    memcpy(found->trees, trees, len);
    HASH_ADD_KEYPTR(hh, diff->met, found->trees, len, found);
    return false;
}

static int visit(struct diff *diff, const git_oid *trees, unsigned depth)
{
    struct side sides[SIDES] = {{0}};
    int result = 0;

    if (depth == DEPTH_MAX)
        return err_set(diff->err, REASON_LIMIT, "a tree is deeper than %d levels", DEPTH_MAX);
    if (depth > 0 && met(diff, trees))
        return 0;
    for (size_t i = 0; result == 0 && i < diff->sides; i++)
        result = open_side(diff, &trees[i], &sides[i]);
    if (result == 0)
        result = merge(diff, sides, depth);
    for (size_t i = 0; i < diff->sides; i++)
        git_odb_object_free(sides[i].object);
    return result;
}

/* --- what came and what left ----------------------------------------------------------------- */

static int by_oid(const void *a, const void *b)
{
    return git_oid_cmp(a, b);
}

static size_t sort_once(git_oid *list, size_t count)
{
    size_t kept = 0;

    if (count > 0)
        qsort(list, count, sizeof *list, by_oid);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !git_oid_equal(&list[i], &list[kept - 1]))
            list[kept++] = list[i];
    return kept;
}

/* What was moved did not leave. */
static void settle(struct blobs_change *change)
{
    size_t kept = 0;

    change->came_count = sort_once(change->came, change->came_count);
    change->left_count = sort_once(change->left, change->left_count);
    for (size_t i = 0; i < change->left_count; i++)
        if (change->came_count == 0 || bsearch(&change->left[i], change->came, change->came_count,
                                               sizeof *change->came, by_oid) == NULL)
            change->left[kept++] = change->left[i];
    change->left_count = kept;
}

int blobs_diff(struct mirror *mirror, const git_oid *tree, const git_oid *parents,
               size_t parent_count, struct blobs_change *change, struct err *err)
{
    struct diff diff = {.mirror = mirror, .change = change, .sides = 1, .err = err};
    git_oid trees[SIDES] = {*tree};
    int result = 0;

    change->came_count = change->left_count = 0;
    for (size_t i = 0; i < parent_count && diff.sides < SIDES; i++) {
        if (git_oid_equal(tree, &parents[i]))
            return 0;
        trees[diff.sides++] = parents[i];
    }
    result = visit(&diff, trees, 0);
    HASH_CLEAR(hh, diff.met);
    arena_release(&diff.arena);
    settle(change);
    return result;
}
