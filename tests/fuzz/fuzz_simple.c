/* The Simple API's page of a package. The first byte chooses the form, as a server would. */
#include <stdint.h>

#include "facts/simple.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct index_document doc;
    struct err err;

    if (size > 0)
        simple_parse(data[0] == '{' ? SIMPLE_JSON : SIMPLE_HTML, (const char *)data, size,
                     "https://index.example/simple/p/", "p", &arena, &doc, &err);
    arena_release(&arena);
    return 0;
}
