#include "archive_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ZIP        "tool-1.0.zip"
#define END_BYTES  22
#define LOCAL_NAME 30 /* bytes before a member's name, */
#define ENTRY_NAME 46 /* in the directory */
#define HELLO      "ce013625030ba8dba906f756967f9e9ca394464a"
#define LINES      "1234567\r\n1234567\r\n1234567\r\n1234567\r\n"

static const struct pack_member two[] = {
    {"tool-1.0/a.py", "hello\n", .deflated = true}, {"tool-1.0/b.py", "x = 1\n"}, {0}};

/* Where the name of a member stands: before it, or in the directory. */
static unsigned char *name_at(const char *name, bool directory)
{
    char *at = memmem(packed.data, packed.len, name, strlen(name));

    assert_non_null(at);
    if (directory) {
        at++;
        at = memmem(at, packed.len - (size_t)(at - packed.data), name, strlen(name));
        assert_non_null(at);
    }
    return (unsigned char *)at;
}

/* One byte of a local header, or of an entry, is another one. */
static void change(bool directory, int at)
{
    name_at("tool-1.0/b.py", directory)[at - (directory ? ENTRY_NAME : LOCAL_NAME)] ^= 1;
}

static void all_kinds(void **state)
{
    static const struct pack_member members[] = {
        {"tool-1.0/", ""},
        {"tool-1.0/a.py", "hello\n", .deflated = true},
        {"tool-1.0/b.py", "hello\n", .streamed = true},
        {"tool-1.0/c.py", "hello\n", .deflated = true, .streamed = true},
        {"tool-1.0/d.txt", LINES, .deflated = true},
        {0}};

    (void)state;
    pack_zip(members);
    pack_assert_odd(ZIP, "");
    assert_int_equal(got.member_count, 4);
    for (int i = 0; i < 3; i++)
        assert_string_equal(got.members[i].oid, HELLO);
    assert_int_equal(got.members[3].size, strlen(LINES));
    assert_string_not_equal(got.members[3].lf_oid, "");
    assert_string_equal(got.members[0].sha256, "");
}

static void a_zip64(void **state)
{
    (void)state;
    pack_zip(two);
    char end[END_BYTES];
    memcpy(end, packed.data + packed.len - END_BYTES, END_BYTES);
    packed.len -= END_BYTES;
    const uint64_t at = packed.len;
    pack_little(0x06064b50, 4);
    pack_little(44, 8);
    pack_little(0, 12);
    pack_little(2, 8);
    pack_little(2, 8);
    pack(end + 12, 4);
    pack_little(0, 4);
    pack(end + 16, 4);
    pack_little(0, 4);
    pack_little(0x07064b50, 4);
    pack_little(0, 4);
    pack_little(at, 8);
    pack_little(1, 4);
    memset(end + 8, 0xff, 12);
    pack(end, END_BYTES);
    pack_assert_odd(ZIP, "");
    assert_int_equal(got.member_count, 2);
}

/* A reader of the one part sees something else than a reader of the other. */
static void another_name(void **state)
{
    (void)state;
    pack_zip(two);
    name_at("tool-1.0/b.py", false)[9] = 'z';
    pack_assert_odd(ZIP, "directory-disagrees tool-1.0/b.py");
    name_at("tool-1.0/z.py", false)[9] = 'b';
    pack_assert_odd(ZIP, "");
}

static void numbers(void **state)
{
    static const struct {
        bool directory;
        int at;
    } cases[] = {
        {false, 8},  /* how it is packed */
        {false, 14}, /* its checksum */
        {false, 18}, /* how long it is, packed */
        {false, 22}, /* and as it is */
        {false, 26}, /* its name */
        {false, 28}, /* what follows that */
        {true, 16},  {true, 20}, {true, 24}, {true, 42},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_reset(&packed);
        pack_zip(two);
        change(cases[i].directory, cases[i].at);
        if (pack_read_as(ZIP) == 0)
            assert_string_equal(pack_oddities(), "directory-disagrees tool-1.0/b.py");
        else
            assert_int_equal(got_err.reason, REASON_BAD_ANSWER);
    }
}

static void sizes_behind_the_data(void **state)
{
    static const struct pack_member members[] = {{"tool-1.0/a.py", "hello\n", .streamed = true},
                                                 {0}};

    (void)state;
    pack_zip(members);
    pack_assert_odd(ZIP, "");
    char *data = memmem(packed.data, packed.len, "hello\n", 6);
    data[6 + 12] ^= 1;
    pack_assert_odd(ZIP, "directory-disagrees tool-1.0/a.py");
}

/* Two entries for one member: what a bomb is made of. */
static void one_in_another(void **state)
{
    static const struct pack_member members[] = {
        {"tool-1.0/a.py", "hello\n"}, {"tool-1.0/a.py", "hello\n"}, {0}};

    (void)state;
    pack_zip(members);
    memset(packed.data + packed.len - END_BYTES - 13 - 4, 0, 4); /* the second's offset */
    pack_assert_odd(ZIP, "directory-disagrees -\ntrailing-data -\ndirectory-disagrees -");
}

static void bytes_of_no_member(void **state)
{
    (void)state;
    pack("#!/bin/sh\n", 10);
    pack_zip(two);
    pack_assert_odd(ZIP, "trailing-data -");
    buf_reset(&packed);
    pack_zip(two);
    pack("more", 4);
    pack_assert_odd(ZIP, "trailing-data -");
    /* a member that the directory does not know of */
    buf_reset(&packed);
    pack_zip(two);
    size_t len = packed.len;
    pack_zip(two);
    pack_assert_odd(ZIP, "trailing-data -");
    assert_int_equal(got.member_count, 2);
    assert_true(packed.len > len);
}

/* In front of all, but with offsets as if it were not there. */
static void shifted(void **state)
{
    (void)state;
    pack_zip(two);
    char *zip = malloc(packed.len);
    size_t len = packed.len;
    memcpy(zip, packed.data, len);
    buf_reset(&packed);
    pack("#!/bin/sh\n", 10);
    pack(zip, len);
    free(zip);
    pack_assert_odd(ZIP, "trailing-data -");
    assert_int_equal(got.member_count, 2);
}

static void two_ends(void **state)
{
    char end[END_BYTES];

    (void)state;
    pack_zip(two);
    memcpy(end, packed.data + packed.len - END_BYTES, END_BYTES);
    packed.data[packed.len - 2] = END_BYTES; /* the comment is another end */
    pack(end, END_BYTES);
    assert_true(pack_read_as(ZIP) != 0 || strstr(pack_oddities(), "directory-disagrees") != NULL);
    /* an ordinary comment is nothing */
    buf_reset(&packed);
    pack_zip(two);
    packed.data[packed.len - 2] = 40;
    pack("0123456789012345678901234567890123456789", 40);
    pack_assert_odd(ZIP, "");
}

static void count(void **state)
{
    (void)state;
    pack_zip(two);
    packed.data[packed.len - END_BYTES + 8] = 1;
    packed.data[packed.len - END_BYTES + 10] = 1;
    assert_true(pack_read_as(ZIP) != 0 || strstr(pack_oddities(), "directory-disagrees") != NULL);
}

static void what_is_not_read(void **state)
{
    (void)state;
    pack_zip(two);
    name_at("tool-1.0/b.py", true)[8 - ENTRY_NAME] |= 1;
    pack_assert_fails(ZIP, REASON_UNSUPPORTED); /* encrypted */
    buf_reset(&packed);
    pack_zip(two);
    name_at("tool-1.0/b.py", true)[10 - ENTRY_NAME] = 14;
    pack_assert_fails(ZIP, REASON_UNSUPPORTED); /* LZMA */
}

static void names_with_nul(void **state)
{
    (void)state;
    pack_zip(two);
    name_at("tool-1.0/b.py", true)[10] = '\0';
    name_at("tool-1.0/b.py", false)[10] = '\0';
    if (pack_read_as(ZIP) == 0)
        assert_non_null(strstr(pack_oddities(), "directory-disagrees"));
}

static void every_cut(void **state)
{
    (void)state;
    pack_zip(two);
    while (packed.len-- > 0) {
        assert_int_equal(pack_read_as(ZIP), -1);
        assert_int_equal(got_err.reason, REASON_TRUNCATED);
    }
}

static void checksums(void **state)
{
    (void)state;
    pack_zip(two);
    *(char *)memmem(packed.data, packed.len, "x = 1", 5) = 'y';
    pack_assert_fails(ZIP, REASON_BAD_ANSWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_kinds, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(a_zip64, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(another_name, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(numbers, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(sizes_behind_the_data, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(one_in_another, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(bytes_of_no_member, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(shifted, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(two_ends, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(count, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_read, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(names_with_nul, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(every_cut, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(checksums, pack_setup, pack_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
