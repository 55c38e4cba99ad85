/*
 * What gitwire.c (who may ask, and the end of each call) and gitwire_call.c (the requests of one
 * call and what their answers mean) share; nobody else includes it.
 */
#ifndef FETCH_GITWIRE_CALL_H
#define FETCH_GITWIRE_CALL_H

#include "fetch/gitwire_codec.h"
#include "fetch/gitwire_host.h"

struct gitwire {
    struct access *access;
    struct lane *lane;
    struct gitwire_host host;
    char *agent;
    unsigned max_refs;
    uint64_t timeout_ms;
    struct git_caps caps; /* what today's servers can do, until proved */
    bool proved;          /* the host has answered in the way that caps say */
    unsigned probes;
    struct call *prober; /* whose answer the waiting ones wait for */
    struct call *waiting, **waiting_end;
    struct loop *loop;
    struct timer *patience; /* while some wait */
    struct buf facts;
};

/* One call of ours: up to three requests, one after the other. */
struct call {
    struct gitwire *wire;
    struct call *next;
    char *name;           /* as the caller knows the repository */
    char *path;           /* where the host has it: another name once it redirected */
    struct git_caps caps; /* that the request in flight relies on */
    bool own;             /* caps are what an earlier run learned of this repository */
    bool learned;         /* caps are this repository's own advertisement */
    bool heads;           /* all branches are asked for */
    unsigned hops;
    struct err surprise; /* why the advertisement was asked for */
    void (*ask)(struct call *call);
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

/* --- gitwire.c --- */
/* Calls back and frees the call; those that waited for what it was to tell of the host go on. */
void call_finish(struct call *call, const struct err *err);
/* What one repository's server can do tells of the host. */
void gitwire_tell_host(struct gitwire *wire, const struct git_caps *caps);

/* --- gitwire_call.c --- */
/* Begin, or go on after what was learned; end with call_finish(). */
void call_ask_refs(struct call *call);
void call_ask_pack(struct call *call);

#endif
