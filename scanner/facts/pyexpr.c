/* Expressions: the grammar that a version is written in, and nothing more. */
#include "facts/pyvalue.h"
#include "facts/pycall.h"
#include "facts/pyimport.h"
#include "facts/pyliteral.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct cursor {
    struct py_eval *eval;
    const struct py_frame *frame;
    const struct pysource *source;
    size_t at, end;
};

static const struct py_value unknown = {.type = PY_UNKNOWN};

static struct py_value term(struct cursor *c);

static bool is(const struct cursor *c, const char *text)
{
    return c->at < c->end && py_is(c->source, c->at, text);
}

static const struct py_token *token(const struct cursor *c)
{
    return &c->source->tokens[c->at < c->end ? c->at : c->source->count];
}

/* --- Literals -------------------------------------------------------------------------------- */

static struct py_value concatenate(struct py_eval *eval, const struct py_value *a,
                                   const struct py_value *b)
{
    /* Paid by the byte: a chain of thousands would copy all before it each time. */
    if (a->type != PY_TEXT || b->type != PY_TEXT || a->len + b->len > PYSOURCE_MAX ||
        !pyvalue_spend(eval, 1 + (a->len + b->len) / 16))
        return unknown;
    char *s = arena_alloc(eval->arena, a->len + b->len + 1);
    struct py_value value = *a;

    if (a->len > 0)
        memcpy(s, a->s, a->len);
    if (b->len > 0)
        memcpy(s + a->len, b->s, b->len);
    value.s = s;
    value.len = a->len + b->len;
    return value;
}

/* f"{major}.{minor}": names in braces only, each in a frame that we know. */
static struct py_value format_string(struct cursor *c, const struct py_token *t)
{
    const char *s, *end;
    size_t len;
    struct py_value out = pyvalue_of(PY_TEXT, "", 0);

    pyliteral_is_format(t, &s, &len);
    out.path = c->source->path;
    out.line = t->line;
    for (end = s + len; s < end;) {
        const char *open = memchr(s, '{', (size_t)(end - s));
        struct py_value plain = pyvalue_of(PY_TEXT, s, (size_t)((open != NULL ? open : end) - s));
        out = concatenate(c->eval, &out, &plain);
        if (open == NULL)
            break;
        const char *close = memchr(open, '}', (size_t)(end - open));
        if (close == NULL || close == open + 1 ||
            strcspn(open + 1, "{}!:.[(\\+ ") < (size_t)(close - open - 1))
            return unknown;
        struct py_value value =
            pyvalue_name(c->eval, c->frame, open + 1, (size_t)(close - open - 1));
        if (value.type == PY_DIGITS)
            value.type = PY_TEXT;
        out = concatenate(c->eval, &out, &value);
        s = close + 1;
    }
    return out;
}

static struct py_value strings(struct cursor *c)
{
    struct py_value value = unknown;

    for (bool first = true; token(c)->kind == PY_STRING; c->at++, first = false) {
        const char *inner;
        size_t len;
        struct py_value next = pyliteral_is_format(token(c), &inner, &len)
                                   ? format_string(c, token(c))
                                   : pyliteral_string(c->eval->arena, c->source, token(c));
        value = first ? next : concatenate(c->eval, &value, &next);
    }
    return value;
}

/* --- Sequences ------------------------------------------------------------------------------- */

static struct py_value list_of(struct py_eval *eval, const struct py_value *values, size_t count)
{
    struct py_value *copy = arena_array(eval->arena, count + 1, sizeof *copy);
    struct py_value list = {.type = PY_LIST, .items = copy, .count = count};

    for (size_t i = 0; i < count; i++) {
        copy[i] = values[i];
        if (list.path == NULL && values[i].path != NULL) {
            list.path = values[i].path;
            list.line = values[i].line;
        }
    }
    return list;
}

/* body for NAME in iterable [if guard] */
static struct py_value comprehension(struct cursor *c, struct py_span item, size_t at_for)
{
    struct py_span head = {at_for + 1, item.end};
    size_t in = py_find(c->source, head, "in");
    const struct py_token *name = &c->source->tokens[at_for + 1];
    struct py_span over = {in + 1, item.end};
    struct py_value out[PYVALUE_ITEMS];
    size_t n = 0;

    size_t guard = py_find(c->source, over, "if");

    if (in != at_for + 2 || py_find(c->source, over, "for") < over.end)
        return unknown;
    over.end = guard;
    struct py_value list = pyvalue_eval(c->eval, c->frame, over);
    struct py_value line;
    if (guard < item.end) { /* one line of a file */
        line = pyvalue_pick(c->eval, c->source, (struct py_span){guard, item.end}, name, list.path);
        list = (struct py_value){.type = PY_LIST, .items = &line, .count = 1};
    }
    if (list.type != PY_LIST)
        return unknown;
    for (; n < list.count && n < PYVALUE_ITEMS; n++) {
        struct py_value argument = list.items[n];
        argument.name = arena_strndup(c->eval->arena, name->s, name->len);
        struct py_frame inner = {.source = c->source,
                                 .scope = c->frame->scope,
                                 .outer = c->frame,
                                 .arguments = &argument,
                                 .argument_count = 1};
        inner.scope.statements.end = inner.scope.statements.start;
        out[n] = pyvalue_eval(c->eval, &inner, (struct py_span){item.start, at_for});
    }
    return list_of(c->eval, out, n);
}

/* The items between brackets, stars spread out, keyword arguments with their names. A comprehension
   is one item, a list. */
static size_t items(struct cursor *c, struct py_value out[PYVALUE_ITEMS], bool *tuple)
{
    size_t end = py_skip_brackets(c->source, c->at) - 1;
    size_t at = c->at + 1;
    size_t n = 0;
    struct py_span item;

    *tuple = true;
    while (n < PYVALUE_ITEMS && py_next_item(c->source, &at, end, &item)) {
        bool star = py_is(c->source, item.start, "*");
        bool keyword = py_is(c->source, item.start + 1, "=");
        size_t at_for = py_find(c->source, item, "for");
        *tuple = *tuple && item.end < end;
        if (py_is(c->source, item.start, "**"))
            continue;
        struct py_span expression = {item.start + (keyword ? 2 : star), item.end};
        struct py_value value = at_for < item.end ? comprehension(c, item, at_for)
                                                  : pyvalue_eval(c->eval, c->frame, expression);
        if (!star) {
            const struct py_token *name = &c->source->tokens[item.start];
            value.name = keyword ? arena_strndup(c->eval->arena, name->s, name->len) : NULL;
            out[n++] = value;
            continue;
        }
        if (value.type != PY_LIST)
            out[n++] = unknown;
        for (size_t i = 0; i < value.count && value.type == PY_LIST && n < PYVALUE_ITEMS; i++)
            out[n++] = value.items[i];
    }
    *tuple = *tuple || n != 1;
    c->at = end + 1;
    return n;
}

static struct py_value bracketed(struct cursor *c)
{
    struct py_value values[PYVALUE_ITEMS];
    const struct py_token *open = token(c);
    struct py_span inside = {c->at + 1, py_skip_brackets(c->source, c->at) - 1};
    bool generated = py_find(c->source, inside, "for") < inside.end;
    bool tuple;
    size_t count = items(c, values, &tuple);

    if (!tuple && (generated || *open->s == '('))
        return values[0];
    struct py_value value = list_of(c->eval, values, count);
    if (value.path == NULL) {
        value.path = c->source->path;
        value.line = open->line;
    }
    return value;
}

/* --- Names, calls, attributes, subscripts ---------------------------------------------------- */

static bool named(const struct py_token *t, const char *name)
{
    return t->len == strlen(name) && memcmp(t->s, name, t->len) == 0;
}

static struct py_value call(struct cursor *c, const struct py_value *callee,
                            const struct py_value *self, const struct py_token *name)
{
    struct py_value values[PYVALUE_ITEMS];
    bool tuple;
    struct py_call call = {.eval = c->eval, .frame = c->frame, .self = self, .arguments = values};

    struct py_span arguments = {c->at + 1, c->at};
    call.count = items(c, values, &tuple);
    arguments.end = c->at - 1;
    if (callee->type == PY_FUNCTION)
        return pyvalue_call(c->eval, callee, values, call.count);
    if (self != NULL && (self->type != PY_MODULE || *self->path != '\0'))
        return pycall_method(&call, name);
    /* A module or name that is not the tree's: os.path.join, re.search, open. */
    if (call.count == 2 && (named(name, "dropwhile") || named(name, "filter")))
        return pyvalue_pick(c->eval, c->source, arguments, NULL, values[1].path);
    struct py_value value = pycall_function(&call, name);
    struct py_value list = list_of(c->eval, values, call.count);
    return value.type == PY_UNKNOWN && pyvalue_is_version_info(&list) ? list : value;
}

/* A field of a named tuple made in the image of sys.version_info, or the text that its class makes
   of it. */
static struct py_value version_info_field(struct py_eval *eval, const struct py_value *list,
                                          const char *name)
{
    static const char *const fields[] = {"major", "minor", "micro", "releaselevel", "serial"};

    for (size_t i = 0; i < 5; i++)
        if (strcmp(name, fields[i]) == 0)
            return list->items[i];
    if (strcmp(name, "release_level") == 0)
        return list->items[3];
    return strstr(name, "version") != NULL ? pyvalue_version_info(eval, list) : unknown;
}

static struct py_value attribute(struct cursor *c, const struct py_value *self,
                                 const struct py_token *name)
{
    const char *text = arena_strndup(c->eval->arena, name->s, name->len);
    struct py_call call = {.eval = c->eval, .frame = c->frame, .self = self};

    if (self->type == PY_LINE)
        return *self;
    if (self->type == PY_TEXT)
        return pycall_method(&call, name); /* Path.parent */
    if (pyvalue_is_version_info(self))
        return version_info_field(c->eval, self, text);
    if (self->type != PY_MODULE)
        return unknown;
    if (*self->path == '\0') /* os.path, re.M */
        return (struct py_value){.type = PY_MODULE, .path = "", .s = text, .len = name->len};
    if (strcmp(text, "__file__") == 0)
        return pyvalue_of(PY_TEXT, self->path, strlen(self->path));
    struct py_value value = pyvalue_attribute(c->eval, self->path, text);
    if (value.type != PY_UNKNOWN)
        return value;
    const char *file = pyimport_submodule(c->eval, self->path, text);
    return file == NULL ? unknown : (struct py_value){.type = PY_MODULE, .path = file, .s = text};
}

/* x[:2], x[1:3], x[3:]; no steps, no negative bounds. */
static struct py_value slice(struct cursor *c, const struct py_value *self, size_t open,
                             size_t colon, size_t end)
{
    struct py_value out = *self;
    size_t bounds[2] = {0, self->count};
    const size_t at[2] = {open + 1, colon + 1}, stop[2] = {colon, end};

    if (self->type != PY_LIST)
        return unknown;
    for (size_t i = 0; i < 2; i++) {
        if (at[i] == stop[i])
            continue;
        if (stop[i] != at[i] + 1 || c->source->tokens[at[i]].kind != PY_NUMBER)
            return unknown;
        size_t bound = strtoul(c->source->tokens[at[i]].s, NULL, 10);
        bounds[i] = bound < self->count ? bound : self->count;
    }
    out.count = bounds[1] > bounds[0] ? bounds[1] - bounds[0] : 0;
    out.items += out.count > 0 ? bounds[0] : 0;
    return out;
}

/* x[2], x[-1], x["key"] */
static struct py_value subscript(struct cursor *c, const struct py_value *self)
{
    size_t open = c->at;
    size_t end = py_skip_brackets(c->source, open) - 1;
    size_t colon = py_find(c->source, (struct py_span){open + 1, end}, ":");

    c->at = end + 1;
    if (self->type == PY_LINE)
        return *self;
    if (colon < end)
        return slice(c, self, open, colon, end);
    /* ("1.0rc1", "1.0")[level == "final"] */
    int holds = pyvalue_condition(c->eval, c->frame, (struct py_span){open + 1, end});
    if (holds >= 0)
        return self->type == PY_LIST && self->count == 2 ? self->items[holds] : unknown;
    bool last = py_is(c->source, open + 1, "-");
    struct py_value key = pyvalue_eval(c->eval, c->frame, (struct py_span){open + 1 + last, end});
    if (key.type == PY_TEXT && (self->type == PY_NAMESPACE || self->type == PY_MATCH)) {
        struct py_call get = {
            .eval = c->eval, .frame = c->frame, .self = self, .arguments = &key, .count = 1};
        static const struct py_token name = {.s = "get", .len = 3};
        return pycall_method(&get, &name);
    }
    if (key.type != PY_DIGITS || (self->type != PY_LIST && self->type != PY_MATCH))
        return unknown;
    size_t index = strtoul(key.s, NULL, 10);
    if (index > self->count || (last ? index == 0 : index == self->count))
        return unknown;
    return self->items[last ? self->count - index : index];
}

static struct py_value name(struct cursor *c)
{
    const struct py_token *t = token(c);

    c->at++;
    struct py_value value = pyvalue_name(c->eval, c->frame, t->s, t->len);
    if (!is(c, "("))
        return value;
    /* from os.path import join as j: by the name that it has there. */
    const struct py_token foreign = {.s = value.s, .len = (uint32_t)value.len};
    bool library = value.type == PY_MODULE && *value.path == '\0';
    return call(c, &value, NULL, library ? &foreign : t);
}

static struct py_value primary(struct cursor *c)
{
    const struct py_token *t = token(c);

    if (t->kind == PY_STRING)
        return strings(c);
    if (t->kind == PY_NUMBER) {
        c->at++;
        struct py_value number = pyliteral_number(c->eval->arena, t);
        number.path = c->source->path;
        number.line = t->line;
        return number;
    }
    if (is(c, "(") || is(c, "["))
        return bracketed(c);
    if (t->kind == PY_NAME)
        return name(c);
    c->at = c->end;
    return unknown;
}

static struct py_value term(struct cursor *c)
{
    struct py_value value = primary(c);

    while (c->at < c->end && value.type != PY_UNKNOWN) {
        if (is(c, ".")) {
            c->at++;
            const struct py_token *t = token(c);
            struct py_value self = value;
            c->at++;
            bool called = is(c, "(");
            value = called && self.type != PY_MODULE ? unknown : attribute(c, &self, t);
            if (called)
                value = call(c, &value, &self, t);
        } else if (is(c, "[")) {
            value = subscript(c, &value);
        } else if (is(c, "(")) {
            value = call(c, &value, NULL, token(c));
        } else {
            break;
        }
    }
    return value;
}

static struct py_value binary(struct cursor *c)
{
    struct py_value value = term(c);

    while (c->at < c->end && value.type != PY_UNKNOWN) {
        bool plus = is(c, "+"), percent = is(c, "%"), slash = is(c, "/");
        bool pipe = is(c, "|");
        if (!plus && !percent && !slash && !pipe)
            return unknown;
        c->at++;
        struct py_value right = term(c);
        if (plus)
            value = concatenate(c->eval, &value, &right);
        else if (pipe)
            value = pymatch_flags(&value, &right);
        else if (percent)
            value = pycall_percent(c->eval, &value, &right);
        else
            value = pycall_join_path(c->eval, (struct py_value[]){value, right}, 2);
    }
    return value;
}

/* a, b, c without parentheses */
static struct py_value bare_tuple(struct py_eval *eval, const struct py_frame *frame,
                                  struct py_span span)
{
    struct py_value values[PYVALUE_ITEMS];
    size_t at = span.start, n = 0;
    struct py_span item;

    while (n < PYVALUE_ITEMS && py_next_item(frame->source, &at, span.end, &item))
        values[n++] = pyvalue_eval(eval, frame, item);
    return list_of(eval, values, n);
}

struct py_value pyvalue_eval(struct py_eval *eval, const struct py_frame *frame,
                             struct py_span expression)
{
    struct cursor c = {eval, frame, frame->source, expression.start, expression.end};
    struct py_value value;

    if (expression.start >= expression.end ||
        !pyvalue_spend(eval, expression.end - expression.start))
        return unknown;
    eval->depth++;
    if (py_find(frame->source, expression, ",") < expression.end)
        value = bare_tuple(eval, frame, expression);
    else
        value = binary(&c);
    eval->depth--;
    return value;
}

int pyvalue_condition(struct py_eval *eval, const struct py_frame *frame, struct py_span span)
{
    size_t equal = py_find(frame->source, span, "==");
    size_t differ = py_find(frame->source, span, "!=");
    size_t op = equal < differ ? equal : differ;

    if (op >= span.end)
        return -1;
    struct py_value a = pyvalue_eval(eval, frame, (struct py_span){span.start, op});
    struct py_value b = pyvalue_eval(eval, frame, (struct py_span){op + 1, span.end});
    if ((a.type != PY_TEXT && a.type != PY_DIGITS) || a.type != b.type)
        return -1;
    bool same = a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
    return same == (equal < differ);
}

/* --- Versions -------------------------------------------------------------------------------- */

/* sys.version_info.releaselevel, and the words that projects use beside it. */
static const struct {
    const char *word, *pep440;
} levels[] = {{"final", ""},       {"alpha", "a"}, {"a", "a"},  {"beta", "b"},  {"b", "b"},
              {"candidate", "rc"}, {"rc", "rc"},   {"c", "rc"}, {"dev", ".dev"}};

static const char *level_of(const struct py_value *word)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (word->type == PY_TEXT && word->len == strlen(levels[i].word) &&
            memcmp(word->s, levels[i].word, word->len) == 0)
            return levels[i].pep440;
    return NULL;
}

bool pyvalue_is_version_info(const struct py_value *list)
{
    if (list->type != PY_LIST || list->count != 5)
        return false;
    for (size_t i = 0; i < 5; i++)
        if (i != 3 && list->items[i].type != PY_DIGITS)
            return false;
    return level_of(&list->items[3]) != NULL;
}

struct py_value pyvalue_version_info(struct py_eval *eval, const struct py_value *list)
{
    const struct py_value *i = list->items;
    const char *level = level_of(&i[3]);
    struct py_value out = *list;

    out.type = PY_TEXT;
    out.s = arena_printf(eval->arena, "%s.%s.%s%s%s", i[0].s, i[1].s, i[2].s, level,
                         *level != '\0' ? i[4].s : "");
    out.len = strlen(out.s);
    return out;
}

static struct py_value joined(struct py_eval *eval, const struct py_value *list)
{
    static const struct py_token name_of_join = {.s = "join", .len = 4};
    const struct py_value dot = pyvalue_of(PY_TEXT, ".", 1);
    struct py_value argument = *list;
    const struct py_call call = {.eval = eval, .self = &dot, .arguments = &argument, .count = 1};

    argument.name = NULL;
    return pyvalue_is_version_info(list) ? pyvalue_version_info(eval, list)
                                         : pycall_method(&call, &name_of_join);
}

const char *pyvalue_text(struct py_eval *eval, const struct py_value *value)
{
    struct py_value text = value->type == PY_LIST ? joined(eval, value) : *value;

    if ((text.type != PY_TEXT && text.type != PY_DIGITS && text.type != PY_LINE) || text.s == NULL)
        return NULL;
    while (text.len > 0 && strchr(" \t\r\n", *text.s) != NULL) {
        text.s++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r\n", text.s[text.len - 1]) != NULL)
        text.len--;
    /* Cut out of a file by hand, with its quotes. */
    if (text.len > 2 && strchr("'\"", *text.s) != NULL && text.s[text.len - 1] == *text.s) {
        text.s++;
        text.len -= 2;
    }
    if (text.len == 0 || text.len > 256 || !text_is_utf8(text.s, text.len) ||
        memchr(text.s, '\n', text.len) != NULL)
        return NULL;
    return arena_strndup(eval->arena, text.s, text.len);
}
