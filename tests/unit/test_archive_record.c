#include "archive_pack.h"
#include "fetch/archive_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WHEEL "tool-1.0-py3-none-any.whl"
#define INFO  "tool-1.0.dist-info/"
/* of "hello\n", as hashlib and base64.urlsafe_b64encode say */
#define HELLO "sha256=WJG1tSLV3whtD_CxEPvZ0hu0_HFjrzTQgoai6Eb2vgM"
#define RIGHT "tool/a.py," HELLO ",6\ntool/b.py," HELLO ",6\n" INFO "RECORD,,\n"

/* "meaning: path" of each fault, one a line. */
static const char *faults(void)
{
    static const char *const meanings[] = {
#define X(id, meaning) meaning,
        ARCHIVE_RECORD_FAULTS(X)
#undef X
    };
    static char text[8192];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < got.record_fault_count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s: %s", i > 0 ? "\n" : "",
                                meanings[got.record_faults[i].kind], got.record_faults[i].path);
    return text;
}

static void assert_faults(const char *record, const char *expected)
{
    const struct pack_member members[] = {
        {"tool/a.py", "hello\n"}, {"tool/b.py", "hello\n"}, {INFO "RECORD", record}, {0}};

    buf_reset(&packed);
    pack_zip(members);
    pack_assert_odd(WHEEL, *expected == '\0' ? "" : "record " INFO "RECORD");
    assert_string_equal(faults(), expected);
    assert_int_equal(got.record, *expected == '\0' ? ARCHIVE_RECORD_RIGHT : ARCHIVE_RECORD_WRONG);
    assert_int_equal(got.kind, ARCHIVE_WHEEL);
    assert_null(got.top);
}

static void what_is_right(void **state)
{
    (void)state;
    assert_faults(RIGHT, "");
    assert_string_equal(got.members[1].path, "tool/a.py");
    assert_string_equal(got.members[1].sha256,
                        "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    /* as Python's csv module reads it */
    assert_faults("\"tool/a.py\"," HELLO ",6\r\n\r\ntool/\"b\".py," HELLO ",6\r\n",
                  "RECORD lists what is not there: tool/\"b\".py\n"
                  "RECORD does not list it: tool/b.py");
    assert_faults("\"tool/a.py\"," HELLO ",6\r\n\r\n\"tool/b\".py,\"" HELLO "\",\r\n"
                  "tool/,,\n" INFO "RECORD.jws,,",
                  "");
}

static void what_is_wrong(void **state)
{
    (void)state;
    assert_faults("tool/a.py," HELLO ",6\n", "RECORD does not list it: tool/b.py");
    assert_faults(RIGHT "tool/c.py," HELLO ",6\n", "RECORD lists what is not there: tool/c.py");
    assert_faults(RIGHT "tool/a.py," HELLO ",6\n", "RECORD lists it twice: tool/a.py");
    assert_faults("tool/a.py," HELLO ",7\ntool/b.py,sha256=,6",
                  "RECORD has another size: tool/a.py\nRECORD has another digest: tool/b.py");
    assert_faults("tool/a.py," HELLO "A,6\ntool/b.py,sha512=" HELLO ",6",
                  "RECORD has another digest: tool/a.py\nRECORD has no SHA-256 of it: tool/b.py");
    assert_faults("tool/a.py\ntool/b.py,,\n", "RECORD has no SHA-256 of it: tool/a.py\n"
                                              "RECORD has no SHA-256 of it: tool/b.py");
    assert_faults("\"tool/a.py," HELLO ",6\ntool/b.py," HELLO ",6\n",
                  "RECORD lists what is not there: tool/a.py," HELLO ",6\ntool/b.py," HELLO ",6\n\n"
                  "RECORD does not list it: tool/a.py\nRECORD does not list it: tool/b.py");
    assert_faults("", "RECORD does not list it: tool/a.py\nRECORD does not list it: tool/b.py");
}

static void every_digit_counts(void **state)
{
    char line[] = RIGHT;
    char *digit = strchr(line, '=') + 1;

    (void)state;
    for (size_t i = 0; i < 43; i++) {
        const char was = digit[i];
        digit[i] = was == 'A' ? 'B' : 'A';
        assert_faults(line, "RECORD has another digest: tool/a.py");
        digit[i] = was;
    }
    assert_faults(line, "");
}

static void two_folders(void **state)
{
    static const struct pack_member members[] = {
        {INFO "RECORD", "evil-1.0.dist-info/METADATA," HELLO ",6\n"},
        {"evil-1.0.dist-info/METADATA", "hello\n"},
        {0}};

    (void)state;
    pack_zip(members);
    pack_assert_odd(WHEEL, "record " INFO "RECORD");
    assert_string_equal(faults(), "a second .dist-info directory: evil-1.0.dist-info/METADATA");
}

static void none(void **state)
{
    static const struct pack_member members[] = {{"tool/a.py", "hello\n"}, {0}};

    (void)state;
    pack_zip(members);
    pack_assert_odd(WHEEL, "record -");
    assert_int_equal(got.record, ARCHIVE_RECORD_MISSING);
    buf_reset(&packed);
    pack_tar_file("tool-1.0/tool.dist-info/RECORD", "");
    pack_tar_end();
    pack_assert_odd("tool-1.0.tar", "");
    assert_int_equal(got.record, ARCHIVE_RECORD_NONE);
}

/* As long as the faults of 100,000 lines would be. */
static void many_faults(void **state)
{
    struct buf record = BUF_INIT(1 << 20);

    (void)state;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buf_addf(&record, "tool/%d.py,,\n", i), 0);
    struct pack_member members[] = {{INFO "RECORD", buf_str(&record)}, {0}};
    pack_zip(members);
    pack_assert_odd(WHEEL, "record " INFO "RECORD");
    assert_int_equal(got.record_fault_count, 50);
    buf_release(&record);
}

static void what_cannot_be_read(void **state)
{
    struct pack_member members[] = {
        {INFO "RECORD", "a\0b", .len = 3}, {"tool/a.py", "hello\n"}, {0}};
    const size_t large = 100 << 20;

    (void)state;
    pack_zip(members);
    pack_assert_odd(WHEEL, "record " INFO "RECORD");
    assert_int_equal(got.record, ARCHIVE_RECORD_UNREAD);
    char *lines = malloc(large);
    for (size_t i = 0; i < large; i++)
        lines[i] = "tool/a.py,,\n"[i % 12];
    buf_reset(&packed);
    members[0] = (struct pack_member){INFO "RECORD", lines, .len = large, .deflated = true};
    pack_zip(members);
    free(lines);
    pack_assert_odd(WHEEL, "record " INFO "RECORD");
    assert_int_equal(got.record, ARCHIVE_RECORD_UNREAD);
    assert_int_equal(got.members[0].size, large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_right, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(every_digit_counts, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(two_folders, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(none, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(many_faults, pack_setup, pack_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_read, pack_setup, pack_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
