/* Names of packages, PEP 503. */
#include "facts/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void normal(void **state)
{
    static const struct {
        const char *name, *want; /* NULL: no name */
    } cases[] = {
        {"adjustText", "adjusttext"},
        {"zope.interface", "zope-interface"},
        {"A_-.b", "a-b"},
        {"a", "a"},
        {"3to2", "3to2"},
        {"", NULL},
        {"-a", NULL},
        {"a_", NULL},
        {"a--", NULL},
        {"a b", NULL},
        {"a/b", NULL},
        {"a\n", NULL},
        {"caf\xc3\xa9", NULL},
    };
    char out[NAME_MAX_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int result = names_normalise(cases[i].name, out);
        assert_int_equal(result, cases[i].want == NULL ? -1 : 0);
        if (cases[i].want != NULL)
            assert_string_equal(out, cases[i].want);
    }
}

static void in_place(void **state)
{
    char name[NAME_MAX_BYTES] = "Foo..Bar";

    (void)state;
    assert_int_equal(names_normalise(name, name), 0);
    assert_string_equal(name, "foo-bar");
}

static void lengths(void **state)
{
    char name[NAME_MAX_BYTES + 1], out[NAME_MAX_BYTES];

    (void)state;
    memset(name, 'x', sizeof name);
    name[NAME_MAX_BYTES - 1] = '\0';
    assert_int_equal(names_normalise(name, out), 0);
    name[NAME_MAX_BYTES - 1] = 'x';
    name[NAME_MAX_BYTES] = '\0';
    assert_int_equal(names_normalise(name, out), -1);
}

static void equal(void **state)
{
    (void)state;
    assert_true(names_equal("Zope.Interface", "zope_interface"));
    assert_false(names_equal("zope", "zope-interface"));
    assert_false(names_equal("", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal),
        cmocka_unit_test(in_place),
        cmocka_unit_test(lengths),
        cmocka_unit_test(equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
