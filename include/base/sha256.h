/* SHA-256 (FIPS 180-4), as hexadecimal text. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SHA256_HEX 65 /* 64 digits and the NUL */

void sha256_text(const void *data, size_t len, char out[SHA256_HEX]);
/* Of a file as it is on the disk, and its length: REASON_DISK when it cannot be read. */
int sha256_file(const char *path, char out[SHA256_HEX], int64_t *bytes, struct err *err);

#endif
