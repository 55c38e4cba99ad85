#include "scan/claim.h"

#include <string.h>

#include "base/mem.h"
#include "facts/changelog.h"

/* Whether a changelog holds each release: looked for at the default branch, which mostly holds all
   of them, and only for the others at their tags. */

#define TAGS_MAX 200 /* changelogs of one package that are read at tags: the others are unknown */

/* The entries of one changelog file at one commit. */
struct notes {
    enum source_result result; /* ABSENT: no such file; FAILED: it was not read */
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

/* Reads only as long as there are files left that may be read. */
static void read_notes(struct claim_context *context, const char *commit, const char *directory,
                       size_t *left, struct notes *out)
{
    struct reader_changelog file;
    struct changelog_entry *entries;
    const char *data;
    size_t len;

    *out = (struct notes){.result = reader_changelog(context->reader, commit, directory, &file)};
    if (out->result != SOURCE_FOUND)
        return;
    out->path = file.path;
    out->result = SOURCE_FAILED;
    if (*left == 0)
        return;
    --*left;
    out->result = reader_read(context->reader, commit, file.path, &data, &len);
    if (out->result != SOURCE_FOUND)
        return;
    if (!changelog_text(&data, &len, context->arena)) {
        out->result = SOURCE_FAILED;
        return;
    }
    out->count = changelog_entries(data, len, context->arena, &entries);
    out->entries = entries;
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

static void look_at_tag(struct claim_context *context, struct claim *claim, size_t i,
                        const char *directory, size_t *left, const struct notes *tip)
{
    const struct version *version = claim_version(claim, claim->releases[i].version);
    struct row_release_source at_tag = claim->sources[i];
    struct notes notes;

    if (version == NULL || version->tag == NULL)
        return;
    read_notes(context, version->tag->commit, directory, left, &notes);
    find_files(context, version->tag->commit, directory, at_tag.version, &notes);
    bool found = answer(&at_tag, &notes, "tag");
    /* A file that only one of the two has is the one to name. */
    if (found || notes.result != SOURCE_ABSENT || tip->result == SOURCE_ABSENT)
        claim->sources[i] = at_tag;
}

static void note_claim(struct claim_context *context, struct claim *claim)
{
    const char *directory = claim->directory != NULL ? claim->directory : "";
    struct notes tip = {.result = SOURCE_ABSENT};
    size_t left = TAGS_MAX + 1; /* and the default branch's */

    if (context->study->head != NULL) {
        read_notes(context, context->study->head, directory, &left, &tip);
        find_files(context, context->study->head, directory, NULL, &tip);
    }
    if (tip.result == SOURCE_PENDING)
        return;
    /* Newest first: what a limit leaves out is old. */
    for (size_t i = claim->release_count; i-- > 0;)
        if (!answer(&claim->sources[i], &tip, "default-branch"))
            look_at_tag(context, claim, i, directory, &left, &tip);
}

void claim_notes(struct claim_context *context)
{
    for (size_t i = 0; i < context->count; i++)
        if (context->claims[i].ours && context->claims[i].release_count > 0)
            note_claim(context, &context->claims[i]);
}
