#include "fetch/gitwire_codec.h"

static int not_an_answer(const struct git_pack *pack)
{
    return err_set(pack->err, REASON_BAD_ANSWER, "the answer to fetch is not in packets of git");
}

/* --- one function a state -------------------------------------------------------------------- */

static int on_section(struct git_pack *pack, const struct pkt *pkt)
{
    if (pkt_is(pkt, "packfile"))
        pack->state = GIT_PACK_DATA;
    else if (pkt_is(pkt, "acknowledgments") || pkt_is(pkt, "shallow-info") ||
             pkt_is(pkt, "wanted-refs"))
        pack->state = GIT_PACK_SKIP;
    else if (pkt->kind == PKT_FLUSH)
        return err_set(pack->err, REASON_BAD_ANSWER, "the answer to fetch ends without a pack");
    else
        return not_an_answer(pack);
    return 0;
}

static int on_skip(struct git_pack *pack, const struct pkt *pkt)
{
    if (pkt->kind == PKT_DELIM)
        pack->state = GIT_PACK_SECTION;
    else if (pkt->kind == PKT_FLUSH)
        return err_set(pack->err, REASON_BAD_ANSWER, "the answer to fetch ends without a pack");
    else if (pkt->kind != PKT_DATA)
        return not_an_answer(pack);
    return 0;
}

static int on_data(struct git_pack *pack, const struct pkt *pkt)
{
    if (pkt->kind == PKT_FLUSH) {
        pack->state = GIT_PACK_END;
        return 0;
    }
    if (pkt->kind != PKT_DATA || pkt->len == 0)
        return not_an_answer(pack);
    const char *data = pkt->data + 1;
    size_t len = pkt->len - 1;
    switch (pkt->data[0]) {
    case 1:
        if (len > pack->max_bytes - pack->bytes)
            return err_set(pack->err, REASON_TOO_LARGE, "the pack is larger than %llu bytes",
                           (unsigned long long)pack->max_bytes);
        pack->bytes += len;
        pack->alive |= len == 0;
        return len > 0 ? pack->sink(pack->sink_ctx, data, len, pack->err) : 0;
    case 2: /* progress */
        pack->alive = true;
        return 0;
    case 3:
        return git_reported(pack->err, data, len);
    default:
        return not_an_answer(pack);
    }
}

static int on_acks(struct git_pack *pack, const struct pkt *pkt)
{
    if (pkt->kind == PKT_FLUSH || pkt_starts(pkt, "shallow ") || pkt_starts(pkt, "unshallow ") ||
        pkt_starts(pkt, "NAK") || pkt_starts(pkt, "ACK "))
        return 0;
    pack->state = GIT_PACK_DATA;
    return on_data(pack, pkt);
}

static int on_end(struct git_pack *pack, const struct pkt *pkt)
{
    if (pkt->kind == PKT_RESPONSE_END)
        return 0;
    return err_set(pack->err, REASON_BAD_ANSWER, "something follows the pack");
}

static int on_packet(void *ctx, const struct pkt *pkt)
{
    struct git_pack *pack = ctx;
    struct pkt line = *pkt;

    if (pack->state != GIT_PACK_DATA && pack->state != GIT_PACK_END) {
        if (pkt->kind == PKT_BAD)
            return not_an_answer(pack);
        pkt_chomp(&line);
        if (pkt_starts(&line, "ERR "))
            return git_reported(pack->err, line.data + 4, line.len - 4);
    }
    switch (pack->state) {
    case GIT_PACK_SECTION:
        return on_section(pack, &line);
    case GIT_PACK_SKIP:
        return on_skip(pack, &line);
    case GIT_PACK_ACKS:
        return on_acks(pack, pkt);
    case GIT_PACK_DATA:
        return on_data(pack, pkt);
    case GIT_PACK_END:
        return on_end(pack, pkt);
    }
    return not_an_answer(pack);
}

/* --- the whole ------------------------------------------------------------------------------- */

void git_pack_init(struct git_pack *pack, unsigned version, uint64_t max_bytes, git_pack_sink *sink,
                   void *sink_ctx)
{
    *pack = (struct git_pack){
        .state = version == 2 ? GIT_PACK_SECTION : GIT_PACK_ACKS,
        .sink = sink,
        .sink_ctx = sink_ctx,
        .max_bytes = max_bytes,
    };
    pktline_init(&pack->reader);
}

void git_pack_release(struct git_pack *pack)
{
    pktline_release(&pack->reader);
}

int git_pack_feed(struct git_pack *pack, const char *data, size_t len, struct err *err)
{
    pack->err = err;
    return pktline_feed(&pack->reader, data, len, on_packet, pack);
}

int git_pack_finish(const struct git_pack *pack, struct err *err)
{
    if (pack->state == GIT_PACK_END && pack->reader.partial.len == 0)
        return 0;
    return err_set(err, REASON_TRUNCATED, "the pack ends too early, after %llu bytes",
                   (unsigned long long)pack->bytes);
}
