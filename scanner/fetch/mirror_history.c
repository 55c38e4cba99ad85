/* History is walked over the stored commits, each read once: first all that can be reached, then in
   an order in which no commit comes before one of its children. */
#include "fetch/mirror_internal.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/mem.h"

struct node {
    git_oid oid, tree;
    int64_t commit_time;
    unsigned parent_count;
    size_t first_parent; /* where its parents stand in walk.parents */
    unsigned children;   /* that have not been told yet */
    bool missing;
    bool known; /* it and what is behind it were told before */
    bool met;
    UT_hash_handle hh;
};

struct walk {
    struct mirror *mirror;
    struct arena arena;
    struct node *nodes; /* hash of all that were met, in the order of meeting */
    struct node **parents;
    size_t parent_count, parent_size;
    struct err *err;
    bool incomplete;
};

/* The node of a commit, made when it is met first. */
static struct node *meet(struct walk *walk, const git_oid *oid)
{
    struct node *node;

    HASH_FIND(hh, walk->nodes, oid, sizeof *oid, node);
    if (node == NULL) {
        node = arena_alloc(&walk->arena, sizeof *node);
        node->oid = *oid;
        HASH_ADD(hh, walk->nodes, oid, sizeof node->oid, node);
    }
    return node;
}

static int add_parents(struct walk *walk, struct node *node, const struct commit_lines *lines)
{
    node->tree = lines->tree;
    node->commit_time = lines->commit_time;
    node->parent_count = lines->parent_count;
    node->first_parent = walk->parent_count;
    for (unsigned i = 0; i < lines->parent_count; i++) {
        git_oid oid;
        if (git_oid_fromstrn(&oid, lines->parents + i * PARENT_LINE + 7, GIT_OID_HEXSZ) != 0)
            return -1;
        struct node *parent = meet(walk, &oid);
        parent->met = true;
        parent->children++;
        walk->parents =
            mem_grow(walk->parents, walk->parent_count, &walk->parent_size, sizeof *walk->parents);
        walk->parents[walk->parent_count++] = parent;
    }
    return 0;
}

static int read_node(struct walk *walk, struct node *node)
{
    git_odb_object *object = NULL;
    struct commit_lines lines;
    struct err err = {0};
    char hex[OID_HEX];

    if (mirror_object(walk->mirror, &node->oid, &object, &err) != 0) {
        node->missing = err.reason == REASON_MISSING_OBJECT;
        walk->incomplete |= node->missing;
        if (walk->err != NULL)
            *walk->err = err;
        return node->missing ? 0 : -1;
    }
    int result =
        git_odb_object_type(object) == GIT_OBJECT_COMMIT
            ? commit_parse(git_odb_object_data(object), git_odb_object_size(object), &lines)
            : -1;
    if (result == 0)
        result = add_parents(walk, node, &lines);
    git_odb_object_free(object);
    if (result != 0)
        err_set(walk->err, REASON_BAD_ANSWER, "the object %s is no commit",
                git_oid_tostr(hex, sizeof hex, &node->oid));
    return result;
}

/* A commit that a tip names may be another tip's ancestor: then it waits for its children too. */
static int tell(struct walk *walk, mirror_history_fn *fn, void *ctx)
{
    size_t head = 0, tail = 0;
    struct node **ready = mem_array(HASH_COUNT(walk->nodes) + 1, sizeof *ready);
    int result = 0;

    for (struct node *node = walk->nodes; node != NULL; node = node->hh.next)
        if (node->children == 0 && !node->known)
            ready[tail++] = node;
    while (result == 0 && head < tail) {
        struct node *node = ready[head++];
        char commit[OID_HEX], tree[OID_HEX];
        git_oid_tostr(commit, sizeof commit, &node->oid);
        git_oid_tostr(tree, sizeof tree, &node->tree);
        if (!node->missing)
            result = fn(ctx, commit, tree, node->commit_time);
        for (unsigned i = 0; i < node->parent_count; i++) {
            struct node *parent = walk->parents[node->first_parent + i];
            if (--parent->children == 0 && !parent->known)
                ready[tail++] = parent;
        }
    }
    free(ready);
    return 0;
}

static int begin(struct walk *walk, const char *const *commits, size_t count, bool known)
{
    for (size_t i = 0; i < count; i++) {
        git_oid oid;
        if (mirror_oid(commits[i], &oid, walk->err) != 0)
            return -1;
        struct node *node = meet(walk, &oid);
        node->known |= known;
        node->met |= !known;
    }
    return 0;
}

static bool met_all(const struct walk *walk)
{
    for (const struct node *node = walk->nodes; node != NULL; node = node->hh.next)
        if (!node->met)
            return false;
    return true;
}

int mirror_history(struct mirror *mirror, const char *const *tips, size_t count,
                   const struct mirror_known *known, mirror_history_fn *fn, void *ctx,
                   struct err *err)
{
    struct walk walk = {.mirror = mirror, .err = err};
    int result = begin(&walk, tips, count, false);

    if (result == 0 && known != NULL)
        result = begin(&walk, known->commits, known->count, true);
    /* The hash keeps the order of meeting, so that reading a node appends what comes next. */
    for (struct node *node = walk.nodes; result == 0 && node != NULL; node = node->hh.next)
        if (!node->known)
            result = read_node(&walk, node);
    if (result == 0 && known != NULL)
        *known->all = met_all(&walk);
    if (result == 0)
        result = tell(&walk, fn, ctx);
    HASH_CLEAR(hh, walk.nodes);
    free(walk.parents);
    arena_release(&walk.arena);
    return result == 0 && walk.incomplete ? 1 : result;
}
