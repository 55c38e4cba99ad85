/* Ids of bytes that only become known while comparing. */
#include "facts/compare_internal.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sha256.h"

void compare_blob_id(struct compare_text text, char out[OID_HEX])
{
    char head[32];
    int len = snprintf(head, sizeof head, "blob %zu", text.len);
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) != 1 ||
        EVP_DigestUpdate(ctx, head, (size_t)len + 1) != 1 ||
        EVP_DigestUpdate(ctx, text.data, text.len) != 1 ||
        EVP_DigestFinal_ex(ctx, bytes, &size) != 1)
        abort();
    EVP_MD_CTX_free(ctx);
    for (unsigned i = 0; i < size; i++)
        snprintf(out + (size_t)2 * i, 3, "%02x", bytes[i]);
}

void compare_sha256(struct compare_text text, char out[ARCHIVE_SHA256])
{
    sha256_text(text.data, text.len, out);
}
