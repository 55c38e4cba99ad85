/* Where the changelog of a project stands in a tree. */
#include "scan/reader_internal.h"

#include <stdio.h>

#include "facts/changelog.h"

struct changelog_search {
    struct reader *reader;
    const char *directory;
    struct reader_changelog *best;
    int rank, spare_rank;
};

static int on_file(void *ctx, const struct levels_file *file)
{
    struct changelog_search *search = ctx;
    struct reader_changelog *best = search->best;
    int rank = file->changelog ? changelog_rank(file->path, search->directory) : 0;

    if (rank > search->rank) {
        best->spare_path = best->path;
        best->spare_oid = best->oid;
        search->spare_rank = search->rank;
        best->path = levels_string(search->reader->levels, file->path);
        best->oid = file->oid;
        search->rank = rank;
    } else if (rank > search->spare_rank) {
        best->spare_path = levels_string(search->reader->levels, file->path);
        best->spare_oid = file->oid;
        search->spare_rank = rank;
    }
    return 0;
}

/* The file that the project's metadata name, or those of the root's project. */
static enum source_result declared_changelog(struct reader *reader, const char *commit,
                                             const char *directory, struct reader_changelog *out)
{
    const char *const directories[] = {directory, ""};
    char path[PATHS_LEN], oid[OID_HEX];

    for (size_t i = 0; i < 1 + (*directory != '\0'); i++) {
        const char *at = directories[i];
        const struct project *project = NULL;
        enum source_result result = reader_project(reader, commit, at, &project, NULL);
        if (result == SOURCE_PENDING)
            return result;
        if (result != SOURCE_FOUND || project->changelog == NULL)
            continue;
        const char *named = project->changelog;
        int length = *named == '/' || *at == '\0'
                         ? snprintf(path, sizeof path, "%s", named + (*named == '/'))
                         : snprintf(path, sizeof path, "%s/%s", at, named);
        if (length >= (int)sizeof path)
            continue;
        result = paths_find(&reader->paths, commit, path, oid);
        reader->failure = reader->paths.failure;
        if (result == SOURCE_ABSENT)
            continue;
        if (result == SOURCE_FOUND) {
            out->path = levels_string(reader->levels, path);
            out->oid = levels_string(reader->levels, oid);
        }
        return result;
    }
    return SOURCE_ABSENT;
}

enum source_result reader_changelog(struct reader *reader, const char *commit,
                                    const char *directory, struct reader_changelog *out)
{
    struct changelog_search search = {reader, directory, out, 0, 0};

    *out = (struct reader_changelog){0};
    enum source_result declared = declared_changelog(reader, commit, directory, out);
    if (declared != SOURCE_ABSENT && declared != SOURCE_PENDING)
        return declared;
    int result = reader_walk(reader, commit, directory, on_file, &search, NULL);
    if (declared == SOURCE_PENDING)
        return declared;
    if (out->path != NULL)
        return SOURCE_FOUND;
    reader->failure = REASON_LIMIT;
    return result == 0 ? SOURCE_ABSENT : SOURCE_FAILED;
}

struct release_search {
    struct reader *reader;
    const char *directory;
    struct arena *arena;
    struct reader_release *found;
};

static int on_release(void *ctx, const struct levels_file *file)
{
    struct release_search *search = ctx;
    struct levels *levels = search->reader->levels;
    const char *version;
    size_t len;

    if (!file->changelog || !changelog_release(file->path, search->directory, &version, &len))
        return 0;
    struct reader_release *release = arena_alloc(search->arena, sizeof *release);
    release->path = levels_string(levels, file->path);
    release->version = levels_string(levels, arena_strndup(search->arena, version, len));
    release->next = search->found;
    search->found = release;
    return 0;
}

enum source_result reader_releases(struct reader *reader, const char *commit, const char *directory,
                                   struct arena *arena, struct reader_release **out)
{
    struct release_search search = {reader, directory, arena, NULL};
    int result = reader_walk(reader, commit, directory, on_release, &search, NULL);

    *out = search.found;
    return result != 0 ? SOURCE_FAILED : search.found != NULL ? SOURCE_FOUND : SOURCE_ABSENT;
}
