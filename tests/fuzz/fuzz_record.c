#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/archive_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DIGEST "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

/* Every fault names a path, and what is right lists every member. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive_member members[] = {
        {.path = "a,\"b\"\n.py", .size = 6, .sha256 = DIGEST},
        {.path = "a.py", .size = 6, .sha256 = DIGEST},
        {.path = "a.py", .size = 6, .sha256 = DIGEST},
        {.path = "tool-1.0.dist-info/METADATA", .size = 6, .sha256 = DIGEST},
        {.path = "tool-1.0.dist-info/RECORD", .size = (int64_t)size},
    };
    struct archive_contents contents = {
        .kind = ARCHIVE_WHEEL, .members = members, .member_count = 5};
    struct arena arena = ARENA_INIT;
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    archive_record_check(&contents, "tool-1.0.dist-info/RECORD", text, size, &arena);
    if ((contents.record == ARCHIVE_RECORD_WRONG) != (contents.record_fault_count > 0) ||
        contents.record_fault_count > 50 || (contents.record == ARCHIVE_RECORD_RIGHT && size < 100))
        abort();
    for (size_t i = 0; i < contents.record_fault_count; i++)
        if (contents.record_faults[i].path == NULL)
            abort();
    free(text);
    arena_release(&arena);
    return 0;
}
