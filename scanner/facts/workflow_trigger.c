#include "facts/workflow_internal.h"

#include <string.h>

#include "base/buf.h"

#define TRIGGERS_MAX 1000

static const struct {
    const char *event;
    enum workflow_way way;
    enum workflow_ref ref;
} events[] = {
    {"release", WORKFLOW_RELEASE, REF_TAG},
    /* who starts it chooses the ref */
    {"workflow_dispatch", WORKFLOW_MANUAL, REF_BRANCH},
    {"workflow_dispatch", WORKFLOW_MANUAL, REF_TAG},
    {"repository_dispatch", WORKFLOW_MANUAL, REF_BRANCH},
    {"schedule", WORKFLOW_SCHEDULE, REF_BRANCH},
    {"pull_request", WORKFLOW_PULL, REF_PULL},
    {"pull_request_target", WORKFLOW_PULL, REF_BRANCH},
    {"workflow_run", WORKFLOW_RUN, REF_BRANCH},
    {"create", WORKFLOW_BRANCH, REF_BRANCH},
    {"create", WORKFLOW_TAG, REF_TAG},
};

static void say(struct buf *out, const char *text)
{
    if (buf_addstr(out, text) != 0)
        return; /* words for people: what is too long is left out */
}

static void say_patterns(struct buf *out, const struct yaml_node *node, const char *key)
{
    const struct yaml_node *list = yaml_get(node, key);

    if (list == NULL)
        return;
    say(out, " ");
    say(out, key);
    if (list->kind == YAML_SCALAR) {
        say(out, " ");
        say(out, list->text);
    }
    for (size_t i = 0; list->kind == YAML_SEQUENCE && i < list->count; i++) {
        say(out, " ");
        say(out, yaml_text(list->items[i]));
    }
}

static void say_event(struct buf *out, const char *event, const struct yaml_node *value)
{
    static const char *const keys[] = {"tags", "tags-ignore", "branches", "branches-ignore",
                                       "types"};

    say(out, out->len > 0 ? ", " : "");
    say(out, event);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        say_patterns(out, value, keys[i]);
}

static void add(struct workflow_runs *runs, const char *event, enum workflow_way way,
                enum workflow_ref ref)
{
    for (size_t i = 0; i < runs->count; i++)
        if (strcmp(runs->items[i].event, event) == 0 && runs->items[i].ref == ref)
            return;
    if (runs->count < WORKFLOW_RUNS_MAX)
        runs->items[runs->count++] = (struct workflow_run){event, way, ref};
}

/* Without patterns of either kind it is about both; with those of one, about that one. */
static void add_push(struct workflow_runs *runs, const struct yaml_node *value)
{
    bool tags = yaml_get(value, "tags") != NULL || yaml_get(value, "tags-ignore") != NULL;
    bool branches =
        yaml_get(value, "branches") != NULL || yaml_get(value, "branches-ignore") != NULL;

    if (tags || !branches)
        add(runs, "push", WORKFLOW_TAG, REF_TAG);
    if (branches || !tags)
        add(runs, "push", WORKFLOW_BRANCH, REF_BRANCH);
}

static void add_event(struct workflow_runs *runs, const char *event, const struct yaml_node *value,
                      struct buf *said)
{
    bool known = false;

    say_event(said, event, value);
    if (strcmp(event, "workflow_call") == 0) {
        runs->callable = true;
        return;
    }
    if (strcmp(event, "push") == 0) {
        add_push(runs, value);
        return;
    }
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (strcmp(event, events[i].event) != 0)
            continue;
        add(runs, event, events[i].way, events[i].ref);
        known = true;
    }
    if (!known)
        add(runs, event, WORKFLOW_OTHER, REF_OTHER);
}

void workflow_runs_read(const struct yaml_node *on, struct arena *arena, struct workflow_runs *out)
{
    struct buf said = BUF_INIT(TRIGGERS_MAX);

    *out = (struct workflow_runs){0};
    if (on != NULL && on->kind == YAML_SCALAR && on->text[0] != '\0')
        add_event(out, on->text, NULL, &said);
    for (size_t i = 0; on != NULL && on->kind == YAML_SEQUENCE && i < on->count; i++)
        add_event(out, yaml_text(on->items[i]), NULL, &said);
    for (size_t i = 0; on != NULL && on->kind == YAML_MAPPING && i < on->count; i++)
        add_event(out, on->pairs[i].key->text, on->pairs[i].value, &said);
    out->triggers = arena_strdup(arena, buf_str(&said));
    buf_release(&said);
}

run_set workflow_runs_of(const struct workflow_runs *runs, unsigned ways)
{
    run_set set = 0;

    for (size_t i = 0; i < runs->count; i++)
        if (ways & 1u << runs->items[i].way)
            set |= (run_set)1 << i;
    return set;
}

unsigned workflow_ways_of(const struct workflow_runs *runs, run_set set)
{
    unsigned ways = 0;

    for (size_t i = 0; i < runs->count; i++)
        if (set & (run_set)1 << i)
            ways |= 1u << runs->items[i].way;
    return ways;
}

const char *workflow_ways(unsigned ways, struct arena *arena)
{
    static const char *const words[] = {
#define X(id, word) word,
        WORKFLOW_WAYS(X)
#undef X
    };
    struct buf text = BUF_INIT(TRIGGERS_MAX);

    for (unsigned i = 0; i < WORKFLOW_WAY_COUNT; i++) {
        if (!(ways & 1u << i))
            continue;
        say(&text, text.len > 0 ? ", " : "");
        say(&text, words[i]);
    }
    const char *kept = arena_strdup(arena, buf_str(&text));
    buf_release(&text);
    return kept;
}
