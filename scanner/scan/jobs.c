#include "scan/job.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "facts/names.h"

/* The queue of repositories: each has one job, and only so many are in work at once. */

#define JOBS_DEFAULT 32

/* A repository by its name. Two names may turn out to be one repository: their jobs take turns, as
   its mirror is one directory, and what was learned under the other name is handed on. */
struct job_name {
    char *name; /* "owner/name" in lower case */
    struct arena arena;
    struct row_repository row; /* as it was listed */
    const char **former;       /* names that led here, NULL-terminated; or NULL */
    struct job *holder;        /* at work */
    struct job *waiting;
    UT_hash_handle hh;
};

/* A part of a name that becomes part of a path and of URLs: GitHub's own alphabet. */
static bool is_plain(const char *part, size_t len)
{
    if (len == 0 || len > 100 || (part[0] == '.' && (len == 1 || part[1] == '.')))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)part[i]) && strchr("._-", part[i]) == NULL)
            return false;
    return true;
}

bool job_name_is_valid(const char *full_name)
{
    const char *slash = strchr(full_name, '/');

    return slash != NULL && is_plain(full_name, (size_t)(slash - full_name)) &&
           is_plain(slash + 1, strlen(slash + 1)) && !text_ends_with(slash, ".git");
}

bool job_is_called(const struct job *job, const char *name)
{
    bool result = strcasecmp(name, job->full_name) == 0;

    for (size_t i = 0; !result && job->former != NULL && job->former[i] != NULL; i++)
        result = strcasecmp(name, job->former[i]) == 0;
    return result;
}

static bool is_configured(const struct job *job, const char *normal)
{
    for (size_t i = 0; i < job->configured_count; i++)
        if (strcmp(job->configured[i].name, normal) == 0)
            return true;
    return false;
}

/* What the user named: the repository itself, or packages that are said to be in it. */
static void configure(struct job *job)
{
    const struct scan_options *options = job->scan->options;
    char normal[NAME_MAX_BYTES];

    for (size_t i = 0; options->repositories != NULL && options->repositories[i] != NULL; i++)
        job->row.named |= job_is_called(job, options->repositories[i]);
    job->configured = arena_array(&job->arena, options->package_count, sizeof *job->configured);
    job->configured_count = 0;
    for (size_t i = 0; i < options->package_count; i++) {
        const struct scan_package *package = &options->packages[i];
        if (package->repository == NULL || !job_is_called(job, package->repository) ||
            names_normalise(package->name, normal) != 0)
            continue;
        job->row.named = true;
        if (!is_configured(job, normal))
            job->configured[job->configured_count++] =
                (struct claim){.name = arena_strdup(&job->arena, normal), .configured = true};
    }
    /* One package of one repository is the shortest question: the fewest requests answer it. */
    job->whole =
        job->configured_count == 1 && (options->owners == NULL || options->owners[0] == NULL);
}

static char *lower(const char *text)
{
    char *copy = mem_strdup(text);

    for (char *c = copy; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    return copy;
}

static void copy_row(struct row_repository *out, const struct row_repository *row,
                     struct arena *arena)
{
    *out = *row;
    out->host = arena_strdup(arena, row->host);
    out->owner = arena_strdup(arena, row->owner);
    out->name = arena_strdup(arena, row->name);
    out->visibility = arena_strdup(arena, row->visibility);
    out->default_branch = arena_strdup(arena, row->default_branch);
    out->forge_licence = arena_strdup(arena, row->forge_licence);
    out->updated_at = arena_strdup(arena, row->updated_at);
}

static struct job_name *find_name(struct scan *scan, const char *full_name)
{
    char *key = lower(full_name);
    struct job_name *entry;

    HASH_FIND_STR(scan->names, key, entry);
    free(key);
    return entry;
}

static struct job_name *add_name(struct scan *scan, const struct row_repository *row)
{
    struct job_name *entry = mem_alloc(sizeof *entry);
    char *full_name = mem_printf("%s/%s", row->owner, row->name);

    entry->name = lower(full_name);
    copy_row(&entry->row, row, &entry->arena);
    HASH_ADD_KEYPTR(hh, scan->names, entry->name, strlen(entry->name), entry);
    free(full_name);
    return entry;
}

void job_add(struct scan *scan, const struct row_repository *row, const char *skipped)
{
    char *full_name = mem_printf("%s/%s", row->owner, row->name);
    bool known = find_name(scan, full_name) != NULL;

    free(full_name);
    if (known)
        return;
    add_name(scan, row);
    struct job *job = mem_alloc(sizeof *job);
    job->scan = scan;
    job->spool = -1;
    copy_row(&job->row, row, &job->arena);
    job->full_name = arena_printf(&job->arena, "%s/%s", row->owner, row->name);
    configure(job);
    job->skipped = job->row.named ? NULL : skipped;
    if (scan->last != NULL)
        scan->last->next = job;
    else
        scan->first = job;
    scan->last = job;
    scan->total++;
}

void job_add_name(struct scan *scan, const char *full_name)
{
    const char *slash = strchr(full_name, '/');
    char *owner = mem_strndup(full_name, (size_t)(slash - full_name));
    struct row_repository row = {.host = scan->host,
                                 .owner = owner,
                                 .name = slash + 1,
                                 .archived = -1,
                                 .fork = -1,
                                 .disabled = -1};

    job_add(scan, &row, NULL);
    free(owner);
}

/* --- one job a repository at a time ---------------------------------------------------------- */

static const char **with_former(struct arena *arena, const char *const *former, const char *name)
{
    size_t count = 0;

    while (former != NULL && former[count] != NULL)
        count++;
    const char **all = arena_array(arena, count + 2, sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i] = former[i];
    all[count] = name;
    return all;
}

void job_add_former(struct job *job, const char *name)
{
    job->former = with_former(&job->arena, job->former, arena_strdup(&job->arena, name));
}

/* The job has the name to itself. */
static void hold(struct job *job, struct job_name *entry)
{
    entry->holder = job;
    for (size_t i = 0; entry->former != NULL && entry->former[i] != NULL; i++)
        if (!job_is_called(job, entry->former[i]))
            job_add_former(job, entry->former[i]);
    configure(job);
}

static void take_turn(void *item)
{
    job_enter(item);
}

static void take_name(struct job *job)
{
    struct job_name *entry = find_name(job->scan, job->full_name);

    if (entry->holder == NULL) {
        hold(job, entry);
        loop_defer(job->scan->loop, take_turn, job);
    } else {
        job->next = entry->waiting;
        entry->waiting = job;
    }
}

void job_leave_name(struct job *job)
{
    struct job_name *entry = find_name(job->scan, job->full_name);
    struct job *next = entry->waiting;

    entry->holder = NULL;
    if (next != NULL) {
        entry->waiting = next->next;
        hold(next, entry);
        loop_defer(job->scan->loop, take_turn, next);
    }
}

void job_move(struct job *job, const char *full_name)
{
    const char *slash = strchr(full_name, '/');
    const char *was = job->full_name;
    bool named = job->row.named;

    job_leave_name(job);
    job->full_name = arena_strdup(&job->arena, full_name);
    job->row.owner = arena_strndup(&job->arena, full_name, (size_t)(slash - full_name));
    job->row.name = arena_strdup(&job->arena, slash + 1);
    job_add_former(job, was);
    struct job_name *entry = find_name(job->scan, full_name);
    if (entry == NULL)
        entry = add_name(job->scan, &job->row);
    else if (job->row.forge_id == 0)
        copy_row(&job->row, &entry->row, &job->arena);
    job->row.named |= named;
    entry->former = with_former(&entry->arena, entry->former, arena_strdup(&entry->arena, was));
    take_name(job);
}

void jobs_start(struct scan *scan)
{
    unsigned limit = scan->options->jobs > 0 ? scan->options->jobs : JOBS_DEFAULT;

    while (scan->first != NULL && scan->running < limit) {
        struct job *job = scan->first;
        scan->first = job->next;
        if (scan->first == NULL)
            scan->last = NULL;
        scan->running++;
        take_name(job);
    }
}

const struct job *jobs_slowest(const struct scan *scan)
{
    const struct job *slowest = NULL;

    for (const struct job_name *name = scan->names; name != NULL; name = name->hh.next)
        if (name->holder != NULL && name->holder->entered_ms > 0 &&
            (slowest == NULL || name->holder->entered_ms < slowest->entered_ms))
            slowest = name->holder;
    return slowest;
}

void jobs_free(struct scan *scan)
{
    struct job_name *entry, *next;

    HASH_ITER(hh, scan->names, entry, next)
    {
        HASH_DEL(scan->names, entry);
        arena_release(&entry->arena);
        free(entry->name);
        free(entry);
    }
}
