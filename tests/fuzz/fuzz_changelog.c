/* Changelogs; the first line is also taken for a version and for a path. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "facts/changelog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct changelog_entry *entries;
    size_t count = changelog_entries((const char *)data, size, &arena, &entries);
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    char *first =
        mem_strndup((const char *)data, newline != NULL ? (size_t)(newline - data) : size);

    for (size_t i = 0; i < count; i++)
        if (changelog_find(entries, count, entries[i].version) == NULL)
            abort(); /* an entry that is there must be found by its own words */
    changelog_find(entries, count, first);
    changelog_rank(first, "docs");
    free(first);
    arena_release(&arena);
    return 0;
}
