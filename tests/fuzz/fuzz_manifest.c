/* The input is a manifest's text; packed here, since no change of packed bytes unpacks. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "facts/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_text(const char *a, const char *b)
{
    if ((a == NULL) != (b == NULL) || (a != NULL && strcmp(a, b) != 0))
        abort();
}

static void same(const struct archive_contents *a, const struct archive_contents *b)
{
    if (a->member_count != b->member_count || a->oddity_count != b->oddity_count ||
        a->record_fault_count != b->record_fault_count || a->record != b->record ||
        a->kind != b->kind || a->bytes != b->bytes)
        abort();
    same_text(a->top, b->top);
    for (size_t i = 0; i < a->member_count; i++) {
        const struct archive_member *x = &a->members[i], *y = &b->members[i];
        same_text(x->path, y->path);
        same_text(x->oid, y->oid);
        same_text(x->sha256, y->sha256);
        if (x->len != y->len || x->size != y->size || x->executable != y->executable ||
            (x->data == NULL) != (y->data == NULL) ||
            (x->data != NULL && memcmp(x->data, y->data, x->len) != 0))
            abort();
    }
}

/* What can be read can be written, and is the same when read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive_contents contents, again;
    struct arena arena = ARENA_INIT;
    struct buf buf = BUF_INIT(1 << 24);
    struct err err;
    uLongf len = compressBound(size);
    Bytef *bytes = malloc(len);

    if (bytes == NULL || compress2(bytes, &len, data, size, 1) != Z_OK)
        abort();
    if (manifest_decode(data, size, &arena, &contents, &err) == 0)
        abort();
    if (manifest_decode(bytes, len, &arena, &contents, &err) == 0) {
        if (manifest_encode(&contents, &buf, &err) != 0 ||
            manifest_decode(buf.data, buf.len, &arena, &again, &err) != 0)
            abort();
        same(&contents, &again);
    }
    free(bytes);
    buf_release(&buf);
    arena_release(&arena);
    return 0;
}
