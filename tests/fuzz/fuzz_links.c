/* URLs of metadata, one a line with its label before a space; and globs of licence files. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "facts/licence.h"
#include "facts/links.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct links_result result;
    char *text = mem_strndup((const char *)data, size);
    char *url = strchr(text, ' ');

    if (url != NULL) {
        *url++ = '\0';
        const char *urls[] = {url, NULL}, *labels[] = {text, NULL};
        struct links_input input = {.repository = "o/r",
                                    .index_urls = urls,
                                    .index_labels = labels,
                                    .releases = 2,
                                    .agreeing = 1};
        links_judge(&input, &arena, &result);
        licence_glob_match(text, url);
        licence_is_file(url, text);
    }
    arena_release(&arena);
    free(text);
    return 0;
}
