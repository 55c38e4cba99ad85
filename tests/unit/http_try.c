#include "http_try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void try_start(struct http_try *try, struct http_options options)
{
    struct err err;

    options.user_agent = "fleetdrift/test";
    if (options.retry_base_ms == 0)
        options.retry_base_ms = 1;
    if (options.stall_timeout_ms == 0)
        options.stall_timeout_ms = 5000;
    if (loop_new(&try->loop, &err) != 0 || http_new(try->loop, &options, &try->http, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
}

void try_stop(struct http_try *try)
{
    http_free(try->http);
    loop_free(try->loop);
}

static void on_done(struct http_answer *answer, void *ctx)
{
    struct outcome *outcome = ctx;
    const char *header = http_header(answer, "x-test");

    outcome->calls++;
    outcome->attempts = answer->attempts;
    outcome->status = answer->status;
    outcome->err = answer->err;
    snprintf(outcome->url, sizeof outcome->url, "%s", answer->url);
    snprintf(outcome->header, sizeof outcome->header, "%s", header != NULL ? header : "");
    outcome->len = answer->body.len;
    outcome->body = buf_detach(&answer->body);
}

void try_send(struct http_try *try, const struct http_request *request, struct outcome *outcome)
{
    struct http_request named = *request;

    *outcome = (struct outcome){0};
    if (named.what == NULL)
        named.what = "acme/tools";
    http_send(try->http, &named, on_done, outcome);
}

void try_one(struct http_try *try, const struct http_request *request, struct outcome *outcome)
{
    try_send(try, request, outcome);
    loop_run(try->loop);
}

void outcome_release(struct outcome *outcome)
{
    free(outcome->body);
    outcome->body = NULL;
}

const char *try_url(const char *base, const char *path)
{
    static char urls[8][512];
    static unsigned next;
    char *url = urls[next++ % 8];

    snprintf(url, sizeof urls[0], "%s%s", base, path);
    return url;
}
