#include "scan/claim.h"

#include <string.h>

#include "facts/pep440.h"

/* Where the newest tags, one after the other, lead to trees that state one and the same version, or
   each a development version of its own release, it is the build that sets the version: what the
   files say is a placeholder, and no drift. */

#define STAMPED_MIN 3 /* releases in a row: fewer may be slips */

static bool is_stated(const struct study_project *at)
{
    return at->project != NULL && at->project->version != NULL &&
           (at->project->kind == DECLARED_STATIC || at->project->kind == DECLARED_DYNAMIC);
}

static const struct study_project *stated_at(const struct claim *claim, size_t tag)
{
    const struct study_project *const *end, *const *at = claim_projects_at(claim, tag, &end);

    return at < end && is_stated(*at) ? *at : NULL;
}

/* "1.2.0.dev0" of 1.2.0. */
static bool is_development_of(const char *declared, const char *version)
{
    const char *dev = strstr(declared, ".dev");
    size_t len = dev != NULL ? (size_t)(dev - declared) : 0;

    return dev != NULL && strlen(version) == len && memcmp(declared, version, len) == 0;
}

static void make_placeholder(struct claim_context *context, const struct study_project *at,
                             const char *why)
{
    struct study_project *place = &context->study->projects[at - context->study->projects];
    struct project *project = arena_copy(context->arena, at->project, sizeof *project);

    project->kind = DECLARED_PLACEHOLDER;
    project->reason = why;
    place->project = project;
}

/* The claim's preferred matches from `end` down that stand in a row. */
static size_t count_stamped(const struct claim_context *context, const struct claim *claim,
                            size_t end, const char **constant)
{
    size_t count = 0;

    *constant = NULL;
    for (size_t i = end; i-- > 0 && &context->claims[context->matches[i].package] == claim;) {
        const struct tags_match *match = &context->matches[i];
        if (!match->preferred || pep440_is_prerelease(match->version, strlen(match->version)))
            continue;
        const struct study_project *at = stated_at(claim, match->tag);
        if (at == NULL || pep440_compare(at->project->version, match->version) == 0)
            break;
        if (!is_development_of(at->project->version, match->version)) {
            if (*constant != NULL && strcmp(*constant, at->project->version) != 0)
                break;
            *constant = at->project->version;
        }
        count++;
    }
    return count;
}

static void judge(struct claim_context *context, struct claim *claim, size_t end)
{
    const char *constant;
    size_t left = count_stamped(context, claim, end, &constant);
    const char *why =
        constant != NULL
            ? arena_printf(context->arena, "%zu releases in a row were tagged with it", left)
            : "releases are tagged with development versions";

    if (left < STAMPED_MIN)
        return;
    if (claim->tip != NULL && is_stated(claim->tip) && constant != NULL &&
        strcmp(claim->tip->project->version, constant) == 0)
        make_placeholder(context, claim->tip, why);
    for (size_t i = end; left > 0 && i-- > 0;) {
        const struct tags_match *match = &context->matches[i];
        if (!match->preferred || pep440_is_prerelease(match->version, strlen(match->version)))
            continue;
        const struct study_project *at = stated_at(claim, match->tag);
        if (claim->tip != NULL && is_stated(claim->tip) &&
            strcmp(claim->tip->commit, at->commit) == 0)
            make_placeholder(context, claim->tip, why);
        make_placeholder(context, at, why);
        left--;
    }
}

void claim_stamped(struct claim_context *context)
{
    for (size_t i = 0; i < context->match_count; i++) {
        size_t package = context->matches[i].package;
        if (i + 1 == context->match_count || context->matches[i + 1].package != package)
            judge(context, &context->claims[package], i + 1);
    }
}
