/*
 * What goes out: the same rows in every format. Writers are pure: rows in, bytes to a FILE.
 * Columns and order: design.md section 6.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "store/rules.h"

enum report_what { REPORT_PACKAGES, REPORT_FINDINGS, REPORT_RELEASES, REPORT_COVERAGE, REPORT_ALL };
enum report_format { REPORT_TABLE, REPORT_CSV, REPORT_JSON, REPORT_NDJSON };

struct report_options {
    enum report_what what;
    enum report_format format;
    int64_t run;                 /* 0: the latest */
    const char *package, *repository, *rule, *severity, *state; /* filters; NULL: all */
    bool colour;
    unsigned width;              /* of the terminal, in columns; 0: no limit */
};

int report_parse_what(const char *word, enum report_what *out);
int report_parse_format(const char *word, enum report_format *out);

int report_write(struct store *store, const struct report_options *options, FILE *out,
                 struct err *err);
/* To a file: written beside the target, synced, renamed. NULL or "-": standard output. */
int report_write_file(struct store *store, const struct report_options *options, const char *path,
                      struct err *err);
/* The card of one package: each check of the incident as one line with its mark, what was seen, and
   what to do next. `rules` gives the help texts. -1 also when the run has no such package. */
int report_card(struct store *store, const struct rules *rules, const char *package,
                const struct report_options *options, FILE *out, struct err *err);
/* The few lines at the end of a scan: fleet, counts, worst findings. */
int report_summary(struct store *store, const struct report_options *options, FILE *out,
                   struct err *err);

#endif
