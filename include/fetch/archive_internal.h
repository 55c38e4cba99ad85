/* What archive.c and its helpers share; nobody else includes it. */
#ifndef FETCH_ARCHIVE_INTERNAL_H
#define FETCH_ARCHIVE_INTERNAL_H

#include <openssl/evp.h>

#include "fetch/archive.h"

/* --- ids: archive_hash.c -----------------------------------------------------------------------
 */

/* One blob as git names it, and with CRLF turned to LF where that length is known. */
struct archive_hash {
    EVP_MD_CTX *context, *sha256;
};
void archive_hash_init(struct archive_hash *hash);
void archive_hash_release(struct archive_hash *hash);
/* Begins a blob of `size` bytes; `wheel`: its SHA-256 too. */
void archive_hash_start(struct archive_hash *hash, int64_t size, bool wheel);
void archive_hash_add(struct archive_hash *hash, const void *data, size_t len);
void archive_hash_end(struct archive_hash *hash, struct archive_member *member);
/* Of bytes that are all here. */
void archive_hash_blob(struct archive_hash *hash, const void *data, size_t len, char out[OID_HEX]);
/* Pairs of CR and LF. `last_cr` carries over from one part of the bytes to the next. */
size_t archive_count_crlf(const char *data, size_t len, bool *last_cr);
/* CRLF to LF into out, which has room for len + 1; a CR at the end waits in *last_cr. */
size_t archive_without_crlf(const char *data, size_t len, char *out, bool *last_cr);

/* --- names: archive_path.c ---------------------------------------------------------------------
 */

/* The file name without its suffix: what the top directory is called; "" when it is no sdist. */
size_t archive_stem(const char *filename);
/* The path without "./" and doubled slashes; NULL when it is odd, then *odd says how. */
char *archive_clean(const char *path, struct arena *arena, enum archive_oddity_kind *odd);
/* Whether the link at `path` leads out of what `path` is below. */
bool archive_link_escapes(const char *path, const char *target);

/* --- zip: archive_zip.c ------------------------------------------------------------------------
 */

typedef void zip_oddity_fn(void *ctx, enum archive_oddity_kind kind, const char *path);
/* Holds the directory of the zip in fd against what stands before its members. */
void archive_zip_check(int fd, size_t max_members, zip_oddity_fn *odd, void *ctx);

#endif
