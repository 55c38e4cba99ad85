#include "remedy/touched.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "facts/manifest.h"
#include "facts/pyscope.h"
#include "report/record.h"

#define FILES_MAX    40
#define MANIFEST_MAX ((size_t)64 << 20)

/* The published file's members as the database keeps them; none where it does not. */
static int read_manifest(struct store *store, const char *sha256, struct arena *arena,
                         struct archive_contents *out, struct err *err)
{
    struct buf manifest = BUF_INIT(MANIFEST_MAX);
    int found =
        sha256 == NULL ? 0 : store_artifact(store, sha256, MANIFEST_REVISION, &manifest, err);

    if (found > 0)
        found = manifest_decode(manifest.data, manifest.len, arena, out, err);
    buf_release(&manifest);
    return found < 0 ? -1 : 0;
}

static void read_names(const struct archive_contents *contents, const char *lines,
                       struct arena *arena, struct touched_file *file)
{
    const char *names[PYSCOPE_MAX];

    for (size_t i = 0; i < contents->member_count; i++) {
        const struct archive_member *member = &contents->members[i];
        if (member->data == NULL || strcmp(member->path, file->path) != 0 ||
            !text_ends_with(member->path, ".py"))
            continue;
        file->name_count =
            pyscope_names(member->data, member->len, file->added ? NULL : lines, arena, names);
        file->names = arena_copy(arena, names, file->name_count * sizeof *names);
    }
}

int touched_read(struct store *store, const char *package, const char *version, struct arena *arena,
                 struct touched *out, struct err *err)
{
    const struct bind binds[] = {{":package", package}, {":version", version}};
    struct archive_contents contents = {0};
    struct records rows;

    *out = (struct touched){0};
    if (records_read(store, "plan_touched", binds, 2, FILES_MAX, arena, &rows, err) != 0)
        return -1;
    if (rows.count > 0 &&
        read_manifest(store, record_text(&rows.items[0], "sha256"), arena, &contents, err) != 0)
        return -1;
    out->files = arena_array(arena, rows.count, sizeof *out->files);
    for (size_t i = 0; i < rows.count; i++) {
        const struct record *row = &rows.items[i];
        struct touched_file *file = &out->files[out->count++];
        *file = (struct touched_file){.path = record_text(row, "path"),
                                      .added = record_is(row, "class", "nowhere")};
        const char *lines = record_text(row, "lines");
        if (file->added || lines != NULL)
            read_names(&contents, lines, arena, file);
    }
    return 0;
}
