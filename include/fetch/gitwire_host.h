/*
 * The git host as seen over HTTP: its addresses, and what its refusals mean. For fetch/gitwire
 * only.
 */
#ifndef FETCH_GITWIRE_HOST_H
#define FETCH_GITWIRE_HOST_H

#include "net/http.h"

struct gitwire_host {
    char *base; /* "https://github.com", without a slash at its end */
    bool known; /* we ask as somebody */
};

int gitwire_host_init(struct gitwire_host *host, const char *base, bool known, struct err *err);
void gitwire_host_release(struct gitwire_host *host);

/* BASE/OWNER/NAME.git/SERVICE; whatever stands in the name stays in the path. The caller frees. */
char *gitwire_host_url(const struct gitwire_host *host, const char *repository,
                       const char *service);
/* The OWNER/NAME that a redirect leads to, on this host only; the caller frees. `location` may be
   NULL. */
int gitwire_host_moved(const struct gitwire_host *host, const char *location, char **repository,
                       struct err *err);
/* Sets err for an answer of status 400 and above. */
void gitwire_host_refusal(const struct gitwire_host *host, const struct http_answer *answer,
                          struct err *err);
/* Whether this is the advertisement of a server that speaks git, not of a file server. */
int gitwire_host_smart(const struct http_answer *answer, struct err *err);

#endif
