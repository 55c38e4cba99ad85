/*
 * What an index says of a package, in whichever form: the JSON API's document here, the Simple
 * API's in facts/simple.h. Source: contracts.md section 3.
 */
#ifndef FACTS_INDEX_H
#define FACTS_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct index_file {
    const char *filename;
    const char *kind; /* packagetype: "sdist", "bdist_wheel", … */
    const char *url;
    const char *sha256; /* hex; NULL when the document has none */
    int64_t size;       /* -1 unknown */
    int64_t uploaded_at;
    bool yanked;
    const char *provenance; /* its address; "": there is none; NULL: the document does not tell */
};

struct index_release {
    const char *version; /* as the index spells it */
    int64_t uploaded_at; /* of the first file; CLOCK_UNKNOWN without files */
    bool yanked;         /* every file is */
    const char *yanked_reason;
    const struct index_file *files;
    size_t file_count;
};

struct index_document {
    const char *name;        /* display form, or NULL */
    const char *licence;     /* license_expression, else license, else a classifier; or NULL */
    const char *const *urls; /* home page, download and project URLs, NULL-terminated; NULL where
                                the form has no place for them: unknown */
    const char *const *url_labels; /* beside urls: the label as written, "" for the old fields */
    const char *status; /* PEP 792: "active", "archived", …; NULL when it is not told */
    const char *status_reason;
    const char *note; /* one sentence about what could not be read in full; NULL: all was */
    bool incomplete;  /* the note is about files that may be releases which are not listed here */
    const char *organisation;             /* ownership.organization, or NULL */
    const struct index_release *releases; /* ordered by version, ascending */
    size_t release_count;
};

/* Strings live in the arena; `url` is the document's own. -1 when it is not the document of package
   `name` (PEP 503). */
int index_parse(const char *body, size_t len, const char *url, const char *name,
                struct arena *arena, struct index_document *out, struct err *err);

/* Orders releases as index_document has them. */
void index_sort(struct index_release *releases, size_t count);

#endif
