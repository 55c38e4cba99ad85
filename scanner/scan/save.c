#include "scan/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scan/remembered.h"

/* What a job found, as rows of the store, in one transaction. A fact that could not be looked at
   leaves its rows as they were: coverage says that it is unknown now. */

/* --- coverage -------------------------------------------------------------------------------- */

static const char *const git_facts[] = {"refs", "objects", "projects"};
#define GIT_FACTS (sizeof git_facts / sizeof *git_facts)

/* A project at the tip whose files do not parse: what it declares is unknown, the rest is not.
   Those that tools for packaging keep among their tests do not parse on purpose. */
static const struct study_project *bad_project(const struct job *job)
{
    for (size_t i = 0; i < job->study.project_count; i++)
        if (job->study.projects[i].tag == STUDY_TIP && job->study.projects[i].project == NULL &&
            !project_is_candidate_directory(job->study.projects[i].directory))
            return &job->study.projects[i];
    return NULL;
}

/* A project at the tip whose name only its code would tell, and the user does not: it may be any
   package. */
static const struct study_project *unnamed_project(const struct job *job)
{
    for (size_t i = 0; i < job->study.project_count; i++) {
        const struct study_project *at = &job->study.projects[i];
        if (at->tag == STUDY_TIP && at->project != NULL && at->project->unnamed != NULL &&
            !at->project->candidate && claim_in(&job->context, at->directory) == NULL)
            return at;
    }
    return NULL;
}

/* Facts that only stand here while they are unknown. */
static void add_unknown(const struct job *job, const char *fact, const struct err *err,
                        struct row_coverage *rows, size_t *count)
{
    if (err->reason != REASON_NONE)
        rows[(*count)++] = (struct row_coverage){
            .repository_id = job->id,
            .fact = fact,
            .status = "unknown",
            .reason = reason_word(err->reason),
            .detail = err->text,
        };
}

/* Whether a package is, or was, linked to it. */
static bool has_package(const struct job *job)
{
    bool linked = false;

    for (size_t i = 0; i < job->context.count; i++)
        linked |= job->context.claims[i].kept;
    for (size_t i = 0; i < job->known.package_count && job->context.count == 0; i++)
        linked |= job->known.packages[i].link != NULL;
    return linked;
}

static const struct workflow *unread_workflow(const struct job *job)
{
    for (size_t i = 0; i < job->context.workflows.count; i++)
        if (job->context.workflows.items[i].error != NULL)
            return &job->context.workflows.items[i];
    return NULL;
}

/* Of a repository with a package, unless it has no default branch; `base` is what the other facts
 * of git are. */
static void add_workflows(const struct job *job, struct row_coverage base,
                          struct row_coverage *rows, size_t *count)
{
    const struct err *folder = &job->context.workflows_err;
    const struct workflow *unread = unread_workflow(job);
    const char *head = job->unchanged ? job->known.head_oid : job->study.head;

    if (!has_package(job) || (head == NULL && strcmp(base.status, "known") == 0))
        return;
    base.fact = "workflows";
    if (strcmp(base.status, "known") != 0) {
        rows[(*count)++] = base;
        return;
    }
    if (job->unchanged) {
        base.status = job->known.workflows != NULL ? job->known.workflows : "absent";
        base.reason = job->known.workflows_reason;
        base.detail = job->known.workflows_detail;
    } else if (folder->reason != REASON_NONE || unread != NULL) {
        base.status = "unknown";
        base.reason = reason_word(unread != NULL ? unread->reason : folder->reason);
        base.detail = unread != NULL ? unread->error : folder->text;
    } else if (job->context.workflows.count == 0) {
        base.status = "absent";
    }
    rows[(*count)++] = base;
}

static int save_coverage(struct job *job, struct err *err)
{
    struct row_coverage rows[GIT_FACTS + 4];
    size_t count = GIT_FACTS;
    const struct study_project *bad = bad_project(job), *unnamed = unnamed_project(job);
    bool empty = job->err.reason == REASON_NONE && job_is_empty(job);

    for (size_t i = 0; i < GIT_FACTS; i++) {
        rows[i] = (struct row_coverage){
            .repository_id = job->id, .fact = git_facts[i], .status = "known"};
        if (job->skipped != NULL) {
            rows[i].status = "skipped";
            rows[i].reason = job->skipped;
        } else if (job->err.reason != REASON_NONE) {
            rows[i].status = "unknown";
            rows[i].reason = reason_word(job->err.reason);
            rows[i].detail = job->err.text;
        } else if (empty) {
            rows[i].status = "absent";
            rows[i].reason = reason_word(REASON_EMPTY);
        }
    }
    add_workflows(job, rows[0], rows, &count);
    if (job->study.limit != NULL) {
        rows[2].status = "unknown";
        rows[2].reason = reason_word(REASON_LIMIT);
        rows[2].detail = job->study.limit;
    }
    if (unnamed != NULL) {
        rows[2].status = "unknown";
        rows[2].reason = reason_word(REASON_OPAQUE);
        rows[2].detail = arena_printf(&job->arena,
                                      "%s: code computes the name of the package at %s; "
                                      "name it with --package NAME=%s",
                                      job->full_name, unnamed->project->unnamed, job->full_name);
    }
    if (bad != NULL) {
        rows[2].status = "unknown";
        rows[2].reason = reason_word(bad->reason);
        rows[2].detail = bad->error;
    }
    add_unknown(job, "links", &job->links_err, rows, &count);
    add_unknown(job, "declarations", &job->context.declarations, rows, &count);
    add_unknown(job, "changelogs", &job->context.changelogs, rows, &count);
    return store_put_coverage(job->scan->store, rows, count, err);
}

/* What did not parse, was not read in full, or was judged without the index. */
static bool is_to_read_again(const struct job *job)
{
    for (size_t i = 0; i < job->context.count; i++) {
        const struct package *package = job->context.claims[i].package;
        if (package == NULL || package->err.reason != REASON_NONE)
            return true;
    }
    const struct workflow *unread = unread_workflow(job);

    return (unread != NULL && remembered_may_pass(unread->reason)) ||
           job->context.workflows_err.reason != REASON_NONE || bad_project(job) != NULL ||
           unnamed_project(job) != NULL || job->study.limit != NULL ||
           job->links_err.reason != REASON_NONE ||
           job->context.declarations.reason != REASON_NONE ||
           job->context.changelogs.reason != REASON_NONE;
}

/* --- git facts ------------------------------------------------------------------------------- */

static int save_refs(struct job *job, struct err *err)
{
    const struct study *study = &job->study;
    struct row_tag *rows = arena_array(&job->arena, study->tag_count, sizeof *rows);
    struct row_refs refs = {
        .digest = job->refs.digest,
        .head_ref = job->refs.head_ref,
        .head_oid = job->refs.head_oid[0] != '\0' ? job->refs.head_oid : NULL,
        .head_committed_at = study->head != NULL ? study->head_committed_at : CLOCK_UNKNOWN,
        /* What could not be read is looked at again next time, whatever the refs say: a run that
           finds nothing moved calls all of it known. */
        .reader = is_to_read_again(job) ? 0 : job_revision(job),
    };

    for (size_t i = 0; i < study->tag_count; i++) {
        const struct study_tag *tag = &study->tags[i];
        rows[i] = (struct row_tag){
            .name = tag->name,
            .oid = tag->oid,
            .commit = tag->commit,
            .kind = tag->annotated ? "annotated" : "lightweight",
            .is_signed = tag->is_signed,
            .tagged_at = tag->tagged_at,
            .committed_at = tag->committed_at,
            .on_default_branch = tag->on_default_branch,
        };
    }
    const struct row_lost_tips lost = {study->lost, study->lost_count};
    if (study->tips_known && store_put_lost_tips(job->scan->store, job->id, &lost, err) != 0)
        return -1;
    return store_put_refs(job->scan->store, job->id, &refs, rows, study->tag_count, err);
}

static void declaration_row(const struct study_project *at, struct row_declaration *row)
{
    *row = (struct row_declaration){
        .commit = at->commit, .directory = at->directory, .reason = at->error};
    if (at->project == NULL)
        return;
    row->name = at->project->name;
    row->normal = at->project->normal;
    row->kind = declared_kind_word(at->project->kind);
    row->version = at->project->version;
    row->origin = at->project->origin;
    row->reason = at->project->reason;
}

/* Of a tag's tree only the projects count whose versions the tag denotes. */
static const bool *list_denoted(struct job *job)
{
    const struct study *study = &job->study;
    bool *denoted = arena_array(&job->arena, study->project_count, sizeof *denoted);

    for (size_t i = 0; i < job->context.match_count; i++) {
        const struct tags_match *match = &job->context.matches[i];
        const struct study_project *const *end, *const *at = claim_projects_at(
                                                    &job->context.claims[match->package],
                                                    match->tag, &end);
        for (; at < end; at++)
            denoted[*at - study->projects] = true;
    }
    return denoted;
}

static int save_declarations(struct job *job, struct err *err)
{
    const struct study *study = &job->study;
    struct row_declaration *rows = arena_array(&job->arena, study->project_count, sizeof *rows);
    const bool *denoted = list_denoted(job);
    size_t count = 0;

    for (size_t i = 0; i < study->project_count; i++)
        if (study->projects[i].tag == STUDY_TIP || denoted[i])
            declaration_row(&study->projects[i], &rows[count++]);
    return store_put_declarations(job->scan->store, job->id, rows, count, err);
}

static bool is_kept(const struct job *job, const struct study_project *at)
{
    const struct claim *claim = claim_in(&job->context, at->directory);

    return claim != NULL && claim->kept && claim->tip == at;
}

static int save_projects(struct job *job, struct err *err)
{
    const struct study *study = &job->study;
    struct row_project *rows = arena_array(&job->arena, study->project_count, sizeof *rows);
    size_t count = 0;

    for (size_t i = 0; i < study->project_count; i++) {
        const struct study_project *at = &study->projects[i];
        if (at->tag != STUDY_TIP)
            continue;
        const struct project *project = at->project;
        struct row_project *row = &rows[count++];
        *row = (struct row_project){.directory = at->directory, .licence_state = "unknown"};
        if (project == NULL)
            continue;
        row->name = project->name;
        row->normal = project->normal;
        row->backend = project->backend;
        row->licence = project->licence;
        row->licence_state = fact_state_word(job->context.files[i].licence);
        row->licence_path = job->context.files[i].licence_path;
        row->changelog_path = job->context.files[i].changelog_path;
        row->candidate = project->candidate && !is_kept(job, at);
    }
    return store_put_projects(job->scan->store, job->id, rows, count, err);
}

/* --- packages -------------------------------------------------------------------------------- */

static int save_links(struct job *job, struct err *err)
{
    struct row_link *rows = arena_array(&job->arena, job->context.count, sizeof *rows);
    size_t count = 0;

    for (size_t i = 0; i < job->context.count; i++) {
        const struct claim *claim = &job->context.claims[i];
        if (!claim->kept || claim->package == NULL || claim->package->id == 0)
            continue;
        rows[count++] = (struct row_link){
            .package_id = claim->package->id,
            .directory = claim->directory,
            .state = link_state_word(claim->link.state),
            .evidence = claim->link.evidence,
            .other = claim->link.other,
        };
    }
    return store_put_links(job->scan->store, job->id, rows, count, err);
}

/* A repository that could not be looked at and never was: that the user said what is in it holds.
 */
static int save_configured(struct job *job, struct err *err)
{
    struct row_link *rows = arena_array(&job->arena, job->configured_count, sizeof *rows);
    size_t count = 0;

    if (job->known.package_count > 0)
        return 0;
    for (size_t i = 0; i < job->configured_count; i++) {
        const struct package *package = job->configured[i].package;
        if (package == NULL || package->id == 0)
            continue;
        rows[count++] =
            (struct row_link){.package_id = package->id, .state = link_state_word(LINK_CONFIGURED)};
        if (store_touch_package(job->scan->store, package->id, err) != 0)
            return -1;
    }
    return count > 0 ? store_put_links(job->scan->store, job->id, rows, count, err) : 0;
}

static int save_denotes(struct job *job, struct err *err)
{
    const struct claim_context *context = &job->context;
    struct row_denotes *rows = arena_array(&job->arena, context->match_count, sizeof *rows);
    size_t count = 0;

    for (size_t i = 0; i < context->match_count; i++) {
        const struct tags_match *match = &context->matches[i];
        const struct claim *claim = &context->claims[match->package];
        if (!claim->ours || claim->package == NULL || claim->package->id == 0)
            continue;
        rows[count++] = (struct row_denotes){
            .package_id = claim->package->id,
            .tag = context->study->tags[match->tag].name,
            .version = match->version,
            .how = match->how,
            .preferred = match->preferred,
        };
    }
    return store_put_denotes(job->scan->store, job->id, rows, count, err);
}

static void add_skipped(const struct claim *claim, struct row_skipped *rows, size_t *count)
{
    for (const struct version *version = claim->versions; version != NULL;
         version = version->hh.next)
        if (version->skipped != NULL && version->commit != NULL)
            rows[(*count)++] = (struct row_skipped){.package_id = claim->package->id,
                                                    .version = version->skipped,
                                                    .commit = version->commit,
                                                    .committed_at = version->committed_at};
}

static int save_skipped(struct job *job, struct err *err)
{
    const struct claim_context *context = &job->context;
    size_t total = 0, count = 0;

    for (size_t i = 0; i < context->count; i++)
        total += HASH_COUNT(context->claims[i].versions);
    struct row_skipped *rows = arena_array(&job->arena, total, sizeof *rows);
    for (size_t i = 0; i < context->count; i++) {
        const struct claim *claim = &context->claims[i];
        if (claim->ours && claim->package != NULL && claim->package->id != 0)
            add_skipped(claim, rows, &count);
    }
    return store_put_skipped(job->scan->store, job->id, rows, count, err);
}

static int save_sources(struct job *job, struct err *err)
{
    size_t total = 0, count = 0;

    for (size_t i = 0; i < job->context.count; i++)
        total += job->context.claims[i].release_count;
    struct row_release_source *rows = arena_array(&job->arena, total, sizeof *rows);
    for (size_t i = 0; i < job->context.count; i++) {
        const struct claim *claim = &job->context.claims[i];
        if (!claim->ours || claim->package == NULL || claim->package->id == 0)
            continue;
        for (size_t r = 0; r < claim->release_count; r++) {
            rows[count] = claim->sources[r];
            rows[count++].package_id = claim->package->id;
        }
    }
    return store_put_release_sources(job->scan->store, job->id, rows, count, err);
}

static int save_pins(struct job *job, struct err *err)
{
    const struct workflows *from = &job->context.workflows;
    struct row_action_pin *rows = arena_array(&job->arena, from->pin_count, sizeof *rows);

    for (size_t i = 0; i < from->pin_count; i++)
        rows[i] = (struct row_action_pin){from->pins[i].action, from->pins[i].commit};
    return store_put_action_pins(job->scan->store, job->id, rows, from->pin_count, err);
}

/* Where their folder could not be read, what was known of it holds. */
static int save_workflows(struct job *job, struct err *err)
{
    const struct workflows *from = &job->context.workflows;
    struct row_workflow *rows = arena_array(&job->arena, from->count, sizeof *rows);
    struct row_publish *publishes =
        arena_array(&job->arena, from->publish_count, sizeof *publishes);

    if (job->context.workflows_err.reason != REASON_NONE)
        return 0;
    if (save_pins(job, err) != 0)
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        const struct workflow *w = &from->items[i];
        rows[i] = (struct row_workflow){.path = w->path,
                                        .state = w->error == NULL ? "known" : "unknown",
                                        .reason = w->error == NULL ? NULL : reason_word(w->reason),
                                        .detail = w->error,
                                        .triggers = w->triggers};
    }
    for (size_t i = 0; i < from->publish_count; i++) {
        const struct workflow_publish *p = &from->publishes[i];
        publishes[i] = (struct row_publish){
            .workflow = p->workflow,
            .path = p->path,
            .line = p->line,
            .tool = p->tool,
            .state = p->unknown == NULL ? "known" : "unknown",
            .reason = p->unknown,
            .environment = p->environment,
            .ways = workflow_ways(p->ways, &job->arena),
            .loose = workflow_ways(p->loose, &job->arena),
            .checked = p->checked,
            .pinned = p->pinned,
            .credential = workflow_credential_word(p->credential),
        };
    }
    return store_put_workflows(job->scan->store, job->id, rows, from->count, publishes,
                               from->publish_count, err);
}

static int save_facts(struct job *job, struct err *err)
{
    if (save_refs(job, err) != 0 || save_declarations(job, err) != 0 ||
        save_projects(job, err) != 0 || save_denotes(job, err) != 0)
        return -1;
    /* Where all is gone, the packages that it had are still the ones it published. */
    if ((job_is_empty(job) ? save_configured(job, err) : save_links(job, err)) != 0)
        return -1;
    if (save_workflows(job, err) != 0 || save_sources(job, err) != 0 ||
        save_skipped(job, err) != 0 ||
        ((json_object_size(job->memory) > 0 || job->past != NULL) &&
         job_remember_study(job, err) != 0))
        return -1;
    char *key = stamp_judged(job);
    int result = stamp_remember(job->scan->store, key, err);
    free(key);
    return result;
}

/* The packages that this repository brings into the run: those that were judged, else those that it
   had before. */
static int touch_packages(struct job *job, bool judged, struct err *err)
{
    struct store *store = job->scan->store;
    int result = 0;

    /* What policy leaves out brings no package. */
    bool kept = (!judged || job_is_empty(job)) && job->skipped == NULL;

    for (size_t i = 0; i < job->known.package_count && kept && result == 0; i++)
        if (job->known.packages[i].link != NULL)
            result = store_touch_package(store, job->known.packages[i].id, err);
    for (size_t i = 0; i < job->context.count && judged && result == 0; i++) {
        const struct claim *claim = &job->context.claims[i];
        if (claim->kept && claim->package != NULL && claim->package->id != 0)
            result = store_touch_package(store, claim->package->id, err);
    }
    return result;
}

static int save(struct job *job, struct err *err)
{
    struct store *store = job->scan->store;
    bool judged = !job->unchanged && job->skipped == NULL && job->err.reason == REASON_NONE;

    if (store_put_repository(store, &job->row, &job->id, err) != 0 ||
        store_touch_repository(store, job->id, err) != 0 || job_remember_server(job, err) != 0 ||
        save_coverage(job, err) != 0 || touch_packages(job, judged, err) != 0)
        return -1;
    if (judged)
        return save_facts(job, err);
    return job->err.reason != REASON_NONE ? save_configured(job, err) : 0;
}

void job_save_run(void *item)
{
    struct job *job = item;
    struct store *store = job->scan->store;

    if (store_begin(store, &job->fatal) != 0)
        return;
    if (save(job, &job->fatal) != 0 || store_keep(store, &job->fatal) != 0)
        store_rollback(store);
    else
        job->worthless =
            job->mirror != NULL && job->err.reason == REASON_NONE && job->context.count == 0;
}
