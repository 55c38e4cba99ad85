/* What a tree holds is a set of files, the union of what its subtrees hold; it is remembered by the
   tree's id. What stands at its own path is counted along the directories of these paths alone. */
#include "fetch/mirror_holds.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/mem.h"
#include "fetch/mirror_internal.h"

#define DEPTH_MAX 256 /* trees in trees */
#define WORD      64  /* files in a word of a set */

struct file {
    git_oid oid, lf; /* zero: none */
    struct file *same_blob, *same_lf, *same_place;
};

/* The files that a blob is; linked by same_blob where it is the oid, same_lf where it is the lf. */
struct blob {
    git_oid oid;
    struct file *by_oid, *by_lf;
    UT_hash_handle hh;
};

/* A directory of the paths, or the place of files. */
struct place {
    char *name;
    struct place *below; /* hash by name */
    struct file *files;
    UT_hash_handle hh;
};

struct seen {
    git_oid tree;
    const uint64_t *set; /* NULL: holds none */
    UT_hash_handle hh;
};

struct counted {
    struct {
        git_oid tree;
        const struct place *place;
    } key;
    size_t count;
    UT_hash_handle hh;
};

struct mirror_holds {
    struct mirror *mirror;
    struct file *files;
    const struct mirror_wanted *wanted;
    size_t count, words;
    struct blob *blobs;
    struct place root;
    struct seen *seen;
    struct counted *counted;
    struct arena arena;
};

/* --- what is looked for ---------------------------------------------------------------------- */

static struct blob *blob_of(struct mirror_holds *holds, const git_oid *oid)
{
    struct blob *blob;

    HASH_FIND(hh, holds->blobs, oid, sizeof *oid, blob);
    if (blob == NULL) {
        blob = arena_alloc(&holds->arena, sizeof *blob);
        blob->oid = *oid;
        HASH_ADD(hh, holds->blobs, oid, sizeof blob->oid, blob);
    }
    return blob;
}

static struct place *place_in(struct place *place, const char *name, size_t len)
{
    struct place *found;

    HASH_FIND(hh, place->below, name, len, found);
    return found;
}

static struct place *place_of(struct mirror_holds *holds, const char *path)
{
    struct place *place = &holds->root;

    for (const char *name = path;; name++) {
        size_t len = strcspn(name, "/");
        struct place *next = place_in(place, name, len);
        if (next == NULL) {
            next = arena_alloc(&holds->arena, sizeof *next);
            next->name = arena_strndup(&holds->arena, name, len);
            HASH_ADD_KEYPTR(hh, place->below, next->name, len, next);
        }
        place = next;
        name += len;
        if (*name == '\0')
            return place;
    }
}

static bool given(const char *hex, git_oid *oid)
{
    return hex != NULL && mirror_oid(hex, oid, NULL) == 0;
}

struct mirror_holds *mirror_holds_new(struct mirror *mirror, const struct mirror_wanted *files,
                                      size_t count)
{
    struct mirror_holds *holds = mem_alloc(sizeof *holds);

    holds->mirror = mirror;
    holds->wanted = files;
    holds->count = count;
    holds->words = (count + WORD - 1) / WORD;
    holds->files = arena_array(&holds->arena, count + 1, sizeof *holds->files);
    for (size_t i = count; i-- > 0;) {
        struct file *file = &holds->files[i];
        struct place *place = place_of(holds, files[i].path);
        file->same_place = place->files;
        place->files = file;
        if (given(files[i].oid, &file->oid)) {
            struct blob *blob = blob_of(holds, &file->oid);
            file->same_blob = blob->by_oid;
            blob->by_oid = file;
        }
        if (given(files[i].lf_oid, &file->lf)) {
            struct blob *blob = blob_of(holds, &file->lf);
            file->same_lf = blob->by_lf;
            blob->by_lf = file;
        }
    }
    return holds;
}

static void clear_places(struct place *place)
{
    for (struct place *below = place->below; below != NULL; below = below->hh.next)
        clear_places(below);
    HASH_CLEAR(hh, place->below);
}

void mirror_holds_free(struct mirror_holds *holds)
{
    if (holds == NULL)
        return;
    clear_places(&holds->root);
    HASH_CLEAR(hh, holds->blobs);
    HASH_CLEAR(hh, holds->seen);
    HASH_CLEAR(hh, holds->counted);
    arena_release(&holds->arena);
    free(holds);
}

/* --- sets ------------------------------------------------------------------------------------ */

static void set_file(const struct mirror_holds *holds, uint64_t *set, const struct file *file)
{
    size_t at = (size_t)(file - holds->files);

    set[at / WORD] |= (uint64_t)1 << at % WORD;
}

static bool in_set(const uint64_t *set, size_t at)
{
    return set != NULL && (set[at / WORD] >> at % WORD & 1) != 0;
}

/* The set of one tree while it is read: borrowed from a subtree as long as that is all of it. */
struct sum {
    const uint64_t *set;
    uint64_t *own;
};

static uint64_t *own_set(struct mirror_holds *holds, struct sum *sum)
{
    if (sum->own == NULL) {
        sum->own = arena_array(&holds->arena, holds->words, sizeof *sum->own);
        if (sum->set != NULL)
            memcpy(sum->own, sum->set, holds->words * sizeof *sum->own);
        sum->set = sum->own;
    }
    return sum->own;
}

static void add_set(struct mirror_holds *holds, struct sum *sum, const uint64_t *set)
{
    if (set == NULL || set == sum->set)
        return;
    if (sum->set == NULL) {
        sum->set = set;
        return;
    }
    uint64_t *own = own_set(holds, sum);
    for (size_t i = 0; i < holds->words; i++)
        own[i] |= set[i];
}

static void add_blob(struct mirror_holds *holds, struct sum *sum, const git_oid *oid)
{
    struct blob *blob;

    HASH_FIND(hh, holds->blobs, oid, sizeof *oid, blob);
    if (blob == NULL)
        return;
    uint64_t *own = own_set(holds, sum);
    for (struct file *file = blob->by_oid; file != NULL; file = file->same_blob)
        set_file(holds, own, file);
    for (struct file *file = blob->by_lf; file != NULL; file = file->same_lf)
        set_file(holds, own, file);
}

static int malformed(const git_oid *tree, struct err *err)
{
    char hex[OID_HEX];

    return err_set(err, REASON_BAD_ANSWER, "the tree %s is malformed",
                   git_oid_tostr(hex, sizeof hex, tree));
}

/* What a tree holds at any path; *tree becomes its own id where it is that of a commit. */
static int held(struct mirror_holds *holds, git_oid *tree, unsigned depth, const uint64_t **set,
                struct err *err)
{
    git_odb_object *object = NULL;
    struct tree_entry entry;
    struct sum sum = {0};
    struct seen *seen;
    int more = -1, result = 0;

    HASH_FIND(hh, holds->seen, tree, sizeof *tree, seen);
    if (seen != NULL) {
        *set = seen->set;
        return 0;
    }
    if (depth == DEPTH_MAX)
        return err_set(err, REASON_LIMIT, "a tree is deeper than %d levels", DEPTH_MAX);
    if (mirror_tree_of(holds->mirror, tree, &object, err) != 0)
        return -1;
    *tree = *git_odb_object_id(object);
    const char *data = git_odb_object_data(object);
    size_t len = git_odb_object_size(object);
    while (result == 0 && (more = tree_take(&data, &len, &entry)) > 0) {
        const uint64_t *below = NULL;
        if (entry.kind == MIRROR_TREE)
            result = held(holds, &entry.oid, depth + 1, &below, err);
        else if (entry.kind != MIRROR_SUBMODULE)
            add_blob(holds, &sum, &entry.oid);
        add_set(holds, &sum, below);
    }
    git_odb_object_free(object);
    if (result == 0 && more < 0)
        result = malformed(tree, err);
    if (result != 0)
        return -1;
    HASH_FIND(hh, holds->seen, tree, sizeof *tree, seen);
    if (seen == NULL) { /* a commit's tree may have been met by its own id */
        seen = arena_alloc(&holds->arena, sizeof *seen);
        *seen = (struct seen){.tree = *tree, .set = sum.set};
        HASH_ADD(hh, holds->seen, tree, sizeof seen->tree, seen);
    }
    *set = seen->set;
    return 0;
}

/* --- at their own path ----------------------------------------------------------------------- */

static bool is_file(const struct file *file, const git_oid *oid)
{
    return !git_oid_is_zero(oid) &&
           (git_oid_equal(&file->oid, oid) || git_oid_equal(&file->lf, oid));
}

static int along(struct mirror_holds *holds, const git_oid *tree, struct place *place,
                 enum mirror_hold *marks, size_t *count, struct err *err);

/* An entry at a place: its files there, or those below. */
static int at_place(struct mirror_holds *holds, const struct tree_entry *entry, struct place *place,
                    enum mirror_hold *marks, size_t *count, struct err *err)
{
    size_t below = 0;

    if (entry->kind == MIRROR_TREE && place->below != NULL) {
        int result = along(holds, &entry->oid, place, marks, &below, err);
        *count += below;
        return result;
    }
    if (entry->kind == MIRROR_TREE || entry->kind == MIRROR_SUBMODULE)
        return 0;
    for (struct file *file = place->files; file != NULL; file = file->same_place) {
        if (!is_file(file, &entry->oid))
            continue;
        ++*count;
        if (marks != NULL)
            marks[file - holds->files] = MIRROR_HOLD_AT_PATH;
    }
    return 0;
}

/* With marks, each is set; without, what was counted before is not counted again. */
static int along(struct mirror_holds *holds, const git_oid *tree, struct place *place,
                 enum mirror_hold *marks, size_t *count, struct err *err)
{
    git_odb_object *object = NULL;
    struct tree_entry entry;
    struct counted *counted, key = {.key = {.tree = *tree, .place = place}};
    int more = -1, result = 0;

    *count = 0;
    HASH_FIND(hh, holds->counted, &key.key, sizeof key.key, counted);
    if (counted != NULL && marks == NULL) {
        *count = counted->count;
        return 0;
    }
    if (mirror_tree_of(holds->mirror, tree, &object, err) != 0)
        return -1;
    const char *data = git_odb_object_data(object);
    size_t len = git_odb_object_size(object);
    while (result == 0 && (more = tree_take(&data, &len, &entry)) > 0) {
        struct place *here = place_in(place, entry.name, entry.name_len);
        if (here != NULL)
            result = at_place(holds, &entry, here, marks, count, err);
    }
    git_odb_object_free(object);
    if (result == 0 && more < 0)
        result = malformed(tree, err);
    if (result == 0 && counted == NULL) {
        counted = arena_alloc(&holds->arena, sizeof *counted);
        counted->key = key.key;
        counted->count = *count;
        HASH_ADD(hh, holds->counted, key, sizeof counted->key, counted);
    }
    return result;
}

int mirror_holds_count(struct mirror_holds *holds, const char *hex, struct mirror_held *out,
                       struct err *err)
{
    const uint64_t *set = NULL;
    git_oid tree;

    *out = (struct mirror_held){0};
    if (mirror_oid(hex, &tree, err) != 0 || held(holds, &tree, 0, &set, err) != 0)
        return -1;
    for (size_t i = 0; set != NULL && i < holds->words; i++)
        out->anywhere += (size_t)__builtin_popcountll(set[i]);
    return set == NULL ? 0 : along(holds, &tree, &holds->root, NULL, &out->at_path, err);
}

int mirror_holds_mark(struct mirror_holds *holds, const char *hex, enum mirror_hold *marks,
                      struct err *err)
{
    const uint64_t *set = NULL;
    size_t count;
    git_oid tree;

    if (mirror_oid(hex, &tree, err) != 0 || held(holds, &tree, 0, &set, err) != 0)
        return -1;
    for (size_t i = 0; i < holds->count; i++)
        marks[i] = in_set(set, i) ? MIRROR_HOLD_ELSEWHERE : MIRROR_HOLD_NOT;
    return set == NULL ? 0 : along(holds, &tree, &holds->root, marks, &count, err);
}

/* --- where ----------------------------------------------------------------------------------- */

/* Appends the path of the file in a tree that holds it. */
static int find(struct mirror_holds *holds, git_oid *tree, size_t file, struct buf *path,
                unsigned depth, struct err *err)
{
    git_odb_object *object = NULL;
    struct tree_entry entry;
    int more, result = 0, found = 0;

    if (mirror_tree_of(holds->mirror, tree, &object, err) != 0)
        return -1;
    const char *data = git_odb_object_data(object);
    size_t len = git_odb_object_size(object);
    while (result == 0 && found == 0 && (more = tree_take(&data, &len, &entry)) > 0) {
        const uint64_t *set = NULL;
        if (entry.kind == MIRROR_TREE)
            result = held(holds, &entry.oid, depth + 1, &set, err);
        found = entry.kind == MIRROR_TREE        ? in_set(set, file)
                : entry.kind == MIRROR_SUBMODULE ? 0
                                                 : is_file(&holds->files[file], &entry.oid);
        if (found != 0 && buf_addf(path, "%s%.*s", path->len > 0 ? "/" : "", (int)entry.name_len,
                                   entry.name) != 0)
            result = err_set(err, REASON_LIMIT, "a path of the tree is too long");
        if (result == 0 && found != 0 && entry.kind == MIRROR_TREE)
            result = find(holds, &entry.oid, file, path, depth + 1, err);
    }
    git_odb_object_free(object);
    return result;
}

int mirror_holds_path(struct mirror_holds *holds, const char *hex, size_t file, char **path,
                      struct err *err)
{
    const uint64_t *set = NULL;
    struct buf out = BUF_INIT(1 << 16);
    char entry[OID_HEX];
    enum mirror_kind kind;
    git_oid tree, oid;

    if (mirror_oid(hex, &tree, err) != 0 || held(holds, &tree, 0, &set, err) != 0)
        return -1;
    if (!in_set(set, file))
        return 0;
    int result = mirror_entry(holds->mirror, hex, holds->wanted[file].path, &kind, entry, err);
    bool at_path = result > 0 && kind != MIRROR_TREE && kind != MIRROR_SUBMODULE &&
                   mirror_oid(entry, &oid, err) == 0 && is_file(&holds->files[file], &oid);
    if (result >= 0 && !at_path)
        result = find(holds, &tree, file, &out, 0, err);
    if (result >= 0)
        *path = at_path ? mem_strdup(holds->wanted[file].path) : buf_detach(&out);
    buf_release(&out);
    return result >= 0 ? 1 : -1;
}
