/* The first byte says what the file is called, and whether the checksums of a tar's headers are to
   be mended, so that what stands in them is looked at; the rest is the file. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fetch/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool keep_some(void *ctx, const struct archive_member *member)
{
    (void)ctx;
    return member->oid[0] < '8';
}

static bool is_clean(const char *path)
{
    for (const char *s = path;; s++) {
        size_t n = strcspn(s, "/");
        if (n == 0 || (n == 1 && *s == '.') || (n == 2 && memcmp(s, "..", 2) == 0))
            return false;
        s += n;
        if (*s == '\0')
            return true;
    }
}

static void check(const struct archive_contents *contents)
{
    for (size_t i = 0; i < contents->member_count; i++) {
        const struct archive_member *member = &contents->members[i];
        if (!is_clean(member->path) || strlen(member->oid) != OID_HEX - 1 || member->size < 0 ||
            (i > 0 && strcmp(contents->members[i - 1].path, member->path) > 0))
            abort();
    }
    if ((contents->kind == ARCHIVE_WHEEL) == (contents->record == ARCHIVE_RECORD_NONE))
        abort();
}

static void mend(char *tar, size_t size)
{
    for (char *head = tar; size >= 512; head += 512, size -= 512) {
        unsigned sum = 0;
        if (memcmp(head + 257, "ustar", 5) != 0)
            continue;
        memset(head + 148, ' ', 8);
        for (size_t i = 0; i < 512; i++)
            sum += (unsigned char)head[i];
        snprintf(head + 148, 8, "%06o", sum);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"tool-1.0.tar",    "tool-1.0.tar.gz",
                                        "tool-1.0.zip",    "tool-1.0-py3-none-any.whl",
                                        "tool-1.0.tar.xz", "tool-1.0.tar.bz2"};
    struct archive_contents contents;
    struct arena arena = ARENA_INIT;
    struct err err;

    if (size == 0)
        return 0;
    struct archive_request request = {.filename = names[data[0] % 6],
                                      .keep = keep_some,
                                      .keep_max = 4096,
                                      .keep_total = 8192,
                                      .max_bytes = 1 << 20,
                                      .max_members = 100};
    char *file = malloc(size);
    memcpy(file, data + 1, size - 1);
    if (data[0] >= 128)
        mend(file, size - 1);
    int fd = memfd_create("fuzz", 0);
    if (write(fd, file, size - 1) != (ssize_t)(size - 1))
        abort();
    free(file);
    if (archive_read(fd, &request, &arena, &contents, &err) == 0)
        check(&contents);
    arena_release(&arena);
    close(fd);
    return 0;
}
