/* Rows of a query by the names of their columns, for texts that need several at once. */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include "store/store.h"

struct record {
    const char *const *names; /* shared by the records of a query */
    struct cell *cells;
    size_t count;
};

struct records {
    struct record *items; /* everything lives in the arena */
    size_t count;
};

/* All rows of the query for the package; `limit` 0: no limit. */
int records_read(struct store *store, const char *query, const struct bind *binds, size_t count,
                 size_t limit, struct arena *arena, struct records *out, struct err *err);

/* NULL when the cell is NULL, is a number, or there is no such column (also of a NULL record). */
const char *record_text(const struct record *record, const char *name);
/* `fallback` when the cell is no number. */
int64_t record_integer(const struct record *record, const char *name, int64_t fallback);
/* Whether the cell is this text. */
bool record_is(const struct record *record, const char *name, const char *text);

#endif
