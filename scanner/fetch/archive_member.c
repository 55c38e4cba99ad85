#include "fetch/archive_internal.h"

#include <archive.h>
#include <archive_entry.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PATH_BYTES 4096              /* of one member; a longer one is nothing that a build makes */
#define NAMES_MAX  ((size_t)8 << 20) /* of all members together */
#define RECORD_MAX ((size_t)8 << 20)
#define SNIFF      8000 /* git takes what has a NUL in so many bytes for binary */

static int fault(struct archive_reading *r)
{
    return r->stream.failed ? -1 : archive_fault(r->archive, r->request->filename, r->err);
}

static int wrong_size(const struct archive_reading *r, const char *path)
{
    return err_set(r->err, REASON_BAD_ANSWER, "%s: %.200s is not as long as it says",
                   r->request->filename, path);
}

/* --- files ------------------------------------------------------------------------------------ */

static bool keeps(struct archive_reading *r, const struct archive_member *member, size_t len)
{
    const struct archive_request *request = r->request;

    if (request->keep == NULL || len > request->keep_max || r->kept + len > request->keep_total ||
        !request->keep(request->keep_ctx, member))
        return false;
    r->kept += len;
    return true;
}

/* What is in memory once, whole. */
static int hash_small(struct archive_reading *r, struct archive_member *member, char *whole)
{
    const size_t size = (size_t)member->size;
    size_t len = 0;
    la_ssize_t n;
    bool cr = false;

    while (len <= size &&
           (n = archive_read_data(r->archive, r->small + len, size + 1 - len)) != 0) {
        if (n < 0)
            return fault(r);
        len += (size_t)n;
    }
    if (len != size)
        return wrong_size(r, member->path);
    archive_hash_start(&r->hash, member->size);
    archive_hash_add(&r->hash, r->small, len);
    archive_hash_end(&r->hash, member);
    if (archive_count_crlf(r->small, len, &cr) > 0) {
        cr = false;
        size_t plain = archive_without_crlf(r->small, len, r->lf, &cr);
        if (cr)
            r->lf[plain++] = '\r';
        archive_hash_blob(&r->hash, r->lf, plain, member->lf_oid);
    }
    if (whole != NULL)
        memcpy(whole, r->small, len);
    if (keeps(r, member, len)) {
        member->data = arena_strndup(r->arena, r->small, len);
        member->len = len;
    }
    return 0;
}

static void note_crlf(struct archive_reading *r, const struct archive_member *member, size_t crlf)
{
    r->again = mem_grow(r->again, r->again_count, &r->again_size, sizeof *r->again);
    r->again[r->again_count++] = (struct archive_again){r->seen, (size_t)(member - r->out->members),
                                                        member->size - (int64_t)crlf};
}

static int hash_large(struct archive_reading *r, struct archive_member *member, char *whole)
{
    int64_t done = 0;
    size_t crlf = 0;
    bool cr = false, text = true;
    la_ssize_t n;

    archive_hash_start(&r->hash, member->size);
    while ((n = archive_read_data(r->archive, r->block, ARCHIVE_BLOCK)) > 0) {
        if (n > member->size - done)
            return wrong_size(r, member->path);
        if (done == 0)
            text = memchr(r->block, '\0', n < SNIFF ? (size_t)n : SNIFF) == NULL;
        archive_hash_add(&r->hash, r->block, (size_t)n);
        if (text)
            crlf += archive_count_crlf(r->block, (size_t)n, &cr);
        if (whole != NULL)
            memcpy(whole + done, r->block, (size_t)n);
        done += n;
    }
    if (n < 0)
        return fault(r);
    archive_hash_end(&r->hash, member);
    if (done != member->size)
        return wrong_size(r, member->path);
    if (crlf > 0)
        note_crlf(r, member, crlf);
    return 0;
}

/* The id without CR of a large member, whose length is known by now. */
int archive_read_again(struct archive_reading *r, struct archive_entry *entry)
{
    bool cr = false;
    la_ssize_t n;

    (void)entry;
    if (r->again_at == r->again_count || ++r->seen != r->again[r->again_at].entry)
        return 0;
    const struct archive_again *again = &r->again[r->again_at++];
    struct archive_member other;
    archive_hash_start(&r->hash, again->size);
    while ((n = archive_read_data(r->archive, r->block, ARCHIVE_BLOCK)) > 0)
        archive_hash_add(&r->hash, r->lf, archive_without_crlf(r->block, (size_t)n, r->lf, &cr));
    if (n < 0)
        return fault(r);
    if (cr)
        archive_hash_add(&r->hash, "\r", 1);
    archive_hash_end(&r->hash, &other);
    memcpy(r->out->members[again->member].lf_oid, other.oid, OID_HEX);
    return 0;
}

static struct archive_member *add_member(struct archive_reading *r, const char *path)
{
    struct archive_contents *out = r->out;

    out->members = mem_grow(out->members, out->member_count, &r->member_size, sizeof *out->members);
    out->members[out->member_count] = (struct archive_member){.path = path};
    return &out->members[out->member_count++];
}

static int count_bytes(struct archive_reading *r, int64_t size)
{
    if (size <= r->max_bytes - r->out->bytes) {
        r->out->bytes += size;
        return 0;
    }
    return err_set(r->err, REASON_TOO_LARGE, "%s unpacks to more than %lld bytes",
                   r->request->filename, (long long)r->max_bytes);
}

/* Room for all of RECORD, which is read when all members are known. */
static char *start_record(struct archive_reading *r, const char *path, size_t size)
{
    if (r->record_path != NULL)
        return NULL;
    r->record_path = path;
    r->record_len = size;
    r->record = size <= RECORD_MAX ? mem_alloc(size + 1) : NULL;
    return r->record;
}

static int read_file(struct archive_reading *r, struct archive_entry *entry, const char *path)
{
    int64_t size = archive_entry_size(entry);
    struct archive_member *member = add_member(r, path);

    member->executable = (archive_entry_perm(entry) & 0100) != 0;
    member->size = size;
    if (!archive_entry_size_is_set(entry) || size < 0)
        return wrong_size(r, path);
    if (count_bytes(r, size) != 0)
        return -1;
    char *whole = r->out->kind == ARCHIVE_WHEEL && archive_is_record(path)
                      ? start_record(r, path, (size_t)size)
                      : NULL;
    return size <= ARCHIVE_SMALL ? hash_small(r, member, whole) : hash_large(r, member, whole);
}

/* --- links ------------------------------------------------------------------------------------ */

static int count_name(struct archive_reading *r, const char *name)
{
    size_t len = name != NULL ? strnlen(name, PATH_BYTES) : PATH_BYTES;

    r->names += len;
    return len < PATH_BYTES && r->names <= NAMES_MAX
               ? 0
               : err_set(r->err, REASON_LIMIT, "%s: a member's name cannot be read or is too long",
                         r->request->filename);
}

static int read_link(struct archive_reading *r, const char *path, const char *target)
{
    if (target == NULL)
        target = "";
    if (count_name(r, target) != 0)
        return -1;
    struct archive_member *member = add_member(r, path);
    member->kind = ARCHIVE_LINK;
    member->len = strlen(target);
    member->size = (int64_t)member->len;
    member->data = arena_strndup(r->arena, target, member->len);
    archive_hash_start(&r->hash, member->size);
    archive_hash_add(&r->hash, target, member->len);
    archive_hash_end(&r->hash, member);
    if (archive_link_escapes(path, target))
        archive_odd(r, ARCHIVE_ODD_LINK_ESCAPES, path);
    return 0;
}

struct linked {
    const char *path;
    size_t member;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct linked *)a)->path, ((const struct linked *)b)->path);
}

/* The last member of this path so far; a tree, as every member may be a hard link to another. */
static const struct archive_member *find_member(struct archive_reading *r, const char *path)
{
    for (; r->linked < r->out->member_count; r->linked++) {
        struct linked *linked = arena_alloc(r->arena, sizeof *linked);
        *linked = (struct linked){r->out->members[r->linked].path, r->linked};
        struct linked **found = tsearch(linked, &r->links, by_name);
        if (found == NULL)
            abort();
        *found = linked;
    }
    const struct linked key = {.path = path};
    struct linked **found = tfind(&key, &r->links, by_name);
    return found != NULL ? &r->out->members[(*found)->member] : NULL;
}

/* A tree with symbolic links is at times packed so: the same file, once more. */
static int read_hard_link(struct archive_reading *r, struct archive_entry *entry, const char *path)
{
    const char *target = archive_entry_hardlink(entry);
    enum archive_oddity_kind odd;

    if (count_name(r, target) != 0)
        return -1;
    const char *below = archive_clean(target, r->arena, &odd);
    const size_t top = r->out->top != NULL ? strlen(r->out->top) : 0;
    if (below != NULL && r->out->kind == ARCHIVE_SDIST)
        below = top > 0 && strncmp(below, r->out->top, top) == 0 && below[top] == '/'
                    ? below + top + 1
                    : NULL;
    const struct archive_member *found = below != NULL ? find_member(r, below) : NULL;
    if (found == NULL || archive_entry_size(entry) > 0) {
        archive_odd(r, ARCHIVE_ODD_HARD_LINK, path);
        return 0;
    }
    struct archive_member copy = *found;
    copy.path = path;
    if (copy.data != NULL && copy.kind == ARCHIVE_FILE && !keeps(r, &copy, copy.len)) {
        copy.data = NULL;
        copy.len = 0;
    }
    if (count_bytes(r, copy.size) != 0)
        return -1;
    *add_member(r, path) = copy;
    return 0;
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool is_top(const struct archive_contents *out, const char *path, size_t len)
{
    return out->top != NULL && strlen(out->top) == len && memcmp(path, out->top, len) == 0;
}

/* The path below the top directory; NULL for the top itself, and for what is odd. */
static const char *place(struct archive_reading *r, const char *spelt, bool directory)
{
    struct archive_contents *out = r->out;
    enum archive_oddity_kind odd = ARCHIVE_ODD_ABSOLUTE;
    const char *path = archive_clean(spelt, r->arena, &odd);

    if (path == NULL) {
        archive_odd(r, odd, spelt);
        return NULL;
    }
    if (out->kind == ARCHIVE_WHEEL || *path == '\0')
        return *path != '\0' ? path : NULL;
    size_t n = strcspn(path, "/");
    if (out->top == NULL && (directory || path[n] == '/'))
        out->top = arena_strndup(r->arena, path, n);
    if (is_top(out, path, n) && (directory || path[n] == '/'))
        return path[n] == '/' && path[n + 1] != '\0' ? path + n + 1 : NULL;
    archive_odd(r, ARCHIVE_ODD_OUTSIDE_TOP, path);
    return NULL;
}

int archive_read_entry(struct archive_reading *r, struct archive_entry *entry)
{
    const char *spelt = archive_entry_pathname(entry);

    if (spelt == NULL)
        spelt = archive_entry_pathname_utf8(entry);
    if (count_name(r, spelt) != 0)
        return -1;
    if (++r->seen > r->max_members)
        return err_set(r->err, REASON_LIMIT, "%s holds more than %zu members", r->request->filename,
                       r->max_members);
    const char *path = place(r, spelt, archive_entry_filetype(entry) == AE_IFDIR);
    if (path == NULL)
        return 0;
    if (archive_entry_hardlink(entry) != NULL)
        return read_hard_link(r, entry, path);
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return read_file(r, entry, path);
    case AE_IFLNK:
        return read_link(r, path, archive_entry_symlink(entry));
    case AE_IFDIR:
        return 0;
    default:
        archive_odd(r, ARCHIVE_ODD_SPECIAL, path);
        return 0;
    }
}
