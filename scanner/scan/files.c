#include "scan/claim.h"

#include <string.h>

#include "base/text.h"
#include "facts/licence.h"

/* What the tip's tree holds beside each of its projects. */

struct licence_search {
    struct claim_context *context;
    const char *directory, *path;
    bool unsure; /* something that may be one could not be looked at */
};

/* By its usual name; a link is one when it leads to a file. */
static int on_file(void *ctx, const struct levels_file *file)
{
    struct licence_search *search = ctx;
    struct claim_context *context = search->context;
    enum source_result found = SOURCE_FOUND;

    if (!licence_is_file(file->path, search->directory))
        return 0;
    if (file->link)
        found = reader_match(context->reader, context->study->head, "", file->path, &search->path);
    else
        search->path = arena_strdup(context->arena, file->path);
    search->unsure |= found == SOURCE_FAILED || found == SOURCE_PENDING;
    return found == SOURCE_FOUND;
}

static void look_at_declared(struct licence_search *search, const char *const *glob)
{
    const struct study *study = search->context->study;

    for (; glob != NULL && *glob != NULL && search->path == NULL; glob++) {
        enum source_result found = reader_match(search->context->reader, study->head,
                                                search->directory, *glob, &search->path);
        search->unsure |= found == SOURCE_FAILED || found == SOURCE_PENDING;
    }
}

static void find_licence(struct claim_context *context, const struct study_project *at,
                         struct claim_files *out)
{
    struct licence_search search = {context, at->directory, NULL, false};
    int result =
        reader_walk(context->reader, context->study->head, at->directory, on_file, &search, NULL);

    if (search.path == NULL)
        look_at_declared(&search, at->project->licence_files);
    out->licence_path = search.path;
    if (search.path != NULL)
        out->licence = FACT_KNOWN;
    else
        out->licence = result == 0 && !search.unsure ? FACT_ABSENT : FACT_UNKNOWN;
}

static void find_changelog(struct claim_context *context, const struct study_project *at,
                           struct claim_files *out)
{
    const char *said = at->project->said_changelog ? at->project->changelog : NULL;
    enum source_result result =
        claim_changelog(context, context->study->head, at->directory, &out->changelog_path);
    /* Another file is no answer to what the user said. */
    if (said != NULL && result != SOURCE_PENDING && context->changelogs.reason == REASON_NONE &&
        (out->changelog_path == NULL ||
         !text_ends_with(out->changelog_path, said + strspn(said, "/"))))
        err_set(&context->changelogs, REASON_NOT_FOUND,
                "the configured changelog %s is not in the default branch", said);
}

void claim_files(struct claim_context *context)
{
    const struct study *study = context->study;

    context->files = arena_array(context->arena, study->project_count, sizeof *context->files);
    for (size_t i = 0; i < study->project_count; i++) {
        const struct study_project *at = &study->projects[i];
        context->files[i].licence = FACT_UNKNOWN;
        if (at->tag != STUDY_TIP || at->project == NULL)
            continue;
        find_licence(context, at, &context->files[i]);
        find_changelog(context, at, &context->files[i]);
    }
}

void claim_workflows(struct claim_context *context)
{
    bool kept = false;

    for (size_t i = 0; i < context->count; i++)
        kept |= context->claims[i].kept;
    if (kept && context->study->head != NULL)
        reader_workflows(context->reader, context->study->head, context->arena, &context->workflows,
                         &context->workflows_err);
}
