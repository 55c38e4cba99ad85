/* What archive.c and its helpers share; nobody else includes it. */
#ifndef FETCH_ARCHIVE_INTERNAL_H
#define FETCH_ARCHIVE_INTERNAL_H

#include <openssl/evp.h>
#include <sys/types.h>
#include <zlib.h>

#include "fetch/archive.h"

#define ARCHIVE_BLOCK 65536
#define ARCHIVE_SMALL (1 << 20) /* a member up to this is in memory once, whole */

struct archive; /* libarchive's */

/* --- the bytes of a tar: archive_stream.c ------------------------------------------------------
 */

struct archive_stream {
    int fd;
    const char *filename;
    struct err *err;
    unsigned char *in, *out; /* ARCHIVE_BLOCK bytes each */
    bool gzip;
    z_stream zlib;
    size_t members; /* of gzip */
    bool inside;    /* one of them */
    struct archive *filter;
    int64_t max, total;
    int64_t text_end; /* where the zeros at the end begin */
    bool trailing;    /* more stands behind the compressed data than zeros */
    bool ended, failed;
};
/* Unpacks fd from offset 0, as the file name says, into at most `max` bytes. To be closed in any
   case. */
int archive_stream_open(struct archive_stream *stream, int fd, const char *filename, int64_t max,
                        struct err *err);
/* The next bytes are in stream->out: how many, 0 at the end, -1 on error (in stream->err). */
ssize_t archive_stream_read(struct archive_stream *stream);
void archive_stream_close(struct archive_stream *stream);
/* What libarchive complains of. Returns -1. */
int archive_fault(struct archive *archive, const char *filename, struct err *err);

/* --- ids: archive_hash.c -----------------------------------------------------------------------
 */

/* One blob as git names it, and of a wheel its SHA-256. */
struct archive_hash {
    EVP_MD_CTX *context, *sha256;
    EVP_MD *sha1_type, *sha256_type;
    bool wheel;
};
void archive_hash_init(struct archive_hash *hash, bool wheel);
void archive_hash_release(struct archive_hash *hash);
/* Begins a blob of `size` bytes. */
void archive_hash_start(struct archive_hash *hash, int64_t size);
void archive_hash_add(struct archive_hash *hash, const void *data, size_t len);
void archive_hash_end(struct archive_hash *hash, struct archive_member *member);
/* Of bytes that are all here: git's id alone. */
void archive_hash_blob(struct archive_hash *hash, const void *data, size_t len, char out[OID_HEX]);
/* Pairs of CR and LF. `last_cr` carries over from one part of the bytes to the next. */
size_t archive_count_crlf(const char *data, size_t len, bool *last_cr);
/* CRLF to LF into out, which has room for len + 1; a CR at the end waits in *last_cr. */
size_t archive_without_crlf(const char *data, size_t len, char *out, bool *last_cr);

/* --- names: archive_path.c ---------------------------------------------------------------------
 */

bool archive_is_zip(const char *filename);
/* The file name without its suffix: what the top directory is called; 0 when it is no sdist. */
size_t archive_stem(const char *filename);
/* Whether it ends so, in whatever case. */
bool archive_ends_in(const char *filename, const char *suffix);
/* The path without "./" and doubled slashes; NULL when it is odd, then *odd says how. */
char *archive_clean(const char *path, struct arena *arena, enum archive_oddity_kind *odd);
/* Whether the link at `path` leads out of what `path` is below. */
bool archive_link_escapes(const char *path, const char *target);

/* --- one reading -------------------------------------------------------------------------------
 */

struct archive_again {
    size_t entry, member;
    int64_t size;
};

struct archive_reading {
    const struct archive_request *request;
    struct arena *arena;
    struct archive_contents *out;
    struct err *err;
    struct archive *archive;
    struct archive_stream stream; /* of a tar */
    struct archive_hash hash;
    char *small, *lf, *block; /* of a member: all of it, or a part */
    size_t member_size, oddity_size;
    size_t seen;        /* entries of the archive */
    size_t entries;     /* of a zip's directory */
    size_t kept, names; /* bytes */
    void *links;        /* members by path, from the first hard link on */
    size_t linked;      /* how many are among them */
    /* Large members with CRLF: their length without CR is known when they are over, and has to be
       before they begin, so the archive is read once more for their other ids. */
    struct archive_again *again;
    size_t again_count, again_size, again_at;
    char *record; /* of a wheel; NULL when it is too large */
    size_t record_len;
    const char *record_path;
    int64_t max_bytes;
    size_t max_members;
};
void archive_odd(struct archive_reading *r, enum archive_oddity_kind kind, const char *path);

/* One entry of the archive: archive_member.c, the first and the second time. */
struct archive_entry;
int archive_read_entry(struct archive_reading *r, struct archive_entry *entry);
int archive_read_again(struct archive_reading *r, struct archive_entry *entry);

/* Holds the directory of the zip in fd against what stands before its members. Fails where it
   cannot be told what libarchive would read, or where that would be too much. */
int archive_zip_check(struct archive_reading *reading, int fd);

/* --- RECORD: archive_record.c ------------------------------------------------------------------
 */

bool archive_is_record(const char *path);
/* Holds a wheel's members, sorted, against its RECORD at `path`, and says in `out` what is wrong.
   Writes into the data, which a NUL follows. */
void archive_record_check(struct archive_contents *out, const char *path, char *data, size_t len,
                          struct arena *arena);

#endif
