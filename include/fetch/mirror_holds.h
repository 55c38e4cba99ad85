/*
 * Which files of a list the trees of a mirror hold, each distinct tree read once. A file is held
 * where a blob has its id, or the id that its bytes have with CRLF turned to LF.
 */
#ifndef FETCH_MIRROR_HOLDS_H
#define FETCH_MIRROR_HOLDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/oid.h"
#include "fetch/mirror.h"

struct mirror_wanted {
    const char *path;   /* below the commit's tree; borrowed */
    const char *oid;    /* "" or NULL: not looked for */
    const char *lf_oid; /* "" or NULL: none */
};

struct mirror_holds;

/* The files are borrowed. The mirror is borrowed. */
struct mirror_holds *mirror_holds_new(struct mirror *mirror, const struct mirror_wanted *files,
                                      size_t count);
void mirror_holds_free(struct mirror_holds *holds);

struct mirror_held {
    size_t anywhere; /* files that the tree has at some path */
    size_t at_path;  /* those that it has at their own */
};
/* Of the tree of a commit (or a tree). */
int mirror_holds_count(struct mirror_holds *holds, const char *oid, struct mirror_held *out,
                       struct err *err);

/* The same, file by file; `marks` has one for each. */
enum mirror_hold { MIRROR_HOLD_NOT, MIRROR_HOLD_ELSEWHERE, MIRROR_HOLD_AT_PATH };
int mirror_holds_mark(struct mirror_holds *holds, const char *oid, enum mirror_hold *marks,
                      struct err *err);
/* A path at which that tree has the file: its own, else the first in the tree's order. 1 found (the
   caller frees), 0 not there, -1 error. */
int mirror_holds_path(struct mirror_holds *holds, const char *oid, size_t file, char **path,
                      struct err *err);

#endif
