/* Version 2 of a bundle (gitformat-bundle), and in it a pack (gitformat-pack) of whole objects. */
#include "fetch/mirror_write.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "base/mem.h"
#include "fetch/mirror_write_parts.h"

#define SUM 20

static int put_object(const struct write_object *object, struct buf *out)
{
    static const unsigned char types[] = {
        [GIT_OBJECT_COMMIT] = 1, [GIT_OBJECT_TREE] = 2, [GIT_OBJECT_BLOB] = 3};
    size_t left = object->len >> 4, len = 0;
    unsigned char head[16];
    uLongf size = compressBound(object->len);
    unsigned char *packed = mem_alloc(size);

    head[len++] = (unsigned char)(types[object->type] << 4 | (object->len & 15));
    for (; left > 0; left >>= 7) {
        head[len - 1] |= 0x80;
        head[len++] = left & 0x7f;
    }
    int result = compress2(packed, &size, (const unsigned char *)object->data, object->len,
                           Z_BEST_COMPRESSION) == Z_OK
                     ? 0
                     : -1;
    if (result == 0)
        result = buf_add(out, head, len);
    if (result == 0)
        result = buf_add(out, packed, size);
    free(packed);
    return result;
}

static int put_pack(const struct mirror_written *w, struct buf *out)
{
    uint32_t head[] = {0, htonl(2), htonl((uint32_t)w->count)};
    unsigned char sum[EVP_MAX_MD_SIZE];
    size_t start = out->len;

    memcpy(head, "PACK", 4);
    if (buf_add(out, head, sizeof head) != 0)
        return -1;
    for (size_t i = 0; i < w->count; i++)
        if (put_object(&w->objects[i], out) != 0)
            return -1;
    if (EVP_Digest(out->data + start, out->len - start, sum, NULL, EVP_sha1(), NULL) != 1)
        return -1;
    return buf_add(out, sum, SUM);
}

int mirror_write_bundle(const struct mirror_written *w, struct buf *out, struct err *err)
{
    const struct mirror_request *request = w->request;

    if (buf_addf(out, "# v2 git bundle\n-%s base of %s\n%s refs/heads/%s\n\n", request->base,
                 request->branch, w->commit_hex, request->branch) != 0 ||
        put_pack(w, out) != 0)
        return err_set(err, REASON_TOO_LARGE, "the bundle of %s is too large", request->branch);
    return 0;
}
