#include "facts/forge_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"

#define WORD_MAX 40

bool forge_has(const json_t *object, const char *key)
{
    return json_object_get(object, key) != NULL;
}

const char *forge_text(const json_t *object, const char *key, struct arena *arena)
{
    const char *text = NULL;

    jget_string(object, key, &text);
    return arena_strdup(arena, text);
}

const char *forge_inner(const json_t *object, const char *key, const char *inner,
                        struct arena *arena)
{
    return forge_text(json_object_get(object, key), inner, arena);
}

int64_t forge_instant(const json_t *object, const char *key)
{
    const char *text;
    int64_t instant;

    return jget_string(object, key, &text) == JGET_OK && clock_parse(text, &instant, NULL) == 0
               ? instant
               : CLOCK_UNKNOWN;
}

/* --- releases -------------------------------------------------------------------------------- */

static int read_release(const json_t *node, struct arena *arena, struct forge_release *out)
{
    bool latest;

    *out = (struct forge_release){.latest = -1};
    out->tag = forge_text(node, "tagName", arena);
    if (jget_int(node, "databaseId", &out->number) != JGET_OK || out->tag == NULL ||
        jget_bool(node, "isDraft", &out->draft) != JGET_OK ||
        jget_bool(node, "isPrerelease", &out->prerelease) == JGET_INVALID)
        return -1;
    if (jget_bool(node, "isLatest", &latest) == JGET_OK)
        out->latest = latest;
    out->name = forge_text(node, "name", arena);
    out->created_at = forge_instant(node, "createdAt");
    out->published_at = forge_instant(node, "publishedAt");
    out->commit = forge_inner(node, "tagCommit", "oid", arena);
    return 0;
}

int forge_read_releases(const json_t *connection, struct arena *arena, struct forge_repository *out)
{
    json_t *nodes = NULL, *page = NULL, *node;
    bool more = false;
    size_t i;

    if (jget_array(connection, "nodes", &nodes) != JGET_OK ||
        jget_object(connection, "pageInfo", &page) != JGET_OK ||
        jget_bool(page, "hasNextPage", &more) != JGET_OK)
        return -1;
    out->releases = arena_array(arena, json_array_size(nodes), sizeof *out->releases);
    json_array_foreach(nodes, i, node)
    {
        if (read_release(node, arena, &out->releases[out->release_count++]) != 0)
            return -1;
    }
    out->more = more ? forge_text(page, "endCursor", arena) : NULL;
    if (more && out->more == NULL)
        return -1;
    out->releases_state = FORGE_KNOWN;
    return 0;
}

/* --- commits --------------------------------------------------------------------------------- */

/* An enum of the schema as our words are spelt: "UNKNOWN_KEY" is "unknown-key". */
static const char *word_of(const char *value, struct arena *arena)
{
    char *word = value != NULL ? arena_strndup(arena, value, strnlen(value, WORD_MAX)) : NULL;

    for (char *c = word; c != NULL && *c != '\0'; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    return word;
}

static const char *read_signature(const json_t *commit, struct arena *arena)
{
    const json_t *signature = json_object_get(commit, "signature");
    bool valid = false;

    if (signature == NULL)
        return NULL;
    if (json_is_null(signature))
        return "none";
    if (jget_bool(signature, "isValid", &valid) == JGET_OK && valid)
        return "valid";
    return word_of(forge_text(signature, "state", arena), arena);
}

/* Checks and commit statuses in one: what the forge shows beside a commit. */
static const char *read_checks(const json_t *commit, struct arena *arena)
{
    static const struct {
        const char *state, *word;
    } words[] = {{"SUCCESS", "success"},
                 {"FAILURE", "failure"},
                 {"ERROR", "failure"},
                 {"PENDING", "pending"},
                 {"EXPECTED", "pending"}};
    const json_t *rollup = json_object_get(commit, "statusCheckRollup");
    const char *state = forge_text(rollup, "state", arena);

    for (size_t i = 0; state != NULL && i < sizeof words / sizeof *words; i++)
        if (strcmp(state, words[i].state) == 0)
            return words[i].word;
    return json_is_null(rollup) ? "absent" : NULL;
}

void forge_read_commit(const json_t *object, const char *default_branch, struct arena *arena,
                       struct forge_commit *out)
{
    const char *type = forge_text(object, "__typename", arena);

    *out = (struct forge_commit){0};
    if (json_is_null(object) || (type != NULL && strcmp(type, "Commit") != 0)) {
        out->state = FORGE_ABSENT;
        return;
    }
    if (type == NULL)
        return;
    out->state = FORGE_KNOWN;
    out->signature = read_signature(object, arena);
    out->checks = read_checks(object, arena);
    forge_read_pulls(json_object_get(object, "associatedPullRequests"), default_branch, arena, out);
}
