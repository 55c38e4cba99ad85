#include "archive_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool keep_all(void *ctx, const struct archive_member *member)
{
    (void)ctx;
    return member->oid[0] != '\0';
}

/* --- cases ----------------------------------------------------------------------------------- */

/* The ids are those of `git hash-object --no-filters`. */
static void ids_are_gits(void **state)
{
    (void)state;
    pack_tar_file("tool-1.0/b.py", "x = 1\r\ny = 2\r\n");
    pack_tar_file("tool-1.0/a.py", "hello\n");
    pack_tar_file("tool-1.0/empty", "");
    pack_tar_member("tool-1.0/link", '2', "a.py", "", 0);
    pack_tar_end();
    assert_int_equal(
        pack_read((struct archive_request){
            .filename = "tool-1.0.tar", .keep = keep_all, .keep_max = 6, .keep_total = 100}),
        0);
    assert_string_equal(pack_oddities(), "");
    assert_string_equal(got.top, "tool-1.0");
    assert_int_equal(got.member_count, 4);
    assert_string_equal(got.members[0].path, "a.py");
    assert_string_equal(got.members[0].oid, "ce013625030ba8dba906f756967f9e9ca394464a");
    assert_string_equal(got.members[0].lf_oid, "");
    assert_string_equal(got.members[0].data, "hello\n");
    assert_string_equal(got.members[1].lf_oid, "2c1854573a40224de599dd57077637eb5f882072");
    assert_null(got.members[1].data); /* longer than was to be kept */
    assert_string_equal(got.members[2].oid, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    assert_int_equal(got.members[3].kind, ARCHIVE_LINK);
    assert_string_equal(got.members[3].data, "a.py");
}

/* A text that does not fit in memory at once has both ids as well. */
static void large_texts(void **state)
{
    size_t lines = 150000;
    char *text = malloc(9 * lines), *lf = malloc(8 * lines);

    (void)state;
    for (size_t i = 0; i < lines; i++) {
        memcpy(text + 9 * i, "1234567\r\n", 9);
        memcpy(lf + 8 * i, "1234567\n", 8);
    }
    pack_tar_member("tool-1.0/a.txt", '0', NULL, text, 9 * lines);
    pack_tar_member("tool-1.0/b.txt", '0', NULL, lf, 8 * lines);
    pack_tar_end();
    assert_int_equal(pack_read_as("tool-1.0.tar"), 0);
    assert_string_equal(got.members[0].lf_oid, got.members[1].oid);
    assert_string_not_equal(got.members[0].oid, got.members[1].oid);
    free(text);
    free(lf);
}

static void oddities_are_told(void **state)
{
    (void)state;
    pack_tar_file("tool-1.0/a.py", "a\n");
    pack_tar_file("/etc/passwd", "root\n");
    pack_tar_file("tool-1.0/../../up.py", "up\n");
    pack_tar_file("other/b.py", "b\n");
    pack_tar_member("tool-1.0/again.py", '1', "tool-1.0/a.py", "", 0);
    pack_tar_member("tool-1.0/far.py", '1', "tool-1.0/nothing.py", "", 0);
    pack_tar_member("tool-1.0/device", '3', NULL, "", 0);
    pack_tar_member("tool-1.0/out", '2', "../../secret", "", 0);
    pack_tar_member("tool-1.0/in", '2', "./a.py", "", 0);
    pack_tar_file("tool-1.0/a.py", "twice\n");
    pack_tar_end();
    assert_int_equal(pack_read_as("tool-1.0.tar"), 0);
    assert_string_equal(pack_oddities(), "absolute-path /etc/passwd\n"
                                         "dot-dot tool-1.0/../../up.py\n"
                                         "outside-top other/b.py\n"
                                         "hard-link far.py\n"
                                         "special-file device\n"
                                         "link-escapes out\n"
                                         "duplicate a.py");
    assert_int_equal(got.member_count, 5); /* a.py, twice, again.py, out, in */
}

static void another_top(void **state)
{
    (void)state;
    pack_tar_member("tool/", '5', NULL, "", 0);
    pack_tar_file("tool/a.py", "a\n");
    pack_tar_end();
    assert_int_equal(pack_read_as("tool-1.0.tar"), 0);
    assert_string_equal(pack_oddities(), "top-directory tool");
    assert_string_equal(got.members[0].path, "a.py");
}

static void what_is_cut(void **state)
{
    char *text = calloc(1, 100000);

    (void)state;
    pack_tar_member("tool-1.0/a", '0', NULL, text, 100000);
    free(text);
    packed.len = 50000;
    assert_int_equal(pack_read_as("tool-1.0.tar"), -1);
    assert_int_equal(got_err.reason, REASON_TRUNCATED);
    assert_non_null(strstr(got_err.text, "tool-1.0.tar"));
}

static void what_is_none(void **state)
{
    (void)state;
    pack("<html>not found</html>", 22);
    assert_int_equal(pack_read_as("tool-1.0.tar"), -1);
    assert_int_equal(got_err.reason, REASON_BAD_ANSWER);
    assert_int_equal(pack_read((struct archive_request){.filename = "tool-1.0.tar.gz"}), -1);
    assert_int_equal(pack_read((struct archive_request){.filename = "tool-1.0-py3-none-any.whl"}),
                     -1);
    assert_int_equal(pack_read((struct archive_request){.filename = "tool-1.0.egg"}), -1);
    assert_int_equal(got_err.reason, REASON_UNSUPPORTED);
}

static void limits(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        char path[64];
        snprintf(path, sizeof path, "tool-1.0/%02d", i);
        pack_tar_file(path, "0123456789");
    }
    pack_tar_end();
    assert_int_equal(
        pack_read((struct archive_request){.filename = "tool-1.0.tar", .max_members = 19}), -1);
    assert_int_equal(got_err.reason, REASON_LIMIT);
    assert_int_equal(
        pack_read((struct archive_request){.filename = "tool-1.0.tar", .max_bytes = 199}), -1);
    assert_int_equal(got_err.reason, REASON_TOO_LARGE);
    assert_int_equal(pack_read((struct archive_request){
                         .filename = "tool-1.0.tar", .max_members = 20, .max_bytes = 200}),
                     0);
}

static void names(void **state)
{
    enum archive_kind kind;

    (void)state;
    assert_int_equal(archive_kind_of("a-1.0.tar.gz", &kind), 0);
    assert_int_equal(kind, ARCHIVE_SDIST);
    assert_int_equal(archive_kind_of("a-1.0.zip", &kind), 0);
    assert_int_equal(archive_kind_of("a-1.0-py3-none-any.whl", &kind), 0);
    assert_int_equal(kind, ARCHIVE_WHEEL);
    assert_int_equal(archive_kind_of("a-1.0.exe", &kind), -1);
    assert_int_equal(archive_kind_of(".tar.gz", &kind), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ids_are_gits, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(large_texts, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(oddities_are_told, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(another_top, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(what_is_cut, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(what_is_none, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(limits, pack_setup, pack_teardown),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
