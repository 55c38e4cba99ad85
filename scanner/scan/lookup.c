#include "scan/job.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "facts/index.h"
#include "facts/simple.h"
#include "scan/document.h"

/* --- reading: on the pool -------------------------------------------------------------------- */

static char *urls_json(const struct index_document *document, struct arena *arena)
{
    json_t *pairs = json_array();

    for (size_t i = 0; document->urls[i] != NULL; i++)
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
        rows[i] = (struct row_file){
            .filename = file->filename,
            .kind = file->kind,
            .url = file->url,
            .sha256 = file->sha256,
            .size = file->size,
            .uploaded_at = file->uploaded_at,
            .yanked = file->yanked,
            .provenance = file->provenance,
        };
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

static int parse(const struct pypi_document *document, const char *name, struct arena *arena,
                 struct index_document *out, struct err *err)
{
    const char *body = buf_str(document->body);
    size_t len = document->body->len;

    if (len > 0)
        log_redact(
            document->body->data); /* a page may echo the credentials that it was asked with */
    if (document->form == PYPI_FORM_JSON)
        return index_parse(body, len, document->url, name, arena, out, err);
    return simple_parse(document->form == PYPI_FORM_SIMPLE_JSON ? SIMPLE_JSON : SIMPLE_HTML, body,
                        len, document->url, name, arena, out, err);
}

int document_read(const struct pypi_document *document, const char *name, struct arena *arena,
                  struct index_document *out, bool *absent, struct err *err)
{
    if (parse(document, name, arena, out, err) != 0)
        return -1;
    /* Where nothing is to be had the JSON API says 404, the Simple API may show an empty page. */
    *absent = document->form != PYPI_FORM_JSON && out->release_count == 0;
    if (document->word == PYPI_WORD_AGAINST && !*absent)
        return err_set(err, REASON_BAD_ANSWER,
                       "%s: the index contradicts itself: its JSON API says 404, %s lists files",
                       name, document->url);
    return 0;
}

void lookup_read(struct lookup *lookup)
{
    struct arena *arena = &lookup->package->arena;
    const struct pypi_document answer = {
        .form = lookup->form, .word = lookup->word, .url = lookup->url, .body = &lookup->body};
    struct index_document document;

    /* What does not parse is the index's fault, and told as coverage. */
    if (document_read(&answer, lookup->package->name, arena, &document, &lookup->absent,
                      &lookup->err) == 0) {
        lookup->row = (struct row_package){
            .display = document.name,
            .licence = document.licence,
            .organisation = document.organisation,
            .urls = document.urls != NULL ? urls_json(&document, arena) : NULL,
            .status = document.status,
            .status_reason = document.status_reason,
            .note = document.note,
            .incomplete = document.incomplete,
        };
        lookup->releases = release_rows(&document, arena);
        lookup->release_count = document.release_count;
    }
    buf_release(&lookup->body);
}

/* --- saving: on the store lane --------------------------------------------------------------- */

static int put(struct lookup *lookup, struct err *err)
{
    struct row_package *row = &lookup->row;

    row->index = lookup->index->url;
    row->name = lookup->package->name;
    row->state = lookup->absent ? "absent" : "known";
    return store_put_package(lookup->package->scan->store, row,
                             lookup->absent ? NULL : lookup->etag, lookup->releases,
                             lookup->release_count, &lookup->id, err);
}

int lookup_save(struct lookup *lookup, bool winner, struct err *err)
{
    struct store *store = lookup->package->scan->store;
    bool read = lookup->err.reason == REASON_NONE && !lookup->not_modified;

    lookup->id = lookup->known.id;
    /* Names that an index never had are not written down, unless the fleet's package is to have
       them there. */
    if (read && (!lookup->absent || lookup->id != 0 || winner) && put(lookup, err) != 0)
        return -1;
    if (lookup->found != PYPI_AUTO && index_remember(store, lookup->index, lookup->found, err) != 0)
        return -1;
    if (!winner || lookup->id != 0)
        return 0;
    return store_package_id(store, lookup->index->url, lookup->package->name, &lookup->id, err);
}

void lookup_release(struct lookup *lookup)
{
    buf_release(&lookup->body);
    free(lookup->url);
    free(lookup->etag);
}
