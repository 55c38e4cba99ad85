#include "fetch/github.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fetch/link_header.h"
#include "http_try.h"
#include "server.h"

#define ORG  "GET /api/v3/orgs/acme/repos?per_page=100&type=all "
#define USER "GET /api/v3/users/acme/repos?per_page=100&type=owner "
#define NONE "HTTP/1.1 404 No\r\nContent-Length: 23\r\n\r\n{\"message\":\"Not Found\"}"

/* What the pages were, as one line: "body|etag|next;" each. */
struct listing {
    char trace[1024], url[256];
    unsigned pages, faults;
    bool is_user;
    struct err err;
    char known_url[256];
    struct github_known known;
};

static struct server *server;
static struct http_try try;
static struct access *access;
static struct github *github;

static void start(struct server_route *routes, const char *token)
{
    server = server_start(routes, false);
    try_start(&try, (struct http_options){0});
    const char *api = try_url(server_url(server), "/api/v3/");
    access = access_new(try.http,
                        &(struct access_options){.loop = try.loop, .api = api, .token = token});
    github = github_new(access, &(struct github_options){.api = api});
}

static void stop(void)
{
    github_free(github);
    access_free(access);
    try_stop(&try);
    server_stop(server);
}

static void on_page(const struct github_page *page, const struct err *err, void *ctx)
{
    struct listing *listing = ctx;
    size_t len = strlen(listing->trace);

    assert_true((page == NULL) != (err == NULL));
    if (page == NULL) {
        listing->faults++;
        listing->err = *err;
        return;
    }
    assert_true(!page->last || page->next == NULL);
    assert_true(page->not_modified == (page->body == NULL));
    listing->pages++;
    listing->is_user = page->is_user;
    snprintf(listing->url, sizeof listing->url, "%s", page->url);
    snprintf(listing->trace + len, sizeof listing->trace - len, "%s|%s|%s;",
             page->not_modified ? "same" : page->body, page->etag != NULL ? page->etag : "",
             page->next != NULL ? page->next + strlen(server_url(server)) : "");
}

static int known(void *ctx, const char *url, struct github_known *out)
{
    struct listing *listing = ctx;

    if (strcmp(url, listing->known_url) != 0)
        return 0;
    *out = listing->known;
    return 1;
}

static void list(struct listing *listing)
{
    github_list(github, "acme", known, on_page, listing);
    assert_int_equal(listing->pages + listing->faults, 0);
    loop_run(try.loop);
}

/* An answer with a Link header to this server. */
static char *page(char out[512], const char *next, const char *body)
{
    snprintf(out, 512,
             "HTTP/1.1 200 OK\r\nETag: \"%s\"\r\nLink: <%s%s>; rel=\"next\", <%s/last>; "
             "rel=\"last\"\r\nContent-Length: %zu\r\n\r\n%s",
             body, next[0] == '/' ? server_url(server) : "", next, server_url(server), strlen(body),
             body);
    return out;
}

static void test_pages(void **state)
{
    char first[512], second[512];
    struct server_route routes[] = {{ORG, first},
                                    {"GET /api/v3/organizations/7/repos?page=2&after=x,y ", second},
                                    {"GET /api/v3/organizations/7/repos?page=3 ",
                                     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"},
                                    {0}};
    struct listing listing = {.trace = ""};

    (void)state;
    start(routes, "ghp_0123456789");
    page(first, "/api/v3/organizations/7/repos?page=2&after=x,y", "[1]");
    page(second, "/api/v3/organizations/7/repos?page=3", "[2]");
    list(&listing);
    assert_string_equal(listing.trace, "[1]|\"[1]\"|/api/v3/organizations/7/repos?page=2&after=x,y;"
                                       "[2]|\"[2]\"|/api/v3/organizations/7/repos?page=3;[]||;");
    assert_false(listing.is_user);
    for (unsigned i = 0; i < 3; i++) {
        const char *sent = server_request(server, i);
        assert_non_null(strstr(sent, "\r\nAuthorization: Bearer ghp_0123456789\r\n"));
        assert_non_null(strstr(sent, "\r\nX-GitHub-Api-Version: 2022-11-28\r\n"));
        assert_non_null(strstr(sent, "\r\nAccept: application/vnd.github+json\r\n"));
        assert_non_null(strstr(sent, "\r\nUser-Agent: fleetdrift/"));
        assert_null(strstr(sent, "If-None-Match"));
    }
    stop();
}

static void test_not_modified(void **state)
{
    struct server_route routes[] = {{ORG, "HTTP/1.1 304 Same\r\nETag: \"e2\"\r\n\r\n"},
                                    {"GET /two ", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"},
                                    {0}};
    struct listing listing = {.known = {.etag = "W/\"e1\""}};

    (void)state;
    start(routes, NULL);
    snprintf(listing.known_url, sizeof listing.known_url,
             "%s/api/v3/orgs/acme/repos?per_page=100"
             "&type=all",
             server_url(server));
    snprintf(listing.known.next, sizeof listing.known.next, "%s/two", server_url(server));
    list(&listing);
    assert_string_equal(listing.trace, "same|\"e2\"|/two;[]||;");
    assert_non_null(strstr(server_request(server, 0), "\r\nIf-None-Match: W/\"e1\"\r\n"));
    assert_null(strstr(server_request(server, 0), "Authorization"));
    assert_null(strstr(server_request(server, 1), "If-None-Match"));
    stop();
}

static void test_user(void **state)
{
    struct server_route routes[] = {
        {ORG, NONE}, {USER, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"}, {0}};
    struct listing listing = {.trace = ""};

    (void)state;
    start(routes, NULL);
    list(&listing);
    assert_string_equal(listing.trace, "[]||;");
    assert_true(listing.is_user);
    assert_string_equal(listing.url, try_url(server_url(server),
                                             "/api/v3/users/acme/repos?per_page=100&type=owner"));
    stop();
}

static void test_refusals(void **state)
{
    static const struct {
        const char *answer;
        enum reason reason;
        const char *text;
        unsigned pages; /* a page that came counts, though its next is out of reach */
    } cases[] = {
        {"HTTP/1.1 401 No\r\nContent-Length: 29\r\n\r\n{\"message\": \"Bad credentials\"}",
         REASON_UNAUTHORIZED, "Bad credentials"},
        {"HTTP/1.1 403 No\r\nX-RateLimit-Remaining: 4999\r\nX-Accepted-GitHub-Permissions: "
         "metadata=read\r\nContent-Length: 29\r\n\r\n{\"message\": \"Not for your eyes\"",
         REASON_FORBIDDEN, "needed: metadata=read"},
        {"HTTP/1.1 403 No\r\nContent-Length: 48\r\n\r\n"
         "{\"message\":\"blocked\",\"block\":{\"reason\":\"tos\"}}  ",
         REASON_BLOCKED, "blocked"},
        {"HTTP/1.1 451 No\r\nContent-Length: 2\r\n\r\n{}", REASON_BLOCKED, "acme"},
        {"HTTP/1.1 403 No\r\nRetry-After: 4000\r\nContent-Length: 0\r\n\r\n", REASON_RATE_LIMITED,
         "acme"},
        {"HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n", REASON_HTTP, "422"},
        {"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n", REASON_HTTP, "502"},
        {"HTTP/1.1 304 Same\r\n\r\n", REASON_BAD_ANSWER, "304"},
        {"HTTP/1.1 200 OK\r\nLink: nonsense\r\nContent-Length: 2\r\n\r\n[]", REASON_BAD_ANSWER,
         "Link header", 1},
        {"HTTP/1.1 200 OK\r\nLink: <https://evil.example/>; rel=next\r\nContent-Length: 2\r\n\r\n"
         "[]",
         REASON_BAD_ANSWER, "evil.example", 1},
        {"HTTP/1.1 200 OK\r\nLink: </relative>; rel=next\r\nContent-Length: 2\r\n\r\n[]",
         REASON_BAD_ANSWER, "relative", 1},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[", REASON_TRUNCATED, "acme"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_route routes[] = {{ORG, cases[i].answer, 0, SERVER_CLOSE}, {0}};
        struct listing listing = {.trace = ""};
        start(routes, NULL);
        list(&listing);
        assert_int_equal(listing.pages, cases[i].pages);
        assert_int_equal(listing.faults, 1);
        if (listing.err.reason != cases[i].reason ||
            strstr(listing.err.text, cases[i].text) == NULL)
            fail_msg("%zu: %s: %s", i, reason_word(listing.err.reason), listing.err.text);
        assert_non_null(strstr(listing.err.text, "acme"));
        stop();
    }
}

static void test_fault_on_a_later_page(void **state)
{
    char first[512];
    struct server_route routes[] = {{ORG, first}, {"GET /two", NONE}, {0}};
    struct listing listing = {.trace = ""};

    (void)state;
    start(routes, NULL);
    page(first, "/two", "[1]");
    list(&listing);
    assert_int_equal(listing.pages, 1);
    assert_int_equal(listing.faults, 1);
    assert_int_equal(listing.err.reason, REASON_NOT_FOUND); /* and no user is tried */
    stop();
}

static void test_pages_in_a_circle(void **state)
{
    char first[512], second[512], third[512];
    struct server_route routes[] = {
        {ORG, first}, {"GET /two ", second}, {"GET /three ", third}, {0}};
    struct listing listing = {.trace = ""};

    (void)state;
    start(routes, NULL);
    page(first, "/two", "[1]");
    page(second, "/three", "[2]");
    page(third, "/two", "[3]");
    list(&listing);
    assert_int_equal(listing.pages, 3); /* what came counts */
    assert_int_equal(listing.faults, 1);
    assert_int_equal(listing.err.reason, REASON_BAD_ANSWER);
    assert_non_null(strstr(listing.err.text, "lead in a circle"));
    assert_int_equal(server_requests(server), 3);
    stop();
}

static void test_renamed_repository(void **state)
{
    struct server_route routes[] = {
        {"GET /api/v3/repos/acme/old ",
         "HTTP/1.1 301 Moved\r\nLocation: /api/v3/repositories/42\r\nContent-Length: 0\r\n\r\n"},
        {"GET /api/v3/repositories/42 ", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\":42}"},
        {0}};
    struct listing listing = {.trace = ""};

    (void)state;
    start(routes, "ghp_0123456789");
    github_repository(github, "acme/old", on_page, &listing);
    loop_run(try.loop);
    assert_string_equal(listing.trace, "{\"id\":42}||;");
    assert_non_null(strstr(server_request(server, 1), "Bearer ghp_0123456789"));
    stop();
}

static void test_repository_elsewhere(void **state)
{
    char moved[256];
    struct server_route here[] = {{"GET", moved}, {0}};
    struct server_route there[] = {
        {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\":42}"}, {0}};
    struct server *other = server_start(there, false);
    struct listing listing = {.trace = ""};

    (void)state;
    start(here, "ghp_0123456789");
    snprintf(moved, sizeof moved,
             "HTTP/1.1 301 Moved\r\nLocation: %s/x\r\nContent-Length: 0\r\n\r\n",
             server_url(other));
    github_repository(github, "acme/old", on_page, &listing);
    loop_run(try.loop);
    assert_int_equal(listing.faults, 1);
    assert_int_equal(listing.err.reason, REASON_REDIRECT);
    assert_null(strstr(server_request(other, 0), "ghp_"));
    stop();
    server_stop(other);
}

static void test_names_are_escaped(void **state)
{
    struct server_route routes[] = {{"GET /api/v3/repos/a%3Fb/c%23d%20e ", NONE}, {0}};
    struct listing listing = {.trace = ""}, climbing = {.trace = ""};

    (void)state;
    start(routes, NULL);
    github_repository(github, "a?b/c#d e", on_page, &listing);
    github_repository(github, "acme/..", on_page, &climbing);
    loop_run(try.loop);
    assert_int_equal(listing.err.reason, REASON_NOT_FOUND);
    assert_int_equal(climbing.err.reason, REASON_USAGE);
    assert_int_equal(server_requests(server), 1);
    stop();
}

static void test_link_header(void **state)
{
    static const struct {
        const char *header;
        int result;
        const char *next;
    } cases[] = {
        {NULL, 0, ""},
        {"", 0, ""},
        {"<https://x/2>; rel=\"next\"", 1, "https://x/2"},
        {"<https://x/2>;rel=next", 1, "https://x/2"},
        {"<https://x/1>; rel=\"prev\", <https://x/3>; rel=\"next\"", 1, "https://x/3"},
        {"<https://x/1>; rel=\"last\"", 0, ""},
        {" ,, <https://x/a,b;c>; title=\"x, y; rel=next\" ; rel=\"last Next\" ,", 1,
         "https://x/a,b;c"},
        {"<https://x/1>; title=\"rel=next\"", 0, ""},
        {"<https://x/1>; rel=\"nextish\"", 0, ""},
        {"<https://x/1>; rel=last; rel=next", 0, ""},
        {"<https://x/1>; crossorigin; rel = next", 1, "https://x/1"},
        {"<https://x/1>", 0, ""},
        {"https://x/1; rel=next", -1, ""},
        {"<https://x/1; rel=next", -1, ""},
        {"<https://x/1>; rel=\"next", -1, ""},
        {"<https://x/1> rel=next", -1, ""},
        {"<>; rel=next", -1, ""},
        {"<https://a.target.that.does.not.fit.at.all/>; rel=next", -1, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char next[32] = "";
        if (link_header_next(cases[i].header, next, sizeof next) != cases[i].result ||
            strcmp(next, cases[i].next) != 0)
            fail_msg("%s: %s", cases[i].header, next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_not_modified),
        cmocka_unit_test(test_user),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_fault_on_a_later_page),
        cmocka_unit_test(test_pages_in_a_circle),
        cmocka_unit_test(test_renamed_repository),
        cmocka_unit_test(test_repository_elsewhere),
        cmocka_unit_test(test_names_are_escaped),
        cmocka_unit_test(test_link_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
