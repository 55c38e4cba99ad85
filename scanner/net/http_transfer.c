#include "net/http_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/retry.h"

#define MAX_REDIRECTS 5
#define SLOW_BYTES    1000u /* a second */

#define CURLE_TOO_LARGE_CODE ((CURLcode)100) /* named by newer versions of curl only */
#define HEADER_TOO_LARGE     "the answer's header has a line that is too long"

/* What curl's codes mean to us; those that are not here are our own fault. */
static const struct fault_kind {
    CURLcode code;
    enum reason reason;
    bool passing;     /* may be over at the next attempt */
    bool unreachable; /* no request can reach that origin */
    const char *text; /* NULL: curl's own */
} fault_kinds[] = {
    {CURLE_COULDNT_RESOLVE_HOST, REASON_DNS, true, true},
    {CURLE_COULDNT_RESOLVE_PROXY, REASON_DNS, true, true},
    {CURLE_COULDNT_CONNECT, REASON_CONNECT, true, true},
    {CURLE_OPERATION_TIMEDOUT, REASON_TIMEOUT, true, true}, /* of connecting; the others are ours */
    {CURLE_SSL_CONNECT_ERROR, REASON_TLS, true, true},
    {CURLE_PEER_FAILED_VERIFICATION, REASON_TLS, false, true},
    {CURLE_SSL_CACERT_BADFILE, REASON_TLS, false, true},
    {CURLE_SSL_CERTPROBLEM, REASON_TLS, false, true},
    {CURLE_SSL_CIPHER, REASON_TLS, false, true},
    {CURLE_PROXY, REASON_CONNECT, true, true},
    {CURLE_SEND_ERROR, REASON_CONNECT, true, false},
    {CURLE_RECV_ERROR, REASON_CONNECT, true, false},
    {CURLE_GOT_NOTHING, REASON_CONNECT, true, false},
    {CURLE_HTTP2, REASON_CONNECT, true, false},
    {CURLE_HTTP2_STREAM, REASON_CONNECT, true, false},
    {CURLE_PARTIAL_FILE, REASON_TRUNCATED, true, false},
    {CURLE_FILESIZE_EXCEEDED, REASON_TOO_LARGE, false, false},
    /* Of a header, for curl's own ceilings: where memory ends our allocations abort. */
    {CURLE_OUT_OF_MEMORY, REASON_TOO_LARGE, false, false, HEADER_TOO_LARGE},
    {CURLE_TOO_LARGE_CODE, REASON_TOO_LARGE, false, false, HEADER_TOO_LARGE},
    {CURLE_WEIRD_SERVER_REPLY, REASON_BAD_ANSWER, false, false},
    {CURLE_UNSUPPORTED_PROTOCOL, REASON_BAD_ANSWER, false, false},
    {CURLE_BAD_CONTENT_ENCODING, REASON_BAD_ANSWER, false, false},
};

struct fault {
    struct err err; /* reason NONE: an answer came in whole */
    bool passing, unreachable;
};

static void forget_attempt(struct http_transfer *transfer)
{
    http_headers_release(&transfer->headers);
    buf_release(&transfer->body);
    transfer->status = 0;
}

static void finish(struct http_transfer *transfer, const struct err *err)
{
    struct http_answer answer = {
        .status = transfer->status,
        .url = transfer->url,
        .body = transfer->body,
        .err = *err,
        .attempts = transfer->attempts,
        .spent_ms = transfer->spent_ms,
        .headers = &transfer->headers,
    };

    if (err->reason != REASON_NONE) {
        if (err->reason != REASON_REDIRECT)
            answer.status = 0;
        err_prefix(&answer.err, "%s", transfer->request.what);
    }
    DL_DELETE(transfer->http->transfers, transfer);
    transfer->done(&answer, transfer->ctx);
    transfer->body = answer.body; /* empty when it was detached */
    forget_attempt(transfer);
    arena_release(&transfer->arena);
    free(transfer);
}

static void leave_engine(struct http_transfer *transfer)
{
    struct http *http = transfer->http;
    long connections = 0;

    if (transfer->easy != NULL)
        curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
    http->stats.connections += (uint64_t)connections;
    http->stats.in_flight--;
    transfer->spent_ms += clock_monotonic_ms() - transfer->begun;
    attempt_close(transfer);
    timer_cancel(transfer->timer);
    transfer->timer = NULL;
    transfer->origin->running--;
    http_pump(http);
}

/* --- what follows an attempt ----------------------------------------------------------------- */

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int follow(struct http_transfer *transfer, struct err *err)
{
    const char *location = http_headers_get(&transfer->headers, "Location");
    char origin[HTTP_ORIGIN_MAX];

    if (transfer->request.method != HTTP_GET || location == NULL)
        return err_set(err, REASON_REDIRECT, "an answer %ld that cannot be followed",
                       transfer->status);
    if (transfer->redirects >= MAX_REDIRECTS)
        return err_set(err, REASON_REDIRECT, "more than %d redirects", MAX_REDIRECTS);
    char *url = http_url_join(transfer->url, location);
    struct err why = {0};
    int result =
        url == NULL || http_origin(url, origin, sizeof origin) != 0 ||
                http_may_contact(transfer->http, url, &why) != 0 ||
                (strncmp(transfer->url, "https:", 6) == 0 && strncmp(url, "https:", 6) != 0)
            ? -1
            : 0;
    if (result != 0) {
        err_set(err, REASON_REDIRECT, "a redirect to \"%.200s\", which is not allowed", location);
    } else {
        transfer->url = arena_strdup(&transfer->arena, url);
        transfer->redirects++;
        forget_attempt(transfer);
        origin_enqueue(origin_of(transfer->http, origin), transfer, true);
    }
    free(url);
    return result;
}

static void on_paused(void *ctx)
{
    struct http_transfer *transfer = ctx;

    transfer->timer = NULL;
    origin_enqueue(transfer->origin, transfer, true);
}

static bool try_again(struct http_transfer *transfer, const struct fault *fault)
{
    struct http *http = transfer->http;
    struct http_origin *origin = transfer->origin;
    struct retry_case failed = {
        .status = fault->err.reason == REASON_NONE ? transfer->status : 0,
        /* A server that is silent twice costs two time limits, no more. */
        .passing =
            fault->passing && !(fault->err.reason == REASON_TIMEOUT && transfer->failures > 0),
        .retry_after = http_headers_get(&transfer->headers, "Retry-After"),
        .remaining = http_headers_get(&transfer->headers, "X-RateLimit-Remaining"),
        .reset = http_headers_get(&transfer->headers, "X-RateLimit-Reset"),
        .body = buf_str(&transfer->body),
        .failures = transfer->failures,
        .salt = (unsigned)http->stats.requests,
        .now = http_headers_now(&transfer->headers),
        .base_ms = http->options.retry_base_ms,
    };
    struct retry_advice advice = retry_judge(&failed);

    if (!advice.limited && fault->err.reason == REASON_NONE)
        origin->doubts = 0;
    bool limited = advice.limited && !(advice.doubtful && origin_doubts(origin));
    /* When an attempt did not even reach the origin, others need not try meanwhile. */
    bool all_wait = limited || (advice.again && fault->unreachable);
    if (all_wait)
        origin_hold(origin, advice.wait_ms);
    bool is_final = transfer->request.server_errors_are_final && failed.status >= 500;
    if (!advice.again || is_final || transfer->streamed ||
        transfer->failures >= transfer->request.retries ||
        advice.wait_ms > http->options.max_wait_ms)
        return false;
    transfer->failures++;
    http->stats.retries++;
    forget_attempt(transfer);
    if (all_wait) {
        origin_enqueue(origin, transfer, true);
    } else {
        transfer->state = TRANSFER_PAUSED;
        transfer->timer = loop_timer(http->loop, advice.wait_ms, on_paused, transfer);
    }
    return true;
}

static void settle(struct http_transfer *transfer, struct fault *fault)
{
    leave_engine(transfer);
    if (fault->err.reason == REASON_NONE && is_redirect(transfer->status) &&
        !transfer->request.no_follow && follow(transfer, &fault->err) == 0)
        return;
    if (try_again(transfer, fault))
        return;
    if (fault->unreachable)
        origin_bury(transfer->origin, &fault->err);
    finish(transfer, &fault->err);
}

static void read_fault(const struct http_transfer *transfer, CURLcode result, struct fault *fault)
{
    const char *text = transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(result);

    for (size_t i = 0; i < sizeof fault_kinds / sizeof *fault_kinds; i++) {
        const struct fault_kind *kind = &fault_kinds[i];
        if (kind->code != result)
            continue;
        bool begun = kind->reason == REASON_CONNECT && transfer->status != 0;
        err_set(&fault->err, begun ? REASON_TRUNCATED : kind->reason, "%s",
                kind->text != NULL ? kind->text : text);
        fault->passing = kind->passing;
        fault->unreachable = kind->unreachable;
        return;
    }
    err_set(&fault->err, REASON_INTERNAL, "the HTTP library failed: %s", text);
}

void transfer_ended(struct http_transfer *transfer, CURLcode result)
{
    struct fault fault = {.err = transfer->fault};

    if (fault.err.reason == REASON_NONE && result != CURLE_OK)
        read_fault(transfer, result, &fault);
    settle(transfer, &fault);
}

/* --- time limits ----------------------------------------------------------------------------- */

static void on_watch(void *ctx);

static void watch(struct http_transfer *transfer, uint64_t now)
{
    const struct http_options *options = &transfer->http->options;
    uint64_t next = transfer->heard + options->stall_timeout_ms;
    uint64_t measured = transfer->measured != 0 ? transfer->measured : now;

    if (options->slow_timeout_ms > 0 && next > measured + options->slow_timeout_ms)
        next = measured + options->slow_timeout_ms;
    if (next > transfer->ends)
        next = transfer->ends;
    transfer->timer =
        loop_timer(transfer->http->loop, next > now ? next - now : 0, on_watch, transfer);
}

/* A link that is slow is shared by all that run; a body that gets less than its part of that little
   is held back by its server. Silence is told of as such. */
static bool is_slow(struct http_transfer *transfer, uint64_t now, struct err *err)
{
    const struct http *http = transfer->http;
    uint64_t time_ms = now - transfer->measured;
    size_t bytes = transfer->received - transfer->counted;

    if (http->options.slow_timeout_ms == 0 || transfer->measured == 0 ||
        time_ms < http->options.slow_timeout_ms)
        return false;
    transfer->measured = now;
    transfer->counted = transfer->received;
    if (bytes == 0 || bytes >= SLOW_BYTES * time_ms / 1000 / http->stats.in_flight)
        return false;
    err_set(err, REASON_TIMEOUT, "too slow: only %zu bytes in %.1f s", bytes,
            (double)time_ms / 1000);
    return true;
}

static void on_watch(void *ctx)
{
    struct http_transfer *transfer = ctx;
    uint64_t stall_ms = transfer->http->options.stall_timeout_ms, now = clock_monotonic_ms();
    struct fault fault = {.passing = true};
    curl_off_t uploaded = 0, sent_at = 0;

    transfer->timer = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    if (uploaded != transfer->uploaded) {
        transfer->uploaded = uploaded;
        transfer->heard = now;
    }
    if (now >= transfer->ends) {
        err_set(&fault.err, REASON_TIMEOUT, "no complete answer within %.1f s",
                (double)transfer->request.timeout_ms / 1000);
    } else if (now - transfer->heard >= stall_ms) {
        err_set(&fault.err, REASON_TIMEOUT, "not a byte for %.1f s", (double)stall_ms / 1000);
    } else if (!is_slow(transfer, now, &fault.err)) {
        watch(transfer, now);
        return;
    }
    /* It listens, so one address that is silent must not keep the others waiting in a row. */
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_at);
    if (sent_at > 0)
        origin_answered(transfer->origin, transfer->origin->multiplexed);
    settle(transfer, &fault);
}

void transfer_start(struct http_transfer *transfer)
{
    struct http *http = transfer->http;
    uint64_t now = clock_monotonic_ms();

    transfer->state = TRANSFER_RUNNING;
    transfer->origin->running++;
    transfer->attempts++;
    http->stats.in_flight++;
    http->stats.requests++;
    transfer->begun = transfer->heard = now;
    transfer->ends = now + transfer->request.timeout_ms;
    if (attempt_open(transfer) == 0) {
        watch(transfer, now);
    } else {
        struct fault fault = {.err = transfer->fault};
        settle(transfer, &fault);
    }
}

/* --- endings that no attempt decides --------------------------------------------------------- */

void transfer_end(struct http_transfer *transfer, enum reason reason, const char *text)
{
    struct err err;

    if (transfer->state == TRANSFER_RUNNING)
        leave_engine(transfer);
    else if (transfer->state == TRANSFER_QUEUED)
        origin_dequeue(transfer->origin, transfer);
    else
        timer_cancel(transfer->timer);
    err_set(&err, reason, "%s", text);
    finish(transfer, &err);
}

static void on_refused(void *ctx)
{
    struct http_transfer *transfer = ctx;
    struct err err = transfer->fault;

    finish(transfer, &err);
}

void transfer_refuse(struct http_transfer *transfer, enum reason reason, const char *text)
{
    transfer->state = TRANSFER_REFUSED;
    err_set(&transfer->fault, reason, "%s", text);
    loop_defer(transfer->http->loop, on_refused, transfer);
}

void transfer_restart(struct http_transfer *transfer)
{
    struct fault fault = {.passing = true};

    err_set(&fault.err, REASON_CONNECT, "the HTTP library lost the connection");
    settle(transfer, &fault);
}
