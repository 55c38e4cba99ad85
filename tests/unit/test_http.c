/* Bodies and failures of single requests. What concerns several is in test_http_flow.c. */
#include "net/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "http_try.h"
#include "net/http_trust.h"
#include "server.h"

#define OK(body_len) "HTTP/1.1 200 OK\r\nContent-Length: " #body_len "\r\n\r\n"

/* One request to a server with these routes; the retries and ceilings are the request's. */
static struct outcome ask(struct server_route *routes, struct http_options options,
                          struct http_request request, unsigned requests)
{
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    try_start(&try, options);
    request.url = try_url(server_url(server), request.url != NULL ? request.url : "/");
    try_one(&try, &request, &outcome);
    assert_int_equal(outcome.calls, 1);
    assert_int_equal(server_requests(server), requests);
    try_stop(&try);
    server_stop(server);
    return outcome;
}

static void expect_fault(struct outcome *outcome, enum reason reason, const char *text)
{
    if (outcome->err.reason != reason)
        fail_msg("%s: %s", reason_word(outcome->err.reason), outcome->err.text);
    assert_int_equal(outcome->status, 0);
    assert_non_null(strstr(outcome->err.text, "acme/tools: "));
    if (strstr(outcome->err.text, text) == NULL)
        fail_msg("%s", outcome->err.text);
    outcome_release(outcome);
}

static void expect_body(struct outcome *outcome, const char *body)
{
    if (outcome->err.reason != REASON_NONE)
        fail_msg("%s", outcome->err.text);
    assert_int_equal(outcome->status, 200);
    assert_string_equal(outcome->body, body);
    outcome_release(outcome);
}

static void test_get(void **state)
{
    (void)state;
    struct server_route routes[] = {
        {"GET / HTTP/1.1\r\nHost: ",
         "HTTP/1.1 200 OK\r\nX-TEST:  two  words \r\nContent-Length: 5\r\n\r\nhello"},
        {0}};
    struct outcome outcome = ask(routes, (struct http_options){0}, (struct http_request){0}, 1);
    assert_string_equal(outcome.header, "two  words");
    assert_int_equal(outcome.attempts, 1);
    expect_body(&outcome, "hello");
}

static void test_what_is_sent(void **state)
{
    static const char *const headers[] = {"Accept: application/json", "Content-Type: text/x", NULL};
    struct server_route routes[] = {{"POST /pack", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_try try;
    struct outcome outcome;

    (void)state;
    try_start(&try, (struct http_options){0});
    try_one(&try,
            &(struct http_request){.method = HTTP_POST,
                                   .url = try_url(server_url(server), "/pack"),
                                   .headers = headers,
                                   .authorization = "Basic c2VjcmV0",
                                   .body = "a\0b",
                                   .body_len = 3},
            &outcome);
    expect_body(&outcome, "ok");
    const char *sent = server_request(server, 0), *end = strstr(sent, "\r\n\r\n");
    assert_non_null(strstr(sent, "\r\nUser-Agent: fleetdrift/test\r\n"));
    assert_non_null(strstr(sent, "\r\nAccept: application/json\r\n"));
    assert_non_null(strstr(sent, "\r\nContent-Type: text/x\r\n"));
    assert_non_null(strstr(sent, "\r\nAuthorization: Basic c2VjcmV0\r\n"));
    assert_non_null(strstr(sent, "\r\nAccept-Encoding: gzip\r\n"));
    assert_non_null(strstr(sent, "\r\nContent-Length: 3\r\n"));
    assert_null(strstr(sent, "Expect"));
    assert_memory_equal(end + 4, "a\0b", 3);
    try_stop(&try);
    server_stop(server);
}

static void test_interim_answer(void **state)
{
    (void)state;
    struct server_route routes[] = {{"GET", "HTTP/1.1 103 Early Hints\r\nX-Test: early\r\n\r\n" //
                                     OK(2) "ok"},
                                    {0}};
    struct outcome outcome = ask(routes, (struct http_options){0}, (struct http_request){0}, 1);
    assert_string_equal(outcome.header, "");
    expect_body(&outcome, "ok");
}

static void test_error_status_is_an_answer(void **state)
{
    (void)state;
    struct server_route routes[] = {
        {"GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"}, {0}};
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 3}, 1);
    assert_int_equal(outcome.err.reason, REASON_NONE);
    assert_int_equal(outcome.status, 404);
    assert_string_equal(outcome.body, "none");
    outcome_release(&outcome);
}

/* An answer with this status line and so many bytes of body, for the caller to free. */
static char *large_answer(const char *status, size_t body, size_t *len)
{
    char head[128];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, body);
    char *answer = malloc((size_t)n + body);

    assert_non_null(answer);
    memcpy(answer, head, (size_t)n);
    memset(answer + n, 'x', body);
    *len = (size_t)n + body;
    return answer;
}

static void test_long_error_body_is_cut(void **state)
{
    size_t len;
    char *answer = large_answer("404 Not Found", 200000, &len);
    struct server_route routes[] = {{"GET", answer, len}, {0}};

    (void)state;
    struct outcome outcome = ask(routes, (struct http_options){0}, (struct http_request){0}, 1);
    assert_int_equal(outcome.err.reason, REASON_NONE);
    assert_int_equal(outcome.status, 404);
    assert_int_equal(outcome.len, 65536);
    outcome_release(&outcome);
    free(answer);
}

static void test_too_large(void **state)
{
    size_t len;
    char *answer = large_answer("200 OK", 100001, &len);
    struct server_route routes[] = {{"GET", answer, len}, {0}};
    struct http_request request = {.max_bytes = 100000, .retries = 3};

    (void)state;
    struct outcome outcome = ask(routes, (struct http_options){0}, request, 1);
    expect_fault(&outcome, REASON_TOO_LARGE, "larger than 100000 bytes");
    request.max_bytes = 100001;
    outcome = ask(routes, (struct http_options){0}, request, 1);
    assert_int_equal(outcome.len, 100001);
    outcome_release(&outcome);
    free(answer);
}

static void test_gzip(void **state)
{
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 32\r\n\r\n"
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\xcf\x56\xb2\x52\x28\x29\x2a\x4d\xad"
        "\x05\x00\xc6\x19\xab\x17\x0c\x00\x00\x00";
    struct server_route routes[] = {{"GET", answer, sizeof answer - 1}, {0}};

    (void)state;
    struct outcome outcome = ask(routes, (struct http_options){0}, (struct http_request){0}, 1);
    expect_body(&outcome, "{\"ok\": true}");
}

/* 200,000 zeros in 229 bytes: what counts is what comes out. */
static void test_gzip_bomb(void **state)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 229\r\n\r\n"
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d"
        "\x06\x7f\xa0";
    static char answer[sizeof head - 1 + 229];
    struct server_route routes[] = {{"GET", answer, strstr(head, "\r\n\r\n") + 4 - head + 229},
                                    {0}};

    (void)state;
    memcpy(answer, head, sizeof head - 1);
    struct outcome outcome = ask(routes, (struct http_options){0},
                                 (struct http_request){.max_bytes = 100000, .retries = 3}, 1);
    expect_fault(&outcome, REASON_TOO_LARGE, "larger than 100000 bytes");
}

static void test_bad_gzip(void **state)
{
    (void)state;
    struct server_route routes[] = {
        {"GET", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nno gzip!"},
        {0}};
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 3}, 1);
    expect_fault(&outcome, REASON_BAD_ANSWER, "");
}

static void test_large_header(void **state)
{
    char *answer = malloc(200000);
    size_t len = (size_t)snprintf(answer, 200000, "HTTP/1.1 200 OK\r\n");
    struct server_route routes[] = {{"GET", answer}, {0}};

    (void)state;
    while (len < 100000)
        len += (size_t)snprintf(answer + len, 200000 - len, "X-Line: %0900d\r\n", 7);
    snprintf(answer + len, 200000 - len, "Content-Length: 0\r\n\r\n");
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 3}, 1);
    expect_fault(&outcome, REASON_TOO_LARGE, "header is larger than 65536 bytes");
    free(answer);
}

/* Curl has a ceiling of its own for one line: it comes before ours. */
static void test_endless_header_line(void **state)
{
    size_t size = 300000;
    char *answer = malloc(size + 1);
    size_t len = (size_t)snprintf(answer, size, "HTTP/1.1 200 OK\r\nX-Line: ");
    struct server_route routes[] = {{"GET", answer}, {0}};

    (void)state;
    memset(answer + len, 'x', size - len);
    answer[size] = '\0';
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 3}, 1);
    expect_fault(&outcome, REASON_TOO_LARGE, "header");
    free(answer);
}

/* --- connections that break ------------------------------------------------------------------ */

static void test_cut_body(void **state)
{
    (void)state;
    struct server_route routes[] = {{"GET", OK(100) "half", 0, SERVER_CLOSE}, {0}};
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 2}, 3);
    assert_int_equal(outcome.attempts, 3);
    expect_fault(&outcome, REASON_TRUNCATED, "");
}

static void test_cut_chunks(void **state)
{
    (void)state;
    struct server_route routes[] = {
        {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", 0,
         SERVER_CLOSE},
        {0}};
    struct outcome outcome = ask(routes, (struct http_options){0}, (struct http_request){0}, 1);
    expect_fault(&outcome, REASON_TRUNCATED, "");
}

static void test_no_answer(void **state)
{
    (void)state;
    struct server_route routes[] = {{"GET", "", 0, SERVER_CLOSE}, {0}};
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 1}, 2);
    expect_fault(&outcome, REASON_CONNECT, "");
}

static void test_not_http(void **state)
{
    (void)state;
    struct server_route routes[] = {{"GET", "220 mail.example ESMTP\r\n\r\n", 0, SERVER_CLOSE},
                                    {0}};
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 1}, 1);
    expect_fault(&outcome, REASON_BAD_ANSWER, "");
}

static void test_second_attempt_succeeds(void **state)
{
    (void)state;
    struct server_route routes[] = {
        {"GET", "HTTP/1.1 502 Bad\r\nContent-Length: 3\r\n\r\nbad", 0, SERVER_KEEP, 1},
        {"GET", OK(100) "half", 0, SERVER_CLOSE, 1},
        {"GET", OK(4) "good"},
        {0}};
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.retries = 2}, 3);
    assert_int_equal(outcome.attempts, 3);
    expect_body(&outcome, "good");
}

static void test_post_is_repeated(void **state)
{
    (void)state;
    struct server_route routes[] = {
        {"POST", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 0, SERVER_KEEP, 1},
        {"POST", OK(4) "good"},
        {0}};
    struct outcome outcome = ask(
        routes, (struct http_options){0},
        (struct http_request){.method = HTTP_POST, .body = "x", .body_len = 1, .retries = 1}, 2);
    expect_body(&outcome, "good");
}

static void test_stall(void **state)
{
    (void)state;
    struct server_route routes[] = {{"GET", OK(100) "half", 0, SERVER_STALL}, {0}};
    /* Silence is tried twice, never more. */
    struct outcome outcome = ask(routes, (struct http_options){.stall_timeout_ms = 60},
                                 (struct http_request){.retries = 5}, 2);
    expect_fault(&outcome, REASON_TIMEOUT, "not a byte for 0.1 s");
}

static void test_drip(void **state)
{
    (void)state;
    struct server_route routes[] = {{"GET",
                                     OK(1000) "drip, and so on and on and on, for as long "
                                              "as it takes to keep a client busy",
                                     0, SERVER_STALL, 0, 0, 10},
                                    {0}};
    struct outcome outcome =
        ask(routes, (struct http_options){0}, (struct http_request){.timeout_ms = 300}, 1);
    expect_fault(&outcome, REASON_TIMEOUT, "no complete answer within 0.3 s");
}

static int at_work(void *ctx, const char *data, size_t len, struct err *err)
{
    (void)ctx;
    (void)data;
    (void)len;
    (void)err;
    return 1;
}

/* A hundred bytes a second keep no client busy; but those of one that works on its answer do. */
static void test_slow_body(void **state)
{
    (void)state;
    struct http_options options = {.slow_timeout_ms = 200};
    struct server_route slow[] = {{"GET",
                                   OK(60) "0123456789012345678901234567890123456789"
                                          "01234567890123456789",
                                   0, SERVER_KEEP, 0, 0, 10},
                                  {0}};
    struct outcome outcome = ask(slow, options, (struct http_request){0}, 1);
    expect_fault(&outcome, REASON_TIMEOUT, "too slow: only ");
    outcome = ask(slow, options, (struct http_request){.on_data = at_work}, 1);
    expect_body(&outcome, "");
    struct server_route late[] = {{"GET", OK(4) "late", 0, SERVER_KEEP, 0, 500}, {0}};
    outcome = ask(late, options, (struct http_request){0}, 1);
    expect_body(&outcome, "late");
}

/* --- hosts that cannot be reached ------------------------------------------------------------ */

static struct outcome ask_url(const char *url, struct http_options options, unsigned retries)
{
    struct http_try try;
    struct outcome outcome;

    try_start(&try, options);
    try_one(&try, &(struct http_request){.url = url, .retries = retries}, &outcome);
    assert_int_equal(outcome.calls, 1);
    try_stop(&try);
    return outcome;
}

static void test_unknown_host(void **state)
{
    (void)state;
    struct outcome outcome = ask_url("https://name.invalid/", (struct http_options){0}, 1);
    assert_int_equal(outcome.attempts, 2);
    expect_fault(&outcome, REASON_DNS, "name.invalid");
}

static void test_refused(void **state)
{
    (void)state;
    /* Port 1 of loopback: nobody listens there. */
    struct outcome outcome = ask_url("http://127.0.0.1:1/", (struct http_options){0}, 1);
    assert_int_equal(outcome.attempts, 2);
    expect_fault(&outcome, REASON_CONNECT, "127.0.0.1");
}

static void test_unreachable_origin_fails_fast(void **state)
{
    struct http_try try;
    struct outcome outcomes[50];
    struct http_stats stats;

    (void)state;
    try_start(&try, (struct http_options){0});
    for (size_t i = 0; i < 50; i++)
        try_send(&try, &(struct http_request){.url = "http://127.0.0.1:1/x", .retries = 2},
                 &outcomes[i]);
    loop_run(try.loop);
    http_stats(try.http, &stats);
    assert_int_equal(stats.requests, 3);
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(outcomes[i].calls, 1);
        expect_fault(&outcomes[i], REASON_CONNECT, "127.0.0.1");
    }
    try_stop(&try);
}

static void test_certificate(void **state)
{
    struct server_route routes[] = {{"GET", OK(2) "ok"}, {0}};
    struct server *server = server_start(routes, true);

    (void)state;
    struct outcome outcome = ask_url(server_url(server), (struct http_options){0}, 3);
    assert_int_equal(outcome.attempts, 1);
    expect_fault(&outcome, REASON_TLS, "certificate");
    assert_int_equal(server_requests(server), 0);
    outcome = ask_url(server_url(server),
                      (struct http_options){.ca_file = server_certificate(server)}, 0);
    expect_body(&outcome, "ok");
    outcome = ask_url(server_url(server), (struct http_options){.ca_file = "/nonexistent"}, 0);
    expect_fault(&outcome, REASON_TLS, "");
    server_stop(server);
}

/* A directory with links is used only when nothing of the bundle is missing there. */
static void test_trust_directory(void **state)
{
    static const char bundle[] = "# two\n-----BEGIN CERTIFICATE-----\nMII\n"
                                 "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n";
    char directory[] = "/tmp/trust.XXXXXX", first[64], second[64], file[64];

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(first, sizeof first, "%s/0a1b2c3d.0", directory);
    snprintf(second, sizeof second, "%s/0a1b2c3d.1", directory);
    snprintf(file, sizeof file, "%s/bundle.crt", directory);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fputs(bundle, out);
    fclose(out);
    assert_false(http_trust_directory_suffices(directory, file));
    assert_int_equal(symlink("bundle.crt", first), 0);
    assert_false(http_trust_directory_suffices(directory, file));
    assert_int_equal(symlink("bundle.crt", second), 0);
    assert_true(http_trust_directory_suffices(directory, file));
    assert_true(http_trust_directory_suffices(directory, NULL));
    assert_false(http_trust_directory_suffices(NULL, file));
    assert_false(http_trust_directory_suffices("/nonexistent", file));
    unlink(first);
    unlink(second);
    unlink(file);
    rmdir(directory);
}

static void test_proxy(void **state)
{
    struct server_route routes[] = {
        {"GET http://forge.example/x ", OK(5) "proxy"}, {"GET /direct ", OK(6) "direct"}, {0}};
    struct server *server = server_start(routes, false);
    struct http_options options = {.allow_http = true};

    (void)state;
    setenv("http_proxy", server_url(server), 1);
    struct outcome outcome = ask_url("http://forge.example/x", options, 0);
    expect_body(&outcome, "proxy");
    unsetenv("http_proxy");
    options.proxy = server_url(server);
    outcome = ask_url("http://forge.example/x", options, 0);
    expect_body(&outcome, "proxy");
    /* What is on this machine needs none. */
    options.proxy = "http://127.0.0.1:1";
    outcome = ask_url(try_url(server_url(server), "/direct"), options, 0);
    expect_body(&outcome, "direct");
    server_stop(server);
}

/* --- URLs ------------------------------------------------------------------------------------ */

static void test_urls_that_are_refused(void **state)
{
    static const char *const hosts[] = {"https://api.example/", NULL};
    static const struct {
        const char *url;
        bool limited;
    } cases[] = {
        {"", false},
        {"ftp://127.0.0.1/", false},
        {"file:///etc/passwd", false},
        {"http://example.org/", false},
        {"http://127.0.0.1.example.org/", false},
        {"https://user:secret@example.org/", false},
        {"https://127.0.0.1:1/", true},
        {"https://api.example:8443/", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome outcome = ask_url(
            cases[i].url, (struct http_options){.hosts = cases[i].limited ? hosts : NULL}, 3);
        assert_int_equal(outcome.attempts, 0);
        expect_fault(&outcome, REASON_USAGE, "");
    }
}

static void test_split_header(void **state)
{
    static const char *const headers[] = {"If-None-Match: \"a\"\r\nHost: evil", NULL};
    struct http_try try;
    struct outcome outcome;

    (void)state;
    try_start(&try, (struct http_options){0});
    try_one(&try, &(struct http_request){.url = "http://127.0.0.1:1/", .headers = headers},
            &outcome);
    expect_fault(&outcome, REASON_USAGE, "line end");
    try_stop(&try);
}

static void test_origin(void **state)
{
    char origin[64];

    (void)state;
    assert_int_equal(http_origin("HTTPS://API.Example/x?y#z", origin, sizeof origin), 0);
    assert_string_equal(origin, "https://api.example:443");
    assert_int_equal(http_origin("http://[::1]:8080/", origin, sizeof origin), 0);
    assert_string_equal(origin, "http://[::1]:8080");
    assert_int_equal(http_origin("ssh://git@example.org/x", origin, sizeof origin), -1);
    assert_int_equal(http_origin("not a url", origin, sizeof origin), -1);
    assert_int_equal(http_origin("https://a.very.long.name.example/", origin, 8), -1);
}

static void test_check_url(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(http_check_url("https://api.github.com", false, &err), 0);
    assert_int_equal(http_check_url("http://localhost:3000/x", false, &err), 0);
    assert_int_equal(http_check_url("http://127.8.9.1/", false, &err), 0);
    assert_int_equal(http_check_url("http://[::1]/", false, &err), 0);
    assert_int_equal(http_check_url("http://forge.example/", false, &err), -1);
    assert_int_equal(err.reason, REASON_USAGE);
    assert_int_equal(http_check_url("http://forge.example/", true, &err), 0);
    assert_int_equal(http_check_url("gopher://localhost/", true, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_interim_answer),
        cmocka_unit_test(test_error_status_is_an_answer),
        cmocka_unit_test(test_long_error_body_is_cut),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_gzip_bomb),
        cmocka_unit_test(test_bad_gzip),
        cmocka_unit_test(test_large_header),
        cmocka_unit_test(test_endless_header_line),
        cmocka_unit_test(test_cut_body),
        cmocka_unit_test(test_cut_chunks),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_not_http),
        cmocka_unit_test(test_second_attempt_succeeds),
        cmocka_unit_test(test_post_is_repeated),
        cmocka_unit_test(test_stall),
        cmocka_unit_test(test_drip),
        cmocka_unit_test(test_slow_body),
        cmocka_unit_test(test_unknown_host),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unreachable_origin_fails_fast),
        cmocka_unit_test(test_certificate),
        cmocka_unit_test(test_trust_directory),
        cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_urls_that_are_refused),
        cmocka_unit_test(test_split_header),
        cmocka_unit_test(test_origin),
        cmocka_unit_test(test_check_url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
