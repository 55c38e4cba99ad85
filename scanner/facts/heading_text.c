#include "facts/heading_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- markup ---------------------------------------------------------------------------------- */

struct cleaner {
    const char *s, *end;
    char *out;
};

static void put(struct cleaner *c, const char *text)
{
    size_t n = strlen(text);

    memcpy(c->out, text, n);
    c->out += n;
}

static const char *find(const char *s, const char *end, char what)
{
    return s < end ? memchr(s, what, (size_t)(end - s)) : NULL;
}

/* "<h2 id=x>" and the target of a link vanish, "<2024-01-01>" of a release role stays, and a
   comparison ("<2.0") is text. */
static void clean_angle(struct cleaner *c)
{
    const char *close = find(c->s, c->end, '>');

    if (close != NULL && isdigit((unsigned char)c->s[1])) {
        put(c, " (");
        for (c->s++; c->s < close;)
            *c->out++ = *c->s++;
        put(c, ") ");
        c->s++;
    } else if (close != NULL && c->s[1] != ' ' && c->s[1] != '=') {
        put(c, " ");
        c->s = close + 1;
    } else {
        *c->out++ = *c->s++;
    }
}

/* Behind "[text]": "(address)", "[reference]" and "_" vanish; "(2024-01-01)" stays. */
static void clean_bracket(struct cleaner *c)
{
    const char *next = ++c->s;
    const char *close = NULL;

    put(c, " ] ");
    if (next < c->end && *next == '(' && next + 1 < c->end && !isdigit((unsigned char)next[1]))
        close = find(next, c->end, ')');
    else if (next < c->end && *next == '[')
        close = find(next, c->end, ']');
    else if (next < c->end && *next == '_')
        close = next;
    if (close != NULL)
        c->s = close + 1;
}

/* ":release:`1.2`" loses the role, "&mdash;" becomes a dash. */
static void clean_name(struct cleaner *c, char end)
{
    const char *p = c->s + 1;

    while (p < c->end && (isalpha((unsigned char)*p) || *p == '-'))
        p++;
    bool whole = p > c->s + 1 && p < c->end && *p == end;
    if (whole && end == ';') {
        put(c, p - c->s > 4 && memcmp(p - 4, "dash", 4) == 0 ? " - " : " ");
        c->s = p + 1;
    } else if (whole && p + 1 < c->end && p[1] == '`') {
        c->s = p + 1;
    } else {
        *c->out++ = *c->s++;
    }
}

/* Dashes and quotation marks of typographers: U+2010 to U+2015, U+2018, U+2019, U+2192. */
static bool clean_typography(struct cleaner *c)
{
    const unsigned char *u = (const unsigned char *)c->s;

    if (c->end - c->s < 3 || u[0] != 0xe2)
        return false;
    if (u[1] == 0x80 && u[2] >= 0x90 && u[2] <= 0x95)
        put(c, " - ");
    else if (u[1] == 0x80 && (u[2] == 0x98 || u[2] == 0x99))
        put(c, "'");
    else if (u[1] == 0x86 && u[2] == 0x92)
        put(c, " -> ");
    else
        return false;
    c->s += 3;
    return true;
}

static void clean(const char *line, size_t len, char *out)
{
    struct cleaner c = {line, line + len, out};

    while (c.s < c.end) {
        if (*c.s == '<')
            clean_angle(&c);
        else if (*c.s == ']')
            clean_bracket(&c);
        else if (*c.s == ':')
            clean_name(&c, ':');
        else if (*c.s == '&')
            clean_name(&c, ';');
        else if (*c.s == '`')
            *c.out++ = ' ', c.s++;
        else if (*c.s == '\\')
            c.s++;
        else if (!clean_typography(&c))
            *c.out++ = *c.s++;
    }
    *c.out = '\0';
}

/* --- tokens ---------------------------------------------------------------------------------- */

static bool is_ornament(char c)
{
    return c != '\0' && strchr(".:*_'~-!", c) != NULL;
}

/* What a piece without a letter or digit says about the pieces around it. */
static char separator_of(const char *s, size_t len)
{
    if (memchr(s, '-', len) != NULL || memchr(s, '~', len) != NULL)
        return '-';
    if (memchr(s, '/', len) != NULL)
        return '/';
    return memchr(s, '&', len) != NULL ? ',' : ':';
}

static bool is_arrow(const char *s, size_t len)
{
    return len == 2 && memcmp(s, "->", 2) == 0;
}

static bool is_punctuation(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ispunct((unsigned char)s[i]))
            return false;
    return !is_arrow(s, len);
}

static bool add_token(struct heading_text *text, const char *s, size_t len, char *before)
{
    if (is_punctuation(s, len)) {
        *before = len > 0 ? separator_of(s, len) : *before;
        return true;
    }
    while (!is_arrow(s, len) && is_ornament(*s)) {
        s++;
        len--;
    }
    char after = ' ';
    for (; is_ornament(s[len - 1]); len--)
        after = s[len - 1] == ':' ? ':' : s[len - 1] == '-' ? '-' : after;
    if (text->count == HEADING_TOKENS)
        return false;
    text->tokens[text->count++] = (struct heading_token){s, len, *before};
    *before = after;
    return true;
}

bool heading_tokens(const char *line, size_t len, struct heading_text *out)
{
    char before = ' ';

    out->count = 0;
    if (len > HEADING_LINE_MAX)
        return false;
    clean(line, len, out->clean);
    for (const char *s = out->clean; *s != '\0';) {
        size_t n = strcspn(s, " \t\r\v\f,;|\"()[]{}");
        if (!add_token(out, s, n, &before))
            return false;
        s += n;
        if (*s == ',')
            before = ',';
        else if (*s != '\0' && strchr(";|()[]{}", *s) != NULL && before != '-')
            before = ':';
        s += *s != '\0';
    }
    return out->count > 0;
}
