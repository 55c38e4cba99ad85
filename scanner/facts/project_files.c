#include "facts/project_internal.h"
#include "facts/jget.h"
#include "facts/toml.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PATH_BYTES 1024
#define NAMES_MAX  8
#define SPREAD_MAX 8 /* dictionaries of one call that are looked into */

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
    enum reason why = r->source->failure != NULL ? *r->source->failure : REASON_MISSING_OBJECT;
    if (result == SOURCE_FAILED)
        return fail(r, why, full,
                    why == REASON_TOO_LARGE ? "the file is larger than we read"
                    : why == REASON_UNSUPPORTED
                        ? "the file is a link out of the tree, or a submodule"
                    : why == REASON_LIMIT ? "the file is a link in circles"
                                          : "the file cannot be had");
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

/* What a setup.py calls setup, and the modules that have it: import setuptools as st, from
   setuptools import setup as s. */
struct setup_names {
    const struct py_token *functions[NAMES_MAX], *modules[NAMES_MAX];
    size_t function_count, module_count;
};

static bool is_module(const struct pysource *source, size_t token)
{
    return py_is(source, token, "setuptools") || py_is(source, token, "core") ||
           py_is(source, token, "distutils");
}

static struct setup_names find_names(const struct pysource *source)
{
    struct setup_names names = {.function_count = 0};

    for (size_t i = 0; i < source->statement_count; i++) {
        struct py_span s = source->statements[i].tokens;
        bool from = py_is(source, s.start, "from");
        if (!from && !py_is(source, s.start, "import"))
            continue;
        for (size_t t = s.start + 2; t + 1 < s.end; t++) {
            if (!py_is(source, t, "as"))
                continue;
            if (from && py_is(source, t - 1, "setup") && names.function_count < NAMES_MAX)
                names.functions[names.function_count++] = &source->tokens[t + 1];
            else if (is_module(source, t - 1) && names.module_count < NAMES_MAX)
                names.modules[names.module_count++] = &source->tokens[t + 1];
        }
    }
    return names;
}

static bool is_one_of(const struct py_token *token, const struct py_token *const *list,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (token->kind == PY_NAME && token->len == list[i]->len &&
            memcmp(token->s, list[i]->s, token->len) == 0)
            return true;
    return false;
}

/* Whether the bracket opens the arguments of setup(). */
static bool is_setup(const struct pysource *source, const struct setup_names *names, size_t open)
{
    if (open == 0 || !py_is(source, open, "("))
        return false;
    const struct py_token *name = &source->tokens[open - 1];
    bool own = py_is(source, open - 1, "setup");
    if (open > 1 && py_is(source, open - 2, "def"))
        return false;
    if (open == 1 || !py_is(source, open - 2, "."))
        return own || is_one_of(name, names->functions, names->function_count);
    return own && open > 2 &&
           (is_module(source, open - 3) ||
            is_one_of(&source->tokens[open - 3], names->modules, names->module_count));
}

/* A call inside a function sees the function's names first. */
static struct py_frame frame_of(const struct project_reader *r, size_t call)
{
    const struct pysource *source = &r->setup;
    struct py_frame frame = r->module;
    size_t at = 0;

    while (at < source->statement_count && source->statements[at].tokens.end <= call)
        at++;
    frame.before = at;
    if (at == source->statement_count || source->statements[at].scope == 0)
        return frame;
    for (size_t def = at; def-- > 0;)
        if (source->statements[def].scope + 1 == source->statements[at].scope &&
            py_is(source, source->statements[def].tokens.start, "def")) {
            frame.scope = py_function_scope(source, def);
            frame.outer = &r->module;
            break;
        }
    return frame;
}

static void find_calls(struct project_reader *r)
{
    const struct setup_names names = find_names(&r->setup);

    r->module = r->frame = pyvalue_module(&r->setup);
    for (size_t i = 1; i < r->setup.count && r->call_count <= PROJECT_CALLS; i++) {
        if (!is_setup(&r->setup, &names, i))
            continue;
        r->call = i;
        r->frame = frame_of(r, i);
        if (r->call_count < PROJECT_CALLS)
            r->calls[r->call_count] = (struct project_call){i, r->frame};
        r->call_count++; /* one too many says that there are more */
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
    find_calls(r);
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

/* The dict that a name is assigned once; false when it may be another. */
static bool only_binding(const struct project_reader *r, const struct py_frame *call,
                         const struct py_token *name, struct py_span *dict)
{
    const struct py_frame *frames[] = {call, &r->module};
    struct py_binding binding;

    for (size_t i = 0; i < 2; i++) {
        size_t at = 0, found = 0;
        while (py_next_binding(&r->setup, frames[i]->scope, name->s, name->len, &at, &binding)) {
            bool wild = binding.how == PY_STARRED || binding.how == PY_EXECUTED;
            if (wild && found == 0)
                continue; /* it is assigned behind that */
            if (binding.how != PY_ASSIGNED || ++found > 1)
                return false;
            *dict = binding.value;
        }
        if (found > 0)
            return true;
    }
    return false;
}

/* Whether d.update(…) or d.pop(…), its bracket at `open`, may touch the key. */
static bool touches(struct project_reader *r, const struct py_frame *frame, size_t open,
                    const char *key)
{
    const struct pysource *source = &r->setup;
    struct py_span dict = {open + 1, py_skip_brackets(source, open) - 1};
    size_t at = dict.start;
    struct py_span item, value;

    if (!py_next_item(source, &at, dict.end, &item) ||
        !pyvalue_spend(&r->eval, source->statement_count))
        return true;
    const struct py_token *t = &source->tokens[item.start];
    if (t->kind == PY_STRING && item.end == item.start + 1)
        return t->len == strlen(key) + 2 && memcmp(t->s + 1, key, t->len - 2) == 0;
    if (at < dict.end ||
        (t->kind == PY_NAME && item.end == item.start + 1 && !only_binding(r, frame, t, &dict)))
        return true;
    /* A dict whose keys all stand there, and are others. */
    if (!py_is(source, dict.start, "{") && !py_is(source, dict.start, "dict"))
        return true;
    at = dict.start + 1 + py_is(source, dict.start, "dict");
    while (py_next_item(source, &at, dict.end - 1, &item))
        if (py_is(source, item.start, "**") ||
            (py_is(source, item.start + 1, ":") && source->tokens[item.start].kind != PY_STRING))
            return true;
    return project_dict_item(source, dict, key, &value);
}

/* Whether the dict of that name, once made, is given the key, or more than we see. */
static bool is_changed(struct project_reader *r, const struct py_frame *frame,
                       const struct py_token *name, const char *key)
{
    static const char *const methods[] = {"update", "setdefault", "pop", "popitem", "clear"};
    const struct pysource *source = &r->setup;
    size_t len = strlen(key);

    if (!pyvalue_spend(&r->eval, source->count / 16))
        return true;
    for (size_t i = 0; i + 4 < source->count; i++) {
        const struct py_token *t = &source->tokens[i];
        if (t->kind != PY_NAME || t->len != name->len || memcmp(t->s, name->s, t->len) != 0)
            continue;
        for (size_t m = 0; m < 5 && py_is(source, i + 1, "."); m++)
            if (py_is(source, i + 2, methods[m]) && py_is(source, i + 3, "(") &&
                touches(r, frame, i + 3, key))
                return true;
        if (!py_is(source, i + 1, "[") || !py_is(source, i + 3, "]"))
            continue;
        bool other =
            t[2].kind == PY_STRING && (t[2].len != len + 2 || memcmp(t[2].s + 1, key, len) != 0);
        if (!other && (py_is(source, i + 4, "=") || py_is(source, i + 4, "+=") ||
                       (i > 0 && py_is(source, i - 1, "del"))))
            return true;
    }
    return false;
}

/* Looks for the key in the dictionaries that the call spreads out: setup(**NAME), setup(**{…}). The
   value is empty where code changes it. */
static bool spread_argument(struct project_reader *r, const struct project_call *call,
                            const char *name, struct py_span *value)
{
    const struct pysource *source = &r->setup;
    size_t at = call->open + 1;
    size_t end = py_skip_brackets(source, call->open) - 1;
    size_t spread = 0;
    struct py_span item;

    while (spread < SPREAD_MAX && py_next_item(source, &at, end, &item)) {
        if (!py_is(source, item.start, "**"))
            continue;
        spread++;
        struct py_span dict = {item.start + 1, item.end};
        bool named = dict.end == dict.start + 1;
        const struct py_token *token = &source->tokens[dict.start];
        if (named && !only_binding(r, &call->frame, token, &dict))
            continue;
        if (!project_dict_item(source, dict, name, value))
            continue;
        if (named && is_changed(r, &call->frame, token, name))
            value->end = value->start;
        return true;
    }
    return false;
}

static bool equal(const struct py_value *a, const struct py_value *b)
{
    if (a->type != b->type || a->type == PY_UNKNOWN || a->count != b->count)
        return false;
    for (size_t i = 0; a->type == PY_LIST && i < a->count; i++)
        if (a->items[i].type == PY_LIST || !equal(&a->items[i], &b->items[i]))
            return false;
    return a->type == PY_LIST ||
           (a->s != NULL && b->s != NULL && a->len == b->len && memcmp(a->s, b->s, a->len) == 0);
}

static bool call_argument(struct project_reader *r, const struct project_call *call,
                          const char *name, struct py_value *out)
{
    struct py_span value;
    bool found = py_keyword(&r->setup, call->open, name, "=", &value) ||
                 spread_argument(r, call, name, &value);

    *out = (struct py_value){.type = PY_UNKNOWN};
    if (!found)
        return false;
    *out = pyvalue_eval(&r->eval, &call->frame, value);
    if (out->line == 0 && out->path == NULL) {
        out->path = "setup.py";
        out->line = r->setup.tokens[value.start].line;
    }
    return true;
}

struct py_value project_argument(struct project_reader *r, const char *name, bool *given)
{
    struct py_value result = {.type = PY_UNKNOWN}, value;
    size_t count = 0;
    bool agree = r->call_count <= PROJECT_CALLS;

    for (size_t i = 0; i < r->call_count && i < PROJECT_CALLS; i++) {
        bool found = call_argument(r, &r->calls[i], name, &value);
        agree = agree && (!found || count == 0 || equal(&result, &value));
        result = found ? value : result;
        count += found;
    }
    if (given != NULL) {
        *given = count > 0;
        agree = agree && count == r->call_count;
    }
    if (!agree)
        result.type = PY_UNKNOWN;
    return result;
}
