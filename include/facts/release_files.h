/*
 * What a release changes in a repository and a build does not see: the files in which the version
 * and the changelog stand. A workflow that was started for a commit may make the next one of these
 * alone, and tag that.
 */
#ifndef FACTS_RELEASE_FILES_H
#define FACTS_RELEASE_FILES_H

#include <stdbool.h>

/* Whether the path is one, for the project at `directory` ("" the root). `origin` is where its
   version stands ("src/tool/__init__.py:3", from the directory or the root); NULL: not known. */
bool release_file(const char *path, const char *directory, const char *origin);

#endif
