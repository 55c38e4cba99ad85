/*
 * One published file that was compared with one commit: what the commands that are about its bytes
 * are given. Everything is borrowed.
 */
#ifndef REMEDY_PUBLISHED_H
#define REMEDY_PUBLISHED_H

#include "base/arena.h"
#include "facts/compare.h"
#include "fetch/mirror.h"

struct published {
    const char *package, *version; /* as the index has them */
    const char *filename, *sha256;
    int64_t uploaded_at; /* CLOCK_UNKNOWN */
    bool wheel;
    const char *base; /* the commit; NULL: none, the tree is empty */
    int64_t base_at;
    const struct compare_tree *tree; /* the base's */
    const struct compare_result *result;
    const struct archive_contents
        *whole;            /* the members of `result`, in its order, with their bytes */
    struct mirror *mirror; /* that has the old blobs of what is altered */
};

/* Of a wheel: the directory in the tree that holds most of its packages, with a slash; "" the root.
   NULL of an sdist. */
const char *published_packages(const struct published *published, struct arena *arena);
/* Where a member belongs in the repository; NULL: nowhere, then *why says why. */
const char *published_place(const struct published *published, const char *packages,
                            const struct compare_member *member, struct arena *arena,
                            const char **why);

#endif
