#include "fetch/access.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "fetch/access_parts.h"
#include "fetch/credential.h"
#include "net/http_headers.h"

#define MAX_WAIT_MS 900000

/* --- credentials ----------------------------------------------------------------------------- */

static struct grant *grant_new(struct access *access, const char *owner)
{
    struct grant *grant = mem_alloc(sizeof *grant);

    grant->access = access;
    grant->owner = mem_strdup(owner);
    grant->waiting_end = &grant->waiting;
    pace_init(grant);
    return grant;
}

static void grant_free(struct grant *grant)
{
    if (grant == NULL)
        return;
    free(grant->owner);
    free(grant->bearer);
    free(grant->basic);
    json_decref(grant->permissions);
    free(grant);
}

void grant_set(struct grant *grant, const char *token)
{
    free(grant->bearer);
    free(grant->basic);
    grant->bearer = token != NULL ? credential_header(NULL, token) : NULL;
    grant->basic = token != NULL ? credential_header("x-access-token", token) : NULL;
    grant->number++;
    grant->state = GRANT_GOOD;
}

/* "acme" of "acme/tools"; owners are the same in any case. */
struct grant *grant_of(struct access *access, const char *owner)
{
    struct grant *grant;

    if (access->kind != ACCESS_APP)
        return access->only;
    char *name = mem_strndup(owner, strcspn(owner, "/"));
    for (char *at = name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    HASH_FIND_STR(access->grants, name, grant);
    if (grant == NULL) {
        grant = grant_new(access, name);
        HASH_ADD_KEYPTR(hh, access->grants, grant->owner, strlen(grant->owner), grant);
    }
    free(name);
    return grant;
}

/* --- life ------------------------------------------------------------------------------------ */

struct access *access_new(struct http *http, const struct access_options *options)
{
    struct access *access = mem_alloc(sizeof *access);

    access->http = http;
    access->loop = options->loop;
    access->api = mem_strndup(options->api, text_without_slashes(options->api));
    access->app = options->app;
    access->max_wait_ms = options->max_wait_ms != 0 ? options->max_wait_ms : MAX_WAIT_MS;
    access->kind = options->app != NULL     ? ACCESS_APP
                   : options->token != NULL ? ACCESS_TOKEN
                                            : ACCESS_NOBODY;
    if (access->kind == ACCESS_APP)
        return access;
    access->only = grant_new(access, "");
    access->only->good_until = UINT64_MAX;
    grant_set(access->only, options->token);
    return access;
}

void access_free(struct access *access)
{
    struct grant *grant, *next;

    if (access == NULL)
        return;
    HASH_ITER(hh, access->grants, grant, next)
    {
        HASH_DEL(access->grants, grant);
        grant_free(grant);
    }
    grant_free(access->only);
    free(access->api);
    free(access);
}

enum access_kind access_kind(const struct access *access)
{
    return access->kind;
}

/* --- one request ----------------------------------------------------------------------------- */

static void letter_free(struct letter *letter)
{
    arena_release(&letter->arena);
    free(letter);
}

void letter_fail(struct letter *letter, const struct err *err)
{
    struct http_headers none;
    struct http_answer answer = {.url = letter->request.url, .err = *err, .headers = &none};

    http_headers_init(&none);
    buf_init(&answer.body, 0);
    letter->done(&answer, letter->ctx);
    http_headers_release(&none);
    letter_free(letter);
}

static void on_lost(void *ctx)
{
    struct letter *letter = ctx;
    struct err err = letter->grant->err;

    letter_fail(letter, &err);
}

static void deliver(struct letter *letter);

/* Whether a new token may help: once for each token, and not when the last new one did not. */
static bool may_help(struct letter *letter)
{
    struct grant *grant = letter->grant;
    bool current = letter->number == grant->number;

    if (letter->access->kind != ACCESS_APP || grant->absent)
        return false;
    if (letter->again) {
        grant->vain = grant->vain || current;
        return false;
    }
    if (current && grant->vain)
        return false;
    if (current && grant->state == GRANT_GOOD)
        grant->state = GRANT_NONE;
    return true;
}

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct letter *letter = ctx;

    pace_heed(letter, answer);
    if (answer->status == 401 && may_help(letter)) {
        letter->again = true;
        deliver(letter);
        return;
    }
    letter->done(answer, letter->ctx);
    letter_free(letter);
}

void letter_send(struct letter *letter)
{
    const struct grant *grant = letter->grant;

    letter->number = grant->number;
    letter->request.authorization = letter->service == ACCESS_GIT ? grant->basic : grant->bearer;
    http_send(letter->access->http, &letter->request, on_answer, letter);
}

static void wait_for(struct grant *grant, struct letter *letter)
{
    letter->next = NULL;
    *grant->waiting_end = letter;
    grant->waiting_end = &letter->next;
    if (grant->state != GRANT_MAKING) {
        grant->state = GRANT_MAKING;
        grant_make(grant);
    }
}

static void deliver(struct letter *letter)
{
    struct grant *grant = letter->grant;

    if (grant->state == GRANT_LOST && !(grant->absent && letter->service == ACCESS_GIT))
        loop_defer(letter->access->loop, on_lost, letter);
    else if (grant->state == GRANT_LOST ||
             (grant->state == GRANT_GOOD && clock_monotonic_ms() < grant->good_until))
        pace_letter(letter);
    else
        wait_for(grant, letter);
}

void grant_settle(struct grant *grant, const struct err *err)
{
    struct letter *letter = grant->waiting, *next;

    grant->waiting = NULL;
    grant->waiting_end = &grant->waiting;
    for (; letter != NULL; letter = next) {
        next = letter->next;
        if (err == NULL || (grant->absent && letter->service == ACCESS_GIT))
            pace_letter(letter);
        else
            letter_fail(letter, err);
    }
}

static void copy_request(struct letter *letter, const struct http_request *given)
{
    struct http_request *request = &letter->request;
    struct arena *arena = &letter->arena;
    size_t count = 0;

    *request = *given;
    request->url = arena_strdup(arena, given->url);
    request->what = given->what != NULL ? arena_strdup(arena, given->what) : NULL;
    if (given->body != NULL)
        request->body = arena_strndup(arena, given->body, given->body_len);
    while (given->headers != NULL && given->headers[count] != NULL)
        count++;
    const char **headers = arena_array(arena, count + 1, sizeof *headers);
    for (size_t i = 0; i < count; i++)
        headers[i] = arena_strdup(arena, given->headers[i]);
    request->headers = headers;
}

void access_send(struct access *access, const char *owner, enum access_service service,
                 const struct http_request *request, http_done *done, void *ctx)
{
    struct grant *grant = grant_of(access, owner);

    if (service == ACCESS_GIT && access->kind != ACCESS_APP) { /* nothing will become of it here */
        struct http_request whole = *request;
        whole.authorization = grant->basic;
        http_send(access->http, &whole, done, ctx);
        return;
    }
    struct letter *letter = mem_alloc(sizeof *letter);
    letter->access = access;
    letter->grant = grant;
    letter->service = service;
    letter->done = done;
    letter->ctx = ctx;
    copy_request(letter, request);
    deliver(letter);
}
