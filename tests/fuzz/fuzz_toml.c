#include <stdint.h>

#include "facts/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err;
    json_t *out, *lines;

    if (toml_parse_lines((const char *)data, size, "fuzz.toml", &out, &lines, &err) == 0) {
        json_decref(out);
        json_decref(lines);
    }
    return 0;
}
