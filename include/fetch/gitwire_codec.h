/*
 * The words of git's wire protocol, without the network: what a server can do, requests, lists of
 * refs and answers that carry a pack. For fetch/gitwire and its tests only. Texts of errors do not
 * name the repository; the caller puts it before them. Sources: contracts.md section 6.
 */
#ifndef FETCH_GITWIRE_CODEC_H
#define FETCH_GITWIRE_CODEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fetch/gitwire.h"
#include "fetch/pktline.h"

/* --- what a server can do -------------------------------------------------------------------- */

/* The words are the servers' own, in all versions of the protocol, and those of host facts. */
#define GIT_CAP_MAP(X)                                                                             \
    X(FILTER, "filter")               /* leaves out blobs */                                       \
    X(SHALLOW, "shallow")             /* leaves out history */                                     \
    X(UNBORN, "unborn")               /* names the default branch of an empty repository */        \
    X(AGENT, "agent")                 /* wants to know who asks */                                 \
    X(OBJECT_FORMAT, "object-format") /* wants to hear that we speak SHA-1 */                      \
    X(SIDE_BAND, "side-band-64k")     /* of versions 0 and 1: version 2 always does, */            \
    X(OFS_DELTA, "ofs-delta")         /* like the next two */                                      \
    X(NO_PROGRESS, "no-progress")

enum git_cap {
#define X(id, word) GIT_CAP_##id,
    GIT_CAP_MAP(X)
#undef X
        GIT_CAP_COUNT
};

struct git_caps {
    unsigned version; /* 2, or 0 (version 1 is 0 with one more line) */
    unsigned set;     /* bits 1 << GIT_CAP_x */
};

bool git_caps_have(const struct git_caps *caps, enum git_cap cap);
/* What today's servers can do: assumed until one proves otherwise. */
struct git_caps git_caps_usual(void);
/* "v2 filter shallow unborn" and back; a line that is not understood gives -1. */
void git_caps_format(const struct git_caps *caps, struct buf *out);
int git_caps_parse(const char *line, struct git_caps *caps);
/* Adds the words of an advertisement; what is unknown is ignored. -1 when it says that the
   repository's objects are not named by SHA-1. */
int git_caps_add(struct git_caps *caps, const char *words, size_t len);

/* The server's own words, `text` of an ERR packet or of side-band 3, as an error. Returns -1. */
int git_reported(struct err *err, const char *text, size_t len);

/* --- requests -------------------------------------------------------------------------------- */

/* Version 2 only. `heads` asks for all branches as well. The buffer is initialised here. */
void git_request_refs(struct buf *out, const struct git_caps *caps, const char *agent, bool heads);
void git_request_fetch(struct buf *out, const struct git_caps *caps, const char *agent,
                       const struct gitwire_fetch *fetch);

/* --- lists of refs --------------------------------------------------------------------------- */

/* The answer to git_request_refs(); everything in `refs` is in the arena. */
int git_read_refs(const char *data, size_t len, unsigned max_refs, struct arena *arena,
                  struct gitwire_refs *refs, struct err *err);
/* The answer to GET info/refs: what the server can do, and in versions 0 and 1 also its refs. */
int git_read_advertisement(const char *data, size_t len, unsigned max_refs, struct arena *arena,
                           struct git_caps *caps, struct gitwire_refs *refs, struct err *err);
/* Whether HEAD has a commit and no name, so that only the branches can tell which it is. */
bool git_refs_want_heads(const struct gitwire_refs *refs);

/* --- an answer that carries a pack ----------------------------------------------------------- */

typedef int git_pack_sink(void *ctx, const char *data, size_t len, struct err *err);

enum git_pack_state {
    GIT_PACK_SECTION, /* version 2: the name of a section comes next */
    GIT_PACK_SKIP,    /* version 2: lines of a section that says nothing to us */
    GIT_PACK_ACKS,    /* version 0: lines before the pack */
    GIT_PACK_DATA,    /* side-band packets */
    GIT_PACK_END,     /* the pack is whole; nothing may follow */
};

struct git_pack {
    enum git_pack_state state;
    struct pktline reader;
    git_pack_sink *sink;
    void *sink_ctx;
    uint64_t bytes, max_bytes;
    bool alive;      /* set when the server says that it is at work on the pack */
    struct err *err; /* of the call that is running */
};

void git_pack_init(struct git_pack *pack, unsigned version, uint64_t max_bytes, git_pack_sink *sink,
                   void *sink_ctx);
void git_pack_release(struct git_pack *pack);
int git_pack_feed(struct git_pack *pack, const char *data, size_t len, struct err *err);
/* No more bytes will come: an error unless the pack is whole. */
int git_pack_finish(const struct git_pack *pack, struct err *err);

#endif
