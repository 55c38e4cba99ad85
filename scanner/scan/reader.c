#include "scan/reader.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scan/reader_internal.h"

#define FILE_MAX_BYTES  (4u << 20)  /* a larger one is no file that a person keeps versions in */
#define CACHE_MAX_BYTES (16u << 20) /* of blobs kept in memory for one repository */

struct blob {
    char oid[OID_HEX];
    char *data;
    size_t len;
    UT_hash_handle hh;
};

struct want {
    char oid[OID_HEX];
    bool asked; /* the server was asked for it */
    UT_hash_handle hh;
};

static void drop_blobs(struct reader *reader)
{
    struct blob *blob, *next;

    HASH_ITER(hh, reader->blobs, blob, next)
    {
        HASH_DEL(reader->blobs, blob);
        free(blob->data);
        free(blob);
    }
    reader->cached = 0;
}

void reader_shrink(struct reader *reader)
{
    if (reader->cached > CACHE_MAX_BYTES)
        drop_blobs(reader);
}

void reader_free(struct reader *reader)
{
    if (reader == NULL)
        return;
    drop_blobs(reader);
    HASH_CLEAR(hh, reader->wants);
    levels_free(reader->levels);
    paths_release(&reader->paths);
    reader_drop_readings(reader);
    free(reader->want_list);
    arena_release(&reader->arena);
    free(reader);
}

size_t reader_wants(struct reader *reader, const char *const **oids)
{
    struct want *want, *next;
    size_t count = 0;

    free(reader->want_list);
    reader->want_list = mem_array(HASH_COUNT(reader->wants), sizeof *reader->want_list);
    HASH_ITER(hh, reader->wants, want, next)
    {
        if (!want->asked)
            reader->want_list[count++] = want->oid;
    }
    *oids = reader->want_list;
    return count;
}

void reader_fetched(struct reader *reader)
{
    struct want *want, *next;

    HASH_ITER(hh, reader->wants, want, next)
    {
        want->asked = true;
    }
}

static enum source_result note_want(struct reader *reader, const char *oid)
{
    struct want *want;

    HASH_FIND_STR(reader->wants, oid, want);
    if (want != NULL)
        return want->asked ? SOURCE_FAILED : SOURCE_PENDING;
    want = arena_alloc(&reader->arena, sizeof *want);
    memcpy(want->oid, oid, OID_HEX);
    HASH_ADD_STR(reader->wants, oid, want);
    return SOURCE_PENDING;
}

void reader_prefetch(struct reader *reader, const char *oid)
{
    struct want *want;

    HASH_FIND_STR(reader->wants, oid, want);
    if (want == NULL && !mirror_has(reader->mirror, oid))
        note_want(reader, oid);
}

enum source_result reader_blob(struct reader *reader, const char *oid, const char **data,
                               size_t *len)
{
    struct buf buf = BUF_INIT(FILE_MAX_BYTES);
    struct err err = {.reason = REASON_MISSING_OBJECT};
    struct blob *blob;

    HASH_FIND_STR(reader->blobs, oid, blob);
    if (blob == NULL) {
        int found = mirror_read_blob(reader->mirror, oid, &buf, &err);
        if (found <= 0) {
            buf_release(&buf);
            reader->failure = err.reason;
            return found < 0 ? SOURCE_FAILED : note_want(reader, oid);
        }
        blob = mem_alloc(sizeof *blob);
        memcpy(blob->oid, oid, OID_HEX);
        blob->len = buf.len;
        blob->data = buf_detach(&buf);
        reader->cached += blob->len;
        HASH_ADD_STR(reader->blobs, oid, blob);
    }
    *data = blob->data;
    *len = blob->len;
    return SOURCE_FOUND;
}

static enum source_result read_link(void *ctx, const char *oid, const char **data, size_t *len)
{
    return reader_blob(ctx, oid, data, len);
}

struct reader *reader_new(struct mirror *mirror, struct reader_said said)
{
    struct reader *reader = mem_alloc(sizeof *reader);

    reader->mirror = mirror;
    reader->said = said;
    reader->levels = levels_new(mirror);
    reader->paths = (struct paths){.mirror = mirror, .read = read_link, .ctx = reader};
    return reader;
}

/* --- files that matter ----------------------------------------------------------------------- */

int reader_walk(struct reader *reader, const char *commit, const char *near, levels_fn *fn,
                void *ctx, struct err *err)
{
    const char *tree = paths_tree(&reader->paths, commit, err);

    return tree != NULL ? levels_walk(reader->levels, tree, near, fn, ctx, err) : -1;
}

enum reason reader_failure(const struct reader *reader)
{
    return reader->failure;
}

bool reader_ignores(const struct reader *reader, const char *directory)
{
    for (const char *const *glob = reader->said.ignore; glob != NULL && *glob != NULL; glob++)
        if (fnmatch(*glob, directory, FNM_PATHNAME | FNM_LEADING_DIR) == 0)
            return true;
    return false;
}

bool reader_is_spent(const struct reader *reader)
{
    return levels_are_spent(reader->levels);
}

/* --- reading by path ------------------------------------------------------------------------- */

enum source_result reader_read(struct reader *reader, const char *commit, const char *path,
                               const char **data, size_t *len)
{
    char oid[OID_HEX];
    enum source_result found = paths_find(&reader->paths, commit, path, oid);

    reader->failure = found == SOURCE_FAILED ? reader->paths.failure : REASON_MISSING_OBJECT;
    reader_shrink(reader);
    return found == SOURCE_FOUND ? reader_blob(reader, oid, data, len) : found;
}

enum source_result reader_match(struct reader *reader, const char *commit, const char *directory,
                                const char *glob, const char **path)
{
    char found[PATHS_LEN];
    enum source_result result = paths_match(&reader->paths, commit, directory, glob, found);

    if (result == SOURCE_FOUND)
        *path = levels_string(reader->levels, found);
    return result;
}
