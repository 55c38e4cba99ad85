#include "facts/project.h"
#include "facts/project_internal.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const kind_words[] = {
    [DECLARED_NONE] = "none",
    [DECLARED_STATIC] = "static",
    [DECLARED_DYNAMIC] = "dynamic",
    [DECLARED_VCS] = "vcs",
    [DECLARED_PLACEHOLDER] = "placeholder",
    [DECLARED_OPAQUE] = "opaque",
};

const char *declared_kind_word(enum declared_kind kind)
{
    return kind_words[kind];
}

bool declared_kind_parse(const char *word, enum declared_kind *out)
{
    for (size_t i = 0; i < COUNT(kind_words); i++)
        if (strcmp(kind_words[i], word) == 0) {
            *out = (enum declared_kind)i;
            return true;
        }
    return false;
}

static const char *const project_files[] = {"pyproject.toml", "setup.py", "setup.cfg"};

bool project_is_project_file(const char *basename)
{
    for (size_t i = 0; i < COUNT(project_files); i++)
        if (strcmp(basename, project_files[i]) == 0)
            return true;
    return false;
}

/* Directories whose projects are rarely published, in any case; `more` also with a suffix or prefix
   divided by - _ or . ("test-data", "example_project", "integration_tests"). */
static const struct {
    const char *name;
    bool more;
} candidate_directories[] = {
    /* tests and their data */
    {"test", true},
    {"tests", true},
    {"testing", false},
    {"testdata", true},
    {"fixture", true},
    {"fixtures", true},
    {"benchmark", true},
    {"benchmarks", true},
    {"fuzz", false},
    {"smoke", true},
    {"e2e", true},
    /* examples and documentation */
    {"example", true},
    {"examples", true},
    {"sample", true},
    {"samples", true},
    {"demo", true},
    {"demos", true},
    {"tutorial", true},
    {"tutorials", true},
    {"doc", false},
    {"docs", true},
    {"documentation", false},
    {"playground", true},
    /* templates */
    {"template", true},
    {"templates", true},
    {"skeleton", true},
    {"cookiecutter", true},
    {"boilerplate", false},
    /* vendored code */
    {"vendor", true},
    {"vendors", false},
    {"vendored", true},
    {"_vendor", false},
    {"_vendored", false},
    {"third_party", true},
    {"third-party", true},
    {"thirdparty", false},
    {"3rdparty", false},
    {"3rd_party", false},
    {"external", false},
    {"externals", false},
    {"extern", false},
    {"node_modules", false},
    {"site-packages", false},
    {"deps", false},
    {"subprojects", false},
    /* what a build leaves behind, and environments */
    {"build", false},
    {"dist", false},
    {"debian", false},
    {".tox", false},
    {".nox", false},
    {"venv", false},
    {".venv", false},
    {"env", false},
    {".eggs", false},
    {".github", false},
};

static bool is_divider(char c)
{
    return c == '-' || c == '_' || c == '.';
}

static bool is_candidate(const char *s, size_t len)
{
    for (size_t i = 0; i < COUNT(candidate_directories); i++) {
        const char *name = candidate_directories[i].name;
        size_t n = strlen(name);
        if (len < n)
            continue;
        if (len == n && strncasecmp(s, name, n) == 0)
            return true;
        if (candidate_directories[i].more && len > n &&
            ((strncasecmp(s, name, n) == 0 && is_divider(s[n])) ||
             (strncasecmp(s + len - n, name, n) == 0 && is_divider(s[len - n - 1]))))
            return true;
    }
    /* {{cookiecutter.name}} */
    return len > 2 && memmem(s, len, "{{", 2) != NULL;
}

bool project_is_candidate_directory(const char *directory)
{
    for (const char *s = directory; *s != '\0'; s += *s == '/') {
        size_t len = strcspn(s, "/");
        if (is_candidate(s, len))
            return true;
        s += len;
    }
    return false;
}

static bool is_project(const struct project_reader *r)
{
    static const char *const tables[] = {"project", "tool.poetry", "tool.flit.metadata",
                                         "build-system"};
    for (size_t i = 0; i < COUNT(tables); i++)
        if (json_is_object(project_at(r->pyproject, tables[i])))
            return true;
    return ini_value(&r->cfg, "metadata", "name") != NULL || r->call > 0 || r->unreadable != NULL;
}

static enum source_result read_for_python(void *ctx, const char *path, const char **data,
                                          size_t *len)
{
    return project_file(ctx, path, data, len);
}

enum source_result project_read(const struct source *source, const char *directory,
                                struct project_all_said said, struct arena *arena,
                                struct project *out, struct err *err)
{
    struct project project = {.directory = arena_strdup(arena, directory),
                              .candidate = project_is_candidate_directory(directory)};
    struct project_reader reader = {.source = source,
                                    .directory = project.directory,
                                    .said = said,
                                    .arena = arena,
                                    .err = err,
                                    .out = &project};
    struct project_reader *r = &reader;
    bool found = false;

    pyvalue_init(&r->eval, arena);
    r->eval.read = read_for_python;
    r->eval.ctx = r;
    if (project_open(r) && is_project(r)) {
        found = true;
        project_metadata(r);
        if (!project_said_version(r))
            project_version(r);
        project_tags(r);
        project_said_rest(r);
    }
    project_close(r);
    if (r->failed)
        return SOURCE_FAILED;
    if (r->pending)
        return SOURCE_PENDING;
    if (found)
        *out = project;
    return found ? SOURCE_FOUND : SOURCE_ABSENT;
}
