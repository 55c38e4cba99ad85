/* The module's names are evaluated, every file that it asks for being itself. */
#include <stdint.h>
#include <string.h>

#include "facts/pyvalue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const char *data;
    size_t len;
};

static enum source_result read_input(void *ctx, const char *path, const char **data, size_t *len)
{
    const struct input *input = ctx;

    (void)path;
    *data = input->data;
    *len = input->len;
    return SOURCE_FOUND;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"version", "__version__", "v", "about"};
    struct input input = {(const char *)data, size};
    struct arena arena = ARENA_INIT;
    struct pysource source;
    struct err err;

    if (size < 1u << 16 &&
        pysource_read(input.data, size, "setup.py", &arena, &source, &err) == 0) {
        struct py_frame frame = pyvalue_module(&source);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            struct py_eval eval;
            pyvalue_init(&eval, &arena);
            eval.read = read_input;
            eval.ctx = &input;
            struct py_value value = pyvalue_name(&eval, &frame, names[i], strlen(names[i]));
            pyvalue_text(&eval, &value);
        }
    }
    arena_release(&arena);
    return 0;
}
