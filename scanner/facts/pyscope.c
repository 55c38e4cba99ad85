#include "facts/pyscope.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8

struct scope {
    size_t indent;
    const char *name;
};

struct scan {
    struct scope scopes[DEPTH_MAX]; /* that the line lies in, outermost first */
    size_t depth;
    struct arena *arena;
    const char **names;
    size_t count;
};

/* "12-14": whether the line is in one of the ranges. */
static bool is_asked(const char *ranges, unsigned long line)
{
    for (const char *s = ranges; *s != '\0';) {
        char *end;
        unsigned long first = strtoul(s, &end, 10), last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        if (line >= first && line <= last)
            return true;
        s = end + strcspn(end, ",");
        s += *s == ',';
    }
    return false;
}

/* The name that a line defines; 0 when it defines none. */
static size_t defined(const char *s, size_t len, const char **name)
{
    static const char *const words[] = {"async def ", "def ", "class "};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t skip = strlen(words[i]), n = skip;
        if (len <= skip || memcmp(s, words[i], skip) != 0)
            continue;
        while (n < len && (isalnum((unsigned char)s[n]) || s[n] == '_'))
            n++;
        *name = s + skip;
        return n - skip;
    }
    return 0;
}

static void add_name(struct scan *scan)
{
    char *name = arena_strdup(scan->arena, scan->depth > 0 ? scan->scopes[0].name : "");

    if (scan->depth == 0)
        return;
    for (size_t i = 1; i < scan->depth; i++)
        name = arena_printf(scan->arena, "%s.%s", name, scan->scopes[i].name);
    for (size_t i = 0; i < scan->count; i++)
        if (strcmp(scan->names[i], name) == 0)
            return;
    if (scan->count < PYSCOPE_MAX)
        scan->names[scan->count++] = name;
}

static void read_line(struct scan *scan, const char *s, size_t len, bool asked, bool outermost)
{
    const char *name;
    size_t indent = 0;

    while (indent < len && (s[indent] == ' ' || s[indent] == '\t'))
        indent++;
    if (indent < len && s[indent] != '#' && s[indent] != '\r') {
        while (scan->depth > 0 && scan->scopes[scan->depth - 1].indent >= indent)
            scan->depth--;
        size_t n = defined(s + indent, len - indent, &name);
        if (n > 0 && scan->depth < DEPTH_MAX)
            scan->scopes[scan->depth++] =
                (struct scope){indent, arena_strndup(scan->arena, name, n)};
        asked |= outermost && n > 0 && indent == 0;
    }
    if (asked)
        add_name(scan);
}

size_t pyscope_names(const char *text, size_t len, const char *lines, struct arena *arena,
                     const char *names[PYSCOPE_MAX])
{
    struct scan scan = {.arena = arena, .names = names};
    const char *end = text + len;
    unsigned long line = 1;

    for (const char *s = text; s < end && scan.count < PYSCOPE_MAX; line++) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        size_t n = (size_t)((newline != NULL ? newline : end) - s);
        read_line(&scan, s, n, lines != NULL && is_asked(lines, line), lines == NULL);
        s += n + 1;
    }
    return scan.count;
}
