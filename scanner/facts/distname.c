#include "facts/distname.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "facts/names.h"
#include "facts/pep440.h"

#define FILENAME_MAX_BYTES 512
#define DIGITS             "0123456789"
#define LETTERS            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Part of a file name. */
struct span {
    const char *at;
    size_t len;
};

/* --- kinds ----------------------------------------------------------------------------------- */

enum shape {
    SHAPE_SOURCE,
    SHAPE_WHEEL,
    SHAPE_EGG,
    SHAPE_WINDOWS,
    SHAPE_RPM,
    SHAPE_PLAIN,
};

static const struct ending {
    const char *text;
    enum shape shape;
    const char *kind;
} endings[] = {
    {".whl", SHAPE_WHEEL, "bdist_wheel"},     {".tar.gz", SHAPE_SOURCE, "sdist"},
    {".zip", SHAPE_SOURCE, "sdist"},          {".tgz", SHAPE_SOURCE, "sdist"},
    {".tar.bz2", SHAPE_SOURCE, "sdist"},      {".tbz", SHAPE_SOURCE, "sdist"},
    {".tar.xz", SHAPE_SOURCE, "sdist"},       {".txz", SHAPE_SOURCE, "sdist"},
    {".tar.z", SHAPE_SOURCE, "sdist"},        {".tar.lzma", SHAPE_SOURCE, "sdist"},
    {".tar", SHAPE_SOURCE, "sdist"},          {".egg", SHAPE_EGG, "bdist_egg"},
    {".exe", SHAPE_WINDOWS, "bdist_wininst"}, {".msi", SHAPE_WINDOWS, "bdist_msi"},
    {".rpm", SHAPE_RPM, "bdist_rpm"},         {".dmg", SHAPE_PLAIN, "bdist_dmg"},
};

static const struct ending *find_ending(const char *filename, size_t len)
{
    for (size_t i = 0; i < COUNT(endings); i++) {
        size_t n = strlen(endings[i].text);
        if (len > n && strcasecmp(filename + len - n, endings[i].text) == 0)
            return &endings[i];
    }
    return NULL;
}

/* --- versions -------------------------------------------------------------------------------- */

static bool is_valid(struct span version)
{
    return pep440_valid(version.at, version.len);
}

/* What older tools wrote: "2004d". A word that begins otherwise is part of another name. */
static bool is_old_version(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(DIGITS LETTERS "._+!", text.at[i]) == NULL)
            return false;
    return text.len > 0 && strchr(DIGITS, text.at[0]) != NULL;
}

static const char *normal(struct span version, struct arena *arena)
{
    struct buf out = BUF_INIT(PEP440_KEY_MAX);
    const char *text = pep440_normal(version.at, version.len, &out) == 0
                           ? arena_strndup(arena, buf_str(&out), out.len)
                           : arena_strndup(arena, version.at, version.len);

    buf_release(&out);
    return text;
}

/* Where files escape "-", it stands as "_". */
static struct span unescape(struct span version, struct arena *arena)
{
    if (is_valid(version))
        return version;
    char *copy = arena_strndup(arena, version.at, version.len);
    for (char *p = copy; *p != '\0'; p++)
        if (*p == '_')
            *p = '-';
    struct span with_dashes = {copy, version.len};
    return is_valid(with_dashes) ? with_dashes : version;
}

/* --- platforms ------------------------------------------------------------------------------- */

/* "1.0.linux-x86_64" → "1.0": how bdist_dumb and installers name files. */
static bool cut_platform(struct span *rest)
{
    static const char *const platforms[] = {".linux",   ".win",     ".macosx", ".darwin", ".cygwin",
                                            ".freebsd", ".solaris", ".sunos",  ".aix"};

    for (size_t i = 0; i < COUNT(platforms); i++) {
        size_t len = strlen(platforms[i]);
        const char *at = memmem(rest->at, rest->len, platforms[i], len);
        if (at != NULL && strchr(DIGITS "-", at[len]) != NULL) {
            rest->len = (size_t)(at - rest->at);
            return true;
        }
    }
    return false;
}

/* "1.0-py2.7-linux-x86_64" → "1.0" */
static void cut_python(struct span *rest)
{
    const char *at = memmem(rest->at, rest->len, "-py", 3);

    if (at != NULL && at + 3 < rest->at + rest->len && strchr(DIGITS, at[3]) != NULL)
        rest->len = (size_t)(at - rest->at);
}

/* "1.0-1.noarch" → "1.0" */
static void cut_rpm_release(struct span *rest)
{
    const char *dash = memrchr(rest->at, '-', rest->len);

    if (dash != NULL)
        rest->len = (size_t)(dash - rest->at);
}

/* What stands behind the package's name; false when that tells no version. */
static bool read_version(const struct ending *ending, struct span rest, struct arena *arena,
                         struct distname *out)
{
    out->kind = ending->kind;
    switch (ending->shape) {
    case SHAPE_SOURCE:
        if (!is_valid(rest) && cut_platform(&rest))
            out->kind = "bdist_dumb";
        break;
    case SHAPE_WINDOWS:
        cut_platform(&rest);
        break;
    case SHAPE_EGG:
        cut_python(&rest);
        rest = unescape(rest, arena);
        break;
    case SHAPE_WHEEL:
        rest = unescape(rest, arena);
        break;
    case SHAPE_RPM:
        cut_rpm_release(&rest);
        break;
    case SHAPE_PLAIN:
        break;
    }
    if (!is_valid(rest) && !is_old_version(rest))
        return false;
    out->version = normal(rest, arena);
    return true;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool is_name_of(struct span name, const char *package)
{
    char text[NAME_MAX_BYTES], form[NAME_MAX_BYTES];

    if (name.len >= sizeof text)
        return false;
    memcpy(text, name.at, name.len);
    text[name.len] = '\0';
    return names_normalise(text, form) == 0 && (package == NULL || strcmp(form, package) == 0);
}

/* NAME-VERSION-PYTHON-ABI-PLATFORM, with a build number before the tags or without. */
static enum distname_verdict read_wheel(const struct ending *ending, struct span stem,
                                        const char *package, struct arena *arena,
                                        struct distname *out)
{
    struct span parts[6];
    size_t count = 0;

    for (const char *p = stem.at, *end = stem.at + stem.len; p <= end && count < 7; count++) {
        const char *dash = memchr(p, '-', (size_t)(end - p));
        const char *stop = dash != NULL ? dash : end;
        if (count < 6)
            parts[count] = (struct span){p, (size_t)(stop - p)};
        p = stop + 1;
    }
    if ((count != 5 && count != 6) || parts[0].len == 0 || !is_name_of(parts[0], NULL) ||
        memmem(parts[0].at, parts[0].len, "__", 2) != NULL ||
        (count == 6 && (parts[2].len == 0 || strchr(DIGITS, parts[2].at[0]) == NULL)))
        return DISTNAME_BAD;
    if (!is_name_of(parts[0], package))
        return DISTNAME_FOREIGN;
    return read_version(ending, parts[1], arena, out) ? DISTNAME_OURS : DISTNAME_BAD;
}

/* NAME-VERSION, where either may hold dashes: what is the package's name stands before it. */
static enum distname_verdict read_other(const struct ending *ending, struct span stem,
                                        const char *package, struct arena *arena,
                                        struct distname *out)
{
    struct distname ignored;

    for (size_t i = 1; i < stem.len; i++) {
        struct span rest = {stem.at + i + 1, stem.len - i - 1};
        if (stem.at[i] != '-' || !is_name_of((struct span){stem.at, i}, package))
            continue;
        if (read_version(ending, rest, arena, out))
            return DISTNAME_OURS;
        if (out->rest == NULL)
            out->rest = arena_strndup(arena, rest.at, rest.len);
    }
    for (size_t i = stem.len; i-- > 1;) {
        struct span rest = {stem.at + i + 1, stem.len - i - 1};
        if (stem.at[i] == '-' && is_name_of((struct span){stem.at, i}, NULL) &&
            !is_name_of((struct span){stem.at, i}, package) &&
            read_version(ending, rest, arena, &ignored))
            return DISTNAME_FOREIGN;
    }
    return DISTNAME_BAD;
}

enum distname_verdict distname_read(const char *filename, const char *package, struct arena *arena,
                                    struct distname *out)
{
    size_t len = strlen(filename);
    const struct ending *ending = find_ending(filename, len);

    *out = (struct distname){.kind = ending != NULL ? ending->kind : NULL};
    if (ending == NULL)
        return DISTNAME_OTHER;
    if (len > FILENAME_MAX_BYTES || strpbrk(filename, "/\\") != NULL)
        return DISTNAME_BAD;
    struct span stem = {filename, len - strlen(ending->text)};
    return ending->shape == SHAPE_WHEEL ? read_wheel(ending, stem, package, arena, out)
                                        : read_other(ending, stem, package, arena, out);
}
