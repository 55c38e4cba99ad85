/*
 * HTTP for everything: REST, index documents, files and git, over one curl multi handle.
 *
 * Admission is ours: a request waits in a queue of its origin until it may start, so that waiting
 * never counts against a timeout, at most `host_connections` connections are opened to an origin,
 * and its first request goes alone (it resolves the name and opens the connection).
 * Redirects are followed here (GET only, at most 5, https stays https); `authorization` goes only
 * to the origin of the request's own URL. Transient faults (connection broken, 5xx, 429, rate limit
 * marks of contracts.md section 1) are retried with growing waits, as often as `retries` says; a
 * wait that the server asks for holds back every request to that origin; a 429 that does not speak
 * of a quota does so when it is the third in a row. Sources: contracts.md 1, 7.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/loop.h"

struct http;
struct http_transfer;

struct http_options {
    const char *user_agent;
    const char *ca_file;         /* authorities to trust; NULL: the system's alone */
    const char *proxy;           /* NULL: the environment's */
    const char *const *hosts;    /* URLs of the only origins that are contacted, by requests and
                                    redirects, NULL-terminated; NULL: any */
    bool allow_http;             /* plain http beyond loopback addresses */
    unsigned host_connections;   /* 0: 4 */
    unsigned in_flight;          /* requests started and not done, per origin; 0: 64 */
    uint64_t connect_timeout_ms; /* 0: 15,000 */
    uint64_t stall_timeout_ms;   /* no byte for so long ends the transfer; 0: 30,000 */
    uint64_t slow_timeout_ms;    /* a body that has begun and of which less than 1 kB/s came for so
                                    long, shared by all that run, ends the transfer; 0: none does */
    uint64_t max_wait_ms;        /* longest wait that a server may ask for; 0: 900,000 */
    uint64_t retry_base_ms;      /* first wait before a retry, doubling; 0: 500 */
};

enum http_method { HTTP_GET, HTTP_POST };

/* Body bytes as they come (decoded): 0; 1 when they say that the server is at work, so that the
   body is not slow; -1 aborts the transfer, `err` says why. */
typedef int http_data_fn(void *ctx, const char *data, size_t len, struct err *err);

struct http_request {
    enum http_method method;
    const char *url;            /* everything here is copied by http_send */
    const char *const *headers; /* "Name: value" lines, NULL-terminated; may be NULL. They go
                                   along redirects: no secret belongs here */
    const char *authorization;  /* value of the Authorization header, or NULL */
    const char *body;           /* of a POST */
    size_t body_len;
    size_t max_bytes;             /* ceiling for the decoded body; 0: 1 MiB */
    uint64_t timeout_ms;          /* of one attempt, from its start; 0: 60,000 */
    unsigned retries;             /* attempts after the first; a POST that streams is retried only
                                     when not one byte of its body came */
    bool no_follow;               /* hand back 3xx as an answer */
    bool server_errors_are_final; /* 5xx says that too much was asked: the same again is no use */
    http_data_fn *on_data;        /* NULL: the body is collected in answer->body. Called only for
                                     2xx answers; other bodies are collected (64 KiB at most) */
    void *on_data_ctx;
    const char *what; /* for messages: "acme/tools: refs" */
};

struct http_answer {
    long status;     /* 0 when no answer came: see err */
    const char *url; /* that answered, after redirects */
    struct buf body; /* may be detached by the callback */
    struct err err;  /* reason NONE when an answer of any status came in whole */
    unsigned attempts;
    uint64_t spent_ms; /* that these took, without the waits between */
    const struct http_headers *headers;
};

/* Exactly once per http_send; the answer is valid during the call only. */
typedef void http_done(struct http_answer *answer, void *ctx);

int http_new(struct loop *loop, const struct http_options *options, struct http **out,
             struct err *err);
/* All transfers must be done. Runs the loop until curl's handles are closed. */
void http_free(struct http *http);

struct http_transfer *http_send(struct http *http, const struct http_request *request,
                                http_done *done, void *ctx);
/* From now on every transfer, waiting, running or new, ends with this reason. */
void http_cancel_all(struct http *http, enum reason reason);

/* Value of a header of the last answer (name in any case), NULL when absent; borrowed. */
const char *http_header(const struct http_answer *answer, const char *name);
/* Turns an answer that is not a success into an err with the right reason and text:
   401, 403 (permission, block, rate limit), 404, 451, other 4xx, 5xx. Returns 0 for 2xx and 304. */
int http_check(const struct http_answer *answer, const char *what, struct err *err);

/* The origin "https://host:port" of a URL into out; -1 when it is no http(s) URL. */
int http_origin(const char *url, char *out, size_t size);
/* Whether this URL may be contacted: https, or http to a loopback address, or `allow_http`. */
int http_check_url(const char *url, bool allow_http, struct err *err);

struct http_stats {
    uint64_t requests; /* attempts that were started */
    uint64_t retries;
    uint64_t bytes;       /* received, decoded */
    uint64_t connections; /* opened */
    unsigned in_flight;
    unsigned queued;
    int64_t wait_until; /* UTC seconds, when a server asked us to wait; else CLOCK_UNKNOWN */
    char wait_for[128]; /* that origin */
};
void http_stats(const struct http *http, struct http_stats *out);

#endif
