#include "fetch/archive.h"
#include "fetch/archive_internal.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define BLOCK        65536
#define SMALL        (1u << 20) /* a member up to this is in memory once, whole */
#define MAX_BYTES    ((int64_t)2 << 30)
#define MAX_MEMBERS  200000
#define PATH_BYTES   4096 /* of one member; a longer one is nothing that a build makes */
#define ODDITIES_MAX 24
#define SNIFF        8000 /* git takes what has a NUL in so many bytes for binary */

struct reading {
    const struct archive_request *request;
    struct arena *arena;
    struct archive_contents *out;
    struct err *err;
    struct archive *archive;
    struct archive_hash hash;
    char *small, *block, *lf; /* SMALL, BLOCK, SMALL + 1 bytes */
    size_t member_size, oddity_size, kept, seen;
    int64_t max_bytes;
    size_t max_members;
    bool again; /* a large member has CRLF: the archive is read once more for its other id */
};

/* --- oddities -------------------------------------------------------------------------------- */

static void add_oddity(struct reading *r, enum archive_oddity_kind kind, const char *path)
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
        kind, path != NULL ? arena_strndup(r->arena, path, strnlen(path, PATH_BYTES)) : NULL};
}

/* --- opening --------------------------------------------------------------------------------- */

static int fail(struct reading *r, const char *what)
{
    const char *why = archive_error_string(r->archive);
    bool cut = why != NULL &&
               (strcasestr(why, "truncated") != NULL || strcasestr(why, "unexpected end") != NULL);
    bool locked = why != NULL && strcasestr(why, "encrypt") != NULL;

    return err_set(r->err,
                   cut      ? REASON_TRUNCATED
                   : locked ? REASON_UNSUPPORTED
                            : REASON_BAD_ANSWER,
                   "%s: %s: %s", r->request->filename, what,
                   why != NULL ? why : "it does not say why");
}

static bool is_zip(const char *filename)
{
    return text_ends_with(filename, ".whl") ||
           strcasecmp(filename + strlen(filename) - 4, ".zip") == 0;
}

/* Only what the name says: libarchive would take anything for anything else. */
static void allow(struct archive *archive, const char *filename)
{
    static const struct {
        const char *suffix;
        int (*filter)(struct archive *);
    } filters[] = {
        {".gz", archive_read_support_filter_gzip},    {".tgz", archive_read_support_filter_gzip},
        {".bz2", archive_read_support_filter_bzip2},  {".zst", archive_read_support_filter_zstd},
        {".xz", archive_read_support_filter_xz},      {".lzma", archive_read_support_filter_lzma},
        {".Z", archive_read_support_filter_compress},
    };

    if (is_zip(filename)) {
        archive_read_support_format_zip_seekable(archive);
        return;
    }
    archive_read_support_format_tar(archive);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (text_ends_with(filename, filters[i].suffix))
            filters[i].filter(archive);
}

static int open_archive(struct reading *r, int fd)
{
    r->archive = archive_read_new();
    if (r->archive == NULL)
        abort();
    allow(r->archive, r->request->filename);
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(r->err, REASON_DISK, "%s: the spooled file cannot be read",
                       r->request->filename);
    return archive_read_open_fd(r->archive, fd, BLOCK) == ARCHIVE_OK
               ? 0
               : fail(r, "it is not what its name says");
}

/* --- one member ------------------------------------------------------------------------------ */

/* The whole of a small member, its size in *len; -1 on error. */
static int read_small(struct reading *r, size_t size, size_t *len)
{
    *len = 0;
    while (*len <= size) {
        la_ssize_t n = archive_read_data(r->archive, r->small + *len, SMALL + 1 - *len);
        if (n < 0)
            return fail(r, "a member cannot be read");
        if (n == 0)
            return 0;
        *len += (size_t)n;
    }
    return 0;
}

static void keep(struct reading *r, struct archive_member *member, size_t len)
{
    const struct archive_request *request = r->request;

    if (request->keep == NULL || len > request->keep_max || r->kept + len > request->keep_total ||
        !request->keep(request->keep_ctx, member))
        return;
    member->data = arena_strndup(r->arena, r->small, len);
    member->len = len;
    r->kept += len;
}

static int hash_small(struct reading *r, struct archive_member *member)
{
    bool cr = false;
    size_t len;

    if (read_small(r, (size_t)member->size, &len) != 0)
        return -1;
    if (len != (size_t)member->size)
        return err_set(r->err, REASON_BAD_ANSWER, "%s: %.200s is not as long as it says",
                       r->request->filename, member->path);
    archive_hash_start(&r->hash, member->size, r->out->kind == ARCHIVE_WHEEL);
    archive_hash_add(&r->hash, r->small, len);
    archive_hash_end(&r->hash, member);
    if (archive_count_crlf(r->small, len, &cr) > 0) {
        cr = false;
        size_t n = archive_without_crlf(r->small, len, r->lf, &cr);
        if (cr)
            r->lf[n++] = '\r';
        archive_hash_blob(&r->hash, r->lf, n, member->lf_oid);
    }
    keep(r, member, len);
    return 0;
}

static int hash_large(struct reading *r, struct archive_member *member)
{
    int64_t left = member->size;
    size_t crlf = 0;
    bool cr = false, text = true;
    la_ssize_t n;

    archive_hash_start(&r->hash, member->size, r->out->kind == ARCHIVE_WHEEL);
    while ((n = archive_read_data(r->archive, r->block, BLOCK)) > 0 && n <= left) {
        if (left == member->size)
            text = memchr(r->block, '\0', n < SNIFF ? (size_t)n : SNIFF) == NULL;
        archive_hash_add(&r->hash, r->block, (size_t)n);
        if (text)
            crlf += archive_count_crlf(r->block, (size_t)n, &cr);
        left -= n;
    }
    if (n < 0)
        return fail(r, "a member cannot be read");
    archive_hash_end(&r->hash, member);
    if (left != 0 || n > 0)
        return err_set(r->err, REASON_BAD_ANSWER, "%s: %.200s is not as long as it says",
                       r->request->filename, member->path);
    member->len = crlf; /* until the second reading */
    r->again |= crlf > 0;
    return 0;
}

static bool is_top(const struct archive_contents *out, const char *path, size_t len)
{
    return out->top != NULL && strlen(out->top) == len && memcmp(path, out->top, len) == 0;
}

/* The path below the top directory; NULL for the top itself, and for what is odd. */
static const char *place(struct reading *r, const char *spelt, bool directory)
{
    struct archive_contents *out = r->out;
    enum archive_oddity_kind odd = ARCHIVE_ODD_ABSOLUTE;
    const char *path = archive_clean(spelt, r->arena, &odd);

    if (path == NULL) {
        add_oddity(r, odd, spelt);
        return NULL;
    }
    if (out->kind == ARCHIVE_WHEEL || *path == '\0')
        return *path != '\0' ? path : NULL;
    size_t n = strcspn(path, "/");
    if (out->top == NULL && (directory || path[n] == '/'))
        out->top = arena_strndup(r->arena, path, n);
    if (is_top(out, path, n) && (directory || path[n] == '/'))
        return path[n] == '/' && path[n + 1] != '\0' ? path + n + 1 : NULL;
    add_oddity(r, ARCHIVE_ODD_OUTSIDE_TOP, path);
    return NULL;
}

static struct archive_member *add_member(struct reading *r, const char *path)
{
    struct archive_contents *out = r->out;

    out->members = mem_grow(out->members, out->member_count, &r->member_size, sizeof *out->members);
    out->members[out->member_count] = (struct archive_member){.path = path};
    return &out->members[out->member_count++];
}

static int read_file(struct reading *r, struct archive_entry *entry, const char *path)
{
    int64_t size = archive_entry_size(entry);
    struct archive_member *member = add_member(r, path);

    member->executable = (archive_entry_perm(entry) & 0100) != 0;
    member->size = size;
    if (!archive_entry_size_is_set(entry) || size < 0)
        return err_set(r->err, REASON_BAD_ANSWER, "%s: %.200s does not say how long it is",
                       r->request->filename, path);
    r->out->bytes += size;
    if (size > r->max_bytes || r->out->bytes > r->max_bytes)
        return err_set(r->err, REASON_TOO_LARGE, "%s unpacks to more than %lld bytes",
                       r->request->filename, (long long)r->max_bytes);
    return size <= SMALL ? hash_small(r, member) : hash_large(r, member);
}

static void read_link(struct reading *r, const char *path, const char *target)
{
    struct archive_member *member = add_member(r, path);

    if (target == NULL)
        target = "";
    member->kind = ARCHIVE_LINK;
    member->size = (int64_t)strlen(target);
    member->data = arena_strndup(r->arena, target, strnlen(target, PATH_BYTES));
    member->len = strlen(member->data);
    archive_hash_blob(&r->hash, target, strlen(target), member->oid);
    if (archive_link_escapes(path, target))
        add_oddity(r, ARCHIVE_ODD_LINK_ESCAPES, path);
}

/* A tree with symbolic links is at times packed so: the same file, once more. */
static void read_hard_link(struct reading *r, const char *path, const char *target)
{
    enum archive_oddity_kind odd;
    const char *clean = archive_clean(target, r->arena, &odd);
    size_t top = r->out->top != NULL ? strlen(r->out->top) : 0;

    for (size_t i = r->out->member_count; clean != NULL && i-- > 0;) {
        const struct archive_member *member = &r->out->members[i];
        if (is_top(r->out, clean, strnlen(clean, top)) && clean[top] == '/' &&
            strcmp(member->path, clean + top + 1) == 0) {
            struct archive_member copy = *member;
            copy.path = path;
            *add_member(r, path) = copy;
            return;
        }
    }
    add_oddity(r, ARCHIVE_ODD_HARD_LINK, path);
}

static int read_entry(struct reading *r, struct archive_entry *entry)
{
    const char *spelt = archive_entry_pathname(entry);

    if (spelt == NULL)
        spelt = archive_entry_pathname_utf8(entry);
    if (spelt == NULL || strnlen(spelt, PATH_BYTES) == PATH_BYTES)
        return err_set(r->err, REASON_LIMIT, "%s: a member's name cannot be read or is too long",
                       r->request->filename);
    if (++r->seen > r->max_members)
        return err_set(r->err, REASON_LIMIT, "%s holds more than %zu members", r->request->filename,
                       r->max_members);
    const char *path = place(r, spelt, archive_entry_filetype(entry) == AE_IFDIR);
    if (path == NULL)
        return 0;
    if (archive_entry_hardlink(entry) != NULL) {
        read_hard_link(r, path, archive_entry_hardlink(entry));
        return 0;
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return read_file(r, entry, path);
    case AE_IFLNK:
        read_link(r, path, archive_entry_symlink(entry));
        return 0;
    case AE_IFDIR:
        return 0;
    default:
        add_oddity(r, ARCHIVE_ODD_SPECIAL, path);
        return 0;
    }
}

static int read_entries(struct reading *r, int (*read)(struct reading *, struct archive_entry *))
{
    struct archive_entry *entry;
    int status;

    while ((status = archive_read_next_header(r->archive, &entry)) == ARCHIVE_OK ||
           status == ARCHIVE_WARN)
        if (read(r, entry) != 0)
            return -1;
    return status == ARCHIVE_EOF ? 0 : fail(r, "it cannot be read to its end");
}

/* --- the second reading ---------------------------------------------------------------------- */

static struct archive_member *find(struct reading *r, const char *path)
{
    for (size_t i = 0; i < r->out->member_count; i++)
        if (r->out->members[i].data == NULL && r->out->members[i].len > 0 &&
            strcmp(r->out->members[i].path, path) == 0)
            return &r->out->members[i];
    return NULL;
}

/* The id without CR of a large member, whose length is known by now. */
static int read_again(struct reading *r, struct archive_entry *entry)
{
    enum archive_oddity_kind odd;
    const char *spelt = archive_entry_pathname(entry);
    const char *path = spelt != NULL ? archive_clean(spelt, r->arena, &odd) : NULL;
    bool cr = false;
    la_ssize_t n;

    if (path != NULL && r->out->kind == ARCHIVE_SDIST)
        path = strchr(path, '/') != NULL ? strchr(path, '/') + 1 : NULL;
    struct archive_member *member = path != NULL ? find(r, path) : NULL;
    if (member == NULL)
        return 0;
    struct archive_member other = {.path = path};
    archive_hash_start(&r->hash, member->size - (int64_t)member->len, false);
    while ((n = archive_read_data(r->archive, r->block, BLOCK)) > 0)
        archive_hash_add(&r->hash, r->lf, archive_without_crlf(r->block, (size_t)n, r->lf, &cr));
    if (n < 0)
        return fail(r, "a member cannot be read");
    if (cr)
        archive_hash_add(&r->hash, "\r", 1);
    archive_hash_end(&r->hash, &other);
    memcpy(member->lf_oid, other.oid, OID_HEX);
    member->len = 0;
    return 0;
}

/* --- all of it ------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct archive_member *)a)->path,
                  ((const struct archive_member *)b)->path);
}

static void on_zip(void *ctx, enum archive_oddity_kind kind, const char *path)
{
    add_oddity(ctx, kind, path);
}

static void finish(struct reading *r, int fd)
{
    struct archive_contents *out = r->out;
    size_t stem = archive_stem(r->request->filename);

    qsort(out->members, out->member_count, sizeof *out->members, by_path);
    for (size_t i = 1; i < out->member_count; i++)
        if (strcmp(out->members[i].path, out->members[i - 1].path) == 0)
            add_oddity(r, ARCHIVE_ODD_DUPLICATE, out->members[i].path);
    if (is_zip(r->request->filename))
        archive_zip_check(fd, r->max_members, on_zip, r);
    if (out->kind == ARCHIVE_SDIST && (out->top == NULL || strlen(out->top) != stem ||
                                       memcmp(out->top, r->request->filename, stem) != 0))
        add_oddity(r, ARCHIVE_ODD_TOP_DIRECTORY, out->top);
}

static int read_all(struct reading *r, int fd)
{
    int result = open_archive(r, fd) == 0 ? read_entries(r, read_entry) : -1;

    archive_read_free(r->archive);
    if (result != 0 || !r->again)
        return result;
    result = open_archive(r, fd) == 0 ? read_entries(r, read_again) : -1;
    archive_read_free(r->archive);
    return result;
}

int archive_read(int fd, const struct archive_request *request, struct arena *arena,
                 struct archive_contents *out, struct err *err)
{
    struct reading reading = {
        .request = request,
        .arena = arena,
        .out = out,
        .err = err,
        .small = mem_alloc(SMALL + 1),
        .block = mem_alloc(BLOCK),
        .lf = mem_alloc(SMALL + 1),
        .max_bytes = request->max_bytes > 0 ? request->max_bytes : MAX_BYTES,
        .max_members = request->max_members > 0 ? request->max_members : MAX_MEMBERS,
    };
    /* libarchive turns names into the locale's characters; these are bytes, mostly UTF-8. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;

    *out = (struct archive_contents){0};
    int result = archive_kind_of(request->filename, &out->kind);
    if (result != 0)
        err_set(err, REASON_UNSUPPORTED, "%s is neither an sdist nor a wheel", request->filename);
    archive_hash_init(&reading.hash);
    if (result == 0)
        result = read_all(&reading, fd);
    if (result == 0)
        finish(&reading, fd);
    archive_hash_release(&reading.hash);
    if (before != (locale_t)0)
        uselocale(before);
    if (utf8 != (locale_t)0)
        freelocale(utf8);
    struct archive_member *members = out->members;
    struct archive_oddity *oddities = out->oddities;
    out->members = arena_copy(arena, members, out->member_count * sizeof *members);
    out->oddities = arena_copy(arena, oddities, out->oddity_count * sizeof *oddities);
    free(members);
    free(oddities);
    free(reading.small);
    free(reading.block);
    free(reading.lf);
    return result;
}
