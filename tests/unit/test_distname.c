/* What names of published files tell, one line a case. */
#include "facts/distname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#define OURS(kind, version) DISTNAME_OURS, kind, version
#define FOREIGN             DISTNAME_FOREIGN, NULL, NULL
#define OTHER               DISTNAME_OTHER, NULL, NULL
#define BAD                 DISTNAME_BAD, NULL, NULL

static const struct {
    const char *package, *filename;
    enum distname_verdict verdict;
    const char *kind, *version;
} cases[] = {
    /* PEP 625 and before it */
    {"foo", "foo-1.0.tar.gz", OURS("sdist", "1.0")},
    {"foo-bar", "foo_bar-1.0.tar.gz", OURS("sdist", "1.0")},
    {"foo-bar", "Foo.Bar-1.0.zip", OURS("sdist", "1.0")},
    {"foo-bar", "foo-bar-1.0.tar.bz2", OURS("sdist", "1.0")},
    {"foo-bar", "foo--bar-1.0.tgz", OURS("sdist", "1.0")},
    {"foo", "FOO-1.0.TAR.GZ", OURS("sdist", "1.0")},
    {"foo", "foo-1.0.RC1.tar.gz", OURS("sdist", "1.0rc1")},
    {"foo", "foo-1!2.0+ubuntu.1.tar.gz", OURS("sdist", "1!2.0+ubuntu.1")},
    {"foo", "foo-1.0-1.tar.gz", OURS("sdist", "1.0.post1")},
    {"foo", "foo-1.0-beta-2.tar.gz", OURS("sdist", "1.0b2")},
    {"foo-2", "foo-2-1.0.tar.gz", OURS("sdist", "1.0")},
    {"foo", "foo-2-1.0.tar.gz", FOREIGN},
    {"foo", "foo-bar-1.0.tar.gz", FOREIGN},
    {"foo", "bar-1.0.tar.gz", FOREIGN},
    {"pytz", "pytz-2004d.tar.gz", OURS("sdist", "2004d")},
    {"foo", "foo-1.0.linux-x86_64.tar.gz", OURS("bdist_dumb", "1.0")},
    {"foo", "foo-1.0.macosx-10.9-universal2.tar.gz", OURS("bdist_dumb", "1.0")},
    {"foo", "foo-1.0.winter.tar.gz", OURS("sdist", "1.0.winter")},
    {"foo", "foo-1.0-py2.7.tar.gz", BAD},
    {"foo", "foo-latest.tar.gz", BAD},
    {"foo", "foo.tar.gz", BAD},
    {"foo", "foo-.tar.gz", BAD},
    {"foo", "-1.0.tar.gz", BAD},
    {"foo", ".tar.gz", OTHER},
    {"foo", "../foo-1.0.tar.gz", BAD},
    /* PEP 427 */
    {"foo-bar", "foo_bar-1.0-py3-none-any.whl", OURS("bdist_wheel", "1.0")},
    {"foo-bar", "Foo.Bar-1.0-py3-none-any.whl", OURS("bdist_wheel", "1.0")},
    {"foo", "foo-1.0-1-py3-none-any.whl", OURS("bdist_wheel", "1.0")},
    {"foo", "foo-1.0-1a-cp311-cp311-win_amd64.whl", OURS("bdist_wheel", "1.0")},
    {"foo", "foo-1.0_1-py3-none-any.whl", OURS("bdist_wheel", "1.0.post1")},
    {"foo", "foo-1.0+ubuntu_1-py3-none-any.whl", OURS("bdist_wheel", "1.0+ubuntu.1")},
    {"foo", "foo-2004d-py3-none-any.whl", OURS("bdist_wheel", "2004d")},
    {"foo", "bar-1.0-py3-none-any.whl", FOREIGN},
    {"foo", "foo-1.0-py3-none.whl", BAD},
    {"foo", "foo-1.0-x-py3-none-any.whl", BAD},
    {"foo", "foo-1.0-1-2-py3-none-any.whl", BAD},
    {"foo-bar", "foo__bar-1.0-py3-none-any.whl", BAD},
    {"foo", "foo-latest-py3-none-any.whl", BAD},
    {"foo", "-----.whl", BAD},
    /* what setuptools and distutils made besides */
    {"foo", "foo-1.0-py2.7.egg", OURS("bdist_egg", "1.0")},
    {"foo-bar", "foo_bar-1.0_1-py3.6-linux-x86_64.egg", OURS("bdist_egg", "1.0.post1")},
    {"foo", "foo-1.0.egg", OURS("bdist_egg", "1.0")},
    {"foo", "foo-1.0.win32-py2.7.exe", OURS("bdist_wininst", "1.0")},
    {"foo", "foo-2004d.win-amd64.exe", OURS("bdist_wininst", "2004d")},
    {"foo", "foo-1.0.win-amd64-py3.4.msi", OURS("bdist_msi", "1.0")},
    {"foo", "foo-1.0.exe", OURS("bdist_wininst", "1.0")},
    {"foo", "foo-1.0-1.noarch.rpm", OURS("bdist_rpm", "1.0")},
    {"foo", "foo-1.0-1.src.rpm", OURS("bdist_rpm", "1.0")},
    {"foo", "foo-setup.exe", BAD},
    /* no distributions */
    {"foo", "foo-1.0.tar.gz.asc", OTHER},
    {"foo", "foo-1.0-py3-none-any.whl.metadata", OTHER},
    {"foo", "index.html", OTHER},
    {"foo", "", OTHER},
};

static void names_of_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_INIT;
        struct distname name = {NULL, NULL};
        enum distname_verdict verdict =
            distname_read(cases[i].filename, cases[i].package, &arena, &name);
        if (verdict != cases[i].verdict)
            fail_msg("%s: %d", cases[i].filename, (int)verdict);
        if (verdict == DISTNAME_OURS &&
            (strcmp(name.kind, cases[i].kind) != 0 || strcmp(name.version, cases[i].version) != 0))
            fail_msg("%s: %s %s", cases[i].filename, name.kind, name.version);
        arena_release(&arena);
    }
}

static void long_names(void **state)
{
    struct arena arena = ARENA_INIT;
    struct distname name;
    char *text = mem_alloc(100000);

    (void)state;
    memset(text, '-', 99000);
    memcpy(text + 99000, ".tar.gz", 8);
    assert_int_equal(distname_read(text, "foo", &arena, &name), DISTNAME_BAD);
    free(text);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_files),
        cmocka_unit_test(long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
