#include "scan/levels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "facts/changelog.h"
#include "facts/licence.h"
#include "facts/project.h"

#define ENTRIES_MAX 1000000 /* of one directory */
#define PATH_LEN    4096

struct level_file {
    const char *name;
    char oid[OID_HEX];
    bool changelog, link, submodule;
};

struct level_child {
    const char *name;
    bool aside; /* a folder of documentation, changes or licences */
    const struct level *level;
};

/* One tree: the files in it that matter, and the directories with such files further below. */
struct level {
    char tree[OID_HEX];
    bool cut; /* something below lies too deep to be looked at */
    size_t file_count, child_count;
    struct level_file *files;
    struct level_child *children;
    UT_hash_handle hh;
};

struct string {
    UT_hash_handle hh;
    char s[];
};

struct levels {
    struct mirror *mirror;
    struct arena arena;
    struct level *levels;
    struct string *strings;
    size_t left; /* files and directories that walks may still come by */
};

struct levels *levels_new(struct mirror *mirror)
{
    struct levels *levels = mem_alloc(sizeof *levels);

    levels->mirror = mirror;
    levels->left = LEVELS_VISITS_ALL;
    return levels;
}

void levels_free(struct levels *levels)
{
    if (levels == NULL)
        return;
    HASH_CLEAR(hh, levels->levels);
    HASH_CLEAR(hh, levels->strings);
    arena_release(&levels->arena);
    free(levels);
}

const char *levels_string(struct levels *levels, const char *s)
{
    struct string *string;
    size_t len = strlen(s);

    HASH_FIND(hh, levels->strings, s, len, string);
    if (string == NULL) {
        string = arena_alloc(&levels->arena, sizeof *string + len + 1);
        memcpy(string->s, s, len);
        HASH_ADD_KEYPTR(hh, levels->strings, string->s, len, string);
    }
    return string->s;
}

/* --- one tree -------------------------------------------------------------------------------- */

struct draft_tree {
    const char *name;
    char oid[OID_HEX];
};

/* What is found in a tree while it is read. */
struct draft {
    struct levels *levels;
    struct level level; /* its arrays grow here, and are kept in the arena */
    size_t file_size, child_size;
    struct draft_tree *trees;
    size_t tree_count, tree_size;
};

static bool is_changelog(const char *path)
{
    const char *version;
    size_t len;

    return changelog_rank(path, "") > 0 || changelog_release(path, "", &version, &len);
}

static void add_file(struct draft *draft, const char *name, enum mirror_kind kind, const char *oid)
{
    struct level *level = &draft->level;

    level->files =
        mem_grow(level->files, level->file_count, &draft->file_size, sizeof *level->files);
    struct level_file *file = &level->files[level->file_count++];
    file->name = levels_string(draft->levels, name);
    file->changelog = is_changelog(name);
    file->link = kind == MIRROR_LINK;
    file->submodule = kind == MIRROR_SUBMODULE;
    memcpy(file->oid, oid, OID_HEX);
}

static void add_tree(struct draft *draft, const char *name, const char *oid)
{
    draft->trees =
        mem_grow(draft->trees, draft->tree_count, &draft->tree_size, sizeof *draft->trees);
    struct draft_tree *tree = &draft->trees[draft->tree_count++];
    tree->name = levels_string(draft->levels, name);
    memcpy(tree->oid, oid, OID_HEX);
}

static bool is_file(enum mirror_kind kind)
{
    return kind == MIRROR_BLOB || kind == MIRROR_EXECUTABLE || kind == MIRROR_LINK;
}

/* By the name alone: where it lies is judged by those who ask for it. */
static bool matters(const char *name)
{
    return project_is_project_file(name) || changelog_rank(name, "") > 0 ||
           licence_is_file(name, "");
}

static int on_entry(void *ctx, const char *name, enum mirror_kind kind, const char *oid)
{
    struct draft *draft = ctx;

    if (kind == MIRROR_TREE)
        add_tree(draft, name, oid);
    else if (is_file(kind) ? matters(name)
                           : kind == MIRROR_SUBMODULE && project_is_project_file(name))
        add_file(draft, name, kind, oid);
    return 1; /* directories are read by themselves */
}

/* A folder that only its own name tells to be one of licences, of which the first one stands for
   all, or of changelogs. */
struct folder {
    struct draft *draft;
    const char *name;
    bool found;
};

static int on_folder_entry(void *ctx, const char *name, enum mirror_kind kind, const char *oid)
{
    struct folder *folder = ctx;
    char path[PATH_LEN];

    if (!is_file(kind) || matters(name) ||
        snprintf(path, sizeof path, "%s/%s", folder->name, name) >= PATH_LEN)
        return 1;
    bool licence = !folder->found && licence_is_file(path, "");
    folder->found |= licence;
    if (licence || is_changelog(path))
        add_file(folder->draft, path, kind, oid);
    return 1;
}

static const struct level *read_level(struct levels *levels, const char *oid, unsigned depth,
                                      struct err *err);

static int add_child(struct draft *draft, const struct draft_tree *tree, unsigned depth,
                     struct err *err)
{
    struct level *level = &draft->level;
    struct folder folder = {draft, tree->name, false};

    if ((licence_is_folder(tree->name) || changelog_is_folder(tree->name)) &&
        mirror_walk(draft->levels->mirror, tree->oid, ENTRIES_MAX, on_folder_entry, &folder, err) !=
            0)
        return -1;
    const struct level *below = read_level(draft->levels, tree->oid, depth, err);
    if (below == NULL)
        return -1;
    level->cut |= below->cut;
    if (below->file_count + below->child_count == 0)
        return 0;
    level->children =
        mem_grow(level->children, level->child_count, &draft->child_size, sizeof *level->children);
    bool aside = changelog_is_docs(tree->name) || changelog_is_folder(tree->name) ||
                 licence_is_folder(tree->name);
    level->children[level->child_count++] = (struct level_child){tree->name, aside, below};
    return 0;
}

static int read_draft(struct draft *draft, unsigned depth, struct err *err)
{
    int result =
        mirror_walk(draft->levels->mirror, draft->level.tree, ENTRIES_MAX, on_entry, draft, err);

    if (depth == LEVELS_MAX)
        draft->level.cut = draft->tree_count > 0;
    else
        for (size_t i = 0; i < draft->tree_count && result == 0; i++)
            result = add_child(draft, &draft->trees[i], depth + 1, err);
    return result;
}

static const struct level *read_level(struct levels *levels, const char *oid, unsigned depth,
                                      struct err *err)
{
    struct draft draft = {.levels = levels};
    struct arena *arena = &levels->arena;
    struct level *level;

    HASH_FIND_STR(levels->levels, oid, level);
    if (level != NULL)
        return level;
    memcpy(draft.level.tree, oid, OID_HEX);
    if (read_draft(&draft, depth, err) == 0) {
        level = arena_copy(arena, &draft.level, sizeof draft.level);
        level->files = arena_copy(arena, level->files, level->file_count * sizeof *level->files);
        level->children =
            arena_copy(arena, level->children, level->child_count * sizeof *level->children);
        HASH_ADD_STR(levels->levels, tree, level);
    }
    free(draft.level.files);
    free(draft.level.children);
    free(draft.trees);
    return level;
}

bool levels_are_spent(const struct levels *levels)
{
    return levels->left == 0;
}

/* --- all below one tree ---------------------------------------------------------------------- */

struct walk {
    struct levels *levels;
    const char *near; /* NULL: all */
    levels_fn *fn;
    void *ctx;
    size_t files, visits;
    bool cut, ended;
    char path[PATH_LEN];
};

/* Puts a name behind the path so far; the new length, 0 when it does not fit. */
static size_t append(struct walk *walk, size_t len, const char *name)
{
    size_t more = strlen(name);

    if (len + more + 2 > sizeof walk->path) {
        walk->cut = true;
        return 0;
    }
    memcpy(walk->path + len, name, more + 1);
    return len + more;
}

/* Whether that much more may be looked at; also what leads to nothing costs. */
static bool spend(struct walk *walk, size_t cost)
{
    size_t *left = &walk->levels->left;

    walk->visits += cost;
    *left -= cost < *left ? cost : *left;
    if (!walk->ended && (walk->visits > LEVELS_VISITS_MAX || *left == 0))
        walk->cut = walk->ended = true;
    return !walk->ended;
}

static void walk_files(struct walk *walk, const struct level *level, size_t len)
{
    for (size_t i = 0; i < level->file_count && spend(walk, 1); i++) {
        const struct level_file *file = &level->files[i];
        if (append(walk, len, file->name) == 0)
            continue;
        if (walk->files++ == LEVELS_FILES_MAX)
            walk->cut = walk->ended = true;
        else
            walk->ended =
                walk->fn(walk->ctx, &(struct levels_file){walk->path, file->oid, file->changelog,
                                                          file->link, file->submodule}) != 0;
    }
}

/* The name of the directory that leads from here to the one that is asked about; NULL: none does.
   Strings that are kept once are compared by where they are. */
static const char *next_towards(const struct walk *walk, size_t len)
{
    char name[PATH_LEN];
    const char *near = walk->near;

    if (near == NULL || strlen(near) <= len || strncmp(near, walk->path, len) != 0)
        return NULL;
    size_t n = strcspn(near + len, "/");
    if (n >= sizeof name)
        return NULL;
    memcpy(name, near + len, n);
    name[n] = '\0';
    return levels_string(walk->levels, name);
}

/* The root, or the directory itself. */
static bool has_asides(const struct walk *walk, size_t len)
{
    return len == 0 ||
           (strlen(walk->near) + 1 == len && strncmp(walk->near, walk->path, len - 1) == 0);
}

static void walk_level(struct walk *walk, const struct level *level, size_t len, unsigned depth,
                       bool all)
{
    walk_files(walk, level, len);
    /* A tree that was read at a lesser depth may lead further down than this one may go. */
    if (depth == LEVELS_MAX && level->child_count > 0) {
        walk->cut = true;
        return;
    }
    const char *towards = all ? NULL : next_towards(walk, len);
    bool asides = !all && has_asides(walk, len);
    spend(walk, level->child_count / 64);
    for (size_t i = 0; i < level->child_count && !walk->ended; i++) {
        const struct level_child *child = &level->children[i];
        bool whole = all || (asides && child->aside);
        if ((!whole && child->name != towards) || !spend(walk, 1))
            continue;
        size_t below = append(walk, len, child->name);
        if (below == 0)
            continue;
        walk->path[below] = '/';
        walk_level(walk, child->level, below + 1, depth + 1, whole);
    }
}

int levels_walk(struct levels *levels, const char *tree, const char *near, levels_fn *fn, void *ctx,
                struct err *err)
{
    const struct level *level = read_level(levels, tree, 0, err);
    struct walk walk;

    if (level == NULL)
        return -1;
    walk.levels = levels;
    walk.near = near;
    walk.fn = fn;
    walk.ctx = ctx;
    walk.files = walk.visits = 0;
    walk.cut = level->cut;
    walk.ended = false;
    walk_level(&walk, level, 0, 0, near == NULL);
    return walk.cut;
}
