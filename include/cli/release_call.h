/*
 * One release that a call names, and a scan of its repository that hands over what was published
 * and what the repository has, with all bytes: for the commands that are about one release.
 */
#ifndef CLI_RELEASE_CALL_H
#define CLI_RELEASE_CALL_H

#include "cli/command.h"
#include "scan/compared.h"

/* PACKAGE[==VERSION][=OWNER/NAME] */
struct release_target {
    char *package;    /* PEP 503 */
    char *version;    /* NULL: the newest */
    char *repository; /* NULL: as the database knows it */
};

/* Release also after a failure. */
int release_target_read(const char *text, struct release_target *out, struct err *err);
void release_target_release(struct release_target *target);

/* What check() does with a target whose repository only the database can tell: asks for it, and
   refuses where there is none. */
int release_need_repository(struct context *context, const struct release_target *target,
                            struct err *err);

/* Finds the repository, and scans it into a database of its own: the user's keeps the fleet and the
   runs that it has. The release is fetched and compared, which `compared` is called for, on another
   thread; where it is not called, standard error says why. */
struct release_wish {
    scan_compared_fn *compared;
    void *ctx;
    const char *against, *only_file; /* as in scan_options; NULL */
};
int release_look(struct context *context, struct release_target *target,
                 const struct release_wish *wish, struct err *err);

#endif
