/* What a release changed that no commit holds, file by file: for the changelog entry that a person
   completes. */
#ifndef REMEDY_TOUCHED_H
#define REMEDY_TOUCHED_H

#include "store/store.h"

struct touched_file {
    const char *path;         /* as published */
    bool added;               /* the repository has none of this name */
    const char *const *names; /* of functions and classes; none where the bytes are not kept */
    size_t name_count;
};

struct touched {
    struct touched_file *files; /* of the sdist, else of a wheel; the first 40 */
    size_t count;
};

/* Everything lives in the arena. The views must show a run. */
int touched_read(struct store *store, const char *package, const char *version, struct arena *arena,
                 struct touched *out, struct err *err);

#endif
