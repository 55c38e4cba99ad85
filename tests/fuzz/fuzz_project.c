/* The input is a tree: files divided by lines "--- PATH", as in tests/unit/data/project.cases. */
#include <stdint.h>
#include <string.h>

#include "facts/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const char *data;
    size_t len;
};

static enum source_result read_input(void *ctx, const char *path, const char **data, size_t *len)
{
    const struct input *input = ctx;
    const char *at = input->data, *end = at + input->len;
    size_t path_len = strlen(path);

    while ((at = memmem(at, (size_t)(end - at), "--- ", 4)) != NULL) {
        at += 4;
        if ((size_t)(end - at) <= path_len || memcmp(at, path, path_len) != 0 ||
            at[path_len] != '\n')
            continue;
        at += path_len + 1;
        const char *next = memmem(at, (size_t)(end - at), "\n--- ", 5);
        *data = at;
        *len = (size_t)((next != NULL ? next + 1 : end) - at);
        return SOURCE_FOUND;
    }
    return SOURCE_ABSENT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {(const char *)data, size};
    const struct source source = {.read = read_input, .ctx = &input};
    struct arena arena = ARENA_INIT;
    struct project project;
    struct err err;

    if (size < 1u << 16)
        project_read(&source, "", (struct project_all_said){0}, &arena, &project, &err);
    arena_release(&arena);
    return 0;
}
