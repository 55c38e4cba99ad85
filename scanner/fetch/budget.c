#include "fetch/budget.h"

#include <stdbool.h>

#define WINDOW    60    /* seconds */
#define SAME_MS   60000 /* resets that are told this near to each other are one */
#define SECOND_MS 1000

void budget_init(struct budget *budget)
{
    *budget = (struct budget){0};
    for (int kind = 0; kind < BUDGET_KINDS; kind++)
        budget->quota[kind].left = -1;
}

static struct budget_second *second_of(struct budget *budget, uint64_t now_ms)
{
    uint64_t second = now_ms / SECOND_MS;
    struct budget_second *at = &budget->minute[second % WINDOW];

    if (at->second != second)
        *at = (struct budget_second){.second = second};
    return at;
}

static int64_t cost(enum budget_kind kind)
{
    return kind == BUDGET_GRAPHQL ? BUDGET_POINTS : 1;
}

/* --- what was told and used ------------------------------------------------------------------ */

void budget_take(struct budget *budget, enum budget_kind kind, uint64_t now_ms)
{
    second_of(budget, now_ms)->requests[kind]++;
    if (budget->quota[kind].left > 0)
        budget->quota[kind].left -=
            cost(kind) < budget->quota[kind].left ? cost(kind) : budget->quota[kind].left;
}

void budget_spent(struct budget *budget, enum budget_kind kind, uint64_t spent_ms, uint64_t now_ms)
{
    second_of(budget, now_ms)->spent_ms[kind] +=
        (uint32_t)(spent_ms < BUDGET_ALL_MS ? spent_ms : BUDGET_ALL_MS);
}

void budget_told(struct budget *budget, enum budget_kind kind, int64_t left, uint64_t reset_ms,
                 uint64_t now_ms)
{
    uint64_t until = now_ms + reset_ms, before = budget->quota[kind].until_ms;
    int64_t known = budget->quota[kind].left;

    if (left < 0 || until + SAME_MS < before)
        return; /* of an hour that is over */
    if (known < 0 || left < known || until > before + SAME_MS || before <= now_ms)
        budget->quota[kind].left = left;
    budget->quota[kind].until_ms = until > before ? until : before;
}

/* --- what has to wait ------------------------------------------------------------------------ */

/* All of the last minute but its first `gone` seconds. */
static bool fits(const struct budget *budget, enum budget_kind kind, uint64_t now_s, unsigned gone)
{
    uint64_t requests = 0, all = 0, graphql = 0;

    for (int i = 0; i < WINDOW; i++) {
        const struct budget_second *at = &budget->minute[i];
        if (at->second + WINDOW <= now_s + gone || at->second > now_s)
            continue;
        requests += at->requests[kind];
        graphql += at->spent_ms[BUDGET_GRAPHQL];
        all += at->spent_ms[BUDGET_REST] + at->spent_ms[BUDGET_GRAPHQL];
    }
    return requests < BUDGET_MINUTE && all < BUDGET_ALL_MS &&
           (kind != BUDGET_GRAPHQL || graphql < BUDGET_GRAPHQL_MS);
}

uint64_t budget_wait(const struct budget *budget, enum budget_kind kind, uint64_t now_ms,
                     const char **why)
{
    static const char *const quotas[] = {"the API's requests of this hour are used up",
                                         "the GraphQL API's points of this hour are used up"};
    uint64_t now_s = now_ms / SECOND_MS;
    unsigned gone = 0;

    if (budget->quota[kind].left >= 0 && budget->quota[kind].left < cost(kind) &&
        budget->quota[kind].until_ms > now_ms) {
        *why = quotas[kind];
        return budget->quota[kind].until_ms - now_ms;
    }
    while (gone < WINDOW && !fits(budget, kind, now_s, gone))
        gone++;
    if (gone == 0)
        return 0;
    *why = "the API's time for this minute is used up";
    return (now_s + gone) * SECOND_MS - now_ms;
}
