#include "scan/job.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/pep440.h"
#include "scan/said.h"

/* What the configuration says of facts holds against all that is found. */

/* --- [[tag]] --------------------------------------------------------------------------------- */

static size_t find_tag(const struct study *study, const char *name)
{
    for (size_t i = 0; i < study->tag_count; i++)
        if (strcmp(study->tags[i].name, name) == 0 && study->tags[i].commit != NULL)
            return i;
    return SIZE_MAX;
}

/* Matches go by package, then version. */
static bool stands_behind(const struct tags_match *match, size_t claim, const char *version)
{
    return match->package > claim ||
           (match->package == claim && pep440_compare(match->version, version) >= 0);
}

static void overrule(struct claim_context *context, size_t claim, size_t tag,
                     const struct scan_tag *said)
{
    struct tags_match *matches =
        arena_array(context->arena, context->match_count + 1, sizeof *matches);
    const struct tags_match ours = {
        .package = claim,
        .tag = tag,
        .version = said->version,
        .how = arena_printf(context->arena, "configured: %s", said->reason),
        .preferred = true,
    };
    size_t count = 0;
    bool placed = false;

    for (size_t i = 0; i < context->match_count; i++) {
        struct tags_match match = context->matches[i];
        if (!placed && stands_behind(&match, claim, said->version)) {
            matches[count++] = ours;
            placed = true;
        }
        if (match.package == claim && match.tag == tag)
            continue; /* this tag denotes that version, and no other one */
        if (match.package == claim && pep440_compare(match.version, said->version) == 0)
            continue; /* and no other tag denotes it */
        matches[count++] = match;
    }
    if (!placed)
        matches[count++] = ours;
    context->matches = matches;
    context->match_count = count;
}

void claim_overrule(struct claim_context *context)
{
    for (size_t i = 0; i < context->said_count; i++) {
        const struct scan_tag *said = &context->said[i];
        const struct claim *claim = claim_find(context, said->package);
        size_t tag = find_tag(context->study, said->tag);
        if (claim != NULL && claim->ours && tag != SIZE_MAX)
            overrule(context, (size_t)(claim - context->claims), tag, said);
    }
}

/* --- how facts are read ---------------------------------------------------------------------- */

/* Whom the overrides are asked for. */
struct called {
    const struct scan_options *options;
    scan_called_fn *fn; /* whether the repository is called so */
    const void *ctx;
};

/* The strongest first: those of a package, the later ones. */
static void add_said(const struct called *called, bool of_package, struct project_said *items,
                     size_t *count)
{
    for (size_t i = called->options->override_count; i-- > 0;) {
        const struct scan_override *said = &called->options->overrides[i];
        if ((said->package != NULL) == of_package &&
            (said->repository == NULL || called->fn(called->ctx, said->repository)))
            items[(*count)++] = (struct project_said){said->package, said->tag_prefix,
                                                      said->version_source, said->changelog};
    }
}

/* "/play/" and "./play" are "play": directories are from the root. */
static const char *plain_directory(const char *glob, struct arena *arena)
{
    while (*glob == '/' || strncmp(glob, "./", 2) == 0)
        glob++;
    return arena_strndup(arena, glob, text_without_slashes(glob));
}

static const char *const *list_ignored(const struct called *called, struct arena *arena)
{
    const struct scan_options *options = called->options;
    const char **globs;
    size_t size = 0, count = 0;

    for (size_t i = 0; i < options->override_count; i++)
        for (const char *const *glob = options->overrides[i].ignore; glob != NULL && *glob != NULL;
             glob++)
            size++;
    globs = arena_array(arena, size + 1, sizeof *globs);
    for (size_t i = 0; i < options->override_count; i++)
        for (const char *const *glob = options->overrides[i].ignore;
             glob != NULL && *glob != NULL &&
             called->fn(called->ctx, options->overrides[i].repository);
             glob++)
            globs[count++] = plain_directory(*glob, arena);
    return globs;
}

struct reader_said scan_said(const struct scan_options *options, scan_called_fn *fn,
                             const void *ctx, struct arena *arena)
{
    const struct called called = {options, fn, ctx};
    size_t size = options->override_count, count = 0;
    struct project_said *items = arena_array(arena, size, sizeof *items);

    add_said(&called, true, items, &count);
    add_said(&called, false, items, &count);
    return (struct reader_said){{items, count}, list_ignored(&called, arena)};
}

static bool is_job(const void *job, const char *repository)
{
    return job_is_called(job, repository);
}

struct reader_said job_said(struct job *job)
{
    return scan_said(job->scan->options, is_job, job, &job->arena);
}

/* --- revision -------------------------------------------------------------------------------- */

static uint64_t add_text(uint64_t hash, const char *text)
{
    return text != NULL ? hash_add(hash, text, strlen(text) + 1) : hash_add(hash, "\1", 2);
}

/* What was said makes a revision of its own; none is the number itself. */
static int fold(uint64_t hash, int revision)
{
    if (hash == HASH_START)
        return revision;
    hash = hash_add(hash, &revision, sizeof revision);
    return (int)(hash >> 34 | 1u << 30); /* above every number that there will be */
}

int scan_revision(const struct scan_options *options)
{
    uint64_t hash = HASH_START;

    for (size_t i = 0; i < options->tag_count; i++) {
        const struct scan_tag *tag = &options->tags[i];
        hash = add_text(add_text(hash, tag->package), tag->version);
        hash = add_text(add_text(hash, tag->tag), tag->reason);
    }
    for (size_t i = 0; i < options->override_count; i++) {
        const struct scan_override *said = &options->overrides[i];
        hash = add_text(add_text(hash, said->package), said->repository);
        hash = add_text(add_text(hash, said->tag_prefix), said->version_source);
        hash = add_text(hash, said->changelog);
        for (const char *const *glob = said->ignore; glob != NULL && *glob != NULL; glob++)
            hash = add_text(hash, *glob);
    }
    return fold(hash, STUDY_REVISION);
}

int job_revision(const struct job *job)
{
    uint64_t hash = HASH_START;

    for (size_t i = 0; i < job->configured_count; i++)
        hash = add_text(hash, job->configured[i].name);
    return fold(hash, job->scan->revision);
}
