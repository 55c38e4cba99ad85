#include "facts/project_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "facts/names.h"
#include "facts/pep440.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

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

/* --- comments -------------------------------------------------------------------------------- */

/* Whether the words stand in the text, not as parts of others. */
static bool has_words(const char *text, const char *words)
{
    size_t len = strlen(words);

    for (const char *at = text; (at = strcasestr(at, words)) != NULL; at++)
        if ((at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]))
            return true;
    return false;
}

enum weight {
    WEIGHT_NAME,    /* calls it none by itself */
    WEIGHT_QUALITY, /* on the line above it may speak of other things, unless of a version */
    WEIGHT_DEED,    /* and unless of where versions are set */
};

/* What comments say of versions that the build replaces. Not just "set by" and "managed by": tools
   say so of versions that they commit. */
static const struct {
    const char *words;
    enum weight weight;
} sayings[] = {
    {"dummy", WEIGHT_NAME},
    {"placeholder", WEIGHT_NAME},
    {"fake", WEIGHT_QUALITY},
    {"stub", WEIGHT_QUALITY},
    {"not used", WEIGHT_QUALITY},
    {"unused", WEIGHT_QUALITY},
    {"is ignored", WEIGHT_QUALITY},
    {"overwritten", WEIGHT_DEED},
    {"overridden", WEIGHT_DEED},
    {"will be replaced", WEIGHT_DEED},
    {"replaced at", WEIGHT_DEED},
    {"replaced by", WEIGHT_DEED},
    {"replaced during", WEIGHT_DEED},
    {"replaced in", WEIGHT_DEED},
    {"substituted at", WEIGHT_DEED},
    {"substituted by", WEIGHT_DEED},
    {"substituted during", WEIGHT_DEED},
    {"injected at", WEIGHT_DEED},
    {"injected by", WEIGHT_DEED},
    {"injected during", WEIGHT_DEED},
    {"filled in", WEIGHT_DEED},
    {"set at build", WEIGHT_DEED},
    {"set during", WEIGHT_DEED},
    {"set from", WEIGHT_DEED},
    {"comes from git", WEIGHT_DEED},
    {"comes from the git", WEIGHT_DEED},
    {"comes from the tag", WEIGHT_DEED},
    {"do not change, set", WEIGHT_DEED},
};

static bool is_of_a_version(const char *comment, enum weight weight)
{
    static const char *const places[] = {"build", "release", "workflow", "pipeline", "CI"};
    bool found = weight == WEIGHT_NAME || has_words(comment, "version");

    for (size_t i = 0; weight == WEIGHT_DEED && i < COUNT(places); i++)
        found |= has_words(comment, places[i]);
    return found;
}

/* What the comment says of the version; `beside`: it stands on the same line. NULL. */
static const char *dummy_word(const char *comment, bool beside)
{
    for (size_t i = 0; i < COUNT(sayings); i++)
        if (has_words(comment, sayings[i].words) &&
            (beside || is_of_a_version(comment, sayings[i].weight)))
            return sayings[i].words;
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
    word = dummy_word(comment_on(r, at, len, false), true);
    if (word == NULL && line > 1) {
        at = line_at(data, end, line - 1, &len);
        word = dummy_word(comment_on(r, at, len, true), false);
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
