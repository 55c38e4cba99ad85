/*
 * git's wire protocol over HTTP: the refs of a repository and packs of its objects.
 *
 * Version 2 (gitprotocol-v2) with `filter`, `deepen` and exact wants; versions 0 and 1 and servers
 * without `filter` as a fall-back that costs more bytes and gives the same. The first request to a
 * host finds out which (others to that host wait for its answer); what was found may be handed in
 * from an earlier run and asked back. Credentials go to the git host only, as Basic
 * x-access-token:TOKEN. Sources: contracts.md section 6.
 */
#ifndef FETCH_GITWIRE_H
#define FETCH_GITWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/oid.h"
#include "fetch/access.h"
#include "net/work.h"

struct gitwire;

struct gitwire_options {
    const char *base;       /* "https://github.com"; repositories are BASE/OWNER/NAME.git */
    const char *agent;      /* "fleetdrift/0.1.0" */
    const char *host_facts; /* what gitwire_host_facts() said in an earlier run; NULL: unknown */
    unsigned max_refs;      /* 0: 250,000 */
    uint64_t timeout_ms;    /* of one request; 0: 600,000 */
    struct lane *lane;      /* where long lists are read; NULL: in the loop */
    struct loop *loop;      /* of the timer that ends the wait for a host's first answer; or NULL */
};

struct gitwire_ref {
    const char *name; /* "refs/tags/v1.0" */
    char oid[OID_HEX];
    char peeled[OID_HEX]; /* what an annotated tag leads to; "" when it is not one */
};

struct gitwire_refs {
    struct gitwire_ref *refs; /* HEAD is not among them; sorted by name. Names are any bytes but
                                 NUL, at most 4 KiB: not all are ones that git would accept */
    size_t count;
    const char *head_ref;   /* "refs/heads/main"; NULL when the server does not tell */
    char head_oid[OID_HEX]; /* "" when unborn: the repository is empty */
    char digest[65];        /* SHA-256 hex of all of the above: equal digest, nothing moved */
    const char *server;     /* how this repository is asked otherwise than others of its host; "" */
    const char *moved_to;   /* the repository's new OWNER/NAME when the host redirected; or NULL */
    struct arena *arena;    /* of all but moved_to */
};

/* refs is NULL when err says what happened; it is valid during the call only. Who wants to keep it
   copies the struct and moves the arena: takes its content and leaves ARENA_INIT. */
typedef void gitwire_refs_done(const struct gitwire_refs *refs, const struct err *err, void *ctx);

struct gitwire_fetch {
    const char *repository;   /* "OWNER/NAME" */
    const char *server;       /* what gitwire_refs.server said; NULL: unknown */
    const char *const *wants; /* hex oids: commits, tags or blobs; at least one. Both arrays and
                                 what they point to are borrowed until the answer */
    size_t want_count;
    const char *const *haves; /* commits that we hold with all their history */
    size_t have_count;
    unsigned depth;     /* 1: the wanted commits alone; 0: all history */
    const char *filter; /* "blob:none", "blob:limit=65536": leaves out blobs that are not wanted by
                           name; a server that cannot sends them. NULL: all of them */
    int fd;             /* the pack is written here, from the current offset */
    uint64_t max_bytes; /* ceiling for the pack; 0: 2 GiB */
};

struct gitwire_pack {
    uint64_t bytes; /* of the pack; 0: the server had nothing to send */
    bool filtered;  /* the server applied the filter */
};

/* err->reason is NONE on success; both are valid during the call only. */
typedef void gitwire_pack_done(const struct gitwire_pack *pack, const struct err *err, void *ctx);

/* Borrows who asks, copies the options. All requests must have been answered before the end. */
int gitwire_new(struct access *access, const struct gitwire_options *options, struct gitwire **out,
                struct err *err);
void gitwire_free(struct gitwire *wire);

/* The default branch and refs/tags/, whatever the version of the protocol; all of refs/heads/ only
   where HEAD has a commit and the server does not tell which branch it is. `server` is what the
   answer said in an earlier run, so that one request suffices; NULL: unknown. */
void gitwire_ls_refs(struct gitwire *wire, const char *repository, const char *server,
                     gitwire_refs_done *done, void *ctx);
void gitwire_fetch(struct gitwire *wire, const struct gitwire_fetch *fetch, gitwire_pack_done *done,
                   void *ctx);

/* What is known of the host, as one line for the next run ("v2 filter shallow ..."); "" when
   nothing is. Borrowed until the next call. */
const char *gitwire_host_facts(const struct gitwire *wire);

#endif
