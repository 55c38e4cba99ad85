/*
 * Looks for lost files on the user's disk: in the files of directories, and in the index, branches,
 * tags, stashes, reflogs and unreachable objects of the git repositories in them (work trees, bare
 * ones, linked work trees, submodules). Reads only: writes nothing there, takes no lock, follows no
 * symbolic link, and no repository or borrowed objects that lie outside the directories. Blocks.
 */
#ifndef REMEDY_SEARCH_H
#define REMEDY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/oid.h"

struct search_file {
    const char *path;   /* as published, below the root of the project */
    const char *oid;    /* git's id of its bytes */
    const char *lf_oid; /* with CRLF turned to LF; "" or NULL: the same */
    int64_t size;       /* of the published bytes; -1: unknown, then every file is read; those of 0
                           or 1 byte are not looked for: they are everywhere */
};

/* id, word, where. A file is told wherever it lies on the disk, and for each repository that has it
   once more: at the first of the other places, the newest commit there. */
#define SEARCH_PLACES(X)                                                                           \
    X(FILE, "file", "a file of a directory or work tree")                                          \
    X(REF, "ref", "a commit that a branch or tag leads to")                                        \
    X(STASH, "stash", "a stash")                                                                   \
    X(INDEX, "index", "staged, in no commit")                                                      \
    X(REFLOG, "reflog", "a commit that only a reflog leads to")                                    \
    X(COMMIT, "unreachable-commit", "a commit that nothing leads to")                              \
    X(BLOB, "unreachable-blob", "an object in no commit: `git cat-file blob` shows it")

enum search_place {
#define X(id, word, meaning) SEARCH_##id,
    SEARCH_PLACES(X)
#undef X
        SEARCH_PLACE_COUNT
};
const char *search_place_word(enum search_place place);

struct search_hit {
    size_t file; /* of the list that was looked for */
    enum search_place place;
    const char *repository;   /* its directory (with .git, or bare); NULL: a plain directory's */
    const char *path;         /* FILE: of the disk; else in the commit or index; NULL: BLOB */
    const char *ref;          /* that leads there: "refs/heads/fix", "stash@{1}"; NULL: none */
    char commit[OID_HEX];     /* the newest that has it; "": none */
    char oid[OID_HEX];        /* that was found */
    bool line_endings_differ; /* equal but for CRLF and LF */
};

/* A commit, or a directory, with how many of the files it has; the best one of each repository, and
   of the plain directories together. */
struct search_whole {
    const char *repository; /* NULL: a directory */
    const char *directory;  /* to which the paths of the files are relative; NULL: a commit's */
    const char *ref;        /* as above */
    char commit[OID_HEX];
    int64_t committed_at;
    size_t has; /* files, of all that were looked for */
};

/* What could not be looked at. */
struct search_trouble {
    const char *path;
    enum reason reason;
    const char *text;
};

struct search_result {
    struct search_hit *hits; /* by file, then by place */
    size_t hit_count;
    struct search_whole *wholes; /* the one that has most files first */
    size_t whole_count;
    struct search_trouble *troubles; /* the first SEARCH_TROUBLES_MAX */
    size_t trouble_count;            /* all */
    size_t directories, files, repositories, files_read;
};
#define SEARCH_TROUBLES_MAX 1000

/* Looks in all the directories. Everything lives in the arena. -1 only where none of them can be
   looked at (REASON_USAGE: no directory). */
int search_run(const char *const *directories, size_t directory_count,
               const struct search_file *files, size_t count, struct arena *arena,
               struct search_result *out, struct err *err);

#endif
