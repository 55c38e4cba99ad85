#include "facts/forge.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "facts/forge_internal.h"

#define BODY_MAX    ((size_t)32 << 20)
#define ERRORS_MAX  10000
#define CUT_SHORT   "Something went wrong while executing your query"
#define ALIAS_BYTES 24

const char *forge_look_word(enum forge_look look)
{
    static const char *const words[] = {"unknown", "absent", "known"};

    return words[look];
}

const char *forge_reviewed_word(enum forge_reviewed reviewed)
{
    static const char *const words[] = {NULL, "not-approved", "changes-requested",
                                        "approved-earlier", "approved"};

    return words[reviewed];
}

/* One answer while it is read. */
struct reading {
    const struct forge_asked *asked;
    size_t count;
    struct arena *arena;
    struct forge_answer *out;
};

/* --- errors ---------------------------------------------------------------------------------- */

static enum reason reason_of(const char *type)
{
    static const struct {
        const char *type;
        enum reason reason;
    } types[] = {
        {"NOT_FOUND", REASON_NOT_FOUND},           {"FORBIDDEN", REASON_FORBIDDEN},
        {"INSUFFICIENT_SCOPES", REASON_FORBIDDEN}, {"UNAUTHORIZED", REASON_UNAUTHORIZED},
        {"SERVICE_UNAVAILABLE", REASON_REMOTE},
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i].type) == 0)
            return types[i].reason;
    return REASON_REMOTE;
}

/* The number behind one letter, SIZE_MAX when it is no such alias. */
static size_t number_of(const json_t *step, char letter)
{
    const char *text = json_string_value(step);
    size_t number = 0, digits = 0;

    if (text == NULL || text[0] != letter)
        return SIZE_MAX;
    for (text++; *text >= '0' && *text <= '9' && digits < 6; text++, digits++)
        number = number * 10 + (size_t)(*text - '0');
    return digits > 0 && *text == '\0' ? number : SIZE_MAX;
}

static bool is_too_much(const char *type, const char *message)
{
    return strcmp(type, "RESOURCE_LIMITS_EXCEEDED") == 0 ||
           strcmp(type, "MAX_NODE_LIMIT_EXCEEDED") == 0 || strcmp(type, "ARGUMENT_LIMIT") == 0 ||
           strncmp(message, CUT_SHORT, strlen(CUT_SHORT)) == 0;
}

/* One field of a commit failed: it is unknown, whatever stands there. */
static void spoil_commit(struct forge_commit *commit, const json_t *path)
{
    const char *field = json_string_value(json_array_get(path, 2));

    if (field == NULL)
        *commit = (struct forge_commit){0};
    else if (strcmp(field, "signature") == 0)
        commit->signature = NULL;
    else if (strcmp(field, "statusCheckRollup") == 0)
        commit->checks = NULL;
    else
        commit->pull_state = FORGE_UNKNOWN;
}

/* An error at some path of the data. */
static void spoil(struct reading *reading, const json_t *path, const char *type,
                  const char *message)
{
    size_t r = number_of(json_array_get(path, 0), 'r');
    size_t c = number_of(json_array_get(path, 1), 'c');

    if (r >= reading->count)
        return;
    struct forge_repository *repository = &reading->out->repositories[r];
    const char *field = json_string_value(json_array_get(path, json_array_size(path) - 1));
    if (is_too_much(type, message)) {
        repository->heavy = true;
    } else if (c < reading->asked[r].commits) {
        spoil_commit(&repository->commits[c], path);
        reading->out->refused = arena_strdup(reading->arena, field);
    } else if (repository->err.reason == REASON_NONE) {
        err_set(&repository->err, reason_of(type), "%s: the forge says: %.200s",
                reading->asked[r].full_name, message);
    }
}

/* A field that the server's schema does not have. */
static bool note_lacking(struct reading *reading, const json_t *error)
{
    const json_t *more = json_object_get(error, "extensions");
    const char *code, *field;

    if (jget_string(more, "code", &code) != JGET_OK || strcmp(code, "undefinedField") != 0 ||
        jget_string(more, "fieldName", &field) != JGET_OK)
        return false;
    struct forge_answer *out = reading->out;
    if (out->lacking_count < FORGE_LACKING)
        out->lacking[out->lacking_count++] = arena_strdup(reading->arena, field);
    out->word = FORGE_LACKS;
    return true;
}

/* An error of the whole answer; a gentler word does not take the place of a graver one. */
static void fail(struct reading *reading, const char *type, const char *message)
{
    struct forge_answer *out = reading->out;

    if (out->word == FORGE_LIMITED || out->word == FORGE_LACKS)
        return;
    if (is_too_much(type, message)) {
        out->word = FORGE_HEAVY;
    } else if (out->word != FORGE_HEAVY) {
        out->word = FORGE_FAILED;
        err_set(&out->err, reason_of(type), "the forge's GraphQL API says: %.300s", message);
    }
}

static void take_error(struct reading *reading, const json_t *error)
{
    const char *type = "", *message = "nothing of what is wrong";
    json_t *path = NULL;

    jget_string(error, "message", &message);
    if (jget_string(error, "type", &type) != JGET_OK)
        jget_string(json_object_get(error, "extensions"), "code", &type);
    bool at_data = jget_array(error, "path", &path) == JGET_OK &&
                   number_of(json_array_get(path, 0), 'r') != SIZE_MAX;
    if (strcmp(type, "RATE_LIMITED") == 0 || strcmp(type, "RATE_LIMIT") == 0)
        reading->out->word = FORGE_LIMITED;
    else if (note_lacking(reading, error))
        return;
    else if (at_data)
        spoil(reading, path, type, message);
    else
        fail(reading, type, message);
}

/* --- data ------------------------------------------------------------------------------------ */

static void read_repository(struct reading *reading, size_t r, const json_t *object)
{
    const struct forge_asked *asked = &reading->asked[r];
    struct forge_repository *out = &reading->out->repositories[r];
    char alias[ALIAS_BYTES];

    if (!json_is_object(object))
        return;
    if (asked->releases &&
        forge_read_releases(json_object_get(object, "releases"), reading->arena, out) != 0)
        out->releases_state = FORGE_UNKNOWN;
    for (size_t c = 0; c < asked->commits; c++) {
        snprintf(alias, sizeof alias, "c%zu", c);
        const json_t *commit = json_object_get(object, alias);
        if (commit != NULL)
            forge_read_commit(commit, asked->default_branch, reading->arena, &out->commits[c]);
    }
}

static void read_budget(const json_t *data, struct forge_answer *out)
{
    const json_t *limit = json_object_get(data, "rateLimit");

    jget_int(limit, "cost", &out->cost);
    jget_int(limit, "remaining", &out->remaining);
    out->reset_at = forge_instant(limit, "resetAt");
}

/* What neither the data nor an error tells of is not here, or not for this credential. */
static void check_repository(struct reading *reading, size_t r, bool here)
{
    struct forge_repository *out = &reading->out->repositories[r];
    const char *name = reading->asked[r].full_name;

    if (out->err.reason != REASON_NONE || out->heavy)
        return;
    if (!here)
        err_set(&out->err, REASON_NOT_FOUND,
                "%s: the forge's GraphQL API does not show it to this credential", name);
    else if (reading->asked[r].releases && out->releases_state == FORGE_UNKNOWN)
        err_set(&out->err, REASON_BAD_ANSWER,
                "%s: the forge's answer about its releases is not as its schema has it", name);
}

static void read_answer(struct reading *reading, const json_t *root)
{
    struct forge_answer *out = reading->out;
    const json_t *data = json_object_get(root, "data");
    const json_t *errors = json_object_get(root, "errors");
    char alias[ALIAS_BYTES];
    json_t *error;
    size_t i;

    read_budget(data, out);
    for (size_t r = 0; r < reading->count; r++) {
        snprintf(alias, sizeof alias, "r%zu", r);
        read_repository(reading, r, json_object_get(data, alias));
    }
    json_array_foreach(errors, i, error)
    {
        if (i < ERRORS_MAX)
            take_error(reading, error);
    }
    if (out->word == FORGE_HERE && !json_is_object(data)) {
        out->word = FORGE_FAILED;
        err_set(&out->err, REASON_BAD_ANSWER, "the forge's GraphQL API answered without data");
    }
    for (size_t r = 0; r < reading->count; r++) {
        snprintf(alias, sizeof alias, "r%zu", r);
        check_repository(reading, r, json_is_object(json_object_get(data, alias)));
    }
}

void forge_parse(const char *body, size_t len, const struct forge_asked *asked, size_t count,
                 struct arena *arena, struct forge_answer *out)
{
    struct reading reading = {asked, count, arena, out};
    json_error_t error;

    *out = (struct forge_answer){.cost = -1, .remaining = -1, .reset_at = CLOCK_UNKNOWN};
    out->repositories = arena_array(arena, count, sizeof *out->repositories);
    for (size_t r = 0; r < count; r++)
        out->repositories[r].commits =
            arena_array(arena, asked[r].commits, sizeof *out->repositories[r].commits);
    json_t *root = len <= BODY_MAX ? json_loadb(body, len, JSON_ALLOW_NUL, &error) : NULL;
    if (json_is_object(root)) {
        read_answer(&reading, root);
    } else {
        out->word = FORGE_FAILED;
        err_set(&out->err, REASON_BAD_ANSWER, "the forge's GraphQL API answered no JSON object");
    }
    json_decref(root);
}
