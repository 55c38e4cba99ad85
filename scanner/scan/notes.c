#include "scan/claim.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "facts/changelog.h"

/* Whether a changelog holds each release: looked for at the default branch, which mostly holds all
   of them, and only for the others at their tags. */

#define TAGS_MAX 500 /* of one package whose changelogs are read: the others' are unknown */

/* The entries of one changelog file at one commit. */
struct notes {
    enum source_result result; /* ABSENT: no such file; FAILED: it was not read */
    enum reason failure;       /* of FAILED */
    const char *path;
    const struct changelog_entry *entries;
    size_t count;
    /* files that are one entry each, and their paths */
    struct changelog_entry *files;
    const char **paths;
    size_t file_count;
};

/* The files of releases; of one version alone, when it is given. */
static void find_files(struct claim_context *context, const char *commit, const char *directory,
                       const char *only, struct notes *out)
{
    struct arena scratch = ARENA_INIT;
    struct reader_release *first, *release;
    size_t count = 0;

    reader_releases(context->reader, commit, directory, &scratch, &first);
    for (release = first; release != NULL; release = release->next)
        count++;
    count = only != NULL && count > 0 ? 1 : count;
    out->files = arena_array(context->arena, count, sizeof *out->files);
    out->paths = arena_array(context->arena, count, sizeof *out->paths);
    for (release = first; release != NULL && out->file_count < count; release = release->next) {
        struct arena *arena = only != NULL ? &scratch : context->arena;
        struct changelog_entry file =
            changelog_entry(release->version, strlen(release->version), arena);
        if (only != NULL && changelog_find(&file, 1, only) == NULL)
            continue;
        if (only != NULL)
            file = changelog_entry(release->version, strlen(release->version), context->arena);
        out->files[out->file_count] = file;
        out->paths[out->file_count++] = release->path;
    }
    arena_release(&scratch);
}

/* One file that was read: packages of one repository share it, and tags too. */
struct claim_notes_read {
    char oid[OID_HEX];
    const struct changelog_entry *entries;
    size_t count;
    bool is_text;
    UT_hash_handle hh;
};

static struct claim_notes_read *parse_notes(struct claim_context *context, const char *oid,
                                            const char *data, size_t len)
{
    struct claim_notes_read *read = arena_alloc(context->arena, sizeof *read);
    struct changelog_entry *entries = NULL;

    snprintf(read->oid, sizeof read->oid, "%s", oid);
    read->is_text = changelog_text(&data, &len, context->arena);
    if (read->is_text)
        read->count = changelog_entries(data, len, context->arena, &entries);
    read->entries = entries;
    HASH_ADD_STR(context->notes, oid, read);
    return read;
}

static enum source_result read_file(struct claim_context *context, const char *commit,
                                    const char *path, const char *oid,
                                    const struct claim_notes_read **out)
{
    struct claim_notes_read *read;
    const char *data;
    size_t len;

    HASH_FIND_STR(context->notes, oid, read);
    if (read == NULL) {
        enum source_result result = reader_read(context->reader, commit, path, &data, &len);
        if (result != SOURCE_FOUND)
            return result;
        read = parse_notes(context, oid, data, len);
    }
    *out = read;
    return SOURCE_FOUND;
}

/* The file that tells: where the best by its name has no entry, as it only says where it moved to,
   the next best if that has some. */
static enum source_result find_notes(struct claim_context *context, const char *commit,
                                     const char *directory, const char **path,
                                     const struct claim_notes_read **out)
{
    struct reader_changelog file;
    const struct claim_notes_read *spare;
    enum source_result result = reader_changelog(context->reader, commit, directory, &file);

    *path = NULL;
    if (result != SOURCE_FOUND)
        return result;
    *path = file.path;
    result = read_file(context, commit, file.path, file.oid, out);
    if (result != SOURCE_FOUND || (*out)->count > 0 || !(*out)->is_text || file.spare_path == NULL)
        return result;
    enum source_result other = read_file(context, commit, file.spare_path, file.spare_oid, &spare);
    if (other == SOURCE_FOUND && spare->count > 0) {
        *path = file.spare_path;
        *out = spare;
    }
    return other == SOURCE_PENDING ? other : result;
}

/* As what was read says. */
enum source_result claim_changelog(struct claim_context *context, const char *commit,
                                   const char *directory, const char **path)
{
    struct reader_changelog file;
    const struct claim_notes_read *read = NULL;
    struct claim_notes_read *first, *spare = NULL;
    enum source_result result = reader_changelog(context->reader, commit, directory, &file);

    *path = file.path;
    if (result != SOURCE_FOUND || file.spare_oid == NULL)
        return result;
    HASH_FIND_STR(context->notes, file.oid, first);
    HASH_FIND_STR(context->notes, file.spare_oid, spare);
    if (first != NULL && spare != NULL)
        find_notes(context, commit, directory, path, &read);
    return result;
}

static void read_notes(struct claim_context *context, const char *commit, const char *directory,
                       struct notes *out)
{
    const struct claim_notes_read *read;

    *out = (struct notes){0};
    out->result = find_notes(context, commit, directory, &out->path, &read);
    out->failure = reader_failure(context->reader);
    if (out->result != SOURCE_FOUND)
        return;
    if (!read->is_text) {
        out->result = SOURCE_FAILED;
        out->failure = REASON_PARSE;
    }
    out->count = read->count;
    out->entries = read->entries;
}

static const struct changelog_entry *find_entry(const struct notes *notes, const char *version,
                                                const char **path)
{
    const struct changelog_entry *entry = NULL;

    *path = notes->path;
    if (notes->result == SOURCE_FOUND)
        entry = changelog_find(notes->entries, notes->count, version);
    if (entry != NULL)
        return entry;
    entry = changelog_find(notes->files, notes->file_count, version);
    *path = entry != NULL ? notes->paths[entry - notes->files] : *path;
    return entry;
}

/* Whether the notes answer: an entry, or its absence, or that nobody could look. */
static bool answer(struct row_release_source *source, const struct notes *notes, const char *at)
{
    const char *path;
    const struct changelog_entry *entry = find_entry(notes, source->version, &path);
    enum fact_state state = entry != NULL ? FACT_KNOWN
                            : notes->result == SOURCE_FOUND || notes->result == SOURCE_ABSENT
                                ? FACT_ABSENT
                                : FACT_UNKNOWN;

    source->changelog_state = fact_state_word(state);
    source->changelog_path = path;
    source->changelog_line = entry != NULL ? (int64_t)entry->line : 0;
    source->changelog_at = entry != NULL ? at : NULL;
    return entry != NULL;
}

/* What the notes failed to tell. */
static void note_failure(struct claim_context *context, const struct notes *notes, const char *at)
{
    if (notes->result == SOURCE_FAILED && context->changelogs.reason == REASON_NONE)
        err_set(&context->changelogs, notes->failure, "%s at %s cannot be read",
                notes->path != NULL ? notes->path : "the changelog", at);
}

/* Whether there was one to read; *notes is what answered last. */
static bool look_at_tag(struct claim_context *context, const struct study_tag *tag,
                        const char *directory, struct row_release_source *source,
                        const struct notes *tip, struct notes *notes)
{
    struct row_release_source at_tag = *source;

    *notes = (struct notes){.result = SOURCE_FAILED, .failure = tag->reason};
    if (tag->error == NULL) {
        read_notes(context, tag->commit, directory, notes);
        find_files(context, tag->commit, directory, at_tag.version, notes);
    }
    bool found = answer(&at_tag, notes, "tag");
    /* A file that only one of the two has is the one to name. */
    if (found || notes->result != SOURCE_ABSENT || tip->result == SOURCE_ABSENT)
        *source = at_tag;
    return notes->result != SOURCE_ABSENT || notes->file_count > 0;
}

/* Newest first: what a limit leaves out is old, and what cannot be read is told of the newest. */
static void answer_all(struct claim_context *context, struct claim *claim, const char *directory,
                       const struct notes *tip)
{
    size_t left = TAGS_MAX, newest = claim_newest(claim);
    struct notes notes;

    for (size_t i = claim->release_count; i-- > 0;) {
        struct row_release_source *source = &claim->sources[i];
        const struct version *version = claim_version(claim, source->version);
        const struct study_tag *tag = version != NULL ? version->tag : NULL;
        if (answer(source, tip, "default-branch"))
            continue;
        if (tag == NULL) {
            if (i == newest)
                note_failure(context, tip, "the default branch");
        } else if (left == 0) {
            source->changelog_state = fact_state_word(FACT_UNKNOWN);
            notes = (struct notes){.result = SOURCE_FAILED, .failure = REASON_LIMIT};
            note_failure(context, &notes, tag->name);
        } else {
            left -= look_at_tag(context, tag, directory, source, tip, &notes);
            if (i == newest && source->changelog_line == 0)
                note_failure(context, &notes, tag->name);
        }
    }
}

static void note_claim(struct claim_context *context, struct claim *claim)
{
    const char *directory = claim->directory != NULL ? claim->directory : "";
    struct notes tip = {.result = SOURCE_ABSENT};

    if (context->study->head != NULL) {
        read_notes(context, context->study->head, directory, &tip);
        find_files(context, context->study->head, directory, NULL, &tip);
    }
    if (tip.result != SOURCE_PENDING)
        answer_all(context, claim, directory, &tip);
}

void claim_notes(struct claim_context *context)
{
    context->changelogs = (struct err){0};
    for (size_t i = 0; i < context->count; i++)
        if (context->claims[i].ours && context->claims[i].release_count > 0)
            note_claim(context, &context->claims[i]);
}

void claim_forget_notes(struct claim_context *context)
{
    HASH_CLEAR(hh, context->notes);
}
