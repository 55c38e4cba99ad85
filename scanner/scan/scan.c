#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/spool.h"
#include "scan/inquiry.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/names.h"

/* Repositories whose facts share a transaction are those of so many milliseconds. */
#define COMMIT_MS 50

/* Readers beyond one a core: measured, so many wait for the disk or for libgit2's locks. */
#define WAITING_READERS 3

/* --- ends before its time -------------------------------------------------------------------- */

static bool is_local(enum reason reason)
{
    return reason == REASON_DISK || reason == REASON_DATABASE || reason == REASON_INTERNAL;
}

static void stop(struct scan *scan, enum reason reason)
{
    if (scan->stop != REASON_NONE)
        return;
    scan->stop = reason;
    http_cancel_all(scan->http, reason);
    access_stop(scan->access);
}

bool scan_check(struct scan *scan, const struct err *err)
{
    if (is_local(err->reason) && scan->fatal.reason == REASON_NONE) {
        scan->fatal = *err;
        stop(scan, err->reason);
    }
    return scan->fatal.reason != REASON_NONE;
}

void scan_note_disk(const struct job *job)
{
    struct err *disk = &job->scan->result->disk;

    if (job->err.reason != REASON_DISK || disk->reason != REASON_NONE)
        return;
    *disk = job->err;
    err_prefix(disk, "%s: %s", job->scan->options->cache, job->full_name);
}

/* --- what was saved is committed ------------------------------------------------------------- */

static void commit_run(void *ctx)
{
    struct scan *scan = ctx;

    store_flush(scan->store, &scan->unsaved);
}

static void commit_done(void *ctx)
{
    struct scan *scan = ctx;

    scan_check(scan, &scan->unsaved);
}

static void on_commit_due(void *ctx)
{
    struct scan *scan = ctx;

    scan->commit = NULL;
    work_submit(scan->store_lane, commit_run, commit_done, scan);
}

void scan_stored(struct scan *scan)
{
    if (scan->commit == NULL)
        scan->commit = loop_timer(scan->loop, COMMIT_MS, on_commit_due, scan);
}

/* --- interrupts and deadlines ---------------------------------------------------------------- */

/* On the store's lane: whatever the rest takes, the run is marked. */
static void mark_interrupted(void *ctx)
{
    struct scan *scan = ctx;
    struct err ignored;

    store_end_run(scan->store, RUN_INTERRUPTED, &ignored);
}

static void on_marked(void *ctx)
{
    (void)ctx;
}

/* Work on the pool cannot be called back; what it has not stored is not needed. */
static void on_interrupt(void *ctx)
{
    struct scan *scan = ctx;

    if (scan->http == NULL)
        return; /* all was looked at, services are closing: finish() sees to it */
    stop(scan, REASON_INTERRUPTED);
    work_submit(scan->store_lane, mark_interrupted, on_marked, scan);
}

static void on_deadline(void *ctx)
{
    struct scan *scan = ctx;

    scan->deadline = NULL;
    log_warning("the deadline has come: what was not looked at yet is unknown in this run");
    stop(scan, REASON_DEADLINE);
}

/* When the last job is done the forge is asked of all together; then nothing may keep the loop
   alive. */
void scan_idle(struct scan *scan)
{
    if (scan->listing_count > 0 || scan->running > 0 || scan->first != NULL || scan->asking > 0)
        return;
    if (!inquiry_is_done(scan->inquiry))
        return;
    timer_cancel(scan->deadline);
    timer_cancel(scan->commit);
    scan->deadline = scan->commit = NULL;
    progress_stop(scan->progress);
}

/* --- begins ---------------------------------------------------------------------------------- */

static char *fingerprint(const struct scan_options *options)
{
    const char *token = options->token;

    if (options->app != NULL)
        return mem_printf("app %s", appkey_id(options->app));
    if (token == NULL)
        return mem_strdup("anonymous");
    /* Sixteen bits tell credentials apart and say nothing of one. */
    return mem_printf("%04x", (unsigned)(hash_add(HASH_START, token, strlen(token)) >> 48));
}

/* Where a repository is unique by owner and name: a host, or a path of one with several roots. */
static char *host_of(const char *url)
{
    const char *start = strstr(url, "://");

    start = start != NULL ? start + 3 : url;
    return mem_strndup(start, text_without_slashes(start));
}

static void on_asked(struct package *package, void *ctx)
{
    struct scan *scan = ctx;

    (void)package;
    scan->asking--;
    scan_idle(scan);
}

/* Packages that the user named without a repository: the index is asked, and whatever repository of
   the fleet claims them is linked. Where the index's URLs lead is never contacted. */
static void ask_named(struct scan *scan)
{
    const struct scan_options *options = scan->options;
    char normal[NAME_MAX_BYTES];

    for (size_t i = 0; i < options->package_count; i++) {
        if (options->packages[i].repository != NULL ||
            names_normalise(options->packages[i].name, normal) != 0)
            continue;
        scan->asking++;
        package_ask_named(scan, normal, on_asked, scan);
    }
}

static int check_repository(const char *full_name, struct err *err)
{
    if (!job_name_is_valid(full_name))
        return err_set(err, REASON_USAGE, "\"%s\" is not OWNER/NAME", full_name);
    return 0;
}

static int check_options(const struct scan_options *options, struct err *err)
{
    char normal[NAME_MAX_BYTES];

    for (size_t i = 0; options->repositories != NULL && options->repositories[i] != NULL; i++)
        if (check_repository(options->repositories[i], err) != 0)
            return -1;
    for (size_t i = 0; i < options->package_count; i++)
        if (options->packages[i].repository != NULL &&
            check_repository(options->packages[i].repository, err) != 0)
            return -1;

    for (size_t i = 0; i < options->package_count; i++)
        if (names_normalise(options->packages[i].name, normal) != 0)
            return err_set(err, REASON_USAGE, "\"%s\" is not the name of a package",
                           options->packages[i].name);
    const char *const roots[] = {options->github_api, options->github_git, options->github_graphql};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (http_check_url(roots[i], options->http.allow_http, err) != 0)
            return -1;
    for (size_t i = 0; i < options->index_count; i++)
        if (http_check_url(options->indexes[i].url, options->http.allow_http, err) != 0)
            return -1;
    return 0;
}

static int open_services(struct scan *scan, struct err *err)
{
    const struct scan_options *options = scan->options;
    struct buf facts = BUF_INIT(4096);
    char *key = mem_printf("git-host %s", options->github_git);
    const char **hosts = mem_array(2 * options->index_count + 4, sizeof *hosts);
    struct http_options http = options->http;
    unsigned readers = work_default_threads() + WAITING_READERS;
    int result = -1;

    hosts[0] = options->github_api;
    hosts[1] = options->github_git;
    hosts[2] = options->github_graphql;
    size_t count = 3;
    for (size_t i = 0; i < options->index_count; i++) {
        hosts[count++] = options->indexes[i].url;
        if (options->indexes[i].files != NULL)
            hosts[count++] = options->indexes[i].files;
    }
    http.hosts = hosts;
    work_set_threads(readers + 1); /* and one for the database */
    if (store_recall(scan->store, key, &facts, err) < 0 || loop_new(&scan->loop, err) != 0)
        goto out;
    scan->store_lane = lane_new(scan->loop, 1);
    scan->cpu_lane = lane_new(scan->loop, readers);
    if (http_new(scan->loop, &http, &scan->http, err) != 0)
        goto out;
    scan->access =
        access_new(scan->http, &(struct access_options){.loop = scan->loop,
                                                        .api = options->github_api,
                                                        .token = options->token,
                                                        .app = options->app,
                                                        .max_wait_ms = options->http.max_wait_ms});
    struct gitwire_options git = {
        .base = options->github_git,
        .agent = "fleetdrift/" FLEETDRIFT_VERSION,
        .host_facts = facts.len > 0 ? buf_str(&facts) : NULL,
        .timeout_ms = options->git_timeout_ms,
        .lane = scan->cpu_lane,
        .loop = scan->loop,
    };
    struct github_options github = {.api = options->github_api,
                                    .timeout_ms = options->listing_timeout_ms};
    if (gitwire_new(scan->access, &git, &scan->wire, err) != 0 || indexes_open(scan, err) != 0)
        goto out;
    scan->github = github_new(scan->access, &github);
    result = loop_on_interrupt(scan->loop, on_interrupt, scan, err);
out:
    buf_release(&facts);
    free(hosts);
    free(key);
    return result;
}

static void close_services(struct scan *scan)
{
    struct http *http = scan->http;

    scan->http = NULL;
    progress_free(scan->progress);
    inquiry_free(scan->inquiry);
    packages_free(scan);
    jobs_free(scan);
    discover_free(scan);
    gitwire_free(scan->wire);
    github_free(scan->github);
    access_free(scan->access);
    indexes_free(scan);
    http_free(http);
    if (scan->loop != NULL) {
        lane_free(scan->store_lane);
        lane_free(scan->cpu_lane);
        loop_free(scan->loop);
    }
    spools_free(scan->spools);
    free(scan->host);
    free(scan->credential);
}

static int remember_host(struct scan *scan, struct err *err)
{
    const char *facts = gitwire_host_facts(scan->wire);
    struct buf known = BUF_INIT(4096);
    char *key = mem_printf("git-host %s", scan->options->github_git);
    int result = store_recall(scan->store, key, &known, err);

    if (result >= 0 && facts[0] != '\0' && strcmp(buf_str(&known), facts) != 0)
        result = store_remember(scan->store, key, facts, err);
    buf_release(&known);
    free(key);
    return result < 0 ? -1 : 0;
}

/* --- the run --------------------------------------------------------------------------------- */

static int observe(struct scan *scan, struct err *err)
{
    if (open_services(scan, err) != 0)
        return -1;
    mirror_sweep(scan->options->cache);
    scan->spools = spools_new(scan->options->cache);
    scan->inquiry = inquiry_new(scan);
    scan->progress = progress_new(scan);
    if (scan->options->deadline_ms > 0)
        scan->deadline = loop_timer(scan->loop, scan->options->deadline_ms, on_deadline, scan);
    ask_named(scan);
    discover_start(scan);
    scan_idle(scan);
    loop_run(scan->loop);
    mirror_global_exit();
    indexes_check(scan);
    if (scan->fatal.reason != REASON_NONE) {
        *err = scan->fatal;
        return -1;
    }
    return store_flush(scan->store, err) != 0 ? -1 : remember_host(scan, err);
}

static void sum_up(struct scan *scan)
{
    struct scan_result *result = scan->result;

    result->run = store_run(scan->store);
    result->changes = store_changes(scan->store);
    result->repositories = scan->done;
    result->packages = HASH_COUNT(scan->packages);
    if (scan->http != NULL)
        http_stats(scan->http, &result->http);
    if (scan->loop != NULL)
        result->worst_block_us = loop_worst_block_us(scan->loop);
}

/* A run that has judged is complete, whatever signal comes then. */
static int finish(struct scan *scan, const struct rules *rules, struct err *err)
{
    struct scan_result *result = scan->result;

    if (interrupt_signal() == 0) {
        /* A run that could not even list looked at no fleet; the one before stays. */
        if (scan->options->offline || (scan->unlisted && scan->total == 0))
            store_keep_scope(scan->store);
        if (!scan->options->offline &&
            store_forget_listings(scan->store, scan->options->owners, err) != 0)
            return -1;
        if (rules_evaluate(scan->store, rules, &result->rules, err) == 0)
            return store_end_run(scan->store, RUN_COMPLETE, err);
        if (err->reason != REASON_INTERRUPTED)
            return -1;
    }
    result->interrupted = true;
    return store_end_run(scan->store, RUN_INTERRUPTED, err);
}

int scan_run(struct store *store, const struct rules *rules, const struct scan_options *options,
             struct scan_result *result, struct err *err)
{
    uint64_t started_ms = clock_monotonic_ms();
    struct scan scan = {.options = options, .result = result, .store = store};
    struct err ignored;

    *result = (struct scan_result){0};
    if (check_options(options, err) != 0 || store_begin_run(store, options->arguments, err) != 0 ||
        interrupt_watch(err) != 0)
        return -1;
    scan.documents_end = &scan.documents;
    scan.host = host_of(options->github_git);
    scan.revision = scan_revision(options);
    scan.credential = fingerprint(options);
    /* An offline run touches nothing, and so keeps the fleet of the run before. */
    int status = options->offline ? 0 : observe(&scan, err);
    sum_up(&scan);
    close_services(&scan);
    if (status == 0)
        status = finish(&scan, rules, err);
    result->elapsed_ms = clock_monotonic_ms() - started_ms;
    if (status != 0)
        store_end_run(store, RUN_FAILED, &ignored);
    interrupt_unwatch();
    return status;
}
