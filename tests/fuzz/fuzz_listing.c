/* The forge's listing of repositories. */
#include <stdint.h>

#include "facts/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct listing_repository *all;
    struct err err;
    size_t count;

    listing_parse((const char *)data, size, &arena, &all, &count, &err);
    arena_release(&arena);
    return 0;
}
