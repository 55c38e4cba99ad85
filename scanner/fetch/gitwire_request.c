#include "fetch/gitwire_codec.h"

#include <assert.h>
#include <string.h>

#define COMMAND_ROOM 4096
#define OID_LINE     50 /* "0032want ", 40 digits, newline */

static void command(struct buf *out, const struct git_caps *caps, const char *agent,
                    const char *name)
{
    pkt_addf(out, "command=%s\n", name);
    if (git_caps_have(caps, GIT_CAP_AGENT))
        pkt_addf(out, "agent=%s\n", agent);
    if (git_caps_have(caps, GIT_CAP_OBJECT_FORMAT))
        pkt_addf(out, "object-format=sha1\n");
    pkt_add_mark(out, PKT_DELIM);
}

void git_request_refs(struct buf *out, const struct git_caps *caps, const char *agent, bool heads)
{
    buf_init(out, COMMAND_ROOM);
    command(out, caps, agent, "ls-refs");
    pkt_addf(out, "peel\n");
    pkt_addf(out, "symrefs\n");
    if (git_caps_have(caps, GIT_CAP_UNBORN))
        pkt_addf(out, "unborn\n");
    pkt_addf(out, "ref-prefix HEAD\n");
    if (heads)
        pkt_addf(out, "ref-prefix refs/heads/\n");
    pkt_addf(out, "ref-prefix refs/tags/\n");
    pkt_add_mark(out, PKT_FLUSH);
}

/* There may be tens of thousands, so they are not formatted one by one. */
static void add_oids(struct buf *out, const char *head, const char *const *oids, size_t count)
{
    char line[OID_LINE];

    assert(strlen(head) == OID_LINE - OID_HEX);
    memcpy(line, head, OID_LINE - OID_HEX);
    line[OID_LINE - 1] = '\n';
    for (size_t i = 0; i < count; i++) {
        assert(strlen(oids[i]) == OID_HEX - 1);
        memcpy(line + OID_LINE - OID_HEX, oids[i], OID_HEX - 1);
        if (buf_add(out, line, sizeof line) != 0)
            assert(!"a request is larger than was counted");
    }
}

static void add_limits(struct buf *out, const struct git_caps *caps,
                       const struct gitwire_fetch *fetch)
{
    if (fetch->depth > 0 && git_caps_have(caps, GIT_CAP_SHALLOW))
        pkt_addf(out, "deepen %u\n", fetch->depth);
    if (fetch->filter != NULL && git_caps_have(caps, GIT_CAP_FILTER))
        pkt_addf(out, "filter %s\n", fetch->filter);
}

static void request_v2(struct buf *out, const struct git_caps *caps, const char *agent,
                       const struct gitwire_fetch *fetch)
{
    command(out, caps, agent, "fetch");
    pkt_addf(out, "ofs-delta\n");
    pkt_addf(out, "no-progress\n");
    add_limits(out, caps, fetch);
    add_oids(out, "0032want ", fetch->wants, fetch->want_count);
    add_oids(out, "0032have ", fetch->haves, fetch->have_count);
    pkt_addf(out, "done\n");
    pkt_add_mark(out, PKT_FLUSH);
}

/* In versions 0 and 1 what the client uses stands in the first want. */
static void request_v0(struct buf *out, const struct git_caps *caps, const char *agent,
                       const struct gitwire_fetch *fetch)
{
    pkt_addf(out, "want %s side-band-64k%s%s%s%s%s%s\n", fetch->wants[0],
             git_caps_have(caps, GIT_CAP_OFS_DELTA) ? " ofs-delta" : "",
             git_caps_have(caps, GIT_CAP_NO_PROGRESS) ? " no-progress" : "",
             git_caps_have(caps, GIT_CAP_SHALLOW) ? " shallow" : "",
             fetch->filter != NULL && git_caps_have(caps, GIT_CAP_FILTER) ? " filter" : "",
             git_caps_have(caps, GIT_CAP_AGENT) ? " agent=" : "",
             git_caps_have(caps, GIT_CAP_AGENT) ? agent : "");
    add_oids(out, "0032want ", fetch->wants + 1, fetch->want_count - 1);
    add_limits(out, caps, fetch);
    pkt_add_mark(out, PKT_FLUSH);
    add_oids(out, "0032have ", fetch->haves, fetch->have_count);
    pkt_addf(out, "done\n");
}

void git_request_fetch(struct buf *out, const struct git_caps *caps, const char *agent,
                       const struct gitwire_fetch *fetch)
{
    /* An empty list of wants is an error to every server, and a bug of the caller. */
    assert(fetch->want_count > 0);
    buf_init(out, COMMAND_ROOM + (fetch->want_count + fetch->have_count) * OID_LINE);
    if (caps->version == 2)
        request_v2(out, caps, agent, fetch);
    else
        request_v0(out, caps, agent, fetch);
}
