#include "scan/inquiry_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define AGAIN_S 604800 /* a week: releases come and go without git's knowledge */
#define NEWEST  4      /* releases of a package whose commits are asked for */

/* --- the size of a request that works -------------------------------------------------------- */

static char *batch_key(const struct inquiry *inquiry)
{
    return mem_printf("graphql-batch %s", inquiry->scan->options->github_graphql);
}

static int recall_batch(struct inquiry *inquiry)
{
    struct buf value = BUF_INIT(16);
    char *key = batch_key(inquiry);
    int found = store_recall(inquiry->scan->store, key, &value, &inquiry->fatal);

    inquiry->batch = found == 1 ? (unsigned)strtoul(buf_str(&value), NULL, 10) : 0;
    free(key);
    buf_release(&value);
    return found < 0 ? -1 : 0;
}

void inquiry_remember(void *item)
{
    struct inquiry *inquiry = item;
    unsigned batch = graphql_batch(inquiry->graphql);

    if (batch == (inquiry->batch > 0 ? inquiry->batch : GRAPHQL_BATCH) ||
        inquiry->fatal.reason != REASON_NONE)
        return;
    char *key = batch_key(inquiry), *value = mem_printf("%u", batch);
    store_remember(inquiry->scan->store, key, value, &inquiry->fatal);
    free(value);
    free(key);
}

/* --- what is due ----------------------------------------------------------------------------- */

static int find_target(struct inquiry *inquiry, struct target *target)
{
    struct due_forge *due = &target->due;

    if (store_forge_due(inquiry->scan->store, target->id, target->updated_at, clock_now() - AGAIN_S,
                        NEWEST, &inquiry->arena, due, &inquiry->fatal) != 0)
        return -1;
    target->saved = due->owner == NULL || (!due->releases && due->commit_count == 0);
    if (due->owner != NULL)
        target->full_name = arena_printf(&inquiry->arena, "%s/%s", due->owner, due->name);
    target->commits = arena_array(&inquiry->arena, due->commit_count, sizeof *target->commits);
    return 0;
}

/* Facts of an earlier run stand. */
static int save_without(struct inquiry *inquiry)
{
    const struct row_forge row = {
        .state = "skipped",
        .reason = reason_word(REASON_NO_CREDENTIAL),
        .detail = "the forge tells credentials alone: set FLEETDRIFT_GITHUB_TOKEN",
    };
    int result = store_begin(inquiry->scan->store, &inquiry->fatal);

    for (size_t i = 0; i < inquiry->count && result == 0; i++)
        if (inquiry->targets[i].due.owner != NULL)
            result = store_put_forge(inquiry->scan->store, inquiry->targets[i].id, &row,
                                     &inquiry->fatal);
    if (result != 0 || store_keep(inquiry->scan->store, &inquiry->fatal) != 0)
        store_rollback(inquiry->scan->store);
    return result;
}

void inquiry_find(void *item)
{
    struct inquiry *inquiry = item;

    for (size_t i = 0; i < inquiry->count && inquiry->fatal.reason == REASON_NONE; i++)
        find_target(inquiry, &inquiry->targets[i]);
    if (inquiry->fatal.reason != REASON_NONE)
        return;
    if (access_kind(inquiry->scan->access) == ACCESS_NOBODY)
        save_without(inquiry);
    else
        recall_batch(inquiry);
}

/* --- what was told --------------------------------------------------------------------------- */

static int save_commits(struct store *store, const struct target *target, struct err *err)
{
    for (size_t i = 0; i < target->due.commit_count; i++)
        if (target->commits[i].state != FORGE_UNKNOWN &&
            store_put_forge_commit(store, target->id, target->due.commits[i], &target->commits[i],
                                   err) != 0)
            return -1;
    return 0;
}

static int save_target(struct store *store, const struct target *target, struct err *err)
{
    const struct due_forge *due = &target->due;
    bool known = target->err.reason == REASON_NONE;
    const struct row_forge row = {
        .state = known ? "known" : "unknown",
        .reason = known ? NULL : reason_word(target->err.reason),
        .detail = known ? NULL : target->err.text,
    };

    if (store_put_forge(store, target->id, &row, err) != 0 || save_commits(store, target, err) != 0)
        return -1;
    if (!known || !due->releases)
        return 0;
    if (store_put_forge_releases(store, target->id, target->releases, target->release_count, err) !=
        0)
        return -1;
    return store_forge_asked(store, target->id, due->digest, target->updated_at, clock_now(), err);
}

void inquiry_save(void *item)
{
    struct inquiry *inquiry = item;
    struct store *store = inquiry->scan->store;
    int result = store_begin(store, &inquiry->fatal);

    for (size_t i = 0; i < inquiry->count && result == 0; i++) {
        struct target *target = &inquiry->targets[i];
        if (target->saved || (target->open > 0 && inquiry->err.reason == REASON_NONE))
            continue;
        if (target->err.reason == REASON_NONE && target->open > 0)
            target->err = inquiry->err;
        result = save_target(store, target, &inquiry->fatal);
        free(target->releases);
        target->releases = NULL;
        target->saved = true;
        inquiry->answered++;
    }
    if (result != 0 || store_keep(store, &inquiry->fatal) != 0)
        store_rollback(store);
}
