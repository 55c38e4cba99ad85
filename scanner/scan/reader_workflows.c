#include "scan/reader_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FORGE_FOLDER  ".github"
#define ENTRIES_MAX   20000 /* below that folder */
#define WORKFLOWS_MAX 500   /* of one repository */

/* The workflows of a commit, while they are listed. */
struct listing {
    struct reader *reader;
    struct arena *arena;
    const char **paths;
    size_t count, size;
};

static int on_entry(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    struct listing *listing = ctx;

    if (kind == MIRROR_TREE)
        return strcmp(path, "workflows") != 0 && strncmp(path, "actions", 7) != 0;
    if (kind == MIRROR_SUBMODULE)
        return 0;
    const char *full = arena_printf(listing->arena, FORGE_FOLDER "/%s", path);
    bool workflow = workflow_is_path(full);
    if (workflow || workflow_is_action_path(full))
        reader_prefetch(listing->reader, oid);
    if (!workflow || listing->count > WORKFLOWS_MAX)
        return 0;
    listing->paths =
        mem_grow(listing->paths, listing->count, &listing->size, sizeof *listing->paths);
    listing->paths[listing->count++] = full;
    return 0;
}

static int list(struct listing *listing, const char *commit, struct err *err)
{
    char tree[OID_HEX];
    enum mirror_kind kind;
    int found = mirror_entry(listing->reader->mirror, commit, FORGE_FOLDER, &kind, tree, err);

    if (found <= 0 || kind != MIRROR_TREE)
        return found < 0 ? -1 : 0;
    if (mirror_walk(listing->reader->mirror, tree, ENTRIES_MAX, on_entry, listing, err) != 0)
        return -1;
    if (listing->count > WORKFLOWS_MAX)
        return err_set(err, REASON_LIMIT, "more than %d workflows", WORKFLOWS_MAX);
    return 0;
}

void reader_prefetch_workflows(struct reader *reader, const char *commit)
{
    struct arena scratch = ARENA_INIT;
    struct listing listing = {.reader = reader, .arena = &scratch};
    struct err ignored;

    list(&listing, commit, &ignored); /* what fails will fail when they are read */
    free(listing.paths);
    arena_release(&scratch);
}

struct commit_source {
    struct reader *reader;
    const char *commit;
};

static enum source_result read_at(void *ctx, const char *path, const char **data, size_t *len)
{
    struct commit_source *at = ctx;

    return reader_read(at->reader, at->commit, path, data, len);
}

enum source_result reader_workflows(struct reader *reader, const char *commit, struct arena *arena,
                                    struct workflows *out, struct err *err)
{
    struct listing listing = {.reader = reader, .arena = arena};
    struct commit_source at = {reader, commit};
    struct source source = {read_at, &at, &reader->failure};
    enum source_result result = SOURCE_FAILED;

    if (list(&listing, commit, err) == 0)
        result = workflows_read(&source, listing.paths, listing.count, arena, out);
    free(listing.paths);
    return result;
}
