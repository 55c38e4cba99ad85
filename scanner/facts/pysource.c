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

size_t py_find_def(const struct pysource *source, const struct py_token *name)
{
    size_t found = source->statement_count;

    for (size_t i = 0; i < source->statement_count; i++) {
        const struct py_statement *statement = &source->statements[i];
        const struct py_token *t = &source->tokens[statement->tokens.start];
        if (statement->scope != 0 || !py_is(source, statement->tokens.start, "def") ||
            t[1].len != name->len || memcmp(t[1].s, name->s, name->len) != 0)
            continue;
        if (found != source->statement_count)
            return source->statement_count; /* twice: nobody knows which */
        found = i;
    }
    return found;
}

/* --- Bindings -------------------------------------------------------------------------------- */

struct wanted {
    const struct pysource *source;
    const char *name;
    size_t len;
};

static bool is_wanted(const struct wanted *w, size_t token)
{
    const struct py_token *t = &w->source->tokens[token];

    return t->kind == PY_NAME && t->len == w->len && memcmp(t->s, w->name, w->len) == 0;
}

static bool any_wanted(const struct wanted *w, struct py_span span)
{
    for (size_t i = span.start; i < span.end; i++)
        if (is_wanted(w, i))
            return true;
    return false;
}

/* The name among the targets [start, eq): alone, annotated, or one of an unpacking. */
static bool match_target(const struct wanted *w, struct py_span targets, bool first,
                         struct py_binding *out)
{
    size_t at = targets.start;
    struct py_span item;
    bool found = false;

    out->targets = 0;
    if (is_wanted(w, at) && (targets.end == at + 1 || (first && py_is(w->source, at + 1, ":")))) {
        out->how = PY_ASSIGNED;
        return true;
    }
    if (py_is(w->source, at, "(") && py_skip_brackets(w->source, at) == targets.end) {
        at++;
        targets.end--;
    }
    while (py_next_item(w->source, &at, targets.end, &item)) {
        if (item.end == item.start + 1 && is_wanted(w, item.start)) {
            found = true;
            out->how = PY_UNPACKED;
            out->target = out->targets;
        }
        out->targets++;
    }
    return found;
}

/* NAME = …, NAME: T = …, a = NAME = …, NAME += …, NAME, b = … */
static bool match_assignment(const struct wanted *w, struct py_span s, struct py_binding *out)
{
    static const char *const augmented[] = {"+=", "-=", "*=", "/=", "%=", "|="};
    struct py_binding target = {.how = PY_BOUND};
    size_t at = s.start;
    bool found = false;

    for (size_t i = 0; i < sizeof augmented / sizeof *augmented; i++)
        if (is_wanted(w, s.start) && py_is(w->source, s.start + 1, augmented[i])) {
            out->how = PY_BOUND;
            return true;
        }
    for (size_t eq; (eq = py_find(w->source, (struct py_span){at, s.end}, "=")) < s.end;
         at = eq + 1)
        if (!found && match_target(w, (struct py_span){at, eq}, at == s.start, &target)) {
            found = true;
            out->how = target.how;
            out->target = target.target;
            out->targets = target.targets;
        }
    out->value = (struct py_span){at, s.end};
    return found;
}

static bool match_with(const struct wanted *w, struct py_span s, struct py_binding *out)
{
    size_t at = s.start + 1;
    struct py_span item;

    if (py_is(w->source, at, "(") && py_skip_brackets(w->source, at) == s.end) {
        at++;
        s.end--;
    }
    while (py_next_item(w->source, &at, s.end, &item)) {
        size_t as = py_find(w->source, item, "as");
        if (as + 2 == item.end && is_wanted(w, as + 1)) {
            out->how = PY_OPENED;
            out->value = (struct py_span){item.start, as};
            return true;
        }
    }
    return false;
}

static bool match_for(const struct wanted *w, struct py_span s, struct py_binding *out)
{
    size_t in = py_find(w->source, s, "in");

    if (!any_wanted(w, (struct py_span){s.start + 1, in}))
        return false;
    out->how = in == s.start + 2 ? PY_LOOPED : PY_BOUND;
    out->value = (struct py_span){in < s.end ? in + 1 : in, s.end};
    return true;
}

/* import a.b as NAME, import NAME.b, from m import x as NAME */
static bool match_import(const struct wanted *w, struct py_span s, struct py_binding *out)
{
    bool from = py_is(w->source, s.start, "from");
    size_t at = from ? py_find(w->source, s, "import") + 1 : s.start + 1;
    struct py_span item;

    if (py_is(w->source, at, "(")) {
        at++;
        s.end--;
    }
    while (py_next_item(w->source, &at, s.end, &item)) {
        size_t as = py_find(w->source, item, "as");
        size_t name = as < item.end ? as + 1 : item.start;
        if (name < item.end && is_wanted(w, name)) {
            out->how = PY_IMPORTED;
            out->value = (struct py_span){s.start, item.end};
            return true;
        }
    }
    return false;
}

static bool match_statement(const struct wanted *w, struct py_span s, struct py_binding *out)
{
    const struct pysource *source = w->source;

    if (py_is(source, s.start, "with"))
        return match_with(w, s, out);
    if (py_is(source, s.start, "for"))
        return match_for(w, s, out);
    if (py_is(source, s.start, "from") || py_is(source, s.start, "import"))
        return match_import(w, s, out);
    if (py_is(source, s.start, "class")) {
        out->how = PY_BOUND;
        return is_wanted(w, s.start + 1);
    }
    if (py_is(source, s.start, "global") || py_is(source, s.start, "del")) {
        out->how = PY_BOUND;
        return any_wanted(w, s);
    }
    return match_assignment(w, s, out);
}

/* `version = None` or "" before the value that fills it says nothing. */
static bool is_blank(const struct pysource *source, const struct py_binding *binding)
{
    const struct py_token *t = &source->tokens[binding->value.start];

    return binding->how == PY_ASSIGNED && binding->value.end == binding->value.start + 1 &&
           (py_is(source, binding->value.start, "None") || (t->kind == PY_STRING && t->len == 2));
}

bool py_next_binding(const struct pysource *source, struct py_scope scope, const char *name,
                     size_t len, size_t *at, struct py_binding *out)
{
    const struct wanted w = {source, name, len};
    size_t i = *at > scope.statements.start ? *at : scope.statements.start;

    for (; i < scope.statements.end; i++) {
        const struct py_statement *statement = &source->statements[i];
        struct py_binding binding = {.statement = i, .indent = statement->indent};
        /* A function that says `global NAME` binds the module's. */
        bool global = scope.scope == 0 && statement->scope > 0 &&
                      py_is(source, statement->tokens.start, "global");
        if ((statement->scope != scope.scope && !global) ||
            !match_statement(&w, statement->tokens, &binding) || is_blank(source, &binding))
            continue;
        *out = binding;
        *at = i + 1;
        return true;
    }
    return false;
}
