#include "facts/workflow_internal.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define PUBLISHES_MAX 1000 /* of one repository */

static struct workflow_publish *told_before(struct workflows *out,
                                            const struct workflow_publish *publish)
{
    for (size_t i = 0; i < out->publish_count; i++) {
        struct workflow_publish *other = &out->publishes[i];
        if (other->line == publish->line && strcmp(other->workflow, publish->workflow) == 0 &&
            strcmp(other->path, publish->path) == 0)
            return other;
    }
    return NULL;
}

static void tell(struct workflow_reading *r, const struct workflow_publish *publish)
{
    struct workflow_publish *before = told_before(r->out, publish);

    if (before == NULL) {
        r->out->publishes =
            mem_grow(r->out->publishes, r->out->publish_count, &r->size, sizeof *publish);
        r->out->publishes[r->out->publish_count++] = *publish;
        return;
    }
    before->ways |= publish->ways;
    before->loose |= publish->loose;
    before->unsure |= publish->unsure;
    if (publish->checked < before->checked)
        before->checked = publish->checked;
    if (publish->unknown == NULL)
        before->unknown = NULL;
}

/* Runs that may bring out what no tag holds; who starts one by hand may choose a tag. */
static run_set loose_runs(const struct workflow_entry *entry)
{
    run_set set = workflow_runs_of(&entry->runs, 1u << WORKFLOW_BRANCH | 1u << WORKFLOW_MANUAL |
                                                     1u << WORKFLOW_SCHEDULE | 1u << WORKFLOW_PULL |
                                                     1u << WORKFLOW_OTHER);

    for (size_t i = 0; i < entry->runs.count; i++)
        if (entry->runs.items[i].ref == REF_TAG)
            set &= ~((run_set)1 << i);
    if (entry->takes_ref)
        set &= ~workflow_runs_of(&entry->runs, 1u << WORKFLOW_MANUAL);
    return entry->makes_tag ? 0 : set;
}

/* `asks`: whatever the step does may depend on the event. */
static void tell_loose(const struct workflow_spot *spot, bool asks,
                       struct workflow_publish *publish)
{
    const struct workflow_runs *runs = &spot->entry->runs;
    run_set held = spot->sets.checked | spot->sets.tagged;
    run_set free = loose_runs(spot->entry) & ~held;
    run_set after = workflow_runs_of(runs, 1u << WORKFLOW_RUN) & ~held;

    publish->loose = asks ? 0 : workflow_ways_of(runs, spot->sets.sure & free);
    publish->unsure =
        workflow_ways_of(runs, (spot->sets.sure | spot->sets.maybe) & (free | after)) &
        ~publish->loose;
}

void workflow_record(const struct workflow_spot *spot, const struct yaml_node *step,
                     struct workflow_publish *publish)
{
    bool remote = text_starts_with(publish->tool, "calls ");
    static const char *const asks[] = {"github.ref", "github_ref", "event_name",
                                       "refs/tags/", "refs/heads", NULL};
    struct workflow_entry *entry = spot->entry;
    run_set all = spot->sets.sure | spot->sets.maybe;
    run_set tags =
        all & workflow_runs_of(&entry->runs, 1u << WORKFLOW_TAG | 1u << WORKFLOW_RELEASE);
    const char *run = yaml_text(yaml_get(step, "run"));

    if (all == 0)
        return;
    if (entry->reading->out->publish_count == PUBLISHES_MAX) {
        err_set(&entry->problem, REASON_LIMIT, "%s: more steps publish than are looked at",
                entry->path);
        return;
    }
    publish->workflow = entry->path;
    publish->path = spot->path;
    publish->environment = spot->place.environment;
    publish->ways = workflow_ways_of(&entry->runs, all);
    publish->checked =
        tags == 0 ? -1 : (tags & ~spot->sets.checked) == 0 || workflow_is_check(step);
    tell_loose(spot, remote || workflow_has_any(run, asks), publish);
    if (remote)
        publish->checked = -1; /* what it calls may compare them by itself */
    if (publish->ways == 1u << WORKFLOW_CALL && publish->unknown == NULL)
        publish->unknown = "for workflows of other repositories, which are not read";
    tell(entry->reading, publish);
}
