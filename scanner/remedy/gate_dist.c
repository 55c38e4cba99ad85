/* What was built, and what of it is on an index. */
#include "remedy/gate_checks.h"

#include <string.h>
#include <strings.h>

#include "facts/pep440.h"

#define SHOWN 5 /* members that are named */

/* Nobody asked, nothing is known, or nothing is there: said, and true. */
static bool is_answered(struct gate *gate, struct gate_line *line)
{
    const struct gate_dist *dist = &gate->dist;

    if (dist->directory == NULL || gate_lacks_version(gate, line))
        return true;
    if (dist->unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", dist->unknown);
    } else if (dist->count == 0) {
        gate_say(gate, line, MARK_BAD, "%s has neither sdist nor wheel", dist->directory);
        gate_advise(gate, line, "python3 -m build --outdir %s", gate_word(gate, dist->directory));
    }
    return line->seen != NULL;
}

static const char *list_files(struct gate *gate)
{
    const char *names[SHOWN];

    for (size_t i = 0; i < SHOWN && i < gate->dist.count; i++)
        names[i] = gate->dist.files[i].filename;
    return gate_names(gate, names, SHOWN, gate->dist.count);
}

/* --- names and metadata ---------------------------------------------------------------------- */

static const char *metadata_of(const struct compare_result *result)
{
    for (size_t i = 0; i < result->alarm_count; i++)
        if (result->alarms[i].kind == COMPARE_ALARM_METADATA)
            return result->alarms[i].what;
    return NULL;
}

static void advise_build(struct gate *gate, struct gate_line *line)
{
    gate_advise(gate, line, "Build anew, from a clean checkout of what is tagged, into an empty %s",
                gate->dist.directory);
}

void gate_check_dist(struct gate *gate, struct gate_line *line)
{
    const struct gate_file *unread = NULL;

    if (is_answered(gate, line))
        return;
    for (size_t i = 0; i < gate->dist.count; i++) {
        const struct gate_file *file = &gate->dist.files[i];
        const char *metadata = file->result != NULL ? metadata_of(file->result) : NULL;
        if (file->named != DISTNAME_OURS)
            gate_say(gate, line, MARK_BAD, "%s is no name of a file of %s", file->filename,
                     gate->package);
        else if (pep440_compare(file->version, gate->version) != 0)
            gate_say(gate, line, MARK_BAD, "%s is of %s, not %s", file->filename, file->version,
                     gate->version);
        else if (metadata != NULL)
            gate_say(gate, line, MARK_BAD, "the metadata of %s: %s", file->filename, metadata);
        if (line->seen != NULL) {
            advise_build(gate, line);
            return;
        }
        if (file->unknown != NULL && unread == NULL)
            unread = file;
    }
    if (unread != NULL)
        gate_say(gate, line, MARK_UNKNOWN, "%s", unread->unknown);
    else
        gate_say(gate, line, MARK_GOOD, "%s", list_files(gate));
}

/* --- contents -------------------------------------------------------------------------------- */

static bool is_doubtful(const struct compare_member *member)
{
    static const enum compare_class classes[] = {
        COMPARE_UNKNOWN, COMPARE_REVIEW,  COMPARE_UNVERIFIABLE, COMPARE_OTHER_COMMIT,
        COMPARE_IGNORED, COMPARE_ALTERED, COMPARE_NOWHERE};

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (member->class == classes[i])
            return true;
    return false;
}

/* What of a file is not the tree's, the worst first. */
static const char *describe(struct gate *gate, const struct gate_file *file)
{
    const struct compare_result *result = file->result;
    const char *names[SHOWN];
    size_t total = 0;

    for (int class = COMPARE_CLASS_COUNT - 1; class >= 0; class --)
        for (size_t i = 0; i < result->count; i++)
            if ((int)result->members[i].class == class && is_doubtful(&result->members[i]) &&
                total++ < SHOWN)
                names[total - 1] =
                    arena_printf(gate->arena, "%s (%s)", result->members[i].member->path,
                                 compare_class_word(result->members[i].class));
    if (total > 0)
        return gate_names(gate, names, SHOWN, total);
    return result->alarm_count > 0 ? result->alarms[0].what : compare_verdict_word(result->verdict);
}

void gate_check_contents(struct gate *gate, struct gate_line *line)
{
    const struct gate_file *doubtful = NULL;

    if (gate->dist.count == 0 || is_answered(gate, line))
        return;
    for (size_t i = 0; i < gate->dist.count; i++) {
        const struct gate_file *file = &gate->dist.files[i];
        enum compare_verdict verdict =
            file->result != NULL ? file->result->verdict : COMPARE_VERDICT_UNDECIDED;
        if (verdict != COMPARE_VERDICT_UNDECIDED && verdict < COMPARE_VERDICT_REVIEW) {
            gate_say(gate, line, MARK_BAD, "%s holds what HEAD does not: %s", file->filename,
                     describe(gate, file));
            advise_build(gate, line);
            return;
        }
        if (verdict < COMPARE_VERDICT_EXPECTED && doubtful == NULL)
            doubtful = file;
    }
    if (doubtful == NULL) {
        gate_say(gate, line, MARK_GOOD, "HEAD, and what a build makes of it");
    } else if (doubtful->unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", doubtful->unknown);
    } else {
        gate_say(gate, line, MARK_UNKNOWN, "%s, to be read by a person: %s", doubtful->filename,
                 describe(gate, doubtful));
    }
}

/* --- on an index ----------------------------------------------------------------------------- */

static const struct index_release *release_of(const struct gate *gate,
                                              const struct index_document *document)
{
    for (size_t i = 0; document != NULL && i < document->release_count; i++)
        if (pep440_compare(document->releases[i].version, gate->version) == 0)
            return &document->releases[i];
    return NULL;
}

/* The first built file that the release has not, or has otherwise, in words; NULL. *unsure: it is
   there, but its digest is not told. */
static const char *find_difference(struct gate *gate, const struct index_release *release,
                                   bool *unsure)
{
    for (size_t i = 0; i < gate->dist.count; i++) {
        const struct gate_file *file = &gate->dist.files[i];
        const struct index_file *there = NULL;
        for (size_t j = 0; j < release->file_count; j++)
            if (strcmp(release->files[j].filename, file->filename) == 0)
                there = &release->files[j];
        if (there == NULL)
            return arena_printf(gate->arena, "%s is not there", file->filename);
        if (there->sha256 == NULL || file->sha256[0] == '\0')
            *unsure = true;
        else if (strcasecmp(there->sha256, file->sha256) != 0)
            return arena_printf(gate->arena, "%s has the SHA-256 %.12s there, and %.12s here",
                                file->filename, there->sha256, file->sha256);
    }
    return NULL;
}

/* One that users get, and that is not among the built ones; NULL. */
static const char *find_stranger(const struct gate *gate, const struct index_release *release)
{
    for (size_t i = 0; gate->dist.count > 0 && i < release->file_count; i++) {
        bool here = false;
        for (size_t j = 0; j < gate->dist.count; j++)
            here |= strcmp(release->files[i].filename, gate->dist.files[j].filename) == 0;
        if (!here)
            return release->files[i].filename;
    }
    return NULL;
}

static void judge_index(struct gate *gate, struct gate_line *line, const struct gate_index *index)
{
    const struct index_release *release = release_of(gate, index->document);
    bool unsure = false;
    const char *differs;

    if (index->unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", index->unknown);
    } else if (release == NULL || release->file_count == 0) {
        gate_say(gate, line, MARK_BAD, "%s has no %s %s", index->url, gate->package, gate->version);
    } else if ((differs = find_difference(gate, release, &unsure)) != NULL) {
        gate_say(gate, line, MARK_BAD, "%s", differs);
    } else if (unsure) {
        gate_say(gate, line, MARK_UNKNOWN, "%s does not tell the digests of its files", index->url);
    } else {
        gate_say(gate, line, MARK_GOOD, "%zu file%s on %s%s", release->file_count,
                 release->file_count == 1 ? "" : "s", index->url,
                 gate->dist.count > 0 ? ", with the digests of those here" : "");
    }
}

void gate_check_test_index(struct gate *gate, struct gate_line *line)
{
    if (gate->test_index.url == NULL || is_answered(gate, line))
        return;
    judge_index(gate, line, &gate->test_index);
    if (line->mark == MARK_BAD)
        gate_advise(gate, line, "Upload what is in %s there, and no other build",
                    gate->dist.directory);
}

void gate_check_published(struct gate *gate, struct gate_line *line)
{
    const struct index_release *release;
    const char *stranger, *repository = gate->remote.repository;

    if (gate_lacks_version(gate, line))
        return;
    release = release_of(gate, gate->index.document);
    judge_index(gate, line, &gate->index);
    if (line->mark == MARK_GOOD && (stranger = find_stranger(gate, release)) != NULL)
        gate_say(gate, line, MARK_BAD, "%s has %s, which is not in %s", gate->index.url, stranger,
                 gate->dist.directory);
    if (line->mark == MARK_BAD && release != NULL)
        gate_advise(gate, line, "fleetdrift diff-release %s",
                    gate_word(gate, arena_printf(gate->arena, "%s==%s%s%s", gate->package,
                                                 gate->version, repository != NULL ? "=" : "",
                                                 repository != NULL ? repository : "")));
    else if (line->mark == MARK_BAD)
        gate_advise(gate, line, "Publish it, or wait: an index may take some minutes to show it");
}
