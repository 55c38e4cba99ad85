#include "net/engine.h"

#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/loop_uv.h"

struct engine {
    struct loop *loop;
    CURLM *multi;
    uv_timer_t timer;
    struct engine_limits limits;
    engine_done *done;
    engine_lost *lost;
    void *ctx;
    bool failing;
};

/* One a socket of curl. A number comes back while the old watch is still closing: a watch is never
   used twice. */
struct watch {
    uv_poll_t poll;
    struct engine *engine;
    curl_socket_t fd;
};

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

static void drain(struct engine *engine)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result; /* the message dies with the removal */
        curl_multi_remove_handle(engine->multi, easy);
        engine->done(easy, result, engine->ctx);
    }
}

static void drive(struct engine *engine, curl_socket_t fd, int events)
{
    int running;

    if (engine->failing)
        return;
    CURLMcode status = curl_multi_socket_action(engine->multi, fd, events, &running);
    if (status != CURLM_OK) {
        log_warning("the HTTP library failed (%s), its transfers begin anew",
                    curl_multi_strerror(status));
        engine_fail(engine);
        return;
    }
    drain(engine);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct watch *watch = handle->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;

    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    drive(watch->engine, watch->fd, flags);
}

static void on_timer(uv_timer_t *handle)
{
    drive(handle->data, CURL_SOCKET_TIMEOUT, 0);
}

static struct watch *watch_new(struct engine *engine, curl_socket_t fd)
{
    struct watch *watch = mem_alloc(sizeof *watch);

    watch->engine = engine;
    watch->fd = fd;
    watch->poll.data = watch;
    int status = uv_poll_init_socket(loop_uv(engine->loop), &watch->poll, fd);
    if (status != 0) {
        log_warning("socket %d cannot be watched: %s", (int)fd, uv_strerror(status));
        free(watch);
        return NULL;
    }
    uv_unref((uv_handle_t *)&watch->poll);
    curl_multi_assign(engine->multi, fd, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct engine *engine = ctx;
    struct watch *watch = socket_ctx;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            uv_poll_stop(&watch->poll);
            uv_close((uv_handle_t *)&watch->poll, free_watch);
            curl_multi_assign(engine->multi, fd, NULL);
        }
        return 0;
    }
    if (watch == NULL && (watch = watch_new(engine, fd)) == NULL)
        return -1;
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->poll, events, on_poll) == 0 ? 0 : -1;
}

static int on_timeout_change(CURLM *multi, long timeout_ms, void *ctx)
{
    struct engine *engine = ctx;

    (void)multi;
    if (timeout_ms < 0)
        uv_timer_stop(&engine->timer);
    else /* also for 0: curl must not be called from its own callback */
        uv_timer_start(&engine->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

static int new_multi(struct engine *engine)
{
    CURLM *multi = curl_multi_init();

    if (multi == NULL)
        return -1;
    engine->multi = multi;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, engine);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, engine);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, engine->limits.host_connections);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, engine->limits.total_connections);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, engine->limits.total_connections);
    return 0;
}

int engine_new(struct loop *loop, const struct engine_limits *limits, engine_done *done,
               engine_lost *lost, void *ctx, struct engine **out, struct err *err)
{
    struct engine *engine = mem_alloc(sizeof *engine);

    *engine =
        (struct engine){.loop = loop, .limits = *limits, .done = done, .lost = lost, .ctx = ctx};
    if (new_multi(engine) != 0) {
        free(engine);
        return err_set(err, REASON_INTERNAL, "the HTTP library does not start");
    }
    uv_timer_init(loop_uv(loop), &engine->timer);
    uv_unref((uv_handle_t *)&engine->timer);
    engine->timer.data = engine;
    *out = engine;
    return 0;
}

void engine_free(struct engine *engine)
{
    struct loop *loop = engine->loop;

    curl_multi_cleanup(engine->multi); /* calls on_socket */
    uv_close((uv_handle_t *)&engine->timer, NULL);
    loop_run(loop);
    free(engine);
}

int engine_add(struct engine *engine, CURL *easy, struct err *err)
{
    CURLMcode status = curl_multi_add_handle(engine->multi, easy);

    if (status != CURLM_OK)
        return err_set(err, REASON_INTERNAL, "the HTTP library refuses a transfer: %s",
                       curl_multi_strerror(status));
    return 0;
}

void engine_remove(struct engine *engine, CURL *easy)
{
    curl_multi_remove_handle(engine->multi, easy);
}

static void rebuild(void *ctx)
{
    struct engine *engine = ctx;
    CURLM *broken = engine->multi;

    engine->lost(engine->ctx);
    curl_multi_cleanup(broken);
    uv_timer_stop(&engine->timer);
    engine->failing = false;
    if (new_multi(engine) != 0)
        abort(); /* as out of memory does */
}

void engine_fail(struct engine *engine)
{
    if (engine->failing)
        return;
    engine->failing = true;
    loop_defer(engine->loop, rebuild, engine);
}
