/*
 * The Simple API's page of a package, for indexes that have no JSON API: as JSON or as HTML.
 * Versions are those that the page lists (PEP 700), else what the names of its files tell; when
 * they were uploaded is unknown where the page does not say. URLs are made absolute, and are names
 * only: nothing here contacts them. Sources: PEP 503, 592, 629, 691, 700, 740,
 * 792, contracts.md
 * section 3.
 */
#ifndef FACTS_SIMPLE_H
#define FACTS_SIMPLE_H

#include "facts/index.h"

enum simple_form { SIMPLE_JSON, SIMPLE_HTML };

/* Once, before any thread parses. */
void simple_init(void);

/* Like index_parse; `url` is the page's own, and `name` the PEP 503 name that was asked for. -1
   also for a page that is no index's, or whose files are another package's. A page without files is
   a document without releases. `out->note` tells files whose names tell no version. */
int simple_parse(enum simple_form form, const char *body, size_t len, const char *url,
                 const char *name, struct arena *arena, struct index_document *out,
                 struct err *err);

/* --- between the two forms and what they have in common ----------------------------------------
 */

#define SIMPLE_FILES_MAX 100000

struct simple_file {
    const char *filename, *url, *sha256;
    int64_t size, uploaded_at;
    bool yanked;
    const char *yanked_reason;
    const char *provenance; /* as in struct index_file */
};

/* What a page says, whatever its form. */
struct simple_page {
    const char *url;             /* its base: relative URLs begin there */
    const char *package;         /* that was asked for */
    const char *api_version;     /* "1.4"; NULL: not told */
    const char *status, *reason; /* PEP 792 */
    const char *const *versions; /* PEP 700; NULL: not told */
    size_t version_count;
    struct simple_file *files;
    size_t file_count, size;
};

int simple_read_json(const char *body, size_t len, struct arena *arena, struct simple_page *page,
                     struct err *err);
int simple_read_html(const char *body, size_t len, struct arena *arena, struct simple_page *page,
                     struct err *err);
/* Room for one more file, -1 when there are too many; page->files is the caller's to free. */
struct simple_file *simple_add(struct simple_page *page, struct err *err);
/* -1 for another major version than 1 (PEP 629). */
int simple_check_version(const struct simple_page *page, struct err *err);
/* "The Simple page of NAME is bad: …" */
int simple_bad(const struct simple_page *page, struct err *err, const char *what, const char *how);

#endif
