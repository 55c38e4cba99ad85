#include "fetch/graphql_query.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TEXT_MAX ((size_t)1 << 20) /* far more than a batch can need */

unsigned graphql_weight(const struct graphql_item *item, const struct graphql_sizes *sizes)
{
    return (unsigned)item->releases + (unsigned)item->commit_count * (1 + sizes->pulls);
}

__attribute__((format(printf, 2, 3))) static void add(struct buf *text, const char *fmt, ...)
{
    char piece[512];
    va_list ap;

    va_start(ap, fmt);
    int len = vsnprintf(piece, sizeof piece, fmt, ap);
    va_end(ap);
    /* All that varies is numbers. */
    if (len < 0 || (size_t)len >= sizeof piece || buf_add(text, piece, (size_t)len) != 0)
        abort();
}

/* --- what is selected ------------------------------------------------------------------------ */

static void select_item(struct buf *text, const struct graphql_item *item, size_t i)
{
    add(text,
        "r%zu: repository(owner: $owner%zu, name: $name%zu, followRenames: true) {\n"
        "nameWithOwner\n",
        i, i, i);
    if (item->releases)
        add(text,
            "releases(first: $%s, after: $after%zu, "
            "orderBy: { field: CREATED_AT, direction: DESC }) { ...ReleasePage }\n",
            item->after == NULL ? "releases" : "further", i);
    for (size_t c = 0; c < item->commit_count; c++)
        add(text, "c%zu: object(oid: $oid%zu_%zu) { ...CommitReview }\n", c, i, c);
    add(text, "}\n");
}

/* A fragment that nothing uses is an error. */
static void add_fragment(struct buf *text, const char *fragments, const char *name)
{
    char *head = mem_printf("fragment %s on", name);
    const char *start = strstr(fragments, head);
    const char *end = start != NULL ? strstr(start, "\n}") : NULL;

    free(head);
    if (end == NULL || buf_add(text, start, (size_t)(end + 2 - start)) != 0)
        abort();
    add(text, "\n");
}

/* --- what it needs --------------------------------------------------------------------------- */

struct variables {
    struct buf declared;
    json_t *values;
};

static void declare(struct variables *variables, const char *name, const char *type, json_t *value)
{
    add(&variables->declared, "%s$%s: %s", variables->declared.len > 0 ? ", " : "", name, type);
    json_object_set_new(variables->values, name, value);
}

static json_t *text_of(const char *text)
{
    json_t *value = text != NULL ? json_string(text) : NULL;

    return value != NULL ? value : json_null();
}

/* A variable that nothing uses is an error, too. */
static void declare_size(struct variables *variables, const struct buf *selected, const char *name,
                         unsigned size)
{
    char *used = mem_printf("$%s", name);

    if (strstr(buf_str(selected), used) != NULL)
        declare(variables, name, "Int!", json_integer(size));
    free(used);
}

static void declare_item(struct variables *variables, const struct graphql_item *item, size_t i)
{
    char name[64];

    snprintf(name, sizeof name, "owner%zu", i);
    declare(variables, name, "String!", text_of(item->owner));
    snprintf(name, sizeof name, "name%zu", i);
    declare(variables, name, "String!", text_of(item->name));
    if (item->releases) {
        snprintf(name, sizeof name, "after%zu", i);
        declare(variables, name, "String", text_of(item->after));
    }
    for (size_t c = 0; c < item->commit_count; c++) {
        snprintf(name, sizeof name, "oid%zu_%zu", i, c);
        declare(variables, name, "GitObjectID!", text_of(item->commits[c]));
    }
}

/* --- the request ----------------------------------------------------------------------------- */

char *graphql_query(const char *fragments, const struct graphql_item *items, size_t count,
                    const struct graphql_sizes *sizes)
{
    struct buf selected = BUF_INIT(TEXT_MAX), text = BUF_INIT(2 * TEXT_MAX);
    struct variables variables = {BUF_INIT(TEXT_MAX), json_object()};
    bool releases = false, commits = false;

    for (size_t i = 0; i < count; i++) {
        select_item(&selected, &items[i], i);
        releases |= items[i].releases;
        commits |= items[i].commit_count > 0;
    }
    add(&selected, "}\n");
    if (releases)
        add_fragment(&selected, fragments, "ReleasePage");
    if (commits)
        add_fragment(&selected, fragments, "CommitReview");
    declare_size(&variables, &selected, "releases", sizes->releases);
    declare_size(&variables, &selected, "further", sizes->further);
    declare_size(&variables, &selected, "prs", sizes->pulls);
    declare_size(&variables, &selected, "reviews", sizes->reviews);
    for (size_t i = 0; i < count; i++)
        declare_item(&variables, &items[i], i);
    if (buf_addstr(&text, "query Fleet(") != 0 ||
        buf_addstr(&text, buf_str(&variables.declared)) != 0 ||
        buf_addstr(&text, ") {\nrateLimit { cost limit nodeCount remaining used resetAt }\n") !=
            0 ||
        buf_addstr(&text, buf_str(&selected)) != 0)
        abort();
    json_t *body = json_pack("{s:s, s:s, s:o}", "query", buf_str(&text), "operationName", "Fleet",
                             "variables", variables.values);
    char *result = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    buf_release(&variables.declared);
    buf_release(&selected);
    buf_release(&text);
    return result != NULL ? result : mem_strdup("{}");
}

/* --- without a field ------------------------------------------------------------------------- */

static bool begins_with_field(const char *line, const char *field)
{
    size_t len = strlen(field);

    line += strspn(line, " ");
    return strncmp(line, field, len) == 0 && strchr(" ({\n", line[len]) != NULL;
}

/* Behind the line, and all lines of what it selects. */
static const char *end_of(const char *line)
{
    int depth = 0;

    for (; *line != '\0'; line++) {
        depth += (*line == '{') - (*line == '}');
        if (*line == '\n' && depth <= 0)
            return line + 1;
    }
    return line;
}

char *graphql_without(const char *fragments, const char *field)
{
    struct buf kept = BUF_INIT(TEXT_MAX);
    bool found = false;
    const char *next;
    int failed = 0;

    if (*field == '\0')
        return NULL;
    for (const char *line = fragments; *line != '\0'; line = next) {
        bool dropped = begins_with_field(line, field);
        next = dropped ? end_of(line) : line + strcspn(line, "\n");
        next += !dropped && *next == '\n';
        found |= dropped;
        if (!dropped)
            failed |= buf_add(&kept, line, (size_t)(next - line));
    }
    if (found && failed == 0)
        return buf_detach(&kept);
    buf_release(&kept);
    return NULL;
}
