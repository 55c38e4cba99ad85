#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "facts/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What can be read can be written, and read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive_contents contents, again;
    struct arena arena = ARENA_INIT;
    struct buf buf = BUF_INIT(1 << 24);
    struct err err;

    if (manifest_decode(data, size, &arena, &contents, &err) == 0 &&
        manifest_encode(&contents, &buf, &err) == 0 &&
        (manifest_decode(buf.data, buf.len, &arena, &again, &err) != 0 ||
         again.member_count != contents.member_count))
        abort();
    buf_release(&buf);
    arena_release(&arena);
    return 0;
}
