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
    size_t first_parent; /* where its parents stand in history.parents */
    unsigned children;   /* that have not been told yet */
    bool missing;
    UT_hash_handle hh;
};

struct history {
    struct mirror *mirror;
    struct arena arena;
    struct node *nodes; /* hash of all that were met, in the order of meeting */
    struct node **parents;
    size_t parent_count, parent_size;
    struct err *err;
    bool incomplete;
};

/* The node of a commit, made when it is met first. */
static struct node *meet(struct history *history, const git_oid *oid)
{
    struct node *node;

    HASH_FIND(hh, history->nodes, oid, sizeof *oid, node);
    if (node == NULL) {
        node = arena_alloc(&history->arena, sizeof *node);
        node->oid = *oid;
        HASH_ADD(hh, history->nodes, oid, sizeof node->oid, node);
    }
    return node;
}

static int add_parents(struct history *history, struct node *node, const struct commit_lines *lines)
{
    node->tree = lines->tree;
    node->commit_time = lines->commit_time;
    node->parent_count = lines->parent_count;
    node->first_parent = history->parent_count;
    for (unsigned i = 0; i < lines->parent_count; i++) {
        git_oid oid;
        if (git_oid_fromstrn(&oid, lines->parents + i * PARENT_LINE + 7, GIT_OID_HEXSZ) != 0)
            return -1;
        struct node *parent = meet(history, &oid);
        parent->children++;
        history->parents = mem_grow(history->parents, history->parent_count, &history->parent_size,
                                    sizeof *history->parents);
        history->parents[history->parent_count++] = parent;
    }
    return 0;
}

static int read_node(struct history *history, struct node *node)
{
    git_odb_object *object = NULL;
    struct commit_lines lines;
    struct err err = {0};
    char hex[OID_HEX];

    if (mirror_object(history->mirror, &node->oid, &object, &err) != 0) {
        node->missing = err.reason == REASON_MISSING_OBJECT;
        history->incomplete |= node->missing;
        if (history->err != NULL)
            *history->err = err;
        return node->missing ? 0 : -1;
    }
    int result =
        git_odb_object_type(object) == GIT_OBJECT_COMMIT
            ? commit_parse(git_odb_object_data(object), git_odb_object_size(object), &lines)
            : -1;
    if (result == 0)
        result = add_parents(history, node, &lines);
    git_odb_object_free(object);
    if (result != 0)
        err_set(history->err, REASON_BAD_ANSWER, "the object %s is no commit",
                git_oid_tostr(hex, sizeof hex, &node->oid));
    return result;
}

/* A commit that a tip names may be another tip's ancestor: then it waits for its children too. */
static int tell(struct history *history, mirror_history_fn *fn, void *ctx)
{
    size_t head = 0, tail = 0;
    struct node **ready = mem_array(HASH_COUNT(history->nodes) + 1, sizeof *ready);
    int result = 0;

    for (struct node *node = history->nodes; node != NULL; node = node->hh.next)
        if (node->children == 0)
            ready[tail++] = node;
    while (result == 0 && head < tail) {
        struct node *node = ready[head++];
        char commit[OID_HEX], tree[OID_HEX];
        git_oid_tostr(commit, sizeof commit, &node->oid);
        git_oid_tostr(tree, sizeof tree, &node->tree);
        if (!node->missing)
            result = fn(ctx, commit, tree, node->commit_time);
        for (unsigned i = 0; i < node->parent_count; i++) {
            struct node *parent = history->parents[node->first_parent + i];
            if (--parent->children == 0)
                ready[tail++] = parent;
        }
    }
    free(ready);
    return 0;
}

int mirror_history(struct mirror *mirror, const char *const *tips, size_t count,
                   mirror_history_fn *fn, void *ctx, struct err *err)
{
    struct history history = {.mirror = mirror, .err = err};
    int result = 0;

    for (size_t i = 0; result == 0 && i < count; i++) {
        git_oid oid;
        result = mirror_oid(tips[i], &oid, err);
        if (result == 0)
            meet(&history, &oid);
    }
    /* The hash keeps the order of meeting, so that reading a node appends what comes next. */
    for (struct node *node = history.nodes; result == 0 && node != NULL; node = node->hh.next)
        result = read_node(&history, node);
    if (result == 0)
        result = tell(&history, fn, ctx);
    HASH_CLEAR(hh, history.nodes);
    free(history.parents);
    arena_release(&history.arena);
    return result == 0 && history.incomplete ? 1 : result;
}
