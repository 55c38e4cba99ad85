#include "scan/inquiry.h"
#include "scan/verify.h"

#include <stdlib.h>
#include <string.h>

/* The judging half of a repository's job, in reverse: from the last state to the first. */

/* --- DONE ------------------------------------------------------------------------------------ */

static void free_run(void *item)
{
    struct job *job = item;

    json_decref(job->memory);
    json_decref(job->past);
    arena_release(&job->refs_arena);
    arena_release(&job->arena);
    free(job);
}

static void free_done(void *item)
{
    (void)item;
}

/* What a large repository leaves behind takes longer to free than the loop may be kept. */
static void enter_done(struct job *job)
{
    struct scan *scan = job->scan;

    job_set_state(job, JOB_DONE);
    job_leave_name(job);
    work_submit(scan->cpu_lane, free_run, free_done, job);
    scan->running--;
    scan->done++;
    jobs_start(scan);
    scan_idle(scan);
}

/* --- CLOSE ----------------------------------------------------------------------------------- */

static void close_run(void *item)
{
    struct job *job = item;

    claim_release(&job->context);
    if (job->worthless)
        job_drop_mirror(job);
    else
        job_close_mirror(job);
}

static void close_done(void *item)
{
    enter_done(item);
}

static void enter_close(struct job *job)
{
    job_set_state(job, JOB_CLOSE);
    if (job->mirror == NULL && job->context.count == 0)
        enter_done(job);
    else
        work_submit(job->scan->cpu_lane, close_run, close_done, job);
}

/* --- SAVE ------------------------------------------------------------------------------------ */

/* Whether published files are to be compared: there must be a repository to compare them with. */
static bool wants_contents(const struct job *job)
{
    const struct scan *scan = job->scan;

    return scan->options->verify != SCAN_VERIFY_NONE && scan->stop == REASON_NONE &&
           job->skipped == NULL && job->err.reason == REASON_NONE && !job->worthless &&
           !job_is_empty(job) &&
           (job->unchanged ? !job->verified && job->known.package_count > 0
                           : job->context.count > 0);
}

/* Whether it may hold packages, of which the forge could tell. */
static bool has_packages(const struct job *job)
{
    return job->skipped == NULL && job->err.reason == REASON_NONE && !job_is_empty(job) &&
           (job->unchanged ? job->known.package_count > 0 : job->context.count > 0);
}

static void save_done(void *item)
{
    struct job *job = item;
    bool failed = scan_check(job->scan, &job->fatal);

    scan_stored(job->scan);
    if (!failed && has_packages(job))
        inquiry_note(job->scan->inquiry, job);
    if (!failed && wants_contents(job))
        job_verify(job, enter_close);
    else
        enter_close(job);
}

void job_save(struct job *job)
{
    job_set_state(job, JOB_SAVE);
    /* An interrupt says nothing of a repository: its facts stay as they were. */
    if (job->scan->fatal.reason != REASON_NONE || job->scan->stop == REASON_INTERRUPTED)
        enter_close(job);
    else
        work_submit(job->scan->store_lane, job_save_run, save_done, job);
}

/* --- JUDGE ----------------------------------------------------------------------------------- */

static void enter_judge(struct job *job);

static void judge_run(void *item)
{
    struct job *job = item;

    claim_judge(&job->context);
    if (claim_versions(&job->context, &job->err) != 0)
        return;
    claim_notes(&job->context);
    claim_files(&job->context);
    claim_workflows(&job->context);
    claim_unread(&job->context);
    if (reader_is_spent(job->reader))
        job->study.limit = "more files and directories, over all tags, than are looked at";
}

static void judge_done(void *item)
{
    struct job *job = item;
    const char *const *wants;

    if (job->err.reason == REASON_NONE && reader_wants(job->reader, &wants) > 0)
        job_fetch(job, FETCH_WANTS, enter_judge);
    else
        job_save(job);
}

static void enter_judge(struct job *job)
{
    job_set_state(job, JOB_JUDGE);
    if (job->err.reason != REASON_NONE || job->scan->fatal.reason != REASON_NONE)
        job_save(job);
    else
        work_submit(job->scan->cpu_lane, judge_run, judge_done, job);
}

/* --- WEIGH ----------------------------------------------------------------------------------- */

/* A project, or one for tests and the like that the index says is a package of this repository.
   What does not parse may be one. */
static bool is_worth_more(const struct job *job)
{
    const char *other;

    for (size_t i = 0; i < job->study.project_count; i++) {
        const struct study_project *at = &job->study.projects[i];
        if (!project_is_candidate_directory(at->directory) &&
            (at->project == NULL || at->project->normal != NULL))
            return true;
    }
    for (size_t i = 0; i < job->context.count; i++) {
        const struct claim *claim = &job->context.claims[i];
        if (claim_is_published(claim) && !claim_contradicted(&job->context, claim, &other))
            return true;
    }
    return false;
}

/* What was learned from the tip alone goes: the history tells it again, and more. */
static void forget_tip(struct job *job)
{
    claim_release(&job->context);
    job_close_mirror(job);
    json_decref(job->memory);
    job->memory = NULL;
    job->context = (struct claim_context){0};
    job->study = (struct study){0};
    job->links_err = (struct err){0};
    job->rounds = job->refused = 0;
}

static void weigh_run(void *item)
{
    struct job *job = item;

    if (is_worth_more(job)) {
        job->probe = PROBE_PROJECTS;
        forget_tip(job);
    } else {
        job->probe = PROBE_NOTHING;
        job->study.project_count = 0;
    }
}

static void weigh_done(void *item)
{
    struct job *job = item;

    if (job->probe == PROBE_PROJECTS)
        job_read_history(job);
    else
        job_save(job);
}

static void renames_known(struct job *job)
{
    if (job->probe != PROBE_UNSURE || job->err.reason != REASON_NONE) {
        enter_judge(job);
        return;
    }
    job_set_state(job, JOB_WEIGH);
    work_submit(job->scan->cpu_lane, weigh_run, weigh_done, job);
}

/* --- RENAMES --------------------------------------------------------------------------------- */

static void names_run(void *item)
{
    struct job *job = item;

    claim_read_documents(&job->context);
    job_list_renames(job);
}

static void names_done(void *item)
{
    job_ask_renames(item, renames_known);
}

static void enter_renames(struct job *job)
{
    job_set_state(job, JOB_RENAMES);
    work_submit(job->scan->cpu_lane, names_run, names_done, job);
}

/* --- LOAD ------------------------------------------------------------------------------------ */

static void load_run(void *item)
{
    struct job *job = item;
    struct store *store = job->scan->store;

    for (size_t i = 0; i < job->context.count && job->fatal.reason == REASON_NONE; i++) {
        struct claim *claim = &job->context.claims[i];
        if (claim->package == NULL || claim->package->id == 0)
            continue;
        if (store_package(store, claim->package->id, &job->arena, &claim->document, &job->fatal) ==
            0)
            store_releases(store, claim->package->id, &job->arena, &claim->releases,
                           &claim->release_count, &job->fatal);
    }
}

static void load_done(void *item)
{
    struct job *job = item;

    if (scan_check(job->scan, &job->fatal))
        job_save(job);
    else
        enter_renames(job);
}

static void enter_load(struct job *job)
{
    job_set_state(job, JOB_LOAD);
    work_submit(job->scan->store_lane, load_run, load_done, job);
}

/* --- INDEX ----------------------------------------------------------------------------------- */

static void index_asked(struct job *job)
{
    if (--job->waiting == 0)
        enter_load(job);
}

static void on_claimed(struct package *package, void *ctx)
{
    struct job *job = ctx;

    claim_find(&job->context, package->name)->package = package;
    index_asked(job);
}

void job_judge(struct job *job)
{
    job_set_state(job, JOB_INDEX);
    job->waiting = 1;
    for (size_t i = 0; i < job->context.count; i++) {
        job->waiting++;
        package_ask(job->scan, job->context.claims[i].name, on_claimed, job);
    }
    index_asked(job);
}
