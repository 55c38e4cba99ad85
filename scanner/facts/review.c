#include "facts/review.h"

#include <string.h>
#include <strings.h>

#include "facts/jget.h"

static int bad(struct err *err, const char *what)
{
    return err_set(err, REASON_BAD_ANSWER, "the forge's answer about %s is not as its API has it",
                   what);
}

static int too_many(struct err *err, const char *what)
{
    return err_set(err, REASON_LIMIT, "there are more %s than are looked at", what);
}

static json_t *load(const char *body, size_t len)
{
    return json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
}

/* The login of a user, in the arena; NULL when the account is gone. */
static const char *login(const json_t *object, struct arena *arena)
{
    const char *name = NULL;

    jget_string(json_object_get(object, "user"), "login", &name);
    return arena_strdup(arena, name);
}

/* --- pull requests --------------------------------------------------------------------------- */

static int read_pull(const json_t *pull, struct arena *arena, struct review_pull *out)
{
    const char *base = NULL, *head = NULL;

    *out = (struct review_pull){0};
    if (jget_int(pull, "number", &out->number) != JGET_OK || out->number <= 0)
        return -1;
    jget_string(json_object_get(pull, "base"), "ref", &base);
    jget_string(json_object_get(pull, "head"), "sha", &head);
    out->base = arena_strdup(arena, base);
    out->head = arena_strdup(arena, head);
    out->author = login(pull, arena);
    return 0;
}

int review_pull_read(const char *body, size_t len, const char *base, struct arena *arena,
                     struct review_pull *out, struct err *err)
{
    json_t *list = load(body, len), *item;
    const char *merged;
    int result = json_is_array(list) ? 0 : bad(err, "pull requests");
    bool found = false;
    size_t i;

    *out = (struct review_pull){0};
    json_array_foreach(list, i, item)
    {
        struct review_pull pull;
        if (result != 0 || found || jget_string(item, "merged_at", &merged) != JGET_OK)
            continue;
        if (read_pull(item, arena, &pull) != 0)
            result = bad(err, "pull requests");
        found = base == NULL || (pull.base != NULL && strcmp(pull.base, base) == 0);
        if (found || out->number == 0)
            *out = pull;
    }
    json_decref(list);
    return result;
}

/* --- reviews --------------------------------------------------------------------------------- */

struct vote {
    const char *who;
    bool approves, objects;
    int of_head;
};

static int is_of_head(const json_t *review, const struct review_pull *pull)
{
    const char *commit;

    if (pull->head == NULL || jget_string(review, "commit_id", &commit) != JGET_OK)
        return -1;
    return strcmp(commit, pull->head) == 0;
}

static void take_vote(struct vote *votes, size_t *count, const char *who, const char *state,
                      int of_head)
{
    size_t at = 0;

    if (strcmp(state, "APPROVED") != 0 && strcmp(state, "CHANGES_REQUESTED") != 0 &&
        strcmp(state, "DISMISSED") != 0)
        return; /* a comment takes nothing back */
    while (at < *count && strcasecmp(votes[at].who, who) != 0)
        at++;
    *count += at == *count;
    votes[at] = (struct vote){who, strcmp(state, "APPROVED") == 0,
                              strcmp(state, "CHANGES_REQUESTED") == 0, of_head};
}

/* 1, then -1, then 0. */
static int rank(int of_head)
{
    return of_head == 1 ? 2 : of_head == -1;
}

static void count_votes(const struct vote *votes, size_t count, struct review_votes *out)
{
    for (size_t i = 0; i < count; i++) {
        if (votes[i].objects)
            out->objector = votes[i].who;
        if (!votes[i].approves ||
            (out->approver != NULL && rank(votes[i].of_head) < rank(out->of_head)))
            continue;
        out->approver = votes[i].who;
        out->of_head = votes[i].of_head;
    }
}

int review_votes_read(const char *body, size_t len, const struct review_pull *pull,
                      struct arena *arena, struct review_votes *out, struct err *err)
{
    json_t *list = load(body, len), *review;
    struct vote votes[REVIEW_PAGE];
    size_t i, count = 0;
    int result = json_is_array(list) ? 0 : bad(err, "reviews");

    *out = (struct review_votes){0};
    if (result == 0 && json_array_size(list) >= REVIEW_PAGE)
        result = too_many(err, "reviews");
    json_array_foreach(list, i, review)
    {
        const char *who = login(review, arena), *state;
        if (result == 0 && jget_string(review, "state", &state) != JGET_OK)
            result = bad(err, "reviews");
        if (result == 0 && who != NULL &&
            (pull->author == NULL || strcasecmp(who, pull->author) != 0))
            take_vote(votes, &count, who, state, is_of_head(review, pull));
    }
    count_votes(votes, count, out);
    json_decref(list);
    return result;
}

/* --- checks ---------------------------------------------------------------------------------- */

static bool is_good(const char *conclusion)
{
    return strcmp(conclusion, "success") == 0 || strcmp(conclusion, "neutral") == 0 ||
           strcmp(conclusion, "skipped") == 0;
}

static int take_check(const json_t *check, const char *own, struct arena *arena,
                      struct review_checks *out)
{
    const char *name, *status, *conclusion = "", *address = "";

    if (jget_string(check, "name", &name) != JGET_OK ||
        jget_string(check, "status", &status) != JGET_OK)
        return -1;
    jget_string(check, "details_url", &address);
    if (own != NULL && strncmp(address, own, strlen(own)) == 0)
        return 0;
    if (strcmp(status, "completed") != 0)
        out->pending = arena_strdup(arena, name);
    else if (jget_string(check, "conclusion", &conclusion) != JGET_OK)
        return -1;
    else if (is_good(conclusion))
        out->passed++;
    else
        out->failed = arena_printf(arena, "%s (%s)", name, conclusion);
    return 0;
}

int review_checks_read(const char *body, size_t len, const char *own, struct arena *arena,
                       struct review_checks *out, struct err *err)
{
    json_t *document = load(body, len), *list = NULL, *check;
    int result = jget_array(document, "check_runs", &list) == JGET_OK ? 0 : bad(err, "checks");
    size_t i;

    if (result == 0 && json_array_size(list) >= REVIEW_PAGE)
        result = too_many(err, "checks");
    json_array_foreach(list, i, check)
    {
        if (result == 0 && take_check(check, own, arena, out) != 0)
            result = bad(err, "checks");
    }
    json_decref(document);
    return result;
}

static int take_status(const json_t *status, struct arena *arena, struct review_checks *out)
{
    const char *name, *state;

    if (jget_string(status, "context", &name) != JGET_OK ||
        jget_string(status, "state", &state) != JGET_OK)
        return -1;
    if (strcmp(state, "success") == 0)
        out->passed++;
    else if (strcmp(state, "pending") == 0)
        out->pending = arena_strdup(arena, name);
    else
        out->failed = arena_printf(arena, "%s (%s)", name, state);
    return 0;
}

int review_statuses_read(const char *body, size_t len, struct arena *arena,
                         struct review_checks *out, struct err *err)
{
    json_t *document = load(body, len), *list = NULL, *status;
    int result = jget_array(document, "statuses", &list) == JGET_OK ? 0 : bad(err, "statuses");
    size_t i;

    if (result == 0 && json_array_size(list) >= REVIEW_PAGE)
        result = too_many(err, "statuses");
    json_array_foreach(list, i, status)
    {
        if (result == 0 && take_status(status, arena, out) != 0)
            result = bad(err, "statuses");
    }
    json_decref(document);
    return result;
}

/* --- releases -------------------------------------------------------------------------------- */

int review_release_read(const char *body, size_t len, bool *draft, struct err *err)
{
    json_t *document = load(body, len);
    int result = jget_bool(document, "draft", draft) == JGET_OK ? 0 : bad(err, "a release");

    json_decref(document);
    return result;
}
