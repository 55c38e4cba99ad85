#include "scan/paths.h"

#include <stdio.h>
#include <string.h>

#include "facts/licence.h"

#define LINKS_MAX   16      /* on the way to one file */
#define ENTRIES_MAX 1000000 /* below the directories of all globs of a job */
#define STEPS_MAX   200000  /* that are remembered at once: some 30 MB */

const char *paths_tree(struct paths *paths, const char *commit, struct err *err)
{
    struct mirror_commit info;

    if (strcmp(paths->commit, commit) == 0)
        return paths->tree;
    if (mirror_read_commit(paths->mirror, commit, &info, err) != 0)
        return NULL;
    snprintf(paths->commit, sizeof paths->commit, "%s", commit);
    memcpy(paths->tree, info.tree, sizeof paths->tree);
    return paths->tree;
}

/* --- steps ----------------------------------------------------------------------------------- */

struct paths_step {
    int found; /* as mirror_entry() says; never an error */
    enum mirror_kind kind;
    char oid[OID_HEX];
    UT_hash_handle hh; /* by the tree's id and the name */
};

static struct paths_step *add_step(struct paths *paths, const char *key, size_t len)
{
    if (HASH_COUNT(paths->steps) >= STEPS_MAX)
        paths_release(paths);
    struct paths_step *step = arena_alloc(&paths->arena, sizeof *step);
    char *kept = arena_strndup(&paths->arena, key, len);
    HASH_ADD_KEYPTR(hh, paths->steps, kept, len, step);
    return step;
}

/* mirror_entry() of a name in a tree, which never changes. */
static int find_entry(struct paths *paths, const char *tree, const char *name,
                      enum mirror_kind *kind, char oid[OID_HEX])
{
    char key[OID_HEX + PATHS_LEN];
    size_t len = strlen(tree), more = strlen(name);
    struct paths_step *step;

    if (more >= PATHS_LEN)
        return mirror_entry(paths->mirror, tree, name, kind, oid, NULL);
    memcpy(key, tree, len);
    memcpy(key + len, name, more);
    HASH_FIND(hh, paths->steps, key, len + more, step);
    if (step == NULL) {
        int found = mirror_entry(paths->mirror, tree, name, kind, oid, NULL);
        if (found < 0)
            return found;
        step = add_step(paths, key, len + more);
        step->found = found;
        if (found > 0) {
            step->kind = *kind;
            memcpy(step->oid, oid, OID_HEX);
        }
    }
    if (step->found > 0) {
        *kind = step->kind;
        memcpy(oid, step->oid, OID_HEX);
    }
    return step->found;
}

void paths_release(struct paths *paths)
{
    HASH_CLEAR(hh, paths->steps);
    arena_release(&paths->arena);
}

/* --- links ----------------------------------------------------------------------------------- */

/* A way through a tree: what was gone, without links, and what is still to go. */
struct way {
    struct paths *paths;
    const char *root;
    char gone[PATHS_LEN], rest[PATHS_LEN];
    size_t gone_len;
    unsigned links;
    enum mirror_kind kind; /* of what stands where it has come to */
    char oid[OID_HEX];
};

static enum source_result fail(struct paths *paths, enum reason why)
{
    paths->failure = why;
    return SOURCE_FAILED;
}

/* Goes a directory up. */
static enum source_result go_up(struct way *way)
{
    if (way->gone_len == 0)
        return fail(way->paths, REASON_UNSUPPORTED); /* out of the tree */
    while (way->gone_len > 0 && way->gone[--way->gone_len] != '/')
        ;
    way->gone[way->gone_len] = '\0';
    way->kind = MIRROR_TREE;
    memcpy(way->oid, way->root, OID_HEX);
    if (way->gone_len == 0)
        return SOURCE_FOUND;
    return mirror_entry(way->paths->mirror, way->root, way->gone, &way->kind, way->oid, NULL) == 1
               ? SOURCE_FOUND
               : fail(way->paths, REASON_MISSING_OBJECT);
}

/* Puts what a link says in front of the rest of the way. */
static enum source_result take_link(struct way *way, const char *oid)
{
    size_t rest = strlen(way->rest) + 1, len;
    const char *target;
    enum source_result result = way->paths->read(way->paths->ctx, oid, &target, &len);

    way->paths->linked = true;
    if (result != SOURCE_FOUND)
        return result == SOURCE_FAILED ? fail(way->paths, REASON_MISSING_OBJECT) : result;
    if (len == 0 || *target == '/' || memchr(target, '\0', len) != NULL)
        return fail(way->paths, REASON_UNSUPPORTED);
    if (++way->links > LINKS_MAX || len >= sizeof way->rest - rest)
        return fail(way->paths, REASON_LIMIT);
    memmove(way->rest + len + 1, way->rest, rest);
    memcpy(way->rest, target, len);
    way->rest[len] = '/';
    return SOURCE_FOUND;
}

/* Goes to an entry of the directory where the way has come to. */
static enum source_result go_down(struct way *way, const char *name)
{
    size_t len = strlen(name);
    enum mirror_kind kind;
    char oid[OID_HEX];

    if (way->kind != MIRROR_TREE)
        return SOURCE_ABSENT;
    int found = find_entry(way->paths, way->oid, name, &kind, oid);
    if (found <= 0)
        return found < 0 ? fail(way->paths, REASON_MISSING_OBJECT) : SOURCE_ABSENT;
    if (kind == MIRROR_LINK)
        return take_link(way, oid);
    if (way->gone_len + len + 2 > sizeof way->gone)
        return fail(way->paths, REASON_LIMIT);
    if (way->gone_len > 0)
        way->gone[way->gone_len++] = '/';
    memcpy(way->gone + way->gone_len, name, len + 1);
    way->gone_len += len;
    way->kind = kind;
    memcpy(way->oid, oid, OID_HEX);
    return SOURCE_FOUND;
}

/* Where a path leads; the way says what stands there. */
static enum source_result go(struct paths *paths, const char *root, const char *path, size_t len,
                             struct way *way)
{
    enum source_result result = SOURCE_FOUND;
    char name[PATHS_LEN];

    way->paths = paths;
    way->root = root;
    way->gone[0] = '\0';
    way->gone_len = way->links = 0;
    way->kind = MIRROR_TREE;
    memcpy(way->oid, root, OID_HEX);
    if (len >= sizeof way->rest)
        return fail(paths, REASON_LIMIT);
    memcpy(way->rest, path, len);
    way->rest[len] = '\0';
    while (result == SOURCE_FOUND && *way->rest != '\0') {
        size_t n = strcspn(way->rest, "/");
        memcpy(name, way->rest, n);
        name[n] = '\0';
        n += way->rest[n] == '/';
        memmove(way->rest, way->rest + n, strlen(way->rest + n) + 1);
        if (strcmp(name, "..") == 0)
            result = go_up(way);
        else if (*name != '\0' && strcmp(name, ".") != 0)
            result = go_down(way, name);
    }
    return result;
}

/* --- files ----------------------------------------------------------------------------------- */

static const struct paths_folder *find_folder(struct paths *paths, const char *root,
                                              const char *path, size_t len)
{
    struct paths_folder *folder = &paths->folder;
    struct way way;

    if (strcmp(folder->root, root) == 0 && strncmp(folder->path, path, len) == 0 &&
        folder->path[len] == '\0' && folder->found != SOURCE_PENDING) {
        paths->linked |= folder->linked;
        return folder;
    }
    bool before = paths->linked;
    paths->linked = false;
    memcpy(folder->root, root, OID_HEX);
    memcpy(folder->path, path, len);
    folder->path[len] = '\0';
    folder->found = go(paths, root, path, len, &way);
    folder->failure = paths->failure;
    folder->linked = paths->linked;
    paths->linked |= before;
    memcpy(folder->tree, way.oid, OID_HEX);
    if (folder->found == SOURCE_FOUND && way.kind != MIRROR_TREE)
        folder->found = SOURCE_ABSENT;
    return folder;
}

const char *paths_folder_tree(struct paths *paths, const char *commit, const char *directory)
{
    const char *root = paths_tree(paths, commit, NULL);
    size_t len = strlen(directory);

    if (root == NULL || len >= PATHS_LEN)
        return NULL;
    const struct paths_folder *folder = find_folder(paths, root, directory, len);
    return folder->found == SOURCE_FOUND ? folder->tree : NULL;
}

static bool is_file(enum mirror_kind kind)
{
    return kind == MIRROR_BLOB || kind == MIRROR_EXECUTABLE;
}

enum source_result paths_find(struct paths *paths, const char *commit, const char *path,
                              char oid[OID_HEX])
{
    const char *root = paths_tree(paths, commit, NULL), *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;
    enum mirror_kind kind;
    struct way way;

    if (root == NULL || len >= PATHS_LEN)
        return fail(paths, root == NULL ? REASON_MISSING_OBJECT : REASON_LIMIT);
    const char *tree = root, *name = path;
    if (slash != NULL) {
        const struct paths_folder *folder = find_folder(paths, root, path, len);
        if (folder->found == SOURCE_FAILED)
            return fail(paths, folder->failure);
        if (folder->found != SOURCE_FOUND)
            return folder->found;
        tree = folder->tree;
        name = slash + 1;
    }
    int found = find_entry(paths, tree, name, &kind, oid);
    if (found <= 0)
        return found < 0 ? fail(paths, REASON_MISSING_OBJECT) : SOURCE_ABSENT;
    if (kind == MIRROR_SUBMODULE)
        return fail(paths, REASON_UNSUPPORTED);
    if (kind != MIRROR_LINK)
        return is_file(kind) ? SOURCE_FOUND : SOURCE_ABSENT;
    enum source_result result = go(paths, root, path, strlen(path), &way);
    memcpy(oid, way.oid, OID_HEX);
    return result == SOURCE_FOUND && !is_file(way.kind) ? SOURCE_ABSENT : result;
}

/* --- globs ----------------------------------------------------------------------------------- */

struct match {
    struct paths *paths;
    const char *glob;
    size_t depth; /* of the directories that it may reach into */
    char *path;   /* the first one; empty: none */
};

static int on_entry(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    struct match *match = ctx;
    size_t depth = 0;

    (void)oid;
    match->paths->entries++;
    if (*match->path != '\0')
        return 1;
    if (kind != MIRROR_TREE) {
        if (kind != MIRROR_SUBMODULE && licence_glob_match(match->glob, path))
            snprintf(match->path, PATHS_LEN, "%s", path);
        return 1;
    }
    for (const char *s = path; *s != '\0'; s++)
        depth += *s == '/';
    return depth >= match->depth;
}

enum source_result paths_match(struct paths *paths, const char *commit, const char *directory,
                               const char *glob, char path[PATHS_LEN])
{
    const char *root = paths_tree(paths, commit, NULL);
    char found[PATHS_LEN] = "", oid[OID_HEX];
    struct match match = {.paths = paths, .path = found};

    glob += strncmp(glob, "./", 2) == 0 ? 2 : 0;
    match.glob = glob;
    if (root == NULL)
        return SOURCE_FAILED;
    if (strpbrk(glob, "*?[") == NULL) {
        int len =
            snprintf(path, PATHS_LEN, "%s%s%s", directory, *directory != '\0' ? "/" : "", glob);
        return len < PATHS_LEN ? paths_find(paths, commit, path, oid) : SOURCE_FAILED;
    }
    const struct paths_folder *folder = find_folder(paths, root, directory, strlen(directory));
    if (folder->found != SOURCE_FOUND)
        return folder->found;
    for (const char *s = glob; *s != '\0'; s++)
        match.depth += *s == '/';
    if (strstr(glob, "**") != NULL)
        match.depth = SIZE_MAX;
    if (paths->entries >= ENTRIES_MAX ||
        mirror_walk(paths->mirror, folder->tree, ENTRIES_MAX - paths->entries, on_entry, &match,
                    NULL) != 0)
        return *found != '\0' ? SOURCE_FOUND : SOURCE_FAILED;
    if (*found == '\0')
        return SOURCE_ABSENT;
    return snprintf(path, PATHS_LEN, "%s%s%s", directory, *directory != '\0' ? "/" : "", found) <
                   PATHS_LEN
               ? SOURCE_FOUND
               : SOURCE_FAILED;
}
