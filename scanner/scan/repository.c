#include "scan/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

#define SCANS_BETWEEN 7 /* that ask about one and the same name that no index had */

/* The reading half of a repository's job, in reverse: from the last state to the first. */

static const struct {
    const char *name, *meaning;
} states[] = {
#define X(id, meaning) {#id, meaning},
    JOB_STATES(X)
#undef X
};

void job_set_state(struct job *job, enum job_state state)
{
    log_debug("%s: %s", job->full_name, states[state].name);
    job->state = state;
    job->entered_ms = clock_monotonic_ms();
}

const char *job_doing(const struct job *job)
{
    return states[job->state].meaning;
}

/* --- STUDY ----------------------------------------------------------------------------------- */

static void enter_study(struct job *job);

/* Where the branch that is the default branch was in earlier runs. */
static const char *const *list_tips(struct job *job, size_t *count)
{
    const char **tips = arena_array(&job->arena, job->known.tip_count, sizeof *tips);

    *count = 0;
    for (size_t i = 0; i < job->known.tip_count; i++)
        if (job->refs.head_ref != NULL && strcmp(job->known.tips[i].ref, job->refs.head_ref) == 0)
            tips[(*count)++] = job->known.tips[i].oid;
    return tips;
}

/* A tag may be a blob, which a server leaves out when it filters blobs or thinks that we have its
   tree whole: it is wanted by itself, once. Of a tip that was probed there is no history, and so no
   tag. */
static void read_tags(struct job *job)
{
    struct gitwire_refs refs = job->refs;
    const char *const *wants;
    size_t tip_count;

    if (job->probe == PROBE_UNSURE)
        refs.count = 0;
    for (size_t i = 0; i < refs.count; i++)
        reader_prefetch(job->reader, refs.refs[i].oid);
    if (reader_wants(job->reader, &wants) != 0)
        return;
    const char *const *tips = list_tips(job, &tip_count);
    study_tags(job->mirror, &refs, tips, tip_count, &job->arena, &job->study, &job->err);
}

/* The user says since that nothing there is a project. */
static bool is_ignored(const struct job *job, const struct known_package *package)
{
    return package->directory != NULL && reader_ignores(job->reader, package->directory);
}

static void list_remembered(struct job *job)
{
    struct claim_context *context = &job->context;

    context->remembered =
        arena_array(&job->arena, job->known.package_count, sizeof *context->remembered);
    for (size_t i = 0; i < job->known.package_count; i++)
        if (job->known.packages[i].link != NULL && !is_ignored(job, &job->known.packages[i]))
            context->remembered[context->remembered_count++] = job->known.packages[i].name;
}

static void collect(struct job *job)
{
    job->context = (struct claim_context){
        .study = &job->study,
        .reader = job->reader,
        .mirror = job->mirror,
        .arena = &job->arena,
        .repository = job->full_name,
        .former = job->former,
        .web_hosts = job->scan->options->github_web,
        .fork = job->row.fork == 1,
        .said = job->scan->options->tags,
        .said_count = job->scan->options->tag_count,
        .past = &job->past,
        .claims = job->configured,
        .count = job->configured_count,
    };
    list_remembered(job);
    claim_collect(&job->context);
}

static void study_run(void *item)
{
    struct job *job = item;
    const char *const *wants;

    if (job->err.reason == REASON_NONE && job->study.tags == NULL)
        read_tags(job);
    if (job->err.reason == REASON_NONE && job->study.tags != NULL)
        study_projects(job->reader, &job->arena, &job->study, &job->memory, &job->err);
    if (job->err.reason == REASON_NONE && reader_wants(job->reader, &wants) == 0)
        collect(job);
}

static void study_done(void *item)
{
    struct job *job = item;
    const char *const *wants;

    if (job->err.reason != REASON_NONE)
        job_save(job);
    else if (reader_wants(job->reader, &wants) > 0)
        job_fetch(job, FETCH_WANTS, enter_study);
    else
        job_judge(job);
}

static void enter_study(struct job *job)
{
    job_set_state(job, JOB_STUDY);
    if (job->err.reason != REASON_NONE || job->scan->fatal.reason != REASON_NONE)
        job_save(job);
    else
        work_submit(job->scan->cpu_lane, study_run, study_done, job);
}

/* --- HISTORY --------------------------------------------------------------------------------- */

static void enter_history(struct job *job)
{
    job_set_state(job, JOB_HISTORY);
    job_fetch(job, FETCH_HISTORY, enter_study);
}

/* --- RECALL ---------------------------------------------------------------------------------- */

static void recall_run(void *item)
{
    struct job *job = item;

    job_recall_study(job, &job->fatal);
}

static void recall_done(void *item)
{
    struct job *job = item;

    if (scan_check(job->scan, &job->fatal))
        job_save(job);
    else
        enter_history(job);
}

/* Where nothing is known of the repository, there is nothing to recall. */
void job_read_history(struct job *job)
{
    if (job->known.digest == NULL || job->memory != NULL) {
        enter_history(job);
        return;
    }
    job_set_state(job, JOB_RECALL);
    work_submit(job->scan->store_lane, recall_run, recall_done, job);
}

/* --- PROBE ----------------------------------------------------------------------------------- */

static void probe_run(void *item)
{
    struct job *job = item;

    if (job->err.reason == REASON_NONE && job->fatal.reason == REASON_NONE)
        study_probe(job->reader, job->mirror, job->refs.head_oid, &job->probe, &job->err);
    if (job->probe != PROBE_UNSURE)
        job_close_mirror(job);
}

static void probe_done(void *item)
{
    struct job *job = item;

    if (job->err.reason != REASON_NONE || job->probe == PROBE_NOTHING)
        job_save(job);
    else if (job->probe == PROBE_PROJECTS)
        job_read_history(job);
    else
        enter_study(job); /* of the tip alone: the index says whether it is worth more */
}

static void on_probed(struct job *job)
{
    work_submit(job->scan->cpu_lane, probe_run, probe_done, job);
}

static void enter_probe(struct job *job)
{
    job_set_state(job, JOB_PROBE);
    job_fetch(job, FETCH_PROBE, on_probed);
}

/* --- ASK ------------------------------------------------------------------------------------- */

bool job_is_empty(const struct job *job)
{
    return job->refs.head_oid[0] == '\0' && job->refs.count == 0;
}

static bool is_unchanged(const struct job *job, bool index_changed)
{
    return !index_changed && !job->stale && job->known.digest != NULL &&
           strcmp(job->known.digest, job->refs.digest) == 0 &&
           job->known.reader == job_revision(job);
}

static bool index_changed(const struct job *job)
{
    struct package *package;

    for (size_t i = 0; i < job->known.package_count; i++) {
        HASH_FIND_STR(job->scan->packages, job->known.packages[i].name, package);
        if (package != NULL && package->changed)
            return true;
    }
    for (size_t i = 0; i < job->configured_count; i++) {
        HASH_FIND_STR(job->scan->packages, job->configured[i].name, package);
        if (package != NULL && package->changed)
            return true;
    }
    return false;
}

/* The name that the user gave is a former one; the host told today's. What earlier runs learned may
   stand under that. */
static void follow(struct job *job)
{
    const char *name = job->moved_to;

    job->moved_to = NULL;
    job_move(job, name);
}

/* Whether there is no need to find out if its history is worth reading. */
static bool has_packages(const struct job *job)
{
    bool linked = false;

    for (size_t i = 0; i < job->known.package_count; i++)
        linked |= job->known.packages[i].link != NULL;
    return linked || job->known.has_projects || job->configured_count > 0;
}

static void decide(struct job *job)
{
    if (job->err.reason != REASON_NONE || job->scan->fatal.reason != REASON_NONE)
        job_save(job);
    else if (job->moved_to != NULL)
        follow(job);
    else if (is_unchanged(job, index_changed(job))) {
        job->unchanged = true;
        job_save(job);
    } else if (job_is_empty(job))
        job_save(job);
    else if (has_packages(job) || job->refs.head_oid[0] == '\0')
        job_read_history(job);
    else
        enter_probe(job);
}

static void asked(struct job *job)
{
    if (--job->waiting == 0)
        decide(job);
}

static void keep_refs(struct job *job, const struct gitwire_refs *refs)
{
    job->refs = *refs;
    job->refs_arena = *refs->arena;
    *refs->arena = (struct arena)ARENA_INIT;
    job->refs.arena = &job->refs_arena;
    job->refs.moved_to = NULL;
    if (refs->moved_to != NULL && job_name_is_valid(refs->moved_to))
        job->moved_to = arena_strdup(&job->arena, refs->moved_to);
}

static void enter_ask(struct job *job);

void job_ask_again(struct job *job)
{
    arena_release(&job->refs_arena);
    job->refs = (struct gitwire_refs){0};
    job->err = (struct err){0};
    job->asked_again = true;
    enter_ask(job);
}

static void on_refs(const struct gitwire_refs *refs, const struct err *err, void *ctx)
{
    struct job *job = ctx;

    if (refs == NULL) {
        job->err = *err;
        if (job->row.disabled == 1)
            job->err.reason = REASON_DISABLED;
    } else {
        keep_refs(job, refs);
    }
    asked(job);
}

static void on_known(struct package *package, void *ctx)
{
    struct job *job = ctx;

    for (size_t i = 0; i < job->configured_count; i++)
        if (strcmp(job->configured[i].name, package->name) == 0)
            job->configured[i].package = package;
    asked(job);
}

/* A name below tests/ that the index did not attribute to us is asked for no more, but one that it
   did not have at all may be published from here one day: each is looked up in some scans. */
static bool is_to_ask(const struct job *job, const struct known_package *known)
{
    if (known->link != NULL)
        return true;
    uint64_t turn = hash_add(HASH_START, known->name, strlen(known->name));
    return known->state != NULL && strcmp(known->state, "absent") == 0 &&
           (turn + (uint64_t)store_run(job->scan->store)) % SCANS_BETWEEN == 0;
}

static void enter_ask(struct job *job)
{
    job_set_state(job, JOB_ASK);
    job->waiting = 1;
    if (job->refs.digest[0] == '\0') {
        job->waiting++;
        gitwire_ls_refs(job->scan->wire, job->full_name, job->server, on_refs, job);
    }
    for (size_t i = 0; i < job->known.package_count; i++) {
        if (!is_to_ask(job, &job->known.packages[i]))
            continue;
        job->waiting++;
        package_ask(job->scan, job->known.packages[i].name, on_known, job);
    }
    for (size_t i = 0; i < job->configured_count; i++) {
        job->waiting++;
        package_ask(job->scan, job->configured[i].name, on_known, job);
    }
    asked(job);
}

/* --- LOOKUP ---------------------------------------------------------------------------------- */

static void lookup_run(void *item)
{
    struct job *job = item;
    struct known_repository known;

    if (store_known_repository(job->scan->store, job->row.host, job->row.forge_id, job->row.owner,
                               job->row.name, &job->arena, &known, &job->fatal) == 0 &&
        (known.id != 0 || job->known.id == 0))
        job->known = known; /* else what the former name had */
    job->id = job->known.id;
    if (job->id != 0 && job->fatal.reason == REASON_NONE)
        job_recall_server(job, &job->fatal);
    if (job->id != 0 && job->fatal.reason == REASON_NONE &&
        job->scan->options->verify != SCAN_VERIFY_NONE)
        job_recall_verified(job, &job->fatal);
    for (size_t i = 0; i < job->known.package_count && job->fatal.reason == REASON_NONE; i++)
        stamp_compare(job, job->known.packages[i].name, &job->fatal);
    for (size_t i = 0; i < job->configured_count && job->fatal.reason == REASON_NONE; i++)
        stamp_compare(job, job->configured[i].name, &job->fatal);
}

/* Whether nothing more is looked at: then job->err says why. */
static bool is_stopped(struct job *job)
{
    enum reason stop = job->scan->stop;

    if (stop != REASON_NONE)
        err_set(&job->err, stop, "%s: %s", job->full_name, reason_meaning(stop));
    return stop != REASON_NONE;
}

static void lookup_done(void *item)
{
    struct job *job = item;

    if (scan_check(job->scan, &job->fatal) || job->skipped != NULL || is_stopped(job))
        job_save(job);
    else
        enter_ask(job);
}

void job_enter(struct job *job)
{
    job_set_state(job, JOB_LOOKUP);
    /* Past the deadline the packages that it had are still to be told of. */
    if (job->scan->stop != REASON_DEADLINE && is_stopped(job))
        job_save(job);
    else
        work_submit(job->scan->store_lane, lookup_run, lookup_done, job);
}
