#include "store/clauses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena arena = ARENA_INIT;
static struct clauses clauses;

static void read(const char *sql)
{
    clauses_read(sql, &arena, &clauses);
}

static void assert_texts(const struct clause_texts *texts, const char *const *expected)
{
    size_t i = 0;

    for (; expected[i] != NULL && i < texts->count; i++)
        assert_string_equal(texts->items[i], expected[i]);
    assert_int_equal(i, texts->count);
    assert_null(expected[i]);
}

#define assert_conditions(i, ...)                                                                  \
    assert_texts(&clauses.arms[i].conditions, (const char *const[]){__VA_ARGS__, NULL})

static void conditions_are_parted_at_and(void **state)
{
    (void)state;
    read("-- id: x\nSELECT r.a, r.b AS c, format('%s, %s', r.d, 'AND') AS message -- AND\n"
         "FROM release AS r JOIN t ON t.a = r.a AND t.b = r.b\n"
         "WHERE r.link IN ('a', 'b; WHERE')\n  AND r.n BETWEEN 1 AND 2 /* AND */ AND NOT r.x\n"
         "  AND EXISTS (SELECT 1 FROM y WHERE y.a = r.a AND y.b)\n"
         "  AND CASE WHEN r.z AND r.u THEN 1 ELSE 0 END;\n");
    assert_int_equal(clauses.count, 1);
    assert_string_equal(clauses.with, "");
    assert_string_equal(clauses.arms[0].from, "release AS r JOIN t ON t.a = r.a AND t.b = r.b");
    assert_conditions(0, "r.link IN ('a', 'b; WHERE')", "r.n BETWEEN 1 AND 2", "NOT r.x",
                      "EXISTS (SELECT 1 FROM y WHERE y.a = r.a AND y.b)",
                      "CASE WHEN r.z AND r.u THEN 1 ELSE 0 END");
    assert_int_equal(clauses.arms[0].results.count, 3);
    assert_int_equal(clause_find(&clauses.arms[0], "a"), 0);
    assert_int_equal(clause_find(&clauses.arms[0], "c"), 1);
    assert_int_equal(clause_find(&clauses.arms[0], "b"), -1);
    assert_int_equal(clause_find(&clauses.arms[0], "message"), 2);
    assert_string_equal(clause_expression(clauses.arms[0].results.items[1], &arena), "r.b");
}

static void an_or_keeps_them_together(void **state)
{
    (void)state;
    read("SELECT a FROM t WHERE a AND b OR c AND d ORDER BY a");
    assert_conditions(0, "a AND b OR c AND d");
    read("SELECT a FROM t WHERE a AND (b OR c)");
    assert_conditions(0, "a", "(b OR c)");
}

static void groups_and_unions(void **state)
{
    (void)state;
    read(
        "WITH x AS (SELECT 1 WHERE 2) SELECT a, b FROM x WHERE c GROUP BY a, b HAVING count(*) > 1 "
        "UNION ALL SELECT d, NULL FROM y GROUP BY d LIMIT 5");
    assert_int_equal(clauses.count, 2);
    assert_string_equal(clauses.with, "WITH x AS (SELECT 1 WHERE 2) ");
    assert_conditions(0, "c");
    assert_string_equal(clauses.arms[0].group, "a, b");
    assert_string_equal(clauses.arms[0].having, "count(*) > 1");
    assert_int_equal(clauses.arms[1].conditions.count, 0);
    assert_string_equal(clauses.arms[1].from, "y");
    assert_string_equal(clauses.arms[1].group, "d");
    assert_null(clauses.arms[1].having);
}

static void columns_outside_subqueries(void **state)
{
    struct clause_texts columns;

    (void)state;
    clause_columns("r.a = 'b.c' AND coalesce(r.d, e) IS NOT r.a AND x'00' < r.key", &arena,
                   &columns);
    assert_texts(&columns, (const char *const[]){"r.a", "r.d", "e", "r.key", NULL});
    clause_columns("NOT EXISTS (SELECT 1 FROM t WHERE t.a = r.a) AND r.b", &arena, &columns);
    assert_texts(&columns, (const char *const[]){"r.b", NULL});
}

static void what_is_no_select_has_no_arm(void **state)
{
    (void)state;
    read("");
    assert_int_equal(clauses.count, 0);
    read("'(((");
    assert_int_equal(clauses.count, 0);
    read("SELECT 1)))) END END FROM 'x");
    assert_int_equal(clauses.count, 1);
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_are_parted_at_and),
        cmocka_unit_test(an_or_keeps_them_together),
        cmocka_unit_test(groups_and_unions),
        cmocka_unit_test(columns_outside_subqueries),
        cmocka_unit_test(what_is_no_select_has_no_arm),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
