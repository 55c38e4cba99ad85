#include "cli/gate_call.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "facts/links.h"
#include "scan/said.h"

/* --- the repository -------------------------------------------------------------------------- */

const char *gate_lower(const char *text, struct arena *arena)
{
    char *out = arena_strdup(arena, text);

    for (char *p = out; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}

/* "owner/name" below the root of the git host; NULL when the URL is not there. */
static const char *below_root(const char *url, const char *root, struct arena *arena)
{
    size_t len = text_without_slashes(root);

    if (strncasecmp(url, root, len) != 0 || url[len] != '/')
        return NULL;
    const char *path = url + len + 1;
    len = text_without_slashes(path);
    if (len > 4 && strncmp(path + len - 4, ".git", 4) == 0)
        len -= 4;
    const char *slash = memchr(path, '/', len);
    if (slash == NULL || slash == path || memchr(slash + 1, '/', len - (size_t)(slash + 1 - path)))
        return NULL;
    return gate_lower(arena_strndup(arena, path, len), arena);
}

static const char *find_repository(struct gate_call *call)
{
    const struct settings *s = &call->context->settings;
    const char *named = call->actions ? getenv("GITHUB_REPOSITORY") : NULL;
    const char *url = call->tree.remote_url, *out = NULL;

    if (named != NULL && strchr(named, '/') != NULL)
        return gate_lower(named, &call->arena);
    if (url != NULL)
        out = below_root(url, s->github_git, &call->arena);
    if (url != NULL && out == NULL)
        out = links_repository(url, s->github_web.items, &call->arena);
    return out;
}

static bool is_called(const void *ctx, const char *repository)
{
    const struct gate_call *call = ctx;

    return call->gate.remote.repository != NULL &&
           strcasecmp(call->gate.remote.repository, repository) == 0;
}

/* --- the project ----------------------------------------------------------------------------- */

#define OTHERS_MAX 5

struct others {
    struct gate_call *call;
    const char *directories[OTHERS_MAX]; /* with a project */
    size_t count;
    bool more;
};

static bool is_noted(const struct others *others, const char *directory)
{
    for (size_t i = 0; i < others->count; i++)
        if (strcmp(others->directories[i], directory) == 0)
            return true;
    return false;
}

static int note_project(void *ctx, const struct levels_file *file)
{
    struct others *others = ctx;
    struct arena *arena = &others->call->arena;
    const char *slash = strrchr(file->path, '/');
    const char *directory =
        slash != NULL ? arena_strndup(arena, file->path, (size_t)(slash - file->path)) : "";
    const struct project *project;

    if (!project_is_project_file(slash != NULL ? slash + 1 : file->path) ||
        project_is_candidate_directory(directory) || is_noted(others, directory) ||
        reader_project(others->call->reader, others->call->tree.head, directory, &project, NULL) !=
            SOURCE_FOUND)
        return 0;
    if (others->count == OTHERS_MAX) {
        others->more = true;
        return 1;
    }
    others->directories[others->count++] = directory;
    return 0;
}

static int refuse_directory(struct gate_call *call, struct err *err)
{
    struct others others = {.call = call};
    const char *directory = call->tree.directory, *found = "";

    reader_walk(call->reader, call->tree.head, NULL, note_project, &others, NULL);
    for (size_t i = 0; i < others.count; i++)
        found = arena_printf(&call->arena, "%s%s%s", found, i > 0 ? ", " : "; it has one in ",
                             others.directories[i][0] != '\0' ? others.directories[i] : "its root");
    return err_set(err, REASON_USAGE, "HEAD has no Python project in %s%s%s",
                   *directory != '\0' ? directory : call->tree.root, found,
                   others.more ? " and others" : "");
}

static int read_project(struct gate_call *call, struct err *err)
{
    struct gate *gate = &call->gate;

    switch (
        reader_project(call->reader, call->tree.head, call->tree.directory, &gate->project, err)) {
    case SOURCE_FOUND:
        break;
    case SOURCE_ABSENT:
        return refuse_directory(call, err);
    case SOURCE_PENDING:
        return err_set(err, REASON_MISSING_OBJECT,
                       "this is a partial clone, and the project's files at HEAD are not here: "
                       "git checkout HEAD fetches them");
    case SOURCE_FAILED:
        return err_set(err, err->reason,
                       "HEAD of %s cannot be read, which git fsck may explain: %s", call->tree.root,
                       arena_strdup(&call->arena, err->text));
    }
    gate->package = gate->project->normal;
    if (gate->package != NULL)
        return 0;
    return err_set(err, REASON_OPAQUE, "only running code would tell the project's name%s%s",
                   gate->project->unnamed != NULL ? ": " : "",
                   gate->project->unnamed != NULL ? gate->project->unnamed : "");
}

int gate_read(struct gate_call *call, struct err *err)
{
    struct gate *gate = &call->gate;
    struct err status = {0};

    if (worktree_open(call->context->settings.gate_directory, &call->worktree, err) != 0 ||
        worktree_read(call->worktree, &call->arena, &call->tree, err) != 0)
        return -1;
    if (call->tree.head[0] == '\0')
        return err_set(err, REASON_USAGE, "%s has no commit yet", call->tree.root);
    gate->tree = &call->tree;
    gate->status = &call->status;
    if (worktree_status(call->worktree, &call->arena, &call->status, &status) != 0)
        gate->status_unknown = arena_strdup(&call->arena, status.text);
    gate->remote.repository = find_repository(call);
    call->reader = reader_new(worktree_mirror(call->worktree),
                              scan_said(&call->scan.options, is_called, call, &call->arena));
    if (read_project(call, err) != 0)
        return -1;
    gate_read_statements(call);
    return 0;
}
