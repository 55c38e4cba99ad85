/*
 * What http.c (the interface), http_origin.c (who may start) and http_transfer.c (one request, from
 * its sending to its answer) share; nobody else includes it.
 *
 *   http_send ─▶ queue of the origin ─▶ attempt, with the engine ─┬─▶ answer
 *                     ▲    ▲                                       │
 *                     │    └──────── redirect, rate limit ◀────────┤
 *                     └──────────── wait ◀──── passing fault ◀─────┘
 */
#ifndef NET_HTTP_PARTS_H
#define NET_HTTP_PARTS_H

#include <curl/curl.h>
#include <uthash.h>
#include <utlist.h>

#include "base/arena.h"
#include "net/engine.h"
#include "net/http.h"
#include "net/http_headers.h"
#include "net/http_url.h"

struct http {
    struct loop *loop;
    struct http_options options; /* defaults filled in; what it points to is in the arena */
    struct arena arena;
    struct engine *engine;
    struct http_origin *origins;     /* by name */
    struct http_transfer *transfers; /* all that have not ended */
    enum reason cancelled;           /* NONE while we are at work */
    bool pump_deferred;
    bool trust_directory; /* authorities are looked up one by one */
    struct http_stats stats;
};

struct http_origin {
    char name[HTTP_ORIGIN_MAX];
    struct http *http;
    struct http_transfer *queue;
    unsigned running;
    bool open;           /* it answered: more than one request may be under way */
    bool multiplexed;    /* HTTP/2: requests share connections */
    unsigned doubts;     /* limits in a row that may have been meant for one request each */
    uint64_t held_until; /* monotonic milliseconds: it asked us to wait */
    struct timer *held;  /* only while somebody is in the queue */
    uint64_t dead_until; /* it cannot be reached: no use in trying for every request */
    struct err dead;
    UT_hash_handle hh;
};

enum transfer_state {
    TRANSFER_QUEUED,  /* in the queue of its origin */
    TRANSFER_RUNNING, /* with the engine */
    TRANSFER_PAUSED,  /* until its timer fires: a wait after a fault */
    TRANSFER_REFUSED, /* will end with `fault` in the loop's next round */
};

struct http_transfer {
    struct http *http;
    struct http_origin *origin; /* of `url` */
    enum transfer_state state;
    struct arena arena;
    struct http_request request; /* what it points to is in the arena */
    http_done *done;
    void *ctx;

    const char *url;  /* the request's, or where redirects led */
    const char *home; /* the origin of the request's own URL */
    unsigned attempts, failures, redirects;
    struct timer *timer;

    /* of the attempt that runs or ran last */
    CURL *easy;
    struct curl_slist *lines;
    char error[CURL_ERROR_SIZE];
    uint64_t begun, ends, heard; /* monotonic milliseconds */
    uint64_t spent_ms;           /* of all attempts that ended */
    curl_off_t uploaded;
    long status;
    struct http_headers headers;
    struct buf body;
    size_t received;
    uint64_t measured; /* since when its speed is: monotonic milliseconds; 0: no body yet */
    size_t counted;    /* bytes that had been received then */
    bool streamed;     /* bytes went to on_data: what was given cannot be taken back */
    struct err fault;

    struct http_transfer *prev, *next;             /* of http->transfers */
    struct http_transfer *queue_prev, *queue_next; /* of origin->queue */
};

/* --- http.c --- */
/* Soon starts what may start. */
void http_pump(struct http *http);
/* Whether requests may go there: http_check_url() and the configured hosts. */
int http_may_contact(const struct http *http, const char *url, struct err *err);

/* --- http_origin.c --- */
struct http_origin *origin_of(struct http *http, const char *name);
void origin_free(struct http_origin *origin);
void origin_enqueue(struct http_origin *origin, struct http_transfer *transfer, bool first);
void origin_dequeue(struct http_origin *origin, struct http_transfer *transfer);
/* Starts what may start; ends what need not wait, because the origin is dead or asks for too much
   time. */
void origin_pump(struct http_origin *origin);
/* The first line of an answer came. */
void origin_answered(struct http_origin *origin, bool multiplexed);
/* Whether a limit that may be meant for one request alone is nobody else's yet: they go on, one at
   a time until one is answered. */
bool origin_doubts(struct http_origin *origin);
/* Nobody starts before so much time has passed, and then one alone. */
void origin_hold(struct http_origin *origin, uint64_t wait_ms);
/* A request gave up reaching it: those that wait end with the same fault, and so do others for a
   while. */
void origin_bury(struct http_origin *origin, const struct err *fault);

/* --- http_transfer.c --- */
void transfer_start(struct http_transfer *transfer);
/* The engine's verdict on the attempt. */
void transfer_ended(struct http_transfer *transfer, CURLcode result);
/* Ends it, whatever its state, with a fault whose text does not name the request yet. */
void transfer_end(struct http_transfer *transfer, enum reason reason, const char *text);
/* As transfer_end(), but in the loop's next round. */
void transfer_refuse(struct http_transfer *transfer, enum reason reason, const char *text);
/* The engine lost track of the attempt. */
void transfer_restart(struct http_transfer *transfer);

/* --- http_attempt.c --- */
/* A curl handle with everything set; -1 with transfer->fault set. */
int attempt_open(struct http_transfer *transfer);
void attempt_close(struct http_transfer *transfer);

#endif
