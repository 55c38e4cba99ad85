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
/* A release workflow that publishes from a tag alone, after the gate, of the project at the
   package's directory. Actions are pinned as workflows of the fleet pin them; where none does,
   COMMIT stands for what a person has to look up. */
int plan_workflow(struct store *store, const char *package, FILE *out, struct err *err);

#endif
