/* Tags by themselves, the order of what comes out, and that size does no harm. Which tags denote
   what is tests/corpus/{tags,schemes}.cases, held by tests/e2e/test_tags.py. */
#include "facts/tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "facts/tags_grammar.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void readings(void **state)
{
    static const struct {
        const char *tag, *prefix, *version; /* of one of the readings; NULL: there is none */
        enum tag_form form;
    } cases[] = {
        {"1.2.3", "", "1.2.3", TAG_PLAIN},
        {"bitstring-2.0.0_beta_1", "bitstring-", "2.0.0_beta_1", TAG_PLAIN},
        {"v.1.2", "v.", "1.2", TAG_PLAIN},
        {"x/y@1!2.0", "x/y@", "1!2.0", TAG_PLAIN},
        {"2to3-1.0", "2to3-", "1.0", TAG_PLAIN},
        {"rel_1_2_3", "rel_", "1.2.3", TAG_UNDERSCORE},
        {"1-2-3-rc-1", "", "1.2.3-rc-1", TAG_DASH},
        {"1.2.3_release", "", "1.2.3", TAG_TRAILER},
        {"0.9-horsea", "", "0.9-horsea", TAG_TEXT},
        {"x-y.z", NULL, NULL, TAG_PLAIN},
        {"", NULL, NULL, TAG_PLAIN},
    };
    struct tag_reading out[TAG_READINGS];
    struct arena arena = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t count = tag_read(cases[i].tag, &arena, out);
        assert_int_equal(count > 0, cases[i].version != NULL);
        bool found = count == 0;
        for (size_t r = 0; r < count; r++)
            found |= strcmp(out[r].version, cases[i].version) == 0 &&
                     out[r].prefix == strlen(cases[i].prefix) && out[r].form == cases[i].form;
        if (!found)
            fail_msg("%s", cases[i].tag);
    }
    arena_release(&arena);
}

static void prefixes(void **state)
{
    static const struct {
        const char *prefix;
        bool plain, foreign;
    } cases[] = {
        {"", true, false},         {"v", true, false},         {"release-v", true, false},
        {"RELEASE_", true, false}, {"rel/", true, false},      {"versions/", true, false},
        {"foo-", false, false},    {"lev", false, false},      {"debian/", false, true},
        {"docs-v", false, true},   {"@scope/x@", false, true}, {"docsis-", false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tag_prefix read;
        tag_prefix_read(cases[i].prefix, strlen(cases[i].prefix), &read);
        assert_int_equal(read.plain, cases[i].plain);
        assert_int_equal(read.foreign, cases[i].foreign);
    }
}

static void candidates(void **state)
{
    (void)state;
    assert_true(tags_is_candidate("v1.0"));
    assert_true(tags_is_candidate("REL_1_0"));
    assert_false(tags_is_candidate("latest"));
    assert_false(tags_is_candidate(""));
}

/* By package, then version, the preferred one first. */
static void order(void **state)
{
    static const struct tags_tag tags[] = {
        {"1.10", "a", 5}, {"b-2.0", "b", 6}, {"v1.9", "c", 3}, {"v1.10", "d", 4}};
    static const struct tags_declared declared[] = {{3, "1.10"}, {0, "1.9"}};
    static const struct tags_release of_a[] = {{"1.9", 10}, {"1.10", 10}}, of_b[] = {{"2.0", 10}};
    static const struct tags_package packages[] = {
        {.name = "a",
         .directory = "",
         .declared = declared,
         .declared_count = 1,
         .releases = of_a,
         .release_count = 2},
        {.name = "b", .directory = "b", .releases = of_b, .release_count = 1}};
    static const struct tags_match want[] = {{0, 3, "1.10", "plain", true},
                                             {1, 1, "2.0", "prefix", true}};
    struct arena arena = ARENA_INIT;
    struct tags_match *out;

    (void)state;
    size_t count = tags_match(tags, COUNT(tags), packages, COUNT(packages), &arena, &out);
    assert_true(count >= COUNT(want));
    for (size_t i = 1; i < count; i++)
        assert_true(out[i].package >= out[i - 1].package);
    assert_int_equal(out[count - 1].package, 1);
    for (size_t i = 0; i < COUNT(want); i++) {
        size_t at = 0;
        while (at < count && (out[at].tag != want[i].tag || out[at].package != want[i].package))
            at++;
        assert_true(at < count);
        assert_string_equal(out[at].version, want[i].version);
        assert_string_equal(out[at].how, want[i].how);
        assert_int_equal(out[at].preferred, want[i].preferred);
    }
    assert_int_equal(tags_match(NULL, 0, &packages[1], 1, &arena, &out), 0);
    assert_int_equal(tags_match(tags, COUNT(tags), NULL, 0, &arena, &out), 0);
    arena_release(&arena);
}

/* A project in a directory "v" does not take the tags of the one at the root. */
static void word_directory(void **state)
{
    static const struct tags_tag tags[] = {{"v1.0", "a", 5}};
    static const struct tags_declared root[] = {{0, "1.0"}}, other[] = {{0, "1.0"}};
    static const struct tags_release releases[] = {{"1.0", 10}};
    static const struct tags_package packages[] = {
        {.name = "a",
         .directory = "",
         .declared = root,
         .declared_count = 1,
         .releases = releases,
         .release_count = 1},
        {.name = "a-tools", .directory = "v", .declared = other, .declared_count = 1}};
    struct arena arena = ARENA_INIT;
    struct tags_match *out;

    (void)state;
    assert_true(tags_match(tags, COUNT(tags), packages, COUNT(packages), &arena, &out) > 0);
    assert_int_equal(out[0].package, 0);
    assert_string_equal(out[0].version, "1.0");
    arena_release(&arena);
}

/* Many tags, many releases, many packages: what is quadratic would not end. */
static void scale(void **state)
{
    enum { TAGS = 60000, RELEASES = 10000, PACKAGES = 2000 };
    struct arena arena = ARENA_INIT;
    struct tags_tag *tags = arena_array(&arena, TAGS, sizeof *tags);
    struct tags_release *releases = arena_array(&arena, RELEASES, sizeof *releases);
    struct tags_package *packages = arena_array(&arena, PACKAGES, sizeof *packages);
    struct tags_match *out;

    (void)state;
    for (size_t i = 0; i < TAGS; i++)
        tags[i] = (struct tags_tag){
            arena_printf(&arena, i % 3 == 0 ? "v%zu.%zu" : "p%zu-0.%zu", i % 100, i / 100), "c",
            (int64_t)i};
    for (size_t i = 0; i < RELEASES; i++)
        releases[i] =
            (struct tags_release){arena_printf(&arena, "%zu.%zu", i % 100, i / 100), (int64_t)i};
    for (size_t i = 0; i < PACKAGES; i++) {
        packages[i] = (struct tags_package){.name = arena_printf(&arena, "p%zu", i),
                                            .directory = arena_printf(&arena, "p%zu", i),
                                            .tag_regex = "^(a+)+v(?P<version>.*)$",
                                            .releases = releases,
                                            .release_count = i == 0 ? RELEASES : 50};
    }
    size_t count = tags_match(tags, TAGS, packages, 1, &arena, &out);
    assert_true(count >= 3000);
    count = tags_match(tags, TAGS, packages, PACKAGES, &arena, &out);
    assert_true(count >= TAGS / 10);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readings), cmocka_unit_test(prefixes),       cmocka_unit_test(candidates),
        cmocka_unit_test(order),    cmocka_unit_test(word_directory), cmocka_unit_test(scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
