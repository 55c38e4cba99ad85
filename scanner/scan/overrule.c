#include "scan/claim.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "facts/pep440.h"
#include "scan/scan.h"

/* [[tag]] of the configuration: what it says of a version holds against all that was found. */

static size_t find_tag(const struct study *study, const char *name)
{
    for (size_t i = 0; i < study->tag_count; i++)
        if (strcmp(study->tags[i].name, name) == 0 && study->tags[i].commit != NULL)
            return i;
    return SIZE_MAX;
}

static void overrule(struct claim_context *context, size_t claim, size_t tag,
                     const struct scan_tag *said)
{
    struct tags_match *matches =
        arena_array(context->arena, context->match_count + 1, sizeof *matches);
    size_t count = 0;

    for (size_t i = 0; i < context->match_count; i++) {
        struct tags_match match = context->matches[i];
        if (match.package == claim && match.tag == tag)
            continue; /* this tag denotes that version, and no other one */
        if (match.package == claim && pep440_compare(match.version, said->version) == 0)
            match.preferred = false;
        matches[count++] = match;
    }
    matches[count++] =
        (struct tags_match){.package = claim,
                            .tag = tag,
                            .version = said->version,
                            .how = arena_printf(context->arena, "configured: %s", said->reason),
                            .preferred = true};
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

int claim_revision(const struct scan_tag *said, size_t count)
{
    uint64_t hash = HASH_START;

    for (size_t i = 0; i < count; i++) {
        hash = hash_add(hash, said[i].package, strlen(said[i].package) + 1);
        hash = hash_add(hash, said[i].version, strlen(said[i].version) + 1);
        hash = hash_add(hash, said[i].tag, strlen(said[i].tag) + 1);
        hash = hash_add(hash, said[i].reason, strlen(said[i].reason) + 1);
    }
    /* above every revision that there will be */
    return count == 0 ? STUDY_REVISION : (int)(hash >> 34 | 1u << 30) + STUDY_REVISION;
}
