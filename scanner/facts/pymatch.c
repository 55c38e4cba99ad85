/* re.search and its kin. */
#include "facts/pycall.h"
#include "facts/pyregex.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct py_value unknown = {.type = PY_UNKNOWN};

static unsigned flag_bits(const struct py_value *value)
{
    static const struct {
        const char *name;
        unsigned flag;
    } flags[] = {{"M", PYREGEX_MULTILINE},  {"MULTILINE", PYREGEX_MULTILINE},
                 {"I", PYREGEX_IGNORECASE}, {"IGNORECASE", PYREGEX_IGNORECASE},
                 {"S", PYREGEX_DOTALL},     {"DOTALL", PYREGEX_DOTALL},
                 {"X", PYREGEX_VERBOSE},    {"VERBOSE", PYREGEX_VERBOSE}};
    unsigned bits = value->flags;

    for (size_t i = 0; i < COUNT(flags) && value->type == PY_MODULE; i++)
        if (strcmp(flags[i].name, value->s) == 0)
            bits |= flags[i].flag;
    return bits;
}

struct py_value pymatch_flags(const struct py_value *a, const struct py_value *b)
{
    struct py_value both = *a;

    both.flags = flag_bits(a) | flag_bits(b);
    return a->type == PY_MODULE && b->type == PY_MODULE ? both : unknown;
}

static struct py_value flags_of(const struct py_call *call, size_t position)
{
    struct py_value flags = pycall_named(call, "flags", 5);

    return flags.type != PY_UNKNOWN ? flags : pycall_argument(call, position);
}

static struct py_value match_groups(const struct py_call *call, const struct pyregex_match *match,
                                    const struct py_value *text)
{
    struct py_value *groups = arena_array(call->eval->arena, match->count, sizeof *groups);
    uint32_t line = text->line > 0 ? text->line : 1;

    for (const char *s = text->s; s < match->groups[0].s; s++)
        line += *s == '\n';
    for (size_t i = 0; i < match->count; i++) {
        if (match->groups[i].s == NULL)
            continue;
        groups[i] = pycall_with_text(text, match->groups[i].s, match->groups[i].len);
        groups[i].name = match->groups[i].name;
        groups[i].line = line;
    }
    return (struct py_value){
        .type = PY_MATCH, .items = groups, .count = match->count, .path = text->path};
}

static struct py_value match_in(const struct py_call *call, const struct py_value *regex,
                                struct py_value text, unsigned flags)
{
    struct pyregex_match match;

    if (text.type == PY_LINE && text.s != NULL)
        return text;
    if (text.type == PY_LINE) {
        const struct py_value file = {.type = PY_FILE, .path = text.path};
        const struct py_call read = {.eval = call->eval, .self = &file};
        text = pycall_read(&read);
        flags = (flags & ~(unsigned)PYREGEX_ANCHORED) | PYREGEX_MULTILINE;
    }
    if (text.type != PY_TEXT || (regex->type != PY_TEXT && regex->type != PY_REGEX) ||
        pyregex_search(regex->s, regex->len, flags | flag_bits(regex), text.s, text.len,
                       call->eval->arena, &match, NULL) != 1)
        return unknown;
    return match_groups(call, &match, &text);
}

struct py_value pymatch_search(const struct py_call *call)
{
    bool method = call->self != NULL && call->self->type == PY_REGEX;
    struct py_value regex = method ? *call->self : pycall_argument(call, 0);
    struct py_value flags = method ? unknown : flags_of(call, 2);

    return match_in(call, &regex, pycall_argument(call, !method), flag_bits(&flags));
}

struct py_value pymatch_start(const struct py_call *call)
{
    bool method = call->self != NULL && call->self->type == PY_REGEX;
    struct py_value regex = method ? *call->self : pycall_argument(call, 0);
    struct py_value flags = method ? unknown : flags_of(call, 2);

    return match_in(call, &regex, pycall_argument(call, !method),
                    flag_bits(&flags) | PYREGEX_ANCHORED);
}

/* findall gives the groups of each match; projects take the first. */
struct py_value pymatch_findall(const struct py_call *call)
{
    struct py_value match = pymatch_search(call);

    if (match.type != PY_MATCH || match.count > 2)
        return match.type == PY_LINE ? match : unknown;
    match.type = PY_LIST;
    match.items += match.count - 1;
    match.count = 1;
    return match;
}

struct py_value pymatch_compile(const struct py_call *call)
{
    struct py_value pattern = pycall_argument(call, 0);
    struct py_value flags = flags_of(call, 1);

    /* compile(source, filename, "exec") */
    if (pycall_argument(call, 2).type != PY_UNKNOWN || pattern.type != PY_TEXT)
        return pattern;
    pattern.type = PY_REGEX;
    pattern.flags = flag_bits(&flags);
    return pattern;
}

struct py_value pymatch_group(const struct py_call *call)
{
    const struct py_value *match = call->self;
    struct py_value key = pycall_argument(call, 0);
    size_t index = key.type == PY_DIGITS ? strtoul(key.s, NULL, 10) : 0;

    if (call->count > 1 || (key.type == PY_UNKNOWN && call->count > 0))
        return unknown;
    if (key.type != PY_TEXT)
        return index < match->count ? match->items[index] : unknown;
    for (size_t i = 0; i < match->count; i++)
        if (match->items[i].name != NULL && strlen(match->items[i].name) == key.len &&
            memcmp(match->items[i].name, key.s, key.len) == 0)
            return match->items[i];
    return unknown;
}

struct py_value pymatch_groups(const struct py_call *call)
{
    struct py_value list = *call->self;

    list.type = PY_LIST;
    list.items++;
    list.count--;
    return list;
}
