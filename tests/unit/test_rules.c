/*
 * Every case of tests/rules, through the program and through the plain sqlite3 shell, which must
 * agree; then the machinery of rules itself. tests/README.md and schema/README.md say how to write
 * a case.
 */
#include "store/rules.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "rules_try.h"

/* --- findings as lines: VERSION SEVERITY [historic] [tag=TAG] [detail=DETAIL]
 * ---------------------- */

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));

    return text == NULL ? "" : text;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *join_sorted(char **lines, size_t count)
{
    struct buf out = BUF_INIT(CASE_MAX);

    qsort(lines, count, sizeof *lines, by_text);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(buf_addf(&out, "%s\n", lines[i]), 0);
        free(lines[i]);
    }
    return buf_detach(&out);
}

/* What a SELECT, of a rule or of the stored findings, gave; severities left out are the rule's. */
static char *describe(const char *json, const struct rule *rule)
{
    json_t *rows = *json == '\0' ? json_array() : json_loads(json, 0, NULL);
    char *lines[100];
    size_t count = 0, i;
    json_t *row;

    if (!json_is_array(rows))
        fail_msg("not the JSON of rows: %s", json);
    json_array_foreach(rows, i, row)
    {
        const char *version = text_of(row, "version"), *severity = text_of(row, "severity");
        const char *tag = text_of(row, "tag"), *detail = text_of(row, "detail");
        bool historic = json_integer_value(json_object_get(row, "historic")) != 0;
        json_t *evidence = json_loads(text_of(row, "evidence"), 0, NULL);
        if (!json_is_object(evidence) || *text_of(row, "message") == '\0')
            fail_msg("%s: a row without message or evidence", rule->id);
        json_decref(evidence);
        assert_true(count < 100);
        lines[count++] = mem_printf("%s %s%s%s%s%s%s", *version == '\0' ? "-" : version,
                                    *severity == '\0' ? severity_word(rule->severity) : severity,
                                    historic ? " historic" : "", *tag == '\0' ? "" : " tag=", tag,
                                    *detail == '\0' ? "" : " detail=", detail);
    }
    json_decref(rows);
    return join_sorted(lines, count);
}

/* The lines "-- expect: …" of a case. */
static char *expected_of(const char *sql)
{
    static const char mark[] = "-- expect: ";
    char *lines[100];
    size_t count = 0;

    for (const char *at = strstr(sql, mark); at != NULL; at = strstr(at, mark)) {
        at += sizeof mark - 1;
        assert_true(count < 100);
        lines[count++] = mem_strndup(at, strcspn(at, "\n"));
    }
    return join_sorted(lines, count);
}

/* --- one case
 * ------------------------------------------------------------------------------------- */

static char *stored(struct place *place, const struct rule *rule)
{
    char *sql =
        mem_printf("SELECT version, severity, standing = 'historic' AS historic, tag, detail, "
                   "message, evidence FROM stored_finding WHERE rule = '%s' "
                   "AND until IS NULL",
                   rule->id);
    char *json = place_shell(place, sql);
    char *lines = describe(json, rule);

    free(json);
    free(sql);
    return lines;
}

static void run_case(struct place *place, const struct rule *rule, const char *name,
                     const char *change)
{
    struct rules_result result;
    char *expected = expected_of(change);

    place_fleet(place, change);
    place_evaluate(place, NULL, NULL, &result);
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    char *ours = stored(place, rule);
    char *json = place_shell(place, rule->sql);
    char *theirs = describe(json, rule);
    if (strcmp(ours, expected) != 0 || strcmp(theirs, expected) != 0)
        fail_msg("%s, %s\nexpected:\n%sthe program says:\n%sthe shell says:\n%s", rule->id, name,
                 expected, ours, theirs);
    free(json);
    free(ours);
    free(theirs);
    free(expected);
    place_empty(place);
}

static size_t run_cases(struct place *place, const struct rule *rule)
{
    static const char mark[] = "-- case: ";
    char path[512];
    struct buf text = BUF_INIT(CASE_MAX);
    bool fires = false, silent = false, unknown = false;
    size_t count = 0;

    snprintf(path, sizeof path, RULE_CASES "/%s.sql", rule->id);
    read_all(path, &text);
    for (char *at = strstr(text.data, mark); at != NULL; count++) {
        char *next = strstr(at + 1, mark);
        char *change = next == NULL ? mem_strdup(at) : mem_strndup(at, (size_t)(next - at));
        char *name = mem_strndup(at + 9, strcspn(at + 9, "\n"));
        run_case(place, rule, name, change);
        fires = fires || strstr(change, "-- expect: ") != NULL;
        silent = silent || strstr(change, "-- expect: ") == NULL;
        unknown = unknown || strstr(change, "unknown") != NULL || strstr(change, "NULL;") != NULL;
        free(change);
        free(name);
        at = next;
    }
    buf_release(&text);
    if (!fires || !silent || !unknown)
        fail_msg("%s needs a case where it fires, one where it must not, one of the unknown", path);
    return count;
}

static void cases(void **state)
{
    struct place *place = *state;
    struct rules *rules;
    size_t count = 0;

    place_good(place, rules_load(NULL, &rules, &place->err));
    assert_true(rules_count(rules) >= 17);
    for (size_t i = 0; i < rules_count(rules); i++)
        count += run_cases(place, rules_at(rules, i));
    print_message("             %zu rules, %zu cases\n", rules_count(rules), count);
    rules_free(rules);
}

static void the_fleet_of_the_cases_is_in_order(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    place_fleet(place, "");
    place_evaluate(place, NULL, NULL, &result);
    char *json = place_shell(place, "SELECT rule, message FROM stored_finding");
    assert_string_equal(json, "");
    free(json);
}

/* --- the catalogue
 * -------------------------------------------------------------------------------- */

static void built_in_rules_are_complete(void **state)
{
    struct place *place = *state;
    struct rules *rules;

    place_good(place, rules_load(NULL, &rules, &place->err));
    for (size_t i = 0; i < rules_count(rules); i++) {
        const struct rule *rule = rules_at(rules, i);
        assert_string_equal(rule->source, "built in");
        assert_true(rule->title[0] != '\0' && rule->needs[0] != '\0' && rule->help[0] != '\0');
        assert_true(i == 0 || strcmp(rules_at(rules, i - 1)->id, rule->id) < 0);
    }
    rules_free(rules);
}

#define HEADER "-- id: own\n-- severity: high\n-- title: T\n"

static void broken_rules_are_refused_with_words(void **state)
{
    static const char *const broken[][2] = {
        {"SELECT 1", "names no id"},
        {"-- id: own\n-- title: T\nSELECT 1", "names no severity"},
        {"-- id: own\n-- severity: grave\nSELECT 1", "severity \"grave\" is none of"},
        {"-- id: own\n-- severity: low\nSELECT 1", "names no title"},
        {"-- id: own\n-- sevrity: low\nSELECT 1", "did you mean severity"},
        {HEADER "SELEC 1", "it is no SELECT"},
        {HEADER "SELECT nonsense FROM release", "no such column: nonsense"},
        {HEADER "SELECT 'x' AS mesage", "a rule has no column mesage"},
        {HEADER "SELECT version FROM release", "it gives no column message"},
        {HEADER "SELECT 'x' AS message; DROP TABLE run", "more than one statement"},
        {HEADER "DELETE FROM run", "it is no SELECT"},
        {HEADER "WITH x AS (SELECT 1) DELETE FROM run", "it is no SELECT"},
        {HEADER "PRAGMA user_version", "it is no SELECT"},
        {HEADER "", "it is no SELECT"},
        {"-- id: own\n-- severity: low\n-- title: \xff\nSELECT 1", "not UTF-8"},
        {"-- id: other\n-- severity: low\n-- title: T\nSELECT 'x' AS message",
         "the id is \"other\", but the file's name says \"own\""},
        {HEADER "-- needs: refs, object\nSELECT 'x' AS message",
         "needs \"object\", which is no fact; did you mean objects"},
        {HEADER "-- needs: listing\nSELECT 'x' AS message", "needs \"listing\", which is no fact"},
        {HEADER "-- clock: maybe\nSELECT 'x' AS message", "clock \"maybe\" is neither yes nor no"},
    };
    struct place *place = *state;

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct rules *rules;
        write_all(place->rules, broken[i][0]);
        assert_int_equal(rules_load(place->folder, &rules, &place->err), -1);
        if (strstr(place->err.text, broken[i][1]) == NULL ||
            strstr(place->err.text, "own.sql") == NULL)
            fail_msg("\"%s\" does not say \"%s\"", place->err.text, broken[i][1]);
    }
    struct rules *rules;
    assert_int_equal(rules_load("/nonexistent", &rules, &place->err), -1);
}

static void a_folder_adds_and_overrides(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    snprintf(place->rules, sizeof place->rules, "%s/newest-yanked.sql", place->folder);
    write_all(place->rules, "-- id: newest-yanked\n-- severity: critical\n-- title: Ours\n"
                            "-- needs: refs,objects\n"
                            "-- help: one\n--   two\nSELECT 'always' AS message;\n-- the end\n");
    struct rules *rules;
    place_good(place, rules_load(NULL, &rules, &place->err));
    size_t count = rules_count(rules);
    rules_free(rules);
    place_good(place, rules_load(place->folder, &rules, &place->err));
    assert_int_equal(rules_count(rules), count);
    rules_free(rules);
    place_fleet(place, "");
    place_evaluate(place, place->folder, NULL, &result);
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
    assert_int_equal(result.fresh, 1);
}

/* What fails on the facts costs its own findings and is told; the other rules speak. */
static void a_rule_that_fails_costs_only_itself(void **state)
{
    static const char *const failing[][2] = {
        {"SELECT 'x' AS message, 'no json' AS evidence", "no JSON object"},
        {"SELECT 99 AS repository_id, 'x' AS message",
         "the fleet has no repository with the id 99"},
        {"SELECT 1 AS repository_id, 7 AS package_id, 'x' AS message", "no package with the id 7"},
        {"SELECT name AS package_id, 'x' AS message FROM package", "package_id is no number"},
        {"SELECT 'x' AS message, 'grave' AS severity", "an unknown severity: grave"},
        {"SELECT 'a' AS version, 'x' AS message UNION ALL SELECT 'b', json('[') FROM package",
         "malformed JSON"},
    };
    struct place *place = *state;
    struct rules_result result;

    for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
        char *rule = mem_printf(HEADER "%s", failing[i][0]);
        place_fleet(place, "DELETE FROM stored_denotes WHERE tag = 'v0.2.0';");
        write_all(place->rules, rule);
        place_evaluate(place, place->folder, NULL, &result);
        assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
        assert_int_equal(result.counts[SEVERITY_HIGH], 0);
        assert_int_equal(result.unknown, 1);
        char *json =
            place_shell(place, "SELECT fact, detail FROM stored_coverage WHERE fact = 'rules'");
        if (strstr(json, failing[i][1]) == NULL || strstr(json, "own.sql") == NULL)
            fail_msg("%s does not say \"%s\"", json, failing[i][1]);
        free(json);
        free(rule);
        place_empty(place);
    }
}

/* What it said before stands while it fails, and is mended when it is. */
static void a_rule_that_fails_unsays_nothing(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    write_all(place->rules, HEADER "SELECT 1 AS package_id, 'x' AS message");
    place_fleet(place, "");
    place_evaluate(place, place->folder, NULL, &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 1);
    write_all(place->rules, HEADER "SELECT 9 AS package_id, 'x' AS message");
    place_evaluate(place, place->folder, NULL, &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 1);
    assert_int_equal(result.unknown, 1);
    write_all(place->rules, HEADER "SELECT 1 AS package_id, 'x' AS message WHERE 0");
    place_evaluate(place, place->folder, NULL, &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 0);
    assert_int_equal(result.unknown, 0);
}

/* --- from run to run
 * ------------------------------------------------------------------------------- */

static void new_then_open_then_resolved(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    place_fleet(place, "DELETE FROM stored_denotes WHERE tag = 'v0.2.0';");
    place_evaluate(place, NULL, NULL, &result);
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
    assert_int_equal(result.fresh, 1);
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    place_states(place, "0.2.0 new");

    place_next_run(place, NULL, "", &result); /* nothing changed: not even evaluated */
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
    assert_int_equal(result.fresh, 0);
    place_states(place, "0.2.0 open");

    place_next_run(place, NULL,
                   "UPDATE stored_coverage SET status = 'unknown' WHERE fact = 'refs';", &result);
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    place_states(place, "0.2.0 open"); /* not looked at is not mended */
    assert_int_equal(result.unknown, 1);

    place_next_run(place, NULL,
                   "UPDATE stored_coverage SET status = 'known' WHERE fact = 'refs';"
                   "INSERT INTO stored_denotes VALUES"
                   " (1, 1, x'0200', 'v0.2.0', '0.2.0', 0, 'plain', 1, 1, NULL);",
                   &result);
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 0);
    place_states(place, "0.2.0 resolved");

    place_next_run(place, NULL, "", &result);
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    place_states(place, "null");
}

/* Their packages leave the fleet, for a look at one other, and come back; the time that it takes
   must grow as the fleet does. */
static void many_findings_keep_their_age(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    place_fleet(
        place, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5001) "
               "INSERT INTO package_id SELECT i, 'https://pypi.org', 'p' || i, NULL FROM n;"
               "INSERT INTO stored_scope SELECT 0, id, 1, NULL FROM package_id WHERE id > 1;"
               "INSERT INTO stored_coverage SELECT '', 0, id, 'index', 'unknown', 'timeout', NULL, "
               "1, NULL FROM package_id WHERE id > 1;");
    write_all(place->rules, HEADER "-- needs: index\n"
                                   "SELECT id AS package_id, 'x' AS message FROM package");
    place_evaluate(place, place->folder, NULL, &result);
    assert_int_equal(result.fresh, 5001);
    place_next_run(place, place->folder, "UPDATE stored_scope SET until = 2 WHERE package_id > 1;",
                   &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 1);
    place_next_run(place, place->folder,
                   "INSERT INTO stored_scope SELECT 0, id, 3, NULL FROM package_id WHERE id > 1;",
                   &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 5001);
    assert_int_equal(result.fresh, 0);
    place_next_run(place, place->folder, "UPDATE run SET program = 'another';", &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 5001);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
    const struct CMUnitTest tests[] = {
        CASE(the_fleet_of_the_cases_is_in_order), CASE(cases),
        CASE(built_in_rules_are_complete),        CASE(broken_rules_are_refused_with_words),
        CASE(a_folder_adds_and_overrides),        CASE(a_rule_that_fails_costs_only_itself),
        CASE(a_rule_that_fails_unsays_nothing),   CASE(new_then_open_then_resolved),
        CASE(many_findings_keep_their_age),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
