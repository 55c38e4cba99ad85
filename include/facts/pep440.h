/*
 * Versions. Source: PEP 440 as contracts.md section 4 reads it; ASCII only, surrounding ASCII white
 * space is stripped, integers are unbounded.
 */
#ifndef FACTS_PEP440_H
#define FACTS_PEP440_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Longer texts are no versions. */
#define PEP440_MAX 1024
/* A key is never longer; a buffer with a ceiling of this takes one. */
#define PEP440_KEY_MAX (2 * PEP440_MAX)

bool pep440_valid(const char *text, size_t len);
/* Writes the normal form ("1.0.RC1" → "1.0rc1"). 0, or -1 when it is not valid. */
int pep440_normal(const char *text, size_t len, struct buf *out);
/* Appends a key such that memcmp of two keys (shorter first on a common prefix) orders versions as
   PEP 440 does, equal versions having equal keys. A text that PEP 440 refuses gets a key below all
   valid ones that only the same text has (beyond PEP440_MAX bytes, only its length counts).
   Returns whether it is valid. */
bool pep440_key(const char *text, size_t len, struct buf *out);
/* Whether it is a pre-release or development release; false for what is not valid. */
bool pep440_is_prerelease(const char *text, size_t len);
/* Whether no final release is left out from a to b: b's release numbers are a's, or a's with one of
   them raised by one and nothing but zeros behind it. False for what is not valid. */
bool pep440_follows(const char *a, const char *b);
/* <0, 0, >0 like memcmp of the keys. */
int pep440_compare(const char *a, const char *b);

#endif
