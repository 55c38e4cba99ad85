/* Names of packages. Source: PEP 503, PyPA "Names and normalization". */
#ifndef FACTS_NAMES_H
#define FACTS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_MAX_BYTES 256

/* Writes the PEP 503 form to out. 0, or -1 when the name is not valid or does not fit. */
int names_normalise(const char *name, char out[NAME_MAX_BYTES]);
bool names_equal(const char *a, const char *b);

#endif
