/* What an organisation says of its past, applied to findings (schema/queries/store.sql, policy_*).
 */
#include "store/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules_try.h"

#define WAIVE(with) "{\"waive\":[{\"rule\":\"release-without-tag\",\"reason\":\"old\"" with "}]}"
#define LOWER(with)                                                                                \
    "{\"severity\":[{\"rule\":\"release-without-tag\",\"severity\":\"low\"" with "}]}"
#define SINCE(with) "{\"since\":[{" with "}]}"

static const struct {
    const char *policy, *state; /* of 0.2.0 */
    unsigned critical;
} policies[] = {
    {"{}", "new", 1},
    {SINCE("\"day\":\"2024-02-01\""), "new", 1},
    {SINCE("\"day\":\"2024-03-02\""), "historic", 0},
    {SINCE("\"day\":\"2024-03-02\"},{\"day\":\"2024-02-01\",\"package\":\"rocket\""), "new", 1},
    {SINCE("\"key\":\"0201\",\"package\":\"rocket\""), "historic", 0},
    {SINCE("\"key\":\"0200\",\"package\":\"rocket\""), "new", 1},
    {LOWER(""), "new", 0},
    {LOWER(",\"repository\":\"Acme/Rocket\""), "new", 0},
    {LOWER(",\"package\":\"other\""), "new", 1},
    {WAIVE(",\"package\":\"rocket\""), "waived", 0},
    {WAIVE(",\"package\":\"other\""), "new", 1},
    {WAIVE(",\"versions\":[{\"low\":\"0200\",\"low_in\":true}]"), "waived", 0},
    {WAIVE(",\"versions\":[{\"low\":\"0200\",\"low_in\":false}]"), "new", 1},
    {WAIVE(",\"versions\":[{\"high\":\"0200\",\"high_in\":false}]"), "new", 1},
    {WAIVE(",\"until\":\"2024-06-01\""), "waived", 0},
    {WAIVE(",\"until\":\"2024-05-31\""), "new", 1},
};

static void policy_decides_what_counts(void **state)
{
    struct place *place = *state;
    struct rules_result result;
    char expected[32];

    place_fleet(place, "DELETE FROM stored_denotes;");
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        snprintf(expected, sizeof expected, "0.2.0 %s", policies[i].state);
        place_evaluate(place, NULL, policies[i].policy, &result);
        place_states(place, expected);
        assert_int_equal(result.counts[SEVERITY_CRITICAL], policies[i].critical);
    }
    char *said =
        place_shell(place, "SELECT message FROM finding WHERE rule = 'release-without-tag'");
    assert_non_null(strstr(said, "(waived until 2024-05-31: old)"));
    free(said);
}

/* What a rule cannot see again keeps what it said, and policy goes on to judge it. */
static void policy_of_what_is_out_of_sight(void **state)
{
    struct place *place = *state;
    struct rules_result result;

    place_fleet(place, "DELETE FROM stored_denotes;");
    place_evaluate(place, NULL, WAIVE(""), &result);
    place_states(place, "0.2.0 waived");
    place_next_run(place, NULL,
                   "UPDATE stored_coverage SET status = 'unknown' WHERE fact = 'refs';", &result);
    place_good(place, store_end_run(place->store, RUN_COMPLETE, &place->err));
    place_states(place, "0.2.0 open");
    assert_int_equal(result.counts[SEVERITY_CRITICAL], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(policy_decides_what_counts, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(policy_of_what_is_out_of_sight, place_setup,
                                        place_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
