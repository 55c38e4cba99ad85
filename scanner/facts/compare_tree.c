/* Trees by path and by id; where in a tree the project lies. */
#include "facts/compare_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct compare_entry *)a)->path, ((const struct compare_entry *)b)->path);
}

static int by_oid(const void *a, const void *b)
{
    const struct compare_entry *const *x = a, *const *y = b;
    int order = strcmp((*x)->oid, (*y)->oid);

    return order != 0 ? order : strcmp((*x)->path, (*y)->path);
}

void compare_tree_init(struct compare_tree *tree, struct compare_entry *entries, size_t count,
                       struct arena *arena)
{
    if (count > 1)
        qsort(entries, count, sizeof *entries, by_path);
    *tree = (struct compare_tree){.entries = entries, .count = count};
    tree->by_oid = arena_array(arena, count + 1, sizeof *tree->by_oid);
    for (size_t i = 0; i < count; i++)
        if (entries[i].kind == COMPARE_BLOB || entries[i].kind == COMPARE_EXECUTABLE)
            tree->by_oid[tree->oid_count++] = &entries[i];
    if (tree->oid_count > 1)
        qsort(tree->by_oid, tree->oid_count, sizeof *tree->by_oid, by_oid);
}

const struct compare_entry *compare_tree_find(const struct compare_tree *tree, const char *path)
{
    const struct compare_entry key = {.path = path};

    if (tree->count == 0)
        return NULL;
    return bsearch(&key, tree->entries, tree->count, sizeof key, by_path);
}

const struct compare_entry *const *compare_tree_by_oid(const struct compare_tree *tree,
                                                       const char *oid, size_t *count)
{
    size_t low = 0, high = tree->oid_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(tree->by_oid[mid]->oid, oid) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (*count = 0; low + *count < tree->oid_count; ++*count)
        if (strcmp(tree->by_oid[low + *count]->oid, oid) != 0)
            break;
    return tree->by_oid + low;
}

#define SAMPLE 1000 /* members that tell where the project lies */

/* --- the project's directory (row 18) -------------------------------------------------------- */

static const char *join(struct arena *arena, const char *prefix, const char *path)
{
    return *prefix == '\0' ? path : arena_printf(arena, "%s%s", prefix, path);
}

static bool same_bytes(const struct compare_entry *entry, const struct archive_member *member)
{
    return strcmp(entry->oid, member->oid) == 0 ||
           (member->lf_oid[0] != '\0' && strcmp(entry->oid, member->lf_oid) == 0);
}

static size_t identical_below(const struct archive_contents *archive,
                              const struct compare_tree *tree, const char *prefix)
{
    struct arena scratch = ARENA_INIT;
    size_t count = 0;

    for (size_t i = 0; i < archive->member_count; i += archive->member_count / SAMPLE + 1) {
        const struct archive_member *member = &archive->members[i];
        const struct compare_entry *entry =
            compare_tree_find(tree, join(&scratch, prefix, member->path));
        count += entry != NULL && member->size > 1 && same_bytes(entry, member);
    }
    arena_release(&scratch);
    return count;
}

/* The directory of the path with its slash, when it holds a project file; NULL. */
static const char *project_directory(const char *path, struct arena *arena)
{
    static const char *const names[] = {"pyproject.toml", "setup.py", "setup.cfg"};
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(base, names[i]) == 0)
            return arena_strndup(arena, path, (size_t)(base - path));
    return NULL;
}

/* Of directories below which equally many files are identical the one that was named, else the
   nearest to the root. */
const char *compare_prefix(const struct archive_contents *archive, const struct compare_tree *tree,
                           const char *directory, struct arena *arena)
{
    const char *best =
        directory == NULL || *directory == '\0' ? "" : arena_printf(arena, "%s/", directory);
    size_t most = identical_below(archive, tree, best);
    const char *last = best;

    for (size_t i = 0; i < tree->count; i++) {
        const char *prefix = project_directory(tree->entries[i].path, arena);
        if (prefix == NULL || strcmp(prefix, last) == 0)
            continue;
        size_t count = identical_below(archive, tree, prefix);
        last = prefix;
        if (count > most || (directory == NULL && count == most && strlen(prefix) < strlen(best))) {
            best = prefix;
            most = count;
        }
    }
    return best;
}

/* --- how well it fits ------------------------------------------------------------------------ */

struct compare_score compare_score(const struct archive_contents *archive,
                                   const struct compare_tree *tree, const char *directory)
{
    struct arena scratch = ARENA_INIT;
    struct compare_score score = {0};
    const char *prefix = compare_prefix(archive, tree, directory, &scratch);

    for (size_t i = 0; i < archive->member_count; i++) {
        const struct archive_member *member = &archive->members[i];
        const struct compare_entry *entry =
            compare_tree_find(tree, join(&scratch, prefix, member->path));
        size_t moved = 0;
        if (member->size <= 1)
            continue;
        if (entry != NULL && same_bytes(entry, member)) {
            score.at_path++;
            continue;
        }
        compare_tree_by_oid(tree, member->oid, &moved);
        score.moved += moved > 0;
        score.differ += moved == 0 && entry != NULL;
        score.absent += moved == 0 && entry == NULL;
    }
    arena_release(&scratch);
    return score;
}

int compare_score_order(const struct compare_score *a, const struct compare_score *b)
{
    size_t x = a->at_path + a->moved, y = b->at_path + b->moved;

    if (x != y)
        return x > y ? 1 : -1;
    if (a->at_path != b->at_path)
        return a->at_path > b->at_path ? 1 : -1;
    return a->differ == b->differ ? 0 : a->differ < b->differ ? 1 : -1;
}
