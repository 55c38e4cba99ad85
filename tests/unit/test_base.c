/* base/: what everything else stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

/* --- err ------------------------------------------------------------------------------------- */

static void err_says_why(void **state)
{
    struct err err = {0};

    (void)state;
    assert_int_equal(err_set(&err, REASON_DNS, "no %s\n\033[31m", "host"), -1);
    assert_int_equal(err.reason, REASON_DNS);
    assert_string_equal(err.text, "no host\\x0a\\x1b[31m");
    assert_int_equal(err_prefix(&err, "acme/%s", "r\t"), -1);
    assert_string_equal(err.text, "acme/r\\x09: no host\\x0a\\x1b[31m");
    assert_int_equal(err.reason, REASON_DNS);
    assert_int_equal(err_set(NULL, REASON_DNS, "x"), -1);
    assert_int_equal(err_prefix(NULL, "x"), -1);
    err_set(&err, REASON_DISK, "%s again", err.text);
    assert_string_equal(err.text, "acme/r\\x09: no host\\x0a\\x1b[31m again");
}

static void err_is_cut_at_its_size(void **state)
{
    struct err err;
    char big[2 * ERR_TEXT_MAX];

    (void)state;
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    err_set(&err, REASON_PARSE, "%s", big);
    assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
    err_prefix(&err, "%s", big);
    assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
    assert_non_null(strstr(err.text, "x: x"));
}

static void reasons_have_words(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        assert_int_equal(reason_parse(reason_word((enum reason)i)), i);
        assert_true(strlen(reason_meaning((enum reason)i)) > 0);
    }
    assert_int_equal(reason_parse("nonsense"), REASON_COUNT);
    assert_string_equal(reason_word(REASON_RATE_LIMITED), "rate-limited");
}

/* --- buf, arena, mem ------------------------------------------------------------------------- */

static void buf_keeps_its_ceiling(void **state)
{
    struct buf buf = BUF_INIT(10);

    (void)state;
    assert_string_equal(buf_str(&buf), "");
    assert_int_equal(buf_add(&buf, "", 0), 0);
    assert_int_equal(buf_addstr(&buf, "12345"), 0);
    assert_int_equal(buf_addf(&buf, "%d", 678901), -1);
    assert_string_equal(buf_str(&buf), "12345");
    assert_int_equal(buf_addf(&buf, "%d", 67890), 0);
    assert_int_equal(buf_add(&buf, "x", 1), -1);
    assert_int_equal(buf_add(&buf, "x", SIZE_MAX), -1);
    assert_int_equal(buf.len, 10);
    buf_reset(&buf);
    assert_string_equal(buf_str(&buf), "");
    assert_int_equal(buf_add(&buf, "a\0b", 3), 0);
    char *taken = buf_detach(&buf);
    assert_memory_equal(taken, "a\0b", 4);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.max, 10);
    free(taken);
    taken = buf_detach(&buf);
    assert_string_equal(taken, "");
    free(taken);
    buf_release(&buf);
}

static void buf_grows(void **state)
{
    struct buf buf = BUF_INIT(1 << 20);

    (void)state;
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf_add(&buf, &"0123456789"[i % 10], 1), 0);
    assert_int_equal(buf.len, 100000);
    assert_int_equal(strlen(buf_str(&buf)), 100000);
    assert_int_equal(buf_str(&buf)[99999], '9');
    buf_release(&buf);
    assert_int_equal(buf_addstr(&buf, "again"), 0);
    buf_release(&buf);
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    struct arena arena = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        char *p = arena_alloc(&arena, i % 97);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < i % 97; j++)
            assert_int_equal(p[j], 0);
        memset(p, 0xff, i % 97);
    }
    char *big = arena_array(&arena, 1000, 1000);
    memset(big, 0xff, 1000 * 1000);
    assert_null(arena_strdup(&arena, NULL));
    assert_string_equal(arena_strdup(&arena, "abc"), "abc");
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(&arena, NULL, 0), "");
    assert_string_equal(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    arena_release(&arena);
    assert_string_equal(arena_strdup(&arena, "again"), "again");
    arena_release(&arena);
    arena_release(&arena);
}

static void mem_grows_arrays(void **state)
{
    size_t size = 0, count = 0;
    int *array = NULL;

    (void)state;
    for (; count < 1000; count++) {
        array = mem_grow(array, count, &size, sizeof *array);
        array[count] = (int)count;
    }
    assert_int_equal(array[999], 999);
    free(array);
    char *text = mem_printf("%s=%d", "x", 1);
    assert_string_equal(text, "x=1");
    free(text);
    text = mem_strndup("ab\0cd", 5);
    assert_memory_equal(text, "ab\0cd", 6);
    free(text);
}

/* --- text ------------------------------------------------------------------------------------ */

static void text_is_made_fit_to_show(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"caf\xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x8e\x89", "caf\xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x8e\x89"},
        {"a\nb\tc\x1b[0m\x7f", "a\\x0a"
                               "b\\x09"
                               "c\\x1b[0m\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m"}, /* C1 CSI */
        {"\xe2\x80\xae"
         "abc\xe2\x81\xa6",
         "\\u202eabc\\u2066"}, /* bidirectional */
        {"\xd8\x9c", "\\u061c"},
        {"\xe2\x80\xa8\xef\xbb\xbf", "\\u2028\\ufeff"},
        {"\xf3\xa0\x81\x81", "\\ue0041"}, /* an invisible tag */
        {"\xff\xc3", "\\xff\\xc3"},
        {"\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
         "\\xc0\\x80\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80"}, /* overlong, surrogate, too large */
    };
    char out[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = text_escape(cases[i].in, strlen(cases[i].in), out, sizeof out);
        assert_string_equal(out, cases[i].out);
        assert_int_equal(n, strlen(out));
    }
    text_escape("a\0b", 3, out, sizeof out);
    assert_string_equal(out, "a\\x00b");
}

static void text_is_cut_at_whole_characters(void **state)
{
    char out[8];

    (void)state;
    assert_int_equal(text_escape("abcdef\xc3\xa9", 8, out, 8), 6);
    assert_string_equal(out, "abcdef");
    assert_int_equal(text_escape("abcd\n", 5, out, 8), 4);
    assert_int_equal(text_escape("abc", 3, out, 1), 0);
    assert_string_equal(out, "");
    assert_int_equal(text_escape("abc", 3, out, 0), 0);
}

static void utf8(void **state)
{
    char *end = mem_alloc(1);

    (void)state;
    assert_int_equal(text_utf8_len(end + 1, 0), 0);
    free(end);
    assert_int_equal(text_utf8_len("\xe2\x9c\x93", 3), 3);
    assert_int_equal(text_utf8_len("\xe2\x9c\x93", 2), 0);
    assert_true(text_is_utf8("caf\xc3\xa9", 5));
    assert_true(text_is_utf8("", 0));
    assert_false(text_is_utf8("caf\xc3", 4));
    assert_false(text_is_utf8("a\0b", 3));
    assert_int_equal(text_columns("caf\xc3\xa9"), 4);
}

static void prefixes_and_neighbours(void **state)
{
    static const char *const words[] = {"jobs", "format", "output", "shard", NULL};

    (void)state;
    assert_true(text_starts_with("abc", "ab") && text_starts_with("abc", ""));
    assert_false(text_starts_with("a", "ab"));
    assert_true(text_ends_with("abc", "bc") && text_ends_with("abc", ""));
    assert_false(text_ends_with("c", "bc"));
    assert_string_equal(text_nearest("fromat", words), "format");
    assert_string_equal(text_nearest("job", words), "jobs");
    assert_string_equal(text_nearest("out", words), "output");
    assert_null(text_nearest("zzzzzz", words));
}

/* --- clock ----------------------------------------------------------------------------------- */

static void instants_as_text(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"2025-10-10T17:29:51Z", "2025-10-10T17:29:51Z"},
        {"2024-11-06T22:37:09.220617Z", "2024-11-06T22:37:09Z"},
        {"2024-11-06 22:37:09", "2024-11-06T22:37:09Z"},
        {"2024-11-06T22:37:09+02:00", "2024-11-06T20:37:09Z"},
        {"2024-11-06T22:37:09-0230", "2024-11-07T01:07:09Z"},
        {"2024-02-29", "2024-02-29T00:00:00Z"},
        {"1970-01-01", "1970-01-01T00:00:00Z"},
        {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
        {"2000-02-29", "2000-02-29T00:00:00Z"},
        {"0999-01-01", "0999-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
    };
    char out[CLOCK_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t instant;
        if (clock_parse(cases[i].in, &instant, NULL) != 0)
            fail_msg("%s", cases[i].in);
        assert_string_equal(clock_format(instant, out), cases[i].out);
    }
    assert_string_equal(clock_format(CLOCK_UNKNOWN, out), "");
    assert_string_equal(clock_format(INT64_MAX, out), "");
    assert_string_equal(clock_format(253402300800, out), ""); /* the year 10000 */
}

static void texts_that_are_no_instant(void **state)
{
    static const char *const bad[] = {"",
                                      "2024",
                                      "2024-1-1",
                                      "2024-13-01",
                                      "2024-00-01",
                                      "2024-02-30",
                                      "2023-02-29",
                                      "1900-02-29",
                                      "2024-04-31",
                                      "2024-01-00",
                                      "2024-01-01T",
                                      "2024-01-01T1",
                                      "2024-01-01T24:00:00Z",
                                      "2024-01-01T00:60:00Z",
                                      "2024-01-01T00:00:61Z",
                                      "2024-01-01T00:00:00.Z",
                                      "2024-01-01T00:00:00+24:00",
                                      "2024-01-01T00:00:00+02",
                                      "2024-01-01T00:00:00Zx",
                                      "2024-01-01 ",
                                      "yesterday"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {0};
        int64_t instant = 7;
        if (clock_parse(bad[i], &instant, &err) != -1)
            fail_msg("%s", bad[i]);
        assert_int_equal(instant, 7);
        assert_int_equal(err.reason, REASON_BAD_ANSWER);
    }
}

static void clocks_run(void **state)
{
    uint64_t before = clock_monotonic_ms();

    (void)state;
    assert_true(clock_now() > 1600000000);
    assert_true(clock_monotonic_ms() >= before);
}

/* --- log ------------------------------------------------------------------------------------- */

static char *captured(void (*speak)(void))
{
    static char text[65536];
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);

    assert_non_null(file);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    speak();
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void speak_of_secrets(void)
{
    char pad[2048];

    log_error("with ghp_0123456789abcdef in it, and ghp_0123456789abcdefXYZ\n");
    memset(pad, 'x', sizeof pad);
    pad[2030] = '\0';
    log_error("%sghp_0123456789abcdef", pad); /* cut inside the secret */
    log_info("not shown");
    log_warning("short1 is no secret, token-11-token is");
}

static void secrets_are_never_printed(void **state)
{
    char text[] = "x ghp_0123456789abcdef y";

    (void)state;
    log_secret("ghp_0123456789abcdef");
    log_secret("ghp_0123456789abcdef");
    log_secret("ghp_0123456789abcdefXYZ");
    log_secret("short1");
    for (int i = 0; i < 20; i++) {
        char token[32];
        snprintf(token, sizeof token, "token-%02d-token", i);
        log_secret(token);
    }
    char *out = captured(speak_of_secrets);
    assert_null(strstr(out, "ghp_"));
    assert_null(strstr(out, "XYZ"));
    assert_null(strstr(out, "token-11"));
    assert_null(strstr(out, "not shown"));
    assert_non_null(strstr(out, "fleetdrift: error: with ****"));
    assert_non_null(strstr(out, "it, and ***********************\\x0a\n"));
    assert_non_null(strstr(out, "fleetdrift: warning: short1 is no secret"));
    log_redact(text);
    assert_string_equal(text, "x ******************** y");
}

static void speak_over_a_status(void)
{
    log_status("3 of 5 \033[2J");
    log_error("hello");
    log_status(NULL);
    log_error("bye");
}

static void the_status_line_steps_aside(void **state)
{
    (void)state;
    assert_string_equal(captured(speak_over_a_status), "\r\033[K3 of 5 \\x1b[2J"
                                                       "\r\033[Kfleetdrift: error: hello\n"
                                                       "\r\033[K3 of 5 \\x1b[2J"
                                                       "\r\033[Kfleetdrift: error: bye\n");
}

/* The published values of FNV-1a: shards are chosen by it, so it must stay what it is. */
static void hashes_stay_what_they_are(void **state)
{
    (void)state;
    assert_int_equal(hash_add(HASH_START, "", 0), 0xcbf29ce484222325u);
    assert_int_equal(hash_add(HASH_START, "foobar", 6), 0x85944171f73967e8u);
    assert_int_equal(hash_add(hash_add(HASH_START, "foo", 3), "bar", 3), 0x85944171f73967e8u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_says_why),
        cmocka_unit_test(err_is_cut_at_its_size),
        cmocka_unit_test(reasons_have_words),
        cmocka_unit_test(buf_keeps_its_ceiling),
        cmocka_unit_test(buf_grows),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(mem_grows_arrays),
        cmocka_unit_test(hashes_stay_what_they_are),
        cmocka_unit_test(text_is_made_fit_to_show),
        cmocka_unit_test(text_is_cut_at_whole_characters),
        cmocka_unit_test(utf8),
        cmocka_unit_test(prefixes_and_neighbours),
        cmocka_unit_test(instants_as_text),
        cmocka_unit_test(texts_that_are_no_instant),
        cmocka_unit_test(clocks_run),
        cmocka_unit_test(secrets_are_never_printed),
        cmocka_unit_test(the_status_line_steps_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
