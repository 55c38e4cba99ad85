/* libarchive's gzip filter looks at no checksum, and all of its filters pass over what stands
   behind the compressed data. A file that was cut or that holds more than its members must not
   look like a whole one, so gzip is read by zlib here, and every stream to its very end. */
#include "fetch/archive_internal.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* Of what may ask for a window as large as it unpacks to (xz: 4 GiB, zstd: 128 MiB). */
#define MAX_WINDOWED ((int64_t)256 << 20)

/* --- gzip ------------------------------------------------------------------------------------ */

static int fail(struct archive_stream *stream, enum reason reason, const char *what)
{
    stream->failed = true;
    return err_set(stream->err, reason, "%s: %s", stream->filename, what);
}

/* Bytes at next_in, or none at the end of the file; -1 on error. */
static int fill(struct archive_stream *stream)
{
    if (stream->zlib.avail_in > 0)
        return 1;
    ssize_t n = read(stream->fd, stream->in, ARCHIVE_BLOCK);
    if (n < 0)
        return fail(stream, REASON_DISK, "the spooled file cannot be read");
    stream->zlib.next_in = stream->in;
    stream->zlib.avail_in = (uInt)n;
    return n > 0;
}

static int read_rest(struct archive_stream *stream)
{
    int more;

    while ((more = fill(stream)) > 0) {
        for (uInt i = 0; i < stream->zlib.avail_in; i++)
            stream->trailing |= stream->zlib.next_in[i] != 0;
        stream->zlib.avail_in = 0;
    }
    stream->ended = true;
    return more;
}

/* Another member begins, or what follows is none. A file of no member at all is no gzip. */
static int start_member(struct archive_stream *stream)
{
    int more = fill(stream);

    if (more < 0)
        return -1;
    if (more > 0 && (stream->members == 0 || stream->zlib.next_in[0] == 0x1f)) {
        stream->members++;
        stream->inside = true;
        return inflateReset(&stream->zlib) == Z_OK ? 0 : fail(stream, REASON_INTERNAL, "zlib");
    }
    if (stream->members == 0)
        return fail(stream, REASON_BAD_ANSWER, "it is empty");
    return read_rest(stream);
}

static ssize_t read_gzip(struct archive_stream *stream)
{
    stream->zlib.next_out = stream->out;
    stream->zlib.avail_out = ARCHIVE_BLOCK;
    while (!stream->ended && stream->zlib.avail_out > 0) {
        if (!stream->inside) {
            if (start_member(stream) != 0)
                return -1;
            continue;
        }
        int more = fill(stream);
        if (more <= 0)
            return more < 0 ? -1 : fail(stream, REASON_TRUNCATED, "its compressed data are cut");
        int status = inflate(&stream->zlib, Z_NO_FLUSH);
        if (status == Z_STREAM_END)
            stream->inside = false;
        else if (status != Z_OK && status != Z_BUF_ERROR)
            return fail(stream, REASON_BAD_ANSWER,
                        stream->zlib.msg != NULL ? stream->zlib.msg : "its gzip data are damaged");
    }
    return ARCHIVE_BLOCK - (ssize_t)stream->zlib.avail_out;
}

/* --- what libarchive unpacks ----------------------------------------------------------------- */

static const struct {
    const char *suffix;
    int (*support)(struct archive *);
} filters[] = {
    {".bz2", archive_read_support_filter_bzip2},  {".zst", archive_read_support_filter_zstd},
    {".xz", archive_read_support_filter_xz},      {".lzma", archive_read_support_filter_lzma},
    {".Z", archive_read_support_filter_compress},
};

int archive_fault(struct archive *archive, const char *filename, struct err *err)
{
    const char *why = archive_error_string(archive);
    bool cut = why != NULL &&
               (strcasestr(why, "truncated") != NULL || strcasestr(why, "unexpected end") != NULL);

    return err_set(err, cut ? REASON_TRUNCATED : REASON_BAD_ANSWER, "%s: %s", filename,
                   why != NULL ? why : "it cannot be read as what its name says");
}

static int open_filter(struct archive_stream *stream, int (*support)(struct archive *))
{
    struct archive_entry *entry;

    stream->filter = archive_read_new();
    if (stream->filter == NULL)
        abort();
    archive_read_support_format_raw(stream->filter);
    support(stream->filter);
    if (archive_read_open_fd(stream->filter, stream->fd, ARCHIVE_BLOCK) != ARCHIVE_OK ||
        archive_read_next_header(stream->filter, &entry) != ARCHIVE_OK) {
        stream->failed = true;
        return archive_fault(stream->filter, stream->filename, stream->err);
    }
    return archive_filter_code(stream->filter, 0) != ARCHIVE_FILTER_NONE
               ? 0
               : fail(stream, REASON_BAD_ANSWER, "it is not compressed as its name says");
}

static ssize_t read_filter(struct archive_stream *stream)
{
    la_ssize_t n = archive_read_data(stream->filter, stream->out, ARCHIVE_BLOCK);

    if (n < 0) {
        stream->failed = true;
        return archive_fault(stream->filter, stream->filename, stream->err);
    }
    if (n == 0) {
        stream->trailing =
            archive_filter_bytes(stream->filter, -1) < lseek(stream->fd, 0, SEEK_END);
        stream->ended = true;
    }
    return n;
}

/* --- all of them ----------------------------------------------------------------------------- */

int archive_stream_open(struct archive_stream *stream, int fd, const char *filename, int64_t max,
                        struct err *err)
{
    *stream = (struct archive_stream){.fd = fd, .filename = filename, .max = max, .err = err};
    stream->in = mem_alloc(ARCHIVE_BLOCK);
    stream->out = mem_alloc(ARCHIVE_BLOCK);
    if (lseek(fd, 0, SEEK_SET) != 0)
        return fail(stream, REASON_DISK, "the spooled file cannot be read");
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (archive_ends_in(filename, filters[i].suffix)) {
            stream->max = max < MAX_WINDOWED ? max : MAX_WINDOWED;
            return open_filter(stream, filters[i].support);
        }
    stream->gzip = !archive_ends_in(filename, ".tar");
    if (stream->gzip && inflateInit2(&stream->zlib, 15 + 16) != Z_OK)
        abort();
    return 0;
}

void archive_stream_close(struct archive_stream *stream)
{
    if (stream->gzip)
        inflateEnd(&stream->zlib);
    archive_read_free(stream->filter);
    free(stream->in);
    free(stream->out);
}

static ssize_t read_plain(struct archive_stream *stream)
{
    ssize_t n = read(stream->fd, stream->out, ARCHIVE_BLOCK);

    stream->ended = n == 0;
    return n >= 0 ? n : fail(stream, REASON_DISK, "the spooled file cannot be read");
}

ssize_t archive_stream_read(struct archive_stream *stream)
{
    if (stream->failed || stream->ended)
        return stream->failed ? -1 : 0;
    ssize_t n = stream->gzip             ? read_gzip(stream)
                : stream->filter != NULL ? read_filter(stream)
                                         : read_plain(stream);
    ssize_t used = n;
    while (used > 0 && stream->out[used - 1] == 0)
        used--;
    if (used > 0)
        stream->text_end = stream->total + used;
    stream->total += n > 0 ? n : 0;
    if (stream->total > stream->max)
        return fail(stream, REASON_TOO_LARGE, "it unpacks to more than we look at");
    return n;
}
