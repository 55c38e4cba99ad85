#include "archive_pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

struct buf packed;
struct archive_contents got;
struct err got_err;
static struct arena arena;

int pack_setup(void **state)
{
    (void)state;
    buf_init(&packed, 256 << 20);
    return 0;
}

int pack_teardown(void **state)
{
    (void)state;
    buf_release(&packed);
    arena_release(&arena);
    return 0;
}

void pack(const void *data, size_t len)
{
    assert_int_equal(buf_add(&packed, data, len), 0);
}

void pack_zeros(size_t len)
{
    void *zeros = calloc(1, len + 1);

    pack(zeros, len);
    free(zeros);
}

void pack_little(unsigned long long value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        char byte = (char)(value >> 8 * i);
        pack(&byte, 1);
    }
}

/* --- tar -------------------------------------------------------------------------------------- */

void pack_tar_header(const char *path, char type, const char *target, const char *size)
{
    char head[512] = {0};
    unsigned sum = 0;

    snprintf(head, 101, "%s", path);
    snprintf(head + 100, 8, "%07o", 0644u);
    snprintf(head + 124, 13, "%s", size);
    head[156] = type;
    if (target != NULL)
        snprintf(head + 157, 101, "%s", target);
    memcpy(head + 257, "ustar\00000", 8);
    memset(head + 148, ' ', 8);
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    snprintf(head + 148, 8, "%06o", sum);
    pack(head, sizeof head);
}

void pack_tar_member(const char *path, char type, const char *target, const char *data, size_t len)
{
    char size[13];

    snprintf(size, sizeof size, "%011o", (unsigned)len);
    pack_tar_header(path, type, target, size);
    pack(data, len);
    pack_zeros((512 - len % 512) % 512);
}

void pack_tar_file(const char *path, const char *text)
{
    pack_tar_member(path, '0', NULL, text, strlen(text));
}

void pack_tar_end(void)
{
    pack_zeros(1024);
}

/* --- compression ------------------------------------------------------------------------------ */

static char *deflated(const char *data, size_t len, int window, size_t *out_len)
{
    z_stream zlib = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len};

    assert_int_equal(deflateInit2(&zlib, Z_BEST_SPEED, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    size_t room = deflateBound(&zlib, len) + 32;
    char *out = malloc(room);
    zlib.next_out = (Bytef *)out;
    zlib.avail_out = (uInt)room;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    *out_len = zlib.total_out;
    deflateEnd(&zlib);
    return out;
}

void pack_gzip(void)
{
    size_t len;
    char *out = deflated(packed.data, packed.len, 15 + 16, &len);

    buf_reset(&packed);
    pack(out, len);
    free(out);
}

void pack_filter(const char *name)
{
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    const size_t room = packed.len + (1 << 20);
    char *out = malloc(room);
    size_t len = 0;

    assert_int_equal(archive_write_add_filter_by_name(archive, name), ARCHIVE_OK);
    archive_write_set_format_raw(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_open_memory(archive, out, room, &len), ARCHIVE_OK);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, packed.data, packed.len), (la_ssize_t)packed.len);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    archive_entry_free(entry);
    buf_reset(&packed);
    pack(out, len);
    free(out);
}

/* --- zip -------------------------------------------------------------------------------------- */

static void pack_numbers(const struct pack_member *member, bool said, size_t plain, size_t len)
{
    pack_little(20, 2);
    pack_little(member->streamed ? 8 : 0, 2);
    pack_little(member->deflated ? 8 : 0, 2);
    pack_little(0x21 << 16, 4);
    pack_little(said ? crc32(0, (const Bytef *)member->data, (uInt)plain) : 0, 4);
    pack_little(said ? len : 0, 4);
    pack_little(said ? plain : 0, 4);
    pack_little(strlen(member->path), 2);
    pack_little(0, 2);
}

void pack_zip(const struct pack_member *members)
{
    struct {
        size_t offset, plain, len;
    } said[16];
    size_t count = 0;

    for (const struct pack_member *m = members; m->path != NULL; m++, count++) {
        size_t plain = m->len > 0 ? m->len : strlen(m->data), len = plain;
        char *out = m->deflated ? deflated(m->data, plain, -15, &len) : NULL;
        said[count].offset = packed.len;
        said[count].plain = plain;
        said[count].len = len;
        pack_little(0x04034b50, 4);
        pack_numbers(m, !m->streamed, plain, len);
        pack(m->path, strlen(m->path));
        pack(out != NULL ? out : m->data, len);
        free(out);
        if (m->streamed) {
            pack_little(0x08074b50, 4);
            pack_little(crc32(0, (const Bytef *)m->data, (uInt)plain), 4);
            pack_little(len, 4);
            pack_little(plain, 4);
        }
    }
    size_t directory = packed.len;
    for (size_t i = 0; i < count; i++) {
        pack_little(0x02014b50, 4);
        pack_little(0x314, 2);
        pack_numbers(&members[i], true, said[i].plain, said[i].len);
        pack_little(0, 6);
        pack_little(0100644ull << 16, 4);
        pack_little(said[i].offset, 4);
        pack(members[i].path, strlen(members[i].path));
    }
    size_t end = packed.len;
    pack_little(0x06054b50, 4);
    pack_little(0, 4);
    pack_little(count, 2);
    pack_little(count, 2);
    pack_little(end - directory, 4);
    pack_little(directory, 4);
    pack_little(0, 2);
}

/* --- reading ---------------------------------------------------------------------------------- */

int pack_read(struct archive_request request)
{
    int fd = memfd_create("archive", 0);

    assert_int_equal(write(fd, packed.data, packed.len), (ssize_t)packed.len);
    arena_release(&arena);
    got_err = (struct err){0};
    int result = archive_read(fd, &request, &arena, &got, &got_err);
    close(fd);
    return result;
}

int pack_read_as(const char *filename)
{
    return pack_read((struct archive_request){.filename = filename});
}

const char *pack_oddities(void)
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

void pack_assert_odd(const char *filename, const char *oddities)
{
    if (pack_read_as(filename) != 0)
        fail_msg("%s", got_err.text);
    assert_string_equal(pack_oddities(), oddities);
}

void pack_assert_fails(const char *filename, enum reason reason)
{
    assert_int_equal(pack_read_as(filename), -1);
    assert_string_equal(reason_word(got_err.reason), reason_word(reason));
    assert_non_null(strstr(got_err.text, filename));
}
