#include "facts/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
    struct archive_record_fault faults[] = {{ARCHIVE_RECORD_DIGEST, "a/\xe9.py"}};
    struct archive_contents in = {.kind = ARCHIVE_SDIST,
                                  .top = "a-1.0",
                                  .members = members,
                                  .member_count = 5,
                                  .oddities = odd,
                                  .oddity_count = 2,
                                  .bytes = 70017,
                                  .record = ARCHIVE_RECORD_WRONG,
                                  .record_faults = faults,
                                  .record_fault_count = 1},
                            out;
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
    assert_int_equal(out.oddities[1].kind, ARCHIVE_ODD_TRAILING);
    assert_int_equal(out.record, ARCHIVE_RECORD_WRONG);
    assert_int_equal(out.record_fault_count, 1);
    assert_int_equal(out.record_faults[0].kind, ARCHIVE_RECORD_DIGEST);
    assert_string_equal(out.record_faults[0].path, "a/\xe9.py");
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
    buf.data[buf.len - 1] ^= 1; /* its checksum */
    assert_int_equal(manifest_decode(buf.data, buf.len, &arena, &out, &err), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    buf_release(&buf);
    buf_release(&small);
    arena_release(&arena);
}

/* What is written stays small: the text of 50 members with their ids. */
static void how_large_it_is(void **state)
{
    struct archive_member members[50] = {0};
    char paths[50][32];
    struct archive_contents in = {.top = "a-1.0", .members = members, .member_count = 50};
    struct buf buf = BUF_INIT(1 << 20);
    struct err err;
    unsigned seed = 1;

    (void)state;
    for (size_t i = 0; i < 50; i++) {
        snprintf(paths[i], sizeof paths[i], "src/package/module_%02zu.py", i);
        members[i] = (struct archive_member){.path = paths[i], .size = 1000 + (int64_t)i};
        for (size_t k = 0; k < OID_HEX - 1; k++)
            members[i].oid[k] = "0123456789abcdef"[(seed = seed * 1103515245 + 12345) >> 20 & 15];
    }
    assert_int_equal(manifest_encode(&in, &buf, &err), 0);
    assert_in_range(buf.len, 1000, 2500);
    buf_release(&buf);
}

/* A bomb ends at the ceiling of a line. */
static void a_bomb(void **state)
{
    static char zeros[1 << 20];
    struct archive_member member = {.path = "a", .oid = OID, .data = zeros, .len = sizeof zeros};
    struct archive_contents in = {.members = &member, .member_count = 1}, out;
    struct buf buf = BUF_INIT(1 << 20);
    struct arena arena = ARENA_INIT;
    struct err err;

    (void)state;
    assert_int_equal(manifest_encode(&in, &buf, &err), 0);
    assert_int_equal(manifest_decode(buf.data, buf.len, &arena, &out, &err), 0);
    assert_int_equal(out.members[0].len, sizeof zeros);
    static char many[4 << 20];
    member.data = many;
    member.len = sizeof many;
    buf_reset(&buf);
    assert_int_equal(manifest_encode(&in, &buf, &err), 0);
    assert_int_equal(manifest_decode(buf.data, buf.len, &arena, &out, &err), -1);
    buf_release(&buf);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(what_is_no_manifest),
        cmocka_unit_test(how_large_it_is),
        cmocka_unit_test(a_bomb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
