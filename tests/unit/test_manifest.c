#include "facts/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OID "0123456789012345678901234567890123456789"

static void what_goes_in_comes_out(void **state)
{
    struct archive_member members[] = {
        {.path = "PKG-INFO", .size = 9, .oid = OID, .data = "Name: a\r\n", .len = 9},
        {.path = "a/\xe9.py", .executable = true, .size = 70000, .oid = OID, .lf_oid = OID},
        {.path = "a/nul", .size = 3, .oid = OID, .data = "a\0b", .len = 3},
        {.path = "a/odd", .size = 2, .oid = OID, .data = "\xc3\xff", .len = 2},
        {.path = "link", .kind = ARCHIVE_LINK, .size = 3, .oid = OID, .data = "a/b", .len = 3},
    };
    struct archive_oddity odd[] = {{ARCHIVE_ODD_HARD_LINK, "x"}, {ARCHIVE_ODD_TRAILING, NULL}};
    struct archive_contents in = {ARCHIVE_SDIST, "a-1.0", members, 5, odd, 2, 70017}, out;
    struct buf buf = BUF_INIT(1 << 20);
    struct arena arena = ARENA_INIT;
    struct err err;

    (void)state;
    assert_int_equal(manifest_encode(&in, &buf, &err), 0);
    assert_int_equal(manifest_decode(buf.data, buf.len, &arena, &out, &err), 0);
    assert_int_equal(out.member_count, 5);
    assert_string_equal(out.top, "a-1.0");
    assert_int_equal(out.bytes, 70017);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(out.members[i].path, members[i].path);
        assert_int_equal(out.members[i].kind, members[i].kind);
        assert_int_equal(out.members[i].executable, members[i].executable);
        assert_int_equal(out.members[i].size, members[i].size);
        assert_string_equal(out.members[i].oid, members[i].oid);
        assert_string_equal(out.members[i].lf_oid, members[i].lf_oid);
        assert_int_equal(out.members[i].len, members[i].len);
        assert_int_equal(out.members[i].data == NULL, members[i].data == NULL);
        if (members[i].data != NULL)
            assert_memory_equal(out.members[i].data, members[i].data, members[i].len);
    }
    assert_int_equal(out.oddity_count, 2);
    assert_string_equal(out.oddities[0].path, "x");
    assert_null(out.oddities[1].path);
    buf_release(&buf);
    arena_release(&arena);
}

static void what_is_no_manifest(void **state)
{
    struct archive_contents in = {.kind = ARCHIVE_WHEEL}, out;
    struct buf buf = BUF_INIT(1 << 20), small = BUF_INIT(4);
    struct arena arena = ARENA_INIT;
    struct err err;

    (void)state;
    assert_int_equal(manifest_encode(&in, &small, &err), -1);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
    assert_int_equal(manifest_encode(&in, &buf, &err), 0);
    for (size_t len = 0; len < buf.len; len++)
        assert_int_equal(manifest_decode(buf.data, len, &arena, &out, &err), -1);
    buf.data[3] = 1; /* says that it unpacks to more than it can */
    assert_int_equal(manifest_decode(buf.data, buf.len, &arena, &out, &err), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    buf_release(&buf);
    buf_release(&small);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(what_is_no_manifest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
