/*
 * What an auditor signs: the sums of the files of a report and of the rules that judged, as one
 * JSON document (schema "fleetdrift.manifest/1"; README.md shows it). Nothing in it depends on when
 * it was written, so the manifest of a run is the same bytes again.
 */
#ifndef REPORT_SUMS_H
#define REPORT_SUMS_H

#include "report/report.h"

/* Whether the sums of what is written to `output` can be written to `path`: REASON_USAGE. */
int sums_check(const char *output, const char *path, struct err *err);
/* After report_write_file with these options: reads back what it wrote. Warns in the log when the
   run was judged by other rules. */
int sums_write(struct store *store, const struct rules *rules, const struct report_options *options,
               const char *output, const char *path, struct err *err);

#endif
