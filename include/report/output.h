/*
 * Files that are whole or not there: written beside the target, synced, renamed. A device or a pipe
 * is written to as it is.
 */
#ifndef REPORT_OUTPUT_H
#define REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct output {
    FILE *file;
    char *path;      /* NULL: standard output */
    char *temporary; /* NULL: written to directly */
};

/* Whether that could be opened, as far as can be told without touching anything; a path that ends
   in
   '/' is a directory, made when missing. */
int output_check(const char *path, struct err *err);
/* NULL or "-": standard output. */
int output_open(struct output *output, const char *path, struct err *err);
/* Keeps what was written (`keep`) or throws it away; -1 when it could not be kept. Frees. */
int output_close(struct output *output, bool keep, struct err *err);

#endif
