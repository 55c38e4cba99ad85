/*
 * Rules: one SQL file each, a header of comments and one SELECT. See schema/README.md.
 */
#ifndef STORE_RULES_H
#define STORE_RULES_H

#include "store/store.h"

enum severity { SEVERITY_CRITICAL, SEVERITY_HIGH, SEVERITY_MEDIUM, SEVERITY_LOW, SEVERITY_INFO };
const char *severity_word(enum severity severity);
int severity_parse(const char *word, enum severity *out); /* -1: no such word */

struct rule {
    const char *id, *title, *needs, *help;
    enum severity severity;
    bool clock;         /* what it yields depends on the date of the run */
    const char *sql;    /* as in the file, header included */
    const char *source; /* "built in", or the file it was read from */
};

struct rules;
/* The built-in ones, then those of `dir` (may be NULL), which add or override by id. A file that is
   no rule, is not called as its rule is, or whose SELECT does not fit the schema, is an error that
   names it. */
int rules_load(const char *dir, struct rules **out, struct err *err);
void rules_free(struct rules *rules);
size_t rules_count(const struct rules *rules);
const struct rule *rules_at(const struct rules *rules, size_t i); /* ordered by id */

/* What an organisation says about findings, from the next evaluation on: a JSON document (see
   cli/policy.h for its lists since, waive and severity); NULL: nothing. */
void rules_set_policy(struct rules *rules, const char *policy);

/* SHA-256 of a rule's file. */
#define RULES_DIGEST 65
void rule_digest(const struct rule *rule, char out[RULES_DIGEST]);
/* Whether the run was judged by just these: 1 or 0; -1 when nobody noted by which. */
int rules_judged(struct store *store, const struct rules *rules, int64_t run, int *out,
                 struct err *err);

struct rules_result {
    unsigned counts[5]; /* findings that count (neither historic nor waived), by severity */
    unsigned fresh;     /* of those, new in this run */
    unsigned unknown;   /* coverage rows of this run that are unknown */
};
/* Evaluates as of the store's run, once that has looked at its whole fleet (what it did not touch
   leaves the fleet here), and writes findings, in one transaction. A rule that fails costs its own
   findings alone: those of earlier runs stand, and a coverage row `rules` names it, its file and
   the fault. REASON_INTERRUPTED, and nothing is written, when a signal asks the program to end.
   Skipped when no fact, rule or date it depends on changed; the result is filled all the
   same. */
int rules_evaluate(struct store *store, const struct rules *rules, struct rules_result *out,
                   struct err *err);

#endif
