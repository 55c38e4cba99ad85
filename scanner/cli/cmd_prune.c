#include "cli/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "fetch/mirror.h"
#include "store/prune.h"

static const struct flag flags[] = {
    {"keep", "TIME", "keep", "keep runs that began within 90d (required)"},
    {"dry-run", NULL, "dry-run", "remove nothing, say what would be"},
    {"db", "FILE", "scan.database", "database (fleetdrift.db)"},
    {"cache", "DIR", "scan.cache", "mirrors (~/.cache/fleetdrift)"},
    {NULL},
};

static const char about[] =
    "Removes old runs with the facts that only they saw, and repositories and packages that left\n"
    "the fleet so long ago, with their mirrors. The two newest complete runs stay at any rate.\n"
    "\n"
    "Every report of a run that is kept is the same bytes as before, and no finding ends: what a\n"
    "rule over time looks back at (where a tag was, which files the index had) is kept, and so "
    "are\n"
    "the days on which a finding began. A run that was removed is reported no more.\n";

static const char examples[] =
    "  fleetdrift prune --keep 90d --dry-run         what would go\n"
    "  fleetdrift prune --keep 90d --db /srv/drift.db\n"
    "                                                every month, between two scans\n";

static int check(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;

    if (s->keep_ms == 0)
        return err_set(err, REASON_USAGE, "say which runs to keep: --keep 90d");
    return store_check_file(s->database, STORE_READ, err); /* none is made for it */
}

struct cleaning {
    const char *cache;
    bool dry;
    int64_t count;  /* mirrors that are gone, or would be */
    struct err err; /* the last that could not be removed */
};

/* Losing a mirror costs time only, so it may go before what the database says of it. */
static void on_name(void *ctx, const char *host, const char *owner, const char *name)
{
    struct cleaning *cleaning = ctx;
    char *full_name = mem_printf("%s/%s", owner, name);
    char *path = mirror_place(cleaning->cache, host, full_name);

    if (access(path, F_OK) == 0) {
        log_debug("%s: %s", path, cleaning->dry ? "would be removed" : "is removed");
        if (cleaning->dry || mirror_remove(path, &cleaning->err) == 0)
            cleaning->count++;
    }
    free(path);
    free(full_name);
}

static double megabytes(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

static void say(const struct prune_result *result, const struct cleaning *cleaning)
{
    printf("%s%" PRId64 " runs, %" PRId64 " rows of facts, %" PRId64 " repositories and %" PRId64
           " packages that left the fleet, %" PRId64 " mirrors\n",
           cleaning->dry ? "would remove " : "removed ", result->runs, result->rows,
           result->repositories, result->packages, cleaning->count);
    if (result->first > 0)
        printf("runs from %" PRId64 " on are kept\n", result->first);
}

static int run(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    struct cleaning cleaning = {.cache = s->cache, .dry = s->dry_run};
    int64_t before = clock_now() - (int64_t)(s->keep_ms / 1000);
    double size = megabytes(s->database);
    struct prune_result result;

    if (store_prune(context->store, before, s->dry_run, on_name, &cleaning, &result, err) != 0)
        return -1;
    say(&result, &cleaning);
    if (result.rows > 0 && !s->dry_run) {
        if (store_shrink(context->store, err) != 0)
            return err_prefix(err, "all of this is removed, but the file did not become smaller");
        printf("%s: %.1f MB, was %.1f MB\n", s->database, megabytes(s->database), size);
    }
    if (cleaning.err.reason == REASON_NONE)
        return STATUS_GOOD;
    *err = cleaning.err;
    return -1;
}

const struct command cmd_prune = {
    .name = "prune",
    .line = "forget old runs, and repositories that left the fleet",
    .usage = "prune --keep TIME [OPTIONS]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .needs = NEEDS_SCAN_STORE,
    .check = check,
    .run = run,
};
