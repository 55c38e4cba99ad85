/*
 * Which paths git leaves out: .gitignore files as bytes, a path, yes or no. Source: gitignore(5)
 * and what `git check-ignore --no-index` answers.
 */
#ifndef FACTS_IGNORE_H
#define FACTS_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#define IGNORE_NAME ".gitignore"

struct ignore_file {
    const char *directory; /* where it stands: "" the root, "a/b" */
    const char *data;
    size_t len;
};

/* Whether the file at `path` (from the root) is left out by these files, in any order. A pattern
   that takes too long to match does not match. */
bool ignore_match(const struct ignore_file *files, size_t count, const char *path);

/* Whether the glob matches the whole path: * ? [] within a part, ** over parts. Without a slash it
   is matched against the last part alone, as git's attributes and ignore files have it. */
bool ignore_glob(const char *glob, const char *path);

#endif
