/*
 * Who we are to the forge: nobody, the bearer of a token, or a GitHub App, which is another to each
 * owner. Everything that is asked of the forge, of its API and its git host, is sent from here.
 *
 * An App's installation is looked up once an owner, its tokens are made when they are needed, and
 * again before they end: a request that waited for its turn meanwhile does not notice. They live in
 * memory alone. A 401 makes a new one once; if that is of no use either, the answer stands.
 * Where the App is not installed git is asked without a credential, as what is public may be read;
 * the API is not asked, and the error says why. Sources: contracts.md section 1, "App tokens".
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

#endif
