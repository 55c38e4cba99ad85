#include "fetch/access_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/http_headers.h"
#include "net/http_url.h"

/* Where the App is installed, and the tokens of that installation. */

#define ANSWER_BYTES ((size_t)1 << 20)
#define URL_MAX      4096
#define RETRIES      3
#define SKEW_S       20     /* less does not spoil a signature */
#define STALE_MS     300000 /* a request may have waited for longer than its signature holds */
#define TOKEN_BYTES  4096
#define EARLY_MS     UINT64_C(300000) /* a token is renewed so long before its end, at most */
#define EARLY_PART   12               /* and in this part of its life */

static void find(struct grant *grant);
static void make(struct grant *grant);

static const char *app_of(const struct grant *grant)
{
    return appkey_id(grant->access->app);
}

/* --- ends ------------------------------------------------------------------------------------ */

/* What passes may be better for the next request; all else will not be in this run. */
static bool will_pass(const struct err *err)
{
    switch (err->reason) {
    case REASON_UNAUTHORIZED:
    case REASON_FORBIDDEN:
    case REASON_BLOCKED:
    case REASON_NOT_FOUND:
    case REASON_BAD_ANSWER:
        return false;
    default:
        return true;
    }
}

static void give_up(struct grant *grant, const struct err *err)
{
    grant->err = *err;
    grant->state = will_pass(err) ? GRANT_NONE : GRANT_LOST;
    if (grant->state == GRANT_LOST)
        log_warning("%s", err->text);
    grant_settle(grant, err);
}

static void refuse_key(struct grant *grant, const struct err *err)
{
    struct err why;

    err_set(&why, REASON_UNAUTHORIZED,
            "GitHub App %s: the forge refuses what its key signed: is it this App's key, and not "
            "revoked? %.280s",
            app_of(grant), err->text);
    give_up(grant, &why);
}

/* --- a request that the key signs ------------------------------------------------------------ */

static void send_signed(struct grant *grant, enum http_method method, char *url, http_done *done)
{
    struct access *access = grant->access;
    const char *const headers[] = {"Accept: application/vnd.github+json",
                                   "X-GitHub-Api-Version: 2022-11-28", NULL};
    char *token = appkey_sign(access->app, clock_now() + access->ahead);
    char *authorization = mem_printf("Bearer %s", token);

    grant->signed_ahead = access->ahead;
    grant->signed_ms = clock_monotonic_ms();
    http_send(access->http,
              &(struct http_request){
                  .method = method,
                  .url = url,
                  .headers = headers,
                  .authorization = authorization,
                  .body = method == HTTP_POST ? "" : NULL,
                  .max_bytes = ANSWER_BYTES,
                  .retries = RETRIES,
                  .what = "the GitHub App's installation",
              },
              done, grant);
    free(authorization);
    free(token);
    free(url);
}

/* Its clock counts: a signature of ours that is from its future, or too old, is none. True: signed
   by that clock another attempt is worth its while. */
static bool heed_clock(struct grant *grant, const struct http_answer *answer)
{
    struct access *access = grant->access;
    int64_t theirs = answer->status != 0 ? http_headers_date(answer->headers) : CLOCK_UNKNOWN;

    if (theirs == CLOCK_UNKNOWN)
        return false;
    access->ahead = theirs - clock_now();
    int64_t off = access->ahead - grant->signed_ahead;
    bool skewed = off > SKEW_S || off < -SKEW_S;
    bool stale = clock_monotonic_ms() - grant->signed_ms > STALE_MS;
    if (answer->status != 401 || !(skewed || stale) || grant->signed_again)
        return false;
    grant->signed_again = true;
    if (!skewed)
        return true;
    log_warning("this machine's clock is %" PRId64
                " seconds %s the forge's: GitHub App %s signs by the latter; set the clock (NTP)",
                access->ahead < 0 ? -access->ahead : access->ahead,
                access->ahead < 0 ? "ahead of" : "behind", app_of(grant));
    return true;
}

/* --- where it is installed ------------------------------------------------------------------- */

static void not_installed(struct grant *grant)
{
    struct err err;

    grant->absent = true;
    err_set(&err, REASON_FORBIDDEN,
            "GitHub App %s is not installed for %s: install it there, or use a token",
            app_of(grant), grant->owner);
    give_up(grant, &err);
}

static int read_installation(struct grant *grant, const struct http_answer *answer, struct err *err)
{
    json_t *document = json_loadb(buf_str(&answer->body), answer->body.len, 0, NULL);
    json_int_t id = json_integer_value(json_object_get(document, "id"));
    bool suspended = json_is_string(json_object_get(document, "suspended_at"));

    json_decref(document);
    if (id <= 0)
        return err_set(err, REASON_BAD_ANSWER, "%s names no installation of GitHub App %s",
                       answer->url, app_of(grant));
    if (suspended)
        return err_set(err, REASON_FORBIDDEN, "GitHub App %s: its installation for %s is suspended",
                       app_of(grant), grant->owner);
    grant->installation = id;
    return 0;
}

static void on_found(struct http_answer *answer, void *ctx)
{
    struct grant *grant = ctx;
    struct err err = {0};

    if (heed_clock(grant, answer)) {
        find(grant);
    } else if (answer->status == 404 && !grant->as_user) {
        grant->as_user = true;
        find(grant);
    } else if (answer->status == 404) {
        not_installed(grant);
    } else if (http_check(answer, "the GitHub App's installation", &err) != 0) {
        if (err.reason == REASON_UNAUTHORIZED)
            refuse_key(grant, &err);
        else
            give_up(grant, &err);
    } else if (read_installation(grant, answer, &err) != 0) {
        give_up(grant, &err);
    } else {
        make(grant);
    }
}

static void find(struct grant *grant)
{
    struct buf url = BUF_INIT(URL_MAX);

    if (buf_addf(&url, "%s/%s", grant->access->api, grant->as_user ? "users" : "orgs") != 0 ||
        http_url_add_segment(&url, grant->owner) != 0 || buf_addstr(&url, "/installation") != 0)
        buf_reset(&url); /* which http_send() refuses */
    send_signed(grant, HTTP_GET, buf_detach(&url), on_found);
}

/* --- its tokens ------------------------------------------------------------------------------ */

static bool is_token(const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0;

    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return len > 0 && len <= TOKEN_BYTES;
}

/* By its clock, as the time that is left: ours may be wrong. */
static int read_end(struct grant *grant, const struct http_answer *answer, const char *expires,
                    struct err *err)
{
    int64_t end, now = http_headers_now(answer->headers);

    if (expires == NULL || clock_parse(expires, &end, NULL) != 0 || end <= now)
        return err_set(err, REASON_BAD_ANSWER, "%s gives a token that ends at \"%.40s\"",
                       answer->url, expires != NULL ? expires : "");
    uint64_t life_ms = (uint64_t)(end - now) * 1000, early_ms = life_ms / EARLY_PART;
    grant->good_until =
        clock_monotonic_ms() + life_ms - (early_ms < EARLY_MS ? early_ms : EARLY_MS);
    return 0;
}

static int read_token(struct grant *grant, const struct http_answer *answer, struct err *err)
{
    json_t *document = json_loadb(buf_str(&answer->body), answer->body.len, 0, NULL);
    const char *token = json_string_value(json_object_get(document, "token"));
    const char *expires = json_string_value(json_object_get(document, "expires_at"));
    int result = is_token(token)
                     ? read_end(grant, answer, expires, err)
                     : err_set(err, REASON_BAD_ANSWER, "%s gives no token", answer->url);

    if (result == 0) {
        const char *which = json_string_value(json_object_get(document, "repository_selection"));
        grant_set(grant, token);
        json_decref(grant->permissions);
        grant->permissions = json_incref(json_object_get(document, "permissions"));
        grant->all = which != NULL && strcmp(which, "all") == 0;
    }
    json_decref(document);
    return result;
}

static void on_made(struct http_answer *answer, void *ctx)
{
    struct grant *grant = ctx;
    struct err err = {0};

    if (heed_clock(grant, answer)) {
        make(grant);
    } else if (http_check(answer, "the GitHub App's token", &err) != 0) {
        if (err.reason == REASON_UNAUTHORIZED)
            refuse_key(grant, &err);
        else
            give_up(grant, &err);
    } else if (read_token(grant, answer, &err) != 0) {
        give_up(grant, &err);
    } else {
        grant->vain = false;
        grant_settle(grant, NULL);
    }
}

static void make(struct grant *grant)
{
    send_signed(grant, HTTP_POST,
                mem_printf("%s/app/installations/%" PRId64 "/access_tokens", grant->access->api,
                           grant->installation),
                on_made);
}

void grant_make(struct grant *grant)
{
    grant->signed_again = false;
    if (grant->installation != 0)
        make(grant);
    else
        find(grant);
}

/* --- what they may --------------------------------------------------------------------------- */

const char *access_may(struct access *access, const char *owner, const char *permission)
{
    return json_string_value(json_object_get(grant_of(access, owner)->permissions, permission));
}

bool access_sees_all(struct access *access, const char *owner)
{
    return grant_of(access, owner)->all;
}
