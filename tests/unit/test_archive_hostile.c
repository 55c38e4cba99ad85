/* Archives that were made to hurt: each ends soon, in bounded memory, and never looks complete. */
#include "archive_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#define TAR "tool-1.0.tar"
#define GZ  "tool-1.0.tar.gz"
#define MiB ((size_t)1 << 20)

/* What is packed so far, `times` times one behind the other. */
static void repeat(size_t times)
{
    const size_t len = packed.len;
    char *once = malloc(len);

    memcpy(once, packed.data, len);
    for (size_t i = 1; i < times; i++)
        pack(once, len);
    free(once);
}

/* The peak so far, in bytes; sanitizers have one of their own. */
static long peak(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0;
#else
    return usage.ru_maxrss * 1024;
#endif
}

static void assert_peak_since(long before)
{
    assert_in_range(peak() - before, 0, 30 * MiB);
}

/* --- large ------------------------------------------------------------------------------------ */

/* 2 GiB are as much as is unpacked at all; 512 MiB of them here. */
static void a_large_member(void **state)
{
    const size_t blocks = 512;
    char size[13];

    (void)state;
    pack_zeros(MiB);
    pack_gzip();
    repeat(blocks);
    struct buf body = packed;
    buf_init(&packed, 64 << 20);
    snprintf(size, sizeof size, "%011llo", (unsigned long long)(blocks * MiB));
    pack_tar_header("tool-1.0/zeros", '0', NULL, size);
    pack_gzip();
    pack(body.data, body.len);
    buf_release(&body);
    char end[1024] = {0};
    struct buf whole = packed;
    buf_init(&packed, 64 << 20);
    pack(end, sizeof end);
    pack_gzip();
    assert_int_equal(buf_add(&whole, packed.data, packed.len), 0);
    buf_release(&packed);
    packed = whole;
    const long before = peak();
    pack_assert_odd(GZ, "");
    assert_int_equal(got.members[0].size, blocks * MiB);
    assert_peak_since(before);
}

static void sizes_that_are_too_much(void **state)
{
    static const char *const sizes[] = {"20000000001", "77777777777", "\x80\0\0\0\x7f\xff\xff\xff"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        buf_reset(&packed);
        pack_tar_header("tool-1.0/a", '0', NULL, sizes[i]);
        pack_zeros(4096);
        pack_assert_fails(TAR, REASON_TOO_LARGE);
    }
}

/* Numbers in base 256: nearly 2^63, and below zero. */
static void sizes_that_are_none(void **state)
{
    static const unsigned char first[] = {0x80, 0xff};

    (void)state;
    for (int i = 0; i < 2; i++) {
        buf_reset(&packed);
        pack_tar_header("tool-1.0/a", '0', NULL, "00000000000");
        memset(packed.data + 124, 0xff, 12);
        packed.data[124] = (char)first[i];
        packed.data[128] = i == 0 ? 0x7f : (char)0xff;
        unsigned sum = 0;
        memset(packed.data + 148, ' ', 8);
        for (size_t j = 0; j < 512; j++)
            sum += (unsigned char)packed.data[j];
        snprintf(packed.data + 148, 8, "%06o", sum);
        pack_zeros(4096);
        assert_int_equal(pack_read_as(TAR), -1);
    }
}

static void a_sparse_member(void **state)
{
    static const char map[] = "30 GNU.sparse.size=3221225472\n"
                              "25 GNU.sparse.numblocks=1\n"
                              "20 GNU.sparse.offset=0\n"
                              "23 GNU.sparse.numbytes=512\n";

    (void)state;
    pack_tar_member("tool-1.0/x", 'x', NULL, map, sizeof map - 1);
    pack_tar_member("tool-1.0/holes", '0', NULL, "0123456789abcdef", 16);
    pack_tar_end();
    assert_int_equal(pack_read_as(TAR), -1);
    assert_true(got_err.reason == REASON_TOO_LARGE || got_err.reason == REASON_BAD_ANSWER);
}

/* Zeros behind the end of a tar are looked at too, but not for ever. */
static void bombs(void **state)
{
    (void)state;
    pack_zeros(MiB);
    pack_gzip();
    repeat(300);
    struct archive_request request = {.filename = GZ, .max_bytes = 4 * MiB, .max_members = 100};
    assert_int_equal(pack_read(request), -1);
    assert_int_equal(got_err.reason, REASON_TOO_LARGE);
    buf_reset(&packed);
    pack_zeros(64 * MiB);
    pack_filter("xz");
    request.filename = "tool-1.0.tar.xz";
    assert_int_equal(pack_read(request), -1);
    assert_int_equal(got_err.reason, REASON_TOO_LARGE);
}

/* Says 10 bytes, unpacks to a million; and says as much as it is, all too often. */
static void zip_bombs(void **state)
{
    char *zeros = calloc(1, MiB);
    const struct pack_member members[] = {{"tool-1.0/a.py", zeros, .len = MiB, .deflated = true},
                                          {0}};

    (void)state;
    pack_zip(members);
    assert_int_equal(pack_read((struct archive_request){.filename = "tool-1.0.zip",
                                                        .max_bytes = (int64_t)MiB - 1}),
                     -1);
    assert_int_equal(got_err.reason, REASON_TOO_LARGE);
    for (char *at = packed.data;
         (at = memmem(at, packed.len - (size_t)(at - packed.data), "\0\0\x10\0\x0d", 5)) != NULL;)
        memcpy(at, "\x0a\0\0", 3);
    assert_int_equal(pack_read_as("tool-1.0.zip"), -1);
    assert_int_equal(got_err.reason, REASON_BAD_ANSWER);
    free(zeros);
}

/* --- many ------------------------------------------------------------------------------------- */

static void a_million_members(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        char path[64];
        snprintf(path, sizeof path, "tool-1.0/a/rather/long/folder/of/a/name/%d.py", i);
        pack_tar_member(path, '0', NULL, "", 0);
    }
    pack_gzip();
    repeat(1000);
    const long before = peak();
    pack_assert_fails(GZ, REASON_LIMIT);
    assert_peak_since(before);
}

static void a_million_entries(void **state)
{
    (void)state;
    pack_little(0x02014b50, 4);
    pack_little(0, 24);
    pack_little(1, 2);
    pack_little(0, 16);
    pack("a", 1);
    repeat(300000);
    const size_t len = packed.len;
    pack_little(0x06054b50, 4);
    pack_little(0, 4);
    pack_little(0xffff, 2);
    pack_little(0xffff, 2);
    pack_little(len, 4);
    pack_little(0, 4);
    pack_little(0, 2);
    const long before = peak();
    pack_assert_fails("tool-1.0.zip", REASON_LIMIT);
    assert_peak_since(before);
}

/* Each is found, and each may have 200 KiB kept: but all together not more than may be. */
static void hard_links(void **state)
{
    const size_t len = 200 << 10, count = 20000;
    char *text = malloc(len);

    (void)state;
    memset(text, 'x', len);
    pack_tar_member("tool-1.0/a", '0', NULL, text, len);
    free(text);
    for (size_t i = 0; i < count; i++) {
        char path[64];
        snprintf(path, sizeof path, "tool-1.0/%zu", i);
        pack_tar_member(path, '1', "tool-1.0/a", "", 0);
    }
    pack_tar_end();
    pack_assert_fails(TAR, REASON_TOO_LARGE); /* counted as what they stand for */
    assert_int_equal(
        pack_read((struct archive_request){.filename = TAR, .max_bytes = (int64_t)8 << 30}), 0);
    assert_int_equal(got.member_count, count + 1);
}

static bool keep_all(void *ctx, const struct archive_member *member)
{
    (void)ctx;
    return member->oid[0] != '\0';
}

static void kept_links(void **state)
{
    size_t kept = 0;

    (void)state;
    pack_tar_file("tool-1.0/a", "0123456789");
    for (int i = 0; i < 9; i++) {
        char path[] = "tool-1.0/0";
        path[9] = (char)('0' + i);
        pack_tar_member(path, '1', "tool-1.0/a", "", 0);
    }
    pack_tar_end();
    assert_int_equal(pack_read((struct archive_request){
                         .filename = TAR, .keep = keep_all, .keep_max = 100, .keep_total = 35}),
                     0);
    for (size_t i = 0; i < got.member_count; i++)
        kept += got.members[i].len;
    assert_int_equal(kept, 30);
}

/* Large texts with CRLF among many members: each is found again by where it stands. */
static void again_among_many(void **state)
{
    const size_t lines = 600000;
    char *text = malloc(2 * lines);

    (void)state;
    for (size_t i = 0; i < lines; i++)
        memcpy(text + 2 * i, "\r\n", 2);
    for (int i = 0; i < 20000; i++)
        pack_tar_file("tool-1.0/same", "");
    pack_tar_member("tool-1.0/text", '0', NULL, text, 2 * lines);
    pack_tar_member("tool-1.0/text", '0', NULL, text, 2 * lines);
    memset(text, '\n', lines);
    pack_tar_member("tool-1.0/lf", '0', NULL, text, lines);
    pack_tar_end();
    free(text);
    assert_int_equal(pack_read_as(TAR), 0);
    assert_int_equal(got.oddity_count, 24);
    assert_string_equal(got.members[got.member_count - 1].lf_oid, got.members[0].oid);
    assert_string_equal(got.members[got.member_count - 2].lf_oid, got.members[0].oid);
}

/* --- names ------------------------------------------------------------------------------------ */

static void long_names(void **state)
{
    const size_t len = 64 << 10;
    char *name = malloc(len + 64);

    (void)state;
    for (int gnu = 0; gnu < 2; gnu++) {
        buf_reset(&packed);
        size_t head = gnu ? 0 : (size_t)snprintf(name, 64, "%zu path=", len + 12);
        memset(name + head, 'n', len);
        memcpy(name + head, "tool-1.0/", 9);
        name[head + len] = '\n';
        pack_tar_member("tool-1.0/x", gnu ? 'L' : 'x', NULL, name, head + len + !gnu);
        pack_tar_file("tool-1.0/short", "hello\n");
        pack_tar_end();
        pack_assert_fails(TAR, REASON_LIMIT);
    }
    free(name);
}

/* Long names that builds do make. */
static void longer_names(void **state)
{
    char name[400] = "tool-1.0/", record[512];

    (void)state;
    memset(name + 9, 'n', 300);
    int len = snprintf(record, sizeof record, "319 path=%s\n", name);
    assert_int_equal(len, 319);
    pack_tar_member("x", 'x', NULL, record, (size_t)len);
    pack_tar_file("tool-1.0/nnn", "hello\n");
    pack_tar_member("././@LongLink", 'L', NULL, name, strlen(name) + 1);
    pack_tar_file("tool-1.0/mmm", "hello\n");
    pack_tar_end();
    assert_int_equal(pack_read_as(TAR), 0);
    assert_int_equal(got.member_count, 2);
    assert_int_equal(strlen(got.members[0].path), 300);
    assert_string_equal(got.members[1].path, got.members[0].path);
}

/* Names alone may be what there is too much of. */
static void all_names(void **state)
{
    char record[4100];

    (void)state;
    memset(record, 'n', sizeof record);
    memcpy(record, "4000 path=tool-1.0/", 19);
    record[3999] = '\n';
    pack_tar_member("x", 'x', NULL, record, 4000);
    pack_tar_file("tool-1.0/a", "");
    pack_gzip();
    repeat(20000);
    const long before = peak();
    pack_assert_fails(GZ, REASON_LIMIT);
    assert_peak_since(before);
}

static void headers_of_headers(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++)
        pack_tar_header("x", 'g', NULL, "00000000000");
    pack_tar_file("tool-1.0/a", "");
    pack_tar_end();
    assert_int_equal(pack_read_as(TAR), -1);
}

/* --- cut -------------------------------------------------------------------------------------- */

static void one_member(void)
{
    buf_reset(&packed);
    pack_tar_file("tool-1.0/a.py", "print('hello')\n");
    pack_tar_end();
}

static void every_cut(void **state)
{
    static const struct {
        const char *filename, *filter;
        bool refuses; /* what stands behind */
    } kinds[] = {{"tool-1.0.tar.bz2", "bzip2"},
                 {"tool-1.0.tar.xz", "xz", true},
                 {"tool-1.0.tar.zst", "zstd", true},
                 {GZ, "gzip"},
                 {"tool-1.0.tgz", "gzip"}};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        one_member();
        pack_filter(kinds[i].filter);
        pack_assert_odd(kinds[i].filename, "");
        assert_int_equal(got.member_count, 1);
        pack("more", 4);
        if (kinds[i].refuses)
            pack_assert_fails(kinds[i].filename, REASON_BAD_ANSWER); /* as xz and zstd do */
        else
            pack_assert_odd(kinds[i].filename, "trailing-data -");
        packed.len -= 4;
        while (packed.len-- > 0)
            if (pack_read_as(kinds[i].filename) == 0)
                fail_msg("%s, cut to %zu bytes, was read", kinds[i].filename, packed.len);
    }
}

/* A tar ends in zeros; what has none was cut where a member ends. */
static void a_tar_without_end(void **state)
{
    (void)state;
    one_member();
    for (const size_t whole = packed.len - 512; packed.len-- > whole;)
        assert_int_equal(pack_read_as(TAR), 0);
    for (; packed.len > 0; packed.len--)
        assert_int_equal(pack_read_as(TAR), -1);
    one_member();
    packed.len -= 1024;
    pack_assert_fails(TAR, REASON_TRUNCATED);
    pack_gzip();
    pack_assert_fails(GZ, REASON_TRUNCATED);
}

static void behind_the_end(void **state)
{
    (void)state;
    one_member();
    pack_zeros(10240 - packed.len); /* tar's own habit */
    pack_assert_odd(TAR, "");
    pack("\0x", 2);
    pack_assert_odd(TAR, "trailing-data -");
    one_member(); /* another archive behind it, which most readers do not see */
    repeat(2);
    pack_assert_odd(TAR, "trailing-data -");
    assert_int_equal(got.member_count, 1);
    pack_gzip();
    pack_assert_odd(GZ, "trailing-data -");
}

static void several_gzip_members(void **state)
{
    (void)state;
    one_member();
    const struct buf whole = packed;
    buf_init(&packed, 1 << 20);
    pack(whole.data, 700);
    pack_gzip();
    struct buf first = packed;
    buf_init(&packed, 1 << 20);
    pack(whole.data + 700, whole.len - 700);
    pack_gzip();
    assert_int_equal(buf_add(&first, packed.data, packed.len), 0);
    buf_release(&packed);
    free(whole.data);
    packed = first;
    pack_zeros(100);
    pack_assert_odd(GZ, "");
    assert_int_equal(got.member_count, 1);
}

static void a_wrong_checksum(void **state)
{
    (void)state;
    for (size_t back = 1; back <= 8; back++) {
        one_member();
        pack_gzip();
        packed.data[packed.len - back] ^= 1;
        pack_assert_fails(GZ, REASON_BAD_ANSWER);
    }
}

static void not_as_named(void **state)
{
    (void)state;
    one_member();
    pack_assert_fails(GZ, REASON_BAD_ANSWER);
    pack_assert_fails("tool-1.0.tar.bz2", REASON_BAD_ANSWER);
    pack_assert_fails("tool-1.0.tar.xz", REASON_BAD_ANSWER);
    pack_assert_fails("tool-1.0.zip", REASON_TRUNCATED);
    pack_assert_fails("tool-1.0.exe", REASON_UNSUPPORTED);
    pack_assert_fails("tool-1.0.egg", REASON_UNSUPPORTED);
    pack_assert_fails("tool-1.0.rpm", REASON_UNSUPPORTED);
    pack_gzip();
    pack_assert_fails(TAR, REASON_BAD_ANSWER);
    packed.len = 0;
    pack_assert_fails(GZ, REASON_BAD_ANSWER);
    pack_assert_fails(TAR, REASON_BAD_ANSWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, pack_setup, pack_teardown)
        /* whose memory is measured come first: a peak never falls */
        T(a_large_member),
        T(a_million_members),
        T(all_names),
        T(a_million_entries),
        T(sizes_that_are_too_much),
        T(sizes_that_are_none),
        T(a_sparse_member),
        T(bombs),
        T(zip_bombs),
        T(hard_links),
        T(kept_links),
        T(again_among_many),
        T(long_names),
        T(longer_names),
        T(headers_of_headers),
        T(every_cut),
        T(a_tar_without_end),
        T(behind_the_end),
        T(several_gzip_members),
        T(a_wrong_checksum),
        T(not_as_named),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
