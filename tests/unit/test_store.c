/* The database: facts from run to run, the lock, what happens when things break. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"

struct place {
    char folder[64];
    char path[96];
    struct store *store;
    struct err err;
    int64_t repository, package;
};

static int setup(void **state)
{
    struct place *place = mem_alloc(sizeof *place);

    snprintf(place->folder, sizeof place->folder, "/tmp/test-store-XXXXXX");
    if (mkdtemp(place->folder) == NULL)
        return -1;
    snprintf(place->path, sizeof place->path, "%s/fleet.db", place->folder);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    struct place *place = *state;

    store_close(place->store);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", place->path, suffixes[i]);
        chmod(name, 0600);
        unlink(name);
    }
    rmdir(place->folder);
    free(place);
    return 0;
}

static void good(struct place *place, int result)
{
    if (result != 0)
        fail_msg("%s", place->err.text);
}

static void refused(struct place *place, int result, const char *words)
{
    assert_int_equal(result, -1);
    if (strstr(place->err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", place->err.text, words);
}

static void open_scan(struct place *place)
{
    good(place, store_open(place->path, STORE_SCAN, &place->store, &place->err));
}

static void reopen(struct place *place, enum store_mode mode)
{
    store_close(place->store);
    place->store = NULL;
    good(place, store_open(place->path, mode, &place->store, &place->err));
}

/* --- a small fleet -------------------- */

static const struct row_tag tags[] = {
    {"v0.1.0", "a1", "c1", "lightweight", CLOCK_UNKNOWN, 1700000000, 1},
    {"v0.2.0", "a2", "c2", "annotated", 1700100000, 1700000100, 0},
    {"we\xffird\n", "a3", "c3", "lightweight", CLOCK_UNKNOWN, CLOCK_UNKNOWN, -1},
};

static void put_repository(struct place *place, const char *head, size_t tag_count)
{
    struct row_repository repository = {.host = "github.com",
                                        .forge_id = 7,
                                        .owner = "acme",
                                        .name = "rocket",
                                        .visibility = "public",
                                        .default_branch = "main",
                                        .archived = 0,
                                        .fork = 0,
                                        .disabled = -1};
    struct row_refs refs = {.digest = head, .head_oid = head, .head_committed_at = 1700000100};
    struct row_project project = {
        .directory = "", .name = "Rocket", .normal = "rocket", .licence_state = "absent"};
    struct row_declaration declared = {.commit = head,
                                       .directory = "",
                                       .name = "Rocket",
                                       .normal = "rocket",
                                       .kind = "static",
                                       .version = "0.1.0",
                                       .origin = "pyproject.toml:3"};
    struct row_link link = {.package_id = place->package, .directory = "", .state = "mutual"};
    struct row_denotes denotes = {place->package, "v0.1.0", "0.1.0", "plain", 1};
    struct row_coverage coverage = {.fact = "refs", .status = "known"};
    struct store *store = place->store;

    good(place, store_put_repository(store, &repository, &place->repository, &place->err));
    coverage.repository_id = place->repository;
    good(place, store_touch_repository(store, place->repository, &place->err));
    good(place, store_put_refs(store, place->repository, &refs, tags, tag_count, &place->err));
    good(place, store_put_projects(store, place->repository, &project, 1, &place->err));
    good(place, store_put_declarations(store, place->repository, &declared, 1, &place->err));
    good(place, store_put_links(store, place->repository, &link, 1, &place->err));
    good(place, store_put_denotes(store, place->repository, &denotes, 1, &place->err));
    good(place, store_put_coverage(store, &coverage, 1, &place->err));
}

static void put_package(struct place *place, size_t release_count)
{
    static const struct row_file file = {
        "rocket-0.1.0.tar.gz", "sdist", "/packages/x", "aa", 10, 1700000500, 0};
    static const struct row_release releases[] = {
        {"0.1.0", 1700000500, 0, NULL, &file, 1},
        {"0.10.0", 1700000600, 0, NULL, &file, 1},
        {"0.2.0", 1700000700, 1, "broken", &file, 1},
        {"2004d", 1500000000, 0, NULL, NULL, 0},
    };
    struct row_package row = {
        .index = "https://pypi.org", .name = "rocket", .state = "known", .display = "Rocket"};
    struct row_coverage coverage = {.fact = "index", .status = "known"};

    good(place, store_put_package(place->store, &row, "\"etag\"", releases, release_count,
                                  &place->package, &place->err));
    coverage.package_id = place->package;
    good(place, store_touch_package(place->store, place->package, &place->err));
    good(place, store_put_coverage(place->store, &coverage, 1, &place->err));
}

static void scan(struct place *place, const char *head, size_t tag_count, size_t release_count)
{
    good(place, store_begin_run(place->store, "[\"scan\"]", &place->err));
    good(place, store_begin(place->store, &place->err));
    put_package(place, release_count);
    put_repository(place, head, tag_count);
    good(place, store_commit(place->store, &place->err));
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
}

/* --- what a report says -------------------- */

static int add_row(void *ctx, const struct cell *cells, size_t count)
{
    struct buf *out = ctx;
    int status = 0;

    for (size_t i = 0; i < count; i++)
        status |= cells[i].type == CELL_NULL ? buf_addstr(out, "-|")
                  : cells[i].type == CELL_INTEGER
                      ? buf_addf(out, "%lld|", (long long)cells[i].integer)
                      : buf_addf(out, "%s|", cells[i].text);
    return status | buf_addstr(out, "\n");
}

static char *report(struct place *place, const char *query)
{
    struct buf out = BUF_INIT(1 << 20);

    good(place, store_query(place->store, query, NULL, 0, NULL, add_row, &out, &place->err));
    return buf_detach(&out);
}

static void says(struct place *place, const char *query, const char *words)
{
    char *text = report(place, query);

    if (strstr(text, words) == NULL)
        fail_msg("%s does not say \"%s\" but:\n%s", query, words, text);
    free(text);
}

static int64_t number(struct place *place, const char *query)
{
    char *text = report(place, query);
    int64_t value = strtoll(text, NULL, 10);

    free(text);
    return value;
}

/* --- facts over time -------------------- */

static void an_unchanged_fleet_writes_nothing(void **state)
{
    struct place *place = *state;

    open_scan(place);
    scan(place, "c2", 3, 4);
    assert_true(store_changes(place->store) > 10);
    int64_t rows = number(place, "fact_rows");
    scan(place, "c2", 3, 4);
    assert_int_equal(number(place, "fact_rows"), rows);
    assert_int_equal(store_changes(place->store), 0);
    scan(place, "c2", 2, 4); /* a tag is gone: its row is closed, none is made */
    assert_int_equal(store_changes(place->store), 1);
    assert_int_equal(number(place, "fact_rows"), rows);
}

static void an_earlier_run_is_reported_as_it_was(void **state)
{
    static const char *const queries[] = {"report_packages", "report_releases", "report_coverage"};
    struct place *place = *state;
    char *before[3];

    open_scan(place);
    scan(place, "c1", 1, 1);
    for (int i = 0; i < 3; i++)
        before[i] = report(place, queries[i]);
    assert_non_null(strstr(before[0], "acme|rocket|rocket|mutual|0.1.0|2023-11-14T22:21:40Z|"));
    scan(place, "c2", 3, 4);
    good(place, store_view_run(place->store, 0, &place->err));
    says(place, "report_packages", "|0.10.0|");
    reopen(place, STORE_READ);
    good(place, store_view_run(place->store, 1, &place->err));
    for (int i = 0; i < 3; i++) {
        char *again = report(place, queries[i]);
        assert_string_equal(again, before[i]);
        free(again);
        free(before[i]);
    }
    refused(place, store_view_run(place->store, 99, &place->err), "has no run 99");
}

static void an_interrupted_run_is_marked_and_not_shown(void **state)
{
    struct place *place = *state;

    open_scan(place);
    scan(place, "c1", 1, 1);
    good(place, store_begin_run(place->store, "[]", &place->err));
    good(place, store_begin(place->store, &place->err));
    put_package(place, 4);
    good(place, store_commit(place->store, &place->err));
    reopen(place, STORE_SCAN); /* as if killed */
    says(place, "report_packages", "|0.1.0|");
    says(place, "report_run", "1|");
    good(place, store_begin_run(place->store, "[]", &place->err));
    good(place, store_view_run(place->store, 2, &place->err));
    says(place, "report_run", "|interrupted|");
    says(place, "report_packages", "|0.10.0|"); /* what it stored is kept */
}

static void what_is_not_touched_leaves_the_fleet(void **state)
{
    struct place *place = *state;

    open_scan(place);
    scan(place, "c1", 1, 1);
    good(place, store_begin_run(place->store, "[]", &place->err));
    good(place, store_begin(place->store, &place->err));
    put_package(place, 1);
    good(place, store_commit(place->store, &place->err));
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    good(place, store_view_run(place->store, 0, &place->err));
    says(place, "report_packages", "-|-|rocket|-|0.1.0|");
    good(place, store_view_run(place->store, 1, &place->err));
    says(place, "report_packages", "acme|rocket|rocket|mutual|0.1.0|");
    good(place, store_begin_run(place->store, "[]", &place->err));
    store_keep_scope(place->store);
    good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    good(place, store_view_run(place->store, 0, &place->err));
    says(place, "report_packages", "-|-|rocket|-|0.1.0|");
}

static void a_batch_happens_whole_or_not_at_all(void **state)
{
    struct place *place = *state;

    open_scan(place);
    good(place, store_begin_run(place->store, "[]", &place->err));
    good(place, store_begin(place->store, &place->err));
    put_package(place, 1);
    good(place, store_keep(place->store, &place->err));
    int64_t rows = number(place, "fact_rows"), changes = store_changes(place->store);
    good(place, store_begin(place->store, &place->err));
    put_package(place, 4);
    store_rollback(place->store);
    assert_int_equal(store_changes(place->store), changes);
    good(place, store_flush(place->store, &place->err));
    reopen(place, STORE_READ);
    assert_int_equal(number(place, "fact_rows"), rows);
}

/* --- what earlier runs learned -------------------- */

static void what_is_known(void **state)
{
    struct place *place = *state;
    struct arena arena = ARENA_INIT;
    struct known_repository known;
    struct known_package package;
    struct row_release *releases;
    struct row_package document;
    size_t count;

    open_scan(place);
    good(place, store_known_repository(place->store, "github.com", 7, "acme", "rocket", &arena,
                                       &known, &place->err));
    assert_int_equal(known.id, 0);
    scan(place, "c2", 3, 4);
    good(place, store_known_repository(place->store, "github.com", 0, "ACME", "Rocket", &arena,
                                       &known, &place->err));
    assert_int_equal(known.id, place->repository);
    assert_string_equal(known.digest, "c2");
    assert_string_equal(known.head_oid, "c2");
    assert_true(known.has_projects);
    assert_int_equal(known.package_count, 1);
    assert_string_equal(known.packages[0].name, "rocket");
    assert_string_equal(known.packages[0].link, "mutual");
    assert_string_equal(known.packages[0].directory, "");
    good(place, store_known_package(place->store, "https://pypi.org", "rocket", &arena, &package,
                                    &place->err));
    assert_int_equal(package.id, place->package);
    assert_string_equal(package.etag, "\"etag\"");
    good(place, store_known_package(place->store, "https://pypi.org", "pad", &arena, &package,
                                    &place->err));
    assert_int_equal(package.id, 0);
    assert_null(package.state);
    good(place,
         store_releases(place->store, place->package, &arena, &releases, &count, &place->err));
    assert_int_equal(count, 4);
    assert_string_equal(releases[0].version, "2004d");
    assert_string_equal(releases[3].version, "0.10.0");
    assert_int_equal(releases[2].uploaded_at, 1700000700);
    assert_string_equal(releases[2].yanked_reason, "broken");
    good(place, store_package(place->store, place->package, &arena, &document, &place->err));
    assert_string_equal(document.display, "Rocket");
    assert_null(document.licence);
    arena_release(&arena);
}

static void a_repository_that_was_named_gets_its_id(void **state)
{
    struct place *place = *state;
    struct row_repository row = {.host = "github.com",
                                 .owner = "acme",
                                 .name = "rocket",
                                 .archived = -1,
                                 .fork = -1,
                                 .disabled = -1,
                                 .named = true};
    int64_t named = 0, listed = 0, again = 0, other = 0;

    open_scan(place);
    good(place, store_begin_run(place->store, "[]", &place->err));
    good(place, store_begin(place->store, &place->err));
    good(place, store_put_repository(place->store, &row, &named, &place->err));
    row.forge_id = 7;
    good(place, store_put_repository(place->store, &row, &listed, &place->err));
    assert_int_equal(named, listed);
    row.name = "renamed";
    good(place, store_put_repository(place->store, &row, &again, &place->err));
    assert_int_equal(named, again);
    row.forge_id = 8; /* deleted and made again: another repository of the same name */
    good(place, store_put_repository(place->store, &row, &other, &place->err));
    assert_int_not_equal(named, other);
    row.forge_id = 0;
    good(place, store_commit(place->store, &place->err));
}

static void memory(void **state)
{
    struct place *place = *state;
    struct buf value = BUF_INIT(100);

    open_scan(place);
    assert_int_equal(store_recall(place->store, "k", &value, &place->err), 0);
    good(place, store_remember(place->store, "k", "one", &place->err));
    good(place, store_remember(place->store, "k", "two", &place->err));
    assert_int_equal(store_recall(place->store, "k", &value, &place->err), 1);
    assert_string_equal(buf_str(&value), "two");
    buf_release(&value);
    struct buf small = BUF_INIT(2); /* what does not fit is not known, and no failure */
    assert_int_equal(store_recall(place->store, "k", &small, &place->err), 0);
    buf_release(&small);
}

/* --- the lock -------------------- */

static void the_lock_names_its_holder(void **state)
{
    struct place *place = *state;
    struct store *second;
    char pid[32];

    open_scan(place);
    snprintf(pid, sizeof pid, "process %ld on ", (long)getpid());
    refused(place, store_open(place->path, STORE_SCAN, &second, &place->err), pid);
    assert_non_null(strstr(place->err.text, "another scan is at work"));
    scan(place, "c1", 1, 1);
    good(place, store_open(place->path, STORE_READ, &second, &place->err)); /* readers may */
    store_close(second);
    reopen(place, STORE_SCAN);
}

static void the_lock_can_be_looked_at(void **state)
{
    struct place *place = *state;
    char holder[STORE_HOLDER];
    char *link = mem_printf("%s-link", place->path);

    assert_int_equal(symlink(place->path, link), 0);
    assert_false(store_holder(link, holder));
    open_scan(place);
    assert_true(store_holder(link, holder) && strstr(holder, "process ") != NULL);
    assert_int_equal(unlink(link), 0);
    free(link);
}

static void kill_in_the_middle_of_a_batch(void **state)
{
    struct place *place = *state;

    open_scan(place);
    scan(place, "c1", 1, 1);
    store_close(place->store);
    place->store = NULL;
    pid_t child = fork();
    if (child == 0) {
        open_scan(place);
        good(place, store_begin_run(place->store, "[]", &place->err));
        good(place, store_begin(place->store, &place->err));
        put_package(place, 4);
        put_repository(place, "c2", 3);
        raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    open_scan(place); /* the lock of the dead is taken over */
    good(place, store_check(place->store, &place->err));
    says(place, "report_packages", "acme|rocket|rocket|mutual|0.1.0|");
    scan(place, "c2", 3, 4);
    good(place, store_view_run(place->store, 2, &place->err));
    says(place, "report_run", "|interrupted|");
}

/* --- what cannot be opened
 * ------------------------------------------------------------------------ */

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    fclose(file);
}

static void files_that_are_no_database_of_ours(void **state)
{
    struct place *place = *state;
    char junk[8192];

    refused(place, store_open(place->path, STORE_READ, &place->store, &place->err),
            "a scan makes it");
    memset(junk, 'x', sizeof junk);
    write_file(place->path, junk, sizeof junk);
    refused(place, store_open(place->path, STORE_READ, &place->store, &place->err),
            "not a database");
    refused(place, store_open(place->path, STORE_SCAN, &place->store, &place->err),
            "not a database");
    write_file(place->path, "", 0);
    refused(place, store_open(place->path, STORE_READ, &place->store, &place->err),
            "run a scan first");
    refused(place, store_open(place->folder, STORE_READ, &place->store, &place->err),
            place->folder);
    place->store = NULL;
}

/* Changes 4 bytes of the header: at 60 the schema version, at 68 the application. */
static void set_header(const char *path, long offset, uint32_t value)
{
    unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                              (unsigned char)(value >> 8), (unsigned char)value};
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, 4, file), 4);
    fclose(file);
}

static void newer_and_foreign_databases_are_refused(void **state)
{
    struct place *place = *state;

    open_scan(place);
    store_close(place->store);
    place->store = NULL;
    set_header(place->path, 60, 999);
    refused(place, store_open(place->path, STORE_SCAN, &place->store, &place->err),
            "schema version 999, which is newer than version");
    refused(place, store_open(place->path, STORE_READ, &place->store, &place->err),
            "schema version 999, which is newer than version");
    set_header(place->path, 60, 1);
    set_header(place->path, 68, 12345);
    refused(place, store_open(place->path, STORE_SCAN, &place->store, &place->err),
            "belongs to another program");
    place->store = NULL;
}

static void a_database_that_cannot_be_written(void **state)
{
    struct place *place = *state;

    if (geteuid() == 0)
        skip(); /* root writes everything */
    open_scan(place);
    store_close(place->store);
    place->store = NULL;
    chmod(place->path, 0400);
    refused(place, store_open(place->path, STORE_SCAN, &place->store, &place->err),
            "cannot be written");
}

/* In a child, because the limit holds for the process. */
static void a_full_disk(void **state)
{
    struct place *place = *state;

    open_scan(place);
    scan(place, "c1", 1, 1);
    store_close(place->store);
    place->store = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {64 << 10, 64 << 10};
        struct sigaction ignore = {.sa_handler = SIG_IGN};
        sigaction(SIGXFSZ, &ignore, NULL);
        open_scan(place);
        good(place, store_begin_run(place->store, "[]", &place->err));
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(1);
        int result = 0;
        for (int i = 0; i < 200 && result == 0; i++) {
            char key[32];
            char value[4096] = "";
            memset(value, 'x', sizeof value - 1);
            snprintf(key, sizeof key, "%d", i);
            result = store_remember(place->store, key, value, &place->err);
        }
        fprintf(stderr, "    %s\n", place->err.text);
        _exit(result == -1 && place->err.reason == REASON_DISK ? 0 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    open_scan(place);
    good(place, store_check(place->store, &place->err));
    says(place, "report_packages", "acme|rocket|rocket|mutual|0.1.0|");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests_of_store[] = {
        CASE(an_unchanged_fleet_writes_nothing),
        CASE(an_earlier_run_is_reported_as_it_was),
        CASE(an_interrupted_run_is_marked_and_not_shown),
        CASE(what_is_not_touched_leaves_the_fleet),
        CASE(a_batch_happens_whole_or_not_at_all),
        CASE(what_is_known),
        CASE(a_repository_that_was_named_gets_its_id),
        CASE(memory),
        CASE(the_lock_names_its_holder),
        CASE(the_lock_can_be_looked_at),
        CASE(kill_in_the_middle_of_a_batch),
        CASE(files_that_are_no_database_of_ours),
        CASE(newer_and_foreign_databases_are_refused),
        CASE(a_database_that_cannot_be_written),
        CASE(a_full_disk),
    };
#undef CASE
    return cmocka_run_group_tests(tests_of_store, NULL, NULL);
}
