/* A certificate authority as Fulcio is one, and what workflows publish with it. */
#ifndef TESTS_UNIT_ATTEST_H
#define TESTS_UNIT_ATTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define ATTEST_AT 1735689600 /* 2025-01-01T00:00:00Z: certificates live from then, 600 seconds */

struct attest_ca;
struct attest_ca *attest_ca_new(const char *name);
void attest_ca_free(struct attest_ca *ca);
const char *attest_ca_pem(struct attest_ca *ca, struct arena *arena);

/* NULL and 0: what is usual. */
struct attest {
    const char *publisher; /* JSON */
    const char *statement;
    const char *subject, *sha256;
    const char *claims[25];     /* 3 and 13 "COMMIT" when all are NULL */
    const char *raw_claims[25]; /* the bytes as they are, whatever their number */
    const char *identity;
    const char *integrated; /* JSON; "\"1735689601\"" */
    const char *curve;
    bool no_code_signing;
    int altered; /* the byte of the statement that is altered once it is signed, from 1 */
};
/* One bundle, as the index has it. */
const char *attest_bundle(struct attest_ca *ca, const struct attest *attest, struct arena *arena);
const char *attest_document(const char *const *bundles, size_t count, struct arena *arena);

#endif
