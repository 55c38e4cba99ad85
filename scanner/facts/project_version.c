/* What the readers conclude, and the kinds of places that hold a version. */
#include "facts/project_internal.h"
#include "facts/pep440.h"
#include "facts/pyimport.h"
#include "facts/pyliteral.h"
#include "facts/pyregex.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

#define REASON_BYTES 256

/* --- Conclusions ----------------------------------------------------------------------------- */

bool project_opaque(struct project_reader *r, const char *origin, const char *fmt, ...)
{
    char text[REASON_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->out->kind = DECLARED_OPAQUE;
    r->out->version = NULL;
    r->out->origin = origin;
    r->out->reason = arena_strdup(r->arena, text);
    return true;
}

/* 0, 0.0.0, 0.0.0.dev0, 0+unknown: a release of nothing but zeros is what stands there until the
   build sets another. */
static bool is_zero(const char *version)
{
    const char *s = version + (*version == 'v' || *version == 'V');

    if (!isdigit((unsigned char)*s))
        return false;
    while (*s == '0' || *s == '.')
        s++;
    return !isdigit((unsigned char)*s);
}

/* 9999, 99.99.99, 0.0.0.9999: nines stand above (or behind) all versions to come, as nothing else
   counts so far. */
static bool is_nines(const char *version)
{
    size_t parts = 0, nines = 0, zeros = 0, last = 0;

    for (const char *s = version;; s++, parts++) {
        last = strspn(s, "9");
        bool zero = last == 0 && *s == '0' && strspn(s, "0") == 1;
        if (last < 2 && !zero)
            return false;
        nines += last >= 2;
        zeros += zero;
        s += zero ? 1 : last;
        if (*s == '\0')
            break;
        if (*s != '.')
            return false;
    }
    parts++;
    return zeros == 0 && parts > 1 ? nines == parts : last >= 4 && nines == 1;
}

/* Why a version is none; NULL when it may be one. */
static const char *placeholder(const char *version)
{
    static const char *const words[] = {"unknown", "version",    "dev",  "develop", "x.y.z",
                                        "none",    "unreleased", "head", "main",    "master"};
    size_t len = strlen(version);

    if (is_zero(version))
        return "a release of zeros";
    if (is_nines(version))
        return "a release of nines";
    if (pep440_valid(version, len))
        return strchr(version, '+') != NULL ? "a local version, which no index takes" : NULL;
    if (strpbrk(version, "{}$@%<>") != NULL)
        return "a template";
    if (strpbrk(version, " \t\n\"'#;") != NULL)
        return "more than a version";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(version, words[i]) == 0)
            return "a word, not a version";
    if (strcasestr(version, "snapshot") != NULL)
        return "a snapshot, not a version";
    return strpbrk(version, "0123456789") == NULL ? "not a version" : NULL;
}

bool project_says(struct project_reader *r, enum declared_kind kind, const char *version,
                  const char *origin)
{
    const char *why = version != NULL ? placeholder(version) : NULL;

    r->out->kind = why != NULL ? DECLARED_PLACEHOLDER : kind;
    r->out->version = version != NULL ? arena_strdup(r->arena, version) : NULL;
    r->out->origin = origin;
    if (why != NULL)
        r->out->reason = why;
    return true;
}

/* --- Places ---------------------------------------------------------------------------------- */

static const char *trimmed(struct project_reader *r, const char *s, size_t len)
{
    while (len > 0 && isspace((unsigned char)*s)) {
        s++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)s[len - 1]))
        len--;
    return len > 0 && text_is_utf8(s, len) ? arena_strndup(r->arena, s, len) : NULL;
}

bool project_version_files(struct project_reader *r, const char *const *paths, const char *origin)
{
    struct buf buf = BUF_INIT(1024);
    const char *first = NULL;
    bool fits = true;

    for (; *paths != NULL; paths++) {
        const char *data;
        size_t len;
        if (project_file(r, *paths, &data, &len) != SOURCE_FOUND)
            continue;
        if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
            data += 3;
            len -= 3;
        }
        fits =
            fits && (first == NULL || buf_addstr(&buf, "\n") == 0) && buf_add(&buf, data, len) == 0;
        first = first != NULL ? first : *paths;
    }
    const char *version = trimmed(r, buf_str(&buf), buf.len);
    buf_release(&buf);
    if (first == NULL)
        return project_opaque(r, origin, "the file that holds the version is not in the tree");
    if (!fits || version == NULL || !pep440_valid(version, strlen(version)))
        return project_opaque(r, project_place(r, first, 1), "the file holds no version");
    return project_says(r, DECLARED_DYNAMIC, version, project_place(r, first, 1));
}

static bool is_format(const struct py_token *token)
{
    const char *inner;
    size_t len;

    return pyliteral_is_format(token, &inner, &len);
}

/* What ast.literal_eval takes, as far as versions are written so: strings and numbers, lists and
   tuples of them. Behind a value a bracket would call or index it. */
static bool is_literal(const struct pysource *source, struct py_span span, bool string)
{
    bool value = false;

    for (size_t i = span.start; i < span.end; i++) {
        const struct py_token *t = &source->tokens[i];
        bool opens = py_is(source, i, "(") || py_is(source, i, "[");
        bool closes = py_is(source, i, ")") || py_is(source, i, "]");
        bool comma = py_is(source, i, ",");
        if (t->kind == PY_STRING ? is_format(t)
                                 : string || !(t->kind == PY_NUMBER || opens || closes || comma))
            return false;
        if (opens && value)
            return false;
        value = !opens && !comma;
    }
    return span.end > span.start;
}

bool project_literal(struct project_reader *r, const char *path, const char *name, bool string,
                     struct py_value *out)
{
    const struct pysource *source = pyvalue_source(&r->eval, path);
    struct py_binding binding;
    size_t at = 0;
    bool found = false;

    while (source != NULL && !found &&
           py_next_binding(source, py_module_scope(source), name, strlen(name), &at, &binding)) {
        if (binding.how != PY_ASSIGNED || binding.indent > 0)
            continue;
        found = is_literal(source, binding.value, string);
        if (!string)
            break;
    }
    if (!found)
        return false;
    struct py_frame frame = pyvalue_module(source);
    *out = pyvalue_eval(&r->eval, &frame, binding.value);
    if (source->tokens[binding.value.start].kind == PY_STRING &&
        pyliteral_is_bytes(&source->tokens[binding.value.start]))
        out->type = PY_UNKNOWN;
    return true;
}

bool project_version_name(struct project_reader *r, const char *path, const char *name)
{
    struct py_value value;

    if (!project_literal(r, path, name, false, &value))
        value = pyvalue_attribute(&r->eval, path, name); /* setuptools imports the module */
    const char *version = pyvalue_text(&r->eval, &value);
    if (version == NULL)
        return project_opaque(r, project_place(r, path, 0),
                              "%s is computed, or bound more than once", name);
    size_t line = value.line > 0 ? value.line : 1;
    return project_says(r, DECLARED_DYNAMIC, version,
                        project_place(r, value.path != NULL ? value.path : path, line));
}

/* The directory that a package lives in, by package-dir. The longest mapped prefix of the module
   wins; *rest is what remains of the module behind it. */
static const char *mapped_root(const char *key, const char *directory, const char *module,
                               size_t *best, const char **rest)
{
    size_t len = strlen(key);

    if (len + 1 <= *best || strncmp(module, key, len) != 0 ||
        (len > 0 && module[len] != '\0' && module[len] != '.'))
        return NULL;
    *best = len + 1;
    *rest = module + len + (len > 0 && module[len] == '.');
    return directory;
}

struct package_dirs {
    const char *root;
    const char *rest;
    size_t best; /* length of the mapped prefix + 1; 0: none */
};

static void map(struct package_dirs *dirs, const char *key, const char *directory,
                const char *module)
{
    const char *root = mapped_root(key, directory, module, &dirs->best, &dirs->rest);

    if (root != NULL)
        dirs->root = root;
}

static void map_setup_argument(struct project_reader *r, const char *module,
                               struct package_dirs *dirs)
{
    struct py_span dict;

    if (r->call == 0 || !py_keyword(&r->setup, r->call, "package_dir", "=", &dict) ||
        !py_is(&r->setup, dict.start, "{"))
        return;
    struct py_span item;
    for (size_t at = dict.start + 1; py_next_item(&r->setup, &at, dict.end - 1, &item);) {
        if (!py_is(&r->setup, item.start + 1, ":"))
            continue;
        struct py_value key =
            pyvalue_eval(&r->eval, &r->frame, (struct py_span){item.start, item.start + 1});
        struct py_value value =
            pyvalue_eval(&r->eval, &r->frame, (struct py_span){item.start + 2, item.end});
        if (key.type == PY_TEXT && value.type == PY_TEXT)
            map(dirs, arena_strndup(r->arena, key.s, key.len),
                arena_strndup(r->arena, value.s, value.len), module);
    }
}

static void map_configured(struct project_reader *r, const char *module, struct package_dirs *dirs)
{
    const char *key;
    json_t *value;
    const char *cfg = ini_value(&r->cfg, "options", "package_dir");

    json_object_foreach(project_at(r->pyproject, "tool.setuptools.package-dir"), key,
                        value) if (json_is_string(value))
        map(dirs, key, json_string_value(value), module);
    while (cfg != NULL && *cfg != '\0') {
        size_t len = strcspn(cfg, "\n,");
        const char *eq = memchr(cfg, '=', len);
        if (eq != NULL) {
            const char *name = trimmed(r, cfg, (size_t)(eq - cfg));
            const char *directory = trimmed(r, eq + 1, len - (size_t)(eq + 1 - cfg));
            map(dirs, name != NULL ? name : "", directory != NULL ? directory : "", module);
        }
        cfg += len + (cfg[len] != '\0');
    }
    map_setup_argument(r, module, dirs);
}

static const char *module_below(struct project_reader *r, const char *root, const char *module)
{
    size_t len = strlen(root);

    while (len > 0 && root[len - 1] == '/')
        len--;
    if (len == 1 && *root == '.')
        len = 0;
    return pyimport_file(&r->eval, arena_strndup(r->arena, root, len), module, strlen(module));
}

/* Where packages are looked for is where they live. */
static const char *module_where_found(struct project_reader *r, const char *module)
{
    json_t *list = project_at(r->pyproject, "tool.setuptools.packages.find.where");
    const char *where = ini_value(&r->cfg, "options.packages.find", "where");
    const char *file = NULL;
    size_t i;
    json_t *entry;

    json_array_foreach(list, i, entry) if (file == NULL && json_is_string(entry)) file =
        module_below(r, json_string_value(entry), module);
    if (file == NULL && where != NULL && (where = trimmed(r, where, strcspn(where, "\n,"))) != NULL)
        file = module_below(r, where, module);
    return file;
}

bool project_version_attribute(struct project_reader *r, const char *spec, const char *origin)
{
    static const char *const usual[] = {"", "src"};
    const char *dot = strrchr(spec, '.');
    const char *module = dot != NULL ? arena_strndup(r->arena, spec, (size_t)(dot - spec)) : "";
    struct package_dirs dirs = {.rest = module};
    const char *file = NULL;

    map_configured(r, module, &dirs);
    if (dirs.best > 0 && dirs.root != NULL)
        file = module_below(r, dirs.root, dirs.rest);
    if (file == NULL)
        file = module_where_found(r, module);
    for (size_t i = 0; i < 2 && file == NULL; i++)
        file = module_below(r, usual[i], module);
    if (file == NULL)
        return project_opaque(r, origin, "the module of \"%s\" is not in the tree", spec);
    return project_version_name(r, file, dot != NULL ? dot + 1 : spec);
}

bool project_version_pattern(struct project_reader *r, const char *path, const char *pattern,
                             const char *group, const char *origin)
{
    const char *data;
    size_t len;
    struct pyregex_match match;
    struct err err;

    if (project_file(r, path, &data, &len) != SOURCE_FOUND)
        return project_opaque(r, origin, "%s is not in the tree", path);
    if (len > PYSOURCE_MAX)
        return project_opaque(r, project_place(r, path, 0), "the file is too large to search");
    int found = pyregex_search(pattern, strlen(pattern), PYREGEX_MULTILINE, data, len, r->arena,
                               &match, &err);
    if (found < 0)
        return project_opaque(r, origin, "%s", err.text);
    const struct pyregex_group *hit = NULL;
    if (found > 0)
        hit = group != NULL ? pyregex_named(&match, group)
                            : (match.count > 1 ? &match.groups[1] : NULL);
    if (hit == NULL || hit->s == NULL || !text_is_utf8(hit->s, hit->len) || hit->len > 256)
        return project_opaque(r, project_place(r, path, 0), "the pattern finds no version there");
    size_t line = 1;
    for (const char *s = data; s < hit->s; s++)
        line += *s == '\n';
    const char *version = trimmed(r, hit->s, hit->len);
    return version != NULL
               ? project_says(r, DECLARED_DYNAMIC, version, project_place(r, path, line))
               : project_opaque(r, project_place(r, path, line), "the version there is empty");
}
