#include "facts/tags_evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* --- one tag -------------------------------------------------------------------------------- */

static bool is_owner(const struct tag_scheme *scheme, size_t package)
{
    for (size_t i = 0; scheme->owners != NULL && i < scheme->owners->packages.count; i++)
        if (scheme->owners->packages.items[i] == package)
            return true;
    return false;
}

static enum tag_relation relation_of(const struct tag_judge *judge, const struct tag_entry *entry)
{
    const struct tag_scheme *scheme = entry->scheme;
    bool plain = scheme->prefix.plain && scheme->owners == NULL;

    /* many packages can say "v" of their tags, and one tag of that prefix is not all of theirs */
    if (entry->said == judge->index &&
        (judge->alone || !plain || judge->package->input->tag_prefix_only))
        return RELATION_SAID;
    if (is_owner(scheme, judge->index))
        return RELATION_NAMED;
    if (scheme->likely == judge->index)
        return RELATION_LIKELY;
    return scheme->owners != NULL ? RELATION_OTHER : plain ? RELATION_PLAIN : RELATION_UNKNOWN;
}

static enum tag_tree tree_of(const struct tag_judge *judge, const struct tag_entry *entry)
{
    const struct tag_declared *declared = tag_declared_at(judge->package, entry->tag);

    if (declared == NULL)
        return judge->package->input->declared_count > 0 ? TREE_NONE : TREE_UNKNOWN;
    if (declared->version == NULL)
        return TREE_SILENT;
    return declared->version == entry->version ? TREE_AGREES : TREE_DIFFERS;
}

bool tags_near(const struct tags_tag *tag, const struct tag_release *release)
{
    if (release == NULL || tag->time == CLOCK_UNKNOWN ||
        release->input->uploaded_at == CLOCK_UNKNOWN)
        return false;
    return release->input->uploaded_at >= tag->time - NEAR_BEFORE &&
           release->input->uploaded_at <= tag->time + NEAR_AFTER;
}

static bool is_same_day(const struct tags_tag *tag, const struct tag_release *release)
{
    return tags_near(tag, release) && release->input->uploaded_at >= tag->time - DAY &&
           release->input->uploaded_at <= tag->time + DAY;
}

static void consider(struct tag_judge *judge, size_t index)
{
    struct tag_entry *entry = &judge->table->entries[index];
    enum tag_relation relation = relation_of(judge, entry);
    const struct tag_release *release;

    if (entry->seen == judge->index)
        return;
    entry->seen = judge->index;
    if (relation != RELATION_SAID && judge->package->input->tag_prefix_only)
        return;
    if (relation != RELATION_SAID && relation != RELATION_NAMED &&
        judge->package->input->named_only)
        return;
    if (relation != RELATION_SAID &&
        (entry->owner != TAG_NONE || (entry->inner && relation != RELATION_NAMED)))
        return;
    judge->candidates =
        mem_grow(judge->candidates, judge->count, &judge->size, sizeof *judge->candidates);
    release = tag_release_of(judge->package, entry->version);
    struct tag_candidate *c = &judge->candidates[judge->count++];
    *c = (struct tag_candidate){
        .verdict = {index, NULL, relation == RELATION_SAID, tree_of(judge, entry), release},
        .relation = relation,
        .near = tags_near(&judge->table->tags[entry->tag], release),
        .same_day = is_same_day(&judge->table->tags[entry->tag], release),
    };
    c->sure = c->verdict.tree == TREE_AGREES
                  ? c->near
                  : c->same_day && c->verdict.tree != TREE_DIFFERS && c->verdict.tree != TREE_NONE;
}

static void consider_list(struct tag_judge *judge, const struct tag_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        consider(judge, list->items[i]);
}

/* What can be this package's at all, without looking at every tag for each of many packages. */
static void gather(struct tag_judge *judge)
{
    const struct tag_table *table = judge->table;
    const struct tag_package *package = judge->package;

    for (size_t i = 0; i < package->said.count; i++)
        table->entries[package->said.items[i]].said = judge->index;
    consider_list(judge, &package->said);
    for (size_t i = 0; i < package->schemes.count; i++)
        consider_list(judge, &table->entries[package->schemes.items[i]].scheme->entries);
    if (judge->alone) {
        for (size_t i = 0; i < table->entry_count; i++)
            consider(judge, i);
        return;
    }
    for (size_t i = 0; i < package->input->declared_count; i++)
        for (size_t e = table->first[package->declared[i].tag]; e != TAG_NONE;
             e = table->entries[e].next)
            consider(judge, e);
    for (size_t i = 0; i < package->input->release_count; i++)
        consider_list(judge, &package->releases[i].version->plain);
}

/* --- counts ---------------------------------------------------------------------------------- */

/* "3.0.1rc1" of a tree that declares 3.0.1: the build sets what is behind the numbers. */
static bool is_candidate_of(const struct tag_version *version, const struct tag_version *declared)
{
    size_t len = strlen(declared->normal);

    return version->prerelease && !declared->prerelease &&
           strncmp(version->normal, declared->normal, len) == 0 &&
           strchr("abr", version->normal[len]) != NULL;
}

static bool is_early(const struct tag_judge *judge, const struct tag_verdict *verdict)
{
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];

    return is_candidate_of(entry->version, tag_declared_at(judge->package, entry->tag)->version);
}

static void count_one(struct tag_counts *counts, const struct tag_judge *judge,
                      const struct tag_candidate *candidate)
{
    const struct tag_verdict *verdict = &candidate->verdict;

    if (counts->package != judge->index)
        *counts = (struct tag_counts){.package = judge->index};
    bool early = verdict->tree == TREE_DIFFERS && is_early(judge, verdict);
    counts->total++;
    counts->listed += verdict->release != NULL;
    counts->same_day += candidate->same_day;
    counts->sure += candidate->sure;
    counts->agree += verdict->tree == TREE_AGREES;
    counts->differ += verdict->tree == TREE_DIFFERS && !early;
    if (verdict->tree == TREE_SILENT || verdict->tree == TREE_UNKNOWN || early) {
        counts->released += verdict->release != NULL;
        counts->near += candidate->near;
    }
}

static void count_all(struct tag_judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *candidate = &judge->candidates[i];
        struct tag_scheme *scheme = judge->table->entries[candidate->verdict.entry].scheme;
        count_one(&scheme->counts, judge, candidate);
        if (!scheme->prefix.foreign || candidate->relation == RELATION_NAMED)
            count_one(&judge->forms[scheme->form], judge, candidate);
        judge->has_named |= candidate->relation == RELATION_NAMED && scheme->form != TAG_TEXT;
    }
}

/* The end of a name is one where most of its tags surely are the package's, and the releases that
   they are of have no plain tag that is as good: else it is a neighbour that keeps step. */
static void promote_likely(struct tag_judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        if (c->relation == RELATION_PLAIN && c->sure)
            judge->table->entries[c->verdict.entry].version->sure = judge->index;
    }
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_entry *entry = &judge->table->entries[judge->candidates[i].verdict.entry];
        if (judge->candidates[i].relation == RELATION_LIKELY)
            entry->scheme->counts.plain += entry->version->sure == judge->index;
    }
    for (size_t i = 0; i < judge->count; i++) {
        struct tag_candidate *c = &judge->candidates[i];
        const struct tag_counts *counts = &judge->table->entries[c->verdict.entry].scheme->counts;
        if (c->relation != RELATION_LIKELY)
            continue;
        bool borne_out = counts->sure >= 2 && 2 * counts->sure > counts->total &&
                         counts->differ == 0 && 2 * counts->plain <= counts->sure;
        c->relation = borne_out ? RELATION_NAMED : RELATION_UNKNOWN;
        judge->has_named |= borne_out;
    }
}

/* A prefix whose every release came within a day of its tag, where the plain tags are mostly of
   other days: those are another product's that counts alike. */
static bool has_rival(const struct tag_judge *judge)
{
    size_t plain = 0;

    for (size_t i = 0; i < judge->count; i++)
        plain += judge->candidates[i].relation == RELATION_PLAIN && judge->candidates[i].same_day;
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        const struct tag_scheme *scheme = judge->table->entries[c->verdict.entry].scheme;
        const struct tag_counts *counts = &scheme->counts;
        if (c->relation == RELATION_UNKNOWN && scheme->form == TAG_PLAIN &&
            !scheme->prefix.foreign && counts->same_day >= LEARN_MIN &&
            counts->same_day == counts->listed && counts->differ == 0 &&
            counts->same_day > 2 * plain)
            return true;
    }
    return false;
}

/* A version that the package had got to, and when. */
struct mark {
    int64_t time;
    const struct tag_version *version;
};

static int by_time(const void *a, const void *b)
{
    const struct mark *left = a, *right = b;

    return (left->time > right->time) - (left->time < right->time);
}

/* The versions of the tags that surely are its own, by time, each with the lowest that came then or
   later. */
static size_t list_marks(const struct tag_judge *judge, struct mark *marks)
{
    size_t count = 0;

    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        const struct tag_entry *entry = &judge->table->entries[c->verdict.entry];
        if (c->relation <= RELATION_NAMED && c->sure && !entry->version->refused)
            marks[count++] = (struct mark){judge->table->tags[entry->tag].time, entry->version};
    }
    qsort(marks, count, sizeof *marks, by_time);
    for (size_t i = count; i-- > 1;)
        if (tag_version_compare(marks[i].version, marks[i - 1].version) < 0)
            marks[i - 1].version = marks[i].version;
    return count;
}

/* The lowest version of then or later; NULL for none. */
static const struct tag_version *lowest_from(const struct mark *marks, size_t count, int64_t time)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (marks[middle].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count ? marks[low].version : NULL;
}

/* Plain tags are ahead of what the package's own tags say that it had got to by then: most of them,
   or, with the release long after, more than are surely its own. They count something else. */
static bool is_outrun(const struct tag_judge *judge)
{
    struct mark *marks = arena_array(judge->table->arena, judge->count, sizeof *marks);
    size_t count = list_marks(judge, marks), plain = 0, sure = 0, ahead = 0, far = 0;

    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        const struct tag_entry *entry = &judge->table->entries[c->verdict.entry];
        int64_t time = judge->table->tags[entry->tag].time;
        if (c->relation != RELATION_PLAIN || c->verdict.release == NULL || time == CLOCK_UNKNOWN)
            continue;
        const struct tag_version *lowest = lowest_from(marks, count, time);
        plain++;
        sure += c->sure;
        if (c->sure || c->verdict.tree == TREE_AGREES || lowest == NULL ||
            tag_version_compare(entry->version, lowest) <= 0)
            continue;
        ahead++;
        far += !c->near;
    }
    return 2 * ahead > plain || far > sure;
}

/* --- all of it ------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The commits that releases were made from, by what their tags say and when they were uploaded. */
static void list_built(struct tag_judge *judge)
{
    judge->built = arena_array(judge->table->arena, judge->count, sizeof *judge->built);
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        if (c->near && c->relation == RELATION_PLAIN)
            judge->built[judge->built_count++] =
                judge->table->tags[judge->table->entries[c->verdict.entry].tag].commit;
    }
    qsort(judge->built, judge->built_count, sizeof *judge->built, by_text);
}

bool tag_evidence_built(const struct tag_judge *judge, const char *commit)
{
    return judge->built_count > 0 && bsearch(&commit, judge->built, judge->built_count,
                                             sizeof *judge->built, by_text) != NULL;
}

void tag_evidence(struct tag_judge *judge)
{
    for (size_t i = 0; i < sizeof judge->forms / sizeof *judge->forms; i++)
        judge->forms[i].package = judge->index;
    gather(judge);
    count_all(judge);
    promote_likely(judge);
    list_built(judge);
    judge->strange = has_rival(judge) || is_outrun(judge);
}

void tag_evidence_release(struct tag_judge *judge)
{
    free(judge->candidates);
}
