#include "fetch/mirror_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define NESTING_MAX  16  /* tags of tags */
#define DEPTH_MAX    256 /* trees in trees */
#define PATH_MAX_LEN 4096
#define PREFIX_LEAST 7

/* --- objects --------------------------------------------------------------------------------- */

int mirror_oid(const char *hex, git_oid *out, struct err *err)
{
    if (strlen(hex) != GIT_OID_HEXSZ || git_oid_fromstr(out, hex) != 0)
        return err_set(err, REASON_INTERNAL, "\"%s\" names no object", hex);
    return 0;
}

static bool here(struct mirror *mirror, const git_oid *oid)
{
    /* Without the flag every miss reads the directory of packs again; misses are usual here. */
    return git_odb_exists_ext(mirror->odb, oid, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

bool mirror_has(struct mirror *mirror, const char *hex)
{
    git_oid oid;

    return mirror_oid(hex, &oid, NULL) == 0 && here(mirror, &oid);
}

int mirror_find_commit(struct mirror *mirror, const char *prefix, char out[OID_HEX])
{
    size_t len = strlen(prefix);
    git_odb_expand_id found = {.length = (unsigned short)len, .type = GIT_OBJECT_COMMIT};

    if (len < PREFIX_LEAST || len > GIT_OID_HEXSZ ||
        git_oid_fromstrn(&found.id, prefix, len) != 0 ||
        git_odb_expand_ids(mirror->odb, &found, 1) != 0 || found.length == 0)
        return 0;
    git_oid_tostr(out, OID_HEX, &found.id);
    return 1;
}

int mirror_object(struct mirror *mirror, const git_oid *oid, git_odb_object **out, struct err *err)
{
    char hex[OID_HEX];
    int result = git_odb_read(out, mirror->odb, oid);

    if (result == 0)
        return 0;
    git_oid_tostr(hex, sizeof hex, oid);
    if (result == GIT_ENOTFOUND)
        return err_set(err, REASON_MISSING_OBJECT, "the object %s is missing", hex);
    return mirror_failed(err, REASON_BAD_ANSWER, "the object %s cannot be read", hex);
}

static int unexpected(struct err *err, const char *oid, git_odb_object *object, const char *wanted)
{
    return err_set(err, REASON_BAD_ANSWER, "the object %s is a %s, not a %s", oid,
                   git_object_type2string(git_odb_object_type(object)), wanted);
}

static int malformed(struct err *err, const git_oid *oid, const char *what)
{
    char hex[OID_HEX];

    return err_set(err, REASON_BAD_ANSWER, "the %s %s is malformed", what,
                   git_oid_tostr(hex, sizeof hex, oid));
}

static int read_as(struct mirror *mirror, const char *hex, git_object_t type, git_odb_object **out,
                   struct err *err)
{
    git_oid oid;

    if (mirror_oid(hex, &oid, err) != 0 || mirror_object(mirror, &oid, out, err) != 0)
        return -1;
    if (git_odb_object_type(*out) == type)
        return 0;
    unexpected(err, hex, *out, git_object_type2string(type));
    git_odb_object_free(*out);
    *out = NULL;
    return -1;
}

int mirror_read_commit(struct mirror *mirror, const char *oid, struct mirror_commit *out,
                       struct err *err)
{
    git_odb_object *object = NULL;
    struct commit_lines lines;

    if (read_as(mirror, oid, GIT_OBJECT_COMMIT, &object, err) != 0)
        return -1;
    int result = commit_parse(git_odb_object_data(object), git_odb_object_size(object), &lines);
    if (result != 0)
        malformed(err, git_odb_object_id(object), "commit");
    git_odb_object_free(object);
    if (result != 0)
        return -1;
    *out = (struct mirror_commit){.author_time = lines.author_time,
                                  .commit_time = lines.commit_time,
                                  .parent_count = lines.parent_count};
    git_oid_tostr(out->tree, sizeof out->tree, &lines.tree);
    return 0;
}

/* One step of the way: 1 it goes on at `next`, 0 its end, -1. */
static int step(struct mirror *mirror, git_oid *next, bool first, struct mirror_tag *out,
                struct err *err)
{
    git_odb_object *object = NULL;
    struct tag_lines tag;
    struct commit_lines commit;
    int result = 0;

    if (mirror_object(mirror, next, &object, err) != 0)
        return -1;
    const char *data = git_odb_object_data(object);
    size_t size = git_odb_object_size(object);
    if (git_odb_object_type(object) == GIT_OBJECT_TAG) {
        result = tag_parse(data, size, &tag) == 0 ? 1 : malformed(err, next, "tag");
        if (result > 0 && first) {
            out->annotated = true;
            out->tagged_at = tag.tagged_at;
            out->is_signed = tag.is_signed;
        }
        if (result > 0 && tag.type == GIT_OBJECT_INVALID)
            result = 0; /* a tree or a blob, which need not be here */
        *next = result > 0 ? tag.target : *next;
    } else if (git_odb_object_type(object) == GIT_OBJECT_COMMIT) {
        result = commit_parse(data, size, &commit) == 0 ? 0 : malformed(err, next, "commit");
        if (result == 0) {
            git_oid_tostr(out->commit, sizeof out->commit, next);
            out->committed_at = commit.commit_time;
        }
    }
    git_odb_object_free(object);
    return result;
}

int mirror_read_tag(struct mirror *mirror, const char *oid, struct mirror_tag *out, struct err *err)
{
    struct mirror_tag tag = {.tagged_at = CLOCK_UNKNOWN, .committed_at = CLOCK_UNKNOWN};
    git_oid next;

    if (mirror_oid(oid, &next, err) != 0)
        return -1;
    for (int depth = 0; depth < NESTING_MAX; depth++) {
        int more = step(mirror, &next, depth == 0, &tag, err);
        if (more < 0)
            return -1;
        if (more == 0) {
            *out = tag;
            return 0;
        }
    }
    return err_set(err, REASON_LIMIT, "the tag %s leads through more than %d tags", oid,
                   NESTING_MAX);
}

int mirror_read_blob(struct mirror *mirror, const char *hex, struct buf *out, struct err *err)
{
    git_odb_object *object = NULL;
    git_object_t type;
    git_oid oid;
    size_t size;

    if (mirror_oid(hex, &oid, err) != 0)
        return -1;
    if (!here(mirror, &oid))
        return 0;
    if (git_odb_read_header(&size, &type, mirror->odb, &oid) != 0)
        return mirror_failed(err, REASON_BAD_ANSWER, "the object %s cannot be read", hex);
    if (type == GIT_OBJECT_BLOB && size > out->max)
        return err_set(err, REASON_TOO_LARGE, "the file %s has %zu bytes, more than %zu", hex, size,
                       out->max);
    if (read_as(mirror, hex, GIT_OBJECT_BLOB, &object, err) != 0)
        return -1;
    buf_reset(out);
    int result = buf_add(out, git_odb_object_data(object), git_odb_object_size(object));
    git_odb_object_free(object);
    return result == 0 ? 1 : err_set(err, REASON_TOO_LARGE, "the file %s is too large", hex);
}

/* --- trees ----------------------------------------------------------------------------------- */

/* The object that a tag or a commit leads to. */
static int follow(git_odb_object *object, git_oid *next, struct err *err)
{
    const char *data = git_odb_object_data(object);
    size_t size = git_odb_object_size(object);
    struct commit_lines commit;
    struct tag_lines tag;

    if (git_odb_object_type(object) == GIT_OBJECT_COMMIT) {
        if (commit_parse(data, size, &commit) != 0)
            return malformed(err, git_odb_object_id(object), "commit");
        *next = commit.tree;
    } else {
        if (tag_parse(data, size, &tag) != 0)
            return malformed(err, git_odb_object_id(object), "tag");
        *next = tag.target;
    }
    return 0;
}

int mirror_tree_of(struct mirror *mirror, const git_oid *oid, git_odb_object **out, struct err *err)
{
    git_oid at = *oid;
    char hex[OID_HEX];

    for (int depth = 0; depth < NESTING_MAX; depth++) {
        if (mirror_object(mirror, &at, out, err) != 0)
            return -1;
        git_object_t type = git_odb_object_type(*out);
        if (type == GIT_OBJECT_TREE)
            return 0;
        int result = type == GIT_OBJECT_BLOB
                         ? unexpected(err, git_oid_tostr(hex, sizeof hex, &at), *out, "tree")
                         : follow(*out, &at, err);
        git_odb_object_free(*out);
        *out = NULL;
        if (result != 0)
            return -1;
    }
    return err_set(err, REASON_LIMIT, "the tag %s leads through more than %d tags",
                   git_oid_tostr(hex, sizeof hex, oid), NESTING_MAX);
}

struct walk {
    struct mirror *mirror;
    mirror_walk_fn *fn;
    void *ctx;
    size_t left; /* entries that may still come */
    struct err *err;
    char path[PATH_MAX_LEN + 1];
};

static int walk_tree(struct walk *walk, git_odb_object *tree, size_t path_len, unsigned depth);

static int walk_entry(struct walk *walk, const struct tree_entry *entry, size_t path_len,
                      unsigned depth)
{
    char hex[OID_HEX];
    git_odb_object *tree = NULL;

    if (walk->left == 0)
        return err_set(walk->err, REASON_LIMIT, "the tree has too many entries");
    walk->left--;
    if (entry->name_len + 1 > PATH_MAX_LEN - path_len)
        return err_set(walk->err, REASON_LIMIT, "a path of the tree is longer than %d bytes",
                       PATH_MAX_LEN);
    memcpy(walk->path + path_len, entry->name, entry->name_len + 1);
    path_len += entry->name_len;
    git_oid_tostr(hex, sizeof hex, &entry->oid);
    if (walk->fn(walk->ctx, walk->path, entry->kind, hex) != 0 || entry->kind != MIRROR_TREE)
        return 0;
    if (depth == DEPTH_MAX)
        return err_set(walk->err, REASON_LIMIT, "the tree is deeper than %d levels", DEPTH_MAX);
    if (mirror_tree_of(walk->mirror, &entry->oid, &tree, walk->err) != 0)
        return -1;
    walk->path[path_len] = '/';
    int result = walk_tree(walk, tree, path_len + 1, depth + 1);
    git_odb_object_free(tree);
    return result;
}

static int walk_tree(struct walk *walk, git_odb_object *tree, size_t path_len, unsigned depth)
{
    const char *data = git_odb_object_data(tree);
    size_t len = git_odb_object_size(tree);
    struct tree_entry entry;
    int more;

    while ((more = tree_take(&data, &len, &entry)) > 0)
        if (walk_entry(walk, &entry, path_len, depth) != 0)
            return -1;
    return more == 0 ? 0 : malformed(walk->err, git_odb_object_id(tree), "tree");
}

int mirror_walk(struct mirror *mirror, const char *hex, size_t max_entries, mirror_walk_fn *fn,
                void *ctx, struct err *err)
{
    struct walk walk = {.mirror = mirror, .fn = fn, .ctx = ctx, .left = max_entries, .err = err};
    git_odb_object *tree = NULL;
    git_oid oid;

    if (mirror_oid(hex, &oid, err) != 0 || mirror_tree_of(mirror, &oid, &tree, err) != 0)
        return -1;
    int result = walk_tree(&walk, tree, 0, 0);
    git_odb_object_free(tree);
    return result;
}

/* The entry of that name in one tree: 1 found, 0 absent, -1 error. */
static int find_name(struct mirror *mirror, const git_oid *oid, const char *name, size_t name_len,
                     struct tree_entry *out, struct err *err)
{
    git_odb_object *tree = NULL;
    int more;

    if (mirror_tree_of(mirror, oid, &tree, err) != 0)
        return -1;
    const char *data = git_odb_object_data(tree);
    size_t len = git_odb_object_size(tree);
    while ((more = tree_take(&data, &len, out)) > 0)
        if (out->name_len == name_len && memcmp(out->name, name, name_len) == 0)
            break;
    if (more < 0)
        malformed(err, git_odb_object_id(tree), "tree");
    git_odb_object_free(tree);
    return more;
}

int mirror_entry(struct mirror *mirror, const char *hex, const char *path, enum mirror_kind *kind,
                 char found[OID_HEX], struct err *err)
{
    struct tree_entry entry = {.kind = MIRROR_TREE};

    if (mirror_oid(hex, &entry.oid, err) != 0)
        return -1;
    for (const char *name = path;;) {
        size_t len = strcspn(name, "/");
        git_oid tree = entry.oid;
        int result = find_name(mirror, &tree, name, len, &entry, err);
        if (result <= 0)
            return result;
        if (name[len] == '\0')
            break;
        if (entry.kind != MIRROR_TREE)
            return 0;
        name += len + 1;
    }
    *kind = entry.kind;
    git_oid_tostr(found, OID_HEX, &entry.oid);
    return 1;
}
