/*
 * What the files of remedy/search share, and nobody else includes.
 */
#ifndef REMEDY_SEARCH_PARTS_H
#define REMEDY_SEARCH_PARTS_H

#include <sys/types.h>

#include <uthash.h>

#include "base/buf.h"
#include "remedy/search.h"

#define SEARCH_NOWHERE SIZE_MAX

/* The files that an id is, of their bytes or with CRLF turned to LF. */
struct search_id {
    char oid[OID_HEX];
    struct search_link *links;
    UT_hash_handle hh;
};
struct search_link {
    size_t file;
    bool lf;
    struct search_link *next;
};

/* The files of one name, whatever their directory. */
struct search_name {
    const char *name;
    int64_t least, most; /* bytes that they may have with other line endings */
    UT_hash_handle hh;
};

/* A directory to which the paths of files that were found are relative. */
struct search_base {
    const char *repository; /* NULL: none */
    size_t has;
    UT_hash_handle hh;
    char directory[];
};

struct search_repository {
    struct {
        dev_t device;
        ino_t inode;
    } key;
    const char *name; /* as it is shown */
    const char *git;  /* the directory with objects/ and refs/ */
    UT_hash_handle hh;
};

struct search {
    const struct search_file *files;
    size_t count;
    struct arena *arena;
    struct search_result *out;
    size_t hit_size, whole_size;
    char **roots; /* that were asked for, without links */
    size_t root_count;
    struct search_id *ids;
    struct search_name *names;
    int64_t *sizes;    /* sorted */
    bool all_sizes;    /* some are unknown */
    size_t *file_hits; /* of each file, on the disk */
    struct search_base *bases;
    struct search_repository *repositories; /* by directory, in the order of meeting */
};

/* --- search.c -------------------------------------------------------------------------------- */

void search_trouble(struct search *search, const char *path, enum reason reason, const char *fmt,
                    ...) __attribute__((format(printf, 4, 5)));
/* Whether the file is one to look for: others are everywhere. */
bool search_proves(const struct search_file *file);
struct search_hit *search_add_hit(struct search *search, size_t file, enum search_place place);
void search_add_whole(struct search *search, const struct search_whole *whole);
/* The whole of a small file: 0, -1 when there is none or it has more bytes than the ceiling. */
int search_read(int dir, const char *name, struct buf *out);
/* The path without links, when it lies in one of the directories; the caller frees. NULL: `path` is
   told as trouble, or is not there. */
char *search_inside(struct search *search, const char *path, const char *what);

/* --- search_walk.c --------------------------------------------------------------------------- */

/* Looks at all files below, and notes the repositories. -1: it cannot be opened. */
int search_walk(struct search *search, const char *directory, struct err *err);

/* --- search_refs.c --------------------------------------------------------------------------- */

struct search_ref {
    const char *name;
    char oid[OID_HEX];
    enum search_place place; /* REF, STASH or REFLOG */
    int rank;                /* in its place: the checked out branch, other ones, remotes, tags */
};
struct search_refs {
    struct search_ref *refs; /* by place and rank */
    size_t count, size;
    const char **shallow; /* commits whose parents are cut off */
    size_t shallow_count, shallow_size;
    const char **indexes; /* files */
    size_t index_count, index_size;
};
void search_read_refs(struct search *search, const struct search_repository *repository,
                      struct search_refs *out);
void search_refs_release(struct search_refs *refs);

/* --- search_repository.c --------------------------------------------------------------------- */

void search_repository(struct search *search, const struct search_repository *repository);

#endif
