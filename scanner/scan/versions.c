#include "scan/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/pep440.h"
#include "scan/history.h"

/* Which commit set the version of each release. Tags and the tip answer for most; for the others
   the whole history is searched, and only when every commit of it could be read is a version that
   none declares absent. It is also searched for versions that it declared and nobody released,
   where there is room for some. */

/* What history is asked of a claim. */
struct question {
    struct claim *claim;
    bool *open; /* by release: which commit set its version; NULL: of none */
    bool gaps;  /* what was declared and not released */
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
                                    const struct history_said *said)
{
    const char *text = said->version;

    if ((said->kind != DECLARED_STATIC && said->kind != DECLARED_DYNAMIC) ||
        !pep440_valid(text, strlen(text)) || pep440_is_prerelease(text, strlen(text)))
        return NULL;
    struct version *version = claim_add_version(claim, arena, text);
    if (version->tag != NULL || version->declared != NULL)
        return NULL;
    version->skipped = text;
    return version;
}

static void note_skipped(struct claim_context *context, struct claim *claim,
                         const struct history_said *said)
{
    struct version *version = find_skipped(context->arena, claim, said);

    if (version == NULL || (version->commit != NULL && version->committed_at <= said->committed_at))
        return;
    version->commit = arena_strdup(context->arena, said->commit);
    version->committed_at = said->committed_at;
}

static void note_commit(struct claim_context *context, struct row_release_source *source,
                        const struct history_said *said)
{
    if (source->version_commit != NULL && source->version_committed_at <= said->committed_at)
        return;
    source->version_commit_state = fact_state_word(FACT_KNOWN);
    source->version_commit = arena_strdup(context->arena, said->commit);
    source->version_committed_at = said->committed_at;
}

/* What was said in one directory; whether that leaves room for doubt. */
static bool hear(struct claim_context *context, const struct question *question,
                 const struct history_place *place)
{
    struct claim *claim = question->claim;
    bool unsure = place->unsure;

    for (size_t i = 0; i < place->count; i++) {
        const struct history_said *said = &place->said[i];
        if (said->normal != NULL && strcmp(said->normal, claim->name) != 0)
            continue;
        unsure |= said->kind == DECLARED_OPAQUE || said->kind == DECLARED_VCS;
        size_t release = said->version != NULL ? find_release(claim, said->version) : SIZE_MAX;
        if (release != SIZE_MAX && question->open != NULL && question->open[release])
            note_commit(context, &claim->sources[release], said);
        else if (release == SIZE_MAX && said->version != NULL && question->gaps)
            note_skipped(context, claim, said);
    }
    return unsure;
}

static bool is_placeholder(const struct study_project *at)
{
    return at != NULL && at->project != NULL && at->project->kind == DECLARED_PLACEHOLDER;
}

/* Who builds it puts the version in the place of what the files say. */
static bool is_filled_in(const struct claim_context *context, const struct claim *claim,
                         size_t release)
{
    const struct version *version = claim_version(claim, claim->releases[release].version);
    const struct study_project *const *at, *const *end;

    if (is_placeholder(claim->tip))
        return true;
    if (version == NULL || version->tag == NULL)
        return false;
    for (at = claim_projects_at(claim, (size_t)(version->tag - context->study->tags), &end);
         at < end; at++)
        if (is_placeholder(*at))
            return true;
    return false;
}

/* The directories in which the project of a claim stood at some time, each once. */
static size_t list_places(struct history *history, const struct claim *claim,
                          struct history_place ***out)
{
    struct history_place **places =
        arena_array(history->arena, claim->project_count + 1, sizeof *places);
    size_t count = 0;

    for (size_t i = 0; i <= claim->project_count; i++) {
        const char *directory =
            i < claim->project_count ? claim->projects[i]->directory : claim->directory;
        size_t at = 0;
        if (directory == NULL)
            continue;
        places[count] = history_place(history, directory);
        while (places[at] != places[count])
            at++;
        count += at == count;
    }
    *out = places;
    return count;
}

/* What no commit declares is absent, if every commit told. */
static void conclude(struct claim_context *context, struct history *history,
                     const struct question *question)
{
    struct claim *claim = question->claim;
    struct history_place **places;
    size_t count = list_places(history, claim, &places);
    bool unsure = history->incomplete;

    for (size_t i = 0; i < count; i++)
        unsure |= hear(context, question, places[i]);
    for (size_t r = 0; question->open != NULL && r < claim->release_count; r++)
        if (claim->sources[r].version_commit == NULL && question->open[r])
            claim->sources[r].version_commit_state = fact_state_word(
                unsure || is_filled_in(context, claim, r) ? FACT_UNKNOWN : FACT_ABSENT);
}

static size_t list_tips(const struct claim_context *context, const char ***out)
{
    const struct study *study = context->study;
    const char **tips = arena_array(context->arena, study->tag_count + 1, sizeof *tips);
    size_t count = 0;

    if (study->head != NULL)
        tips[count++] = study->head;
    for (size_t i = 0; i < study->tag_count; i++)
        if (study->tags[i].commit != NULL)
            tips[count++] = study->tags[i].commit;
    *out = tips;
    return count;
}

/* The questions of all claims that have one; their places are history's then. */
static size_t list_questions(struct claim_context *context, struct history *history,
                             struct question **out)
{
    struct question *questions = arena_array(context->arena, context->count, sizeof *questions);
    struct history_place **places;
    size_t count = 0;

    for (size_t i = 0; i < context->count; i++) {
        struct claim *claim = &context->claims[i];
        if (!claim->ours)
            continue;
        struct question question = {claim, answer_known(context, claim),
                                    !is_vcs(claim) && claim_has_gaps(context, claim)};
        if (question.open == NULL && !question.gaps)
            continue;
        questions[count++] = question;
        list_places(history, claim, &places);
    }
    *out = questions;
    return count;
}

int claim_versions(struct claim_context *context, struct err *err)
{
    struct history history = {
        .reader = context->reader, .mirror = context->mirror, .arena = context->arena};
    struct question *questions;
    size_t count = list_questions(context, &history, &questions);
    int result = 0;

    if (count > 0) {
        const char **tips;
        size_t tip_count = list_tips(context, &tips);
        result = history_read(&history, tips, tip_count, context->past, err);
    }
    for (size_t i = 0; result == 0 && i < count; i++)
        conclude(context, &history, &questions[i]);
    history_release(&history);
    return result;
}
