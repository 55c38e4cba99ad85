#include "scan/claim.h"

#include <string.h>

/* Whose project is it: by its name, else by where it stands. */

static struct claim *look_up(const struct claim_context *context, const struct claim_key *keys,
                             const char *key)
{
    const struct claim_key *found;

    HASH_FIND_STR(keys, key, found);
    return found != NULL ? &context->claims[found->claim] : NULL;
}

struct claim *claim_find(const struct claim_context *context, const char *name)
{
    return look_up(context, context->names, name);
}

struct claim *claim_in(const struct claim_context *context, const char *directory)
{
    return look_up(context, context->directories, directory);
}

static void add(struct claim_context *context, struct claim_key **keys, const char *text,
                size_t claim)
{
    struct claim_key *key = arena_alloc(context->arena, sizeof *key);

    key->text = text;
    key->claim = claim;
    HASH_ADD_KEYPTR(hh, *keys, text, strlen(text), key);
}

void claim_index_name(struct claim_context *context, size_t claim)
{
    add(context, &context->names, context->claims[claim].name, claim);
}

void claim_index_directory(struct claim_context *context, size_t claim)
{
    add(context, &context->directories, context->claims[claim].directory, claim);
}

/* Its files may not tell the name, or not parse, or it was called otherwise once: then the
   directory tells, unless that other name is a package of this repository by itself. */
static size_t owners(const struct claim_context *context, const struct study_project *at,
                     struct claim *out[2])
{
    const char *name = at->project != NULL ? at->project->normal : NULL;
    struct claim *named = name != NULL ? claim_find(context, name) : NULL;
    struct claim *there = claim_in(context, at->directory);
    size_t count = 0;

    if (named != NULL)
        out[count++] = named;
    if (there != NULL && there != named && (named == NULL || !named->ours))
        out[count++] = there;
    return count;
}

void claim_list_projects(struct claim_context *context)
{
    const struct study *study = context->study;
    struct claim *whose[2];

    for (size_t c = 0; c < context->count; c++)
        context->claims[c].project_count = 0;
    for (size_t i = 0; i < study->project_count; i++)
        for (size_t n = owners(context, &study->projects[i], whose); n-- > 0;)
            whose[n]->project_count++;
    for (size_t c = 0; c < context->count; c++) {
        struct claim *claim = &context->claims[c];
        claim->projects =
            arena_array(context->arena, claim->project_count, sizeof *claim->projects);
        claim->project_count = 0;
    }
    for (size_t i = 0; i < study->project_count; i++)
        for (size_t n = owners(context, &study->projects[i], whose); n-- > 0;)
            whose[n]->projects[whose[n]->project_count++] = &study->projects[i];
}

/* The tip's number is the highest there is, and its projects stand first. */
static size_t first_behind(const struct claim *claim, size_t place)
{
    size_t from = 0, to = claim->project_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (claim->projects[middle]->tag + 1 < place)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

const struct study_project *const *claim_projects_at(const struct claim *claim, size_t tag,
                                                     const struct study_project *const **end)
{
    *end = claim->projects + first_behind(claim, tag + 2);
    return claim->projects + first_behind(claim, tag + 1);
}
