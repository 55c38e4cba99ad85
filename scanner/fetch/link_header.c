#include "fetch/link_header.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *at;
    size_t len;
};

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

static bool is(struct span span, const char *word)
{
    return span.len == strlen(word) && strncasecmp(span.at, word, span.len) == 0;
}

/* Whether a space-separated list holds the word. */
static bool holds(struct span list, const char *word)
{
    const char *end = list.at + list.len;

    for (const char *at = list.at; at < end;) {
        const char *stop = memchr(at, ' ', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if (is((struct span){at, (size_t)(stop - at)}, word))
            return true;
        at = stop + 1;
    }
    return false;
}

/* ";name=value" at `at`; returns what follows, NULL when it does not parse. */
static const char *read_parameter(const char *at, struct span *name, struct span *value)
{
    at = skip_blanks(at + 1);
    *name = (struct span){at, strcspn(at, "=;, \t")};
    *value = (struct span){at, 0};
    at = skip_blanks(at + name->len);
    if (*at != '=')
        return at;
    at = skip_blanks(at + 1);
    if (*at != '"') {
        *value = (struct span){at, strcspn(at, ";, \t")};
        return at + value->len;
    }
    *value = (struct span){at + 1, strcspn(at + 1, "\"")};
    at += 1 + value->len;
    return *at == '"' ? at + 1 : NULL;
}

/* One link; returns what follows it, NULL when it does not parse. */
static const char *read_link(const char *at, struct span *target, bool *next)
{
    struct span name, value;
    bool judged = false;

    *next = false;
    if (*at != '<')
        return NULL;
    *target = (struct span){at + 1, strcspn(at + 1, ">")};
    at += 1 + target->len;
    if (*at != '>')
        return NULL;
    at = skip_blanks(at + 1);
    while (*at == ';') {
        if ((at = read_parameter(at, &name, &value)) == NULL)
            return NULL;
        if (!judged && is(name, "rel")) {
            judged = true; /* only the first counts */
            *next = holds(value, "next");
        }
        at = skip_blanks(at);
    }
    return *at == ',' || *at == '\0' ? at : NULL;
}

int link_header_next(const char *header, char *out, size_t size)
{
    struct span target;
    bool next;

    while (header != NULL && *(header += strspn(header, " \t,")) != '\0') {
        if ((header = read_link(header, &target, &next)) == NULL)
            return -1;
        if (!next)
            continue;
        if (target.len == 0 || target.len >= size)
            return -1;
        memcpy(out, target.at, target.len);
        out[target.len] = '\0';
        return 1;
    }
    return 0;
}
