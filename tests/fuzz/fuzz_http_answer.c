/* What is read of any answer besides its body: a status (the first three bytes), header lines up to
   an empty one, then the body of a refusal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/http.h"
#include "net/http_headers.h"
#include "net/http_url.h"
#include "net/retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *add_lines(struct http_headers *headers, const char *at, const char *end)
{
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline != NULL ? newline + 1 : end;
        if (http_headers_add(headers, at, (size_t)(next - at)) != 0 || next - at == 1)
            return next;
        at = next;
    }
    return end;
}

static void judge(const struct http_answer *answer)
{
    struct err err = {0};
    struct retry_advice advice = retry_judge(&(struct retry_case){
        .status = answer->status,
        .retry_after = http_header(answer, "Retry-After"),
        .remaining = http_header(answer, "X-RateLimit-Remaining"),
        .reset = http_header(answer, "X-RateLimit-Reset"),
        .body = buf_str(&answer->body),
        .now = 1700000000,
        .base_ms = 500,
    });

    if (advice.limited && !advice.again)
        abort();
    if (http_check(answer, "fuzz", &err) != 0 && err.reason == REASON_NONE)
        abort();
}

static void join(const struct http_answer *answer)
{
    const char *location = http_header(answer, "Location");
    char origin[HTTP_ORIGIN_MAX];
    struct err err;

    if (location == NULL)
        return;
    char *url = http_url_join("https://forge.example/a/b", location);
    if (url != NULL && http_check_url(url, true, &err) != 0)
        abort();
    if (url != NULL)
        http_origin(url, origin, sizeof origin);
    free(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    struct http_headers headers;
    struct http_answer answer = {.url = "https://forge.example/", .headers = &headers};

    if (size < 3)
        return 0;
    answer.status = (at[0] & 7) * 100 + (at[1] & 15) * 10 + (at[2] & 15);
    http_headers_init(&headers);
    buf_init(&answer.body, 1 << 20);
    at = add_lines(&headers, at + 3, end);
    if (buf_add(&answer.body, at, (size_t)(end - at)) == 0) {
        judge(&answer);
        join(&answer);
    }
    buf_release(&answer.body);
    http_headers_release(&headers);
    return 0;
}
