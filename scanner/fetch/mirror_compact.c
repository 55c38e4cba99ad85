#include "fetch/mirror_compact.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "base/text.h"
#include "fetch/mirror_dir.h"
#include "fetch/mirror_internal.h"

/* What is compressed in the old packs is copied as it is; only deltas name their base by its id
   instead of its distance, so that objects may be left out that more than one pack holds. Of these
   the first one stays: a base lies in the same pack, so no chain of deltas can end in itself. */

#define OBJECTS_MAX 2000000u
#define BYTES_MAX   (1ull << 30)
#define BYTES_LARGE (64u << 20) /* of a pack that stays as it is */
#define SUM         20          /* bytes of the checksum that ends a pack */
#define PACK_HEAD   12
#define INDEX_HEAD  8
#define FANOUT      (256 * 4)
#define OFS_DELTA   6
#define REF_DELTA   7

struct map {
    const unsigned char *at;
    size_t len;
    ino_t inode;
};

struct pack {
    char *name; /* "pack-….pack" */
    struct map data, index;
    size_t first, count; /* its entries, by offset */
};

struct entry {
    const unsigned char *oid; /* in the pack's index */
    uint64_t offset, end;     /* in the pack */
    unsigned pack;
    bool kept;
};

struct compact {
    const char *dir;
    struct pack *packs;
    size_t pack_count, pack_size;
    struct entry *entries;
    size_t count, size;
    uint64_t bytes;
    bool promised;
    struct err *err;
};

static int damaged(const struct compact *compact, const char *name)
{
    return err_set(compact->err, REASON_BAD_ANSWER, "%s/objects/pack/%s is damaged", compact->dir,
                   name);
}

/* --- reading the old ones -------------------------------------------------------------------- */

static void unmap(struct pack *pack)
{
    if (pack->data.at != NULL)
        munmap((void *)pack->data.at, pack->data.len);
    if (pack->index.at != NULL)
        munmap((void *)pack->index.at, pack->index.len);
    free(pack->name);
}

static int map_file(int dir, const char *name, struct map *out)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    void *at = MAP_FAILED;
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd >= 0)
        close(fd);
    if (at == MAP_FAILED)
        return -1;
    *out = (struct map){at, (size_t)st.st_size, st.st_ino};
    return 0;
}

static uint32_t word(const unsigned char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return ntohl(value);
}

static int by_offset(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;

    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Version 2 of the index (gitformat-pack): fan-out, ids, checksums, offsets, large offsets. */
static int read_index(struct compact *compact, struct pack *pack)
{
    const struct map *index = &pack->index;
    uint64_t end = pack->data.len - SUM;

    if (index->len < INDEX_HEAD + FANOUT || memcmp(index->at, "\377tOc\0\0\0\2", INDEX_HEAD) != 0)
        return -1;
    size_t count = word(index->at + INDEX_HEAD + FANOUT - 4);
    size_t fixed = INDEX_HEAD + FANOUT + count * (SUM + 4 + 4) + 2 * SUM;
    if (count > OBJECTS_MAX || fixed > index->len)
        return -1;
    const unsigned char *oids = index->at + INDEX_HEAD + FANOUT;
    const unsigned char *offsets = oids + count * (SUM + 4);
    size_t large = (index->len - fixed) / 8;
    pack->first = compact->count;
    pack->count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t offset = word(offsets + 4 * i);
        if (offset >> 31 != 0) {
            const unsigned char *at = offsets + 4 * count + 8 * (offset & 0x7fffffff);
            if ((offset & 0x7fffffff) >= large)
                return -1;
            offset = (uint64_t)word(at) << 32 | word(at + 4);
        }
        if (offset < PACK_HEAD || offset >= end)
            return -1;
        compact->entries =
            mem_grow(compact->entries, compact->count, &compact->size, sizeof *compact->entries);
        compact->entries[compact->count++] = (struct entry){
            .oid = oids + i * SUM, .offset = offset, .pack = (unsigned)compact->pack_count};
    }
    struct entry *first = compact->entries + pack->first;
    qsort(first, count, sizeof *first, by_offset);
    for (size_t i = 0; i < count; i++)
        first[i].end = i + 1 < count ? first[i + 1].offset : end;
    return 0;
}

static bool read_pack(void *ctx, int dir, const char *name)
{
    struct compact *compact = ctx;
    struct pack pack = {0};

    compact->promised |= text_ends_with(name, ".promisor");
    if (!text_ends_with(name, ".idx"))
        return true;
    pack.name = mem_printf("%.*s.pack", (int)strlen(name) - 4, name);
    int result = map_file(dir, name, &pack.index);
    if (result == 0)
        result = map_file(dir, pack.name, &pack.data);
    if (result == 0 && pack.data.len > BYTES_LARGE) {
        unmap(&pack);
        return true;
    }
    if (result == 0)
        result = pack.data.len > PACK_HEAD + SUM ? read_index(compact, &pack) : -1;
    compact->bytes += pack.data.len;
    compact->packs =
        mem_grow(compact->packs, compact->pack_count, &compact->pack_size, sizeof *compact->packs);
    compact->packs[compact->pack_count++] = pack;
    if (result != 0)
        damaged(compact, name);
    else if (compact->count > OBJECTS_MAX || compact->bytes > BYTES_MAX)
        result =
            err_set(compact->err, REASON_LIMIT, "%s is too large to be compacted", compact->dir);
    return result == 0;
}

static int by_oid(const void *a, const void *b)
{
    const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
    int order = memcmp(left->oid, right->oid, SUM);

    return order != 0 ? order : left->pack < right->pack ? -1 : left->pack > right->pack;
}

/* Each object once; returns how many there are. */
static uint32_t choose(struct compact *compact)
{
    struct entry **all = mem_array(compact->count + 1, sizeof *all);
    uint32_t kept = 0;

    for (size_t i = 0; i < compact->count; i++)
        all[i] = &compact->entries[i];
    qsort(all, compact->count, sizeof *all, by_oid);
    for (size_t i = 0; i < compact->count; i++) {
        all[i]->kept = i == 0 || memcmp(all[i]->oid, all[i - 1]->oid, SUM) != 0;
        kept += all[i]->kept;
    }
    free(all);
    return kept;
}

/* --- writing the new one --------------------------------------------------------------------- */

struct out {
    FILE *file;
    EVP_MD_CTX *sum;
};

static void put(struct out *out, const void *data, size_t len)
{
    fwrite(data, 1, len, out->file); /* ferror() tells in the end */
    EVP_DigestUpdate(out->sum, data, len);
}

/* The object that lies `distance` bytes before an entry. */
static const struct entry *base_of(const struct compact *compact, const struct entry *entry,
                                   uint64_t distance)
{
    const struct pack *pack = &compact->packs[entry->pack];
    struct entry wanted = {.offset = entry->offset - distance};

    return bsearch(&wanted, compact->entries + pack->first, pack->count, sizeof wanted, by_offset);
}

static int put_entry(const struct compact *compact, const struct entry *entry, struct out *out)
{
    const unsigned char *at = compact->packs[entry->pack].data.at + entry->offset;
    size_t len = entry->end - entry->offset, used = 0;
    unsigned char first = at[0];

    if ((first >> 4 & 7) != OFS_DELTA) {
        put(out, at, len);
        return 0;
    }
    while (used < len && at[used] & 0x80)
        used++;
    size_t head = ++used;
    if (used >= len)
        return -1;
    uint64_t distance = at[used] & 0x7f;
    while (at[used++] & 0x80) {
        if (used >= len || distance > BYTES_MAX)
            return -1;
        distance = (distance + 1) << 7 | (at[used] & 0x7f);
    }
    const struct entry *base = base_of(compact, entry, distance);
    if (base == NULL)
        return -1;
    first = (unsigned char)((first & 0x8f) | REF_DELTA << 4);
    put(out, &first, 1);
    put(out, at + 1, head - 1);
    put(out, base->oid, SUM);
    put(out, at + used, len - used);
    return 0;
}

static int write_pack(const struct compact *compact, uint32_t objects, int fd)
{
    struct out out = {fdopen(dup(fd), "w"), EVP_MD_CTX_new()};
    unsigned char sum[EVP_MAX_MD_SIZE];
    uint32_t head[] = {0, htonl(2), htonl(objects)};
    int result = out.file != NULL && EVP_DigestInit_ex(out.sum, EVP_sha1(), NULL) == 1 ? 0 : -1;

    memcpy(head, "PACK", 4);
    if (result == 0)
        put(&out, head, sizeof head);
    for (size_t i = 0; result == 0 && i < compact->count; i++)
        if (compact->entries[i].kept && put_entry(compact, &compact->entries[i], &out) != 0)
            result = damaged(compact, compact->packs[compact->entries[i].pack].name);
    EVP_DigestFinal_ex(out.sum, sum, NULL);
    EVP_MD_CTX_free(out.sum);
    if (out.file == NULL)
        return err_set(compact->err, REASON_DISK, "cannot write a pack: %s", strerror(errno));
    fwrite(sum, 1, SUM, out.file);
    bool failed = ferror(out.file) != 0;
    if ((fclose(out.file) != 0 || failed) && result == 0)
        result = err_set(compact->err, REASON_DISK, "cannot write a pack: %s", strerror(errno));
    return result;
}

/* The pack first: what is left of one without it is swept. The new one may have an old one's name.
 */
static void remove_old(const struct compact *compact)
{
    for (size_t i = 0; i < compact->pack_count; i++) {
        char *path = mem_printf("%s/objects/pack/%s", compact->dir, compact->packs[i].name);
        struct stat st;
        if (stat(path, &st) == 0 && st.st_ino == compact->packs[i].data.inode)
            unlink(path);
        free(path);
    }
    /* What git may have written of all packs together is no longer true. */
    char *midx = mem_printf("%s/objects/pack/multi-pack-index", compact->dir);
    unlink(midx);
    free(midx);
    mirror_dir_sweep(compact->dir);
}

static void release(struct compact *compact)
{
    for (size_t i = 0; i < compact->pack_count; i++)
        unmap(&compact->packs[i]);
    free(compact->packs);
    free(compact->entries);
}

int mirror_compact(struct mirror *mirror, struct err *err)
{
    struct compact compact = {.dir = mirror->dir, .err = err};
    int fd = -1, result = mirror_dir_each_pack_file(mirror->dir, read_pack, &compact) ? 0 : -1;

    if (result == 0 && compact.pack_count > 1) {
        result = -1;
        if ((fd = mirror_spool(mirror, err)) >= 0 &&
            write_pack(&compact, choose(&compact), fd) == 0 &&
            mirror_add_pack(mirror, fd, compact.promised, err) == 0) {
            remove_old(&compact);
            result = 0;
        }
    }
    if (fd >= 0)
        close(fd);
    release(&compact);
    return result;
}
