/* What the forge's GraphQL API answers about releases and tagged commits. */
#include "facts/forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define BUDGET "\"rateLimit\":{\"cost\":2,\"remaining\":4998,\"resetAt\":\"2026-01-02T03:04:05Z\"}"
#define PAGE(nodes)                                                                                \
    "\"releases\":{\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null},\"nodes\":[" nodes "]}"
#define RELEASE                                                                                    \
    "{\"databaseId\":7,\"tagName\":\"v1\",\"name\":\"One\",\"isDraft\":false,"                     \
    "\"isPrerelease\":true,\"isLatest\":false,\"createdAt\":\"2026-01-01T00:00:00Z\","             \
    "\"publishedAt\":\"2026-01-01T00:00:01Z\",\"tagCommit\":{\"oid\":\"aa\"}}"
#define COMMIT(rest)                                                                               \
    "{\"__typename\":\"Commit\",\"signature\":{\"isValid\":true,\"state\":\"VALID\"},"             \
    "\"statusCheckRollup\":{\"state\":\"SUCCESS\"}," rest "}"
#define PULLS(total, nodes)                                                                        \
    "\"associatedPullRequests\":{\"totalCount\":" #total ",\"nodes\":[" nodes "]}"
#define PULL(number, merged, base, total, reviews)                                                 \
    "{\"number\":" #number ",\"url\":\"https://x/" #number "\",\"merged\":" #merged                \
    ",\"mergedAt\":\"2026-01-01T12:00:00Z\",\"baseRefName\":\"" base                               \
    "\",\"headRefOid\":\"hh\",\"mergeCommit\":{\"oid\":\"mm\"},\"author\":{\"login\":\"ida\"},"    \
    "\"mergedBy\":null,\"reviews\":{\"totalCount\":" #total ",\"nodes\":[" reviews "]}}"
#define REVIEW(who, state, hour, commit)                                                           \
    "{\"state\":\"" state "\",\"submittedAt\":\"2026-01-01T" hour                                  \
    ":00:00Z\",\"author\":{\"login\":\"" who "\"},\"commit\":{\"oid\":\"" commit "\"}}"

static const struct forge_asked asked[] = {{"acme/rocket", "main", true, 1},
                                           {"acme/kite", "main", true, 0}};
static struct arena arena;
static struct forge_answer answer;

static void parse(const char *body)
{
    forge_parse(body, strlen(body), asked, 2, &arena, &answer);
}

/* Of a commit of the first repository alone. */
static const struct forge_commit *commit(const char *pulls)
{
    char body[8192];

    snprintf(body, sizeof body,
             "{\"data\":{\"r0\":{" PAGE("") ",\"c0\":" COMMIT("%s") "},\"r1\":{" PAGE("") "}}}",
             pulls);
    parse(body);
    assert_int_equal(answer.word, FORGE_HERE);
    assert_int_equal(answer.repositories[0].err.reason, REASON_NONE);
    assert_int_equal(answer.repositories[0].commits[0].state, FORGE_KNOWN);
    return &answer.repositories[0].commits[0];
}

static void releases(void **state)
{
    (void)state;
    parse("{\"data\":{" BUDGET ",\"r0\":{" PAGE(
        RELEASE) ",\"c0\":null},"
                 "\"r1\":{\"releases\":{\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"Y3\"},"
                 "\"nodes\":[{\"databaseId\":8,\"tagName\":\"v2\",\"isDraft\":true,\"tagCommit\":"
                 "null,"
                 "\"publishedAt\":null}]}}}}");
    assert_int_equal(answer.word, FORGE_HERE);
    assert_int_equal(answer.cost, 2);
    assert_int_equal(answer.remaining, 4998);
    const struct forge_repository *first = &answer.repositories[0];
    assert_int_equal(first->releases_state, FORGE_KNOWN);
    assert_int_equal(first->release_count, 1);
    assert_null(first->more);
    assert_string_equal(first->releases[0].tag, "v1");
    assert_string_equal(first->releases[0].commit, "aa");
    assert_true(first->releases[0].prerelease);
    assert_int_equal(first->releases[0].latest, 0);
    assert_int_equal(first->commits[0].state, FORGE_ABSENT);
    const struct forge_repository *second = &answer.repositories[1];
    assert_string_equal(second->more, "Y3");
    assert_true(second->releases[0].draft);
    assert_int_equal(second->releases[0].latest, -1);
    assert_int_equal(second->releases[0].published_at, CLOCK_UNKNOWN);
    assert_null(second->releases[0].commit);
}

static void commits(void **state)
{
    (void)state;
    const struct forge_commit *one = commit(PULLS(1, PULL(5, true, "main", 0, "")));
    assert_string_equal(one->signature, "valid");
    assert_string_equal(one->checks, "success");
    assert_int_equal(one->pull_state, FORGE_KNOWN);
    assert_int_equal(one->pull.number, 5);
    assert_string_equal(one->pull.author, "ida");
    assert_string_equal(one->pull.merged_by, "ghost");
    assert_int_equal(one->pull.reviewed, FORGE_REVIEWED_NOT);
    assert_int_equal(commit(PULLS(0, ""))->pull_state, FORGE_ABSENT);
    assert_int_equal(commit(PULLS(1, PULL(5, false, "main", 0, "")))->pull_state, FORGE_ABSENT);
    assert_int_equal(commit(PULLS(9, PULL(5, false, "main", 0, "")))->pull_state, FORGE_UNKNOWN);
    assert_int_equal(commit("\"associatedPullRequests\":null")->pull_state, FORGE_UNKNOWN);
    assert_int_equal(commit("\"x\":1")->pull_state, FORGE_UNKNOWN);
    /* Of three: the open one is none, and of the others the default branch's is meant. */
    assert_int_equal(commit(PULLS(3, PULL(1, false, "main", 0, "") "," PULL(
                                         2, true, "next", 0, "") "," PULL(3, true, "main", 0, "")))
                         ->pull.number,
                     3);
    assert_int_equal(commit(PULLS(1, PULL(2, true, "next", 0, "")))->pull.number, 2);
}

static void reviews(void **state)
{
    static const struct {
        const char *pulls;
        const char *word;
    } cases[] = {
        {PULLS(1, PULL(5, true, "main", 1, REVIEW("bo", "APPROVED", "10", "hh"))), "approved"},
        {PULLS(1, PULL(5, true, "main", 1, REVIEW("IDA", "APPROVED", "10", "hh"))), "not-approved"},
        {PULLS(1, PULL(5, true, "main", 1, REVIEW("bo", "APPROVED", "10", "old"))),
         "approved-earlier"},
        {PULLS(1, PULL(5, true, "main", 1, REVIEW("bo", "APPROVED", "13", "hh"))), "not-approved"},
        {PULLS(1, PULL(5, true, "main", 2,
                       REVIEW("bo", "CHANGES_REQUESTED", "09", "hh") "," REVIEW("bo", "APPROVED",
                                                                                "10", "hh"))),
         "approved"},
        {PULLS(1, PULL(5, true, "main", 2,
                       REVIEW("bo", "APPROVED", "09", "hh") "," REVIEW("Bo", "DISMISSED", "10",
                                                                       "hh"))),
         "not-approved"},
        {PULLS(1, PULL(5, true, "main", 1, REVIEW("bo", "CHANGES_REQUESTED", "10", "hh"))),
         "changes-requested"},
        {PULLS(1, PULL(5, true, "main", 2,
                       REVIEW("bo", "CHANGES_REQUESTED", "10", "hh") "," REVIEW("cy", "APPROVED",
                                                                                "10", "hh"))),
         "approved"},
        /* More than were told of: who approved did so, but of nobody else can we know. */
        {PULLS(1, PULL(5, true, "main", 30, REVIEW("bo", "APPROVED", "10", "hh"))), "approved"},
        {PULLS(1, PULL(5, true, "main", 30, REVIEW("bo", "DISMISSED", "10", "hh"))), NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *word = forge_reviewed_word(commit(cases[i].pulls)->pull.reviewed);
        if (cases[i].word == NULL)
            assert_null(word);
        else
            assert_string_equal(word != NULL ? word : "", cases[i].word);
    }
    commit(cases[0].pulls);
    assert_string_equal(answer.repositories[0].commits[0].pull.reviews,
                        "[[\"bo\",\"APPROVED\",\"2026-01-01T10:00:00Z\",true]]");
}

static void checks(void **state)
{
    static const char *const cases[][3] = {{"{\"state\":\"ERROR\"}", "failure", "none"},
                                           {"{\"state\":\"EXPECTED\"}", "pending", "none"},
                                           {"null", "absent", "none"}};
    char body[512];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        snprintf(body, sizeof body,
                 "{\"data\":{\"r0\":{" PAGE("") ",\"c0\":{\"__typename\":\"Commit\","
                                                "\"signature\":null,\"statusCheckRollup\":%s}}}}",
                 cases[i][0]);
        parse(body);
        assert_string_equal(answer.repositories[0].commits[0].checks, cases[i][1]);
        assert_string_equal(answer.repositories[0].commits[0].signature, cases[i][2]);
    }
    parse("{\"data\":{\"r0\":{" PAGE(
        "") ",\"c0\":{\"__typename\":\"Commit\","
            "\"signature\":{\"isValid\":false,\"state\":\"UNKNOWN_KEY\"}}}}}");
    assert_null(answer.repositories[0].commits[0].checks);
    assert_string_equal(answer.repositories[0].commits[0].signature, "unknown-key");
}

static void partial(void **state)
{
    (void)state;
    parse("{\"data\":{\"r0\":{" PAGE(RELEASE) ",\"c0\":" COMMIT(PULLS(
        0, "")) "},\"r1\":null},\"errors\":["
                "{\"type\":\"RESOURCE_LIMITS_EXCEEDED\",\"path\":[\"r1\"],\"message\":\"much\"},"
                "{\"type\":\"FORBIDDEN\",\"path\":[\"r0\",\"c0\",\"statusCheckRollup\"],"
                "\"message\":\"Resource not accessible by integration\"}]}");
    assert_int_equal(answer.word, FORGE_HERE);
    assert_true(answer.repositories[1].heavy);
    assert_int_equal(answer.repositories[0].err.reason, REASON_NONE);
    assert_null(answer.repositories[0].commits[0].checks);
    assert_int_equal(answer.repositories[0].commits[0].pull_state, FORGE_ABSENT);
    assert_string_equal(answer.refused, "statusCheckRollup");

    parse("{\"data\":{\"r0\":{" PAGE(
        "") ",\"c0\":null},\"r1\":null},\"errors\":["
            "{\"type\":\"FORBIDDEN\",\"path\":[\"r0\",\"c0\"],\"message\":\"no\"},"
            "{\"type\":\"FORBIDDEN\",\"path\":[\"r1\"],\"message\":\"SAML\"}]}");
    assert_int_equal(answer.repositories[0].commits[0].state, FORGE_UNKNOWN);
    assert_int_equal(answer.repositories[1].err.reason, REASON_FORBIDDEN);

    parse("{\"data\":{\"r0\":{\"releases\":{}},\"r1\":null}}");
    assert_int_equal(answer.repositories[0].err.reason, REASON_BAD_ANSWER);
    assert_int_equal(answer.repositories[1].err.reason, REASON_NOT_FOUND);
}

static void refused(void **state)
{
    static const struct {
        const char *body;
        enum forge_word word;
        enum reason reason;
    } cases[] = {
        {"<html>", FORGE_FAILED, REASON_BAD_ANSWER},
        {"[]", FORGE_FAILED, REASON_BAD_ANSWER},
        {"{}", FORGE_FAILED, REASON_BAD_ANSWER},
        {"{\"data\":", FORGE_FAILED, REASON_BAD_ANSWER},
        {"{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"x\"}]}", FORGE_LIMITED,
         REASON_NONE},
        {"{\"data\":null,\"errors\":[{\"message\":\"Something went wrong while executing your "
         "query. This may be the result of a timeout\"}]}",
         FORGE_HEAVY, REASON_NONE},
        {"{\"errors\":[{\"type\":\"MAX_NODE_LIMIT_EXCEEDED\",\"message\":\"x\"}]}", FORGE_HEAVY,
         REASON_NONE},
        {"{\"errors\":[{\"type\":\"INSUFFICIENT_SCOPES\",\"message\":\"x\"}]}", FORGE_FAILED,
         REASON_FORBIDDEN},
        {"{\"errors\":[7,null,{}]}", FORGE_FAILED, REASON_REMOTE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parse(cases[i].body);
        assert_int_equal(answer.word, cases[i].word);
        assert_int_equal(answer.err.reason, cases[i].reason);
    }
    parse("{\"errors\":[{\"message\":\"Field 'isLatest' doesn't exist on type 'Release'\","
          "\"path\":[\"query\"],\"extensions\":{\"code\":\"undefinedField\","
          "\"typeName\":\"Release\",\"fieldName\":\"isLatest\"}}]}");
    assert_int_equal(answer.word, FORGE_LACKS);
    assert_int_equal(answer.lacking_count, 1);
    assert_string_equal(answer.lacking[0], "isLatest");
}

static int after(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(releases, after), cmocka_unit_test_teardown(commits, after),
        cmocka_unit_test_teardown(reviews, after),  cmocka_unit_test_teardown(checks, after),
        cmocka_unit_test_teardown(partial, after),  cmocka_unit_test_teardown(refused, after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
