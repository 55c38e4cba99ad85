/* A zip says everything twice: before each member, and in its directory at the end. Readers believe
   the one or the other, so a file in which they differ is one thing to a reviewer and another to an
   installer. libarchive believes the directory, and reads it whole before it tells of the first
   member; here the two are held against each other, and counted, before it is asked.
   Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3 to 4.5. */
#include "fetch/archive_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define END_BYTES         22
#define END64_BYTES       56
#define LOCATOR_BYTES     20
#define ENTRY_BYTES       46
#define LOCAL_BYTES       30
#define COMMENT_MAX       65535
#define DIRECTORY_MAX     ((uint64_t)16 << 20)
#define SIZE_IS_ELSEWHERE 0xffffffffu

#define SIGNATURE_END        0x06054b50u
#define SIGNATURE_END64      0x06064b50u
#define SIGNATURE_LOCATOR    0x07064b50u
#define SIGNATURE_ENTRY      0x02014b50u
#define SIGNATURE_LOCAL      0x04034b50u
#define SIGNATURE_DESCRIPTOR 0x08074b50u

#define FLAG_LOCKED   (1u | 1u << 6 | 1u << 13) /* the data, or the directory */
#define FLAG_STREAMED 8u                        /* sizes stand behind the data, not before it */
#define EXTRA_ZIP64   0x0001
#define EXTRA_NAME    0x7075 /* another name, which some readers take */

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

struct zip {
    struct archive_reading *reading;
    int fd;
    uint64_t size, directory, directory_size, count;
    uint64_t shift; /* of all offsets, by what was put in front */
    uint64_t plain; /* bytes of all members */
    unsigned char *entries;
    bool disagrees; /* where members lie is not known then */
};

struct span {
    uint64_t start, end;
};

/* What one entry of the directory says. */
struct zip_entry {
    const unsigned char *at, *name, *extra;
    size_t name_len, extra_len;
    uint64_t packed, plain, offset;
};

static int unreadable(const struct zip *zip, enum reason reason, const char *what)
{
    return err_set(zip->reading->err, reason, "%s: %s", zip->reading->request->filename, what);
}

static bool read_at(const struct zip *zip, void *out, size_t len, uint64_t at)
{
    return at <= zip->size && len <= zip->size - at &&
           pread(zip->fd, out, len, (off_t)at) == (ssize_t)len;
}

/* --- the end of the directory ----------------------------------------------------------------- */

/* The larger numbers of a zip64, where there are any; *end is then where they begin. */
static int read_end64(struct zip *zip, uint64_t *end)
{
    unsigned char locator[LOCATOR_BYTES], record[END64_BYTES];

    if (*end < LOCATOR_BYTES + END64_BYTES ||
        !read_at(zip, locator, sizeof locator, *end - LOCATOR_BYTES) ||
        number(locator, 4) != SIGNATURE_LOCATOR)
        return 0;
    *end -= LOCATOR_BYTES + END64_BYTES;
    if (!read_at(zip, record, sizeof record, *end) || number(record, 4) != SIGNATURE_END64)
        return unreadable(zip, REASON_BAD_ANSWER, "the end of its zip64 directory is damaged");
    zip->count = number(record + 32, 8);
    zip->directory_size = number(record + 40, 8);
    zip->directory = number(record + 48, 8);
    return 0;
}

static int take_end(struct zip *zip, const unsigned char *record, uint64_t end)
{
    zip->count = number(record + 10, 2);
    zip->directory_size = number(record + 12, 4);
    zip->directory = number(record + 16, 4);
    if (number(record + 4, 4) != 0)
        return unreadable(zip, REASON_UNSUPPORTED, "a zip of several parts");
    if (read_end64(zip, &end) != 0)
        return -1;
    if (zip->directory_size > DIRECTORY_MAX)
        return unreadable(zip, REASON_LIMIT, "its directory is larger than we look at");
    if (zip->directory > end || zip->directory_size > end - zip->directory)
        return unreadable(zip, REASON_BAD_ANSWER, "its directory is not where it says");
    zip->shift = end - zip->directory_size - zip->directory;
    zip->directory += zip->shift;
    return 0;
}

/* The record at the end, behind which only its comment may stand. Readers differ in which they take
   when there are two, so another one in the comment is odd. */
static int find_end(struct zip *zip)
{
    const size_t most = END_BYTES + COMMENT_MAX;
    size_t len = zip->size < most ? (size_t)zip->size : most, last = SIZE_MAX;
    unsigned char *tail = mem_alloc(len + 1);
    bool twice = false;

    for (size_t at =
             len >= END_BYTES && read_at(zip, tail, len, zip->size - len) ? len - END_BYTES + 1 : 0;
         at-- > 0;) {
        if (tail[at] != 'P' || number(tail + at, 4) != SIGNATURE_END)
            continue;
        if (last == SIZE_MAX)
            last = at;
        else
            twice |= at + END_BYTES + number(tail + at + 20, 2) == len;
    }
    int result;
    if (last == SIZE_MAX) {
        result = unreadable(zip, REASON_TRUNCATED, "a zip without its directory");
    } else {
        size_t behind = len - last - END_BYTES, comment = (size_t)number(tail + last + 20, 2);
        result = comment > behind ? unreadable(zip, REASON_TRUNCATED, "its last bytes are cut")
                                  : take_end(zip, tail + last, zip->size - len + last);
        if (comment < behind)
            archive_odd(zip->reading, ARCHIVE_ODD_TRAILING, NULL);
    }
    if (twice)
        archive_odd(zip->reading, ARCHIVE_ODD_DIRECTORY, NULL);
    free(tail);
    return result;
}

/* --- its entries ------------------------------------------------------------------------------ */

/* The field `id` of extra data, its length in *len. */
static const unsigned char *extra_field(const unsigned char *extra, size_t extra_len, uint64_t id,
                                        size_t *len)
{
    for (size_t at = 0; at + 4 <= extra_len; at += 4 + *len) {
        *len = (size_t)number(extra + at + 2, 2);
        if (*len > extra_len - at - 4)
            return NULL;
        if (number(extra + at, 2) == id)
            return extra + at + 4;
    }
    return NULL;
}

/* Takes the 64-bit number that stands for `value`, where that cannot say it. */
static void widen(uint64_t *value, const unsigned char **wide, size_t *left)
{
    if (*value != SIZE_IS_ELSEWHERE)
        return;
    if (*wide == NULL || *left < 8)
        return;
    *value = number(*wide, 8);
    *wide += 8;
    *left -= 8;
}

/* The entry at *at, which moves behind it; -1 when the directory ends before it does. */
static int read_entry(const struct zip *zip, uint64_t *at, struct zip_entry *entry)
{
    const unsigned char *from = zip->entries + *at;
    const uint64_t left = zip->directory_size - *at;

    if (left < ENTRY_BYTES || number(from, 4) != SIGNATURE_ENTRY)
        return unreadable(zip, REASON_BAD_ANSWER, "its directory is damaged");
    entry->at = from;
    entry->name = from + ENTRY_BYTES;
    entry->name_len = (size_t)number(from + 28, 2);
    entry->extra = entry->name + entry->name_len;
    entry->extra_len = (size_t)number(from + 30, 2);
    uint64_t len = ENTRY_BYTES + entry->name_len + entry->extra_len + number(from + 32, 2);
    if (len > left)
        return unreadable(zip, REASON_BAD_ANSWER, "its directory is damaged");
    entry->plain = number(from + 24, 4);
    entry->packed = number(from + 20, 4);
    entry->offset = number(from + 42, 4);
    size_t wide_len = 0;
    const unsigned char *wide = extra_field(entry->extra, entry->extra_len, EXTRA_ZIP64, &wide_len);
    widen(&entry->plain, &wide, &wide_len);
    widen(&entry->packed, &wide, &wide_len);
    widen(&entry->offset, &wide, &wide_len);
    *at += len;
    return 0;
}

/* Whether the extra data have another name for it. */
static bool other_name(const struct zip_entry *entry, const unsigned char *extra, size_t extra_len)
{
    size_t len;
    const unsigned char *name = extra_field(extra, extra_len, EXTRA_NAME, &len);

    return name != NULL &&
           (len != entry->name_len + 5 || memcmp(name + 5, entry->name, entry->name_len) != 0);
}

/* How long what stands behind streamed data is; 0 when it is not what the directory says. */
static uint64_t descriptor(const struct zip *zip, const struct zip_entry *entry, uint64_t at)
{
    unsigned char bytes[24] = {0};
    size_t len = zip->size - at < sizeof bytes ? (size_t)(zip->size - at) : sizeof bytes;

    if (!read_at(zip, bytes, len, at))
        return 0;
    const uint64_t crc = number(entry->at + 16, 4);
    for (size_t sign = 0; sign <= 4; sign += 4)
        for (int wide = 4; wide <= 8; wide += 4)
            if ((sign == 0 || number(bytes, 4) == SIGNATURE_DESCRIPTOR) &&
                number(bytes + sign, 4) == crc && number(bytes + sign + 4, wide) == entry->packed &&
                number(bytes + sign + 4 + wide, wide) == entry->plain)
                return sign + 4 + 2 * (uint64_t)wide;
    return 0;
}

static bool same_numbers(const struct zip_entry *entry, const unsigned char *head,
                         const unsigned char *extra, size_t extra_len)
{
    const bool streamed = (number(head + 6, 2) & FLAG_STREAMED) != 0;
    uint64_t crc = number(head + 14, 4), packed = number(head + 18, 4),
             plain = number(head + 22, 4);
    size_t wide_len = 0;
    const unsigned char *wide = extra_field(extra, extra_len, EXTRA_ZIP64, &wide_len);

    widen(&plain, &wide, &wide_len);
    widen(&packed, &wide, &wide_len);
    return ((streamed && crc == 0) || crc == number(entry->at + 16, 4)) &&
           ((streamed && packed == 0) || packed == entry->packed) &&
           ((streamed && plain == 0) || plain == entry->plain);
}

/* Where the member ends, as what stands before and behind it says; 0 when that is not what the
   directory says. */
static uint64_t check_local(const struct zip *zip, const struct zip_entry *entry)
{
    unsigned char head[LOCAL_BYTES];
    uint64_t at = entry->offset + zip->shift;

    if (entry->packed > zip->size || entry->offset > zip->size ||
        !read_at(zip, head, sizeof head, at) || number(head, 4) != SIGNATURE_LOCAL ||
        number(head + 26, 2) != entry->name_len || number(head + 8, 2) != number(entry->at + 10, 2))
        return 0;
    size_t extra_len = (size_t)number(head + 28, 2);
    unsigned char *rest = mem_alloc(entry->name_len + extra_len + 1);
    const unsigned char *extra = rest + entry->name_len;
    bool same = read_at(zip, rest, entry->name_len + extra_len, at + sizeof head) &&
                memcmp(rest, entry->name, entry->name_len) == 0 &&
                memchr(rest, '\0', entry->name_len) == NULL &&
                same_numbers(entry, head, extra, extra_len) &&
                !other_name(entry, extra, extra_len) &&
                !other_name(entry, entry->extra, entry->extra_len);
    free(rest);
    if (!same)
        return 0;
    at += sizeof head + entry->name_len + extra_len + entry->packed;
    if ((number(head + 6, 2) & FLAG_STREAMED) == 0)
        return at <= zip->directory ? at : 0;
    uint64_t behind = at <= zip->directory ? descriptor(zip, entry, at) : 0;
    return behind > 0 ? at + behind : 0;
}

static int check_entry(struct zip *zip, const struct zip_entry *entry, struct span *span)
{
    const uint64_t method = number(entry->at + 10, 2);

    if ((number(entry->at + 8, 2) & FLAG_LOCKED) != 0)
        return unreadable(zip, REASON_UNSUPPORTED, "it is encrypted");
    if (method != 0 && method != 8)
        return unreadable(zip, REASON_UNSUPPORTED, "a member is compressed in no usual way");
    zip->plain += entry->plain;
    if (entry->plain > (uint64_t)zip->reading->max_bytes ||
        zip->plain > (uint64_t)zip->reading->max_bytes)
        return unreadable(zip, REASON_TOO_LARGE, "it unpacks to more than we look at");
    *span = (struct span){entry->offset + zip->shift, check_local(zip, entry)};
    if (span->end == 0) {
        char *name = mem_strndup((const char *)entry->name, entry->name_len);
        archive_odd(zip->reading, ARCHIVE_ODD_DIRECTORY, name);
        free(name);
        zip->disagrees = true;
    }
    return 0;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int by_start(const void *a, const void *b)
{
    const struct span *left = a, *right = b;

    return (left->start > right->start) - (left->start < right->start);
}

/* What lies between members belongs to nobody; what lies in two of them, to both. */
static void check_spans(const struct zip *zip, struct span *spans, size_t count)
{
    uint64_t at = 0;

    if (count > 1)
        qsort(spans, count, sizeof *spans, by_start);
    for (size_t i = 0; i <= count; i++) {
        uint64_t start = i < count ? spans[i].start : zip->directory;
        if (start != at)
            archive_odd(zip->reading, start < at ? ARCHIVE_ODD_DIRECTORY : ARCHIVE_ODD_TRAILING,
                        NULL);
        at = i < count && spans[i].end > at ? spans[i].end : at;
    }
}

static int check_entries(struct zip *zip)
{
    struct span *spans = NULL;
    struct zip_entry entry;
    size_t count = 0, size = 0;
    int result = 0;

    for (uint64_t at = 0; result == 0 && at < zip->directory_size;) {
        if (count == zip->reading->max_members) {
            result = unreadable(zip, REASON_LIMIT, "it holds more members than we look at");
            break;
        }
        spans = mem_grow(spans, count, &size, sizeof *spans);
        result = read_entry(zip, &at, &entry);
        if (result == 0)
            result = check_entry(zip, &entry, &spans[count++]);
    }
    zip->reading->entries = count;
    if (result == 0 && count != zip->count)
        archive_odd(zip->reading, ARCHIVE_ODD_DIRECTORY, NULL);
    if (result == 0 && !zip->disagrees)
        check_spans(zip, spans, count);
    free(spans);
    return result;
}

int archive_zip_check(struct archive_reading *reading, int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    struct zip zip = {.reading = reading, .fd = fd, .size = size > 0 ? (uint64_t)size : 0};

    if (find_end(&zip) != 0)
        return -1;
    zip.entries = mem_alloc(zip.directory_size + 1);
    int result = read_at(&zip, zip.entries, zip.directory_size, zip.directory)
                     ? check_entries(&zip)
                     : unreadable(&zip, REASON_DISK, "the spooled file cannot be read");
    free(zip.entries);
    return result;
}
