/*
 * What the name of a published file tells: whose it is, of which kind, of which version. Sources:
 * PEP 427 and 625, the binary distribution format, contracts.md section 3 for older names.
 */
#ifndef FACTS_DISTNAME_H
#define FACTS_DISTNAME_H

#include "base/arena.h"

enum distname_verdict {
    DISTNAME_OURS,    /* of the package */
    DISTNAME_FOREIGN, /* of another package */
    DISTNAME_OTHER,   /* its ending is no distribution's: a signature, metadata, a page */
    DISTNAME_BAD,     /* a distribution's, but it tells no version */
};

struct distname {
    const char *kind;    /* as the JSON API's packagetype: "sdist", "bdist_wheel", … */
    const char *version; /* PEP 440 normal form; the text where PEP 440 refuses it */
    const char *rest;    /* of BAD: what stands behind the package's name, for whoever knows all
                            versions; NULL: the name is not there */
};

/* `package` is the PEP 503 name of whose files these should be: what no rule can tell apart ("-"
   stands in names and in versions) it decides. Strings live in the arena; out is set for OURS and
   BAD. */
enum distname_verdict distname_read(const char *filename, const char *package, struct arena *arena,
                                    struct distname *out);

#endif
