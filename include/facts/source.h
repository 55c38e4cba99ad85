/*
 * What facts see of a tree: a way to ask for a file by its path, without knowing where it comes
 * from. A blob that is not here yet is PENDING: the caller notes the want, fetches all wants of a
 * repository in one request and asks again; so the readers are pure and say by themselves exactly
 * which files they need.
 */
#ifndef FACTS_SOURCE_H
#define FACTS_SOURCE_H

#include <stddef.h>

#include "base/err.h"

enum source_result {
    SOURCE_FOUND,
    SOURCE_ABSENT,  /* no such file in this tree (or a directory) */
    SOURCE_PENDING, /* it exists and was noted as wanted */
    SOURCE_FAILED,  /* it exists and cannot be had (too large, missing object, a link out of the
                       tree, a submodule) */
};

struct source {
    /* data is borrowed and lives as long as the source; path is from the tree's root. */
    enum source_result (*read)(void *ctx, const char *path, const char **data, size_t *len);
    void *ctx;
    const enum reason *failure; /* of the last FAILED; NULL where the source does not tell */
};

/* A fact that can be absent has a state beside it. */
enum fact_state { FACT_UNKNOWN, FACT_ABSENT, FACT_KNOWN };
/* "unknown", "absent", "known" */
const char *fact_state_word(enum fact_state state);

#endif
