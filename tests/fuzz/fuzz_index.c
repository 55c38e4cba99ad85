/* The index's document of a package. */
#include <stdint.h>

#include "facts/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct index_document doc;
    struct err err;

    index_parse((const char *)data, size, "https://pypi.org/pypi/p/json", "p", &arena, &doc, &err);
    arena_release(&arena);
    return 0;
}
