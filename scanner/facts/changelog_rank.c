#include "facts/changelog.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "facts/pep440.h"

#define PATH_LEN 4096

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

/* Without the ending that says how the text is marked up. */
static size_t stem_of(const char *base)
{
    size_t len = strlen(base);

    for (size_t i = 0; i < COUNT(endings); i++) {
        size_t e = strlen(endings[i]);
        if (len > e && strcasecmp(base + len - e, endings[i]) == 0)
            return len - e;
    }
    return len;
}

/* 0 when the file name is not a changelog's. */
static int worth_of_stem(const char *base, size_t len)
{
    size_t n = 0;
    char stem[32];

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

static int worth_of_name(const char *base)
{
    return worth_of_stem(base, stem_of(base));
}

/* The rest of the path below the directory, NULL when it is elsewhere. */
static const char *below(const char *path, const char *directory)
{
    size_t len = strlen(directory);

    if (len == 0)
        return path;
    return strncmp(path, directory, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

static bool is_docs(const char *name, size_t len)
{
    static const char *const folders[] = {"docs", "doc",   "documentation",
                                          "site", "sites", "website"};

    for (size_t i = 0; i < COUNT(folders); i++)
        if (strlen(folders[i]) == len && strncasecmp(name, folders[i], len) == 0)
            return true;
    return false;
}

bool changelog_is_docs(const char *name)
{
    return is_docs(name, strlen(name));
}

/* The rest of the path below a folder of documentation, NULL when it is in none. */
static const char *below_docs(const char *path)
{
    const char *slash = strchr(path, '/');

    return slash != NULL && is_docs(path, (size_t)(slash - path)) ? slash + 1 : NULL;
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

/* The folder that a path lies in, without a slash at its end, if it is called as a changelog is. */
static bool folder_of(const char *path, char folder[PATH_LEN])
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL || slash - path >= PATH_LEN)
        return false;
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = '\0';
    const char *base = strrchr(folder, '/');
    return changelog_is_folder(base != NULL ? base + 1 : folder);
}

bool changelog_is_folder(const char *name)
{
    return worth_of_stem(name, strlen(name)) > 0;
}

static int rank_of(const char *path, const char *directory)
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

int changelog_rank(const char *path, const char *directory)
{
    char folder[PATH_LEN];
    const char *base = strrchr(path, '/');
    int rank = rank_of(path, directory);

    /* changelog/index.md is what changelog.md would be */
    if (rank == 0 && base != NULL && stem_of(base + 1) == 5 &&
        strncasecmp(base + 1, "index.", 6) == 0 && folder_of(path, folder))
        rank = rank_of(folder, directory) - 1;
    return rank > 0 ? rank : 0;
}

bool changelog_release(const char *path, const char *directory, const char **version, size_t *len)
{
    static const char *const words[] = {"", "v", "version", "release", "rel"};
    char folder[PATH_LEN];

    if (!folder_of(path, folder) || rank_of(folder, directory) == 0)
        return false;
    const char *base = strrchr(path, '/') + 1;
    size_t stem = stem_of(base), word = strcspn(base, "0123456789"), known = 0;
    if (base[stem] != '.' || word >= stem)
        return false;
    *version = base + word;
    *len = stem - word;
    while (word > 0 && strchr("-_.", base[word - 1]) != NULL)
        word--;
    while (known < COUNT(words) &&
           (strlen(words[known]) != word || strncasecmp(base, words[known], word) != 0))
        known++;
    return (known < COUNT(words) || worth_of_stem(base, word) > 0) &&
           memchr(*version, '.', *len) != NULL && pep440_valid(*version, *len);
}
