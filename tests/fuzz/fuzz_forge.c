/* The forge's GraphQL answers. */
#include <stdint.h>

#include "facts/forge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct forge_asked asked[] = {{"acme/rocket", "main", true, 3},
                                               {"acme/glider", NULL, false, 1},
                                               {"acme/kite", "x", true, 0}};
    struct arena arena = ARENA_INIT;
    struct forge_answer answer;

    forge_parse((const char *)data, size, asked, sizeof asked / sizeof *asked, &arena, &answer);
    arena_release(&arena);
    return 0;
}
