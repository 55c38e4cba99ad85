#include "net/http.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/http_parts.h"
#include "net/http_trust.h"

#define ORIGINS_AT_ONCE 8 /* that may have all their connections open */

static void pump_all(void *ctx)
{
    struct http *http = ctx;
    struct http_origin *origin, *next;

    http->pump_deferred = false;
    HASH_ITER(hh, http->origins, origin, next)
    origin_pump(origin);
}

void http_pump(struct http *http)
{
    if (http->pump_deferred)
        return;
    http->pump_deferred = true;
    loop_defer(http->loop, pump_all, http);
}

static void on_done(CURL *easy, CURLcode result, void *ctx)
{
    char *transfer = NULL;

    (void)ctx;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    transfer_ended((struct http_transfer *)transfer, result);
}

static void on_lost(void *ctx)
{
    struct http *http = ctx;
    struct http_transfer *transfer, *next;

    DL_FOREACH_SAFE(http->transfers, transfer, next)
    if (transfer->state == TRANSFER_RUNNING)
        transfer_restart(transfer);
}

/* --- life ------------------------------------------------------------------------------------ */

static void set_options(struct http *http, const struct http_options *given)
{
    struct http_options *options = &http->options;

    *options = *given;
    options->user_agent = arena_strdup(&http->arena, given->user_agent);
    options->ca_file = arena_strdup(&http->arena, given->ca_file);
    options->proxy = arena_strdup(&http->arena, given->proxy);
    if (options->host_connections == 0)
        options->host_connections = 4;
    if (options->in_flight == 0)
        options->in_flight = 64;
    if (options->connect_timeout_ms == 0)
        options->connect_timeout_ms = 15000;
    if (options->stall_timeout_ms == 0)
        options->stall_timeout_ms = 30000;
    if (options->max_wait_ms == 0)
        options->max_wait_ms = 900000;
    if (options->retry_base_ms == 0)
        options->retry_base_ms = 500;
}

/* The hosts are kept as origins, as they are compared. */
static int set_hosts(struct http *http, const char *const *hosts, struct err *err)
{
    size_t count = 0;

    http->options.hosts = NULL;
    if (hosts == NULL)
        return 0;
    while (hosts[count] != NULL)
        count++;
    const char **origins = arena_array(&http->arena, count + 1, sizeof *origins);
    for (size_t i = 0; i < count; i++) {
        char origin[HTTP_ORIGIN_MAX];
        if (http_origin(hosts[i], origin, sizeof origin) != 0)
            return err_set(err, REASON_USAGE, "\"%.200s\" is not an http(s) URL", hosts[i]);
        origins[i] = arena_strdup(&http->arena, origin);
    }
    http->options.hosts = origins;
    return 0;
}

int http_new(struct loop *loop, const struct http_options *options, struct http **out,
             struct err *err)
{
    struct http *http = mem_alloc(sizeof *http);
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    http->loop = loop;
    set_options(http, options);
    struct engine_limits limits = {http->options.host_connections,
                                   http->options.host_connections * ORIGINS_AT_ONCE};
    sigaction(SIGPIPE, &ignore, NULL); /* a peer that hangs up is an error code, not the end */
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    http->trust_directory = http_trust_directory_suffices(curl->capath, curl->cainfo);
    if (set_hosts(http, options->hosts, err) != 0 ||
        engine_new(loop, &limits, on_done, on_lost, http, &http->engine, err) != 0) {
        curl_global_cleanup();
        arena_release(&http->arena);
        free(http);
        return -1;
    }
    *out = http;
    return 0;
}

void http_free(struct http *http)
{
    struct http_origin *origin, *next;

    if (http == NULL)
        return;
    assert(http->transfers == NULL);
    if (http->pump_deferred)
        loop_run(http->loop);
    HASH_ITER(hh, http->origins, origin, next)
    origin_free(origin);
    engine_free(http->engine);
    curl_global_cleanup();
    arena_release(&http->arena);
    free(http);
}

/* --- sending --------------------------------------------------------------------------------- */

int http_may_contact(const struct http *http, const char *url, struct err *err)
{
    const char *const *host = http->options.hosts;
    char origin[HTTP_ORIGIN_MAX];

    if (http_check_url(url, http->options.allow_http, err) != 0)
        return -1;
    if (http_origin(url, origin, sizeof origin) != 0)
        return err_set(err, REASON_USAGE, "\"%.200s\" has too long a host name", url);
    while (host != NULL && *host != NULL && strcmp(*host, origin) != 0)
        host++;
    if (host != NULL && *host == NULL)
        return err_set(err, REASON_USAGE, "%s is not among the configured hosts", origin);
    return 0;
}

static bool has_line_end(const char *text)
{
    return text != NULL && strpbrk(text, "\r\n") != NULL;
}

static int check_request(const struct http *http, const struct http_request *request,
                         struct err *err)
{
    bool split = has_line_end(request->authorization);

    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
        split = split || has_line_end(request->headers[i]);
    if (split)
        return err_set(err, REASON_USAGE, "a header of the request holds a line end");
    return http_may_contact(http, request->url, err);
}

static void copy_request(struct http_transfer *transfer, const struct http_request *given)
{
    struct http_request *request = &transfer->request;
    struct arena *arena = &transfer->arena;
    size_t count = 0;

    *request = *given;
    request->url = transfer->url = arena_strdup(arena, given->url);
    request->authorization = arena_strdup(arena, given->authorization);
    request->what = arena_strdup(arena, given->what != NULL ? given->what : given->url);
    request->body = arena_strndup(arena, given->body, given->body_len);
    if (given->headers != NULL) {
        while (given->headers[count] != NULL)
            count++;
        const char **headers = arena_array(arena, count + 1, sizeof *headers);
        for (size_t i = 0; i < count; i++)
            headers[i] = arena_strdup(arena, given->headers[i]);
        request->headers = headers;
    }
    if (request->max_bytes == 0)
        request->max_bytes = 1 << 20;
    if (request->timeout_ms == 0)
        request->timeout_ms = 60000;
}

struct http_transfer *http_send(struct http *http, const struct http_request *request,
                                http_done *done, void *ctx)
{
    struct http_transfer *transfer = mem_alloc(sizeof *transfer);
    struct err err = {0};
    char origin[HTTP_ORIGIN_MAX];

    transfer->http = http;
    transfer->done = done;
    transfer->ctx = ctx;
    copy_request(transfer, request);
    DL_APPEND(http->transfers, transfer);
    if (http->cancelled != REASON_NONE) {
        transfer_refuse(transfer, http->cancelled, reason_meaning(http->cancelled));
    } else if (check_request(http, request, &err) != 0 ||
               http_origin(request->url, origin, sizeof origin) != 0) {
        transfer_refuse(transfer, err.reason, err.text);
    } else {
        transfer->home = arena_strdup(&transfer->arena, origin);
        origin_enqueue(origin_of(http, origin), transfer, false);
    }
    return transfer;
}

/* --- the end, and what is known on the way --------------------------------------------------- */

static void cancel_now(void *ctx)
{
    struct http *http = ctx;
    struct http_transfer *transfer, *next;

    DL_FOREACH_SAFE(http->transfers, transfer, next)
    if (transfer->state != TRANSFER_REFUSED)
        transfer_end(transfer, http->cancelled, reason_meaning(http->cancelled));
}

void http_cancel_all(struct http *http, enum reason reason)
{
    if (http->cancelled != REASON_NONE)
        return;
    http->cancelled = reason;
    loop_defer(http->loop, cancel_now, http);
}

void http_stats(const struct http *http, struct http_stats *out)
{
    const struct http_origin *origin;
    uint64_t now = clock_monotonic_ms(), until = now;

    *out = http->stats;
    out->wait_until = CLOCK_UNKNOWN;
    out->wait_for[0] = '\0';
    for (origin = http->origins; origin != NULL; origin = origin->hh.next) {
        if (origin->queue == NULL || origin->held_until <= until)
            continue;
        until = origin->held_until;
        out->wait_until = clock_now() + (int64_t)((until - now + 999) / 1000);
        snprintf(out->wait_for, sizeof out->wait_for, "%.127s", origin->name);
    }
}
