#include "facts/licence.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Longer globs match nothing: nobody writes them, and the work is glob times path. */
#define GLOB_MAX 256

static const char *const stems[] = {"licence",   "license",   "copying",  "notice",
                                    "unlicence", "unlicense", "copyright"};
/* Modules and data about licences are no licence: license.py, licenses.json. */
static const char *const code_suffixes[] = {".py",  ".pyi", ".pyc",  ".pyx",  ".c",   ".h",
                                            ".js",  ".ts",  ".css",  ".json", ".yml", ".yaml",
                                            ".xml", ".cfg", ".toml", ".tmpl", ".sh",  ".in"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_code(const char *base)
{
    const char *dot = strrchr(base, '.');

    for (size_t i = 0; dot != NULL && i < COUNT(code_suffixes); i++)
        if (strcasecmp(dot, code_suffixes[i]) == 0)
            return true;
    return false;
}

/* "LICENSE", "licence.md", "LICENSES.txt", "COPYING3", "LICENSE-MIT"; not "licensed_users.txt". */
static bool starts_with_stem(const char *base)
{
    for (size_t i = 0; i < COUNT(stems); i++) {
        size_t len = strlen(stems[i]);
        if (strncasecmp(base, stems[i], len) != 0)
            continue;
        if (tolower((unsigned char)base[len]) == 's')
            len++;
        if (!isalpha((unsigned char)base[len]))
            return true;
    }
    return false;
}

/* "MIT-LICENSE", "GPL_LICENCE.txt" */
static bool ends_with_stem(const char *base)
{
    for (const char *p = base; *p != '\0'; p++) {
        if (*p != '-' && *p != '_')
            continue;
        if (strncasecmp(p + 1, "licence", 7) != 0 && strncasecmp(p + 1, "license", 7) != 0)
            continue;
        if (p[8] == '\0' || p[8] == '.')
            return true;
    }
    return false;
}

/* The path relative to the directory, NULL when it is not below it. */
static const char *below(const char *path, const char *directory)
{
    size_t len = strlen(directory);

    if (len == 0)
        return path;
    if (strncmp(path, directory, len) != 0 || path[len] != '/')
        return NULL;
    return path + len + 1;
}

static bool is_folder(const char *name, size_t len)
{
    return len == 8 &&
           (strncasecmp(name, "LICENSES", len) == 0 || strncasecmp(name, "LICENCES", len) == 0);
}

bool licence_is_folder(const char *name)
{
    return is_folder(name, strlen(name));
}

static bool is_licence_in(const char *path, const char *directory)
{
    const char *rest = below(path, directory);

    if (rest == NULL)
        return false;
    const char *base = strrchr(rest, '/');
    base = base != NULL ? base + 1 : rest;
    if (*base == '\0' || is_code(base))
        return false;
    if (base > rest && is_folder(rest, strcspn(rest, "/")))
        return true;
    return base == rest && (starts_with_stem(base) || ends_with_stem(base));
}

bool licence_is_file(const char *path, const char *directory)
{
    return is_licence_in(path, directory) || is_licence_in(path, "");
}

/* Whether the class at glob[at] ('[') holds c; *end is set behind its ']'. */
static bool class_holds(const char *glob, size_t at, char c, size_t *end)
{
    size_t i = at + 1;
    bool negated = glob[i] == '!', found = false;

    i += negated;
    for (size_t first = i; glob[i] != '\0' && (glob[i] != ']' || i == first); i++) {
        if (glob[i + 1] == '-' && glob[i + 2] != '\0' && glob[i + 2] != ']') {
            found |= c >= glob[i] && c <= glob[i + 2];
            i += 2;
        } else {
            found |= c == glob[i];
        }
    }
    *end = i + 1;
    return glob[i] == ']' && c != '/' && found != negated;
}

static bool is_double_star(const char *glob, size_t at)
{
    return glob[at] == '*' && glob[at + 1] == '*';
}

/* Adds what the positions reach without reading a byte: a star may stand for nothing, and so may
   "**" with the slash behind it. */
static void reach_past_stars(const char *glob, size_t len, bool *at)
{
    for (size_t i = 0; i < len; i++) {
        if (!at[i] || glob[i] != '*')
            continue;
        size_t width = is_double_star(glob, i) ? 2 : 1;
        at[i + width] = true;
        if (width == 2 && glob[i + 2] == '/' && (i == 0 || glob[i - 1] == '/'))
            at[i + 3] = true;
    }
}

/* Moves every position that can read c; all positions at once, so there is no backtracking. */
static void step(const char *glob, size_t len, const bool *from, char c, bool *to)
{
    for (size_t i = 0; i < len; i++) {
        size_t end;
        if (!from[i])
            continue;
        if (is_double_star(glob, i))
            to[i] = true;
        else if (glob[i] == '*')
            to[i] |= c != '/';
        else if (glob[i] == '?')
            to[i + 1] |= c != '/';
        else if (glob[i] == '[' && class_holds(glob, i, c, &end))
            to[end] = true;
        else if (glob[i] != '[' && glob[i] == c)
            to[i + 1] = true;
    }
}

bool licence_glob_match(const char *glob, const char *path)
{
    bool at[GLOB_MAX + 4] = {true};
    size_t len = strlen(glob);

    if (len > GLOB_MAX)
        return false;
    reach_past_stars(glob, len, at);
    for (; *path != '\0' && memchr(at, true, len + 1) != NULL; path++) {
        bool next[GLOB_MAX + 4] = {false};
        step(glob, len, at, *path, next);
        reach_past_stars(glob, len, next);
        memcpy(at, next, sizeof at);
    }
    return at[len];
}
