/* The version by build backend: contracts.md section 5, one function a row. */
#include "facts/project_internal.h"
#include "facts/pep440.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define PYPROJECT "pyproject.toml"

static const char *place(struct project_reader *r, const char *path)
{
    return project_place(r, PYPROJECT, project_line(r->lines, path));
}

static const char *text(struct project_reader *r, const char *path)
{
    return project_text_at(r->pyproject, path);
}

static bool is_true(const struct project_reader *r, const char *path)
{
    return json_is_true(project_at(r->pyproject, path));
}

/* "from the tag", and the setting that says so. */
static bool vcs(struct project_reader *r, const char *path)
{
    return project_says(r, DECLARED_VCS, NULL, place(r, path));
}

/* --- hatchling ------------------------------------------------------------------------------- */

static const char hatch_pattern[] =
    "(?i)^(__version__|VERSION)(?: ?: ?str)? *= *(['\"])v?(?P<version>.+?)\\2";

static bool hatch_config(struct project_reader *r, const json_t *config, const char *origin)
{
    static const char *const tags[] = {"vcs", "uv-dynamic-versioning", "versioningit"};
    const char *source = project_text_at(config, "source");
    const char *path = project_text_at(config, "path");
    const char *pattern = project_text_at(config, "pattern");

    for (size_t i = 0; source != NULL && i < sizeof tags / sizeof *tags; i++)
        if (strcmp(source, tags[i]) == 0)
            return project_says(r, DECLARED_VCS, NULL, origin);
    if (source != NULL && strcmp(source, "regex") != 0)
        return project_opaque(r, origin, "the version source \"%s\" runs code", source);
    if (path == NULL)
        return project_opaque(r, origin, "the version's settings name no file");
    return project_version_pattern(r, path, pattern != NULL ? pattern : hatch_pattern, "version",
                                   origin);
}

static bool hatch(struct project_reader *r)
{
    json_t *lines = NULL;
    json_t *file = project_toml(r, "hatch.toml", &lines);
    const json_t *config = project_at(file, "version");
    bool done;

    if (config != NULL)
        done =
            hatch_config(r, config, project_place(r, "hatch.toml", project_line(lines, "version")));
    else if ((config = project_at(r->pyproject, "tool.hatch.version")) != NULL)
        done = hatch_config(r, config, place(r, "tool.hatch.version"));
    else
        done = project_opaque(r, place(r, "project.dynamic"),
                              "dynamic, and no [tool.hatch.version] says from where");
    json_decref(file);
    json_decref(lines);
    return done;
}

/* --- poetry ---------------------------------------------------------------------------------- */

static bool poetry(struct project_reader *r)
{
    const char *version = text(r, "tool.poetry.version");

    if (is_true(r, "tool.poetry-dynamic-versioning.enable"))
        return vcs(r, "tool.poetry-dynamic-versioning");
    if (version != NULL)
        return project_says(r, DECLARED_STATIC, version, place(r, "tool.poetry.version"));
    /* poetry-core says "0" then; with package-mode off nothing is published. */
    r->out->kind = DECLARED_NONE;
    return true;
}

/* --- flit ------------------------------------------------------------------------------------ */

static const char *flit_module(struct project_reader *r)
{
    static const char *const settings[] = {"tool.flit.module.name", "tool.flit.metadata.module",
                                           "project.name"};
    const char *name = NULL;

    for (size_t i = 0; name == NULL && i < sizeof settings / sizeof *settings; i++)
        name = text(r, settings[i]);
    if (name == NULL)
        return NULL;
    char *path = arena_strdup(r->arena, name);
    for (char *s = path; *s != '\0'; s++)
        *s = *s == '-' ? '_' : *s == '.' ? '/' : *s;
    return path;
}

static bool flit(struct project_reader *r)
{
    static const char *const forms[] = {"/__init__.py", "/version.py", "/_version.py",
                                        "/__version__.py", ".py"};
    static const char *const roots[] = {"", "src/"};
    const char *module = flit_module(r);
    bool found = false;

    /* A string in one of the files is read; only else is the module imported. */
    for (size_t i = 0; module != NULL && i < 4; i++) {
        for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
            const char *data;
            size_t len;
            const char *path = arena_printf(r->arena, "%s%s%s", roots[i % 2], module, forms[f]);
            enum source_result result = project_file(r, path, &data, &len);
            if (result == SOURCE_PENDING)
                return false; /* the next is wanted only if this one does not have it */
            if (result != SOURCE_FOUND)
                continue;
            found = true;
            struct py_value value = {.type = PY_UNKNOWN};
            if (i < 2)
                project_literal(r, path, "__version__", true, &value);
            else
                value = pyvalue_attribute(&r->eval, path, "__version__");
            const char *version = pyvalue_text(&r->eval, &value);
            if (version != NULL)
                return project_says(r, DECLARED_DYNAMIC, version,
                                    project_place(r, value.path != NULL ? value.path : path,
                                                  value.line > 0 ? value.line : 1));
        }
    }
    return project_opaque(r, place(r, "project.dynamic"),
                          found ? "__version__ of %s is computed, or bound more than once"
                                : "the module %s is not in the tree",
                          module != NULL ? module : "(unnamed)");
}

/* --- pdm ------------------------------------------------------------------------------------- */

static const char pdm_pattern[] = "^(?:__version__|VERSION)\\s*=\\s*[\"'](.+?)[\"']\\s*(?:#.*)?$";

static bool pdm(struct project_reader *r)
{
    const json_t *config = project_at(r->pyproject, "tool.pdm.version");
    const char *source = project_text_at(config, "source");
    const char *pattern = project_text_at(config, "pattern");
    const char *path = project_text_at(config, "path");
    const char *origin = place(r, "tool.pdm.version");

    if (config == NULL)
        return project_says(r, DECLARED_PLACEHOLDER, "0.0.0", place(r, "project.dynamic"));
    if (path == NULL)
        path = project_text_at(config, "from"); /* before pdm-backend */
    if (json_is_true(json_object_get(config, "use_scm")) ||
        (source != NULL && strcmp(source, "scm") == 0))
        return project_says(r, DECLARED_VCS, NULL, origin);
    if (path == NULL || (source != NULL && strcmp(source, "file") != 0))
        return project_opaque(r, origin, "the version source \"%s\" runs code",
                              source != NULL ? source : "");
    return project_version_pattern(r, path, pattern != NULL ? pattern : pdm_pattern, NULL, origin);
}

/* --- maturin --------------------------------------------------------------------------------- */

/* Cargo's versions are SemVer; maturin hands them on as PEP 440 writes them. */
static bool say_cargo(struct project_reader *r, const char *version, const char *origin)
{
    struct buf normal = BUF_INIT(PEP440_MAX * 2);

    if (pep440_normal(version, strlen(version), &normal) == 0)
        version = arena_strdup(r->arena, buf_str(&normal));
    buf_release(&normal);
    return project_says(r, DECLARED_DYNAMIC, version, origin);
}

/* The workspace is the nearest Cargo.toml at or above that has one. */
static bool cargo_workspace(struct project_reader *r, const char *manifest)
{
    const char *path = manifest;
    bool done = false;

    for (unsigned up = 0; up < 16 && !done; up++) {
        json_t *lines = NULL;
        json_t *cargo = project_toml(r, path, &lines);
        const char *version = project_text_at(cargo, "workspace.package.version");
        if (version != NULL)
            done =
                say_cargo(r, version,
                          project_place(r, path, project_line(lines, "workspace.package.version")));
        json_decref(cargo);
        json_decref(lines);
        const char *slash = strrchr(path, '/');
        path =
            arena_printf(r->arena, "%.*s../Cargo.toml", slash ? (int)(slash - path) + 1 : 0, path);
    }
    return done || project_opaque(r, project_place(r, manifest, 0),
                                  "its workspace, which holds the version, is not in the tree");
}

static bool maturin(struct project_reader *r)
{
    static const char *const usual[] = {"Cargo.toml", "rust/Cargo.toml", "native/Cargo.toml"};
    const char *manifest = text(r, "tool.maturin.manifest-path");
    json_t *cargo = NULL, *lines = NULL;
    bool done;

    for (size_t i = 0; cargo == NULL && !r->pending && i < (manifest != NULL ? 1 : 3); i++) {
        const char *path = manifest != NULL ? manifest : usual[i];
        cargo = project_toml(r, path, &lines);
        manifest = cargo != NULL ? path : manifest;
    }
    const char *version = project_text_at(cargo, "package.version");
    if (version != NULL)
        done = say_cargo(r, version,
                         project_place(r, manifest, project_line(lines, "package.version")));
    else if (json_is_true(project_at(cargo, "package.version.workspace")))
        done = cargo_workspace(r, manifest);
    else
        done = project_opaque(r, place(r, "project.dynamic"), "no Cargo.toml states a version");
    json_decref(cargo);
    json_decref(lines);
    return done;
}

/* --- scikit-build-core ----------------------------------------------------------------------- */

static const char scikit_pattern[] =
    "(?i)^(__version__|VERSION)(?: ?: ?str)? *= *(['\"])v?(?P<value>.+?)\\2";

static bool scikit_provider(struct project_reader *r, const json_t *config, const char *origin)
{
    const char *provider = project_text_at(config, "provider");
    const char *input = project_text_at(config, "input");
    const char *pattern = project_text_at(config, "regex");
    const char *result = project_text_at(config, "result");

    if (provider == NULL)
        return project_opaque(r, origin, "the version's settings name no provider");
    if (strstr(provider, "setuptools_scm") != NULL || strstr(provider, "vcs_versioning") != NULL)
        return project_says(r, DECLARED_VCS, NULL, origin);
    if (!text_ends_with(provider, "regex") || input == NULL)
        return project_opaque(r, origin, "the provider \"%s\" runs code", provider);
    const char *remove = project_text_at(config, "remove");
    if (result != NULL && strcmp(result, "{value}") != 0)
        return project_opaque(r, origin, "the version is put together by \"%s\"", result);
    if (remove != NULL && *remove != '\0')
        return project_opaque(r, origin, "what matches \"%s\" is taken out of it", remove);
    return project_version_pattern(r, input, pattern != NULL ? pattern : scikit_pattern, "value",
                                   origin);
}

static bool scikit(struct project_reader *r)
{
    const json_t *list = project_at(r->pyproject, "tool.dynamic-metadata");
    const json_t *config = project_at(r->pyproject, "tool.scikit-build.metadata.version");
    size_t i;
    json_t *entry;

    if (config != NULL)
        return scikit_provider(r, config, place(r, "tool.scikit-build.metadata.version"));
    if ((config = project_at(list, "version")) != NULL)
        return scikit_provider(r, config, place(r, "tool.dynamic-metadata.version"));
    json_array_foreach(list, i, entry)
    {
        const char *field = project_text_at(entry, "field");
        if (field == NULL || strcmp(field, "version") == 0)
            return scikit_provider(r, entry, place(r, "tool.dynamic-metadata"));
    }
    return project_opaque(r, place(r, "project.dynamic"),
                          "dynamic, and no provider says from where");
}

/* --- meson-python ---------------------------------------------------------------------------- */

static bool meson(struct project_reader *r)
{
    const char *data;
    size_t len;
    struct pysource source;
    struct py_span span;
    struct err err;

    if (project_file(r, "meson.build", &data, &len) != SOURCE_FOUND)
        return project_opaque(r, place(r, "project.dynamic"), "meson.build is not in the tree");
    if (pysource_read(data, len, "meson.build", r->arena, &source, &err) != 0)
        return project_opaque(r, project_place(r, "meson.build", 0), "%s", err.text);
    const char *origin = project_place(r, "meson.build", 1);
    if (!py_is(&source, 0, "project") || !py_is(&source, 1, "(") ||
        !py_keyword(&source, 1, "version", ":", &span))
        return project_opaque(r, origin, "project() states no version");
    const struct py_token *t = &source.tokens[span.start];
    origin = project_place(r, "meson.build", t->line);
    bool file = py_is(&source, span.start, "files") && t[2].kind == PY_STRING;
    struct py_frame frame = pyvalue_module(&source);
    size_t from = span.start + (file ? 2 : 0);
    struct py_value value = {.type = PY_UNKNOWN};
    if (source.tokens[from].kind == PY_STRING && (file || span.end == span.start + 1))
        value = pyvalue_eval(&r->eval, &frame, (struct py_span){from, from + 1});
    const char *literal = pyvalue_text(&r->eval, &value);
    if (literal == NULL)
        return project_opaque(r, origin, "the version is computed");
    return file ? project_version_files(r, (const char *const[]){literal, NULL}, origin)
                : project_says(r, DECLARED_DYNAMIC, literal, origin);
}

static bool uv_build(struct project_reader *r)
{
    return project_opaque(r, place(r, "project.dynamic"), "uv_build knows no dynamic version");
}

static bool pbr(struct project_reader *r)
{
    return vcs(r, "build-system.build-backend");
}

/* --- Which ----------------------------------------------------------------------------------- */

static const struct backend {
    const char *prefix;  /* of build-backend */
    const char *require; /* and of what an in-tree backend requires */
    bool (*version)(struct project_reader *r);
} backends[] = {
    {"setuptools", "setuptools", project_setuptools},
    {"hatchling", "hatchling", hatch},
    {"poetry", "poetry", poetry},
    {"flit", "flit", flit},
    {"pdm", "pdm", pdm},
    {"maturin", "maturin", maturin},
    {"scikit_build_core", "scikit-build-core", scikit},
    {"mesonpy", "meson-python", meson},
    {"uv_build", "uv_build", uv_build},
    {"uv_build", "uv-build", uv_build},
    {"pbr", "pbr", pbr},
};

static const struct backend *by_requires(const struct project_reader *r)
{
    size_t i;
    json_t *entry;

    /* The helper of a backend (setuptools-scm, hatch-vcs) says less than a backend itself, and
       setuptools is often only a helper. */
    for (size_t b = sizeof backends / sizeof *backends; b-- > 0;)
        json_array_foreach(project_at(r->pyproject, "build-system.requires"), i,
                           entry) if (json_is_string(entry) &&
                                      text_starts_with(json_string_value(entry),
                                                       backends[b].require)) return &backends[b];
    return NULL;
}

static bool (*reader_of(struct project_reader *r))(struct project_reader *)
{
    const char *name = r->out->backend;
    const struct backend *found = NULL;

    for (size_t i = 0; name != NULL && found == NULL && i < sizeof backends / sizeof *backends; i++)
        if (text_starts_with(name, backends[i].prefix))
            found = &backends[i];
    if (name != NULL && found == NULL)
        found = by_requires(r);
    if (name == NULL && project_at(r->pyproject, "project") == NULL) {
        if (project_at(r->pyproject, "tool.poetry") != NULL)
            return poetry;
        if (project_at(r->pyproject, "tool.flit.metadata") != NULL)
            return flit;
    }
    if (name != NULL && found == NULL)
        return NULL;
    return found != NULL ? found->version : project_setuptools;
}

static bool is_dynamic(const struct project_reader *r)
{
    size_t i;
    json_t *entry;

    json_array_foreach(project_at(r->pyproject, "project.dynamic"), i,
                       entry) if (json_is_string(entry) &&
                                  strcmp(json_string_value(entry), "version") == 0) return true;
    return false;
}

void project_version(struct project_reader *r)
{
    const char *version = text(r, "project.version");
    bool (*reader)(struct project_reader *) = reader_of(r);

    if (is_true(r, "tool.poetry-dynamic-versioning.enable")) {
        vcs(r, "tool.poetry-dynamic-versioning");
    } else if (version != NULL) {
        project_says(r, DECLARED_STATIC, version, place(r, "project.version"));
    } else if (project_at(r->pyproject, "project") != NULL && !is_dynamic(r) && reader != poetry &&
               reader != maturin) {
        r->out->kind = DECLARED_NONE;
        r->out->reason = "[project] states no version and does not call it dynamic";
    } else if (reader == NULL) {
        project_opaque(r, place(r, "build-system.build-backend"),
                       "the build backend \"%s\" runs code", r->out->backend);
    } else {
        reader(r);
    }
    project_doubts(r);
}
