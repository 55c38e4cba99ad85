/* The version as setuptools finds it, and its many helpers. */
#include "facts/names.h"
#include "facts/project_internal.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define LIST_MAX 32

static const char *place(struct project_reader *r, const char *path)
{
    return project_place(r, "pyproject.toml", project_line(r->lines, path));
}

/* Whether setup.py names this module or function in its code. */
static bool mentions(const struct project_reader *r, const char *word)
{
    for (size_t i = 0; i < r->setup.count; i++)
        if (py_is(&r->setup, i, word))
            return true;
    return false;
}

static bool argument_is_true(struct project_reader *r, const char *name)
{
    bool given;
    struct py_span value;

    project_argument(r, name, &given);
    if (!given)
        return false;
    return !py_keyword(&r->setup, r->call, name, "=", &value) ||
           (!py_is(&r->setup, value.start, "False") && !py_is(&r->setup, value.start, "None"));
}

static bool setup_requires(struct project_reader *r, const char *name)
{
    struct py_value list = project_argument(r, "setup_requires", NULL);
    const struct py_value *items = list.type == PY_LIST ? list.items : &list;
    size_t count = list.type == PY_LIST ? list.count : 1;
    size_t len = strlen(name);

    for (size_t i = 0; i < count; i++)
        if (items[i].type == PY_TEXT && items[i].len >= len &&
            strncasecmp(items[i].s, name, len) == 0 &&
            (items[i].len == len || strchr("<>=!~;[ ", items[i].s[len]) != NULL))
            return true;
    return false;
}

/* --- From the tag ---------------------------------------------------------------------------- */

/* Whether a requirement is one of the distribution with this extra: "Setuptools_SCM [toml, simple]
   >=9.2" (PEP 508). */
static bool requires_extra(struct project_reader *r, const char *requirement,
                           const char *distribution, const char *extra)
{
    const char *at = requirement + strspn(requirement, " \t");
    size_t len = strcspn(at, "[<>=!~;@( \t");
    const char *rest = at + len + strspn(at + len, " \t");

    if (*rest != '[' || !names_equal(arena_strndup(r->arena, at, len), distribution))
        return false;
    for (at = rest; *at == '[' || *at == ','; at += len + strspn(at + len, " \t")) {
        at += 1 + strspn(at + 1, " \t");
        len = strcspn(at, ", \t]");
        if (len == strlen(extra) && strncasecmp(at, extra, len) == 0)
            return true;
    }
    return false;
}

/* Sections that make setuptools take the version from the tag, whatever else is there. */
static const char *scm_section(struct project_reader *r)
{
    static const char *const sections[] = {"tool.setuptools_scm", "tool.vcs-versioning",
                                           "tool.versioningit", "tool.setuptools-git-versioning"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const json_t *section = project_at(r->pyproject, sections[i]);
        if (section != NULL && !json_is_false(json_object_get(section, "enabled")))
            return place(r, sections[i]);
    }
    /* Since 9.2 the extra alone does; setuptools-scm without it may only find files. */
    const json_t *list = project_at(r->pyproject, "build-system.requires");
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)list, i, entry)
    {
        const char *s = json_string_value(entry);
        if (s != NULL && requires_extra(r, s, "setuptools-scm", "simple"))
            return place(r, "build-system.requires");
    }
    return NULL;
}

const char *project_setup_place(struct project_reader *r, const char *argument)
{
    struct py_span value;
    size_t token = r->call;

    if (py_keyword(&r->setup, r->call, argument, "=", &value))
        token = value.start;
    return project_place(r, "setup.py", r->setup.tokens[token].line);
}

static const char *scm_argument(struct project_reader *r)
{
    static const char *const arguments[] = {"use_scm_version", "setuptools_git_versioning", "pbr",
                                            "use_vcs_version"};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        if (argument_is_true(r, arguments[i]))
            return project_setup_place(r, arguments[i]);
    if (setup_requires(r, "pbr") || setup_requires(r, "d2to1"))
        return project_setup_place(r, "setup_requires");
    return NULL;
}

/* Helpers that a computed version is computed by. */
static const char *scm_helper(struct project_reader *r)
{
    static const char *const modules[] = {
        "versioneer", "setuptools_scm",           "dunamai", "vcs_versioning", "versioningit",
        "miniver",    "setuptools_git_versioning"};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (mentions(r, modules[i]))
            return project_setup_place(r, "version");
    if (project_at(r->pyproject, "tool.versioneer") != NULL)
        return place(r, "tool.versioneer");
    const struct ini_entry *entry = ini_get(&r->cfg, "versioneer", "vcs");
    return entry != NULL ? project_place(r, "setup.cfg", entry->line) : NULL;
}

/* --- Stated or read -------------------------------------------------------------------------- */

/* `[tool.setuptools.dynamic] version`; false when it is not there. */
static bool dynamic_table(struct project_reader *r)
{
    static const char path[] = "tool.setuptools.dynamic.version";
    const json_t *table = project_at(r->pyproject, path);
    const char *attribute = project_text_at(table, "attr");
    json_t *file = json_object_get(table, "file");
    const char *files[LIST_MAX + 1] = {project_text_at(table, "file")};
    size_t n = 0, i;
    json_t *entry;

    if (table == NULL)
        return false;
    if (attribute != NULL)
        return project_version_attribute(r, attribute, place(r, path));
    if (file == NULL)
        return project_opaque(r, place(r, path), "neither attr nor file");
    json_array_foreach(file, i, entry) if (json_is_string(entry) && n < LIST_MAX) files[n++] =
        json_string_value(entry);
    return project_version_files(r, files, place(r, path));
}

/* "a, b" or one a line. */
static void split_list(struct project_reader *r, const char *s, const char *files[LIST_MAX + 1])
{
    size_t n = 0;

    while (*s != '\0' && n < LIST_MAX) {
        s += strspn(s, " \t\n,");
        size_t len = strcspn(s, "\n,");
        size_t end = len;
        while (end > 0 && (s[end - 1] == ' ' || s[end - 1] == '\t'))
            end--;
        if (end > 0)
            files[n++] = arena_strndup(r->arena, s, end);
        s += len;
    }
    files[n] = NULL;
}

/* `[metadata] version`: a literal, attr: or file:; false when it is not there. */
static bool cfg_version(struct project_reader *r)
{
    const struct ini_entry *entry = ini_get(&r->cfg, "metadata", "version");
    const char *files[LIST_MAX + 1];

    if (entry == NULL || *entry->value == '\0')
        return false;
    const char *origin = project_place(r, "setup.cfg", entry->line);
    const char *value = entry->value + strspn(entry->value, "\n");
    if (text_starts_with(value, "attr:"))
        return project_version_attribute(r, value + 5 + strspn(value + 5, " \t\n"), origin);
    if (text_starts_with(value, "file:")) {
        split_list(r, value + 5, files);
        return project_version_files(r, files, origin);
    }
    return project_says(r, DECLARED_STATIC, value, origin);
}

/* setup(version=…); false when there is none. */
static bool setup_version(struct project_reader *r)
{
    bool given;
    struct py_value value = project_argument(r, "version", &given);

    if (!given)
        return false;
    const char *version = value.type == PY_LIST ? NULL : pyvalue_text(&r->eval, &value);
    const char *path = value.path != NULL && *value.path != '\0' ? value.path : "setup.py";
    const char *origin = project_place(r, path, value.line > 0 ? value.line : 1);
    if (version == NULL)
        return project_opaque(r, origin, "setup.py computes the version%s",
                              r->call_count > 1 ? ", or states more than one" : "");
    return project_says(r, strcmp(path, "setup.py") == 0 ? DECLARED_STATIC : DECLARED_DYNAMIC,
                        version, origin);
}

/* setup(**…) may hold anything. */
bool project_spreads(const struct project_reader *r)
{
    struct py_span item;

    for (size_t i = 0; i < r->call_count && i < PROJECT_CALLS; i++) {
        size_t at = r->calls[i].open + 1;
        size_t end = py_skip_brackets(&r->setup, r->calls[i].open) - 1;
        while (py_next_item(&r->setup, &at, end, &item))
            if (py_is(&r->setup, item.start, "**"))
                return true;
    }
    return false;
}

bool project_setuptools(struct project_reader *r)
{
    const char *origin = scm_section(r);

    if (origin == NULL)
        origin = scm_argument(r);
    if (origin != NULL)
        return project_says(r, DECLARED_VCS, NULL, origin);
    /* What setup() is given wins over setup.cfg, pyproject.toml over both. */
    bool stated = dynamic_table(r) || setup_version(r) || cfg_version(r);
    if ((!stated || r->out->kind == DECLARED_OPAQUE) && (origin = scm_helper(r)) != NULL) {
        r->out->reason = NULL;
        return project_says(r, DECLARED_VCS, NULL, origin);
    }
    if (stated)
        return true;
    if (r->unreadable != NULL)
        return project_opaque(r, project_place(r, "setup.py", 0), "%s", r->unreadable);
    if (project_spreads(r))
        return project_opaque(r, project_setup_place(r, "version"),
                              "setup.py computes its arguments");
    r->out->kind = DECLARED_NONE;
    r->out->reason = "nothing states a version";
    return true;
}
