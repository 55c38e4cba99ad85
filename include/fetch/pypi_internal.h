/* What pypi.c lends pypi_file.c; nobody else includes it. All borrowed. */
#ifndef FETCH_PYPI_INTERNAL_H
#define FETCH_PYPI_INTERNAL_H

#include "fetch/pypi.h"

struct http *pypi_http(const struct pypi *pypi);
const char *pypi_origin(const struct pypi *pypi);
const char *pypi_authorization(const struct pypi *pypi); /* NULL: none */

#endif
