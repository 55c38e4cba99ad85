/* Licence files of a tree by their usual names (PEP 639's default patterns and REUSE's folder). */
#ifndef FACTS_LICENCE_H
#define FACTS_LICENCE_H

#include <stdbool.h>

/* Whether the path is a licence file for the project at `directory` ("" the root): LICEN[CS]E*,
   COPYING*, NOTICE* … in any case, in the project's directory or the root, or below LICENSES/. */
bool licence_is_file(const char *path, const char *directory);
/* Whether a directory of this name (no path) is REUSE's folder, all files of which are licences. */
bool licence_is_folder(const char *name);
/* A glob of `license-files` (PEP 639: *, ?, [], **) against a path relative to the project. */
bool licence_glob_match(const char *glob, const char *path);

#endif
