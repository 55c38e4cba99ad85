/*
 * One commit more, on top of one that a mirror holds, written for others to apply: as a git bundle
 * and as a patch in git's mail format. The mirror is not changed and need not be whole: of the base
 * only trees are read. Same request, same commit.
 */
#ifndef FETCH_MIRROR_WRITE_H
#define FETCH_MIRROR_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/oid.h"
#include "fetch/mirror.h"

struct mirror_change {
    const char *path;      /* from the root of the tree */
    enum mirror_kind kind; /* BLOB, EXECUTABLE or LINK */
    const char *data;      /* the bytes; of a link: its target */
    size_t len;
    bool gone; /* it is deleted instead */
};

/* Everything is borrowed and must outlive what is written. */
struct mirror_request {
    const char *base;                    /* the commit to stand on */
    const char *branch;                  /* without refs/heads/ */
    const struct mirror_change *changes; /* each path once, in any order */
    size_t count;
    const char *name, *mail; /* of author and committer */
    int64_t authored_at, committed_at;
    const char *message; /* subject, empty line, body */
};

struct mirror_written;

/* Whether a path may stand in a tree: nothing in it leads out of a work tree or into its .git. */
bool mirror_path_is_safe(const char *path);

/* Makes the objects. Reasons: USAGE (an author or branch that git would refuse, a path that is not
   safe, nothing is changed), UNSUPPORTED (a path below a file, or where a directory or submodule
   is), MISSING_OBJECT (the base is not here). */
int mirror_write(struct mirror *mirror, const struct mirror_request *request,
                 struct mirror_written **out, struct err *err);
void mirror_written_free(struct mirror_written *written);
const char *mirror_written_commit(const struct mirror_written *written);
const char *mirror_written_tree(const struct mirror_written *written);

/* `git fetch FILE BRANCH` applies it in a clone that has the base. */
int mirror_write_bundle(const struct mirror_written *written, struct buf *out, struct err *err);
/* `git am FILE` applies it. What is text is shown line by line where the old file is in the mirror;
   the rest, and what a mail would alter, is packed. */
int mirror_write_patch(const struct mirror_written *written, struct buf *out, struct err *err);

/* The user's name and e-mail as git knows them (environment, then configuration); NULL: not set.
   The caller frees both. */
void mirror_author(char **name, char **mail);

#endif
