#include "fetch/archive.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define LOCAL_NAME 30 /* bytes before a member's name */

/* --- archives, made here --------------------------------------------------------------------- */

static struct buf packed;
static struct arena arena;
static struct archive_contents got;
static struct err err;

static void add(const void *data, size_t len)
{
    assert_int_equal(buf_add(&packed, data, len), 0);
}

static void tar_member(const char *path, char type, const char *target, const char *data,
                       size_t len)
{
    char head[512] = {0}, zeros[512] = {0};
    unsigned sum = 0;

    snprintf(head, 101, "%s", path);
    snprintf(head + 100, 8, "%07o", 0644u);
    snprintf(head + 124, 12, "%011o", (unsigned)len);
    head[156] = type;
    if (target != NULL)
        snprintf(head + 157, 101, "%s", target);
    memcpy(head + 257, "ustar\00000", 8);
    memset(head + 148, ' ', 8);
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    snprintf(head + 148, 8, "%06o", sum);
    add(head, sizeof head);
    add(data, len);
    add(zeros, (512 - len % 512) % 512);
}

static void tar_file(const char *path, const char *text)
{
    tar_member(path, '0', NULL, text, strlen(text));
}

static void tar_end(void)
{
    char zeros[1024] = {0};

    add(zeros, sizeof zeros);
}

static unsigned crc32_of(const char *data, size_t len)
{
    unsigned crc = ~0u;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void little(unsigned long long value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        char byte = (char)(value >> 8 * i);
        add(&byte, 1);
    }
}

/* A zip of stored members, each path with its text. */
static void zip(const char *const *pairs)
{
    size_t offsets[8], count = 0;

    for (; pairs[2 * count] != NULL; count++) {
        const char *path = pairs[2 * count], *text = pairs[2 * count + 1];
        offsets[count] = packed.len;
        little(0x04034b50, 4), little(20, 2), little(0, 2), little(0, 2), little(0x21 << 16, 4);
        little(crc32_of(text, strlen(text)), 4);
        little(strlen(text), 4), little(strlen(text), 4), little(strlen(path), 2), little(0, 2);
        add(path, strlen(path));
        add(text, strlen(text));
    }
    size_t directory = packed.len;
    for (size_t i = 0; i < count; i++) {
        const char *path = pairs[2 * i], *text = pairs[2 * i + 1];
        little(0x02014b50, 4), little(0x314, 2), little(20, 2), little(0, 2), little(0, 2);
        little(0x21 << 16, 4), little(crc32_of(text, strlen(text)), 4);
        little(strlen(text), 4), little(strlen(text), 4), little(strlen(path), 2);
        little(0, 2), little(0, 2), little(0, 2), little(0, 2), little(0100644ull << 16, 4);
        little(offsets[i], 4);
        add(path, strlen(path));
    }
    size_t end = packed.len;
    little(0x06054b50, 4), little(0, 4), little(count, 2), little(count, 2);
    little(end - directory, 4), little(directory, 4), little(0, 2);
}

/* --- reading them ---------------------------------------------------------------------------- */

static bool keep_all(void *ctx, const struct archive_member *member)
{
    (void)ctx;
    return member->oid[0] != '\0';
}

static int read_as(struct archive_request request)
{
    int fd = memfd_create("archive", 0);

    assert_int_equal(write(fd, packed.data, packed.len), (ssize_t)packed.len);
    arena_release(&arena);
    err = (struct err){0};
    int result = archive_read(fd, &request, &arena, &got, &err);
    close(fd);
    return result;
}

static int read_tar(void)
{
    return read_as((struct archive_request){.filename = "tool-1.0.tar"});
}

/* "word path" of each oddity, one a line. */
static const char *oddities(void)
{
    static const char *const words[] = {
#define X(id, word, meaning) word,
        ARCHIVE_ODDITIES(X)
#undef X
    };
    static char text[4096];

    text[0] = '\0';
    for (size_t i = 0; i < got.oddity_count; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s %s", len > 0 ? "\n" : "",
                 words[got.oddities[i].kind],
                 got.oddities[i].path != NULL ? got.oddities[i].path : "-");
    }
    return text;
}

static int setup(void **state)
{
    (void)state;
    buf_init(&packed, 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_release(&packed);
    arena_release(&arena);
    return 0;
}

/* --- cases ----------------------------------------------------------------------------------- */

/* The ids are those of `git hash-object --no-filters`. */
static void ids_are_gits(void **state)
{
    (void)state;
    tar_file("tool-1.0/b.py", "x = 1\r\ny = 2\r\n");
    tar_file("tool-1.0/a.py", "hello\n");
    tar_file("tool-1.0/empty", "");
    tar_member("tool-1.0/link", '2', "a.py", "", 0);
    tar_end();
    assert_int_equal(
        read_as((struct archive_request){
            .filename = "tool-1.0.tar", .keep = keep_all, .keep_max = 6, .keep_total = 100}),
        0);
    assert_string_equal(oddities(), "");
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
    tar_member("tool-1.0/a.txt", '0', NULL, text, 9 * lines);
    tar_member("tool-1.0/b.txt", '0', NULL, lf, 8 * lines);
    tar_end();
    assert_int_equal(read_tar(), 0);
    assert_string_equal(got.members[0].lf_oid, got.members[1].oid);
    assert_string_not_equal(got.members[0].oid, got.members[1].oid);
    free(text);
    free(lf);
}

static void oddities_are_told(void **state)
{
    (void)state;
    tar_file("tool-1.0/a.py", "a\n");
    tar_file("/etc/passwd", "root\n");
    tar_file("tool-1.0/../../up.py", "up\n");
    tar_file("other/b.py", "b\n");
    tar_member("tool-1.0/again.py", '1', "tool-1.0/a.py", "", 0);
    tar_member("tool-1.0/far.py", '1', "tool-1.0/nothing.py", "", 0);
    tar_member("tool-1.0/device", '3', NULL, "", 0);
    tar_member("tool-1.0/out", '2', "../../secret", "", 0);
    tar_member("tool-1.0/in", '2', "./a.py", "", 0);
    tar_file("tool-1.0/a.py", "twice\n");
    tar_end();
    assert_int_equal(read_tar(), 0);
    assert_string_equal(oddities(), "absolute-path /etc/passwd\n"
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
    tar_member("tool/", '5', NULL, "", 0);
    tar_file("tool/a.py", "a\n");
    tar_end();
    assert_int_equal(read_tar(), 0);
    assert_string_equal(oddities(), "top-directory tool");
    assert_string_equal(got.members[0].path, "a.py");
}

static void what_is_cut(void **state)
{
    char *text = calloc(1, 100000);

    (void)state;
    tar_member("tool-1.0/a", '0', NULL, text, 100000);
    free(text);
    packed.len = 50000;
    assert_int_equal(read_tar(), -1);
    assert_int_equal(err.reason, REASON_TRUNCATED);
    assert_non_null(strstr(err.text, "tool-1.0.tar"));
}

static void what_is_none(void **state)
{
    (void)state;
    add("<html>not found</html>", 22);
    assert_int_equal(read_tar(), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    assert_int_equal(read_as((struct archive_request){.filename = "tool-1.0.tar.gz"}), -1);
    assert_int_equal(read_as((struct archive_request){.filename = "tool-1.0-py3-none-any.whl"}),
                     -1);
    assert_int_equal(read_as((struct archive_request){.filename = "tool-1.0.egg"}), -1);
    assert_int_equal(err.reason, REASON_UNSUPPORTED);
}

static void limits(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        char path[64];
        snprintf(path, sizeof path, "tool-1.0/%02d", i);
        tar_file(path, "0123456789");
    }
    tar_end();
    assert_int_equal(
        read_as((struct archive_request){.filename = "tool-1.0.tar", .max_members = 19}), -1);
    assert_int_equal(err.reason, REASON_LIMIT);
    assert_int_equal(
        read_as((struct archive_request){.filename = "tool-1.0.tar", .max_bytes = 199}), -1);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
    assert_int_equal(read_as((struct archive_request){
                         .filename = "tool-1.0.tar", .max_members = 20, .max_bytes = 200}),
                     0);
}

static void wheels(void **state)
{
    static const char *const members[] = {"tool/__init__.py", "hello\n", "tool-1.0.dist-info/WHEEL",
                                          "Wheel-Version: 1.0\n", NULL};

    (void)state;
    zip(members);
    assert_int_equal(read_as((struct archive_request){.filename = "tool-1.0-py3-none-any.whl"}), 0);
    assert_int_equal(got.kind, ARCHIVE_WHEEL);
    assert_null(got.top);
    assert_string_equal(oddities(), "");
    assert_string_equal(got.members[1].path, "tool/__init__.py");
    assert_string_equal(got.members[1].oid, "ce013625030ba8dba906f756967f9e9ca394464a");
    assert_string_equal(got.members[1].sha256,
                        "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
}

/* A reader of the one part sees something else than a reader of the other. */
static void zips_that_disagree(void **state)
{
    static const char *const members[] = {"tool-1.0/a.py", "hello\n", "tool-1.0/b.py", "x = 1\n",
                                          NULL};
    const struct archive_request request = {.filename = "tool-1.0.zip"};

    (void)state;
    zip(members);
    assert_int_equal(read_as(request), 0);
    assert_string_equal(oddities(), "");
    char *name = memmem(packed.data, packed.len, "tool-1.0/a.py", 13);
    name[9] = 'z';
    assert_int_equal(read_as(request), 0);
    assert_string_equal(oddities(), "directory-disagrees tool-1.0/a.py");
    name[9] = 'a';
    name[22 - LOCAL_NAME] ^= 1; /* how long it says it is */
    assert_true(read_as(request) != 0 || got.oddity_count == 1);
    name[22 - LOCAL_NAME] ^= 1;
    little(0, 4); /* behind the end */
    read_as(request);
    assert_true(got.oddity_count > 0 || err.reason != REASON_NONE);
}

static void zips_with_more_in_front(void **state)
{
    static const char *const members[] = {"tool-1.0/a.py", "hello\n", NULL};

    (void)state;
    add("#!/bin/sh\n", 10);
    zip(members);
    assert_int_equal(read_as((struct archive_request){.filename = "tool-1.0.zip"}), 0);
    assert_string_equal(oddities(), "trailing-data -");
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
        cmocka_unit_test_setup_teardown(ids_are_gits, setup, teardown),
        cmocka_unit_test_setup_teardown(large_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(oddities_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(another_top, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(limits, setup, teardown),
        cmocka_unit_test_setup_teardown(wheels, setup, teardown),
        cmocka_unit_test_setup_teardown(zips_that_disagree, setup, teardown),
        cmocka_unit_test_setup_teardown(zips_with_more_in_front, setup, teardown),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
