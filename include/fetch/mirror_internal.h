/*
 * What the files of fetch/mirror share; fetch/worktree, which has objects too, includes it as well.
 */
#ifndef FETCH_MIRROR_INTERNAL_H
#define FETCH_MIRROR_INTERNAL_H

#include <git2.h>

#include "fetch/mirror.h"

struct mirror {
    char *dir;     /* as it was named; paths below are made of it */
    char *objects; /* the directory in it that holds pack/ */
    git_odb *odb;  /* opened on its objects, not on a repository: libgit2 refuses those that are
                     partial clones */
    int lock;      /* -1: temporary */
    bool temporary;
};

/* Before anything of libgit2 is called. */
void mirror_global_begin(void);

/* libgit2's text of the last error of this thread, put after what we were doing. Returns -1. */
int mirror_failed(struct err *err, enum reason reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads an object; a missing one is REASON_MISSING_OBJECT. The caller frees it. */
int mirror_object(struct mirror *mirror, const git_oid *oid, git_odb_object **out, struct err *err);
/* An oid in text, as it comes from the network; -1 when it is none. */
int mirror_oid(const char *hex, git_oid *out, struct err *err);
/* Follows tags and commits to a tree. The caller frees it. */
int mirror_tree_of(struct mirror *mirror, const git_oid *oid, git_odb_object **out,
                   struct err *err);

/* A commit as it is stored. What is malformed stays zero or CLOCK_UNKNOWN; only a commit without a
   tree is none. */
struct commit_lines {
    git_oid tree;
    int64_t author_time, commit_time;
    unsigned parent_count;
    const char *parents; /* the first "parent " line, each 48 bytes; borrowed from the object */
};
#define PARENT_LINE 48
int commit_parse(const char *data, size_t len, struct commit_lines *out);

/* An annotated tag as it is stored. */
struct tag_lines {
    git_oid target;
    git_object_t type; /* commit or tag; GIT_OBJECT_INVALID for everything else */
    int64_t tagged_at; /* CLOCK_UNKNOWN: no tagger */
    bool is_signed;    /* its message ends with a signature, whoever's */
};
int tag_parse(const char *data, size_t len, struct tag_lines *out);

/* Takes one entry from the front of a tree as it is stored: 1 taken, 0 the end, -1 malformed. */
struct tree_entry {
    const char *name; /* terminated by a NUL; any other bytes but '/' */
    size_t name_len;
    git_oid oid;
    enum mirror_kind kind;
};
int tree_take(const char **data, size_t *len, struct tree_entry *out);

#endif
