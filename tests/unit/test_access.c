#include "fetch/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http_try.h"
#include "server.h"

#define NOW     INT64_C(1790000000)
#define WHERE   "GET /api/v3/orgs/acme/installation "
#define TOKEN   "POST /api/v3/app/installations/7/access_tokens "
#define GIT     "GET /acme/tools.git "
#define FOUND   "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":7}"
#define GOOD    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define NONE    "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"
#define REFUSED "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno"

static EVP_PKEY *pair;

/* The PEM of a key; the caller frees. */
static char *write_key(EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;

    assert_int_equal(
        PEM_write_bio_PrivateKey(bio, key, cipher, (const unsigned char *)"secret", 6, NULL, NULL),
        1);
    long len = BIO_get_mem_data(bio, &data);
    char *pem = mem_strndup(data, (size_t)len);
    BIO_free(bio);
    return pem;
}

static struct appkey *make_app(void)
{
    struct appkey *app = NULL;
    struct err err = {0};
    char *pem = write_key(pair, NULL);

    assert_int_equal(appkey_new("4242", pem, strlen(pem), "key", &app, &err), 0);
    free(pem);
    return app;
}

/* --- the key --------------------------------------------------------------------------------- */

/* Of base64url without padding, into out; its length. */
static size_t decode(const char *text, size_t len, unsigned char *out)
{
    char *padded = mem_printf("%.*s%s", (int)len, text, &"==="[3 - (4 - len % 4) % 4]);

    for (char *at = padded; *at != '\0'; at++)
        *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
    int n = EVP_DecodeBlock(out, (const unsigned char *)padded, (int)strlen(padded));
    assert_true(n > 0);
    free(padded);
    return (size_t)n - (4 - len % 4) % 4;
}

static void test_signature(void **state)
{
    unsigned char bytes[1024];
    struct appkey *app = make_app();
    char *token = appkey_sign(app, NOW);
    const char *first = strchr(token, '.'), *second = strchr(first + 1, '.');
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    (void)state;
    bytes[decode(token, (size_t)(first - token), bytes)] = '\0';
    assert_string_equal((char *)bytes, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    bytes[decode(first + 1, (size_t)(second - first - 1), bytes)] = '\0';
    assert_string_equal((char *)bytes, "{\"iat\":1789999940,\"exp\":1790000540,\"iss\":\"4242\"}");
    size_t len = decode(second + 1, strlen(second + 1), bytes);
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pair), 1);
    assert_int_equal(
        EVP_DigestVerify(ctx, bytes, len, (const unsigned char *)token, (size_t)(second - token)),
        1);
    EVP_MD_CTX_free(ctx);
    free(token);
    appkey_free(app);
}

static void refuse(const char *pem, const char *said)
{
    struct appkey *app = NULL;
    struct err err = {0};

    assert_int_equal(appkey_new("1", pem, strlen(pem), "app.pem", &app, &err), -1);
    assert_int_equal(err.reason, REASON_USAGE);
    assert_non_null(strstr(err.text, said));
    assert_null(app);
}

static void test_keys_that_are_none(void **state)
{
    EVP_PKEY *curve = EVP_EC_gen("P-256"), *weak = EVP_RSA_gen(512);
    char *elliptic = write_key(curve, NULL), *encrypted = write_key(pair, EVP_aes_128_cbc());
    char *small = write_key(weak, NULL);

    (void)state;
    refuse("", "holds no private key");
    refuse("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
           "holds no private key");
    refuse(elliptic, "not RSA");
    refuse(encrypted, "is encrypted");
    refuse(small, "512 bits");
    free(elliptic);
    free(encrypted);
    free(small);
    EVP_PKEY_free(curve);
    EVP_PKEY_free(weak);
}

/* --- requests -------------------------------------------------------------------------------- */

struct tally {
    unsigned calls, good, refused;
    struct err err;
};

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct tally *tally = ctx;

    tally->calls++;
    tally->good += answer->status == 200;
    tally->refused += answer->status == 401;
    if (answer->err.reason != REASON_NONE)
        tally->err = answer->err;
}

/* An answer that gives a token for an hour. */
static char *token_answer(char out[512], const char *token, int64_t seconds)
{
    char ends[CLOCK_TEXT], body[256];

    clock_format(clock_now() + seconds, ends);
    snprintf(body, sizeof body, "{\"token\":\"%s\",\"expires_at\":\"%s\"}", token, ends);
    snprintf(out, 512, "HTTP/1.1 201 Made\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    return out;
}

/* Sends `count` requests at once as the App; the server's requests are for the caller to look at.
 */
static struct server *send(struct server_route *routes, unsigned count, unsigned times,
                           struct tally *tally)
{
    struct server *server = server_start(routes, false);
    struct appkey *app = make_app();
    struct http_try try;

    try_start(&try, (struct http_options){0});
    char *api = mem_strdup(try_url(server_url(server), "/api/v3"));
    struct access *who =
        access_new(try.http, &(struct access_options){.loop = try.loop, .api = api, .app = app});
    assert_int_equal(access_kind(who), ACCESS_APP);
    *tally = (struct tally){0};
    for (unsigned i = 0; i < count * times; i++) {
        access_send(who, i % 2 ? "acme/tools" : "Acme", i % 2 ? ACCESS_GIT : ACCESS_REST,
                    &(struct http_request){.url = try_url(server_url(server), "/acme/tools.git")},
                    on_answer, tally);
        assert_int_equal(tally->calls, i / count * count);
        if ((i + 1) % count == 0)
            loop_run(try.loop);
    }
    assert_int_equal(tally->calls, count * times);
    access_free(who);
    try_stop(&try);
    appkey_free(app);
    free(api);
    return server;
}

static unsigned count_requests(struct server *server, const char *start)
{
    unsigned count = 0;

    for (unsigned i = 0; i < server_requests(server); i++)
        count += strncmp(server_request(server, i), start, strlen(start)) == 0;
    return count;
}

/* Whoever asks first finds the installation and makes the token; all others wait for it. */
static void test_one_token_for_all(void **state)
{
    char made[512];
    struct server_route routes[] = {
        {WHERE, FOUND}, {TOKEN, token_answer(made, "ghs_first000000", 3600)}, {GIT, GOOD}, {0}};
    struct tally tally;

    (void)state;
    struct server *server = send(routes, 6, 2, &tally);
    assert_int_equal(tally.good, 12);
    assert_int_equal(server_requests(server), 2 + 12);
    assert_non_null(strstr(server_request(server, 0), "\r\nAuthorization: Bearer eyJ"));
    assert_non_null(strstr(server_request(server, 1), "\r\nAuthorization: Bearer eyJ"));
    unsigned basic = 0, bearer = 0;
    for (unsigned i = 2; i < server_requests(server); i++) {
        bearer += strstr(server_request(server, i), ": Bearer ghs_first000000\r\n") != NULL;
        basic += strstr(server_request(server, i),
                        ": Basic eC1hY2Nlc3MtdG9rZW46Z2hzX2ZpcnN0MDAwMDAw\r\n") != NULL;
    }
    assert_int_equal(bearer, 6);
    assert_int_equal(basic, 6);
    server_stop(server);
}

/* A token that ends is renewed before; here each is over when the next request comes. */
static void test_renewed(void **state)
{
    char first[512], second[512];
    struct server_route routes[] = {{WHERE, FOUND},
                                    {TOKEN, token_answer(first, "ghs_first000000", 1), .times = 1},
                                    {TOKEN, token_answer(second, "ghs_second00000", 3600)},
                                    {GIT, GOOD, .delay_ms = 1100},
                                    {0}};
    struct tally tally;

    (void)state;
    struct server *server = send(routes, 1, 3, &tally);
    assert_int_equal(tally.good, 3);
    assert_int_equal(count_requests(server, WHERE), 1);
    assert_int_equal(count_requests(server, TOKEN), 2);
    server_stop(server);
}

/* Of many requests that are refused together one makes a new token; where that is refused, too, it
   is not the token's fault, and no other one is made. */
static void test_refused(void **state)
{
    char made[512];
    struct server_route once[] = {{WHERE, FOUND},
                                  {TOKEN, token_answer(made, "ghs_first000000", 3600), .times = 1},
                                  {TOKEN, made, .delay_ms = 500},
                                  {GIT, REFUSED, .times = 4},
                                  {GIT, GOOD},
                                  {0}};
    struct server_route always[] = {{WHERE, FOUND}, {TOKEN, made}, {GIT, REFUSED}, {0}};
    struct tally tally;

    (void)state;
    struct server *server = send(once, 4, 1, &tally);
    assert_int_equal(tally.good, 4);
    assert_int_equal(count_requests(server, TOKEN), 2);
    server_stop(server);
    server = send(always, 4, 3, &tally);
    assert_int_equal(tally.refused, 12);
    assert_int_equal(count_requests(server, TOKEN), 2);
    server_stop(server);
}

/* Not installed: git is asked as nobody, the API is not, and neither asks again. */
static void test_absent(void **state)
{
    struct server_route routes[] = {{GIT, GOOD}, {"GET /api/v3/", NONE}, {0}};
    struct tally tally;

    (void)state;
    struct server *server = send(routes, 2, 3, &tally);
    assert_int_equal(tally.good, 3);
    assert_int_equal(tally.err.reason, REASON_FORBIDDEN);
    assert_int_equal(server_requests(server), 2 + 3);
    assert_null(strstr(server_request(server, 4), "Authorization"));
    server_stop(server);
}

static int setup(void **state)
{
    (void)state;
    pair = EVP_RSA_gen(2048);
    return pair == NULL;
}

static int teardown(void **state)
{
    (void)state;
    EVP_PKEY_free(pair);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature),         cmocka_unit_test(test_keys_that_are_none),
        cmocka_unit_test(test_one_token_for_all), cmocka_unit_test(test_renewed),
        cmocka_unit_test(test_refused),           cmocka_unit_test(test_absent),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
