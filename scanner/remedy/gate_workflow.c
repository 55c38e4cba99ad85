/* Who publishes, and whether that could be something else than V as HEAD has it. */
#include "remedy/gate_checks.h"

#include <string.h>

/* The same sentence begins for all: "PATH:LINE (TOOL) ". */
static const char *name_step(struct gate *gate, const struct workflow_publish *publish)
{
    return arena_printf(gate->arena, "%s:%u (%s)", publish->path, publish->line, publish->tool);
}

static void place_step(struct gate_line *line, const struct workflow_publish *publish)
{
    line->file = publish->path;
    line->line = publish->line;
}

/* What only an environment holds back, its rules may hold back: no file shows them. */
static bool is_loose(const struct workflow_publish *publish)
{
    return publish->unknown == NULL && publish->loose != 0 && publish->environment == NULL;
}

static bool is_unchecked(const struct workflow_publish *publish)
{
    return publish->unknown == NULL && publish->checked == 0;
}

static bool is_held(const struct workflow_publish *publish)
{
    return publish->unknown == NULL && publish->loose != 0 && publish->environment != NULL;
}

static bool is_unknown(const struct workflow_publish *publish)
{
    return publish->unknown != NULL;
}

static bool is_unsure(const struct workflow_publish *publish)
{
    return publish->unsure != 0;
}

typedef bool step_is(const struct workflow_publish *publish);

static const struct workflow_publish *find_step(const struct gate *gate, step_is *is)
{
    const struct workflows *found = &gate->workflows.found;

    for (size_t i = 0; i < found->publish_count; i++)
        if (is(&found->publishes[i]))
            return &found->publishes[i];
    return NULL;
}

/* --- what is wrong --------------------------------------------------------------------------- */

/* A version that the tag makes cannot differ from it. */
static bool is_stated(const struct project *project)
{
    return project->kind == DECLARED_STATIC || project->kind == DECLARED_DYNAMIC;
}

static bool says_wrong(struct gate *gate, struct gate_line *line)
{
    const struct workflow_publish *step;

    if ((step = find_step(gate, is_loose)) != NULL) {
        gate_say(gate, line, MARK_BAD, "%s publishes what no tag holds, started by: %s",
                 name_step(gate, step), workflow_ways(step->loose, gate->arena));
        gate_advise(gate, line, "Let tags alone start %s: on: push: tags: [%s]", step->workflow,
                    gate_word(gate, arena_printf(gate->arena, "%s*", gate->tag_prefix)));
    } else if (is_stated(gate->project) && (step = find_step(gate, is_unchecked)) != NULL) {
        gate_say(gate, line, MARK_BAD,
                 "%s publishes whatever version a tag leads to, without comparing the two",
                 name_step(gate, step));
        gate_advise(gate, line, "Run fleetdrift gate before it, in %s", step->workflow);
    } else {
        return false;
    }
    place_step(line, step);
    return true;
}

/* --- what nobody can tell -------------------------------------------------------------------- */

static const struct workflow *find_unread(const struct gate *gate)
{
    const struct workflows *found = &gate->workflows.found;

    for (size_t i = 0; i < found->count; i++)
        if (found->items[i].error != NULL)
            return &found->items[i];
    return NULL;
}

static bool says_unknown(struct gate *gate, struct gate_line *line)
{
    const struct workflow_publish *step;
    const struct workflow *unread = find_unread(gate);

    if ((step = find_step(gate, is_held)) != NULL) {
        gate_say(gate, line, MARK_UNKNOWN,
                 "%s publishes what no tag holds, started by: %s; whether the environment %s holds "
                 "that back, no file shows",
                 name_step(gate, step), workflow_ways(step->loose, gate->arena), step->environment);
        gate_advise(gate, line, "Let tags alone start %s: on: push: tags: [%s]", step->workflow,
                    gate_word(gate, arena_printf(gate->arena, "%s*", gate->tag_prefix)));
    } else if ((step = find_step(gate, is_unknown)) != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s may publish: %s", name_step(gate, step),
                 step->unknown);
    } else if ((step = find_step(gate, is_unsure)) != NULL) {
        gate_say(gate, line, MARK_UNKNOWN,
                 "only a run would tell whether %s publishes what no tag holds, started by: %s",
                 name_step(gate, step), workflow_ways(step->unsure, gate->arena));
    } else if (unread != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", unread->error);
        line->file = unread->path;
        return true;
    } else {
        return false;
    }
    place_step(line, step);
    return true;
}

/* --- the check ------------------------------------------------------------------------------- */

void gate_check_workflows(struct gate *gate, struct gate_line *line)
{
    const struct workflows *found = &gate->workflows.found;

    if (gate->workflows.unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", gate->workflows.unknown);
    } else if (says_wrong(gate, line) || says_unknown(gate, line)) {
        return;
    } else if (found->publish_count == 0) {
        gate_say(gate, line, MARK_GOOD, "%s",
                 found->count > 0 ? "none of HEAD's workflows publishes" : "HEAD has no workflows");
    } else {
        const struct workflow_publish *first = &found->publishes[0];
        gate_say(gate, line, MARK_GOOD, "%s, started by: %s%s", name_step(gate, first),
                 workflow_ways(first->ways, gate->arena),
                 found->publish_count > 1
                     ? arena_printf(gate->arena, "; and %zu more", found->publish_count - 1)
                     : "");
    }
}
