#include "fetch/pypi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http_try.h"
#include "server.h"

#define DOCUMENT                                                                                   \
    "HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nX-PyPI-Last-Serial: 123\r\nContent-Length: 2\r\n\r\n{}"

struct found {
    unsigned calls;
    bool document, absent, not_modified;
    char body[64], etag[32], serial[32];
    struct err err;
    bool ask_again;
};

static struct server *server;
static struct http_try try;
static struct pypi *pypi;

static void start(struct server_route *routes)
{
    server = server_start(routes, false);
    try_start(&try, (struct http_options){0});
    pypi = pypi_new(try.http, &(struct pypi_options){.index = try_url(server_url(server), "/")});
}

static void stop(void)
{
    pypi_free(pypi);
    try_stop(&try);
    server_stop(server);
}

static void on_document(const struct pypi_document *document, const struct err *err, void *ctx)
{
    struct found *found = ctx;

    found->calls++;
    assert_true((document == NULL) != (err == NULL));
    if (document == NULL) {
        found->err = *err;
        return;
    }
    found->document = true;
    found->absent = document->absent;
    found->not_modified = document->not_modified;
    snprintf(found->body, sizeof found->body, "%s", buf_str(document->body));
    snprintf(found->etag, sizeof found->etag, "%s", document->etag != NULL ? document->etag : "");
    snprintf(found->serial, sizeof found->serial, "%s",
             document->serial != NULL ? document->serial : "");
    if (found->ask_again) {
        found->ask_again = false;
        pypi_get(pypi, document->name, NULL, on_document, found);
    }
}

static struct found get(const char *name, const char *etag)
{
    struct found found = {0};

    pypi_get(pypi, name, etag, on_document, &found);
    loop_run(try.loop);
    assert_int_equal(found.calls, 1);
    return found;
}

static void test_document(void **state)
{
    struct server_route routes[] = {{"GET /pypi/beast-mailbox-core/json ", DOCUMENT}, {0}};

    (void)state;
    start(routes);
    struct found found = get("beast-mailbox-core", NULL);
    assert_true(found.document && !found.absent && !found.not_modified);
    assert_string_equal(found.body, "{}");
    assert_string_equal(found.etag, "\"e1\"");
    assert_string_equal(found.serial, "123");
    assert_non_null(strstr(server_request(server, 0), "\r\nAccept: application/json\r\n"));
    assert_null(strstr(server_request(server, 0), "If-None-Match"));
    stop();
}

static void test_conditional(void **state)
{
    struct server_route routes[] = {{"GET", "HTTP/1.1 304 Same\r\n\r\n"}, {0}};

    (void)state;
    start(routes);
    struct found found = get("pep8", "\"e1\"");
    assert_true(found.document && found.not_modified);
    assert_non_null(strstr(server_request(server, 0), "\r\nIf-None-Match: \"e1\"\r\n"));
    found = get("pep8", NULL);
    assert_int_equal(found.err.reason, REASON_BAD_ANSWER);
    stop();
}

static void test_absent(void **state)
{
    struct server_route routes[] = {
        {"GET", "HTTP/1.1 404 No\r\nContent-Length: 24\r\n\r\n{\"message\": \"Not Found\"}"}, {0}};

    (void)state;
    start(routes);
    assert_true(get("no-such-package", NULL).absent);
    stop();
}

static void test_moved(void **state)
{
    struct server_route routes[] = {
        {"GET /pypi/pep8/json ",
         "HTTP/1.1 301 Moved\r\nLocation: /mirror/pep8/json\r\nContent-Length: 0\r\n\r\n"},
        {"GET /mirror/pep8/json ", DOCUMENT},
        {"GET /pypi/away/json ",
         "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n"},
        {0}};

    (void)state;
    start(routes);
    assert_string_equal(get("pep8", NULL).body, "{}");
    assert_false(get("away", NULL).document);
    stop();
}

static void test_faults(void **state)
{
    static const struct {
        const char *answer;
        enum reason reason;
    } cases[] = {
        {"HTTP/1.1 403 No\r\nContent-Length: 20\r\n\r\n{\"message\":\"SSL is \"}",
         REASON_FORBIDDEN},
        {"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n", REASON_HTTP},
        {"HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n\r\n", REASON_TOO_LARGE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{", REASON_TRUNCATED},
        {"HTTP/1.1 429 No\r\nRetry-After: 9999\r\nContent-Length: 0\r\n\r\n", REASON_RATE_LIMITED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_route routes[] = {{"GET", cases[i].answer, 0, SERVER_CLOSE}, {0}};
        start(routes);
        struct found found = get("pep8", NULL);
        if (found.err.reason != cases[i].reason || strstr(found.err.text, "pep8") == NULL)
            fail_msg("%zu: %s: %s", i, reason_word(found.err.reason), found.err.text);
        stop();
    }
}

static void test_equal_requests_are_one(void **state)
{
    struct server_route routes[] = {{"GET", DOCUMENT}, {0}};
    struct found same[5] = {0}, other = {0};

    (void)state;
    start(routes);
    same[0].ask_again = true;
    for (size_t i = 0; i < 5; i++)
        pypi_get(pypi, "pep8", NULL, on_document, &same[i]);
    pypi_get(pypi, "pep8", "\"e0\"", on_document, &other);
    loop_run(try.loop);
    assert_int_equal(server_requests(server), 3); /* plain, conditional, and asked again */
    assert_int_equal(same[0].calls, 2);
    for (size_t i = 1; i < 5; i++) {
        assert_int_equal(same[i].calls, 1);
        assert_string_equal(same[i].body, "{}");
    }
    assert_int_equal(other.calls, 1);
    stop();
}

static void test_names_are_escaped(void **state)
{
    struct server_route routes[] = {{"GET /pypi/a%2F..%2Fb/json ", DOCUMENT}, {0}};

    (void)state;
    start(routes);
    assert_true(get("a/../b", NULL).document);
    assert_int_equal(get("..", NULL).err.reason, REASON_USAGE);
    assert_int_equal(get("pep8", "\"e\"\r\nHost: evil").err.reason, REASON_USAGE);
    assert_int_equal(server_requests(server), 1);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_conditional),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_equal_requests_are_one),
        cmocka_unit_test(test_names_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
