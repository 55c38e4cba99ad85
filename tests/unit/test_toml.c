#include "facts/toml.h"
#include "facts/jget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static json_t *parse(const char *text)
{
    struct err err = {0};
    json_t *out = NULL;

    if (toml_parse(text, strlen(text), "x.toml", &out, &err) != 0)
        fail_msg("%s", err.text);
    return out;
}

static void refused(const char *text, size_t len, enum reason reason, const char *message)
{
    struct err err = {0};
    json_t *out = NULL;

    assert_int_equal(toml_parse(text, len, "x.toml", &out, &err), -1);
    assert_null(out);
    assert_int_equal(err.reason, reason);
    if (strncmp(err.text, message, strlen(message)) != 0)
        fail_msg("%s", err.text);
}

static void test_every_type_becomes_json(void **state)
{
    (void)state;
    json_t *got = parse("a = 'x'\r\nb = 1_000\nc = true\nd = [1, [2]]\ne = 1979-05-27T07:32:00Z\n"
                        "f = 1.5\ng = inf\nh.i = 07:32:00\n[t]\n'q.r' = nan\n[[u]]\n[[u]]\n");
    json_t *want =
        json_pack("{s:s, s:i, s:b, s:[i, [i]], s:s, s:f, s:s, s:{s:s}, s:{s:s}, s:[{},{}]}", "a",
                  "x", "b", 1000, "c", 1, "d", 1, 2, "e", "1979-05-27T07:32:00Z", "f", 1.5, "g",
                  "inf", "h", "i", "07:32:00", "t", "q.r", "nan", "u");
    if (!json_equal(got, want))
        fail_msg("%s", json_dumps(got, 0));
    json_decref(got);
    json_decref(want);
}

static void test_errors_name_the_place(void **state)
{
    (void)state;
    refused("a = 1\nb = \n", 10, REASON_PARSE, "x.toml:2:5: ");
    refused("a = 1\na = 2\n", 12, REASON_PARSE, "x.toml:2:");
    refused("a = '\xff'", 7, REASON_PARSE, "x.toml:1:");
    refused("[[{{a}}]]\n", 10, REASON_PARSE, "x.toml: not TOML");
    refused("a = '\xc3\xab'\n[\xc3\xab]\n", 13, REASON_PARSE, "x.toml: not TOML");
    refused("[[\0]]\n", 6, REASON_PARSE, "x.toml: not TOML");
    refused("\xff\xfe"
            "a\0=\0001\0",
            8, REASON_PARSE, "x.toml:1:");
}

static void test_nesting_is_bounded(void **state)
{
    (void)state;
    size_t len = 1u << 20;
    char *text = mem_alloc(len);

    memset(text, '[', len);
    refused(text, len, REASON_LIMIT, "x.toml:1: nested deeper");
    for (size_t i = 0; i < len; i++)
        text[i] = i % 2 ? '.' : 'a';
    refused(text, len, REASON_LIMIT, "x.toml:1: nested deeper");
    for (size_t i = 0; i + 4 <= len; i += 4)
        memcpy(text + i, i == 0 ? "a = " : "{a= ", 4);
    refused(text, len, REASON_LIMIT, "x.toml:1: nested deeper");
    for (size_t i = 0; i + 2 <= len; i += 2)
        memcpy(text + i, i == 0 ? "a=" : i == 2 ? "[\n" : "1,", 2);
    refused(text, len, REASON_LIMIT, "x.toml:2: more than 100000 values");
    free(text);
    json_decref(
        parse("a = '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[' # [[[[[[[[[[[[[[[[[[[[[[[[[[\n"
              "b = \"\"\"\\\"\"\" ........................................ \"\"\"\n"
              "c = '''it''s ............................................ ''''\n"));
}

static void test_size_is_bounded(void **state)
{
    (void)state;
    char *text = mem_alloc(TOML_MAX + 1);

    memset(text, '\n', TOML_MAX + 1);
    refused(text, TOML_MAX + 1, REASON_TOO_LARGE, "x.toml: larger than");
    free(text);
}

static void line_is(const json_t *lines, const char *key, int64_t want)
{
    int64_t got = -1;

    jget_int(lines, key, &got);
    if (got != want)
        fail_msg("%s: line %d, not %d", key, (int)got, (int)want);
}

static void test_lines_of_keys(void **state)
{
    (void)state;
    static const char text[] = "# x\n[scan]\njobs = 1\nlist = [\n 1,\n 2]\n[[waive]]\nrule = 'a'\n"
                               "[[waive]]\nrule = 'b'\n[a.b]\nc.d = { e = 1 }\n";
    json_t *out, *lines;
    struct err err;

    assert_int_equal(toml_parse_lines(text, strlen(text), "x", &out, &lines, &err), 0);
    line_is(lines, "scan", 2);
    line_is(lines, "scan.jobs", 3);
    line_is(lines, "scan.list[1]", 6);
    line_is(lines, "waive[0].rule", 8);
    line_is(lines, "waive[1]", 9);
    line_is(lines, "waive[1].rule", 10);
    line_is(lines, "a.b.c.d.e", 12);
    json_decref(out);
    json_decref(lines);
}

static void test_getters_tell_missing_from_wrong(void **state)
{
    (void)state;
    json_t *o = json_pack("{s:s, s:i, s:n, s:s%}", "s", "x", "i", 7, "n", "z", "a\0b", (size_t)3);
    const char *s = "untouched";
    int64_t i = 0;
    bool b = false;
    json_t *any = NULL;

    assert_int_equal(jget_string(o, "s", &s), JGET_OK);
    assert_string_equal(s, "x");
    assert_int_equal(jget_string(o, "n", &s), JGET_ABSENT);
    assert_int_equal(jget_string(o, "i", &s), JGET_INVALID);
    assert_int_equal(jget_string(o, "z", &s), JGET_INVALID);
    assert_int_equal(jget_string(NULL, "s", &s), JGET_ABSENT);
    assert_int_equal(jget_string(json_object_get(o, "s"), "s", &s), JGET_INVALID);
    assert_string_equal(s, "x");
    assert_int_equal(jget_int(o, "i", &i), JGET_OK);
    assert_int_equal(i, 7);
    assert_int_equal(jget_bool(o, "i", &b), JGET_INVALID);
    assert_int_equal(jget_array(o, "none", &any), JGET_ABSENT);
    assert_int_equal(jget_object(o, "s", &any), JGET_INVALID);
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_becomes_json),
        cmocka_unit_test(test_errors_name_the_place),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_size_is_bounded),
        cmocka_unit_test(test_lines_of_keys),
        cmocka_unit_test(test_getters_tell_missing_from_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
