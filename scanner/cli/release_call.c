#include "cli/release_call.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/scan_call.h"
#include "facts/names.h"
#include "report/record.h"
#include "report/report.h"

/* --- what is asked --------------------------------------------------------------------------- */

void release_target_release(struct release_target *target)
{
    free(target->package);
    free(target->version);
    free(target->repository);
}

int release_target_read(const char *text, struct release_target *out, struct err *err)
{
    size_t name_len = strcspn(text, "=");
    const char *rest = text + name_len;
    char normal[NAME_MAX_BYTES];

    *out = (struct release_target){0};
    char *name = mem_strndup(text, name_len);
    int valid = names_normalise(name, normal);
    free(name);
    if (valid != 0)
        return err_set(err, REASON_USAGE, "\"%s\" does not begin with the name of a package", text);
    out->package = mem_strdup(normal);
    if (rest[0] == '=' && rest[1] == '=') {
        size_t len = strcspn(rest + 2, "=");
        out->version = mem_strndup(rest + 2, len);
        rest += 2 + len;
        if (len == 0 || out->version[strcspn(out->version, "*?[\\/ ")] != '\0')
            return err_set(err, REASON_USAGE, "\"%s\" is no version", out->version);
    }
    if (*rest == '=')
        out->repository = mem_strdup(rest + 1);
    return 0;
}

static char *written(const struct release_target *target)
{
    return target->version != NULL ? mem_printf("%s==%s", target->package, target->version)
                                   : mem_strdup(target->package);
}

int release_need_repository(struct context *context, const struct release_target *target,
                            struct err *err)
{
    const char *database = context->settings.database;

    if (target->repository != NULL)
        return 0;
    context->needs |= NEEDS_STORE;
    if (access(database, F_OK) == 0)
        return 0;
    char *release = written(target);
    err_set(err, REASON_USAGE,
            "its repository is not known, as there is no database %s: name it, %s=OWNER/NAME, or "
            "scan it first",
            database, release);
    free(release);
    return -1;
}

static int find_repository(struct store *store, struct release_target *target, struct err *err)
{
    const struct bind binds[] = {{":package", target->package}};
    struct arena arena = ARENA_INIT;
    struct records packages;
    int result = records_read(store, "report_explain_package", binds, 1, 1, &arena, &packages, err);

    if (result == 0) {
        const struct record *first = packages.count > 0 ? packages.items : NULL;
        const char *repository = first != NULL ? record_text(first, "repository") : NULL;
        char *release = written(target);
        if (repository != NULL)
            target->repository = mem_strdup(repository);
        else
            result = err_set(err, REASON_USAGE,
                             "the database knows no repository of %s; name it: %s=OWNER/NAME",
                             target->package, release);
        free(release);
    }
    arena_release(&arena);
    return result;
}

/* --- the scan -------------------------------------------------------------------------------- */

static char *make_place(struct err *err)
{
    const char *temporary = getenv("TMPDIR");
    char *place = mem_printf("%s/fleetdrift-XXXXXX",
                             temporary != NULL && *temporary != '\0' ? temporary : "/tmp");

    if (mkdtemp(place) != NULL)
        return place;
    err_set(err, REASON_DISK, "cannot create %s: %s", place, strerror(errno));
    free(place);
    return NULL;
}

static void remove_place(char *place)
{
    DIR *directory = opendir(place);
    struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory != NULL)
        closedir(directory);
    rmdir(place);
    free(place);
}

/* Whether it was called. */
struct calling {
    const struct release_wish *wish;
    bool called;
};

static void on_compared(void *ctx, const struct scan_compared *compared)
{
    struct calling *calling = ctx;

    calling->called = true;
    calling->wish->compared(calling->wish->ctx, compared);
}

static void complain(const struct release_target *target, const struct record *known)
{
    char *release = written(target);

    if (known == NULL)
        log_error("%s: the index does not have this package, or did not answer", release);
    else if (record_text(known, "newest") == NULL)
        log_error("%s: no index that was asked has a release of it", release);
    else if (record_integer(known, "files", -1) < 0)
        log_error("%s: there is no such release; the newest is %s", release,
                  record_text(known, "newest"));
    else if (record_integer(known, "files", 0) == 0)
        log_error("%s: the release has no files", release);
    else
        log_error("%s: its files could not be compared with %s", release, target->repository);
    free(release);
}

/* Nothing was compared. */
static int say_why(struct store *store, const struct release_target *target, struct err *err)
{
    const struct bind binds[] = {{":package", target->package}, {":version", target->version}};
    const struct report_options unseen = {0};
    struct arena arena = ARENA_INIT;
    struct records rows;

    if (report_warn_unseen(store, &unseen, err) != 0)
        return -1;
    int result = records_read(store, "release_known", binds, 2, 1, &arena, &rows, err);
    if (result == 0)
        complain(target, rows.count > 0 ? rows.items : NULL);
    arena_release(&arena);
    return result;
}

static int scan_it(struct context *context, const struct release_target *target,
                   struct calling *calling, struct store *store, struct err *err)
{
    static const char *const none[] = {NULL};
    const struct scan_package package = {target->package, target->repository};
    char *pattern = written(target);
    struct scan_result result = {0};
    struct scan_call call;
    int status = scan_call_open(&call, context, err);

    call.options.owners = call.options.repositories = none;
    call.options.packages = &package;
    call.options.package_count = 1;
    call.options.shards = 0;
    call.options.offline = false;
    call.options.verify = target->version != NULL ? SCAN_VERIFY_PATTERN : SCAN_VERIFY_NEWEST;
    call.options.pattern = pattern;
    call.options.progress = PROGRESS_NONE;
    call.options.compared = on_compared;
    call.options.compared_ctx = calling;
    call.options.against = calling->wish->against;
    call.options.only_file = calling->wish->only_file;
    if (status == 0)
        status = scan_run(store, context->rules, &call.options, &result, err);
    if (status == 0 && !calling->called && interrupt_signal() == 0)
        status = say_why(store, target, err);
    scan_call_release(&call);
    free(pattern);
    return status;
}

int release_look(struct context *context, struct release_target *target,
                 const struct release_wish *wish, struct err *err)
{
    struct calling calling = {.wish = wish};
    struct store *store = NULL;

    if (target->repository == NULL && find_repository(context->store, target, err) != 0)
        return -1;
    char *place = make_place(err);
    if (place == NULL)
        return -1;
    char *database = mem_printf("%s/release.db", place);
    int status = store_open(database, STORE_SCAN, &store, err);
    if (status == 0)
        status = scan_it(context, target, &calling, store, err);
    if (store != NULL)
        store_close(store);
    remove_place(place);
    free(database);
    return status;
}
