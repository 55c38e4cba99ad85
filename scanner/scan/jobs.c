#include "scan/job.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "facts/names.h"

/* The queue of repositories: each has one job, and only so many are in work at once. */

#define JOBS_DEFAULT 32

struct job_name {
    char *name; /* "owner/name" in lower case */
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
           is_plain(slash + 1, strlen(slash + 1));
}

/* What the user named: the repository itself, or packages that are said to be in it. */
static void configure(struct job *job)
{
    const struct scan_options *options = job->scan->options;
    char normal[NAME_MAX_BYTES];

    for (size_t i = 0; options->repositories != NULL && options->repositories[i] != NULL; i++)
        job->row.named |= strcasecmp(options->repositories[i], job->full_name) == 0;
    job->configured = arena_array(&job->arena, options->package_count, sizeof *job->configured);
    for (size_t i = 0; i < options->package_count; i++) {
        const struct scan_package *package = &options->packages[i];
        if (package->repository == NULL || strcasecmp(package->repository, job->full_name) != 0 ||
            names_normalise(package->name, normal) != 0)
            continue;
        job->row.named = true;
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

static void copy_row(struct job *job, const struct row_repository *row)
{
    struct arena *arena = &job->arena;

    job->row = *row;
    job->row.host = arena_strdup(arena, row->host);
    job->row.owner = arena_strdup(arena, row->owner);
    job->row.name = arena_strdup(arena, row->name);
    job->row.visibility = arena_strdup(arena, row->visibility);
    job->row.default_branch = arena_strdup(arena, row->default_branch);
    job->row.forge_licence = arena_strdup(arena, row->forge_licence);
    job->full_name = arena_printf(arena, "%s/%s", row->owner, row->name);
}

void job_add(struct scan *scan, const struct row_repository *row, const char *skipped)
{
    struct job_name *entry;
    char *full_name = mem_printf("%s/%s", row->owner, row->name);
    char *key = lower(full_name);

    free(full_name);
    HASH_FIND_STR(scan->names, key, entry);
    if (entry != NULL) {
        free(key);
        return;
    }
    entry = mem_alloc(sizeof *entry);
    entry->name = key;
    HASH_ADD_KEYPTR(hh, scan->names, entry->name, strlen(entry->name), entry);
    struct job *job = mem_alloc(sizeof *job);
    job->scan = scan;
    job->spool = -1;
    copy_row(job, row);
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

static void start_job(void *item)
{
    job_begin(item);
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
        loop_defer(scan->loop, start_job, job);
    }
}

void jobs_free(struct scan *scan)
{
    struct job_name *entry, *next;

    HASH_ITER(hh, scan->names, entry, next)
    {
        HASH_DEL(scan->names, entry);
        free(entry->name);
        free(entry);
    }
}
