/* Licence files by name, and the globs of PEP 639. */
#include "facts/licence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_that_are_licences(void **state)
{
    static const char *const yes[] = {"LICENSE",          "LICENCE.txt",
                                      "license.md",       "COPYING",
                                      "COPYING.LESSER",   "COPYING3",
                                      "NOTICE",           "LICENSE.Apache-2.0",
                                      "LICENSE-MIT",      "LICENSES.rst",
                                      "UNLICENSE",        "MIT-LICENSE.txt",
                                      "LICENSES/MIT.txt", "licenses/LICENSE_APACHE",
                                      "COPYRIGHT"};
    static const char *const no[] = {"license.py",
                                     "licensed_users.txt",
                                     "src/x/LICENSE",
                                     "docs/LICENSE",
                                     "noticeable.md",
                                     "README.md",
                                     "LICENSES/",
                                     "LICENSES/check.py",
                                     "a-license-plate.txt",
                                     "vendor/LICENSES/MIT.txt",
                                     ""};
    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!licence_is_file(yes[i], ""))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (licence_is_file(no[i], ""))
            fail_msg("%s", no[i]);
}

static void directories(void **state)
{
    (void)state;
    assert_true(licence_is_file("pkg/a/LICENSE", "pkg/a"));
    assert_true(licence_is_file("pkg/a/LICENSES/MIT.txt", "pkg/a"));
    assert_true(licence_is_file("LICENSE", "pkg/a"));
    assert_false(licence_is_file("pkg/b/LICENSE", "pkg/a"));
    assert_false(licence_is_file("pkg/LICENSE", "pkg/a"));
    assert_false(licence_is_file("pkg/abc/LICENSE", "pkg/a"));
}

static void globs(void **state)
{
    static const struct {
        const char *glob, *path;
        bool match;
    } cases[] = {
        {"LICEN[CS]E*", "LICENSE", true},
        {"LICEN[CS]E*", "LICENCE.txt", true},
        {"LICEN[CS]E*", "LICENZE", false},
        {"LICEN[!C]E", "LICENCE", false},
        {"LICEN[!C]E", "LICENSE", true},
        {"*.txt", "a/b.txt", false},
        {"*.txt", "b.txt", true},
        {"**/*.txt", "b.txt", true},
        {"**/*.txt", "x/y/b.txt", true},
        {"licenses/**", "licenses/a/b", true},
        {"licenses/**", "other/a", false},
        {"**", "a/b", true},
        {"a?c", "abc", true},
        {"a?c", "a/c", false},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[a-c]x", "/x", false},
        {"[]]x", "]x", true},
        {"[a", "a", false},
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "ab", false},
        {"LICENSE", "LICENSE.txt", false},
        {"*", "", true},
        {"vendor/*/LICENSE*", "vendor/x/LICENSE", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (licence_glob_match(cases[i].glob, cases[i].path) != cases[i].match)
            fail_msg("%s against %s", cases[i].glob, cases[i].path);
}

static void a_hostile_glob_costs_little(void **state)
{
    char glob[300], *path = malloc(100001);

    (void)state;
    memset(path, 'a', 100000);
    path[100000] = '\0';
    for (size_t i = 0; i + 1 < sizeof glob; i += 2)
        memcpy(glob + i, "*a", 2);
    glob[sizeof glob - 1] = '\0';
    assert_false(licence_glob_match(glob, path)); /* too long */
    memcpy(glob + 250, "b", 2);
    assert_false(licence_glob_match(glob, path));
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_are_licences),
        cmocka_unit_test(directories),
        cmocka_unit_test(globs),
        cmocka_unit_test(a_hostile_glob_costs_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
