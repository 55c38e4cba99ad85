/*
 * One member against one file of the tree: the first byte chooses the path, and so the row that
 * reads it, the second what else is there; then the published bytes and the tree's, parted by a
 * NUL.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "facts/compare.h"
#include "facts/compare_internal.h"

#define COMMIT "1111111111111111111111111111111111111111"

struct world {
    const char *path;
    struct compare_text text;
};

static enum source_result on_read(void *ctx, const char *path, const char **data, size_t *len)
{
    const struct world *world = ctx;

    if (strcmp(path, world->path) != 0)
        return SOURCE_ABSENT;
    *data = world->text.data;
    *len = world->text.len;
    return SOURCE_FOUND;
}

static enum compare_seen on_seen(void *ctx, const char *oid, struct compare_first *out)
{
    (void)ctx;
    (void)oid;
    (void)out;
    return COMPARE_NEVER;
}

static void check(const struct compare_result *result, const char *path, bool same)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct compare_member *m = &result->members[i];
        if (m->class == COMPARE_IDENTICAL && strcmp(m->member->path, path) == 0 && !same)
            abort(); /* other bytes are not the same */
        if (m->class == COMPARE_ALTERED && result->verdict != COMPARE_VERDICT_NOWHERE)
            abort(); /* nor is a release of them clean */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"PKG-INFO",
                                        "setup.cfg",
                                        "setup.py",
                                        "pyproject.toml",
                                        "tool/_version.py",
                                        "VERSION",
                                        "MANIFEST",
                                        "AUTHORS",
                                        "ChangeLog",
                                        "Cargo.toml",
                                        "Cargo.lock",
                                        ".gitignore",
                                        "tool.egg-info/SOURCES.txt",
                                        "tool.egg-info/entry_points.txt",
                                        "tool.egg-info/requires.txt",
                                        "tool.egg-info/pbr.json",
                                        "tool/settings.py",
                                        "tool-1.0.dist-info/RECORD",
                                        "tool-1.0.dist-info/METADATA",
                                        "tool-1.0.data/scripts/tool",
                                        "tool/.gitattributes",
                                        "README"};
    struct arena arena = ARENA_INIT;
    struct archive_member members[2];
    char oids[2][OID_HEX];

    if (size < 2)
        return 0;
    const char *path = paths[data[0] % (sizeof paths / sizeof *paths)];
    struct compare_text out = {(const char *)data + 2, size - 2}, git = {"", 0};
    const char *nul = memchr(out.data, '\0', out.len);
    if (nul != NULL) {
        git = (struct compare_text){nul + 1, out.len - (size_t)(nul + 1 - out.data)};
        out.len = (size_t)(nul - out.data);
    }
    const struct archive_member mine = {
        .path = path, .size = (int64_t)out.len, .data = out.data, .len = out.len};
    /* so that the package's own folder is found */
    const struct archive_member other = {.path = (data[1] & 2) != 0 ? "tool-1.0.dist-info/WHEEL"
                                                                    : "tool.egg-info/top_level.txt",
                                         .data = "",
                                         .oid = COMMIT};
    bool first = strcmp(path, other.path) < 0;
    members[first ? 0 : 1] = mine;
    members[first ? 1 : 0] = other;
    struct archive_member *member = &members[first ? 0 : 1];
    compare_blob_id(out, member->oid);
    compare_sha256(out, member->sha256);
    compare_blob_id(git, oids[1]);
    struct world world = {path, git};
    struct compare_entry entries[2] = {{.path = path}, {.path = "tool.pyx"}};
    memcpy(entries[0].oid, oids[1], OID_HEX);
    memcpy(entries[1].oid, COMMIT, OID_HEX);
    struct compare_tree tree;
    compare_tree_init(&tree, entries + (data[1] & 1), 2 - (data[1] & 1), &arena);
    const struct source source = {on_read, &world, NULL};
    bool wheel = (data[1] & 2) != 0;
    struct archive_contents archive = {
        .kind = wheel ? ARCHIVE_WHEEL : ARCHIVE_SDIST, .members = members + 1, .member_count = 1};
    struct compare_input input = {.archive = &archive,
                                  .filename = wheel ? "tool-1.0-py3-none-any.whl" : "tool-1.0.zip",
                                  .package = "tool",
                                  .version = "1.0",
                                  .uploaded_at = CLOCK_UNKNOWN,
                                  .commit = {COMMIT, &tree, &source},
                                  .tag_commit = COMMIT,
                                  .backend =
                                      (data[1] & 4) != 0 ? "pbr maturin setuptools_scm" : NULL,
                                  .seen = on_seen};
    struct compare_result result;
    if (compare(&input, &arena, &result) != SOURCE_FOUND)
        abort(); /* nothing was on its way */
    check(&result, member->path, strcmp(member->oid, oids[1]) == 0);
    arena_release(&arena);
    return 0;
}
