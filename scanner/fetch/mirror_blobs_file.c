/* The file is a log: a mark with the version, then segments, each what one update added. A segment
   that is torn or damaged ends it; what was before it holds. Numbers are little-endian, those of
   variable length have seven bits a byte, the lowest first.

     segment  4 bytes length of what follows the head, 8 bytes hash of place and content, commits
     commit   12 bytes of its id; a byte of counts (below); the counts that it has no room for; its
              parents, each as the distance to its own number; the time, as the difference to the
              commit before (the lowest bit is the sign); the ids of blobs that came first with it;
              the blobs that came again and that left, each as the distance to the next number */
#include "fetch/mirror_blobs_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fetch/mirror_dir.h"
#include "fetch/mirror_internal.h"

#define MARK      "fdblobs\1"
#define MARK_LEN  8
#define HEAD_LEN  12
#define FILE_MAX  (4ll << 30)
#define VARINT    10
#define PLAIN     1 /* one parent, the commit before */
#define NEW_AT    1 /* blobs that came first: 3 bits */
#define NEW_MAX   7
#define AGAIN_AT  4 /* that came again: 2 bits */
#define LEFT_AT   6 /* that left: 2 bits */
#define EVENT_MAX 3 /* the highest value means: see the number that follows */

static uint64_t sum_of(size_t place, const void *data, size_t len)
{
    uint64_t where = place;

    return hash_add(hash_add(HASH_START, &where, sizeof where), data, len);
}

/* --- writing --------------------------------------------------------------------------------- */

static int put(struct buf *out, uint64_t value)
{
    unsigned char bytes[VARINT];
    size_t len = 0;

    for (; value > 127; value >>= 7)
        bytes[len++] = (unsigned char)(value | 128);
    bytes[len++] = (unsigned char)value;
    return buf_add(out, bytes, len);
}

static unsigned cut(size_t count, unsigned max)
{
    return count < max ? (unsigned)count : max;
}

static int put_head(const struct mirror_blobs *blobs, const size_t counts[3], struct buf *out)
{
    const struct blobs_commit *commit = &blobs->commits[blobs->commit_count - 1];
    const uint32_t *parents = blobs->parents + commit->first_parent;
    uint32_t number = (uint32_t)blobs->commit_count - 1;
    bool plain = commit->parent_count == 1 && parents[0] + 1 == number;
    uint64_t time = (uint64_t)commit->time - (number > 0 ? (uint64_t)commit[-1].time : 0);
    unsigned char byte = (unsigned char)(plain | cut(counts[0], NEW_MAX) << NEW_AT |
                                         cut(counts[1], EVENT_MAX) << AGAIN_AT |
                                         cut(counts[2], EVENT_MAX) << LEFT_AT);
    int full = buf_add(out, commit->id, COMMIT_ID) | buf_add(out, &byte, 1);

    for (size_t i = 0; i < 3; i++)
        if (counts[i] >= (i == 0 ? NEW_MAX : EVENT_MAX))
            full |= put(out, counts[i]);
    if (!plain)
        full |= put(out, commit->parent_count);
    for (size_t i = 0; !plain && i < commit->parent_count; i++)
        full |= put(out, number - parents[i]);
    return full | put(out, time >> 63 != 0 ? ~time << 1 | 1 : time << 1);
}

static int put_numbers(struct buf *out, const uint32_t *numbers, size_t count, size_t next)
{
    int full = 0;

    for (size_t i = 0; i < count; i++)
        full |= put(out, next - numbers[i]);
    return full;
}

int blobs_record(struct mirror_blobs *blobs, struct buf *segment, const struct blobs_change *change,
                 struct err *err)
{
    uint32_t commit = (uint32_t)blobs->commit_count - 1;
    uint32_t *again = mem_array(change->came_count + 1, sizeof *again);
    uint32_t *left = mem_array(change->left_count + 1, sizeof *left);
    size_t counts[3] = {0}, next = blobs->blob_count;
    struct buf added = BUF_INIT(segment->max);
    int full = 0;

    for (size_t i = 0; i < change->came_count; i++) {
        uint32_t blob = blobs_blob_number(blobs, change->came[i].id);
        if (blob == NONE) {
            blob = blobs_add_blob(blobs, change->came[i].id);
            full |= buf_add(&added, change->came[i].id, GIT_OID_RAWSZ);
            counts[0]++;
        } else {
            again[counts[1]++] = blob;
        }
        blobs_came(blobs, blob, commit);
    }
    for (size_t i = 0; i < change->left_count; i++) {
        uint32_t blob = blobs_blob_number(blobs, change->left[i].id);
        if (blob == NONE)
            continue; /* of the ninth parent of a merge */
        blobs_left(blobs, blob, blobs->parents[blobs->commits[commit].first_parent]);
        left[counts[2]++] = blob;
    }
    full |= put_head(blobs, counts, segment);
    full |= buf_add(segment, buf_str(&added), added.len);
    full |= put_numbers(segment, again, counts[1], next);
    full |= put_numbers(segment, left, counts[2], next);
    buf_release(&added);
    free(again);
    free(left);
    if (full == 0 && blobs->blob_count < NUMBER_MAX)
        return 0;
    return err_set(err, REASON_LIMIT, "the history holds too many files to be indexed");
}

static int write_at(int fd, const void *data, size_t len, size_t place)
{
    for (const char *at = data; len > 0;) {
        ssize_t n = pwrite(fd, at, len, (off_t)place);
        if (n < 0 && errno != EINTR)
            return -1;
        n = n > 0 ? n : 0;
        at += n;
        len -= (size_t)n;
        place += (size_t)n;
    }
    return 0;
}

int blobs_save(const struct mirror_blobs *blobs, size_t length, const struct buf *segment,
               struct err *err)
{
    size_t place = length > 0 ? length : MARK_LEN;
    struct buf out = BUF_INIT((size_t)FILE_MAX);
    uint32_t len = htole32((uint32_t)segment->len);
    uint64_t sum = htole64(sum_of(place, buf_str(segment), segment->len));
    int result = length > 0 ? 0 : buf_add(&out, MARK, MARK_LEN);

    result |= buf_add(&out, &len, sizeof len) | buf_add(&out, &sum, sizeof sum);
    result |= buf_add(&out, buf_str(segment), segment->len);
    if (result != 0 || segment->len > UINT32_MAX) {
        result = err_set(err, REASON_LIMIT, "the index of %s is too large", blobs->mirror->dir);
    } else if (length == 0) {
        result = mirror_dir_write(blobs->mirror->dir, MIRROR_BLOBS_FILE, &out, err);
    } else {
        char *path = mem_printf("%s/" MIRROR_BLOBS_FILE, blobs->mirror->dir);
        int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
        /* What was torn before goes, so that no part of it stays behind what is shorter. */
        if (fd < 0 || ftruncate(fd, (off_t)length) != 0 ||
            write_at(fd, out.data, out.len, length) != 0)
            result = err_set(err, REASON_DISK, "cannot write %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        free(path);
    }
    buf_release(&out);
    return result;
}

/* --- reading --------------------------------------------------------------------------------- */

struct input {
    const unsigned char *at, *end;
    bool bad;
};

static uint64_t get(struct input *in)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (in->at == in->end)
            break;
        value |= (uint64_t)(*in->at & 127) << shift;
        if (*in->at++ < 128)
            return value;
    }
    in->bad = true;
    return 0;
}

/* The next `len` bytes; never NULL: what is not there is zeros. */
static const unsigned char *take(struct input *in, size_t len)
{
    static const unsigned char nothing[GIT_OID_RAWSZ];
    const unsigned char *at = in->at;

    if ((size_t)(in->end - in->at) < len) {
        in->bad = true;
        return nothing;
    }
    in->at += len;
    return at;
}

/* A number before `next`. */
static uint32_t get_number(struct input *in, size_t next)
{
    uint64_t back = get(in);

    in->bad |= back == 0 || back > next;
    return in->bad ? 0 : (uint32_t)(next - back);
}

struct counts {
    size_t blobs, again, left;
};

static void get_commit(struct mirror_blobs *blobs, struct input *in, struct counts *counts)
{
    const unsigned char *id = take(in, COMMIT_ID);
    unsigned byte = *take(in, 1);
    size_t next = blobs->commit_count, parent_count = 1;
    uint32_t *parents;

    counts->blobs = byte >> NEW_AT & NEW_MAX;
    counts->again = byte >> AGAIN_AT & EVENT_MAX;
    counts->left = byte >> LEFT_AT & EVENT_MAX;
    counts->blobs = counts->blobs == NEW_MAX ? get(in) : counts->blobs;
    counts->again = counts->again == EVENT_MAX ? get(in) : counts->again;
    counts->left = counts->left == EVENT_MAX ? get(in) : counts->left;
    if ((byte & PLAIN) == 0)
        parent_count = get(in);
    in->bad |= parent_count > (size_t)(in->end - in->at) || next >= NUMBER_MAX;
    in->bad |= (byte & PLAIN) != 0 && next == 0;
    if (in->bad)
        return;
    parents = mem_array(parent_count + 1, sizeof *parents);
    parents[0] = (uint32_t)next - 1;
    for (size_t i = 0; (byte & PLAIN) == 0 && i < parent_count; i++)
        parents[i] = get_number(in, next);
    uint64_t time = get(in);
    time = (time & 1) != 0 ? ~(time >> 1) : time >> 1;
    time += next > 0 ? (uint64_t)blobs->commits[next - 1].time : 0;
    if (!in->bad)
        blobs_add_commit(blobs, id, (int64_t)time, parents, parent_count);
    free(parents);
}

static void get_changes(struct mirror_blobs *blobs, struct input *in, const struct counts *counts)
{
    uint32_t commit = (uint32_t)blobs->commit_count - 1;
    const struct blobs_commit *what = &blobs->commits[commit];
    size_t next = blobs->blob_count;

    in->bad |= counts->left > 0 && what->parent_count == 0;
    for (size_t i = 0; !in->bad && i < counts->blobs; i++) {
        const unsigned char *id = take(in, GIT_OID_RAWSZ);
        in->bad |= blobs->blob_count >= NUMBER_MAX;
        if (!in->bad)
            blobs_came(blobs, blobs_add_blob(blobs, id), commit);
    }
    for (size_t i = 0; !in->bad && i < counts->again; i++) {
        uint32_t blob = get_number(in, next);
        if (!in->bad)
            blobs_came(blobs, blob, commit);
    }
    for (size_t i = 0; !in->bad && i < counts->left; i++) {
        uint32_t blob = get_number(in, next);
        if (!in->bad)
            blobs_left(blobs, blob, blobs->parents[what->first_parent]);
    }
}

/* 0; -1: its hash is right, but not what it says. */
static int read_segment(struct mirror_blobs *blobs, struct input in)
{
    struct counts counts;

    while (in.at < in.end && !in.bad) {
        get_commit(blobs, &in, &counts);
        if (!in.bad)
            get_changes(blobs, &in, &counts);
    }
    return in.bad ? -1 : 0;
}

static void parse(struct mirror_blobs *blobs, const unsigned char *data, size_t size,
                  size_t *length)
{
    size_t place = MARK_LEN;
    uint32_t len;
    uint64_t sum;

    *length = 0;
    if (size < MARK_LEN || memcmp(data, MARK, MARK_LEN) != 0)
        return;
    for (; size - place >= HEAD_LEN; place += HEAD_LEN + len) {
        memcpy(&len, data + place, sizeof len);
        memcpy(&sum, data + place + sizeof len, sizeof sum);
        len = le32toh(len);
        const unsigned char *content = data + place + HEAD_LEN;
        if (len > size - place - HEAD_LEN || le64toh(sum) != sum_of(place, content, len))
            break;
        if (read_segment(blobs, (struct input){content, content + len, false}) != 0) {
            blobs_clear(blobs);
            return;
        }
    }
    *length = place > MARK_LEN ? place : 0;
}

void blobs_load(struct mirror_blobs *blobs, size_t *length)
{
    char *path = mem_printf("%s/" MIRROR_BLOBS_FILE, blobs->mirror->dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    unsigned char *data = NULL;
    struct stat st;
    size_t have = 0;

    *length = 0;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < FILE_MAX) {
        size_t size = (size_t)st.st_size;
        ssize_t n = 1;
        data = mem_alloc(size + 1);
        for (; have < size && (n > 0 || (n < 0 && errno == EINTR)); have += n > 0 ? (size_t)n : 0)
            n = read(fd, data + have, size - have);
        parse(blobs, data, have, length);
    }
    if (fd >= 0)
        close(fd);
    free(data);
    free(path);
}
