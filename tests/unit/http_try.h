/* One client on one loop for a test, and what became of its requests. */
#ifndef TESTS_HTTP_TRY_H
#define TESTS_HTTP_TRY_H

#include "net/http.h"

struct http_try {
    struct loop *loop;
    struct http *http;
};

struct outcome {
    unsigned calls, attempts;
    long status;
    struct err err;
    char url[256], header[128]; /* of that name: X-Test */
    char *body;
    size_t len;
};

/* Impatient: waits of milliseconds. What `options` sets remains. */
void try_start(struct http_try *try, struct http_options options);
void try_stop(struct http_try *try);
/* Sends; the outcome is there after loop_run(). */
void try_send(struct http_try *try, const struct http_request *request, struct outcome *outcome);
/* Sends one request and runs the loop until nothing is left. */
void try_one(struct http_try *try, const struct http_request *request, struct outcome *outcome);
void outcome_release(struct outcome *outcome);

/* BASE and PATH in a buffer that the next calls reuse. */
const char *try_url(const char *base, const char *path);

#endif
