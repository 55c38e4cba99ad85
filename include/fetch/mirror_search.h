/*
 * The objects and the index of a git repository of the user's disk, read without being touched:
 * nothing is written or locked, no configuration is obeyed, no hook or filter runs, and it does not
 * matter who owns it. It need not be whole.
 */
#ifndef FETCH_MIRROR_SEARCH_H
#define FETCH_MIRROR_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/mirror.h"

/* The objects in a repository's OBJECTS/ and in the directories that it borrows from: loose ones
   and packs. For reading only. */
int mirror_open_foreign(const char *objects, const char *const *borrowed, size_t count,
                        struct mirror **out, struct err *err);

/* Calls fn for each object, in no order, until it returns non-zero; some may come twice. */
enum mirror_type { MIRROR_TYPE_COMMIT, MIRROR_TYPE_OTHER, MIRROR_TYPE_BROKEN };
typedef int mirror_object_fn(void *ctx, const char *oid, enum mirror_type type);
int mirror_each_object(struct mirror *mirror, mirror_object_fn *fn, void *ctx, struct err *err);

/* Calls fn for each entry of an index file ("DIR/index"). An absent one has none. */
typedef int mirror_staged_fn(void *ctx, const char *path, const char *oid);
int mirror_each_staged(const char *file, mirror_staged_fn *fn, void *ctx, struct err *err);

/* A walk over commits, each told once, from one tip after another. */
struct mirror_commits;
struct mirror_commits *mirror_commits_new(struct mirror *mirror); /* borrows it */
void mirror_commits_free(struct mirror_commits *commits);
/* A commit whose parents are cut off on purpose (a shallow clone). */
void mirror_commits_cut(struct mirror_commits *commits, const char *oid);
bool mirror_commits_met(struct mirror_commits *commits, const char *oid);
/* Tells those behind the tip (a commit or tag; others lead nowhere) that were not told yet. 1: some
   could not be read, err says which one. */
int mirror_commits_from(struct mirror_commits *commits, const char *tip, mirror_history_fn *fn,
                        void *ctx, struct err *err);

#endif
