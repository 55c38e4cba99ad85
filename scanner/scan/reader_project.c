#include "scan/reader_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Projects as they were read: a question (the content of which path?), and for each answer what was
   asked next, down to the project. A reading is the same wherever its questions have the same
   answers, so a commit costs one look-up a question, however many were read before it. */
struct question {
    const char *path;        /* NULL: nothing more was asked */
    struct answer *answers;  /* the last one that was given first: most have one, and a table each
                                would be all that a monorepo needs of memory */
    struct reading *reading; /* that ended here, or NULL */
};

struct answer {
    char oid[OID_HEX]; /* "" when there is no such file */
    struct question next;
    struct answer *other;
};

struct reading {
    enum source_result result;
    struct project project; /* of FOUND; else its directory alone */
    const struct err *err;  /* of FAILED */
};

struct readings {
    const char *directory;
    struct question first;
    /* Where all questions are about files below the directory, its tree says that nothing of it is
       another than the last time. */
    bool strayed; /* some were not */
    char tree[OID_HEX];
    const struct reading *settled; /* what was read from that tree; or NULL */
    UT_hash_handle hh;
};

void reader_drop_readings(struct reader *reader)
{
    HASH_CLEAR(hh, reader->readings);
}

/* A reading under way: where in the questions it stands. */
struct asking {
    struct reader *reader;
    const char *commit;
    struct readings *readings;
    struct question *at; /* NULL once an answer is not known: what is asked next depends on it */
};

static struct answer *find_answer(struct question *question, const char *oid)
{
    struct answer **link = &question->answers, *answer;

    while (*link != NULL && strcmp((*link)->oid, oid) != 0)
        link = &(*link)->other;
    answer = *link;
    if (answer != NULL) {
        *link = answer->other;
        answer->other = question->answers;
        question->answers = answer;
    }
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
        answer->other = question->answers;
        question->answers = answer;
    }
    asking->at = &answer->next;
}

static bool is_below(const char *directory, const char *path)
{
    size_t len = strlen(directory);

    return strstr(path, "..") == NULL &&
           (len == 0 || (strncmp(path, directory, len) == 0 && path[len] == '/'));
}

static enum source_result ask(void *ctx, const char *path, const char **data, size_t *len)
{
    struct asking *asking = ctx;
    char oid[OID_HEX] = "";
    asking->readings->strayed |= !is_below(asking->readings->directory, path);
    enum source_result found = paths_find(&asking->reader->paths, asking->commit, path, oid);
    asking->reader->failure =
        found == SOURCE_FAILED ? asking->reader->paths.failure : REASON_MISSING_OBJECT;
    enum source_result result = found;

    if (found == SOURCE_ABSENT)
        oid[0] = '\0';
    if (found == SOURCE_FOUND)
        result = reader_blob(asking->reader, oid, data, len);
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
    out->unnamed = arena_strdup(arena, read->unnamed);
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
    struct asking asking = {reader, commit, readings, &readings->first};
    struct source source = {ask, &asking, &reader->failure};
    struct arena scratch = ARENA_INIT;
    struct project project;
    struct err err = {0};
    struct reading *reading = NULL;

    reader_shrink(reader);
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

static const struct reading *read_project(struct reader *reader, const char *commit,
                                          struct readings *readings, const char *tree)
{
    bool known = tree != NULL;

    snprintf(readings->tree, sizeof readings->tree, "%s", known ? tree : "");
    reader->paths.linked = false;
    const struct reading *reading = recall(reader, commit, &readings->first);
    if (reading == NULL)
        reading = read_anew(reader, commit, readings);
    readings->strayed |= reader->paths.linked;
    bool settled = known && reading != NULL && reading->result != SOURCE_FAILED;
    readings->settled = settled && !readings->strayed ? reading : NULL;
    return reading;
}

enum source_result reader_project(struct reader *reader, const char *commit, const char *directory,
                                  const struct project **out, struct err *err)
{
    struct readings *readings = readings_of(reader, directory);
    const char *tree = paths_folder_tree(&reader->paths, commit, directory);
    const struct reading *reading = readings->settled;

    if (tree == NULL || reading == NULL || strcmp(tree, readings->tree) != 0)
        reading = read_project(reader, commit, readings, tree);
    if (reading == NULL)
        return SOURCE_PENDING;
    *out = &reading->project;
    if (reading->err != NULL && err != NULL)
        *err = *reading->err;
    return reading->result;
}
