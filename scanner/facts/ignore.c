#include "facts/ignore.h"

#include <ctype.h>
#include <string.h>

/* Steps that one pattern may take on one path. */
#define FUEL 20000
/* A longer pattern matches nothing: it is no path's, and each star costs a stack frame. */
#define PATTERN_MAX 4096

struct text {
    const char *at, *end;
};

/* --- one pattern ----------------------------------------------------------------------------- */

struct wild {
    const char *start;
    unsigned fuel;
};

static bool in_class(const char *name, size_t len, unsigned char c)
{
    static const struct {
        const char *name;
        int (*test)(int);
    } classes[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank},
                   {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
                   {"lower", islower}, {"print", isprint}, {"punct", ispunct},
                   {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strlen(classes[i].name) == len && memcmp(classes[i].name, name, len) == 0)
            return classes[i].test(c) != 0;
    return false;
}

/* The length of "[:name:]" at p; 0 when there is none. */
static size_t class_length(struct text p)
{
    if (p.end - p.at < 4 || p.at[0] != '[' || p.at[1] != ':')
        return 0;
    for (const char *s = p.at + 2; s + 1 < p.end && *s != ']'; s++)
        if (s[0] == ':' && s[1] == ']')
            return (size_t)(s + 2 - p.at);
    return 0;
}

/* One character of a bracket, behind a backslash too. */
static bool bracket_character(struct text *p, unsigned char *c)
{
    if (p->at < p->end && *p->at == '\\')
        p->at++;
    if (p->at >= p->end)
        return false;
    *c = (unsigned char)*p->at++;
    return true;
}

/* The bracket expression whose "[" is behind p->at; false without an end. */
static bool match_bracket(struct text *p, unsigned char c, bool *matched)
{
    bool negated = p->at < p->end && (*p->at == '!' || *p->at == '^');
    bool found = false;

    p->at += negated ? 1 : 0;
    for (bool first = true; p->at < p->end && (first || *p->at != ']'); first = false) {
        size_t len = class_length(*p);
        unsigned char low, high;
        if (len > 0) {
            found |= in_class(p->at + 2, len - 4, c);
            p->at += len;
            continue;
        }
        if (!bracket_character(p, &low))
            return false;
        high = low;
        if (p->end - p->at >= 2 && *p->at == '-' && p->at[1] != ']') {
            p->at++;
            if (!bracket_character(p, &high))
                return false;
        }
        found |= low <= c && c <= high;
    }
    if (p->at >= p->end)
        return false;
    p->at++;
    *matched = found != negated && c != '/';
    return true;
}

static bool wild_match(struct wild *wild, struct text p, struct text t);

/* From a star on: p.at is at it. */
static bool match_star(struct wild *wild, struct text p, struct text t)
{
    const char *star = p.at;

    while (p.at < p.end && *p.at == '*')
        p.at++;
    bool whole = p.at - star >= 2 && (star == wild->start || star[-1] == '/') &&
                 (p.at == p.end || *p.at == '/'); /* "**" over parts */
    if (p.at == p.end)
        return whole || memchr(t.at, '/', (size_t)(t.end - t.at)) == NULL;
    if (whole && wild_match(wild, (struct text){p.at + 1, p.end}, t))
        return true; /* over none */
    for (; t.at < t.end && wild->fuel > 0; t.at++) {
        if (wild_match(wild, p, t))
            return true;
        if (!whole && *t.at == '/')
            return false;
    }
    return wild->fuel > 0 && wild_match(wild, p, t);
}

static bool wild_match(struct wild *wild, struct text p, struct text t)
{
    for (; p.at < p.end; t.at++) {
        if (wild->fuel == 0)
            return false;
        wild->fuel--;
        if (*p.at == '*')
            return match_star(wild, p, t);
        if (t.at >= t.end)
            return false;
        if (*p.at == '[') {
            bool matched;
            p.at++;
            if (!match_bracket(&p, (unsigned char)*t.at, &matched) || !matched)
                return false;
            continue;
        }
        if (*p.at == '?') {
            if (*t.at == '/')
                return false;
        } else {
            if (*p.at == '\\' && p.end - p.at >= 2)
                p.at++;
            if (*p.at != *t.at)
                return false;
        }
        p.at++;
    }
    return t.at == t.end;
}

/* `path` is relative to where the pattern stands. */
static bool match_path(struct text pattern, struct text path)
{
    if (pattern.end - pattern.at > PATTERN_MAX)
        return false;
    bool slash = memchr(pattern.at, '/', (size_t)(pattern.end - pattern.at)) != NULL;
    if (!slash) {
        const char *last = memrchr(path.at, '/', (size_t)(path.end - path.at));
        path.at = last != NULL ? last + 1 : path.at;
    } else if (*pattern.at == '/') {
        pattern.at++;
    }
    /* As git does: what comes before the first wildcard is compared apart, so that "a**" + "/b" has
       its stars at the start. */
    while (pattern.at < pattern.end && slash && strchr("*?[\\", *pattern.at) == NULL) {
        if (path.at >= path.end || *path.at++ != *pattern.at++)
            return false;
    }
    struct wild wild = {.start = pattern.at, .fuel = FUEL};
    return wild_match(&wild, pattern, path);
}

bool ignore_glob(const char *glob, const char *path)
{
    return match_path((struct text){glob, glob + strlen(glob)},
                      (struct text){path, path + strlen(path)});
}

/* --- files ----------------------------------------------------------------------------------- */

/* Spaces at the end, but for one behind a backslash. */
static void trim_spaces(struct text *line)
{
    const char *last = NULL;

    for (const char *s = line->at; s < line->end; s++) {
        if (*s == ' ') {
            last = last == NULL ? s : last;
        } else {
            last = NULL;
            s += *s == '\\' && s + 1 < line->end ? 1 : 0;
        }
    }
    line->end = last != NULL ? last : line->end;
}

/* What the last pattern of the file that matches says: 1 leave it out, 0 keep it; -1: none does. */
static int ask_file(const struct ignore_file *file, struct text path, bool directory)
{
    struct text data = {file->data, file->data + file->len};
    int said = -1;

    if (file->len >= 3 && memcmp(data.at, "\xef\xbb\xbf", 3) == 0)
        data.at += 3;
    while (data.at < data.end) {
        const char *newline = memchr(data.at, '\n', (size_t)(data.end - data.at));
        struct text line = {data.at, newline != NULL ? newline : data.end};
        data.at = newline != NULL ? newline + 1 : data.end;
        if (line.at < line.end && *line.at == '#')
            continue;
        if (newline != NULL && line.end > line.at && line.end[-1] == '\r')
            line.end--;
        trim_spaces(&line);
        bool keep = line.at < line.end && *line.at == '!';
        line.at += keep ? 1 : 0;
        bool only_directory = line.end > line.at && line.end[-1] == '/';
        line.end -= only_directory ? 1 : 0;
        if (line.at < line.end && (directory || !only_directory) && match_path(line, path))
            said = keep ? 0 : 1;
    }
    return said;
}

/* The file that stands in the directory path[0, len). */
static const struct ignore_file *file_in(const struct ignore_file *files, size_t count,
                                         const char *path, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(files[i].directory) == len && memcmp(files[i].directory, path, len) == 0)
            return &files[i];
    return NULL;
}

/* Whether path[0, len) is left out, by the nearest file that says anything of it. */
static bool left_out(const struct ignore_file *files, size_t count, const char *path, size_t len,
                     bool directory)
{
    size_t parent = len;

    do {
        const char *slash = memrchr(path, '/', parent);
        parent = slash != NULL ? (size_t)(slash - path) : 0;
        const struct ignore_file *file = file_in(files, count, path, parent);
        int said =
            file == NULL
                ? -1
                : ask_file(file, (struct text){path + parent + (slash != NULL ? 1 : 0), path + len},
                           directory);
        if (said >= 0)
            return said == 1;
    } while (parent > 0);
    return false;
}

bool ignore_match(const struct ignore_file *files, size_t count, const char *path)
{
    /* What lies below a directory that is left out is left out, whatever else is said. */
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        if (left_out(files, count, path, (size_t)(slash - path), true))
            return true;
    return left_out(files, count, path, strlen(path), false);
}
