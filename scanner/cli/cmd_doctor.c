#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "cli/terminal.h"
#include "cli/token.h"
#include "report/words.h"

#define DISK_LOW (1024ull * 1024 * 1024) /* bytes free; below, a fleet's mirrors may not fit */

static const struct flag flags[] = {
    {"db", "FILE", "scan.database", "database (fleetdrift.db)"},
    {"cache", "DIR", "scan.cache", "mirrors (~/.cache/fleetdrift)"},
    {"rules", "DIR", "scan.rules", "your own rules, beside the built-in ones"},
    {"offline", NULL, "offline", "ask no service"},
    {"colour", "WHEN", "output.colour", "auto, always or never"},
    {"github-api", "URL", "github.api", "root of the REST API"},
    {"github-git", "URL", "github.git", "root of the git host"},
    {"index", "URL", "index-url", "root of the package index"},
    {"ca-file", "FILE", "http.ca_file", "certificates to trust instead of the system's"},
    {"allow-http", NULL, "http.allow_http", "plain http beyond this machine"},
    {NULL},
};

static const char about[] =
    "Checks what a scan needs, one line each, and says what to do about what is wrong:\n"
    "configuration, rules, token, the three services (one request each: reachable, the right "
    "root,\n"
    "certificate, rate limit, clock), what the credential may see and what a scan of the\n"
    "configured fleet will cost (a handful of requests), disk, database. Changes nothing.\n"
    "\n"
    "Exit status: 0 all good; else of the gravest fault: 4 disk, database or clock, 2 "
    "configuration,\n"
    "rules or token, 3 a service that cannot be asked or a rate limit that is used up.\n";

static const char examples[] = "  fleetdrift doctor\n"
                               "  fleetdrift doctor --config fleetdrift.toml --db /srv/drift.db\n";

void doctor_say(struct doctor *doctor, enum mark mark, const char *label, const char *text,
                const char *advice)
{
    struct buf line = BUF_INIT(WORDS_MAX);

    words_add(&line, text, strlen(text));
    marks_line(stdout, &doctor->style, mark, label, buf_str(&line), doctor->width);
    buf_release(&line);
    if (advice != NULL)
        marks_note(stdout, advice, doctor->width);
}

void doctor_fault(struct doctor *doctor, enum status status)
{
    static const enum status order[] = {STATUS_GOOD, STATUS_PARTIAL, STATUS_USAGE, STATUS_LOCAL};
    int now = 0, next = 0;

    for (int i = 0; i < 4; i++) {
        now = order[i] == doctor->status ? i : now;
        next = order[i] == status ? i : next;
    }
    doctor->status = order[now > next ? now : next];
}

static void check_configuration(struct doctor *doctor)
{
    const struct context *context = doctor->context;
    const struct settings *s = &context->settings;

    doctor_say(doctor, MARK_GOOD, "configuration",
               context->config != NULL ? context->config : "none: the defaults hold", NULL);
    char *fleet = mem_printf("%zu organisations, %zu repositories, %zu packages named",
                             s->organisations.count, s->repositories.count, s->packages.count);
    bool named = s->organisations.count + s->repositories.count + s->packages.count > 0;
    doctor_say(doctor, named ? MARK_GOOD : MARK_UNKNOWN, "fleet",
               named ? fleet : "the configuration names none; name it when you scan", NULL);
    free(fleet);
}

static void check_rules(struct doctor *doctor)
{
    struct err err = {0};
    struct rules *rules;

    if (rules_load(doctor->context->settings.rules, &rules, &err) != 0) {
        doctor_fault(doctor, STATUS_USAGE);
        doctor_say(doctor, MARK_BAD, "rules", err.text, NULL);
        return;
    }
    char *text = mem_printf("%zu", rules_count(rules));
    doctor_say(doctor, MARK_GOOD, "rules", text, NULL);
    free(text);
    rules_free(rules);
}

static void check_token(struct doctor *doctor)
{
    struct context *context = doctor->context;
    struct err err = {0};

    if (token_find(&context->settings, &context->token, &context->app, &err) != 0) {
        doctor_fault(doctor, STATUS_USAGE);
        doctor_say(doctor, MARK_BAD, "token", err.text, NULL);
    } else if (context->app != NULL) {
        char *text = mem_printf("GitHub App %s", appkey_id(context->app));
        doctor_say(doctor, MARK_GOOD, "token", text, NULL);
        free(text);
    } else if (context->token == NULL) {
        doctor_say(doctor, MARK_UNKNOWN, "token", "none: only what is public is seen",
                   "Set FLEETDRIFT_GITHUB_TOKEN, or token_file or app_id in [github].");
    } else {
        doctor_say(doctor, MARK_GOOD, "token", "found", NULL);
    }
}

/* "a/b" of "a/b/c", "." of "c". */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return mem_strdup(".");
    return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* The nearest path at or above `path` that is there, whatever it is: a scan makes the rest. */
static char *existing_path(const char *path)
{
    char *dir = mem_strdup(path);
    struct stat st;

    while (lstat(dir, &st) != 0 && errno == ENOENT && strcmp(dir, "/") != 0 &&
           strcmp(dir, ".") != 0) {
        char *parent = parent_of(dir);
        free(dir);
        dir = parent;
    }
    return dir;
}

/* Whether something can be made in it; nothing else shows that on every file system. */
static int try_directory(const char *dir, struct statvfs *fs)
{
    char *name = mem_printf("%s/.fleetdrift-XXXXXX", dir);
    int result = mkdtemp(name) != NULL ? rmdir(name) : -1;

    free(name);
    return result == 0 ? statvfs(dir, fs) : -1;
}

/* Whether files can be made in `dir`, in which `path` is or will be. */
static int check_disk(struct doctor *doctor, const char *label, const char *path, const char *dir)
{
    struct statvfs fs;

    if (try_directory(dir, &fs) != 0) {
        char *text = mem_printf("%s: %s", dir, strerror(errno));
        doctor_fault(doctor, STATUS_LOCAL);
        doctor_say(doctor, MARK_BAD, label, text, "It must be a directory that you can write to.");
        free(text);
        return -1;
    }
    unsigned long long room = (unsigned long long)fs.f_bavail * fs.f_frsize;
    bool low = room < DISK_LOW;
    char *text = mem_printf("%s: %.1f GB free", path, (double)room / 1e9);
    doctor_say(doctor, low ? MARK_UNKNOWN : MARK_GOOD, label, text,
               low ? "That is little: a fleet of a hundred packages takes about 1 GB." : NULL);
    free(text);
    return 0;
}

static void check_cache(struct doctor *doctor)
{
    char *dir = existing_path(doctor->context->settings.cache);

    check_disk(doctor, "cache", doctor->context->settings.cache, dir);
    free(dir);
}

/* A scan at work is no fault, but the next one would be refused. */
static void check_lock(struct doctor *doctor, const char *database)
{
    char holder[STORE_HOLDER];

    if (!store_holder(database, holder))
        return;
    char *text = mem_printf("a scan is at work: %s", holder);
    doctor_say(doctor, MARK_UNKNOWN, "lock", text, "Another scan can begin when it has ended.");
    free(text);
}

static void refuse_database(struct doctor *doctor, const char *text, const char *what_to_do)
{
    doctor_fault(doctor, STATUS_LOCAL);
    doctor_say(doctor, MARK_BAD, "database", text, what_to_do);
}

/* A file that is there and holds something. */
static void check_contents(struct doctor *doctor, const char *path)
{
    struct store *store = NULL;
    struct err err = {0};

    if (store_open(path, STORE_READ, &store, &err) == 0 && store_check(store, &err) == 0)
        doctor_say(doctor, MARK_GOOD, "database", path, NULL);
    else if (err.reason == REASON_UNSUPPORTED)
        refuse_database(doctor, err.text, NULL); /* it says what to do */
    else
        refuse_database(doctor, err.text,
                        "If it is one of fleetdrift, move it away and scan again: facts come back, "
                        "earlier runs do not. Else name another file with --db.");
    if (store != NULL)
        store_close(store);
    check_lock(doctor, path);
}

static void check_database(struct doctor *doctor)
{
    const char *path = doctor->context->settings.database;
    char *dir = parent_of(path);
    struct err err = {0};
    struct stat st;

    bool can_be_made = check_disk(doctor, "database directory", dir, dir) == 0;
    if (stat(path, &st) != 0 && errno == ENOENT) {
        if (can_be_made)
            doctor_say(doctor, MARK_UNKNOWN, "database", "not there yet: the first scan makes it",
                       NULL);
    } else if (store_check_file(path, STORE_SCAN, &err) != 0) {
        refuse_database(doctor, err.text,
                        "It must be a file that you can read and write: --db names another.");
    } else if (st.st_size == 0) {
        doctor_say(doctor, MARK_UNKNOWN, "database", "empty: the first scan fills it", NULL);
    } else {
        check_contents(doctor, path);
    }
    free(dir);
}

static int run(struct context *context, struct err *err)
{
    struct doctor doctor = {.context = context};
    struct report_options options;

    terminal_report_options(&context->settings, &options);
    doctor.style = (struct style){options.ascii, options.colour};
    doctor.width = options.width;
    check_configuration(&doctor);
    check_rules(&doctor);
    check_token(&doctor);
    if (doctor_services(&doctor, err) != 0)
        return -1;
    check_cache(&doctor);
    check_database(&doctor);
    return (int)doctor.status;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .line = "check configuration, token, services, clock, disk and database",
    .usage = "doctor [OPTIONS]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .run = run,
};
