/* .gitignore files; every answer here is what `git check-ignore --no-index` says. */
#include "facts/ignore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct ignore_case {
    const char *patterns, *path;
    bool ignored;
};

static const struct ignore_case cases[] = {
    {"*.pyc\n", "a/b/x.pyc", true},
    {"*.pyc", "x.pyc", true},
    {"*.pyc\r\n", "x.pyc", true},
    {"\xef\xbb\xbf*.pyc\n", "x.pyc", true},
    {"#*.pyc\n", "x.pyc", false},
    {"\\#x\n", "#x", true},
    {"\\!x\n", "!x", true},
    {"x  \n", "x", true},
    {"x\\ \n", "x ", true},
    {"x\\ \n", "x", false},
    {"build/\n", "build/x", true},
    {"build/\n", "a/build/x", true},
    {"build/\n", "build", false},
    {"/build\n", "build", true},
    {"/build\n", "a/build", false},
    {"a/b\n", "a/b", true},
    {"a/b\n", "x/a/b", false},
    {"a/*\n", "a/b/c", true},
    {"a/*\n!a/b/\n", "a/b/c", false},
    {"a/\n!a/b\n", "a/b", true},
    {"*.log\n!keep.log\n", "keep.log", false},
    {"!keep.log\n*.log\n", "keep.log", true},
    {"**/foo\n", "foo", true},
    {"**/foo\n", "a/b/foo", true},
    {"foo/**\n", "foo/a/b", true},
    {"foo/**\n", "a/foo/b", false},
    {"a/**/b\n", "a/b", true},
    {"a/**/b\n", "a/x/y/b", true},
    {"a/**/b\n", "ab", false},
    {"a**b/c\n", "ax/yb/c", false},
    {"a**/[!a]/\n", "ab/x", true}, /* git's own oddity */
    {"x/*.c\n", "x/y/z.c", false},
    {"?.c\n", "a.c", true},
    {"[ab].c\n", "b.c", true},
    {"[!ab].c\n", "b.c", false},
    {"[^ab].c\n", "c.c", true},
    {"[]x].c\n", "].c", true},
    {"[a-c].c\n", "b.c", true},
    {"[[:digit:]].c\n", "7.c", true},
    {"[ab.c\n", "[ab.c", false},
    {"a[/]b\n", "a/b", false},
    {"\n   \n/\n", "x", false},
    {"__pycache__/\n.env\n", "src/__pycache__/x.pyc", true},
    {"__pycache__/\n.env\n", "src/.env", true},
    {".*\n!.gitignore\n", ".github/x", true},
};

static void one_file_at_the_root(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ignore_file file = {"", cases[i].patterns, strlen(cases[i].patterns)};
        if (ignore_match(&file, 1, cases[i].path) != cases[i].ignored)
            fail_msg("%s against %s", cases[i].patterns, cases[i].path);
    }
}

static void nested_files(void **state)
{
    static const struct ignore_file files[] = {
        {"", "*.txt\n/only\n", 12}, {"a", "!x.txt\n/y\n", 11}, {"a/b", "x.txt\n", 6}};

    (void)state;
    assert_true(ignore_match(files, 3, "x.txt"));
    assert_false(ignore_match(files, 3, "a/x.txt"));
    assert_true(ignore_match(files, 3, "a/b/x.txt"));
    assert_false(ignore_match(files, 3, "a/c/x.txt"));
    assert_true(ignore_match(files, 3, "a/y"));
    assert_false(ignore_match(files, 3, "a/c/y"));
    assert_false(ignore_match(files, 3, "y"));
    assert_false(ignore_match(files, 3, "a/only"));
    assert_false(ignore_match(NULL, 0, "a/only"));
}

static void a_hostile_pattern_costs_little(void **state)
{
    char pattern[300], *path = malloc(100001);

    (void)state;
    for (size_t i = 0; i + 1 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 2);
    memcpy(pattern + 296, "b\n", 2);
    memset(path, 'a', 100000);
    path[100000] = '\0';
    const struct ignore_file file = {"", pattern, 298};
    assert_false(ignore_match(&file, 1, path));
    free(path);
}

static void globs(void **state)
{
    (void)state;
    assert_true(ignore_glob("pkg/zoneinfo/**", "pkg/zoneinfo/Africa/Cairo"));
    assert_false(ignore_glob("pkg/zoneinfo/**", "pkg/zoneinfo.py"));
    assert_true(ignore_glob("*.py", "a/b.py"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_file_at_the_root),
        cmocka_unit_test(nested_files),
        cmocka_unit_test(a_hostile_pattern_costs_little),
        cmocka_unit_test(globs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
