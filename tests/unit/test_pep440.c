/* Versions: data/pep440_order.data holds them in ascending order, data/pep440_refused.data what is
   none. tests/e2e/test_pep440.py holds the same code against the `packaging` library. */
#include "facts/pep440.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS 66

struct row {
    char relation; /* '<' or '=': to the row before */
    char input[80], normal[80];
};

static void normal_is(const char *input, const char *want)
{
    struct buf out = BUF_INIT(2 * PEP440_MAX);

    assert_int_equal(pep440_normal(input, strlen(input), &out), 0);
    assert_string_equal(buf_str(&out), want);
    buf_release(&out);
}

static size_t read_rows(struct row rows[ROWS + 1])
{
    FILE *f = fopen(UNIT_DATA "/pep440_order.data", "r");
    char line[256];
    size_t n = 0;

    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL && n <= ROWS)
        if (*line != '#') {
            struct row *row = &rows[n++];
            assert_int_equal(sscanf(line, "%c %79s %79s", &row->relation, row->input, row->normal),
                             3);
        }
    fclose(f);
    return n;
}

/* Every row against every other: the relation is transitive. */
static void order(void **state)
{
    static struct row rows[ROWS + 1];
    size_t count = read_rows(rows), rank[ROWS] = {0};

    (void)state;
    assert_int_equal(count, ROWS);
    for (size_t i = 0; i < count; i++) {
        normal_is(rows[i].input, rows[i].normal);
        normal_is(rows[i].normal, rows[i].normal);
        assert_int_equal(pep440_compare(rows[i].input, rows[i].normal), 0);
        rank[i] = i == 0 ? 0 : rank[i - 1] + (rows[i].relation == '<');
        for (size_t j = 0; j < i; j++) {
            int got = pep440_compare(rows[i].input, rows[j].input);
            if ((rank[i] > rank[j]) != (got > 0) || (rank[i] == rank[j]) != (got == 0))
                fail_msg("%s and %s: %d", rows[i].input, rows[j].input, got);
            assert_true((got > 0) == (pep440_compare(rows[j].input, rows[i].input) < 0));
        }
    }
}

static void refused(void **state)
{
    FILE *f = fopen(UNIT_DATA "/pep440_refused.data", "r");
    struct buf out = BUF_INIT(PEP440_KEY_MAX);
    char line[256];
    size_t n = 0;

    (void)state;
    assert_non_null(f);
    for (; fgets(line, sizeof line, f) != NULL; n++) {
        size_t len = strcspn(line, "\n");
        line[len] = '\0';
        if (pep440_valid(line, len) || pep440_normal(line, len, &out) == 0)
            fail_msg("%s is taken for a version", line);
        assert_true(pep440_compare(line, "0.dev0") < 0);
        assert_int_equal(pep440_compare(line, line), 0);
        assert_false(pep440_is_prerelease(line, len));
    }
    fclose(f);
    assert_int_equal(n, 34);
    assert_true(pep440_compare("1.0.x", "1.0.X") != 0);
    assert_false(pep440_valid("", 0));
    assert_false(pep440_valid("1\0", 2));
    assert_false(pep440_valid("1.0\xc2\xa0", 5));
    buf_release(&out);
}

static void white_space(void **state)
{
    (void)state;
    normal_is(" \t\n\r\f\v1.0 \t\n\r\f\v", "1.0");
}

static void prerelease(void **state)
{
    (void)state;
    assert_true(pep440_is_prerelease("1.0a1", 5));
    assert_true(pep440_is_prerelease("1.0.dev1", 8));
    assert_true(pep440_is_prerelease("1.0.post1.dev1", 14));
    assert_false(pep440_is_prerelease("1.0.post1", 9));
    assert_false(pep440_is_prerelease("1.0+a1", 6));
}

static void follows(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"1.2.3", "1.2.4"},  {"1.2.3", "1.3"},     {"1.2.3", "1.3.0"},       {"1.2.3", "2"},
        {"1.2", "1.2.1"},    {"1.2.3", "1.2.3.1"}, {"1.2.3", "1.2.3.post1"}, {"1.2.0", "1.2"},
        {"1.2.9", "1.2.10"}, {"1!1.0", "1!1.1"},
    };
    static const char *const gaps[][2] = {
        {"1.2.3", "1.2.5"}, {"1.2.3", "1.3.1"},
        {"1.2.3", "1.4"},   {"1.2.3", "3"},
        {"1.0", "1!1.0"},   {"1.0", "2004d"},
        {"1.2", "1.2.2"},   {"1.9999999999999999999", "1.20000000000000000000"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (!pep440_follows(pairs[i][0], pairs[i][1]))
            fail_msg("%s %s", pairs[i][0], pairs[i][1]);
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        if (pep440_follows(gaps[i][0], gaps[i][1]))
            fail_msg("%s %s", gaps[i][0], gaps[i][1]);
}

/* The longest versions fit their buffers, and long numbers are compared as numbers. */
static void long_ones(void **state)
{
    static char a[PEP440_MAX + 2], b[PEP440_MAX + 2];
    struct buf out = BUF_INIT(PEP440_KEY_MAX);

    (void)state;
    memset(a, '9', PEP440_MAX);
    memset(b, '0', PEP440_MAX);
    b[0] = '1';
    assert_true(pep440_compare(a, b) > 0);
    b[PEP440_MAX - 1] = '\0';
    assert_true(pep440_compare(a, b) > 0);
    a[PEP440_MAX] = '9';
    assert_false(pep440_valid(a, PEP440_MAX + 1));
    static const char *const fill[] = {"1.", "0.", "1+a.", "1a1+1."};
    for (size_t i = 0; i < sizeof fill / sizeof *fill; i++) {
        size_t head = strlen(fill[i]), part = 2;
        memcpy(a, fill[i], head);
        for (size_t at = head; at < PEP440_MAX; at++)
            a[at] = a[at - part];
        a[PEP440_MAX - 1] = '1';
        buf_reset(&out);
        if (pep440_valid(a, PEP440_MAX))
            assert_true(pep440_key(a, PEP440_MAX, &out));
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),      cmocka_unit_test(refused), cmocka_unit_test(white_space),
        cmocka_unit_test(prerelease), cmocka_unit_test(follows), cmocka_unit_test(long_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
