/*
 * The provenance of a published file: who says, in a signed statement, that they made it. Reads the
 * index's document (PEP 740), the statements, the certificates of their keys, and verifies what can
 * be verified without a network: the signatures, and, given authorities, who stands behind the
 * certificates. Not verified: the transparency log's promises, whose time is taken as told. Pure,
 * any thread. Sources: PEP 740, in-toto Statement v1, DSSE v1, Fulcio's oid-info, contracts.md
 * section 3.
 */
#ifndef FACTS_PROVENANCE_H
#define FACTS_PROVENANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define PROVENANCE_BYTES ((size_t)1 << 20) /* a document is refused beyond */

/* --- authorities ----------------------------------------------------------------------------- */
/* The certificates of a PEM file: roots, and what they signed to sign others. All are trusted. */
struct provenance_roots;
int provenance_roots_read(const char *pem, size_t len, struct provenance_roots **out,
                          struct err *err);
/* Tells one file's content from another's; 0 for NULL. */
uint64_t provenance_roots_id(const struct provenance_roots *roots);
void provenance_roots_free(struct provenance_roots *roots); /* NULL is nothing */

/* --- one attestation ------------------------------------------------------------------------- */

/* Who published it, in the index's words: not signed. */
struct provenance_publisher {
    const char *kind;        /* "GitHub", "GitLab", "Google", or any other */
    const char *repository;  /* "owner/name"; NULL: not told, likewise below */
    const char *workflow;    /* "release.yml" */
    const char *environment; /* NULL: none */
};

/* What a certificate's extensions 1.3.6.1.4.1.57264.1.N say. Those below 8 are the old twins. */
enum {
    CLAIM_OLD_COMMIT = 3,
    CLAIM_OLD_REPOSITORY = 5, /* "owner/name" */
    CLAIM_OLD_REF = 6,
    CLAIM_ISSUER = 8,      /* "https://token.actions.githubusercontent.com" */
    CLAIM_REPOSITORY = 12, /* "https://github.com/owner/name" */
    CLAIM_COMMIT = 13,     /* that the workflow's run was started for */
    CLAIM_REF = 14,        /* "refs/tags/v1.0" */
    CLAIM_REPOSITORY_ID = 15,
    CLAIM_COUNT = 25,
};

enum provenance_proof { PROOF_NONE, PROOF_RIGHT, PROOF_WRONG };

struct provenance_attestation {
    const struct provenance_publisher *publisher;
    const char *subject, *sha256;    /* the file that is spoken of; NULL: see below */
    const char *predicate;           /* type of what is said; NULL: see below */
    const char *claims[CLAIM_COUNT]; /* NULL: the certificate does not say */
    const char *identity;            /* its URI or mail address; NULL: none */
    int64_t not_before, not_after;
    int64_t integrated_at;           /* in the transparency log; CLOCK_UNKNOWN: not told */
    enum provenance_proof signature; /* NONE never; WRONG: the statement is then NULL where it
                                        cannot be read */
    enum provenance_proof chain;     /* at that time; NONE: no authorities, or no time */
};

struct provenance {
    const struct provenance_attestation *attestations; /* in the order of the document */
    size_t count;
};

/* Strings live in the arena. `roots` may be NULL. -1 for what cannot be read or is of a form that
   is not known (REASON_UNSUPPORTED): nothing is then said of the file. A wrong signature is not
   such a case. */
int provenance_parse(const char *body, size_t len, const struct provenance_roots *roots,
                     struct arena *arena, struct provenance *out, struct err *err);

/* The commit, ref and repository ("github.com/owner/name", as written) that it was made of, by the
   new claim, else the old one; NULL: not told. */
const char *provenance_commit(const struct provenance_attestation *attestation);
const char *provenance_ref(const struct provenance_attestation *attestation);
const char *provenance_repository(const struct provenance_attestation *attestation,
                                  struct arena *arena);

/* --- what it is worth ------------------------------------------------------------------------ */
/* id, word, meaning */
#define PROVENANCE_FAULTS(X)                                                                       \
    X(NONE, NULL, "")                                                                              \
    X(SIGNATURE, "signature", "the signature is not of the statement")                             \
    X(SUBJECT, "subject", "the statement speaks of another file")                                  \
    X(WINDOW, "window", "the certificate was not valid when the statement was logged")             \
    X(CHAIN, "chain", "none of the configured authorities stands behind the certificate")

enum provenance_fault {
#define X(id, word, meaning) PROVENANCE_FAULT_##id,
    PROVENANCE_FAULTS(X)
#undef X
};
const char *provenance_fault_word(enum provenance_fault fault); /* NULL for NONE */

/* The first that speaks against it as an attestation of this file. */
enum provenance_fault provenance_judge(const struct provenance_attestation *attestation,
                                       const char *filename, const char *sha256);

#endif
