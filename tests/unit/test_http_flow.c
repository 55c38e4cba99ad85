/* Several requests: admission, redirects, rate limits, streaming, the end before the end. */
#include "net/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "http_try.h"
#include "net/http_parts.h"
#include "server.h"

#define OK(body_len) "HTTP/1.1 200 OK\r\nContent-Length: " #body_len "\r\n\r\n"
#define MANY         1000

static void expect(const struct outcome *outcome, long status, enum reason reason)
{
    assert_int_equal(outcome->calls, 1);
    if (outcome->err.reason != reason)
        fail_msg("%s: %s", reason_word(outcome->err.reason), outcome->err.text);
    assert_int_equal(outcome->status, status);
}

/* --- admission ------------------------------------------------------------------------------- */

static void test_many_requests_few_connections(void **state)
{
    struct server_route routes[] = {
        {"GET", OK(2) "ok", 0, SERVER_KEEP, 1, 30}, {"GET", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    static struct outcome outcomes[MANY];
    struct http_stats stats;

    (void)state;
    try_start(&try, (struct http_options){0});
    for (size_t i = 0; i < MANY; i++)
        try_send(&try, &(struct http_request){.url = server_url(server)}, &outcomes[i]);
    http_stats(try.http, &stats);
    assert_int_equal(stats.queued, MANY);
    loop_run(try.loop);
    for (size_t i = 0; i < MANY; i++) {
        expect(&outcomes[i], 200, REASON_NONE);
        outcome_release(&outcomes[i]);
    }
    assert_int_equal(server_requests(server), MANY);
    assert_in_range(server_connections(server), 1, 4);
    /* The first was alone until it was answered. */
    assert_int_equal(server_answered_before(server, 1), 1);
    http_stats(try.http, &stats);
    assert_int_equal(stats.requests, MANY);
    assert_int_equal(stats.bytes, 2 * MANY);
    assert_int_equal(stats.connections, server_connections(server));
    assert_int_equal(stats.queued + stats.in_flight, 0);
    try_stop(&try);
    server_stop(server);
}

/* One address that never answers must not keep the others from their turn. */
static void test_silent_first(void **state)
{
    struct server_route routes[] = {{"GET /silent", "", 0, SERVER_STALL}, {"GET", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome silent, others[10];

    (void)state;
    try_start(&try, (struct http_options){.stall_timeout_ms = 60});
    try_send(&try, &(struct http_request){.url = try_url(server_url(server), "/silent")}, &silent);
    for (size_t i = 0; i < 10; i++)
        try_send(&try, &(struct http_request){.url = server_url(server)}, &others[i]);
    loop_run(try.loop);
    expect(&silent, 0, REASON_TIMEOUT);
    outcome_release(&silent);
    for (size_t i = 0; i < 10; i++) {
        expect(&others[i], 200, REASON_NONE);
        outcome_release(&others[i]);
    }
    try_stop(&try);
    server_stop(server);
}

static struct outcome nested;

static void send_in_done(struct http_answer *answer, void *ctx)
{
    struct http_try *try = ctx;

    assert_int_equal(answer->status, 200);
    try_send(try, &(struct http_request){.url = answer->url}, &nested);
    assert_int_equal(nested.calls, 0); /* not from inside the call */
}

static void test_sending_from_a_callback(void **state)
{
    struct server_route routes[] = {{"GET", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;

    (void)state;
    try_start(&try, (struct http_options){0});
    http_send(try.http, &(struct http_request){.url = server_url(server)}, send_in_done, &try);
    loop_run(try.loop);
    expect(&nested, 200, REASON_NONE);
    outcome_release(&nested);
    try_stop(&try);
    server_stop(server);
}

/* --- redirects ------------------------------------------------------------------------------- */

static struct outcome follow(const char *location, const char *status, struct http_request request)
{
    char answer[512];
    struct server_route routes[] = {
        {"GET /start", answer}, {"POST /start", answer}, {"GET /end", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\n%s%s%sContent-Length: 0\r\n\r\n", status,
             location != NULL ? "Location: " : "", location != NULL ? location : "",
             location != NULL ? "\r\n" : "");
    try_start(&try, (struct http_options){0});
    request.url = try_url(server_url(server), "/start");
    request.retries = 3;
    try_one(&try, &request, &outcome);
    outcome_release(&outcome);
    try_stop(&try);
    server_stop(server);
    return outcome;
}

static void test_redirects(void **state)
{
    static const struct {
        const char *location, *status;
        long expected;
    } cases[] = {
        {"/end", "301 Moved", 200},
        {"end", "302 Found", 200},
        {"/end?x=1#y", "307 Temporary", 200},
        {"/end", "308 Permanent", 200},
        {"/end", "303 See Other", 200},
        {"/start", "302 Found", 0}, /* in circles */
        {"file:///etc/passwd", "302 Found", 0},
        {"ftp://127.0.0.1/", "302 Found", 0},
        {"http://example.org/", "302 Found", 0}, /* plain http beyond loopback */
        {"https://user@example.org/", "302 Found", 0},
        {"//", "302 Found", 0},
        {NULL, "302 Found", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome outcome =
            follow(cases[i].location, cases[i].status, (struct http_request){0});
        if (outcome.status != (cases[i].expected != 0 ? 200 : strtol(cases[i].status, NULL, 10)) ||
            outcome.err.reason != (cases[i].expected != 0 ? REASON_NONE : REASON_REDIRECT))
            fail_msg("%s: %ld, %s", cases[i].location, outcome.status, outcome.err.text);
    }
}

static void test_redirect_of_a_post(void **state)
{
    (void)state;
    struct outcome outcome =
        follow("/end", "307 Temporary", (struct http_request){.method = HTTP_POST});
    expect(&outcome, 307, REASON_REDIRECT);
    outcome = follow("/end", "301 Moved", (struct http_request){.no_follow = true});
    expect(&outcome, 301, REASON_NONE);
}

/* From one origin to another: the secret stays at home, and comes along on the way back. */
static void cross(struct http_options options, long status, const char *hosts_to_allow)
{
    char there[512], back[512];
    struct server_route home_routes[] = {{"GET /start", there}, {"GET /end", OK(2) "ok"}, {0}};
    struct server_route away_routes[] = {{"GET /away", back}, {0}};
    struct server *home = server_start(home_routes, false);
    struct server *away = server_start(away_routes, false);
    const char *hosts[] = {server_url(home), hosts_to_allow, NULL};
    struct http_try try;
    struct outcome outcome;

    snprintf(there, sizeof there,
             "HTTP/1.1 302 Found\r\nLocation: %s/away\r\nContent-Length: 0\r\n\r\n",
             server_url(away));
    snprintf(back, sizeof back,
             "HTTP/1.1 302 Found\r\nLocation: %s/end\r\nContent-Length: 0\r\n\r\n",
             server_url(home));
    if (hosts_to_allow != NULL)
        options.hosts = hosts;
    try_start(&try, options);
    try_one(&try,
            &(struct http_request){.url = try_url(server_url(home), "/start"),
                                   .authorization = "Bearer s3cret-t0ken"},
            &outcome);
    assert_int_equal(outcome.status, status);
    assert_non_null(strstr(server_request(home, 0), "s3cret"));
    if (status == 200) {
        assert_string_equal(outcome.url, try_url(server_url(home), "/end"));
        assert_int_equal(server_requests(away), 1);
        assert_null(strstr(server_request(away, 0), "s3cret"));
        assert_null(strstr(server_request(away, 0), "Authorization"));
        assert_non_null(strstr(server_request(home, 1), "s3cret"));
    } else {
        assert_int_equal(server_requests(away), 0);
        assert_int_equal(outcome.err.reason, REASON_REDIRECT);
    }
    assert_null(strstr(outcome.err.text, "s3cret"));
    outcome_release(&outcome);
    try_stop(&try);
    server_stop(home);
    server_stop(away);
}

static void test_redirect_to_another_origin(void **state)
{
    (void)state;
    cross((struct http_options){0}, 200, NULL);
    cross((struct http_options){0}, 302, "https://pypi.example");
}

/* --- rate limits ----------------------------------------------------------------------------- */

#define LIMITED(status, headers, body_len, body)                                                   \
    "HTTP/1.1 " status " No\r\n" headers "Content-Length: " #body_len "\r\n\r\n" body

static void test_retry_after(void **state)
{
    struct server_route routes[] = {
        {"GET", LIMITED("429", "Retry-After: 1\r\n", 0, ""), 0, SERVER_KEEP, 1},
        {"GET", OK(2) "ok"},
        {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome first, second;
    uint64_t start = clock_monotonic_ms();

    (void)state;
    try_start(&try, (struct http_options){0});
    try_send(&try, &(struct http_request){.url = server_url(server), .retries = 1}, &first);
    try_send(&try, &(struct http_request){.url = server_url(server)}, &second);
    loop_run(try.loop);
    expect(&first, 200, REASON_NONE);
    expect(&second, 200, REASON_NONE); /* it was held back, not refused */
    assert_int_equal(first.attempts, 2);
    assert_int_equal(second.attempts, 1);
    assert_in_range(clock_monotonic_ms() - start, 1000, 5000);
    outcome_release(&first);
    outcome_release(&second);
    try_stop(&try);
    server_stop(server);
}

static struct http_stats seen;

static void look(void *ctx)
{
    struct http_try *try = ctx;

    http_stats(try->http, &seen);
    http_cancel_all(try->http, REASON_DEADLINE);
}

static void test_hold_is_visible(void **state)
{
    struct server_route routes[] = {
        {"GET", LIMITED("403", "", 44, "{\"message\":\"You hit a secondary rate limit.\"}")}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    (void)state;
    try_start(&try, (struct http_options){0});
    try_send(&try, &(struct http_request){.url = server_url(server), .retries = 2}, &outcome);
    loop_timer(try.loop, 300, look, &try);
    loop_run(try.loop);
    expect(&outcome, 0, REASON_DEADLINE);
    assert_in_range(seen.wait_until - clock_now(), 55, 61);
    assert_int_equal(seen.queued, 1);
    assert_int_equal(strncmp(seen.wait_for, server_url(server), strlen(server_url(server))), 0);
    assert_int_equal(server_requests(server), 1);
    outcome_release(&outcome);
    try_stop(&try);
    server_stop(server);
}

static void test_limit_beyond_patience(void **state)
{
    struct server_route routes[] = {{"GET", LIMITED("403", "Retry-After: 3600\r\n", 0, "")}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome first, others[20];

    (void)state;
    try_start(&try, (struct http_options){0});
    try_send(&try, &(struct http_request){.url = server_url(server), .retries = 2}, &first);
    for (size_t i = 0; i < 20; i++)
        try_send(&try, &(struct http_request){.url = server_url(server)}, &others[i]);
    loop_run(try.loop);
    expect(&first, 403, REASON_NONE);
    outcome_release(&first);
    for (size_t i = 0; i < 20; i++) {
        expect(&others[i], 0, REASON_RATE_LIMITED);
        outcome_release(&others[i]);
    }
    assert_int_equal(server_requests(server), 1); /* to go on asking can get one banned */
    try_stop(&try);
    server_stop(server);
}

/* One page may be asked for too often while its host has time for all others. */
static void test_limit_of_one(void **state)
{
    struct server_route routes[] = {
        {"GET /one ", LIMITED("429", "Retry-After: 3600\r\n", 0, "")}, {"GET", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome one, others[20];

    (void)state;
    try_start(&try, (struct http_options){0});
    try_send(&try, &(struct http_request){.url = try_url(server_url(server), "/one"), .retries = 2},
             &one);
    for (size_t i = 0; i < 20; i++)
        try_send(&try, &(struct http_request){.url = server_url(server)}, &others[i]);
    loop_run(try.loop);
    expect(&one, 429, REASON_NONE);
    outcome_release(&one);
    for (size_t i = 0; i < 20; i++) {
        expect(&others[i], 200, REASON_NONE);
        outcome_release(&others[i]);
    }
    assert_int_equal(server_requests(server), 21);
    try_stop(&try);
    server_stop(server);
}

/* But when one after the other is told so, it is the host that says it. */
static void test_limit_of_all(void **state)
{
    struct server_route routes[] = {{"GET", LIMITED("429", "Retry-After: 3600\r\n", 0, "")}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome all[20];

    (void)state;
    try_start(&try, (struct http_options){0});
    for (size_t i = 0; i < 20; i++)
        try_send(&try, &(struct http_request){.url = server_url(server)}, &all[i]);
    loop_run(try.loop);
    for (size_t i = 0; i < 20; i++) {
        expect(&all[i], i < 3 ? 429 : 0, i < 3 ? REASON_NONE : REASON_RATE_LIMITED);
        outcome_release(&all[i]);
    }
    assert_int_equal(server_requests(server), 3);
    try_stop(&try);
    server_stop(server);
}

static void test_permission_is_not_tried_again(void **state)
{
    struct server_route routes[] = {{"GET", LIMITED("403", "X-RateLimit-Remaining: 4999\r\n", 24,
                                                    "{\"message\":\"Forbidden!\"}")},
                                    {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    (void)state;
    try_start(&try, (struct http_options){0});
    try_one(&try, &(struct http_request){.url = server_url(server), .retries = 5}, &outcome);
    expect(&outcome, 403, REASON_NONE);
    assert_int_equal(outcome.attempts, 1);
    outcome_release(&outcome);
    try_stop(&try);
    server_stop(server);
}

/* --- streaming ------------------------------------------------------------------------------- */

struct sink {
    size_t len, refuse_at;
};

static int take(void *ctx, const char *data, size_t len, struct err *err)
{
    struct sink *sink = ctx;

    (void)data;
    sink->len += len;
    if (sink->refuse_at > 0 && sink->len >= sink->refuse_at)
        return err_set(err, REASON_BAD_ANSWER, "that is no pack");
    return 0;
}

static struct outcome stream(struct server_route *routes, struct sink *sink, unsigned requests)
{
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    try_start(&try, (struct http_options){0});
    try_one(&try,
            &(struct http_request){.method = HTTP_POST,
                                   .url = server_url(server),
                                   .body = "want",
                                   .body_len = 4,
                                   .retries = 2,
                                   .on_data = take,
                                   .on_data_ctx = sink},
            &outcome);
    assert_int_equal(server_requests(server), requests);
    assert_string_equal(outcome.body, outcome.status == 404 ? "none" : "");
    outcome_release(&outcome);
    try_stop(&try);
    server_stop(server);
    return outcome;
}

static void test_streaming(void **state)
{
    struct sink sink = {0};

    (void)state;
    /* Before the first byte it may be tried again, ... */
    struct server_route good[] = {
        {"POST", "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", 0, SERVER_KEEP, 1},
        {"POST", OK(8) "PACKdata"},
        {0}};
    struct outcome outcome = stream(good, &sink, 2);
    expect(&outcome, 200, REASON_NONE);
    assert_int_equal(sink.len, 8);
    /* ... after it no more. */
    struct server_route cut[] = {{"POST", OK(8) "PACK", 0, SERVER_CLOSE}, {0}};
    sink = (struct sink){0};
    outcome = stream(cut, &sink, 1);
    expect(&outcome, 0, REASON_TRUNCATED);
    assert_int_equal(sink.len, 4);
    /* What is no success is no data. */
    struct server_route none[] = {{"POST", "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnone"},
                                  {0}};
    sink = (struct sink){0};
    outcome = stream(none, &sink, 1);
    expect(&outcome, 404, REASON_NONE);
    assert_int_equal(sink.len, 0);
}

static void test_refusing_data(void **state)
{
    struct server_route routes[] = {{"POST", OK(8) "PACKdata"}, {0}};
    struct sink sink = {.refuse_at = 1};

    (void)state;
    struct outcome outcome = stream(routes, &sink, 1);
    expect(&outcome, 0, REASON_BAD_ANSWER);
    assert_non_null(strstr(outcome.err.text, "acme/tools: that is no pack"));
}

/* --- the end before the end ------------------------------------------------------------------ */

static void cancel(void *ctx)
{
    struct http_try *try = ctx;

    http_cancel_all(try->http, REASON_INTERRUPTED);
    http_cancel_all(try->http, REASON_DEADLINE); /* the first reason stays */
    try_send(try, &(struct http_request){.url = "http://127.0.0.1:1/"}, &nested);
    assert_int_equal(nested.calls, 0);
}

/* Running, queued, and waiting for another attempt: all end at once. */
static void test_cancel(void **state)
{
    struct server_route routes[] = {{"GET /first", OK(2) "ok"},
                                    {"GET /broken", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"},
                                    {"GET", OK(100) "half", 0, SERVER_STALL},
                                    {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcomes[102];
    uint64_t start = clock_monotonic_ms();

    (void)state;
    try_start(&try, (struct http_options){.retry_base_ms = 60000});
    for (size_t i = 0; i < 102; i++)
        try_send(&try,
                 &(struct http_request){
                     .url = try_url(server_url(server),
                                    i == 0 ? "/first" : (i == 1 ? "/broken" : "/stall")),
                     .retries = 1},
                 &outcomes[i]);
    loop_timer(try.loop, 200, cancel, &try);
    loop_run(try.loop);
    assert_in_range(clock_monotonic_ms() - start, 200, 3000);
    expect(&outcomes[0], 200, REASON_NONE);
    for (size_t i = 0; i < 102; i++) {
        if (i > 0)
            expect(&outcomes[i], 0, REASON_INTERRUPTED);
        outcome_release(&outcomes[i]);
    }
    expect(&nested, 0, REASON_INTERRUPTED);
    outcome_release(&nested);
    try_stop(&try);
    server_stop(server);
}

static int cancel_in_data(void *ctx, const char *data, size_t len, struct err *err)
{
    struct http_try *try = ctx;

    (void)data;
    (void)len;
    (void)err;
    http_cancel_all(try->http, REASON_INTERRUPTED);
    return 0;
}

static void test_cancel_from_within_curl(void **state)
{
    struct server_route routes[] = {{"GET", OK(100) "half", 0, SERVER_STALL}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    (void)state;
    try_start(&try, (struct http_options){0});
    try_one(&try,
            &(struct http_request){
                .url = server_url(server), .on_data = cancel_in_data, .on_data_ctx = &try},
            &outcome);
    expect(&outcome, 0, REASON_INTERRUPTED);
    outcome_release(&outcome);
    try_stop(&try);
    server_stop(server);
}

static void break_engine(void *ctx)
{
    struct http_try *try = ctx;

    engine_fail(try->http->engine);
    engine_fail(try->http->engine);
}

/* curl failed as a whole: what was under way begins anew, on a new handle. */
static void test_engine_fails(void **state)
{
    struct server_route routes[] = {
        {"GET", OK(100) "half", 0, SERVER_STALL, 1}, {"GET", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    (void)state;
    try_start(&try, (struct http_options){0});
    try_send(&try, &(struct http_request){.url = server_url(server), .retries = 1}, &outcome);
    loop_timer(try.loop, 100, break_engine, &try);
    loop_run(try.loop);
    expect(&outcome, 200, REASON_NONE);
    assert_int_equal(outcome.attempts, 2);
    outcome_release(&outcome);
    try_stop(&try);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_requests_few_connections),
        cmocka_unit_test(test_silent_first),
        cmocka_unit_test(test_sending_from_a_callback),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_redirect_of_a_post),
        cmocka_unit_test(test_redirect_to_another_origin),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_hold_is_visible),
        cmocka_unit_test(test_limit_beyond_patience),
        cmocka_unit_test(test_limit_of_one),
        cmocka_unit_test(test_limit_of_all),
        cmocka_unit_test(test_permission_is_not_tried_again),
        cmocka_unit_test(test_streaming),
        cmocka_unit_test(test_refusing_data),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancel_from_within_curl),
        cmocka_unit_test(test_engine_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
