/*
 * The forge's REST API: the repositories of an owner, page by page, and single repositories.
 * Bodies are handed on as they came; facts/listing reads them. Sources: contracts.md section 1.
 */
#ifndef FETCH_GITHUB_H
#define FETCH_GITHUB_H

#include "fetch/access.h"

struct github;

struct github_options {
    const char *api;     /* "https://api.github.com" */
    uint64_t timeout_ms; /* of one page; 0: 60,000 */
};

struct github_page {
    const char *url;  /* that was asked: the key under which the ETag is remembered */
    const char *body; /* NULL when not_modified */
    size_t body_len;
    const char *etag; /* NULL when the server sent none */
    bool not_modified;
    bool is_user;     /* the listing is a user's, not an organisation's */
    bool last;        /* no further page follows */
    const char *next; /* the next page's URL; NULL when last (a page that was not modified also
                         needs its next: hand it in, see below) */
};
/* Once per page; page is NULL when err says what happened, and then no more pages come. */
typedef void github_page_done(const struct github_page *page, const struct err *err, void *ctx);

/* What an earlier run learned of one page. Looked up by URL; returns 0 when nothing is known. */
struct github_known {
    char etag[256];
    char next[1024]; /* "" when that page was the last */
};
typedef int github_known_fn(void *ctx, const char *url, struct github_known *out);

/* Borrows who asks. */
struct github *github_new(struct access *access, const struct github_options *options);
void github_free(struct github *github);

/* All repositories of an organisation, or of a user where there is no such organisation. */
void github_list(struct github *github, const char *owner, github_known_fn *known,
                 github_page_done *done, void *ctx);
/* One repository by name; follows a rename to the numeric id. Called once. */
void github_repository(struct github *github, const char *full_name, github_page_done *done,
                       void *ctx);
/* Another document of a repository: "acme/tools/commits/SHA/pulls", with a query ("?per_page=100")
   or
   "". Its first page alone; called once. */
void github_document(struct github *github, const char *path, const char *query,
                     github_page_done *done, void *ctx);

#endif
