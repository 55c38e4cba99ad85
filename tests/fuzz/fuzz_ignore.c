/* .gitignore files; the first line is the path that is asked for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "facts/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = newline != NULL ? (size_t)(newline - data) : size;
    char *path = mem_strndup((const char *)data, len);
    const char *rest = (const char *)data + (newline != NULL ? len + 1 : len);
    const struct ignore_file files[] = {{"", rest, size - (size_t)(rest - (const char *)data)},
                                        {"a", rest, size - (size_t)(rest - (const char *)data)}};

    ignore_match(files, 2, path);
    if (ignore_match(files, 0, path))
        abort(); /* nobody said so */
    free(path);
    return 0;
}
