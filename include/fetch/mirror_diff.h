/*
 * What became of one file, as git writes it (git-diff, "generating patch text"): `git apply` takes
 * it where the old side is what it says.
 */
#ifndef FETCH_MIRROR_DIFF_H
#define FETCH_MIRROR_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "fetch/mirror.h"

#define MIRROR_DIFF_MAX ((size_t)8 << 20) /* bytes of a file that is shown line by line */

/* Everything is borrowed. */
struct mirror_side {
    bool there;            /* else the file is new, or gone; nothing more of it counts */
    bool known;            /* its bytes are here */
    enum mirror_kind kind; /* BLOB, EXECUTABLE or LINK */
    char oid[OID_HEX];
    const char *data; /* of a link: its target */
    size_t len;
    const char *note; /* of one line, behind the name of a text; NULL */
};

/* Whether its bytes are shown: none are, or they are here, text, and not too many. */
bool mirror_side_is_text(const struct mirror_side *side);

/* Adds to `out`; nothing where both sides are the same. What is no text on both sides is packed, as
   a binary patch. For a `mail` so is text with a CR, as its reader drops those at the end of a
   line. Reasons: TOO_LARGE, INTERNAL. */
int mirror_diff(const char *path, const struct mirror_side *old, const struct mirror_side *new,
                bool mail, struct buf *out, struct err *err);

#endif
