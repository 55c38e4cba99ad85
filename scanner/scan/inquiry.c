#include "scan/inquiry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "scan/inquiry_parts.h"
#include "schema_sql.h"

#define PAGES_MAX    40 /* of one repository's releases */
#define LIMITS_MAX   3  /* in a row: then the rest is unknown */
#define FAILURES_MAX 3
#define NO_WORD_S    60 /* to wait where the forge does not say for how long */

/* In reverse: from the last step to the first. */

static void ask_next(struct inquiry *inquiry);

struct inquiry *inquiry_new(struct scan *scan)
{
    struct inquiry *inquiry = mem_alloc(sizeof *inquiry);

    inquiry->scan = scan;
    return inquiry;
}

void inquiry_free(struct inquiry *inquiry)
{
    if (inquiry == NULL)
        return;
    for (size_t i = 0; i < inquiry->count; i++)
        free(inquiry->targets[i].releases);
    free(inquiry->targets);
    free(inquiry->parts);
    free(inquiry->round.body);
    graphql_free(inquiry->graphql);
    arena_release(&inquiry->answers);
    arena_release(&inquiry->arena);
    free(inquiry);
}

bool inquiry_progress(const struct inquiry *inquiry, unsigned *answered, unsigned *total)
{
    *answered = inquiry->answered;
    *total = inquiry->total;
    return inquiry->begun && !inquiry->done && inquiry->total > 0;
}

/* --- the end --------------------------------------------------------------------------------- */

static void on_ended(void *item)
{
    struct inquiry *inquiry = item;

    scan_check(inquiry->scan, &inquiry->fatal);
    inquiry->done = true;
    scan_idle(inquiry->scan);
}

static void end(struct inquiry *inquiry)
{
    if (inquiry->graphql == NULL)
        on_ended(inquiry);
    else
        work_submit(inquiry->scan->store_lane, inquiry_remember, on_ended, inquiry);
}

/* --- saving ---------------------------------------------------------------------------------- */

/* Whether some repository was told of in part, and waits for the rest. */
static bool holds_answers(const struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++)
        if (inquiry->targets[i].touched && !inquiry->targets[i].saved)
            return true;
    return false;
}

static void on_saved(void *item)
{
    struct inquiry *inquiry = item;

    scan_stored(inquiry->scan);
    if (!holds_answers(inquiry))
        arena_release(&inquiry->answers);
    if (scan_check(inquiry->scan, &inquiry->fatal) || inquiry->err.reason != REASON_NONE ||
        inquiry->next == inquiry->part_count)
        end(inquiry);
    else
        ask_next(inquiry);
}

static void save(struct inquiry *inquiry)
{
    if (inquiry->err.reason == REASON_INTERRUPTED) /* says nothing of a repository */
        end(inquiry);
    else
        work_submit(inquiry->scan->store_lane, inquiry_save, on_saved, inquiry);
}

/* Nothing more is asked. */
static void give_up(struct inquiry *inquiry, const struct err *err)
{
    inquiry->err = *err;
    save(inquiry);
}

/* --- what becomes of an answer --------------------------------------------------------------- */

/* It is asked for in the next request. */
static void put_back(struct inquiry *inquiry, const struct part *part)
{
    inquiry->parts[--inquiry->next] = *part;
}

static void put_all_back(struct inquiry *inquiry)
{
    for (size_t i = inquiry->round.count; i > 0; i--)
        put_back(inquiry, &inquiry->round.parts[i - 1]);
}

static void fail_part(struct part *part, const struct err *err)
{
    struct target *target = part->target;

    if (target->err.reason == REASON_NONE)
        target->err = *err;
    target->open--;
}

/* The request as a whole failed, and will not do better. */
static void fail_round(struct inquiry *inquiry, const struct err *err)
{
    for (size_t i = 0; i < inquiry->round.count; i++)
        fail_part(&inquiry->round.parts[i], err);
    if (++inquiry->failures >= FAILURES_MAX)
        give_up(inquiry, err);
    else
        save(inquiry);
}

/* What one installation of an App may not, another may. */
static bool is_about_owner(const struct inquiry *inquiry, const struct err *err)
{
    return access_kind(inquiry->scan->access) == ACCESS_APP &&
           (err->reason == REASON_UNAUTHORIZED || err->reason == REASON_FORBIDDEN ||
            err->reason == REASON_BLOCKED || err->reason == REASON_NOT_FOUND);
}

static void fail_owner(struct inquiry *inquiry, const struct err *err)
{
    const char *owner = inquiry->round.items[0].owner;

    for (size_t i = 0; i < inquiry->round.count; i++)
        fail_part(&inquiry->round.parts[i], err);
    while (inquiry->next < inquiry->part_count &&
           strcasecmp(inquiry->parts[inquiry->next].target->due.owner, owner) == 0)
        fail_part(&inquiry->parts[inquiry->next++], err);
    save(inquiry);
}

static void too_heavy(struct inquiry *inquiry, const struct err *err)
{
    if (graphql_too_much(inquiry->graphql, inquiry->round.count)) {
        log_debug("the forge's GraphQL API: too much at once, now %u repositories",
                  graphql_batch(inquiry->graphql));
        put_all_back(inquiry);
        save(inquiry);
        return;
    }
    struct err why = *err;
    if (why.reason == REASON_NONE)
        err_set(&why, REASON_REMOTE, "the forge's GraphQL API gives up on one repository alone");
    fail_round(inquiry, &why);
}

/* What is left of the points, as the body says it. */
static void tell_budget(struct inquiry *inquiry, int64_t left, int64_t reset_s)
{
    access_told(inquiry->scan->access, inquiry->round.items[0].owner, ACCESS_GRAPHQL, left,
                reset_s > 0 ? (uint64_t)reset_s * 1000 : 1000);
}

/* The next request waits for its budget, and progress tells until when. */
static void limited(struct inquiry *inquiry)
{
    const struct round *round = &inquiry->round;
    int64_t reset_at =
        round->answer.reset_at != CLOCK_UNKNOWN ? round->answer.reset_at : round->reset_at;
    int64_t wait_s = reset_at != CLOCK_UNKNOWN ? reset_at - round->now + 1 : NO_WORD_S;
    struct err err;

    if (++inquiry->limits > LIMITS_MAX) {
        err_set(&err, REASON_RATE_LIMITED,
                "the forge's GraphQL API answers that its limit is "
                "reached, also after it was waited for");
        give_up(inquiry, &err);
        return;
    }
    tell_budget(inquiry, 0, wait_s);
    put_all_back(inquiry);
    save(inquiry);
}

/* A schema of some age: what it lacks stays unknown, the rest is asked again. */
static void lacking(struct inquiry *inquiry)
{
    const struct forge_answer *answer = &inquiry->round.answer;
    bool changed = false;
    struct err err;

    for (size_t i = 0; i < answer->lacking_count; i++)
        if (graphql_leave_out(inquiry->graphql, answer->lacking[i])) {
            log_info("the forge's GraphQL API does not know \"%s\": what it tells is unknown",
                     answer->lacking[i]);
            changed = true;
        }
    if (changed) {
        put_all_back(inquiry);
        save(inquiry);
        return;
    }
    err_set(&err, REASON_UNSUPPORTED, "the forge's GraphQL API does not know \"%.100s\"",
            answer->lacking_count > 0 ? answer->lacking[0] : "");
    give_up(inquiry, &err);
}

static void take_releases(struct target *target, const struct forge_repository *told)
{
    for (size_t i = 0; i < told->release_count; i++) {
        target->releases = mem_grow(target->releases, target->release_count, &target->release_size,
                                    sizeof *target->releases);
        target->releases[target->release_count++] = told->releases[i];
    }
}

static void take_part(struct inquiry *inquiry, struct part *part,
                      const struct forge_repository *told)
{
    struct target *target = part->target;
    struct err err;

    target->touched = true;
    if (told->err.reason != REASON_NONE) {
        fail_part(part, &told->err);
        return;
    }
    for (size_t c = 0; c < part->count; c++) {
        target->commits[part->first + c] = told->commits[c];
        if (told->commits[c].state == FORGE_UNKNOWN && target->err.reason == REASON_NONE)
            err_set(&target->err, REASON_FORBIDDEN, "%s: the forge does not tell of commit %.12s",
                    target->full_name, target->due.commits[part->first + c]);
    }
    take_releases(target, told);
    if (told->more == NULL) {
        target->open--;
    } else if (part->pages + 1 >= PAGES_MAX) {
        err_set(&err, REASON_LIMIT, "%s: more releases on the forge than are looked at",
                target->full_name);
        fail_part(part, &err);
    } else {
        put_back(inquiry, &(struct part){.target = target,
                                         .releases = true,
                                         .after = told->more,
                                         .pages = part->pages + 1});
    }
}

/* Where this was the last that could be paid for, the next one will wait. */
static void heed_budget(struct inquiry *inquiry)
{
    const struct round *round = &inquiry->round;
    int64_t remaining = round->answer.remaining >= 0 ? round->answer.remaining : round->remaining;
    int64_t reset_at =
        round->answer.reset_at != CLOCK_UNKNOWN ? round->answer.reset_at : round->reset_at;

    if (remaining >= 0 && reset_at != CLOCK_UNKNOWN)
        tell_budget(inquiry, remaining, reset_at - round->now + 1);
}

static void take_round(struct inquiry *inquiry)
{
    struct round *round = &inquiry->round;
    bool heavy = false;

    inquiry->limits = inquiry->failures = 0;
    if (round->answer.refused != NULL && !inquiry->told_refused) {
        log_warning("the forge does not tell this credential \"%s\" of commits",
                    round->answer.refused);
        inquiry->told_refused = true;
    }
    for (size_t i = 0; i < round->count; i++)
        heavy |= round->answer.repositories[i].heavy;
    bool again = heavy && graphql_too_much(inquiry->graphql, round->count);
    if (!heavy)
        graphql_went_well(inquiry->graphql);
    for (size_t i = round->count; i > 0; i--) {
        struct part *part = &round->parts[i - 1];
        struct forge_repository *told = &round->answer.repositories[i - 1];
        if (told->heavy && again) {
            put_back(inquiry, part);
            continue;
        }
        if (told->heavy)
            err_set(&told->err, REASON_REMOTE, "%s: too much for the forge's GraphQL API",
                    part->target->full_name);
        take_part(inquiry, part, told);
    }
    heed_budget(inquiry);
    save(inquiry);
}

static void on_parsed(void *item)
{
    struct inquiry *inquiry = item;
    const struct err none = {0};

    free(inquiry->round.body);
    inquiry->round.body = NULL;
    switch (inquiry->round.answer.word) {
    case FORGE_HERE:
        take_round(inquiry);
        break;
    case FORGE_LIMITED:
        limited(inquiry);
        break;
    case FORGE_HEAVY:
        too_heavy(inquiry, &none);
        break;
    case FORGE_LACKS:
        lacking(inquiry);
        break;
    case FORGE_FAILED:
        fail_round(inquiry, &inquiry->round.answer.err);
        break;
    }
}

static void parse(void *item)
{
    struct inquiry *inquiry = item;
    struct round *round = &inquiry->round;

    forge_parse(round->body, round->len, round->asked, round->count, &inquiry->answers,
                &round->answer);
}

static void on_answer(const struct graphql_answer *answer, void *ctx)
{
    struct inquiry *inquiry = ctx;
    struct round *round = &inquiry->round;

    round->now = answer->now;
    round->remaining = answer->remaining;
    round->reset_at = answer->reset_at;
    if (answer->body != NULL) {
        round->body = mem_strndup(answer->body, answer->len);
        round->len = answer->len;
        work_submit(inquiry->scan->cpu_lane, parse, on_parsed, inquiry);
    } else if (answer->heavy) {
        too_heavy(inquiry, &answer->err);
    } else if (answer->err.reason == REASON_TRUNCATED || answer->err.reason == REASON_TOO_LARGE) {
        fail_round(inquiry, &answer->err);
    } else if (is_about_owner(inquiry, &answer->err)) {
        fail_owner(inquiry, &answer->err);
    } else {
        give_up(inquiry, &answer->err); /* it is not about what was asked */
    }
}

/* --- asking ---------------------------------------------------------------------------------- */

static void fill_round(struct inquiry *inquiry)
{
    struct round *round = &inquiry->round;
    size_t count = inquiry->part_count - inquiry->next;

    if (count > GRAPHQL_BATCH)
        count = GRAPHQL_BATCH;
    for (size_t i = 0; i < count; i++) {
        const struct part *part = &inquiry->parts[inquiry->next + i];
        const struct target *target = part->target;
        round->parts[i] = *part;
        round->items[i] = (struct graphql_item){
            .owner = target->due.owner,
            .name = target->due.name,
            .releases = part->releases,
            .after = part->after,
            .commits = target->due.commits + part->first,
            .commit_count = part->count,
        };
        round->asked[i] = (struct forge_asked){
            .full_name = target->full_name,
            .default_branch = target->due.default_branch,
            .releases = part->releases,
            .commits = part->count,
        };
    }
    round->count = graphql_fits(inquiry->graphql, round->items, count);
    inquiry->next += round->count;
}

static void ask_next(struct inquiry *inquiry)
{
    fill_round(inquiry);
    graphql_ask(inquiry->graphql, inquiry->round.items, inquiry->round.count, on_answer, inquiry);
}

/* --- what is to be asked --------------------------------------------------------------------- */

static size_t parts_of(const struct target *target)
{
    size_t by_commits = (target->due.commit_count + GRAPHQL_COMMITS - 1) / GRAPHQL_COMMITS;

    return target->saved ? 0 : by_commits > 0 ? by_commits : 1;
}

static void add_parts(struct inquiry *inquiry, struct target *target)
{
    size_t count = parts_of(target);

    for (size_t i = 0; i < count; i++) {
        size_t first = i * GRAPHQL_COMMITS, left = target->due.commit_count - first;
        inquiry->parts[inquiry->part_count++] = (struct part){
            .target = target,
            .releases = i == 0 && target->due.releases,
            .first = first,
            .count = left < GRAPHQL_COMMITS ? left : GRAPHQL_COMMITS,
        };
    }
    target->open = (unsigned)count;
    inquiry->total += count > 0;
}

/* An App is another to each owner: what is asked of one of them stands together. */
static int by_owner(const void *a, const void *b)
{
    const struct target *left = a, *right = b;
    const char *one = left->due.owner, *other = right->due.owner;
    int order =
        one == NULL || other == NULL ? (one != NULL) - (other != NULL) : strcasecmp(one, other);

    return order != 0 ? order : (left->id > right->id) - (left->id < right->id);
}

static void on_found(void *item)
{
    struct inquiry *inquiry = item;
    const struct scan_options *options = inquiry->scan->options;
    size_t count = 0;

    if (scan_check(inquiry->scan, &inquiry->fatal) ||
        access_kind(inquiry->scan->access) == ACCESS_NOBODY) {
        scan_stored(inquiry->scan);
        end(inquiry);
        return;
    }
    qsort(inquiry->targets, inquiry->count, sizeof *inquiry->targets, by_owner);
    for (size_t i = 0; i < inquiry->count; i++)
        count += parts_of(&inquiry->targets[i]);
    inquiry->parts = mem_array(count + 1, sizeof *inquiry->parts);
    for (size_t i = 0; i < inquiry->count; i++)
        add_parts(inquiry, &inquiry->targets[i]);
    inquiry->graphql =
        graphql_new(inquiry->scan->access, &(struct graphql_options){.url = options->github_graphql,
                                                                     .fragments = graphql_forge,
                                                                     .batch = inquiry->batch});
    if (count > 0)
        ask_next(inquiry);
    else
        end(inquiry);
}

void inquiry_note(struct inquiry *inquiry, const struct job *job)
{
    inquiry->targets =
        mem_grow(inquiry->targets, inquiry->count, &inquiry->size, sizeof *inquiry->targets);
    inquiry->targets[inquiry->count++] = (struct target){
        .id = job->id,
        .updated_at = arena_strdup(&inquiry->arena, job->row.updated_at),
    };
}

bool inquiry_is_done(struct inquiry *inquiry)
{
    const struct scan_options *options = inquiry->scan->options;

    if (inquiry->begun)
        return inquiry->done;
    inquiry->begun = true;
    if (inquiry->count == 0 || options->compared != NULL ||
        inquiry->scan->stop == REASON_INTERRUPTED || inquiry->scan->fatal.reason != REASON_NONE) {
        inquiry->done = true;
        return true;
    }
    work_submit(inquiry->scan->store_lane, inquiry_find, on_found, inquiry);
    return false;
}
