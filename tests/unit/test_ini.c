#include "facts/ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static void reads(const char *text, const char *section, const char *key, const char *want)
{
    struct arena arena = ARENA_INIT;
    struct ini ini;
    struct err err = {0};

    if (ini_parse(text, strlen(text), "setup.cfg", &arena, &ini, &err) != 0)
        fail_msg("%s", err.text);
    const char *got = ini_value(&ini, section, key);
    if (want == NULL ? got != NULL : got == NULL || strcmp(got, want) != 0)
        fail_msg("%s: got %s, not %s", text, got ? got : "nothing", want ? want : "nothing");
    arena_release(&arena);
}

static void refused(const char *text, size_t len, const char *message)
{
    struct arena arena = ARENA_INIT;
    struct ini ini;
    struct err err = {0};

    assert_int_equal(ini_parse(text, len, "setup.cfg", &arena, &ini, &err), -1);
    assert_int_equal(err.reason, REASON_PARSE);
    if (strstr(err.text, message) == NULL)
        fail_msg("%s", err.text);
    arena_release(&arena);
}

/* What configparser.RawConfigParser gives for the same text. */
static void test_as_configparser_reads(void **state)
{
    (void)state;
    reads("[a]\nk = v\n", "a", "k", "v");
    reads("[a]\nk:v\n", "a", "k", "v");
    reads("[a]\nk = a = b : c\n", "a", "k", "a = b : c");
    reads("[a]\nk = v ; not a comment # nor this\n", "a", "k", "v ; not a comment # nor this");
    reads("[a]\n# k = 1\n; k = 2\nk = 3\n", "a", "k", "3");
    reads("[a]\nk =\n  x\n  y\nl = 1\n", "a", "k", "\nx\ny");
    reads("[a]\nk = x\n\n  y\n\nl = 1\n", "a", "k", "x\n\ny");
    reads("[a]\nk = x\n  # comment\n  y\n", "a", "k", "x\ny");
    reads("[a]\nk = x\n  y = z\n", "a", "k", "x\ny = z");
    reads("[a]\n  k = x\n  l = y\n", "a", "l", "y");
    reads("[a]\n  k = x\n    y\n", "a", "k", "x\ny");
    reads("[a]\nk = 1\n[b]\nk = 2\n", "b", "k", "2");
    reads("[a:b]\nk = 1\n", "a:b", "k", "1");
    reads("[a] ; c\nk = 1\n", "a", "k", "1");
    reads("[a]\nk = 1\nK = 2\n", "a", "k", "2");
    reads("[a]\rk = v\rl = w\r", "a", "l", "w");
    reads("[a]\nk =\n", "a", "k", "");
    reads("[a]\r\nk = v\r\n  w\r\n", "a", "k", "v\nw");
    reads("\xef\xbb\xbf[a]\nk = v", "a", "k", "v");
    reads("[a]\nk = Andr\xe9\n", "a", "k", "Andr\xc3\xa9");
    reads("[a]\nk = v\n", "b", "k", NULL);
    reads("[a]\nk = v\n", "a", "l", NULL);
    reads("", "a", "k", NULL);
}

static void test_keys_have_aliases(void **state)
{
    (void)state;
    reads("[metadata]\nHome-Page = v\n", "metadata", "home_page", "v");
    reads("[metadata]\nhome_page = v\n", "metadata", "home-page", "v");
    reads("[Metadata]\nname = v\n", "metadata", "name", NULL);
}

static void test_bad_lines_are_named(void **state)
{
    (void)state;
    refused("k = v\n", 6, "setup.cfg:1: a line before the first section");
    refused("[a]\nk\n", 6, "setup.cfg:2: neither a section");
    refused("[a]\n = v\n", 9, "setup.cfg:2: neither a section");
    refused("[a]\n\n[b\n", 8, "setup.cfg:3: a section without its bracket");
    refused("[]\n", 3, "setup.cfg:1: a section without its bracket");
    refused("[a]\nk = \0v\n", 11, "NUL");
    refused("[a]\nk = 1\nk = 2\n", 16, "setup.cfg:3: k stands in line 2 already");
    refused("[a]\nk = 1\n[a]\n", 14, "setup.cfg:3: a stands in line 1 already");
}

static void test_size_is_bounded(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct ini ini;
    struct err err = {0};
    char *text = mem_alloc(INI_MAX + 1);

    memset(text, '\n', INI_MAX + 1);
    memcpy(text, "[a]\nk=v", 7);
    assert_int_equal(ini_parse(text, INI_MAX + 1, "x", &arena, &ini, &err), -1);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
    assert_int_equal(ini_parse(text, INI_MAX - 1, "x", &arena, &ini, &err), 0);
    assert_string_equal(ini_value(&ini, "a", "k"), "v");
    free(text);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_configparser_reads),
        cmocka_unit_test(test_keys_have_aliases),
        cmocka_unit_test(test_bad_lines_are_named),
        cmocka_unit_test(test_size_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
