/*
 * What a published file holds: an sdist or a wheel, streamed member by member into git blob ids.
 * Nothing is extracted and no name is followed; what is odd about the archive is said, not obeyed.
 * The only user of libarchive. Blocks: call it on the pool.
 */
#ifndef FETCH_ARCHIVE_H
#define FETCH_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/oid.h"

#define ARCHIVE_SHA256 65 /* 64 hex digits and the NUL */

enum archive_kind { ARCHIVE_SDIST, ARCHIVE_WHEEL };

enum archive_member_kind { ARCHIVE_FILE, ARCHIVE_LINK };

struct archive_member {
    const char *path; /* of an sdist: below its top directory; of a wheel: from its root. Bytes as
                         they are, but never absolute, never with an empty, "." or ".." part */
    enum archive_member_kind kind;
    bool executable;
    int64_t size;
    char oid[OID_HEX];           /* git's id of these bytes; of a link: of its target's text */
    char lf_oid[OID_HEX];        /* the same with CRLF turned to LF; "" where there is no CRLF */
    char sha256[ARCHIVE_SHA256]; /* of a wheel's files; "" else */
    const char *data;            /* the bytes, when they were to be kept; else NULL */
    size_t len;
};

/* id, word, what it means. Each is an alarm (contracts.md section 8, rows 17 and 19). */
#define ARCHIVE_ODDITIES(X)                                                                        \
    X(TOP_DIRECTORY, "top-directory", "the top directory is not the file name without its suffix") \
    X(OUTSIDE_TOP, "outside-top", "a member outside the top directory")                            \
    X(ABSOLUTE, "absolute-path", "a member with an absolute path")                                 \
    X(DOT_DOT, "dot-dot", "a member whose path leads upwards")                                     \
    X(DUPLICATE, "duplicate", "two members of one path")                                           \
    X(HARD_LINK, "hard-link", "a hard link to no member before it")                                \
    X(SPECIAL, "special-file", "a device, a pipe or a socket")                                     \
    X(LINK_ESCAPES, "link-escapes", "a symbolic link that leads out of the archive")               \
    X(DIRECTORY, "directory-disagrees", "a zip whose directory and local headers disagree")        \
    X(TRAILING, "trailing-data", "bytes that belong to no member")                                 \
    X(RECORD, "record", "a wheel whose RECORD is not what it holds, or cannot be read")

enum archive_oddity_kind {
#define X(id, word, meaning) ARCHIVE_ODD_##id,
    ARCHIVE_ODDITIES(X)
#undef X
        ARCHIVE_ODD_COUNT
};

struct archive_oddity {
    enum archive_oddity_kind kind;
    const char *path; /* as the archive spells it; NULL: of the whole */
};

/* What a wheel's RECORD says of its members. */
enum archive_record {
    ARCHIVE_RECORD_NONE, /* an sdist has none */
    ARCHIVE_RECORD_RIGHT,
    ARCHIVE_RECORD_WRONG,
    ARCHIVE_RECORD_MISSING,
    ARCHIVE_RECORD_UNREAD, /* larger than 8 MiB, or no text */
};

#define ARCHIVE_RECORD_FAULTS(X)                                                                   \
    X(UNLISTED, "RECORD does not list it")                                                         \
    X(ABSENT, "RECORD lists what is not there")                                                    \
    X(DIGEST, "RECORD has another digest")                                                         \
    X(SIZE, "RECORD has another size")                                                             \
    X(UNHASHED, "RECORD has no SHA-256 of it")                                                     \
    X(TWICE, "RECORD lists it twice")                                                              \
    X(SECOND, "a second .dist-info directory")

enum archive_record_fault_kind {
#define X(id, meaning) ARCHIVE_RECORD_##id,
    ARCHIVE_RECORD_FAULTS(X)
#undef X
        ARCHIVE_RECORD_FAULT_COUNT
};

struct archive_record_fault {
    enum archive_record_fault_kind kind;
    const char *path;
};

struct archive_contents {
    enum archive_kind kind;
    const char *top;                /* of an sdist, as it is; NULL */
    struct archive_member *members; /* by path, memcmp order */
    size_t member_count;
    struct archive_oddity
        *oddities; /* in the archive's order; the first of each kind and 20 more */
    size_t oddity_count;
    int64_t bytes; /* unpacked */
    enum archive_record record;
    struct archive_record_fault *record_faults; /* the first 50 */
    size_t record_fault_count;
};

/* Whether the bytes of this member shall be kept: asked once its ids are known, for files of at
   most `keep_max` bytes and 1 MiB, until `keep_total` are kept. */
typedef bool archive_keep_fn(void *ctx, const struct archive_member *member);

struct archive_request {
    const char *filename;  /* "tool-1.0.tar.gz", "tool-1.0-py3-none-any.whl" */
    archive_keep_fn *keep; /* NULL: keep none */
    void *keep_ctx;
    size_t keep_max, keep_total;
    int64_t max_bytes;  /* unpacked; 0: 2 GiB */
    size_t max_members; /* 0: 100,000 */
};

/* The kind that a file name tells; -1 when it is neither. */
int archive_kind_of(const char *filename, enum archive_kind *kind);

/* Reads the archive in fd from offset 0. Everything lives in the arena. Reasons: BAD_ANSWER (it
   cannot be read as what its name says), TRUNCATED, LIMIT, TOO_LARGE, UNSUPPORTED, DISK. */
int archive_read(int fd, const struct archive_request *request, struct arena *arena,
                 struct archive_contents *out, struct err *err);

/* SHA-256 of everything in fd from offset 0, as lower-case hex. */
int archive_digest(int fd, char out[ARCHIVE_SHA256], struct err *err);

#endif
