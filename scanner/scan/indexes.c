#include "scan/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/simple.h"

#define MANY 3 /* so few may well be unpublished */

static const char *const kind_words[] = {
    [PYPI_AUTO] = "auto", [PYPI_JSON] = "json", [PYPI_SIMPLE] = "simple"};

static char *kind_key(const struct index *index)
{
    return mem_printf("index-kind %s", index->url);
}

/* What an earlier run found out; of PyPI itself it is known. */
static int recall_kind(struct store *store, struct index *index, struct err *err)
{
    struct buf word = BUF_INIT(16);
    char *key = kind_key(index);
    int found = store_recall(store, key, &word, err);

    if (strcmp(index->url, "https://pypi.org") == 0)
        index->remembered = PYPI_JSON;
    for (size_t i = 0; found == 1 && i < sizeof kind_words / sizeof *kind_words; i++)
        if (strcmp(buf_str(&word), kind_words[i]) == 0)
            index->remembered = (enum pypi_kind)i;
    free(key);
    buf_release(&word);
    return found < 0 ? -1 : 0;
}

int index_remember(struct store *store, struct index *index, enum pypi_kind kind, struct err *err)
{
    if (index->remembered == kind)
        return 0;
    char *key = kind_key(index);
    int result = store_remember(store, key, kind_words[kind], err);
    free(key);
    index->remembered = kind;
    return result;
}

int indexes_open(struct scan *scan, struct err *err)
{
    const struct scan_options *options = scan->options;

    simple_init();
    scan->indexes = mem_array(options->index_count, sizeof *scan->indexes);
    for (size_t i = 0; i < options->index_count; i++) {
        const struct scan_index *configured = &options->indexes[i];
        struct index *index = &scan->indexes[i];
        index->url = mem_strndup(configured->url, text_without_slashes(configured->url));
        if (configured->kind == PYPI_AUTO && recall_kind(scan->store, index, err) != 0)
            return -1;
        struct pypi_options pypi = {
            .loop = scan->loop,
            .timeout_ms = options->index_timeout_ms,
            .index = index->url,
            .kind = configured->kind != PYPI_AUTO ? configured->kind : index->remembered,
            .fixed = configured->kind != PYPI_AUTO,
            .integrity = configured->integrity,
            .user = configured->user,
            .secret = configured->secret,
        };
        index->pypi = pypi_new(scan->http, &pypi);
    }
    return 0;
}

void indexes_check(const struct scan *scan)
{
    unsigned had = 0;

    for (size_t i = 0; i < scan->options->index_count; i++)
        had += scan->indexes[i].had;
    if (had == 0 && scan->indexes[0].asked >= MANY)
        log_warning("the index %s has none of the %u packages asked for: is its address right? "
                    "fleetdrift doctor checks it",
                    scan->indexes[0].url, scan->indexes[0].asked);
}

void indexes_free(struct scan *scan)
{
    for (size_t i = 0; scan->indexes != NULL && i < scan->options->index_count; i++) {
        pypi_free(scan->indexes[i].pypi);
        free(scan->indexes[i].url);
    }
    free(scan->indexes);
}
