#include "fetch/pypi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http_try.h"
#include "server.h"

#define DOCUMENT                                                                                   \
    "HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nX-PyPI-Last-Serial: 123\r\nContent-Length: 2\r\n\r\n{}"

struct found {
    unsigned calls;
    bool document, absent, not_modified;
    enum pypi_form form;
    char body[64], etag[32], url[128];
    struct err err;
    bool ask_again;
};

static struct server *server;
static struct http_try try;
static struct pypi *pypi;
static const char *second_host; /* that may be contacted; NULL */

static void start_as(struct server_route *routes, const char *path, struct pypi_options options)
{
    const char *hosts[] = {NULL, second_host, NULL};

    server = server_start(routes, false);
    hosts[0] = server_url(server);
    try_start(&try, (struct http_options){.hosts = hosts});
    options.loop = try.loop;
    options.index = try_url(server_url(server), path);
    pypi = pypi_new(try.http, &options);
}

static void start(struct server_route *routes)
{
    start_as(routes, "/", (struct pypi_options){.kind = PYPI_JSON, .fixed = true});
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
    found->form = document->form;
    snprintf(found->url, sizeof found->url, "%s", document->url != NULL ? document->url : "");
    snprintf(found->body, sizeof found->body, "%s", buf_str(document->body));
    snprintf(found->etag, sizeof found->etag, "%s", document->etag != NULL ? document->etag : "");
    if (found->ask_again) {
        found->ask_again = false;
        pypi_get(pypi, document->name, NULL, false, on_document, found);
    }
}

static struct found get_as(const char *name, const char *etag, bool expected)
{
    struct found found = {0};

    pypi_get(pypi, name, etag, expected, on_document, &found);
    loop_run(try.loop);
    assert_int_equal(found.calls, 1);
    return found;
}

static struct found get(const char *name, const char *etag)
{
    return get_as(name, etag, false);
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
        pypi_get(pypi, "pep8", NULL, false, on_document, &same[i]);
    pypi_get(pypi, "pep8", "\"e0\"", false, on_document, &other);
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

/* --- which API ------------------------------------------------------------------------------- */

#define INFO      "{\"info\":{}}"
#define JSON_200  "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" INFO
#define NOT_FOUND "HTTP/1.1 404 No\r\nContent-Length: 24\r\n\r\n{\"message\": \"Not Found\"}"
#define OTHER_404 "HTTP/1.1 404 No\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nnot found"
#define PAGE_JSON                                                                                  \
    "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.pypi.simple.v1+json; charset=utf-8\r\n"      \
    "ETag: \"s1\"\r\nContent-Length: 2\r\n\r\n{}"
#define PAGE_HTML "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>"
#define SIGN_IN                                                                                    \
    "HTTP/1.1 302 Go\r\nLocation: https://login.example/?to=/simple/a/\r\nContent-Length: "        \
    "0\r\n\r\n"
#define BROKEN "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"

/* Asks for a, b and c at once. */
static void get_three(struct found found[3])
{
    static const char *const names[] = {"a", "b", "c"};

    memset(found, 0, 3 * sizeof *found);
    for (size_t i = 0; i < 3; i++)
        pypi_get(pypi, names[i], NULL, false, on_document, &found[i]);
    loop_run(try.loop);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(found[i].calls, 1);
}

/* Whatever an index is: how many requests three packages cost, and of which form they come. */
static void test_kinds(void **state)
{
    static const struct {
        const char *json, *simple;
        enum pypi_kind kind;
        unsigned requests;
        bool document, absent;
        enum pypi_form form;
    } cases[] = {
        {JSON_200, OTHER_404, PYPI_AUTO, 3, true, false, PYPI_FORM_JSON},
        {NOT_FOUND, OTHER_404, PYPI_AUTO, 3, true, true, PYPI_FORM_JSON},
        {OTHER_404, PAGE_JSON, PYPI_AUTO, 4, true, false, PYPI_FORM_SIMPLE_JSON},
        {OTHER_404, PAGE_HTML, PYPI_AUTO, 4, true, false, PYPI_FORM_SIMPLE_HTML},
        {PAGE_HTML, PAGE_HTML, PYPI_AUTO, 4, true, false, PYPI_FORM_SIMPLE_HTML},
        {SIGN_IN, PAGE_JSON, PYPI_AUTO, 4, true, false, PYPI_FORM_SIMPLE_JSON},
        {OTHER_404, OTHER_404, PYPI_AUTO, 4, true, true, PYPI_FORM_SIMPLE_HTML},
        {OTHER_404, SIGN_IN, PYPI_AUTO, 4, false, false, 0},
        {OTHER_404, JSON_200, PYPI_AUTO, 4, false, false, 0},
        {OTHER_404, PAGE_JSON, PYPI_SIMPLE, 3, true, false, PYPI_FORM_SIMPLE_JSON},
        {OTHER_404, PAGE_JSON, PYPI_JSON, 3, true, true, PYPI_FORM_JSON},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_route routes[] = {
            {"GET /pypi/", cases[i].json}, {"GET /simple/", cases[i].simple}, {0}};
        struct found found[3];
        start_as(routes, "", (struct pypi_options){.kind = cases[i].kind});
        get_three(found);
        if (server_requests(server) != cases[i].requests)
            fail_msg("%zu: %u requests", i, server_requests(server));
        for (size_t n = 0; n < 3; n++)
            if (found[n].document != cases[i].document || found[n].absent != cases[i].absent ||
                (found[n].document && !found[n].absent && found[n].form != cases[i].form))
                fail_msg("%zu: %zu: %s", i, n, found[n].err.text);
        stop();
    }
}

/* What failed decides nothing; the others do not wait for it. */
static void test_a_failure_decides_nothing(void **state)
{
    struct server_route routes[] = {
        {"GET /pypi/a/", BROKEN}, {"GET /pypi/", OTHER_404}, {"GET /simple/", PAGE_HTML}, {0}};
    struct found found[3];

    (void)state;
    start_as(routes, "", (struct pypi_options){0});
    get_three(found);
    assert_int_equal(found[0].err.reason, REASON_HTTP);
    assert_true(found[1].document && !found[1].absent);
    assert_true(found[2].document && !found[2].absent);
    stop();
}

/* One that is slow holds up the others for a second. */
static void test_a_slow_answer_is_not_waited_for(void **state)
{
    struct server_route routes[] = {{"GET /pypi/a/", JSON_200, .delay_ms = 2500},
                                    {"GET /pypi/", JSON_200},
                                    {"GET /first", JSON_200},
                                    {0}};
    struct outcome first = {0};
    struct found found[3];

    (void)state;
    start_as(routes, "", (struct pypi_options){0});
    /* the first request to any origin goes alone */
    try_one(&try,
            &(struct http_request){.url = try_url(server_url(server), "/first"), .what = "first"},
            &first);
    get_three(found);
    assert_int_equal(server_requests(server), 4);
    assert_int_equal(server_answered_before(server, 2), 1);
    outcome_release(&first);
    stop();
}

static void test_addresses(void **state)
{
    static const struct {
        const char *path;
        struct pypi_options options;
        const char *asked;
    } cases[] = {
        {"/api/pypi/all/simple/", {.kind = PYPI_SIMPLE}, "GET /api/pypi/all/simple/a/ "},
        {"/api/pypi/all/simple", {.kind = PYPI_JSON}, "GET /api/pypi/all/pypi/a/json "},
        {"/root/dev/+simple/", {.kind = PYPI_SIMPLE}, "GET /root/dev/+simple/a/ "},
        {"/nexus", {.kind = PYPI_SIMPLE}, "GET /nexus/simple/a/ "},
        {"/wheels", {.kind = PYPI_SIMPLE, .fixed = true}, "GET /wheels/a/ "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_route routes[] = {{cases[i].asked, OTHER_404}, {0}};
        start_as(routes, cases[i].path, cases[i].options);
        get("a", NULL);
        if (strncmp(server_request(server, 0), cases[i].asked, strlen(cases[i].asked)) != 0)
            fail_msg("%s", server_request(server, 0));
        stop();
    }
}

static void test_simple_page(void **state)
{
    struct server_route routes[] = {{"GET /simple/a/ ", PAGE_JSON, .times = 1},
                                    {"GET /simple/a/ ", "HTTP/1.1 304 Same\r\n\r\n"},
                                    {0}};

    (void)state;
    start_as(routes, "", (struct pypi_options){.kind = PYPI_SIMPLE});
    struct found found = get("a", "\"j1\""); /* of the JSON API's document, once */
    assert_string_equal(found.etag, "simple \"s1\"");
    assert_non_null(strstr(found.url, "/simple/a/"));
    assert_null(strstr(server_request(server, 0), "If-None-Match"));
    assert_non_null(strstr(server_request(server, 0),
                           "\r\nAccept: application/vnd.pypi.simple.v1+json, "
                           "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1\r\n"));
    assert_true(get("a", found.etag).not_modified);
    assert_non_null(strstr(server_request(server, 1), "\r\nIf-None-Match: \"s1\"\r\n"));
    stop();
}

/* A package that was there may be quarantined, or the index may be another one today. */
static void test_expected(void **state)
{
    struct server_route routes[] = {{"GET /pypi/", NOT_FOUND},
                                    {"GET /simple/a/ ", PAGE_JSON},
                                    {"GET /simple/b/ ", OTHER_404},
                                    {"GET /simple/", BROKEN},
                                    {0}};

    (void)state;
    start_as(routes, "", (struct pypi_options){.kind = PYPI_JSON});
    assert_int_equal(get_as("a", NULL, true).form, PYPI_FORM_SIMPLE_JSON);
    assert_true(get_as("b", NULL, true).absent);
    assert_int_equal(get_as("c", NULL, true).err.reason, REASON_HTTP);
    unsigned before = server_requests(server);
    assert_true(get_as("a", NULL, false).absent);
    assert_int_equal(server_requests(server), before + 1);
    stop();
}

static void test_wrong_types(void **state)
{
    static const struct {
        const char *answer;
        enum reason reason;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", REASON_BAD_ANSWER},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
         REASON_BAD_ANSWER},
        {"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.pypi.simple.v2+json\r\n"
         "Content-Length: 2\r\n\r\n{}",
         REASON_UNSUPPORTED},
        {"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", REASON_UNAUTHORIZED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_route routes[] = {{"GET", cases[i].answer}, {0}};
        start_as(routes, "", (struct pypi_options){.kind = PYPI_SIMPLE});
        struct found found = get("a", NULL);
        if (found.err.reason != cases[i].reason)
            fail_msg("%zu: %s", i, found.err.text);
        stop();
    }
}

/* An index that forwards what it lacks to another one. */
static void test_handed_on(void **state)
{
    struct server_route routes[] = {
        {"GET /simple/a/ ",
         "HTTP/1.1 302 Go\r\nLocation: https://pypi.org/simple/a/\r\nContent-Length: 0\r\n\r\n"},
        {"GET /simple/b/ ",
         "HTTP/1.1 302 Go\r\nLocation: https://login.example/simple/\r\nContent-Length: 0\r\n\r\n"},
        {0}};

    (void)state;
    start_as(routes, "", (struct pypi_options){.kind = PYPI_SIMPLE});
    assert_true(get("a", NULL).absent);
    assert_int_equal(get("b", NULL).err.reason, REASON_REDIRECT);
    stop();
}

static void test_credentials_stay(void **state)
{
    struct server_route away[] = {{"GET", PAGE_HTML}, {0}};
    struct server *other = server_start(away, false);
    char *answer = mem_printf("HTTP/1.1 302 Go\r\nLocation: %s/x\r\nContent-Length: 0\r\n\r\n",
                              server_url(other));
    struct server_route routes[] = {
        {"GET /simple/a/ ", PAGE_HTML}, {"GET /simple/b/ ", answer}, {0}};

    (void)state;
    second_host = server_url(other);
    start_as(routes, "", (struct pypi_options){.kind = PYPI_SIMPLE, .secret = "s3cret-of-index"});
    assert_true(get("a", NULL).document);
    assert_non_null(
        strstr(server_request(server, 0), "\r\nAuthorization: Bearer s3cret-of-index\r\n"));
    assert_int_equal(get("b", NULL).err.reason, REASON_REDIRECT);
    assert_int_equal(server_requests(other), 1);
    assert_null(strstr(server_request(other, 0), "Authorization"));
    stop();
    start_as(routes, "",
             (struct pypi_options){.kind = PYPI_SIMPLE, .user = "me", .secret = "s3cret-of-index"});
    assert_true(get("a", NULL).document);
    assert_non_null(
        strstr(server_request(server, 0), "\r\nAuthorization: Basic bWU6czNjcmV0LW9mLWluZGV4\r\n"));
    stop();
    second_host = NULL;
    server_stop(other);
    free(answer);
}

struct told {
    unsigned calls;
    enum pypi_provenance_word word;
    char body[64], etag[32];
    enum reason reason;
};

static void on_provenance(enum pypi_provenance_word word, const struct buf *body, const char *etag,
                          const struct err *err, void *ctx)
{
    struct told *told = ctx;

    told->calls++;
    told->word = word;
    told->reason = err != NULL ? err->reason : REASON_NONE;
    snprintf(told->body, sizeof told->body, "%s", buf_str(body));
    snprintf(told->etag, sizeof told->etag, "%s", etag != NULL ? etag : "");
}

static struct told provenance(const char *url, const char *etag)
{
    struct pypi_provenance asked = {url, "rocket", "1.0", "rocket-1.0.tar.gz", etag};
    struct told told = {0};

    pypi_get_provenance(pypi, &asked, on_provenance, &told);
    loop_run(try.loop);
    assert_int_equal(told.calls, 1);
    assert_int_equal(told.word == PYPI_PROVENANCE_UNKNOWN, told.reason != REASON_NONE);
    return told;
}

#define REFUSED(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"

static void test_provenance(void **state)
{
    struct server_route routes[] = {
        {"GET /integrity/rocket/1.0/rocket-1.0.tar.gz/provenance ", DOCUMENT, .times = 1},
        {"GET", "HTTP/1.1 304 Same\r\n\r\n", .times = 1},
        {"GET",
         "HTTP/1.1 404 No\r\nContent-Length: 54\r\n\r\n"
         "{\"message\": \"No provenance available for rocket-1.0\"}\n",
         .times = 1},
        {"GET", REFUSED("403 No"), .times = 1},
        {"GET", REFUSED("406 No"), .times = 1},
        {"GET", REFUSED("418 Tea"), .times = 1},
        {"GET", REFUSED("404 No")},
        {0}};

    (void)state;
    start(routes);
    struct told told = provenance(NULL, NULL);
    assert_int_equal(told.word, PYPI_PROVENANCE_HERE);
    assert_string_equal(told.body, "{}");
    assert_string_equal(told.etag, "\"e1\"");
    assert_non_null(
        strstr(server_request(server, 0), "\r\nAccept: application/vnd.pypi.integrity.v1+json, "));
    assert_int_equal(provenance(NULL, "\"e1\"").word, PYPI_PROVENANCE_SAME);
    assert_non_null(strstr(server_request(server, 1), "\r\nIf-None-Match: \"e1\"\r\n"));
    assert_int_equal(provenance(NULL, NULL).word, PYPI_PROVENANCE_ABSENT);
    assert_int_equal(provenance(NULL, NULL).reason, REASON_DISABLED);
    assert_int_equal(provenance(NULL, NULL).reason, REASON_UNSUPPORTED);
    assert_int_equal(provenance(NULL, NULL).reason, REASON_HTTP);
    /* a page promised it, so that it is not absent */
    assert_int_equal(provenance(try_url(server_url(server), "/p"), NULL).reason, REASON_NOT_FOUND);
    /* nor is one of another server, where this API has answered already */
    assert_int_equal(provenance(NULL, NULL).reason, REASON_NOT_FOUND);
    unsigned requests = server_requests(server);
    assert_int_equal(provenance("https://elsewhere.example/p", NULL).reason, REASON_UNSUPPORTED);
    assert_int_equal(server_requests(server), requests);
    stop();
}

static void test_provenance_of_none(void **state)
{
    struct server_route routes[] = {{"GET", REFUSED("404 No"), .times = 1},
                                    {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"},
                                    {0}};

    (void)state;
    start(routes);
    assert_true(pypi_has_provenance(pypi, NULL));
    assert_int_equal(provenance(NULL, NULL).word, PYPI_PROVENANCE_NOWHERE);
    assert_false(pypi_has_provenance(pypi, NULL));
    assert_true(pypi_has_provenance(pypi, "https://index.example/p"));
    stop();
    start(routes);
    assert_int_equal(provenance(NULL, NULL).word, PYPI_PROVENANCE_NOWHERE);
    assert_int_equal(provenance(try_url(server_url(server), "/p"), NULL).reason, REASON_BAD_ANSWER);
    stop();
    start_as(routes, "/simple", (struct pypi_options){.kind = PYPI_SIMPLE, .fixed = true});
    assert_false(pypi_has_provenance(pypi, NULL));
    stop();
    start_as(routes, "/", (struct pypi_options){.kind = PYPI_JSON, .integrity = PYPI_INTEGRITY_NO});
    assert_false(pypi_has_provenance(pypi, NULL));
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
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_a_failure_decides_nothing),
        cmocka_unit_test(test_a_slow_answer_is_not_waited_for),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_simple_page),
        cmocka_unit_test(test_expected),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_handed_on),
        cmocka_unit_test(test_credentials_stay),
        cmocka_unit_test(test_provenance),
        cmocka_unit_test(test_provenance_of_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
