/*
 * One heading of a changelog: which versions it announces, and when. Careful the way that matters:
 * "Dropped Python 3.6", "Upgrading from 1.2" and "1.2.x" announce nothing, because an entry that is
 * none hides a release without one.
 */
#ifndef FACTS_CHANGELOG_HEADING_H
#define FACTS_CHANGELOG_HEADING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum heading_form {
    HEADING_MARKED, /* by markup: "## 1.2", an underline, <h2> */
    HEADING_PLAIN,  /* a line of its own */
    HEADING_BULLET, /* an item of a list */
    HEADING_LISTED, /* an item, field or table row of a file that has no other headings */
};

struct heading_version {
    const char *version; /* as written, without a leading v or brackets */
    const char *date;    /* as written; NULL */
    bool titled;         /* words beside version and date: the heading itself says something */
};

/* Headings that announce more versions ("1.2, 1.1 and 1.0") announce none. */
#define HEADING_VERSIONS 8

/* Reads one line without its line end. Returns how many versions are in out; strings in the
   arena. */
size_t heading_read(const char *line, size_t len, enum heading_form form, struct arena *arena,
                    struct heading_version out[HEADING_VERSIONS]);

#endif
