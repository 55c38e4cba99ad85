#include "cli/gate_call.h"

#include <string.h>

#include "facts/licence.h"

/* What of HEAD goes with a release: changelog, licence, and the workflows that publish it. */

static enum source_result read_at_head(struct gate_call *call, const char *path, const char **data,
                                       size_t *len)
{
    return reader_read(call->reader, call->tree.head, path, data, len);
}

static const char *unread(struct gate_call *call, const char *what, enum source_result result)
{
    return arena_printf(&call->arena, "%s cannot be read: %s", what,
                        result == SOURCE_PENDING ? "it is not in this partial clone"
                                                 : reason_meaning(reader_failure(call->reader)));
}

static void read_entries(struct gate_call *call, const char *path)
{
    struct gate_changelog *log = &call->gate.changelog;
    struct changelog_entry *entries;
    const char *data;
    size_t len;
    enum source_result result = read_at_head(call, path, &data, &len);

    log->path = path;
    if (result != SOURCE_FOUND) {
        log->unknown = unread(call, path, result);
    } else if (!changelog_text(&data, &len, &call->arena)) {
        log->unknown = arena_printf(&call->arena, "%s is no text", path);
    } else {
        size_t count = changelog_entries(data, len, &call->arena, &entries);
        log->entry = changelog_find(entries, count, call->gate.version);
    }
}

/* Where every release has a file of its own. */
static void read_release_files(struct gate_call *call)
{
    struct gate_changelog *log = &call->gate.changelog;
    struct reader_release *release;

    reader_releases(call->reader, call->tree.head, call->tree.directory, &call->arena, &release);
    for (; release != NULL; release = release->next) {
        struct changelog_entry *entry = arena_alloc(&call->arena, sizeof *entry);
        *entry = changelog_entry(release->version, strlen(release->version), &call->arena);
        if (changelog_find(entry, 1, call->gate.version) == NULL)
            continue;
        *log = (struct gate_changelog){.path = release->path, .entry = entry, .whole = true};
        return;
    }
}

static void read_changelog(struct gate_call *call)
{
    struct reader_changelog file;
    enum source_result result =
        reader_changelog(call->reader, call->tree.head, call->tree.directory, &file);

    if (result == SOURCE_FOUND)
        read_entries(call, file.path);
    else if (result != SOURCE_ABSENT)
        call->gate.changelog.unknown = unread(call, "the changelog", result);
    if (call->gate.changelog.entry == NULL)
        read_release_files(call);
}

struct licence_search {
    const char *directory;
    struct arena *arena;
    const char *path;
};

static int on_licence(void *ctx, const struct levels_file *file)
{
    struct licence_search *search = ctx;

    if (!licence_is_file(file->path, search->directory))
        return 0;
    search->path = arena_strdup(search->arena, file->path);
    return 1;
}

static void read_licence(struct gate_call *call)
{
    struct gate_licence *licence = &call->gate.licence;
    const char *directory = call->tree.directory;
    const char *const *glob = call->gate.project->licence_files;
    struct licence_search search = {directory, &call->arena, NULL};
    size_t count = 0;

    while (glob != NULL && glob[count] != NULL)
        count++;
    const char **missing = arena_array(&call->arena, count + 1, sizeof *missing);
    for (size_t i = 0, n = 0; i < count; i++) {
        enum source_result result =
            reader_match(call->reader, call->tree.head, directory, glob[i], &licence->path);
        if (result == SOURCE_ABSENT)
            missing[n++] = glob[i];
        else if (result != SOURCE_FOUND)
            licence->unknown = unread(call, glob[i], result);
    }
    licence->missing = missing;
    if (reader_walk(call->reader, call->tree.head, directory, on_licence, &search, NULL) < 0)
        licence->unknown = unread(call, "the tree", SOURCE_FAILED);
    if (licence->path == NULL)
        licence->path = search.path;
}

static void read_workflows(struct gate_call *call)
{
    struct gate_workflows *workflows = &call->gate.workflows;
    struct err err = {0};
    enum source_result result =
        reader_workflows(call->reader, call->tree.head, &call->arena, &workflows->found, &err);

    if (result == SOURCE_PENDING)
        workflows->unknown = unread(call, "the workflows", result);
    else if (result != SOURCE_FOUND)
        workflows->unknown =
            arena_printf(&call->arena, "the workflows cannot be read: %s", err.text);
}

void gate_read_files(struct gate_call *call)
{
    if (call->gate.version != NULL)
        read_changelog(call);
    read_licence(call);
    read_workflows(call);
}
