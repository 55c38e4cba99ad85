/*
 * How a tag's name reads, by itself: what stands before the version, and the version. The whole
 * name is read, nothing is searched for in it. Source: design.md section 8, which gives the grammar
 * [NAME][sep][WORD][sep]VERSION and the learned forms.
 */
#ifndef FACTS_TAGS_GRAMMAR_H
#define FACTS_TAGS_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Longer names are no tags of releases. */
#define TAG_NAME_MAX 255
#define TAG_READINGS 8

enum tag_form {
    TAG_PLAIN,      /* a version as PEP 440 has it */
    TAG_UNDERSCORE, /* learned: 1_2_3 */
    TAG_DASH,       /* learned: 1-2-3 */
    TAG_DIGITS,     /* learned: 042 is 0.4.2 */
    TAG_TRAILER,    /* learned: 1.2.3_release */
    TAG_TEXT,       /* what PEP 440 refuses: equal text only */
};

struct tag_reading {
    size_t prefix;       /* bytes of the name before the version */
    const char *version; /* NUL-terminated; valid by PEP 440 unless TAG_TEXT; in the arena */
    enum tag_form form;
    bool inner; /* an earlier digit could start the version too, or end a name: only where the
                   prefix is known */
};

/* At most TAG_READINGS ways to read a name. */
size_t tag_read(const char *name, struct arena *arena, struct tag_reading out[TAG_READINGS]);

#define TAG_NAMES 3

/* The part before a version. */
struct tag_prefix {
    size_t names[TAG_NAMES]; /* what may be the NAME: these many first bytes, longest first */
    size_t count;
    bool plain;   /* there need be no NAME: separators and WORDs are all of it */
    bool foreign; /* it says that the tag is something else's: a distribution's, another language's,
                     of the documentation, a nightly build … */
};
void tag_prefix_read(const char *prefix, size_t len, struct tag_prefix *out);

/* Whether one of the words of the text says the same. */
bool tag_is_foreign(const char *text, size_t len);

#endif
