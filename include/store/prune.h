/*
 * Forgetting: runs that nobody wants any longer, with what only they saw. What a later run, a
 * report of a kept one or a rule that looks back needs stays (schema/queries/facts.sql says what),
 * so kept runs are reported to the byte as before, and no finding ends for it.
 */
#ifndef STORE_PRUNE_H
#define STORE_PRUNE_H

#include "store/store.h"

/* A repository had this name, and in no kept run has one it: what is kept for it elsewhere can go.
   Called while the database is still as it was. */
typedef void prune_name_fn(void *ctx, const char *host, const char *owner, const char *name);

struct prune_result {
    int64_t first;                  /* that is kept; 0: there is no run */
    int64_t runs, rows;             /* removed: runs, fact rows */
    int64_t repositories, packages; /* that left the fleet, and whose runs went */
};

/* Removes the runs that began before the instant, but for the two newest complete ones and what
   came after them. All of it or nothing; `dry`: nothing, but the result says what it would be. The
   store is one for a scan, with no run begun. */
int store_prune(struct store *store, int64_t before, bool dry, prune_name_fn *name, void *ctx,
                struct prune_result *out, struct err *err);
/* Gives what the file has room for back to the disk. */
int store_shrink(struct store *store, struct err *err);

#endif
