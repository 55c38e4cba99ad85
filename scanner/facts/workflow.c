#include "facts/workflow.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/text.h"
#include "facts/workflow_internal.h"

#define CALLS_MAX 6          /* files that call each other in a row */
#define NEEDS_MAX 100        /* jobs that need each other in a row */
#define BYTES_MAX (8u << 20) /* of all files of one repository */
#define WORK_MAX  (8u << 20) /* bytes of scripts and conditions, each time that they are read */

struct job {
    const struct yaml_node *node;
    struct workflow_sets sets; /* at its end */
    bool entered, left;
};

struct jobs {
    const struct yaml_node *map, *workflow;
    struct job *items;         /* as in the map */
    struct workflow_spot spot; /* that leads to them */
};

const char *workflow_credential_word(enum workflow_credential credential)
{
    static const char *const words[] = {"unknown", "trusted-publishing", "token"};

    return words[credential];
}

bool workflow_is_path(const char *path)
{
    size_t len = strlen(WORKFLOW_DIRECTORY "/");

    return text_starts_with(path, WORKFLOW_DIRECTORY "/") && strchr(path + len, '/') == NULL &&
           (text_ends_with(path, ".yml") || text_ends_with(path, ".yaml"));
}

bool workflow_is_action_path(const char *path)
{
    return text_ends_with(path, "/action.yml") || text_ends_with(path, "/action.yaml");
}

/* --- files ----------------------------------------------------------------------------------- */

static void load(struct workflow_reading *r, struct workflow_file *file)
{
    const char *data;
    size_t len;

    file->state = r->source->read(r->source->ctx, file->path, &data, &len);
    if (file->state == SOURCE_PENDING) {
        r->pending = true;
    } else if (file->state == SOURCE_FAILED) {
        enum reason reason = r->source->failure != NULL ? *r->source->failure : REASON_NOT_FOUND;
        err_set(&file->err, reason, "%s: %s", file->path, reason_meaning(reason));
    } else if (file->state == SOURCE_FOUND && (r->bytes += len) > BYTES_MAX) {
        file->state = SOURCE_FAILED;
        err_set(&file->err, REASON_LIMIT, "%s: the workflows hold more than is looked at",
                file->path);
    } else if (file->state == SOURCE_FOUND &&
               yaml_parse(data, len, file->path, r->arena, &file->root, &file->err) != 0) {
        file->state = SOURCE_FAILED;
    }
}

static struct workflow_file *open_file(struct workflow_reading *r, const char *path)
{
    struct workflow_file *file;

    HASH_FIND_STR(r->files, path, file);
    if (file != NULL)
        return file;
    file = arena_alloc(r->arena, sizeof *file);
    file->path = arena_strdup(r->arena, path);
    load(r, file);
    HASH_ADD_KEYPTR(hh, r->files, file->path, strlen(file->path), file);
    return file;
}

static void note_problem(struct workflow_entry *entry, const struct err *err)
{
    if (entry->problem.reason == REASON_NONE)
        entry->problem = *err;
}

/* Whether there is room for that much more work. */
static bool may_work(struct workflow_entry *entry, size_t bytes)
{
    entry->reading->work += bytes;
    if (entry->reading->work <= WORK_MAX)
        return true;
    if (entry->problem.reason == REASON_NONE)
        err_set(&entry->problem, REASON_LIMIT, "%s: the workflows hold more than is looked at",
                entry->path);
    return false;
}

/* --- conditions ------------------------------------------------------------------------------ */

static void apply_if(struct workflow_spot *spot, const struct yaml_node *condition)
{
    const char *text = yaml_text(condition);
    const struct workflow_runs *runs = &spot->entry->runs;

    if (text[0] == '\0')
        return;
    for (size_t i = 0; i < runs->count; i++) {
        run_set bit = (run_set)1 << i;
        struct workflow_asked asked = {&runs->items[i], spot->place.inputs, spot->place.called};
        if (!((spot->sets.sure | spot->sets.maybe) & bit) || !may_work(spot->entry, strlen(text)))
            continue;
        enum truth truth = workflow_if(text, &asked);
        if (truth == TRUTH_OPAQUE && (spot->sets.sure & bit))
            spot->sets.maybe |= bit;
        if (truth == TRUTH_FALSE)
            spot->sets.maybe &= ~bit;
        if (truth == TRUTH_FALSE || truth == TRUTH_OPAQUE)
            spot->sets.sure &= ~bit;
    }
}

/* --- steps ----------------------------------------------------------------------------------- */

static bool read_steps(struct workflow_spot *spot, const struct yaml_node *steps);

/* "./.github/actions/x" as a path; NULL where it leads out of the repository. */
static const char *local_path(const char *uses, const char *name, struct arena *arena)
{
    uses += strlen("./");
    size_t len = text_without_slashes(uses);

    if (strstr(uses, "..") != NULL)
        return NULL;
    if (len == 0)
        return arena_strdup(arena, name);
    return arena_printf(arena, "%.*s%s%s", (int)(len < 1000 ? len : 1000), uses,
                        name[0] != '\0' ? "/" : "", name);
}

static struct workflow_file *open_action(struct workflow_reading *r, const char *uses)
{
    static const char *const names[] = {"action.yml", "action.yaml"};
    struct workflow_file *file = NULL;

    for (size_t i = 0; i < 2; i++) {
        const char *path = local_path(uses, names[i], r->arena);
        file = path != NULL ? open_file(r, path) : NULL;
        if (file == NULL || file->state != SOURCE_ABSENT)
            break;
    }
    return file != NULL && file->state != SOURCE_ABSENT ? file : NULL;
}

/* What is no list of steps, or is not there, says by its name or its secrets whether it matters. */
static bool tell_closed(const struct workflow_spot *spot, const struct yaml_node *step,
                        const char *uses)
{
    struct workflow_publish publish = {
        .line = step->line, .pinned = -1, .unknown = "an action that is no list of steps"};

    if (!workflow_is_telling(workflow_basename(uses)) &&
        !workflow_has_index_secret(yaml_get(step, "with")) &&
        !workflow_has_index_secret(yaml_get(step, "env")))
        return false;
    publish.tool = arena_printf(spot->entry->reading->arena, "uses %.300s", uses);
    workflow_record(spot, step, &publish);
    return true;
}

static bool read_action(struct workflow_spot *spot, const struct yaml_node *step, const char *uses)
{
    struct workflow_file *file = open_action(spot->entry->reading, uses);
    const struct yaml_node *runs = file != NULL ? yaml_get(file->root, "runs") : NULL;
    struct workflow_spot inner = *spot;

    if (file != NULL && file->state == SOURCE_FAILED) {
        note_problem(spot->entry, &file->err);
        return true;
    }
    if (file != NULL && file->state == SOURCE_PENDING)
        return true;
    if (strcmp(yaml_text(yaml_get(runs, "using")), "composite") != 0 || spot->depth == CALLS_MAX)
        return tell_closed(spot, step, uses);
    inner.path = file->path;
    inner.place.inputs = yaml_get(step, "with");
    inner.place.called = true;
    inner.depth++;
    bool found = read_steps(&inner, yaml_get(runs, "steps"));
    spot->sets = inner.sets;
    return found;
}

static void note_pin(struct workflow_reading *r, const char *uses)
{
    struct workflows *out = r->out;
    struct workflow_pin pin;

    if (out->pin_count == WORKFLOW_PINS_MAX || !workflow_pin(uses, r->arena, &pin))
        return;
    for (size_t i = 0; i < out->pin_count; i++)
        if (strcmp(out->pins[i].action, pin.action) == 0 &&
            strcmp(out->pins[i].commit, pin.commit) == 0)
            return;
    if (out->pins == NULL)
        out->pins = arena_array(r->arena, WORKFLOW_PINS_MAX, sizeof *out->pins);
    out->pins[out->pin_count++] = pin;
}

static bool read_step(struct workflow_spot *spot, const struct yaml_node *step)
{
    struct workflow_spot here = *spot;
    struct workflow_scope scope = {yaml_get(step, "env"), spot->place.scope};
    const char *uses = yaml_text(yaml_get(step, "uses"));
    struct workflow_publish publish;

    apply_if(&here, yaml_get(step, "if"));
    if (!may_work(spot->entry, strlen(yaml_text(yaml_get(step, "run"))) + 64))
        return true;
    if (workflow_is_check(step))
        spot->sets.checked |= here.sets.sure | here.sets.maybe;
    if (workflow_is_tag_guard(step))
        spot->sets.tagged |= here.sets.sure | here.sets.maybe;
    spot->place.configured |= workflow_keeps_token(step);
    here.place.scope = &scope;
    if (text_starts_with(uses, "./")) {
        bool about = read_action(&here, step, uses);
        spot->sets.checked |= here.sets.checked;
        spot->sets.tagged |= here.sets.tagged;
        return about;
    }
    note_pin(spot->entry->reading, uses);
    int found = workflow_step(step, &here.place, spot->entry->reading->arena, &publish);
    if (found > 0)
        workflow_record(&here, step, &publish);
    return found >= 0;
}

/* Whether one of them has to do with an index. */
static bool read_steps(struct workflow_spot *spot, const struct yaml_node *steps)
{
    bool found = false;

    for (size_t i = 0; yaml_as(steps, YAML_SEQUENCE) != NULL && i < steps->count; i++)
        found |= read_step(spot, steps->items[i]);
    return found;
}

/* --- jobs ------------------------------------------------------------------------------------ */

static bool read_workflow(struct workflow_spot *spot, const struct workflow_file *file);

/* "write" of `id-token`; what is not said is what leads here. */
static bool may_ask_token(const struct yaml_node *permissions, bool before)
{
    if (permissions == NULL)
        return before;
    if (permissions->kind == YAML_SCALAR)
        return strcmp(permissions->text, "write-all") == 0;
    return strcmp(yaml_text(yaml_get(permissions, "id-token")), "write") == 0;
}

static const char *environment_of(const struct yaml_node *job)
{
    const struct yaml_node *said = yaml_get(job, "environment");

    if (yaml_as(said, YAML_MAPPING) != NULL)
        said = yaml_get(said, "name");
    return yaml_text(said)[0] != '\0' ? yaml_text(said) : NULL;
}

static void call_local(struct workflow_spot *spot, const struct yaml_node *job, const char *uses)
{
    struct workflow_reading *r = spot->entry->reading;
    const char *path = local_path(uses, "", r->arena);
    struct workflow_file *file = path != NULL ? open_file(r, path) : NULL;
    struct workflow_spot inner = *spot;

    if (file == NULL || file->state == SOURCE_ABSENT)
        err_set(spot->entry->problem.reason == REASON_NONE ? &spot->entry->problem : NULL,
                REASON_NOT_FOUND, "%s:%u: it calls %s, which is not there", spot->path, job->line,
                uses);
    if (file == NULL || file->state != SOURCE_FOUND) {
        if (file != NULL && file->state == SOURCE_FAILED)
            note_problem(spot->entry, &file->err);
        return;
    }
    file->called = true;
    if (spot->depth == CALLS_MAX) {
        err_set(&spot->entry->problem, REASON_LIMIT, "%s: more calls in a row than are looked at",
                spot->entry->path);
        return;
    }
    inner.path = file->path;
    inner.depth++;
    inner.place = (struct workflow_place){
        .id_token = spot->place.id_token, .inputs = yaml_get(job, "with"), .called = true};
    read_workflow(&inner, file);
    spot->sets.checked |= inner.sets.checked;
    spot->sets.tagged |= inner.sets.tagged;
}

/* A job that an index has to do with, and of whose steps none is known to. */
static void tell_unseen(const struct workflow_spot *spot, const struct yaml_node *job)
{
    struct workflow_publish publish = {.line = job->line, .pinned = -1, .tool = "a job"};

    if (workflow_has_index_secret(yaml_get(job, "env")))
        publish.unknown = "it is given a secret for an index";
    else if (spot->place.environment != NULL &&
             workflow_is_index_environment(spot->place.environment))
        publish.unknown = "its environment is named for an index";
    else
        return;
    workflow_record(spot, job, &publish);
}

static void read_job(struct workflow_spot *spot, const struct yaml_node *job)
{
    struct workflow_scope scope = {yaml_get(job, "env"), spot->place.scope};
    const char *uses = yaml_text(yaml_get(job, "uses"));
    struct workflow_publish publish;

    spot->place.scope = &scope;
    spot->place.environment = environment_of(job);
    if (text_starts_with(uses, "./"))
        call_local(spot, job, uses);
    else if (uses[0] != '\0' &&
             workflow_remote(job, &spot->place, spot->entry->reading->arena, &publish) > 0)
        workflow_record(spot, job, &publish);
    else if (uses[0] == '\0' && !read_steps(spot, yaml_get(job, "steps")))
        tell_unseen(spot, job);
}

static void enter(struct jobs *jobs, size_t index, unsigned depth);

/* What a job needs must have run, unless it says that it does not mind. */
static void need(struct jobs *jobs, const char *name, struct workflow_spot *spot, bool always,
                 unsigned depth)
{
    const struct yaml_pair *pair = yaml_find(jobs->map, name);
    struct job *needed = pair != NULL ? &jobs->items[pair - jobs->map->pairs] : NULL;

    if (needed == NULL || !may_work(spot->entry, 16))
        return;
    enter(jobs, (size_t)(needed - jobs->items), depth);
    if (!needed->left)
        return; /* in a circle: no forge runs that */
    spot->sets.checked |= needed->sets.checked;
    spot->sets.tagged |= needed->sets.tagged;
    if (always)
        return;
    run_set may = needed->sets.sure | needed->sets.maybe;
    spot->sets.maybe = (spot->sets.maybe & may) | (spot->sets.sure & needed->sets.maybe);
    spot->sets.sure &= needed->sets.sure;
}

static void enter(struct jobs *jobs, size_t index, unsigned depth)
{
    struct job *job = &jobs->items[index];
    const struct yaml_node *node = jobs->map->pairs[index].value, *needs = yaml_get(node, "needs");
    bool always = workflow_if_is_always(yaml_text(yaml_get(node, "if")));
    struct workflow_spot spot = jobs->spot;

    if (job->entered || !may_work(spot.entry, 64))
        return;
    job->entered = true;
    if (depth == NEEDS_MAX) {
        err_set(&spot.entry->problem, REASON_LIMIT,
                "%s: more jobs need each other than are looked at", spot.path);
        return;
    }
    if (yaml_as(needs, YAML_SCALAR) != NULL)
        need(jobs, needs->text, &spot, always, depth + 1);
    for (size_t i = 0; yaml_as(needs, YAML_SEQUENCE) != NULL && i < needs->count; i++)
        need(jobs, yaml_text(needs->items[i]), &spot, always, depth + 1);
    apply_if(&spot, yaml_get(node, "if"));
    struct workflow_sets at_start = spot.sets;
    if (yaml_get(node, "permissions") != NULL)
        spot.place.id_token = may_ask_token(yaml_get(node, "permissions"), false) &&
                              (!spot.place.called || jobs->spot.place.id_token);
    read_job(&spot, node);
    job->sets = spot.sets;
    job->sets.sure = at_start.sure;
    job->sets.maybe = at_start.maybe;
    job->left = true;
}

static bool read_workflow(struct workflow_spot *spot, const struct workflow_file *file)
{
    struct arena *arena = spot->entry->reading->arena;
    struct jobs jobs = {.map = yaml_as(yaml_get(file->root, "jobs"), YAML_MAPPING),
                        .workflow = file->root,
                        .spot = *spot};
    struct workflow_scope scope = {yaml_get(file->root, "env"), NULL};
    const struct yaml_node *permissions = yaml_get(file->root, "permissions");

    if (jobs.map == NULL)
        return false;
    jobs.items = arena_array(arena, jobs.map->count, sizeof *jobs.items);
    jobs.spot.place.scope = &scope;
    if (permissions != NULL)
        jobs.spot.place.id_token =
            may_ask_token(permissions, false) && (!spot->place.called || spot->place.id_token);
    for (size_t i = 0; i < jobs.map->count; i++) {
        enter(&jobs, i, 0);
        spot->sets.checked |= jobs.items[i].sets.checked;
        spot->sets.tagged |= jobs.items[i].sets.tagged;
    }
    return true;
}

/* --- the workflows --------------------------------------------------------------------------- */

/* What some step of the workflow does, in whichever job: a tag that is made after publishing is
   one, too. */
static void look_through(struct workflow_entry *entry, const struct workflow_file *file)
{
    const struct yaml_node *jobs = yaml_as(yaml_get(file->root, "jobs"), YAML_MAPPING);

    for (size_t i = 0; jobs != NULL && i < jobs->count; i++) {
        const struct yaml_node *steps =
            yaml_as(yaml_get(jobs->pairs[i].value, "steps"), YAML_SEQUENCE);
        for (size_t s = 0; steps != NULL && s < steps->count; s++) {
            if (!may_work(entry, strlen(yaml_text(yaml_get(steps->items[s], "run")))))
                return;
            entry->makes_tag |= workflow_makes_tag(steps->items[s]);
            entry->takes_ref |= workflow_takes_ref(steps->items[s]);
        }
    }
}

static void follow(struct workflow_entry *entry, const struct workflow_file *file)
{
    struct workflow_spot spot = {.entry = entry, .path = file->path};

    spot.sets.sure = workflow_runs_of(&entry->runs, ~0u);
    if (!read_workflow(&spot, file))
        err_set(entry->problem.reason == REASON_NONE ? &entry->problem : NULL, REASON_PARSE,
                "%s: no workflow: it has no jobs", file->path);
}

static void begin(struct workflow_reading *r, struct workflow_file *file,
                  struct workflow_entry *entry)
{
    *entry = (struct workflow_entry){.reading = r, .path = file->path};
    workflow_runs_read(yaml_get(file->root, "on"), r->arena, &entry->runs);
    look_through(entry, file);
}

static void read_one(struct workflow_reading *r, struct workflow_file *file, struct workflow *out)
{
    struct workflow_entry entry;

    *out = (struct workflow){.path = file->path};
    if (file->state == SOURCE_FOUND) {
        begin(r, file, &entry);
        follow(&entry, file);
        out->triggers = entry.runs.triggers;
    } else {
        entry.problem = file->err;
    }
    if (entry.problem.reason == REASON_NONE)
        return;
    out->reason = entry.problem.reason;
    out->error = arena_strdup(r->arena, entry.problem.text);
}

/* One that only workflows elsewhere can start. */
static void read_callable(struct workflow_reading *r, struct workflow_file *file)
{
    struct workflow_entry entry;

    if (file->state != SOURCE_FOUND || file->called)
        return;
    begin(r, file, &entry);
    if (!entry.runs.callable)
        return;
    entry.runs.items[0] = (struct workflow_run){"workflow_call", WORKFLOW_CALL, REF_OTHER};
    entry.runs.count = 1;
    follow(&entry, file);
}

enum source_result workflows_read(const struct source *source, const char *const *paths,
                                  size_t count, struct arena *arena, struct workflows *out)
{
    struct workflows found = {.items = arena_array(arena, count, sizeof *found.items)};
    struct workflow_reading r = {.source = source, .arena = arena, .out = &found};

    for (size_t i = 0; i < count; i++) {
        struct workflow_file *file = open_file(&r, paths[i]);
        if (file->state != SOURCE_PENDING)
            read_one(&r, file, &found.items[found.count++]);
    }
    for (size_t i = 0; i < count; i++)
        read_callable(&r, open_file(&r, paths[i]));
    struct workflow_publish *publishes = found.publishes;
    found.publishes = arena_copy(arena, publishes, found.publish_count * sizeof *publishes);
    free(publishes);
    HASH_CLEAR(hh, r.files);
    if (r.pending)
        return SOURCE_PENDING;
    *out = found;
    return SOURCE_FOUND;
}
