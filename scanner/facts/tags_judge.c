#include "facts/tags_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* A release comes soon after the commit that it is made from; some are tagged a little late. */
#define DAY         86400
#define NEAR_BEFORE (2 * DAY)
#define NEAR_AFTER  (21 * DAY)
/* One that was there so long before the commit was made from another. */
#define LONG_BEFORE (30 * DAY)
/* Fewer tags than this teach nothing about a form, or about another's scheme. */
#define LEARN_MIN 3

enum relation {
    RELATION_SAID,    /* the project's own words */
    RELATION_NAMED,   /* its NAME */
    RELATION_PLAIN,   /* no NAME */
    RELATION_OTHER,   /* another package's NAME */
    RELATION_UNKNOWN, /* a prefix that says nothing to us */
};

struct candidate {
    struct tag_verdict verdict;
    enum relation relation;
    bool near;     /* the release came soon after the commit */
    bool same_day; /* or within a day */
};

struct judge {
    struct tag_table *table;
    struct tag_package *package;
    size_t index;
    bool alone; /* no other package of the repository is on the index */
    bool has_named;
    struct candidate *candidates;
    size_t count, size;
    const char **built; /* commits that releases were made from, in order */
    size_t built_count;
    struct tag_counts forms[TAG_TEXT + 1];
    const struct tag_scheme *rival; /* of another prefix, that knows the days better; NULL */
    struct tag_verdicts *out;
};

/* --- evidence -------------------------------------------------------------------------------- */

static bool is_owner(const struct tag_scheme *scheme, size_t package)
{
    for (size_t i = 0; scheme->owners != NULL && i < scheme->owners->packages.count; i++)
        if (scheme->owners->packages.items[i] == package)
            return true;
    return false;
}

static enum relation relation_of(const struct judge *judge, const struct tag_entry *entry)
{
    const struct tag_scheme *scheme = entry->scheme;
    bool plain = scheme->prefix.plain && scheme->owners == NULL;

    /* many packages can say "v" of their tags, and one tag of that prefix is not all of theirs */
    if (entry->said == judge->index &&
        (judge->alone || !plain || judge->package->input->tag_prefix_only))
        return RELATION_SAID;
    if (is_owner(scheme, judge->index))
        return RELATION_NAMED;
    return scheme->owners != NULL ? RELATION_OTHER : plain ? RELATION_PLAIN : RELATION_UNKNOWN;
}

static enum tag_tree tree_of(const struct judge *judge, const struct tag_entry *entry)
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

static void consider(struct judge *judge, size_t index)
{
    struct tag_entry *entry = &judge->table->entries[index];
    enum relation relation = relation_of(judge, entry);
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
    judge->candidates[judge->count++] = (struct candidate){
        .verdict = {index, NULL, relation == RELATION_SAID, tree_of(judge, entry), release},
        .relation = relation,
        .near = tags_near(&judge->table->tags[entry->tag], release),
        .same_day = is_same_day(&judge->table->tags[entry->tag], release),
    };
}

static void consider_list(struct judge *judge, const struct tag_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        consider(judge, list->items[i]);
}

/* What can be this package's at all, without looking at every tag for each of many packages. */
static void gather(struct judge *judge)
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

static bool is_early(const struct judge *judge, const struct tag_verdict *verdict)
{
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];

    return is_candidate_of(entry->version, tag_declared_at(judge->package, entry->tag)->version);
}

static void count_one(struct tag_counts *counts, const struct judge *judge,
                      const struct candidate *candidate)
{
    const struct tag_verdict *verdict = &candidate->verdict;

    if (counts->package != judge->index)
        *counts = (struct tag_counts){.package = judge->index};
    bool early = verdict->tree == TREE_DIFFERS && is_early(judge, verdict);
    counts->total++;
    counts->listed += verdict->release != NULL;
    counts->same_day += candidate->same_day;
    counts->agree += verdict->tree == TREE_AGREES;
    counts->differ += verdict->tree == TREE_DIFFERS && !early;
    if (verdict->tree == TREE_SILENT || verdict->tree == TREE_UNKNOWN || early) {
        counts->released += verdict->release != NULL;
        counts->near += candidate->near;
    }
}

static void count_all(struct judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        const struct candidate *candidate = &judge->candidates[i];
        struct tag_scheme *scheme = judge->table->entries[candidate->verdict.entry].scheme;
        count_one(&scheme->counts, judge, candidate);
        if (!scheme->prefix.foreign || candidate->relation == RELATION_NAMED)
            count_one(&judge->forms[scheme->form], judge, candidate);
        judge->has_named |= candidate->relation == RELATION_NAMED && scheme->form != TAG_TEXT;
    }
}

/* A prefix whose every release came within a day of its tag, where the plain tags are mostly of
   other days: those are another product's that counts alike. */
static void find_rival(struct judge *judge)
{
    size_t plain = 0;

    for (size_t i = 0; i < judge->count; i++)
        plain += judge->candidates[i].relation == RELATION_PLAIN && judge->candidates[i].same_day;
    for (size_t i = 0; i < judge->count; i++) {
        const struct candidate *c = &judge->candidates[i];
        const struct tag_scheme *scheme = judge->table->entries[c->verdict.entry].scheme;
        const struct tag_counts *counts = &scheme->counts;
        if (c->relation == RELATION_UNKNOWN && scheme->form == TAG_PLAIN &&
            !scheme->prefix.foreign && counts->same_day >= LEARN_MIN &&
            counts->same_day == counts->listed && counts->differ == 0 &&
            counts->same_day > 2 * plain)
            judge->rival = scheme;
    }
}

/* Most of those that can be held against something agree with it. */
static bool is_believed(const struct tag_counts *counts, size_t min)
{
    size_t support = counts->agree + counts->released;

    return support >= min && 2 * support > counts->total &&
           counts->agree + counts->near > counts->differ;
}

/* --- what no tag denotes --------------------------------------------------------------------- */

/* A lone number ("v1") moves with every release of that line, unless versions are lone numbers. */
static bool is_lone_number(const struct judge *judge, const struct tag_entry *entry,
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

static bool can_denote(const struct judge *judge, const struct candidate *candidate)
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

static bool accept_named(const struct judge *judge, const struct candidate *candidate)
{
    const struct tag_entry *entry = &judge->table->entries[candidate->verdict.entry];

    const struct tag_name *owners = entry->scheme->owners;

    if (candidate->relation == RELATION_SAID)
        return true;
    if (owners->weak)
        return candidate->verdict.tree == TREE_AGREES || candidate->near;
    return owners->packages.count == 1 || is_corroborated(&candidate->verdict);
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

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The commits that releases were made from, by what their tags say and when they were uploaded. */
static void list_built(struct judge *judge)
{
    judge->built = arena_array(judge->table->arena, judge->count, sizeof *judge->built);
    for (size_t i = 0; i < judge->count; i++) {
        const struct candidate *c = &judge->candidates[i];
        if (c->near && c->relation == RELATION_PLAIN)
            judge->built[judge->built_count++] =
                judge->table->tags[judge->table->entries[c->verdict.entry].tag].commit;
    }
    qsort(judge->built, judge->built_count, sizeof *judge->built, by_text);
}

/* Whether a number beyond all that there are is another product's: no tree tells, and another tag
   of the commit says which release was made from it. */
static bool is_of_another(const struct judge *judge, const struct tag_verdict *verdict)
{
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];
    const struct tag_version *newest = judge->package->newest;
    const char *commit = judge->table->tags[entry->tag].commit;

    return (verdict->tree == TREE_SILENT || verdict->tree == TREE_UNKNOWN) && newest != NULL &&
           tag_version_compare(entry->version, newest) > 0 && judge->built_count > 0 &&
           bsearch(&commit, judge->built, judge->built_count, sizeof *judge->built, by_text) !=
               NULL;
}

/* A version that is not on the index, of a tree that does not confirm it: what came before the
   package's first upload under another name, or is beyond its newest version, is another series. */
static bool is_of_its_series(const struct judge *judge, const struct tag_verdict *verdict)
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
static bool accept_plain_alone(const struct judge *judge, const struct candidate *candidate)
{
    const struct tag_verdict *verdict = &candidate->verdict;
    const struct tag_entry *entry = &judge->table->entries[verdict->entry];

    if (verdict->tree == TREE_AGREES)
        return true;
    if (judge->rival != NULL && !candidate->same_day)
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
static bool accept_plain_shared(const struct judge *judge, const struct candidate *candidate)
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
static bool accept_other(const struct judge *judge, const struct candidate *candidate)
{
    const struct tag_entry *entry = &judge->table->entries[candidate->verdict.entry];

    return !judge->has_named && entry->version->denoted != judge->index &&
           candidate->verdict.tree == TREE_AGREES && candidate->near &&
           is_believed(&entry->scheme->counts, LEARN_MIN);
}

/* A prefix is learned from the releases that it explains. One whose versions have their tags
   already is another product's that keeps step. */
static bool accept_unknown(const struct judge *judge, const struct candidate *candidate)
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
static bool accept_form(const struct judge *judge, const struct candidate *candidate)
{
    const struct tag_entry *entry = &judge->table->entries[candidate->verdict.entry];
    const struct tag_counts *counts = &judge->forms[entry->scheme->form];

    return counts->total >= LEARN_MIN && is_believed(counts, 2) &&
           (is_corroborated(&candidate->verdict) ||
            (entry->scheme->form != TAG_DIGITS && candidate->verdict.tree != TREE_DIFFERS));
}

static void accept(struct judge *judge, const struct candidate *candidate, const char *how)
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

static void judge_named(struct judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        const struct candidate *c = &judge->candidates[i];
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

static void judge_plain(struct judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        const struct candidate *c = &judge->candidates[i];
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

static void judge_learned(struct judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        struct tag_entry *entry = &judge->table->entries[judge->candidates[i].verdict.entry];
        entry->scheme->counts.denoted += entry->version->denoted == judge->index;
    }
    for (size_t i = 0; i < judge->count; i++) {
        const struct candidate *c = &judge->candidates[i];
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
    struct judge judge = {.table = table, .package = package, .index = index, .out = out};
    bool published = package->input->release_count > 0;

    judge.alone = published ? table->published == 1 : table->package_count == 1;
    for (size_t i = 0; i < sizeof judge.forms / sizeof *judge.forms; i++)
        judge.forms[i].package = index;
    gather(&judge);
    count_all(&judge);
    list_built(&judge);
    find_rival(&judge);
    judge_named(&judge);
    judge_plain(&judge);
    judge_learned(&judge);
    free(judge.candidates);
}
