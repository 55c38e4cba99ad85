#include "scan/treelist.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TREE_ENTRIES_MAX 1000000

struct listing {
    struct compare_entry *entries;
    size_t count, size;
    struct arena *arena;
};

static int add_entry(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    static const enum compare_kind kinds[] = {
        [MIRROR_BLOB] = COMPARE_BLOB,
        [MIRROR_EXECUTABLE] = COMPARE_EXECUTABLE,
        [MIRROR_LINK] = COMPARE_SYMLINK,
        [MIRROR_SUBMODULE] = COMPARE_GITLINK,
    };
    struct listing *listing = ctx;

    if (kind == MIRROR_TREE)
        return 0;
    listing->entries =
        mem_grow(listing->entries, listing->count, &listing->size, sizeof *listing->entries);
    struct compare_entry *entry = &listing->entries[listing->count++];
    *entry =
        (struct compare_entry){.path = arena_strdup(listing->arena, path), .kind = kinds[kind]};
    memcpy(entry->oid, oid, OID_HEX);
    return 0;
}

int treelist_read(struct mirror *mirror, const char *commit, struct arena *arena,
                  struct compare_tree *out, struct err *err)
{
    struct listing listing = {.arena = arena};
    int result = commit == NULL
                     ? 0
                     : mirror_walk(mirror, commit, TREE_ENTRIES_MAX, add_entry, &listing, err);

    if (result == 0) {
        struct compare_entry *entries =
            arena_copy(arena, listing.entries, listing.count * sizeof *entries);
        compare_tree_init(out, entries, listing.count, arena);
    }
    free(listing.entries);
    return result;
}
