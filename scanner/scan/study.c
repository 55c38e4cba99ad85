#include "scan/study.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/tags.h"
#include "scan/remembered.h"

#define TAGS_PREFIX      "refs/tags/"
#define ENTRIES_MAX      200000  /* of a tree that is looked through for import packages */
#define COMMITS_READ_MAX 20000   /* tagged commits of one repository whose trees are read */
#define PROJECTS_MAX     2000000 /* projects of one repository, counted at each of its tags */
#define UNREAD_MAX       100     /* tags of one repository that may be unknown by themselves */
#define REMEMBERED_MAX   20000   /* commits, and projects in them, that the next run is told of */

/* The directory of a path into out; false when it does not fit. */
static bool directory_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;

    if (len >= size)
        return false;
    memcpy(out, path, len);
    out[len] = '\0';
    return true;
}

static const char *basename_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

struct sight {
    const struct reader *reader;
    bool setup;     /* a setup.py */
    bool settings;  /* pyproject.toml or setup.cfg: those of tools as often as a project's */
    bool candidate; /* any of them in a directory for tests and the like */
};

static int find_project(void *ctx, const struct levels_file *file)
{
    struct sight *sight = ctx;
    const char *name = basename_of(file->path);
    char directory[4096];

    if (!project_is_project_file(name) || !directory_of(file->path, directory, sizeof directory) ||
        reader_ignores(sight->reader, directory))
        return 0;
    if (project_is_candidate_directory(directory))
        sight->candidate = true;
    else if (strcmp(name, "setup.py") == 0)
        sight->setup = true;
    else
        sight->settings = true;
    return sight->setup;
}

static int find_import_package(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    bool *found = ctx;
    char directory[4096];

    (void)oid;
    if (kind == MIRROR_TREE)
        return *found || project_is_candidate_directory(path);
    *found |= strcmp(basename_of(path), "__init__.py") == 0 &&
              directory_of(path, directory, sizeof directory);
    return 0;
}

int study_probe(struct reader *reader, struct mirror *mirror, const char *head, enum probe *found,
                struct err *err)
{
    struct sight sight = {.reader = reader};
    bool package = false;
    struct err ignored;
    int result = reader_walk(reader, head, NULL, find_project, &sight, err);

    if (result < 0)
        return -1;
    if (sight.settings && !sight.setup)
        package =
            mirror_walk(mirror, head, ENTRIES_MAX, find_import_package, &package, &ignored) != 0 ||
            package;
    /* What lies beyond the limits may be a project: the study will say that it was not read. */
    *found = result > 0 || sight.setup || package ? PROBE_PROJECTS
             : sight.settings || sight.candidate  ? PROBE_UNSURE
                                                  : PROBE_NOTHING;
    return 0;
}

/* --- tags ------------------------------------------------------------------------------------ */

struct reachable {
    char oid[OID_HEX];
    UT_hash_handle hh;
};

struct ancestry {
    struct arena arena;
    struct reachable *set;
    int64_t first; /* time of the oldest */
};

static int on_ancestor(void *ctx, const char *commit, const char *tree, int64_t commit_time)
{
    struct ancestry *ancestry = ctx;
    struct reachable *r = arena_alloc(&ancestry->arena, sizeof *r);

    (void)tree;
    if (ancestry->first == CLOCK_UNKNOWN || commit_time < ancestry->first)
        ancestry->first = commit_time;
    memcpy(r->oid, commit, OID_HEX);
    HASH_ADD_STR(ancestry->set, oid, r);
    return 0;
}

static bool is_reachable(const struct ancestry *ancestry, const char *oid)
{
    struct reachable *r;

    HASH_FIND_STR(ancestry->set, oid, r);
    return r != NULL;
}

static int mark_default_branch(struct mirror *mirror, const char *const *past, size_t past_count,
                               struct arena *arena, struct study *study, struct err *err)
{
    struct ancestry ancestry = {ARENA_INIT, NULL, CLOCK_UNKNOWN};
    const char *tips[] = {study->head};
    struct err missing = {0};
    int result = 0;

    if (study->head != NULL)
        result = mirror_history(mirror, tips, 1, NULL, on_ancestor, &ancestry, &missing);
    study->tips_known = study->head != NULL && result == 0;
    /* Of a tip that was probed there are no parents; where there are tags they are needed. */
    if (result < 0 || (result > 0 && study->tag_count > 0)) {
        *err = missing;
        result = -1;
    } else if (result > 0) {
        ancestry.first = CLOCK_UNKNOWN;
        result = 0;
    }
    for (size_t i = 0; i < study->tag_count && result == 0; i++) {
        struct study_tag *tag = &study->tags[i];
        tag->on_default_branch =
            tag->commit == NULL || study->head == NULL ? -1 : is_reachable(&ancestry, tag->commit);
    }
    study->lost = arena_array(arena, past_count, sizeof *study->lost);
    for (size_t i = 0; i < past_count && study->tips_known; i++)
        if (!is_reachable(&ancestry, past[i]))
            study->lost[study->lost_count++] = past[i];
    study->first_committed_at = ancestry.first;
    HASH_CLEAR(hh, ancestry.set);
    arena_release(&ancestry.arena);
    return result;
}

/* A tag of a tree or a blob is legal, and denotes no commit. What the tag is its object says, not
   the server's list. */
static int read_tag(struct mirror *mirror, const struct gitwire_ref *ref, struct arena *arena,
                    struct study_tag *tag, struct err *err)
{
    struct mirror_tag object;

    *tag = (struct study_tag){
        .name = arena_strdup(arena, ref->name + strlen(TAGS_PREFIX)),
        .oid = arena_strdup(arena, ref->oid),
        .tagged_at = CLOCK_UNKNOWN,
        .committed_at = CLOCK_UNKNOWN,
        .on_default_branch = -1,
    };
    if (mirror_read_tag(mirror, ref->oid, &object, err) != 0)
        return -1;
    tag->annotated = object.annotated;
    tag->is_signed = object.is_signed;
    tag->tagged_at = object.tagged_at;
    tag->committed_at = object.committed_at;
    if (object.commit[0] == '\0')
        return 0;
    tag->commit = arena_strdup(arena, object.commit);
    tag->candidate = tags_is_candidate(tag->name);
    return 0;
}

/* An object that is not here costs its tag alone; many of them are a fault of the whole. */
static int note_unread(struct study *study, size_t tag, struct arena *arena, const struct err *err)
{
    if (study->tags[tag].error != NULL)
        return 0;
    if ((err->reason != REASON_MISSING_OBJECT && err->reason != REASON_LIMIT) ||
        study->unread_count == UNREAD_MAX)
        return -1;
    if (study->unread == NULL)
        study->unread = arena_array(arena, UNREAD_MAX, sizeof *study->unread);
    study->unread[study->unread_count++] = tag;
    study->tags[tag].error = arena_strdup(arena, err->text);
    study->tags[tag].reason = err->reason;
    return 0;
}

static int read_head(struct mirror *mirror, const char *head, struct arena *arena,
                     struct study *study, struct err *err)
{
    struct mirror_commit commit;

    study->head_committed_at = CLOCK_UNKNOWN;
    if (head[0] == '\0')
        return 0;
    if (mirror_read_commit(mirror, head, &commit, err) != 0)
        return -1;
    study->head = arena_strdup(arena, head);
    study->head_committed_at = commit.commit_time;
    return 0;
}

int study_tags(struct mirror *mirror, const struct gitwire_refs *refs, const char *const *tips,
               size_t tip_count, struct arena *arena, struct study *out, struct err *err)
{
    struct study study = {.tags = arena_array(arena, refs->count, sizeof *study.tags)};

    if (read_head(mirror, refs->head_oid, arena, &study, err) != 0)
        return -1;
    for (size_t i = 0; i < refs->count; i++) {
        struct err missing = {0};
        if (!text_starts_with(refs->refs[i].name, TAGS_PREFIX))
            continue;
        if (read_tag(mirror, &refs->refs[i], arena, &study.tags[study.tag_count], &missing) != 0 &&
            note_unread(&study, study.tag_count, arena, &missing) != 0) {
            *err = missing;
            return -1;
        }
        study.tag_count++;
    }
    if (mark_default_branch(mirror, tips, tip_count, arena, &study, err) != 0)
        return -1;
    *out = study;
    return 0;
}

/* --- projects -------------------------------------------------------------------------------- */

struct reading_at {
    struct reader *reader;
    struct arena *arena;
    struct study *study;
    const json_t *memory; /* projects by commit, from earlier runs */
    json_t *next;         /* the same for the next one */
    size_t size;          /* of study->projects */
    size_t tag;
    const char *commit;
    char directory[4096]; /* that was read last */
};

static void add_project(struct reading_at *at, struct study_project project)
{
    struct study *study = at->study;

    study->projects =
        mem_grow(study->projects, study->project_count, &at->size, sizeof *study->projects);
    study->projects[study->project_count++] = project;
}

static bool is_full(struct reading_at *at)
{
    if (at->study->project_count < PROJECTS_MAX)
        return false;
    at->study->limit = "more projects at tags than are looked at";
    return true;
}

/* The tip's changelog will be asked about every release. */
static void prefetch_changelog(struct reading_at *at)
{
    struct reader_changelog file;

    reader_changelog(at->reader, at->commit, at->directory, &file);
    if (file.oid != NULL)
        reader_prefetch(at->reader, file.oid);
}

static void read_project(struct reading_at *at)
{
    const struct project *project;
    struct err err = {0};
    enum source_result result =
        reader_project(at->reader, at->commit, at->directory, &project, &err);

    if (result == SOURCE_ABSENT || result == SOURCE_PENDING)
        return;
    add_project(at, (struct study_project){
                        .tag = at->tag,
                        .commit = at->commit,
                        .directory = project->directory,
                        .project = result == SOURCE_FOUND ? project : NULL,
                        .error = result == SOURCE_FAILED ? arena_strdup(at->arena, err.text) : NULL,
                        .reason = err.reason,
                    });
}

/* Every directory that holds a project file; those for tests only at the tip, where the index may
   still say that one is a project. */
static int read_file(void *ctx, const struct levels_file *file)
{
    struct reading_at *at = ctx;
    char directory[sizeof at->directory];

    if (file->link && at->tag == STUDY_TIP)
        reader_prefetch(at->reader, file->oid);
    if (!project_is_project_file(basename_of(file->path)) ||
        !directory_of(file->path, directory, sizeof directory) ||
        reader_ignores(at->reader, directory))
        return 0;
    if (at->tag != STUDY_TIP && project_is_candidate_directory(directory))
        return 0;
    if (is_full(at))
        return 1;
    if (!file->submodule)
        reader_prefetch(at->reader, file->oid);
    if (strcmp(directory, at->directory) == 0)
        return 0;
    memcpy(at->directory, directory, sizeof directory);
    read_project(at);
    if (at->tag == STUDY_TIP)
        prefetch_changelog(at);
    return 0;
}

static int read_commit(struct reading_at *at, struct err *err)
{
    memcpy(at->directory, "/", 2); /* no directory is called that */
    int result = reader_walk(at->reader, at->commit, NULL, read_file, at, err);
    if (result > 0)
        at->study->limit = "a tree goes deeper or has more files or directories than are looked at";
    return result;
}

/* Whether an earlier run read this commit. */
static bool recall(struct reading_at *at)
{
    json_t *list = json_object_get(at->memory, at->commit), *item;
    size_t i, first = at->study->project_count;
    struct study_project project;

    json_array_foreach(list, i, item)
    {
        if (is_full(at) || !remembered_project(item, at->arena, &project)) {
            at->study->project_count = first;
            return false;
        }
        project.tag = at->tag;
        project.commit = at->commit;
        add_project(at, project);
    }
    if (list != NULL)
        json_object_set(at->next, at->commit, list);
    return list != NULL;
}

static void remember(struct reading_at *at, size_t first)
{
    struct study *study = at->study;

    if (json_object_size(at->next) < REMEMBERED_MAX && study->project_count < REMEMBERED_MAX)
        json_object_set_new(at->next, at->commit,
                            remembered_list(study->projects + first, study->project_count - first));
}

/* The tree of a tag, unless an earlier run read it. */
static int read_tag_tree(struct reading_at *at, struct err *err)
{
    size_t first = at->study->project_count;

    if (recall(at))
        return 0;
    int result = read_commit(at, err);
    if (result == 0)
        remember(at, first);
    return result < 0 ? -1 : 0;
}

/* Where in the study the projects of a commit stand that was read for an earlier tag. */
struct read_before {
    const char *commit;
    size_t first, count;
    UT_hash_handle hh;
};

static void repeat(struct reading_at *at, const struct read_before *before)
{
    for (size_t i = 0; i < before->count && !is_full(at); i++) {
        struct study_project project = at->study->projects[before->first + i];
        project.tag = at->tag;
        add_project(at, project);
    }
}

/* The trees of tags, one a commit however many tags it has. What lies beyond the limit is not read,
   and the study says so. */
static int read_tag_trees(struct reading_at *at, struct read_before **read, struct err *err)
{
    struct study *study = at->study;

    for (size_t i = 0; i < study->tag_count; i++) {
        struct read_before *before;
        struct err missing = {0};
        if (!study->tags[i].candidate)
            continue;
        at->tag = i;
        at->commit = study->tags[i].commit;
        HASH_FIND_STR(*read, at->commit, before);
        if (before != NULL) {
            repeat(at, before);
            continue;
        }
        if (HASH_COUNT(*read) >= COMMITS_READ_MAX) {
            study->limit = "more tagged commits than are looked at";
            continue;
        }
        before = arena_alloc(at->arena, sizeof *before);
        before->commit = at->commit;
        before->first = study->project_count;
        if (read_tag_tree(at, &missing) != 0) {
            if (note_unread(study, i, at->arena, &missing) == 0)
                continue;
            *err = missing;
            return -1;
        }
        before->count = study->project_count - before->first;
        HASH_ADD_KEYPTR(hh, *read, before->commit, strlen(before->commit), before);
    }
    return 0;
}

static int read_tip(struct reading_at *at, struct err *err)
{
    const char *const *wants;

    if (at->study->head == NULL)
        return 0;
    at->tag = STUDY_TIP;
    at->commit = at->study->head;
    if (read_commit(at, err) < 0)
        return -1;
    if (at->study->project_count > 0 || reader_wants(at->reader, &wants) > 0)
        reader_prefetch_workflows(at->reader, at->commit);
    return 0;
}

int study_projects(struct reader *reader, struct arena *arena, struct study *study, json_t **memory,
                   struct err *err)
{
    struct reading_at at = {
        .reader = reader, .memory = *memory, .next = json_object(), .arena = arena, .study = study};
    struct read_before *read = NULL;
    const char *const *wants;

    study->projects = NULL;
    study->project_count = 0;
    int result = read_tip(&at, err);
    if (result == 0)
        result = read_tag_trees(&at, &read, err);
    HASH_CLEAR(hh, read);
    struct study_project *projects = study->projects;
    if (reader_wants(reader, &wants) > 0) {
        study->project_count = 0; /* there will be another time */
        json_decref(at.next);
    } else {
        json_decref(*memory);
        *memory = at.next;
    }
    study->projects = arena_copy(arena, projects, study->project_count * sizeof *projects);
    free(projects);
    return result;
}
