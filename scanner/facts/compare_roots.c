/* Where in the tree the packages of a wheel lie (row 18): "src/", "python/", "". Each top-level
   name is below the directory under which most of its files are the tree's. */
#include "facts/compare_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define CANDIDATES 32 /* directories of one top-level name that are weighed, */
#define PLACES     32 /* and files of the same bytes that vote for them */

bool compare_ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), k = strlen(end);

    return n >= k && strcmp(path + n - k, end) == 0 && (n == k || path[n - k - 1] == '/');
}

struct votes {
    const char *root;
    size_t count;
};

struct tally {
    struct votes items[CANDIDATES];
    size_t count;
};

static void vote(struct tally *tally, const char *root, size_t votes)
{
    size_t i = 0;

    while (i < tally->count && strcmp(tally->items[i].root, root) != 0)
        i++;
    if (i == CANDIDATES)
        return;
    if (i == tally->count)
        tally->items[tally->count++] = (struct votes){root, 0};
    tally->items[i].count += votes;
}

/* The one with most; of equals the shortest; NULL. */
static const char *winner(const struct tally *tally)
{
    const struct votes *best = NULL;

    for (size_t i = 0; i < tally->count; i++) {
        const struct votes *item = &tally->items[i];
        if (best == NULL || item->count > best->count ||
            (item->count == best->count && strlen(item->root) < strlen(best->root)))
            best = item;
    }
    return best != NULL ? best->root : NULL;
}

/* Of each file of the tree with these bytes and this path at its end: what stands in front. */
static void vote_of(struct comparison *c, const char *oid, const char *path, struct tally *tally)
{
    size_t count;
    const struct compare_entry *const *found = compare_tree_by_oid(c->in->commit.tree, oid, &count);

    for (size_t i = 0; i < count && i < PLACES; i++)
        if (compare_ends_in(found[i]->path, path))
            vote(tally,
                 arena_strndup(c->arena, found[i]->path, strlen(found[i]->path) - strlen(path)), 1);
}

/* The length of the top-level name with its slash; 0 for a single module. */
static size_t top_length(const char *path)
{
    size_t n = strcspn(path, "/");

    return path[n] == '/' ? n + 1 : 0;
}

static void close_top(struct comparison *c, const char *top, size_t len, struct tally *tally,
                      struct tally *all)
{
    struct compare_root *root = &c->roots[c->root_count];
    const char *best = winner(tally);

    if (best != NULL && len > 0) {
        *root = (struct compare_root){arena_strndup(c->arena, top, len), best};
        c->root_count++;
    }
    for (size_t i = 0; i < tally->count; i++)
        vote(all, tally->items[i].root, tally->items[i].count);
    tally->count = 0;
}

/* The nearest directory at or above `root` that has a project file. */
static const char *project_above(struct comparison *c, const char *root)
{
    static const char *const names[] = {"pyproject.toml", "setup.py", "setup.cfg"};

    for (size_t n = strlen(root);; n--) {
        for (size_t i = 0; (n == 0 || root[n - 1] == '/') && i < sizeof names / sizeof *names; i++)
            if (compare_tree_find(c->in->commit.tree,
                                  arena_printf(c->arena, "%.*s%s", (int)n, root, names[i])) != NULL)
                return arena_strndup(c->arena, root, n);
        if (n == 0)
            return NULL;
    }
}

void compare_find_roots(struct comparison *c)
{
    const struct archive_contents *archive = c->in->archive;
    struct tally tally = {.count = 0}, all = {.count = 0};
    const char *top = "";
    size_t len = 0;

    c->roots = arena_array(c->arena, archive->member_count + 1, sizeof *c->roots);
    for (size_t i = 0; i < archive->member_count; i++) { /* by path: a name's members together */
        const struct archive_member *member = &archive->members[i];
        size_t n = top_length(member->path);
        if (text_starts_with(member->path, c->egg_info) ||
            (c->data != NULL && text_starts_with(member->path, c->data)))
            continue;
        if (n != len || memcmp(member->path, top, n) != 0)
            close_top(c, top, len, &tally, &all);
        top = member->path;
        len = n;
        if (member->size <= 1 || member->kind != ARCHIVE_FILE)
            continue;
        vote_of(c, member->oid, member->path, &tally);
        if (member->lf_oid[0] != '\0') /* a wheel made on Windows has CRLF throughout */
            vote_of(c, member->lf_oid, member->path, &tally);
    }
    close_top(c, top, len, &tally, &all);
    c->root = winner(&all);
    const char *project = c->in->directory != NULL && *c->in->directory != '\0'
                              ? arena_printf(c->arena, "%s/", c->in->directory)
                          : c->root != NULL ? project_above(c, c->root)
                                            : NULL;
    if (c->in->sdist == NULL && project != NULL)
        c->out->prefix = project;
}

static int by_top(const void *key, const void *item)
{
    const char *path = key, *top = ((const struct compare_root *)item)->top;

    return strncmp(path, top, strlen(top));
}

/* Where its top-level name lies; NULL. */
static const char *root_of(const struct comparison *c, const char *path)
{
    const struct compare_root *found =
        c->root_count == 0 ? NULL
                           : bsearch(path, c->roots, c->root_count, sizeof *c->roots, by_top);

    return found != NULL ? found->path : NULL;
}

/* Where single modules may lie, beside the most of all. */
static bool is_usual(const struct comparison *c, const char *root)
{
    static const char *const usual[] = {"", "src/", "lib/", "python/"};
    const char *prefix = c->out->prefix;

    for (size_t i = 0; i < c->root_count && i < CANDIDATES; i++)
        if (strcmp(c->roots[i].path, root) == 0)
            return true;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (text_starts_with(root, prefix) && strcmp(root + strlen(prefix), usual[i]) == 0)
            return true;
    return false;
}

bool compare_is_rooted(struct comparison *c, const char *found, const char *path)
{
    if (!compare_ends_in(found, path))
        return false;
    const char *ours = arena_strndup(c->arena, found, strlen(found) - strlen(path));
    const char *root = root_of(c, path);
    if (root != NULL)
        return strcmp(root, ours) == 0;
    return c->root == NULL || top_length(path) > 0 || strcmp(ours, c->root) == 0 ||
           is_usual(c, ours);
}

const char *compare_rooted(struct comparison *c, const char *path)
{
    const char *root = root_of(c, path);

    root = root != NULL ? root : c->root;
    return root != NULL ? arena_printf(c->arena, "%s%s", root, path) : path;
}
