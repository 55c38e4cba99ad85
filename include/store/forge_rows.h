/*
 * What the forge knows of repositories: what is due, and what it said. Called as store.h says.
 */
#ifndef STORE_FORGE_ROWS_H
#define STORE_FORGE_ROWS_H

#include "facts/forge.h"
#include "store/store.h"

/* What is to be asked of one repository; everything lives in the arena. */
struct due_forge {
    const char *owner, *name, *default_branch; /* owner NULL: nothing, it holds no package of its
                                                  own */
    const char *digest;                        /* of its refs */
    bool releases;
    const char **commits; /* NULL-terminated */
    size_t commit_count;
};
/* `updated_at` as the forge's listing has it, or NULL; who was asked before the instant `again` is
   asked again; of each package so many of the newest releases. */
int store_forge_due(struct store *store, int64_t repository_id, const char *updated_at,
                    int64_t again, unsigned releases, struct arena *arena, struct due_forge *out,
                    struct err *err);

/* The rest within a batch. */

/* "known"; "unknown" or "skipped" with reason and detail. */
struct row_forge {
    const char *state, *reason, *detail;
};
int store_put_forge(struct store *store, int64_t repository_id, const struct row_forge *row,
                    struct err *err);
/* All releases of the repository. */
int store_put_forge_releases(struct store *store, int64_t repository_id,
                             const struct forge_release *rows, size_t count, struct err *err);
int store_put_forge_commit(struct store *store, int64_t repository_id, const char *oid,
                           const struct forge_commit *commit, struct err *err);
/* All that was due has been asked, as the refs and the listing were then. */
int store_forge_asked(struct store *store, int64_t repository_id, const char *digest,
                      const char *updated_at, int64_t now, struct err *err);

#endif
