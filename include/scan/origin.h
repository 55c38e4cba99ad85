/*
 * Which commit published files come from, when it is not the tagged one, or there is no tag:
 * the commit whose tree explains most of them. Works on the pool.
 */
#ifndef SCAN_ORIGIN_H
#define SCAN_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/mirror.h"
#include "fetch/mirror_blobs.h"
#include "fetch/mirror_holds.h"

/* A commit explains a file that was uploaded up to so many seconds before it: clocks differ. */
#define ORIGIN_CLOCK_SLACK 120

/* Files of 0 or 1 byte prove nothing: leave them out. */
struct origin_query {
    const struct mirror_wanted *files; /* their paths as the repository would have them */
    size_t count;
    int64_t uploaded_at; /* CLOCK_UNKNOWN: any commit may explain them */
    const char *tagged;  /* the commit of the release's tag; NULL: none */
    const char *branch;  /* the tip of the default branch; NULL: unknown */
};

/* id, word, what the commit is to the tagged one */
#define ORIGIN_RELATIONS(X)                                                                        \
    X(UNKNOWN, "unknown", "there is no tag, or the history does not lead to its commit")           \
    X(SAME, "same", "it is the tagged commit")                                                     \
    X(PARENT, "parent", "the first parent of the tagged commit")                                   \
    X(SECOND_PARENT, "second-parent", "another parent of the merge that is tagged")                \
    X(ANCESTOR, "ancestor", "the tagged commit came later, by `distance` commits")                 \
    X(DESCENDANT, "descendant", "it came later than the tagged commit, by `distance` commits")     \
    X(SIDE, "side", "neither leads to the other")

enum origin_relation {
#define X(id, word, meaning) ORIGIN_##id,
    ORIGIN_RELATIONS(X)
#undef X
        ORIGIN_RELATION_COUNT
};
const char *origin_relation_word(enum origin_relation relation);

struct origin {
    char commit[OID_HEX];
    int64_t committed_at;
    size_t explained; /* files that its tree has, at their path or another */
    size_t at_path;   /* of these, at their own */
    size_t known;     /* files that some commit has that is old enough: more than `explained` says
                         that no single commit has them all ("mixed") */
    bool on_branch;   /* the default branch leads to it */
    bool capped;      /* not all commits that might explain more were read */
    enum origin_relation relation;
    size_t distance; /* commits between it and the tagged one */
};

/* The commit, of those not younger than the upload, that explains most files; of equal ones that
   which has more of them at their path, then the tagged commit, then the newest, then one of the
   default branch. 1 found, 0 no commit explains any, -1 error. */
int origin_find(struct mirror *mirror, const struct mirror_blobs *blobs,
                const struct origin_query *query, struct origin *out, struct err *err);

/* What `commit` is to `tagged`; `distance` may be NULL. */
enum origin_relation origin_relate(const struct mirror_blobs *blobs, const char *commit,
                                   const char *tagged, size_t *distance);

#endif
