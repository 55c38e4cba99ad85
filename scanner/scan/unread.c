#include "scan/claim.h"

#include <string.h>

#include "facts/pep440.h"

/* What the newest tags could not be asked: of older ones it is unknown too, but says nothing of
   today. */

size_t claim_newest(const struct claim *claim)
{
    for (size_t i = claim->release_count; i-- > 0;) {
        const struct row_release *release = &claim->releases[i];
        if (!release->yanked && !pep440_is_prerelease(release->version, strlen(release->version)))
            return i;
    }
    return claim->release_count > 0 ? claim->release_count - 1 : 0;
}

static void look_at(struct claim_context *context, const struct claim *claim, size_t tag)
{
    const struct study_tag *named = &context->study->tags[tag];
    const struct study_project *const *end, *const *at = claim_projects_at(claim, tag, &end);
    struct err *err = &context->declarations;

    if (err->reason != REASON_NONE)
        return;
    if (named->error != NULL)
        err_set(err, named->reason, "tag %s: %s", named->name, named->error);
    for (; at < end; at++)
        if ((*at)->project == NULL)
            err_set(err, (*at)->reason, "tag %s: %s", named->name, (*at)->error);
}

void claim_unread(struct claim_context *context)
{
    const struct study *study = context->study;

    for (size_t i = 0; i < context->count; i++) {
        const struct claim *claim = &context->claims[i];
        if (!claim->ours || claim->release_count == 0)
            continue;
        const struct version *version =
            claim_version(claim, claim->releases[claim_newest(claim)].version);
        if (version != NULL && version->tag != NULL)
            look_at(context, claim, (size_t)(version->tag - study->tags));
    }
    /* Matches go by package and version: the last final one is its newest tag. */
    for (size_t i = 0, newest = SIZE_MAX; i < context->match_count; i++) {
        const struct tags_match *match = &context->matches[i];
        if (match->preferred && !pep440_is_prerelease(match->version, strlen(match->version)))
            newest = i;
        bool last = i + 1 == context->match_count || match[1].package != match->package;
        if (last && newest != SIZE_MAX)
            look_at(context, &context->claims[match->package], context->matches[newest].tag);
        newest = last ? SIZE_MAX : newest;
    }
}
