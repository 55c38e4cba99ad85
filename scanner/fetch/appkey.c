#include "fetch/appkey.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/log.h"
#include "base/mem.h"

#define BACKDATED_S 60  /* its clock may be behind */
#define VALID_S     540 /* more than ten minutes is refused, and its clock may be ahead */
#define BITS_MIN    1024

struct appkey {
    char *id;
    EVP_PKEY *key;
};

/* --- reading --------------------------------------------------------------------------------- */

/* Nobody is there to be asked for a passphrase. */
static int no_passphrase(char *out, int size, int writing, void *ctx)
{
    (void)out;
    (void)size;
    (void)writing;
    *(bool *)ctx = true;
    return 0;
}

static int check(const EVP_PKEY *key, const char *source, struct err *err)
{
    if (EVP_PKEY_base_id(key) != EVP_PKEY_RSA)
        return err_set(err, REASON_USAGE, "%s: the key is not RSA, and a GitHub App has an RSA key",
                       source);
    if (EVP_PKEY_bits(key) < BITS_MIN)
        return err_set(err, REASON_USAGE, "%s: an RSA key of %d bits is no key of a GitHub App",
                       source, EVP_PKEY_bits(key));
    return 0;
}

int appkey_new(const char *id, const char *pem, size_t len, const char *source, struct appkey **out,
               struct err *err)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    bool encrypted = false;

    if (bio == NULL)
        abort(); /* no memory */
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &encrypted);
    BIO_free(bio);
    ERR_clear_error();
    if (key == NULL)
        return err_set(err, REASON_USAGE,
                       encrypted
                           ? "%s: the key is encrypted; nobody is asked for a passphrase"
                           : "%s holds no private key (PEM, \"-----BEGIN RSA PRIVATE KEY-----\")",
                       source);
    if (check(key, source, err) != 0) {
        EVP_PKEY_free(key);
        return -1;
    }
    *out = mem_alloc(sizeof **out);
    **out = (struct appkey){.id = mem_strdup(id), .key = key};
    return 0;
}

void appkey_free(struct appkey *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key);
    free(key->id);
    free(key);
}

const char *appkey_id(const struct appkey *key)
{
    return key->id;
}

/* --- signing --------------------------------------------------------------------------------- */

/* base64url without padding (RFC 7515 section 2); the caller frees. */
static char *encode(const void *bytes, size_t len)
{
    char *out = mem_alloc((len + 2) / 3 * 4 + 1);
    int written = EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);

    while (written > 0 && out[written - 1] == '=')
        out[--written] = '\0';
    for (char *at = out; *at != '\0'; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
    return out;
}

static char *signature(const struct appkey *key, const char *text)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = (size_t)EVP_PKEY_size(key->key);
    unsigned char *bytes = mem_alloc(len);

    /* A key that was read can sign; what else fails is memory. */
    if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->key) != 1 ||
        EVP_DigestSign(ctx, bytes, &len, (const unsigned char *)text, strlen(text)) != 1)
        abort();
    char *coded = encode(bytes, len);
    EVP_MD_CTX_free(ctx);
    free(bytes);
    return coded;
}

char *appkey_sign(const struct appkey *key, int64_t now)
{
    static const char head[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
    char *claims = mem_printf("{\"iat\":%" PRId64 ",\"exp\":%" PRId64 ",\"iss\":\"%s\"}",
                              now - BACKDATED_S, now + VALID_S, key->id);
    char *first = encode(head, sizeof head - 1), *second = encode(claims, strlen(claims));
    char *text = mem_printf("%s.%s", first, second);
    char *third = signature(key, text);
    char *token = mem_printf("%s.%s", text, third);

    log_secret(token);
    log_secret(third);
    free(third);
    free(text);
    free(second);
    free(first);
    free(claims);
    return token;
}
