#include "fetch/graphql.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "fetch/graphql_query.h"
#include "net/http_headers.h"

#define ANSWER_BYTES ((size_t)32 << 20)
#define RETRIES      3
#define GOOD_PAGES   10 /* before more is asked again */
#define FEW          10 /* releases of a page, where even one repository is too much */
#define PAGE_MOST    100

/* A request of so many connections is rounded to its points. */
#define CONNECTIONS (GRAPHQL_POINTS * 100u + 49)

struct graphql {
    struct access *access;
    char *url, *fragments;
    uint64_t timeout_ms;
    struct graphql_sizes sizes;
    unsigned batch, good;
};

struct question {
    graphql_done *done;
    void *ctx;
};

struct graphql *graphql_new(struct access *access, const struct graphql_options *options)
{
    struct graphql *graphql = mem_alloc(sizeof *graphql);

    graphql->access = access;
    graphql->url = mem_strdup(options->url);
    graphql->fragments = mem_strdup(options->fragments);
    graphql->timeout_ms = options->timeout_ms;
    graphql->sizes =
        (struct graphql_sizes){.releases = 30, .further = PAGE_MOST, .pulls = 3, .reviews = 20};
    graphql->batch =
        options->batch > 0 && options->batch < GRAPHQL_BATCH ? options->batch : GRAPHQL_BATCH;
    return graphql;
}

void graphql_free(struct graphql *graphql)
{
    if (graphql == NULL)
        return;
    free(graphql->url);
    free(graphql->fragments);
    free(graphql);
}

/* --- how much is asked ----------------------------------------------------------------------- */

size_t graphql_fits(const struct graphql *graphql, const struct graphql_item *items, size_t count)
{
    bool by_owner = access_kind(graphql->access) == ACCESS_APP;
    unsigned weight = 0;
    size_t fits = 0;

    while (fits < count && fits < graphql->batch) {
        weight += graphql_weight(&items[fits], &graphql->sizes);
        if (fits > 0 && weight > CONNECTIONS)
            break;
        if (by_owner && strcasecmp(items[fits].owner, items[0].owner) != 0)
            break;
        fits++;
    }
    return fits;
}

bool graphql_too_much(struct graphql *graphql, size_t count)
{
    graphql->good = 0;
    if (count < graphql->batch)
        graphql->batch = (unsigned)count;
    if (graphql->batch > 1)
        graphql->batch /= 2;
    else if (graphql->sizes.releases > FEW)
        graphql->sizes.releases = graphql->sizes.further = FEW;
    else
        return false;
    return true;
}

void graphql_went_well(struct graphql *graphql)
{
    if (++graphql->good < GOOD_PAGES || graphql->batch >= GRAPHQL_BATCH)
        return;
    graphql->good = 0;
    graphql->batch += 1 + graphql->batch / 4;
    if (graphql->batch > GRAPHQL_BATCH)
        graphql->batch = GRAPHQL_BATCH;
}

unsigned graphql_batch(const struct graphql *graphql)
{
    return graphql->batch;
}

bool graphql_leave_out(struct graphql *graphql, const char *field)
{
    char *fragments = graphql_without(graphql->fragments, field);

    if (fragments == NULL)
        return false;
    free(graphql->fragments);
    graphql->fragments = fragments;
    return true;
}

/* --- one request ----------------------------------------------------------------------------- */

/* The server gave up on it, or was silent for as long as we wait. */
static bool is_heavy(const struct http_answer *answer)
{
    return answer->err.reason == REASON_TIMEOUT || answer->status >= 500;
}

static int64_t number(const struct http_answer *answer, const char *header, int64_t none)
{
    const char *text = http_header(answer, header);
    char *end = NULL;
    long long value = text != NULL ? strtoll(text, &end, 10) : 0;

    return text != NULL && end != text && *end == '\0' && value >= 0 ? value : none;
}

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct question *question = ctx;
    struct graphql_answer told = {
        .now = http_headers_now(answer->headers),
        .remaining = number(answer, "X-RateLimit-Remaining", -1),
        .reset_at = number(answer, "X-RateLimit-Reset", CLOCK_UNKNOWN),
    };

    if (http_check(answer, "the forge's GraphQL API", &told.err) != 0) {
        told.heavy = is_heavy(answer);
    } else {
        told.body = buf_str(&answer->body);
        told.len = answer->body.len;
    }
    question->done(&told, question->ctx);
    free(question);
}

void graphql_ask(struct graphql *graphql, const struct graphql_item *items, size_t count,
                 graphql_done *done, void *ctx)
{
    const char *headers[] = {"Accept: application/vnd.github+json",
                             "Content-Type: application/json", NULL};
    struct question *question = mem_alloc(sizeof *question);
    char *body = graphql_query(graphql->fragments, items, count, &graphql->sizes);

    *question = (struct question){done, ctx};
    access_send(graphql->access, items[0].owner, ACCESS_GRAPHQL,
                &(struct http_request){
                    .method = HTTP_POST,
                    .url = graphql->url,
                    .headers = headers,
                    .body = body,
                    .body_len = strlen(body),
                    .max_bytes = ANSWER_BYTES,
                    .timeout_ms = graphql->timeout_ms,
                    .retries = RETRIES,
                    .server_errors_are_final = true,
                    .what = "the forge's GraphQL API",
                },
                on_answer, question);
    free(body);
}

char *graphql_root(const char *api)
{
    static const char suffix[] = "/api/v3";
    size_t len = text_without_slashes(api), end = sizeof suffix - 1;

    if (len > end && strncmp(api + len - end, suffix, end) == 0)
        return mem_printf("%.*s/api/graphql", (int)(len - end), api);
    return mem_printf("%.*s/graphql", (int)len, api);
}
