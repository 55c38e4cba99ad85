#include "fetch/gitwire_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define REFS_BYTES (64u << 20)
#define PACK_BYTES (2ull << 30)
#define RETRIES    3u
#define HOPS_MAX   3           /* renames of renames */
#define BODY_SMALL (64u << 10) /* read in less time than it takes to wake a thread */

static void learn(struct call *call);

static void succeed(struct call *call)
{
    gitwire_tell_host(call->wire, &call->caps);
    call_finish(call, &(struct err){0});
}

/* An answer that a server in its right mind would not give if it could do what we thought: its
   advertisement will tell, once. */
static void on_surprise(struct call *call, const struct err *err)
{
    if (call->learned) {
        call_finish(call, err);
        return;
    }
    log_debug("%s: %s; asking what %s can do", call->name, err->text, call->wire->host.base);
    call->surprise = *err;
    learn(call);
}

/* --- requests and what all answers have in common -------------------------------------------- */

static void send_request(struct call *call, const char *service, const struct http_request *request,
                         const char *what, http_done *done)
{
    struct gitwire *wire = call->wire;
    struct http_request whole = *request;
    char *url = gitwire_host_url(&wire->host, call->path, service);

    whole.url = url;
    whole.what = what; /* call_finish() puts the repository before it */
    whole.timeout_ms = wire->timeout_ms;
    whole.retries = RETRIES;
    whole.no_follow = true;
    access_send(wire->access, call->path, ACCESS_GIT, &whole, done, call);
    free(url);
}

static void post(struct call *call, const struct buf *body, struct http_request *request,
                 const char *what, http_done *done)
{
    static const char *const v2[] = {"Content-Type: application/x-git-upload-pack-request",
                                     "Accept: application/x-git-upload-pack-result",
                                     "Git-Protocol: version=2", NULL};
    static const char *const v0[] = {"Content-Type: application/x-git-upload-pack-request",
                                     "Accept: application/x-git-upload-pack-result", NULL};

    request->method = HTTP_POST;
    request->headers = call->caps.version == 2 ? v2 : v0;
    request->body = buf_str(body);
    request->body_len = body->len;
    send_request(call, "git-upload-pack", request, what, done);
}

enum verdict { VERDICT_GOOD, VERDICT_MOVED, VERDICT_SURPRISE, VERDICT_FAILED };

/* Follows a rename to the repository's new name: the next request goes there. */
static enum verdict follow(struct call *call, const char *location, struct err *err)
{
    char *path = NULL;

    if (++call->hops > HOPS_MAX) {
        err_set(err, REASON_REDIRECT, "the host redirects more than %d times", HOPS_MAX);
        return VERDICT_FAILED;
    }
    if (gitwire_host_moved(&call->wire->host, location, &path, err) != 0)
        return VERDICT_FAILED;
    free(call->path);
    call->path = path;
    call->surprise = (struct err){0};
    return VERDICT_MOVED;
}

/* What the status of an answer means, before anyone reads its body. */
static enum verdict judge(struct call *call, const struct http_answer *answer, struct err *err)
{
    if (answer->err.reason != REASON_NONE) {
        *err = answer->err;
        return VERDICT_FAILED;
    }
    if (answer->status >= 200 && answer->status < 300)
        return VERDICT_GOOD;
    if (answer->status >= 300 && answer->status < 400)
        return follow(call, http_header(answer, "Location"), err);
    gitwire_host_refusal(&call->wire->host, answer, err);
    /* 401 and 404 are surprises too: some hosts redirect or admit only those who ask for the
       advertisement first. */
    switch (answer->status) {
    case 403:
    case 429:
    case 451:
        return VERDICT_FAILED;
    default:
        return VERDICT_SURPRISE;
    }
}

/* Ends or goes on with a call whose answer is not a good one. */
static void act(struct call *call, enum verdict verdict, const struct err *err)
{
    if (verdict == VERDICT_MOVED)
        call->ask(call);
    else if (verdict == VERDICT_SURPRISE)
        on_surprise(call, err);
    else
        call_finish(call, err);
}

static bool is_surprise(const struct err *err)
{
    return err->reason == REASON_BAD_ANSWER || err->reason == REASON_TRUNCATED ||
           err->reason == REASON_REMOTE;
}

/* Reads the body of an answer beside the loop when it is large: a list may have 200,000 refs. */
static void read_body(struct call *call, struct http_answer *answer, work_fn *run, work_done *done)
{
    size_t max = answer->body.max;

    call->body = answer->body;
    buf_init(&answer->body, max);
    call->wrong = (struct err){0};
    if (call->wire->lane != NULL && call->body.len > BODY_SMALL) {
        work_submit(call->wire->lane, run, done, call);
    } else {
        run(call);
        done(call);
    }
}

/* --- what the host can do -------------------------------------------------------------------- */

static void advertisement_run(void *item)
{
    struct call *call = item;

    git_read_advertisement(buf_str(&call->body), call->body.len, call->wire->max_refs, &call->arena,
                           &call->told, &call->refs, &call->wrong);
    buf_release(&call->body);
}

static void advertisement_read(void *item)
{
    struct call *call = item;
    struct gitwire *wire = call->wire;
    struct git_caps caps = call->told;
    struct err err = call->wrong;

    if (err.reason != REASON_NONE) {
        call_finish(call, &err);
        return;
    }
    bool same = caps.version == call->caps.version && caps.set == call->caps.set;
    call->caps = caps;
    call->learned = true;
    if (caps.version == 2 || git_caps_have(&caps, GIT_CAP_SIDE_BAND)) {
        gitwire_tell_host(wire, &caps);
    } else if (call->refs_done == NULL) {
        /* Every server of the last twenty years has it, but an empty repository may say nothing. */
        err_set(&err, REASON_UNSUPPORTED, "the host does not offer side-band-64k");
        call_finish(call, &err);
        return;
    }
    if (caps.version == 0 && call->refs_done != NULL)
        call_finish(call, &err);
    else if (same && call->surprise.reason != REASON_NONE)
        call_finish(call, &call->surprise);
    else
        call->ask(call);
}

static void on_advertisement(struct http_answer *answer, void *ctx)
{
    struct call *call = ctx;
    struct err err = {0};
    enum verdict verdict = judge(call, answer, &err);

    if (verdict == VERDICT_MOVED)
        learn(call);
    else if (verdict != VERDICT_GOOD || gitwire_host_smart(answer, &err) != 0)
        call_finish(call, &err);
    else
        read_body(call, answer, advertisement_run, advertisement_read);
}

static void learn(struct call *call)
{
    static const char *const headers[] = {"Git-Protocol: version=2", NULL};

    send_request(call, "info/refs?service=git-upload-pack",
                 &(struct http_request){
                     .method = HTTP_GET,
                     .headers = headers,
                     .max_bytes = REFS_BYTES,
                 },
                 "refs", on_advertisement);
}

/* --- refs ------------------------------------------------------------------------------------ */

static void refs_run(void *item)
{
    struct call *call = item;

    git_read_refs(buf_str(&call->body), call->body.len, call->wire->max_refs, &call->arena,
                  &call->refs, &call->wrong);
    buf_release(&call->body);
}

static void refs_read(void *item)
{
    struct call *call = item;
    struct err err = call->wrong;

    if (err.reason != REASON_NONE) {
        act(call, is_surprise(&err) ? VERDICT_SURPRISE : VERDICT_FAILED, &err);
    } else if (git_refs_want_heads(&call->refs) && !call->heads) {
        call->heads = true;
        call->ask(call);
    } else {
        succeed(call);
    }
}

static void on_refs(struct http_answer *answer, void *ctx)
{
    struct call *call = ctx;
    struct err err = {0};
    enum verdict verdict = judge(call, answer, &err);

    if (verdict == VERDICT_GOOD)
        read_body(call, answer, refs_run, refs_read);
    else
        act(call, verdict, &err);
}

void call_ask_refs(struct call *call)
{
    struct buf body;

    if (call->caps.version != 2) {
        learn(call);
        return;
    }
    git_request_refs(&body, &call->caps, call->wire->agent, call->heads);
    post(call, &body, &(struct http_request){.max_bytes = REFS_BYTES}, "refs", on_refs);
    buf_release(&body);
}

/* --- packs ----------------------------------------------------------------------------------- */

static int write_pack(void *ctx, const char *data, size_t len, struct err *err)
{
    struct call *call = ctx;

    while (len > 0) {
        ssize_t n = write(call->fetch.fd, data, len);
        if (n < 0 && errno != EINTR)
            return err_set(err, REASON_DISK, "cannot write the pack: %s", strerror(errno));
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

static int on_pack_data(void *ctx, const char *data, size_t len, struct err *err)
{
    struct call *call = ctx;

    call->pack.alive = false;
    if (git_pack_feed(&call->pack, data, len, &call->broken) == 0)
        return call->pack.alive;
    *err = call->broken;
    return -1;
}

/* The error of a fetch whose HTTP answer came in or broke. */
static enum verdict judge_pack(struct call *call, const struct http_answer *answer, struct err *err)
{
    enum verdict verdict = VERDICT_FAILED;

    if (call->broken.reason != REASON_NONE) {
        *err = call->broken;
    } else {
        verdict = judge(call, answer, err);
        if (verdict != VERDICT_GOOD || git_pack_finish(&call->pack, err) == 0)
            return verdict;
    }
    return is_surprise(err) && call->pack.bytes == 0 ? VERDICT_SURPRISE : VERDICT_FAILED;
}

static void on_pack(struct http_answer *answer, void *ctx)
{
    struct call *call = ctx;
    struct err err = {0};
    enum verdict verdict = judge_pack(call, answer, &err);

    if (verdict == VERDICT_GOOD)
        succeed(call);
    else
        act(call, verdict, &err);
}

void call_ask_pack(struct call *call)
{
    struct gitwire *wire = call->wire;
    uint64_t max = call->fetch.max_bytes != 0 ? call->fetch.max_bytes : PACK_BYTES;
    struct buf body;

    git_pack_release(&call->pack);
    git_pack_init(&call->pack, call->caps.version, max, write_pack, call);
    call->broken = (struct err){0};
    git_request_fetch(&body, &call->caps, wire->agent, &call->fetch);
    post(call, &body,
         &(struct http_request){
             .max_bytes = (size_t)(max + max / 4) + (1u << 20), /* framing and progress */
             .on_data = on_pack_data,
             .on_data_ctx = call,
         },
         "objects", on_pack);
    buf_release(&body);
}
