#include "facts/workflow_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* --- which index ----------------------------------------------------------------------------- */

enum workflow_target workflow_target_of(const char *said)
{
    if (said == NULL || said[0] == '\0' || workflow_has(said, "upload.pypi.org") ||
        strcasecmp(said, "pypi") == 0)
        return TARGET_INDEX;
    if (strchr(said, '$') != NULL || !workflow_has(said, "test"))
        return TARGET_UNKNOWN;
    return TARGET_TEST;
}

static const struct shell_tool tools[] = {
    {"twine",
     {"upload"},
     {"TWINE_PASSWORD"},
     {"TWINE_REPOSITORY_URL", "TWINE_REPOSITORY"},
     {"-p", "--password"},
     {"--repository-url", "--repository", "-r"}},
    {"uv",
     {"publish"},
     {"UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD"},
     {"UV_PUBLISH_URL", "UV_PUBLISH_INDEX"},
     {"-t", "--token", "-p", "--password"},
     {"--publish-url", "--index"}},
    {"poetry",
     {"publish"},
     {"POETRY_PYPI_TOKEN_", "POETRY_HTTP_BASIC_"},
     {NULL},
     {"-p", "--password"},
     {"-r", "--repository"}},
    {"flit", {"publish"}, {"FLIT_PASSWORD"}, {"FLIT_INDEX_URL"}, {NULL}, {"--repository"}},
    {"hatch",
     {"publish"},
     {"HATCH_INDEX_AUTH"},
     {"HATCH_INDEX_REPO"},
     {"-a", "--auth"},
     {"-r", "--repo"}},
    {"pdm",
     {"publish"},
     {"PDM_PUBLISH_PASSWORD"},
     {"PDM_PUBLISH_REPO"},
     {"-P", "--password"},
     {"-r", "--repository"}},
    {"rye", {"publish"}, {NULL}, {NULL}, {"--token"}, {"--repository-url", "--repository", "-r"}},
    {"maturin",
     {"upload", "publish"},
     {"MATURIN_PYPI_TOKEN", "MATURIN_PASSWORD"},
     {"MATURIN_REPOSITORY_URL", "MATURIN_REPOSITORY"},
     {"-p", "--password"},
     {"--repository-url", "--repository", "-r"}},
    {"setup.py", {"upload"}, {NULL}, {NULL}, {NULL}, {"-r", "--repository"}},
    {"semantic-release",
     {"publish"},
     {"PYPI_TOKEN", "REPOSITORY_PASSWORD", "PYPI_PASSWORD"},
     {"REPOSITORY_URL"},
     {NULL},
     {NULL}},
};

static bool is_one_of(const char *word, const char *const *list, size_t size)
{
    for (size_t i = 0; i < size && list[i] != NULL; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

/* The value of an option, as its own word or behind '='; NULL. */
static const char *option(const struct shell_command *command, const char *const *names)
{
    for (size_t i = 0; i < command->count; i++) {
        const char *word = command->words[i];
        for (size_t n = 0; n < TOOL_NAMES && names[n] != NULL; n++) {
            size_t len = strlen(names[n]);
            if (strcmp(word, names[n]) == 0)
                return i + 1 < command->count ? command->words[i + 1] : "";
            if (strncmp(word, names[n], len) == 0 && word[len] == '=')
                return word + len + 1;
        }
    }
    return NULL;
}

/* `uv run publish` is a script of that name. */
static bool says_verb(const struct shell_command *command, size_t from,
                      const struct shell_tool *tool)
{
    for (size_t i = from; i < command->count; i++) {
        if (strcmp(command->words[i], "run") == 0)
            return false;
        if (is_one_of(command->words[i], tool->verbs, 3))
            return true;
    }
    return false;
}

static const struct shell_tool *find_tool(const struct shell_command *command)
{
    for (size_t i = 0; i < command->count; i++) {
        const char *program = workflow_basename(command->words[i]);
        for (size_t t = 0; t < sizeof tools / sizeof *tools; t++) {
            if (strcmp(program, tools[t].program) == 0 && says_verb(command, i + 1, &tools[t]))
                return &tools[t];
        }
    }
    return NULL;
}

static const char *join(const struct shell_command *command, struct arena *arena)
{
    const char *all = command->words[0];

    for (size_t i = 1; i < command->count && i < 6; i++)
        all = arena_printf(arena, "%.80s %.40s", all, command->words[i]);
    return arena_strdup(arena, all);
}

/* What other things are published, released and deployed for. */
static const char *const other_purposes[] = {
    "doc",   "page",     "coverage", "codecov",   "test",   "artifact", "docker",  "image",
    "npm",   "helm",     "notes",    "change",    "asset",  "github",   "gh-",     "conda",
    "crate", "draft",    "check",    "prepare",   "site",   "version",  "log",     "prerelease",
    "maven", "sonatype", "nuget",    "homebrew",  "winget", "slack",    "notif",   "label",
    "stale", "issue",    "triage",   "scorecard", "slsa",   "cleanup",  "roadmap", "bcr",
    "lint",  "codeql",   "build",    "backport",  NULL};

bool workflow_is_other_purpose(const char *name)
{
    return workflow_has_any(name, other_purposes);
}

/* A path of Windows and an option say how something is built. */
bool workflow_is_telling(const char *word)
{
    static const char *const telling[] = {"publish", "release", "upload", "deploy", NULL};

    if (word[0] == '-' || strchr(word, '\\') != NULL || strstr(word, "://") != NULL)
        return false;
    if (workflow_has(word, "pypi"))
        return !workflow_has(word, "test");
    for (size_t i = 0; telling[i] != NULL; i++)
        if (strstr(word, telling[i]) != NULL)
            return !workflow_is_other_purpose(word);
    return false;
}

/* Something of the repository that runs what we do not read. */
static bool is_runner(const struct shell_command *command, size_t *first)
{
    static const char *const runners[] = {"make",    "gmake", "just",  "task", "invoke", "inv",
                                          "nox",     "tox",   "ninja", "rake", "bazel",  "python",
                                          "python3", "bash",  "sh",    NULL};
    const char *program = workflow_basename(command->words[0]);

    *first = 1;
    if (command->count > 2 && strcmp(command->words[1], "run") == 0 &&
        strcmp(program, "docker") != 0 && strcmp(program, "gh") != 0) {
        *first = 2;
        return true;
    }
    if (is_one_of(program, runners, sizeof runners / sizeof *runners))
        return command->count > 1 && strcmp(command->words[1], "-m") != 0 &&
               strcmp(command->words[1], "-c") != 0;
    *first = 0;
    return text_starts_with(command->words[0], "./") || text_ends_with(program, ".sh") ||
           text_ends_with(program, ".py") || strcmp(program, "cargo") == 0;
}

static bool is_hidden(const struct shell_command *command)
{
    bool cargo = strcmp(command->words[0], "cargo") == 0;
    size_t i;

    if (!is_runner(command, &i))
        return false;
    for (; i < command->count; i++) {
        const char *word = command->words[i];
        if (workflow_is_telling(word) && (!cargo || workflow_has(word, "pypi")))
            return true;
    }
    return false;
}

static void note_set(struct shell_uploads *c, const struct shell_command *command)
{
    for (size_t i = 0; i < command->count; i++) {
        const char *word = command->words[i];
        if (strchr(word, '=') != NULL && isupper((unsigned char)word[0]) &&
            c->set_count < sizeof c->set / sizeof *c->set)
            c->set[c->set_count++] = arena_strdup(c->arena, word);
    }
}

const char *shell_uploads_set(const struct shell_uploads *c, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = c->set_count; i-- > 0;)
        if (strncmp(c->set[i], name, len) == 0 && c->set[i][len] == '=')
            return c->set[i] + len + 1;
    return NULL;
}

static void look_at_upload(struct shell_uploads *c, const struct shell_command *command,
                           const struct shell_tool *tool)
{
    const char *index = option(command, tool->index_options);

    for (size_t i = 0; i < TOOL_NAMES && tool->indexes[i] != NULL && index == NULL; i++)
        index = shell_uploads_set(c, tool->indexes[i]);
    enum workflow_target target = workflow_target_of(index);
    enum shell_sort sort = target == TARGET_INDEX  ? SORT_PUBLISH
                           : target == TARGET_TEST ? SORT_TEST
                                                   : SORT_UNKNOWN;
    if (sort <= c->sort)
        return;
    c->sort = sort;
    c->tool = tool;
    c->index = arena_strdup(c->arena, index);
    c->said = join(command, c->arena);
    c->token = option(command, tool->token_options) != NULL;
}

static void on_command(void *ctx, const struct shell_command *command)
{
    static const char *const words_only[] = {"echo", "printf", "pip", "pip3", "grep", "cat",
                                             "curl", "git",    "#",   "jq",   "sed",  NULL};
    static const char *const dry[] = {"--dry-run", "--help", "-h", "--notest", NULL};
    struct shell_uploads *c = ctx;
    const struct shell_tool *tool;

    note_set(c, command);
    if (is_one_of(command->words[0], words_only, sizeof words_only / sizeof *words_only))
        return;
    for (size_t i = 0; i < command->count; i++)
        if (is_one_of(command->words[i], dry, sizeof dry / sizeof *dry))
            return;
    tool = find_tool(command);
    if (tool != NULL) {
        look_at_upload(c, command, tool);
    } else if (c->sort < SORT_HIDDEN && is_hidden(command)) {
        c->sort = SORT_HIDDEN;
        c->said = join(command, c->arena);
    }
}

void shell_uploads_read(const char *run, struct shell_uploads *out)
{
    workflow_shell(run, on_command, out);
}
