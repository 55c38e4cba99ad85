#include "cli/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/rules.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at the start, at most VALUE_COUNT_MAX; returns what follows, NULL when there are none. */
static const char *leading_count(const char *text, unsigned *out)
{
    unsigned n = 0;

    if (!is_digit(*text))
        return NULL;
    for (; is_digit(*text); text++) {
        n = n * 10 + (unsigned)(*text - '0');
        if (n > VALUE_COUNT_MAX)
            return NULL;
    }
    *out = n;
    return text;
}

int value_count(const char *text, unsigned least, unsigned most, unsigned *out, struct err *err)
{
    unsigned n;
    const char *rest = leading_count(text, &n);

    if (rest == NULL || *rest != '\0' || n < least || n > most)
        return err_set(err, REASON_USAGE, "\"%s\" is not a number from %u to %u", text, least,
                       most);
    *out = n;
    return 0;
}

int value_bool(const char *text, bool *out, struct err *err)
{
    bool yes = strcmp(text, "true") == 0;

    if (!yes && strcmp(text, "false") != 0)
        return err_set(err, REASON_USAGE, "\"%s\" is neither true nor false", text);
    *out = yes;
    return 0;
}

int value_duration(const char *text, bool may_lack, unsigned most, uint64_t *out, struct err *err)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"", 1000}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    unsigned n;
    const char *rest = leading_count(text, &n);

    if (may_lack && strcmp(text, "none") == 0) {
        *out = 0;
        return 0;
    }
    for (size_t i = 0; rest != NULL && i < sizeof units / sizeof *units; i++) {
        uint64_t ms = n * units[i].ms;
        if (strcmp(rest, units[i].unit) == 0 && ms > 0 && ms <= most * 86400000ull) {
            *out = ms;
            return 0;
        }
    }
    return err_set(err, REASON_USAGE, "\"%s\" is no duration: write %s, at most %ud", text,
                   may_lack ? "90s, 15m, 2h or none" : "90s, 15m or 2h", most);
}

int value_choice(const char *text, const char *const *choices, int *out, struct err *err)
{
    struct buf words = BUF_INIT(ERR_TEXT_MAX);

    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0) {
            buf_release(&words);
            *out = i;
            return 0;
        }
        if (buf_addf(&words, "%s%s", i > 0 ? ", " : "", choices[i]) != 0)
            break;
    }
    err_set(err, REASON_USAGE, "\"%s\" is not known here; this version knows: %s", text,
            buf_str(&words));
    buf_release(&words);
    return -1;
}

int value_shard(const char *text, unsigned *shard, unsigned *shards, struct err *err)
{
    unsigned i, n = 0;
    const char *rest = leading_count(text, &i);

    if (rest == NULL || *rest != '/' || (rest = leading_count(rest + 1, &n)) == NULL ||
        *rest != '\0' || i < 1 || i > n || n > VALUE_SHARDS_MAX)
        return err_set(err, REASON_USAGE,
                       "\"%s\" is no shard: write I/N, from 1/N to N/N; N is at most %u", text,
                       VALUE_SHARDS_MAX);
    *shard = i;
    *shards = n;
    return 0;
}

int value_check_shard(const char *text, struct err *err)
{
    unsigned shard, shards;

    return value_shard(text, &shard, &shards, err);
}

int value_check_app(const char *text, struct err *err)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    if (text[len] != '\0' || len > 100)
        return err_set(err, REASON_USAGE, "\"%s\" is neither the id nor the client id of an App",
                       text);
    return 0;
}

/* A URL ends in logs and in the database, so a password in it would be written down there. */
int value_check_url(const char *text, struct err *err)
{
    bool http = text_starts_with(text, "http://");
    const char *host = text + (http ? 7 : 8);

    if (!http && !text_starts_with(text, "https://"))
        return err_set(err, REASON_USAGE, "\"%s\" is no http(s) URL", text);
    size_t len = strcspn(host, "/?#");
    if (memchr(host, '@', len) != NULL)
        return err_set(err, REASON_USAGE,
                       "a URL must not hold a user name or password; tokens have their own place");
    if (len == 0 || strpbrk(text, " \t\r\n?#") != NULL)
        return err_set(err, REASON_USAGE, "\"%s\" is no URL of a service", text);
    return 0;
}

static bool is_name(const char *text, size_t len)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.";

    return len > 0 && len <= 100 && strspn(text, allowed) >= len && strncmp(text, "..", len) != 0;
}

int value_check_owner(const char *text, struct err *err)
{
    if (!is_name(text, strlen(text)) || *text == '-')
        return err_set(err, REASON_USAGE,
                       "\"%s\" is no name of an organisation or user (a repository is named with "
                       "--repo OWNER/NAME)",
                       text);
    return 0;
}

int value_check_repository(const char *text, struct err *err)
{
    const char *slash = strchr(text, '/');

    if (slash == NULL || !is_name(text, (size_t)(slash - text)) ||
        !is_name(slash + 1, strlen(slash + 1)))
        return err_set(err, REASON_USAGE, "\"%s\" is no repository: write OWNER/NAME", text);
    return 0;
}

int value_check_ignore(const char *text, struct err *err)
{
    if (strchr(text, '/') == NULL && *text != '*')
        return err_set(err, REASON_USAGE,
                       "\"%s\" names no repository: write a glob of OWNER/NAME, as \"acme/%s\"",
                       text, text);
    return 0;
}

int value_check_file(const char *path, struct err *err)
{
    struct stat st;

    if (stat(path, &st) != 0 || access(path, R_OK) != 0)
        return err_set(err, REASON_USAGE, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, REASON_USAGE, "%s: it is no file", path);
    return 0;
}

int value_read_file(const char *path, struct buf *out, struct err *err)
{
    FILE *f = fopen(path, "re");
    char chunk[4096];
    int result = 0;
    size_t n;

    if (f == NULL)
        return err_set(err, REASON_USAGE, "%s: %s", path, strerror(errno));
    while (result == 0 && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        result = buf_add(out, chunk, n);
    if (result != 0)
        err_set(err, REASON_USAGE, "%s: larger than %zu bytes", path, out->max);
    else if (ferror(f))
        result = err_set(err, REASON_USAGE, "%s: %s", path, strerror(errno));
    fclose(f);
    return result;
}

int value_check_run(const char *text, struct err *err)
{
    unsigned n;

    if (strcmp(text, "latest") != 0 && (value_count(text, 1, VALUE_COUNT_MAX, &n, NULL) != 0))
        return err_set(err, REASON_USAGE, "\"%s\" is no run: write latest or its number", text);
    return 0;
}

int value_instant(const char *text, int64_t *out, struct err *err)
{
    struct err ignored = {0};

    if (clock_parse(text, out, &ignored) != 0)
        return err_set(err, REASON_USAGE,
                       "\"%s\" is no day: write 2026-01-31 or 2026-01-31T12:00:00Z", text);
    if (strlen(text) == strlen("2026-01-31"))
        *out += 86400 - 1;
    return 0;
}

int value_check_instant(const char *text, struct err *err)
{
    int64_t instant;

    return value_instant(text, &instant, err);
}

int value_check_severity(const char *text, struct err *err)
{
    enum severity severity;

    if (severity_parse(text, &severity) != 0)
        return err_set(err, REASON_USAGE,
                       "\"%s\" is no severity: critical, high, medium, low or info", text);
    return 0;
}

int value_check_state(const char *text, struct err *err)
{
    static const char *const words[] = {"new", "open", "resolved", "historic", "waived", NULL};
    int i;

    return value_choice(text, words, &i, err);
}

int value_check_change(const char *text, struct err *err)
{
    static const char *const words[] = {"new",      "changed", "resolved", "waived",
                                        "historic", "left",    NULL};
    int i;

    return value_choice(text, words, &i, err);
}

/* A word, or a pattern of packages: letters that a name or a version may have, and those of globs.
 */
int value_check_verify(const char *text, struct err *err)
{
    if (*text == '\0' || text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789._-+!=*?[]")] != '\0')
        return err_set(err, REASON_USAGE,
                       "\"%s\" is neither none, latest nor all, nor a pattern like \"acme-*\" or "
                       "\"acme-tools==1.*\"",
                       text);
    return 0;
}

enum scan_verify value_verify(const char *text)
{
    static const char *const words[] = {"none", "latest", "all", NULL};
    int word;

    return value_choice(text, words, &word, NULL) == 0 ? (enum scan_verify)word
                                                       : SCAN_VERIFY_PATTERN;
}
