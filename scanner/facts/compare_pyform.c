/* What Python source consists of, as far as a proof needs it: no value is computed here. */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "facts/pep440.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- code that is what it looks like ---------------------------------------------------------- */

/* Python also ends a line at a CR alone, so that a comment may end where no editor shows it. */
static bool has_lone_cr(struct compare_text text)
{
    for (const char *cr = memchr(text.data, '\r', text.len); cr != NULL;) {
        size_t left = text.len - (size_t)(cr + 1 - text.data);
        if (left == 0 || cr[1] != '\n')
            return true;
        cr = memchr(cr + 1, '\r', left);
    }
    return false;
}

/* PEP 263: one of the first two lines names the encoding; some hide code in what looks like text.
 */
static bool line_declares_odd(const char *line, size_t len)
{
    static const char *const plain[] = {"utf-8",     "utf8",       "utf_8", "latin-1",
                                        "latin1",    "iso-8859-1", "ascii", "us-ascii",
                                        "utf-8-sig", "iso-8859-15"};
    const char *at = memchr(line, '#', len) == NULL ? NULL : memmem(line, len, "coding", 6);

    if (at == NULL || at + 6 >= line + len || (at[6] != ':' && at[6] != '='))
        return false;
    at += 7;
    while (at < line + len && (*at == ' ' || *at == '\t'))
        at++;
    size_t n = 0;
    while (at + n < line + len && (isalnum((unsigned char)at[n]) || strchr("-_.", at[n]) != NULL))
        n++;
    for (size_t i = 0; i < COUNT(plain); i++)
        if (strlen(plain[i]) == n && strncasecmp(plain[i], at, n) == 0)
            return false;
    return true;
}

static bool declares_odd_encoding(struct compare_text text)
{
    for (int line = 0; line < 2 && text.len > 0; line++) {
        const char *newline = memchr(text.data, '\n', text.len);
        size_t len = newline != NULL ? (size_t)(newline - text.data) : text.len;
        if (line_declares_odd(text.data, len))
            return true;
        size_t step = newline != NULL ? len + 1 : len;
        text = (struct compare_text){text.data + step, text.len - step};
    }
    return false;
}

bool compare_python(struct comparison *c, struct compare_text text, struct pysource *out)
{
    struct err err = {0};

    return text.data != NULL && !has_lone_cr(text) && !declares_odd_encoding(text) &&
           pysource_read(text.data, text.len, "", c->arena, out, &err) == 0;
}

bool compare_same_token(const struct py_token *a, const struct py_token *b)
{
    return a->kind == b->kind && a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

bool compare_same_code(const struct pysource *a, const struct pysource *b)
{
    if (a->count != b->count || a->statement_count != b->statement_count)
        return false;
    for (size_t i = 0; i < a->statement_count; i++)
        if (a->statements[i].indent != b->statements[i].indent ||
            a->statements[i].tokens.start != b->statements[i].tokens.start ||
            a->statements[i].tokens.end != b->statements[i].tokens.end)
            return false;
    for (size_t i = 0; i < a->count; i++)
        if (!compare_same_token(&a->tokens[i], &b->tokens[i]))
            return false;
    return true;
}

/* --- literals -------------------------------------------------------------------------------- */

bool compare_string(const struct py_token *token, struct compare_text *out)
{
    const char *s = token->s;
    size_t len = token->len;

    if (token->kind != PY_STRING)
        return false;
    size_t prefix = strcspn(s, "\"'");
    if (prefix > 1 || (prefix == 1 && strchr("uUrR", *s) == NULL))
        return false;
    size_t quotes =
        len - prefix >= 6 && s[prefix + 1] == s[prefix] && s[prefix + 2] == s[prefix] ? 3 : 1;
    *out = (struct compare_text){s + prefix + quotes, len - prefix - 2 * quotes};
    return memchr(out->data, '\\', out->len) == NULL;
}

/* f"…" and t"…" run what stands in them. */
static bool runs_nothing(const struct py_token *token)
{
    for (const char *s = token->s; *s != '"' && *s != '\''; s++)
        if (strchr("fFtT", *s) != NULL)
            return false;
    return true;
}

static bool is_constant(const struct pysource *source, size_t token)
{
    return py_is(source, token, "None") || py_is(source, token, "True") ||
           py_is(source, token, "False");
}

/* A bracket that opens behind a value would call or index it. */
static bool opens_display(const struct pysource *source, size_t token, size_t start)
{
    if (token == start)
        return true;
    const struct py_token *before = &source->tokens[token - 1];
    return before->kind == PY_OP && strchr(")]}", *before->s) == NULL;
}

bool compare_bind(struct compare_bound *bound, const struct py_token *name)
{
    if (bound->count == COUNT(bound->names))
        return false;
    bound->names[bound->count++] = name;
    return true;
}

static bool is_bound(const struct compare_bound *bound, const struct py_token *name)
{
    for (size_t i = 0; bound != NULL && i < bound->count; i++)
        if (compare_same_token(bound->names[i], name))
            return true;
    return false;
}

bool compare_is_literal(const struct pysource *source, struct py_span span,
                        const struct compare_bound *bound)
{
    for (size_t i = span.start; i < span.end; i++) {
        const struct py_token *token = &source->tokens[i];
        bool good = false;
        if (token->kind == PY_STRING)
            good = runs_nothing(token);
        else if (token->kind == PY_NUMBER)
            good = true;
        else if (token->kind == PY_NAME)
            good = is_constant(source, i) || is_bound(bound, token);
        else if (token->len == 1 && strchr("([{", *token->s) != NULL)
            good = opens_display(source, i, span.start);
        else
            good = token->len == 1 && strchr(")]},:-+", *token->s) != NULL;
        if (!good)
            return false;
    }
    return span.end > span.start;
}

bool compare_is_version(const struct comparison *c, struct compare_text text)
{
    struct buf a = BUF_INIT(PEP440_KEY_MAX), b = BUF_INIT(PEP440_KEY_MAX);
    bool same = false;

    while (text.len > 0 && isspace((unsigned char)text.data[text.len - 1]))
        text.len--;
    while (text.len > 0 && isspace((unsigned char)*text.data)) {
        text.data++;
        text.len--;
    }
    if (text.len > 0 && text.len < PEP440_MAX) {
        pep440_key(text.data, text.len, &a);
        pep440_key(c->in->version, strlen(c->in->version), &b);
        same = a.len == b.len && memcmp(buf_str(&a), buf_str(&b), a.len) == 0;
    }
    buf_release(&a);
    buf_release(&b);
    return same;
}

bool compare_is_assignment(const struct pysource *py, struct py_span span,
                           struct compare_bound *bound)
{
    return span.end - span.start > 2 && py->tokens[span.start].kind == PY_NAME &&
           py_is(py, span.start + 1, "=") &&
           compare_is_literal(py, (struct py_span){span.start + 2, span.end}, bound) &&
           compare_bind(bound, &py->tokens[span.start]);
}
