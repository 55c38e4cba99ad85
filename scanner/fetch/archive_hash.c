#include "fetch/archive_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* OpenSSL fails here only for want of memory, which ends the program like everywhere else. */
static void must(int done)
{
    if (done != 1)
        abort();
}

void archive_hash_init(struct archive_hash *hash, bool wheel)
{
    /* Fetched once: OpenSSL looks for an algorithm by name at every use else. */
    *hash = (struct archive_hash){.context = EVP_MD_CTX_new(),
                                  .sha256 = EVP_MD_CTX_new(),
                                  .sha1_type = EVP_MD_fetch(NULL, "SHA1", NULL),
                                  .sha256_type = EVP_MD_fetch(NULL, "SHA256", NULL),
                                  .wheel = wheel};
    must(hash->context != NULL && hash->sha256 != NULL && hash->sha1_type != NULL &&
         hash->sha256_type != NULL);
}

void archive_hash_release(struct archive_hash *hash)
{
    EVP_MD_CTX_free(hash->context);
    EVP_MD_CTX_free(hash->sha256);
    EVP_MD_free(hash->sha1_type);
    EVP_MD_free(hash->sha256_type);
}

static void start_blob(const struct archive_hash *hash, int64_t size)
{
    char head[32];
    int len = snprintf(head, sizeof head, "blob %lld", (long long)size);

    must(EVP_DigestInit_ex(hash->context, hash->sha1_type, NULL));
    must(EVP_DigestUpdate(hash->context, head, (size_t)len + 1));
}

static void end_hex(EVP_MD_CTX *context, char *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len;

    must(EVP_DigestFinal_ex(context, digest, &len));
    for (unsigned i = 0; i < len; i++) {
        *out++ = digits[digest[i] >> 4];
        *out++ = digits[digest[i] & 15];
    }
    *out = '\0';
}

void archive_hash_start(struct archive_hash *hash, int64_t size)
{
    start_blob(hash, size);
    if (hash->wheel)
        must(EVP_DigestInit_ex(hash->sha256, hash->sha256_type, NULL));
}

void archive_hash_add(struct archive_hash *hash, const void *data, size_t len)
{
    must(EVP_DigestUpdate(hash->context, data, len));
    if (hash->wheel)
        must(EVP_DigestUpdate(hash->sha256, data, len));
}

void archive_hash_end(struct archive_hash *hash, struct archive_member *member)
{
    end_hex(hash->context, member->oid);
    if (hash->wheel)
        end_hex(hash->sha256, member->sha256);
}

void archive_hash_blob(struct archive_hash *hash, const void *data, size_t len, char out[OID_HEX])
{
    start_blob(hash, (int64_t)len);
    must(EVP_DigestUpdate(hash->context, data, len));
    end_hex(hash->context, out);
}

size_t archive_count_crlf(const char *data, size_t len, bool *last_cr)
{
    size_t count = *last_cr && len > 0 && data[0] == '\n';

    for (const char *s = data, *end = data + len; (s = memchr(s, '\r', (size_t)(end - s))) != NULL;
         s++)
        count += s + 1 < end && s[1] == '\n';
    if (len > 0)
        *last_cr = data[len - 1] == '\r';
    return count;
}

size_t archive_without_crlf(const char *data, size_t len, char *out, bool *last_cr)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (*last_cr && data[i] != '\n')
            out[n++] = '\r';
        *last_cr = data[i] == '\r';
        if (!*last_cr)
            out[n++] = data[i];
    }
    return n;
}

int archive_digest(int fd, char out[ARCHIVE_SHA256], struct err *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    char *block = mem_alloc(ARCHIVE_BLOCK);
    off_t at = 0;
    ssize_t n;

    must(context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL));
    while ((n = pread(fd, block, ARCHIVE_BLOCK, at)) > 0) {
        must(EVP_DigestUpdate(context, block, (size_t)n));
        at += n;
    }
    end_hex(context, out);
    EVP_MD_CTX_free(context);
    free(block);
    return n == 0 ? 0 : err_set(err, REASON_DISK, "a spooled file cannot be read");
}
