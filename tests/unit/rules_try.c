#include "rules_try.h"

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

#include "base/mem.h"

int place_setup(void **state)
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

void place_empty(struct place *place)
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

int place_teardown(void **state)
{
    struct place *place = *state;

    place_empty(place);
    unlink(place->rules);
    rmdir(place->folder);
    free(place);
    return 0;
}

void place_good(struct place *place, int result)
{
    if (result != 0)
        fail_msg("%s", place->err.text);
}

void read_all(const char *path, struct buf *out)
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

void write_all(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

char *place_shell(struct place *place, const char *sql)
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

void place_fleet(struct place *place, const char *change)
{
    struct buf fleet = BUF_INIT(CASE_MAX);

    place_good(place, store_open(place->path, STORE_SCAN, &place->store, &place->err));
    place_good(place, store_begin_run(place->store, "[]", &place->err));
    store_keep_scope(place->store);
    read_all(RULE_CASES "/fleet.sql", &fleet);
    assert_int_equal(buf_addstr(&fleet, change), 0);
    free(place_shell(place, buf_str(&fleet)));
    buf_release(&fleet);
}

void place_evaluate(struct place *place, const char *folder, const char *policy,
                    struct rules_result *result)
{
    struct rules *rules;

    place_good(place, rules_load(folder, &rules, &place->err));
    rules_set_policy(rules, policy);
    place_good(place, rules_evaluate(place->store, rules, result, &place->err));
    rules_free(rules);
}

void place_next_run(struct place *place, const char *folder, const char *change,
                    struct rules_result *result)
{
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    place_good(place, store_begin_run(place->store, "[]", &place->err));
    store_keep_scope(place->store);
    char *sql = mem_printf("%s UPDATE run SET changes = %d WHERE id = (SELECT max(id) FROM run);",
                           change, *change != '\0');
    free(place_shell(place, sql));
    free(sql);
    place_evaluate(place, folder, NULL, result);
}

void place_states(struct place *place, const char *expected)
{
    char *json =
        place_shell(place, "SELECT group_concat(version || ' ' || state, ', ') AS states FROM "
                           "(SELECT version, state FROM finding "
                           "WHERE rule = 'release-without-tag' ORDER BY version)");

    if (strstr(json, expected) == NULL)
        fail_msg("not %s but %s", expected, json);
    free(json);
}
