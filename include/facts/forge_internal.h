/* What forge.c (the answer and its errors), forge_facts.c (releases and commits) and forge_review.c
   (pull requests) share. */
#ifndef FACTS_FORGE_INTERNAL_H
#define FACTS_FORGE_INTERNAL_H

#include "facts/forge.h"
#include "facts/jget.h"

/* Whether the server was asked for it: a field that it does not know was left out. */
bool forge_has(const json_t *object, const char *key);
/* A text in the arena; NULL when there is none. */
const char *forge_text(const json_t *object, const char *key, struct arena *arena);
/* The text `inner` of the object at `key`. */
const char *forge_inner(const json_t *object, const char *key, const char *inner,
                        struct arena *arena);
int64_t forge_instant(const json_t *object, const char *key);

/* -1: not as the schema has it. */
int forge_read_releases(const json_t *connection, struct arena *arena,
                        struct forge_repository *out);
void forge_read_commit(const json_t *object, const char *default_branch, struct arena *arena,
                       struct forge_commit *out);
/* Chooses the pull request that brought the commit in, and judges its reviews. */
void forge_read_pulls(const json_t *connection, const char *default_branch, struct arena *arena,
                      struct forge_commit *out);

#endif
