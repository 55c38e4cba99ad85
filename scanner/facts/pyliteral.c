#include "facts/pyliteral.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static const struct py_value unknown = {.type = PY_UNKNOWN};

const char *pyliteral_utf8(struct arena *arena, const char *s, size_t len, size_t *out_len)
{
    if (text_is_utf8(s, len)) {
        *out_len = len;
        return arena_strndup(arena, s, len);
    }
    char *out = arena_alloc(arena, 2 * len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x80)
            out[n++] = (char)(0xc0 | c >> 6);
        out[n++] = c >= 0x80 ? (char)(0x80 | (c & 0x3f)) : (char)c;
    }
    *out_len = n;
    return out;
}

/* Splits a string token; false when it ends in the middle. */
static void split(const struct py_token *token, size_t *prefix, size_t *quotes)
{
    size_t n = 0;

    while (token->s[n] != '"' && token->s[n] != '\'')
        n++;
    *prefix = n;
    *quotes =
        token->len >= n + 6 && token->s[n + 1] == token->s[n] && token->s[n + 2] == token->s[n] ? 3
                                                                                                : 1;
}

static bool has_prefix(const struct py_token *token, size_t prefix, char lower)
{
    for (size_t i = 0; i < prefix; i++)
        if (tolower((unsigned char)token->s[i]) == lower)
            return true;
    return false;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* The ASCII character of \xNN, \uNNNN, \UNNNNNNNN or \NNN; 0 for others, which no version holds. */
static char numeric_escape(const char *s, size_t left, size_t *used)
{
    size_t digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
    unsigned value = 0;
    size_t i = 0;

    if (digits == 0) {
        for (; i < 3 && i < left && s[i] >= '0' && s[i] <= '7'; i++)
            value = value * 8 + (unsigned)(s[i] - '0');
        *used = i;
        return value < 0x80 ? (char)value : '\0';
    }
    for (; i < digits && i + 1 < left && hex_digit(s[i + 1]) >= 0; i++)
        value = value * 16 + (unsigned)hex_digit(s[i + 1]);
    *used = i + 1;
    return i == digits && value < 0x80 ? (char)value : '\0';
}

/* Reads the escape behind a backslash; false when it is none that we read. */
static bool unescape(const char *s, size_t left, char *out, size_t *n, size_t *used)
{
    static const char names[] = "\\'\"abfnrtv";
    static const char values[] = "\\'\"\a\b\f\n\r\t\v";
    const char *at = left > 0 && *s != '\0' ? strchr(names, *s) : NULL;

    *used = 1;
    if (at != NULL) {
        out[(*n)++] = values[at - names];
        return true;
    }
    if (left > 0 && (*s == '\n' || *s == '\r')) {
        *used = *s == '\r' && left > 1 && s[1] == '\n' ? 2 : 1;
        return true;
    }
    if (left > 0 && (strchr("xuU", *s) != NULL || (*s >= '0' && *s <= '7'))) {
        char c = numeric_escape(s, left, used);
        out[(*n)++] = c;
        return c != '\0';
    }
    out[(*n)++] = '\\'; /* Python keeps what it does not know */
    *used = 0;
    return true;
}

bool pyliteral_is_bytes(const struct py_token *token)
{
    size_t prefix, quotes;

    split(token, &prefix, &quotes);
    return has_prefix(token, prefix, 'b');
}

bool pyliteral_is_format(const struct py_token *token, const char **inner, size_t *len)
{
    size_t prefix, quotes;

    split(token, &prefix, &quotes);
    *inner = token->s + prefix + quotes;
    *len = token->len - prefix - 2 * quotes;
    return has_prefix(token, prefix, 'f');
}

struct py_value pyliteral_string(struct arena *arena, const struct pysource *source,
                                 const struct py_token *token)
{
    size_t prefix, quotes, n = 0;

    split(token, &prefix, &quotes);
    if (has_prefix(token, prefix, 'f') || has_prefix(token, prefix, 't'))
        return unknown;
    const char *s = token->s + prefix + quotes;
    size_t len = token->len - prefix - 2 * quotes;
    char *out = arena_alloc(arena, len + 1);
    bool raw = has_prefix(token, prefix, 'r');
    for (size_t i = 0; i < len; i++) {
        size_t used = 0;
        if (s[i] != '\\' || raw)
            out[n++] = s[i];
        else if (!unescape(s + i + 1, len - i - 1, out, &n, &used))
            return unknown;
        i += used;
    }
    struct py_value value = pyvalue_of(PY_TEXT, NULL, 0);
    value.s = pyliteral_utf8(arena, out, n, &value.len);
    value.path = source->path;
    value.line = token->line;
    return value;
}

struct py_value pyliteral_number(struct arena *arena, const struct py_token *token)
{
    const char *dot = memchr(token->s, '.', token->len);
    size_t len = token->len;

    for (size_t i = 0; i < token->len; i++)
        if (!isdigit((unsigned char)token->s[i]) && token->s + i != dot)
            return unknown;
    if (dot == token->s || (dot == NULL && len > 1 && *token->s == '0') || len > 15)
        return unknown;
    while (dot != NULL && token->s + len > dot + 2 && token->s[len - 1] == '0')
        len--;
    const char *zero = dot != NULL && token->s + len == dot + 1 ? "0" : "";
    const char *s = arena_printf(arena, "%.*s%s", (int)len, token->s, zero);
    return pyvalue_of(PY_DIGITS, s, strlen(s));
}
