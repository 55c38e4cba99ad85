/*
 * Files of a commit by their paths, from trees alone. Symbolic links are followed inside the tree;
 * one that leads out of it, or in circles, has a content that nobody here can tell. Works on the
 * pool; belongs to one job.
 */
#ifndef SCAN_PATHS_H
#define SCAN_PATHS_H

#include <uthash.h>

#include "base/arena.h"
#include "facts/source.h"
#include "fetch/mirror.h"

#define PATHS_LEN 4096

struct paths {
    struct mirror *mirror;
    /* Reads a blob, which says where a link leads. */
    enum source_result (*read)(void *ctx, const char *oid, const char **data, size_t *len);
    void *ctx;
    size_t entries;      /* that globs were held against so far */
    enum reason failure; /* of the last question that FAILED */
    bool linked;         /* a link was met since somebody cleared this */
    struct paths_step
        *steps;         /* from a tree to what it has by a name: most trees are many commits' */
    struct arena arena; /* of the steps */
    /* asked last: most questions are about one commit, and one directory of it */
    char commit[OID_HEX], tree[OID_HEX];
    struct paths_folder {
        char root[OID_HEX], path[PATHS_LEN], tree[OID_HEX];
        enum source_result found;
        enum reason failure;
        bool linked;
    } folder;
};

/* Frees what it remembers. */
void paths_release(struct paths *paths);
/* The tree of a commit; NULL on error. */
const char *paths_tree(struct paths *paths, const char *commit, struct err *err);
/* The tree of a directory, until something else is asked; NULL where there is none, or nobody can
   tell. */
const char *paths_folder_tree(struct paths *paths, const char *commit, const char *directory);
/* The blob of the file at a path; PENDING when a link on the way was not here. */
enum source_result paths_find(struct paths *paths, const char *commit, const char *path,
                              char oid[OID_HEX]);
/* The first file that a glob of `license-files` names, which is relative to the directory. */
enum source_result paths_match(struct paths *paths, const char *commit, const char *directory,
                               const char *glob, char path[PATHS_LEN]);

#endif
