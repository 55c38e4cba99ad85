#include "fetch/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define START 5000000u /* no whole second need be special */

static const char *why;

/* Nothing told, nothing limited: an Enterprise server may count nothing. */
static void test_nothing_told(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget);
    for (unsigned i = 0; i < BUDGET_MINUTE - 1; i++) {
        assert_int_equal(budget_wait(&budget, BUDGET_REST, START, &why), 0);
        budget_take(&budget, BUDGET_REST, START);
    }
}

static void test_quota(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget);
    budget_told(&budget, BUDGET_REST, 2, 90000, START);
    for (int i = 0; i < 2; i++) { /* what is under way counts before it is answered */
        assert_int_equal(budget_wait(&budget, BUDGET_REST, START, &why), 0);
        budget_take(&budget, BUDGET_REST, START);
    }
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 1000, &why), 89000);
    assert_non_null(strstr(why, "requests of this hour"));
    assert_int_equal(budget_wait(&budget, BUDGET_GRAPHQL, START, &why), 0);
    /* An answer that was overtaken takes nothing back; the next hour gives more. */
    budget_told(&budget, BUDGET_REST, 1, 89000, START + 1000);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 1000, &why), 89000);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 90000, &why), 0);
    budget_told(&budget, BUDGET_REST, 4999, 3600000, START + 90000);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 90001, &why), 0);
    /* One of the hour before comes late. */
    budget_told(&budget, BUDGET_REST, 0, 1000, START + 90001);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 90002, &why), 0);
}

/* A request of three points is not sent for the last two. */
static void test_points(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget);
    budget_told(&budget, BUDGET_GRAPHQL, 5, 5000, START);
    assert_int_equal(budget_wait(&budget, BUDGET_GRAPHQL, START, &why), 0);
    budget_take(&budget, BUDGET_GRAPHQL, START);
    assert_int_equal(budget_wait(&budget, BUDGET_GRAPHQL, START, &why), 5000);
    assert_non_null(strstr(why, "points of this hour"));
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START, &why), 0);
}

/* 900 requests a minute are too many, whatever the hour has left. */
static void test_minute(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget);
    for (unsigned i = 0; i < BUDGET_MINUTE; i++)
        budget_take(&budget, BUDGET_REST, START + i * 10);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 8000, &why), 52000);
    assert_non_null(strstr(why, "this minute"));
    assert_int_equal(budget_wait(&budget, BUDGET_GRAPHQL, START + 8000, &why), 0);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 60000, &why), 0);
}

/* Time of the server: 50 s of GraphQL in a minute, 75 s of both. */
static void test_time(void **state)
{
    struct budget budget;

    (void)state;
    budget_init(&budget);
    for (unsigned i = 1; i <= 7; i++)
        budget_spent(&budget, BUDGET_GRAPHQL, 7000, START + i * 7000);
    assert_int_equal(budget_wait(&budget, BUDGET_GRAPHQL, START + 50000, &why), 0);
    budget_spent(&budget, BUDGET_GRAPHQL, 2000, START + 51000);
    assert_int_equal(budget_wait(&budget, BUDGET_GRAPHQL, START + 51000, &why), 16000);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 51000, &why), 0);
    budget_spent(&budget, BUDGET_REST, 24000, START + 52000);
    assert_int_equal(budget_wait(&budget, BUDGET_REST, START + 52000, &why), 15000);
    assert_int_equal(budget_wait(&budget, BUDGET_GRAPHQL, START + 200000, &why), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_told), cmocka_unit_test(test_quota),
        cmocka_unit_test(test_points),       cmocka_unit_test(test_minute),
        cmocka_unit_test(test_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
