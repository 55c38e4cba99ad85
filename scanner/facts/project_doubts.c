#include "facts/project_internal.h"

#include <stdlib.h>
#include <string.h>

#include "facts/names.h"
#include "facts/pep440.h"

/* What speaks against a version that was read, or beside it. */

static const char *place(struct project_reader *r, const char *path)
{
    return project_place(r, "pyproject.toml", project_line(r->lines, path));
}

static const char *declared(const struct project_reader *r, const char *path)
{
    return project_text_at(r->pyproject, path);
}

/* Two files that state different versions are reported, whichever one counts. */
static void note_conflict(struct project_reader *r, const char *other, const char *origin)
{
    const char *reason = r->out->reason;

    if (other == NULL || r->out->version == NULL ||
        (pep440_valid(other, strlen(other)) && pep440_compare(other, r->out->version) == 0) ||
        strcmp(other, r->out->version) == 0)
        return;
    r->out->reason = arena_printf(r->arena, "%s%s%s states %s", reason != NULL ? reason : "",
                                  reason != NULL ? ", " : "", origin, other);
}

/* The same of names. */
static void note_other_name(struct project_reader *r, const char *other, const char *origin)
{
    const char *reason = r->out->reason;
    char normal[NAME_MAX_BYTES];

    if (other == NULL || r->out->normal == NULL || names_normalise(other, normal) != 0 ||
        strcmp(normal, r->out->normal) == 0)
        return;
    r->out->reason = arena_printf(r->arena, "%s%s%s names %s", reason != NULL ? reason : "",
                                  reason != NULL ? ", " : "", origin, other);
}

static void note_other_names(struct project_reader *r)
{
    const struct ini_entry *cfg = ini_get(&r->cfg, "metadata", "name");
    struct py_value value = project_argument(r, "name", NULL);

    if (declared(r, "project.name") != NULL)
        note_other_name(r, declared(r, "tool.poetry.name"), place(r, "tool.poetry.name"));
    if (cfg != NULL)
        note_other_name(r, cfg->value, project_place(r, "setup.cfg", cfg->line));
    if (value.type == PY_TEXT)
        note_other_name(r, pyvalue_text(&r->eval, &value),
                        project_place(r, value.path != NULL ? value.path : "setup.py", value.line));
}

static void note_conflicts(struct project_reader *r)
{
    const struct ini_entry *cfg = ini_get(&r->cfg, "metadata", "version");

    if (declared(r, "project.version") != NULL)
        note_conflict(r, declared(r, "tool.poetry.version"), place(r, "tool.poetry.version"));
    if (cfg != NULL && strchr(cfg->value, ':') == NULL && *cfg->value != '\0')
        note_conflict(r, cfg->value, project_place(r, "setup.cfg", cfg->line));
    struct py_value value = project_argument(r, "version", NULL);
    if (value.type == PY_TEXT)
        note_conflict(r, pyvalue_text(&r->eval, &value),
                      project_place(r, value.path != NULL ? value.path : "setup.py", value.line));
}

/* What comments say of versions that the build replaces. "Set by" and "managed by" are not here:
   tools say so of versions that they commit. */
static const char *dummy_word(const char *comment)
{
    static const char *const words[] = {
        "dummy",       "placeholder",       "overwritten", "overridden", "fake",
        "stub",        "not used",          "unused",      "is ignored", "replaced at",
        "replaced by", "replaced in",       "filled in",   "injected",   "substituted",
        "at build",    "do not change, set"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(comment, words[i]) != NULL)
            return words[i];
    return NULL;
}

/* The line of that number; its length. */
static const char *line_at(const char *data, const char *end, size_t line, size_t *len)
{
    for (; line > 1 && data < end; line--) {
        const char *next = memchr(data, '\n', (size_t)(end - data));
        data = next != NULL ? next + 1 : end;
    }
    const char *stop = data < end ? memchr(data, '\n', (size_t)(end - data)) : NULL;
    *len = (size_t)((stop != NULL ? stop : end) - data);
    return data;
}

/* The comment on the line; where `alone`, only one that has the line to itself. */
static const char *comment_on(struct project_reader *r, const char *line, size_t len, bool alone)
{
    const char *comment = len > 0 ? memchr(line, '#', len) : NULL;

    if (comment == NULL || (alone && comment != line + strspn(line, " \t")))
        return "";
    return arena_strndup(r->arena, comment, len - (size_t)(comment - line));
}

/* A version whose own line, or the comment above it, calls it a dummy is none. */
static void note_dummy(struct project_reader *r)
{
    const char *colon = r->out->origin != NULL ? strrchr(r->out->origin, ':') : NULL;
    const char *data, *at, *word;
    size_t len;

    if ((r->out->kind != DECLARED_STATIC && r->out->kind != DECLARED_DYNAMIC) || colon == NULL ||
        r->source->read(r->source->ctx,
                        arena_strndup(r->arena, r->out->origin, (size_t)(colon - r->out->origin)),
                        &data, &len) != SOURCE_FOUND)
        return;
    const char *end = data + len;
    size_t line = strtoul(colon + 1, NULL, 10);
    at = line_at(data, end, line, &len);
    word = dummy_word(comment_on(r, at, len, false));
    if (word == NULL && line > 1) {
        at = line_at(data, end, line - 1, &len);
        word = dummy_word(comment_on(r, at, len, true));
    }
    if (word == NULL)
        return;
    r->out->kind = DECLARED_PLACEHOLDER;
    r->out->reason = arena_printf(r->arena, "a comment beside it says \"%s\"", word);
}

void project_doubts(struct project_reader *r)
{
    note_dummy(r);
    note_conflicts(r);
    note_other_names(r);
}
