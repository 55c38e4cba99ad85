/* Which functions changed lines lie in. */
#include "facts/pyscope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "import os\n"                    /* 1 */
                           "\n"                             /* 2 */
                           "LIMIT = 3\n"                    /* 3 */
                           "\n"                             /* 4 */
                           "class Reader(Base):\n"          /* 5 */
                           "    size = 1\n"                 /* 6 */
                           "\n"                             /* 7 */
                           "    async def close(self):\n"   /* 8 */
                           "        def inner():\n"         /* 9 */
                           "            return 1\n"         /* 10 */
                           "# a comment at the margin\n"    /* 11 */
                           "        return inner()\n"       /* 12 */
                           "\n"                             /* 13 */
                           "def run():\n"                   /* 14 */
                           "    return Reader().close()\n"; /* 15 */

static void check(const char *lines, const char *expected)
{
    struct arena arena = ARENA_INIT;
    const char *names[PYSCOPE_MAX];
    char got[256] = "";
    int len = 0;

    size_t count = pyscope_names(text, sizeof text - 1, lines, &arena, names);
    for (size_t i = 0; i < count; i++)
        len += snprintf(got + len, sizeof got - (size_t)len, "%s%s", i > 0 ? " " : "", names[i]);
    assert_string_equal(got, expected);
    arena_release(&arena);
}

static void lines_lie_in_functions(void **state)
{
    (void)state;
    check("1-4", "");
    check("6", "Reader");
    check("10", "Reader.close.inner");
    check("12,15", "Reader.close run");
    check("5-9", "Reader Reader.close Reader.close.inner");
    check("15-99", "run");
    check("", "");
    check("x,,3-", "");
}

static void a_new_module_has_outermost_names(void **state)
{
    (void)state;
    check(NULL, "Reader run");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_lie_in_functions),
        cmocka_unit_test(a_new_module_has_outermost_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
