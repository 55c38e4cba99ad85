/* Repositories as the forge's REST API tells them. Source: contracts.md section 1. */
#ifndef FACTS_LISTING_H
#define FACTS_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct listing_repository {
    int64_t forge_id;
    const char *owner;
    const char *name;
    const char *visibility;     /* "public", "private", "internal"; NULL: it does not tell */
    const char *default_branch; /* NULL when empty */
    const char *licence;        /* SPDX id that the forge detected; NULL */
    const char *updated_at;     /* as the forge spells it; NULL */
    bool archived, fork, disabled;
};

/* A page of the listing (an array) or one repository (an object). -1 also when only some of them
   could not be read: the others are in `out`, and err says what was wrong with the first. */
int listing_parse(const char *body, size_t len, struct arena *arena,
                  struct listing_repository **out, size_t *count, struct err *err);

#endif
