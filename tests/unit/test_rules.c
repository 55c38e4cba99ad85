/*
 * Every case of tests/rules, through the program and through the plain sqlite3 shell, which must
 * agree; then the machinery of rules itself. tests/README.md and schema/README.md say how to write
 * a case.
 */
#include "store/rules.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"

#define CASE_MAX (1 << 20)

struct place {
    char folder[64], path[96], rules[96];
    struct store *store;
    struct err err;
};

static int setup(void **state)
{
    struct place *place = mem_alloc(sizeof *place);

    snprintf(place->folder, sizeof place->folder, "/tmp/test-rules-XXXXXX");
    if (mkdtemp(place->folder) == NULL)
        return -1;
    snprintf(place->path, sizeof place->path, "%s/fleet.db", place->folder);
    snprintf(place->rules, sizeof place->rules, "%s/own.sql", place->folder);
    *state = place;
    return 0;
}

static void close_and_remove(struct place *place)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

    store_close(place->store);
    place->store = NULL;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", place->path, suffixes[i]);
        unlink(name);
    }
}

static int teardown(void **state)
{
    struct place *place = *state;

    close_and_remove(place);
    unlink(place->rules);
    rmdir(place->folder);
    free(place);
    return 0;
}

static void good(struct place *place, int result)
{
    if (result != 0)
        fail_msg("%s", place->err.text);
}

/* --- the shell -----------------------------------------------------------------------------------
 */

static void read_all(const char *path, struct buf *out)
{
    char block[4096];
    size_t n;
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        fail_msg("%s cannot be read", path);
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        assert_int_equal(buf_add(out, block, n), 0);
    fclose(file);
}

static void write_all(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Runs SQL through `sqlite3 -json`; what it printed is returned. */
static char *shell(struct place *place, const char *sql)
{
    extern char **environ;
    char in[96], out[96];
    struct buf result = BUF_INIT(CASE_MAX);
    char program[] = "sqlite3", batch[] = "-batch", bail[] = "-bail", json[] = "-json";
    char *arguments[] = {program, batch, bail, json, place->path, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;

    snprintf(in, sizeof in, "%s/in.sql", place->folder);
    snprintf(out, sizeof out, "%s/out.json", place->folder);
    write_all(in, sql);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, in, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(posix_spawnp(&child, "sqlite3", &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(waitpid(child, &status, 0), child);
    read_all(out, &result);
    unlink(in);
    unlink(out);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the sqlite3 shell refused:\n%s", sql);
    return buf_detach(&result);
}

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

/* A database with the fleet of the cases, in the middle of its first run. */
static void open_fleet(struct place *place, const char *change)
{
    struct buf fleet = BUF_INIT(CASE_MAX);

    good(place, store_open(place->path, STORE_SCAN, &place->store, &place->err));
    good(place, store_begin_run(place->store, "[]", &place->err));
    read_all(RULE_CASES "/fleet.sql", &fleet);
    assert_int_equal(buf_addstr(&fleet, change), 0);
    free(shell(place, buf_str(&fleet)));
    buf_release(&fleet);
}

static void evaluate(struct place *place, const char *folder, struct rules_result *result)
{
    struct rules *rules;

    good(place, rules_load(folder, &rules, &place->err));
    good(place, rules_evaluate(place->store, rules, result, &place->err));
    rules_free(rules);
}

static char *stored(struct place *place, const struct rule *rule)
{
    char *sql =
        mem_printf("SELECT version, severity, standing = 'historic' AS historic, tag, detail, "
                   "message, evidence FROM stored_finding WHERE rule = '%s' "
                   "AND until IS NULL",
                   rule->id);
    char *json = shell(place, sql);
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

    open_fleet(place, change);
    evaluate(place, NULL, &result);
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    char *ours = stored(place, rule);
    char *json = shell(place, rule->sql);
    char *theirs = describe(json, rule);
    if (strcmp(ours, expected) != 0 || strcmp(theirs, expected) != 0)
        fail_msg("%s, %s\nexpected:\n%sthe program says:\n%sthe shell says:\n%s", rule->id, name,
                 expected, ours, theirs);
    free(json);
    free(ours);
    free(theirs);
    free(expected);
    close_and_remove(place);
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

    good(place, rules_load(NULL, &rules, &place->err));
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

    open_fleet(place, "");
    evaluate(place, NULL, &result);
    char *json = shell(place, "SELECT rule, message FROM stored_finding");
    assert_string_equal(json, "");
    free(json);
}

/* --- the catalogue
 * -------------------------------------------------------------------------------- */

static void built_in_rules_are_complete(void **state)
{
    struct place *place = *state;
    struct rules *rules;

    good(place, rules_load(NULL, &rules, &place->err));
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
    good(place, rules_load(NULL, &rules, &place->err));
    size_t count = rules_count(rules);
    rules_free(rules);
    good(place, rules_load(place->folder, &rules, &place->err));
    assert_int_equal(rules_count(rules), count);
    rules_free(rules);
    open_fleet(place, "");
    evaluate(place, place->folder, &result);
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
        open_fleet(place, "DELETE FROM stored_denotes WHERE tag = 'v0.2.0';");
        write_all(place->rules, rule);
        evaluate(place, place->folder, &result);
        assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
        assert_int_equal(result.counts[SEVERITY_HIGH], 0);
        assert_int_equal(result.unknown, 1);
        char *json = shell(place, "SELECT fact, detail FROM stored_coverage WHERE fact = 'rules'");
        if (strstr(json, failing[i][1]) == NULL || strstr(json, "own.sql") == NULL)
            fail_msg("%s does not say \"%s\"", json, failing[i][1]);
        free(json);
        free(rule);
        close_and_remove(place);
    }
}

/* What it said before stands while it fails, and is mended when it is. */
static void a_rule_that_fails_unsays_nothing(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    write_all(place->rules, HEADER "SELECT 1 AS package_id, 'x' AS message");
    open_fleet(place, "");
    evaluate(place, place->folder, &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 1);
    write_all(place->rules, HEADER "SELECT 9 AS package_id, 'x' AS message");
    evaluate(place, place->folder, &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 1);
    assert_int_equal(result.unknown, 1);
    write_all(place->rules, HEADER "SELECT 1 AS package_id, 'x' AS message WHERE 0");
    evaluate(place, place->folder, &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 0);
    assert_int_equal(result.unknown, 0);
}

/* --- from run to run
 * ------------------------------------------------------------------------------- */

static void next_run(struct place *place, const char *folder, const char *change,
                     struct rules_result *result)
{
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    good(place, store_begin_run(place->store, "[]", &place->err));
    char *sql = mem_printf("%s UPDATE run SET changes = %d WHERE id = (SELECT max(id) FROM run);",
                           change, *change != '\0');
    free(shell(place, sql));
    free(sql);
    evaluate(place, folder, result);
}

static void state_is(struct place *place, const char *expected)
{
    char *json = shell(place, "SELECT group_concat(version || ' ' || state, ', ') AS states FROM "
                              "(SELECT version, state FROM finding "
                              "WHERE rule = 'release-without-tag' ORDER BY version)");

    if (strstr(json, expected) == NULL)
        fail_msg("not %s but %s", expected, json);
    free(json);
}

static void new_then_open_then_resolved(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    open_fleet(place, "DELETE FROM stored_denotes WHERE tag = 'v0.2.0';");
    evaluate(place, NULL, &result);
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
    assert_int_equal(result.fresh, 1);
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    state_is(place, "0.2.0 new");

    next_run(place, NULL, "", &result); /* nothing changed: not even evaluated */
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
    assert_int_equal(result.fresh, 0);
    state_is(place, "0.2.0 open");

    next_run(place, NULL, "UPDATE stored_coverage SET status = 'unknown' WHERE fact = 'refs';",
             &result);
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    state_is(place, "0.2.0 open"); /* not looked at is not mended */
    assert_int_equal(result.unknown, 1);

    next_run(place, NULL,
             "UPDATE stored_coverage SET status = 'known' WHERE fact = 'refs';"
             "INSERT INTO stored_denotes VALUES"
             " (1, 1, x'0200', 'v0.2.0', '0.2.0', 0, 'plain', 1, 1, NULL);",
             &result);
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 0);
    state_is(place, "0.2.0 resolved");

    next_run(place, NULL, "", &result);
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    state_is(place, "null");
}

/* Their packages leave the fleet, for a look at one other, and come back; the time that it takes
   must grow as the fleet does. */
static void many_findings_keep_their_age(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    open_fleet(place,
               "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5001) "
               "INSERT INTO package_id SELECT i, 'https://pypi.org', 'p' || i, NULL FROM n;"
               "INSERT INTO stored_scope SELECT 0, id, 1, NULL FROM package_id WHERE id > 1;"
               "INSERT INTO stored_coverage SELECT '', 0, id, 'index', 'unknown', 'timeout', NULL, "
               "1, NULL FROM package_id WHERE id > 1;");
    write_all(place->rules, HEADER "-- needs: index\n"
                                   "SELECT id AS package_id, 'x' AS message FROM package");
    evaluate(place, place->folder, &result);
    assert_int_equal(result.fresh, 5001);
    next_run(place, place->folder, "UPDATE stored_scope SET until = 2 WHERE package_id > 1;",
             &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 1);
    next_run(place, place->folder,
             "INSERT INTO stored_scope SELECT 0, id, 3, NULL FROM package_id WHERE id > 1;",
             &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 5001);
    assert_int_equal(result.fresh, 0);
    next_run(place, place->folder, "UPDATE run SET program = 'another';", &result);
    assert_int_equal(result.counts[SEVERITY_HIGH], 5001);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
