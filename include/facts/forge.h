/*
 * What the forge's GraphQL API answers to one batch (fetch/graphql.h): its releases of each
 * repository, and of each tagged commit how it came in: the pull request, who approved it, its
 * signature, its checks. Sources: contracts.md section 2; schema/queries/forge.graphql.
 *
 * An answer may be partial: an error names the path that failed. What stands at or below it is
 * unknown, and the rest holds.
 */
#ifndef FACTS_FORGE_H
#define FACTS_FORGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* One repository of the batch, by its number in it. */
struct forge_asked {
    const char *full_name;      /* for messages */
    const char *default_branch; /* NULL: not known */
    bool releases;
    size_t commits;
};

enum forge_look { FORGE_UNKNOWN, FORGE_ABSENT, FORGE_KNOWN };
const char *forge_look_word(enum forge_look look);

struct forge_release {
    int64_t number; /* the forge's id of it */
    const char *tag;
    const char *name; /* NULL: none */
    bool draft, prerelease;
    int latest; /* 0, 1, -1 unknown */
    int64_t created_at, published_at;
    const char *commit; /* that its tag leads to; NULL: the tag is gone */
};

/* Whether a merged pull request was approved by somebody else than its author, before it was
   merged. The last word of each reviewer counts. */
enum forge_reviewed {
    FORGE_REVIEWED_UNKNOWN,
    FORGE_REVIEWED_NOT,     /* nobody approved */
    FORGE_REVIEWED_REFUSED, /* somebody asked for changes, and nobody approved */
    FORGE_REVIEWED_EARLIER, /* an earlier commit than the one that was merged */
    FORGE_REVIEWED_APPROVED,
};
const char *forge_reviewed_word(enum forge_reviewed reviewed); /* NULL: unknown */

struct forge_pull {
    int64_t number;
    const char *url, *author, *merged_by; /* NULL: not told; of an account that is gone "ghost" */
    int64_t merged_at;
    const char *base, *head, *merge; /* branch; commits; NULL: not told */
    enum forge_reviewed reviewed;
    const char *reviews; /* the last word of each: "ida: approved" … JSON array of
                            [reviewer, state, instant, on the merged head: 0, 1]; NULL */
};

struct forge_commit {
    enum forge_look state; /* absent: the forge has no such commit */
    const char *signature; /* "valid", "none", else why it is not: "unknown-key"; NULL: unknown */
    const char *checks;    /* "success", "failure", "pending", "absent"; NULL: unknown */
    enum forge_look pull_state; /* of a merged pull request that brought it in */
    struct forge_pull pull;
};

struct forge_repository {
    struct err err; /* reason NONE: it was told of */
    bool heavy;     /* it was too much for the server: ask again, for less at once */
    enum forge_look releases_state;
    struct forge_release *releases;
    size_t release_count;
    const char *more; /* cursor of the page that follows; NULL: this was the last */
    struct forge_commit *commits;
};

/* What to make of the answer as a whole. */
enum forge_word {
    FORGE_HERE,    /* the repositories hold */
    FORGE_LIMITED, /* not answered: the quota is spent until reset_at */
    FORGE_HEAVY,   /* not answered: ask for less at once */
    FORGE_LACKS,   /* not answered: the server does not know these fields */
    FORGE_FAILED,  /* not answered: err */
};

#define FORGE_LACKING 8 /* fields that are noted at once */

struct forge_answer {
    enum forge_word word;
    struct err err;
    const char *lacking[FORGE_LACKING];
    size_t lacking_count;
    const char *refused;                   /* a field that the credential may not see; NULL */
    int64_t cost, remaining;               /* points; -1: not told */
    int64_t reset_at;                      /* CLOCK_UNKNOWN: not told */
    struct forge_repository *repositories; /* as many as were asked for */
};

/* Everything lives in the arena. */
void forge_parse(const char *body, size_t len, const struct forge_asked *asked, size_t count,
                 struct arena *arena, struct forge_answer *out);

#endif
