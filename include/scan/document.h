/* What an index said of a package, whichever form it came in. */
#ifndef SCAN_DOCUMENT_H
#define SCAN_DOCUMENT_H

#include "facts/index.h"
#include "fetch/pypi.h"

/* Reads the body of a document that came whole; simple_init() comes first. `name` is the PEP 503
   name that was asked for. *absent: an empty page, where the JSON API would say 404. Strings live
   in the arena. -1 also where the index contradicts itself. */
int document_read(const struct pypi_document *document, const char *name, struct arena *arena,
                  struct index_document *out, bool *absent, struct err *err);

#endif
