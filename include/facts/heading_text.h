/* A heading without its markup, cut into tokens. Sources: CommonMark, reStructuredText, HTML. */
#ifndef FACTS_HEADING_TEXT_H
#define FACTS_HEADING_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Longer lines are no headings; links to comparisons make some rather long. */
#define HEADING_LINE_MAX 1024
#define HEADING_TOKENS   48

struct heading_token {
    const char *s; /* into heading_text.clean */
    size_t len;    /* at least 1 */
    char before;   /* what separates it from the token before: ' ' , '/' '-' or ':' (brackets and
                      colons) */
};

struct heading_text {
    char clean[HEADING_LINE_MAX * 3 + 1];
    struct heading_token tokens[HEADING_TOKENS];
    size_t count;
};

/* False when the line is too long, holds too many words or none. */
bool heading_tokens(const char *line, size_t len, struct heading_text *out);

#endif
