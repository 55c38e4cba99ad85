#include "scan/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/pep440.h"

/* Which commit set the version of each release. Tags and the tip answer for most; for the others
   the whole history is searched, and only when every commit of it could be read is a version that
   none declares absent. It is also searched for versions that it declared and nobody released,
   where there is room for some. */

#define READINGS_MAX 1000000 /* commits times directories of one repository */
#define WANTS_MAX    5000    /* blobs of history that are fetched for this */

/* What history is asked of a claim. */
struct questions {
    bool *open; /* by release: which commit set its version; NULL: of none */
    bool gaps;  /* what was declared and not released */
};

/* A directory in which the project of a claim stood at some time. */
struct place {
    struct claim *claim;
    struct questions asked;
    const char *directory;
    const struct project *last; /* what the commit before read there, */
    size_t release;             /* the open release that it declares, or SIZE_MAX, */
    struct version *skipped;    /* or the version that is none */
    bool placeholder;           /* some commit states a version that is none */
    bool unsure;                /* some commit does not tell */
};

struct search {
    struct claim_context *context;
    struct place *places;
    size_t count, size;
    size_t readings;
    bool incomplete; /* some commit is not here */
};

static bool is_vcs(const struct claim *claim)
{
    for (size_t i = 0; i < claim->project_count; i++) {
        const struct project *project = claim->projects[i]->project;
        if (project != NULL && project->kind == DECLARED_VCS)
            return true;
    }
    return false;
}

static bool has_commit(const struct version *version)
{
    return version->tag != NULL && version->tag->commit != NULL;
}

/* Its own commit may declare it. */
static bool is_unread(const struct version *version)
{
    return version != NULL && version->tag != NULL && version->tag->error != NULL;
}

static void answer(struct row_release_source *source, const struct claim_context *context,
                   const struct version *version)
{
    const struct study *study = context->study;
    const struct study_project *declared = version->declared;

    source->version_commit_state = fact_state_word(FACT_KNOWN);
    source->version_commit = declared != NULL ? declared->commit : version->tag->commit;
    if (declared != NULL && declared->tag == STUDY_TIP)
        source->version_committed_at = study->head_committed_at;
    else if (declared != NULL)
        source->version_committed_at = study->tags[declared->tag].committed_at;
    else
        source->version_committed_at = version->tag->committed_at;
}

/* From what was read already; returns the releases that this leaves open, NULL when none. */
static bool *answer_known(const struct claim_context *context, struct claim *claim)
{
    bool *open = arena_array(context->arena, claim->release_count, sizeof *open);
    bool vcs = is_vcs(claim), any = false;

    for (size_t i = 0; i < claim->release_count; i++) {
        struct row_release_source *source = &claim->sources[i];
        const struct version *version = claim_version(claim, claim->releases[i].version);
        source->version = claim->releases[i].version;
        source->version_commit_state = fact_state_word(FACT_UNKNOWN);
        source->version_commit = NULL;
        source->version_committed_at = CLOCK_UNKNOWN;
        if (version != NULL && (version->declared != NULL || (vcs && has_commit(version))))
            answer(source, context, version);
        else if (!vcs && !is_unread(version)) /* where versions come from tags, no commit is
                                                 expected to state one */
            any = open[i] = true;
    }
    return any ? open : NULL;
}

/* The places of one claim stand together, from `first`. */
static void add_place(struct search *search, size_t first, struct claim *claim,
                      struct questions asked, const char *directory)
{
    for (size_t i = first; i < search->count; i++)
        if (strcmp(search->places[i].directory, directory) == 0)
            return;
    search->places = mem_grow(search->places, search->count, &search->size, sizeof *search->places);
    search->places[search->count++] =
        (struct place){.claim = claim, .asked = asked, .directory = directory, .release = SIZE_MAX};
}

static void add_places(struct search *search, struct claim *claim, struct questions asked)
{
    size_t first = search->count;

    for (size_t i = 0; i < claim->project_count; i++)
        add_place(search, first, claim, asked, claim->projects[i]->directory);
    if (claim->directory != NULL)
        add_place(search, first, claim, asked, claim->directory);
}

/* The release of that version; SIZE_MAX. */
static size_t find_release(const struct claim *claim, const char *version)
{
    for (size_t i = 0; i < claim->release_count; i++)
        if (pep440_compare(version, claim->releases[i].version) == 0)
            return i;
    return SIZE_MAX;
}

/* A final version that no release, no tag and no tree that was read has; NULL when it is none. */
static struct version *find_skipped(struct arena *arena, struct claim *claim,
                                    const struct project *project)
{
    const char *text = project->version;

    if ((project->kind != DECLARED_STATIC && project->kind != DECLARED_DYNAMIC) ||
        !pep440_valid(text, strlen(text)) || pep440_is_prerelease(text, strlen(text)))
        return NULL;
    struct version *version = claim_add_version(claim, arena, text);
    if (version->tag != NULL || version->declared != NULL)
        return NULL;
    version->skipped = text;
    return version;
}

/* What this project declares; whether it leaves room for doubt. */
static void judge_project(struct search *search, struct place *place, const struct project *project)
{
    place->last = project;
    place->release = SIZE_MAX;
    place->skipped = NULL;
    if (project->normal != NULL && strcmp(project->normal, place->claim->name) != 0)
        return;
    /* One that a project begins with leaves no doubt; one that replaced a version does. */
    place->placeholder |= project->kind == DECLARED_PLACEHOLDER;
    if (project->kind == DECLARED_OPAQUE || project->kind == DECLARED_VCS ||
        (place->placeholder && project->kind == DECLARED_STATIC))
        place->unsure = true;
    if (project->version == NULL)
        return;
    size_t release = find_release(place->claim, project->version);
    if (release == SIZE_MAX && place->asked.gaps)
        place->skipped = find_skipped(search->context->arena, place->claim, project);
    else if (release != SIZE_MAX && place->asked.open != NULL && place->asked.open[release])
        place->release = release;
}

static void read_place(struct search *search, struct place *place, const char *commit,
                       int64_t commit_time)
{
    const struct project *project;
    enum source_result result =
        reader_project(search->context->reader, commit, place->directory, &project, NULL);

    if (result == SOURCE_PENDING || result == SOURCE_FAILED)
        place->unsure = true;
    if (result != SOURCE_FOUND)
        return;
    if (project != place->last)
        judge_project(search, place, project);
    /* Children come before parents, so the last one that is seen is the oldest. */
    if (place->skipped != NULL) {
        place->skipped->commit = arena_strdup(search->context->arena, commit);
        place->skipped->committed_at = commit_time;
    }
    if (place->release != SIZE_MAX) {
        struct row_release_source *source = &place->claim->sources[place->release];
        source->version_commit_state = fact_state_word(FACT_KNOWN);
        source->version_commit = arena_strdup(search->context->arena, commit);
        source->version_committed_at = commit_time;
    }
}

static int on_commit(void *ctx, const char *commit, const char *tree, int64_t commit_time)
{
    struct search *search = ctx;

    (void)tree;
    search->readings += search->count;
    if (search->readings > READINGS_MAX)
        return 1;
    for (size_t i = 0; i < search->count; i++)
        read_place(search, &search->places[i], commit, commit_time);
    return 0;
}

static bool is_placeholder(const struct study_project *at)
{
    return at != NULL && at->project != NULL && at->project->kind == DECLARED_PLACEHOLDER;
}

/* Who builds it puts the version in the place of what the files say. */
static bool is_filled_in(const struct claim *claim, const struct search *search, size_t release)
{
    const struct version *version = claim_version(claim, claim->releases[release].version);
    const struct study_project *const *at, *const *end;

    if (is_placeholder(claim->tip))
        return true;
    if (version == NULL || version->tag == NULL)
        return false;
    for (at = claim_projects_at(claim, (size_t)(version->tag - search->context->study->tags), &end);
         at < end; at++)
        if (is_placeholder(*at))
            return true;
    return false;
}

/* What no commit declares is absent, if every commit told. */
static void conclude(const struct search *search)
{
    for (size_t i = 0, end; i < search->count; i = end) {
        struct claim *claim = search->places[i].claim;
        const bool *open = search->places[i].asked.open;
        bool unsure = search->readings > READINGS_MAX || search->incomplete;
        for (end = i; end < search->count && search->places[end].claim == claim; end++)
            unsure |= search->places[end].unsure;
        for (size_t r = 0; open != NULL && r < claim->release_count; r++)
            if (claim->sources[r].version_commit == NULL && open[r])
                claim->sources[r].version_commit_state = fact_state_word(
                    unsure || is_filled_in(claim, search, r) ? FACT_UNKNOWN : FACT_ABSENT);
    }
}

static int search_history(struct search *search, struct err *err)
{
    const struct study *study = search->context->study;
    struct err missing = {0};
    const char **tips = mem_array(study->tag_count + 1, sizeof *tips);
    size_t count = 0;

    if (study->head != NULL)
        tips[count++] = study->head;
    for (size_t i = 0; i < study->tag_count; i++)
        if (study->tags[i].commit != NULL)
            tips[count++] = study->tags[i].commit;
    int result = mirror_history(search->context->mirror, tips, count, on_commit, search, &missing);
    search->incomplete = result > 0;
    if (result < 0)
        *err = missing;
    free(tips);
    return result < 0 ? -1 : 0;
}

int claim_versions(struct claim_context *context, struct err *err)
{
    struct search search = {.context = context};
    const char *const *wants;
    int result = 0;

    for (size_t i = 0; i < context->count; i++) {
        struct claim *claim = &context->claims[i];
        if (!claim->ours)
            continue;
        struct questions asked = {answer_known(context, claim),
                                  !is_vcs(claim) && claim_has_gaps(context, claim)};
        if (asked.open != NULL || asked.gaps)
            add_places(&search, claim, asked);
    }
    if (search.count > 0) {
        result = search_history(&search, err);
        /* Too many blobs to fetch for this question alone: it stays open. */
        if (reader_wants(context->reader, &wants) > WANTS_MAX)
            reader_fetched(context->reader);
        conclude(&search);
    }
    free(search.places);
    return result;
}
