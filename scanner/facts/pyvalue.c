#include "facts/pyvalue.h"
#include "facts/pyimport.h"
#include "facts/pyliteral.h"

#include <string.h>

#define FUEL      2000000
#define STEP      50 /* what any step costs, beside the tokens it looks at */
#define DEPTH     48
#define ARGUMENTS 16
#define BINDINGS  64
#define MEMOS     256

static const struct py_value unknown = {.type = PY_UNKNOWN};

void pyvalue_init(struct py_eval *eval, struct arena *arena)
{
    *eval = (struct py_eval){.arena = arena, .fuel = FUEL};
}

bool pyvalue_spend(struct py_eval *eval, size_t cost)
{
    if (eval->fuel <= cost + STEP || eval->depth >= DEPTH)
        return false;
    eval->fuel -= cost + STEP;
    return true;
}

struct py_frame pyvalue_module(const struct pysource *source)
{
    return (struct py_frame){
        .source = source, .scope = py_module_scope(source), .before = source->statement_count};
}

struct py_value pyvalue_of(enum py_type type, const char *s, size_t len)
{
    return (struct py_value){.type = type, .s = s, .len = len};
}

static bool token_is(const struct py_token *token, const char *text)
{
    return token->len == strlen(text) && memcmp(token->s, text, token->len) == 0;
}

/* Of looking for the bindings of one name. */
static size_t cost_of(const struct pysource *source)
{
    return source->statement_count + source->wild_tokens;
}

static bool same_token(const struct py_token *a, const struct py_token *b)
{
    return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

/* --- Calls of the tree's own functions ------------------------------------------------------- */

/* The argument for a parameter, by position or by name. */
static struct py_value given(const struct py_value *arguments, size_t count, size_t position,
                             const struct py_token *name)
{
    if (position < count && arguments[position].name == NULL)
        return arguments[position];
    for (size_t i = 0; i < count; i++)
        if (arguments[i].name != NULL && token_is(name, arguments[i].name))
            return arguments[i];
    return unknown;
}

/* Binds the parameters of a def by position; a *rest takes what is left. */
static size_t bind_parameters(struct py_eval *eval, const struct pysource *source, size_t def,
                              const struct py_value *arguments, size_t count,
                              struct py_value bound[ARGUMENTS])
{
    size_t at = source->statements[def].tokens.start + 3;
    size_t end = py_skip_brackets(source, at - 1) - 1;
    size_t n = 0;
    struct py_span item;

    while (n < ARGUMENTS && py_next_item(source, &at, end, &item)) {
        bool rest = py_is(source, item.start, "*");
        const struct py_token *name = &source->tokens[item.start + rest];
        if (rest)
            bound[n] = (struct py_value){.type = PY_LIST,
                                         .items = n < count ? arguments + n : NULL,
                                         .count = n < count ? count - n : 0};
        else
            bound[n] = given(arguments, count, n, name);
        bound[n++].name = arena_strndup(eval->arena, name->s, name->len);
        if (rest)
            break;
    }
    return n;
}

static bool same(const struct py_value *a, const struct py_value *b)
{
    return a->type == b->type && a->type != PY_UNKNOWN && a->s != NULL && b->s != NULL &&
           a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

/* How a function's statements are gone through: blocks whose condition is known are entered or
   skipped, of the others every return counts. */
struct walk {
    struct py_eval *eval;
    struct py_frame *frame;
    bool chosen; /* a condition at chosen_indent held: skip its elif and else */
    uint32_t chosen_indent;
    bool unsure; /* inside a block that may or may not run */
    uint32_t unsure_indent;
};

/* Whether the statement at i is a header whose block does not run. */
static bool skips_block(struct walk *walk, size_t i)
{
    const struct pysource *source = walk->frame->source;
    const struct py_statement *statement = &source->statements[i];
    size_t first = statement->tokens.start;
    bool other = py_is(source, first, "elif") || py_is(source, first, "else");

    if (walk->unsure && statement->indent <= walk->unsure_indent)
        walk->unsure = false;
    if (other && walk->chosen && statement->indent == walk->chosen_indent)
        return true;
    if (py_is(source, first, "if") || py_is(source, first, "elif")) {
        int holds = pyvalue_condition(walk->eval, walk->frame,
                                      (struct py_span){first + 1, statement->tokens.end});
        walk->chosen = holds > 0;
        walk->chosen_indent = statement->indent;
        if (holds >= 0)
            return holds == 0;
    }
    if (!walk->unsure && (py_is(source, first, "if") || py_is(source, first, "for") ||
                          py_is(source, first, "while") || py_is(source, first, "except") ||
                          py_is(source, first, "elif"))) {
        walk->unsure = true;
        walk->unsure_indent = statement->indent;
    }
    return false;
}

/* A function is what all its returns agree on that may be reached. */
struct py_value pyvalue_call(struct py_eval *eval, const struct py_value *function,
                             const struct py_value *arguments, size_t count)
{
    const struct pysource *source = function->source;
    struct py_value bound[ARGUMENTS];
    struct py_value result = unknown;
    struct py_frame module = pyvalue_module(source);
    struct py_frame frame = {.source = source,
                             .scope = py_function_scope(source, function->count),
                             .outer = &module,
                             .arguments = bound};
    struct walk walk = {.eval = eval, .frame = &frame};

    frame.argument_count = bind_parameters(eval, source, function->count, arguments, count, bound);
    for (size_t i = frame.scope.statements.start; i < frame.scope.statements.end; i++) {
        const struct py_statement *statement = &source->statements[i];
        struct py_span span = statement->tokens;
        if (statement->scope != frame.scope.scope)
            continue;
        frame.before = i;
        if (skips_block(&walk, i)) {
            while (i + 1 < frame.scope.statements.end &&
                   source->statements[i + 1].indent > statement->indent)
                i++;
            continue;
        }
        if (!py_is(source, span.start, "return") || span.end == ++span.start ||
            py_is(source, span.start, "None"))
            continue;
        struct py_value value = pyvalue_eval(eval, &frame, span);
        if (value.type == PY_UNKNOWN || (result.type != PY_UNKNOWN && !same(&result, &value)))
            return unknown;
        result = value;
        if (!walk.unsure)
            break;
    }
    return result;
}

/* --- Names ----------------------------------------------------------------------------------- */

struct py_value pyvalue_pick(struct py_eval *eval, const struct pysource *source,
                             struct py_span code, const struct py_token *name, const char *path)
{
    struct py_value line = {.type = PY_LINE, .path = path};

    if (path == NULL || !pyvalue_spend(eval, code.end - code.start))
        return unknown;
    for (size_t i = code.start; i + 2 < code.end; i++) {
        const struct py_token *t = &source->tokens[i];
        bool starts = i + 4 < code.end && py_is(source, i + 2, "startswith") &&
                      t[4].kind == PY_STRING && (name == NULL || same_token(t, name));
        bool holds = t->kind == PY_STRING && py_is(source, i + 1, "in") &&
                     (name == NULL || same_token(&t[2], name));
        if (!starts && !holds)
            continue;
        struct py_value guard = pyliteral_string(eval->arena, source, starts ? &t[4] : t);
        size_t n = guard.type == PY_TEXT ? strcspn(guard.s, " =:\t\"'") : 0;
        if (n == 0)
            continue;
        struct py_value bound = pyvalue_line(eval, path, arena_strndup(eval->arena, guard.s, n));
        if (bound.type == PY_TEXT) {
            bound.type = PY_LINE;
            return bound;
        }
    }
    return line;
}

static struct py_value looped(struct py_eval *eval, const struct py_frame *frame, const char *name,
                              size_t len, const struct py_binding *binding)
{
    struct py_value over = pyvalue_eval(eval, frame, binding->value);
    const struct py_token token = {.s = name, .len = (uint32_t)len};
    struct py_span code = {binding->value.end, frame->source->count};

    if (over.type != PY_FILE && over.type != PY_LIST)
        return unknown;
    return pyvalue_pick(eval, frame->source, code, &token, over.path);
}

/* {} or dict() */
static bool is_empty_dict(const struct pysource *source, struct py_span span)
{
    size_t n = span.end - span.start;

    return (n == 2 && py_is(source, span.start, "{")) ||
           (n == 3 && py_is(source, span.start, "dict"));
}

/* --- exec ------------------------------------------------------------------------------------ */

/* The file that is run by a call of exec; NULL when it is none, or only a part of one. */
static const char *exec_path(struct py_eval *eval, const struct py_frame *frame, size_t token,
                             const struct py_exec *call)
{
    struct py_value value = pyvalue_eval(eval, frame, call->code);

    if (py_is(frame->source, token, "execfile"))
        return value.type == PY_TEXT ? arena_strndup(eval->arena, value.s, value.len) : NULL;
    return value.type == PY_TEXT && value.line > 0 ? NULL : value.path;
}

static bool runs_in(const struct pysource *source, const struct py_exec *call,
                    const struct py_token *space)
{
    size_t at = call->spaces.start;
    struct py_span item;
    bool found = false;

    while (!found && py_next_item(source, &at, call->spaces.end, &item))
        found = same_token(&source->tokens[item.start], space);
    return found;
}

/* The one file that exec runs in the dict; NULL when there is none or more. */
static const char *executed_path(struct py_eval *eval, const struct py_frame *frame,
                                 const struct py_token *space)
{
    const struct pysource *source = frame->source;
    const char *found = NULL;

    for (size_t i = frame->scope.statements.start; i < frame->scope.statements.end; i++) {
        const struct py_statement *statement = &source->statements[i];
        struct py_frame inner = *frame;
        inner.before = i;
        if (statement->scope != frame->scope.scope || !statement->wild)
            continue;
        for (size_t t = statement->tokens.start; t < statement->tokens.end; t++) {
            struct py_exec call;
            if (!py_exec_at(source, t, statement->tokens.end, &call) ||
                !runs_in(source, &call, space))
                continue;
            const char *path = exec_path(eval, &inner, t, &call);
            if (path == NULL || (found != NULL && strcmp(path, found) != 0))
                return NULL;
            found = path;
        }
    }
    return found;
}

/* The file over whose lines a loop runs that fills the dict. */
static const char *filled_by_loop(struct py_eval *eval, const struct py_frame *frame,
                                  const struct py_token *space)
{
    const struct pysource *source = frame->source;
    const char *path = NULL;
    bool filled = false;

    for (size_t i = frame->scope.statements.start; i < frame->scope.statements.end; i++) {
        struct py_span span = source->statements[i].tokens;
        bool update =
            same_token(&source->tokens[span.start], space) &&
            (py_is(source, span.start + 2, "update") || py_is(source, span.start + 1, "["));
        filled = filled || (update && path != NULL);
        if (path != NULL || !py_is(source, span.start, "for"))
            continue;
        struct py_frame inner = *frame;
        inner.before = i;
        size_t in = py_find(source, span, "in");
        struct py_value over = pyvalue_eval(eval, &inner, (struct py_span){in + 1, span.end});
        if (over.type == PY_FILE || over.type == PY_LIST)
            path = over.path;
    }
    return filled ? path : NULL;
}

static struct py_value dict_value(struct py_eval *eval, const struct py_frame *frame,
                                  const char *name, size_t len)
{
    const struct py_token token = {.s = name, .len = (uint32_t)len};
    struct py_value value = pyvalue_of(PY_NAMESPACE, name, len);

    if (pyvalue_spend(eval, cost_of(frame->source))) {
        value.path = executed_path(eval, frame, &token);
        value.lines = value.path == NULL;
        if (value.lines)
            value.path = filled_by_loop(eval, frame, &token);
    }
    return value;
}

/* What a name is by an exec in the scope. */
static struct py_value executed(struct py_eval *eval, const struct py_frame *frame,
                                const char *name, size_t len, struct py_span span)
{
    struct py_exec call;

    if (!py_exec_at(frame->source, span.start, span.end, &call))
        return unknown;
    const char *path = exec_path(eval, frame, span.start, &call);
    return path != NULL ? pyvalue_attribute(eval, path, arena_strndup(eval->arena, name, len))
                        : unknown;
}

static struct py_value bound_value(struct py_eval *eval, const struct py_frame *frame,
                                   const char *name, size_t len, const struct py_binding *binding)
{
    struct py_frame inner = *frame; /* knows only what came before */
    struct py_value value;

    inner.before = binding->statement;
    switch (binding->how) {
    case PY_ASSIGNED:
        if (is_empty_dict(frame->source, binding->value))
            return dict_value(eval, frame, name, len);
        return pyvalue_eval(eval, &inner, binding->value);
    case PY_UNPACKED:
        value = pyvalue_eval(eval, &inner, binding->value);
        return value.type == PY_LIST && value.count == binding->targets
                   ? value.items[binding->target]
                   : unknown;
    case PY_OPENED:
        return pyvalue_eval(eval, &inner, binding->value);
    case PY_LOOPED:
        return looped(eval, &inner, name, len, binding);
    case PY_IMPORTED:
        return pyimport_name(eval, frame->source, binding->value);
    case PY_DEFINED:
        return (struct py_value){
            .type = frame->scope.scope == 0 ? PY_FUNCTION : PY_UNKNOWN,
            .source = frame->source,
            .count = binding->statement,
        };
    case PY_EXECUTED:
        return executed(eval, &inner, name, len, binding->value);
    case PY_STARRED:
        return pyimport_star(eval, frame->source, binding->value, name, len);
    case PY_BOUND:
    case PY_REACHED:
        break;
    }
    return unknown;
}

/* The bindings of a name that may have come last when the frame's place is reached. */
struct candidates {
    struct py_binding bindings[BINDINGS];
    uint32_t floor[BINDINGS]; /* the least indent from behind a binding up to the next */
    bool counts[BINDINGS];    /* it binds, and none behind it does for sure */
    size_t count;
    size_t late; /* those from here on stand behind the place, in a loop around it */
};

static uint32_t floor_between(const struct pysource *source, size_t from, size_t to)
{
    uint32_t floor = UINT32_MAX;

    for (size_t i = from + 1; i <= to && i < source->statement_count; i++)
        if (source->statements[i].indent < floor)
            floor = source->statements[i].indent;
    return floor;
}

/* False when nobody can list them. */
static bool find_candidates(const struct py_frame *frame, const char *name, size_t len,
                            struct candidates *out)
{
    const struct pysource *source = frame->source;
    struct py_span loop = py_loop_around(source, frame->before);
    struct py_binding *binding = out->bindings;
    bool anew = false; /* a binding in the loop that the place is always reached by */
    size_t at = 0;

    out->count = out->late = 0;
    while (py_next_binding(source, frame->scope, name, len, &at, binding)) {
        if (binding->statement >= (anew ? frame->before : loop.end))
            break;
        if (frame->lines && source->statements[binding->statement].wild)
            continue;
        if (binding->how == PY_REACHED || out->count + 1 == BINDINGS)
            return false;
        if (out->count > 0)
            out->floor[out->count - 1] =
                floor_between(source, binding[-1].statement, binding->statement);
        binding = &out->bindings[++out->count];
        if (binding[-1].statement >= frame->before)
            continue;
        out->late = out->count;
        anew = loop.end > frame->before && binding[-1].statement >= loop.start &&
               floor_between(source, binding[-1].statement, frame->before) >= binding[-1].indent;
    }
    return true;
}

/* Whether one behind it in its block, or in a block around that one, binds again. */
static bool is_overridden(const struct candidates *c, size_t i)
{
    uint32_t floor = UINT32_MAX;

    for (size_t j = i + 1; j < c->count; j++) {
        floor = floor < c->floor[j - 1] ? floor : c->floor[j - 1];
        if (i < c->late && j >= c->late)
            return false;
        if (c->counts[j] && c->bindings[j].indent <= c->bindings[i].indent &&
            floor >= c->bindings[j].indent)
            return true;
    }
    return false;
}

/* The value that a name has at the frame's place: what all bindings agree on that may have come
   last. False when it has none. */
static bool bound_name(struct py_eval *eval, const struct py_frame *frame, const char *name,
                       size_t len, struct py_value *out)
{
    struct candidates c;
    bool bound = false, anything = false;

    *out = unknown;
    if (!find_candidates(frame, name, len, &c))
        return true;
    for (size_t i = c.count; i-- > 0;) {
        c.counts[i] = false;
        if (is_overridden(&c, i))
            continue;
        struct py_value value = bound_value(eval, frame, name, len, &c.bindings[i]);
        if (value.unbound)
            continue;
        bool wild = c.bindings[i].how == PY_EXECUTED || c.bindings[i].how == PY_STARRED;
        if (wild && value.type == PY_UNKNOWN) {
            anything = true;
            continue;
        }
        c.counts[i] = true;
        if (value.type == PY_UNKNOWN || (bound && !same(out, &value))) {
            *out = unknown;
            return true;
        }
        *out = bound ? *out : value;
        bound = true;
    }
    /* Code that we do not see may bind what it likes, but not `re` to another than the library. */
    if (anything && (out->type != PY_MODULE || *out->path != '\0'))
        *out = unknown;
    return bound || anything;
}

struct py_value pyvalue_name(struct py_eval *eval, const struct py_frame *frame, const char *name,
                             size_t len)
{
    const struct pysource *source = frame->source;
    const struct py_token token = {.s = name, .len = (uint32_t)len};
    struct py_value value;

    if (!pyvalue_spend(eval, cost_of(source)))
        return unknown;
    for (size_t i = 0; i < frame->argument_count; i++)
        if (strlen(frame->arguments[i].name) == len &&
            memcmp(frame->arguments[i].name, name, len) == 0)
            return frame->arguments[i];
    if (token_is(&token, "__file__"))
        return pyvalue_of(PY_TEXT, source->path, strlen(source->path));
    eval->depth++;
    bool bound = bound_name(eval, frame, name, len, &value);
    eval->depth--;
    if (bound)
        return value;
    if (frame->outer != NULL)
        return pyvalue_name(eval, frame->outer, name, len);
    return (struct py_value){.type = PY_UNKNOWN, .unbound = true};
}

/* --- Files of the tree ----------------------------------------------------------------------- */

/* Each file is read once an evaluation. */
struct py_file {
    struct py_file *next;
    const char *path;
    struct pysource source;
};

const struct pysource *pyvalue_source(struct py_eval *eval, const char *path)
{
    const char *data;
    size_t len;

    for (const struct py_file *file = eval->files; file != NULL; file = file->next)
        if (strcmp(file->path, path) == 0)
            return &file->source;
    if (eval->read(eval->ctx, path, &data, &len) != SOURCE_FOUND || !pyvalue_spend(eval, len / 16))
        return NULL;
    struct py_file *file = arena_alloc(eval->arena, sizeof *file);
    file->path = arena_strdup(eval->arena, path);
    if (pysource_read(data, len, file->path, eval->arena, &file->source, NULL) != 0)
        return NULL;
    file->next = eval->files;
    eval->files = file;
    return &file->source;
}

/* What each file's names were found to be; a name that is asked for while it is being found is
   unknown, so that files which import each other end. */
struct py_memo {
    struct py_memo *next;
    const char *path, *name;
    bool lines;
    struct py_value value;
};

static struct py_value find_attribute(struct py_eval *eval, const char *path, const char *name,
                                      bool lines)
{
    size_t known = 0;

    for (const struct py_memo *memo = eval->memos; memo != NULL; memo = memo->next, known++)
        if (memo->lines == lines && strcmp(memo->name, name) == 0 && strcmp(memo->path, path) == 0)
            return memo->value;
    const struct pysource *source =
        known < MEMOS && pyvalue_spend(eval, 1) ? pyvalue_source(eval, path) : NULL;
    if (source == NULL)
        return unknown;
    struct py_memo *memo = arena_alloc(eval->arena, sizeof *memo);
    *memo = (struct py_memo){.next = eval->memos,
                             .path = source->path,
                             .name = arena_strdup(eval->arena, name),
                             .lines = lines};
    eval->memos = memo;
    struct py_frame frame = pyvalue_module(source);
    frame.lines = lines;
    eval->depth++;
    memo->value = pyvalue_name(eval, &frame, name, strlen(name));
    eval->depth--;
    return memo->value;
}

struct py_value pyvalue_attribute(struct py_eval *eval, const char *path, const char *name)
{
    return find_attribute(eval, path, name, false);
}

struct py_value pyvalue_line(struct py_eval *eval, const char *path, const char *name)
{
    return find_attribute(eval, path, name, true);
}
