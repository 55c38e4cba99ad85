/* The part of pysource.h that knows how names come to be bound. */
#include "facts/pysource.h"

#include <string.h>

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

/* +=, //=, |= …, whose last half may be a token of its own */
static bool is_augmented(const struct pysource *source, size_t token)
{
    const struct py_token *t = &source->tokens[token];

    if (t->kind != PY_OP || strchr("+-*/%|&^@<>", *t->s) == NULL)
        return false;
    return t->s[t->len - 1] == '=' ? strchr("<>", *t->s) == NULL
                                   : t[1].s == t->s + t->len && py_is(source, token + 1, "=");
}

/* NAME = …, NAME: T = …, a = NAME = …, NAME += …, NAME, b = … */
static bool match_assignment(const struct wanted *w, struct py_span s, struct py_binding *out)
{
    struct py_binding target = {.how = PY_BOUND};
    size_t at = s.start;
    bool found = false;

    if (is_wanted(w, s.start) && s.start + 1 < s.end && is_augmented(w->source, s.start + 1)) {
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

/* def NAME, class NAME */
static bool match_block(const struct wanted *w, struct py_span s, struct py_binding *out)
{
    s.start += py_is(w->source, s.start, "async");
    out->how = py_is(w->source, s.start, "def") ? PY_DEFINED : PY_BOUND;
    return is_wanted(w, s.start + 1);
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
    if (py_is(source, s.start, "def") || py_is(source, s.start, "async") ||
        py_is(source, s.start, "class"))
        return match_block(w, s, out);
    if (py_is(source, s.start, "global") || py_is(source, s.start, "del") ||
        py_is(source, s.start, "except")) {
        out->how = PY_BOUND;
        return any_wanted(w, s);
    }
    return match_assignment(w, s, out);
}

/* --- Statements that may bind any name ------------------------------------------------------- */

static bool is_own_space(const struct pysource *source, size_t token)
{
    return py_is(source, token, "globals") || py_is(source, token, "locals") ||
           py_is(source, token, "vars") || py_is(source, token, "None");
}

/* exec(code), exec(code, globals, locals), and Python 2's exec code in globals */
bool py_exec_at(const struct pysource *source, size_t token, size_t end, struct py_exec *out)
{
    size_t at = token + 1;
    bool called = py_is(source, at, "(");
    struct py_span item;

    if ((!py_is(source, token, "exec") && !py_is(source, token, "execfile")) || at >= end ||
        (token > 0 && (py_is(source, token - 1, ".") || py_is(source, token - 1, "def"))))
        return false;
    *out = (struct py_exec){.own = true, .end = called ? py_skip_brackets(source, at) : end};
    if (!called || py_is(source, out->end, "in")) {
        size_t in = py_find(source, (struct py_span){at, end}, "in");
        out->code = (struct py_span){at, in};
        out->spaces = (struct py_span){in < end ? in + 1 : end, end};
        out->end = end;
    } else {
        at++;
        if (!py_next_item(source, &at, out->end - 1, &out->code))
            return false;
        out->spaces = (struct py_span){at, out->end - 1};
    }
    for (at = out->spaces.start; py_next_item(source, &at, out->spaces.end, &item);)
        out->own = is_own_space(source, item.start);
    return true;
}

/* What is done with the result of the globals() at the token can bind the name: anything but
   reading from it, or writing another key. */
static bool may_write(const struct wanted *w, size_t token, struct py_span s)
{
    static const char *const before[] = {"%", "**", "in"};
    static const char *const readers[] = {"get", "copy", "keys", "items", "values"};
    const struct pysource *source = w->source;
    size_t next = token + 3;

    for (size_t i = 0; i < 3; i++)
        if (token > s.start && py_is(source, token - 1, before[i]))
            return false;
    for (size_t i = 0; i < 5 && next < s.end && py_is(source, next, "."); i++)
        if (py_is(source, next + 1, readers[i]))
            return false;
    if (next >= s.end || !py_is(source, next, "["))
        return true;
    size_t close = py_skip_brackets(source, next);
    const struct py_token *key = &source->tokens[next + 1];
    bool other = key->kind == PY_STRING && close == next + 3 &&
                 (key->len != w->len + 2 || memcmp(key->s + 1, w->name, w->len) != 0);
    bool stored = py_is(source, s.start, "del") ||
                  (close < s.end && (py_is(source, close, "=") || is_augmented(source, close)));
    return stored && !other;
}

/* Whether globals(), locals() or vars() stand at the token, and the name may be written there. */
static bool match_space(const struct wanted *w, size_t token, struct py_span s, bool nested)
{
    const struct pysource *source = w->source;
    bool own = py_is(source, token, "globals") || (!nested && is_own_space(source, token));

    return own && token + 2 < s.end && py_is(source, token + 1, "(") &&
           py_is(source, token + 2, ")") && may_write(w, token, s);
}

/* What a statement binds by other means than its form; in a function, only what reaches out of it.
 */
static bool match_wild(const struct wanted *w, struct py_span s, bool nested,
                       struct py_binding *out)
{
    const struct pysource *source = w->source;
    struct py_exec call;

    out->how = PY_STARRED;
    out->value = s;
    if (!nested && py_is(source, s.start, "from") && py_is(source, s.end - 1, "*"))
        return true;
    out->how = PY_BOUND;
    for (size_t i = s.start; i < s.end; i++) {
        if (py_exec_at(source, i, s.end, &call)) {
            out->how = PY_EXECUTED;
            out->value = (struct py_span){i, call.end};
            if (call.own && (!nested || py_is(source, call.spaces.start, "globals")))
                return true;
            i = call.end - 1;
            out->how = PY_BOUND;
        } else if (py_is(source, i + 1, "(") &&
                   (py_is(source, i, "eval") || py_is(source, i, "__import__"))) {
            i = py_skip_brackets(source, i + 1) - 1; /* is given globals(), and reads them */
        } else if (match_space(w, i, s, nested) ||
                   (!nested && i > s.start && py_is(source, i, ":=") && is_wanted(w, i - 1))) {
            return true;
        }
    }
    return false;
}

/* `version = None` or "" before the value that fills it says nothing. */
static bool is_blank(const struct pysource *source, const struct py_binding *binding)
{
    const struct py_token *t = &source->tokens[binding->value.start];

    return binding->how == PY_ASSIGNED && binding->value.end == binding->value.start + 1 &&
           (py_is(source, binding->value.start, "None") || (t->kind == PY_STRING && t->len == 2));
}

/* What one statement binds the name to, in the scope or out of a function of its. */
static bool match(const struct wanted *w, struct py_scope scope,
                  const struct py_statement *statement, struct py_binding *out)
{
    struct py_span s = statement->tokens;

    if (statement->scope == scope.scope) {
        if (match_statement(w, s, out) && !is_blank(w->source, out))
            return true;
        return statement->wild && match_wild(w, s, false, out);
    }
    if (scope.scope != 0 || statement->scope == 0)
        return false;
    bool global = py_is(w->source, s.start, "global") && any_wanted(w, s);
    if (!global && !(statement->wild && match_wild(w, s, true, out)))
        return false;
    out->how = PY_REACHED;
    return true;
}

bool py_next_binding(const struct pysource *source, struct py_scope scope, const char *name,
                     size_t len, size_t *at, struct py_binding *out)
{
    const struct wanted w = {source, name, len};
    size_t i = *at > scope.statements.start ? *at : scope.statements.start;

    for (; i < scope.statements.end; i++) {
        *out = (struct py_binding){.statement = i, .indent = source->statements[i].indent};
        if (!match(&w, scope, &source->statements[i], out))
            continue;
        *at = i + 1;
        return true;
    }
    return false;
}

/* --- Loops ----------------------------------------------------------------------------------- */

struct py_span py_loop_around(const struct pysource *source, size_t statement)
{
    struct py_span loop = {statement, statement};
    size_t head = statement;

    if (statement >= source->statement_count)
        return loop;
    uint32_t scope = source->statements[statement].scope;
    uint32_t indent = source->statements[statement].indent;
    for (size_t i = statement; i-- > 0 && source->statements[i].scope >= scope;) {
        const struct py_statement *at = &source->statements[i];
        if (at->scope > scope || at->indent >= indent)
            continue;
        indent = at->indent;
        size_t first = at->tokens.start + py_is(source, at->tokens.start, "async");
        if (!py_is(source, first, "for") && !py_is(source, first, "while"))
            continue;
        loop.start = loop.start == statement ? i : loop.start;
        head = i;
    }
    while (head < statement && loop.end < source->statement_count &&
           (loop.end == statement ||
            source->statements[loop.end].indent > source->statements[head].indent))
        loop.end++;
    return loop;
}
