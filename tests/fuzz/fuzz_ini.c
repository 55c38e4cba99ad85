#include <stdint.h>

#include "facts/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct ini ini;
    struct err err;

    if (ini_parse((const char *)data, size, "fuzz.cfg", &arena, &ini, &err) == 0)
        ini_value(&ini, "metadata", "name");
    arena_release(&arena);
    return 0;
}
