#include "facts/tags_grammar.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "facts/pep440.h"
#include "facts/tags.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Digits that could start a version, looked at in one name. */
#define STARTS_MAX 6

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_separator(char c)
{
    return c != '\0' && strchr("-_/@.=", c) != NULL;
}

/* --- before the version ---------------------------------------------------------------------- */

bool tag_is_foreign(const char *text, size_t len)
{
    static const char *const words[] = {
        /* marks that move, or say when, where or how far */
        "after", "alpha", "archive", "backup", "bak", "base", "before", "beta", "branch",
        "branchpoint", "bugfix", "build", "bump", "canary", "candidate", "ci", "daily", "deploy",
        "deployed", "dev", "develop", "development", "draft", "edge", "experiment", "experimental",
        "feature", "fix", "fork", "hotfix", "import", "internal", "latest", "merge", "nightly",
        "old", "pre", "prepare", "prerelease", "prod", "production", "rc", "snapshot", "staging",
        "start", "temp", "test", "testing", "tmp", "trial", "try", "weekly", "wip",
        /* distributions */
        "alpine", "aur", "brew", "centos", "conda", "deb", "debian", "fedora", "flatpak", "freebsd",
        "gentoo", "homebrew", "nixos", "opensuse", "pristine", "rhel", "rpm", "snap", "suse",
        "ubuntu", "upstream",
        /* other things that are released from a repository */
        "android", "cargo", "chart", "charts", "composer", "container", "cpp", "crate", "crates",
        "csharp", "dart", "doc", "docker", "docs", "documentation", "dotnet", "elixir", "example",
        "examples", "flutter", "gem", "go", "golang", "gradle", "helm", "image", "ios", "java",
        "javascript", "js", "kotlin", "maven", "node", "npm", "nuget", "php", "ruby", "rust",
        "scala", "site", "swift", "ts", "tutorial", "typescript", "vscode", "website", "www"};

    for (size_t at = 0; at < len;) {
        size_t n = 0;
        while (at + n < len && is_letter(text[at + n]))
            n++;
        for (size_t i = 0; n > 0 && i < COUNT(words); i++)
            if (strlen(words[i]) == n && strncasecmp(words[i], text + at, n) == 0)
                return true;
        at += n > 0 ? n : 1;
    }
    return false;
}

static size_t without_separators(const char *prefix, size_t len)
{
    while (len > 0 && is_separator(prefix[len - 1]))
        len--;
    return len;
}

/* Takes the WORD off the end. All but "v" must stand by themselves. */
static size_t without_word(const char *prefix, size_t len)
{
    static const char *const words[] = {"v",        "r",   "rel",     "release",
                                        "releases", "ver", "version", "versions"};

    for (size_t i = 0; i < COUNT(words); i++) {
        size_t n = strlen(words[i]);
        if (len < n || strncasecmp(prefix + len - n, words[i], n) != 0)
            continue;
        if (len == n || !is_letter(prefix[len - n - 1]) || (i == 0 && len > 1))
            return len - n;
    }
    return len;
}

void tag_prefix_read(const char *prefix, size_t len, struct tag_prefix *out)
{
    size_t rest = without_separators(prefix, len);

    *out = (struct tag_prefix){0};
    /* "release-v1.2" has two words; "lev1.0" can be of "lev" or of "le", which the names will tell
     */
    while (rest > 0 && out->count < TAG_NAMES) {
        out->names[out->count++] = rest;
        size_t shorter = without_word(prefix, rest);
        if (shorter == rest)
            break;
        rest = without_separators(prefix, shorter);
    }
    out->plain = rest == 0;
    out->foreign = (len > 0 && prefix[0] == '@') || tag_is_foreign(prefix, len);
}

/* --- the version ----------------------------------------------------------------------------- */

/* "1_2_3rc1" to "1.2.3rc1"; NULL when it is not of this form. */
static char *with_dots(const char *text, size_t len, char separator, struct arena *arena)
{
    char *out = arena_strndup(arena, text, len);
    bool changed = false;

    for (size_t i = 1; i + 1 < len; i++) {
        if (out[i] == '.')
            return NULL;
        if (out[i] == separator && is_digit(out[i - 1]) && is_digit(out[i + 1])) {
            out[i] = '.';
            changed = true;
            /* the dot before a digit is no end of the form */
            i++;
        }
    }
    return changed && pep440_valid(out, len) ? out : NULL;
}

/* "042" to "0.4.2"; NULL when it is not of this form. */
static char *one_digit_each(const char *text, size_t len, struct arena *arena)
{
    if (len < 2 || len > 5)
        return NULL;
    char *out = arena_alloc(arena, 2 * len);
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text[i]))
            return NULL;
        out[2 * i] = text[i];
        if (i + 1 < len)
            out[2 * i + 1] = '.';
    }
    return out;
}

/* The length without "_release" or the like at the end, or the length. */
static size_t without_trailer(const char *text, size_t len)
{
    static const char *const words[] = {"release", "rel", "final", "stable", "ga"};

    for (size_t i = 0; i < COUNT(words); i++) {
        size_t n = strlen(words[i]);
        if (len <= n + 1 || strncasecmp(text + len - n, words[i], n) != 0)
            continue;
        if (is_separator(text[len - n - 1]))
            return len - n - 1;
        if (is_digit(text[len - n - 1])) /* "1.5.6rel" */
            return len - n;
    }
    return len;
}

struct reading_list {
    struct tag_reading *items;
    size_t count;
};

static void add(struct reading_list *list, size_t prefix, const char *version, enum tag_form form,
                bool inner)
{
    if (version != NULL && list->count < TAG_READINGS)
        list->items[list->count++] = (struct tag_reading){prefix, version, form, inner};
}

static void learned_forms(const char *name, size_t start, size_t len, struct arena *arena,
                          struct reading_list *list)
{
    const char *text = name + start;
    size_t shorter = without_trailer(text, len);

    if (shorter < len && pep440_valid(text, shorter))
        add(list, start, arena_strndup(arena, text, shorter), TAG_TRAILER, false);
    add(list, start, with_dots(text, len, '_', arena), TAG_UNDERSCORE, false);
    add(list, start, with_dots(text, len, '-', arena), TAG_DASH, false);
    add(list, start, one_digit_each(text, len, arena), TAG_DIGITS, false);
}

/* Whether the digit here stands behind another number and a separator: "1-2", but not "jinja2-3".
 */
static bool is_behind_number(const char *name, size_t at)
{
    if (at < 2 || !is_separator(name[at - 1]) || !is_digit(name[at - 2]))
        return false;
    size_t digits = at - 2;
    while (digits > 0 && is_digit(name[digits - 1]))
        digits--;
    return digits == 0 || !is_letter(name[digits - 1]);
}

/* Whether a version may start here: not inside a number, nor as the next component of one. */
static bool is_start(const char *name, size_t at)
{
    return is_digit(name[at]) && (at == 0 || !is_digit(name[at - 1])) &&
           !(is_behind_number(name, at) && name[at - 1] == '.');
}

size_t tag_read(const char *name, struct arena *arena, struct tag_reading out[TAG_READINGS])
{
    struct reading_list list = {out, 0};
    size_t len = strnlen(name, TAG_NAME_MAX + 1), starts = 0;
    bool found = false;

    if (len > TAG_NAME_MAX)
        return 0;
    for (size_t at = 0; at < len && starts < STARTS_MAX; at++) {
        if (!is_start(name, at))
            continue;
        /* "sha-3-1.0" is 1.0 of sha-3, but only where that is a name. */
        bool inner = found || is_behind_number(name, at);
        if (pep440_valid(name + at, len - at)) {
            add(&list, at, arena_strndup(arena, name + at, len - at), TAG_PLAIN, inner);
            found = true;
        }
        if (starts++ == 0) {
            learned_forms(name, at, len - at, arena, &list);
            if (!found)
                add(&list, at, arena_strndup(arena, name + at, len - at), TAG_TEXT, false);
        }
    }
    return list.count;
}

bool tags_is_candidate(const char *name)
{
    size_t len = strnlen(name, TAG_NAME_MAX + 1);

    return len <= TAG_NAME_MAX && strpbrk(name, "0123456789") != NULL;
}
