#include "fetch/pktline.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEADER 4

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The length that a header states, -1 when it is none. */
static long read_header(const char *data)
{
    long length = 0;

    for (int i = 0; i < HEADER; i++) {
        int digit = hex_digit(data[i]);
        if (digit < 0)
            return -1;
        length = length * 16 + digit;
    }
    return length > PKT_MAX ? -1 : length;
}

enum pkt_kind pkt_take(const char **data, size_t *len, struct pkt *pkt)
{
    static const enum pkt_kind marks[HEADER] = {PKT_FLUSH, PKT_DELIM, PKT_RESPONSE_END, PKT_BAD};

    *pkt = (struct pkt){.kind = PKT_MORE};
    if (*len < HEADER)
        return pkt->kind;
    long length = read_header(*data);
    size_t whole = length < HEADER ? HEADER : (size_t)length;
    if (length < 0)
        pkt->kind = PKT_BAD;
    else if (length < HEADER)
        pkt->kind = marks[length];
    else if (whole <= *len)
        *pkt = (struct pkt){PKT_DATA, *data + HEADER, whole - HEADER};
    if (pkt->kind == PKT_MORE || pkt->kind == PKT_BAD)
        return pkt->kind;
    *data += whole;
    *len -= whole;
    return pkt->kind;
}

void pkt_chomp(struct pkt *pkt)
{
    if (pkt->len > 0 && pkt->data[pkt->len - 1] == '\n')
        pkt->len--;
}

bool pkt_is(const struct pkt *pkt, const char *text)
{
    return pkt->len == strlen(text) && pkt_starts(pkt, text);
}

bool pkt_starts(const struct pkt *pkt, const char *prefix)
{
    size_t len = strlen(prefix);

    return pkt->kind == PKT_DATA && pkt->len >= len && memcmp(pkt->data, prefix, len) == 0;
}

void pktline_init(struct pktline *reader)
{
    buf_init(&reader->partial, PKT_MAX);
}

void pktline_release(struct pktline *reader)
{
    buf_release(&reader->partial);
}

/* Moves input to the partial packet until it has `size` bytes; false when there is not enough. */
static bool fill(struct buf *partial, size_t size, const char **data, size_t *len)
{
    size_t lack = size - partial->len;
    size_t take = lack < *len ? lack : *len;

    /* The ceiling is a whole packet, and no header states more. */
    if (buf_add(partial, *data, take) != 0)
        assert(!"a packet is larger than the longest");
    *data += take;
    *len -= take;
    return take == lack;
}

/* Completes the packet that an earlier piece began; false when it is still not whole. */
static bool take_partial(struct buf *partial, const char **data, size_t *len, struct pkt *pkt)
{
    if (partial->len < HEADER && !fill(partial, HEADER, data, len))
        return false;
    long length = read_header(partial->data);
    if (length > (long)partial->len && !fill(partial, (size_t)length, data, len))
        return false;
    const char *whole = partial->data;
    size_t left = partial->len;
    pkt_take(&whole, &left, pkt);
    return true;
}

/* A packet that is none ends the stream, whatever the receiver says. */
static int hand_on(pktline_fn *fn, void *ctx, const struct pkt *pkt)
{
    int result = fn(ctx, pkt);

    return result == 0 && pkt->kind == PKT_BAD ? -1 : result;
}

int pktline_feed(struct pktline *reader, const char *data, size_t len, pktline_fn *fn, void *ctx)
{
    struct buf *partial = &reader->partial;
    struct pkt pkt;
    int result = 0;

    if (partial->len > 0) {
        if (!take_partial(partial, &data, &len, &pkt))
            return 0;
        result = hand_on(fn, ctx, &pkt);
        buf_reset(partial);
    }
    while (result == 0 && pkt_take(&data, &len, &pkt) != PKT_MORE)
        result = hand_on(fn, ctx, &pkt);
    if (result == 0)
        fill(partial, len, &data, &len);
    return result;
}

void pkt_addf(struct buf *out, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    assert(n >= 0 && (size_t)n < sizeof text);
    if (buf_addf(out, "%04x", (unsigned)n + HEADER) != 0 || buf_add(out, text, (size_t)n) != 0)
        assert(!"no room for a packet");
}

void pkt_add_mark(struct buf *out, enum pkt_kind kind)
{
    const char *mark = kind == PKT_FLUSH ? "0000" : "0001";

    if (buf_addstr(out, mark) != 0)
        assert(!"no room for a packet");
}
