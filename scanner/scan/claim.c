#include "scan/claim.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/names.h"
#include "facts/pep440.h"

#define UPLOAD_BEFORE (2 * 86400) /* seconds: some publish first and commit then */
#define CLAIMS_MAX    6000        /* distinct names of one repository that the index is asked for */

/* --- which packages -------------------------------------------------------------------------- */

/* The claim of that name, made if there is none; NULL where there is no room. */
static struct claim *make_claim(struct claim_context *context, const char *name, size_t *size)
{
    struct claim *claim = claim_find(context, name);

    if (claim != NULL)
        return claim;
    if (context->count >= CLAIMS_MAX) {
        context->study->limit = "more names of projects than the index is asked for";
        return NULL;
    }
    context->claims = mem_grow(context->claims, context->count, size, sizeof *claim);
    claim = &context->claims[context->count];
    *claim = (struct claim){.name = name};
    claim_index_name(context, context->count++);
    return claim;
}

static void collect_project(struct claim_context *context, const struct study_project *at,
                            size_t *size)
{
    if (at->project == NULL || at->project->normal == NULL)
        return;
    struct claim *claim = make_claim(context, at->project->normal, size);
    if (claim == NULL)
        return;
    /* Of two projects of one name at the tip, one that is not for tests is the package. */
    if (at->tag == STUDY_TIP &&
        (claim->tip == NULL || (claim->tip->project->candidate && !at->project->candidate))) {
        claim->tip = at;
        claim->directory = at->directory;
    }
}

/* What an earlier run found here and is here no longer may still be published from here. */
static void collect_remembered(struct claim_context *context, const char *name, size_t *size)
{
    struct claim *claim =
        claim_find(context, name) == NULL ? make_claim(context, name, size) : NULL;

    if (claim != NULL)
        claim->remembered = true;
}

void claim_collect(struct claim_context *context)
{
    struct claim *configured = context->claims;
    size_t size = context->count;

    context->claims = mem_array(size, sizeof *context->claims);
    if (size > 0)
        memcpy(context->claims, configured, size * sizeof *configured);
    for (size_t i = 0; i < size; i++)
        claim_index_name(context, i);
    for (size_t i = 0; i < context->study->project_count; i++)
        collect_project(context, &context->study->projects[i], &size);
    bool single = context->count == 1;
    for (size_t i = 0; i < context->remembered_count; i++)
        collect_remembered(context, context->remembered[i], &size);
    struct claim *kept = arena_copy(context->arena, context->claims, context->count * sizeof *kept);
    free(context->claims);
    context->claims = kept;
    /* A package that the user named belongs to the only project there is, whatever its name. */
    if (single && kept[0].configured && kept[0].tip == NULL)
        for (size_t i = 0; i < context->study->project_count && kept[0].tip == NULL; i++)
            if (context->study->projects[i].tag == STUDY_TIP) {
                kept[0].tip = &context->study->projects[i];
                kept[0].directory = kept[0].tip->directory;
            }
    for (size_t i = 0; i < context->count; i++)
        if (kept[i].directory != NULL)
            claim_index_directory(context, i);
}

bool claim_is_published(const struct claim *claim)
{
    return claim->document.state != NULL && strcmp(claim->document.state, "known") == 0;
}

/* --- links ----------------------------------------------------------------------------------- */

/* The document's [[label, url], …] as the two lists that links_judge takes; none where the index
   has no place for them. */
static void read_urls(struct claim *claim, struct arena *arena)
{
    if (claim_is_published(claim) && claim->document.urls == NULL)
        return;
    json_t *pairs = claim->document.urls != NULL ? json_loads(claim->document.urls, 0, NULL) : NULL;
    size_t count = json_array_size(pairs);
    const char **urls = arena_array(arena, count + 1, sizeof *urls);
    const char **labels = arena_array(arena, count + 1, sizeof *labels);

    for (size_t i = 0; i < count; i++) {
        json_t *pair = json_array_get(pairs, i);
        const char *label = json_string_value(json_array_get(pair, 0));
        const char *url = json_string_value(json_array_get(pair, 1));
        labels[i] = arena_strdup(arena, label != NULL ? label : "");
        urls[i] = arena_strdup(arena, url != NULL ? url : "");
    }
    json_decref(pairs);
    claim->urls = urls;
    claim->labels = labels;
}

void claim_read_documents(struct claim_context *context)
{
    for (size_t i = 0; i < context->count; i++)
        read_urls(&context->claims[i], context->arena);
}

static void judge_link(const struct claim_context *context, struct claim *claim, size_t agreeing)
{
    struct links_input input = {
        .repository = context->repository,
        .former = context->former,
        .fork = context->fork,
        .configured = claim->configured,
        .web_hosts = context->web_hosts,
        .releases = claim->release_count,
        .agreeing = agreeing,
        .index_urls = claim->urls,
        .index_labels = claim->labels,
    };

    links_judge(&input, context->arena, &claim->link);
}

bool claim_contradicted(const struct claim_context *context, const struct claim *claim,
                        const char **other)
{
    struct claim judged = *claim;

    if (!claim_is_published(claim))
        return false;
    judge_link(context, &judged, 0);
    *other = judged.link.other;
    return judged.link.state == LINK_CONTRADICTED && judged.link.other != NULL;
}

static bool is_of_today(const struct claim *claim)
{
    return claim->configured ||
           (claim->tip != NULL && claim->tip->project != NULL && !claim->tip->project->candidate);
}

static bool is_private(const struct claim *claim)
{
    return !claim->configured && claim->tip != NULL && claim->tip->project != NULL &&
           claim->tip->project->private;
}

/* Whether all its projects lie in directories for tests, examples, vendored code and the like. */
static bool is_aside(const struct claim *claim)
{
    bool aside = claim->project_count > 0;

    for (size_t i = 0; aside && i < claim->project_count; i++)
        aside = claim->projects[i]->project == NULL || claim->projects[i]->project->candidate;
    return aside;
}

/* A name that only old tags or a test directory hold is a package of this repository when the
   index says so; the repository's own word is enough for a project of today. Where examples and
   copies of others' code lie, a name and a version that agree say nothing: only a URL does. */
static bool is_kept(const struct claim *claim)
{
    /* What is never published has not the package of that name, whoever has. */
    if (is_private(claim) && claim_is_published(claim) && claim->link.state != LINK_MUTUAL)
        return false;
    if (is_of_today(claim))
        return true;
    if (!claim_is_published(claim) || claim->link.state == LINK_CONTRADICTED)
        return false;
    if (is_aside(claim))
        return claim->link.state == LINK_MUTUAL;
    return claim->remembered || claim->link.state != LINK_CLAIMED;
}

/* --- versions -------------------------------------------------------------------------------- */

struct version *claim_add_version(struct claim *claim, struct arena *arena, const char *text)
{
    struct buf key = BUF_INIT(PEP440_MAX * 4);
    struct version *version;

    pep440_key(text, strlen(text), &key);
    HASH_FIND(hh, claim->versions, buf_str(&key), key.len, version);
    if (version == NULL) {
        version = arena_alloc(arena, sizeof *version);
        version->key_len = key.len;
        version->key = (unsigned char *)arena_strndup(arena, buf_str(&key), key.len);
        HASH_ADD_KEYPTR(hh, claim->versions, version->key, version->key_len, version);
    }
    buf_release(&key);
    return version;
}

const struct version *claim_version(const struct claim *claim, const char *text)
{
    struct buf key = BUF_INIT(PEP440_MAX * 4);
    struct version *version;

    pep440_key(text, strlen(text), &key);
    HASH_FIND(hh, claim->versions, buf_str(&key), key.len, version);
    buf_release(&key);
    return version;
}

static int64_t commit_time(const struct study *study, const struct study_project *at)
{
    return at->tag == STUDY_TIP ? study->head_committed_at : study->tags[at->tag].committed_at;
}

static void note_declared(struct claim_context *context, struct claim *claim)
{
    const struct study *study = context->study;

    for (size_t i = 0; i < claim->project_count; i++) {
        const struct study_project *at = claim->projects[i];
        if (at->project == NULL || at->project->version == NULL)
            continue;
        struct version *version = claim_add_version(claim, context->arena, at->project->version);
        if (version->declared == NULL ||
            commit_time(study, at) < commit_time(study, version->declared))
            version->declared = at;
    }
}

static void note_versions(struct claim_context *context)
{
    const struct study *study = context->study;

    for (size_t c = 0; c < context->count; c++)
        HASH_CLEAR(hh, context->claims[c].versions);
    for (size_t i = 0; i < context->match_count; i++) {
        const struct tags_match *match = &context->matches[i];
        if (match->preferred)
            claim_add_version(&context->claims[match->package], context->arena, match->version)
                ->tag = &study->tags[match->tag];
    }
    for (size_t c = 0; c < context->count; c++)
        note_declared(context, &context->claims[c]);
}

/* When the repository had the version: of the tip only that it is not older than all of it. */
static int64_t had_at(const struct study *study, const struct version *version)
{
    if (version->declared != NULL && version->declared->tag == STUDY_TIP)
        return study->first_committed_at;
    return version->declared != NULL ? commit_time(study, version->declared)
                                     : version->tag->committed_at;
}

/* A release that was uploaded before there was such a commit is not made of it. */
static bool agrees(const struct study *study, const struct version *version,
                   const struct row_release *release)
{
    if (version == NULL)
        return false;
    int64_t had = had_at(study, version);
    return had == CLOCK_UNKNOWN || release->uploaded_at == CLOCK_UNKNOWN ||
           release->uploaded_at >= had - UPLOAD_BEFORE;
}

static size_t count_agreeing(const struct study *study, const struct claim *claim)
{
    size_t agreeing = 0;

    for (size_t i = 0; i < claim->release_count; i++)
        agreeing +=
            agrees(study, claim_version(claim, claim->releases[i].version), &claim->releases[i]);
    return agreeing;
}

void claim_release(struct claim_context *context)
{
    for (size_t i = 0; i < context->count; i++)
        HASH_CLEAR(hh, context->claims[i].versions);
    HASH_CLEAR(hh, context->names);
    claim_forget_notes(context);
    HASH_CLEAR(hh, context->directories);
}

/* --- tags ------------------------------------------------------------------------------------ */

/* What the trees of tags declare for a claim. One that could not be read says nothing, which is not
   the same as that the project is not in it. */
static void list_declared(const struct claim_context *context, const struct claim *claim,
                          struct tags_package *out)
{
    const struct study *study = context->study;
    struct tags_declared *declared =
        arena_array(context->arena, claim->project_count + study->unread_count, sizeof *declared);

    for (size_t i = 0; i < claim->project_count; i++) {
        const struct study_project *at = claim->projects[i];
        const struct project *project = at->project;
        if (at->tag == STUDY_TIP)
            continue;
        bool stated = project != NULL &&
                      (project->kind == DECLARED_STATIC || project->kind == DECLARED_DYNAMIC);
        declared[out->declared_count++] =
            (struct tags_declared){at->tag, stated ? project->version : NULL};
        if (out->directory == NULL)
            out->directory = at->directory;
    }
    for (size_t i = 0; i < study->unread_count; i++)
        declared[out->declared_count++] = (struct tags_declared){study->unread[i], NULL};
    out->declared = declared;
}

/* The user says that the package is here, and all projects that are here have other names. */
static bool is_only_said(const struct claim_context *context, const struct claim *claim)
{
    bool others = false;

    for (size_t i = 0; i < context->count; i++)
        others |= context->claims[i].tip != NULL;
    return claim->configured && claim->project_count == 0 && others;
}

static void match_input(const struct claim_context *context, const struct claim *claim,
                        struct tags_package *out)
{
    struct tags_release *releases =
        arena_array(context->arena, claim->release_count, sizeof *releases);

    *out = (struct tags_package){
        .name = claim->name,
        .directory = claim->directory,
        .releases = releases,
        .release_count = claim->release_count,
        .named_only = is_only_said(context, claim),
    };
    list_declared(context, claim, out);
    if (out->directory == NULL)
        out->directory = "";
    if (claim->tip != NULL && claim->tip->project != NULL) {
        out->tag_prefix = claim->tip->project->tag_prefix;
        out->tag_prefix_only = claim->tip->project->tag_prefix_only;
        out->tag_regex = claim->tip->project->tag_regex;
    }
    for (size_t i = 0; i < claim->release_count; i++)
        releases[i] =
            (struct tags_release){claim->releases[i].version, claim->releases[i].uploaded_at};
}

static void match_tags(struct claim_context *context)
{
    const struct study *study = context->study;
    struct tags_tag *tags = arena_array(context->arena, study->tag_count, sizeof *tags);
    struct tags_package *packages = arena_array(context->arena, context->count, sizeof *packages);
    size_t *index = arena_array(context->arena, context->count, sizeof *index);
    size_t count = 0;

    /* What an unread tag leads to is not known, only that it leads somewhere. */
    for (size_t i = 0; i < study->tag_count; i++) {
        const struct study_tag *tag = &study->tags[i];
        tags[i] = (struct tags_tag){tag->name, tag->error != NULL ? tag->oid : tag->commit,
                                    tag->committed_at};
    }
    claim_list_projects(context);
    for (size_t i = 0; i < context->count; i++)
        if (context->claims[i].ours) {
            match_input(context, &context->claims[i], &packages[count]);
            index[count++] = i;
        }
    context->match_count =
        tags_match(tags, study->tag_count, packages, count, context->arena, &context->matches);
    for (size_t i = 0; i < context->match_count; i++)
        context->matches[i].package = index[context->matches[i].package];
    claim_overrule(context);
    note_versions(context);
}

/* Whose URL another repository's is drops out before tags are matched, so that a vendored copy
   does not make a repository one of many packages; what only agreement can tell comes after. */
static void judge_links(struct claim_context *context)
{
    for (size_t i = 0; i < context->count; i++) {
        struct claim *claim = &context->claims[i];
        judge_link(context, claim, 0);
        claim->ours = claim->link.state != LINK_CONTRADICTED &&
                      (is_of_today(claim) || claim_is_published(claim));
    }
    match_tags(context);
    bool dropped = false;
    for (size_t i = 0; i < context->count; i++) {
        struct claim *claim = &context->claims[i];
        judge_link(context, claim, claim->ours ? count_agreeing(context->study, claim) : 0);
        claim->kept = is_kept(claim);
        dropped |= claim->ours && !claim->kept;
        claim->ours = claim->kept && claim->link.state != LINK_CONTRADICTED;
    }
    if (dropped)
        match_tags(context);
}

void claim_judge(struct claim_context *context)
{
    if (context->matched)
        return;
    judge_links(context);
    claim_stamped(context);
    for (size_t i = 0; i < context->count; i++)
        context->claims[i].sources = arena_array(context->arena, context->claims[i].release_count,
                                                 sizeof *context->claims[i].sources);
    context->matched = true;
}
