#include "scan/job.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "facts/index.h"

#define DOCUMENTS_OPEN 32

struct waiter {
    package_ready *ready;
    void *ctx;
    struct waiter *next;
};

static void finish(struct package *package)
{
    struct waiter *waiter = package->waiters;

    package->waiters = NULL;
    package->ready = true;
    arena_release(&package->arena);
    buf_release(&package->body);
    free(package->etag);
    package->etag = NULL;
    while (waiter != NULL) {
        struct waiter *next = waiter->next;
        waiter->ready(package, waiter->ctx);
        free(waiter);
        waiter = next;
    }
}

/* --- reading: on the pool -------------------------------------------------------------------- */

static char *urls_json(const struct index_document *document, struct arena *arena)
{
    json_t *pairs = json_array();

    for (size_t i = 0; document->urls != NULL && document->urls[i] != NULL; i++)
        json_array_append_new(pairs,
                              json_pack("[s?, s?]", document->url_labels[i], document->urls[i]));
    char *text = json_dumps(pairs, JSON_COMPACT);
    char *kept = arena_strdup(arena, text != NULL ? text : "[]");
    free(text);
    json_decref(pairs);
    return kept;
}

static const struct row_file *file_rows(const struct index_release *release, struct arena *arena)
{
    struct row_file *rows = arena_array(arena, release->file_count, sizeof *rows);

    for (size_t i = 0; i < release->file_count; i++) {
        const struct index_file *file = &release->files[i];
        rows[i] = (struct row_file){file->filename, file->kind,        file->url,   file->sha256,
                                    file->size,     file->uploaded_at, file->yanked};
    }
    return rows;
}

static const struct row_release *release_rows(const struct index_document *document,
                                              struct arena *arena)
{
    struct row_release *rows = arena_array(arena, document->release_count, sizeof *rows);

    for (size_t i = 0; i < document->release_count; i++) {
        const struct index_release *release = &document->releases[i];
        rows[i] = (struct row_release){
            .version = release->version,
            .uploaded_at = release->uploaded_at,
            .yanked = release->yanked,
            .yanked_reason = release->yanked_reason,
            .files = file_rows(release, arena),
            .file_count = release->file_count,
        };
    }
    return rows;
}

static void read_run(void *item)
{
    struct package *package = item;
    struct index_document document;

    /* What does not parse is the index's fault, and told as coverage. */
    if (index_parse(buf_str(&package->body), package->body.len, package->name, &package->arena,
                    &document, &package->err) == 0) {
        package->row = (struct row_package){
            .index = package->scan->options->index,
            .name = package->name,
            .state = "known",
            .display = document.name,
            .latest = document.latest,
            .licence = document.licence,
            .organisation = document.organisation,
            .serial = document.serial,
            .urls = urls_json(&document, &package->arena),
        };
        package->releases = release_rows(&document, &package->arena);
        package->release_count = document.release_count;
    }
    buf_release(&package->body);
}

/* --- storing --------------------------------------------------------------------------------- */

static int save_answer(struct package *package, struct err *err)
{
    struct scan *scan = package->scan;
    int64_t before = store_changes(scan->store);
    int result = 0;

    if (package->err.reason == REASON_NONE && package->absent) {
        struct row_package row = {
            .index = scan->options->index, .name = package->name, .state = "absent"};
        result = store_put_package(scan->store, &row, NULL, NULL, 0, &package->id, err);
    } else if (package->err.reason == REASON_NONE && !package->not_modified) {
        result = store_put_package(scan->store, &package->row, package->etag, package->releases,
                                   package->release_count, &package->id, err);
    }
    if (result == 0 && package->id == 0)
        result =
            store_package_id(scan->store, scan->options->index, package->name, &package->id, err);
    package->changed = store_changes(scan->store) != before;
    if (result == 0 && package->changed) {
        char *key = stamp_changed(scan, package->name);
        result = stamp_remember(scan->store, key, err);
        free(key);
    }
    if (result != 0)
        return -1;
    bool unknown = package->err.reason != REASON_NONE;
    struct row_coverage coverage = {
        .package_id = package->id,
        .fact = "index",
        .status = unknown           ? "unknown"
                  : package->absent ? "absent"
                                    : "known",
        .reason = unknown           ? reason_word(package->err.reason)
                  : package->absent ? reason_word(REASON_NOT_FOUND)
                                    : NULL,
        .detail = unknown ? package->err.text : NULL,
    };
    if (store_put_coverage(scan->store, &coverage, 1, err) != 0)
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
    if (save_answer(package, &package->fatal) != 0 || store_commit(store, &package->fatal) != 0)
        store_rollback(store);
}

static void documents_start(struct scan *scan);

static void save_done(void *item)
{
    struct package *package = item;
    struct scan *scan = package->scan;

    scan_check(scan, &package->fatal);
    scan->documents_open--;
    finish(package);
    documents_start(scan);
}

static void read_done(void *item)
{
    struct package *package = item;

    work_submit(package->scan->store_lane, save_run, save_done, package);
}

/* --- asking ---------------------------------------------------------------------------------- */

static void on_document(const struct pypi_document *document, const struct err *err, void *ctx)
{
    struct package *package = ctx;

    if (document == NULL) {
        package->err = *err;
        read_done(package);
        return;
    }
    package->absent = document->absent;
    package->not_modified = document->not_modified;
    package->etag = document->etag != NULL ? mem_strdup(document->etag) : NULL;
    if (document->absent || document->not_modified) {
        read_done(package);
        return;
    }
    size_t max = document->body->max;
    package->body = *document->body;
    buf_init(document->body, max);
    work_submit(package->scan->cpu_lane, read_run, read_done, package);
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
        pypi_get(scan->pypi, package->name, package->known.etag, on_document, package);
    }
}

static void lookup_run(void *item)
{
    struct package *package = item;
    struct scan *scan = package->scan;

    store_known_package(scan->store, scan->options->index, package->name, &package->arena,
                        &package->known, &package->fatal);
}

static void lookup_done(void *item)
{
    struct package *package = item;
    struct scan *scan = package->scan;

    scan_check(scan, &package->fatal);
    package->id = package->known.id;
    package->absent = package->known.state != NULL && strcmp(package->known.state, "absent") == 0;
    package->next = NULL;
    *scan->documents_end = package;
    scan->documents_end = &package->next;
    documents_start(scan);
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
        arena_release(&package->arena);
        free(package->name);
        free(package);
    }
}
