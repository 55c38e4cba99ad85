/* No commit can hold a blob before its first one in the order of commits. So, from the newest that
   is old enough downwards, what a commit can explain at most is known without reading it, and the
   search ends where that is no more than was found. What it may cost is limited all the same. */
#include "scan/origin.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define READ_MAX  3000 /* commits whose trees are read, in order; */
#define FIRST_MAX 200  /* then, of those that some file came with */
#define EQUAL_MAX 200  /* as good as the best one, when it has not all of them at their path */

struct search {
    struct mirror *mirror;
    const struct mirror_blobs *blobs;
    const struct origin_query *query;
    struct mirror_holds *holds;
    size_t *firsts; /* commits that the files came with, the youngest first */
    size_t first_count;
    bool *on_branch; /* of each commit */
    size_t tagged;   /* MIRROR_BLOBS_NONE: none */
    size_t best;     /* MIRROR_BLOBS_NONE: none yet */
    struct mirror_held held;
    bool capped;
    struct err *err;
};

const char *origin_relation_word(enum origin_relation relation)
{
    static const char *const words[] = {
#define X(id, word, meaning) [ORIGIN_##id] = (word),
        ORIGIN_RELATIONS(X)
#undef X
    };

    return words[relation];
}

/* --- relations ------------------------------------------------------------------------------- */

static bool leads_to(const struct mirror_blobs *blobs, size_t from, size_t to)
{
    return mirror_blobs_between(blobs, from, to) == 0;
}

/* What its place among the parents makes it; ORIGIN_UNKNOWN: it is none. */
static enum origin_relation as_parent(const struct mirror_blobs *blobs, size_t commit,
                                      size_t tagged)
{
    size_t count = mirror_blobs_parents(blobs, tagged, NULL, 0);
    size_t *parents = mem_array(count + 1, sizeof *parents);
    enum origin_relation relation = ORIGIN_UNKNOWN;

    mirror_blobs_parents(blobs, tagged, parents, count);
    for (size_t i = count; i-- > 0;)
        if (parents[i] == commit)
            relation = i == 0 ? ORIGIN_PARENT : ORIGIN_SECOND_PARENT;
    free(parents);
    return relation;
}

static enum origin_relation relate(const struct mirror_blobs *blobs, size_t commit, size_t tagged,
                                   size_t *distance)
{
    *distance = 0;
    if (tagged == MIRROR_BLOBS_NONE || commit == MIRROR_BLOBS_NONE)
        return ORIGIN_UNKNOWN;
    if (commit == tagged)
        return ORIGIN_SAME;
    if (leads_to(blobs, tagged, commit)) {
        *distance = mirror_blobs_between(blobs, commit, tagged);
        enum origin_relation relation = as_parent(blobs, commit, tagged);
        return relation != ORIGIN_UNKNOWN ? relation : ORIGIN_ANCESTOR;
    }
    if (leads_to(blobs, commit, tagged)) {
        *distance = mirror_blobs_between(blobs, tagged, commit);
        return ORIGIN_DESCENDANT;
    }
    return ORIGIN_SIDE;
}

enum origin_relation origin_relate(const struct mirror_blobs *blobs, const char *commit,
                                   const char *tagged, size_t *distance)
{
    size_t unused;

    return relate(blobs, mirror_blobs_number(blobs, commit),
                  tagged != NULL ? mirror_blobs_number(blobs, tagged) : MIRROR_BLOBS_NONE,
                  distance != NULL ? distance : &unused);
}

/* --- the search ------------------------------------------------------------------------------ */

static bool old_enough(const struct search *search, size_t commit)
{
    int64_t limit = search->query->uploaded_at;
    int64_t time = mirror_blobs_time(search->blobs, commit);

    return limit == CLOCK_UNKNOWN || (time != CLOCK_UNKNOWN && time <= limit + ORIGIN_CLOCK_SLACK);
}

static int youngest_first(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;

    return (left < right) - (left > right);
}

/* The first commit of each file that some commit has. One that is too young stays in the list: of
   those that hold the file later, one may be old enough by a clock that went wrong. */
static void find_firsts(struct search *search)
{
    const struct origin_query *query = search->query;

    search->firsts = mem_array(query->count + 1, sizeof *search->firsts);
    for (size_t i = 0; i < query->count; i++) {
        const char *ids[] = {query->files[i].oid, query->files[i].lf_oid};
        size_t first = MIRROR_BLOBS_NONE;
        for (size_t j = 0; j < 2; j++) {
            struct mirror_blob blob;
            if (ids[j] != NULL && mirror_blobs_find(search->blobs, ids[j], &blob) &&
                (first == MIRROR_BLOBS_NONE || blob.first < first))
                first = blob.first;
        }
        if (first != MIRROR_BLOBS_NONE)
            search->firsts[search->first_count++] = first;
    }
    if (search->first_count > 0)
        qsort(search->firsts, search->first_count, sizeof *search->firsts, youngest_first);
}

/* Whether the commit beats the best one so far. */
static bool better(const struct search *search, size_t commit, const struct mirror_held *held)
{
    const struct mirror_held *best = &search->held;
    int64_t time, best_time;

    if (held->anywhere == 0)
        return false;
    if (search->best == MIRROR_BLOBS_NONE || held->anywhere != best->anywhere)
        return search->best == MIRROR_BLOBS_NONE || held->anywhere > best->anywhere;
    if (held->at_path != best->at_path)
        return held->at_path > best->at_path;
    if (search->best == search->tagged || commit == search->tagged)
        return commit == search->tagged;
    time = mirror_blobs_time(search->blobs, commit);
    best_time = mirror_blobs_time(search->blobs, search->best);
    if (time != best_time)
        return time > best_time;
    return search->on_branch[commit] && !search->on_branch[search->best];
}

static int try(struct search *search, size_t commit)
{
    struct mirror_held held;
    char id[OID_HEX];

    if (mirror_blobs_id(search->blobs, commit, id, search->err) != 0 ||
        mirror_holds_count(search->holds, id, &held, search->err) != 0)
        return -1;
    if (better(search, commit, &held)) {
        search->best = commit;
        search->held = held;
    }
    return 0;
}

/* Whether a commit for which `bound` is the most that it can explain may still be better; `equal`
   is how many were read that could only be as good. */
static bool worth(const struct search *search, size_t commit, size_t bound, size_t equal)
{
    const struct mirror_held *best = &search->held;

    if (bound != best->anywhere)
        return bound > best->anywhere;
    if (best->at_path < best->anywhere)
        return equal < EQUAL_MAX;
    return search->best != search->tagged && mirror_blobs_time(search->blobs, commit) ==
                                                 mirror_blobs_time(search->blobs, search->best);
}

/* What is left when too many commits were read: those that some file came with. */
static int try_firsts(struct search *search, size_t from)
{
    size_t tried = 0, last = MIRROR_BLOBS_NONE;

    search->capped = true;
    for (size_t i = from; i < search->first_count && tried < FIRST_MAX; i++) {
        size_t commit = search->firsts[i];
        if (search->first_count - i <= search->held.anywhere)
            break;
        if (commit == last || !old_enough(search, commit))
            continue;
        last = commit;
        tried++;
        if (try(search, commit) != 0)
            return -1;
    }
    return 0;
}

static int descend(struct search *search)
{
    size_t younger = 0, read = 0, equal = 0;

    for (size_t commit = mirror_blobs_commits(search->blobs); commit-- > 0;) {
        while (younger < search->first_count && search->firsts[younger] > commit)
            younger++;
        size_t bound = search->first_count - younger;
        if (bound == 0 || !worth(search, commit, bound, equal))
            return 0;
        if (!old_enough(search, commit))
            continue;
        equal += bound == search->held.anywhere;
        if (++read > READ_MAX)
            return try_firsts(search, younger);
        if (try(search, commit) != 0)
            return -1;
    }
    return 0;
}

static int tell(const struct search *search, struct origin *out)
{
    *out = (struct origin){.explained = search->held.anywhere,
                           .at_path = search->held.at_path,
                           .capped = search->capped};
    for (size_t i = 0; i < search->first_count; i++)
        out->known += old_enough(search, search->firsts[i]);
    if (search->best == MIRROR_BLOBS_NONE)
        return 0;
    if (out->known < out->explained)
        out->known = out->explained;
    out->committed_at = mirror_blobs_time(search->blobs, search->best);
    out->on_branch = search->on_branch[search->best];
    out->relation = relate(search->blobs, search->best, search->tagged, &out->distance);
    return mirror_blobs_id(search->blobs, search->best, out->commit, search->err) == 0 ? 1 : -1;
}

int origin_find(struct mirror *mirror, const struct mirror_blobs *blobs,
                const struct origin_query *query, struct origin *out, struct err *err)
{
    struct search search = {.mirror = mirror,
                            .blobs = blobs,
                            .query = query,
                            .tagged = MIRROR_BLOBS_NONE,
                            .best = MIRROR_BLOBS_NONE,
                            .err = err};
    size_t branch = MIRROR_BLOBS_NONE;
    int result = 0;

    search.on_branch = mem_array(mirror_blobs_commits(blobs) + 1, sizeof *search.on_branch);
    if (query->branch != NULL)
        branch = mirror_blobs_number(blobs, query->branch);
    if (branch != MIRROR_BLOBS_NONE)
        mirror_blobs_mark(blobs, branch, search.on_branch);
    if (query->tagged != NULL)
        search.tagged = mirror_blobs_number(blobs, query->tagged);
    find_firsts(&search);
    search.holds = mirror_holds_new(mirror, query->files, query->count);
    /* The tagged one first: where it explains all that is known, nothing else is read. */
    if (search.first_count > 0 && search.tagged != MIRROR_BLOBS_NONE &&
        old_enough(&search, search.tagged))
        result = try(&search, search.tagged);
    if (result == 0)
        result = descend(&search);
    if (result == 0)
        result = tell(&search, out);
    mirror_holds_free(search.holds);
    free(search.firsts);
    free(search.on_branch);
    return result;
}
