/*
 * Inside store/ only: writing one kind of fact. The rows of one subject are gathered, then the
 * difference to what holds is stored (schema/queries/facts.sql). The first failure sticks.
 *
 *     struct writing tags = writing_start(store, SQL_FACT_TAG, err);
 *     for each tag: bound_text(writing_row(&tags), ...)..., writing_add(&tags);
 *     bound_integer(writing_subject(&tags), repository_id);
 *     return writing_end(&tags);
 */
#ifndef STORE_WRITING_H
#define STORE_WRITING_H

#include "store/statements.h"

struct writing {
    struct store *store;
    const struct sql_fact_set *sql;
    struct bound row; /* of the incoming table, or the closing statement */
    int result;
    struct err *err;
};

/* Only in a batch of a run. */
struct writing writing_start(struct store *store, enum sql_fact fact, struct err *err);
/* Takes the columns in the order of the fact's line: subject, key, values. */
struct bound *writing_row(struct writing *writing);
/* Of two rows with one key the first counts. */
void writing_add(struct writing *writing);
/* Takes the subject's columns. */
struct bound *writing_subject(struct writing *writing);
int writing_end(struct writing *writing);

#endif
