#include "fetch/github.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "fetch/link_header.h"
#include "net/http_url.h"

#define PAGE_BYTES ((size_t)32 << 20)
#define URL_MAX    4096
#define MAX_PAGES  2000 /* two hundred thousand repositories */
#define RETRIES    3

struct github {
    struct access *access;
    char *api;
    uint64_t timeout_ms;
    char origin[HTTP_ORIGIN_MAX];
};

/* One listing, or one repository, from its asking to its last page. */
struct errand {
    struct github *github;
    char *subject; /* for messages */
    char *url;     /* of the page that is asked for */
    bool listing, is_user;
    unsigned pages;
    uint64_t *seen; /* hashes of the URLs of these pages */
    size_t seen_size;
    struct github_known known; /* of that page; etag "" when nothing is */
    github_known_fn *look_up;
    github_page_done *done;
    void *ctx;
};

struct github *github_new(struct access *access, const struct github_options *options)
{
    struct github *github = mem_alloc(sizeof *github);

    github->access = access;
    github->timeout_ms = options->timeout_ms;
    github->api = mem_strndup(options->api, text_without_slashes(options->api));
    if (http_origin(github->api, github->origin, sizeof github->origin) != 0)
        github->origin[0] = '\0'; /* http_send() will say so */
    return github;
}

void github_free(struct github *github)
{
    if (github == NULL)
        return;
    free(github->api);
    free(github);
}

static void errand_free(struct errand *errand)
{
    free(errand->subject);
    free(errand->url);
    free(errand->seen);
    free(errand);
}

static void fail(struct errand *errand, const struct err *err)
{
    errand->done(NULL, err, errand->ctx);
    errand_free(errand);
}

static void on_answer(struct http_answer *answer, void *ctx);

static void ask(struct errand *errand)
{
    struct github *github = errand->github;
    char condition[sizeof errand->known.etag + 32];
    const char *headers[] = {"Accept: application/vnd.github+json",
                             "X-GitHub-Api-Version: 2022-11-28", NULL, NULL};

    errand->known = (struct github_known){{0}, {0}};
    if (errand->look_up != NULL && errand->look_up(errand->ctx, errand->url, &errand->known) != 0 &&
        errand->known.etag[0] != '\0') {
        snprintf(condition, sizeof condition, "If-None-Match: %s", errand->known.etag);
        headers[2] = condition;
    }
    access_send(github->access, errand->subject, ACCESS_REST,
                &(struct http_request){
                    .url = errand->url,
                    .headers = headers,
                    .max_bytes = PAGE_BYTES,
                    .timeout_ms = github->timeout_ms,
                    .retries = RETRIES,
                    .what = errand->subject,
                },
                on_answer, errand);
}

/* BASE/GROUP/SUBJECT, where the subject's slashes (OWNER/NAME) part segments. */
static char *address(const struct github *github, const char *group, const char *subject,
                     const char *query)
{
    struct buf url = BUF_INIT(URL_MAX);
    char *copy = mem_strdup(subject), *rest = copy, *segment;
    int result = buf_addf(&url, "%s/%s", github->api, group);

    while (result == 0 && (segment = strsep(&rest, "/")) != NULL)
        result = http_url_add_segment(&url, segment);
    if (result == 0)
        result = buf_addstr(&url, query);
    free(copy);
    if (result == 0)
        return buf_detach(&url);
    buf_release(&url);
    return NULL;
}

/* Whether a page leads back to itself or to one before it; else it is noted. */
static bool is_circle(struct errand *errand, const char *next)
{
    uint64_t this = hash_add(HASH_START, errand->url, strlen(errand->url));
    uint64_t other = hash_add(HASH_START, next, strlen(next));

    errand->seen = mem_grow(errand->seen, errand->pages, &errand->seen_size, sizeof *errand->seen);
    errand->seen[errand->pages] = this;
    for (unsigned i = 0; i <= errand->pages; i++)
        if (errand->seen[i] == other)
            return true;
    return false;
}

/* The page after the one that was answered: 1, 0 when there is none, -1. */
static int find_next(struct errand *errand, const struct http_answer *answer,
                     char next[sizeof errand->known.next], struct err *err)
{
    char origin[HTTP_ORIGIN_MAX];

    if (!errand->listing)
        return 0;
    /* A page may be as it was while others came after it. */
    if (answer->status == 304 && http_header(answer, "Link") == NULL) {
        memcpy(next, errand->known.next, sizeof errand->known.next);
    } else {
        int found = link_header_next(http_header(answer, "Link"), next, sizeof errand->known.next);
        if (found < 0)
            return err_set(err, REASON_BAD_ANSWER, "%s: the Link header of %s does not parse",
                           errand->subject, errand->url);
        if (found == 0)
            next[0] = '\0';
    }
    if (next[0] == '\0')
        return 0;
    if (http_origin(next, origin, sizeof origin) != 0 ||
        strcmp(origin, errand->github->origin) != 0)
        return err_set(err, REASON_BAD_ANSWER, "%s: %s names \"%.200s\" as its next page",
                       errand->subject, errand->url, next);
    if (is_circle(errand, next))
        return err_set(err, REASON_BAD_ANSWER,
                       "%s: its pages lead in a circle: after %s comes \"%.200s\" again",
                       errand->subject, errand->url, next);
    if (++errand->pages >= MAX_PAGES)
        return err_set(err, REASON_LIMIT, "%s: more than %d pages", errand->subject, MAX_PAGES);
    return 1;
}

static int check_answer(const struct errand *errand, const struct http_answer *answer,
                        struct err *err)
{
    char origin[HTTP_ORIGIN_MAX];

    if (http_check(answer, errand->subject, err) != 0)
        return -1;
    /* Only a redirect brings us elsewhere, and what is elsewhere is not the forge's word. */
    if (http_origin(answer->url, origin, sizeof origin) != 0 ||
        strcmp(origin, errand->github->origin) != 0)
        return err_set(err, REASON_REDIRECT, "%s: %s leads to %s", errand->subject, errand->url,
                       answer->url);
    if (answer->status == 304 && errand->known.etag[0] == '\0')
        return err_set(err, REASON_BAD_ANSWER, "%s: %s answered 304 to an unconditional request",
                       errand->subject, errand->url);
    return 0;
}

static bool try_user(struct errand *errand, const struct http_answer *answer)
{
    if (!errand->listing || errand->is_user || errand->pages > 0 || answer->status != 404)
        return false;
    free(errand->url);
    errand->is_user = true;
    errand->url =
        address(errand->github, "users", errand->subject, "/repos?per_page=100&type=owner");
    ask(errand);
    return true;
}

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct errand *errand = ctx;
    char next[sizeof errand->known.next] = "";
    struct err err;

    if (try_user(errand, answer))
        return;
    if (check_answer(errand, answer, &err) != 0) {
        fail(errand, &err);
        return;
    }
    int more = find_next(errand, answer, next, &err);
    struct github_page page = {
        .url = errand->url,
        .body = answer->status == 304 ? NULL : buf_str(&answer->body),
        .body_len = answer->body.len,
        .etag = http_header(answer, "ETag"),
        .not_modified = answer->status == 304,
        .is_user = errand->is_user,
        .last = more == 0,
        .next = more > 0 ? next : NULL,
    };
    errand->done(&page, NULL, errand->ctx);
    if (more < 0) {
        fail(errand, &err); /* what follows is out of reach, not what came */
        return;
    }
    if (more == 0) {
        errand_free(errand);
        return;
    }
    free(errand->url);
    errand->url = mem_strdup(next);
    ask(errand);
}

static struct errand *errand_new(struct github *github, const char *subject, char *url,
                                 github_page_done *done, void *ctx)
{
    struct errand *errand = mem_alloc(sizeof *errand);

    *errand = (struct errand){.github = github, .url = url, .done = done, .ctx = ctx};
    errand->subject = mem_strdup(subject);
    /* A name that makes no address is refused by http_send(), in its turn. */
    if (errand->url == NULL)
        errand->url = mem_strdup("");
    return errand;
}

void github_list(struct github *github, const char *owner, github_known_fn *known,
                 github_page_done *done, void *ctx)
{
    struct errand *errand = errand_new(
        github, owner, address(github, "orgs", owner, "/repos?per_page=100&type=all"), done, ctx);

    errand->listing = true;
    errand->look_up = known;
    ask(errand);
}

void github_repository(struct github *github, const char *full_name, github_page_done *done,
                       void *ctx)
{
    ask(errand_new(github, full_name, address(github, "repos", full_name, ""), done, ctx));
}

void github_document(struct github *github, const char *path, const char *query,
                     github_page_done *done, void *ctx)
{
    ask(errand_new(github, path, address(github, "repos", path, query), done, ctx));
}
