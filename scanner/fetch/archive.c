#include "fetch/archive.h"
#include "fetch/archive_internal.h"

#include <archive.h>
#include <errno.h>
#include <locale.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define MAX_BYTES    ((int64_t)2 << 30)
#define MAX_MEMBERS  100000
#define ODDITIES_MAX 24
#define ODDITY_BYTES 4096 /* of a path that is told */
#define TAR_RECORD   512
#define TAR_HEADERS  ((int64_t)4096) /* what a member may take besides its bytes */

void archive_odd(struct archive_reading *r, enum archive_oddity_kind kind, const char *path)
{
    struct archive_contents *out = r->out;
    bool told = false;

    for (size_t i = 0; i < out->oddity_count; i++)
        told |= out->oddities[i].kind == kind;
    if (told && out->oddity_count >= ODDITIES_MAX)
        return;
    out->oddities =
        mem_grow(out->oddities, out->oddity_count, &r->oddity_size, sizeof *out->oddities);
    out->oddities[out->oddity_count++] = (struct archive_oddity){
        kind, path != NULL ? arena_strndup(r->arena, path, strnlen(path, ODDITY_BYTES)) : NULL};
}

/* --- the entries of an open archive ----------------------------------------------------------- */

typedef int entry_fn(struct archive_reading *r, struct archive_entry *entry);

static int fault(struct archive_reading *r)
{
    return r->stream.failed ? -1 : archive_fault(r->archive, r->request->filename, r->err);
}

static int read_entries(struct archive_reading *r, entry_fn *read)
{
    struct archive_entry *entry;
    int status;

    r->seen = 0;
    while ((status = archive_read_next_header(r->archive, &entry)) == ARCHIVE_OK ||
           status == ARCHIVE_WARN)
        if (read(r, entry) != 0)
            return -1;
    return status == ARCHIVE_EOF ? 0 : fault(r);
}

static struct archive *new_archive(int (*support)(struct archive *))
{
    struct archive *archive = archive_read_new();

    /* Only what the name says: libarchive would take anything for anything else. */
    if (archive == NULL || support(archive) != ARCHIVE_OK)
        abort();
    return archive;
}

/* --- zip -------------------------------------------------------------------------------------- */

static int read_zip(struct archive_reading *r, int fd, entry_fn *read)
{
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(r->err, REASON_DISK, "%s: the spooled file cannot be read",
                       r->request->filename);
    r->archive = new_archive(archive_read_support_format_zip_seekable);
    int result = archive_read_open_fd(r->archive, fd, ARCHIVE_BLOCK) == ARCHIVE_OK
                     ? read_entries(r, read)
                     : fault(r);
    archive_read_free(r->archive);
    return result;
}

/* --- tar -------------------------------------------------------------------------------------- */

static la_ssize_t on_read(struct archive *archive, void *ctx, const void **data)
{
    struct archive_stream *stream = ctx;
    ssize_t n = archive_stream_read(stream);

    *data = stream->out;
    if (n < 0)
        archive_set_error(archive, EIO, "its bytes cannot be read");
    return n < 0 ? ARCHIVE_FATAL : n;
}

/* Behind the last member stand at least 512 zeros, and nothing else. libarchive does without them,
   as do most readers; but every writer makes them, so a tar without is one that was cut. */
static int read_end(struct archive_reading *r)
{
    const struct archive_stream *stream = &r->stream;
    const int64_t end = archive_read_header_position(r->archive);
    ssize_t n;

    while ((n = archive_stream_read(&r->stream)) > 0)
        ;
    if (n < 0)
        return -1;
    if (stream->total < end + TAR_RECORD)
        return err_set(r->err, REASON_TRUNCATED, "%s: a tar without its end", stream->filename);
    if (stream->text_end > end || stream->trailing)
        archive_odd(r, ARCHIVE_ODD_TRAILING, NULL);
    return 0;
}

static int read_tar(struct archive_reading *r, int fd, entry_fn *read)
{
    const int64_t max = r->max_bytes + (int64_t)r->max_members * TAR_HEADERS;
    int result = archive_stream_open(&r->stream, fd, r->request->filename, max, r->err);

    r->archive = new_archive(archive_read_support_format_tar);
    if (result == 0)
        result = archive_read_open(r->archive, &r->stream, NULL, on_read, NULL) == ARCHIVE_OK
                     ? read_entries(r, read)
                     : fault(r);
    if (result == 0 && read == archive_read_entry)
        result = read_end(r);
    archive_read_free(r->archive);
    archive_stream_close(&r->stream);
    return result;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct archive_member *)a)->path,
                  ((const struct archive_member *)b)->path);
}

static void check_record(struct archive_reading *r)
{
    struct archive_contents *out = r->out;

    if (r->record_path == NULL)
        out->record = ARCHIVE_RECORD_MISSING;
    else if (r->record == NULL)
        out->record = ARCHIVE_RECORD_UNREAD;
    else
        archive_record_check(out, r->record_path, r->record, r->record_len, r->arena);
    if (out->record != ARCHIVE_RECORD_RIGHT)
        archive_odd(r, ARCHIVE_ODD_RECORD, r->record_path);
}

static void finish(struct archive_reading *r)
{
    struct archive_contents *out = r->out;
    const size_t stem = archive_stem(r->request->filename);

    if (out->member_count > 1)
        qsort(out->members, out->member_count, sizeof *out->members, by_path);
    for (size_t i = 1; i < out->member_count; i++)
        if (strcmp(out->members[i].path, out->members[i - 1].path) == 0)
            archive_odd(r, ARCHIVE_ODD_DUPLICATE, out->members[i].path);
    if (archive_is_zip(r->request->filename) && r->seen != r->entries)
        archive_odd(r, ARCHIVE_ODD_DIRECTORY, NULL); /* some are hidden behind others */
    if (out->kind == ARCHIVE_WHEEL)
        check_record(r);
    else if (out->top == NULL || strlen(out->top) != stem ||
             memcmp(out->top, r->request->filename, stem) != 0)
        archive_odd(r, ARCHIVE_ODD_TOP_DIRECTORY, out->top);
}

static int read_all(struct archive_reading *r, int fd)
{
    const bool zip = archive_is_zip(r->request->filename);
    int (*pass)(struct archive_reading *, int, entry_fn *) = zip ? read_zip : read_tar;

    if ((zip && archive_zip_check(r, fd) != 0) || pass(r, fd, archive_read_entry) != 0)
        return -1;
    const size_t seen = r->seen;
    if (r->again_count > 0 && pass(r, fd, archive_read_again) != 0)
        return -1;
    r->seen = seen;
    finish(r);
    return 0;
}

static void keep_node(void *node)
{
    (void)node; /* the arena's */
}

static void release(struct archive_reading *r)
{
    struct archive_contents *out = r->out;
    struct archive_oddity *oddities = out->oddities;

    out->oddities = arena_copy(r->arena, oddities, out->oddity_count * sizeof *oddities);
    free(oddities);
    arena_take(r->arena, out->members);
    archive_hash_release(&r->hash);
    tdestroy(r->links, keep_node);
    free(r->again);
    free(r->record);
    free(r->small);
    free(r->block);
    free(r->lf);
}

int archive_read(int fd, const struct archive_request *request, struct arena *arena,
                 struct archive_contents *out, struct err *err)
{
    *out = (struct archive_contents){0};
    if (archive_kind_of(request->filename, &out->kind) != 0)
        return err_set(err, REASON_UNSUPPORTED, "%s is neither an sdist nor a wheel",
                       request->filename);
    struct archive_reading reading = {
        .request = request,
        .arena = arena,
        .out = out,
        .err = err,
        /* Not zeroed, which takes as long as a small archive: only what was read is looked at. */
        .small = mem_realloc(NULL, ARCHIVE_SMALL + 1),
        .block = mem_alloc(ARCHIVE_BLOCK),
        .lf = mem_realloc(NULL, ARCHIVE_SMALL + 1),
        .max_bytes = request->max_bytes > 0 ? request->max_bytes : MAX_BYTES,
        .max_members = request->max_members > 0 ? request->max_members : MAX_MEMBERS,
    };
    /* libarchive turns names into the locale's characters; these are bytes, mostly UTF-8. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;

    archive_hash_init(&reading.hash, out->kind == ARCHIVE_WHEEL);
    int result = read_all(&reading, fd);
    release(&reading);
    if (before != (locale_t)0)
        uselocale(before);
    if (utf8 != (locale_t)0)
        freelocale(utf8);
    return result;
}
