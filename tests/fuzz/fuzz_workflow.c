#include <stdint.h>
#include <string.h>

#include "facts/workflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const char *data;
    size_t size;
};

/* Whatever it calls is the same file. */
static enum source_result read_input(void *ctx, const char *path, const char **data, size_t *len)
{
    const struct input *input = ctx;

    *data = input->data;
    *len = input->size;
    return strchr(path, '?') == NULL ? SOURCE_FOUND : SOURCE_ABSENT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {(const char *)data, size};
    const struct source source = {.read = read_input, .ctx = &input};
    const char *const paths[] = {WORKFLOW_DIRECTORY "/a.yml"};
    struct arena arena = ARENA_INIT;
    struct workflows found;

    workflows_read(&source, paths, 1, &arena, &found);
    for (size_t i = 0; i < found.publish_count; i++)
        workflow_ways(found.publishes[i].ways, &arena);
    arena_release(&arena);
    return 0;
}
