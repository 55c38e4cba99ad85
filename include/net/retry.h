/*
 * What to do after an attempt that did not succeed: pure policy, no clock and no network.
 *
 * 403 and 429 with a mark of a rate limit: wait as the server says (contracts.md section 1, "On
 * 403 or 429"); a 403 without a mark is a lacking permission and never tried again. 5xx and broken
 * connections: a wait that doubles.
 */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct retry_case {
    long status;             /* 0: no answer came, */
    bool passing;            /*    for a reason that may pass */
    const char *retry_after; /* values of headers, NULL when absent */
    const char *remaining;   /* x-ratelimit-remaining */
    const char *reset;       /* x-ratelimit-reset: UTC epoch seconds */
    const char *body;        /* its message names a secondary limit */
    unsigned failures;       /* of this request, before this one */
    unsigned salt;           /* spreads the waits of many requests that failed together */
    int64_t now;             /* UTC seconds, by the clock of who answered */
    uint64_t base_ms;        /* the first wait of the doubling ones */
};

struct retry_advice {
    bool again;   /* another attempt is worth its while, after the wait */
    bool limited; /* the server asked for the wait: every request to the origin heeds it */
    uint64_t wait_ms;
    bool doubtful; /* limited, but it may be meant for this request alone: a 429 without a word of a
                      quota */
};

struct retry_advice retry_judge(const struct retry_case *failed);

#endif
