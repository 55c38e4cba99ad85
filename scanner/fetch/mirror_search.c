#include "fetch/mirror_search.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>

#include "base/mem.h"
#include "fetch/mirror_internal.h"

/* --- objects --------------------------------------------------------------------------------- */

static int add_objects(struct mirror *mirror, const char *objects, int priority, struct err *err)
{
    git_odb_backend *packs = NULL, *loose = NULL;
    int result = git_odb_backend_pack(&packs, objects);

    if (result == 0)
        result = git_odb_add_backend(mirror->odb, packs, priority);
    if (result == 0)
        result = git_odb_backend_loose(&loose, objects, -1, 0, 0, 0);
    if (result == 0)
        result = git_odb_add_backend(mirror->odb, loose, priority);
    return result == 0 ? 0 : mirror_failed(err, REASON_DISK, "cannot open %s", objects);
}

int mirror_open_foreign(const char *objects, const char *const *borrowed, size_t count,
                        struct mirror **out, struct err *err)
{
    struct mirror *mirror = mem_alloc(sizeof *mirror);

    mirror->dir = mem_strdup(objects);
    mirror->objects = mem_strdup(objects);
    mirror->lock = -1;
    mirror_global_begin();
    int result = git_odb_new(&mirror->odb);
    if (result != 0)
        mirror_failed(err, REASON_INTERNAL, "cannot open %s", objects);
    for (size_t i = 0; result == 0 && i <= count; i++)
        result = add_objects(mirror, i == 0 ? objects : borrowed[i - 1], 2 - (i > 0), err);
    if (result != 0) {
        mirror_free(mirror);
        return -1;
    }
    *out = mirror;
    return 0;
}

struct each {
    struct mirror *mirror;
    mirror_object_fn *fn;
    void *ctx;
};

static int on_object(const git_oid *oid, void *payload)
{
    struct each *each = payload;
    enum mirror_type type = MIRROR_TYPE_BROKEN;
    char hex[OID_HEX];
    git_object_t is;
    size_t size;

    if (git_odb_read_header(&size, &is, each->mirror->odb, oid) == 0)
        type = is == GIT_OBJECT_COMMIT ? MIRROR_TYPE_COMMIT : MIRROR_TYPE_OTHER;
    return each->fn(each->ctx, git_oid_tostr(hex, sizeof hex, oid), type) != 0 ? GIT_EUSER : 0;
}

int mirror_each_object(struct mirror *mirror, mirror_object_fn *fn, void *ctx, struct err *err)
{
    struct each each = {mirror, fn, ctx};
    int result = git_odb_foreach(mirror->odb, on_object, &each);

    if (result == 0 || result == GIT_EUSER)
        return 0;
    return mirror_failed(err, REASON_DISK, "cannot list the objects in %s", mirror->dir);
}

/* --- the index ------------------------------------------------------------------------------- */

int mirror_each_staged(const char *file, mirror_staged_fn *fn, void *ctx, struct err *err)
{
    git_index *index = NULL;
    char hex[OID_HEX];

    if (access(file, F_OK) != 0)
        return 0;
    mirror_global_begin();
    if (git_index_open(&index, file) != 0)
        return mirror_failed(err, REASON_UNSUPPORTED, "cannot read %s", file);
    for (size_t i = 0; i < git_index_entrycount(index); i++) {
        const git_index_entry *entry = git_index_get_byindex(index, i);
        if (fn(ctx, entry->path, git_oid_tostr(hex, sizeof hex, &entry->id)) != 0)
            break;
    }
    git_index_free(index);
    return 0;
}

/* --- commits --------------------------------------------------------------------------------- */

struct met {
    git_oid oid;
    bool cut, told;
    UT_hash_handle hh;
};

struct mirror_commits {
    struct mirror *mirror;
    struct met *met;
    struct arena arena;
    struct met **waiting; /* to be told */
    size_t count, size;
};

struct mirror_commits *mirror_commits_new(struct mirror *mirror)
{
    struct mirror_commits *commits = mem_alloc(sizeof *commits);

    commits->mirror = mirror;
    return commits;
}

void mirror_commits_free(struct mirror_commits *commits)
{
    if (commits == NULL)
        return;
    HASH_CLEAR(hh, commits->met);
    arena_release(&commits->arena);
    free(commits->waiting);
    free(commits);
}

static struct met *meet(struct mirror_commits *commits, const git_oid *oid)
{
    struct met *met;

    HASH_FIND(hh, commits->met, oid, sizeof *oid, met);
    if (met == NULL) {
        met = arena_alloc(&commits->arena, sizeof *met);
        met->oid = *oid;
        HASH_ADD(hh, commits->met, oid, sizeof met->oid, met);
    }
    return met;
}

void mirror_commits_cut(struct mirror_commits *commits, const char *hex)
{
    git_oid oid;

    if (mirror_oid(hex, &oid, NULL) == 0)
        meet(commits, &oid)->cut = true;
}

bool mirror_commits_met(struct mirror_commits *commits, const char *hex)
{
    struct met *met = NULL;
    git_oid oid;

    if (mirror_oid(hex, &oid, NULL) == 0)
        HASH_FIND(hh, commits->met, &oid, sizeof oid, met);
    return met != NULL && met->told;
}

static void wait_for(struct mirror_commits *commits, const git_oid *oid)
{
    struct met *met = meet(commits, oid);

    if (met->told)
        return;
    met->told = true;
    commits->waiting =
        mem_grow(commits->waiting, commits->count, &commits->size, sizeof *commits->waiting);
    commits->waiting[commits->count++] = met;
}

/* Reads one and tells it; its parents wait. */
static int tell(struct mirror_commits *commits, const struct met *met, mirror_history_fn *fn,
                void *ctx, struct err *err)
{
    git_odb_object *object = NULL;
    struct commit_lines lines;
    char commit[OID_HEX], tree[OID_HEX];
    git_oid parent;

    if (mirror_object(commits->mirror, &met->oid, &object, err) != 0)
        return -1;
    git_oid_tostr(commit, sizeof commit, &met->oid);
    int result =
        git_odb_object_type(object) == GIT_OBJECT_COMMIT
            ? commit_parse(git_odb_object_data(object), git_odb_object_size(object), &lines)
            : -1;
    for (unsigned i = 0; result == 0 && !met->cut && i < lines.parent_count; i++)
        if (git_oid_fromstrn(&parent, lines.parents + i * PARENT_LINE + 7, GIT_OID_HEXSZ) == 0)
            wait_for(commits, &parent);
    git_odb_object_free(object);
    if (result != 0)
        return err_set(err, REASON_BAD_ANSWER, "the object %s is no commit", commit);
    return fn(ctx, commit, git_oid_tostr(tree, sizeof tree, &lines.tree), lines.commit_time);
}

int mirror_commits_from(struct mirror_commits *commits, const char *tip, mirror_history_fn *fn,
                        void *ctx, struct err *err)
{
    struct err why = {0};
    struct mirror_tag tag;
    git_oid oid;
    int bad = 0;

    if (mirror_oid(tip, &oid, err) != 0 || mirror_read_tag(commits->mirror, tip, &tag, err) != 0)
        return 1;
    if (tag.commit[0] != '\0' && mirror_oid(tag.commit, &oid, err) == 0)
        wait_for(commits, &oid);
    while (commits->count > 0) {
        struct met *met = commits->waiting[--commits->count];
        bad |= tell(commits, met, fn, ctx, &why) != 0;
    }
    if (bad != 0 && err != NULL)
        *err = why;
    return bad;
}
