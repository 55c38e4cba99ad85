#include "fetch/archive_internal.h"

#include <string.h>
#include <strings.h>

static const char *const sdist_suffixes[] = {
    ".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.zst", ".tar.xz", ".tar.lzma", ".tar.Z", ".tar"};

bool archive_ends_in(const char *filename, const char *suffix)
{
    size_t len = strlen(filename), n = strlen(suffix);

    return len > n && strcasecmp(filename + len - n, suffix) == 0;
}

bool archive_is_zip(const char *filename)
{
    return archive_ends_in(filename, ".whl") || archive_ends_in(filename, ".zip");
}

size_t archive_stem(const char *filename)
{
    for (size_t i = 0; i < sizeof sdist_suffixes / sizeof *sdist_suffixes; i++)
        if (archive_ends_in(filename, sdist_suffixes[i]))
            return strlen(filename) - strlen(sdist_suffixes[i]);
    return 0;
}

int archive_kind_of(const char *filename, enum archive_kind *kind)
{
    if (archive_ends_in(filename, ".whl"))
        *kind = ARCHIVE_WHEEL;
    else if (archive_stem(filename) > 0)
        *kind = ARCHIVE_SDIST;
    else
        return -1;
    return 0;
}

char *archive_clean(const char *path, struct arena *arena, enum archive_oddity_kind *odd)
{
    char *clean = arena_alloc(arena, strlen(path) + 1);
    size_t len = 0;

    if (*path == '/') {
        *odd = ARCHIVE_ODD_ABSOLUTE;
        return NULL;
    }
    while (*path != '\0') {
        size_t n = strcspn(path, "/");
        if (n == 2 && memcmp(path, "..", 2) == 0) {
            *odd = ARCHIVE_ODD_DOT_DOT;
            return NULL;
        }
        if (n > 0 && !(n == 1 && *path == '.')) {
            if (len > 0)
                clean[len++] = '/';
            memcpy(clean + len, path, n);
            len += n;
        }
        path += n + (path[n] == '/');
    }
    clean[len] = '\0';
    return clean;
}

bool archive_link_escapes(const char *path, const char *target)
{
    size_t depth = 0;

    if (*target == '/')
        return true;
    for (const char *s = path; (s = strchr(s, '/')) != NULL; s++)
        depth++;
    for (const char *s = target; *s != '\0'; s += *s == '/') {
        size_t n = strcspn(s, "/");
        if (n == 2 && memcmp(s, "..", 2) == 0) {
            if (depth-- == 0)
                return true;
        } else if (n > 0 && !(n == 1 && *s == '.')) {
            depth++;
        }
        s += n;
    }
    return false;
}
