#include "base/sha256.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* OpenSSL fails at this only when there is no memory, which is nobody's to handle. */
static void must(int status)
{
    if (status != 1)
        abort();
}

static EVP_MD_CTX *start(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    must(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL));
    return ctx;
}

static void finish(EVP_MD_CTX *ctx, char out[SHA256_HEX])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    must(EVP_DigestFinal_ex(ctx, sum, &len));
    EVP_MD_CTX_free(ctx);
    for (unsigned i = 0; i < len; i++)
        snprintf(out + (size_t)2 * i, 3, "%02x", sum[i]);
}

void sha256_text(const void *data, size_t len, char out[SHA256_HEX])
{
    EVP_MD_CTX *ctx = start();

    must(EVP_DigestUpdate(ctx, data, len));
    finish(ctx, out);
}

int sha256_file(const char *path, char out[SHA256_HEX], int64_t *bytes, struct err *err)
{
    FILE *file = fopen(path, "re");
    char chunk[16 << 10];
    size_t n;

    if (file == NULL)
        return err_set(err, REASON_DISK, "%s: %s", path, strerror(errno));
    EVP_MD_CTX *ctx = start();
    *bytes = 0;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0) {
        must(EVP_DigestUpdate(ctx, chunk, n));
        *bytes += (int64_t)n;
    }
    finish(ctx, out);
    int result = ferror(file) ? err_set(err, REASON_DISK, "%s: %s", path, strerror(errno)) : 0;
    fclose(file);
    return result;
}
