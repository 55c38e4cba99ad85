#include "fetch/pktline.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static enum pkt_kind take(const char *text, struct pkt *pkt, size_t *left)
{
    const char *data = text;

    *left = strlen(text);
    return pkt_take(&data, left, pkt);
}

static void test_take(void **state)
{
    struct pkt pkt;
    size_t left;

    (void)state;
    assert_int_equal(take("0009peel\n0000", &pkt, &left), PKT_DATA);
    assert_int_equal(left, 4);
    pkt_chomp(&pkt);
    assert_true(pkt_is(&pkt, "peel"));
    assert_true(pkt_starts(&pkt, "pe"));
    assert_false(pkt_is(&pkt, "peels"));
    assert_int_equal(take("0000", &pkt, &left), PKT_FLUSH);
    assert_int_equal(take("0001x", &pkt, &left), PKT_DELIM);
    assert_int_equal(left, 1);
    assert_int_equal(take("0002", &pkt, &left), PKT_RESPONSE_END);
    assert_int_equal(take("0004", &pkt, &left), PKT_DATA);
    assert_int_equal(pkt.len, 0);
    assert_int_equal(take("FFF0", &pkt, &left), PKT_MORE);
}

static void test_take_bad(void **state)
{
    static const char *const bad[] = {"0003", "fff1", "<htm", "00 4", "-004", "0x04", "PACK"};
    static const char *const more[] = {"", "0", "000", "0005", "0009pee"};
    struct pkt pkt;
    size_t left;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(take(bad[i], &pkt, &left), PKT_BAD);
        assert_int_equal(left, 4);
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        assert_int_equal(take(more[i], &pkt, &left), PKT_MORE);
        assert_int_equal(left, strlen(more[i]));
    }
}

/* Writes down what came, one letter a mark and the text of data in brackets. */
static int note(void *ctx, const struct pkt *pkt)
{
    struct buf *out = ctx;

    if (pkt->kind == PKT_DATA)
        return buf_addf(out, "[%.*s]", (int)pkt->len, pkt->data);
    return buf_addstr(out, (const char *[]){"", "F", "D", "E", "M", "B"}[pkt->kind]);
}

static void test_feed_cut_anywhere(void **state)
{
    static const char stream[] = "0006a\n00010004000abcdef\n00020000";
    struct buf out = BUF_INIT(1000);

    (void)state;
    for (size_t step = 1; step <= sizeof stream; step++) {
        struct pktline reader;
        pktline_init(&reader);
        buf_reset(&out);
        for (size_t at = 0; at < sizeof stream - 1; at += step) {
            size_t len = sizeof stream - 1 - at;
            assert_int_equal(
                pktline_feed(&reader, stream + at, len < step ? len : step, note, &out), 0);
        }
        assert_string_equal(buf_str(&out), "[a\n]D[][bcdef\n]EF");
        assert_int_equal(reader.partial.len, 0);
        pktline_release(&reader);
    }
    buf_release(&out);
}

static void test_feed_stops(void **state)
{
    struct buf out = BUF_INIT(4);
    struct pktline reader;

    (void)state;
    pktline_init(&reader);
    /* What is no packet ends the stream, even across pieces. */
    assert_int_equal(pktline_feed(&reader, "00", 2, note, &out), 0);
    assert_int_equal(pktline_feed(&reader, "zz0000", 6, note, &out), -1);
    assert_string_equal(buf_str(&out), "B");
    pktline_release(&reader);
    /* A refusal of the receiver is handed on, and nothing comes after it. */
    buf_reset(&out);
    pktline_init(&reader);
    assert_int_equal(pktline_feed(&reader, "000abcdef\n0000", 14, note, &out), -1);
    assert_string_equal(buf_str(&out), "");
    pktline_release(&reader);
    buf_release(&out);
}

static void test_longest(void **state)
{
    static char data[PKT_MAX];
    struct pktline reader;
    struct buf out = BUF_INIT(PKT_MAX + 10);

    (void)state;
    memset(data, 'x', sizeof data);
    memcpy(data, "fff0", 4);
    pktline_init(&reader);
    assert_int_equal(pktline_feed(&reader, data, 3, note, &out), 0);
    assert_int_equal(pktline_feed(&reader, data + 3, sizeof data - 4, note, &out), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(pktline_feed(&reader, data + sizeof data - 1, 1, note, &out), 0);
    assert_int_equal(out.len, PKT_MAX - 4 + 2);
    pktline_release(&reader);
    buf_release(&out);
}

static void test_add(void **state)
{
    struct buf out = BUF_INIT(100);

    (void)state;
    pkt_addf(&out, "command=%s\n", "ls-refs");
    pkt_add_mark(&out, PKT_DELIM);
    pkt_addf(&out, "%s", "");
    pkt_add_mark(&out, PKT_FLUSH);
    assert_string_equal(buf_str(&out), "0014command=ls-refs\n000100040000");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),       cmocka_unit_test(test_take_bad),
        cmocka_unit_test(test_feed_stops), cmocka_unit_test(test_feed_cut_anywhere),
        cmocka_unit_test(test_longest),    cmocka_unit_test(test_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
