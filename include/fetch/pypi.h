/*
 * A package index: what it has of a package, conditionally, by the JSON API of PyPI or by the
 * Simple API that every index has. Which of the two is found out with the first package (the others
 * wait a second for it at most) and costs one request beside its own. The body is handed on as it
 * came; facts/ reads it. Equal requests in flight are one. Sources: contracts.md section 3, PEP
 * 503, 691.
 */
#ifndef FETCH_PYPI_H
#define FETCH_PYPI_H

#include "net/http.h"

struct pypi;

enum pypi_kind {
    PYPI_AUTO,   /* not known yet */
    PYPI_JSON,   /* URL/pypi/NAME/json */
    PYPI_SIMPLE, /* URL/NAME/ where the URL is one that pip takes, ending in "simple", or where this
                    is configured; else URL/simple/NAME/ */
};

/* Whether it has PyPI's Integrity API, for provenance. */
enum pypi_integrity {
    PYPI_INTEGRITY_AUTO, /* its first answer tells */
    PYPI_INTEGRITY_YES,  /* what is no answer of that API is a fault */
    PYPI_INTEGRITY_NO,   /* nobody asks it, but where its pages say where provenance is */
};

struct pypi_options {
    struct loop *loop;
    const char *index; /* "https://pypi.org", "https://host/path/simple" */
    enum pypi_kind kind;
    uint64_t timeout_ms; /* of one document; 0: 120,000 */
    bool fixed;          /* the kind is configured, not remembered */
    enum pypi_integrity integrity;
    const char *user, *secret; /* of its origin: credential_header(); secret NULL: none */
};

enum pypi_form { PYPI_FORM_JSON, PYPI_FORM_SIMPLE_JSON, PYPI_FORM_SIMPLE_HTML };

enum pypi_word {
    PYPI_WORD_ASKED,  /* the form that was asked for */
    PYPI_WORD_FOUND,  /* with releases in it, it tells which kind the index is */
    PYPI_WORD_AGAINST /* the Simple API's, where the JSON API says 404: it should list no file */
};

struct pypi_document {
    const char *name;    /* PEP 503 name that was asked */
    bool not_modified;   /* 304: what is stored still holds */
    bool absent;         /* 404: the index does not know it (or it is quarantined) */
    enum pypi_form form; /* of the body */
    enum pypi_word word; /* what the body's form is worth */
    const char *url;     /* of the page, after redirects */
    struct buf *body;    /* of a 200; may be detached by the first of several callbacks only: treat
                            it as borrowed */
    const char *etag;    /* to be given back as it is; NULL when none */
};
/* document is NULL when err says what happened. */
typedef void pypi_done(const struct pypi_document *document, const struct err *err, void *ctx);

/* Where an index of this kind has the document or page of a package (AUTO: the JSON API's). The
   caller frees; NULL for a name that fits in no address. */
char *pypi_address(const struct pypi_options *options, enum pypi_kind kind, const char *name);

/* What a Simple page may come as: its header line Accept, and whether an answer is one. */
extern const char pypi_simple_accept[];
bool pypi_is_simple(const struct http_answer *answer, enum pypi_form *form);

struct pypi *pypi_new(struct http *http, const struct pypi_options *options);
void pypi_free(struct pypi *pypi);
/* `name` must be normalised; `etag` of what is stored, or NULL. `expected`: an earlier run saw it
   there, so that a 404 of the JSON API is worth a look at the Simple API: it may be quarantined. */
void pypi_get(struct pypi *pypi, const char *name, const char *etag, bool expected, pypi_done *done,
              void *ctx);
/* A document that tells the kind was read: further packages are asked for so. False when other
   answers of this run tell another kind. */
bool pypi_learn(struct pypi *pypi, enum pypi_kind kind);

/* A file of the index, as its document names it. */
struct pypi_file {
    const char *url;  /* absolute; its host must be one of those that are contacted */
    const char *what; /* for messages: "tool-1.0.tar.gz" */
    int fd;           /* where it is written to; a retry begins only while nothing came */
    size_t max_bytes;
};
/* err is NULL when the whole of it came. */
typedef void pypi_file_done(const struct err *err, void *ctx);
/* Url and text are copied. */
void pypi_fetch_file(struct pypi *pypi, const struct pypi_file *file, pypi_file_done *done,
                     void *ctx);

/* --- provenance ------------------------------------------------------------------------------ */

struct pypi_provenance {
    const char *url; /* where the index's page says it is; NULL: it does not say, and the Integrity
                        API is asked, which an index has that is PyPI or like it */
    const char *name, *version, *filename;
    const char *etag; /* of what is stored; NULL */
};
/* Whether there is anything to ask. */
bool pypi_has_provenance(const struct pypi *pypi, const char *url);

enum pypi_provenance_word {
    PYPI_PROVENANCE_HERE,    /* body holds the document */
    PYPI_PROVENANCE_SAME,    /* as what is stored */
    PYPI_PROVENANCE_ABSENT,  /* nobody made one */
    PYPI_PROVENANCE_NOWHERE, /* the index keeps none at all */
    PYPI_PROVENANCE_UNKNOWN, /* err says why: REASON_DISABLED when the index does not show any */
};
/* Body, ETag (may be NULL) and err are valid during the call. */
typedef void pypi_provenance_done(enum pypi_provenance_word word, const struct buf *body,
                                  const char *etag, const struct err *err, void *ctx);
/* One request. Everything is copied. An address on a host that is none of those that are contacted
   is not asked: REASON_UNSUPPORTED. */
void pypi_get_provenance(struct pypi *pypi, const struct pypi_provenance *asked,
                         pypi_provenance_done *done, void *ctx);

#endif
