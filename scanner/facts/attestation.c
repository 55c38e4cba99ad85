#include "facts/attestation.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"

#define CERTIFICATE_MAX ((size_t)16 << 10)
#define SIGNATURE_MAX   256
#define CLAIM_MAX       2048
#define ROOTS_MAX       1000
#define CLAIMS_ARC      "1.3.6.1.4.1.57264.1."
#define CLAIMS_DER      8 /* those before are raw */
#define PAYLOAD_TYPE    "application/vnd.in-toto+json"

int attestation_decode(const char *text, struct arena *arena, struct attestation_bytes *out)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(text), plain = strspn(text, letters);

    if (len % 4 != 0 || len - plain > 2 || strspn(text + plain, "=") != len - plain ||
        len > PROVENANCE_BYTES)
        return -1;
    unsigned char *data = arena_alloc(arena, len / 4 * 3 + 1);
    if (EVP_DecodeBlock(data, (const unsigned char *)text, (int)len) < 0)
        return -1;
    *out = (struct attestation_bytes){data, len / 4 * 3 - (len - plain)};
    return 0;
}

static int bad(struct err *err, const char *what)
{
    return err_set(err, REASON_BAD_ANSWER, "The certificate of an attestation %s.", what);
}

/* --- what the certificate says --------------------------------------------------------------- */

static int64_t instant(const ASN1_TIME *time)
{
    struct tm tm;

    return ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : CLOCK_UNKNOWN;
}

/* NULL when it is no text. */
static const char *text_of(const ASN1_STRING *string, struct arena *arena)
{
    const char *data = (const char *)ASN1_STRING_get0_data(string);
    int len = ASN1_STRING_length(string);

    if (len < 0 || len > CLAIM_MAX || !text_is_utf8(data, (size_t)len))
        return NULL;
    return arena_strndup(arena, data, (size_t)len);
}

static const char *der_text(const ASN1_OCTET_STRING *value, struct arena *arena)
{
    const unsigned char *at = ASN1_STRING_get0_data(value), *end = at + ASN1_STRING_length(value);
    ASN1_UTF8STRING *string = d2i_ASN1_UTF8STRING(NULL, &at, end - at);
    const char *text = string != NULL && at == end ? text_of(string, arena) : NULL;

    ASN1_UTF8STRING_free(string);
    return text;
}

/* The N of 1.3.6.1.4.1.57264.1.N; 0 for any other extension. */
static int claim_of(const X509_EXTENSION *extension)
{
    char oid[64];
    int len =
        OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object((X509_EXTENSION *)extension), 1);
    const char *number = oid + strlen(CLAIMS_ARC);

    if (len < 0 || (size_t)len >= sizeof oid || !text_starts_with(oid, CLAIMS_ARC) ||
        strlen(number) > 2 || strspn(number, "0123456789") != strlen(number))
        return 0;
    long claim = strtol(number, NULL, 10);
    return claim < CLAIM_COUNT ? (int)claim : 0;
}

static int read_claims(X509 *x509, struct arena *arena, struct provenance_attestation *out,
                       struct err *err)
{
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        X509_EXTENSION *extension = X509_get_ext(x509, i);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        int claim = claim_of(extension);
        if (claim == 0)
            continue;
        if (out->claims[claim] != NULL)
            return bad(err, "says one thing twice");
        out->claims[claim] = claim < CLAIMS_DER ? text_of(value, arena) : der_text(value, arena);
        if (out->claims[claim] == NULL)
            return bad(err, "holds a claim that is no text");
    }
    return 0;
}

static const char *identity_of(X509 *x509, struct arena *arena)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    const char *identity = NULL;

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && identity == NULL; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_URI || name->type == GEN_EMAIL)
            identity = text_of(name->d.ia5, arena);
    }
    GENERAL_NAMES_free(names);
    return identity;
}

/* --- what its key signed --------------------------------------------------------------------- */

/* DSSE's pre-authentication encoding: what is signed. */
static struct attestation_bytes encode(struct attestation_bytes statement, struct arena *arena)
{
    const char *head = arena_printf(arena, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE,
                                    statement.len);
    size_t len = strlen(head);
    unsigned char *data = arena_alloc(arena, len + statement.len);

    memcpy(data, head, len);
    memcpy(data + len, statement.data, statement.len);
    return (struct attestation_bytes){data, len + statement.len};
}

static bool is_p256(const EVP_PKEY *key)
{
    char group[32];
    size_t len;

    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group, sizeof group, &len) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

static int check_signature(X509 *x509, struct attestation_bytes statement,
                           struct attestation_bytes signature, struct arena *arena,
                           struct provenance_attestation *out, struct err *err)
{
    EVP_PKEY *key = X509_get0_pubkey(x509);

    if (key == NULL || !is_p256(key))
        return err_set(err, REASON_UNSUPPORTED,
                       "The key of an attestation is none of ECDSA on P-256.");
    struct attestation_bytes pae = encode(statement, arena);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        abort();
    bool right = signature.len <= SIGNATURE_MAX &&
                 EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
                 EVP_DigestVerify(ctx, signature.data, signature.len, pae.data, pae.len) == 1;
    out->signature = right ? PROOF_RIGHT : PROOF_WRONG;
    EVP_MD_CTX_free(ctx);
    return 0;
}

/* --- who stands behind it -------------------------------------------------------------------- */

struct provenance_roots {
    X509_STORE *store;
    uint64_t id;
};

/* Nobody is asked for a password. */
static int no_password(char *out, int size, int writing, void *ctx)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

int provenance_roots_read(const char *pem, size_t len, struct provenance_roots **out,
                          struct err *err)
{
    X509_STORE *store = X509_STORE_new();
    BIO *bio = len <= PROVENANCE_BYTES ? BIO_new_mem_buf(pem, (int)len) : NULL;
    X509 *x509;
    int count = 0;

    if (store == NULL)
        abort();
    while (bio != NULL && count < ROOTS_MAX &&
           (x509 = PEM_read_bio_X509(bio, NULL, no_password, NULL)) != NULL) {
        count += X509_STORE_add_cert(store, x509) == 1;
        X509_free(x509);
    }
    /* The end of the file says that there is no further one; all else is a fault of it. */
    bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    BIO_free(bio);
    if (count == 0 || !whole) {
        X509_STORE_free(store);
        return err_set(err, REASON_USAGE, "it holds no certificates in PEM, or broken ones");
    }
    *out = mem_alloc(sizeof **out);
    **out = (struct provenance_roots){store, hash_add(HASH_START, pem, len)};
    return 0;
}

uint64_t provenance_roots_id(const struct provenance_roots *roots)
{
    return roots != NULL ? roots->id : 0;
}

void provenance_roots_free(struct provenance_roots *roots)
{
    if (roots == NULL)
        return;
    X509_STORE_free(roots->store);
    free(roots);
}

static bool may_sign_code(X509 *x509)
{
    return (X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(x509) & XKU_CODE_SIGN) != 0;
}

/* At the time that the log tells: the certificate is long past it today. */
static enum provenance_proof check_chain(X509 *x509, const struct provenance_roots *roots,
                                         int64_t at)
{
    X509_STORE_CTX *ctx;

    if (roots == NULL || at == CLOCK_UNKNOWN)
        return PROOF_NONE;
    ctx = X509_STORE_CTX_new();
    if (ctx == NULL || X509_STORE_CTX_init(ctx, roots->store, x509, NULL) != 1)
        abort();
    X509_STORE_CTX_set_time(ctx, 0, (time_t)at);
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
    bool right = X509_verify_cert(ctx) == 1 && may_sign_code(x509);
    X509_STORE_CTX_free(ctx);
    return right ? PROOF_RIGHT : PROOF_WRONG;
}

/* --- the whole ------------------------------------------------------------------------------- */

static int read_certificate(X509 *x509, struct arena *arena, struct provenance_attestation *out,
                            struct err *err)
{
    out->not_before = instant(X509_get0_notBefore(x509));
    out->not_after = instant(X509_get0_notAfter(x509));
    if (out->not_before == CLOCK_UNKNOWN || out->not_after == CLOCK_UNKNOWN)
        return bad(err, "does not say when it is valid");
    out->identity = identity_of(x509, arena);
    return read_claims(x509, arena, out, err);
}

int attestation_check(struct attestation_bytes certificate, struct attestation_bytes statement,
                      struct attestation_bytes signature, const struct provenance_roots *roots,
                      struct arena *arena, struct provenance_attestation *out, struct err *err)
{
    const unsigned char *at = certificate.data;
    X509 *x509 =
        certificate.len <= CERTIFICATE_MAX ? d2i_X509(NULL, &at, (long)certificate.len) : NULL;
    int result;

    if (x509 == NULL || at != certificate.data + certificate.len)
        result = bad(err, "cannot be read");
    else
        result = read_certificate(x509, arena, out, err);
    if (result == 0)
        result = check_signature(x509, statement, signature, arena, out, err);
    if (result == 0)
        out->chain = check_chain(x509, roots, out->integrated_at);
    X509_free(x509);
    ERR_clear_error();
    return result;
}
