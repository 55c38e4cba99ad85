/*
 * Places for bytes from the network until they are read: files without a name. One that was used is
 * emptied and used again, as a file system takes its time over each that comes and goes.
 */
#ifndef FETCH_SPOOL_H
#define FETCH_SPOOL_H

#include "base/err.h"

/* A new one below the directory; -1 on error. The caller closes it. */
int spool_make(const char *dir, struct err *err);

/* Those of a scan; from any thread. */
struct spools;

/* Below `dir`, which is borrowed and need not be there before the first is taken. */
struct spools *spools_new(const char *dir);
void spools_free(struct spools *spools);
/* One that is empty, at offset 0; -1 on error. The caller gives it back. */
int spools_take(struct spools *spools, struct err *err);
void spools_give(struct spools *spools, int fd);

#endif
