/* Name, licence, URLs, and what the project says of its tags. */
#include "facts/project_internal.h"
#include "facts/names.h"
#include "facts/toml.h"

#include <string.h>

#include "base/text.h"

#define LIST_MAX 64

struct list {
    struct project_reader *r;
    const char *items[LIST_MAX + 1];
    size_t count;
};

static void add(struct list *list, const char *s)
{
    if (s == NULL || *s == '\0' || list->count == LIST_MAX)
        return;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], s) == 0)
            return;
    list->items[list->count++] = arena_strdup(list->r->arena, s);
}

static const char *const *keep(const struct list *list)
{
    const char **copy = arena_array(list->r->arena, list->count + 1, sizeof *copy);

    if (list->count > 0)
        memcpy(copy, list->items, list->count * sizeof *copy);
    return list->count > 0 ? copy : NULL;
}

/* Strings of an array or object, or the string itself. */
static void add_json(struct list *list, json_t *value)
{
    size_t i;
    const char *key;
    json_t *entry;

    add(list, json_string_value(value));
    json_array_foreach(value, i, entry) add(list, json_string_value(entry));
    if (json_is_object(value))
        json_object_foreach(value, key, entry) add(list, json_string_value(entry));
}

/* Lines "Label = URL" or "URL", items divided by commas or lines. */
static void add_cfg(struct list *list, const char *value, bool labelled)
{
    while (value != NULL && *value != '\0') {
        value += strspn(value, labelled ? " \t\n" : " \t\n,");
        size_t len = strcspn(value, labelled ? "\n" : "\n,");
        const char *eq = labelled ? memchr(value, '=', len) : NULL;
        const char *s = eq != NULL ? eq + 1 + strspn(eq + 1, " \t") : value;
        size_t n = (size_t)(value + len - s);
        while (n > 0 && strchr(" \t", s[n - 1]) != NULL)
            n--;
        add(list, arena_strndup(list->r->arena, s, n));
        value += len;
    }
}

static void add_value(struct list *list, const struct py_value *value)
{
    if (value->type == PY_TEXT)
        add(list, pyvalue_text(&list->r->eval, value));
    for (size_t i = 0; value->type == PY_LIST && i < value->count; i++)
        if (value->items[i].type == PY_TEXT)
            add(list, pyvalue_text(&list->r->eval, &value->items[i]));
}

static const char *argument(struct project_reader *r, const char *name)
{
    struct py_value value = project_argument(r, name, NULL);

    return value.type == PY_TEXT ? pyvalue_text(&r->eval, &value) : NULL;
}

static const char *first_text(struct project_reader *r, const char *const *paths)
{
    const char *found = NULL;

    for (; found == NULL && *paths != NULL; paths++)
        found = project_text_at(r->pyproject, *paths);
    return found;
}

/* --- Name ------------------------------------------------------------------------------------ */

static const char *cargo_name(struct project_reader *r)
{
    if (r->out->backend == NULL || !text_starts_with(r->out->backend, "maturin"))
        return NULL;
    const char *path = project_text_at(r->pyproject, "tool.maturin.manifest-path");
    json_t *cargo = project_toml(r, path != NULL ? path : "Cargo.toml", NULL);
    const char *name = arena_strdup(r->arena, project_text_at(cargo, "package.name"));
    json_decref(cargo);
    return name;
}

/* Where setup() is given a name that only running it would tell; NULL: it is given none. */
static const char *unnamed_place(struct project_reader *r)
{
    bool given = false;

    if (r->unreadable != NULL)
        return project_place(r, "setup.py", 1);
    if (r->call == 0)
        return NULL;
    project_argument(r, "name", &given);
    return given || project_spreads(r) ? project_setup_place(r, "name") : NULL;
}

static void set_name(struct project_reader *r)
{
    static const char *const paths[] = {"project.name", "tool.poetry.name",
                                        "tool.flit.metadata.dist-name", "tool.flit.metadata.module",
                                        NULL};
    char normal[NAME_MAX_BYTES];
    const char *name = first_text(r, paths);

    if (name == NULL)
        name = argument(r, "name");
    if (name == NULL)
        name = ini_value(&r->cfg, "metadata", "name");
    if (name == NULL)
        name = cargo_name(r);
    if (name == NULL) {
        r->out->unnamed = unnamed_place(r);
        return;
    }
    if (names_normalise(name, normal) != 0) {
        /* A placeholder of a template makes no package; a slip of the pen hides one. */
        bool template = strpbrk(name, "{}<>$%@") != NULL;
        if (!template && !r->failed)
            err_set(r->err, REASON_PARSE, "%s: \"%s\" is no name of a package",
                    *r->directory != '\0' ? r->directory : "the root", name);
        r->failed |= !template;
        return;
    }
    r->out->name = arena_strdup(r->arena, name);
    r->out->normal = arena_strdup(r->arena, normal);
}

/* --- Licence --------------------------------------------------------------------------------- */

static const char *classifier(struct project_reader *r, const struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_starts_with(list->items[i], "License ::"))
            return arena_strdup(r->arena, list->items[i]);
    return NULL;
}

/* As indexes and tools know it: PyPI refuses any "Private ::" classifier. */
static bool is_private(struct project_reader *r, const struct list *classifiers)
{
    for (size_t i = 0; i < classifiers->count; i++)
        if (text_starts_with(classifiers->items[i], "Private ::"))
            return true;
    return json_is_false(project_at(r->pyproject, "tool.poetry.package-mode")) ||
           json_is_false(project_at(r->pyproject, "tool.uv.package"));
}

static void set_licence(struct project_reader *r)
{
    static const char *const paths[] = {"project.license", "project.license.text",
                                        "tool.poetry.license", "tool.flit.metadata.license", NULL};
    struct list classifiers = {.r = r};
    struct py_value given = project_argument(r, "classifiers", NULL);
    const char *licence = first_text(r, paths);

    if (licence == NULL)
        licence = ini_value(&r->cfg, "metadata", "license");
    if (licence == NULL || *licence == '\0')
        licence = argument(r, "license");
    add_json(&classifiers, project_at(r->pyproject, "project.classifiers"));
    add_json(&classifiers, project_at(r->pyproject, "tool.poetry.classifiers"));
    add_json(&classifiers, project_at(r->pyproject, "tool.flit.metadata.classifiers"));
    add_cfg(&classifiers, ini_value(&r->cfg, "metadata", "classifiers"), false);
    add_cfg(&classifiers, ini_value(&r->cfg, "metadata", "classifier"), false);
    add_value(&classifiers, &given);
    r->out->private = is_private(r, &classifiers);
    r->out->licence = licence != NULL && *licence != '\0' ? arena_strdup(r->arena, licence)
                                                          : classifier(r, &classifiers);
}

static void set_licence_files(struct project_reader *r)
{
    static const char *const paths[] = {
        "project.license-files", "project.license-files.paths",   "project.license-files.globs",
        "project.license.file",  "tool.setuptools.license-files", NULL};
    struct list list = {.r = r};
    struct py_value given = project_argument(r, "license_files", NULL);
    struct py_value one = project_argument(r, "license_file", NULL);

    for (size_t i = 0; paths[i] != NULL; i++) {
        json_t *value = project_at(r->pyproject, paths[i]);
        if (!json_is_object(value))
            add_json(&list, value);
    }
    add_cfg(&list, ini_value(&r->cfg, "metadata", "license_files"), false);
    add_cfg(&list, ini_value(&r->cfg, "metadata", "license_file"), false);
    add_value(&list, &given);
    add_value(&list, &one);
    r->out->licence_files = keep(&list);
}

/* --- URLs ------------------------------------------------------------------------------------ */

/* project_urls={"Source": "https://…"} */
static void add_dict_argument(struct list *list, const char *name)
{
    struct project_reader *r = list->r;
    struct py_span dict, item;

    if (r->call == 0 || !py_keyword(&r->setup, r->call, name, "=", &dict) ||
        !py_is(&r->setup, dict.start, "{"))
        return;
    for (size_t at = dict.start + 1; py_next_item(&r->setup, &at, dict.end - 1, &item);) {
        size_t colon = py_find(&r->setup, item, ":");
        if (colon < item.end) {
            struct py_value url =
                pyvalue_eval(&r->eval, &r->frame, (struct py_span){colon + 1, item.end});
            add_value(list, &url);
        }
    }
}

static void set_urls(struct project_reader *r)
{
    static const char *const paths[] = {"project.urls",
                                        "tool.poetry.urls",
                                        "tool.poetry.homepage",
                                        "tool.poetry.repository",
                                        "tool.poetry.documentation",
                                        "tool.flit.metadata.home-page",
                                        "tool.flit.metadata.urls",
                                        NULL};
    static const char *const keys[] = {"url", "home_page", "download_url", NULL};
    struct list list = {.r = r};

    for (size_t i = 0; paths[i] != NULL; i++)
        add_json(&list, project_at(r->pyproject, paths[i]));
    for (size_t i = 0; keys[i] != NULL; i++) {
        add_cfg(&list, ini_value(&r->cfg, "metadata", keys[i]), false);
        add(&list, argument(r, keys[i]));
    }
    add_cfg(&list, ini_value(&r->cfg, "metadata", "project_urls"), true);
    add_dict_argument(&list, "project_urls");
    r->out->urls = keep(&list);
}

/* The file that towncrier writes: [tool.towncrier] of pyproject.toml or of towncrier.toml, where
   the first has no such table. */
static void set_changelog(struct project_reader *r)
{
    static const char path[] = "tool.towncrier.filename";
    const char *data;
    size_t len;
    struct err err;
    json_t *root = NULL;

    r->out->changelog = arena_strdup(r->arena, project_text_at(r->pyproject, path));
    if (project_at(r->pyproject, "tool.towncrier") != NULL ||
        project_file(r, "towncrier.toml", &data, &len) != SOURCE_FOUND ||
        toml_parse(data, len, "towncrier.toml", &root, &err) != 0)
        return;
    r->out->changelog = arena_strdup(r->arena, project_text_at(root, path));
    json_decref(root);
}

void project_metadata(struct project_reader *r)
{
    r->out->backend =
        arena_strdup(r->arena, project_text_at(r->pyproject, "build-system.build-backend"));
    set_name(r);
    set_licence(r);
    set_licence_files(r);
    set_urls(r);
    set_changelog(r);
}

/* --- Tags ------------------------------------------------------------------------------------ */

/* What stands before the first wildcard of `--match GLOB` in a git describe command. */
static void set_match(struct project_reader *r, const char *glob)
{
    if (glob != NULL && r->out->tag_prefix == NULL && strpbrk(glob, "*?[") != NULL)
        r->out->tag_prefix = arena_strndup(r->arena, glob, strcspn(glob, "*?["));
}

static void read_describe(struct project_reader *r, json_t *command)
{
    const char *s = json_string_value(command);
    size_t i;
    json_t *word;
    bool next = false;

    json_array_foreach(command, i, word)
    {
        const char *w = json_string_value(word);
        if (w == NULL)
            continue;
        if (next)
            set_match(r, w);
        if (text_starts_with(w, "--match="))
            set_match(r, w + 8);
        next = strcmp(w, "--match") == 0;
    }
    s = s != NULL ? strstr(s, "--match") : NULL;
    if (s == NULL)
        return;
    s += strlen("--match");
    s += strspn(s, " ='\"");
    set_match(r, arena_strndup(r->arena, s, strcspn(s, " '\"")));
}

static const char *scm_dict_text(struct project_reader *r, const char *key)
{
    struct py_span dict, value;

    if (r->call == 0 || !py_keyword(&r->setup, r->call, "use_scm_version", "=", &dict) ||
        !project_dict_item(&r->setup, dict, key, &value))
        return NULL;
    struct py_value text = pyvalue_eval(&r->eval, &r->frame, value);
    return text.type == PY_TEXT ? pyvalue_text(&r->eval, &text) : NULL;
}

static const char *unquoted(struct project_reader *r, const char *s)
{
    size_t len = s != NULL ? strlen(s) : 0;

    return len >= 2 && (*s == '"' || *s == '\'') && s[len - 1] == *s
               ? arena_strndup(r->arena, s + 1, len - 2)
               : s;
}

void project_tags(struct project_reader *r)
{
    static const char *const regexes[] = {
        "tool.setuptools_scm.tag_regex",  "tool.vcs-versioning.tag_regex",
        "tool.hatch.version.tag-pattern", "tool.hatch.version.raw-options.tag_regex",
        "tool.pdm.version.tag_regex",     NULL};
    static const char *const prefixes[] = {"tool.versioneer.tag_prefix",
                                           "tool.poetry-dynamic-versioning.pattern-prefix",
                                           "tool.uv-dynamic-versioning.pattern-prefix", NULL};
    static const char *const commands[] = {
        "tool.setuptools_scm.git_describe_command", "tool.setuptools_scm.scm.git.describe_command",
        "tool.vcs-versioning.scm.git.describe_command",
        "tool.hatch.version.raw-options.git_describe_command", NULL};
    struct project *out = r->out;

    out->tag_regex = arena_strdup(r->arena, first_text(r, regexes));
    if (out->tag_regex == NULL)
        out->tag_regex = scm_dict_text(r, "tag_regex");
    out->tag_prefix = arena_strdup(r->arena, first_text(r, prefixes));
    if (out->tag_prefix == NULL)
        out->tag_prefix = unquoted(r, ini_value(&r->cfg, "versioneer", "tag_prefix"));
    for (size_t i = 0; commands[i] != NULL; i++)
        read_describe(r, project_at(r->pyproject, commands[i]));
    set_match(r, project_text_at(r->pyproject, "tool.pdm.version.tag_filter"));
    const char *describe = scm_dict_text(r, "git_describe_command");
    if (describe != NULL) {
        json_t *command = json_string(describe);
        read_describe(r, command);
        json_decref(command);
    }
}
