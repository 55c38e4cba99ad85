#include "facts/changelog.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Compared without '-', '_', '.' and spaces: "RELEASE_NOTES" is "releasenotes". */
static const struct {
    const char *name;
    int worth;
} stems[] = {
    {"changelog", 9}, {"changelogs", 8}, {"changes", 8},  {"change", 7},   {"releasenotes", 7},
    {"history", 6},   {"news", 5},       {"whatsnew", 4}, {"releases", 3}, {"release", 2},
};

static const char *const endings[] = {".md",   ".rst",      ".txt", ".markdown", ".rest",
                                      ".adoc", ".asciidoc", ".org", ""};

/* 0 when the file name is not a changelog's. */
static int worth_of_name(const char *base)
{
    size_t len = strlen(base), n = 0;
    char stem[32];

    for (size_t i = 0; i < COUNT(endings); i++) {
        size_t e = strlen(endings[i]);
        if (len > e && strcasecmp(base + len - e, endings[i]) == 0) {
            len -= e;
            break;
        }
    }
    for (size_t i = 0; i < len; i++) {
        if (strchr("-_ ", base[i]) != NULL)
            continue;
        if (n + 1 == sizeof stem)
            return 0;
        stem[n++] = (char)tolower((unsigned char)base[i]);
    }
    stem[n] = '\0';
    for (size_t i = 0; i < COUNT(stems); i++)
        if (strcmp(stem, stems[i].name) == 0)
            return stems[i].worth;
    return 0;
}

/* The rest of the path below the directory, NULL when it is elsewhere. */
static const char *below(const char *path, const char *directory)
{
    size_t len = strlen(directory);

    if (len == 0)
        return path;
    return strncmp(path, directory, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

/* The rest of the path below a folder of documentation, NULL when it is in none. */
static const char *below_docs(const char *path)
{
    static const char *const folders[] = {"docs", "doc",   "documentation",
                                          "site", "sites", "website"};

    for (size_t i = 0; i < COUNT(folders); i++) {
        size_t len = strlen(folders[i]);
        if (strncasecmp(path, folders[i], len) == 0 && path[len] == '/')
            return path + len + 1;
    }
    return NULL;
}

/* Where a file stands below a project's directory: 2 in it, 1 in its documentation, 0 elsewhere.
   Deep in documentation only the plainest names count: docs/api/history.rst is about an API. */
static int place_in(const char *rest, int worth)
{
    const char *docs = below_docs(rest);

    if (strchr(rest, '/') == NULL)
        return 2;
    if (docs == NULL)
        return 0;
    const char *source = below(docs, "source");
    if (strchr(source != NULL ? source : docs, '/') == NULL)
        return 1;
    return worth >= 7 ? 1 : 0;
}

int changelog_rank(const char *path, const char *directory)
{
    const char *base = strrchr(path, '/');
    int worth = worth_of_name(base != NULL ? base + 1 : path);
    const char *rest = below(path, directory);

    if (worth == 0)
        return 0;
    int own = rest != NULL ? place_in(rest, worth) : 0;
    int root = place_in(path, worth);
    int depth = 0;
    for (const char *p = path; *p != '\0'; p++)
        depth += *p == '/';
    int place = own > 0 ? own + 2 : root;
    return place == 0 ? 0 : place * 200 + worth * 10 + (depth < 9 ? 9 - depth : 0);
}
