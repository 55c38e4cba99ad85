#include "net/http_parts.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define REFUSAL_MAX    ((size_t)1 << 20)
#define ERROR_BODY_MAX ((size_t)64 << 10)

static bool is_success(const struct http_transfer *transfer)
{
    return transfer->status >= 200 && transfer->status < 300;
}

/* The number of a status line, 0 when it is none. */
static long status_of(const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);

    if (len < 5 || memcmp(line, "HTTP/", 5) != 0 || space == NULL || line + len - space < 4)
        return 0;
    long status = 0;
    for (int i = 1; i <= 3; i++) {
        if (space[i] < '0' || space[i] > '9')
            return 0;
        status = status * 10 + (space[i] - '0');
    }
    return status;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
    struct http_transfer *transfer = ctx;
    size_t len = size * count;
    long status = status_of(line, len);

    transfer->heard = clock_monotonic_ms();
    if (status != 0) {
        transfer->status = status;
        origin_answered(transfer->origin, line[5] == '2');
    }
    if (http_headers_add(&transfer->headers, line, len) != 0) {
        err_set(&transfer->fault, REASON_TOO_LARGE, "the answer's header is larger than %d bytes",
                HTTP_HEADERS_MAX);
        return 0;
    }
    return len;
}

/* The speed of the body is measured from now on. */
static void measure(struct http_transfer *transfer)
{
    transfer->measured = transfer->heard;
    transfer->counted = transfer->received;
}

/* What an answer may be long; one that is no success is not refused for its length alone. */
static size_t ceiling(const struct http_transfer *transfer)
{
    size_t max = transfer->request.max_bytes;

    return is_success(transfer) || max > REFUSAL_MAX ? max : REFUSAL_MAX;
}

static int take_body(struct http_transfer *transfer, const char *data, size_t len)
{
    size_t max = ceiling(transfer);

    if (!is_success(transfer)) {
        size_t room = ERROR_BODY_MAX - transfer->body.len;
        if (transfer->received + len <= max)
            return buf_add(&transfer->body, data, len < room ? len : room);
    } else if (transfer->received + len <= max) {
        if (transfer->request.on_data == NULL)
            return buf_add(&transfer->body, data, len);
        transfer->streamed = true;
        int result =
            transfer->request.on_data(transfer->request.on_data_ctx, data, len, &transfer->fault);
        if (result > 0)
            measure(transfer);
        if (result >= 0)
            return 0;
        if (transfer->fault.reason == REASON_NONE)
            err_set(&transfer->fault, REASON_INTERNAL, "the answer was refused");
        return -1;
    }
    return err_set(&transfer->fault, REASON_TOO_LARGE, "the answer is larger than %zu bytes", max);
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct http_transfer *transfer = ctx;
    size_t len = size * count;

    transfer->heard = clock_monotonic_ms();
    if (transfer->measured == 0)
        measure(transfer);
    if (take_body(transfer, data, len) != 0)
        return len == 0 ? 1 : 0; /* anything but len ends the transfer */
    transfer->received += len;
    transfer->http->stats.bytes += len;
    return len;
}

static void add_line(struct http_transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->lines, line);

    if (longer == NULL)
        abort(); /* no memory */
    transfer->lines = longer;
}

static void collect_lines(struct http_transfer *transfer)
{
    const struct http_request *request = &transfer->request;

    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
        add_line(transfer, request->headers[i]);
    add_line(transfer, "Expect:"); /* a large body must not wait for "100 Continue" */
    if (request->authorization != NULL && strcmp(transfer->home, transfer->origin->name) == 0) {
        char *line = mem_printf("Authorization: %s", request->authorization);
        add_line(transfer, line);
        free(line);
    }
}

static CURLcode set_security(CURL *easy, const struct http *http, const char *url)
{
    const struct http_options *options = &http->options;
    bool https = strncmp(url, "https:", 6) == 0;
    CURLcode code;

    if ((code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, https ? "https" : "http")) != 0 ||
        (code = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https")) != 0 ||
        (code = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L)) != 0 ||
        (code = curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED)) != 0 ||
        (code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L)) != 0 ||
        (code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L)) != 0)
        return code;
    if (options->ca_file != NULL)
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file); /* and the directory */
    else if (http->trust_directory)
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    else /* curl keeps what it loaded from a bundle, unless there is a directory, too */
        code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    if (code != CURLE_OK)
        return code;
    if (http_url_is_loopback(url))
        return curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    return options->proxy != NULL ? curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy)
                                  : CURLE_OK;
}

static void set_request(CURL *easy, const struct http_transfer *transfer)
{
    const struct http_request *request = &transfer->request;

    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    /* Only looks at what is announced, and saves fetching it; on_body() counts. */
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)ceiling(transfer));
    if (request->method == HTTP_POST) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    }
}

static void set_transport(CURL *easy, struct http_transfer *transfer)
{
    const struct http_options *options = &transfer->http->options;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* never wait for a lookup's thread */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

int attempt_open(struct http_transfer *transfer)
{
    CURL *easy = curl_easy_init();
    CURLcode code =
        easy == NULL ? CURLE_FAILED_INIT : set_security(easy, transfer->http, transfer->url);

    transfer->status = 0;
    transfer->received = 0;
    transfer->measured = 0;
    transfer->uploaded = 0;
    transfer->error[0] = '\0';
    transfer->fault = (struct err){0};
    http_headers_init(&transfer->headers);
    buf_init(&transfer->body, transfer->request.max_bytes > ERROR_BODY_MAX
                                  ? transfer->request.max_bytes
                                  : ERROR_BODY_MAX);
    transfer->easy = easy;
    collect_lines(transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
    if (code != CURLE_OK)
        return err_set(&transfer->fault, REASON_INTERNAL, "the HTTP library refuses a setting: %s",
                       curl_easy_strerror(code));
    set_request(easy, transfer);
    set_transport(easy, transfer);
    return engine_add(transfer->http->engine, easy, &transfer->fault);
}

void attempt_close(struct http_transfer *transfer)
{
    if (transfer->easy != NULL) {
        engine_remove(transfer->http->engine, transfer->easy); /* harmless when it ended */
        curl_easy_cleanup(transfer->easy);
    }
    transfer->easy = NULL;
    curl_slist_free_all(transfer->lines);
    transfer->lines = NULL;
}
