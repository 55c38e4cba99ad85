/* A repository: the first line is the tag prefix, the second the tag regex of its package, then
   lines of a tag, the version that its tree declares, and a version on the index, separated by
   spaces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "facts/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES_MAX 200

struct input {
    struct tags_tag tags[LINES_MAX];
    struct tags_declared declared[LINES_MAX];
    struct tags_release releases[LINES_MAX];
    size_t count;
};

static const char *not_empty(const char *text)
{
    return text != NULL && *text != '\0' ? text : NULL;
}

static void read_lines(struct input *input, char *text)
{
    char *line;

    while ((line = strsep(&text, "\n")) != NULL && input->count < LINES_MAX) {
        size_t i = input->count++;
        const char *tag = strsep(&line, " ");
        const char *declared = not_empty(strsep(&line, " ")), *release = strsep(&line, " ");
        input->tags[i] = (struct tags_tag){tag, tag, (int64_t)i * 86400};
        input->declared[i] = (struct tags_declared){i, declared};
        input->releases[i] =
            (struct tags_release){release != NULL ? release : "1.0", (int64_t)i * 86400};
    }
}

static void check(const struct input *input, const struct tags_match *matches, size_t count,
                  size_t packages)
{
    for (size_t i = 0; i < count; i++)
        if (matches[i].package >= packages || matches[i].tag >= input->count ||
            matches[i].version == NULL || matches[i].how == NULL ||
            (i > 0 && matches[i].package < matches[i - 1].package))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size), *rest = text;
    struct input *input = mem_alloc(sizeof *input);
    const char *prefix = not_empty(strsep(&rest, "\n"));
    const char *regex = not_empty(strsep(&rest, "\n"));
    struct arena arena = ARENA_INIT;
    struct tags_match *matches;

    read_lines(input, rest);
    const struct tags_package packages[] = {
        {"demo", "", prefix, false, false, regex, input->declared, input->count, input->releases,
         input->count},
        {"demo-extra", "plugins/extra", NULL, false, false, NULL, input->declared, input->count / 2,
         input->releases, input->count / 3},
    };
    for (size_t n = 1; n <= 2; n++) {
        size_t count = tags_match(input->tags, input->count, packages, n, &arena, &matches);
        check(input, matches, count, n);
    }
    arena_release(&arena);
    free(input);
    free(text);
    return 0;
}
