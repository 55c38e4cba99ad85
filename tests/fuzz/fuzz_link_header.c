/* The Link header of a listing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/link_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = mem_strndup((const char *)data, size), next[64] = "";

    if (link_header_next(header, next, sizeof next) == 1 && strlen(next) == 0)
        abort();
    free(header);
    return 0;
}
