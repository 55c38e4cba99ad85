#include "cli/gate_call.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fetch/archive.h"
#include "scan/treelist.h"

/* The files of --dist, each held against HEAD. */

#define FILES_MAX  1000
#define KEEP_EACH  ((size_t)1 << 20) /* bytes of a member that may have to be read */
#define KEEP_TOTAL ((size_t)64 << 20)

struct building {
    struct gate_call *call;
    int directory;
    struct gate_file *files;
    size_t count;
    struct compare_tree tree;
    struct source source;
    const char *tree_unknown;
};

/* --- which there are ------------------------------------------------------------------------- */

static int by_kind(const void *a, const void *b)
{
    const struct gate_file *left = a, *right = b;
    enum archive_kind x, y;

    archive_kind_of(left->filename, &x);
    archive_kind_of(right->filename, &y);
    return x != y ? (x == ARCHIVE_SDIST ? -1 : 1) : strcmp(left->filename, right->filename);
}

/* Sdists first: wheels are compared with them. */
static void list_files(struct building *building)
{
    struct gate_call *call = building->call;
    DIR *folder = fdopendir(dup(building->directory));
    struct dirent *entry;
    enum archive_kind kind;

    building->files = arena_array(&call->arena, FILES_MAX, sizeof *building->files);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        struct distname name = {0};
        if (archive_kind_of(entry->d_name, &kind) != 0)
            continue;
        if (building->count == FILES_MAX) {
            call->gate.dist.unknown = "there are more built files than are looked at";
            break;
        }
        struct gate_file *file = &building->files[building->count++];
        file->filename = arena_strdup(&call->arena, entry->d_name);
        file->named = distname_read(file->filename, call->gate.package, &call->arena, &name);
        file->version = name.version;
    }
    if (folder != NULL)
        closedir(folder);
    if (building->count > 0)
        qsort(building->files, building->count, sizeof *building->files, by_kind);
}

/* --- what they hold -------------------------------------------------------------------------- */

static enum source_result read_at_head(void *ctx, const char *path, const char **data, size_t *len)
{
    struct gate_call *call = ctx;

    return reader_read(call->reader, call->tree.head, path, data, len);
}

/* Of a commit that is about to be released only its own tree counts. */
static enum compare_seen not_seen(void *ctx, const char *oid, struct compare_first *out)
{
    (void)ctx;
    (void)oid;
    *out = (struct compare_first){.at = CLOCK_UNKNOWN};
    return COMPARE_NEVER;
}

static bool keep(void *ctx, const struct archive_member *member)
{
    (void)ctx;
    (void)member;
    return true;
}

static enum source_result compare_file(struct building *building, const struct gate_file *file,
                                       const struct archive_contents *contents,
                                       const struct compare_result *sdist,
                                       struct compare_result *out)
{
    struct gate_call *call = building->call;
    const struct project *project = call->gate.project;
    const struct compare_input input = {
        .archive = contents,
        .filename = file->filename,
        .package = call->gate.package,
        .version = call->gate.version,
        .uploaded_at = CLOCK_UNKNOWN,
        .commit = {call->tree.head, &building->tree, &building->source},
        .tag_commit = call->tree.head,
        .seen = not_seen,
        .directory = call->tree.directory,
        .backend = project->backend,
        .licence_files = project->licence_files,
        .sdist = sdist,
    };

    return compare(&input, &call->arena, out);
}

static int read_file(struct building *building, struct gate_file *file,
                     const struct compare_result *sdist, struct err *err)
{
    struct arena *arena = &building->call->arena;
    const struct archive_request request = {
        .filename = file->filename, .keep = keep, .keep_max = KEEP_EACH, .keep_total = KEEP_TOTAL};
    struct archive_contents *contents = arena_alloc(arena, sizeof *contents);
    struct compare_result *result = arena_alloc(arena, sizeof *result);
    int fd = openat(building->directory, file->filename, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, REASON_DISK, "%s cannot be opened: %s", file->filename,
                       strerror(errno));
    int failed = archive_digest(fd, file->sha256, err) != 0 ||
                 archive_read(fd, &request, arena, contents, err) != 0;
    close(fd);
    if (failed)
        return -1;
    if (building->tree_unknown != NULL)
        return err_set(err, REASON_MISSING_OBJECT, "%s", building->tree_unknown);
    if (compare_file(building, file, contents, sdist, result) != SOURCE_FOUND)
        return err_set(err, REASON_MISSING_OBJECT,
                       "what %s is compared with is not in this partial clone", file->filename);
    file->result = result;
    return 0;
}

static void read_files(struct building *building)
{
    struct gate_call *call = building->call;
    const struct compare_result *sdist = NULL;
    struct err err = {0};

    building->source = (struct source){.read = read_at_head, .ctx = call};
    if (treelist_read(worktree_mirror(call->worktree), call->tree.head, &call->arena,
                      &building->tree, &err) != 0)
        building->tree_unknown = arena_strdup(&call->arena, err.text);
    for (size_t i = 0; i < building->count; i++) {
        struct gate_file *file = &building->files[i];
        enum archive_kind kind;
        if (read_file(building, file, sdist, &err) != 0)
            file->unknown = arena_strdup(&call->arena, err.text);
        if (archive_kind_of(file->filename, &kind) == 0 && kind == ARCHIVE_SDIST)
            sdist = file->result;
    }
}

int gate_read_built(struct gate_call *call, struct err *err)
{
    struct gate_dist *dist = &call->gate.dist;
    struct building building = {.call = call};

    dist->directory = call->context->settings.gate_dist;
    if (dist->directory == NULL)
        return 0;
    building.directory = open(dist->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (building.directory < 0)
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? REASON_USAGE : REASON_DISK,
                       "--dist %s: %s", dist->directory, strerror(errno));
    list_files(&building);
    if (call->gate.version != NULL)
        read_files(&building);
    close(building.directory);
    dist->files = building.files;
    dist->count = building.count;
    return 0;
}
