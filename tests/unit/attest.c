#include "attest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

struct attest_ca {
    EVP_PKEY *key;
    X509 *x509;
};

static void need(bool good)
{
    if (!good)
        abort();
}

static void add(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    need(extension != NULL && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *certificate(EVP_PKEY *key, const char *name, int64_t from, int64_t until)
{
    X509 *x509 = X509_new();

    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
    ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)from);
    ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)until);
    if (name != NULL)
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                   (const unsigned char *)name, -1, -1, 0);
    X509_set_pubkey(x509, key);
    return x509;
}

struct attest_ca *attest_ca_new(const char *name)
{
    struct attest_ca *ca = mem_alloc(sizeof *ca);

    ca->key = EVP_EC_gen("P-384");
    ca->x509 = certificate(ca->key, name, ATTEST_AT - 1000000, ATTEST_AT + 1000000);
    X509_set_issuer_name(ca->x509, X509_get_subject_name(ca->x509));
    add(ca->x509, NID_basic_constraints, "critical,CA:TRUE");
    add(ca->x509, NID_key_usage, "critical,keyCertSign,cRLSign");
    need(X509_sign(ca->x509, ca->key, EVP_sha384()) > 0);
    return ca;
}

void attest_ca_free(struct attest_ca *ca)
{
    EVP_PKEY_free(ca->key);
    X509_free(ca->x509);
    free(ca);
}

const char *attest_ca_pem(struct attest_ca *ca, struct arena *arena)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;

    need(PEM_write_bio_X509(bio, ca->x509) == 1);
    long len = BIO_get_mem_data(bio, &data);
    const char *pem = arena_strndup(arena, data, (size_t)len);
    BIO_free(bio);
    return pem;
}

static void add_claim(X509 *x509, int number, const char *text, bool raw)
{
    char oid[32];
    unsigned char der[300] = {0x0c, (unsigned char)strlen(text)};
    size_t head = raw ? 0 : 2;
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

    need(strlen(text) < (raw ? 256 : 128));
    memcpy(der + head, text, strlen(text));
    snprintf(oid, sizeof oid, "1.3.6.1.4.1.57264.1.%d", number);
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING_set(value, der, (int)(head + strlen(text)));
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
    need(extension != NULL && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
    ASN1_OBJECT_free(object);
    ASN1_OCTET_STRING_free(value);
}

static X509 *leaf(struct attest_ca *ca, const struct attest *attest, EVP_PKEY *key)
{
    X509 *x509 = certificate(key, NULL, ATTEST_AT, ATTEST_AT + 600);
    bool any = false;

    X509_set_issuer_name(x509, X509_get_subject_name(ca->x509));
    add(x509, NID_key_usage, "critical,digitalSignature");
    if (!attest->no_code_signing)
        add(x509, NID_ext_key_usage, "codeSigning");
    add(x509, NID_subject_alt_name,
        attest->identity != NULL ? attest->identity : "critical,URI:https://forge.example/w");
    for (int i = 1; i < 25; i++) {
        if (attest->claims[i] != NULL)
            add_claim(x509, i, attest->claims[i], i < 8);
        if (attest->raw_claims[i] != NULL)
            add_claim(x509, i, attest->raw_claims[i], true);
        any = any || attest->claims[i] != NULL || attest->raw_claims[i] != NULL;
    }
    if (!any) {
        add_claim(x509, 3, "COMMIT", true);
        add_claim(x509, 13, "COMMIT", false);
    }
    need(X509_sign(x509, ca->key, EVP_sha384()) > 0);
    return x509;
}

static const char *base64(const unsigned char *data, size_t len, struct arena *arena)
{
    char *out = arena_alloc(arena, len / 3 * 4 + 5);

    EVP_EncodeBlock((unsigned char *)out, data, (int)len);
    return out;
}

static const char *sign(EVP_PKEY *key, const char *statement, struct arena *arena)
{
    const char *pae = arena_printf(arena, "DSSEv1 28 application/vnd.in-toto+json %zu %s",
                                   strlen(statement), statement);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char out[256];
    size_t len = sizeof out;

    need(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
         EVP_DigestSign(ctx, out, &len, (const unsigned char *)pae, strlen(pae)) == 1);
    EVP_MD_CTX_free(ctx);
    return base64(out, len, arena);
}

static const char *statement_of(const struct attest *attest, struct arena *arena)
{
    if (attest->statement != NULL)
        return attest->statement;
    return arena_printf(arena,
                        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":"
                        "\"%s\",\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":"
                        "\"https://docs.pypi.org/attestations/publish/v1\",\"predicate\":null}",
                        attest->subject, attest->sha256);
}

const char *attest_bundle(struct attest_ca *ca, const struct attest *attest, struct arena *arena)
{
    EVP_PKEY *key = EVP_EC_gen(attest->curve != NULL ? attest->curve : "P-256");
    X509 *x509 = leaf(ca, attest, key);
    char *statement = arena_strdup(arena, statement_of(attest, arena));
    const char *signature = sign(key, statement, arena);
    unsigned char *der = NULL;
    int len = i2d_X509(x509, &der);

    if (attest->altered > 0)
        statement[attest->altered - 1] ^= 1;
    const char *bundle = arena_printf(
        arena,
        "{\"publisher\":%s,\"attestations\":[{\"version\":1,\"envelope\":{\"statement\":\"%s\","
        "\"signature\":\"%s\"},\"verification_material\":{\"certificate\":\"%s\","
        "\"transparency_entries\":[{\"integratedTime\":%s}]}}]}",
        attest->publisher != NULL ? attest->publisher
                                  : "{\"kind\":\"GitHub\",\"repository\":\"o/r\"}",
        base64((const unsigned char *)statement, strlen(statement), arena), signature,
        base64(der, (size_t)len, arena),
        attest->integrated != NULL ? attest->integrated : "\"1735689601\"");
    OPENSSL_free(der);
    X509_free(x509);
    EVP_PKEY_free(key);
    return bundle;
}

const char *attest_document(const char *const *bundles, size_t count, struct arena *arena)
{
    const char *all = "";

    for (size_t i = 0; i < count; i++)
        all = arena_printf(arena, "%s%s%s", all, i > 0 ? "," : "", bundles[i]);
    return arena_printf(arena, "{\"version\":1,\"attestation_bundles\":[%s]}", all);
}
