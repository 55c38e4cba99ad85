/* The half of pysource.h that finds its way among tokens: brackets, arguments, bindings. */
#include "facts/pysource.h"

#include <string.h>

bool py_is(const struct pysource *source, size_t token, const char *text)
{
    const struct py_token *t = &source->tokens[token < source->count ? token : source->count];

    return t->kind != PY_STRING && t->len == strlen(text) && memcmp(t->s, text, t->len) == 0;
}

static bool opens(const struct pysource *source, size_t token)
{
    const struct py_token *t = &source->tokens[token];

    return t->kind == PY_OP && t->len == 1 && strchr("([{", *t->s) != NULL;
}

size_t py_skip_brackets(const struct pysource *source, size_t open)
{
    size_t depth = 0;

    for (size_t i = open; i < source->count; i++) {
        const struct py_token *t = &source->tokens[i];
        if (opens(source, i))
            depth++;
        else if (t->kind == PY_OP && t->len == 1 && strchr(")]}", *t->s) != NULL && --depth == 0)
            return i + 1;
    }
    return source->count;
}

size_t py_find(const struct pysource *source, struct py_span span, const char *op)
{
    size_t i = span.start;

    while (i < span.end && !py_is(source, i, op))
        i = opens(source, i) ? py_skip_brackets(source, i) : i + 1;
    return i < span.end ? i : span.end;
}

bool py_next_item(const struct pysource *source, size_t *at, size_t end, struct py_span *item)
{
    if (*at >= end)
        return false;
    *item = (struct py_span){*at, py_find(source, (struct py_span){*at, end}, ",")};
    *at = item->end + 1;
    return item->end > item->start;
}

bool py_keyword(const struct pysource *source, size_t open, const char *name, const char *separator,
                struct py_span *value)
{
    size_t at = open + 1;
    size_t end = py_skip_brackets(source, open) - 1;
    struct py_span item;

    while (py_next_item(source, &at, end, &item))
        if (item.end - item.start > 2 && py_is(source, item.start, name) &&
            py_is(source, item.start + 1, separator)) {
            *value = (struct py_span){item.start + 2, item.end};
            return true;
        }
    return false;
}

/* --- Scopes ---------------------------------------------------------------------------------- */

struct py_scope py_module_scope(const struct pysource *source)
{
    return (struct py_scope){{0, source->statement_count}, 0};
}

struct py_scope py_function_scope(const struct pysource *source, size_t def)
{
    const struct py_statement *head = &source->statements[def];
    size_t end = def + 1;

    while (end < source->statement_count && source->statements[end].scope > head->scope)
        end++;
    return (struct py_scope){{def + 1, end}, head->scope + 1};
}
