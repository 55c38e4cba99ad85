/* Scripted bytes in, facts out; the talk with real servers is tests/fetch. */
#include "fetch/gitwire_codec.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

static struct arena arena;
static struct gitwire_refs refs;
static struct git_caps caps;
static struct err err;

/* Builds an answer: "lines" that begin with a mark ('F', 'D', 'E') are marks, others are packets.
 */
static struct buf answer(const char *const *lines)
{
    struct buf out = BUF_INIT(1 << 20);

    for (; *lines != NULL; lines++) {
        if (strcmp(*lines, "E") == 0)
            assert_int_equal(buf_addstr(&out, "0002"), 0);
        else if (strcmp(*lines, "F") == 0 || strcmp(*lines, "D") == 0)
            pkt_add_mark(&out, **lines == 'F' ? PKT_FLUSH : PKT_DELIM);
        else
            pkt_addf(&out, "%s", *lines);
    }
    return out;
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static int read_refs(const char *const *lines, unsigned max)
{
    struct buf bytes = answer(lines);

    err = (struct err){0};
    int result = git_read_refs(buf_str(&bytes), bytes.len, max, &arena, &refs, &err);
    buf_release(&bytes);
    assert_int_equal(result != 0, err.reason != REASON_NONE);
    return result;
}

static int read_advertisement(const char *const *lines)
{
    struct buf bytes = answer(lines);

    err = (struct err){0};
    int result =
        git_read_advertisement(buf_str(&bytes), bytes.len, 100, &arena, &caps, &refs, &err);
    buf_release(&bytes);
    assert_int_equal(result != 0, err.reason != REASON_NONE);
    return result;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* --- refs, version 2 -----------------------------------------------------------------------------
 */

static void test_refs(void **state)
{
    char digest[65];

    (void)state;
    assert_int_equal(read_refs(LINES(A " HEAD symref-target:refs/heads/main\n",
                                     C " refs/tags/v1.1 peeled:" B "\n", B " refs/tags/v1.0\n",
                                     C " refs/pull/1/head\n", "F"),
                               100),
                     0);
    assert_string_equal(refs.head_ref, "refs/heads/main");
    assert_string_equal(refs.head_oid, A);
    assert_int_equal(refs.count, 3);
    assert_string_equal(refs.refs[0].name, "refs/heads/main");
    assert_string_equal(refs.refs[0].oid, A);
    assert_string_equal(refs.refs[1].name, "refs/tags/v1.0");
    assert_string_equal(refs.refs[1].peeled, "");
    assert_string_equal(refs.refs[2].name, "refs/tags/v1.1");
    assert_string_equal(refs.refs[2].peeled, B);
    memcpy(digest, refs.digest, sizeof digest);
    assert_int_equal(strlen(digest), 64);

    /* The digest is of the content: order, newlines, other branches and the end mark are not. */
    assert_int_equal(read_refs(LINES(A " HEAD symref-target:refs/heads/main", A " refs/heads/main",
                                     B " refs/heads/topic", B " refs/tags/v1.0",
                                     C " refs/tags/v1.1 peeled:" B, "F", "E"),
                               100),
                     0);
    assert_string_equal(refs.digest, digest);
    assert_int_equal(read_refs(LINES(A " HEAD symref-target:refs/heads/main", B " refs/tags/v1.0",
                                     C " refs/tags/v1.1", "F"),
                               100),
                     0);
    assert_string_not_equal(refs.digest, digest);
}

static void test_refs_empty(void **state)
{
    (void)state;
    assert_int_equal(read_refs(LINES("unborn HEAD symref-target:refs/heads/main\n", "F"), 100), 0);
    assert_string_equal(refs.head_ref, "refs/heads/main");
    assert_string_equal(refs.head_oid, "");
    assert_int_equal(refs.count, 0);
    assert_false(git_refs_want_heads(&refs));
    assert_int_equal(read_refs(LINES("F"), 100), 0);
    assert_null(refs.head_ref);
}

static void test_refs_detached(void **state)
{
    (void)state;
    assert_int_equal(read_refs(LINES(A " HEAD\n", "F"), 100), 0);
    assert_true(git_refs_want_heads(&refs));
    assert_int_equal(read_refs(LINES(A " HEAD\n", A " refs/heads/x", B " refs/heads/y", "F"), 100),
                     0);
    assert_null(refs.head_ref);
    assert_int_equal(refs.count, 2);
}

static void test_refs_names_are_data(void **state)
{
    char line[6000], name[5000];

    (void)state;
    assert_int_equal(
        read_refs(LINES(A " refs/tags/../..\n", A " refs/tags/\x1b[31m\xff", "F"), 100), 0);
    assert_int_equal(refs.count, 2);
    assert_string_equal(refs.refs[0].name, "refs/tags/\x1b[31m\xff");
    memset(name, 'n', sizeof name);
    memcpy(name, "refs/tags/", 10);
    name[4096] = '\0';
    struct buf bytes = BUF_INIT(10000);
    for (int longer = 0; longer < 2; longer++) {
        name[4096] = longer ? 'n' : '\0';
        name[4097] = '\0';
        snprintf(line, sizeof line, A " %s", name);
        buf_reset(&bytes);
        assert_int_equal(buf_addf(&bytes, "%04zx%s0000", strlen(line) + 4, line), 0);
        assert_int_equal(
            git_read_refs(buf_str(&bytes), bytes.len, 10, &arena, &refs, longer ? &err : NULL),
            longer ? -1 : 0);
    }
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    buf_release(&bytes);
    assert_int_equal(git_read_refs("0037" A " refs/t\0gs/a0000", 59, 10, &arena, &refs, &err), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
}

static void test_refs_bad(void **state)
{
    static const struct {
        const char *lines[4];
        enum reason reason;
    } cases[] = {
        {{"hello", "F"}, REASON_BAD_ANSWER},
        {{A, "F"}, REASON_BAD_ANSWER},
        {{A " ", "F"}, REASON_BAD_ANSWER},
        {{A " refs/tags/a peeled:123", "F"}, REASON_BAD_ANSWER},
        {{"AAAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa refs/tags/a", "F"}, REASON_BAD_ANSWER},
        {{A " refs/tags/a", A " refs/tags/a", "F"}, REASON_BAD_ANSWER},
        {{A " refs/tags/a", "D", "F"}, REASON_BAD_ANSWER},
        {{A " refs/tags/a", "F", "F"}, REASON_BAD_ANSWER},
        {{A " refs/tags/a"}, REASON_TRUNCATED},
        {{NULL}, REASON_TRUNCATED},
        {{A " refs/tags/a", A " refs/tags/b", A " refs/tags/c", NULL}, REASON_LIMIT},
        {{A "aaaaaaaaaaaaaaaaaaaaaaaa refs/tags/a", "F"}, REASON_UNSUPPORTED},
        {{"ERR unknown capability 'agent'\n"}, REASON_REMOTE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *lines[5] = {0};
        memcpy(lines, cases[i].lines, sizeof cases[i].lines);
        assert_int_equal(read_refs(lines, 2), -1);
        assert_int_equal(err.reason, cases[i].reason);
    }
    assert_string_equal(err.text, "the server reports: unknown capability 'agent'");
}

/* --- advertisements
 * ------------------------------------------------------------------------------- */

static void test_advertisement_v2(void **state)
{
    (void)state;
    for (int github = 0; github < 2; github++) {
        const char *const lines[] = {"# service=git-upload-pack\n",
                                     "F",
                                     "version 2\n",
                                     "agent=git/github-d6c9584635a2\n",
                                     "ls-refs=unborn\n",
                                     "fetch=shallow wait-for-done filter\n",
                                     "server-option\n",
                                     "object-format=sha1\n",
                                     "F",
                                     NULL};
        assert_int_equal(read_advertisement(lines + (github ? 0 : 2)), 0);
        struct git_caps usual = git_caps_usual();
        assert_int_equal(caps.version, 2);
        assert_int_equal(caps.set, usual.set);
    }
    assert_int_equal(read_advertisement(LINES("version 2", "ls-refs", "fetch=shallow", "F")), 0);
    assert_int_equal(caps.set, 1u << GIT_CAP_SHALLOW);
    assert_int_equal(read_advertisement(LINES("version 2", "object-format=sha256", "F")), -1);
    assert_int_equal(err.reason, REASON_UNSUPPORTED);
}

/* pkt_addf() writes text, so the NUL is put into the bytes afterwards. */
static int read_v0(const char *const *lines)
{
    struct buf bytes = answer(lines);

    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] == '|')
            bytes.data[i] = '\0';
    err = (struct err){0};
    int result =
        git_read_advertisement(buf_str(&bytes), bytes.len, 100, &arena, &caps, &refs, &err);
    buf_release(&bytes);
    return result;
}

static void test_advertisement_v0(void **state)
{
#define V0_CAPS                                                                                    \
    "multi_ack side-band-64k ofs-delta shallow no-progress filter symref=HEAD:refs/heads/main "    \
    "object-format=sha1 agent=git/2.39.5\n"
    const char *const lines[] = {"# service=git-upload-pack\n",
                                 "F",
                                 "version 1\n",
                                 A " HEAD|" V0_CAPS,
                                 A " refs/heads/main\n",
                                 B " refs/heads/topic\n",
                                 B " refs/pull/1/head\n",
                                 C " refs/tags/v1\n",
                                 B " refs/tags/v1^{}\n",
                                 "F",
                                 NULL};
    const char *v0[10];
    char digest[65];

    (void)state;
    assert_int_equal(read_v0(lines), 0);
    memcpy(v0, lines, 2 * sizeof *v0);
    memcpy(v0 + 2, lines + 3, 8 * sizeof *v0);
    assert_int_equal(read_v0(v0), 0);
    assert_int_equal(caps.version, 0);
    assert_true(git_caps_have(&caps, GIT_CAP_SIDE_BAND));
    assert_true(git_caps_have(&caps, GIT_CAP_FILTER));
    assert_false(git_caps_have(&caps, GIT_CAP_UNBORN));
    assert_int_equal(refs.count, 2);
    assert_string_equal(refs.refs[1].name, "refs/tags/v1");
    assert_string_equal(refs.refs[1].peeled, B);
    /* The same facts by either version are the same digest. */
    memcpy(digest, refs.digest, sizeof digest);
    assert_int_equal(
        read_refs(LINES(A " HEAD symref-target:refs/heads/main", C " refs/tags/v1 peeled:" B, "F"),
                  100),
        0);
    assert_string_equal(refs.digest, digest);
}

static void test_advertisement_v0_empty(void **state)
{
    (void)state;
    assert_int_equal(read_v0(LINES("# service=git-upload-pack\n", "F",
                                   "0000000000000000000000000000000000000000 capabilities^{}|"
                                   "side-band-64k agent=git/2.39.5",
                                   "F")),
                     0);
    assert_int_equal(refs.count, 0);
    assert_string_equal(refs.head_oid, "");
    assert_true(git_caps_have(&caps, GIT_CAP_SIDE_BAND));
    assert_int_equal(read_v0(LINES("# service=git-upload-pack\n", "F", "F")), 0);
    assert_int_equal(refs.count, 0);
}

static void test_advertisement_bad(void **state)
{
    (void)state;
    assert_int_equal(read_v0(LINES("# service=git-upload-pack\n", "F", A " HEAD\n", "F")), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    assert_int_equal(read_v0(LINES("ERR access denied\n")), -1);
    assert_int_equal(err.reason, REASON_REMOTE);
    assert_int_equal(git_read_advertisement("<html>", 6, 10, &arena, &caps, &refs, &err), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
}

static void test_caps_line(void **state)
{
    struct git_caps usual = git_caps_usual(), read;
    struct buf line = BUF_INIT(200);

    (void)state;
    git_caps_format(&usual, &line);
    assert_string_equal(buf_str(&line), "v2 filter shallow unborn agent object-format");
    assert_int_equal(git_caps_parse(buf_str(&line), &read), 0);
    assert_memory_equal(&usual, &read, sizeof usual);
    assert_int_equal(git_caps_parse("v0 side-band-64k new-word", &read), 0);
    assert_int_equal(read.version, 0);
    assert_int_equal(git_caps_parse("v3", &read), -1);
    assert_int_equal(git_caps_parse("v21", &read), -1);
    assert_int_equal(git_caps_parse("", &read), -1);
    buf_release(&line);
}

/* --- requests
 * ------------------------------------------------------------------------------------- */

static void test_request_refs(void **state)
{
    struct git_caps usual = git_caps_usual(), none = {.version = 2};
    struct buf out;

    (void)state;
    git_request_refs(&out, &usual, "fleetdrift/1.0", false);
    assert_string_equal(buf_str(&out),
                        "0014command=ls-refs\n0019agent=fleetdrift/1.0\n0017object-format=sha1\n"
                        "00010009peel\n000csymrefs\n000bunborn\n0014ref-prefix HEAD\n"
                        "001aref-prefix refs/tags/\n0000");
    buf_release(&out);
    git_request_refs(&out, &none, "x", true);
    assert_string_equal(buf_str(&out),
                        "0014command=ls-refs\n00010009peel\n000csymrefs\n0014ref-prefix HEAD\n"
                        "001bref-prefix refs/heads/\n001aref-prefix refs/tags/\n0000");
    buf_release(&out);
}

static void test_request_fetch(void **state)
{
    const char *const wants[] = {A, B}, *const haves[] = {C};
    struct gitwire_fetch fetch = {.wants = wants,
                                  .want_count = 2,
                                  .haves = haves,
                                  .have_count = 1,
                                  .depth = 1,
                                  .filter = "blob:none"};
    struct git_caps v2 = {2, 1u << GIT_CAP_FILTER | 1u << GIT_CAP_SHALLOW};
    struct git_caps v0 = {0, 1u << GIT_CAP_SIDE_BAND | 1u << GIT_CAP_AGENT | 1u << GIT_CAP_FILTER};
    struct buf out;

    (void)state;
    git_request_fetch(&out, &v2, "x", &fetch);
    assert_string_equal(buf_str(&out),
                        "0012command=fetch\n0001000eofs-delta\n0010no-progress\n"
                        "000ddeepen 1\n0015filter blob:none\n"
                        "0032want " A "\n0032want " B "\n0032have " C "\n0009done\n0000");
    buf_release(&out);
    git_request_fetch(&out, &v0, "x/1", &fetch);
    assert_string_equal(buf_str(&out),
                        "0051want " A " side-band-64k filter agent=x/1\n"
                        "0032want " B "\n0015filter blob:none\n00000032have " C "\n0009done\n");
    buf_release(&out);
}

/* --- packs
 * ---------------------------------------------------------------------------------------- */

static int collect(void *ctx, const char *data, size_t len, struct err *unused)
{
    (void)unused;
    return buf_add(ctx, data, len);
}

/* The pack of an answer, cut into pieces of `step`; NULL with err set when there is none. */
static const char *demux(const char *const *lines, unsigned version, size_t step)
{
    static struct buf out = BUF_INIT(1000);
    struct buf bytes = answer(lines);
    struct git_pack pack;
    int result = 0;

    buf_release(&out);
    err = (struct err){0};
    git_pack_init(&pack, version, 12, collect, &out);
    for (size_t at = 0; result == 0 && at < bytes.len; at += step)
        result = git_pack_feed(&pack, bytes.data + at,
                               bytes.len - at < step ? bytes.len - at : step, &err);
    if (result == 0)
        result = git_pack_finish(&pack, &err);
    assert_int_equal(result != 0, err.reason != REASON_NONE);
    git_pack_release(&pack);
    buf_release(&bytes);
    return result == 0 ? buf_str(&out) : NULL;
}

static void test_pack(void **state)
{
    (void)state;
    for (size_t step = 1; step < 100; step += 7) {
        const char *v2 = demux(LINES("shallow-info\n", "shallow " A, "D", "packfile\n", "\1PACK",
                                     "\2working\n", "\1", "\1 data\n", "F", "E"),
                               2, step);
        assert_string_equal(v2, "PACK data\n");
        const char *v0 = demux(LINES("shallow " A, "unshallow " B, "F", "NAK\n", "\1PACK",
                                     "\2working\n", "\1 data\n", "F"),
                               0, step);
        assert_string_equal(v0, "PACK data\n");
    }
    assert_string_equal(demux(LINES("ACK " A "\n", "\1\n", "F"), 0, 1000), "\n");
}

/* What a server says while it prepares a pack. */
static void test_pack_signs_of_life(void **state)
{
    static const char *const lines[] = {"packfile", "\1PACK", "\1", "\2working"};
    struct git_pack pack;
    struct buf out = BUF_INIT(100);

    (void)state;
    git_pack_init(&pack, 2, 100, collect, &out);
    for (size_t i = 0; i < 4; i++) {
        struct buf bytes = answer(LINES(lines[i]));
        pack.alive = false;
        assert_int_equal(git_pack_feed(&pack, bytes.data, bytes.len, &err), 0);
        assert_int_equal(pack.alive, i >= 2);
        buf_release(&bytes);
    }
    git_pack_release(&pack);
    buf_release(&out);
}

static void test_pack_bad(void **state)
{
    static const struct {
        const char *lines[6];
        unsigned version;
        enum reason reason;
    } cases[] = {
        {{"packfile", "\1PACK"}, 2, REASON_TRUNCATED},
        {{NULL}, 2, REASON_TRUNCATED},
        {{"F"}, 2, REASON_BAD_ANSWER},
        {{"acknowledgments", "NAK", "F"}, 2, REASON_BAD_ANSWER},
        {{"packfile-uris", "F"}, 2, REASON_BAD_ANSWER},
        {{"shallow-info", "E"}, 2, REASON_BAD_ANSWER},
        {{"packfile", "\1PACK", "F", "F"}, 2, REASON_BAD_ANSWER},
        {{"packfile", "\1PACK", "F", "junk"}, 2, REASON_BAD_ANSWER},
        {{"packfile", "\1PACK", "D"}, 2, REASON_BAD_ANSWER},
        {{"packfile", "\4PACK", "F"}, 2, REASON_BAD_ANSWER},
        {{"packfile", "", "F"}, 2, REASON_BAD_ANSWER},
        {{"packfile", "\1PACK",
          "\1"
          "123456789",
          "F"},
         2,
         REASON_TOO_LARGE},
        {{"ERR upload-pack: not our ref " A}, 2, REASON_REMOTE},
        {{"ERR upload-pack: not our ref " A}, 0, REASON_REMOTE},
        {{"NAK", "hello", "F"}, 0, REASON_BAD_ANSWER},
        {{"NAK", "F"}, 0, REASON_TRUNCATED},
        {{"packfile", "\3out of memory\n", "F"}, 2, REASON_REMOTE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *lines[7] = {0};
        memcpy(lines, cases[i].lines, sizeof cases[i].lines);
        assert_null(demux(lines, cases[i].version, 5));
        assert_int_equal(err.reason, cases[i].reason);
    }
    assert_string_equal(err.text, "the server reports: out of memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refs),
        cmocka_unit_test(test_refs_empty),
        cmocka_unit_test(test_refs_detached),
        cmocka_unit_test(test_refs_names_are_data),
        cmocka_unit_test(test_refs_bad),
        cmocka_unit_test(test_advertisement_v2),
        cmocka_unit_test(test_advertisement_v0),
        cmocka_unit_test(test_advertisement_v0_empty),
        cmocka_unit_test(test_advertisement_bad),
        cmocka_unit_test(test_caps_line),
        cmocka_unit_test(test_request_refs),
        cmocka_unit_test(test_request_fetch),
        cmocka_unit_test(test_pack),
        cmocka_unit_test(test_pack_signs_of_life),
        cmocka_unit_test(test_pack_bad),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
