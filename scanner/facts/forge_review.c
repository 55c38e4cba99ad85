#include "facts/forge_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

#define REVIEWS_MAX 100 /* of one pull request: no page is longer */
#define GHOST       "ghost"

/* The last word of one reviewer before the merge. */
struct vote {
    const char *who, *state, *at;
    bool on_head;
};

static const char *who(const json_t *object, const char *key, struct arena *arena)
{
    const char *login = forge_inner(object, key, "login", arena);

    return login == NULL && forge_has(object, key) ? GHOST : login;
}

/* After the merge nobody's word changes what was merged. */
static bool is_in_time(const json_t *review, const struct forge_pull *pull)
{
    int64_t at = forge_instant(review, "submittedAt");

    return at == CLOCK_UNKNOWN || pull->merged_at == CLOCK_UNKNOWN || at <= pull->merged_at;
}

static size_t collect(const json_t *nodes, const struct forge_pull *pull, struct arena *arena,
                      struct vote votes[REVIEWS_MAX])
{
    size_t i, at, count = 0;
    json_t *review;

    json_array_foreach(nodes, i, review)
    {
        const char *reviewer = who(review, "author", arena);
        const char *state = forge_text(review, "state", arena);
        if (i >= REVIEWS_MAX || state == NULL || reviewer == NULL || !is_in_time(review, pull) ||
            (pull->author != NULL && strcasecmp(reviewer, pull->author) == 0))
            continue;
        for (at = 0; at < count && strcasecmp(votes[at].who, reviewer) != 0;)
            at++;
        const char *commit = forge_inner(review, "commit", "oid", arena);
        votes[at] =
            (struct vote){reviewer, state, forge_text(review, "submittedAt", arena),
                          commit != NULL && pull->head != NULL && strcmp(commit, pull->head) == 0};
        count += at == count;
    }
    return count;
}

static enum forge_reviewed judge(const struct vote *votes, size_t count, bool whole)
{
    enum forge_reviewed found = whole ? FORGE_REVIEWED_NOT : FORGE_REVIEWED_UNKNOWN;

    for (size_t i = 0; i < count; i++) {
        enum forge_reviewed one = FORGE_REVIEWED_UNKNOWN;
        if (strcmp(votes[i].state, "APPROVED") == 0)
            one = votes[i].on_head ? FORGE_REVIEWED_APPROVED : FORGE_REVIEWED_EARLIER;
        else if (strcmp(votes[i].state, "CHANGES_REQUESTED") == 0 && whole)
            one = FORGE_REVIEWED_REFUSED;
        found = one > found ? one : found;
    }
    return found;
}

/* Votes in the order of their reviewers' first word, so that the text is always the same. */
static const char *tell(const struct vote *votes, size_t count, struct arena *arena)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("[s,s,s?,b]", votes[i].who, votes[i].state,
                                              votes[i].at, votes[i].on_head));
    char *text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    arena_take(arena, text);
    return text;
}

/* The last reviews were asked for, so the last word of whoever appears is among them. */
static void read_reviews(const json_t *node, struct arena *arena, struct forge_pull *pull)
{
    const json_t *reviews = json_object_get(node, "reviews");
    struct vote votes[REVIEWS_MAX];
    json_t *nodes = NULL;
    int64_t total = 0;

    if (jget_array(reviews, "nodes", &nodes) != JGET_OK ||
        jget_int(reviews, "totalCount", &total) != JGET_OK)
        return;
    size_t count = collect(nodes, pull, arena, votes);
    pull->reviewed = judge(votes, count, (int64_t)json_array_size(nodes) >= total);
    pull->reviews = tell(votes, count, arena);
}

static int read_pull(const json_t *node, struct arena *arena, struct forge_pull *out)
{
    *out = (struct forge_pull){0};
    if (jget_int(node, "number", &out->number) != JGET_OK || out->number <= 0)
        return -1;
    out->url = forge_text(node, "url", arena);
    out->author = who(node, "author", arena);
    out->merged_by = who(node, "mergedBy", arena);
    out->merged_at = forge_instant(node, "mergedAt");
    out->base = forge_text(node, "baseRefName", arena);
    out->head = forge_text(node, "headRefOid", arena);
    out->merge = forge_inner(node, "mergeCommit", "oid", arena);
    return 0;
}

/* Of several that were merged, the one into the default branch: others led there through branches
   of their own. */
static const json_t *choose(const json_t *nodes, const char *default_branch)
{
    const json_t *found = NULL;
    const char *base;
    json_t *node;
    size_t i;

    json_array_foreach(nodes, i, node)
    {
        bool merged = false;
        if (jget_bool(node, "merged", &merged) != JGET_OK || !merged)
            continue;
        if (default_branch != NULL && jget_string(node, "baseRefName", &base) == JGET_OK &&
            strcmp(base, default_branch) == 0)
            return node;
        if (found == NULL)
            found = node;
    }
    return found;
}

void forge_read_pulls(const json_t *connection, const char *default_branch, struct arena *arena,
                      struct forge_commit *out)
{
    json_t *nodes = NULL;
    int64_t total = 0;

    out->pull_state = FORGE_UNKNOWN;
    if (jget_array(connection, "nodes", &nodes) != JGET_OK ||
        jget_int(connection, "totalCount", &total) != JGET_OK)
        return;
    const json_t *node = choose(nodes, default_branch);
    if (node == NULL) {
        if ((int64_t)json_array_size(nodes) >= total)
            out->pull_state = FORGE_ABSENT;
        return;
    }
    if (read_pull(node, arena, &out->pull) != 0)
        return;
    out->pull_state = FORGE_KNOWN;
    read_reviews(node, arena, &out->pull);
}
