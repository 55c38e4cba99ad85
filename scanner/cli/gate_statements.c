#include "cli/gate_call.h"

#include <string.h>

#include "base/text.h"

/* Where else the version stands: a module that states __version__ beside the metadata. */

#define MODULES_MAX 2
#define ENTRIES_MAX 20000 /* of a folder that holds modules */

static const char *const files[] = {"/__init__.py", "/__about__.py", "/__version__.py",
                                    "/_version.py", "/version.py",   ".py"};
enum { FILES = sizeof files / sizeof *files };

static enum source_result read_at_head(void *ctx, const char *path, const char **data, size_t *len)
{
    struct gate_call *call = ctx;

    return reader_read(call->reader, call->tree.head, path, data, len);
}

static void add_statement(struct gate_call *call, const char *path)
{
    struct gate *gate = &call->gate;
    const char *directory = call->tree.directory;
    const struct project_said said = {.version_source =
                                          arena_printf(&call->arena, "/%s:__version__", path)};
    struct source source = {.read = read_at_head, .ctx = call};
    struct project project;
    struct err ignored;
    const char *data;
    size_t len;

    if (read_at_head(call, path, &data, &len) != SOURCE_FOUND ||
        memmem(data, len, "__version__", strlen("__version__")) == NULL ||
        project_read(&source, directory, (struct project_all_said){&said, 1}, &call->arena,
                     &project, &ignored) != SOURCE_FOUND ||
        (project.kind != DECLARED_STATIC && project.kind != DECLARED_DYNAMIC) ||
        !text_starts_with(project.origin, path) ||
        (gate->project->origin != NULL && strcmp(project.origin, gate->project->origin) == 0))
        return;
    gate->statements[gate->statement_count++] =
        (struct gate_statement){project.origin, project.version};
}

/* --- the modules ------------------------------------------------------------------------------ */

/* The packages of a folder. */
struct folder {
    struct gate_call *call;
    const char *path; /* "", "src/" */
    const char *modules[MODULES_MAX];
    size_t count;
};

static int on_entry(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    struct folder *folder = ctx;
    struct gate_call *call = folder->call;
    char id[OID_HEX];
    enum mirror_kind of;

    (void)oid;
    if (kind != MIRROR_TREE)
        return 0;
    const char *init = arena_printf(&call->arena, "%s%s/__init__.py", folder->path, path);
    if (!project_is_candidate_directory(path) && folder->count < MODULES_MAX &&
        mirror_entry(worktree_mirror(call->worktree), call->tree.head, init, &of, id, NULL) > 0)
        folder->modules[folder->count++] = arena_strdup(&call->arena, path);
    return 1; /* not what is below it */
}

/* The only package of a folder is the project's, whatever it is called. */
static const char *only_package(struct gate_call *call, const char *path)
{
    struct folder folder = {.call = call, .path = path};
    struct mirror *mirror = worktree_mirror(call->worktree);
    const char *here = arena_strndup(&call->arena, path, text_without_slashes(path));
    char below[OID_HEX];
    const char *tree = call->tree.head;
    enum mirror_kind kind;

    if (*here != '\0') {
        if (mirror_entry(mirror, call->tree.head, here, &kind, below, NULL) <= 0 ||
            kind != MIRROR_TREE)
            return NULL;
        tree = below;
    }
    if (mirror_walk(mirror, tree, ENTRIES_MAX, on_entry, &folder, NULL) != 0)
        return NULL;
    return folder.count == 1 ? folder.modules[0] : NULL;
}

static void add_module(struct gate_call *call, const char *path, const char *module)
{
    for (size_t i = 0; i < FILES; i++)
        add_statement(call, arena_printf(&call->arena, "%s%s%s", path, module, files[i]));
}

void gate_read_statements(struct gate_call *call)
{
    static const char *const folders[] = {"src/", ""};
    enum { FOLDERS = sizeof folders / sizeof *folders };
    const char *directory = call->tree.directory;
    char *named = arena_strdup(&call->arena, call->gate.package);

    call->gate.statements =
        arena_array(&call->arena, 2 * FOLDERS * FILES, sizeof *call->gate.statements);
    for (char *p = named; *p != '\0'; p++)
        *p = *p == '-' ? '_' : *p;
    for (size_t i = 0; i < FOLDERS; i++) {
        const char *path = arena_printf(&call->arena, "%s%s%s", directory,
                                        *directory != '\0' ? "/" : "", folders[i]);
        const char *only = only_package(call, path);
        add_module(call, path, named);
        if (only != NULL && strcmp(only, named) != 0)
            add_module(call, path, only);
    }
}
