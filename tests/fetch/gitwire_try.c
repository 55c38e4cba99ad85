/*
 * Looks at repositories with fetch/gitwire and fetch/mirror, and at the result with the git
 * command:
 *
 *   gitwire_try BASE DIR OWNER/NAME...
 *
 * lists the refs of each, fetches their history without blobs into DIR/OWNER/NAME.git, then one
 * blob of the default branch, compares the refs with `git ls-remote` and runs `git fsck`. One line
 * a repository with refs, commits, bytes, milliseconds and requests; exit status 1 when one
 * differs. FLEETDRIFT_TRY_FACTS hands in what an earlier run printed of the host.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "fetch/gitwire.h"
#include "fetch/mirror.h"
#include "net/loop.h"

extern char **environ;

struct
try {
    const char *base, *dir, *name;
    struct http *http;
    struct gitwire *wire;
    struct mirror *mirror;
    struct arena arena;
    struct gitwire_refs refs; /* copied into the arena */
    const char **wants;
    char blob[OID_HEX];
    const char *blob_want;
    int fd;
    size_t commits, entries;
    uint64_t refs_bytes, history_bytes, blob_bytes;
    double refs_ms, history_ms, index_ms, walk_ms, blob_ms;
    uint64_t requests_before;
    double started;
    bool filtered;
    int failed;
};

static double now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void fail(struct try *try, const struct err *err)
{
    printf("%-36s FAILED %s: %s\n", try->name, reason_word(err->reason), err->text);
    try->failed = 1;
}

/* --- the git command
 * ------------------------------------------------------------------------------ */

static int shell(const char *script)
{
    char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char *)script, NULL};
    pid_t pid;
    int status;

    if (posix_spawnp(&pid, "sh", NULL, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Refs that ls-remote shows and those of the mirror must be the same, and fsck find no fault. */
static void check(struct try *try)
{
    const char *head = try->refs.head_ref != NULL ? try->refs.head_ref : "refs/heads/*";
    char *script = mem_printf(
        "cd '%s/%s.git' && git ls-remote '%s/%s.git' '%s' 'refs/tags/*' | sort >expected &&"
        "git show-ref -d --heads --tags | tr ' ' '\\t' | sort >found && cmp expected found &&"
        "git -c fsck.badTimezone=ignore fsck --no-dangling --no-progress >fsck 2>&1; s=$?;"
        "grep -v 'HEAD points to an unborn' fsck; exit $s",
        try->dir, try->name, try->base, try->name, head);

    if (shell(script) != 0) {
        printf("%-36s DIFFERS from git\n", try->name);
        try->failed = 1;
    }
    free(script);
}

/* --- what is done with a repository
 * ---------------------------------------------------------------- */

static int count_entry(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    struct try *try = ctx;

    (void)path;
    try->entries++;
    if (kind == MIRROR_BLOB && try->blob[0] == '\0')
        memcpy(try->blob, oid, OID_HEX);
    return 0;
}

static int count_commit(void *ctx, const char *commit, const char *tree, int64_t commit_time)
{
    (void)commit;
    (void)tree;
    (void)commit_time;
    ((struct try *)ctx)->commits++;
    return 0;
}

static void report(struct try *try, const struct buf *blob)
{
    struct http_stats stats;

    http_stats(try->http, &stats);
    printf("%-36s refs %5zu %6.1f ms  history %6zu commits %9llu B %7.1f ms%s + index %6.1f ms  "
           "walk %6zu entries %5.1f ms  blob %6zu B %5.1f ms  requests %llu\n",
           try->name, try->refs.count, try->refs_ms, try->commits,
           (unsigned long long)try->history_bytes, try->history_ms,
           try->filtered ? "" : " (unfiltered)", try->index_ms, try->entries, try->walk_ms,
           blob->len, try->blob_ms, (unsigned long long)(stats.requests - try->requests_before));
}

static void on_blob(const struct gitwire_pack *pack, const struct err *err, void *ctx)
{
    struct try *try = ctx;
    struct err error = *err;
    struct buf blob = BUF_INIT(64u << 20);

    (void)pack;
    try->blob_ms = now_ms() - try->started;
    if (error.reason == REASON_NONE)
        mirror_add_pack(try->mirror, try->fd, true, &error);
    close(try->fd);
    if (error.reason == REASON_NONE && mirror_read_blob(try->mirror, try->blob, &blob, &error) == 0)
        err_set(&error, REASON_MISSING_OBJECT, "the blob did not come");
    if (error.reason != REASON_NONE)
        fail(try, &error);
    else
        report(try, &blob);
    buf_release(&blob);
    mirror_free(try->mirror);
    if (error.reason == REASON_NONE)
        check(try);
}

static void fetch_blob(struct try *try)
{
    struct err err = {0};

    try->fd = mirror_spool(try->mirror, &err);
    try->blob_want = try->blob;
    try->started = now_ms();
    gitwire_fetch(
        try->wire,
        &(struct gitwire_fetch){
            .repository = try->name, .wants = &try->blob_want, .want_count = 1, .fd = try->fd},
        on_blob, try);
}

static void on_history(const struct gitwire_pack *pack, const struct err *err, void *ctx)
{
    struct try *try = ctx;
    struct err error = *err;
    const char *const tips[] = {try->refs.head_oid};
    double start = now_ms();

    try->history_ms = start - try->started;
    try->history_bytes = pack->bytes;
    try->filtered = pack->filtered;
    if (error.reason == REASON_NONE)
        mirror_add_pack(try->mirror, try->fd, pack->filtered, &error);
    close(try->fd);
    if (error.reason == REASON_NONE)
        mirror_set_refs(try->mirror, &try->refs, &error);
    try->index_ms = now_ms() - start;
    start = now_ms();
    if (error.reason == REASON_NONE)
        mirror_history(try->mirror, tips, 1, NULL, count_commit, try, &error);
    for (size_t i = 0; error.reason == REASON_NONE && i < try->refs.count; i++)
        mirror_walk(try->mirror, try->refs.refs[i].oid, 1000000, count_entry, try, &error);
    try->walk_ms = now_ms() - start;
    if (error.reason == REASON_NONE && try->blob[0] != '\0') {
        fetch_blob(try);
        return;
    }
    if (error.reason != REASON_NONE)
        fail(try, &error);
    mirror_free(try->mirror);
}

static void fetch_history(struct try *try)
{
    struct err err = {0};
    char *dir = mem_printf("%s/%s.git", try->dir, try->name);
    char *url = mem_printf("%s/%s.git", try->base, try->name);

    if (mirror_open(dir, url, &try->mirror, &err) == 0)
        try->fd = mirror_spool(try->mirror, &err);
    free(dir);
    free(url);
    if (err.reason != REASON_NONE) {
        fail(try, &err);
        return;
    }
    try->wants = arena_array(&try->arena, try->refs.count + 1, sizeof *try->wants);
    for (size_t i = 0; i < try->refs.count; i++)
        try->wants[i] = try->refs.refs[i].oid;
    try->started = now_ms();
    gitwire_fetch(try->wire,
                  &(struct gitwire_fetch){.repository = try->name,
                                          .wants = try->wants,
                                          .want_count = try->refs.count,
                                          .filter = "blob:none",
                                          .fd = try->fd},
                  on_history, try);
}

static void on_refs(const struct gitwire_refs *refs, const struct err *err, void *ctx)
{
    struct try *try = ctx;

    try->refs_ms = now_ms() - try->started;
    if (refs == NULL) {
        fail(try, err);
        return;
    }
    try->refs = *refs;
    try->refs.refs = arena_array(&try->arena, refs->count + 1, sizeof *refs->refs);
    for (size_t i = 0; i < refs->count; i++) {
        try->refs.refs[i] = refs->refs[i];
        try->refs.refs[i].name = arena_strdup(&try->arena, refs->refs[i].name);
    }
    try->refs.head_ref = arena_strdup(&try->arena, refs->head_ref);
    if (refs->moved_to != NULL)
        printf("%-36s moved to %s\n", try->name, refs->moved_to);
    if (refs->count > 0)
        fetch_history(try);
    else
        printf("%-36s is empty, default branch %s\n", try->name,
               refs->head_ref != NULL ? refs->head_ref : "unknown");
}

/* --- one after the other
 * ---------------------------------------------------------------------------- */

static int try_one(struct loop *loop, struct http *http, struct gitwire *wire, const char *base,
                   const char *dir, const char *name)
{
    struct try try = {.base = base, .dir = dir, .name = name, .http = http, .wire = wire};
    struct http_stats stats;

    http_stats(http, &stats);
    try.requests_before = stats.requests;
    try.started = now_ms();
    gitwire_ls_refs(wire, name, NULL, on_refs, &try);
    loop_run(loop);
    fflush(stdout);
    arena_release(&try.arena);
    return try.failed;
}

int main(int argc, char **argv)
{
    struct loop *loop = NULL;
    struct http *http = NULL;
    struct access *access = NULL;
    struct gitwire *wire = NULL;
    struct err err = {0};
    int failed = 0;

    if (argc < 4) {
        fputs("usage: gitwire_try BASE DIR OWNER/NAME...\n", stderr);
        return 2;
    }
    log_set_level(LOG_DEBUG);
    if (loop_new(&loop, &err) != 0 ||
        http_new(loop, &(struct http_options){.user_agent = "fleetdrift/try"}, &http, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    access = access_new(http, &(struct access_options){
                                  .loop = loop, .api = argv[1], .token = getenv("GITHUB_TOKEN")});
    if (gitwire_new(access,
                    &(struct gitwire_options){.base = argv[1],
                                              .agent = "fleetdrift/try",
                                              .host_facts = getenv("FLEETDRIFT_TRY_FACTS")},
                    &wire, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    for (int i = 3; i < argc; i++)
        failed |= try_one(loop, http, wire, argv[1], argv[2], argv[i]);
    printf("host: %s\n", gitwire_host_facts(wire));
    gitwire_free(wire);
    access_free(access);
    http_free(http);
    loop_free(loop);
    mirror_global_exit();
    return failed;
}
