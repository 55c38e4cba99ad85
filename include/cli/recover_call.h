/*
 * What the parts of `recover` share, and nobody else includes.
 */
#ifndef CLI_RECOVER_CALL_H
#define CLI_RECOVER_CALL_H

#include "cli/release_call.h"
#include "remedy/recover.h"

/* What is to be said in the end. */
struct recover_outcome {
    const struct release_target *target;
    const char *repository;
    const struct published *input;
    const struct recover_choice *choice;
    const char *commit;         /* that was made */
    const char *bundle, *patch; /* files */
};
int recover_print(const struct recover_outcome *outcome, struct buf *out);

/* Where the files of the release are on the user's disk: a status, or -1. */
int recover_search(struct context *context, const struct release_target *target, struct err *err);

#endif
