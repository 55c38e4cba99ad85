/* The tree of a commit as published files are compared with it. */
#ifndef SCAN_TREELIST_H
#define SCAN_TREELIST_H

#include "facts/compare.h"
#include "fetch/mirror.h"

/* Lives in the arena; of no commit (NULL) it is empty. LIMIT: more than a million entries. */
int treelist_read(struct mirror *mirror, const char *commit, struct arena *arena,
                  struct compare_tree *out, struct err *err);

#endif
