/* The writers, against a store of a few rows: what a report needs of the store is two functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/layout.h"
#include "report/output.h"
#include "report/report.h"

static const char *const finding_names[] = {"severity", "package", "version", "message",
                                            "evidence"};
static const char *messages[8];
static size_t message_count;

const char *severity_word(enum severity severity)
{
    return severity == SEVERITY_CRITICAL ? "critical" : "high";
}

size_t rules_count(const struct rules *rules)
{
    return rules == NULL ? 0 : 0;
}

const struct rule *rules_at(const struct rules *rules, size_t i)
{
    (void)rules;
    (void)i;
    return NULL;
}

int store_view_run(struct store *store, int64_t run, struct err *err)
{
    (void)store;
    return run == 99 ? err_set(err, REASON_USAGE, "there is no run 99") : 0;
}

static struct cell text_cell(const char *text)
{
    if (text == NULL)
        return (struct cell){.type = CELL_NULL};
    return (struct cell){.type = CELL_TEXT, .text = text, .len = strlen(text)};
}

int store_query(struct store *store, const char *query, const struct bind *binds, size_t count,
                store_columns_fn *columns, store_row_fn *row, void *ctx, struct err *err)
{
    (void)store;
    (void)binds;
    (void)count;
    (void)err;
    columns(ctx, finding_names, 5);
    if (strcmp(query, "report_findings") != 0)
        return 0;
    for (size_t i = 0; i < message_count; i++) {
        struct cell cells[] = {text_cell("critical"),
                               text_cell("beast-mailbox-core"),
                               {.type = CELL_INTEGER, .integer = -7},
                               text_cell(messages[i]),
                               text_cell("{\"b\": [1, null], \"a\": 2}")};
        if (row(ctx, cells, 5) != 0)
            return 0;
    }
    return 0;
}

static char *write_report(enum report_format format, unsigned width)
{
    struct report_options options = {.what = REPORT_FINDINGS, .format = format, .width = width};
    struct err err = {0};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (report_write(NULL, &options, out, &err) != 0)
        fail_msg("%s", err.text);
    fclose(out);
    return text;
}

static void expect(enum report_format format, unsigned width, const char *wanted)
{
    char *text = write_report(format, width);

    assert_string_equal(text, wanted);
    free(text);
}

static void give(const char *message)
{
    messages[0] = message;
    message_count = 1;
}

#define CSV_HEAD "severity,package,version,message,evidence\r\n"
#define CSV_ROW(cell)                                                                              \
    CSV_HEAD "critical,beast-mailbox-core,-7," cell ",\"{\"\"b\"\": [1, null], \"\"a\"\": "        \
             "2}\"\r\n"

static void test_csv(void **state)
{
    (void)state;
    message_count = 0;
    expect(REPORT_CSV, 0, CSV_HEAD);
    give("plain");
    expect(REPORT_CSV, 0, CSV_ROW("plain"));
    give(NULL);
    expect(REPORT_CSV, 0, CSV_ROW(""));
    give("a,b \"c\"");
    expect(REPORT_CSV, 0, CSV_ROW("\"a,b \"\"c\"\"\""));
    give("=1+1");
    expect(REPORT_CSV, 0, CSV_ROW("\"'=1+1\""));
    give("-2");
    expect(REPORT_CSV, 0, CSV_ROW("\"'-2\""));
    give("\t@x\r\n\x1b[0m");
    expect(REPORT_CSV, 0, CSV_ROW("\"'\\x09@x\\x0d\\x0a\\x1b[0m\""));
    give("caf\xc3\xa9 \xff");
    expect(REPORT_CSV, 0, CSV_ROW("caf\xc3\xa9 \\xff"));
}

static void test_long_cell(void **state)
{
    char text[2000];
    char *csv;

    (void)state;
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 3);
    memmove(text + 1, text, strlen(text) + 1);
    text[0] = 'x';
    give(text);
    csv = write_report(REPORT_CSV, 0);
    assert_non_null(strstr(csv, text));
    free(csv);
}

static void test_json(void **state)
{
    char *text;

    (void)state;
    give("\"q\\ \n\x1b \xe2\x80\xae caf\xc3\xa9 \xff");
    expect(REPORT_NDJSON, 0,
           "{\"kind\":\"finding\",\"severity\":\"critical\",\"package\":\"beast-mailbox-core\","
           "\"version\":-7,\"message\":\"\\\"q\\\\ \\n\\u001b \\u202e caf\xc3\xa9 \\ufffd\","
           "\"evidence\":{\"a\":2,\"b\":[1,null]}}\n");
    message_count = 0;
    text = write_report(REPORT_JSON, 0);
    assert_string_equal(text, "{\"schema\":\"fleetdrift.report/1\",\n\"run\":null,\n"
                              "\"summary\":null,\n\"findings\":[]}\n");
    free(text);
}

static void test_table(void **state)
{
    (void)state;
    give("main declares 0.1.0, but the index has 0.2.0 since October");
    expect(REPORT_TABLE, 80,
           "SEVERITY  PACKAGE             VERSION  WHAT\n"
           "critical  beast-mailbox-core  -7       main declares 0.1.0, but the index has\n"
           "                                       0.2.0 since October\n");
    give("short");
    expect(REPORT_TABLE, 40,
           "SEVERITY  PACKAGE             VERSION  WHAT\n"
           "critical  beast-mailbox-core  -7       short\n");
    message_count = 0;
    expect(REPORT_TABLE, 80, "No finding.\n");
}

static void test_csv_holds_one_table(void **state)
{
    struct report_options options = {.what = REPORT_ALL, .format = REPORT_CSV};
    struct err err = {0};

    (void)state;
    assert_int_equal(report_write(NULL, &options, stdout, &err), -1);
    assert_int_equal(err.reason, REASON_USAGE);
    assert_int_equal(report_check(&options, "out/", &err), 0);
    options.format = REPORT_JSON;
    assert_int_equal(report_check(&options, "out/", &err), -1);
}

static void test_files_are_whole_or_not_there(void **state)
{
    char directory[] = "/tmp/test_report.XXXXXX", path[64], text[8] = "";
    struct report_options options = {.what = REPORT_FINDINGS, .format = REPORT_CSV, .run = 99};
    struct output output;
    struct err err = {0};
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/f", directory);
    assert_int_equal(output_open(&output, path, &err), 0);
    fputs("old", output.file);
    assert_int_equal(output_close(&output, true, &err), 0);
    assert_int_equal(report_write_file(NULL, &options, path, NULL, &err), -1);
    assert_int_equal(output_open(&output, path, &err), 0);
    fputs("new", output.file);
    assert_int_equal(output_close(&output, false, &err), 0);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    assert_string_equal(text, "old");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void test_layout(void **state)
{
    struct layout_column c[] = {{.natural = 10, .least = 8},
                                {.natural = 30, .least = 10, .rank = 1},
                                {.natural = 12, .least = 12, .rank = 2}};

    (void)state;
    layout_fit(c, 3, 0);
    assert_int_equal(c[0].width + c[1].width + c[2].width, 52);
    layout_fit(c, 3, 40);
    assert_int_equal(c[0].width, 10);
    assert_int_equal(c[1].width, 14);
    assert_int_equal(c[2].width, 12);
    layout_fit(c, 3, 30);
    assert_int_equal(c[2].width, 0);
    assert_int_equal(c[1].width, 18);
    layout_fit(c, 3, 5);
    assert_int_equal(c[0].width, 8);
    assert_int_equal(c[1].width, 0);
}

static void test_lines(void **state)
{
    const char *next;

    (void)state;
    assert_int_equal(layout_line("one two", 5, &next), 3);
    assert_string_equal(next, "two");
    assert_int_equal(layout_line("one two", 3, &next), 3);
    assert_string_equal(next, "two");
    assert_int_equal(layout_line("unbreakable", 4, &next), 4);
    assert_string_equal(next, "eakable");
    assert_int_equal(layout_line("", 4, &next), 0);
    assert_string_equal(next, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_long_cell),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_csv_holds_one_table),
        cmocka_unit_test(test_files_are_whole_or_not_there),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
