#include "scan/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define DOCUMENTS_OPEN 32

struct waiter {
    package_ready *ready;
    void *ctx;
    struct waiter *next;
};

static size_t index_count(const struct package *package)
{
    return package->scan->options->index_count;
}

static void release_lookups(struct package *package)
{
    for (size_t i = 0; package->lookups != NULL && i < index_count(package); i++)
        lookup_release(&package->lookups[i]);
    free(package->lookups);
    package->lookups = NULL;
}

static void finish(struct package *package)
{
    struct waiter *waiter = package->waiters;

    package->waiters = NULL;
    package->ready = true;
    release_lookups(package);
    arena_release(&package->arena);
    while (waiter != NULL) {
        struct waiter *next = waiter->next;
        waiter->ready(package, waiter->ctx);
        free(waiter);
        waiter = next;
    }
}

/* --- which index ----------------------------------------------------------------------------- */

static bool has(const struct lookup *lookup)
{
    return lookup->err.reason == REASON_NONE && !lookup->absent;
}

/* Whose it was before, else the first's. */
static struct lookup *last_holder(const struct package *package)
{
    for (size_t i = 0; i < index_count(package); i++)
        if (package->lookups[i].known.was_known)
            return &package->lookups[i];
    return &package->lookups[0];
}

/* The first index that has the package. One before it that could not be asked may have it: then
   nobody can tell. */
static struct lookup *choose(struct package *package)
{
    for (size_t i = 0; i < index_count(package); i++) {
        struct lookup *lookup = &package->lookups[i];
        if (has(lookup))
            return lookup;
        if (lookup->err.reason != REASON_NONE) {
            package->err = lookup->err;
            break;
        }
    }
    return last_holder(package);
}

/* --- storing --------------------------------------------------------------------------------- */

static int save_also_at(const struct package *package, const struct lookup *winner, struct err *err)
{
    const char **urls = mem_array(index_count(package), sizeof *urls);
    size_t count = 0;
    bool told = winner->known.also_at || index_count(package) > 1;

    for (size_t i = 0; i < index_count(package); i++) {
        const struct lookup *lookup = &package->lookups[i];
        told &= lookup->err.reason == REASON_NONE;
        if (lookup != winner && has(lookup))
            urls[count++] = lookup->index->url;
    }
    int result = told ? store_put_also_at(package->scan->store, winner->id, urls, count, err) : 0;
    free(urls);
    return result;
}

static const char *why_absent(struct package *package, const struct lookup *winner)
{
    if (winner->url == NULL)
        return NULL; /* it had no page */
    if (winner->row.status == NULL)
        return "the index knows the name, but has no file of it";
    return arena_printf(&package->arena, "the index has no file of it, and calls it %.40s",
                        winner->row.status);
}

static int save_coverage(struct package *package, const struct lookup *winner, struct err *err)
{
    bool unknown = package->err.reason != REASON_NONE;
    struct row_coverage coverage = {
        .package_id = package->id,
        .fact = "index",
        .status = unknown          ? "unknown"
                  : winner->absent ? "absent"
                                   : "known",
        .reason = unknown          ? reason_word(package->err.reason)
                  : winner->absent ? reason_word(REASON_NOT_FOUND)
                                   : NULL,
        .detail = unknown          ? package->err.text
                  : winner->absent ? why_absent(package, winner)
                                   : NULL,
    };

    return store_put_coverage(package->scan->store, &coverage, 1, err);
}

static int save_answers(struct package *package, struct err *err)
{
    struct scan *scan = package->scan;
    struct lookup *winner = choose(package);
    int64_t before = store_changes(scan->store);
    int result = 0;

    for (size_t i = 0; i < index_count(package) && result == 0; i++)
        result = lookup_save(&package->lookups[i], &package->lookups[i] == winner, err);
    package->id = winner->id;
    if (result == 0)
        result = save_also_at(package, winner, err);
    package->changed = store_changes(scan->store) != before;
    if (result == 0 && package->changed) {
        char *key = stamp_changed(scan, package->name);
        result = stamp_remember(scan->store, key, err);
        free(key);
    }
    if (result != 0 || save_coverage(package, winner, err) != 0)
        return -1;
    /* A name that a repository holds is part of the fleet when its job says so. */
    return package->named ? store_touch_package(scan->store, package->id, err) : 0;
}

static void save_run(void *item)
{
    struct package *package = item;
    struct store *store = package->scan->store;

    if (store_begin(store, &package->fatal) != 0)
        return;
    if (save_answers(package, &package->fatal) != 0 || store_keep(store, &package->fatal) != 0)
        store_rollback(store);
}

static void documents_start(struct scan *scan);

static void save_done(void *item)
{
    struct package *package = item;
    struct scan *scan = package->scan;

    scan_check(scan, &package->fatal);
    scan_stored(scan);
    scan->documents_open--;
    finish(package);
    documents_start(scan);
}

/* --- reading --------------------------------------------------------------------------------- */

static bool has_body(const struct lookup *lookup)
{
    return lookup->err.reason == REASON_NONE && !lookup->absent && !lookup->not_modified;
}

static void read_run(void *item)
{
    struct package *package = item;

    for (size_t i = 0; i < index_count(package); i++)
        if (has_body(&package->lookups[i]))
            lookup_read(&package->lookups[i]);
}

static void read_done(void *item)
{
    struct package *package = item;

    for (size_t i = 0; i < index_count(package); i++) {
        struct lookup *lookup = &package->lookups[i];
        lookup->index->asked++;
        lookup->index->had += has(lookup) || lookup->err.reason != REASON_NONE;
        enum pypi_kind kind = lookup->form == PYPI_FORM_JSON ? PYPI_JSON : PYPI_SIMPLE;
        if (has_body(lookup) && lookup->word == PYPI_WORD_FOUND &&
            pypi_learn(lookup->index->pypi, kind))
            lookup->found = kind;
    }
    work_submit(package->scan->store_lane, save_run, save_done, package);
}

/* --- asking ---------------------------------------------------------------------------------- */

static void answered(struct package *package)
{
    bool bodies = false;

    if (--package->waiting > 0)
        return;
    for (size_t i = 0; i < index_count(package); i++)
        bodies |= has_body(&package->lookups[i]);
    if (bodies)
        work_submit(package->scan->cpu_lane, read_run, read_done, package);
    else
        read_done(package);
}

static void on_document(const struct pypi_document *document, const struct err *err, void *ctx)
{
    struct lookup *lookup = ctx;

    if (document == NULL) {
        lookup->err = *err;
    } else {
        lookup->absent = document->absent;
        lookup->not_modified = document->not_modified;
    }
    if (document != NULL && has_body(lookup)) {
        size_t max = document->body->max;
        lookup->form = document->form;
        lookup->word = document->word;
        lookup->url = mem_strdup(document->url);
        lookup->etag = document->etag != NULL ? mem_strdup(document->etag) : NULL;
        lookup->body = *document->body;
        buf_init(document->body, max);
    }
    answered(lookup->package);
}

static void ask_indexes(struct package *package)
{
    package->waiting = (unsigned)index_count(package);
    for (size_t i = 0; i < index_count(package); i++) {
        struct lookup *lookup = &package->lookups[i];
        /* Of a name that is new to us, "not found" may mean quarantined. */
        bool there = lookup->known.state == NULL || strcmp(lookup->known.state, "known") == 0;
        pypi_get(lookup->index->pypi, package->name, lookup->known.etag,
                 there || lookup->known.status != NULL, on_document, lookup);
    }
}

/* Documents come in faster than the database takes them: only so many are on their way at once. */
static void documents_start(struct scan *scan)
{
    while (scan->documents != NULL && scan->documents_open < DOCUMENTS_OPEN) {
        struct package *package = scan->documents;
        scan->documents = package->next;
        if (scan->documents == NULL)
            scan->documents_end = &scan->documents;
        scan->documents_open++;
        ask_indexes(package);
    }
}

static void lookup_run(void *item)
{
    struct package *package = item;

    for (size_t i = 0; i < index_count(package); i++) {
        struct lookup *lookup = &package->lookups[i];
        if (store_known_package(package->scan->store, lookup->index->url, package->name,
                                &package->arena, &lookup->known, &package->fatal) != 0)
            return;
    }
}

static void lookup_done(void *item)
{
    struct package *package = item;
    struct scan *scan = package->scan;

    scan_check(scan, &package->fatal);
    package->next = NULL;
    *scan->documents_end = package;
    scan->documents_end = &package->next;
    documents_start(scan);
}

static void add_lookups(struct package *package)
{
    package->lookups = mem_array(index_count(package), sizeof *package->lookups);
    for (size_t i = 0; i < index_count(package); i++) {
        package->lookups[i].package = package;
        package->lookups[i].index = &package->scan->indexes[i];
    }
}

struct answer_later {
    struct package *package;
    package_ready *ready;
    void *ctx;
};

static void answer_now(void *item)
{
    struct answer_later later = *(struct answer_later *)item;

    free(item);
    later.ready(later.package, later.ctx);
}

void package_ask_named(struct scan *scan, const char *name, package_ready *ready, void *ctx)
{
    struct package *package;

    package_ask(scan, name, ready, ctx);
    HASH_FIND_STR(scan->packages, name, package);
    package->named = true;
}

void package_ask(struct scan *scan, const char *name, package_ready *ready, void *ctx)
{
    struct package *package;

    HASH_FIND_STR(scan->packages, name, package);
    if (package != NULL && package->ready) {
        struct answer_later *later = mem_alloc(sizeof *later);
        *later = (struct answer_later){package, ready, ctx};
        loop_defer(scan->loop, answer_now, later);
        return;
    }
    bool first = package == NULL;
    if (first) {
        package = mem_alloc(sizeof *package);
        package->scan = scan;
        package->name = mem_strdup(name);
        add_lookups(package);
        HASH_ADD_KEYPTR(hh, scan->packages, package->name, strlen(package->name), package);
    }
    struct waiter *waiter = mem_alloc(sizeof *waiter);
    *waiter = (struct waiter){ready, ctx, package->waiters};
    package->waiters = waiter;
    if (first)
        work_submit(scan->store_lane, lookup_run, lookup_done, package);
}

void packages_free(struct scan *scan)
{
    struct package *package, *next;

    HASH_ITER(hh, scan->packages, package, next)
    {
        HASH_DEL(scan->packages, package);
        release_lookups(package);
        arena_release(&package->arena);
        free(package->name);
        free(package);
    }
}
