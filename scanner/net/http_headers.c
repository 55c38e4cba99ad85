#include "net/http_headers.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

void http_headers_init(struct http_headers *headers)
{
    buf_init(&headers->lines, HTTP_HEADERS_MAX);
}

void http_headers_release(struct http_headers *headers)
{
    buf_release(&headers->lines);
}

int http_headers_add(struct http_headers *headers, const char *line, size_t len)
{
    const char *end = line + len, *colon = memchr(line, ':', len);

    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buf_reset(&headers->lines);
        return 0;
    }
    if (colon == NULL || colon == line || memchr(line, '\0', len) != NULL || *line == ' ' ||
        *line == '\t')
        return 0;
    const char *value = colon + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && strchr(" \t\r\n", end[-1]) != NULL)
        end--;
    if (buf_add(&headers->lines, line, (size_t)(colon - line)) != 0 ||
        buf_add(&headers->lines, "", 1) != 0)
        return -1;
    size_t at = headers->lines.len;
    if (buf_add(&headers->lines, value, (size_t)(end - value)) != 0 ||
        buf_add(&headers->lines, "", 1) != 0)
        return -1;
    log_redact(headers->lines.data + at); /* some are remembered, and one may echo our credential */
    return 0;
}

const char *http_headers_get(const struct http_headers *headers, const char *name)
{
    const char *at = buf_str(&headers->lines), *end = at + headers->lines.len;

    while (at < end) {
        const char *value = at + strlen(at) + 1;
        if (strcasecmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

int64_t http_headers_date(const struct http_headers *headers)
{
    const char *text = http_headers_get(headers, "Date");
    struct tm tm = {0};

    if (text == NULL || strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) == NULL)
        return CLOCK_UNKNOWN;
    return (int64_t)timegm(&tm);
}

int64_t http_headers_now(const struct http_headers *headers)
{
    int64_t theirs = http_headers_date(headers);

    return theirs != CLOCK_UNKNOWN ? theirs : clock_now();
}
