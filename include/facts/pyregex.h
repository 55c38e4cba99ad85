/*
 * Regular expressions as Python's `re` writes them, through PCRE2, with a bound on the work:
 * patterns and texts are strangers'.
 */
#ifndef FACTS_PYREGEX_H
#define FACTS_PYREGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define PYREGEX_GROUPS 16

enum pyregex_flag {
    PYREGEX_MULTILINE = 1,
    PYREGEX_IGNORECASE = 2,
    PYREGEX_DOTALL = 4,
    PYREGEX_VERBOSE = 8,
    PYREGEX_ANCHORED = 16, /* re.match */
    PYREGEX_FULL = 32,     /* re.fullmatch */
};

struct pyregex_group {
    const char *name; /* NULL for one without; in the arena */
    const char *s;    /* into the text; NULL when the group took no part */
    size_t len;
};

struct pyregex_match {
    struct pyregex_group groups[PYREGEX_GROUPS];
    size_t count;
};

/* The first match of the pattern in the text: 1 found, 0 none, -1 when the pattern is not one that
   we can read or costs too much. */
int pyregex_search(const char *pattern, size_t pattern_len, unsigned flags, const char *text,
                   size_t len, struct arena *arena, struct pyregex_match *out, struct err *err);
/* The group of that name, or NULL. */
const struct pyregex_group *pyregex_named(const struct pyregex_match *match, const char *name);

#endif
