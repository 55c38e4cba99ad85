/*
 * A checkout on the user's disk, read with libgit2 and left as it is: nothing is written or locked,
 * no hook, filter, fsmonitor or other program runs whatever its configuration says, and only one
 * that belongs to the user is read (safe.directory in the user's own configuration excepts others,
 * as with git). What only a filter could tell is told as unsure.
 */
#ifndef FETCH_WORKTREE_H
#define FETCH_WORKTREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "fetch/mirror.h"

struct worktree;

/* The work tree that `dir` is in. USAGE: there is none, or it is a bare repository; FORBIDDEN: it
   is somebody else's; UNSUPPORTED: of a format that is not read; DISK. */
int worktree_open(const char *dir, struct worktree **out, struct err *err);
void worktree_free(struct worktree *worktree);

/* Its objects. Owned by the worktree. */
struct mirror *worktree_mirror(struct worktree *worktree);

#define WORKTREE_REFS_MAX 250000

struct worktree_ref {
    const char *name; /* "refs/tags/v1.0", "refs/remotes/origin/main" */
    char oid[OID_HEX];
};

struct worktree_facts {
    const char *root;           /* of the work tree, without a slash at its end */
    const char *directory;      /* `dir` below it; "" the root */
    bool shallow;               /* history ends where it was cut off */
    char head[OID_HEX];         /* "" while there is no commit */
    const char *branch;         /* that is checked out, "main"; NULL: none is */
    const char *remote;         /* that the branch follows, else origin, else the only one; NULL */
    const char *remote_url;     /* without user and password; NULL */
    const char *remote_default; /* its default branch, as the clone remembers; NULL */
    const struct worktree_ref *refs; /* tags, and branches of that remote, by name */
    size_t ref_count;
};

/* Texts live in the arena. LIMIT: more refs than are looked at. */
int worktree_read(struct worktree *worktree, struct arena *arena, struct worktree_facts *out,
                  struct err *err);

/* Whether `commit` is `tip` or behind it: 1, 0; -1 when the history that would tell is not here.
 *ahead, which may be NULL: whether `tip` is behind it instead. */
int worktree_reaches(struct worktree *worktree, const char *tip, const char *commit, bool *ahead,
                     struct err *err);

/* The same of any of them, by one walk. */
int worktree_reaches_any(struct worktree *worktree, const char *const *tips, size_t count,
                         const char *commit, struct err *err);

enum worktree_kind {
    WORKTREE_CHANGED,   /* staged, or other than what is staged */
    WORKTREE_UNTRACKED, /* and not ignored; of a directory its name, with a slash */
    WORKTREE_UNSURE,    /* other bytes, but .gitattributes names a filter, which is not run */
    WORKTREE_HIDDEN,    /* marked to be taken for unchanged: git does not look at it */
    WORKTREE_KINDS
};

#define WORKTREE_NAMED 5

struct worktree_status {
    size_t counts[WORKTREE_KINDS];
    const char *names[WORKTREE_KINDS][WORKTREE_NAMED]; /* the first of each */
};

int worktree_status(struct worktree *worktree, struct arena *arena, struct worktree_status *out,
                    struct err *err);

#endif
