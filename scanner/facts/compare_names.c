/* What a member's name, and what it binds, tells about what it is for. */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "base/text.h"
#include "facts/project.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool any_match(const char *const *globs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(globs[i], name, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* --- importance ------------------------------------------------------------------------------ */

static const char *const build_names[] = {
    "setup.py",    "setup.cfg",      "pyproject.toml", "MANIFEST.in",   "hatch.toml",
    "build.py",    "hatch_build.py", "pdm_build.py",   "versioneer.py", "ez_setup.py",
    "meson.build", "CMakeLists.txt", "Cargo.toml",     "Cargo.lock",    "build.rs",
    "conftest.py", "MANIFEST",       "Makefile",       "tox.ini",       "requirements*.txt"};
static const char *const code_names[] = {"*.py",  "*.pyw", "*.pth",   "*.so",      "*.pyd", "*.dll",
                                         "*.pyc", "*.pyo", "*.pyx",   "*.pxd",     "*.pxi", "*.c",
                                         "*.cc",  "*.cpp", "*.cxx",   "*.h",       "*.hpp", "*.rs",
                                         "*.go",  "*.f90", "*.dylib", "*.egg-link"};
static const char *const binary_names[] = {"*.so",  "*.so.*", "*.pyd", "*.dll", "*.dylib",
                                           "*.exe", "*.a",    "*.lib", "*.o"};

bool compare_is_binary_name(const char *path)
{
    return any_match(binary_names, COUNT(binary_names), base_of(path));
}

enum compare_importance compare_importance_of(const struct comparison *c, const char *path)
{
    const char *base = base_of(path);
    char first[64];

    const char *folder =
        c->data != NULL && text_starts_with(path, c->data) ? path + strlen(c->data) : "";
    if (text_starts_with(folder, "scripts/"))
        return COMPARE_CODE;
    if (text_starts_with(folder, "data/") || text_starts_with(folder, "headers/"))
        return COMPARE_OTHER;
    if (!c->wheel && base == path && any_match(build_names, COUNT(build_names), base))
        return COMPARE_BUILD;
    if (!any_match(code_names, COUNT(code_names), base))
        return COMPARE_OTHER;
    if (!c->wheel && (strncmp(path, "src/", 4) == 0 || strncmp(path, "lib/", 4) == 0))
        path += 4;
    size_t len = strcspn(path, "/");
    if (path[len] == '\0' || len >= sizeof first)
        return COMPARE_CODE;
    memcpy(first, path, len);
    first[len] = '\0';
    return !c->wheel && project_is_candidate_directory(first) ? COMPARE_OTHER : COMPARE_CODE;
}

const char *compare_importance_word(enum compare_importance importance)
{
    static const char *const words[] = {
        [COMPARE_CODE] = "code", [COMPARE_BUILD] = "build", [COMPARE_OTHER] = "other"};

    return words[importance];
}

/* --- secrets --------------------------------------------------------------------------------- */

static const char *const secret_names[] = {
    "*.token", ".env",        ".env.*",      "*.env",          "*.pem",         "*.key",
    "*.p12",   "*.pfx",       "*.jks",       "*.keystore",     "*.kdbx",        "id_rsa*",
    "id_dsa*", "id_ed25519*", "id_ecdsa*",   ".pypirc",        ".netrc",        "_netrc",
    ".npmrc",  ".htpasswd",   "credentials", "credentials.*",  "*secret*.json", ".git-credentials",
    "*.ovpn",  ".dockercfg",  "*_token.txt", "*password*.txt", "token.txt",     "token.json"};
static const char *const sample_names[] = {"*.example", "*.sample", "*.template", "*.dist",
                                           "*.pub"};
static const char *const config_names[] = {
    "*config*", "*settings*", "*secret*", "*credential*", "*.ini",  "*.cfg",       "*.conf",
    "*.yaml",   "*.yml",      "*.toml",   "*.env*",       "*.json", "*.properties"};

static bool is_key_character(char ch)
{
    return isalnum((unsigned char)ch) || strchr("_-.", ch) != NULL;
}

static bool holds_word(const char *s, size_t len)
{
    static const char *const words[] = {"password", "passwd", "secret",     "token",
                                        "api_key",  "apikey", "private_key"};

    for (size_t i = 0; i < COUNT(words); i++) {
        size_t n = strlen(words[i]);
        for (size_t at = 0; at + n <= len; at++)
            if (strncasecmp(s + at, words[i], n) == 0)
                return true;
    }
    return false;
}

/* Whether what stands behind "=" is a value of its own: not empty, no name, no call. */
static bool is_value(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t'))
        s++;
    bool quoted = s < end && (*s == '"' || *s == '\'');
    s += quoted ? 1 : 0;
    const char *from = s;
    while (s < end && (isalnum((unsigned char)*s) || strchr("+/=_-.~!@%^&*:", *s) != NULL) &&
           *s != '\0')
        s++;
    if (s - from < 6 || memchr(from, '.', (size_t)(s - from)) == from)
        return false;
    if (quoted)
        return true;
    bool digit = false;
    for (const char *p = from; p < s; p++)
        digit |= isdigit((unsigned char)*p) != 0;
    return digit && (s == end || strchr(" \t\r#;,", *s) != NULL);
}

/* "password = hunter22", "token": "…" */
static bool line_binds(const char *s, const char *end)
{
    while (s < end && strchr(" \t\"'{-", *s) != NULL && *s != '\0')
        s++;
    const char *key = s;
    while (s < end && is_key_character(*s))
        s++;
    if (!holds_word(key, (size_t)(s - key)))
        return false;
    while (s < end && strchr(" \t\"'", *s) != NULL && *s != '\0')
        s++;
    return s < end && (*s == '=' || *s == ':') && is_value(s + 1, end);
}

static bool binds_secret(const struct archive_member *member)
{
    const char *at = member->data, *end = member->data + member->len;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;
        if (line_binds(at, stop))
            return true;
        at = newline != NULL ? newline + 1 : end;
    }
    return false;
}

bool compare_is_secret(const struct archive_member *member)
{
    const char *base = base_of(member->path);

    if (any_match(secret_names, COUNT(secret_names), base))
        return !any_match(sample_names, COUNT(sample_names), base);
    return member->data != NULL && member->kind == ARCHIVE_FILE &&
           any_match(config_names, COUNT(config_names), base) && binds_secret(member);
}
