#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/retry.h"

#define NOW 1700000000
#define SECONDARY                                                                                  \
    "{\"message\": \"You have exceeded a secondary rate limit. Please wait a few minutes\"}"

static const struct {
    const char *name;
    struct retry_case failed;
    struct retry_advice advice;
} cases[] = {
    {"success", {.status = 200}, {false, false, 0}},
    {"not found", {.status = 404}, {false, false, 0}},
    {"credential", {.status = 401}, {false, false, 0}},
    {"blocked", {.status = 451}, {false, false, 0}},
    {"permission", {.status = 403, .remaining = "4999", .reset = "1700003600"}, {false, false, 0}},
    {"permission, no headers", {.status = 403, .body = "forbidden"}, {false, false, 0}},
    {"403 retry-after", {.status = 403, .retry_after = "7"}, {true, true, 7000}},
    {"429 retry-after", {.status = 429, .retry_after = "2"}, {true, true, 2000, true}},
    {"429 of a quota", {.status = 429, .retry_after = "2", .remaining = "0"}, {true, true, 2000}},
    {"429 of a secondary limit", {.status = 429, .body = SECONDARY}, {true, true, 60000}},
    {"retry-after 0", {.status = 429, .retry_after = "0"}, {true, true, 500, true}},
    {"retry-after is a date",
     {.status = 429, .retry_after = "Tue, 14 Nov 2023 22:13:30 GMT"},
     {true, true, 10000, true}},
    {"a date that has passed",
     {.status = 429, .retry_after = "Tue, 14 Nov 2023 22:13:10 GMT"},
     {true, true, 500, true}},
    {"retry-after is nonsense", {.status = 429, .retry_after = "soon"}, {true, true, 60000, true}},
    {"retry-after is negative", {.status = 403, .retry_after = "-5"}, {false, false, 0}},
    {"retry-after beyond all numbers",
     {.status = 403, .retry_after = "99999999999999999999"},
     {false, false, 0}},
    {"retry-after of a century",
     {.status = 403, .retry_after = "3153600000"},
     {true, true, UINT64_C(366) * 86400 * 1000}},
    {"retry-after before reset",
     {.status = 403, .retry_after = "3", .remaining = "0", .reset = "1700000900"},
     {true, true, 3000}},
    {"primary limit",
     {.status = 403, .remaining = "0", .reset = "1700000010"},
     {true, true, 11000}},
    {"primary limit that is over",
     {.status = 403, .remaining = "0", .reset = "1699999000"},
     {true, true, 1000}},
    {"primary limit without reset", {.status = 403, .remaining = "0"}, {true, true, 60000}},
    {"secondary limit", {.status = 403, .body = SECONDARY}, {true, true, 60000}},
    {"secondary limit again",
     {.status = 403, .body = SECONDARY, .failures = 2},
     {true, true, 240000}},
    {"429 without a word", {.status = 429}, {true, true, 60000, true}},
    {"500", {.status = 500}, {true, false, 500}},
    {"502 the third time", {.status = 502, .failures = 2}, {true, false, 2000}},
    {"504 spread", {.status = 504, .salt = 32}, {true, false, 562}},
    {"503 with retry-after", {.status = 503, .retry_after = "4"}, {true, false, 4000}},
    {"503 without", {.status = 503}, {true, false, 500}},
    {"502 ignores retry-after", {.status = 502, .retry_after = "4"}, {true, false, 500}},
    {"501", {.status = 501}, {false, false, 0}},
    {"408", {.status = 408}, {true, false, 500}},
    {"broken connection", {.passing = true}, {true, false, 500}},
    {"the doubling ends", {.passing = true, .failures = 1000}, {true, false, 32000}},
    {"certificate refused", {.passing = false}, {false, false, 0}},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct retry_case failed = cases[i].failed;
        failed.now = NOW;
        failed.base_ms = 500;
        struct retry_advice advice = retry_judge(&failed);
        if (advice.again != cases[i].advice.again || advice.limited != cases[i].advice.limited ||
            advice.doubtful != cases[i].advice.doubtful ||
            advice.wait_ms != cases[i].advice.wait_ms)
            fail_msg("%s: again %d, limited %d, wait %llu ms", cases[i].name, advice.again,
                     advice.limited, (unsigned long long)advice.wait_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
