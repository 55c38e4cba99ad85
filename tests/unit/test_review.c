/* Who approved what, as the forge's answers have it. */
#include "facts/review.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void pulls(void **state)
{
    static const char body[] =
        "[{\"number\":3,\"merged_at\":null,\"user\":{\"login\":\"a\"}},"
        "{\"number\":4,\"merged_at\":\"2025-01-01T00:00:00Z\",\"user\":null,\"base\":{\"ref\":"
        "\"m\"}},"
        "{\"number\":5,\"merged_at\":\"2025-01-02T00:00:00Z\",\"user\":{\"login\":\"b\"},\"base\":{"
        "\"ref\":\"main\"},\"head\":{\"sha\":\"h\"}}]";
    struct arena arena = ARENA_INIT;
    struct review_pull pull;
    struct err err;

    (void)state;
    assert_int_equal(review_pull_read(body, strlen(body), NULL, &arena, &pull, &err), 0);
    assert_int_equal(pull.number, 4);
    assert_null(pull.author);
    assert_string_equal(pull.base, "m");
    assert_null(pull.head);
    assert_int_equal(review_pull_read(body, strlen(body), "main", &arena, &pull, &err), 0);
    assert_int_equal(pull.number, 5);
    assert_string_equal(pull.head, "h");
    assert_int_equal(review_pull_read(body, strlen(body), "other", &arena, &pull, &err), 0);
    assert_int_equal(pull.number, 4);
    assert_int_equal(review_pull_read("[]", 2, NULL, &arena, &pull, &err), 0);
    assert_int_equal(pull.number, 0);
    assert_int_equal(review_pull_read("{}", 2, NULL, &arena, &pull, &err), -1);
    assert_int_equal(review_pull_read("[{\"merged_at\":\"x\"}]", 19, NULL, &arena, &pull, &err),
                     -1);
    arena_release(&arena);
}

/* The last word of each; an author's own does not count, in whatever case it is spelt. */
static void votes(void **state)
{
#define SAID(who, word) "{\"user\":{\"login\":\"" who "\"},\"state\":\"" word "\"}"
#define SAW(who, word, commit)                                                                     \
    "{\"user\":{\"login\":\"" who "\"},\"state\":\"" word "\",\"commit_id\":\"" commit "\"}"
    const struct review_pull pull = {.number = 1, .author = "rowan", .head = "h"};
    static const struct {
        const char *body, *approver, *objector;
        int of_head;
    } cases[] = {
        {"[]", NULL, NULL, 0},
        {"[" SAID("Rowan", "APPROVED") "]", NULL, NULL, 0},
        {"[{\"user\":null,\"state\":\"APPROVED\"}]", NULL, NULL, 0},
        {"[" SAID("ida", "APPROVED") "," SAID("Ida", "COMMENTED") "]", "ida", NULL, -1},
        {"[" SAID("ida", "APPROVED") "," SAID("Ida", "CHANGES_REQUESTED") "]", NULL, "Ida", 0},
        {"[" SAID("ida", "CHANGES_REQUESTED") "," SAID("ida", "APPROVED") "]", "ida", NULL, -1},
        {"[" SAID("ida", "APPROVED") "," SAID("ida", "DISMISSED") "]", NULL, NULL, 0},
        {"[" SAID("tom", "CHANGES_REQUESTED") "," SAID("ida", "APPROVED") "]", "ida", "tom", -1},
        {"[" SAW("ida", "APPROVED", "g") "," SAW("ida", "COMMENTED", "h") "]", "ida", NULL, 0},
        {"[" SAW("ida", "APPROVED", "g") "," SAW("ida", "APPROVED", "h") "]", "ida", NULL, 1},
        {"[" SAW("tom", "APPROVED", "h") "," SAW("ida", "APPROVED", "g") "]", "tom", NULL, 1},
        {"[" SAID("tom", "APPROVED") "," SAW("ida", "APPROVED", "g") "]", "tom", NULL, -1},
    };
#undef SAW
#undef SAID
    struct arena arena = ARENA_INIT;
    struct review_votes out;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *body = cases[i].body;
        assert_int_equal(review_votes_read(body, strlen(body), &pull, &arena, &out, &err), 0);
        assert_int_equal(out.approver == NULL, cases[i].approver == NULL);
        assert_int_equal(out.objector == NULL, cases[i].objector == NULL);
        assert_int_equal(out.of_head, cases[i].of_head);
        if (out.approver != NULL)
            assert_string_equal(out.approver, cases[i].approver);
        if (out.objector != NULL)
            assert_string_equal(out.objector, cases[i].objector);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulls),
        cmocka_unit_test(votes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
