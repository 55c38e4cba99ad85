#include "fetch/mirror.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "fetch/mirror_compact.h"
#include "fetch/mirror_dir.h"
#include "fetch/mirror_internal.h"
#include "fetch/spool.h"

#define CACHE_BYTES  (32 << 20)  /* of parsed objects, all mirrors together */
#define CACHE_TREE   (512 << 10) /* trees up to this are kept: tags of a repository share most */
#define WINDOW_BYTES (32u << 20) /* of a pack that is mapped at once */
#define MAPPED_BYTES (256u << 20)
#define OBJECT_BYTES (256u << 20) /* of one object: forges allow files of 100 MB */
#define PACKED_REFS  (128u << 20)
#define PACKS_MAX    50u /* as git's gc.autoPackLimit */

/* --- the library ----------------------------------------------------------------------------- */

/* With the first mirror: it reads the system's certificates, which takes longer than the rest of a
   scan in which nothing moved. */
static pthread_once_t library = PTHREAD_ONCE_INIT;
static bool begun;

static void begin_library(void)
{
    begun = true;
    git_libgit2_init();
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES);
    git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, (size_t)CACHE_TREE);
    git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_COMMIT, (size_t)0);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES);
    git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, (size_t)OBJECT_BYTES);
    /* Objects were hashed when their pack was indexed. */
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
}

void mirror_global_begin(void)
{
    pthread_once(&library, begin_library);
}

void mirror_global_exit(void)
{
    if (begun)
        git_libgit2_shutdown();
    begun = false;
}

int mirror_failed(struct err *err, enum reason reason, const char *fmt, ...)
{
    const git_error *last = git_error_last();
    char text[ERR_TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return err_set(err, reason, "%s: %s", text,
                   last != NULL && last->message != NULL ? last->message : "unknown");
}

/* --- open and close -------------------------------------------------------------------------- */

/* Packs alone: a loose object is nothing that we write, and looking for one costs a system call for
   each object that is not here. */
static int open_odb(struct mirror *mirror, struct err *err)
{
    git_odb_backend *packs = NULL;
    mirror_global_begin();
    int result = git_odb_new(&mirror->odb);

    if (result == 0)
        result = git_odb_backend_pack(&packs, mirror->objects);
    if (result == 0)
        result = git_odb_add_backend(mirror->odb, packs, 1);
    if (result != 0)
        mirror_failed(err, REASON_DISK, "cannot open %s", mirror->objects);
    return result;
}

static int make_anew(struct mirror *mirror, const char *url, struct err *err)
{
    mirror_dir_clear(mirror->dir);
    return mirror_dir_create(mirror->dir, url, err);
}

/* What cannot be made one pack is fetched anew. */
static int compact(struct mirror *mirror, const char *url, struct err *err)
{
    struct err why = {0};
    int result = 0;

    if (mirror_compact(mirror, &why) != 0) {
        log_debug("%s; it is made anew", why.text);
        result = make_anew(mirror, url, err);
    }
    git_odb_free(mirror->odb);
    mirror->odb = NULL;
    return result == 0 ? open_odb(mirror, err) : result;
}

static int open_locked(struct mirror *mirror, const char *url, struct err *err)
{
    unsigned packs;

    if (!mirror_dir_usable(mirror->dir, &packs) && make_anew(mirror, url, err) != 0)
        return -1;
    mirror_dir_sweep(mirror->dir);
    if (open_odb(mirror, err) != 0)
        return -1;
    return packs > PACKS_MAX ? compact(mirror, url, err) : 0;
}

int mirror_open(const char *dir, const char *url, struct mirror **out, struct err *err)
{
    int lock, result = mirror_dir_lock(dir, &lock, err);

    if (result != 0)
        return result;
    struct mirror *mirror = mem_alloc(sizeof *mirror);
    mirror->dir = mem_strdup(dir);
    mirror->objects = mem_printf("%s/objects", dir);
    mirror->lock = lock;
    if (open_locked(mirror, url, err) != 0) {
        mirror_free(mirror);
        return -1;
    }
    *out = mirror;
    return 0;
}

int mirror_open_temporary(const char *cache, struct mirror **out, struct err *err)
{
    char *dir = mirror_dir_temporary(cache, err);

    if (dir == NULL)
        return -1;
    struct mirror *mirror = mem_alloc(sizeof *mirror);
    mirror->dir = dir;
    mirror->objects = mem_strdup(dir);
    mirror->lock = -1;
    mirror->temporary = true;
    if (open_odb(mirror, err) != 0) {
        mirror_free(mirror);
        return -1;
    }
    *out = mirror;
    return 0;
}

void mirror_free(struct mirror *mirror)
{
    if (mirror == NULL)
        return;
    git_odb_free(mirror->odb);
    if (mirror->temporary)
        mirror_dir_remove(mirror->dir);
    if (mirror->lock >= 0)
        close(mirror->lock);
    free(mirror->objects);
    free(mirror->dir);
    free(mirror);
}

int mirror_remove(const char *dir, struct err *err)
{
    return mirror_dir_discard(dir, err);
}

int mirror_spool(struct mirror *mirror, struct err *err)
{
    char *dir = mem_printf("%s/pack", mirror->objects);
    int fd = spool_make(dir, err);

    free(dir);
    return fd;
}

/* --- refs ------------------------------------------------------------------------------------ */

/* Whether a ref may stand in a file that the git command reads: a name that it would refuse, or an
   object that we do not hold, makes it refuse the whole repository. */
static bool writable(struct mirror *mirror, const char *name, const char *oid)
{
    int valid = 0;

    return git_reference_name_is_valid(&valid, name) == 0 && valid && mirror_has(mirror, oid);
}

static int write_packed_refs(struct mirror *mirror, const struct gitwire_refs *refs,
                             struct err *err)
{
    struct buf out = BUF_INIT(PACKED_REFS);
    int full = buf_addstr(&out, "# pack-refs with: peeled fully-peeled sorted \n");

    for (size_t i = 0; full == 0 && i < refs->count; i++) {
        const struct gitwire_ref *ref = &refs->refs[i];
        if (!writable(mirror, ref->name, ref->oid))
            continue;
        full |= buf_addf(&out, "%s %s\n", ref->oid, ref->name);
        if (ref->peeled[0] != '\0')
            full |= buf_addf(&out, "^%s\n", ref->peeled);
    }
    int result = full != 0
                     ? err_set(err, REASON_LIMIT, "the refs fill more than %u bytes", PACKED_REFS)
                     : mirror_dir_write(mirror->dir, "packed-refs", &out, err);
    buf_release(&out);
    return result;
}

static int write_head(struct mirror *mirror, const struct gitwire_refs *refs, struct err *err)
{
    struct buf out = BUF_INIT(8192);
    int valid = 0, result = 0;

    if (refs->head_ref != NULL && git_reference_name_is_valid(&valid, refs->head_ref) == 0 && valid)
        result = buf_addf(&out, "ref: %s\n", refs->head_ref);
    else if (refs->head_oid[0] != '\0' && mirror_has(mirror, refs->head_oid))
        result = buf_addf(&out, "%s\n", refs->head_oid);
    assert(result == 0);
    if (out.len > 0)
        result = mirror_dir_write(mirror->dir, "HEAD", &out, err);
    buf_release(&out);
    return result;
}

/* What `git fetch` left in single files would hide what we write. */
static int clear_loose_refs(const struct mirror *mirror, struct err *err)
{
    static const char *const folders[] = {"refs/tags", "refs/heads"};
    int result = 0;

    for (size_t i = 0; result == 0 && i < sizeof folders / sizeof *folders; i++) {
        char *path = mem_printf("%s/%s", mirror->dir, folders[i]);
        mirror_dir_remove(path);
        result = mirror_dir_make(path, err);
        free(path);
    }
    return result;
}

int mirror_set_refs(struct mirror *mirror, const struct gitwire_refs *refs, struct err *err)
{
    if (mirror->temporary)
        return 0;
    if (write_packed_refs(mirror, refs, err) != 0 || clear_loose_refs(mirror, err) != 0)
        return -1;
    return write_head(mirror, refs, err);
}
