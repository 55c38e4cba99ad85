#include "fetch/pypi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "net/http_url.h"

#define DOCUMENT_BYTES ((size_t)64 << 20)
#define URL_MAX        4096
#define TIMEOUT_MS     120000
#define RETRIES        3

struct pypi {
    struct http *http;
    char *index;
    char origin[HTTP_ORIGIN_MAX];
    uint64_t timeout_ms;
    struct asked *asked; /* what is under way, by key */
};

struct waiter {
    pypi_done *done;
    void *ctx;
    struct waiter *next;
};

/* One request that may have several who wait for it, answered in the order of their coming. */
struct asked {
    struct pypi *pypi;
    char *key; /* "NAME ETAG" */
    char *name;
    bool conditional;
    struct waiter *first, **last;
    UT_hash_handle hh;
};

struct pypi *pypi_new(struct http *http, const struct pypi_options *options)
{
    struct pypi *pypi = mem_alloc(sizeof *pypi);
    size_t len = strlen(options->index);

    while (len > 0 && options->index[len - 1] == '/')
        len--;
    pypi->http = http;
    pypi->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : TIMEOUT_MS;
    pypi->index = mem_strndup(options->index, len);
    if (http_origin(pypi->index, pypi->origin, sizeof pypi->origin) != 0)
        pypi->origin[0] = '\0'; /* http_send() will say so */
    return pypi;
}

void pypi_free(struct pypi *pypi)
{
    if (pypi == NULL)
        return;
    free(pypi->index);
    free(pypi);
}

static void asked_free(struct asked *asked)
{
    free(asked->key);
    free(asked->name);
    free(asked);
}

static int check_answer(const struct asked *asked, const struct http_answer *answer,
                        struct err *err)
{
    char origin[HTTP_ORIGIN_MAX];

    if (answer->status != 404 && http_check(answer, asked->name, err) != 0)
        return -1;
    if (http_origin(answer->url, origin, sizeof origin) != 0 ||
        strcmp(origin, asked->pypi->origin) != 0)
        return err_set(err, REASON_REDIRECT, "%s: the index leads to %s", asked->name, answer->url);
    if (answer->status == 304 && !asked->conditional)
        return err_set(err, REASON_BAD_ANSWER,
                       "%s: the index answered 304 to an unconditional "
                       "request",
                       asked->name);
    return 0;
}

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct asked *asked = ctx;
    struct waiter *waiter;
    struct err err;
    struct pypi_document document = {
        .name = asked->name,
        .not_modified = answer->status == 304,
        .absent = answer->status == 404,
        .body = &answer->body,
        .etag = http_header(answer, "ETag"),
        .serial = http_header(answer, "X-PyPI-Last-Serial"),
    };
    int result = check_answer(asked, answer, &err);

    /* Out of the table first: a callback may ask again. */
    HASH_DEL(asked->pypi->asked, asked);
    while ((waiter = asked->first) != NULL) {
        asked->first = waiter->next;
        waiter->done(result == 0 ? &document : NULL, result == 0 ? NULL : &err, waiter->ctx);
        free(waiter);
    }
    asked_free(asked);
}

static void ask(struct asked *asked, const char *etag)
{
    struct pypi *pypi = asked->pypi;
    struct buf url = BUF_INIT(URL_MAX), condition = BUF_INIT(URL_MAX);
    const char *headers[] = {"Accept: application/json", NULL, NULL};

    if (buf_addf(&url, "%s/pypi", pypi->index) != 0 ||
        http_url_add_segment(&url, asked->name) != 0 || buf_addstr(&url, "/json") != 0)
        buf_reset(&url); /* such a name is refused by http_send(), in its turn */
    asked->conditional = etag != NULL && buf_addf(&condition, "If-None-Match: %s", etag) == 0;
    if (asked->conditional)
        headers[1] = buf_str(&condition);
    http_send(pypi->http,
              &(struct http_request){
                  .url = buf_str(&url),
                  .headers = headers,
                  .max_bytes = DOCUMENT_BYTES,
                  .timeout_ms = pypi->timeout_ms,
                  .retries = RETRIES,
                  .what = asked->name,
              },
              on_answer, asked);
    buf_release(&url);
    buf_release(&condition);
}

void pypi_get(struct pypi *pypi, const char *name, const char *etag, pypi_done *done, void *ctx)
{
    struct waiter *waiter = mem_alloc(sizeof *waiter);
    char *key = mem_printf("%s %s", name, etag != NULL ? etag : "");
    struct asked *asked;

    *waiter = (struct waiter){.done = done, .ctx = ctx};
    HASH_FIND_STR(pypi->asked, key, asked);
    if (asked != NULL) {
        free(key);
    } else {
        asked = mem_alloc(sizeof *asked);
        *asked = (struct asked){.pypi = pypi, .key = key, .name = mem_strdup(name)};
        asked->last = &asked->first;
        HASH_ADD_KEYPTR(hh, pypi->asked, asked->key, strlen(asked->key), asked);
        ask(asked, etag);
    }
    *asked->last = waiter;
    asked->last = &waiter->next;
}
