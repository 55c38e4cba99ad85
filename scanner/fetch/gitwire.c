#include "fetch/gitwire.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "fetch/gitwire_codec.h"
#include "fetch/gitwire_host.h"

#define REFS_MAX    250000u
#define REFS_BYTES  (64u << 20)
#define PACK_BYTES  (2ull << 30)
#define TIMEOUT_MS  600000u
#define RETRIES     3u
#define HOPS_MAX    3    /* renames of renames */
#define PROBES_MAX  4    /* repositories that may tell nothing of the host before all go on */
#define PATIENCE_MS 3000 /* with the first answer of a host */
#define BODY_SMALL  (64u << 10) /* read in less time than it takes to wake a thread */

struct gitwire {
    struct http *http;
    struct lane *lane;
    struct gitwire_host host;
    char *agent;
    unsigned max_refs;
    uint64_t timeout_ms;
    struct git_caps caps; /* what today's servers can do, until proved */
    bool proved;          /* the host has answered in the way that caps say */
    unsigned probes;
    struct job *prober; /* whose answer the waiting ones wait for */
    struct job *waiting, **waiting_end;
    struct loop *loop;
    struct timer *patience; /* while some wait */
    struct buf facts;
};

/* One call of ours: up to three requests, one after the other. */
struct job {
    struct gitwire *wire;
    struct job *next;
    char *name;           /* as the caller knows the repository */
    char *path;           /* where the host has it: another name once it redirected */
    struct git_caps caps; /* that the request in flight relies on */
    bool learned;         /* caps are this repository's own advertisement */
    bool heads;           /* all branches are asked for */
    unsigned hops;
    struct err surprise; /* why the advertisement was asked for */
    void (*ask)(struct job *job);
    void *ctx;

    gitwire_refs_done *refs_done;
    struct gitwire_refs refs;
    struct arena arena;
    struct buf body; /* of an answer, while it is read */
    struct git_caps told;
    struct err wrong;

    gitwire_pack_done *pack_done;
    struct gitwire_fetch fetch;
    struct git_pack pack;
    struct err broken; /* what was wrong with the bytes that came */
};

static void start(struct job *job);
static void learn(struct job *job);

/* --- the end of a job, and who may go on then ------------------------------------------------ */

static void release_waiting(struct gitwire *wire)
{
    /* A repository that is missing says nothing of its host; neither do many of them. */
    bool all = wire->proved || ++wire->probes >= PROBES_MAX;
    struct job *job;

    while ((job = wire->waiting) != NULL && (all || wire->prober == NULL)) {
        wire->waiting = job->next;
        if (wire->waiting == NULL)
            wire->waiting_end = &wire->waiting;
        start(job);
    }
    if (wire->waiting == NULL) {
        timer_cancel(wire->patience);
        wire->patience = NULL;
    }
}

/* The one that was to tell of the host is slow: the others find out by themselves. */
static void on_impatient(void *ctx)
{
    struct gitwire *wire = ctx;

    wire->patience = NULL;
    wire->probes = PROBES_MAX;
    release_waiting(wire);
}

static void finish(struct job *job, const struct err *err)
{
    struct gitwire *wire = job->wire;
    struct err said = *err;

    if (said.reason != REASON_NONE)
        err_prefix(&said, "%s", job->name);
    if (job->refs_done != NULL) {
        job->refs.moved_to = strcmp(job->name, job->path) != 0 ? job->path : NULL;
        job->refs.arena = &job->arena;
        job->refs_done(said.reason == REASON_NONE ? &job->refs : NULL,
                       said.reason == REASON_NONE ? NULL : &said, job->ctx);
    } else {
        struct gitwire_pack pack = {
            .bytes = job->pack.bytes,
            .filtered = job->fetch.blob_none && git_caps_have(&job->caps, GIT_CAP_FILTER),
        };
        job->pack_done(&pack, &said, job->ctx);
        git_pack_release(&job->pack);
    }
    bool prober = wire->prober == job;
    arena_release(&job->arena);
    free(job->name);
    free(job->path);
    free(job);
    if (prober) {
        wire->prober = NULL;
        release_waiting(wire);
    }
}

/* What one repository's server can do tells of the host; but one that answers as old servers do
   says nothing of the others, once they were seen to do better. */
static void tell_host(struct gitwire *wire, const struct git_caps *caps)
{
    if (!wire->proved || wire->caps.version < 2 || caps->version >= 2)
        wire->caps = *caps;
    wire->proved = true;
}

static void succeed(struct job *job)
{
    tell_host(job->wire, &job->caps);
    finish(job, &(struct err){0});
}

/* An answer that a server in its right mind would not give if it could do what we thought: its
   advertisement will tell, once. */
static void on_surprise(struct job *job, const struct err *err)
{
    if (job->learned) {
        finish(job, err);
        return;
    }
    log_debug("%s: %s; asking what %s can do", job->name, err->text, job->wire->host.base);
    job->surprise = *err;
    learn(job);
}

/* --- requests and what all answers have in common -------------------------------------------- */

static void send_request(struct job *job, const char *service, const struct http_request *request,
                         const char *what, http_done *done)
{
    struct gitwire *wire = job->wire;
    struct http_request whole = *request;
    char *url = gitwire_host_url(&wire->host, job->path, service);

    whole.url = url;
    whole.what = what; /* finish() puts the repository before it */
    whole.authorization = wire->host.authorization;
    whole.timeout_ms = wire->timeout_ms;
    whole.retries = RETRIES;
    whole.no_follow = true;
    http_send(wire->http, &whole, done, job);
    free(url);
}

static void post(struct job *job, const struct buf *body, struct http_request *request,
                 const char *what, http_done *done)
{
    static const char *const v2[] = {"Content-Type: application/x-git-upload-pack-request",
                                     "Accept: application/x-git-upload-pack-result",
                                     "Git-Protocol: version=2", NULL};
    static const char *const v0[] = {"Content-Type: application/x-git-upload-pack-request",
                                     "Accept: application/x-git-upload-pack-result", NULL};

    request->method = HTTP_POST;
    request->headers = job->caps.version == 2 ? v2 : v0;
    request->body = buf_str(body);
    request->body_len = body->len;
    send_request(job, "git-upload-pack", request, what, done);
}

enum verdict { VERDICT_GOOD, VERDICT_MOVED, VERDICT_SURPRISE, VERDICT_FAILED };

/* Follows a rename to the repository's new name: the next request goes there. */
static enum verdict follow(struct job *job, const char *location, struct err *err)
{
    char *path = NULL;

    if (++job->hops > HOPS_MAX) {
        err_set(err, REASON_REDIRECT, "the host redirects more than %d times", HOPS_MAX);
        return VERDICT_FAILED;
    }
    if (gitwire_host_moved(&job->wire->host, location, &path, err) != 0)
        return VERDICT_FAILED;
    free(job->path);
    job->path = path;
    job->surprise = (struct err){0};
    return VERDICT_MOVED;
}

/* What the status of an answer means, before anyone reads its body. */
static enum verdict judge(struct job *job, const struct http_answer *answer, struct err *err)
{
    if (answer->err.reason != REASON_NONE) {
        *err = answer->err;
        return VERDICT_FAILED;
    }
    if (answer->status >= 200 && answer->status < 300)
        return VERDICT_GOOD;
    if (answer->status >= 300 && answer->status < 400)
        return follow(job, http_header(answer, "Location"), err);
    gitwire_host_refusal(&job->wire->host, answer, err);
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

/* Ends or goes on with a job whose answer is not a good one. */
static void act(struct job *job, enum verdict verdict, const struct err *err)
{
    if (verdict == VERDICT_MOVED)
        job->ask(job);
    else if (verdict == VERDICT_SURPRISE)
        on_surprise(job, err);
    else
        finish(job, err);
}

static bool is_surprise(const struct err *err)
{
    return err->reason == REASON_BAD_ANSWER || err->reason == REASON_TRUNCATED ||
           err->reason == REASON_REMOTE;
}

/* Reads the body of an answer beside the loop when it is large: a list may have 200,000 refs. */
static void read_body(struct job *job, struct http_answer *answer, work_fn *run, work_done *done)
{
    size_t max = answer->body.max;

    job->body = answer->body;
    buf_init(&answer->body, max);
    job->wrong = (struct err){0};
    if (job->wire->lane != NULL && job->body.len > BODY_SMALL) {
        work_submit(job->wire->lane, run, done, job);
    } else {
        run(job);
        done(job);
    }
}

/* --- what the host can do -------------------------------------------------------------------- */

static void advertisement_run(void *item)
{
    struct job *job = item;

    git_read_advertisement(buf_str(&job->body), job->body.len, job->wire->max_refs, &job->arena,
                           &job->told, &job->refs, &job->wrong);
    buf_release(&job->body);
}

static void advertisement_read(void *item)
{
    struct job *job = item;
    struct gitwire *wire = job->wire;
    struct git_caps caps = job->told;
    struct err err = job->wrong;

    if (err.reason != REASON_NONE) {
        finish(job, &err);
        return;
    }
    bool same = caps.version == job->caps.version && caps.set == job->caps.set;
    job->caps = caps;
    job->learned = true;
    if (caps.version == 2 || git_caps_have(&caps, GIT_CAP_SIDE_BAND)) {
        tell_host(wire, &caps);
    } else if (job->refs_done == NULL) {
        /* Every server of the last twenty years has it, but an empty repository may say nothing. */
        err_set(&err, REASON_UNSUPPORTED, "the host does not offer side-band-64k");
        finish(job, &err);
        return;
    }
    if (caps.version == 0 && job->refs_done != NULL)
        finish(job, &err);
    else if (same && job->surprise.reason != REASON_NONE)
        finish(job, &job->surprise);
    else
        job->ask(job);
}

static void on_advertisement(struct http_answer *answer, void *ctx)
{
    struct job *job = ctx;
    struct err err = {0};
    enum verdict verdict = judge(job, answer, &err);

    if (verdict == VERDICT_MOVED)
        learn(job);
    else if (verdict != VERDICT_GOOD || gitwire_host_smart(answer, &err) != 0)
        finish(job, &err);
    else
        read_body(job, answer, advertisement_run, advertisement_read);
}

static void learn(struct job *job)
{
    static const char *const headers[] = {"Git-Protocol: version=2", NULL};

    send_request(job, "info/refs?service=git-upload-pack",
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
    struct job *job = item;

    git_read_refs(buf_str(&job->body), job->body.len, job->wire->max_refs, &job->arena, &job->refs,
                  &job->wrong);
    buf_release(&job->body);
}

static void refs_read(void *item)
{
    struct job *job = item;
    struct err err = job->wrong;

    if (err.reason != REASON_NONE) {
        act(job, is_surprise(&err) ? VERDICT_SURPRISE : VERDICT_FAILED, &err);
    } else if (git_refs_want_heads(&job->refs) && !job->heads) {
        job->heads = true;
        job->ask(job);
    } else {
        succeed(job);
    }
}

static void on_refs(struct http_answer *answer, void *ctx)
{
    struct job *job = ctx;
    struct err err = {0};
    enum verdict verdict = judge(job, answer, &err);

    if (verdict == VERDICT_GOOD)
        read_body(job, answer, refs_run, refs_read);
    else
        act(job, verdict, &err);
}

static void ask_refs(struct job *job)
{
    struct buf body;

    if (job->caps.version != 2) {
        learn(job);
        return;
    }
    git_request_refs(&body, &job->caps, job->wire->agent, job->heads);
    post(job, &body, &(struct http_request){.max_bytes = REFS_BYTES}, "refs", on_refs);
    buf_release(&body);
}

/* --- packs ----------------------------------------------------------------------------------- */

static int write_pack(void *ctx, const char *data, size_t len, struct err *err)
{
    struct job *job = ctx;

    while (len > 0) {
        ssize_t n = write(job->fetch.fd, data, len);
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
    struct job *job = ctx;
    int result = git_pack_feed(&job->pack, data, len, &job->broken);

    if (result != 0)
        *err = job->broken;
    return result;
}

/* The error of a fetch whose HTTP answer came in or broke; what of the pack is written counts. */
static enum verdict judge_pack(struct job *job, const struct http_answer *answer, struct err *err)
{
    enum verdict verdict = VERDICT_FAILED;

    if (job->broken.reason != REASON_NONE) {
        *err = job->broken;
    } else if (answer->err.reason == REASON_CONNECT && job->pack.bytes > 0) {
        git_pack_finish(&job->pack, err);
    } else {
        verdict = judge(job, answer, err);
        if (verdict != VERDICT_GOOD || git_pack_finish(&job->pack, err) == 0)
            return verdict;
    }
    return is_surprise(err) && job->pack.bytes == 0 ? VERDICT_SURPRISE : VERDICT_FAILED;
}

static void on_pack(struct http_answer *answer, void *ctx)
{
    struct job *job = ctx;
    struct err err = {0};
    enum verdict verdict = judge_pack(job, answer, &err);

    if (verdict == VERDICT_GOOD)
        succeed(job);
    else
        act(job, verdict, &err);
}

static void ask_pack(struct job *job)
{
    struct gitwire *wire = job->wire;
    uint64_t max = job->fetch.max_bytes != 0 ? job->fetch.max_bytes : PACK_BYTES;
    struct buf body;

    git_pack_release(&job->pack);
    git_pack_init(&job->pack, job->caps.version, max, write_pack, job);
    job->broken = (struct err){0};
    git_request_fetch(&body, &job->caps, wire->agent, &job->fetch);
    post(job, &body,
         &(struct http_request){
             .max_bytes = (size_t)(max + max / 4) + (1u << 20), /* framing and progress */
             .on_data = on_pack_data,
             .on_data_ctx = job,
         },
         "objects", on_pack);
    buf_release(&body);
}

/* --- the calls ------------------------------------------------------------------------------- */

/* Until the host is proved, one goes and the others wait. */
static void start(struct job *job)
{
    struct gitwire *wire = job->wire;

    if (!wire->proved && wire->prober != NULL && wire->probes < PROBES_MAX) {
        job->next = NULL;
        *wire->waiting_end = job;
        wire->waiting_end = &job->next;
        if (wire->patience == NULL && wire->loop != NULL)
            wire->patience = loop_timer(wire->loop, PATIENCE_MS, on_impatient, wire);
        return;
    }
    if (!wire->proved && wire->prober == NULL)
        wire->prober = job;
    job->caps = wire->caps;
    job->ask(job);
}

static struct job *new_job(struct gitwire *wire, const char *repository, void *ctx,
                           void (*ask)(struct job *))
{
    struct job *job = mem_alloc(sizeof *job);

    job->wire = wire;
    job->name = mem_strdup(repository);
    job->path = mem_strdup(repository);
    job->ask = ask;
    job->ctx = ctx;
    return job;
}

void gitwire_ls_refs(struct gitwire *wire, const char *repository, gitwire_refs_done *done,
                     void *ctx)
{
    struct job *job = new_job(wire, repository, ctx, ask_refs);

    job->refs_done = done;
    start(job);
}

void gitwire_fetch(struct gitwire *wire, const struct gitwire_fetch *fetch, gitwire_pack_done *done,
                   void *ctx)
{
    struct job *job = new_job(wire, fetch->repository, ctx, ask_pack);

    job->pack_done = done;
    job->fetch = *fetch;
    job->fetch.repository = job->name;
    start(job);
}

int gitwire_new(struct http *http, const struct gitwire_options *options, struct gitwire **out,
                struct err *err)
{
    struct gitwire *wire = mem_alloc(sizeof *wire);

    if (gitwire_host_init(&wire->host, options->base, options->token, err) != 0) {
        free(wire);
        return -1;
    }
    wire->http = http;
    wire->lane = options->lane;
    wire->loop = options->loop;
    wire->agent = mem_strdup(options->agent);
    wire->max_refs = options->max_refs != 0 ? options->max_refs : REFS_MAX;
    wire->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : TIMEOUT_MS;
    wire->waiting_end = &wire->waiting;
    wire->caps = git_caps_usual();
    buf_init(&wire->facts, 256);
    struct git_caps known;
    /* A server that could not filter may have learned to: that is asked anew in each run. One of
       version 0 is asked for its advertisement anyway, and would say. */
    if (options->host_facts != NULL && git_caps_parse(options->host_facts, &known) == 0 &&
        git_caps_have(&known, known.version == 0 ? GIT_CAP_SIDE_BAND : GIT_CAP_FILTER)) {
        wire->caps = known;
        wire->proved = true;
    }
    *out = wire;
    return 0;
}

void gitwire_free(struct gitwire *wire)
{
    if (wire == NULL)
        return;
    assert(wire->waiting == NULL && wire->prober == NULL);
    gitwire_host_release(&wire->host);
    buf_release(&wire->facts);
    free(wire->agent);
    free(wire);
}

const char *gitwire_host_facts(const struct gitwire *wire)
{
    struct buf *facts = &((struct gitwire *)wire)->facts;

    buf_reset(facts);
    if (wire->proved)
        git_caps_format(&wire->caps, facts);
    return buf_str(facts);
}
