/* Makes sdists and wheels byte by byte, odd ones too, and reads them. */
#ifndef TESTS_ARCHIVE_PACK_H
#define TESTS_ARCHIVE_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "fetch/archive.h"

/* --- what is made; a test's setup and teardown begin it anew ------------------------------------
 */

extern struct buf packed;
int pack_setup(void **state);
int pack_teardown(void **state);

void pack(const void *data, size_t len);
void pack_zeros(size_t len);
void pack_little(unsigned long long value, int bytes);

/* A header of a tar with its checksum; the size as it is to be said. */
void pack_tar_header(const char *path, char type, const char *target, const char *size);
void pack_tar_member(const char *path, char type, const char *target, const char *data, size_t len);
void pack_tar_file(const char *path, const char *text);
void pack_tar_end(void);
/* What is packed so far, as one gzip member in its place. */
void pack_gzip(void);
/* … with a filter of libarchive ("bzip2", "xz", "zstd"). */
void pack_filter(const char *name);

struct pack_member {
    const char *path, *data;
    size_t len;    /* 0: of the string */
    bool deflated; /* else stored */
    bool streamed; /* sizes behind the data */
};
/* A zip of these, the last with path NULL. */
void pack_zip(const struct pack_member *members);

/* --- and read ----------------------------------------------------------------------------------
 */

extern struct archive_contents got;
extern struct err got_err;
int pack_read(struct archive_request request);
int pack_read_as(const char *filename);
/* "word path" of each oddity, one a line. */
const char *pack_oddities(void);
/* Reads, and asserts that these are the oddities, or that it fails for this reason. */
void pack_assert_odd(const char *filename, const char *oddities);
void pack_assert_fails(const char *filename, enum reason reason);

#endif
