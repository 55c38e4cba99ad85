/*
 * Why a rule speaks of a package, or does not: each row that its SELECT looks at, with the
 * condition that decides about it.
 */
#ifndef STORE_EXPLAIN_H
#define STORE_EXPLAIN_H

#include "store/rules.h"

enum explained {
    EXPLAINED_HOLDS,   /* every condition of WHERE is true */
    EXPLAINED_FAILS,   /* this one is false */
    EXPLAINED_UNKNOWN, /* none is false, and this one is NULL */
    EXPLAINED_NO_ROW,  /* the tables together have no row of this package */
};

/* Strings are valid during the call. */
struct explained_row {
    enum explained result;
    const char *version, *tag; /* of the subject; "" for none */
    const char *condition;     /* of FAILS and UNKNOWN; "HAVING …" is of all rows together */
    const char *seen;          /* what its columns hold: "r.tag_state is known"; "" */
    const char *from;          /* the tables */
};
typedef void explain_fn(void *ctx, const struct explained_row *row);

/* As of the run that is shown. A rule whose SELECT cannot be taken apart is REASON_USAGE. */
int rule_explain(struct store *store, const struct rule *rule, int64_t package_id, explain_fn *fn,
                 void *ctx, struct err *err);

#endif
