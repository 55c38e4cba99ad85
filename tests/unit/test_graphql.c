/* What the forge's GraphQL API is asked, and what becomes of refusals. */
#include "fetch/graphql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "fetch/graphql_query.h"
#include "http_try.h"
#include "schema_sql.h"
#include "server.h"

#define POST "POST /api/graphql "
#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"data\":{}}"

static const char *const oids[] = {"c0ffee", "decade"};
static const struct graphql_item both = {"acme", "rocket", true, NULL, oids, 2};
static const struct graphql_item page = {"acme", "glider", true, "Y3Vy", NULL, 0};
static const struct graphql_item commits = {"acme", "kite", false, NULL, oids, 1};
static const struct graphql_sizes sizes = {30, 3, 20, 100};

struct told {
    unsigned calls;
    bool heavy, answered;
    struct err err;
};

static void on_told(const struct graphql_answer *answer, void *ctx)
{
    struct told *told = ctx;

    told->calls++;
    told->heavy = answer->heavy;
    told->answered = answer->body != NULL;
    told->err = answer->err;
}

static void ask(struct server_route *routes, struct told *told, struct server **server)
{
    struct http_try try;

    *told = (struct told){0};
    *server = server_start(routes, false);
    try_start(&try, (struct http_options){.max_wait_ms = 3000});
    const char *url = try_url(server_url(*server), "/api/graphql");
    struct access *who = access_new(
        try.http,
        &(struct access_options){.loop = try.loop, .api = url, .token = "ghp_0123456789"});
    struct graphql *graphql =
        graphql_new(who, &(struct graphql_options){.url = url, .fragments = graphql_forge});
    graphql_ask(graphql, &both, 1, on_told, told);
    assert_int_equal(told->calls, 0);
    loop_run(try.loop);
    assert_int_equal(told->calls, 1);
    graphql_free(graphql);
    access_free(who);
    try_stop(&try);
}

static void test_request(void **state)
{
    struct server_route routes[] = {{POST, GOOD}, {0}};
    struct server *server;
    struct told told;

    (void)state;
    ask(routes, &told, &server);
    assert_true(told.answered);
    const char *sent = server_request(server, 0);
    assert_non_null(strstr(sent, "\r\nAuthorization: Bearer ghp_0123456789\r\n"));
    assert_non_null(strstr(sent, "\r\nContent-Type: application/json\r\n"));
    server_stop(server);
}

/* A variable or fragment that is declared and not used makes the server refuse all of it. */
static void test_query(void **state)
{
    const struct graphql_item items[] = {page, commits};
    char *text = graphql_query(graphql_forge, items, 2, &sizes);
    json_t *body = json_loads(text, 0, NULL);
    const char *query = json_string_value(json_object_get(body, "query"));
    json_t *variables = json_object_get(body, "variables"), *value;
    const char *name;

    (void)state;
    assert_non_null(strstr(query, "r0: repository(owner: $owner0, name: $name0, "));
    assert_non_null(strstr(query, "c0: object(oid: $oid1_0) { ...CommitReview }"));
    assert_non_null(strstr(query, "fragment ReleasePage on"));
    assert_string_equal(json_string_value(json_object_get(variables, "after0")), "Y3Vy");
    assert_int_equal(json_integer_value(json_object_get(variables, "reviews")), 20);
    assert_int_equal(json_integer_value(json_object_get(variables, "further")), 100);
    assert_null(json_object_get(variables, "releases")); /* no item asks for its first page */
    json_object_foreach(variables, name, value)
    {
        char used[64];
        snprintf(used, sizeof used, "$%s", name);
        const char *declared = strstr(query, used);
        assert_non_null(declared);
        assert_non_null(strstr(declared + 1, used));
    }
    json_decref(body);
    free(text);
    text = graphql_query(graphql_forge, &page, 1, &sizes);
    assert_null(strstr(text, "CommitReview"));
    assert_null(strstr(text, "$prs"));
    free(text);
}

static void test_without(void **state)
{
    char *text = graphql_without(graphql_forge, "isLatest");

    (void)state;
    assert_null(strstr(text, "isLatest"));
    assert_non_null(strstr(text, "isPrerelease\n    createdAt"));
    free(text);
    text = graphql_without(graphql_forge, "reviews");
    assert_null(strstr(text, "submittedAt"));
    assert_non_null(strstr(text, "mergedBy"));
    char *query = graphql_query(text, &commits, 1, &sizes);
    assert_null(strstr(query, "$reviews"));
    free(query);
    free(text);
    assert_null(graphql_without(graphql_forge, "noSuchField"));
    assert_null(graphql_without(graphql_forge, ""));
}

static void test_refusals(void **state)
{
    static const struct {
        const char *answer;
        enum server_then then;
        unsigned requests;
        bool heavy;
        enum reason reason;
    } cases[] = {
        {"HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
         SERVER_KEEP, 1, true, REASON_HTTP},
        {"HTTP/1.1 504 Late\r\nContent-Length: 0\r\n\r\n", SERVER_KEEP, 1, true, REASON_HTTP},
        {"HTTP/1.1 401 No\r\nContent-Length: 29\r\n\r\n{\"message\": \"Bad credentials\"}",
         SERVER_KEEP, 1, false, REASON_UNAUTHORIZED},
        {"HTTP/1.1 403 No\r\nx-ratelimit-remaining: 7\r\nContent-Length: 2\r\n\r\n{}", SERVER_KEEP,
         1, false, REASON_FORBIDDEN},
        {"HTTP/1.1 403 No\r\nRetry-After: 9999\r\nContent-Length: 2\r\n\r\n{}", SERVER_KEEP, 1,
         false, REASON_RATE_LIMITED},
        {"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"data\":", SERVER_CLOSE, 4, false,
         REASON_TRUNCATED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_route routes[] = {
            {.request = POST, .answer = cases[i].answer, .then = cases[i].then}, {0}};
        struct server *server;
        struct told told;
        ask(routes, &told, &server);
        assert_false(told.answered);
        assert_int_equal(told.err.reason, cases[i].reason);
        assert_int_equal(told.heavy, cases[i].heavy);
        assert_int_equal(server_requests(server), cases[i].requests);
        server_stop(server);
    }
}

static void test_limit_is_waited_for(void **state)
{
    struct server_route routes[] = {
        {.request = POST,
         .answer = "HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}",
         .times = 1},
        {POST, GOOD},
        {0}};
    struct server *server;
    struct told told;

    (void)state;
    ask(routes, &told, &server);
    assert_true(told.answered);
    assert_int_equal(server_requests(server), 2);
    server_stop(server);
}

/* 25, 12, 6, 3, 1, then fewer releases; more again after ten good answers. */
static void test_sizes(void **state)
{
    static const unsigned down[] = {12, 6, 3, 1, 1};
    const struct graphql_item items[] = {page, page, page, page, page, page};
    struct access *who = access_new(NULL, &(struct access_options){.api = "https://x"});
    struct graphql *graphql =
        graphql_new(who, &(struct graphql_options){.url = "https://x", .fragments = graphql_forge});

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_true(graphql_too_much(graphql, GRAPHQL_BATCH));
        assert_int_equal(graphql_batch(graphql), down[i]);
    }
    assert_false(graphql_too_much(graphql, GRAPHQL_BATCH));
    assert_int_equal(graphql_fits(graphql, items, 6), 1);
    for (unsigned i = 0; i < 20; i++)
        graphql_went_well(graphql);
    assert_int_equal(graphql_batch(graphql), 3);
    assert_int_equal(graphql_fits(graphql, items, 6), 3);
    for (unsigned i = 0; i < 500; i++)
        graphql_went_well(graphql);
    assert_int_equal(graphql_batch(graphql), GRAPHQL_BATCH);
    graphql_free(graphql);
    access_free(who);
}

/* Three points are 349 connections: four commits of a repository are 17. */
static void test_points(void **state)
{
    static const char *const four[] = {"1", "2", "3", "4"};
    struct graphql_item items[GRAPHQL_BATCH];
    struct access *who = access_new(NULL, &(struct access_options){.api = "https://x"});
    struct graphql *graphql =
        graphql_new(who, &(struct graphql_options){.url = "https://x", .fragments = graphql_forge});

    (void)state;
    for (size_t i = 0; i < GRAPHQL_BATCH; i++)
        items[i] = (struct graphql_item){"a", "b", true, NULL, four, 4};
    assert_int_equal(graphql_weight(&items[0], &sizes), 17);
    assert_int_equal(graphql_fits(graphql, items, GRAPHQL_BATCH), 20);
    graphql_free(graphql);
    access_free(who);
}

static void test_roots(void **state)
{
    static const char *const roots[][2] = {
        {"https://api.github.com", "https://api.github.com/graphql"},
        {"https://api.github.com/", "https://api.github.com/graphql"},
        {"https://git.acme.example/api/v3", "https://git.acme.example/api/graphql"},
        {"https://git.acme.example/api/v3/", "https://git.acme.example/api/graphql"},
        {"https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        char *root = graphql_root(roots[i][0]);
        assert_string_equal(root, roots[i][1]);
        free(root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_without),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_limit_is_waited_for),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_roots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
