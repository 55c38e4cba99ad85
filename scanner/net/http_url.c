#include "net/http_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "net/http.h"

struct parts {
    CURLU *url;
    char *scheme, *host, *port;
};

static void parts_release(struct parts *parts)
{
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_url_cleanup(parts->url);
}

/* Splits an http(s) URL without a user name; release the parts in any case. */
static int parts_read(struct parts *parts, const char *text)
{
    *parts = (struct parts){.url = curl_url()};
    if (parts->url == NULL ||
        curl_url_set(parts->url, CURLUPART_URL, text, CURLU_DISALLOW_USER) != CURLUE_OK ||
        curl_url_get(parts->url, CURLUPART_SCHEME, &parts->scheme, 0) != CURLUE_OK ||
        curl_url_get(parts->url, CURLUPART_HOST, &parts->host, 0) != CURLUE_OK ||
        curl_url_get(parts->url, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return -1;
    return strcmp(parts->scheme, "https") == 0 || strcmp(parts->scheme, "http") == 0 ? 0 : -1;
}

static bool is_loopback(const char *host)
{
    struct in_addr address;

    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
        return true;
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

int http_origin(const char *url, char *out, size_t size)
{
    struct parts parts;
    int result = parts_read(&parts, url);

    if (result == 0) {
        int n = snprintf(out, size, "%s://%s:%s", parts.scheme, parts.host, parts.port);
        result = n > 0 && (size_t)n < size ? 0 : -1;
        for (char *c = out; result == 0 && *c != '\0'; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
    }
    parts_release(&parts);
    return result;
}

int http_check_url(const char *url, bool allow_http, struct err *err)
{
    struct parts parts;
    int result = parts_read(&parts, url);

    if (result != 0)
        err_set(err, REASON_USAGE, "\"%.200s\" is not an http(s) URL without a user name", url);
    else if (!allow_http && strcmp(parts.scheme, "http") == 0 && !is_loopback(parts.host))
        result =
            err_set(err, REASON_USAGE,
                    "\"%.200s\" is not https, and not on this machine (see --allow-http)", url);
    parts_release(&parts);
    return result;
}

bool http_url_is_loopback(const char *url)
{
    struct parts parts;
    bool result = parts_read(&parts, url) == 0 && is_loopback(parts.host);

    parts_release(&parts);
    return result;
}

char *http_url_join(const char *base, const char *location)
{
    CURLU *url = curl_url();
    char *joined = NULL, *copy = NULL;
    struct parts parts;

    if (url != NULL && curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK &&
        curl_url_set(url, CURLUPART_URL, location, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_URL, &joined, 0) == CURLUE_OK) {
        if (parts_read(&parts, joined) == 0)
            copy = mem_strdup(joined);
        parts_release(&parts);
    }
    curl_free(joined);
    curl_url_cleanup(url);
    return copy;
}

int http_url_add_segment(struct buf *url, const char *segment)
{
    char *escaped = curl_easy_escape(NULL, segment, 0);
    /* curl leaves "." and ".." alone, and they would climb. */
    bool dots = strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0;
    int result = escaped == NULL || dots || *segment == '\0' ? -1 : buf_addf(url, "/%s", escaped);

    curl_free(escaped);
    return result;
}
