#include "scan/verify.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "facts/compare.h"
#include "fetch/spool.h"

/* In reverse: from the last step to the first. */

/* --- what was compared before ---------------------------------------------------------------- */

static char *verified_key(const struct job *job)
{
    return mem_printf("contents %lld", (long long)job->id);
}

/* Of all that decides which releases are compared, and how. */
static char *verified_how(const struct job *job)
{
    const struct scan_options *options = job->scan->options;
    uint64_t hash = HASH_START;

    if (options->policy != NULL)
        hash = hash_add(hash, options->policy, strlen(options->policy));
    hash ^= provenance_roots_id(options->roots);
    return mem_printf("%d %d %s %016llx", (int)options->verify, VERIFY_REVISION,
                      options->pattern != NULL ? options->pattern : "", (unsigned long long)hash);
}

int job_recall_verified(struct job *job, struct err *err)
{
    struct buf value = BUF_INIT(4096);
    char *key = verified_key(job), *how = verified_how(job);
    int found = store_recall(job->scan->store, key, &value, err);

    job->verified = found > 0 && strcmp(buf_str(&value), how) == 0;
    buf_release(&value);
    free(key);
    free(how);
    return found < 0 ? -1 : 0;
}

static int remember_verified(struct job *job, bool whole, struct err *err)
{
    char *key = verified_key(job), *how = verified_how(job);
    int result = store_remember(job->scan->store, key, whole ? how : "", err);

    free(key);
    free(how);
    return result;
}

/* --- the end --------------------------------------------------------------------------------- */

static void end_run(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;

    mirror_blobs_free(verification->blobs);
    arena_release(&verification->arena);
    if (job->fatal.reason == REASON_NONE && store_begin(job->scan->store, &job->fatal) == 0) {
        if (remember_verified(job, !verification->unknown, &job->fatal) != 0 ||
            store_keep(job->scan->store, &job->fatal) != 0)
            store_rollback(job->scan->store);
    }
}

static void end_done(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;
    void (*then)(struct job *) = verification->then;

    scan_check(job->scan, &job->fatal);
    scan_stored(job->scan);
    free(verification);
    then(job);
}

static void end(struct verification *verification)
{
    work_submit(verification->job->scan->store_lane, end_run, end_done, verification);
}

/* --- saving ---------------------------------------------------------------------------------- */

static void open_window(struct verification *verification);

static int save_release(struct store *store, const struct release_check *check, struct err *err)
{
    const struct job *job = check->verification->job;

    for (size_t i = 0; i < check->file_count; i++) {
        const struct file_check *file = &check->files[i];
        if (file->fetched && store_put_artifact(store, file->due->sha256, MANIFEST_REVISION,
                                                &file->manifest, err) != 0)
            return -1;
    }
    if (verify_save_provenance(store, check, err) != 0)
        return -1;
    return store_put_contents(store, job->id, check->due, check->rows, check->file_count,
                              check->members, check->member_count,
                              check->basis != NULL ? check->basis : "", err);
}

static void save_window_run(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;
    struct store *store = job->scan->store;

    if (job->fatal.reason != REASON_NONE || store_begin(store, &job->fatal) != 0)
        return;
    for (size_t i = 0; i < verification->open && job->fatal.reason == REASON_NONE; i++)
        save_release(store, &verification->window[i], &job->fatal);
    if (job->fatal.reason != REASON_NONE || store_keep(store, &job->fatal) != 0)
        store_rollback(store);
}

static void close_window(struct verification *verification)
{
    struct scan *scan = verification->job->scan;

    for (size_t i = 0; i < verification->open; i++) {
        struct release_check *check = &verification->window[i];
        verification->unknown |= check->basis == NULL;
        for (size_t f = 0; f < check->file_count; f++) {
            buf_release(&check->files[f].manifest);
            buf_release(&check->files[f].provenance.document);
            if (check->files[f].spool >= 0)
                spools_give(scan->spools, check->files[f].spool);
        }
        arena_release(&check->arena);
    }
    verification->open = 0;
}

static void save_window_done(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;

    close_window(verification);
    if (scan_check(job->scan, &job->fatal))
        end(verification);
    else
        open_window(verification);
}

static void save_window(struct verification *verification)
{
    work_submit(verification->job->scan->store_lane, save_window_run, save_window_done,
                verification);
}

/* --- comparing ------------------------------------------------------------------------------- */

static void compare_window(struct job *job);

static void compare_run(void *item)
{
    struct job *job = item;
    struct verification *verification = job->verification;

    for (size_t i = 0; i < verification->open; i++) {
        verify_compare(&verification->window[i]);
        verify_provenance(&verification->window[i]);
    }
}

static void compare_done(void *item)
{
    struct job *job = item;
    const char *const *wants;

    /* What cannot be had makes what needs it unknown, once it is asked for and did not come. */
    if (job->reader != NULL && job->err.reason == REASON_NONE &&
        reader_wants(job->reader, &wants) > 0) {
        job_fetch(job, FETCH_WANTS, compare_window);
        return;
    }
    if (job->err.reason != REASON_NONE)
        job->verification->err = job->err;
    job->err = (struct err){0};
    save_window(job->verification);
}

/* What needed blobs that did not come is unknown, whatever could be said of it without them. */
static void give_up(struct verification *verification)
{
    for (size_t i = 0; i < verification->open; i++) {
        struct release_check *check = &verification->window[i];
        for (size_t f = 0; f < check->file_count && !check->judged; f++)
            if (check->files[f].err.reason == REASON_NONE)
                check->files[f].err = verification->err;
    }
}

static void compare_window(struct job *job)
{
    struct verification *verification = job->verification;

    if (job->err.reason != REASON_NONE) {
        verification->err = job->err;
        job->err = (struct err){0};
        reader_fetched(job->reader); /* what did not come is not waited for again */
        give_up(verification);
    }
    work_submit(job->scan->cpu_lane, compare_run, compare_done, job);
}

/* --- reading --------------------------------------------------------------------------------- */

static void read_run(void *item)
{
    struct verification *verification = item;

    for (size_t i = 0; i < verification->open; i++)
        verify_read_files(&verification->window[i]);
}

static void read_done(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;

    job->rounds = 0;
    compare_window(job);
}

void verify_came(struct verification *verification)
{
    if (--verification->waiting == 0)
        work_submit(verification->job->scan->cpu_lane, read_run, read_done, verification);
}

/* --- fetching -------------------------------------------------------------------------------- */

static void on_file(const struct err *err, void *ctx)
{
    struct file_check *file = ctx;

    if (err != NULL)
        file->err = *err;
    verify_came(file->release->verification);
}

struct index *verify_index(const struct release_check *check)
{
    const struct scan *scan = check->verification->job->scan;

    for (size_t i = 0; i < scan->options->index_count; i++)
        if (strcmp(scan->indexes[i].url, check->due->index) == 0)
            return &scan->indexes[i];
    return NULL;
}

static void fetch_file(struct file_check *file)
{
    struct verification *verification = file->release->verification;
    struct job *job = verification->job;
    struct index *index = verify_index(file->release);
    int64_t limit = job->scan->options->max_file;

    if (index == NULL) {
        err_set(&file->err, REASON_UNSUPPORTED, "%s: its index %s is none of this scan",
                file->due->filename, file->release->due->index);
        return;
    }
    struct pypi_file request = {
        .url = file->due->url,
        .what = file->due->filename,
        .fd = file->spool,
        .max_bytes = (size_t)(limit > 0 ? limit : (int64_t)100 << 20),
    };
    verification->waiting++;
    pypi_fetch_file(index->pypi, &request, on_file, file);
}

static void load_done(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;

    verification->waiting = 1;
    for (size_t i = 0; i < verification->open; i++)
        for (size_t f = 0; f < verification->window[i].file_count; f++) {
            struct file_check *file = &verification->window[i].files[f];
            if (file->spool >= 0 && job->scan->stop == REASON_NONE)
                fetch_file(file);
            else if (file->spool >= 0)
                err_set(&file->err, job->scan->stop, "%s: %s", file->due->filename,
                        reason_meaning(job->scan->stop));
            verification->waiting += verify_ask_provenance(file);
        }
    verify_came(verification);
}

/* --- what the store has ---------------------------------------------------------------------- */

static void load_run(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;

    for (size_t i = 0; i < verification->open && job->fatal.reason == REASON_NONE; i++) {
        struct release_check *check = &verification->window[i];
        for (size_t f = 0; f < check->file_count; f++) {
            struct file_check *file = &check->files[f];
            if (verify_recall_provenance(file, &job->fatal) != 0 || file->err.reason != REASON_NONE)
                continue;
            if (job->scan->options->compared != NULL || /* the store has no bytes */
                store_artifact(job->scan->store, file->due->sha256, MANIFEST_REVISION,
                               &file->manifest, &job->fatal) == 0)
                file->spool = spools_take(job->scan->spools, &file->err);
        }
    }
}

static void take_release(struct verification *verification, const struct due_release *due)
{
    struct release_check *check = &verification->window[verification->open++];

    *check = (struct release_check){.verification = verification, .due = due};
    verify_choose_files(check);
    if (verification->err.reason != REASON_NONE)
        for (size_t f = 0; f < check->file_count; f++)
            check->files[f].err = verification->err;
}

static void open_window(struct verification *verification)
{
    struct job *job = verification->job;

    while (verification->open < VERIFY_WINDOW && verification->next < verification->count)
        take_release(verification, &verification->due[verification->next++]);
    if (verification->open == 0 || job->scan->stop == REASON_INTERRUPTED)
        end(verification);
    else
        work_submit(job->scan->store_lane, load_run, load_done, verification);
}

/* --- the history ----------------------------------------------------------------------------- */

static void index_run(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;
    const struct gitwire_refs *refs = &job->refs;
    const char **tips = arena_array(&verification->arena, refs->count + 1, sizeof *tips);
    size_t count = 0;

    if (refs->head_oid[0] != '\0')
        tips[count++] = refs->head_oid;
    for (size_t i = 0; i < refs->count; i++)
        tips[count++] = refs->refs[i].oid;
    mirror_blobs_open(job->mirror, tips, count, &verification->blobs, &verification->err);
}

static void index_done(void *item)
{
    open_window(item);
}

static void on_history(struct job *job)
{
    struct verification *verification = job->verification;

    if (job->err.reason != REASON_NONE || job->mirror == NULL) {
        verification->err = job->err;
        job->err = (struct err){0};
        open_window(verification);
    } else {
        work_submit(job->scan->cpu_lane, index_run, index_done, verification);
    }
}

/* --- what is due ----------------------------------------------------------------------------- */

static bool is_named(const struct due_release *release, const char *pattern)
{
    char text[512];

    snprintf(text, sizeof text, "%s==%s", release->package, release->version);
    return fnmatch(pattern, text, 0) == 0 || fnmatch(pattern, release->package, 0) == 0;
}

static bool is_chosen(const struct scan_options *options, const struct due_release *release)
{
    switch (options->verify) {
    case SCAN_VERIFY_ALL:
        return true;
    case SCAN_VERIFY_PATTERN:
        return is_named(release, options->pattern);
    case SCAN_VERIFY_NEWEST:
        return release->newest && is_named(release, options->pattern);
    case SCAN_VERIFY_LATEST:
        return release->newest || (release->tag == NULL && !release->historic);
    case SCAN_VERIFY_NONE:
        break;
    }
    return false;
}

/* From what a verdict follows: as long as it is the same, so is the verdict. What a later commit
   cannot change is settled, whatever moves. */
static const char *basis_of(const struct job *job, const struct due_release *release,
                            struct arena *arena, bool settled)
{
    uint64_t files = HASH_START ^ provenance_roots_id(job->scan->options->roots);

    for (size_t i = 0; i < release->file_count; i++) {
        const struct due_file *file = &release->files[i];
        if (file->sha256 != NULL)
            files = hash_add(files, file->sha256, strlen(file->sha256));
        if (file->provenance != NULL)
            files = hash_add(files, file->provenance, strlen(file->provenance) + 1);
    }
    return arena_printf(arena, "%d %s %016llx %s", VERIFY_REVISION,
                        release->tag_commit != NULL ? release->tag_commit : "-",
                        (unsigned long long)files, settled ? "settled" : job->refs.digest);
}

const char *verify_basis(const struct release_check *check)
{
    struct verification *verification = check->verification;

    return basis_of(verification->job, check->due, &verification->arena, check->settled);
}

static bool is_judged(struct verification *verification, const struct due_release *release)
{
    const struct job *job = verification->job;

    return release->basis != NULL &&
           (strcmp(release->basis, basis_of(job, release, &verification->arena, true)) == 0 ||
            strcmp(release->basis, basis_of(job, release, &verification->arena, false)) == 0);
}

static void due_run(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;
    const struct scan_options *options = job->scan->options;
    size_t all = 0;

    if (store_contents_due(job->scan->store, job->id, options->policy, &verification->arena,
                           &verification->due, &all, &job->fatal) != 0)
        return;
    for (size_t i = 0; i < all; i++)
        if (is_chosen(options, &verification->due[i]) &&
            !is_judged(verification, &verification->due[i]))
            verification->due[verification->count++] = verification->due[i];
}

static void due_done(void *item)
{
    struct verification *verification = item;
    struct job *job = verification->job;

    if (scan_check(job->scan, &job->fatal) || verification->count == 0)
        end(verification);
    else
        job_fetch(job, FETCH_HISTORY, on_history);
}

void job_verify(struct job *job, void (*then)(struct job *job))
{
    struct verification *verification = mem_alloc(sizeof *verification);

    job_set_state(job, JOB_VERIFY);
    *verification = (struct verification){.job = job, .then = then};
    job->verification = verification;
    job->whole = false;
    work_submit(job->scan->store_lane, due_run, due_done, verification);
}
