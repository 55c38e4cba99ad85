/*
 * One format writing one report. report.c asks the store and hands every row to the format; a
 * format knows rows, never the store. To add a format: a `struct format` in a file of its own, a
 * line in enum report_format and in two tables of report.c.
 */
#ifndef REPORT_SINK_H
#define REPORT_SINK_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "report/report.h"

/* One query and how its rows are called. */
struct sheet {
    const char *name;  /* "packages": the key in a document, the name of a file, a heading */
    const char *kind;  /* "package": what one line of ndjson says it is */
    const char *query; /* in schema/queries */
    bool single;       /* at most one row: an object, not a list */
    unsigned told;     /* how many of its last columns are words for people: in tables alone */
};

struct sink {
    const struct format *format;
    const struct report_options *options;
    FILE *out;
    const struct sheet *sheet;  /* that is being written */
    const char *const *columns; /* its columns, as the query names them */
    size_t column_count;
    uint64_t rows;       /* of the sheet so far */
    uint64_t total;      /* of the report, without those that are single */
    unsigned sheets;     /* of the report, ended */
    void *state;         /* the format's own, in the arena */
    struct arena *arena; /* of the sheet: freed after end() */
};

/* Every function may be NULL. They only write; the caller looks at ferror(out). */
struct format {
    bool document; /* several sheets fit into one; the run and the summary come first, but where
                      lines of a single sheet are asked of a format without open() */
    void (*open)(struct sink *sink);
    void (*begin)(struct sink *sink); /* of a sheet: the columns are known */
    /* Not NULL: all rows come here first, and then again to row(). */
    void (*measure)(struct sink *sink, const struct cell *cells);
    void (*row)(struct sink *sink, const struct cell *cells);
    void (*end)(struct sink *sink);
    void (*close)(struct sink *sink);
};

extern const struct format format_table, format_csv, format_json, format_ndjson;

/* What a column holds beyond what its cells say, by its name, which means the same everywhere. */
enum column_type {
    COLUMN_PLAIN,
    COLUMN_BOOLEAN, /* 0 and 1 */
    COLUMN_JSON,    /* a JSON document as text */
};
enum column_type column_type(const char *name);

/* Writes out what is buffered; -1 when it cannot be written, 0 also when the reader went away. */
int report_flush(FILE *out, struct err *err);

/* Position of a column of the sheet, -1 when it has none of that name. */
int sink_column(const struct sink *sink, const char *name);

#endif
