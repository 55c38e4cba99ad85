/*
 * The few files of trees that matter, and where they lie. A tree is read once, however many commits
 * and directories hold it: memory grows with distinct trees alone. Works on the pool; belongs to
 * one job.
 */
#ifndef SCAN_LEVELS_H
#define SCAN_LEVELS_H

#include "fetch/mirror.h"

#define LEVELS_MAX        32        /* trees in trees that are looked into */
#define LEVELS_FILES_MAX  20000     /* files of one walk */
#define LEVELS_VISITS_MAX 200000    /* files and directories that one walk comes by */
#define LEVELS_VISITS_ALL 200000000 /* and all walks of a job */

struct levels;

struct levels *levels_new(struct mirror *mirror);
void levels_free(struct levels *levels);

/* A file that matters: of a project, a changelog or a licence. Of a folder LICENSES/ it is the
   first licence. */
struct levels_file {
    const char *path; /* from the tree's root; borrowed for the call */
    const char *oid;  /* lives as long as the levels */
    bool changelog;   /* by its name, or the file of one release */
    bool link;        /* a symbolic link: the blob says where it leads */
    bool submodule;   /* a project file that is another repository: there is no blob */
};

/* A non-zero return ends the walk. */
typedef int levels_fn(void *ctx, const struct levels_file *file);
/* Where `near` is a directory, only what may be said of a project there: in the root, in that
   directory and on the way to it, and in their folders of documentation, changes and licences.
   Those files of a tree, the files of a directory before what lies further below. Returns 0; 1 when
   some may have been left out, by the limits above; -1 when a tree cannot be read. */
int levels_walk(struct levels *levels, const char *tree, const char *near, levels_fn *fn, void *ctx,
                struct err *err);
/* Whether some walk ended because all of them came by too much. */
bool levels_are_spent(const struct levels *levels);

/* The string, kept once for all that say the same; lives as long as the levels. */
const char *levels_string(struct levels *levels, const char *s);

#endif
