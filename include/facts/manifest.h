/*
 * What a published file holds, as bytes for the database: so that it can be compared again when the
 * repository has changed, without being fetched again. Compressed lines of JSON.
 */
#ifndef FACTS_MANIFEST_H
#define FACTS_MANIFEST_H

#include "base/buf.h"
#include "fetch/archive.h"

/* Of everything that is told of an archive, and how; manifests of another revision are read anew.
 */
#define MANIFEST_REVISION 3

/* Adds to `out`; -1 when its ceiling is too low (REASON_TOO_LARGE). */
int manifest_encode(const struct archive_contents *contents, struct buf *out, struct err *err);
/* What manifest_encode() was given; everything lives in the arena. REASON_BAD_ANSWER when it is no
   manifest. */
int manifest_decode(const void *data, size_t len, struct arena *arena, struct archive_contents *out,
                    struct err *err);

#endif
