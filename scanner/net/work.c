#include "net/work.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "base/mem.h"
#include "net/loop_uv.h"

struct work_item {
    uv_work_t uv;
    struct lane *lane;
    work_fn *run;
    work_done *done;
    void *item;
    struct work_item *next;
};

struct lane {
    struct loop *loop;
    unsigned limit, running, waiting;
    struct work_item *first, **last;
};

void work_set_threads(unsigned threads)
{
    char text[16];

    /* libuv reads it when the first item is queued. */
    snprintf(text, sizeof text, "%u", threads > 0 ? threads : 1);
    setenv("UV_THREADPOOL_SIZE", text, 1);
}

unsigned work_default_threads(void)
{
    return uv_available_parallelism();
}

struct lane *lane_new(struct loop *loop, unsigned limit)
{
    struct lane *lane = mem_alloc(sizeof *lane);

    assert(limit > 0);
    lane->loop = loop;
    lane->limit = limit;
    lane->last = &lane->first;
    return lane;
}

void lane_free(struct lane *lane)
{
    assert(lane == NULL || lane_pending(lane) == 0);
    free(lane);
}

static void on_pool(uv_work_t *request)
{
    struct work_item *work = request->data;

    work->run(work->item);
}

static void start_waiting(struct lane *lane);

static void on_done(uv_work_t *request, int status)
{
    struct work_item *work = request->data;
    work_done *done = work->done;
    void *item = work->item;

    assert(status == 0); /* nobody cancels items */
    (void)status;
    work->lane->running--;
    start_waiting(work->lane);
    free(work);
    done(item); /* last: it may free the lane */
}

static void start_waiting(struct lane *lane)
{
    while (lane->first != NULL && lane->running < lane->limit) {
        struct work_item *work = lane->first;

        lane->first = work->next;
        if (lane->first == NULL)
            lane->last = &lane->first;
        lane->waiting--;
        lane->running++;
        int status = uv_queue_work(loop_uv(lane->loop), &work->uv, on_pool, on_done);
        assert(status == 0);
        (void)status;
    }
}

void work_submit(struct lane *lane, work_fn *run, work_done *done, void *item)
{
    struct work_item *work = mem_alloc(sizeof *work);

    *work = (struct work_item){.lane = lane, .run = run, .done = done, .item = item};
    work->uv.data = work;
    *lane->last = work;
    lane->last = &work->next;
    lane->waiting++;
    start_waiting(lane);
}

unsigned lane_pending(const struct lane *lane)
{
    return lane->waiting + lane->running;
}
