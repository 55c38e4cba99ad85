/*
 * Inside facts/provenance*.c: one attestation's cryptography. OpenSSL is used here alone.
 */
#ifndef FACTS_ATTESTATION_H
#define FACTS_ATTESTATION_H

#include "facts/provenance.h"

struct attestation_bytes {
    const unsigned char *data;
    size_t len;
};

/* The bytes of strict base64, in the arena; -1 when it is none. */
int attestation_decode(const char *text, struct arena *arena, struct attestation_bytes *out);

/* Fills what the certificate (DER) tells, and whether the signature is its key's over the
   statement. -1 for a certificate that cannot be read, or whose key is of another kind. */
int attestation_check(struct attestation_bytes certificate, struct attestation_bytes statement,
                      struct attestation_bytes signature, const struct provenance_roots *roots,
                      struct arena *arena, struct provenance_attestation *out, struct err *err);

#endif
