/*
 * What the files of fetch/mirror_blobs share, and nobody else includes. Here commits and blobs are
 * numbered as they were added; only what callers see is in the order of commits.
 */
#ifndef FETCH_MIRROR_BLOBS_PARTS_H
#define FETCH_MIRROR_BLOBS_PARTS_H

#include <git2.h>

#include "base/buf.h"
#include "fetch/mirror_blobs.h"

/* Of a commit's id we keep its beginning, which the mirror completes: a history of small commits
   would else have more ids of commits than of blobs. Two commits of one beginning are told as an
   error. Ids of blobs are whole. */
#define COMMIT_ID  12
#define NONE       UINT32_MAX
#define NUMBER_MAX (UINT32_MAX - 1)

/* Numbers by the id at the start of each element of an array. */
struct ids {
    uint32_t *slots; /* number + 1; 0 is free */
    size_t size;     /* a power of two */
    size_t len;      /* of an id */
    size_t element;  /* bytes from one element to the next */
};

struct blobs_commit {
    unsigned char id[COMMIT_ID];
    uint32_t parent_count;
    size_t first_parent; /* in `parents` */
    int64_t time;
    int64_t date; /* at least a second after its parents' */
};

struct blobs_blob {
    unsigned char id[GIT_OID_RAWSZ];
    uint32_t first; /* the first commit that it came with, */
    uint32_t came;  /* the last one, */
    uint32_t left;  /* and the last one before it left a path; NONE */
};

struct mirror_blobs {
    struct mirror *mirror;
    struct blobs_commit *commits;
    size_t commit_count, commit_size;
    uint32_t *parents;
    size_t parent_count, parent_size;
    struct blobs_blob *blobs;
    size_t blob_count, blob_size;
    struct ids by_commit, by_blob;
    uint32_t *in_order; /* commits, oldest first */
    uint32_t *rank;     /* of each commit in that order */
};

/* What one commit changed. Ids of blobs, sorted, each once. */
struct blobs_change {
    git_oid *came, *left;
    size_t came_count, came_size, left_count, left_size;
};

/* --- mirror_blobs_table.c -------------------------------------------------------------------- */

uint32_t blobs_commit_number(const struct mirror_blobs *blobs, const unsigned char *id);
uint32_t blobs_blob_number(const struct mirror_blobs *blobs, const unsigned char *id);
bool blobs_before(const struct mirror_blobs *blobs, uint32_t a, uint32_t b);
/* A commit whose parents were added before it. Returns its number. */
uint32_t blobs_add_commit(struct mirror_blobs *blobs, const unsigned char *id, int64_t time,
                          const uint32_t *parents, size_t parent_count);
/* Returns its number. */
uint32_t blobs_add_blob(struct mirror_blobs *blobs, const unsigned char *id);
void blobs_came(struct mirror_blobs *blobs, uint32_t blob, uint32_t commit);
void blobs_left(struct mirror_blobs *blobs, uint32_t blob, uint32_t commit);
/* Fills in_order and rank. */
void blobs_sort(struct mirror_blobs *blobs);
/* Forgets everything but the mirror. */
void blobs_clear(struct mirror_blobs *blobs);
/* The commits that those marked lead to are marked too. */
void blobs_mark_ancestors(const struct mirror_blobs *blobs, bool *marks);

/* --- mirror_blobs_file.c --------------------------------------------------------------------- */

/* Reads what is whole of the file: its length is what may be appended to; 0: there is nothing. */
void blobs_load(struct mirror_blobs *blobs, size_t *length);
/* Takes a commit that was just added and what it changed into the tables, and writes it to the
   segment. */
int blobs_record(struct mirror_blobs *blobs, struct buf *segment, const struct blobs_change *change,
                 struct err *err);
/* Appends the segment to the file of that length, or makes a new one for length 0. */
int blobs_save(const struct mirror_blobs *blobs, size_t length, const struct buf *segment,
               struct err *err);

/* --- mirror_blobs_build.c -------------------------------------------------------------------- */

/* Adds what the tips lead to and the table lacks; writes it to the segment. 1: the tips do not lead
   to all of the table, nothing was done. */
int blobs_update(struct mirror_blobs *blobs, const char *const *tips, size_t count,
                 struct buf *segment, struct err *err);

/* --- mirror_blobs_diff.c --------------------------------------------------------------------- */

/* What a tree has at paths where none of the parents' trees has the same (came), and, for one
   parent, what that one has where the tree has not the same (left), but for what came too. */
int blobs_diff(struct mirror *mirror, const git_oid *tree, const git_oid *parents,
               size_t parent_count, struct blobs_change *change, struct err *err);

#endif
