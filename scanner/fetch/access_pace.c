#include "fetch/access_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/http_headers.h"

/* Requests that wait for their credential's budget. */

#define WORTH_SAYING 3000 /* ms */

static void pump(struct pace *pace);

static enum budget_kind kind_of(const struct pace *pace)
{
    return (enum budget_kind)(pace - pace->grant->paces);
}

void pace_init(struct grant *grant)
{
    budget_init(&grant->budget);
    for (int kind = 0; kind < BUDGET_KINDS; kind++) {
        grant->paces[kind].grant = grant;
        grant->paces[kind].end = &grant->paces[kind].first;
    }
}

static struct letter *pop(struct pace *pace)
{
    struct letter *letter = pace->first;

    pace->first = letter->next;
    if (pace->first == NULL)
        pace->end = &pace->first;
    return letter;
}

static void on_time(void *ctx)
{
    struct pace *pace = ctx;

    pace->timer = NULL;
    pump(pace);
}

static int64_t utc(uint64_t wait_ms)
{
    return clock_now() + (int64_t)((wait_ms + 999) / 1000);
}

/* Those that are here; what their callbacks send is judged by itself. */
static void refuse_all(struct pace *pace, uint64_t wait_ms)
{
    struct letter *last = NULL, *letter = pace->first;
    char until[CLOCK_TEXT];
    struct err err;

    err_set(&err, REASON_RATE_LIMITED, "%s until %s, longer than is allowed to wait", pace->why,
            clock_format(utc(wait_ms), until));
    for (; letter != NULL; letter = letter->next)
        last = letter;
    do {
        letter = pop(pace);
        bool is_last = letter == last;
        letter_fail(letter, &err);
        if (is_last)
            break;
    } while (pace->first != NULL);
}

static void hold(struct pace *pace, uint64_t wait_ms)
{
    char until[CLOCK_TEXT];

    pace->until_ms = clock_monotonic_ms() + wait_ms;
    pace->timer = loop_timer(pace->grant->access->loop, wait_ms, on_time, pace);
    if (wait_ms >= WORTH_SAYING)
        log_info("waiting until %s: %s", clock_format(utc(wait_ms), until), pace->why);
}

static void pump(struct pace *pace)
{
    const struct access *access = pace->grant->access;

    while (pace->first != NULL) {
        uint64_t now = clock_monotonic_ms();
        uint64_t wait_ms =
            access->stopped ? 0 : budget_wait(&pace->grant->budget, kind_of(pace), now, &pace->why);
        if (wait_ms > access->max_wait_ms) {
            refuse_all(pace, wait_ms);
        } else if (wait_ms > 0) {
            if (pace->timer == NULL)
                hold(pace, wait_ms);
            return;
        } else {
            budget_take(&pace->grant->budget, kind_of(pace), now);
            letter_send(pop(pace));
        }
    }
}

void pace_letter(struct letter *letter)
{
    struct grant *grant = letter->grant;

    if (letter->service == ACCESS_GIT) {
        letter_send(letter);
        return;
    }
    struct pace *pace =
        &grant->paces[letter->service == ACCESS_GRAPHQL ? BUDGET_GRAPHQL : BUDGET_REST];
    letter->next = NULL;
    *pace->end = letter;
    pace->end = &letter->next;
    /* A refusal must not come before the sending has returned. */
    uint64_t wait_ms = budget_wait(&grant->budget, kind_of(pace), clock_monotonic_ms(), &pace->why);
    if (wait_ms <= letter->access->max_wait_ms)
        pump(pace);
    else if (pace->timer == NULL)
        pace->timer = loop_timer(letter->access->loop, 0, on_time, pace);
}

/* --- what answers tell ----------------------------------------------------------------------- */

static int64_t number(const struct http_answer *answer, const char *header)
{
    const char *text = http_header(answer, header);
    char *end = NULL;
    long long value = text != NULL ? strtoll(text, &end, 10) : -1;

    return text != NULL && end != text && *end == '\0' ? value : -1;
}

void pace_heed(struct letter *letter, const struct http_answer *answer)
{
    enum budget_kind kind = letter->service == ACCESS_GRAPHQL ? BUDGET_GRAPHQL : BUDGET_REST;
    const char *resource = http_header(answer, "X-RateLimit-Resource");
    int64_t left = number(answer, "X-RateLimit-Remaining");
    int64_t reset = number(answer, "X-RateLimit-Reset");
    uint64_t now = clock_monotonic_ms();

    if (letter->service == ACCESS_GIT)
        return;
    budget_spent(&letter->grant->budget, kind, answer->spent_ms, now);
    if (answer->status == 0 || left < 0 || reset < 0 ||
        (resource != NULL && strcmp(resource, kind == BUDGET_GRAPHQL ? "graphql" : "core") != 0))
        return;
    int64_t wait_s = reset - http_headers_now(answer->headers) + 1;
    budget_told(&letter->grant->budget, kind, left, wait_s > 0 ? (uint64_t)wait_s * 1000 : 1000,
                now);
}

void access_told(struct access *access, const char *owner, enum access_service service,
                 int64_t left, uint64_t reset_ms)
{
    budget_told(&grant_of(access, owner)->budget,
                service == ACCESS_GRAPHQL ? BUDGET_GRAPHQL : BUDGET_REST, left, reset_ms,
                clock_monotonic_ms());
}

/* --- for all credentials --------------------------------------------------------------------- */

/* The first when `grant` is NULL, then the next; NULL after the last. */
static struct grant *next_grant(const struct access *access, const struct grant *grant)
{
    if (access->only != NULL)
        return grant == NULL ? access->only : NULL;
    return grant == NULL ? access->grants : grant->hh.next;
}

const char *access_waits(const struct access *access, int64_t *until)
{
    uint64_t now = clock_monotonic_ms(), latest = now;
    const char *why = NULL;

    for (struct grant *grant = NULL; (grant = next_grant(access, grant)) != NULL;)
        for (int kind = 0; kind < BUDGET_KINDS; kind++) {
            const struct pace *pace = &grant->paces[kind];
            if (pace->timer == NULL || pace->until_ms <= latest)
                continue;
            latest = pace->until_ms;
            why = pace->why;
        }
    if (why != NULL)
        *until = utc(latest - now);
    return why;
}

void access_stop(struct access *access)
{
    access->stopped = true;
    for (struct grant *grant = NULL; (grant = next_grant(access, grant)) != NULL;)
        for (int kind = 0; kind < BUDGET_KINDS; kind++) {
            timer_cancel(grant->paces[kind].timer);
            grant->paces[kind].timer = NULL;
            pump(&grant->paces[kind]);
        }
}
