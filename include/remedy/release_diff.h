/*
 * What differs between a published file and a commit, for a person to read: every member that is
 * not identical, and of what is text the lines. What looks like a secret is never shown.
 */
#ifndef REMEDY_RELEASE_DIFF_H
#define REMEDY_RELEASE_DIFF_H

#include "fetch/mirror_diff.h"
#include "remedy/published.h"

#define DIFF_FILE_MAX  ((size_t)1 << 20)  /* bytes of the diff of one file */
#define DIFF_TOTAL_MAX ((size_t)64 << 20) /* of all of one published file */

/* id, word, why it is not shown */
#define DIFF_SHOWN(X)                                                                              \
    X(NOT, "no", "")                                                                               \
    X(TEXT, "text", "")                                                                            \
    X(BINARY, "binary", "a binary")                                                                \
    X(SECRET, "secret", "its name or what it holds suggests a secret")                             \
    X(LARGE, "too-large", "too large")                                                             \
    X(LINK, "link", "a link")                                                                      \
    X(PATH, "path", "its path is not one for a repository")                                        \
    X(UNREAD, "unread", "what the commit has there could not be read")

enum diff_shown {
#define X(id, word, why) DIFF_##id,
    DIFF_SHOWN(X)
#undef X
};
const char *diff_shown_word(enum diff_shown shown);
const char *diff_shown_why(enum diff_shown shown);

/* A member that is not identical. */
struct diff_file {
    const struct compare_member *member;
    const char *path;      /* in the repository; as published, where it has no place there */
    bool expected;         /* builds differ so, which is proved */
    enum diff_shown shown; /* NOT: nobody asked for it, or the class says all */
    const char *text;      /* TEXT: as git writes it, terminated */
    size_t text_len;
    bool ends_differ;            /* TEXT: in line ends, too */
    struct mirror_side old, new; /* without their bytes */
};

struct diff {
    struct diff_file *files; /* by path */
    size_t count;
    size_t identical;
    size_t late;  /* of these, committed after the upload only */
    size_t told;  /* left to `before` */
    bool differs; /* in more than what is expected */
    bool unknown; /* something could not be looked at, or cannot be compared with sources */
};

struct diff_request {
    bool texts;                      /* with the lines */
    bool expected;                   /* also of what builds change */
    const char *old_note, *new_note; /* behind the names of the two sides */
    const struct diff *before;       /* what is told there is not told again; NULL */
};

/* Everything lives in the arena, or is the input's. */
void diff_make(const struct published *published, const struct diff_request *request,
               struct arena *arena, struct diff *out);

#endif
