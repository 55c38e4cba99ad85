#include "facts/project_internal.h"
#include "facts/jget.h"
#include "facts/toml.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PATH_BYTES 1024

/* Joins the path to the directory without "." and ".."; false when it leaves the tree. */
static bool resolve(const char *directory, const char *path, char out[PATH_BYTES])
{
    const char *parts[] = {directory, path};
    size_t n = 0;

    if (*path == '/')
        return false;
    for (size_t i = 0; i < 2; i++) {
        for (const char *s = parts[i]; *s != '\0'; s += *s == '/') {
            size_t len = strcspn(s, "/");
            if (len == 2 && memcmp(s, "..", 2) == 0) {
                if (n == 0)
                    return false;
                while (n > 0 && out[--n] != '/')
                    ;
            } else if (len > 0 && !(len == 1 && *s == '.')) {
                if (n + len + 2 > PATH_BYTES)
                    return false;
                if (n > 0)
                    out[n++] = '/';
                memcpy(out + n, s, len);
                n += len;
            }
            s += len;
        }
    }
    out[n] = '\0';
    return n > 0;
}

static enum source_result fail(struct project_reader *r, enum reason reason, const char *path,
                               const char *why)
{
    if (!r->failed)
        err_set(r->err, reason, "%s: %s", path, why);
    r->failed = true;
    return SOURCE_FAILED;
}

enum source_result project_file(struct project_reader *r, const char *path, const char **data,
                                size_t *len)
{
    static const char lfs[] = "version https://git-lfs.github.com/spec/";
    char full[PATH_BYTES];

    if (!resolve(r->directory, path, full))
        return SOURCE_ABSENT;
    enum source_result result = r->source->read(r->source->ctx, full, data, len);
    if (result == SOURCE_PENDING)
        r->pending = true;
    if (result == SOURCE_FAILED)
        return fail(r, REASON_MISSING_OBJECT, full, "the file cannot be had");
    if (result != SOURCE_FOUND)
        return result;
    if (*len >= sizeof lfs - 1 && memcmp(*data, lfs, sizeof lfs - 1) == 0)
        return fail(r, REASON_PARSE, full, "a Git LFS pointer stands for the file");
    if (*len >= 2 && (memcmp(*data, "\xff\xfe", 2) == 0 || memcmp(*data, "\xfe\xff", 2) == 0))
        return fail(r, REASON_PARSE, full, "the file is UTF-16");
    return result;
}

const char *project_place(struct project_reader *r, const char *path, size_t line)
{
    char full[PATH_BYTES];

    if (!resolve(r->directory, path, full))
        return path;
    return line > 0 ? arena_printf(r->arena, "%s:%zu", full, line) : arena_strdup(r->arena, full);
}

json_t *project_toml(struct project_reader *r, const char *path, json_t **lines)
{
    const char *data;
    size_t len;
    json_t *out = NULL;
    struct err err;

    if (project_file(r, path, &data, &len) != SOURCE_FOUND)
        return NULL;
    if (toml_parse_lines(data, len, project_place(r, path, 0), &out, lines, &err) == 0)
        return out;
    if (!r->failed)
        *r->err = err;
    r->failed = true;
    return NULL;
}

/* --- setup.py -------------------------------------------------------------------------------- */

/* The bracket of the last `setup(` that is a call; 0 when there is none. */
static size_t find_call(const struct pysource *source)
{
    static const char *const modules[] = {"setuptools", "core", "distutils"};

    for (size_t i = source->count; i-- > 1;) {
        if (!py_is(source, i, "(") || !py_is(source, i - 1, "setup"))
            continue;
        if (i == 1 || (!py_is(source, i - 2, "def") && !py_is(source, i - 2, ".")))
            return i;
        for (size_t m = 0; m < 3 && i >= 3 && py_is(source, i - 2, "."); m++)
            if (py_is(source, i - 3, modules[m]))
                return i;
    }
    return 0;
}

/* A call inside a function sees the function's names first. */
static void set_frame(struct project_reader *r)
{
    const struct pysource *source = &r->setup;
    size_t at = 0;

    r->module = r->frame = pyvalue_module(source);
    while (at < source->statement_count && source->statements[at].tokens.end <= r->call)
        at++;
    r->frame.before = at;
    if (at == source->statement_count || source->statements[at].scope == 0)
        return;
    for (size_t def = at; def-- > 0;)
        if (source->statements[def].scope + 1 == source->statements[at].scope &&
            py_is(source, source->statements[def].tokens.start, "def")) {
            r->frame.scope = py_function_scope(source, def);
            r->frame.outer = &r->module;
            return;
        }
}

static bool open_setup(struct project_reader *r)
{
    const char *data;
    size_t len;
    struct err err;

    if (project_file(r, "setup.py", &data, &len) != SOURCE_FOUND)
        return !r->failed;
    if (memchr(data, '\0', len) != NULL) {
        fail(r, REASON_PARSE, project_place(r, "setup.py", 0), "a NUL byte; not a text file");
        return false;
    }
    if (pysource_read(data, len, "setup.py", r->arena, &r->setup, &err) != 0) {
        if (memmem(data, len, "setup(", 6) != NULL)
            r->unreadable = arena_strdup(r->arena, err.text);
        return true;
    }
    r->call = find_call(&r->setup);
    if (r->call > 0)
        set_frame(r);
    return true;
}

/* --- All three ------------------------------------------------------------------------------- */

/* A broken setup.cfg stops the build where setuptools reads it for the version, and only there. */
static bool needs_cfg(const struct project_reader *r)
{
    const char *backend = project_text_at(r->pyproject, "build-system.build-backend");

    return project_text_at(r->pyproject, "project.version") == NULL &&
           (backend == NULL || text_starts_with(backend, "setuptools"));
}

bool project_open(struct project_reader *r)
{
    const char *data;
    size_t len;
    struct err err;

    r->pyproject = project_toml(r, "pyproject.toml", &r->lines);
    if (project_file(r, "setup.cfg", &data, &len) == SOURCE_FOUND && !r->failed &&
        ini_parse(data, len, project_place(r, "setup.cfg", 0), r->arena, &r->cfg, &err) != 0 &&
        needs_cfg(r)) {
        *r->err = err;
        r->failed = true;
    }
    return open_setup(r) && !r->failed && !r->pending;
}

void project_close(struct project_reader *r)
{
    json_decref(r->pyproject);
    json_decref(r->lines);
}

/* --- Values ---------------------------------------------------------------------------------- */

json_t *project_at(const json_t *root, const char *path)
{
    char key[128];
    json_t *at = (json_t *)root;

    while (at != NULL && *path != '\0') {
        size_t len = strcspn(path, ".");
        if (len >= sizeof key)
            return NULL;
        memcpy(key, path, len);
        key[len] = '\0';
        at = json_object_get(at, key);
        path += len + (path[len] == '.');
    }
    return at;
}

const char *project_text_at(const json_t *root, const char *path)
{
    const json_t *value = project_at(root, path);
    const char *s = json_string_value(value);

    return s != NULL && strlen(s) == json_string_length(value) ? s : NULL;
}

size_t project_line(const json_t *lines, const char *path)
{
    int64_t line = 0;

    jget_int(lines, path, &line);
    return (size_t)line;
}

bool project_dict_item(const struct pysource *source, struct py_span dict, const char *key,
                       struct py_span *value)
{
    size_t at = dict.start + 1;
    struct py_span item;

    if (py_is(source, dict.start, "dict") && py_is(source, at, "("))
        return py_keyword(source, at, key, "=", value);
    if (!py_is(source, dict.start, "{"))
        return false;
    while (py_next_item(source, &at, dict.end - 1, &item)) {
        const struct py_token *t = &source->tokens[item.start];
        size_t len = strlen(key);
        if (t->kind == PY_STRING && py_is(source, item.start + 1, ":") && t->len == len + 2 &&
            memcmp(t->s + 1, key, len) == 0) {
            *value = (struct py_span){item.start + 2, item.end};
            return true;
        }
    }
    return false;
}

/* The value of a name that is assigned once, or the fallback. */
static struct py_span only_binding(const struct project_reader *r, const struct py_token *name,
                                   struct py_span fallback)
{
    const struct py_frame *frames[] = {&r->frame, &r->module};
    struct py_binding first, second;

    for (size_t i = 0; i < 2; i++) {
        size_t at = 0;
        if (!py_next_binding(&r->setup, frames[i]->scope, name->s, name->len, &at, &first))
            continue;
        bool once = !py_next_binding(&r->setup, frames[i]->scope, name->s, name->len, &at, &second);
        return once && first.how == PY_ASSIGNED ? first.value : fallback;
    }
    return fallback;
}

/* Looks for the key in the dictionaries that the call spreads out: setup(**NAME), setup(**{…}). */
static bool spread_argument(struct project_reader *r, const char *name, struct py_span *value)
{
    const struct pysource *source = &r->setup;
    size_t at = r->call + 1;
    size_t end = py_skip_brackets(source, r->call) - 1;
    struct py_span item;

    while (py_next_item(source, &at, end, &item)) {
        if (!py_is(source, item.start, "**"))
            continue;
        struct py_span dict = {item.start + 1, item.end};
        if (dict.end == dict.start + 1)
            dict = only_binding(r, &source->tokens[dict.start], dict);
        if (project_dict_item(source, dict, name, value))
            return true;
    }
    return false;
}

struct py_value project_argument(struct project_reader *r, const char *name, bool *given)
{
    struct py_span value;
    bool found = r->call > 0 && (py_keyword(&r->setup, r->call, name, "=", &value) ||
                                 spread_argument(r, name, &value));

    if (given != NULL)
        *given = found;
    if (!found)
        return (struct py_value){.type = PY_UNKNOWN};
    struct py_value result = pyvalue_eval(&r->eval, &r->frame, value);
    if (result.line == 0 && result.path == NULL) {
        result.path = "setup.py";
        result.line = r->setup.tokens[value.start].line;
    }
    return result;
}
