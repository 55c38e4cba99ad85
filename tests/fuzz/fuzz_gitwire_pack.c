/* Answers that carry a pack: the first byte chooses the version and where the stream is cut. */
#include <stdint.h>
#include <stdlib.h>

#include "fetch/gitwire_codec.h"

#define MAX_BYTES 4096

static int count(void *ctx, const char *data, size_t len, struct err *err)
{
    (void)data;
    (void)err;
    *(uint64_t *)ctx += len;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct git_pack pack;
    struct err err = {0};
    uint64_t bytes = 0;
    int result = 0;

    if (size == 0)
        return 0;
    size_t step = 1 + data[0] / 2;
    git_pack_init(&pack, data[0] % 2 == 0 ? 2 : 0, MAX_BYTES, count, &bytes);
    for (size_t at = 1; result == 0 && at < size; at += step)
        result = git_pack_feed(&pack, (const char *)data + at, size - at < step ? size - at : step,
                               &err);
    if (result == 0)
        result = git_pack_finish(&pack, &err);
    if (bytes != pack.bytes || bytes > MAX_BYTES || (result != 0) != (err.reason != REASON_NONE))
        abort();
    git_pack_release(&pack);
    return 0;
}
