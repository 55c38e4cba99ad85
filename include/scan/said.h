/* How the user says that facts of a repository are read, for whoever reads one. */
#ifndef SCAN_SAID_H
#define SCAN_SAID_H

#include "scan/reader.h"
#include "scan/scan.h"

/* Whether the repository is called "OWNER/NAME" (in any case), or was. */
typedef bool scan_called_fn(const void *ctx, const char *repository);
/* In the arena; points into the options. */
struct reader_said scan_said(const struct scan_options *options, scan_called_fn *fn,
                             const void *ctx, struct arena *arena);

#endif
