#include "cli/gate_call.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* Which branches that releases are made from hold HEAD. */

static const char *tracked(const struct gate_call *call, const char *branch)
{
    const struct worktree_facts *tree = &call->tree;
    size_t skip = strlen("refs/remotes/") + strlen(tree->remote != NULL ? tree->remote : "") + 1;

    for (size_t i = 0; i < tree->ref_count; i++)
        if (text_starts_with(tree->refs[i].name, "refs/remotes/") &&
            strcmp(tree->refs[i].name + skip, branch) == 0)
            return tree->refs[i].oid;
    return NULL;
}

/* What the clone last saw of a branch is behind what the remote has now, so that it is asked only
   where that is not here; a shallow clone knows nothing of what is not there. */
static void judge_branch(struct gate_call *call, const char *now, struct gate_branch *branch)
{
    const char *head = call->tree.head, *seen = tracked(call, branch->name);
    struct err err = {0};

    branch->reached = -1;
    if (now != NULL)
        branch->reached = worktree_reaches(call->worktree, now, head, &branch->ahead, &err);
    if (branch->reached < 0 && seen != NULL) {
        int before =
            worktree_reaches(call->worktree, seen, head, &branch->ahead, now == NULL ? &err : NULL);
        branch->reached = before == 1 || now == NULL ? before : -1;
    }
    if (branch->reached == 0 && call->tree.shallow) {
        branch->reached = -1;
        err_set(&err, REASON_MISSING_OBJECT, "this is a shallow clone");
    }
    if (branch->reached < 0)
        branch->unknown =
            arena_printf(&call->arena, "whether %s holds HEAD is not known: %s", branch->name,
                         err.reason != REASON_NONE ? err.text : "it was never fetched here");
}

static bool is_release_branch(const struct gate_call *call, const char *name)
{
    const struct setting_list *globs = &call->context->settings.gate_branches;

    for (size_t i = 0; i < globs->count; i++)
        if (fnmatch(globs->items[i], name, 0) == 0)
            return true;
    return false;
}

/* A branch that may hold HEAD, and how far its tip is from it in time. */
struct candidate {
    const char *name, *oid;
    int64_t distance;
};

static int by_distance(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;

    return left->distance != right->distance ? (left->distance > right->distance) * 2 - 1
                                             : strcmp(left->name, right->name);
}

static int64_t time_of(struct gate_call *call, const char *oid)
{
    struct mirror_tag commit = {.committed_at = CLOCK_UNKNOWN};
    struct err ignored;

    mirror_read_tag(worktree_mirror(call->worktree), oid, &commit, &ignored);
    return commit.committed_at;
}

/* The release branches, those first that were cut off a little after HEAD. */
static size_t list_release_branches(struct gate_call *call, struct candidate *out)
{
    const struct worktree_facts *tree = &call->tree;
    size_t skip = strlen("refs/remotes/") + strlen(tree->remote != NULL ? tree->remote : "") + 1;
    int64_t head = time_of(call, tree->head);
    size_t count = 0;

    for (size_t i = 0; i < tree->ref_count; i++) {
        const char *ref = tree->refs[i].name;
        if (!text_starts_with(ref, "refs/remotes/") || !is_release_branch(call, ref + skip))
            continue;
        int64_t time = time_of(call, tree->refs[i].oid);
        out[count++] = (struct candidate){ref + skip, tree->refs[i].oid,
                                          time < head ? INT64_MAX - time : time - head};
    }
    if (count > 0)
        qsort(out, count, sizeof *out, by_distance);
    return count;
}

/* Until one holds HEAD; where the first does not, one walk says whether any does. */
static size_t read_release_branches(struct gate_call *call, struct gate_branch *branches)
{
    size_t max = call->tree.ref_count, n = 0;
    struct candidate *candidates = arena_array(&call->arena, max, sizeof *candidates);
    size_t count = list_release_branches(call, candidates);
    const char **tips = arena_array(&call->arena, count, sizeof *tips);
    bool none = false;

    for (size_t i = 0; i < count; i++)
        tips[i] = candidates[i].oid;
    while (n < count && (n == 0 || branches[n - 1].reached != 1)) {
        if (n == 1)
            none = !call->tree.shallow &&
                   worktree_reaches_any(call->worktree, tips, count, call->tree.head, NULL) == 0;
        branches[n] = (struct gate_branch){.name = candidates[n].name, .release = true};
        if (!none)
            judge_branch(call, NULL, &branches[n]);
        n++;
    }
    return n;
}

void gate_read_branches(struct gate_call *call)
{
    const struct worktree_facts *tree = &call->tree;
    const struct gitwire_refs *refs = call->gate.remote.refs;
    struct gate_branch *branches = arena_array(&call->arena, tree->ref_count + 1, sizeof *branches);
    const char *name = tree->remote_default, *now = NULL;
    size_t count = 0;

    if (refs != NULL && refs->head_ref != NULL && text_starts_with(refs->head_ref, "refs/heads/")) {
        name = refs->head_ref + strlen("refs/heads/");
        now = refs->head_oid[0] != '\0' ? refs->head_oid : NULL;
    }
    if (name != NULL) {
        branches[count].name = name;
        judge_branch(call, now, &branches[count++]);
    }
    count += read_release_branches(call, branches + count);
    call->gate.branches = branches;
    call->gate.branch_count = count;
}
