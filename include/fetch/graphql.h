/*
 * The forge's GraphQL API: one POST asks for many repositories and commits. Bodies are handed on as
 * they came; facts/forge reads them and says what to make of them.
 *
 * How much is asked at once adapts (contracts.md section 2, "Page size rule"): the server ends what
 * takes it too long, and charges extra for it. Cost: one point a hundred connections that it opens
 * (releases of a repository, pull requests of a commit, reviews of a pull request); a request of
 * ours costs at most GRAPHQL_POINTS. Sources: contracts.md section 2.
 */
#ifndef FETCH_GRAPHQL_H
#define FETCH_GRAPHQL_H

#include "fetch/access.h"

#define GRAPHQL_POINTS  3
#define GRAPHQL_BATCH   25 /* repositories that are asked for at once, at most */
#define GRAPHQL_COMMITS 60 /* of one item */

struct graphql;

struct graphql_options {
    const char *url;       /* "https://api.github.com/graphql", "https://HOST/api/graphql" */
    const char *fragments; /* schema/queries/forge.graphql; borrowed */
    unsigned batch;        /* that an earlier run found to work; 0: GRAPHQL_BATCH */
    uint64_t timeout_ms;   /* of one answer; 0: 60,000 */
};

/* A repository, or a part of what is asked of it. All borrowed. */
struct graphql_item {
    const char *owner, *name;
    bool releases;
    const char *after;          /* cursor of the page before; NULL: the first */
    const char *const *commits; /* ids */
    size_t commit_count;        /* at most GRAPHQL_COMMITS */
};

struct graphql_answer {
    const char *body; /* NULL: none, see heavy and err */
    size_t len;
    bool heavy; /* the server ended it, or took too long: ask for less at once */
    struct err err;
    int64_t now;                 /* when it was answered, by the clock that reset_at goes by */
    int64_t remaining, reset_at; /* of the quota, as its headers say: -1, CLOCK_UNKNOWN: not told */
};
typedef void graphql_done(const struct graphql_answer *answer, void *ctx);

/* Borrows who asks. */
struct graphql *graphql_new(struct access *access, const struct graphql_options *options);
void graphql_free(struct graphql *graphql);

/* How many of these, from the first on, one request may ask for: at least one. An App asks for what
   belongs to one owner. */
size_t graphql_fits(const struct graphql *graphql, const struct graphql_item *items, size_t count);
/* Asks for them: the first is "r0" in the answer, its first commit "c0". Once per call. */
void graphql_ask(struct graphql *graphql, const struct graphql_item *items, size_t count,
                 graphql_done *done, void *ctx);

/* What was asked of so many was too much: less is asked from now on. False when it cannot be less.
 */
bool graphql_too_much(struct graphql *graphql, size_t count);
/* It was not: after ten such answers more is asked again. */
void graphql_went_well(struct graphql *graphql);
unsigned graphql_batch(const struct graphql *graphql);
/* The server does not know a field: it is asked for no more. False when nothing asks for it. */
bool graphql_leave_out(struct graphql *graphql, const char *field);

/* Where an API root has its GraphQL root, in the caller's memory: beside "…/api/v3" stands
   "…/api/graphql" (Enterprise), elsewhere it is the root's own "/graphql". */
char *graphql_root(const char *api);

#endif
