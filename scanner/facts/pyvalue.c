#include "facts/pyvalue.h"
#include "facts/pyimport.h"
#include "facts/pyliteral.h"

#include <string.h>

#define FUEL      2000000
#define STEP      50 /* what any step costs, beside the tokens it looks at */
#define DEPTH     48
#define ARGUMENTS 16
#define BINDINGS  12
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
        struct py_value bound =
            pyvalue_attribute(eval, path, arena_strndup(eval->arena, guard.s, n));
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

/* The file that the call of exec at a token runs in the namespace; NULL for another call. */
static const char *exec_path(struct py_eval *eval, const struct py_frame *frame, size_t call,
                             const struct py_token *space)
{
    const struct pysource *source = frame->source;
    struct py_span code, item;
    bool own = true, wanted = false;

    if ((!py_is(source, call, "exec") && !py_is(source, call, "execfile")) ||
        !py_is(source, call + 1, "("))
        return NULL;
    size_t at = call + 2;
    size_t end = py_skip_brackets(source, call + 1) - 1;
    if (!py_next_item(source, &at, end, &code))
        return NULL;
    while (py_next_item(source, &at, end, &item)) {
        const struct py_token *t = &source->tokens[item.start];
        own = token_is(t, "globals") || token_is(t, "locals");
        wanted = wanted || (space != NULL && same_token(t, space));
    }
    if (space != NULL ? !wanted : !own)
        return NULL;
    struct py_value value = pyvalue_eval(eval, frame, code);
    if (py_is(source, call, "execfile"))
        return value.type == PY_TEXT ? arena_strndup(eval->arena, value.s, value.len) : NULL;
    return value.path;
}

/* The one file that exec runs in the namespace; NULL when there is none or more. */
static const char *executed_path(struct py_eval *eval, const struct py_frame *frame,
                                 const struct py_token *space)
{
    const struct pysource *source = frame->source;
    const char *found = NULL;
    size_t end =
        frame->scope.statements.end < frame->before ? frame->scope.statements.end : frame->before;

    for (size_t i = frame->scope.statements.start; i < end; i++) {
        const struct py_statement *statement = &source->statements[i];
        struct py_frame inner = *frame;
        inner.before = i;
        if (statement->scope != frame->scope.scope)
            continue;
        for (size_t t = statement->tokens.start; t + 1 < statement->tokens.end; t++) {
            const char *path = exec_path(eval, &inner, t, space);
            if (path != NULL && found != NULL && strcmp(path, found) != 0)
                return NULL;
            found = path != NULL ? path : found;
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
    struct py_frame whole = *frame;
    struct py_value value = pyvalue_of(PY_NAMESPACE, name, len);

    whole.before = frame->source->statement_count;
    if (pyvalue_spend(eval, frame->source->statement_count)) {
        value.path = executed_path(eval, &whole, &token);
        if (value.path == NULL)
            value.path = filled_by_loop(eval, &whole, &token);
    }
    return value;
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
    case PY_BOUND:
        break;
    }
    return unknown;
}

/* Whether two bindings follow each other in one block, so that the later one counts. */
static bool is_straight(const struct pysource *source, const struct py_binding *first,
                        const struct py_binding *last)
{
    if (first->indent != last->indent)
        return false;
    for (size_t i = first->statement; i < last->statement; i++)
        if (source->statements[i].indent < first->indent)
            return false;
    return true;
}

/* The value that a name has at the frame's place: its last binding before, or what all agree on
   that may have come last. False when it has none. */
static bool bound_name(struct py_eval *eval, const struct py_frame *frame, const char *name,
                       size_t len, struct py_value *out)
{
    struct py_binding bindings[BINDINGS];
    size_t at = 0, count = 0;

    while (count < BINDINGS &&
           py_next_binding(frame->source, frame->scope, name, len, &at, &bindings[count]) &&
           (bindings[count].statement < frame->before))
        count++;
    if (count == 0)
        return false;
    *out = count < BINDINGS ? bound_value(eval, frame, name, len, &bindings[count - 1]) : unknown;
    for (size_t i = count - 1; i-- > 0 && out->type != PY_UNKNOWN;) {
        if (is_straight(frame->source, &bindings[i], &bindings[count - 1]))
            break;
        struct py_value other = bound_value(eval, frame, name, len, &bindings[i]);
        if (!same(out, &other))
            *out = unknown;
    }
    return true;
}

struct py_value pyvalue_name(struct py_eval *eval, const struct py_frame *frame, const char *name,
                             size_t len)
{
    const struct pysource *source = frame->source;
    const struct py_token token = {.s = name, .len = (uint32_t)len};
    struct py_value value;

    if (!pyvalue_spend(eval, source->statement_count))
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
    size_t def = py_find_def(source, &token);
    if (def < source->statement_count)
        return (struct py_value){.type = PY_FUNCTION, .source = source, .count = def};
    if (frame->outer != NULL)
        return pyvalue_name(eval, frame->outer, name, len);
    const char *path = executed_path(eval, frame, NULL);
    return path != NULL ? pyvalue_attribute(eval, path, arena_strndup(eval->arena, name, len))
                        : pyimport_star(eval, source, name, len);
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
    struct py_value value;
};

struct py_value pyvalue_attribute(struct py_eval *eval, const char *path, const char *name)
{
    size_t known = 0;

    for (const struct py_memo *memo = eval->memos; memo != NULL; memo = memo->next, known++)
        if (strcmp(memo->name, name) == 0 && strcmp(memo->path, path) == 0)
            return memo->value;
    const struct pysource *source =
        known < MEMOS && pyvalue_spend(eval, 1) ? pyvalue_source(eval, path) : NULL;
    if (source == NULL)
        return unknown;
    struct py_memo *memo = arena_alloc(eval->arena, sizeof *memo);
    *memo = (struct py_memo){
        .next = eval->memos, .path = source->path, .name = arena_strdup(eval->arena, name)};
    eval->memos = memo;
    struct py_frame frame = pyvalue_module(source);
    eval->depth++;
    memo->value = pyvalue_name(eval, &frame, name, strlen(name));
    eval->depth--;
    return memo->value;
}
