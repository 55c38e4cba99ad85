/* Ids of bytes that only become known while comparing. */
#include "facts/compare_internal.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static void digest(const EVP_MD *kind, const char *head, size_t head_len, struct compare_text text,
                   char *out)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestInit_ex(ctx, kind, NULL) != 1 ||
        EVP_DigestUpdate(ctx, head, head_len) != 1 ||
        EVP_DigestUpdate(ctx, text.data, text.len) != 1 ||
        EVP_DigestFinal_ex(ctx, bytes, &len) != 1)
        abort();
    EVP_MD_CTX_free(ctx);
    for (unsigned i = 0; i < len; i++)
        snprintf(out + (size_t)2 * i, 3, "%02x", bytes[i]);
}

void compare_blob_id(struct compare_text text, char out[OID_HEX])
{
    char head[32];
    int len = snprintf(head, sizeof head, "blob %zu", text.len);

    digest(EVP_sha1(), head, (size_t)len + 1, text, out);
}

void compare_sha256(struct compare_text text, char out[ARCHIVE_SHA256])
{
    digest(EVP_sha256(), "", 0, text, out);
}
