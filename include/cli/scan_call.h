/*
 * A scan as the settings of a call describe it: for every command that runs one.
 */
#ifndef CLI_SCAN_CALL_H
#define CLI_SCAN_CALL_H

#include "cli/command.h"
#include "scan/scan.h"

struct scan_call {
    struct scan_options options;
    struct arena arena;
    char *agent, *asked, *policy, *graphql;
    struct provenance_roots *roots;
    struct scan_index *indexes;
};

/* The rules must be loaded: policy is set on them. Release also after a failure. */
int scan_call_open(struct scan_call *call, struct context *context, struct err *err);
void scan_call_release(struct scan_call *call);

#endif
