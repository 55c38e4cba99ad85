/*
 * Who we are to the forge: nobody, the bearer of a token, or a GitHub App, which is another to each
 * owner. Everything that is asked of the forge, of its API and its git host, is sent from here.
 *
 * An App's installation is looked up once an owner, its tokens are made when they are needed, and
 * again before they end: a request that waited for its turn meanwhile does not notice. They live in
 * memory alone. A 401 makes a new one once; if that is of no use either, the answer stands.
 * Where the App is not installed git is asked without a credential, as what is public may be read;
 * the API is not asked, and the error says why.
 *
 * Each credential has one budget for REST and GraphQL (fetch/budget.h), read from every answer.
 * What would go beyond it waits here, or ends with REASON_RATE_LIMITED where that takes too long;
 * git goes on meanwhile. Sources: contracts.md sections 1 and 2.
 */
#ifndef FETCH_ACCESS_H
#define FETCH_ACCESS_H

#include "fetch/appkey.h"
#include "net/http.h"

enum access_kind {
    ACCESS_NOBODY,
    ACCESS_TOKEN,
    ACCESS_APP, /* a request must be about one owner */
};

enum access_service {
    ACCESS_GIT, /* knows Basic alone */
    ACCESS_REST,
    ACCESS_GRAPHQL,
};

struct access_options {
    struct loop *loop;
    const char *api;          /* "https://api.github.com": an App's tokens are made there */
    const char *token;        /* NULL: none */
    const struct appkey *app; /* goes before a token; borrowed; NULL: none */
    uint64_t max_wait_ms;     /* longest wait for what a limit leaves; 0: 900,000 */
};

struct access;

struct access *access_new(struct http *http, const struct access_options *options);
/* All that was sent must have been answered. */
void access_free(struct access *access);
enum access_kind access_kind(const struct access *access);

/* http_send() with the credential for what belongs to this owner, or is below it ("acme",
   "acme/tools"); `authorization` of the request is not used. */
void access_send(struct access *access, const char *owner, enum access_service service,
                 const struct http_request *request, http_done *done, void *ctx);

/* An answer said in its body what its headers do not: so much is left (0: the limit is reached)
   until more comes in reset_ms. */
void access_told(struct access *access, const char *owner, enum access_service service,
                 int64_t left, uint64_t reset_ms);
/* What an App's installation for that owner may do with "checks": "read", "write"; NULL: nothing,
   or no token was made yet. Borrowed until the next token. */
const char *access_may(struct access *access, const char *owner, const char *permission);
/* Whether it sees all of the owner's repositories, not selected ones. */
bool access_sees_all(struct access *access, const char *owner);
/* What waits for a budget, until when (UTC seconds); NULL: nothing does. */
const char *access_waits(const struct access *access, int64_t *until);
/* Nothing waits here any more: the end has come, and http ends it with its reason. */
void access_stop(struct access *access);

#endif
