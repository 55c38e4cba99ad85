#include "facts/tags_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/tags_evidence.h"

/* Most of those that can be held against something agree with it. */
static bool is_believed(const struct tag_counts *counts, size_t min)
{
    size_t support = counts->agree + counts->released;

    return support >= min && 2 * support > counts->total &&
           counts->agree + counts->near > counts->differ;
}

/* --- what no tag denotes --------------------------------------------------------------------- */

/* A lone number ("v1") moves with every release of that line, unless versions are lone numbers. */
static bool is_lone_number(const struct tag_judge *judge, const struct tag_entry *entry,
                           const struct tag_verdict *verdict)
{
    const struct tag_declared *declared;

    if (entry->components != 1 || entry->scheme->form != TAG_PLAIN)
        return false;
    if (verdict->release != NULL && tag_components(verdict->release->input->version) == 1)
        return false;
    declared = tag_declared_at(judge->package, entry->tag);
    return verdict->tree != TREE_AGREES || tag_components(declared->text) != 1;
}

static bool can_denote(const struct tag_judge *judge, const struct tag_candidate *candidate)
{
    const struct tag_verdict *verdict = &candidate->verdict;
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];
    const struct tag_version *version = entry->version;

    if (version->refused)
        return verdict->release != NULL;
    if (is_lone_number(judge, entry, verdict))
        return false;
    if (verdict->release != NULL)
        return true;
    if (verdict->tree == TREE_AGREES)
        return !version->development || judge->package->input->release_count == 0;
    if (entry->implicit_post || entry->letter || version->development || version->local)
        return false;
    /* a day's mark, where versions are no dates */
    return !version->year || judge->package->years || judge->package->input->release_count == 0;
}

/* --- what does ------------------------------------------------------------------------------- */

static bool is_corroborated(const struct tag_verdict *verdict)
{
    return verdict->release != NULL || verdict->tree == TREE_AGREES;
}

static bool accept_named(const struct tag_judge *judge, const struct tag_candidate *candidate)
{
    const struct tag_scheme *scheme = judge->table->entries[candidate->verdict.entry].scheme;
    const struct tag_name *owners = scheme->owners;

    if (candidate->relation == RELATION_SAID || candidate->verdict.tree == TREE_AGREES)
        return true;
    if (owners == NULL) /* the end of its name */
        return candidate->verdict.tree != TREE_DIFFERS && candidate->near;
    if (owners->weak)
        return candidate->same_day ||
               (candidate->near && 2 * scheme->counts.same_day > scheme->counts.listed);
    return owners->packages.count == 1 || candidate->same_day;
}

/* Whether the index got the release only long after the commit that the tag leads to. */
static bool is_younger(const struct tags_tag *tag, const struct tag_release *release)
{
    return release != NULL && tag->time != CLOCK_UNKNOWN &&
           release->input->uploaded_at != CLOCK_UNKNOWN &&
           release->input->uploaded_at > tag->time + NEAR_AFTER;
}

/* Whether the index had the release long before the commit that the tag leads to. */
static bool is_older(const struct tags_tag *tag, const struct tag_release *release)
{
    return release != NULL && tag->time != CLOCK_UNKNOWN &&
           release->input->uploaded_at != CLOCK_UNKNOWN &&
           release->input->uploaded_at < tag->time - LONG_BEFORE;
}

/* Whether a number beyond all that there are is another product's: no tree tells, and another tag
   of the commit says which release was made from it. */
static bool is_of_another(const struct tag_judge *judge, const struct tag_verdict *verdict)
{
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];
    const struct tag_version *newest = judge->package->newest;

    return (verdict->tree == TREE_SILENT || verdict->tree == TREE_UNKNOWN) && newest != NULL &&
           tag_version_compare(entry->version, newest) > 0 &&
           tag_evidence_built(judge, judge->table->tags[entry->tag].commit);
}

/* A version that is not on the index, of a tree that does not confirm it: what came before the
   package's first upload under another name, or is beyond its newest version, is another series. */
static bool is_of_its_series(const struct tag_judge *judge, const struct tag_verdict *verdict)
{
    const struct tag_package *package = judge->package;
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];
    int64_t time = judge->table->tags[entry->tag].time;

    if (verdict->tree != TREE_DIFFERS && verdict->tree != TREE_NONE)
        return true;
    if (package->newest == NULL)
        return verdict->tree == TREE_DIFFERS;
    if (tag_version_compare(entry->version, package->newest) > 0)
        return false;
    return verdict->tree == TREE_DIFFERS ||
           (time != CLOCK_UNKNOWN && time >= package->first_upload &&
            tag_version_compare(entry->version, package->oldest) >= 0);
}

/* The only package on the index has the plain tags, but for those that another one's tree claims
   and those that its own words do not know and nothing confirms. */
static bool accept_plain_alone(const struct tag_judge *judge, const struct tag_candidate *candidate)
{
    const struct tag_verdict *verdict = &candidate->verdict;
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];

    if (verdict->tree == TREE_AGREES)
        return true;
    if (judge->strange && !candidate->same_day)
        return false;
    if (verdict->release != NULL)
        return (verdict->tree != TREE_DIFFERS && verdict->tree != TREE_NONE) ||
               is_believed(&entry->scheme->counts, LEARN_MIN) ||
               (!is_older(&judge->table->tags[entry->tag], verdict->release) &&
                !is_younger(&judge->table->tags[entry->tag], verdict->release));
    return !entry->claimed && !judge->package->speaks && !is_of_another(judge, verdict) &&
           is_of_its_series(judge, verdict);
}

/* One of several packages: the tag must be one that its history has used. */
static bool accept_plain_shared(const struct tag_judge *judge,
                                const struct tag_candidate *candidate)
{
    const struct tag_verdict *verdict = &candidate->verdict;
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];
    const struct tag_counts *counts = &entry->scheme->counts;
    bool used = is_believed(counts, LEARN_MIN);

    if (entry->version->named == judge->index)
        return false;
    switch (verdict->tree) {
    case TREE_AGREES:
        if (verdict->release == NULL && judge->has_named)
            return false;
        return used || !is_older(&judge->table->tags[entry->tag], verdict->release);
    case TREE_DIFFERS:
        return candidate->near && used;
    case TREE_SILENT:
    case TREE_UNKNOWN:
        return verdict->release != NULL && !(judge->has_named && !candidate->near) &&
               (candidate->near || (used && 2 * counts->released > counts->total));
    case TREE_NONE:
        break;
    }
    return false;
}

/* Another package's prefix that serves this one too: one tag for all of them. */
static bool accept_other(const struct tag_judge *judge, const struct tag_candidate *candidate)
{
    const struct tag_entry *entry = &judge->table->entries[candidate->verdict.entry];

    return !judge->has_named && entry->version->denoted != judge->index &&
           candidate->verdict.tree == TREE_AGREES && candidate->near &&
           is_believed(&entry->scheme->counts, LEARN_MIN);
}

/* A prefix is learned from the releases that it explains. One whose versions have their tags
   already is another product's that keeps step. */
static bool accept_unknown(const struct tag_judge *judge, const struct tag_candidate *candidate)
{
    const struct tag_verdict *verdict = &candidate->verdict;
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];
    const struct tag_counts *counts = &entry->scheme->counts;

    if (entry->scheme->prefix.foreign || 2 * counts->denoted > counts->total)
        return false;
    bool established = is_believed(counts, LEARN_MIN) &&
                       (counts->agree >= LEARN_MIN || (judge->alone && counts->near >= LEARN_MIN));
    if (established)
        return is_corroborated(verdict);
    return judge->alone && verdict->tree == TREE_AGREES && verdict->release != NULL &&
           is_believed(counts, 2);
}

/* A form that is not PEP 440's: three tags have it, and most of them are confirmed. */
static bool accept_form(const struct tag_judge *judge, const struct tag_candidate *candidate)
{
    const struct tag_entry *entry = &judge->table->entries[candidate->verdict.entry];
    const struct tag_counts *counts = &judge->forms[entry->scheme->form];

    return counts->total >= LEARN_MIN && is_believed(counts, 2) &&
           (is_corroborated(&candidate->verdict) ||
            (entry->scheme->form != TAG_DIGITS && candidate->verdict.tree != TREE_DIFFERS));
}

static void accept(struct tag_judge *judge, const struct tag_candidate *candidate, const char *how)
{
    struct tag_entry *entry = &judge->table->entries[candidate->verdict.entry];
    struct tag_verdicts *out = judge->out;

    out->items = mem_grow(out->items, out->count, &out->size, sizeof *out->items);
    out->items[out->count] = candidate->verdict;
    out->items[out->count++].how = how;
    if (candidate->relation == RELATION_SAID || candidate->relation == RELATION_NAMED)
        entry->version->named = judge->index;
    if (candidate->verdict.tree != TREE_DIFFERS)
        entry->version->denoted = judge->index;
    if (candidate->verdict.tree == TREE_AGREES && judge->package->input->release_count == 0)
        entry->claimed = true;
}

/* --- in order of certainty ------------------------------------------------------------------- */

static void judge_named(struct tag_judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        enum tag_form form = judge->table->entries[c->verdict.entry].scheme->form;
        if (c->relation != RELATION_SAID && c->relation != RELATION_NAMED)
            continue;
        if (!can_denote(judge, c) || !accept_named(judge, c))
            continue;
        if (form == TAG_TEXT)
            accept(judge, c, "equal-text");
        else if (form == TAG_PLAIN)
            accept(judge, c, c->relation == RELATION_SAID ? "declared" : "prefix");
        else if (accept_form(judge, c))
            accept(judge, c, "learned");
    }
}

static void judge_plain(struct tag_judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        const struct tag_scheme *scheme = judge->table->entries[c->verdict.entry].scheme;
        if (c->relation != RELATION_PLAIN || scheme->prefix.foreign || !can_denote(judge, c))
            continue;
        if (!(judge->alone ? accept_plain_alone(judge, c) : accept_plain_shared(judge, c)))
            continue;
        if (scheme->form == TAG_TEXT)
            accept(judge, c, "equal-text");
        else if (scheme->form == TAG_PLAIN)
            accept(judge, c, "plain");
        else if (accept_form(judge, c))
            accept(judge, c, "learned");
    }
}

static void judge_learned(struct tag_judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        struct tag_entry *entry = &judge->table->entries[judge->candidates[i].verdict.entry];
        entry->scheme->counts.denoted += entry->version->denoted == judge->index;
    }
    for (size_t i = 0; i < judge->count; i++) {
        const struct tag_candidate *c = &judge->candidates[i];
        enum tag_form form = judge->table->entries[c->verdict.entry].scheme->form;
        if (form == TAG_TEXT || !can_denote(judge, c))
            continue;
        if (form != TAG_PLAIN && !accept_form(judge, c))
            continue;
        if (c->relation == RELATION_OTHER && accept_other(judge, c))
            accept(judge, c, "shared");
        else if (c->relation == RELATION_UNKNOWN && accept_unknown(judge, c))
            accept(judge, c, "learned");
    }
}

void tags_judge(struct tag_table *table, size_t index, struct tag_verdicts *out)
{
    struct tag_package *package = &table->packages[index];
    struct tag_judge judge = {.table = table, .package = package, .index = index, .out = out};
    bool published = package->input->release_count > 0;

    judge.alone = published ? table->published == 1 : table->package_count == 1;
    tag_evidence(&judge);
    judge_named(&judge);
    judge_plain(&judge);
    judge_learned(&judge);
    tag_evidence_release(&judge);
}
