#include "facts/pycall.h"
#include "facts/pyimport.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
/* What a project composes is short; what it reads from a file is not composed. */
#define COMPOSED_MAX 4096
#define LINES_MAX    20000

static const struct py_value unknown = {.type = PY_UNKNOWN};

struct py_value pycall_argument(const struct py_call *call, size_t index)
{
    for (size_t i = 0; i < call->count; i++)
        if (call->arguments[i].name == NULL && index-- == 0)
            return call->arguments[i];
    return unknown;
}

struct py_value pycall_named(const struct py_call *call, const char *name, size_t len)
{
    for (size_t i = 0; i < call->count; i++) {
        const char *own = call->arguments[i].name;
        if (own != NULL && strlen(own) == len && memcmp(own, name, len) == 0)
            return call->arguments[i];
    }
    return unknown;
}

static const char *text_of(const struct py_call *call, const struct py_value *value)
{
    return value->type == PY_TEXT ? arena_strndup(call->eval->arena, value->s, value->len) : NULL;
}

struct py_value pycall_with_text(const struct py_value *value, const char *s, size_t len)
{
    struct py_value out = *value;

    out.type = PY_TEXT;
    out.s = s;
    out.len = len;
    return out;
}

static struct py_value composed(struct py_eval *eval, const struct py_value *place, struct buf *buf,
                                bool good)
{
    struct py_value out = unknown;

    if (good)
        out = pycall_with_text(place, arena_strndup(eval->arena, buf_str(buf), buf->len), buf->len);
    buf_release(buf);
    return out;
}

static bool add_value(struct buf *buf, const struct py_value *value)
{
    return (value->type == PY_TEXT || value->type == PY_DIGITS) &&
           buf_add(buf, value->s, value->len) == 0;
}

/* --- Paths and files ------------------------------------------------------------------------- */

struct py_value pycall_join_path(struct py_eval *eval, const struct py_value *parts, size_t count)
{
    struct buf buf = BUF_INIT(COMPOSED_MAX);
    bool good = count > 0;

    for (size_t i = 0; i < count && good; i++) {
        if (parts[i].type != PY_TEXT) {
            good = false;
            break;
        }
        if (parts[i].len == 0)
            continue;
        good = (buf.len == 0 || buf_addstr(&buf, "/") == 0) && add_value(&buf, &parts[i]);
    }
    return composed(eval, good ? &parts[0] : &unknown, &buf, good);
}

static struct py_value join_path(const struct py_call *call)
{
    struct py_value parts[PYVALUE_ITEMS + 1];
    size_t n = 0;

    if (call->self != NULL && call->self->type == PY_TEXT)
        parts[n++] = *call->self;
    for (size_t i = 0; i < call->count && n < COUNT(parts); i++)
        if (call->arguments[i].name == NULL)
            parts[n++] = call->arguments[i];
    return pycall_join_path(call->eval, parts, n);
}

static struct py_value parent_of(const struct py_value *path)
{
    size_t len = path->len;

    if (path->type != PY_TEXT)
        return unknown;
    while (len > 0 && path->s[len - 1] != '/')
        len--;
    return pycall_with_text(path, path->s, len > 0 ? len - 1 : 0);
}

static struct py_value dirname(const struct py_call *call)
{
    struct py_value path = pycall_argument(call, 0);

    return parent_of(&path);
}

static struct py_value parent(const struct py_call *call)
{
    return parent_of(call->self);
}

static struct py_value here(const struct py_call *call)
{
    (void)call;
    return pyvalue_of(PY_TEXT, "", 0);
}

static struct py_value open_file(const struct py_call *call)
{
    struct py_value path =
        call->self != NULL && call->self->type == PY_TEXT ? *call->self : pycall_argument(call, 0);
    const char *text = text_of(call, &path);

    return text != NULL ? (struct py_value){.type = PY_FILE, .path = text} : unknown;
}

struct py_value pycall_read(const struct py_call *call)
{
    struct py_value file = call->self->type == PY_FILE ? *call->self : open_file(call);
    const char *data;
    size_t len;

    if (file.type != PY_FILE ||
        call->eval->read(call->eval->ctx, file.path, &data, &len) != SOURCE_FOUND ||
        !pyvalue_spend(call->eval, 1 + len / 16))
        return unknown;
    if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        data += 3;
        len -= 3;
    }
    return len <= PYSOURCE_MAX
               ? (struct py_value){.type = PY_TEXT, .s = data, .len = len, .path = file.path}
               : unknown;
}

/* The text's lines, without their ends. */
static struct py_value lines(const struct py_call *call)
{
    struct py_value text = call->self->type == PY_FILE ? pycall_read(call) : *call->self;
    struct py_value *items;
    size_t n = 0, count = 1;

    if (text.type != PY_TEXT)
        return unknown;
    for (size_t i = 0; i < text.len; i++)
        count += text.s[i] == '\n';
    if (count > LINES_MAX)
        return unknown;
    items = arena_array(call->eval->arena, count, sizeof *items);
    for (const char *s = text.s, *end = text.s + text.len; s < end; n++) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        items[n] = pycall_with_text(&text, s, (size_t)((stop != NULL ? stop : end) - s));
        items[n].line = text.line + (uint32_t)n + (text.line == 0);
        s = stop != NULL ? stop + 1 : end;
    }
    return (struct py_value){.type = PY_LIST, .items = items, .count = n, .path = text.path};
}

static struct py_value first_line(const struct py_call *call)
{
    struct py_value all = lines(call);

    return all.count > 0 ? all.items[0] : unknown;
}

/* --- Text ------------------------------------------------------------------------------------ */

static struct py_value itself(const struct py_call *call)
{
    return *call->self;
}

static struct py_value first_argument(const struct py_call *call)
{
    return pycall_argument(call, 0);
}

static struct py_value second_argument(const struct py_call *call)
{
    return pycall_argument(call, call->count > 1);
}

static struct py_value strip_sides(const struct py_call *call, bool left, bool right)
{
    struct py_value set = pycall_argument(call, 0);
    const char *chars = text_of(call, &set);
    struct py_value out = *call->self;

    if (chars == NULL && call->count > 0)
        return unknown;
    if (chars == NULL)
        chars = " \t\r\n\f\v";
    while (left && out.len > 0 && *out.s != '\0' && strchr(chars, *out.s) != NULL) {
        out.s++;
        out.len--;
    }
    while (right && out.len > 0 && out.s[out.len - 1] != '\0' &&
           strchr(chars, out.s[out.len - 1]) != NULL)
        out.len--;
    return out;
}

static struct py_value strip(const struct py_call *call)
{
    return strip_sides(call, true, true);
}

static struct py_value lstrip(const struct py_call *call)
{
    return strip_sides(call, true, false);
}

static struct py_value rstrip(const struct py_call *call)
{
    return strip_sides(call, false, true);
}

static struct py_value join(const struct py_call *call)
{
    struct buf buf = BUF_INIT(COMPOSED_MAX);
    struct py_value list = pycall_argument(call, 0);
    bool good = list.type == PY_LIST;

    for (size_t i = 0; i < list.count && good; i++)
        good = (i == 0 || add_value(&buf, call->self)) && add_value(&buf, &list.items[i]);
    return composed(call->eval, list.path != NULL ? &list : call->self, &buf, good);
}

static struct py_value replace(const struct py_call *call)
{
    struct py_value from = pycall_argument(call, 0), to = pycall_argument(call, 1);
    const struct py_value *text = call->self;
    struct buf buf = BUF_INIT(COMPOSED_MAX);
    bool good =
        from.type == PY_TEXT && to.type == PY_TEXT && from.len > 0 && text->len <= COMPOSED_MAX;

    for (size_t i = 0; i < text->len && good;) {
        bool hit = text->len - i >= from.len && memcmp(text->s + i, from.s, from.len) == 0;
        good = hit ? buf_add(&buf, to.s, to.len) == 0 : buf_add(&buf, text->s + i, 1) == 0;
        i += hit ? from.len : 1;
    }
    return composed(call->eval, text, &buf, good);
}

static struct py_value split(const struct py_call *call)
{
    struct py_value separator = pycall_argument(call, 0);
    const struct py_value *text = call->self;
    struct py_value items[PYVALUE_ITEMS];
    size_t n = 0, start = 0;

    if (separator.type != PY_TEXT || separator.len == 0 || text->len > COMPOSED_MAX)
        return unknown;
    for (size_t i = 0; i + separator.len <= text->len && n + 1 < COUNT(items);) {
        if (memcmp(text->s + i, separator.s, separator.len) != 0) {
            i++;
            continue;
        }
        items[n++] = pycall_with_text(text, text->s + start, i - start);
        start = i += separator.len;
    }
    items[n++] = pycall_with_text(text, text->s + start, text->len - start);
    struct py_value *copy = arena_array(call->eval->arena, n, sizeof *copy);
    memcpy(copy, items, n * sizeof *copy);
    return (struct py_value){.type = PY_LIST, .items = copy, .count = n, .path = text->path};
}

static struct py_value as_text(const struct py_call *call)
{
    struct py_value value = pycall_argument(call, 0);

    if (value.type == PY_DIGITS)
        value.type = PY_TEXT;
    return value.type == PY_TEXT || value.type == PY_LINE ? value : unknown;
}

struct py_value pycall_percent(struct py_eval *eval, const struct py_value *format,
                               const struct py_value *value)
{
    struct buf buf = BUF_INIT(COMPOSED_MAX);
    const struct py_value *items = value->type == PY_LIST ? value->items : value;
    size_t count = value->type == PY_LIST ? value->count : 1;
    size_t used = 0;
    bool good = format->type == PY_TEXT && format->len <= COMPOSED_MAX;

    for (size_t i = 0; good && i < format->len; i++) {
        if (format->s[i] != '%') {
            good = buf_add(&buf, format->s + i, 1) == 0;
            continue;
        }
        i++;
        good = i < format->len && strchr("sdi", format->s[i]) != NULL && format->s[i] != '\0' &&
               used < count && add_value(&buf, &items[used++]);
    }
    return composed(eval, value->path != NULL ? value : format, &buf, good && used == count);
}

/* "{}.{1}.{name}".format(…): no conversions, no specifications. */
static struct py_value format_method(const struct py_call *call)
{
    struct buf buf = BUF_INIT(COMPOSED_MAX);
    const struct py_value *text = call->self;
    struct py_value place = pycall_argument(call, 0);
    size_t used = 0;
    bool good = text->len <= COMPOSED_MAX;

    for (size_t i = 0; good && i < text->len; i++) {
        const char *s = text->s + i;
        if (*s != '{' && *s != '}') {
            good = buf_add(&buf, s, 1) == 0;
            continue;
        }
        const char *close = memchr(s, '}', text->len - i);
        if (*s == '}' || close == NULL)
            return composed(call->eval, text, &buf, false);
        size_t len = (size_t)(close - s) - 1;
        struct py_value value = pycall_named(call, s + 1, len);
        if (len == 0)
            value = pycall_argument(call, used++);
        else if (len == 1 && s[1] >= '0' && s[1] <= '9')
            value = pycall_argument(call, (size_t)(s[1] - '0'));
        good = add_value(&buf, &value);
        i += len + 1;
    }
    return composed(call->eval, place.path != NULL ? &place : text, &buf, good);
}

/* --- Code ------------------------------------------------------------------------------------ */

/* ast.literal_eval("'1.0'") */
static struct py_value evaluate(const struct py_call *call)
{
    struct py_value text = pycall_argument(call, 0);
    struct pysource source;

    if (text.type != PY_TEXT || text.len > COMPOSED_MAX ||
        pysource_read(text.s, text.len, text.path != NULL ? text.path : "", call->eval->arena,
                      &source, NULL) != 0)
        return text.type == PY_LINE ? text : unknown;
    struct py_frame frame = pyvalue_module(&source);
    frame.scope.statements.end = 0;
    struct py_value value = pyvalue_eval(call->eval, &frame, (struct py_span){0, source.count});
    if (value.type != PY_TEXT)
        return unknown;
    value.line = text.line;
    return value;
}

/* A module from its file: imp.load_source(name, path) and its successors. */
static struct py_value load_source(const struct py_call *call)
{
    struct py_value path = pycall_argument(call, 1);
    const char *text = text_of(call, &path);

    return text != NULL ? (struct py_value){.type = PY_MODULE, .path = text, .s = text} : unknown;
}

static struct py_value import_module(const struct py_call *call)
{
    struct py_value name = pycall_argument(call, 0);
    const char *file = NULL;

    if (name.type == PY_TEXT)
        file = pyimport_file(call->eval, "", name.s, name.len);
    return file != NULL ? (struct py_value){.type = PY_MODULE, .path = file, .s = file} : unknown;
}

static struct py_value run_path(const struct py_call *call)
{
    struct py_value path = pycall_argument(call, 0);
    const char *text = text_of(call, &path);

    return text != NULL ? (struct py_value){.type = PY_NAMESPACE, .path = text} : unknown;
}

static struct py_value lookup(const struct py_call *call)
{
    const struct py_value *space = call->self;
    struct py_value key = pycall_argument(call, 0);
    const char *name = text_of(call, &key);

    if (name == NULL)
        return unknown;
    if (space->type == PY_MATCH)
        return pymatch_group(call);
    if (space->path == NULL)
        return unknown;
    if (!space->lines)
        return pyvalue_attribute(call->eval, space->path, name);
    /* Loops that fill a dict read `__version__ = "1.0"` into "version", or "VERSION". */
    struct py_value value = pyvalue_line(call->eval, space->path, name);
    char *dunder = arena_printf(call->eval->arena, "__%s__", name);
    for (char *s = dunder; *s != '\0'; s++)
        *s = (char)tolower((unsigned char)*s);
    return value.type == PY_TEXT ? value : pyvalue_line(call->eval, space->path, dunder);
}

/* --- Tables ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct py_value (*fn)(const struct py_call *call);
} functions[] = {
    {"join", join_path},
    {"dirname", dirname},
    {"abspath", first_argument},
    {"realpath", first_argument},
    {"normpath", first_argument},
    {"convert_path", first_argument},
    {"fspath", first_argument},
    {"Path", join_path},
    {"PurePath", join_path},
    {"getcwd", here},
    {"cwd", here},
    {"open", open_file},
    {"file", open_file},
    {"str", as_text},
    {"next", first_argument},
    {"map", second_argument},
    {"tuple", first_argument},
    {"list", first_argument},
    {"search", pymatch_search},
    {"match", pymatch_start},
    {"findall", pymatch_findall},
    {"compile", pymatch_compile},
    {"literal_eval", evaluate},
    {"eval", evaluate},
    {"load_source", load_source},
    {"SourceFileLoader", load_source},
    {"spec_from_file_location", load_source},
    {"module_from_spec", first_argument},
    {"import_module", import_module},
    {"__import__", import_module},
    {"run_path", run_path},
};

#define ON(type) (1u << (type))

static const struct {
    const char *name;
    unsigned types;
    struct py_value (*fn)(const struct py_call *call);
} methods[] = {
    {"read", ON(PY_FILE), pycall_read},
    {"readline", ON(PY_FILE), first_line},
    {"readlines", ON(PY_FILE), lines},
    {"read_text", ON(PY_TEXT), pycall_read},
    {"read_bytes", ON(PY_TEXT), pycall_read},
    {"open", ON(PY_TEXT), open_file},
    {"joinpath", ON(PY_TEXT), join_path},
    {"parent", ON(PY_TEXT), parent},
    {"resolve", ON(PY_TEXT), itself},
    {"absolute", ON(PY_TEXT), itself},
    {"as_posix", ON(PY_TEXT), itself},
    {"decode", ON(PY_TEXT), itself},
    {"encode", ON(PY_TEXT), itself},
    {"strip", ON(PY_TEXT), strip},
    {"lstrip", ON(PY_TEXT), lstrip},
    {"rstrip", ON(PY_TEXT), rstrip},
    {"splitlines", ON(PY_TEXT), lines},
    {"split", ON(PY_TEXT), split},
    {"replace", ON(PY_TEXT), replace},
    {"join", ON(PY_TEXT), join},
    {"format", ON(PY_TEXT), format_method},
    {"search", ON(PY_REGEX), pymatch_search},
    {"match", ON(PY_REGEX), pymatch_start},
    {"findall", ON(PY_REGEX), pymatch_findall},
    {"group", ON(PY_MATCH), pymatch_group},
    {"groups", ON(PY_MATCH), pymatch_groups},
    {"get", ON(PY_NAMESPACE) | ON(PY_MATCH), lookup},
    {"pop", ON(PY_NAMESPACE), lookup},
    {"load_module", ON(PY_MODULE), itself},
};

static bool is_named(const struct py_token *token, const char *name)
{
    return token->len == strlen(name) && memcmp(token->s, name, token->len) == 0;
}

struct py_value pycall_function(const struct py_call *call, const struct py_token *name)
{
    for (size_t i = 0; i < COUNT(functions); i++)
        if (is_named(name, functions[i].name))
            return functions[i].fn(call);
    return unknown;
}

struct py_value pycall_method(const struct py_call *call, const struct py_token *name)
{
    if (call->self->type == PY_LINE)
        return *call->self;
    for (size_t i = 0; i < COUNT(methods); i++)
        if ((methods[i].types & ON(call->self->type)) != 0 && is_named(name, methods[i].name))
            return methods[i].fn(call);
    return unknown;
}
