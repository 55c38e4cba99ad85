#include "fetch/gitwire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/gitwire_call.h"

#define REFS_MAX    250000u
#define TIMEOUT_MS  600000u
#define PROBES_MAX  4    /* repositories that may tell nothing of the host before all go on */
#define PATIENCE_MS 3000 /* with the first answer of a host */

static void start(struct call *call);

/* --- who may ask ----------------------------------------------------------------------------- */

static void release_waiting(struct gitwire *wire)
{
    /* A repository that is missing says nothing of its host; neither do many of them. */
    bool all = wire->proved || ++wire->probes >= PROBES_MAX;
    struct call *call;

    while ((call = wire->waiting) != NULL && (all || wire->prober == NULL)) {
        wire->waiting = call->next;
        if (wire->waiting == NULL)
            wire->waiting_end = &wire->waiting;
        start(call);
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

/* Until the host is proved, one goes and the others wait. */
static void start(struct call *call)
{
    struct gitwire *wire = call->wire;

    if (call->own) {
        call->ask(call);
        return;
    }
    if (!wire->proved && wire->prober != NULL && wire->probes < PROBES_MAX) {
        call->next = NULL;
        *wire->waiting_end = call;
        wire->waiting_end = &call->next;
        if (wire->patience == NULL && wire->loop != NULL)
            wire->patience = loop_timer(wire->loop, PATIENCE_MS, on_impatient, wire);
        return;
    }
    if (!wire->proved && wire->prober == NULL)
        wire->prober = call;
    call->caps = wire->caps;
    call->ask(call);
}

/* What one repository's server can do tells of the host; but one that answers as old servers do
   says nothing of the others, once they were seen to do better. */
void gitwire_tell_host(struct gitwire *wire, const struct git_caps *caps)
{
    if (!wire->proved || wire->caps.version < 2 || caps->version >= 2)
        wire->caps = *caps;
    wire->proved = true;
}

/* --- the calls ------------------------------------------------------------------------------- */

#define HEADS "heads"

/* The line that read_server() understands. */
static const char *format_server(struct call *call)
{
    struct buf line = BUF_INIT(256);

    if (call->caps.version == 0)
        git_caps_format(&call->caps, &line);
    const char *server = git_refs_want_heads(&call->refs) && line.len == 0 ? HEADS : buf_str(&line);
    server = arena_strdup(&call->arena, server);
    buf_release(&line);
    return server;
}

static void read_server(struct call *call, const char *server)
{
    call->heads = server != NULL && strcmp(server, HEADS) == 0;
    call->own = server != NULL && git_caps_parse(server, &call->caps) == 0;
}

void call_finish(struct call *call, const struct err *err)
{
    struct gitwire *wire = call->wire;
    struct err said = *err;

    if (said.reason != REASON_NONE)
        err_prefix(&said, "%s", call->name);
    if (call->refs_done != NULL) {
        call->refs.moved_to = strcmp(call->name, call->path) != 0 ? call->path : NULL;
        call->refs.server = format_server(call);
        call->refs.arena = &call->arena;
        call->refs_done(said.reason == REASON_NONE ? &call->refs : NULL,
                        said.reason == REASON_NONE ? NULL : &said, call->ctx);
    } else {
        struct gitwire_pack pack = {
            .bytes = call->pack.bytes,
            .filtered = call->fetch.filter != NULL && git_caps_have(&call->caps, GIT_CAP_FILTER),
        };
        call->pack_done(&pack, &said, call->ctx);
        git_pack_release(&call->pack);
    }
    bool prober = wire->prober == call;
    arena_release(&call->arena);
    free(call->name);
    free(call->path);
    free(call);
    if (prober) {
        wire->prober = NULL;
        release_waiting(wire);
    }
}

static struct call *new_call(struct gitwire *wire, const char *repository, const char *server,
                             void *ctx, void (*ask)(struct call *))
{
    struct call *call = mem_alloc(sizeof *call);

    call->wire = wire;
    call->name = mem_strdup(repository);
    call->path = mem_strdup(repository);
    call->ask = ask;
    call->ctx = ctx;
    read_server(call, server);
    return call;
}

void gitwire_ls_refs(struct gitwire *wire, const char *repository, const char *server,
                     gitwire_refs_done *done, void *ctx)
{
    struct call *call = new_call(wire, repository, server, ctx, call_ask_refs);

    call->refs_done = done;
    start(call);
}

void gitwire_fetch(struct gitwire *wire, const struct gitwire_fetch *fetch, gitwire_pack_done *done,
                   void *ctx)
{
    struct call *call = new_call(wire, fetch->repository, fetch->server, ctx, call_ask_pack);

    call->pack_done = done;
    call->fetch = *fetch;
    call->fetch.repository = call->name;
    start(call);
}

int gitwire_new(struct access *access, const struct gitwire_options *options, struct gitwire **out,
                struct err *err)
{
    struct gitwire *wire = mem_alloc(sizeof *wire);

    if (gitwire_host_init(&wire->host, options->base, access_kind(access) != ACCESS_NOBODY, err) !=
        0) {
        free(wire);
        return -1;
    }
    wire->access = access;
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
