#include "net/loop.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#include "base/interrupt.h"
#include "base/mem.h"
#include "net/loop_uv.h"

struct deferred {
    loop_fn *fn;
    void *ctx;
};

struct loop {
    uv_loop_t uv;
    uv_idle_t idle;       /* active while something is deferred, so that the loop does not sleep */
    uv_prepare_t prepare; /* measures; never keeps the loop alive */
    struct deferred *deferred;
    size_t deferred_count, deferred_size;
    uint64_t mark_ns, mark_idle_ns, worst_ns;
    bool interruptible;
    uv_poll_t interrupt;
    loop_fn *on_interrupt;
    void *on_interrupt_ctx;
};

struct timer {
    uv_timer_t uv;
    loop_fn *fn;
    void *ctx;
};

static void mark(struct loop *loop)
{
    loop->mark_ns = uv_hrtime();
    loop->mark_idle_ns = uv_metrics_idle_time(&loop->uv);
}

/* Between two of these calls the loop waited once; all other time it was busy. */
static void on_prepare(uv_prepare_t *handle)
{
    struct loop *loop = handle->data;
    uint64_t ns = loop->mark_ns, idle_ns = loop->mark_idle_ns;

    mark(loop);
    uint64_t waited = loop->mark_idle_ns - idle_ns, passed = loop->mark_ns - ns;
    if (passed > waited && passed - waited > loop->worst_ns)
        loop->worst_ns = passed - waited;
}

static void on_idle(uv_idle_t *handle)
{
    struct loop *loop = handle->data;
    struct deferred *calls = loop->deferred;
    size_t count = loop->deferred_count;

    /* What these calls defer runs in the next round: the loop must get its turn between. */
    loop->deferred = NULL;
    loop->deferred_count = loop->deferred_size = 0;
    for (size_t i = 0; i < count; i++)
        calls[i].fn(calls[i].ctx);
    free(calls);
    if (loop->deferred_count == 0)
        uv_idle_stop(&loop->idle);
}

int loop_new(struct loop **out, struct err *err)
{
    struct loop *loop = mem_alloc(sizeof *loop);
    int status = uv_loop_init(&loop->uv);

    if (status != 0) {
        free(loop);
        return err_set(err, REASON_INTERNAL, "no event loop: %s", uv_strerror(status));
    }
    uv_loop_configure(&loop->uv, UV_METRICS_IDLE_TIME);
    uv_idle_init(&loop->uv, &loop->idle);
    uv_prepare_init(&loop->uv, &loop->prepare);
    loop->idle.data = loop->prepare.data = loop;
    uv_prepare_start(&loop->prepare, on_prepare);
    uv_unref((uv_handle_t *)&loop->prepare);
    *out = loop;
    return 0;
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    assert(loop->deferred_count == 0);
    if (loop->interruptible)
        uv_close((uv_handle_t *)&loop->interrupt, NULL);
    uv_close((uv_handle_t *)&loop->idle, NULL);
    uv_close((uv_handle_t *)&loop->prepare, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    int status = uv_loop_close(&loop->uv);
    assert(status == 0);
    (void)status;
    free(loop->deferred);
    free(loop);
}

void loop_run(struct loop *loop)
{
    mark(loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

static void free_timer(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_timer(uv_timer_t *handle)
{
    struct timer *timer = handle->data;

    uv_close((uv_handle_t *)handle, free_timer);
    timer->fn(timer->ctx);
}

struct timer *loop_timer(struct loop *loop, uint64_t ms, loop_fn *fn, void *ctx)
{
    struct timer *timer = mem_alloc(sizeof *timer);

    timer->fn = fn;
    timer->ctx = ctx;
    timer->uv.data = timer;
    uv_timer_init(&loop->uv, &timer->uv);
    uv_update_time(&loop->uv); /* else it would count from the start of this round */
    uv_timer_start(&timer->uv, on_timer, ms, 0);
    return timer;
}

void timer_cancel(struct timer *timer)
{
    if (timer != NULL)
        uv_close((uv_handle_t *)&timer->uv, free_timer);
}

void loop_defer(struct loop *loop, loop_fn *fn, void *ctx)
{
    loop->deferred = mem_grow(loop->deferred, loop->deferred_count, &loop->deferred_size,
                              sizeof *loop->deferred);
    loop->deferred[loop->deferred_count++] = (struct deferred){fn, ctx};
    uv_idle_start(&loop->idle, on_idle);
}

static void on_signal(uv_poll_t *handle, int status, int events)
{
    struct loop *loop = handle->data;

    (void)status;
    (void)events;
    uv_poll_stop(handle);
    loop->on_interrupt(loop->on_interrupt_ctx);
}

int loop_on_interrupt(struct loop *loop, loop_fn *fn, void *ctx, struct err *err)
{
    assert(!loop->interruptible);
    int status = uv_poll_init(&loop->uv, &loop->interrupt, interrupt_fd());
    if (status != 0)
        return err_set(err, REASON_INTERNAL, "cannot watch for interrupts: %s",
                       uv_strerror(status));
    loop->interrupt.data = loop;
    loop->on_interrupt = fn;
    loop->on_interrupt_ctx = ctx;
    loop->interruptible = true;
    uv_poll_start(&loop->interrupt, UV_READABLE, on_signal);
    uv_unref((uv_handle_t *)&loop->interrupt);
    return 0;
}

uint64_t loop_worst_block_us(const struct loop *loop)
{
    return loop->worst_ns / 1000;
}
