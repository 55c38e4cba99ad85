#include "fetch/pypi.h"
#include "fetch/pypi_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/text.h"
#include "fetch/credential.h"
#include "net/http_url.h"

#define DOCUMENT_BYTES ((size_t)64 << 20)
#define URL_MAX        4096
#define TIMEOUT_MS     120000
#define RETRIES        3
#define PATIENCE_MS    1000
#define SIMPLE_ETAG    "simple " /* before the ETag of a Simple page, which is no other document's */

#define JSON_ACCEPT "Accept: application/json"

const char pypi_simple_accept[] = "Accept: application/vnd.pypi.simple.v1+json, "
                                  "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

struct pypi {
    struct http *http;
    struct loop *loop;
    char *json_root, *simple_root;
    char *integrity_root;
    enum pypi_integrity integrity; /* configured, or learned */
    char *authorization;
    char origin[HTTP_ORIGIN_MAX];
    uint64_t timeout_ms;
    enum pypi_kind kind;
    bool fixed;
    bool has_json;         /* in this run it answered as the JSON API does */
    bool hasty;            /* the first answer decided nothing: nobody waits for another */
    struct asked *decider; /* whose answer will tell the kind; others wait */
    struct timer *patience;
    struct asked *asked; /* what is under way, by key */
    struct asked *waiting, **waiting_end;
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
    char *name, *etag;
    bool expected, conditional;
    enum pypi_word word;
    struct waiter *first, **last;
    struct asked *next; /* that waits for the decider */
    UT_hash_handle hh;
};

/* --- addresses ------------------------------------------------------------------------------- */

static char *root_of(const struct pypi_options *options, enum pypi_kind kind)
{
    char *index = mem_strndup(options->index, text_without_slashes(options->index));
    bool page = text_ends_with(index, "/simple") || text_ends_with(index, "/+simple");
    bool whole = kind == PYPI_SIMPLE && (page || (options->fixed && options->kind == PYPI_SIMPLE));
    if (page && !whole)
        *strrchr(index, '/') = '\0';
    char *root = whole ? mem_strdup(index)
                       : mem_printf("%s/%s", index, kind == PYPI_SIMPLE ? "simple" : "pypi");
    free(index);
    return root;
}

static char *address_below(const char *root, enum pypi_kind kind, const char *name)
{
    struct buf url = BUF_INIT(URL_MAX);
    bool fits = buf_addstr(&url, root) == 0 && http_url_add_segment(&url, name) == 0 &&
                buf_addstr(&url, kind == PYPI_SIMPLE ? "/" : "/json") == 0;
    char *address = fits ? buf_detach(&url) : NULL;

    buf_release(&url);
    return address;
}

char *pypi_address(const struct pypi_options *options, enum pypi_kind kind, const char *name)
{
    char *root = root_of(options, kind);
    char *address = address_below(root, kind, name);

    free(root);
    return address;
}

struct pypi *pypi_new(struct http *http, const struct pypi_options *options)
{
    struct pypi *pypi = mem_alloc(sizeof *pypi);

    pypi->http = http;
    pypi->loop = options->loop;
    pypi->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : TIMEOUT_MS;
    pypi->simple_root = root_of(options, PYPI_SIMPLE);
    pypi->json_root = root_of(options, PYPI_JSON);
    pypi->integrity = options->integrity;
    pypi->integrity_root = mem_printf(
        "%.*s/integrity", (int)(strrchr(pypi->json_root, '/') - pypi->json_root), pypi->json_root);
    pypi->kind = options->kind;
    pypi->fixed = options->fixed;
    pypi->waiting_end = &pypi->waiting;
    if (options->secret != NULL)
        pypi->authorization = credential_header(options->user, options->secret);
    if (http_origin(pypi->json_root, pypi->origin, sizeof pypi->origin) != 0)
        pypi->origin[0] = '\0'; /* http_send() will say so */
    return pypi;
}

void pypi_free(struct pypi *pypi)
{
    if (pypi == NULL)
        return;
    free(pypi->json_root);
    free(pypi->integrity_root);
    free(pypi->simple_root);
    free(pypi->authorization);
    free(pypi);
}

struct http *pypi_http(const struct pypi *pypi)
{
    return pypi->http;
}

const char *pypi_origin(const struct pypi *pypi)
{
    return pypi->origin;
}

const char *pypi_authorization(const struct pypi *pypi)
{
    return pypi->authorization;
}

uint64_t pypi_timeout_ms(const struct pypi *pypi)
{
    return pypi->timeout_ms;
}

const char *pypi_integrity(const struct pypi *pypi)
{
    bool has = pypi->integrity == PYPI_INTEGRITY_YES ||
               (pypi->integrity == PYPI_INTEGRITY_AUTO && pypi->kind != PYPI_SIMPLE);

    return has ? pypi->integrity_root : NULL;
}

bool pypi_learn_integrity(struct pypi *pypi, bool has)
{
    if (pypi->integrity == PYPI_INTEGRITY_AUTO)
        pypi->integrity = has ? PYPI_INTEGRITY_YES : PYPI_INTEGRITY_NO;
    return (pypi->integrity == PYPI_INTEGRITY_YES) == has;
}

static void asked_free(struct asked *asked)
{
    free(asked->key);
    free(asked->name);
    free(asked->etag);
    free(asked);
}

/* --- answers --------------------------------------------------------------------------------- */

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

static bool has_type(const struct http_answer *answer, const char *type)
{
    const char *header = http_header(answer, "Content-Type");
    size_t len = strlen(type);

    return header != NULL && strncasecmp(header, type, len) == 0 &&
           strchr("; \t", header[len]) != NULL;
}

bool pypi_is_simple(const struct http_answer *answer, enum pypi_form *form)
{
    bool json = has_type(answer, "application/vnd.pypi.simple.v1+json");

    *form = json ? PYPI_FORM_SIMPLE_JSON : PYPI_FORM_SIMPLE_HTML;
    return json || has_type(answer, "text/html") ||
           has_type(answer, "application/vnd.pypi.simple.v1+html");
}

static int read_form(const struct asked *asked, const struct http_answer *answer,
                     enum pypi_form *form, struct err *err)
{
    const char *type = http_header(answer, "Content-Type");

    if (pypi_is_simple(answer, form) || answer->status != 200)
        return 0;
    bool later = type != NULL && strncasecmp(type, "application/vnd.pypi.simple.", 28) == 0;
    return err_set(err, later ? REASON_UNSUPPORTED : REASON_BAD_ANSWER,
                   "%s: the index answered with %.100s, which is no page of the Simple API",
                   asked->name, type != NULL ? type : "something of no type");
}

/* Gives all who wait what there is. */
static void deliver(struct asked *asked, const struct pypi_document *document,
                    const struct err *err)
{
    struct waiter *waiter;

    /* Out of the table first: a callback may ask again. */
    HASH_DEL(asked->pypi->asked, asked);
    while ((waiter = asked->first) != NULL) {
        asked->first = waiter->next;
        waiter->done(document, err, waiter->ctx);
        free(waiter);
    }
    asked_free(asked);
}

static void deliver_answer(struct asked *asked, struct http_answer *answer, enum pypi_form form)
{
    const char *etag = http_header(answer, "ETag");
    char *kept = etag == NULL             ? NULL
                 : form == PYPI_FORM_JSON ? mem_strdup(etag)
                                          : mem_printf(SIMPLE_ETAG "%s", etag);
    struct pypi_document document = {
        .name = asked->name,
        .not_modified = answer->status == 304,
        .absent = answer->status == 404,
        .form = form,
        .word = asked->word,
        .url = answer->url,
        .body = &answer->body,
        .etag = kept,
    };

    deliver(asked, &document, NULL);
    free(kept);
}

/* --- asking ---------------------------------------------------------------------------------- */

static void ask(struct asked *asked, const char *url, const char *accept, const char *etag,
                http_done *done)
{
    struct pypi *pypi = asked->pypi;
    struct buf condition = BUF_INIT(URL_MAX);
    const char *headers[] = {accept, NULL, NULL};

    asked->conditional = etag != NULL && buf_addf(&condition, "If-None-Match: %s", etag) == 0;
    if (asked->conditional)
        headers[1] = buf_str(&condition);
    http_send(
        pypi->http,
        &(struct http_request){
            .url = url != NULL ? url : "", /* of a name that fits in none: refused in its turn */
            .headers = headers,
            .authorization = pypi->authorization,
            .max_bytes = DOCUMENT_BYTES,
            .timeout_ms = pypi->timeout_ms,
            .retries = RETRIES,
            .what = asked->name,
        },
        done, asked);
    buf_release(&condition);
}

/* --- the Simple API -------------------------------------------------------------------------- */

static void resume(struct asked *asked, bool decided);

/* An index that forwards what it lacks ("/simple/NAME/" of another one) lacks it. Any other way
   out is none that an index goes: a page to sign in, say. */
static bool is_handed_on(const struct asked *asked, const struct http_answer *answer)
{
    const char *to =
        answer->err.reason == REASON_REDIRECT ? http_header(answer, "Location") : answer->url;
    char origin[HTTP_ORIGIN_MAX], *page = mem_printf("/simple/%s", asked->name);
    size_t len = to != NULL ? strlen(to) : 0;

    while (len > 0 && to[len - 1] == '/')
        len--;
    bool on = len > strlen(page) && strpbrk(to, "?#") == NULL &&
              memcmp(to + len - strlen(page), page, strlen(page)) == 0 &&
              http_origin(to, origin, sizeof origin) == 0 &&
              strcmp(origin, asked->pypi->origin) != 0;
    free(page);
    return on;
}

static void on_simple(struct http_answer *answer, void *ctx)
{
    struct asked *asked = ctx;
    struct pypi_document elsewhere = {.name = asked->name, .absent = true, .body = &answer->body};
    enum pypi_form form;
    struct err err;

    resume(asked, true);
    if (is_handed_on(asked, answer))
        deliver(asked, &elsewhere, NULL);
    else if (check_answer(asked, answer, &err) != 0 || read_form(asked, answer, &form, &err) != 0)
        deliver(asked, NULL, &err);
    else
        deliver_answer(asked, answer, form);
}

static void ask_simple(struct asked *asked)
{
    char *url = address_below(asked->pypi->simple_root, PYPI_SIMPLE, asked->name);
    const char *etag = asked->etag != NULL && text_starts_with(asked->etag, SIMPLE_ETAG)
                           ? asked->etag + strlen(SIMPLE_ETAG)
                           : NULL;

    ask(asked, url, pypi_simple_accept, etag, on_simple);
    free(url);
}

/* --- the JSON API ---------------------------------------------------------------------------- */

/* What the JSON API's answer tells of the index. */
enum told {
    TOLD_JSON,    /* it has the API */
    TOLD_OTHER,   /* it has none, or this name is unknown to it */
    TOLD_NOTHING, /* it failed, or wants other credentials */
};

/* PyPI's own words for a name that it does not have, however they are spaced. */
static bool says_unknown(const char *body)
{
    static const char *const words[] = {"{", "\"message\"", ":", "\"Not Found\"", "}"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        body += strspn(body, " \t\r\n");
        if (!text_starts_with(body, words[i]))
            return false;
        body += strlen(words[i]);
    }
    return true;
}

static enum told judge(const struct http_answer *answer)
{
    const char *body = buf_str(&answer->body);

    if (answer->err.reason != REASON_NONE)
        return answer->err.reason == REASON_REDIRECT ? TOLD_OTHER : TOLD_NOTHING;
    switch (answer->status) {
    case 200:
        return body[strspn(body, " \t\r\n")] == '{' && strstr(body, "\"info\"") != NULL
                   ? TOLD_JSON
                   : TOLD_OTHER;
    case 304:
        return TOLD_JSON;
    case 404:
        return says_unknown(body) ? TOLD_JSON : TOLD_OTHER;
    case 400:
    case 405:
    case 406:
    case 501:
        return TOLD_OTHER;
    default:
        return TOLD_NOTHING;
    }
}

/* Whether the Simple API is to be asked as well. */
static bool is_doubtful(const struct asked *asked, enum told told, long status)
{
    const struct pypi *pypi = asked->pypi;

    if (pypi->fixed || told == TOLD_NOTHING)
        return false;
    if (told == TOLD_JSON)
        return status == 404 && asked->expected;
    return pypi->kind != PYPI_JSON || (asked->expected && !pypi->has_json);
}

static void on_json(struct http_answer *answer, void *ctx)
{
    struct asked *asked = ctx;
    struct pypi *pypi = asked->pypi;
    enum told told = judge(answer);
    struct err err;

    if (told == TOLD_JSON && !pypi->fixed) {
        pypi->kind = PYPI_JSON;
        pypi->has_json = true;
    }
    if (is_doubtful(asked, told, answer->status)) {
        asked->word = told == TOLD_JSON ? PYPI_WORD_AGAINST : PYPI_WORD_FOUND;
        if (pypi->kind == PYPI_AUTO)
            pypi->kind = PYPI_SIMPLE; /* the only hope for the rest of this run */
        ask_simple(asked);
        return;
    }
    asked->word = PYPI_WORD_FOUND;
    resume(asked, told != TOLD_NOTHING);
    if (check_answer(asked, answer, &err) != 0)
        deliver(asked, NULL, &err);
    else
        deliver_answer(asked, answer, PYPI_FORM_JSON);
}

static void ask_json(struct asked *asked)
{
    char *url = address_below(asked->pypi->json_root, PYPI_JSON, asked->name);
    const char *etag =
        asked->etag != NULL && !text_starts_with(asked->etag, SIMPLE_ETAG) ? asked->etag : NULL;

    ask(asked, url, JSON_ACCEPT, etag, on_json);
    free(url);
}

/* --- which of them --------------------------------------------------------------------------- */

static void on_impatient(void *ctx);

static void start(struct asked *asked)
{
    struct pypi *pypi = asked->pypi;

    asked->word = PYPI_WORD_ASKED;
    if (pypi->kind == PYPI_AUTO && pypi->decider == NULL && !pypi->hasty) {
        pypi->decider = asked;
        pypi->patience = loop_timer(pypi->loop, PATIENCE_MS, on_impatient, pypi);
    }
    if (pypi->kind == PYPI_SIMPLE)
        ask_simple(asked);
    else
        ask_json(asked);
}

/* Nobody is waited for any longer. */
static void start_waiting(struct pypi *pypi)
{
    struct asked *waiting = pypi->waiting, *next;

    timer_cancel(pypi->patience);
    pypi->patience = NULL;
    pypi->decider = NULL;
    pypi->waiting = NULL;
    pypi->waiting_end = &pypi->waiting;
    for (; waiting != NULL; waiting = next) {
        next = waiting->next;
        start(waiting);
    }
}

static void on_impatient(void *ctx)
{
    struct pypi *pypi = ctx;

    pypi->patience = NULL;
    pypi->hasty = true;
    start_waiting(pypi);
}

/* The decider has its answer: those who waited for it go on. */
static void resume(struct asked *asked, bool decided)
{
    struct pypi *pypi = asked->pypi;

    if (pypi->decider != asked)
        return;
    pypi->hasty = !decided;
    start_waiting(pypi);
}

bool pypi_learn(struct pypi *pypi, enum pypi_kind kind)
{
    if (pypi->fixed || (kind != PYPI_JSON && pypi->has_json))
        return false;
    pypi->kind = kind;
    return true;
}

void pypi_get(struct pypi *pypi, const char *name, const char *etag, bool expected, pypi_done *done,
              void *ctx)
{
    struct waiter *waiter = mem_alloc(sizeof *waiter);
    char *key = mem_printf("%s %s", name, etag != NULL ? etag : "");
    struct asked *asked;

    *waiter = (struct waiter){.done = done, .ctx = ctx};
    HASH_FIND_STR(pypi->asked, key, asked);
    bool first = asked == NULL;
    if (first) {
        asked = mem_alloc(sizeof *asked);
        *asked = (struct asked){
            .pypi = pypi, .key = key, .name = mem_strdup(name), .expected = expected};
        asked->etag = etag != NULL ? mem_strdup(etag) : NULL;
        asked->last = &asked->first;
        HASH_ADD_KEYPTR(hh, pypi->asked, asked->key, strlen(asked->key), asked);
    } else {
        free(key);
    }
    *asked->last = waiter;
    asked->last = &waiter->next;
    if (!first)
        return;
    if (pypi->decider == NULL) {
        start(asked);
    } else {
        *pypi->waiting_end = asked;
        pypi->waiting_end = &asked->next;
    }
}
