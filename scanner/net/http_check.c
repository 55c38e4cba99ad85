#include "net/http.h"

#include <string.h>

#include "net/http_headers.h"
#include "net/retry.h"

#define MESSAGE_MAX 200

const char *http_header(const struct http_answer *answer, const char *name)
{
    return http_headers_get(answer->headers, name);
}

/* The "message" of a JSON refusal, only to be shown; "" when there is none. */
static void read_message(const struct buf *body, char out[MESSAGE_MAX])
{
    static const char key[] = "\"message\"";
    const char *at = strstr(buf_str(body), key);
    size_t len = 0;

    out[0] = '\0';
    if (at == NULL)
        return;
    at += sizeof key - 1;
    at += strspn(at, " \t\r\n:");
    if (*at++ != '"')
        return;
    while (*at != '\0' && *at != '"' && len < MESSAGE_MAX - 3) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        out[len++] = *at++;
    }
    out[len] = '\0';
}

static bool is_limit(const struct http_answer *answer)
{
    struct retry_case refused = {
        .status = answer->status,
        .retry_after = http_header(answer, "Retry-After"),
        .remaining = http_header(answer, "X-RateLimit-Remaining"),
        .reset = http_header(answer, "X-RateLimit-Reset"),
        .body = buf_str(&answer->body),
        .now = http_headers_now(answer->headers),
    };

    return retry_judge(&refused).limited;
}

static enum reason reason_of(const struct http_answer *answer)
{
    switch (answer->status) {
    case 401:
        return REASON_UNAUTHORIZED;
    case 403:
        if (is_limit(answer))
            return REASON_RATE_LIMITED;
        return strstr(buf_str(&answer->body), "\"block\"") != NULL ? REASON_BLOCKED
                                                                   : REASON_FORBIDDEN;
    case 404:
    case 410:
        return REASON_NOT_FOUND;
    case 429:
        return REASON_RATE_LIMITED;
    case 451:
        return REASON_BLOCKED;
    default:
        return answer->status / 100 == 3 ? REASON_REDIRECT : REASON_HTTP;
    }
}

int http_check(const struct http_answer *answer, const char *what, struct err *err)
{
    char message[MESSAGE_MAX];

    if (answer->err.reason != REASON_NONE) {
        *err = answer->err;
        return -1;
    }
    if ((answer->status >= 200 && answer->status < 300) || answer->status == 304)
        return 0;
    enum reason reason = reason_of(answer);
    const char *needs = http_header(answer, "X-Accepted-GitHub-Permissions");
    read_message(&answer->body, message);
    return err_set(err, reason, "%s: %s answered %ld%s%s%s%s (%s)", what, answer->url,
                   answer->status, message[0] != '\0' ? ", " : "", message,
                   reason == REASON_FORBIDDEN && needs != NULL ? "; needed: " : "",
                   reason == REASON_FORBIDDEN && needs != NULL ? needs : "",
                   reason_meaning(reason));
}
