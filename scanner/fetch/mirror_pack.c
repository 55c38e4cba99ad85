#include "fetch/mirror_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "fetch/mirror_dir.h"

#define PACK_HEADER  12
#define PACK_TRAILER 20
#define ENTRY_MIN    9 /* bytes of an empty object: its header and an empty zlib stream */
#define OBJECTS_MAX  20000000u

/* Reads the header: 1 a pack with objects, 0 one without any, -1 no pack. The number of objects is
   what libgit2 allocates by, so it is held against the size first. */
static int check_header(int fd, uint64_t size, unsigned *objects, struct err *err)
{
    unsigned char head[PACK_HEADER];
    uint32_t version, count;

    if (size == 0)
        return 0;
    if (size < PACK_HEADER + PACK_TRAILER)
        return err_set(err, REASON_TRUNCATED, "the pack ends too early, after %llu bytes",
                       (unsigned long long)size);
    if (pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head)
        return err_set(err, REASON_DISK, "cannot read a pack: %s", strerror(errno));
    memcpy(&version, head + 4, sizeof version);
    memcpy(&count, head + 8, sizeof count);
    if (memcmp(head, "PACK", 4) != 0 || (ntohl(version) != 2 && ntohl(version) != 3))
        return err_set(err, REASON_BAD_ANSWER, "what the server sent is no pack");
    *objects = ntohl(count);
    if (*objects > OBJECTS_MAX)
        return err_set(err, REASON_LIMIT, "the pack has %u objects, more than %u", *objects,
                       OBJECTS_MAX);
    if (*objects > (size - PACK_HEADER - PACK_TRAILER) / ENTRY_MIN)
        return err_set(err, REASON_TRUNCATED, "the pack ends too early: %llu bytes for %u objects",
                       (unsigned long long)size, *objects);
    return *objects > 0;
}

/* libgit2 has one failure for a bad pack and for a disk that takes no more; its class tells them
   apart. */
static int index_failed(struct err *err)
{
    const git_error *last = git_error_last();

    if (last != NULL && last->klass == GIT_ERROR_OS)
        return mirror_failed(err, REASON_DISK, "a pack cannot be written");
    return mirror_failed(err, REASON_BAD_ANSWER, "the pack is damaged");
}

static int feed(git_indexer *indexer, const void *data, size_t size, struct err *err)
{
    git_indexer_progress progress = {0};

    if (git_indexer_append(indexer, data, size, &progress) != 0)
        return index_failed(err);
    if (progress.received_objects < progress.total_objects)
        return err_set(err, REASON_TRUNCATED, "the pack ends too early: %u of %u objects",
                       progress.received_objects, progress.total_objects);
    if (git_indexer_commit(indexer, &progress) != 0)
        return index_failed(err);
    return 0;
}

/* Tells the git command that what the objects of this pack name may be missing. */
static int mark_promised(const char *packs, git_indexer *indexer, struct err *err)
{
    char *path = mem_printf("%s/pack-%s.promisor", packs, git_indexer_name(indexer));
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    int result = 0;

    if (fd >= 0)
        close(fd);
    else
        result = err_set(err, REASON_DISK, "cannot create %s: %s", path, strerror(errno));
    free(path);
    return result;
}

static int index_pack(struct mirror *mirror, const void *data, size_t size, bool promised,
                      struct err *err)
{
    git_indexer_options options = GIT_INDEXER_OPTIONS_INIT;
    git_indexer *indexer = NULL;
    char *packs = mem_printf("%s/pack", mirror->objects);
    int result;

    if (git_indexer_new(&indexer, packs, 0, mirror->odb, &options) != 0)
        result = mirror_failed(err, REASON_DISK, "cannot write a pack in %s", packs);
    else
        result = feed(indexer, data, size, err);
    if (result == 0 && promised && !mirror->temporary)
        result = mark_promised(packs, indexer, err);
    git_indexer_free(indexer);
    free(packs);
    return result;
}

int mirror_add_pack(struct mirror *mirror, int fd, bool promised, struct err *err)
{
    struct stat st;
    unsigned objects = 0;

    if (fstat(fd, &st) != 0)
        return err_set(err, REASON_DISK, "cannot read a pack: %s", strerror(errno));
    int result = check_header(fd, (uint64_t)st.st_size, &objects, err);
    if (result <= 0)
        return result;
    /* In one piece: every append maps and unmaps the new pack anew. */
    void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return err_set(err, REASON_DISK, "cannot read a pack: %s", strerror(errno));
    result = index_pack(mirror, data, (size_t)st.st_size, promised, err);
    munmap(data, (size_t)st.st_size);
    if (result == 0 && git_odb_refresh(mirror->odb) != 0)
        result = mirror_failed(err, REASON_DISK, "cannot read %s", mirror->dir);
    return result;
}
