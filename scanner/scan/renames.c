#include "scan/job.h"

#include <strings.h>

/* Where the repositories lead that the index names instead of this one. */

#define RENAMES_MAX 1000 /* other repositories that the index may name for the packages of one */

struct renamed {
    struct job *job;
    const char *other; /* "owner/name" that the index names */
    struct renamed *next;
};

static bool is_listed(const struct job *job, const char *other)
{
    const struct renamed *renamed = job->renames;

    while (renamed != NULL && strcasecmp(renamed->other, other) != 0)
        renamed = renamed->next;
    return renamed != NULL;
}

static void renames_asked(struct job *job)
{
    if (--job->waiting == 0)
        job->then(job);
}

static void is_former(struct job *job, const char *name)
{
    job_add_former(job, name);
    job->context.former = job->former;
}

/* Where nobody is, is no former name. Any other failure leaves open whose the package is, and the
   next scan asks again. */
static void not_asked(struct job *job, const char *other, const struct err *err)
{
    if (err->reason == REASON_NOT_FOUND || err->reason == REASON_BLOCKED ||
        job->links_err.reason != REASON_NONE)
        return;
    err_set(&job->links_err, err->reason, "whether %s is a former name is not known: %s", other,
            err->text);
}

static void on_renamed(const struct github_page *page, const struct err *err, void *ctx)
{
    struct renamed *renamed = ctx;
    struct job *job = renamed->job;
    struct listing_repository *found;
    struct err wrong = {0};
    size_t count = 0;

    if (page != NULL &&
        listing_parse(page->body, page->body_len, &job->arena, &found, &count, &wrong) == 0 &&
        count == 1 && found->forge_id == job->row.forge_id)
        is_former(job, renamed->other);
    if (page == NULL || wrong.reason != REASON_NONE)
        not_asked(job, renamed->other, page == NULL ? err : &wrong);
    renames_asked(job);
}

static void on_redirected(const struct gitwire_refs *refs, const struct err *err, void *ctx)
{
    struct renamed *renamed = ctx;
    struct job *job = renamed->job;

    /* To strangers a git host says of what is not there that it needs a credential. */
    bool nobody = err != NULL && err->reason == REASON_UNAUTHORIZED;
    if (refs == NULL && !nobody)
        not_asked(job, renamed->other, err);
    else if (refs != NULL && refs->moved_to != NULL &&
             strcasecmp(refs->moved_to, job->full_name) == 0)
        is_former(job, renamed->other);
    renames_asked(job);
}

/* The forge tells by its numeric id, where a listing told ours; else git's redirect does. */
static void ask_renamed(struct renamed *renamed)
{
    struct scan *scan = renamed->job->scan;

    renamed->job->waiting++;
    if (renamed->job->row.forge_id != 0)
        github_repository(scan->github, renamed->other, on_renamed, renamed);
    else
        gitwire_ls_refs(scan->wire, renamed->other, NULL, on_redirected, renamed);
}

/* A repository that was renamed is still meant by its old URL: where the index names another one of
   the forge, the forge is asked whether that is this one; once, however many packages say so. */
void job_list_renames(struct job *job)
{
    const char *other;
    unsigned count = 0;

    job->renames = NULL;
    for (size_t i = 0; i < job->context.count; i++) {
        const struct claim *claim = &job->context.claims[i];
        if (!claim_contradicted(&job->context, claim, &other) || is_listed(job, other) ||
            !job_name_is_valid(other))
            continue;
        if (++count > RENAMES_MAX) {
            err_set(&job->links_err, REASON_LIMIT,
                    "the index names more than %d other repositories for its packages",
                    RENAMES_MAX);
            break;
        }
        struct renamed *renamed = arena_alloc(&job->arena, sizeof *renamed);
        *renamed = (struct renamed){job, other, job->renames};
        job->renames = renamed;
    }
}

void job_ask_renames(struct job *job, void (*then)(struct job *job))
{
    job->then = then;
    job->waiting = 1;
    for (struct renamed *renamed = job->renames; renamed != NULL; renamed = renamed->next)
        ask_renamed(renamed);
    renames_asked(job);
}
