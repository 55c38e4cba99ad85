#include "facts/workflow_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define TEXT_MAX  4096
#define DEPTH_MAX 50

/* What an expression is worth for one kind of run. */
struct value {
    enum { VALUE_NULL, VALUE_TEXT, VALUE_REF, VALUE_ACTION, VALUE_TRUTH } kind;
    const char *text; /* of TEXT; of REF what it begins with */
    enum truth truth;
};

struct expression {
    const char *at;
    char *words; /* room for what is read of texts and names */
    const struct workflow_asked *asked;
    unsigned depth;
    bool bad; /* nothing that we understand */
};

static struct value truth(enum truth truth)
{
    return (struct value){VALUE_TRUTH, "", truth};
}

static struct value text(const char *s)
{
    return (struct value){VALUE_TEXT, s, TRUTH_TRUE};
}

static const struct value null = {VALUE_NULL, "", TRUTH_FALSE};

static enum truth as_truth(struct value v)
{
    switch (v.kind) {
    case VALUE_NULL:
        return TRUTH_FALSE;
    case VALUE_TEXT:
        return v.text[0] != '\0' ? TRUTH_TRUE : TRUTH_FALSE;
    case VALUE_TRUTH:
        return v.truth;
    default:
        return TRUTH_TRUE;
    }
}

static enum truth not(enum truth a) {
    return a == TRUTH_FALSE  ? TRUTH_TRUE
           : a == TRUTH_TRUE ? TRUTH_FALSE
                             : a;
}

static enum truth and (enum truth a, enum truth b) {
    if (a == TRUTH_FALSE || b == TRUTH_FALSE) return TRUTH_FALSE;
    return a > b ? a : b; /* OPAQUE before FREE before TRUE */
}

static enum truth or (enum truth a, enum truth b) {
    if (a == TRUTH_TRUE || b == TRUTH_TRUE) return TRUTH_TRUE;
    if (a == TRUTH_FREE || b == TRUTH_FREE) return TRUTH_FREE;
    return a > b ? a : b;
}

/* --- comparing ------------------------------------------------------------------------------- */

/* What is not known of either side. */
static bool is_unsure(struct value a, struct value b, enum truth *out)
{
    bool free_ = (a.kind == VALUE_TRUTH && a.truth == TRUTH_FREE) ||
                 (b.kind == VALUE_TRUTH && b.truth == TRUTH_FREE);
    bool opaque = (a.kind == VALUE_TRUTH && a.truth == TRUTH_OPAQUE) ||
                  (b.kind == VALUE_TRUTH && b.truth == TRUTH_OPAQUE);

    *out = opaque ? TRUTH_OPAQUE : TRUTH_FREE;
    return opaque || free_;
}

static enum truth from_bool(bool yes)
{
    return yes ? TRUTH_TRUE : TRUTH_FALSE;
}

static const char *spelt(struct value v)
{
    if (v.kind == VALUE_TRUTH)
        return v.truth == TRUTH_TRUE ? "true" : "false";
    return v.text;
}

static enum truth ref_begins(const char *ref, const char *s)
{
    size_t len = strlen(s), known = strlen(ref);

    if (strncasecmp(ref, s, len < known ? len : known) != 0)
        return TRUTH_FALSE;
    return len <= known ? TRUTH_TRUE : TRUTH_FREE;
}

static enum truth equals(struct value a, struct value b)
{
    enum truth unsure;

    if (is_unsure(a, b, &unsure))
        return unsure;
    if (b.kind == VALUE_REF || b.kind == VALUE_ACTION || a.kind == VALUE_NULL) {
        struct value swap = a;
        a = b;
        b = swap;
    }
    if (a.kind == VALUE_REF)
        return b.kind == VALUE_TEXT && ref_begins(a.text, b.text) == TRUTH_FREE ? TRUTH_FREE
                                                                                : TRUTH_FALSE;
    if (a.kind == VALUE_ACTION)
        return b.kind == VALUE_TEXT && strcasestr(b.text, "released") == NULL &&
                       strcasecmp(b.text, "published") != 0
                   ? TRUTH_FREE
                   : TRUTH_FALSE;
    if (b.kind == VALUE_NULL)
        return from_bool(a.kind == VALUE_NULL ||
                         (a.kind == VALUE_TRUTH && a.truth == TRUTH_FALSE) ||
                         (a.kind == VALUE_TEXT && (a.text[0] == '\0' || strcmp(a.text, "0") == 0)));
    return from_bool(strcasecmp(spelt(a), spelt(b)) == 0);
}

static enum truth orders(struct value a, struct value b, bool less, bool or_equal)
{
    enum truth unsure;

    if (is_unsure(a, b, &unsure))
        return unsure;
    double x = strtod(a.text, NULL), y = strtod(b.text, NULL);
    return from_bool(less ? x < y || (or_equal && x == y) : x > y || (or_equal && x == y));
}

/* --- names ----------------------------------------------------------------------------------- */

static struct value input_of(const struct expression *e, const char *name)
{
    const struct workflow_asked *asked = e->asked;
    const struct yaml_node *given = yaml_get(asked->inputs, name);

    if (asked->called)
        return given != NULL && given->kind == YAML_SCALAR && strstr(given->text, "${{") == NULL
                   ? text(given->text)
                   : truth(TRUTH_OPAQUE);
    return strcmp(asked->run->event, "workflow_dispatch") == 0 ? truth(TRUTH_FREE) : null;
}

static struct value ref_of(const struct workflow_run *run)
{
    static const char *const begin[] = {
        [REF_TAG] = "refs/tags/", [REF_BRANCH] = "refs/heads/", [REF_PULL] = "refs/pull/"};

    if (run->ref == REF_OTHER)
        return truth(TRUTH_OPAQUE);
    return (struct value){VALUE_REF, begin[run->ref], TRUTH_TRUE};
}

static struct value action_of(const struct workflow_run *run)
{
    switch (run->way) {
    case WORKFLOW_RELEASE:
        return truth(TRUTH_FREE);
    case WORKFLOW_PULL:
    case WORKFLOW_OTHER:
        return (struct value){VALUE_ACTION, "", TRUTH_TRUE};
    case WORKFLOW_MANUAL:
        return strcmp(run->event, "repository_dispatch") == 0 ? truth(TRUTH_FREE) : null;
    default:
        return null;
    }
}

/* What an event tells of itself; it is nothing where another event started the run. */
static struct value only_of(const struct workflow_run *run, enum workflow_way way, const char *rest)
{
    if (run->way != way)
        return null;
    return truth(rest[0] == '\0' ? TRUTH_TRUE : way == WORKFLOW_RUN ? TRUTH_OPAQUE : TRUTH_FREE);
}

static struct value of_github(const struct expression *e, const char *name)
{
    static const struct {
        const char *name;
        enum workflow_way way;
    } parts[] = {
        {"event.release", WORKFLOW_RELEASE},  {"event.pull_request", WORKFLOW_PULL},
        {"event.workflow_run", WORKFLOW_RUN}, {"event.schedule", WORKFLOW_SCHEDULE},
        {"head_ref", WORKFLOW_PULL},          {"base_ref", WORKFLOW_PULL},
    };
    const struct workflow_run *run = e->asked->run;

    if (run->way == WORKFLOW_CALL)
        return truth(TRUTH_OPAQUE);
    if (strcmp(name, "event_name") == 0)
        return text(run->event);
    if (strcmp(name, "ref") == 0 || strcmp(name, "event.ref") == 0)
        return ref_of(run);
    if (strcmp(name, "ref_type") == 0 && run->ref != REF_OTHER)
        return text(run->ref == REF_TAG ? "tag" : "branch");
    if (strcmp(name, "event.action") == 0)
        return action_of(run);
    if (text_starts_with(name, "event.inputs."))
        return input_of(e, name + strlen("event.inputs."));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t len = strlen(parts[i].name);
        if (strncmp(name, parts[i].name, len) == 0 && (name[len] == '\0' || name[len] == '.'))
            return only_of(run, parts[i].way, name + len);
    }
    return truth(TRUTH_FREE);
}

static struct value of_name(const struct expression *e, const char *name)
{
    static const char *const chosen[] = {"matrix.", "runner.", "strategy."};
    static const char *const results[] = {".result", ".outcome", ".conclusion"};

    if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
        return truth(from_bool(name[0] == 't'));
    if (strcmp(name, "null") == 0)
        return null;
    if (text_starts_with(name, "github."))
        return of_github(e, name + strlen("github."));
    if (text_starts_with(name, "inputs."))
        return input_of(e, name + strlen("inputs."));
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
        if (text_starts_with(name, chosen[i]) || text_ends_with(name, results[i]))
            return truth(TRUTH_FREE);
    return truth(TRUTH_OPAQUE);
}

/* --- functions ------------------------------------------------------------------------------- */

static enum truth ref_holds(struct value ref, const char *s)
{
    if (text_starts_with(s, "refs/"))
        return ref_begins(ref.text, s);
    if (strncasecmp(s, "tags", 4) == 0 || strncasecmp(s, "/tags", 5) == 0)
        return from_bool(strcmp(ref.text, "refs/tags/") == 0);
    return TRUTH_FREE;
}

static enum truth holds(struct value a, struct value b)
{
    enum truth unsure;

    if (is_unsure(a, b, &unsure))
        return unsure;
    if (a.kind == VALUE_REF)
        return ref_holds(a, b.text);
    return from_bool(strcasestr(spelt(a), spelt(b)) != NULL);
}

static enum truth begins(struct value a, struct value b)
{
    enum truth unsure;

    if (is_unsure(a, b, &unsure))
        return unsure;
    if (a.kind == VALUE_REF)
        return ref_begins(a.text, b.text);
    return from_bool(strncasecmp(spelt(a), spelt(b), strlen(spelt(b))) == 0);
}

static struct value call(const char *name, const struct value *arguments, size_t count)
{
    if (strcmp(name, "always") == 0 || strcmp(name, "success") == 0)
        return truth(TRUTH_TRUE);
    if (strcmp(name, "failure") == 0 || strcmp(name, "cancelled") == 0)
        return truth(TRUTH_FREE);
    if (strcmp(name, "fromjson") == 0 && count == 1)
        return arguments[0];
    if (strcmp(name, "contains") == 0 && count == 2)
        return truth(holds(arguments[0], arguments[1]));
    if (strcmp(name, "startswith") == 0 && count == 2)
        return truth(begins(arguments[0], arguments[1]));
    if (strcmp(name, "endswith") == 0 && count == 2 && arguments[0].kind == VALUE_REF)
        return truth(TRUTH_FREE);
    return truth(TRUTH_OPAQUE);
}

/* --- reading --------------------------------------------------------------------------------- */

static struct value read_or(struct expression *e);

static void skip_space(struct expression *e)
{
    while (*e->at != '\0' && isspace((unsigned char)*e->at))
        e->at++;
}

static bool accept(struct expression *e, const char *token)
{
    skip_space(e);
    if (!text_starts_with(e->at, token))
        return false;
    e->at += strlen(token);
    return true;
}

static struct value read_string(struct expression *e)
{
    const char *out = e->words;

    for (; *e->at != '\0'; e->at++) {
        if (*e->at == '\'' && *++e->at != '\'') {
            *e->words++ = '\0';
            return text(out);
        }
        *e->words++ = *e->at; /* also of a quote that is written twice */
    }
    e->bad = true;
    return null;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* "github.event.inputs['x']" as "github.event.inputs.x". */
static const char *read_name(struct expression *e)
{
    const char *out = e->words;

    for (;;) {
        while (is_name(*e->at))
            *e->words++ = (char)tolower((unsigned char)*e->at++);
        if (e->at[0] == '.' && (is_name(e->at[1]) || e->at[1] == '*')) {
            *e->words++ = *e->at++;
            if (*e->at == '*')
                *e->words++ = *e->at++;
            continue;
        }
        if (!text_starts_with(e->at, "['"))
            break;
        e->at += 2;
        *e->words++ = '.';
        while (*e->at != '\0' && *e->at != '\'')
            *e->words++ = (char)tolower((unsigned char)*e->at++);
        if (!accept(e, "']"))
            e->bad = true;
    }
    *e->words++ = '\0';
    return out;
}

static struct value read_named(struct expression *e)
{
    struct value arguments[4];
    size_t count = 0;
    const char *name = read_name(e);

    if (name[0] == '\0')
        e->bad = true;
    if (!accept(e, "("))
        return of_name(e, name);
    while (!e->bad && !accept(e, ")")) {
        struct value argument = read_or(e);
        if (count < sizeof arguments / sizeof *arguments)
            arguments[count++] = argument;
        if (!accept(e, ",") && *e->at != ')')
            e->bad = true;
    }
    return call(name, arguments, count);
}

static struct value read_number(struct expression *e)
{
    size_t len = strspn(e->at, "-+.0123456789eExXabcdefABCDEF");
    const char *number = e->words;

    memcpy(e->words, e->at, len);
    e->words += len;
    *e->words++ = '\0';
    e->at += len;
    return text(number);
}

static struct value read_primary(struct expression *e)
{
    struct value value;

    skip_space(e);
    if (accept(e, "(")) {
        value = read_or(e);
        e->bad |= !accept(e, ")");
        return value;
    }
    if (accept(e, "'"))
        return read_string(e);
    if (isdigit((unsigned char)*e->at) || *e->at == '-')
        return read_number(e);
    return read_named(e);
}

static struct value read_unary(struct expression *e)
{
    bool negated = false, any = false;

    skip_space(e);
    while (e->at[0] == '!' && e->at[1] != '=') {
        e->at++;
        negated = !negated;
        any = true;
        skip_space(e);
    }
    struct value value = read_primary(e);
    if (!any)
        return value;
    return truth(negated ? not(as_truth(value)) : as_truth(value));
}

static struct value read_comparison(struct expression *e)
{
    struct value left = read_unary(e);

    if (accept(e, "=="))
        return truth(equals(left, read_unary(e)));
    if (accept(e, "!="))
        return truth(not(equals(left, read_unary(e))));
    if (accept(e, "<="))
        return truth(orders(left, read_unary(e), true, true));
    if (accept(e, ">="))
        return truth(orders(left, read_unary(e), false, true));
    if (accept(e, "<"))
        return truth(orders(left, read_unary(e), true, false));
    if (accept(e, ">"))
        return truth(orders(left, read_unary(e), false, false));
    return left;
}

static struct value read_and(struct expression *e)
{
    struct value left = read_comparison(e);

    while (!e->bad && accept(e, "&&"))
        left = truth(and(as_truth(left), as_truth(read_comparison(e))));
    return left;
}

static struct value read_or(struct expression *e)
{
    if (++e->depth > DEPTH_MAX)
        e->bad = true;
    if (e->bad)
        return null;
    struct value left = read_and(e);
    while (!e->bad && accept(e, "||"))
        left = truth(or (as_truth(left), as_truth(read_and(e))));
    e->depth--;
    return left;
}

/* `${{` and `}}` are only marks here. */
static void unmark(char *at)
{
    for (; *at != '\0'; at++) {
        if (strncmp(at, "${{", 3) == 0)
            memset(at, ' ', 3);
        else if (strncmp(at, "}}", 2) == 0)
            memset(at, ' ', 2);
    }
}

enum truth workflow_if(const char *condition, const struct workflow_asked *asked)
{
    struct expression e = {.asked = asked};
    size_t len = strlen(condition);

    if (condition[strspn(condition, " \t\r\n")] == '\0')
        return TRUTH_TRUE;
    if (len > TEXT_MAX)
        return TRUTH_OPAQUE;
    /* behind it, what is read: each byte once, and an end for each that has one */
    char *copy = mem_alloc(3 * len + 3);
    memcpy(copy, condition, len);
    unmark(copy);
    e.at = copy;
    e.words = copy + len + 1;
    enum truth result = as_truth(read_or(&e));
    skip_space(&e);
    if (e.bad || *e.at != '\0')
        result = TRUTH_OPAQUE;
    free(copy);
    return result;
}

bool workflow_if_is_always(const char *condition)
{
    return strcasestr(condition, "always()") != NULL ||
           strcasestr(condition, "cancelled()") != NULL ||
           strcasestr(condition, "failure()") != NULL;
}
