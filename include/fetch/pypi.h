/*
 * The package index: the JSON document of a package, conditionally. The body is handed on as it
 * came; facts/index reads it. Equal requests in flight are one. Sources: contracts.md section 3.
 */
#ifndef FETCH_PYPI_H
#define FETCH_PYPI_H

#include "net/http.h"

struct pypi;

struct pypi_options {
    const char *index;   /* "https://pypi.org" */
    uint64_t timeout_ms; /* of one document; 0: 120,000 */
};

struct pypi_document {
    const char *name;   /* PEP 503 name that was asked */
    bool not_modified;  /* 304: what is stored still holds */
    bool absent;        /* 404: the index does not know it (or it is quarantined) */
    struct buf *body;   /* of a 200; may be detached by the first of several callbacks only: treat
                           it as borrowed */
    const char *etag;   /* NULL when none */
    const char *serial; /* X-PyPI-Last-Serial, NULL when none */
};
/* document is NULL when err says what happened. */
typedef void pypi_done(const struct pypi_document *document, const struct err *err, void *ctx);

struct pypi *pypi_new(struct http *http, const struct pypi_options *options);
void pypi_free(struct pypi *pypi);
/* `name` must be normalised; `etag` of what is stored, or NULL. */
void pypi_get(struct pypi *pypi, const char *name, const char *etag, pypi_done *done, void *ctx);

#endif
