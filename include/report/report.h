/*
 * What goes out: the same rows in every format. Writers are pure: rows in, bytes to a FILE.
 * Columns and order: design.md section 6.
 *
 * The run that is shown is `run` of the options; every function here sets the store's view to it.
 * A write error of `out` is reported with REASON_DISK, but for a reader that went away (EPIPE):
 * that one wanted no more, so the functions stop and return 0.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "store/rules.h"

enum report_what {
    REPORT_PACKAGES,
    REPORT_FINDINGS,
    REPORT_RELEASES,
    REPORT_COVERAGE,
    REPORT_CHANGES, /* of facts, between two runs */
    REPORT_ALL
};
enum report_format { REPORT_TABLE, REPORT_CSV, REPORT_JSON, REPORT_NDJSON };

struct report_options {
    enum report_what what;
    enum report_format format;
    int64_t run; /* 0: the latest */
    int64_t old; /* not 0: what changed since that run, findings and changes alone */
    const char *package, *repository, *rule, *severity, *state; /* filters; NULL: all */
    bool colour;
    bool ascii;     /* no marks beyond ASCII */
    unsigned width; /* of the terminal, in columns; 0: no limit */
};

/* The words for them, in the order of the enums; end with NULL. */
extern const char *const report_what_words[], *const report_format_words[];
/* What a format shows when nobody says: documents everything, tables the packages. */
enum report_what report_default_what(enum report_format format);

/* Whether these options fit each other and the path (as for report_write_file): REASON_USAGE. */
int report_check(const struct report_options *options, const char *path, struct err *err);
/* Whether the package, the repository and the rule that the filters name are there, in the run that
   is shown or among the rules: REASON_USAGE, with the nearest that is. */
int report_check_filters(struct store *store, const struct rules *rules,
                         const struct report_options *options, struct err *err);
/* One CSV holds one table, so that REPORT_ALL needs report_write_file and a directory. */
int report_write(struct store *store, const struct report_options *options, FILE *out,
                 struct err *err);
/* To a file: written beside the target, synced, renamed; a failure leaves what was there. NULL or
   "-": standard output. A path that ends in '/' is a directory (made when missing): CSV then
   writes one file a table into it, packages.csv, findings.csv and so on. *rows (may be NULL): how
   many were written. */
int report_write_file(struct store *store, const struct report_options *options, const char *path,
                      uint64_t *rows, struct err *err);
/* The files that report_write_file makes of these, each with the options of its own. */
typedef int report_file_fn(void *ctx, const struct report_options *options, const char *path,
                           struct err *err);
int report_each_file(const struct report_options *options, const char *path, report_file_fn *fn,
                     void *ctx, struct err *err);
/* The card of one package: each check of the incident as one line with its mark, what was seen, and
   what to do next. `rules` gives the help texts. -1 also when the run has no such package
   (REASON_USAGE). */
int report_card(struct store *store, const struct rules *rules, const char *package,
                const struct report_options *options, FILE *out, struct err *err);
/* A warning in the log when the run that is shown did not come to its end. */
int report_warn_unfinished(struct store *store, const struct report_options *options,
                           struct err *err);
/* Why the rule speaks of the package, or does not: what it said, the facts that it needs, and for
   the rows that it looks at the condition that decides. -1 also when the run has no such package,
   or the rule cannot be taken apart (REASON_USAGE). */
int report_explain(struct store *store, const struct rule *rule, const char *package,
                   const struct report_options *options, FILE *out, struct err *err);
/* The few lines at the end of a scan: fleet, counts, and what could not be looked at with the
   reasons, the first REPORT_UNSEEN_MAX of them. */
#define REPORT_UNSEEN_MAX 50
int report_summary(struct store *store, const struct report_options *options, FILE *out,
                   struct err *err);
/* The same of what could not be looked at, as warnings in the log. */
int report_warn_unseen(struct store *store, const struct report_options *options, struct err *err);

#endif
