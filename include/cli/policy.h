/*
 * How an organisation lives with its history: [policy], [[waive]] and [[override]] of the
 * configuration, checked and made one JSON document of lists, which rules apply to findings:
 *
 * - since {package, day, key}: on earlier releases they are historic; package null: of the fleet.
 * - waive {rule, package, versions, reason, until}: versions is a list of ranges, null for all.
 * - severity {rule, package, repository, severity}
 *
 * and one that scans apply to facts (cli/override.h):
 *
 * - override {package, repository, tag_prefix, version_source, changelog, ignore}
 *
 * A key is a version's order key in hexadecimal digits, which order as the versions do. A range is
 * {low, low_in, high, high_in} of keys, null where it has no end.
 */
#ifndef CLI_POLICY_H
#define CLI_POLICY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/rules.h"

/* Whether a key of the configuration's top level belongs here. */
bool policy_has(const char *key);
/* Takes the value of such a key into the document. On error REASON_USAGE, and `where` is the key
   that it is about ("waive[2].until"). */
int policy_take(json_t *policy, const char *key, json_t *value, struct buf *where, struct err *err);
/* Whether every rule of [{rule, place}] is there: REASON_USAGE, with the nearest that is. */
int policy_check_rules(const json_t *named, const struct rules *rules, struct err *err);

#endif
