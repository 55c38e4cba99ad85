/*
 * The repair of one release, as Markdown: what was found, and the commands that put it right, in
 * their order, without what is right already. Made from what the database holds; nothing is run.
 */
#ifndef REMEDY_PLAN_H
#define REMEDY_PLAN_H

#include <stdio.h>

#include "store/store.h"

/* Of the version, or, with NULL, of the newest release. The views must show a run
   (store_view_run). -1 also when there is no such package or release (REASON_USAGE). */
int plan_write(struct store *store, const char *package, const char *version, FILE *out,
               struct err *err);
/* A release workflow that publishes from a tag alone. `python` project at `directory`. */
void plan_workflow(const char *directory, const char *tag_prefix, FILE *out);

#endif
