#include "scan/reader.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "facts/changelog.h"
#include "scan/paths.h"

#define FILE_MAX_BYTES  (4u << 20)  /* a larger one is no file that a person keeps versions in */
#define CACHE_MAX_BYTES (16u << 20) /* of blobs kept in memory for one repository */

struct blob {
    char oid[OID_HEX];
    char *data;
    size_t len;
    UT_hash_handle hh;
};

struct want {
    char oid[OID_HEX];
    bool asked; /* the server was asked for it */
    UT_hash_handle hh;
};

/* Projects as they were read: a question (the content of which path?), and for each answer what was
   asked next, down to the project. A reading is the same wherever its questions have the same
   answers, so a commit costs one look-up a question, however many were read before it. */
struct question {
    const char *path; /* NULL: nothing more was asked */
    struct answer *answers;
    struct reading *reading; /* that ended here, or NULL */
};

struct answer {
    char oid[OID_HEX]; /* "" when there is no such file */
    struct question next;
    UT_hash_handle hh;
};

struct reading {
    enum source_result result;
    struct project project; /* of FOUND; else its directory alone */
    const struct err *err;  /* of FAILED */
};

struct readings {
    const char *directory;
    struct question first;
    UT_hash_handle hh;
};

struct reader {
    struct mirror *mirror;
    struct reader_said said;
    struct arena arena;
    struct paths paths;
    struct blob *blobs;
    size_t cached;
    struct want *wants;
    const char **want_list;
    struct levels *levels;
    struct readings *readings;
    enum reason failure; /* of what was FAILED last */
};

static void drop_blobs(struct reader *reader)
{
    struct blob *blob, *next;

    HASH_ITER(hh, reader->blobs, blob, next)
    {
        HASH_DEL(reader->blobs, blob);
        free(blob->data);
        free(blob);
    }
    reader->cached = 0;
}

/* Whoever read before is done with it. */
static void shrink(struct reader *reader)
{
    if (reader->cached > CACHE_MAX_BYTES)
        drop_blobs(reader);
}

static void drop_answers(struct question *question)
{
    struct answer *answer, *next;

    HASH_ITER(hh, question->answers, answer, next)
    {
        drop_answers(&answer->next);
    }
    HASH_CLEAR(hh, question->answers);
}

static void drop_readings(struct reader *reader)
{
    struct readings *readings, *next;

    HASH_ITER(hh, reader->readings, readings, next)
    {
        drop_answers(&readings->first);
    }
    HASH_CLEAR(hh, reader->readings);
}

void reader_free(struct reader *reader)
{
    if (reader == NULL)
        return;
    drop_blobs(reader);
    HASH_CLEAR(hh, reader->wants);
    levels_free(reader->levels);
    drop_readings(reader);
    free(reader->want_list);
    arena_release(&reader->arena);
    free(reader);
}

size_t reader_wants(struct reader *reader, const char *const **oids)
{
    struct want *want, *next;
    size_t count = 0;

    free(reader->want_list);
    reader->want_list = mem_array(HASH_COUNT(reader->wants), sizeof *reader->want_list);
    HASH_ITER(hh, reader->wants, want, next)
    {
        if (!want->asked)
            reader->want_list[count++] = want->oid;
    }
    *oids = reader->want_list;
    return count;
}

void reader_fetched(struct reader *reader)
{
    struct want *want, *next;

    HASH_ITER(hh, reader->wants, want, next)
    {
        want->asked = true;
    }
}

static enum source_result note_want(struct reader *reader, const char *oid)
{
    struct want *want;

    HASH_FIND_STR(reader->wants, oid, want);
    if (want != NULL)
        return want->asked ? SOURCE_FAILED : SOURCE_PENDING;
    want = arena_alloc(&reader->arena, sizeof *want);
    memcpy(want->oid, oid, OID_HEX);
    HASH_ADD_STR(reader->wants, oid, want);
    return SOURCE_PENDING;
}

void reader_prefetch(struct reader *reader, const char *oid)
{
    struct want *want;

    HASH_FIND_STR(reader->wants, oid, want);
    if (want == NULL && !mirror_has(reader->mirror, oid))
        note_want(reader, oid);
}

static enum source_result read_blob(struct reader *reader, const char *oid, const char **data,
                                    size_t *len)
{
    struct buf buf = BUF_INIT(FILE_MAX_BYTES);
    struct err err = {.reason = REASON_MISSING_OBJECT};
    struct blob *blob;

    HASH_FIND_STR(reader->blobs, oid, blob);
    if (blob == NULL) {
        int found = mirror_read_blob(reader->mirror, oid, &buf, &err);
        if (found <= 0) {
            buf_release(&buf);
            reader->failure = err.reason;
            return found < 0 ? SOURCE_FAILED : note_want(reader, oid);
        }
        blob = mem_alloc(sizeof *blob);
        memcpy(blob->oid, oid, OID_HEX);
        blob->len = buf.len;
        blob->data = buf_detach(&buf);
        reader->cached += blob->len;
        HASH_ADD_STR(reader->blobs, oid, blob);
    }
    *data = blob->data;
    *len = blob->len;
    return SOURCE_FOUND;
}

static enum source_result read_link(void *ctx, const char *oid, const char **data, size_t *len)
{
    return read_blob(ctx, oid, data, len);
}

struct reader *reader_new(struct mirror *mirror, struct reader_said said)
{
    struct reader *reader = mem_alloc(sizeof *reader);

    reader->mirror = mirror;
    reader->said = said;
    reader->levels = levels_new(mirror);
    reader->paths = (struct paths){.mirror = mirror, .read = read_link, .ctx = reader};
    return reader;
}

/* --- files that matter ----------------------------------------------------------------------- */

int reader_walk(struct reader *reader, const char *commit, const char *near, levels_fn *fn,
                void *ctx, struct err *err)
{
    const char *tree = paths_tree(&reader->paths, commit, err);

    return tree != NULL ? levels_walk(reader->levels, tree, near, fn, ctx, err) : -1;
}

enum reason reader_failure(const struct reader *reader)
{
    return reader->failure;
}

bool reader_ignores(const struct reader *reader, const char *directory)
{
    for (const char *const *glob = reader->said.ignore; glob != NULL && *glob != NULL; glob++)
        if (fnmatch(*glob, directory, FNM_PATHNAME | FNM_LEADING_DIR) == 0)
            return true;
    return false;
}

bool reader_is_spent(const struct reader *reader)
{
    return levels_are_spent(reader->levels);
}

struct changelog_search {
    struct reader *reader;
    const char *directory;
    struct reader_changelog *best;
    int rank;
};

static int on_file(void *ctx, const struct levels_file *file)
{
    struct changelog_search *search = ctx;
    int rank = file->changelog ? changelog_rank(file->path, search->directory) : 0;

    if (rank > search->rank) {
        search->rank = rank;
        search->best->path = levels_string(search->reader->levels, file->path);
        search->best->oid = file->oid;
    }
    return 0;
}

/* The file that the project's metadata name, or those of the root's project. */
static enum source_result declared_changelog(struct reader *reader, const char *commit,
                                             const char *directory, struct reader_changelog *out)
{
    const char *const directories[] = {directory, ""};
    char path[PATHS_LEN], oid[OID_HEX];

    for (size_t i = 0; i < 1 + (*directory != '\0'); i++) {
        const char *at = directories[i];
        const struct project *project = NULL;
        enum source_result result = reader_project(reader, commit, at, &project, NULL);
        if (result == SOURCE_PENDING)
            return result;
        if (result != SOURCE_FOUND || project->changelog == NULL)
            continue;
        const char *named = project->changelog;
        int length = *named == '/' || *at == '\0'
                         ? snprintf(path, sizeof path, "%s", named + (*named == '/'))
                         : snprintf(path, sizeof path, "%s/%s", at, named);
        if (length >= (int)sizeof path)
            continue;
        result = paths_find(&reader->paths, commit, path, oid);
        if (result == SOURCE_ABSENT)
            continue;
        if (result == SOURCE_FOUND) {
            out->path = levels_string(reader->levels, path);
            out->oid = levels_string(reader->levels, oid);
        }
        return result;
    }
    return SOURCE_ABSENT;
}

enum source_result reader_changelog(struct reader *reader, const char *commit,
                                    const char *directory, struct reader_changelog *out)
{
    struct changelog_search search = {reader, directory, out, 0};

    *out = (struct reader_changelog){NULL, NULL};
    enum source_result declared = declared_changelog(reader, commit, directory, out);
    if (declared != SOURCE_ABSENT && declared != SOURCE_PENDING)
        return declared;
    int result = reader_walk(reader, commit, directory, on_file, &search, NULL);
    if (declared == SOURCE_PENDING)
        return declared;
    if (out->path != NULL)
        return SOURCE_FOUND;
    return result == 0 ? SOURCE_ABSENT : SOURCE_FAILED;
}

struct release_search {
    struct reader *reader;
    const char *directory;
    struct arena *arena;
    struct reader_release *found;
};

static int on_release(void *ctx, const struct levels_file *file)
{
    struct release_search *search = ctx;
    struct levels *levels = search->reader->levels;
    const char *version;
    size_t len;

    if (!file->changelog || !changelog_release(file->path, search->directory, &version, &len))
        return 0;
    struct reader_release *release = arena_alloc(search->arena, sizeof *release);
    release->path = levels_string(levels, file->path);
    release->version = levels_string(levels, arena_strndup(search->arena, version, len));
    release->next = search->found;
    search->found = release;
    return 0;
}

enum source_result reader_releases(struct reader *reader, const char *commit, const char *directory,
                                   struct arena *arena, struct reader_release **out)
{
    struct release_search search = {reader, directory, arena, NULL};
    int result = reader_walk(reader, commit, directory, on_release, &search, NULL);

    *out = search.found;
    return result != 0 ? SOURCE_FAILED : search.found != NULL ? SOURCE_FOUND : SOURCE_ABSENT;
}

/* --- reading by path ------------------------------------------------------------------------- */

enum source_result reader_read(struct reader *reader, const char *commit, const char *path,
                               const char **data, size_t *len)
{
    char oid[OID_HEX];
    enum source_result found = paths_find(&reader->paths, commit, path, oid);

    reader->failure = REASON_MISSING_OBJECT;
    shrink(reader);
    return found == SOURCE_FOUND ? read_blob(reader, oid, data, len) : found;
}

enum source_result reader_match(struct reader *reader, const char *commit, const char *directory,
                                const char *glob, const char **path)
{
    char found[PATHS_LEN];
    enum source_result result = paths_match(&reader->paths, commit, directory, glob, found);

    if (result == SOURCE_FOUND)
        *path = levels_string(reader->levels, found);
    return result;
}

/* A reading under way: where in the questions it stands. */
struct asking {
    struct reader *reader;
    const char *commit;
    struct question *at; /* NULL once an answer is not known: what is asked next depends on it */
};

static struct answer *find_answer(struct question *question, const char *oid)
{
    struct answer *answer;

    HASH_FIND_STR(question->answers, oid, answer);
    return answer;
}

static void note_answer(struct asking *asking, const char *path, const char *oid)
{
    struct arena *arena = &asking->reader->arena;
    struct question *question = asking->at;

    if (question->path == NULL)
        question->path = arena_strdup(arena, path);
    struct answer *answer = find_answer(question, oid);
    if (answer == NULL) {
        answer = arena_alloc(arena, sizeof *answer);
        memcpy(answer->oid, oid, OID_HEX);
        HASH_ADD_STR(question->answers, oid, answer);
    }
    asking->at = &answer->next;
}

static enum source_result ask(void *ctx, const char *path, const char **data, size_t *len)
{
    struct asking *asking = ctx;
    char oid[OID_HEX] = "";
    asking->reader->failure = REASON_MISSING_OBJECT;
    enum source_result found = paths_find(&asking->reader->paths, asking->commit, path, oid);
    enum source_result result = found;

    if (found == SOURCE_ABSENT)
        oid[0] = '\0';
    if (found == SOURCE_FOUND)
        result = read_blob(asking->reader, oid, data, len);
    if ((found != SOURCE_FOUND && found != SOURCE_ABSENT) || result == SOURCE_PENDING)
        asking->at = NULL;
    if (asking->at != NULL)
        note_answer(asking, path, oid);
    return result;
}

/* Follows the questions of earlier readings; NULL when this commit answers otherwise. */
static const struct reading *recall(struct reader *reader, const char *commit,
                                    struct question *question)
{
    char oid[OID_HEX];

    while (question->path != NULL) {
        enum source_result found = paths_find(&reader->paths, commit, question->path, oid);
        if (found == SOURCE_ABSENT)
            oid[0] = '\0';
        bool told = found == SOURCE_FOUND || found == SOURCE_ABSENT;
        struct answer *answer = told ? find_answer(question, oid) : NULL;
        if (answer == NULL)
            return NULL;
        question = &answer->next;
    }
    return question->reading;
}

static struct readings *readings_of(struct reader *reader, const char *directory)
{
    struct readings *readings;

    HASH_FIND_STR(reader->readings, directory, readings);
    if (readings == NULL) {
        readings = arena_alloc(&reader->arena, sizeof *readings);
        readings->directory = levels_string(reader->levels, directory);
        HASH_ADD_KEYPTR(hh, reader->readings, readings->directory, strlen(readings->directory),
                        readings);
    }
    return readings;
}

static const char *const *keep_list(struct arena *arena, const char *const *list)
{
    size_t count = 0;

    while (list != NULL && list[count] != NULL)
        count++;
    const char **kept = arena_array(arena, count + 1, sizeof *kept);
    for (size_t i = 0; i < count; i++)
        kept[i] = arena_strdup(arena, list[i]);
    return kept;
}

/* What a reading leaves behind is little beside what it needs while it works. */
static void keep_project(struct arena *arena, const struct project *read, struct project *out)
{
    *out = *read;
    out->name = arena_strdup(arena, read->name);
    out->normal = arena_strdup(arena, read->normal);
    out->version = arena_strdup(arena, read->version);
    out->origin = arena_strdup(arena, read->origin);
    out->reason = arena_strdup(arena, read->reason);
    out->backend = arena_strdup(arena, read->backend);
    out->licence = arena_strdup(arena, read->licence);
    out->licence_files = keep_list(arena, read->licence_files);
    out->changelog = arena_strdup(arena, read->changelog);
    out->urls = keep_list(arena, read->urls);
    out->tag_prefix = arena_strdup(arena, read->tag_prefix);
    out->tag_regex = arena_strdup(arena, read->tag_regex);
}

static const struct reading *read_anew(struct reader *reader, const char *commit,
                                       struct readings *readings)
{
    struct asking asking = {reader, commit, &readings->first};
    struct source source = {ask, &asking, &reader->failure};
    struct arena scratch = ARENA_INIT;
    struct project project;
    struct err err = {0};
    struct reading *reading = NULL;

    shrink(reader);
    enum source_result result =
        project_read(&source, readings->directory, reader->said.projects, &scratch, &project, &err);
    if (result != SOURCE_PENDING) {
        reading = arena_alloc(&reader->arena, sizeof *reading);
        reading->result = result;
        if (asking.at != NULL)
            asking.at->reading = reading;
    }
    if (result == SOURCE_FOUND)
        keep_project(&reader->arena, &project, &reading->project);
    if (result == SOURCE_FAILED)
        reading->err = arena_copy(&reader->arena, &err, sizeof err);
    if (reading != NULL)
        reading->project.directory = readings->directory;
    arena_release(&scratch);
    return reading;
}

enum source_result reader_project(struct reader *reader, const char *commit, const char *directory,
                                  const struct project **out, struct err *err)
{
    struct readings *readings = readings_of(reader, directory);
    const struct reading *reading = recall(reader, commit, &readings->first);

    if (reading == NULL)
        reading = read_anew(reader, commit, readings);
    if (reading == NULL)
        return SOURCE_PENDING;
    *out = &reading->project;
    if (reading->err != NULL && err != NULL)
        *err = *reading->err;
    return reading->result;
}
