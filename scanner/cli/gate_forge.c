#include "cli/gate_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fetch/github.h"

/* What the forge's API knows of the commit and the tag. */

struct forge_question {
    struct gate_call *call;
    struct github *github;
};

static void ask(struct forge_question *question, const char *path, const char *query,
                github_page_done *done)
{
    struct gate_call *call = question->call;

    github_document(question->github,
                    arena_printf(&call->arena, "%s/%s", call->gate.remote.repository, path), query,
                    done, question);
}

static const char *at_head(struct gate_call *call, const char *what)
{
    return arena_printf(&call->arena, "commits/%s/%s", call->tree.head, what);
}

/* --- the review ------------------------------------------------------------------------------ */

static void on_reviews(const struct github_page *page, const struct err *err, void *ctx)
{
    struct forge_question *question = ctx;
    struct arena *arena = &question->call->arena;
    struct gate_review *review = &question->call->gate.review;
    struct err why = {0};

    if (page == NULL)
        why = *err;
    else
        review_votes_read(page->body, page->body_len, &review->pull, arena, &review->votes, &why);
    review->unknown = why.reason != REASON_NONE ? arena_strdup(arena, why.text) : NULL;
}

/* That releases are made from; NULL. */
static const char *branch_of_head(const struct gate *gate)
{
    for (size_t i = 0; i < gate->branch_count; i++)
        if (gate->branches[i].reached == 1)
            return gate->branches[i].name;
    return NULL;
}

static void on_pulls(const struct github_page *page, const struct err *err, void *ctx)
{
    struct forge_question *question = ctx;
    struct arena *arena = &question->call->arena;
    struct gate_review *review = &question->call->gate.review;
    struct err why = {0};

    if (page == NULL)
        why = *err;
    else
        review_pull_read(page->body, page->body_len, branch_of_head(&question->call->gate), arena,
                         &review->pull, &why);
    review->unknown = why.reason != REASON_NONE ? arena_strdup(arena, why.text) : NULL;
    if (review->unknown == NULL && review->pull.number != 0)
        ask(question, arena_printf(arena, "pulls/%lld/reviews", (long long)review->pull.number),
            "?per_page=100", on_reviews);
}

/* --- checks ---------------------------------------------------------------------------------- */

/* The job that runs this has not ended, of course. */
static const char *own_run(struct gate_call *call)
{
    const char *server = getenv("GITHUB_SERVER_URL"), *repository = getenv("GITHUB_REPOSITORY");
    const char *run = getenv("GITHUB_RUN_ID");

    return call->actions && server != NULL && repository != NULL && run != NULL
               ? arena_printf(&call->arena, "%s/%s/actions/runs/%s/", server, repository, run)
               : NULL;
}

static void note_checks(struct gate_call *call, const struct err *why)
{
    if (why->reason != REASON_NONE)
        call->gate.checks.unknown = arena_strdup(&call->arena, why->text);
}

static void on_checks(const struct github_page *page, const struct err *err, void *ctx)
{
    struct forge_question *question = ctx;
    struct gate_call *call = question->call;
    struct err why = {0};

    if (page == NULL)
        why = *err;
    else
        review_checks_read(page->body, page->body_len, own_run(call), &call->arena,
                           &call->gate.checks.seen, &why);
    note_checks(call, &why);
}

static void on_statuses(const struct github_page *page, const struct err *err, void *ctx)
{
    struct forge_question *question = ctx;
    struct gate_call *call = question->call;
    struct err why = {0};

    if (page == NULL)
        why = *err;
    else
        review_statuses_read(page->body, page->body_len, &call->arena, &call->gate.checks.seen,
                             &why);
    note_checks(call, &why);
}

/* --- the release ----------------------------------------------------------------------------- */

static void on_release(const struct github_page *page, const struct err *err, void *ctx)
{
    struct forge_question *question = ctx;
    struct gate_call *call = question->call;
    struct gate_release *release = &call->gate.release;
    struct err why = {0};

    release->unknown = NULL;
    if (page == NULL && err->reason == REASON_NOT_FOUND)
        return;
    if (page == NULL)
        why = *err;
    else
        review_release_read(page->body, page->body_len, &release->draft, &why);
    release->found = why.reason == REASON_NONE;
    if (!release->found)
        release->unknown = arena_strdup(&call->arena, why.text);
}

/* --- all of it ------------------------------------------------------------------------------- */

static void ask_all(struct forge_question *question)
{
    struct gate_call *call = question->call;
    const char *tag = gate_tag_name(&call->gate);

    ask(question, at_head(call, "pulls"), "?per_page=100", on_pulls);
    ask(question, at_head(call, "check-runs"), "?per_page=100", on_checks);
    ask(question, at_head(call, "status"), "?per_page=100", on_statuses);
    if (call->gate.published && tag != NULL)
        ask(question, arena_printf(&call->arena, "releases/tags/%s", tag), "", on_release);
}

static bool no_credential(const struct scan_options *options)
{
    return options->token == NULL && options->app == NULL;
}

static const char *reason_not_to(const struct gate_call *call)
{
    return call->scan.options.offline             ? "not asked: offline"
           : call->gate.remote.repository == NULL ? "there is no remote on the forge to ask"
           : no_credential(&call->scan.options)   ? "not asked: no credential"
                                                  : NULL;
}

int gate_ask_forge(struct gate_call *call, struct err *err)
{
    const struct scan_options *options = &call->scan.options;
    struct gate *gate = &call->gate;
    const char *const hosts[] = {options->github_api, NULL};
    const struct github_options api = {.api = options->github_api,
                                       .timeout_ms = options->listing_timeout_ms};
    struct forge_question question = {.call = call};
    struct http_options with = options->http;
    struct loop *loop = NULL;
    struct http *http = NULL;
    struct access *access;

    gate->review.unknown = gate->checks.unknown = gate->release.unknown = reason_not_to(call);
    if (gate->review.unknown != NULL)
        return 0;
    with.hosts = hosts;
    int result = loop_new(&loop, err);
    if (result == 0)
        result = http_new(loop, &with, &http, err);
    if (result == 0) {
        access = access_new(http, &(struct access_options){.loop = loop,
                                                           .api = options->github_api,
                                                           .token = options->token,
                                                           .app = options->app});
        question.github = github_new(access, &api);
        ask_all(&question);
        loop_run(loop);
        github_free(question.github);
        access_free(access);
        http_free(http);
    }
    if (loop != NULL)
        loop_free(loop);
    return result;
}
