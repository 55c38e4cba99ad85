/* What pypi.c lends pypi_file.c and pypi_provenance.c; nobody else includes it. All borrowed. */
#ifndef FETCH_PYPI_INTERNAL_H
#define FETCH_PYPI_INTERNAL_H

#include "fetch/pypi.h"

struct http *pypi_http(const struct pypi *pypi);
const char *pypi_origin(const struct pypi *pypi);
const char *pypi_authorization(const struct pypi *pypi); /* NULL: none */
uint64_t pypi_timeout_ms(const struct pypi *pypi);
/* Where its Integrity API is; NULL: it has none, as far as is known. */
const char *pypi_integrity(const struct pypi *pypi);
/* It answered as one that has it, or has none: false when something else was known already. */
bool pypi_learn_integrity(struct pypi *pypi, bool has);

#endif
