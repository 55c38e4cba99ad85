/*
 * A bare git directory under the cache, written and read without a checkout. The only user of
 * libgit2. A mirror is a partial clone that the `git` command can open: what was left out is marked
 * as promised. Functions here block: call them on the pool; a mirror belongs to one work item at a
 * time. libgit2's own error text is put into err here.
 */
#ifndef FETCH_MIRROR_H
#define FETCH_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fetch/gitwire.h"

struct mirror;

/* Once per process, after the last mirror. */
void mirror_global_exit(void);

/* Deletes what killed processes left below `cache` more than a day ago. */
void mirror_sweep(const char *cache);

/* Where the mirror of a repository is; the caller frees. */
char *mirror_place(const char *cache, const char *host, const char *full_name);
/* Opens the mirror at dir; creates it when it is not there or cannot be opened (a broken one is
   deleted and made anew: losing the cache loses time, never facts). One of very many packs gets a
   single one. `url` is recorded as the remote, so that `git fetch` in it works. Until mirror_free
   no other process has it: 1 when another one has, -1 on error. */
int mirror_open(const char *dir, const char *url, struct mirror **out, struct err *err);
/* One without a place: objects in a temporary directory below `cache`, gone with mirror_free. */
int mirror_open_temporary(const char *cache, struct mirror **out, struct err *err);
void mirror_free(struct mirror *mirror);
/* Deletes the mirror at dir, unless another process has it; none there is no error. */
int mirror_remove(const char *dir, struct err *err);

/* A new unlinked file below the mirror for a pack to come; -1 on error. The caller closes it. */
int mirror_spool(struct mirror *mirror, struct err *err);
/* Indexes the pack in fd (from offset 0) and adds it; checks its trailer; `promised` marks it as
   the partial answer of a filtering server. */
int mirror_add_pack(struct mirror *mirror, int fd, bool promised, struct err *err);
/* Writes packed-refs and HEAD as the server has them; a temporary mirror has neither. */
int mirror_set_refs(struct mirror *mirror, const struct gitwire_refs *refs, struct err *err);
/* Whether a mirror holds this object. */
bool mirror_has(struct mirror *mirror, const char *oid);

struct mirror_commit {
    char tree[OID_HEX];
    int64_t author_time, commit_time;
    unsigned parent_count;
};
int mirror_read_commit(struct mirror *mirror, const char *oid, struct mirror_commit *out,
                       struct err *err);

/* The commit whose id begins so: 1, or 0 when there is none or several. `prefix` is hex of at least
   7 digits. */
int mirror_find_commit(struct mirror *mirror, const char *prefix, char out[OID_HEX]);

/* Where the object of a ref below refs/tags/ leads. */
struct mirror_tag {
    bool annotated; /* it is a tag object, not the commit itself */
    char
        commit[OID_HEX]; /* that it leads to in the end (through tags of tags); "" a tree or blob */
    int64_t tagged_at;   /* CLOCK_UNKNOWN: not annotated, or without a tagger */
    int64_t committed_at;
    bool is_signed; /* it holds a signature, which nobody verified */
};
int mirror_read_tag(struct mirror *mirror, const char *oid, struct mirror_tag *out,
                    struct err *err);

enum mirror_kind { MIRROR_TREE, MIRROR_BLOB, MIRROR_EXECUTABLE, MIRROR_LINK, MIRROR_SUBMODULE };

/* One tree entry while walking; path is relative to the walk's root, without a leading slash. A
   non-zero return for a tree leaves it out. */
typedef int mirror_walk_fn(void *ctx, const char *path, enum mirror_kind kind, const char *oid);
/* Walks the tree of a commit (or a tree) in depth; at most max_entries, then REASON_LIMIT. */
int mirror_walk(struct mirror *mirror, const char *oid, size_t max_entries, mirror_walk_fn *fn,
                void *ctx, struct err *err);
/* The entry at `path` of a commit or tree: 1 found, 0 absent, -1 error. */
int mirror_entry(struct mirror *mirror, const char *oid, const char *path, enum mirror_kind *kind,
                 char entry[OID_HEX], struct err *err);
/* The bytes of a blob: 1 read, 0 not here (promised), -1 error or larger than the buffer's
   ceiling. */
int mirror_read_blob(struct mirror *mirror, const char *oid, struct buf *out, struct err *err);

/* Every commit reachable from the tips, once, children before parents. A non-zero return stops.
   Returns 1 when some commit is not here, so that neither it nor what only it leads to was told:
   err says which. `known` (may be NULL): commits that are not told, nor what lies behind them where
   the way there leads over one of them; *all: whether every one of them was come by. */
typedef int mirror_history_fn(void *ctx, const char *commit, const char *tree, int64_t commit_time);
struct mirror_known {
    const char *const *commits;
    size_t count;
    bool *all;
};
int mirror_history(struct mirror *mirror, const char *const *tips, size_t count,
                   const struct mirror_known *known, mirror_history_fn *fn, void *ctx,
                   struct err *err);

#endif
