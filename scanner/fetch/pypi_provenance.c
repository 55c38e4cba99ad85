/* Who made a file, as an index tells: PEP 740's Integrity API, contracts.md section 3. */
#include "fetch/pypi.h"
#include "fetch/pypi_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/http_url.h"

#define ACCEPT         "Accept: application/vnd.pypi.integrity.v1+json, application/json;q=0.9"
#define URL_MAX        4096
#define DOCUMENT_BYTES ((size_t)1 << 20)
#define RETRIES        3

struct inquiry {
    struct pypi *pypi;
    char *what;
    bool told;        /* the index's page named the address */
    bool conditional; /* with the ETag of what is stored */
    pypi_provenance_done *done;
    void *ctx;
};

bool pypi_has_provenance(const struct pypi *pypi, const char *url)
{
    return url != NULL || pypi_integrity(pypi) != NULL;
}

static bool is_object(const struct http_answer *answer)
{
    const char *body = buf_str(&answer->body);

    return body[strspn(body, " \t\r\n")] == '{';
}

/* {"message": "No provenance available for tool-1.0.tar.gz"}: no other 404 says that there is none.
 */
static bool says_none(const struct http_answer *answer)
{
    return answer->status == 404 && is_object(answer) &&
           strstr(buf_str(&answer->body), "No provenance available") != NULL;
}

/* Whether a server answers so to what it does not know at all. */
static bool is_foreign(const struct http_answer *answer)
{
    switch (answer->status) {
    case 200:
        return !is_object(answer);
    case 404:
        return !says_none(answer);
    case 400:
    case 405:
    case 501:
        return true;
    default:
        return false;
    }
}

static enum pypi_provenance_word refuse(const struct inquiry *inquiry,
                                        const struct http_answer *answer, struct err *err)
{
    if (http_check(answer, inquiry->what, err) == 0)
        err_set(err, REASON_BAD_ANSWER, "%s: the index answered %ld", inquiry->what,
                answer->status);
    else if (err->reason == REASON_FORBIDDEN)
        err->reason = REASON_DISABLED;
    else if (answer->status == 406 || err->reason == REASON_USAGE)
        err->reason = REASON_UNSUPPORTED;
    return PYPI_PROVENANCE_UNKNOWN;
}

/* At an address that its page names, an index speaks this API; elsewhere its first answer tells. */
static enum pypi_provenance_word judge(const struct inquiry *inquiry,
                                       const struct http_answer *answer, struct err *err)
{
    if (answer->err.reason != REASON_NONE)
        return refuse(inquiry, answer, err);
    if (!inquiry->told && is_foreign(answer) && pypi_learn_integrity(inquiry->pypi, false))
        return PYPI_PROVENANCE_NOWHERE;
    if (answer->status == 304 && inquiry->conditional)
        return PYPI_PROVENANCE_SAME;
    bool none = !inquiry->told && says_none(answer);
    if (!none && (answer->status != 200 || !is_object(answer)))
        return refuse(inquiry, answer, err);
    if (!inquiry->told)
        pypi_learn_integrity(inquiry->pypi, true);
    return none ? PYPI_PROVENANCE_ABSENT : PYPI_PROVENANCE_HERE;
}

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct inquiry *inquiry = ctx;
    struct err err = {0};
    enum pypi_provenance_word word = judge(inquiry, answer, &err);

    inquiry->done(word, &answer->body, http_header(answer, "ETag"),
                  err.reason != REASON_NONE ? &err : NULL, inquiry->ctx);
    free(inquiry->what);
    free(inquiry);
}

/* A name that fits in no address gives none, which is refused in its turn. */
static char *address(const struct pypi *pypi, const struct pypi_provenance *asked)
{
    struct buf url = BUF_INIT(URL_MAX);
    bool fits = buf_addstr(&url, pypi_integrity(pypi) != NULL ? pypi_integrity(pypi) : "") == 0 &&
                http_url_add_segment(&url, asked->name) == 0 &&
                http_url_add_segment(&url, asked->version) == 0 &&
                http_url_add_segment(&url, asked->filename) == 0 &&
                buf_addstr(&url, "/provenance") == 0;
    char *whole = mem_strdup(fits ? buf_str(&url) : "");

    buf_release(&url);
    return whole;
}

void pypi_get_provenance(struct pypi *pypi, const struct pypi_provenance *asked,
                         pypi_provenance_done *done, void *ctx)
{
    struct inquiry *inquiry = mem_alloc(sizeof *inquiry);
    char *url = asked->url != NULL ? mem_strdup(asked->url) : address(pypi, asked);
    struct buf condition = BUF_INIT(URL_MAX);
    char origin[HTTP_ORIGIN_MAX];
    /* The secret is of the index's origin. */
    bool own =
        http_origin(url, origin, sizeof origin) == 0 && strcmp(origin, pypi_origin(pypi)) == 0;
    const char *headers[] = {ACCEPT, NULL, NULL};

    *inquiry = (struct inquiry){.pypi = pypi,
                                .what = mem_printf("provenance of %s", asked->filename),
                                .told = asked->url != NULL,
                                .done = done,
                                .ctx = ctx};
    inquiry->conditional =
        asked->etag != NULL && buf_addf(&condition, "If-None-Match: %s", asked->etag) == 0;
    if (inquiry->conditional)
        headers[1] = buf_str(&condition);
    http_send(pypi_http(pypi),
              &(struct http_request){
                  .url = url,
                  .headers = headers,
                  .authorization = own ? pypi_authorization(pypi) : NULL,
                  .max_bytes = DOCUMENT_BYTES,
                  .timeout_ms = pypi_timeout_ms(pypi),
                  .retries = RETRIES,
                  .what = inquiry->what,
              },
              on_answer, inquiry);
    buf_release(&condition);
    free(url);
}
