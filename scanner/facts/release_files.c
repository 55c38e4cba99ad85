#include "facts/release_files.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "facts/changelog.h"

/* Names of files that hold a version and nothing that runs, or that lock one. */
static const char *const names[] = {
    "pyproject.toml",    "setup.cfg",        "_version.py",
    "version.py",        "__version__.py",   "__about__.py",
    "version",           "version.txt",      "uv.lock",
    "poetry.lock",       "pdm.lock",         "pixi.lock",
    "cargo.toml",        "cargo.lock",       "package.json",
    "package-lock.json", ".bumpversion.cfg", ".cz.toml",
    ".bumpversion.toml", "citation.cff",     ".release-please-manifest.json",
};

/* Folders of the entries that a changelog is made of. */
static const char *const fragments[] = {"newsfragments", "changelog.d", "changes.d", ".changes"};

static bool is_one_of(const char *name, size_t len, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == len && strncasecmp(list[i], name, len) == 0)
            return true;
    return false;
}

static const char *below(const char *path, const char *directory)
{
    size_t len = strlen(directory);

    return len > 0 && strncmp(path, directory, len) == 0 && path[len] == '/' ? path + len + 1
                                                                             : path;
}

static bool is_origin(const char *path, const char *origin)
{
    const char *line = origin != NULL ? strrchr(origin, ':') : NULL;
    size_t len = line != NULL ? (size_t)(line - origin) : origin != NULL ? strlen(origin) : 0;

    return len > 0 && strlen(path) == len && strncmp(path, origin, len) == 0;
}

bool release_file(const char *path, const char *directory, const char *origin)
{
    const char *inside = below(path, directory), *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    return is_origin(path, origin) || is_origin(inside, origin) ||
           is_one_of(name, strlen(name), names, sizeof names / sizeof *names) ||
           is_one_of(inside, strcspn(inside, "/"), fragments,
                     strchr(inside, '/') != NULL ? sizeof fragments / sizeof *fragments : 0) ||
           changelog_rank(path, directory) > 0;
}
