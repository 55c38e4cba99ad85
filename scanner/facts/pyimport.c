#include "facts/pyimport.h"

#include <string.h>

#include "base/text.h"

static const struct py_value unknown = {.type = PY_UNKNOWN};

const char *pyimport_file(struct py_eval *eval, const char *root, const char *dotted, size_t len)
{
    static const char *const ends[] = {".py", "/__init__.py"};
    const char *between = *root != '\0' && len > 0 ? "/" : "";
    char *slashed = arena_strndup(eval->arena, dotted, len);

    for (char *s = slashed; *s != '\0'; s++)
        if (*s == '.')
            *s = '/';
    /* The root itself is a package, never a file named ".py". */
    for (size_t i = len == 0; i < 2; i++) {
        const char *end = ends[i] + (i == 1 && *root == '\0' && len == 0);
        const char *path = arena_printf(eval->arena, "%s%s%s%s", root, between, slashed, end);
        const char *data;
        size_t size;
        if (eval->read(eval->ctx, path, &data, &size) != SOURCE_ABSENT)
            return path;
    }
    return NULL;
}

const char *pyimport_submodule(struct py_eval *eval, const char *file, const char *name)
{
    static const char init[] = "__init__.py";
    size_t len = strlen(file);

    if (!text_ends_with(file, init))
        return NULL;
    len -= sizeof init - 1;
    len -= len > 0; /* the slash */
    return pyimport_file(eval, arena_strndup(eval->arena, file, len), name, strlen(name));
}

/* The file of a module as `source` would import it: relative to its package, else below the roots
   that a setup.py commonly puts on its path. */
static const char *import_file(struct py_eval *eval, const struct pysource *source, size_t *at,
                               size_t end, const char **dotted)
{
    static const char *const roots[] = {"", "src", "lib", "python"};
    const char *root = source->path;
    size_t root_len = strlen(root);
    size_t dots = 0;
    size_t start;

    for (; *at < end && (py_is(source, *at, ".") || py_is(source, *at, "...")); (*at)++)
        dots += source->tokens[*at].len;
    for (size_t i = 0; i < dots; i++) {
        while (root_len > 0 && root[root_len - 1] != '/')
            root_len--;
        root_len -= root_len > 0;
    }
    start = *at;
    while (*at < end && !py_is(source, *at, "import") && !py_is(source, *at, "as"))
        (*at)++;
    const char *s = source->tokens[start].s;
    const char *stop = *at > start ? source->tokens[*at - 1].s + source->tokens[*at - 1].len : s;
    *dotted = arena_strndup(eval->arena, s, (size_t)(stop - s));
    if (dots > 0)
        return pyimport_file(eval, arena_strndup(eval->arena, root, root_len), *dotted,
                             strlen(*dotted));
    const char *file = NULL;
    for (size_t i = 0; file == NULL && i < sizeof roots / sizeof *roots; i++)
        file = pyimport_file(eval, roots[i], *dotted, strlen(*dotted));
    /* Python 2 looks beside the importing file, too. */
    while (root_len > 0 && root[root_len - 1] != '/')
        root_len--;
    return file == NULL && root_len > 0
               ? pyimport_file(eval, arena_strndup(eval->arena, root, root_len - 1), *dotted,
                               strlen(*dotted))
               : file;
}

static struct py_value module_value(const char *file, const char *dotted)
{
    return (struct py_value){
        .type = PY_MODULE, .path = file != NULL ? file : "", .s = dotted, .len = strlen(dotted)};
}

struct py_value pyimport_name(struct py_eval *eval, const struct pysource *source,
                              struct py_span span)
{
    const char *dotted;
    size_t at = span.start + 1;

    bool as = py_is(source, span.end - 2, "as");

    if (py_is(source, span.start, "import")) {
        for (struct py_span item; py_next_item(source, &at, span.end, &item);)
            span.start = item.start;
        at = span.start;
        const char *file = import_file(eval, source, &at, as ? span.end : at + 1, &dotted);
        return module_value(file, dotted);
    }
    const char *file = import_file(eval, source, &at, span.end, &dotted);
    size_t name = span.end - (as ? 3 : 1);
    const struct py_token *token = &source->tokens[name];
    if (file == NULL) /* a library's, known by its name there */
        return module_value(NULL, arena_strndup(eval->arena, token->s, token->len));
    const char *attribute = arena_strndup(eval->arena, token->s, token->len);
    struct py_value value = pyvalue_attribute(eval, file, attribute);
    if (value.type != PY_UNKNOWN)
        return value;
    file = pyimport_submodule(eval, file, attribute);
    return file != NULL ? module_value(file, attribute) : unknown;
}

/* Whether the list holds the name: 1, 0, or -1 when it cannot be known. */
static int lists(const struct py_value *list, const char *name, size_t len)
{
    int held = list->type == PY_LIST ? 0 : -1;

    for (size_t i = 0; list->type == PY_LIST && i < list->count; i++) {
        const struct py_value *item = &list->items[i];
        if (item->type != PY_TEXT)
            held = held == 0 ? -1 : held;
        else if (item->len == len && memcmp(item->s, name, len) == 0)
            held = 1;
    }
    return held;
}

struct py_value pyimport_star(struct py_eval *eval, const struct pysource *source,
                              struct py_span span, const char *name, size_t len)
{
    const struct py_value none = {.type = PY_UNKNOWN, .unbound = true};
    const char *dotted;
    size_t at = span.start + 1;
    const char *file = import_file(eval, source, &at, span.end, &dotted);

    if (file == NULL || pyvalue_source(eval, file) == NULL)
        return unknown;
    struct py_value value = pyvalue_attribute(eval, file, arena_strndup(eval->arena, name, len));
    struct py_value all = pyvalue_attribute(eval, file, "__all__");
    if (all.unbound) /* then all names but private ones */
        return *name == '_' ? none : value;
    int held = lists(&all, name, len);
    return value.unbound || held == 0 ? none : held > 0 ? value : unknown;
}
