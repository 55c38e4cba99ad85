#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

static const struct {
    const char *word;
    const char *meaning;
} reasons[REASON_COUNT] = {
#define X(id, word, meaning) {word, meaning},
    REASON_MAP(X)
#undef X
};

int err_set(struct err *err, enum reason reason, const char *fmt, ...)
{
    char raw[ERR_TEXT_MAX];
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    log_redact(raw); /* what a server says may hold what we told it */
    err->reason = reason;
    text_escape(raw, strlen(raw), err->text, sizeof err->text);
    return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
    char prefix[ERR_TEXT_MAX / 2];
    char escaped[ERR_TEXT_MAX / 2];
    char rest[ERR_TEXT_MAX];
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    vsnprintf(prefix, sizeof prefix, fmt, ap);
    va_end(ap);
    text_escape(prefix, strlen(prefix), escaped, sizeof escaped);
    memcpy(rest, err->text, sizeof rest);
    int n = snprintf(err->text, sizeof err->text, "%s: ", escaped);
    size_t used = n < 0 ? 0 : (size_t)n;
    size_t room = sizeof err->text - used - 1;
    size_t len = strnlen(rest, sizeof rest - 1);
    if (len > room)
        len = room;
    memcpy(err->text + used, rest, len);
    err->text[used + len] = '\0';
    return -1;
}

const char *reason_word(enum reason reason)
{
    return reason < REASON_COUNT ? reasons[reason].word : "internal";
}

const char *reason_meaning(enum reason reason)
{
    return reason < REASON_COUNT ? reasons[reason].meaning : "a failure of our own";
}

enum reason reason_parse(const char *word)
{
    for (int i = 0; i < REASON_COUNT; i++)
        if (strcmp(reasons[i].word, word) == 0)
            return (enum reason)i;
    return REASON_COUNT;
}
