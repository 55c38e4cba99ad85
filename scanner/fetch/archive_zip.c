/* A zip says everything twice: before each member, and in its directory at the end. Readers believe
   the one or the other, so a file in which they differ is one thing to a reviewer and another to an
   installer. libarchive believes the directory; here the two are held against each other. */
#include "fetch/archive_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define END_BYTES         22
#define ENTRY_BYTES       46
#define LOCAL_BYTES       30
#define COMMENT_MAX       65535
#define DIRECTORY_MAX     ((uint64_t)64 << 20)
#define STREAMED          8 /* flag: sizes stand behind the data, not before it */
#define SIZE_IS_ELSEWHERE 0xffffffffu

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

struct zip {
    int fd;
    uint64_t size, directory, directory_size, count;
    unsigned char *entries;
    zip_oddity_fn *odd;
    void *ctx;
    bool disagrees; /* where members lie is not known then */
};

static bool read_at(const struct zip *zip, void *out, size_t len, uint64_t at)
{
    return at <= zip->size && len <= zip->size - at &&
           pread(zip->fd, out, len, (off_t)at) == (ssize_t)len;
}

/* The record at the end, which must be followed by its comment and nothing else. */
static bool find_end(struct zip *zip)
{
    size_t len = zip->size < END_BYTES + COMMENT_MAX ? (size_t)zip->size : END_BYTES + COMMENT_MAX;
    unsigned char *tail = mem_alloc(len);
    uint64_t start = zip->size - len;
    bool found = false;

    for (size_t at = len >= END_BYTES && read_at(zip, tail, len, start) ? len - END_BYTES + 1 : 0;
         at-- > 0 && !found;) {
        const unsigned char *end = tail + at;
        if (number(end, 4) != 0x06054b50 || number(end + 20, 2) != len - at - END_BYTES)
            continue;
        found = true;
        zip->count = number(end + 10, 2);
        zip->directory_size = number(end + 12, 4);
        zip->directory = number(end + 16, 4);
        if (zip->directory + zip->directory_size != start + at)
            zip->odd(zip->ctx, ARCHIVE_ODD_DIRECTORY, NULL);
    }
    free(tail);
    return found;
}

/* A size as the 64-bit field of the extra data tells, where the 32-bit one cannot. */
static uint64_t size_of(const unsigned char *extra, size_t len, uint64_t size, size_t skip)
{
    if (size != SIZE_IS_ELSEWHERE)
        return size;
    for (size_t at = 0; at + 4 <= len; at += 4 + (size_t)number(extra + at + 2, 2)) {
        size_t n = (size_t)number(extra + at + 2, 2);
        if (number(extra + at, 2) == 1 && n >= skip + 8 && at + 4 + n <= len)
            return number(extra + at + 4 + skip, 8);
    }
    return UINT64_MAX;
}

/* Where the member's data end as its own header says; 0 when that is not what the directory says.
 */
static uint64_t check_local(const struct zip *zip, const unsigned char *entry, uint64_t offset,
                            uint64_t packed, uint64_t plain)
{
    unsigned char head[LOCAL_BYTES];
    size_t name_len = (size_t)number(entry + 28, 2);

    if (!read_at(zip, head, sizeof head, offset) || number(head, 4) != 0x04034b50 ||
        number(head + 26, 2) != name_len || number(head + 8, 2) != number(entry + 10, 2))
        return 0;
    size_t extra_len = (size_t)number(head + 28, 2);
    unsigned char *rest = mem_alloc(name_len + extra_len + 1);
    bool same = read_at(zip, rest, name_len + extra_len, offset + sizeof head) &&
                memcmp(rest, entry + ENTRY_BYTES, name_len) == 0;
    if (same && (number(head + 6, 2) & STREAMED) == 0) {
        const unsigned char *extra = rest + name_len;
        same = number(head + 14, 4) == number(entry + 16, 4) &&
               size_of(extra, extra_len, number(head + 22, 4), 0) == plain &&
               size_of(extra, extra_len, number(head + 18, 4), 8) == packed;
    }
    free(rest);
    return same ? offset + sizeof head + name_len + extra_len + packed : 0;
}

struct span {
    uint64_t start, end;
};

static int by_start(const void *a, const void *b)
{
    const struct span *left = a, *right = b;

    return (left->start > right->start) - (left->start < right->start);
}

/* What lies between members belongs to nobody, but for the few bytes behind streamed ones. */
static void check_spans(const struct zip *zip, struct span *spans, size_t count)
{
    uint64_t at = 0;

    qsort(spans, count, sizeof *spans, by_start);
    for (size_t i = 0; i < count; i++) {
        if (spans[i].start < at)
            zip->odd(zip->ctx, ARCHIVE_ODD_DIRECTORY, NULL); /* one lies in another */
        else if (spans[i].start > at + (i == 0 ? 0 : 24))
            zip->odd(zip->ctx, ARCHIVE_ODD_TRAILING, NULL);
        at = spans[i].end;
    }
    if (count > 0 && zip->directory > at + 24)
        zip->odd(zip->ctx, ARCHIVE_ODD_TRAILING, NULL);
}

/* The entry at `at`; false when the directory ends before it does. */
static bool check_entry(struct zip *zip, uint64_t *at, struct span *span)
{
    const unsigned char *entry = zip->entries + *at;

    if (*at + ENTRY_BYTES > zip->directory_size || number(entry, 4) != 0x02014b50)
        return false;
    size_t name_len = (size_t)number(entry + 28, 2), extra_len = (size_t)number(entry + 30, 2);
    uint64_t next = *at + ENTRY_BYTES + name_len + extra_len + number(entry + 32, 2);
    if (next > zip->directory_size)
        return false;
    const unsigned char *extra = entry + ENTRY_BYTES + name_len;
    uint64_t plain32 = number(entry + 24, 4), packed32 = number(entry + 20, 4);
    size_t skip = plain32 == SIZE_IS_ELSEWHERE ? 8 : 0;
    uint64_t plain = size_of(extra, extra_len, plain32, 0);
    uint64_t packed = size_of(extra, extra_len, packed32, skip);
    uint64_t offset = size_of(extra, extra_len, number(entry + 42, 4),
                              skip + (packed32 == SIZE_IS_ELSEWHERE ? 8 : 0));
    span->start = offset;
    span->end = packed < zip->size ? check_local(zip, entry, offset, packed, plain) : 0;
    if (span->end == 0) {
        char *name = mem_strndup((const char *)entry + ENTRY_BYTES, name_len);
        zip->odd(zip->ctx, ARCHIVE_ODD_DIRECTORY, name);
        free(name);
        zip->disagrees = true;
    }
    *at = next;
    return true;
}

void archive_zip_check(int fd, size_t max_members, zip_oddity_fn *odd, void *ctx)
{
    off_t size = lseek(fd, 0, SEEK_END);
    struct zip zip = {.fd = fd, .size = size > 0 ? (uint64_t)size : 0, .odd = odd, .ctx = ctx};
    uint64_t at = 0;
    size_t count = 0;

    if (!find_end(&zip) || zip.directory_size > DIRECTORY_MAX || zip.count > max_members) {
        odd(ctx, ARCHIVE_ODD_DIRECTORY, NULL);
        return;
    }
    zip.entries = mem_alloc(zip.directory_size + ENTRY_BYTES);
    struct span *spans = mem_array(zip.count + 1, sizeof *spans);
    if (read_at(&zip, zip.entries, zip.directory_size, zip.directory))
        while (count < zip.count && check_entry(&zip, &at, &spans[count]))
            count++;
    if (count < zip.count || at != zip.directory_size)
        odd(ctx, ARCHIVE_ODD_DIRECTORY, NULL);
    else if (!zip.disagrees)
        check_spans(&zip, spans, count);
    free(spans);
    free(zip.entries);
}
