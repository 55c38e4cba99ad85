/*
 * What one credential may still ask of the forge's API, REST and GraphQL together: counting alone,
 * the caller has the clock (monotonic milliseconds). Sources: contracts.md sections 1 and 2.
 *
 * The quota (REST requests or GraphQL points, by the hour) is what the answers say, less what was
 * asked since; a server that says nothing has none. Requests and time of the server are counted
 * over the last minute, and stay below what the forge allows (REST 900 requests a minute, GraphQL
 * 2,000; 90 s of its time, of which 60 s GraphQL): others use the credential, too.
 */
#ifndef FETCH_BUDGET_H
#define FETCH_BUDGET_H

#include <stdint.h>

enum budget_kind { BUDGET_REST, BUDGET_GRAPHQL };
#define BUDGET_KINDS 2

#define BUDGET_POINTS     3     /* of the quota that a GraphQL request takes, at most */
#define BUDGET_MINUTE     800   /* requests of one kind */
#define BUDGET_GRAPHQL_MS 50000 /* of the server's time in a minute */
#define BUDGET_ALL_MS     75000

struct budget {
    struct {
        int64_t left;      /* -1: not told */
        uint64_t until_ms; /* when there is more */
    } quota[BUDGET_KINDS];
    struct budget_second {
        uint64_t second;
        uint32_t requests[BUDGET_KINDS], spent_ms[BUDGET_KINDS];
    } minute[60]; /* by its number, modulo 60 */
};

void budget_init(struct budget *budget);
/* How long the next request of this kind has to wait; 0: it may go. `why` becomes a static text. */
uint64_t budget_wait(const struct budget *budget, enum budget_kind kind, uint64_t now_ms,
                     const char **why);
/* It goes. */
void budget_take(struct budget *budget, enum budget_kind kind, uint64_t now_ms);
/* It was answered, and the server was at it for so long. */
void budget_spent(struct budget *budget, enum budget_kind kind, uint64_t spent_ms, uint64_t now_ms);
/* An answer told so: `left` until more comes in reset_ms. Answers may overtake each other, so that
   within one hour the least counts. */
void budget_told(struct budget *budget, enum budget_kind kind, int64_t left, uint64_t reset_ms,
                 uint64_t now_ms);

#endif
