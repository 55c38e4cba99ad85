/*
 * What the parts of `diff-release` share, and nobody else includes.
 */
#ifndef CLI_DIFF_RELEASE_CALL_H
#define CLI_DIFF_RELEASE_CALL_H

#include <jansson.h>

#include "cli/release_call.h"
#include "remedy/release_diff.h"

/* Why a commit is the one that a file is compared with. */
#define DIFF_BASES(X)                                                                              \
    X(TAG, "tag")                                                                                  \
    X(BEST, "best")                                                                                \
    X(ASKED, "asked")                                                                              \
    X(NONE, "none")

enum diff_basis {
#define X(id, word) DIFF_BASIS_##id,
    DIFF_BASES(X)
#undef X
};

/* One published file that was looked at. */
struct diff_outcome {
    const struct scan_compared *compared;
    const struct scan_compared_file *file;
    const struct err *err;                 /* why nothing can be said of it; NULL */
    const struct scan_compared_with *with; /* the commit, NULL with err */
    enum diff_basis basis;
    const char *asked; /* ASKED: what for */
    struct diff diff;
};

/* Adds to what is to be printed; what does not fit is -1. Only diff_json() takes one with err. */
int diff_print_head(const struct scan_compared *compared, struct buf *out);
int diff_print(const struct diff_outcome *outcome, struct buf *out);
int diff_print_names(const struct diff_outcome *outcome, struct buf *out);
json_t *diff_json(const struct diff_outcome *outcome);

#endif
