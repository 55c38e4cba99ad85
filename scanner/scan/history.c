#include "scan/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scan/remembered.h"

#define READINGS_MAX 1000000 /* commits times directories of one repository */
#define WANTS_MAX    5000    /* blobs of history that are fetched for this */

struct history_place *history_place(struct history *history, const char *directory)
{
    struct history_place *place;

    HASH_FIND_STR(history->places, directory, place);
    if (place == NULL) {
        place = arena_alloc(history->arena, sizeof *place);
        place->directory = directory;
        HASH_ADD_KEYPTR(hh, history->places, place->directory, strlen(directory), place);
    }
    return place;
}

void history_release(struct history *history)
{
    for (struct history_place *place = history->places; place != NULL; place = place->hh.next)
        free(place->said);
    HASH_CLEAR(hh, history->places);
}

/* --- statements ------------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Its number; made if there is none, with a commit still to be given. */
static size_t find_said(struct history *history, struct history_place *place, const char *normal,
                        enum declared_kind kind, const char *version)
{
    size_t i = 0;

    while (i < place->count &&
           (place->said[i].kind != kind || !same(place->said[i].normal, normal) ||
            !same(place->said[i].version, version)))
        i++;
    if (i == place->count) {
        place->said = mem_grow(place->said, place->count, &place->size, sizeof *place->said);
        place->said[place->count++] =
            (struct history_said){.normal = arena_strdup(history->arena, normal),
                                  .kind = kind,
                                  .version = arena_strdup(history->arena, version)};
    }
    return i;
}

static void read_place(struct history *history, struct history_place *place, const char *commit,
                       int64_t commit_time)
{
    const struct project *project;
    struct err err = {0};
    enum source_result result =
        reader_project(history->reader, commit, place->directory, &project, &err);

    place->unsure |= result == SOURCE_PENDING || result == SOURCE_FAILED;
    history->passing |= result == SOURCE_FAILED && remembered_may_pass(err.reason);
    if (result != SOURCE_FOUND)
        return;
    if (project != place->last) {
        place->last = project;
        place->last_said =
            find_said(history, place, project->normal, project->kind, project->version);
    }
    /* Whoever builds it puts the version in the place of one that a placeholder replaced; one that
       a project begins with leaves no doubt. */
    place->placeholder |= project->kind == DECLARED_PLACEHOLDER;
    place->unsure |= place->placeholder && project->kind == DECLARED_STATIC;
    /* Children come before parents, so the last one that is seen is the oldest. */
    struct history_said *said = &place->said[place->last_said];
    memcpy(said->commit, commit, OID_HEX);
    said->committed_at = commit_time;
}

static int on_commit(void *ctx, const char *commit, const char *tree, int64_t commit_time)
{
    struct history *history = ctx;

    (void)tree;
    history->readings += HASH_COUNT(history->places);
    if (history->readings > READINGS_MAX)
        return 1;
    for (struct history_place *place = history->places; place != NULL; place = place->hh.next)
        read_place(history, place, commit, commit_time);
    return 0;
}

/* --- from run to run ------------------------------------------------------------------------- */

/* {"tips": [commit, …], "places": {directory: [unsure, [normal, kind, version, commit, time], …]}}
 */

static json_t *to_item(const struct history_said *said)
{
    return json_pack("[s?,s,s?,s,I]", said->normal, declared_kind_word(said->kind), said->version,
                     said->commit, (json_int_t)said->committed_at);
}

/* NULL where a text is no UTF-8, which what parses is. */
static json_t *to_memory(const struct history *history, const char *const *tips, size_t count)
{
    json_t *list = json_array(), *places = json_object();
    int result = 0;

    for (size_t i = 0; i < count; i++)
        result |= json_array_append_new(list, json_string(tips[i]));
    for (const struct history_place *place = history->places; place != NULL;
         place = place->hh.next) {
        json_t *items = json_pack("[b]", place->unsure);
        for (size_t i = 0; i < place->count; i++)
            result |= json_array_append_new(items, to_item(&place->said[i]));
        result |= json_object_set_new(places, place->directory, items);
    }
    json_t *memory = json_pack("{s:o,s:o}", "tips", list, "places", places);
    if (result == 0)
        return memory;
    json_decref(memory);
    return NULL;
}

/* The commits that an earlier run began at; their count. None when it did not look at all of these
   places. */
static size_t remembered_tips(const struct history *history, const json_t *memory,
                              const char ***tips)
{
    const json_t *places = json_object_get(memory, "places"),
                 *list = json_object_get(memory, "tips");
    size_t count = json_array_size(list);

    for (const struct history_place *place = history->places; place != NULL; place = place->hh.next)
        if (json_object_get(places, place->directory) == NULL)
            return 0;
    *tips = arena_array(history->arena, count, sizeof **tips);
    for (size_t i = 0; i < count; i++) {
        (*tips)[i] = json_string_value(json_array_get(list, i));
        if ((*tips)[i] == NULL)
            return 0;
    }
    return count;
}

/* NULL when it is none of ours. */
static struct history_said *from_item(struct history *history, struct history_place *place,
                                      const json_t *item)
{
    const char *word = json_string_value(json_array_get(item, 1));
    const char *commit = json_string_value(json_array_get(item, 3));
    const json_t *time = json_array_get(item, 4);
    enum declared_kind kind;

    if (word == NULL || !declared_kind_parse(word, &kind) || commit == NULL ||
        strlen(commit) >= OID_HEX || !json_is_integer(time))
        return NULL;
    size_t at = find_said(history, place, json_string_value(json_array_get(item, 0)), kind,
                          json_string_value(json_array_get(item, 2)));
    struct history_said *said = &place->said[at];
    memcpy(said->commit, commit, strlen(commit) + 1);
    said->committed_at = json_integer_value(time);
    return said;
}

/* Older than what was met now, as all that the earlier run read. */
static void add_remembered(struct history *history, struct history_place *place,
                           const json_t *items)
{
    place->unsure |= json_is_true(json_array_get(items, 0));
    for (size_t i = 1; i < json_array_size(items); i++) {
        const struct history_said *said = from_item(history, place, json_array_get(items, i));
        place->unsure |= said == NULL || (place->placeholder && said->kind == DECLARED_STATIC);
    }
}

static void forget(struct history *history)
{
    for (struct history_place *place = history->places; place != NULL; place = place->hh.next) {
        place->count = 0;
        place->unsure = place->placeholder = false;
        place->last = NULL;
    }
    history->readings = 0;
    history->passing = history->incomplete = false;
}

/* What was read once is not read again, if all of it still belongs to the history: 1; else 0. */
static int read_news(struct history *history, const char *const *tips, size_t count,
                     const json_t *memory, struct err *err)
{
    struct err missing = {0};
    const char **known;
    size_t known_count = remembered_tips(history, memory, &known);
    bool all = false;

    if (known_count == 0)
        return 0;
    struct mirror_known old = {known, known_count, &all};
    int result = mirror_history(history->mirror, tips, count, &old, on_commit, history, &missing);
    if (result != 0 || !all) {
        if (result < 0)
            *err = missing;
        forget(history);
        return result < 0 ? -1 : 0;
    }
    const json_t *places = json_object_get(memory, "places");
    for (struct history_place *place = history->places; place != NULL; place = place->hh.next)
        add_remembered(history, place, json_object_get(places, place->directory));
    return 1;
}

int history_read(struct history *history, const char *const *tips, size_t count, json_t **memory,
                 struct err *err)
{
    struct err missing = {0};
    const char *const *wants;
    int result = read_news(history, tips, count, *memory, err);

    if (result < 0)
        return -1;
    if (result == 0) {
        result = mirror_history(history->mirror, tips, count, NULL, on_commit, history, &missing);
        if (result < 0) {
            *err = missing;
            return -1;
        }
        history->incomplete = result > 0;
    }
    history->incomplete |= history->readings > READINGS_MAX;
    size_t wanted = reader_wants(history->reader, &wants);
    if (wanted == 0 && !history->incomplete && !history->passing) {
        json_decref(*memory);
        *memory = to_memory(history, tips, count);
    }
    /* Too many blobs to fetch for this question alone: it stays open. */
    if (wanted > WANTS_MAX)
        reader_fetched(history->reader);
    return 0;
}
