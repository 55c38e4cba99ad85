#include "scan/job.h"

#include <fnmatch.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

/* Which repositories there are. A page of a listing is remembered with its ETag, reduced to what we
   read of it, so that one that did not change costs a 304 and is read from memory. */

#define PAGE_FULL 100 /* repositories that we ask for in one page */

struct listing {
    struct scan *scan;
    const char *owner;
    char *key;        /* under which the pages are remembered */
    json_t *known;    /* {URL: {etag, next, repositories}} of the last run that had them */
    bool ours;        /* it asked with the same credential, so that its ETags hold */
    json_t *pages;    /* the same, of this run */
    unsigned reading; /* pages that are on the pool */
    bool ended;       /* the last page came, or none will */
    bool remembered;  /* pages of earlier runs stand for those that did not come */
    struct err err;   /* of the forge */
    struct err fatal; /* of the store */
    struct listing *next;
};

/* --- ends ------------------------------------------------------------------------------------ */

static void add_named(struct scan *scan)
{
    const struct scan_options *options = scan->options;

    for (size_t i = 0; options->repositories != NULL && options->repositories[i] != NULL; i++)
        job_add_name(scan, options->repositories[i]);
    for (size_t i = 0; i < options->package_count; i++)
        if (options->packages[i].repository != NULL)
            job_add_name(scan, options->packages[i].repository);
    jobs_start(scan);
}

static void listing_done(void *item)
{
    struct listing *listing = item;
    struct scan *scan = listing->scan;

    scan_check(scan, &listing->fatal);
    scan_stored(scan);
    /* What the user named is asked for by itself only when no listing brought it. */
    if (--scan->listing_count == 0)
        add_named(scan);
    scan_idle(scan);
}

static int save_listing(struct listing *listing, struct err *err)
{
    struct store *store = listing->scan->store;
    bool unknown = listing->err.reason != REASON_NONE;
    struct row_coverage row = {
        .organisation = listing->owner,
        .fact = "listing",
        .status = unknown ? "unknown" : "known",
        .reason = unknown ? reason_word(listing->err.reason) : NULL,
        .detail = unknown ? listing->err.text : NULL,
    };

    if (store_put_coverage(store, &row, 1, err) != 0)
        return -1;
    if (unknown || (listing->ours && json_equal(listing->known, listing->pages)))
        return 0;
    json_t *memory =
        json_pack("{s:s,s:O}", "credential", listing->scan->credential, "pages", listing->pages);
    char *text = json_dumps(memory, JSON_COMPACT | JSON_SORT_KEYS);
    int result = store_remember(store, listing->key, text, err);
    free(text);
    json_decref(memory);
    return result;
}

static void listing_save(void *item)
{
    struct listing *listing = item;
    struct store *store = listing->scan->store;

    if (store_begin(store, &listing->fatal) != 0)
        return;
    if (save_listing(listing, &listing->fatal) != 0 || store_keep(store, &listing->fatal) != 0)
        store_rollback(store);
}

/* --- pages ----------------------------------------------------------------------------------- */

static const char *skip_reason(const struct scan_options *options,
                               const struct listing_repository *repository, const char *full_name)
{
    if (repository->archived && !options->archived)
        return "archived";
    if (repository->fork && !options->forks)
        return "fork";
    for (size_t i = 0; options->ignore != NULL && options->ignore[i] != NULL; i++)
        if (fnmatch(options->ignore[i], full_name, 0) == 0)
            return "ignored";
    return NULL;
}

/* The weight of a shard for a repository: the highest takes it, so that another number of shards
   moves few repositories (rendezvous hashing). */
static uint64_t weigh(uint64_t id, unsigned shard)
{
    unsigned char bytes[12];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(id >> 8 * i);
    for (int i = 0; i < 4; i++)
        bytes[8 + i] = (unsigned char)(shard >> 8 * i);
    return hash_add(HASH_START, bytes, sizeof bytes);
}

static bool is_in_shard(const struct scan_options *options, int64_t id)
{
    unsigned best = 1;

    for (unsigned shard = 2; shard <= options->shards; shard++)
        if (weigh((uint64_t)id, shard) > weigh((uint64_t)id, best))
            best = shard;
    return options->shards == 0 || best == options->shard;
}

static void add_repository(struct listing *listing, const struct listing_repository *repository)
{
    struct scan *scan = listing->scan;
    struct row_repository row = {
        .host = scan->host,
        .forge_id = repository->forge_id,
        .owner = repository->owner,
        .name = repository->name,
        .visibility = repository->visibility,
        .default_branch = repository->default_branch,
        .forge_licence = repository->licence,
        .updated_at = repository->updated_at,
        .archived = repository->archived,
        .fork = repository->fork,
        .disabled = repository->disabled,
    };
    char *full_name = mem_printf("%s/%s", row.owner, row.name);

    if (!job_name_is_valid(full_name))
        log_warning("%s: the forge names a repository \"%s\", which is none", listing->owner,
                    full_name);
    else if (is_in_shard(scan->options, row.forge_id))
        job_add(scan, &row, skip_reason(scan->options, repository, full_name));
    free(full_name);
}

/* What we read of a repository, in the forge's own form, so that one reader reads both. */
static json_t *reduce(const struct listing_repository *r)
{
    return json_pack("{s:I, s:s, s:{s:s}, s:s?, s:s?, s:{s:s?}, s:s?, s:b, s:b, s:b}", "id",
                     (json_int_t)r->forge_id, "name", r->name, "owner", "login", r->owner,
                     "visibility", r->visibility, "default_branch", r->default_branch, "license",
                     "spdx_id", r->licence, "updated_at", r->updated_at, "archived", r->archived,
                     "fork", r->fork, "disabled", r->disabled);
}

/* A page while it is read: it may be large, and the loop must not wait for its JSON. */
struct page {
    struct listing *listing;
    char *url, *etag, *next, *body;
    size_t len;
    struct arena arena;
    struct listing_repository *repositories;
    size_t count;
    struct err err;
};

static void page_free(struct page *page)
{
    free(page->url);
    free(page->etag);
    free(page->next);
    free(page->body);
    arena_release(&page->arena);
    free(page);
}

static void page_run(void *item)
{
    struct page *page = item;

    listing_parse(page->body, page->len, &page->arena, &page->repositories, &page->count,
                  &page->err);
}

static void take_page(struct listing *listing, const struct page *page)
{
    json_t *reduced = json_array();

    for (size_t i = 0; i < page->count; i++) {
        add_repository(listing, &page->repositories[i]);
        json_array_append_new(reduced, reduce(&page->repositories[i]));
    }
    /* An App's ETags end with its token, within the hour. */
    bool lasting = access_kind(listing->scan->access) != ACCESS_APP;
    json_object_set_new(listing->pages, page->url,
                        json_pack("{s:s?, s:s?, s:o}", "etag", lasting ? page->etag : NULL, "next",
                                  page->next, "repositories", reduced));
    jobs_start(listing->scan);
}

static void check_end(struct listing *listing);

static void page_done(void *item)
{
    struct page *page = item;
    struct listing *listing = page->listing;

    take_page(listing, page);
    if (page->err.reason != REASON_NONE && listing->err.reason == REASON_NONE)
        listing->err = page->err;
    page_free(page);
    listing->reading--;
    check_end(listing);
}

static void read_page(struct listing *listing, const char *url, const char *etag, const char *next,
                      char *body, size_t len)
{
    struct page *page = mem_alloc(sizeof *page);

    *page = (struct page){.listing = listing, .body = body, .len = len};
    page->url = mem_strdup(url);
    page->etag = etag != NULL ? mem_strdup(etag) : NULL;
    page->next = next != NULL ? mem_strdup(next) : NULL;
    listing->reading++;
    work_submit(listing->scan->cpu_lane, page_run, page_done, page);
}

/* The same page as an earlier run saw it. */
static void read_known(struct listing *listing, const char *url, const char *next)
{
    json_t *known = json_object_get(listing->known, url);
    char *body = json_dumps(json_object_get(known, "repositories"), JSON_COMPACT);

    if (body != NULL)
        read_page(listing, url, json_string_value(json_object_get(known, "etag")), next, body,
                  strlen(body));
    else if (listing->err.reason == REASON_NONE)
        err_set(&listing->err, REASON_BAD_ANSWER, "%s: not modified, but never seen", url);
}

/* A listing that failed says nothing of the repositories that it named before, whoever asked: they
   are looked at all the same, and stay in the fleet. */
static void read_remembered(struct listing *listing)
{
    const char *url;
    json_t *known;

    listing->remembered = true;
    listing->scan->unlisted |= json_object_size(listing->known) == 0;
    json_object_foreach(listing->known, url, known)
    {
        if (json_object_get(listing->pages, url) == NULL)
            read_known(listing, url, NULL);
    }
}

static void check_end(struct listing *listing)
{
    if (!listing->ended || listing->reading > 0)
        return;
    if (listing->err.reason != REASON_NONE && !listing->remembered)
        read_remembered(listing);
    if (listing->reading == 0)
        work_submit(listing->scan->store_lane, listing_save, listing_done, listing);
}

static void on_page(const struct github_page *page, const struct err *err, void *ctx)
{
    struct listing *listing = ctx;

    if (page == NULL)
        listing->err = *err;
    else if (page->not_modified)
        read_known(listing, page->url, page->next);
    else
        read_page(listing, page->url, page->etag, page->next,
                  mem_strndup(page->body, page->body_len), page->body_len);
    listing->ended = page == NULL || page->last;
    check_end(listing);
}

/* --- starts ---------------------------------------------------------------------------------- */

static int known_page(void *ctx, const char *url, struct github_known *out)
{
    struct listing *listing = ctx;
    json_t *page = json_object_get(listing->known, url);
    const char *etag = json_string_value(json_object_get(page, "etag"));
    const char *next = json_string_value(json_object_get(page, "next"));

    if (!listing->ours)
        return 0;
    /* A full page that was the last does not tell by its ETag that another follows now. */
    if (next == NULL && json_array_size(json_object_get(page, "repositories")) >= PAGE_FULL)
        return 0;
    if (etag == NULL || strlen(etag) >= sizeof out->etag ||
        (next != NULL && strlen(next) >= sizeof out->next))
        return 0;
    *out = (struct github_known){{0}, {0}};
    memcpy(out->etag, etag, strlen(etag));
    if (next != NULL)
        memcpy(out->next, next, strlen(next));
    return 1;
}

static void listing_recall(void *item)
{
    struct listing *listing = item;
    struct buf value = BUF_INIT(64u << 20);

    if (store_recall(listing->scan->store, listing->key, &value, &listing->fatal) == 1) {
        json_t *memory = json_loadb(buf_str(&value), value.len, 0, NULL);
        const char *credential = json_string_value(json_object_get(memory, "credential"));
        listing->ours = credential != NULL && strcmp(credential, listing->scan->credential) == 0;
        listing->known = json_incref(json_object_get(memory, "pages"));
        json_decref(memory);
    }
    buf_release(&value);
}

static void listing_start(void *item)
{
    struct listing *listing = item;
    struct scan *scan = listing->scan;

    /* When time is up the forge is not asked, but its "answer" says why. */
    if (scan_check(scan, &listing->fatal))
        listing_done(listing);
    else
        github_list(scan->github, listing->owner, known_page, on_page, listing);
}

void discover_start(struct scan *scan)
{
    const char *const *owners = scan->options->owners;

    for (size_t i = 0; owners != NULL && owners[i] != NULL; i++) {
        struct listing *listing = mem_alloc(sizeof *listing);
        listing->scan = scan;
        listing->owner = owners[i];
        listing->key = mem_printf("listing %s %s", scan->options->github_api, owners[i]);
        listing->pages = json_object();
        listing->next = scan->listings;
        scan->listings = listing;
        scan->listing_count++;
        work_submit(scan->store_lane, listing_recall, listing_start, listing);
    }
    if (scan->listing_count == 0)
        add_named(scan);
}

void discover_free(struct scan *scan)
{
    while (scan->listings != NULL) {
        struct listing *listing = scan->listings;
        scan->listings = listing->next;
        json_decref(listing->known);
        json_decref(listing->pages);
        free(listing->key);
        free(listing);
    }
}
