/*
 * What the parts of `recover` share, and nobody else includes.
 */
#ifndef CLI_RECOVER_CALL_H
#define CLI_RECOVER_CALL_H

#include "cli/command.h"
#include "remedy/recover.h"
#include "scan/compared.h"

/* PACKAGE==VERSION[=OWNER/NAME] */
struct recover_target {
    char *package; /* PEP 503 */
    char *version;
    char *repository; /* NULL: as the database knows it */
};

/* What is to be said in the end. */
struct recover_outcome {
    const struct recover_target *target;
    const char *repository;
    const struct recover_input *input;
    const struct recover_choice *choice;
    const char *commit;         /* that was made */
    const char *bundle, *patch; /* files */
};
int recover_print(const struct recover_outcome *outcome, struct buf *out);

/* Where the files of the release are on the user's disk: a status, or -1. */
int recover_search(struct context *context, const struct recover_target *target, struct err *err);

#endif
