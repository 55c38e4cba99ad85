/*
 * How a commit came to be on its branch, as the forge's REST API tells it: pull requests, reviews,
 * checks, releases. Source: contracts.md section 1; GitHub REST "Commits", "Reviews", "Checks",
 * "Commit statuses", "Releases".
 */
#ifndef FACTS_REVIEW_H
#define FACTS_REVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Of one page; what is more is not looked at, and refused as REASON_LIMIT. */
#define REVIEW_PAGE 100

/* The pull request that brought a commit in. */
struct review_pull {
    int64_t number;     /* 0: none did */
    const char *author; /* NULL: the account is gone */
    const char *base;   /* branch that it was merged into; NULL: not told */
    const char *head;   /* commit that was merged; NULL: not told */
};
/* GET commits/SHA/pulls. Of several that were merged the first into `base`, else the first; texts
   live in the arena. `base` may be NULL. */
int review_pull_read(const char *body, size_t len, const char *base, struct arena *arena,
                     struct review_pull *out, struct err *err);

/* What its reviewers said last, its author aside. */
struct review_votes {
    const char *approver; /* NULL: nobody approved */
    const char *objector; /* who asked for changes, and did not approve since; NULL */
    int of_head;          /* the approver saw what was merged, not something before it: 1, 0; -1
                             nobody tells */
};
/* GET pulls/N/reviews, in the order of time. Of several approvers the one who saw most. */
int review_votes_read(const char *body, size_t len, const struct review_pull *pull,
                      struct arena *arena, struct review_votes *out, struct err *err);

struct review_checks {
    size_t passed;
    const char *failed;  /* one that did not end well; NULL */
    const char *pending; /* one that has not ended; NULL */
};
/* Adds the checks of GET commits/SHA/check-runs; `own`: what the address of a check begins with
   that is this very job's, and does not count, or NULL. */
int review_checks_read(const char *body, size_t len, const char *own, struct arena *arena,
                       struct review_checks *out, struct err *err);
/* Adds the statuses of GET commits/SHA/status. */
int review_statuses_read(const char *body, size_t len, struct arena *arena,
                         struct review_checks *out, struct err *err);

/* GET releases/tags/TAG: whether it is a draft, which nobody sees. */
int review_release_read(const char *body, size_t len, bool *draft, struct err *err);

#endif
