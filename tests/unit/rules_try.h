/*
 * A database with the fleet of tests/rules/fleet.sql, for tests of what rules say of it. Needs
 * RULE_CASES, the folder.
 */
#ifndef UNIT_RULES_TRY_H
#define UNIT_RULES_TRY_H

#include "base/buf.h"
#include "store/rules.h"

#define CASE_MAX (1 << 20)

struct place {
    char folder[64], path[96], rules[96];
    struct store *store;
    struct err err;
};

/* cmocka's setup and teardown: *state is a struct place in a folder of its own. */
int place_setup(void **state);
int place_teardown(void **state);
/* Closes the store and removes its files. */
void place_empty(struct place *place);
/* Fails with the error of the place unless the result is 0. */
void place_good(struct place *place, int result);

void read_all(const char *path, struct buf *out);
void write_all(const char *path, const char *text);
/* Runs SQL through `sqlite3 -json`; what it printed is the caller's to free. */
char *place_shell(struct place *place, const char *sql);

/* The fleet of the cases, changed so, in the middle of its first run. */
void place_fleet(struct place *place, const char *change);
/* With the rules of a folder (may be NULL) and a policy (may be NULL). */
void place_evaluate(struct place *place, const char *folder, const char *policy,
                    struct rules_result *result);
/* Ends the run, begins the next one, changes the facts so ("": not at all) and evaluates. */
void place_next_run(struct place *place, const char *folder, const char *change,
                    struct rules_result *result);
/* Fails unless the states of release-without-tag's findings hold this text: "0.2.0 open". */
void place_states(struct place *place, const char *expected);

#endif
