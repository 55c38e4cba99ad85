#include "scan/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/compare.h"
#include "scan/origin.h"
#include "scan/treelist.h"

/* One release against the repository's history: its files against the tag's commit, and, where that
   is not what was built, against the commit that explains most of them. */

/* --- the commit ------------------------------------------------------------------------------ */

/* A commit as files are compared with it. */
struct at_commit {
    struct job *job;
    struct compare_tree tree;
    struct source source;
    const char *oid;
};

static enum source_result read_at(void *ctx, const char *path, const char **data, size_t *len)
{
    struct at_commit *at = ctx;

    return at->oid == NULL ? SOURCE_ABSENT : reader_read(at->job->reader, at->oid, path, data, len);
}

/* Without an oid: a tree of no files. */
static int open_commit(struct release_check *check, const char *oid, struct at_commit *out,
                       struct err *err)
{
    struct job *job = check->verification->job;

    *out = (struct at_commit){.job = job, .oid = oid};
    out->source = (struct source){.read = read_at, .ctx = out};
    return treelist_read(job->mirror, oid, &check->arena, &out->tree, err);
}

static enum compare_seen seen(void *ctx, const char *oid, struct compare_first *out)
{
    const struct mirror_blobs *blobs = ctx;
    struct mirror_blob found;
    struct err ignored;

    *out = (struct compare_first){.at = CLOCK_UNKNOWN};
    if (!mirror_blobs_find(blobs, oid, &found))
        return COMPARE_NEVER;
    if (mirror_blobs_id(blobs, found.first, out->commit, &ignored) != 0)
        out->commit[0] = '\0';
    out->at = mirror_blobs_time(blobs, found.first);
    return COMPARE_SEEN;
}

/* --- one file -------------------------------------------------------------------------------- */

static enum source_result compare_at(const struct file_check *file, const struct at_commit *at,
                                     const struct compare_result *sdist, struct compare_result *out)
{
    struct release_check *check = file->release;
    const struct due_release *due = check->due;
    struct compare_input input = {
        .archive = &file->contents,
        .filename = file->due->filename,
        .package = due->package,
        .version = due->version,
        .uploaded_at = file->due->uploaded_at,
        .commit = {at->oid != NULL ? at->oid : "", &at->tree, &at->source},
        .tag_commit = due->tag_commit,
        .seen = seen,
        .seen_ctx = check->verification->blobs,
        .sdist = sdist,
        /* an sdist tells by itself where its project stood then */
        .directory = file->kind == ARCHIVE_WHEEL && sdist == NULL ? due->directory : NULL,
    };
    const struct project *project = NULL;
    enum source_result read =
        at->oid == NULL ? SOURCE_ABSENT
                        : reader_project(at->job->reader, at->oid, due->directory, &project, NULL);

    if (read == SOURCE_PENDING)
        return read;
    if (read == SOURCE_FOUND) {
        input.backend = project->backend;
        input.licence_files = project->licence_files;
    }
    return compare(&input, &check->arena, out);
}

/* --- the commit that explains most ----------------------------------------------------------- */

static struct mirror_wanted *list_wanted(const struct file_check *file, size_t *count)
{
    const struct archive_contents *contents = &file->contents;
    const char *directory = file->release->due->directory;
    struct arena *arena = &file->release->arena;
    struct mirror_wanted *wanted = arena_array(arena, contents->member_count, sizeof *wanted);

    *count = 0;
    for (size_t i = 0; i < contents->member_count; i++) {
        const struct archive_member *member = &contents->members[i];
        if (member->size > 1)
            wanted[(*count)++] = (struct mirror_wanted){
                .path = *directory != '\0' && file->kind == ARCHIVE_SDIST
                            ? arena_printf(arena, "%s/%s", directory, member->path)
                            : member->path,
                .oid = member->oid,
                .lf_oid = member->lf_oid,
            };
    }
    return wanted;
}

static int find_origin(const struct file_check *file, struct origin *out, struct err *err)
{
    const struct verification *verification = file->release->verification;
    const struct job *job = verification->job;
    struct origin_query query = {
        .uploaded_at = file->due->uploaded_at,
        .tagged = file->release->due->tag_commit,
        .branch = job->refs.head_oid[0] != '\0' ? job->refs.head_oid : NULL,
    };

    query.files = list_wanted(file, &query.count);
    return origin_find(job->mirror, verification->blobs, &query, out, err);
}

/* --- a release ------------------------------------------------------------------------------- */

struct outcome {
    const struct at_commit *at;
    struct compare_result result;
    const char *relation; /* to the tag's commit; NULL without a tag */
};

/* The better of two comparisons is what the release came to; where both say as much, the tag's. */
static bool is_better(const struct outcome *a, const struct outcome *b)
{
    return b->at == NULL || a->result.verdict > b->result.verdict;
}

static enum source_result compare_with(struct file_check *file, const char *oid,
                                       const struct compare_result *sdist, struct outcome *out)
{
    struct release_check *check = file->release;
    const char *tag = check->due->tag_commit;
    struct at_commit *at = arena_alloc(&check->arena, sizeof *at);

    if (open_commit(check, oid, at, &file->err) != 0)
        return SOURCE_FAILED;
    out->at = at;
    out->relation =
        tag == NULL || oid == NULL
            ? NULL
            : origin_relation_word(origin_relate(check->verification->blobs, oid, tag, NULL));
    return compare_at(file, at, sdist, &out->result);
}

static int64_t time_of(const struct at_commit *at)
{
    struct mirror_commit commit;
    struct err ignored;

    return at->oid != NULL && mirror_read_commit(at->job->mirror, at->oid, &commit, &ignored) == 0
               ? commit.commit_time
               : CLOCK_UNKNOWN;
}

static size_t count_lost(const struct compare_result *result)
{
    return result->counts[COMPARE_ALTERED] + result->counts[COMPARE_NOWHERE] +
           result->counts[COMPARE_IGNORED] + result->counts[COMPARE_OTHER_COMMIT];
}

static void note(const struct outcome *outcome, struct scan_compared_with *out)
{
    *out = (struct scan_compared_with){.committed_at = CLOCK_UNKNOWN};
    if (outcome->at != NULL)
        *out = (struct scan_compared_with){
            .commit = outcome->at->oid,
            .committed_at = time_of(outcome->at),
            .relation = outcome->relation,
            .tree = &outcome->at->tree,
            .result = &outcome->result,
        };
}

/* From where the file is nearest; the tag's commit when that is no farther. */
static void note_outcomes(struct file_check *file, const struct outcome outcomes[2])
{
    const struct outcome *nearest = outcomes[0].at != NULL ? &outcomes[0] : &outcomes[1];

    if (outcomes[0].at != NULL && outcomes[1].at != NULL &&
        count_lost(&outcomes[1].result) < count_lost(&outcomes[0].result))
        nearest = &outcomes[1];
    note(&outcomes[0], &file->tagged);
    note(nearest, &file->nearest);
}

static bool is_clean(const struct outcome *outcome)
{
    return outcome->result.verdict >= COMPARE_VERDICT_REVIEW;
}

static const char *commit_named(const struct job *job, const char *name, struct arena *arena)
{
    const struct gitwire_refs *refs = &job->refs;
    char found[OID_HEX];

    for (size_t i = 0; i < refs->count; i++) {
        const struct gitwire_ref *ref = &refs->refs[i];
        if (text_starts_with(ref->name, "refs/tags/") &&
            strcmp(ref->name + strlen("refs/tags/"), name) == 0)
            return ref->peeled[0] != '\0' ? ref->peeled : ref->oid;
    }
    if (refs->head_ref != NULL && text_starts_with(refs->head_ref, "refs/heads/") &&
        strcmp(refs->head_ref + strlen("refs/heads/"), name) == 0)
        return refs->head_oid;
    return mirror_find_commit(job->mirror, name, found) ? arena_strdup(arena, found) : NULL;
}

static enum source_result compare_as_asked(struct file_check *file,
                                           const struct compare_result *sdist, struct outcome *out)
{
    const struct job *job = file->release->verification->job;
    const char *name = job->scan->options->against;
    const char *commit = commit_named(job, name, &file->release->arena);

    if (commit != NULL)
        return compare_with(file, commit, sdist, out);
    err_set(&file->err, REASON_NOT_FOUND,
            "%s has no tag, no default branch and no commit behind them that is called %s",
            job->full_name, name);
    return SOURCE_FAILED;
}

/* At the tag; where that is not all of it, at the commit that explains more. Where no commit is
   that holds any of it and was there in time, with nothing: what came later is told. */
static enum source_result compare_file(struct file_check *file, const struct compare_result *sdist,
                                       struct outcome *tagged, struct outcome *best)
{
    const char *tag = file->release->due->tag_commit;
    struct origin origin;

    if (file->release->verification->job->scan->options->against != NULL)
        return compare_as_asked(file, sdist, best);
    if (tag != NULL) {
        enum source_result result = compare_with(file, tag, sdist, tagged);
        if (result != SOURCE_FOUND)
            return result;
        if (is_clean(tagged))
            return SOURCE_FOUND;
    }
    int found = find_origin(file, &origin, &file->err);
    if (found < 0)
        return SOURCE_FAILED;
    if (found == 0 && tag == NULL)
        return compare_with(file, NULL, sdist, best);
    if (found == 0 || (tag != NULL && strcmp(origin.commit, tag) == 0))
        return SOURCE_FOUND;
    return compare_with(file, arena_strdup(&file->release->arena, origin.commit), sdist, best);
}

/* --- rows ------------------------------------------------------------------------------------ */

static void unknown_row(const struct file_check *file, struct row_contents *row)
{
    row->reason = reason_word(file->err.reason);
    row->detail = arena_strdup(&file->release->arena, file->err.text);
}

static void add_member(struct release_check *check, size_t *size,
                       const struct row_content_member *row)
{
    check->members = mem_grow(check->members, check->member_count, size, sizeof *check->members);
    check->members[check->member_count++] = *row;
}

/* What a wheel took from the sdist is told of the sdist. */
static bool is_told(const struct compare_result *sdist, const struct compare_member *member)
{
    for (size_t i = 0; sdist != NULL && i < sdist->count; i++)
        if (strcmp(sdist->members[i].member->oid, member->member->oid) == 0)
            return true;
    return false;
}

static void add_members(struct release_check *check, size_t *size, const struct file_check *file,
                        const struct compare_result *result, const struct compare_result *sdist)
{
    const char *filename = file->due->filename;

    for (size_t i = 0; i < result->count; i++) {
        const struct compare_member *member = &result->members[i];
        if ((member->class == COMPARE_IDENTICAL && member->late != 1) || is_told(sdist, member))
            continue;
        add_member(
            check, size,
            &(struct row_content_member){
                .filename = filename,
                .path = member->member->path,
                .class = compare_class_word(member->class),
                .importance = compare_importance_word(member->importance),
                .reason = member->reason,
                .git_path = member->git_path,
                .blob = member->member->oid,
                .first_commit = member->first.commit[0] != '\0' ? member->first.commit : NULL,
                .first_at = member->first.at,
                .late = member->late,
                .lines = member->lines,
                .comments_only = member->comments_only,
                .touches = member->touches,
                .secret = member->secret,
            });
    }
    for (size_t i = 0; i < result->alarm_count; i++) {
        const struct compare_alarm *alarm = &result->alarms[i];
        add_member(check, size,
                   &(struct row_content_member){.filename = filename,
                                                .path = alarm->path != NULL ? alarm->path : "",
                                                .class = compare_alarm_word(alarm->kind),
                                                .reason = alarm->what,
                                                .first_at = CLOCK_UNKNOWN,
                                                .late = -1,
                                                .comments_only = -1});
    }
}

static void known_row(const struct outcome *outcome, struct row_contents *row)
{
    const struct compare_result *result = &outcome->result;

    row->verdict = compare_verdict_word(result->verdict);
    row->commit = outcome->at->oid;
    row->committed_at = time_of(outcome->at);
    row->relation = outcome->relation;
    row->members = (int64_t)result->count;
    row->same = (int64_t)result->counts[COMPARE_IDENTICAL];
}

/* False when something is wanted that is not here. */
static bool judge_file(struct release_check *check, size_t i, const struct compare_result **sdist,
                       size_t *size)
{
    struct file_check *file = &check->files[i];
    struct row_contents *row = &check->rows[i];
    struct outcome *outcomes = arena_array(&check->arena, 2, sizeof *outcomes);
    enum source_result result = SOURCE_FAILED;

    *row = (struct row_contents){.filename = file->due->filename,
                                 .kind = file->due->kind,
                                 .sha256 = file->due->sha256,
                                 .committed_at = CLOCK_UNKNOWN};
    if (file->err.reason == REASON_NONE)
        result = compare_file(file, file->kind == ARCHIVE_WHEEL ? *sdist : NULL, &outcomes[0],
                              &outcomes[1]);
    if (result == SOURCE_PENDING)
        return false;
    if (result == SOURCE_FOUND) {
        note_outcomes(file, outcomes);
        if (!verify_want_old(file))
            return false;
    }
    if (file->err.reason != REASON_NONE || result == SOURCE_FAILED) {
        check->basis = NULL;
        unknown_row(file, row);
        return true;
    }
    const struct outcome *best = is_better(&outcomes[1], &outcomes[0]) && outcomes[1].at != NULL
                                     ? &outcomes[1]
                                     : &outcomes[0];
    if (best->result.verdict == COMPARE_VERDICT_UNDECIDED) {
        err_set(&file->err, REASON_MISSING_OBJECT,
                "%s: files of the repository that it is compared with cannot be read",
                file->due->filename);
        check->basis = NULL;
        unknown_row(file, row);
        return true;
    }
    known_row(best, row);
    /* What differs is told against the tag, where there is one. */
    const struct outcome *told = outcomes[0].at != NULL ? &outcomes[0] : best;
    add_members(check, size, file, &told->result, file->kind == ARCHIVE_WHEEL ? *sdist : NULL);
    if (file->kind == ARCHIVE_SDIST)
        *sdist = &told->result;
    check->settled &= is_clean(best) && best == &outcomes[0];
    return true;
}

void verify_compare(struct release_check *check)
{
    const struct compare_result *sdist = NULL;
    struct row_content_member *members;
    size_t size = 0;
    bool whole = true;

    if (check->judged)
        return;
    check->members = NULL;
    check->member_count = 0;
    check->settled = true;
    check->basis = "";
    for (size_t i = 0; i < check->file_count; i++)
        whole &= judge_file(check, i, &sdist, &size);
    members = check->members;
    check->members = arena_copy(&check->arena, members, check->member_count * sizeof *members);
    free(members);
    check->judged = whole;
    if (check->basis != NULL)
        check->basis = verify_basis(check);
    if (whole)
        verify_hand_over(check);
}
