/* Repositories as the forge's REST API tells them; shapes as recorded from it. */
#include "facts/listing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REPOSITORY(rest)                                                                           \
    "{\"id\":1000,\"node_id\":\"R_1\",\"name\":\"Repo.x\",\"full_name\":\"acme/Repo.x\","          \
    "\"owner\":{\"login\":\"acme\",\"id\":1,\"type\":\"Organization\"}" rest "}"
#define FULL                                                                                       \
    REPOSITORY(",\"private\":true,\"visibility\":\"internal\",\"fork\":true,\"archived\":true,"    \
               "\"disabled\":false,\"default_branch\":\"main\",\"size\":12,"                       \
               "\"pushed_at\":\"2026-01-02T03:04:05Z\","                                           \
               "\"license\":{\"key\":\"mit\",\"spdx_id\":\"MIT\"}")

static int parse(const char *body, struct arena *arena, struct listing_repository **out,
                 size_t *count, struct err *err)
{
    return listing_parse(body, strlen(body), arena, out, count, err);
}

static void one_repository(void **state)
{
    struct arena arena = ARENA_INIT;
    struct listing_repository *all;
    size_t count;

    (void)state;
    assert_int_equal(parse(FULL, &arena, &all, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(all->forge_id, 1000);
    assert_string_equal(all->owner, "acme");
    assert_string_equal(all->name, "Repo.x");
    assert_string_equal(all->visibility, "internal");
    assert_string_equal(all->default_branch, "main");
    assert_string_equal(all->licence, "MIT");
    assert_true(all->fork && all->archived && !all->disabled);
    arena_release(&arena);
}

static void fields_that_may_be_absent(void **state)
{
    struct arena arena = ARENA_INIT;
    struct listing_repository *all;
    size_t count;

    (void)state;
    assert_int_equal(parse(REPOSITORY(",\"private\":true,\"pushed_at\":null,\"license\":null,"
                                      "\"default_branch\":null"),
                           &arena, &all, &count, NULL),
                     0);
    assert_string_equal(all->visibility, "private");
    assert_null(all->default_branch);
    assert_null(all->licence);
    assert_int_equal(
        parse(REPOSITORY(",\"license\":{\"spdx_id\":\"NOASSERTION\"}"), &arena, &all, &count, NULL),
        0);
    assert_null(all->visibility); /* it does not tell */
    assert_null(all->licence);
    arena_release(&arena);
}

static void pages(void **state)
{
    struct arena arena = ARENA_INIT;
    struct listing_repository *all;
    size_t count = 7;

    (void)state;
    assert_int_equal(parse("[]", &arena, &all, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(parse("[" FULL "," REPOSITORY("") "]", &arena, &all, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_true(all[0].archived && !all[1].archived);
    assert_int_equal(
        parse("{\"total_count\":1,\"repositories\":[" FULL "]}", &arena, &all, &count, NULL), 0);
    assert_int_equal(count, 1);
    arena_release(&arena);
}

static void bad_answers(void **state)
{
    static const char *const bodies[] = {
        "",
        "<html>502</html>",
        "{}",
        "7",
        "[null]",
        "{\"message\":\"Moved Permanently\",\"url\":\"https://api.github.com/repositories/1\"}",
        "[{\"id\":1,\"name\":\"r\"}]",
        "[{\"id\":1,\"name\":\"r\",\"owner\":null}]",
        "[{\"name\":\"r\",\"owner\":{\"login\":\"o\"}}]",
        "[{\"id\":\"1\",\"name\":\"r\",\"owner\":{\"login\":\"o\"}}]",
        "[{\"id\":0,\"name\":\"r\",\"owner\":{\"login\":\"o\"}}]",
        "[{\"id\":1,\"name\":\"..\",\"owner\":{\"login\":\"o\"}}]",
        "[{\"id\":1,\"name\":\"a/b\",\"owner\":{\"login\":\"o\"}}]",
        "[{\"id\":1,\"name\":\"\",\"owner\":{\"login\":\"o\"}}]",
        "[{\"id\":1,\"name\":\"r\\n\",\"owner\":{\"login\":\"o\"}}]",
        REPOSITORY(",\"archived\":\"big\""),
        REPOSITORY(",\"fork\":0"),
        REPOSITORY(",\"license\":\"MIT\""),
        REPOSITORY(",\"default_branch\":[]"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct arena arena = ARENA_INIT;
        struct listing_repository *all = NULL;
        size_t count = 7;
        struct err err = {0};
        if (parse(bodies[i], &arena, &all, &count, &err) != -1)
            fail_msg("%s", bodies[i]);
        assert_int_equal(err.reason, REASON_BAD_ANSWER);
        assert_int_equal(count, 0);
        arena_release(&arena);
    }
}

/* One repository that cannot be read costs itself. */
static void one_bad_row(void **state)
{
    struct arena arena = ARENA_INIT;
    struct listing_repository *all;
    struct err err = {0};
    size_t count;

    (void)state;
    assert_int_equal(parse("[" FULL
                           ",{\"id\":9,\"name\":\"ghost\",\"owner\":null}," REPOSITORY("") "]",
                           &arena, &all, &count, &err),
                     -1);
    assert_int_equal(count, 2);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    assert_non_null(strstr(err.text, "no owner"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_repository), cmocka_unit_test(fields_that_may_be_absent),
        cmocka_unit_test(pages),          cmocka_unit_test(bad_answers),
        cmocka_unit_test(one_bad_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
