#include "scan/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "facts/changelog.h"
#include "facts/licence.h"

#define FILE_MAX_BYTES  (4u << 20)  /* a larger one is no file that a person keeps versions in */
#define CACHE_MAX_BYTES (16u << 20) /* of blobs kept in memory for one repository */
#define TREE_DEPTH_MAX  32
#define FILES_MAX       20000 /* files that matter in one tree; more is not a fleet's repository */

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

/* The files that matter below one tree; paths are relative to it. */
struct listing {
    char tree[OID_HEX];
    struct reader_file *files;
    size_t count;
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
    struct project project; /* of FOUND */
    const struct err *err;  /* of FAILED */
};

struct readings {
    char *directory;
    struct question first;
    UT_hash_handle hh;
};

struct reader {
    struct mirror *mirror;
    struct arena arena;
    char commit[OID_HEX], tree[OID_HEX]; /* asked last: most questions are about one commit */
    struct blob *blobs;
    size_t cached;
    struct want *wants;
    const char **want_list;
    struct listing *listings;
    struct readings *readings;
};

struct reader *reader_new(struct mirror *mirror)
{
    struct reader *reader = mem_alloc(sizeof *reader);

    reader->mirror = mirror;
    return reader;
}

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
    HASH_CLEAR(hh, reader->listings);
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
    if (!mirror_has(reader->mirror, oid))
        note_want(reader, oid);
}

static enum source_result read_blob(struct reader *reader, const char *oid, const char **data,
                                    size_t *len)
{
    struct buf buf = BUF_INIT(FILE_MAX_BYTES);
    struct blob *blob;

    HASH_FIND_STR(reader->blobs, oid, blob);
    if (blob == NULL) {
        int found = mirror_read_blob(reader->mirror, oid, &buf, NULL);
        if (found <= 0) {
            buf_release(&buf);
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

/* The tree of a commit; NULL on error. */
static const char *tree_of(struct reader *reader, const char *commit, struct err *err)
{
    struct mirror_commit info;

    if (strcmp(reader->commit, commit) == 0)
        return reader->tree;
    if (mirror_read_commit(reader->mirror, commit, &info, err) != 0)
        return NULL;
    snprintf(reader->commit, sizeof reader->commit, "%s", commit);
    memcpy(reader->tree, info.tree, sizeof reader->tree);
    return reader->tree;
}

/* --- files that matter ----------------------------------------------------------------------- */

/* By the name alone: where it lies is judged by those who ask for it. */
static bool matters(const char *name)
{
    return project_is_project_file(name) || changelog_rank(name, "") > 0 ||
           licence_is_file(name, "");
}

struct level {
    struct reader *reader;
    struct listing *listing;
    size_t size;
    struct level_tree {
        char oid[OID_HEX];
        char *name;
    } * trees;
    size_t tree_count, tree_size;
};

static void add_file(struct level *level, struct reader_file file)
{
    struct listing *listing = level->listing;

    listing->files = mem_grow(listing->files, listing->count, &level->size, sizeof *listing->files);
    listing->files[listing->count++] = file;
}

/* One level of a tree: its files that matter, and its directories for later. */
static int on_entry(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    struct level *level = ctx;

    if (kind == MIRROR_TREE) {
        level->trees =
            mem_grow(level->trees, level->tree_count, &level->tree_size, sizeof *level->trees);
        struct level_tree *tree = &level->trees[level->tree_count++];
        memcpy(tree->oid, oid, OID_HEX);
        tree->name = mem_strdup(path);
        return 1;
    }
    if ((kind == MIRROR_BLOB || kind == MIRROR_EXECUTABLE) && matters(path))
        add_file(level, (struct reader_file){.path = arena_strdup(&level->reader->arena, path),
                                             .oid = arena_strdup(&level->reader->arena, oid),
                                             .changelog = changelog_rank(path, "") > 0});
    return 0;
}

static const struct listing *list_tree(struct reader *reader, const char *oid, unsigned depth,
                                       struct err *err);

/* Takes in what lies below one directory. */
static int add_tree(struct level *level, const struct level_tree *tree, unsigned depth,
                    struct err *err)
{
    const struct listing *below = list_tree(level->reader, tree->oid, depth + 1, err);

    if (below == NULL)
        return -1;
    if (level->listing->count + below->count > FILES_MAX)
        return err_set(err, REASON_LIMIT, "more than %d project files in one tree", FILES_MAX);
    for (size_t i = 0; i < below->count; i++) {
        struct reader_file file = below->files[i];
        file.path = arena_printf(&level->reader->arena, "%s/%s", tree->name, file.path);
        add_file(level, file);
    }
    return 0;
}

static const struct listing *list_tree(struct reader *reader, const char *oid, unsigned depth,
                                       struct err *err)
{
    struct listing *listing;
    int result = 0;

    HASH_FIND_STR(reader->listings, oid, listing);
    if (listing != NULL)
        return listing;
    listing = arena_alloc(&reader->arena, sizeof *listing);
    memcpy(listing->tree, oid, OID_HEX);
    struct level level = {.reader = reader, .listing = listing};
    if (depth < TREE_DEPTH_MAX)
        result = mirror_walk(reader->mirror, oid, 1000000, on_entry, &level, err);
    for (size_t i = 0; i < level.tree_count; i++) {
        if (result == 0)
            result = add_tree(&level, &level.trees[i], depth, err);
        free(level.trees[i].name);
    }
    free(level.trees);
    if (result == 0) {
        size_t bytes = listing->count * sizeof *listing->files;
        struct reader_file *kept = arena_alloc(&reader->arena, bytes);
        if (bytes > 0)
            memcpy(kept, listing->files, bytes);
        free(listing->files);
        listing->files = kept;
        HASH_ADD_STR(reader->listings, tree, listing);
        return listing;
    }
    free(listing->files);
    return NULL;
}

int reader_files(struct reader *reader, const char *commit, const struct reader_file **files,
                 size_t *count, struct err *err)
{
    const char *tree = tree_of(reader, commit, err);
    const struct listing *listing = tree != NULL ? list_tree(reader, tree, 0, err) : NULL;

    if (listing == NULL)
        return -1;
    *files = listing->files;
    *count = listing->count;
    return 0;
}

const struct reader_file *reader_changelog(struct reader *reader, const char *commit,
                                           const char *directory)
{
    const struct reader_file *files, *best = NULL;
    size_t count;
    int best_rank = 0;

    if (reader_files(reader, commit, &files, &count, NULL) != 0)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        int rank = files[i].changelog ? changelog_rank(files[i].path, directory) : 0;
        if (rank > best_rank) {
            best_rank = rank;
            best = &files[i];
        }
    }
    return best;
}

/* --- reading by path ------------------------------------------------------------------------- */

/* The blob at a path: 1 found, 0 absent (or no plain file), -1 error. */
static int find_blob(struct reader *reader, const char *commit, const char *path, char oid[OID_HEX])
{
    enum mirror_kind kind;
    const char *tree = tree_of(reader, commit, NULL);
    int found = tree != NULL ? mirror_entry(reader->mirror, tree, path, &kind, oid, NULL) : -1;

    if (found == 1 && kind != MIRROR_BLOB && kind != MIRROR_EXECUTABLE)
        found = 0;
    return found;
}

enum source_result reader_read(struct reader *reader, const char *commit, const char *path,
                               const char **data, size_t *len)
{
    char oid[OID_HEX];
    int found = find_blob(reader, commit, path, oid);

    if (found <= 0)
        return found < 0 ? SOURCE_FAILED : SOURCE_ABSENT;
    return read_blob(reader, oid, data, len);
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
    int found = find_blob(asking->reader, asking->commit, path, oid);
    enum source_result result = SOURCE_ABSENT;

    if (found == 0)
        oid[0] = '\0';
    if (found > 0)
        result = read_blob(asking->reader, oid, data, len);
    if (found < 0 || result == SOURCE_PENDING)
        asking->at = NULL;
    if (asking->at != NULL)
        note_answer(asking, path, oid);
    return found < 0 ? SOURCE_FAILED : result;
}

/* Follows the questions of earlier readings; NULL when this commit answers otherwise. */
static const struct reading *recall(struct reader *reader, const char *commit,
                                    struct question *question)
{
    char oid[OID_HEX];

    while (question->path != NULL) {
        int found = find_blob(reader, commit, question->path, oid);
        if (found == 0)
            oid[0] = '\0';
        struct answer *answer = found < 0 ? NULL : find_answer(question, oid);
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
        readings->directory = arena_strdup(&reader->arena, directory);
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
    out->directory = arena_strdup(arena, read->directory);
    out->name = arena_strdup(arena, read->name);
    out->normal = arena_strdup(arena, read->normal);
    out->version = arena_strdup(arena, read->version);
    out->origin = arena_strdup(arena, read->origin);
    out->reason = arena_strdup(arena, read->reason);
    out->backend = arena_strdup(arena, read->backend);
    out->licence = arena_strdup(arena, read->licence);
    out->licence_files = keep_list(arena, read->licence_files);
    out->urls = keep_list(arena, read->urls);
    out->tag_prefix = arena_strdup(arena, read->tag_prefix);
    out->tag_regex = arena_strdup(arena, read->tag_regex);
}

static const struct reading *read_anew(struct reader *reader, const char *commit,
                                       struct readings *readings)
{
    struct asking asking = {reader, commit, &readings->first};
    struct source source = {ask, &asking};
    struct arena scratch = ARENA_INIT;
    struct project project;
    struct err err = {0};
    struct reading *reading = NULL;

    if (reader->cached > CACHE_MAX_BYTES)
        drop_blobs(reader);
    enum source_result result =
        project_read(&source, readings->directory, &scratch, &project, &err);
    if (result != SOURCE_PENDING) {
        reading = arena_alloc(&reader->arena, sizeof *reading);
        reading->result = result;
        if (asking.at != NULL)
            asking.at->reading = reading;
    }
    if (result == SOURCE_FOUND)
        keep_project(&reader->arena, &project, &reading->project);
    if (result == SOURCE_FAILED) {
        struct err *kept = arena_alloc(&reader->arena, sizeof *kept);
        *kept = err;
        reading->err = kept;
    }
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
