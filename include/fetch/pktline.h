/*
 * git's pkt-line framing (gitprotocol-common): four hex digits that count themselves, then the
 * bytes; three lengths are marks without bytes. Pure: bytes in, packets out.
 */
#ifndef FETCH_PKTLINE_H
#define FETCH_PKTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PKT_MAX 65520 /* bytes of the longest packet with its length */

enum pkt_kind {
    PKT_DATA,
    PKT_FLUSH,        /* 0000: the end of a message */
    PKT_DELIM,        /* 0001: between the sections of a message */
    PKT_RESPONSE_END, /* 0002: the end of a stateless answer */
    PKT_MORE,         /* not a whole packet yet: nothing was taken */
    PKT_BAD,          /* no packet */
};

struct pkt {
    enum pkt_kind kind;
    const char *data; /* borrowed from the input; not terminated */
    size_t len;
};

/* Takes one packet from the front of *data and moves *data and *len behind it. */
enum pkt_kind pkt_take(const char **data, size_t *len, struct pkt *pkt);
/* Leaves out the newline that ends a line of text; it is optional to send. */
void pkt_chomp(struct pkt *pkt);
/* Whether the packet's text is `text`, or begins with it. */
bool pkt_is(const struct pkt *pkt, const char *text);
bool pkt_starts(const struct pkt *pkt, const char *prefix);

/* Takes packets out of a stream that is cut anywhere. */
struct pktline {
    struct buf partial; /* the head of a packet whose rest has not come */
};
void pktline_init(struct pktline *reader);
void pktline_release(struct pktline *reader);
/* The packet is valid during the call only; a non-zero return stops and is handed on. Called with
   PKT_BAD when the stream is none of packets. */
typedef int pktline_fn(void *ctx, const struct pkt *pkt);
int pktline_feed(struct pktline *reader, const char *data, size_t len, pktline_fn *fn, void *ctx);

/* Appends one packet, or a mark. Text of ours: longer than a packet is a bug. The buffer's ceiling
   must have room. */
void pkt_addf(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pkt_add_mark(struct buf *out, enum pkt_kind kind);

#endif
