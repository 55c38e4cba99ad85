#include "net/http_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define DEAD_MS        30000
#define WORTH_SAYING   3000 /* ms */
#define DOUBTS_MAX     2    /* the third one in a row is believed */
#define STARTS_A_ROUND 64   /* then the loop gets its turn */

struct http_origin *origin_of(struct http *http, const char *name)
{
    struct http_origin *origin;

    HASH_FIND_STR(http->origins, name, origin);
    if (origin == NULL) {
        origin = mem_alloc(sizeof *origin);
        origin->http = http;
        snprintf(origin->name, sizeof origin->name, "%s", name);
        HASH_ADD_STR(http->origins, name, origin);
    }
    return origin;
}

void origin_free(struct http_origin *origin)
{
    assert(origin->queue == NULL && origin->running == 0);
    HASH_DEL(origin->http->origins, origin);
    timer_cancel(origin->held);
    free(origin);
}

void origin_enqueue(struct http_origin *origin, struct http_transfer *transfer, bool first)
{
    transfer->state = TRANSFER_QUEUED;
    transfer->origin = origin;
    if (first)
        DL_PREPEND2(origin->queue, transfer, queue_prev, queue_next);
    else
        DL_APPEND2(origin->queue, transfer, queue_prev, queue_next);
    origin->http->stats.queued++;
    http_pump(origin->http);
}

void origin_dequeue(struct http_origin *origin, struct http_transfer *transfer)
{
    DL_DELETE2(origin->queue, transfer, queue_prev, queue_next);
    origin->http->stats.queued--;
    if (origin->queue == NULL) {
        timer_cancel(origin->held);
        origin->held = NULL;
    }
}

static void on_held(void *ctx)
{
    struct http_origin *origin = ctx;

    origin->held = NULL;
    origin_pump(origin);
}

static unsigned may_run(const struct http_origin *origin)
{
    const struct http_options *options = &origin->http->options;

    if (!origin->open)
        return 1;
    /* Without multiplexing curl would queue the rest, and the queue's time would count. */
    if (!origin->multiplexed && options->host_connections < options->in_flight)
        return options->host_connections;
    return options->in_flight;
}

static void end_queue(struct http_origin *origin, enum reason reason, const char *text)
{
    struct http_transfer *last = origin->queue != NULL ? origin->queue->queue_prev : NULL;
    struct http_transfer *transfer = NULL;

    /* What the callbacks send meanwhile comes after the last and is judged in the next round. */
    while (transfer != last) {
        transfer = origin->queue;
        transfer_end(transfer, reason, text);
    }
}

/* What nobody would notice need not be said. */
static void say_wait(const struct http_origin *origin, uint64_t wait_ms)
{
    char until[CLOCK_TEXT];

    if (wait_ms >= WORTH_SAYING)
        log_info("waiting for %s until %s, as it asked", origin->name,
                 clock_format(clock_now() + (int64_t)((wait_ms + 999) / 1000), until));
}

void origin_pump(struct http_origin *origin)
{
    uint64_t now = clock_monotonic_ms();
    char text[HTTP_ORIGIN_MAX + 100];

    if (origin->dead_until > now) {
        end_queue(origin, origin->dead.reason, origin->dead.text);
        return;
    }
    if (origin->held_until > now) {
        uint64_t wait_ms = origin->held_until - now;
        if (wait_ms > origin->http->options.max_wait_ms) {
            snprintf(text, sizeof text, "%s asks us to wait %llu s, longer than is allowed",
                     origin->name, (unsigned long long)(wait_ms / 1000));
            end_queue(origin, REASON_RATE_LIMITED, text);
        } else if (origin->queue != NULL && origin->held == NULL) {
            origin->held = loop_timer(origin->http->loop, wait_ms, on_held, origin);
            say_wait(origin, wait_ms);
        }
        return;
    }
    for (unsigned i = 0; origin->queue != NULL && origin->running < may_run(origin); i++) {
        struct http_transfer *transfer = origin->queue;
        if (i == STARTS_A_ROUND) {
            http_pump(origin->http);
            return;
        }
        origin_dequeue(origin, transfer);
        transfer_start(transfer);
    }
}

void origin_answered(struct http_origin *origin, bool multiplexed)
{
    if (origin->open && origin->multiplexed == multiplexed)
        return;
    if (origin->held_until > clock_monotonic_ms())
        return; /* sent before the origin asked us to wait */
    origin->open = true;
    origin->multiplexed = multiplexed;
    origin->dead_until = 0;
    http_pump(origin->http);
}

bool origin_doubts(struct http_origin *origin)
{
    if (origin->doubts >= DOUBTS_MAX)
        return false;
    origin->doubts++;
    origin->open = false;
    return true;
}

void origin_hold(struct http_origin *origin, uint64_t wait_ms)
{
    uint64_t until = clock_monotonic_ms() + wait_ms;

    if (until > origin->held_until)
        origin->held_until = until;
    origin->open = false;
}

void origin_bury(struct http_origin *origin, const struct err *fault)
{
    origin->dead = *fault;
    origin->dead_until = clock_monotonic_ms() + DEAD_MS;
    http_pump(origin->http);
}
