/*
 * Time. Instants are seconds since 1970-01-01T00:00:00Z in an int64_t, CLOCK_UNKNOWN when nobody
 * knows; in the database and all outputs they are ISO 8601 text in UTC ("2025-10-10T17:29:51Z"),
 * whose order as text is their order in time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/err.h"

#define CLOCK_UNKNOWN INT64_MIN
#define CLOCK_TEXT    21 /* "2025-10-10T17:29:51Z" and its NUL */

int64_t clock_now(void);
/* Milliseconds that never go back, for durations. */
uint64_t clock_monotonic_ms(void);

/* Writes the instant, or "" for CLOCK_UNKNOWN and for years outside 0..9999. Returns out. */
const char *clock_format(int64_t instant, char out[CLOCK_TEXT]);

/* Accepts the profile that indexes and forges send: date, 'T' or ' ', time, optional fraction
   (dropped), 'Z' or +hh:mm or nothing (then UTC); or a date alone. 0 or -1. */
int clock_parse(const char *text, int64_t *out, struct err *err);

#endif
