#include "scan/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char *stamp_judged(const struct job *job)
{
    return mem_printf("judged %" PRId64, job->id);
}

char *stamp_changed(const struct scan *scan, const char *package)
{
    return mem_printf("changed %s %s", scan->indexes[0].url, package);
}

int stamp_remember(struct store *store, const char *key, struct err *err)
{
    char run[24];

    snprintf(run, sizeof run, "%" PRId64, store_run(store));
    return store_remember(store, key, run, err);
}

/* The run that is noted under a key; 0 when none is. */
static int recall_run(struct store *store, const char *key, int64_t *run, struct err *err)
{
    struct buf value = BUF_INIT(32);
    int found = store_recall(store, key, &value, err);

    *run = found == 1 ? strtoll(buf_str(&value), NULL, 10) : 0;
    buf_release(&value);
    return found < 0 ? -1 : 0;
}

int stamp_compare(struct job *job, const char *package, struct err *err)
{
    struct store *store = job->scan->store;
    char *judged_key = stamp_judged(job), *changed_key = stamp_changed(job->scan, package);
    int64_t judged, changed;
    int result = recall_run(store, judged_key, &judged, err);

    if (result == 0)
        result = recall_run(store, changed_key, &changed, err);
    if (result == 0)
        job->stale |= changed > judged;
    free(judged_key);
    free(changed_key);
    return result;
}

static char *server_key(const struct job *job)
{
    return mem_printf("git-server %" PRId64, job->id);
}

int job_recall_server(struct job *job, struct err *err)
{
    struct buf value = BUF_INIT(256);
    char *key = server_key(job);
    int found = store_recall(job->scan->store, key, &value, err);

    if (found == 1)
        job->server = arena_strdup(&job->arena, buf_str(&value));
    buf_release(&value);
    free(key);
    return found < 0 ? -1 : 0;
}

int job_remember_server(struct job *job, struct err *err)
{
    const char *was = job->server != NULL ? job->server : "", *is = job->refs.server;
    int result = 0;

    if (is != NULL && strcmp(was, is) != 0) {
        char *key = server_key(job);
        result = store_remember(job->scan->store, key, is, err);
        free(key);
    }
    return result;
}

/* --- what was read at tags and in the history ------------------------------------------------- */

#define MEMORY_MAX (16u << 20) /* more is read again */

static char *memory_key(const struct job *job)
{
    return mem_printf("read %" PRId64, job->id);
}

/* Of another revision it is of no use. */
static void parse_memory(struct job *job, const struct buf *text)
{
    json_t *root = json_loadb(buf_str(text), text->len, 0, NULL);

    if (json_integer_value(json_object_get(root, "revision")) == job->scan->revision) {
        job->memory = json_incref(json_object_get(root, "commits"));
        job->past = json_incref(json_object_get(root, "history"));
    }
    json_decref(root);
}

int job_recall_study(struct job *job, struct err *err)
{
    struct buf value = BUF_INIT(MEMORY_MAX);
    char *key = memory_key(job);
    int found = store_recall(job->scan->store, key, &value, err);

    if (found == 1)
        parse_memory(job, &value);
    buf_release(&value);
    free(key);
    return found < 0 ? -1 : 0;
}

int job_remember_study(struct job *job, struct err *err)
{
    json_t *root = json_pack("{s:i,s:O?,s:O?}", "revision", job->scan->revision, "commits",
                             job->memory, "history", job->past);
    char *text = json_dumps(root, JSON_COMPACT), *key = memory_key(job);
    int result = 0;

    if (text != NULL && strlen(text) < MEMORY_MAX)
        result = store_remember(job->scan->store, key, text, err);
    free(key);
    free(text);
    json_decref(root);
    return result;
}
